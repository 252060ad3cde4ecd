// Package draft knows how text that is being typed becomes revisions, so that
// nothing typed is lost, whoever types beside whom. It keeps nothing itself: see
// Store.
//
// The newest text of an article is its open draft, where it has one, else its
// working revision. A tab that shows the newest text and saves by itself replaces
// its own draft; everything else cuts the draft first, that is, makes a revision
// of it. A save that began with an older text is merged with the newest one, and
// where both changed the same thing the sender's whole text is kept aside as a
// revision. So a text is only ever written over by a tab that had it in front
// of it.
package draft

import (
	"context"
	"encoding/json"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/merge"
	"masthead.dev/masthead/internal/news"
)

const (
	// CutEvery is how long one goes on typing before a revision is made of it.
	CutEvery = 5 * time.Minute
	// Quiet is how long a tab may be silent before its draft becomes a revision.
	Quiet = 3 * time.Minute
	// Heartbeat is how often a tab that is open says so.
	Heartbeat = 20 * time.Second
	// Expiry is how long after its last sign of life a tab still holds an article.
	Expiry = 60 * time.Second
)

// Draft is the newest text of an article while it is being typed in one tab.
type Draft struct {
	Article      string
	ID           string // of the revision that it becomes; another one with each save
	Base         string // the working revision that it stands on
	Client       string // the tab
	By           news.Author
	Content      news.Content
	Begun, Saved time.Time
}

// Tab is the last save of a tab on an article.
type Tab struct {
	Article, Client string
	Author          string // id
	Seq             int64
	Sum             string // of what was sent
	Came            string // the base that was sent with it
	Result          string // the newest text after it
	Basis           *news.Content
	Answer          json.RawMessage
	Saved           time.Time
}

// Store is one transaction on what is kept of articles. What is not there is
// fault.NotFound.
type Store interface {
	news.Store
	// HoldArticle returns an article and keeps other writers from it until the
	// transaction ends.
	HoldArticle(ctx context.Context, id string) (news.Article, error)
	Draft(ctx context.Context, article string) (Draft, error)
	PutDraft(ctx context.Context, d Draft) error
	DropDraft(ctx context.Context, article string) error
	Tab(ctx context.Context, article, client string) (Tab, error)
	PutTab(ctx context.Context, t Tab) error
	// WritersSince lists who made the revisions after a number, each once.
	WritersSince(ctx context.Context, article string, number int) ([]news.Author, error)
	Lock(ctx context.Context, article string) (Lock, error)
	PutLock(ctx context.Context, l Lock) error
	DropLock(ctx context.Context, article string) error
}

// Writing holds the rules. Its methods are called inside a transaction that the
// caller opened, who has asked whether this person may.
type Writing struct{ Clock clock.Clock }

func (w Writing) room() news.Newsroom { return news.Newsroom{Clock: w.Clock, Diff: merge.Edits} }

// Head is the newest text of an article.
type Head struct {
	ID      string // of the draft or revision
	Number  int    // of the revision; for a draft, of the one that it becomes
	Content news.Content
	By      news.Author
	draft   *Draft // where it is one
}

// Open returns the newest text for somebody who begins to work on it. A draft
// that is open in another tab is cut, so that what is handed out stays.
func (w Writing) Open(ctx context.Context, tx Store, article string) (Head, error) {
	a, err := tx.HoldArticle(ctx, article)
	if err != nil {
		return Head{}, err
	}
	h, err := w.head(ctx, tx, &a)
	if err != nil {
		return h, err
	}
	return w.cut(ctx, tx, &a, h)
}

// Cut makes a revision of an article's open draft, if it has one, and returns
// the working revision's id. It comes before each change of an article's state.
func (w Writing) Cut(ctx context.Context, tx Store, article string) (string, error) {
	h, err := w.Open(ctx, tx, article)
	return h.ID, err
}

// CutQuiet makes a revision of a draft whose tab has been silent for Quiet, and
// tells how long to wait where it has not; zero where there is nothing to wait for.
func (w Writing) CutQuiet(ctx context.Context, tx Store, article string) (time.Duration, error) {
	if _, err := tx.HoldArticle(ctx, article); err != nil {
		return 0, err
	}
	d, found, err := optional(tx.Draft(ctx, article))
	if err != nil || !found {
		return 0, err
	}
	if wait := d.Saved.Add(Quiet).Sub(w.Clock.Now()); wait > 0 {
		return wait, nil
	}
	_, err = w.Cut(ctx, tx, article)
	return 0, err
}

// head finds the newest text. A draft beside which somebody else made a
// revision, as an import does, is brought together with it first.
func (w Writing) head(ctx context.Context, tx Store, a *news.Article) (Head, error) {
	d, found, err := optional(tx.Draft(ctx, a.ID))
	if err != nil {
		return Head{}, err
	}
	if found && d.Base != a.Working {
		return w.rejoin(ctx, tx, a, d)
	}
	if found {
		last, err := tx.LastRevision(ctx, a.ID)
		return Head{ID: d.ID, Number: last.Number + 1, Content: d.Content, By: d.By, draft: &d}, err
	}
	r, err := tx.Revision(ctx, a.Working)
	return headOf(r), err
}

func headOf(r news.Revision) Head {
	return Head{ID: r.ID, Number: r.Number, Content: r.Content, By: r.By}
}

// rejoin keeps a draft aside under its own id and merges it with the working
// revision.
func (w Writing) rejoin(ctx context.Context, tx Store, a *news.Article, d Draft) (Head, error) {
	if err := tx.DropDraft(ctx, a.ID); err != nil {
		return Head{}, err
	}
	base, err := tx.Revision(ctx, d.Base)
	if err != nil {
		return Head{}, err
	}
	now, err := tx.Revision(ctx, a.Working)
	if err != nil {
		return Head{}, err
	}
	kept := news.Entry{ID: d.ID, Parent: d.Base, Origin: news.Aside, Content: d.Content, By: d.By, At: d.Saved}
	kept.Added, kept.Removed = merge.Size(base.Content, d.Content)
	if _, err := w.room().Append(ctx, tx, a, kept); err != nil {
		return Head{}, err
	}
	r, err := merge.Merge(base.Content, d.Content, now.Content)
	if err != nil {
		return Head{}, err
	}
	return w.keep(ctx, tx, a, headOf(now), r.Content, news.Entry{Origin: news.Merged, By: d.By})
}

// keep makes a revision of a text on top of the newest one, or leaves it where
// it is the same.
func (w Writing) keep(ctx context.Context, tx Store, a *news.Article, on Head, c news.Content, e news.Entry) (Head, error) {
	if same(c, on.Content) {
		return on, nil
	}
	e.Content = c
	e.Added, e.Removed = merge.Size(on.Content, c)
	r, err := w.room().Append(ctx, tx, a, e)
	tx.Touch("desk")
	return headOf(r), err
}

// cut makes a revision of the newest text where it is a draft.
func (w Writing) cut(ctx context.Context, tx Store, a *news.Article, h Head) (Head, error) {
	d := h.draft
	if d == nil {
		return h, nil
	}
	base, err := tx.Revision(ctx, d.Base)
	if err != nil {
		return h, err
	}
	e := news.Entry{ID: d.ID, Origin: news.Typed, Content: d.Content, By: d.By, At: d.Saved}
	e.Added, e.Removed = merge.Size(base.Content, d.Content)
	r, err := w.room().Append(ctx, tx, a, e)
	if err != nil {
		return h, err
	}
	tx.Touch("desk")
	return headOf(r), tx.DropDraft(ctx, a.ID)
}

// Restore brings an older revision back as a new one; what was newest before
// stays in the list.
func (w Writing) Restore(ctx context.Context, tx Store, by news.Author, article, revision string) (news.Revision, error) {
	a, err := tx.HoldArticle(ctx, article)
	if err != nil {
		return news.Revision{}, err
	}
	old, err := tx.Revision(ctx, revision)
	if err != nil {
		return old, err
	}
	if old.Article != a.ID {
		return old, notThere()
	}
	h, err := w.head(ctx, tx, &a)
	if err == nil {
		h, err = w.cut(ctx, tx, &a, h)
	}
	if err != nil {
		return old, err
	}
	e := news.Entry{Origin: news.Restored, Content: old.Content, By: by}
	e.Added, e.Removed = merge.Size(h.Content, old.Content)
	tx.Touch("desk")
	return w.room().Append(ctx, tx, &a, e)
}

// wake asks for the draft to be cut when its tab falls silent.
func (w Writing) wake(ctx context.Context, tx Store, article string) error {
	return tx.Enqueue(ctx, job.CutDraft(article, w.Clock.Now().Add(Quiet)))
}
