package news

import (
	"context"
	"slices"
	"time"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/outlet"
)

// Act is a step as somebody asks for it. The caller has asked package staff
// whether they may, and met the conditions of the answer.
type Act struct {
	Article string
	Step    Step
	By      Author
	Seen    string // id of the newest text that they had in front of them; "" does not say
	Note    string // what to change; of a live article, what readers are told
	Reason  string // for the log: of an override, of a withdrawal, or in place of a second person
	// Override lets stops pass that a publisher may let pass; it needs a Reason.
	Override bool
	// Alone tells that there is nobody else in the newsroom: a reason, and
	// UndoLasts before it takes effect, stand in for the second person.
	Alone        bool
	Acknowledged []string // keys of warnings

	Owner     string    // for Accept: the account that is to write it
	At        time.Time // for Plan
	Embargoed bool

	Class     Class // for ChangeLive, with what readers are told
	Was, Is   string
	Blocks    []string
	Prominent bool
	FoundAt   time.Time
	Report    string // id of the reader's report that led to it
	Blank     bool   // for Retire: the text goes, the notice stays
	Legal     bool   // for TakeDown: the law demands it (451)
}

// UndoLasts is how long what one person decided alone can be taken back.
const UndoLasts = 10 * time.Minute

// Pending is a step that is decided and waits.
type Pending struct {
	Article  string
	Act      Step // ChangeLive or TakeDown
	Detail   Act
	Revision string // that was working when it was decided
	By       Author
	At       time.Time
	Due      time.Time // zero: waits for a second person
}

// Outcome is what came of an act.
type Outcome struct {
	Article Article
	Live    Publication // where it made a public version
	Due     time.Time   // where it takes effect later
}

// Facts is what a case is made of. What is not there is fault.NotFound.
type Facts interface {
	Outlet(ctx context.Context) (outlet.Outlet, error)
	Revision(ctx context.Context, id string) (Revision, error)
	Approval(ctx context.Context, article string) (Approval, error)
	Pending(ctx context.Context, article string) (Pending, error)
	// GroupHas tells whether a group of translations has an article in a language
	// besides the given one; spiked ones do not count.
	GroupHas(ctx context.Context, group, lang, except string) (bool, error)
	// Writers lists the accounts that made revisions after a number, each once;
	// those that were kept aside do not count.
	Writers(ctx context.Context, article string, after int) ([]string, error)
	// Pictures describes pictures in a language; ids that name none are left out.
	Pictures(ctx context.Context, ids []string, lang string) (map[string]Picture, error)
}

// Case gathers what the guards look at. r is the newest text, which need not be
// kept as a revision yet; of act, Step may still be open.
func (n Newsroom) Case(ctx context.Context, f Facts, a Article, r Revision, act Act) (c Case, err error) {
	c = Case{Act: act, Article: a, Content: r.Content, Now: n.Clock.Now()}
	c.Article.Working = r.ID
	if c.Hash, err = ContentHash(r.Content); err != nil {
		return c, err
	}
	if c.Approved, _, err = optional(f.Approval(ctx, a.ID)); err != nil {
		return c, err
	}
	if c.Pending, _, err = optional(f.Pending(ctx, a.ID)); err != nil {
		return c, err
	}
	if c.Findings, err = n.look(ctx, f, r.Content); err != nil {
		return c, err
	}
	if a.State == Spiked {
		if c.Twin, err = f.GroupHas(ctx, a.Group, a.Lang, a.ID); err != nil {
			return c, err
		}
	}
	after := 0
	if a.Live != "" {
		live, err := f.Revision(ctx, a.Live)
		if err != nil {
			return c, err
		}
		after, c.Live, c.Change = live.Number, live.Content, n.weigh(live.Content, r.Content)
		if c.OldOnes, err = n.look(ctx, f, live.Content); err != nil {
			return c, err
		}
	}
	return c, c.eyes(ctx, f, after)
}

// eyes finds out whether only this person has written what is to be let through.
func (c *Case) eyes(ctx context.Context, f Facts, after int) error {
	o, err := f.Outlet(ctx)
	if err != nil || o.OwnWork {
		return err
	}
	list, err := f.Writers(ctx, c.Article.ID, after)
	c.Sole = writers(list).sole(c.By.ID)
	return err
}

func (n Newsroom) look(ctx context.Context, f Facts, c Content) ([]Finding, error) {
	m := Matter{Content: c, Now: n.Clock.Now()}
	var err error
	m.Pictures, err = f.Pictures(ctx, c.Media(), c.Lang)
	return n.findings(m), err
}

func optional[T any](v T, err error) (T, bool, error) {
	if fault.Is(err, fault.NotFound) {
		var none T
		return none, false, nil
	}
	return v, err == nil, err
}

func blockID(b document.Block) string { return document.BaseOf(b).ID }

// Do makes a step, or says why it can't be made: then the error holds a Refusal.
// What is being typed has been cut before (draft.Writing.Cut).
func (n Newsroom) Do(ctx context.Context, tx Store, in Act) (Outcome, error) {
	a, err := tx.HoldArticle(ctx, in.Article)
	if err != nil {
		return Outcome{}, err
	}
	if in.Seen != "" && in.Seen != a.Working {
		return Outcome{}, refuse([]Obstacle{{Key: "flow.no.seen"}})
	}
	in.Note, in.Reason, in.Was, in.Is = Line(in.Note), Line(in.Reason), Line(in.Was), Line(in.Is)
	r, err := tx.Revision(ctx, a.Working)
	if err != nil {
		return Outcome{}, err
	}
	c, err := n.Case(ctx, tx, a, r, in)
	if err != nil {
		return Outcome{}, err
	}
	if err := refuse(Check(c)); err != nil {
		return Outcome{}, err
	}
	return n.carryOut(ctx, tx, c)
}

// carryOut does what no guard objects to.
func (n Newsroom) carryOut(ctx context.Context, tx Store, c Case) (Outcome, error) {
	switch c.Step {
	case Plan:
		return n.plan(ctx, tx, c, c.At, c.Embargoed)
	case GoLive:
		if c.Approved.Alone {
			return n.plan(ctx, tx, c, c.Now.Add(UndoLasts), false)
		}
		return n.goLive(ctx, tx, c, Order{Article: c.Article.ID, Suffix: c.Content.Kind != Page})
	case ChangeLive:
		return n.change(ctx, tx, c)
	case Vouch:
		return n.vouch(ctx, tx, c)
	case Retire:
		return n.retire(ctx, tx, c)
	case TakeDown, Confirm:
		return n.takeDown(ctx, tx, c)
	case TakeBack:
		return n.takeBack(ctx, tx, c)
	}
	return n.move(ctx, tx, c)
}

// event is the log's entry of an act.
func (c Case) event(a Article) Event {
	e := Event{Article: a, Name: happened[c.Step], From: c.Article.State, To: a.State, By: c.By, Before: c.Approved.Hash, After: c.Hash, Reason: c.Reason, Detail: map[string]any{}}
	if c.Article.Live != "" {
		e.Before, _ = ContentHash(c.Live) // it was hashed as a revision already
	}
	if c.Override {
		e.Detail["override"] = c.passed()
	}
	return e
}

// passed lists the stops that an override let through.
func (c Case) passed() []string {
	var out []string
	c.Override = false
	for _, o := range Check(c) {
		if o.Finding != nil {
			out = append(out, o.Finding.Key())
		} else {
			out = append(out, o.Key)
		}
	}
	return out
}

// move is every step within the house.
func (n Newsroom) move(ctx context.Context, tx Store, c Case) (Outcome, error) {
	a := c.Article
	a.State, a.PublishAt, a.Embargoed, a.Modified, a.Ended = c.Step.To(), time.Time{}, false, c.Now, time.Time{}
	switch c.Step {
	case Accept:
		if c.Owner != "" {
			a.Owner = c.Owner
		}
	case Spike:
		a.Ended = c.Now
	}
	if err := n.approval(ctx, tx, c); err != nil {
		return Outcome{}, err
	}
	tx.Touch("desk")
	if err := tx.ChangeArticle(ctx, a, a.Working); err != nil {
		return Outcome{}, err
	}
	return Outcome{Article: a}, tx.Record(ctx, c.event(a))
}

// approval gives, keeps or takes away what lets a text out.
func (n Newsroom) approval(ctx context.Context, tx Store, c Case) error {
	switch c.Step {
	case Approve:
		return tx.PutApproval(ctx, c.let())
	case Unplan:
		return nil
	}
	return tx.DropApproval(ctx, c.Article.ID)
}

func (c Case) let() Approval {
	ap := Approval{Article: c.Article.ID, Revision: c.Article.Working, Hash: c.Hash, By: c.By, At: c.Now, Alone: c.Sole && c.Alone, Acknowledged: c.Acknowledged}
	if c.Override {
		ap.Overridden = c.passed()
	}
	return ap
}

// seen is the approval with what was acknowledged and let pass when the moment
// was chosen: it holds for as long as the approval does, and so for that text
// alone. Who let it pass, and why, stands in the log's entry of the plan.
func (c Case) seen() Approval {
	ap := c.Approved
	ap.Acknowledged = slices.Compact(slices.Sorted(slices.Values(slices.Concat(ap.Acknowledged, c.Acknowledged))))
	if c.Override {
		ap.Overridden = slices.Concat(ap.Overridden, c.passed())
	}
	return ap
}

func (n Newsroom) plan(ctx context.Context, tx Store, c Case, at time.Time, embargoed bool) (Outcome, error) {
	if c.Override || len(c.Acknowledged) > 0 {
		if err := tx.PutApproval(ctx, c.seen()); err != nil {
			return Outcome{}, err
		}
	}
	a := c.Article
	a.State, a.PublishAt, a.Embargoed, a.Modified = Scheduled, at.UTC().Truncate(time.Millisecond), embargoed, c.Now
	tx.Touch("desk")
	if err := tx.ChangeArticle(ctx, a, a.Working); err != nil {
		return Outcome{}, err
	}
	if err := tx.Enqueue(ctx, job.Publish(a.ID, a.PublishAt)); err != nil {
		return Outcome{}, err
	}
	e := c.event(a)
	e.Detail["at"], e.Detail["embargoed"] = a.PublishAt.Format(time.RFC3339), embargoed
	return Outcome{Article: a, Due: a.PublishAt}, tx.Record(ctx, e)
}

func (n Newsroom) goLive(ctx context.Context, tx Store, c Case, o Order) (Outcome, error) {
	p, err := n.Publish(ctx, tx, o)
	if err != nil {
		return Outcome{}, err
	}
	if err := tx.DropApproval(ctx, c.Article.ID); err != nil {
		return Outcome{}, err
	}
	a, err := tx.Article(ctx, c.Article.ID)
	if err != nil {
		return Outcome{}, err
	}
	e := c.event(a)
	e.Detail["version"], e.Detail["class"] = p.Version, o.Class
	if c.Article.State == Scheduled {
		e.Detail["scheduled_for"], e.Detail["embargoed"] = c.Article.PublishAt.Format(time.RFC3339), c.Article.Embargoed
	}
	return Outcome{Article: a, Live: p}, tx.Record(ctx, e)
}
