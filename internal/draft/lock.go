package draft

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
)

// Lock says who is at an article. It tells people of each other; what protects
// the text is the base of each save.
type Lock struct {
	Article, Client string
	Holder          news.Author
	Until           time.Time // by the server's clock
	Asked           news.Author
}

// What a tab may do about a lock.
const (
	Hold  = "hold"  // say that it is open; takes the lock where nobody has it
	Ask   = "ask"   // ask the holder for it
	Take  = "take"  // take it over
	Leave = "leave" // let go of it
)

// Wish is what a tab asks for. Break says whether this person may take a lock
// that another one holds.
type Wish struct {
	Article, Client string
	By              news.Author
	Do              string
	Break           bool
}

// Held is the answer: who has the article.
type Held struct {
	Holder string    `json:"holder"`
	Mine   bool      `json:"mine"`
	Until  time.Time `json:"until"`
	Asked  string    `json:"asked"`
	From   string    `json:"-"` // from whom it was taken over; "" where it was not
}

// Lock does what a tab asks for and says who has the article then. Whoever lost
// it learns so with the next heartbeat. fault.Denied where somebody else holds
// it and this person may not take it.
func (w Writing) Lock(ctx context.Context, tx Store, in Wish) (Held, error) {
	if _, err := tx.HoldArticle(ctx, in.Article); err != nil {
		return Held{}, err
	}
	l, found, err := optional(tx.Lock(ctx, in.Article))
	if err != nil {
		return Held{}, err
	}
	now := w.Clock.Now()
	free := !found || !l.Until.After(now)
	mine := !free && l.Client == in.Client && l.Holder.ID == in.By.ID
	switch in.Do {
	case Hold:
		if free || mine {
			return w.grant(ctx, tx, in, l, mine)
		}
	case Ask:
		if free {
			return w.grant(ctx, tx, in, l, false)
		}
		if !mine && l.Asked.ID != in.By.ID {
			l.Asked = in.By
			tx.Touch("desk")
			err = tx.PutLock(ctx, l)
		}
	case Take:
		return w.takeOver(ctx, tx, in, l, free, mine)
	case Leave:
		if mine {
			return Held{}, w.leave(ctx, tx, in)
		}
	default:
		return Held{}, fault.New(fault.Invalid, "say whether to hold, ask, take or leave")
	}
	if free {
		return Held{}, err
	}
	return l.told(in), err
}

// told is the lock as one tab sees it.
func (l Lock) told(in Wish) Held {
	return Held{Holder: l.Holder.Name, Mine: l.Client == in.Client && l.Holder.ID == in.By.ID, Until: l.Until.UTC(), Asked: l.Asked.Name}
}

// grant gives the lock to a tab, or leaves it there for longer.
func (w Writing) grant(ctx context.Context, tx Store, in Wish, l Lock, again bool) (Held, error) {
	next := Lock{Article: in.Article, Client: in.Client, Holder: in.By, Until: w.Clock.Now().Add(Expiry)}
	if again {
		next.Asked = l.Asked
	} else {
		tx.Touch("desk")
	}
	return next.told(in), tx.PutLock(ctx, next)
}

// takeOver makes a revision of what the holder has saved so far and gives the
// lock to this tab. One's own in another tab may be taken by anybody.
func (w Writing) takeOver(ctx context.Context, tx Store, in Wish, l Lock, free, mine bool) (Held, error) {
	if !free && l.Holder.ID != in.By.ID && !in.Break {
		return Held{}, fault.New(fault.Denied, "%s is writing; ask for the story, or wait until a minute after the last sign of life", l.Holder.Name)
	}
	if mine {
		return w.grant(ctx, tx, in, l, true)
	}
	if _, err := w.Cut(ctx, tx, in.Article); err != nil {
		return Held{}, err
	}
	held, err := w.grant(ctx, tx, in, l, false)
	if !free && l.Holder.ID != in.By.ID {
		held.From = l.Holder.Name
	}
	return held, err
}

// leave lets go, with a revision of what this tab has saved.
func (w Writing) leave(ctx context.Context, tx Store, in Wish) error {
	d, found, err := optional(tx.Draft(ctx, in.Article))
	if err != nil {
		return err
	}
	if found && d.Client == in.Client {
		if _, err := w.Cut(ctx, tx, in.Article); err != nil {
			return err
		}
	}
	tx.Touch("desk")
	return tx.DropLock(ctx, in.Article)
}
