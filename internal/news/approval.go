package news

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// Approval is what somebody has let through: the text that may go out.
type Approval struct {
	Article      string
	Revision     string // that was read
	Hash         string // of the content that may go out: that one, or it with slips mended; "" is Revision alone
	By           Author
	At           time.Time
	Alone        bool     // nobody else was there to read it: publication waits
	Acknowledged []string // keys of warnings that were seen
	Overridden   []string // keys of stops that a publisher let pass
}

// Covers tells whether a text is the one that was let through.
func (a Approval) Covers(revision, hash string) bool {
	return a.Article != "" && (a.Revision == revision || a.Hash != "" && a.Hash == hash)
}

// ContentHash names a text by what it says: SHA-256 of its canonical form, in hex.
func ContentHash(c Content) (string, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "")
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// Writers lists the accounts that have a hand in what is to be let through, each
// once. Of a live article that is what changed since it was published.
type writers []string

// sole tells whether nobody but one person has written it.
func (w writers) sole(who string) bool { return len(w) == 1 && w[0] == who }

// weigh judges the change from one text to another. Without a Diff every change
// is one of meaning.
func (n Newsroom) weigh(from, to Content) Weight {
	if n.Diff == nil {
		a, errA := ContentHash(from)
		b, errB := ContentHash(to)
		if errA == nil && errB == nil && a == b {
			return Weight{}
		}
		return Weight{Class: Update}
	}
	return Weigh(n.Diff(from, to), to.Lang, opening(to))
}

// opening is the id of the first block of a text.
func opening(c Content) string {
	if c.Body == nil || len(c.Body.Blocks) == 0 {
		return ""
	}
	return blockID(c.Body.Blocks[0])
}

// edited keeps an approval in step with a new working revision: slips of the pen
// may be mended under it, anything else takes the article back to the copy desk.
func (n Newsroom) edited(ctx context.Context, tx Store, a *Article, r Revision) error {
	if a.State != Approved && a.State != Scheduled {
		return nil
	}
	ap, err := tx.Approval(ctx, a.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	hash, err := ContentHash(r.Content)
	if err != nil || ap.Covers(r.ID, hash) {
		return err
	}
	slip := false
	if ap.Article != "" {
		read, err := tx.Revision(ctx, ap.Revision)
		if err != nil {
			return err
		}
		slip = n.weigh(read.Content, r.Content).Slight()
	}
	e := Event{Article: *a, Name: TypoMended, From: a.State, To: a.State, By: r.By, Before: ap.Hash, After: hash}
	if slip {
		ap.Hash = hash
		if err := tx.PutApproval(ctx, ap); err != nil {
			return err
		}
		return tx.Record(ctx, e)
	}
	e.Name, e.To = Dropped, CopyDesk
	a.State, a.PublishAt, a.Embargoed = CopyDesk, time.Time{}, false
	e.Article = *a
	if err := tx.DropApproval(ctx, a.ID); err != nil {
		return err
	}
	return tx.Record(ctx, e)
}

// Event is something that happened to an article, for the log and for those whom
// it concerns.
type Event struct {
	Article       Article
	Name          string // the last part of the log's action, "article."
	From, To      State
	By            Author
	Before, After string // content hashes: what was let through or public, and what is now
	Reason        string // of an override, or in place of a second person
	Detail        map[string]any
}
