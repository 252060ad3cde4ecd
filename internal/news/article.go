package news

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/outlet"
)

// Article is the working side of an article: what the desk sees.
type Article struct {
	ID, Group, Lang string
	Kind            Kind
	State           State
	Slug            string // of the working revision
	Section         string
	Working         string // id of the newest revision
	Live            string // id of the revision that readers see; "" for none
	PublishAt       time.Time
	Embargoed       bool
	Sticky          bool
	Locked          bool // came with a password; never public as it is
	First           time.Time
	Created         time.Time
	Modified        time.Time
}

// Revision is one saved state of an article. Revisions are never changed; each
// is sealed with the hash of the one before.
type Revision struct {
	ID, Article string
	Number      int
	Parent      string
	Content     Content
	PrevHash    string
	Hash        string
	By          Author
	Note        string
	At          time.Time
}

// Author is who did something; the zero value is the program itself.
type Author struct{ ID, Name string }

// Seal computes the hash of a revision: SHA-256, in hex, over the hash of the
// one before and all that is not derived, as JSON.
func Seal(r Revision) (string, error) {
	b, err := json.Marshal([]any{r.PrevHash, r.Article, r.Number, r.Parent, r.By.ID, r.By.Name, r.Note, r.At.UnixMilli(), r.Content})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// VerifyRevisions returns the number of the first revision that does not follow
// from the one before it, 0 where all do. They are given from the first on.
func VerifyRevisions(all []Revision) int {
	prev := ""
	for i, r := range all {
		h, err := Seal(r)
		if err != nil || r.Number != i+1 || r.PrevHash != prev || r.Hash != h {
			return i + 1
		}
		prev = r.Hash
	}
	return 0
}

// Version is one public version of an article.
type Version struct {
	Article  string
	Number   int
	Revision string
	Class    Class
	Note     string
	At       time.Time
}

// Correction says in public what was put right.
type Correction struct {
	ID, Article      string
	Class            Class
	From, To         int // versions
	Was, Now         string
	Note             string
	Blocks           []string // ids of the blocks that were changed
	Prominent        bool     // headline, first paragraph or central claim: shown at the top
	FoundAt, FixedAt time.Time
}

// Publication is what readers see of an article.
type Publication struct {
	Article, Revision, Group, Lang string
	State                          State // Published or Retracted
	Path                           string
	Content                        Content
	Version                        int
	Sticky                         bool
	First                          time.Time // first publication
	Updated                        time.Time // last change that readers are told of; zero for none
	Modified                       time.Time // last change of any kind
}

// Person is somebody who writes for the outlet.
type Person struct {
	ID, Slug, Name string
	Title, Bio     outlet.Words
	Contact        string // public, when the person wants one
}

// Section is a part of the paper.
type Section struct {
	ID, Slug, Parent  string
	Name, Description outlet.Words
	Position          int
}

// Topic is what articles of several sections are about.
type Topic struct {
	ID, Slug          string
	Name, Description outlet.Words
}

// CheckSlugged checks what people, sections and topics have in common.
func CheckSlugged(slug, name string) error {
	bad := fault.Fields{}
	if !ValidSlug(slug) {
		bad["slug"] = "Write the address in small letters and digits, joined by hyphens."
	}
	if name == "" || len(name) > 500 {
		bad["name"] = "Give a name of at most 500 characters."
	}
	return bad.Err()
}
