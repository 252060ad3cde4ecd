package news

import (
	"context"
	"time"
)

// LateAfter is how late a publication may be before somebody is told.
const LateAfter = time.Minute

// Fate is what became of an appointment.
type Fate string

// The fates. Void: the article was given another time meanwhile, or taken back,
// or its time has not come.
const (
	Void    Fate = ""
	Out     Fate = "out"
	Held    Fate = "held" // something stood against it: it is back at the copy desk
	OutLate Fate = "late" // out, but later than LateAfter
)

// Due publishes an article whose moment has come, unless something stands
// against it now.
func (n Newsroom) Due(ctx context.Context, tx Store, article string, at time.Time) (Fate, error) {
	a, err := tx.HoldArticle(ctx, article)
	if err != nil {
		return Void, err
	}
	now := n.Clock.Now()
	if a.State != Scheduled || !a.PublishAt.Equal(at) || at.After(now) {
		return Void, nil
	}
	r, err := tx.Revision(ctx, a.Working)
	if err != nil {
		return Void, err
	}
	c, err := n.Case(ctx, tx, a, r, Act{Step: GoLive})
	if err != nil {
		return Void, err
	}
	if list := Check(c); len(list) > 0 {
		return Held, n.holdBack(ctx, tx, c, list)
	}
	// A taken address must not keep a story from its hour: it gets a number. One
	// that comes late says when it really came.
	o, fate := Order{Article: a.ID, At: at, Suffix: true}, Out
	if now.Sub(at) > LateAfter {
		o.At, fate = time.Time{}, OutLate
	}
	_, err = n.goLive(ctx, tx, c, o)
	return fate, err
}

// holdBack takes an article off the plan and says what stood against it.
func (n Newsroom) holdBack(ctx context.Context, tx Store, c Case, list []Obstacle) error {
	a := c.Article
	a.State, a.PublishAt, a.Embargoed, a.Modified = CopyDesk, time.Time{}, false, c.Now
	if err := tx.DropApproval(ctx, a.ID); err != nil {
		return err
	}
	if err := tx.ChangeArticle(ctx, a, a.Working); err != nil {
		return err
	}
	tx.Touch("desk")
	e := Event{Article: a, Name: PublishFailed, From: Scheduled, To: CopyDesk, Before: c.Approved.Hash, After: c.Hash}
	e.Detail = map[string]any{"obstacles": keysOf(list), "at": c.Article.PublishAt.Format(time.RFC3339)}
	return tx.Record(ctx, e)
}

func keysOf(list []Obstacle) []string {
	keys := make([]string, 0, len(list))
	for _, o := range list {
		keys = append(keys, o.Key)
	}
	return keys
}

// Refused takes an article off the plan whose publication was tried and refused
// for a reason that a person has to mend, and tells whether it did: the
// appointment may have been made void meanwhile.
func (n Newsroom) Refused(ctx context.Context, tx Store, article string, at time.Time) (bool, error) {
	a, err := tx.HoldArticle(ctx, article)
	if err != nil || a.State != Scheduled || !a.PublishAt.Equal(at) {
		return false, err
	}
	c := Case{Article: a, Now: n.Clock.Now()}
	return true, n.holdBack(ctx, tx, c, []Obstacle{{Key: "publish"}})
}
