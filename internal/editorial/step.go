package editorial

import (
	"context"
	"slices"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// Stand is how a story stands for a person: what they may do, and what keeps
// them from it.
type Stand struct {
	Access
	Head news.Revision // the newest text; a draft that is open counts
	Case news.Case
}

// Stand gathers it; nothing is written.
func (r Room) Stand(ctx context.Context, p staff.Person, id string) (Stand, error) {
	a, err := r.Access(ctx, p, id)
	if err != nil {
		return Stand{}, err
	}
	c, open, err := r.Reading(ctx, a.Article)
	if err != nil {
		return Stand{}, err
	}
	s := Stand{Access: a, Head: news.Revision{ID: a.Working, Article: a.ID, Content: c}}
	if open != nil {
		s.Head.ID = open.ID
	}
	s.Case, err = r.News.Case(ctx, r.Store, a.Article, s.Head, news.Act{Article: a.ID, By: By(p)})
	return s, err
}

// By is a person as revisions name them.
func By(p staff.Person) news.Author { return news.Author{ID: p.ID, Name: p.Name} }

// May asks whether a person may make a step on the story.
func (s Stand) May(p staff.Person, step news.Step) staff.Decision {
	o := s.Object
	o.Sole = s.Case.Sole
	if step == news.Approve { // one's own is what one began, was to write or has the byline of
		o.Authors = named(s.Author, s.Owner)
		if p.PersonID != "" && slices.ContainsFunc(s.Case.Content.Bylines, func(b news.Byline) bool {
			return b.Person == p.PersonID && (b.Role == "by" || b.Role == "with")
		}) {
			o.Authors = append(o.Authors, p.ID)
		}
	}
	if step == news.ChangeLive && s.Case.Change.Slight() {
		o.Sole = false
	}
	may := staff.MayStep(p, string(step), o)
	if s.Live != "" && s.Case.Live.Section != s.Section && may.OK() {
		// Whoever writes can put the text into another section. What readers see
		// stands in the old one still, and who may not change that may not now.
		o.Section = s.Case.Live.Section
		may = staff.MayStep(p, string(step), o)
	}
	return may
}

// Sensible leaves out steps that would do nothing.
func (s Stand) Sensible(step news.Step) bool {
	switch step {
	case news.Confirm:
		return s.Case.Pending.Act == news.TakeDown && s.Case.Pending.Due.IsZero() && s.Case.Pending.By.ID != s.Case.By.ID
	case news.TakeBack:
		return s.Case.Pending.Act != ""
	case news.TakeDown:
		return s.Case.Pending.Act == ""
	case news.Vouch:
		return s.NeedsVouching() && !s.Case.Sole
	}
	return true
}

// NeedsVouching tells whether a change of a live text waits for somebody else to
// look at it.
func (s Stand) NeedsVouching() bool {
	return !s.Case.Change.Empty() && !s.Case.Change.Slight() && !s.Case.Approved.Covers(s.Head.ID, s.Case.Hash)
}

// Offered lists the steps that lead on now and that a person may make, the likely
// one first.
func (s Stand) Offered(p staff.Person) []news.Step {
	var out []news.Step
	for _, step := range news.StepsFrom(s.State) {
		if s.Sensible(step) && s.May(p, step).OK() {
			out = append(out, step)
		}
	}
	return out
}

// Make cuts what is being typed and makes a step. It asks once more whether the
// person may, with what the transaction sees: the story may have moved to another
// section, or become their own, since they looked at it.
func (r Room) Make(ctx context.Context, tx *store.Tx, p staff.Person, act news.Act) (out news.Outcome, err error) {
	if _, err = r.Writing().Cut(ctx, tx, act.Article); err != nil {
		return out, err
	}
	if err = r.allowed(ctx, tx, p, act); err != nil {
		return out, err
	}
	if act.Step == news.Accept {
		if act.Owner, err = r.owner(ctx, tx, p, act); err != nil {
			return out, err
		}
	}
	if out, err = r.News.Do(ctx, tx, act); err != nil {
		return out, err
	}
	if act.Step == news.SendBack {
		return out, tx.SentBack(ctx, act.By, act.Article, act.Note)
	}
	return out, nil
}

// owner is who is to write a pitch that is accepted: whom an editor names, else
// whoever accepts their own.
func (r Room) owner(ctx context.Context, tx *store.Tx, p staff.Person, act news.Act) (string, error) {
	a, err := tx.Article(ctx, act.Article)
	if err != nil {
		return "", err
	}
	if !staff.May(p, staff.Review, staff.Object{Section: a.Section}).OK() {
		return p.ID, nil
	}
	return act.Owner, tx.WorksHere(ctx, "owner", act.Owner)
}

func (r Room) allowed(ctx context.Context, tx *store.Tx, p staff.Person, act news.Act) error {
	a, err := tx.Article(ctx, act.Article)
	if err != nil {
		return err
	}
	rev, err := tx.Revision(ctx, a.Working)
	if err != nil {
		return err
	}
	s := Stand{Access: Access{Article: a, Object: staff.Object{Section: a.Section, Invited: named(a.Owner, a.Reviewer)}}, Head: rev}
	if s.Object.Authors, err = tx.Writers(ctx, a.ID, 0); err != nil {
		return err
	}
	s.Object.Authors = append(s.Object.Authors, named(a.Owner)...)
	if s.Case, err = r.News.Case(ctx, tx, a, rev, act); err != nil {
		return err
	}
	if may := s.May(p, act.Step); !may.OK() {
		return refuse(fault.Denied, may.Why)
	}
	return writes(ctx, tx, act)
}

// writes asks that whoever is to write a pitch works here.
func writes(ctx context.Context, tx *store.Tx, act news.Act) error {
	if act.Step != news.Accept || act.Owner == "" {
		return nil
	}
	a, err := tx.Account(ctx, act.Owner)
	if fault.Is(err, fault.NotFound) || err == nil && a.State != staff.Active {
		return fault.Fields{"owner": "Choose somebody who works here."}
	}
	return err
}

// Restore brings a revision of a story back as a new one.
func (r Room) Restore(ctx context.Context, tx *store.Tx, p staff.Person, rev news.Revision) (news.Revision, error) {
	if rev.Redacted != "" {
		return rev, refuse(fault.Gone, "redact.bad.gone")
	}
	out, err := r.Writing().Restore(ctx, tx, By(p), rev.Article, rev.ID)
	if err != nil {
		return out, err
	}
	return out, tx.Audit(ctx, store.Actor{ID: p.ID, Name: p.Name}, "article.restored", "article", rev.Article, map[string]any{"revision": rev.Number})
}

// Begin makes a story of a person's own. The same id asked for again is the same
// story, so that what is sent twice is one; a story of somebody else's is not
// touched by it.
func (r Room) Begin(ctx context.Context, tx *store.Tx, p staff.Person, id string, c news.Content, as news.State) error {
	a, err := tx.Article(ctx, id)
	if err == nil {
		if a.Author != p.ID {
			return fault.New(fault.Conflict, "there is a story with this id already")
		}
		return nil
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	if len(c.Bylines) == 0 && p.PersonID != "" {
		c.Bylines = []news.Byline{{Person: p.PersonID, Name: p.Name, Role: "by"}}
	}
	if _, err := r.News.Create(ctx, tx, By(p), news.New{ID: id, Content: c, State: as}); err != nil {
		return err
	}
	return tx.Audit(ctx, store.Actor{ID: p.ID, Name: p.Name}, "article.begun", "article", id, nil)
}

// Asked completes an act by what follows from how the story stands: whether
// somebody is alone, may override, writes their own pitch, and which blocks a
// change is about.
func (s Stand) Asked(p staff.Person, act news.Act) news.Act {
	act.Alone = s.May(p, act.Step).Undo > 0
	act.Override = act.Override && staff.May(p, staff.Override, s.Object).OK()
	act.Blocks = s.Case.Change.Blocks
	if act.Step == news.Accept && !staff.May(p, staff.Review, s.Object).OK() {
		act.Owner = p.ID // whose own pitch it is writes it; only who reviews may give it to others
	}
	return act
}
