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

	Headline   string    // of the working revision
	Folded     string    // what the desk's lists find it by, in the form of package search
	Author     string    // account that began it; "" for an import
	Owner      string    // account that is to write it
	Reviewer   string    // account that is to review it
	Deadline   time.Time // zero: none
	WordTarget int       // 0: none
	Hold       string    // why nothing of it may go out; "" is free
	Legal      bool      // withdrawn because the law demands it
	Ended      time.Time // when it was spiked
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
	Origin      Origin
	By          Author
	Note        string
	At          time.Time

	// Words that came and went since the parent; -1 where nobody has counted.
	// They are not sealed: they follow from the texts.
	Added, Removed int

	// Redacted is the hash of the text that was here before it was taken out, for
	// the law or somebody's privacy; "" where the text is there.
	Redacted string
}

// Origin is how a revision came to be.
type Origin string

// The origins.
const (
	ByHand   Origin = ""         // somebody saved it
	Typed    Origin = "typed"    // kept by itself while it was being typed
	Merged   Origin = "merged"   // two people's changes put together
	Aside    Origin = "aside"    // a text that did not get in where two changed the same; never the working one
	Restored Origin = "restored" // an older revision brought back
)

// Author is who did something; the zero value is the program itself.
type Author struct{ ID, Name string }

// Seal computes the hash of a revision: SHA-256, in hex, over the hash of the
// one before, the hash of the text, and all else that is not derived, as JSON.
// It holds the text's hash rather than the text, so that a text can be taken out
// and the chain still be verified.
func Seal(r Revision) (string, error) {
	text, err := r.Redacted, error(nil)
	if text == "" {
		text, err = ContentHash(r.Content)
	}
	if err != nil {
		return "", err
	}
	b, err := json.Marshal([]any{r.PrevHash, r.Article, r.Number, r.Parent, r.By.ID, r.By.Name, r.Note, r.At.UnixMilli(), text, r.Origin})
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
	Named    []string // in its byline
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

	By     Author // who made it; never public
	Report string // id of the reader's report that led to it; never public
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
