package news

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/job"
)

// order is what Publish is asked for by a change of a live article.
func (c Case) order() Order {
	return Order{Article: c.Article.ID, Class: c.Class, Note: c.Note, Was: c.Was, Now: c.Is, Blocks: c.Blocks, Prominent: c.Prominent, FoundAt: c.FoundAt, By: c.By, Report: c.Report}
}

// change makes a new public version, at once or after the time in which somebody
// who is alone can take it back.
func (n Newsroom) change(ctx context.Context, tx Store, c Case) (Outcome, error) {
	alone := c.Sole && c.Alone && !c.Change.Slight() && !c.Change.Empty() && !c.Approved.Covers(c.Article.Working, c.Hash)
	if alone {
		return n.wait(ctx, tx, c, c.Now.Add(UndoLasts))
	}
	if c.Pending.Act == ChangeLive { // it has come out with this one
		if err := tx.DropPending(ctx, c.Article.ID); err != nil {
			return Outcome{}, err
		}
	}
	return n.goLive(ctx, tx, c, c.order())
}

// vouch is the approval of a change of a live article.
func (n Newsroom) vouch(ctx context.Context, tx Store, c Case) (Outcome, error) {
	if err := tx.PutApproval(ctx, c.let()); err != nil {
		return Outcome{}, err
	}
	tx.Touch("desk")
	return Outcome{Article: c.Article}, tx.Record(ctx, c.event(c.Article))
}

func (n Newsroom) retire(ctx context.Context, tx Store, c Case) (Outcome, error) {
	p, err := n.Retract(ctx, tx, c.Article.ID, c.Note)
	if err != nil {
		return Outcome{}, err
	}
	if c.Blank {
		p.Blank()
		if err := tx.PutPublication(ctx, p); err != nil {
			return Outcome{}, err
		}
	}
	return n.ended(ctx, tx, c, Outcome{Live: p})
}

// takeDown waits for a second person, for the time in which it can be taken back
// where there is none, and is done once it was confirmed.
func (n Newsroom) takeDown(ctx context.Context, tx Store, c Case) (Outcome, error) {
	if c.Step == TakeDown && c.Alone {
		return n.wait(ctx, tx, c, c.Now.Add(UndoLasts))
	}
	if c.Step == TakeDown {
		return n.wait(ctx, tx, c, time.Time{})
	}
	in := c.Pending.Detail
	c.Reason = in.Reason
	if err := n.Withdraw(ctx, tx, c.Article.ID, in.Note); err != nil {
		return Outcome{}, err
	}
	if err := legal(ctx, tx, c.Article.ID, in.Legal); err != nil {
		return Outcome{}, err
	}
	return n.ended(ctx, tx, c, Outcome{})
}

// legal notes that the law demands it: the address then answers 451 (RFC 7725).
func legal(ctx context.Context, tx Store, article string, demanded bool) error {
	a, err := tx.Article(ctx, article)
	if err != nil || !demanded {
		return err
	}
	a.Legal = true
	return tx.ChangeArticle(ctx, a, a.Working)
}

// ended clears what waited for an article that has come to its end.
func (n Newsroom) ended(ctx context.Context, tx Store, c Case, out Outcome) (Outcome, error) {
	var err error
	if err = tx.DropPending(ctx, c.Article.ID); err != nil {
		return out, err
	}
	if err = tx.DropApproval(ctx, c.Article.ID); err != nil {
		return out, err
	}
	if out.Article, err = tx.Article(ctx, c.Article.ID); err != nil {
		return out, err
	}
	tx.Touch("desk")
	return out, tx.Record(ctx, c.event(out.Article))
}

// wait keeps a decision until somebody else confirms it or its time has come.
func (n Newsroom) wait(ctx context.Context, tx Store, c Case, due time.Time) (Outcome, error) {
	due = due.Truncate(time.Millisecond)
	p := Pending{Article: c.Article.ID, Act: c.Step, Detail: c.Act, Revision: c.Article.Working, By: c.By, At: c.Now, Due: due}
	if err := tx.PutPending(ctx, p); err != nil {
		return Outcome{}, err
	}
	if !due.IsZero() {
		if err := tx.Enqueue(ctx, job.PendingAct(p.Article, due)); err != nil {
			return Outcome{}, err
		}
	}
	tx.Touch("desk")
	e := c.event(c.Article)
	e.Name = map[Step]string{ChangeLive: "change_waits", TakeDown: "withdrawal_asked"}[c.Step]
	return Outcome{Article: c.Article, Due: due}, tx.Record(ctx, e)
}

func (n Newsroom) takeBack(ctx context.Context, tx Store, c Case) (Outcome, error) {
	tx.Touch("desk")
	if err := tx.DropPending(ctx, c.Article.ID); err != nil {
		return Outcome{}, err
	}
	return Outcome{Article: c.Article}, tx.Record(ctx, c.event(c.Article))
}

// DuePending carries out what nobody took back. It does nothing, and says so,
// where it was taken back or the text is another one by now.
func (n Newsroom) DuePending(ctx context.Context, tx Store, article string, at time.Time) (bool, error) {
	a, err := tx.HoldArticle(ctx, article)
	if err != nil {
		return false, err
	}
	p, found, err := optional(tx.Pending(ctx, article))
	if err != nil || !found || !p.Due.Equal(at) || at.After(n.Clock.Now()) {
		return false, err
	}
	if err := tx.DropPending(ctx, article); err != nil {
		return false, err
	}
	r, err := tx.Revision(ctx, a.Working)
	if err != nil {
		return false, err
	}
	c, err := n.Case(ctx, tx, a, r, p.Detail)
	if err != nil {
		return false, err
	}
	if p.Act == ChangeLive {
		// What stood in the way of it ten minutes ago may do so now: a hold, the end
		// of a picture's rights.
		against := Check(c)
		if p.Revision != a.Working || len(against) > 0 {
			return false, tx.Record(ctx, Event{Article: a, Name: ChangeFailed, From: a.State, To: a.State, After: c.Hash, Detail: map[string]any{"obstacles": keysOf(against)}})
		}
	}
	if p.Act == TakeDown {
		c.Pending, c.Step = p, Confirm
		_, err = n.takeDown(ctx, tx, c)
		return err == nil, err
	}
	_, err = n.goLive(ctx, tx, c, c.order())
	return err == nil, err
}
