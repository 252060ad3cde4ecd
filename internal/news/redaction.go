package news

import (
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// Ground is why the text of an old version was taken out.
type Ground string

// The grounds. Readers are told which one it was, and nothing else of it.
const (
	GroundLaw     Ground = "law"
	GroundPrivacy Ground = "privacy"
)

// Redaction takes the text of one old version of an article out for good, with
// the revisions that it was made from: see Reach. Their hashes, times and
// classes stay.
type Redaction struct {
	Article string
	Version int
	Ground  Ground
	Reason  string // for the desk
	Quoted  bool   // the words that corrections quote go too
	By      Author
	At      time.Time
}

// Check says what is missing from a redaction.
func (r Redaction) Check() error {
	bad := fault.Fields{}
	if r.Ground != GroundLaw && r.Ground != GroundPrivacy {
		bad["ground"] = "Say whether the law or somebody's privacy asks for it."
	}
	if strings.TrimSpace(r.Reason) == "" {
		bad["reason"] = "Write down why; it stays at the desk."
	}
	return bad.Err()
}

// Reach is the revisions of which a redaction takes the text: from the one after
// the version before, up to and with the version's own. A slip that was typed on
// the way to a version stands in all of them.
type Reach struct{ After, UpTo int }
