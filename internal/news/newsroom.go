package news

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/outlet"
)

// Store is one transaction on what the newsroom keeps. All of a call of
// Newsroom happens in it or nothing does. What is not there is fault.NotFound.
type Store interface {
	Outlet(ctx context.Context) (outlet.Outlet, error)
	Article(ctx context.Context, id string) (Article, error)
	AddArticle(ctx context.Context, a Article) error
	// ChangeArticle writes a over the row whose working revision still is the
	// given one; fault.Conflict where somebody else has saved meanwhile.
	ChangeArticle(ctx context.Context, a Article, working string) error
	GroupHas(ctx context.Context, group, lang, except string) (bool, error)
	Revision(ctx context.Context, id string) (Revision, error)
	AddRevision(ctx context.Context, r Revision) error
	VersionCount(ctx context.Context, article string) (int, error)
	AddVersion(ctx context.Context, v Version) error
	AddCorrection(ctx context.Context, c Correction) error
	PersonName(ctx context.Context, id string) (string, error)
	SectionSlug(ctx context.Context, id string) (string, error)

	Publication(ctx context.Context, article string) (Publication, error)
	// PutPublication makes p what readers see, in every list, feed and search.
	PutPublication(ctx context.Context, p Publication) error
	// DropPublication takes an article out of all that readers see.
	DropPublication(ctx context.Context, article string) error
	// ClaimPath reserves a path for an article for ever and tells whether it is
	// the article's now: false where something else has it.
	ClaimPath(ctx context.Context, path, article string, at time.Time) (bool, error)

	Enqueue(ctx context.Context, j job.Job) error
	Touch(keys ...string)
}

// Newsroom holds the rules of articles. Its methods are called inside a
// transaction that the caller opened.
type Newsroom struct{ Clock clock.Clock }

// New is what a new article begins with.
type New struct {
	ID       string // "" makes one
	Content  Content
	Group    string // the article's id it is a translation of, or its group; "" is none
	State    State  // Pitch or Draft; "" is Draft
	Sticky   bool
	Locked   bool
	Note     string
	Created  time.Time // of an import; zero is now
	Revision string    // id for the first revision; "" makes one
}

// Create begins an article with its first revision. There is one article a
// language in a group of translations.
func (n Newsroom) Create(ctx context.Context, tx Store, by Author, in New) (Article, error) {
	now := n.Clock.Now()
	a := Article{ID: in.ID, Group: in.Group, State: in.State, Sticky: in.Sticky, Locked: in.Locked, Created: in.Created, Modified: now}
	if a.ID == "" {
		a.ID = id.New()
	}
	if a.State == "" {
		a.State = Draft
	}
	if a.State != Draft && a.State != Pitch {
		return a, fault.New(fault.Invalid, "a new article is a pitch or a draft")
	}
	if a.Created.IsZero() {
		a.Created = now
	}
	if err := a.join(ctx, tx, in); err != nil {
		return a, err
	}
	r, err := n.seal(Revision{ID: in.Revision, Article: a.ID, Number: 1, By: by, Note: in.Note}, in.Content)
	if err != nil {
		return a, err
	}
	a.take(r)
	if err := tx.AddArticle(ctx, a); err != nil {
		return a, err
	}
	tx.Touch("desk")
	return a, tx.AddRevision(ctx, r)
}

// join puts the article into its group of translations, or into a new one.
func (a *Article) join(ctx context.Context, tx Store, in New) error {
	if in.Group == "" || in.Group == a.ID {
		a.Group = a.ID
		return nil
	}
	if other, err := tx.Article(ctx, in.Group); err == nil {
		a.Group = other.Group
	} else if !fault.Is(err, fault.NotFound) {
		return err
	}
	has, err := tx.GroupHas(ctx, a.Group, in.Content.Lang, a.ID)
	if err == nil && has {
		return fault.New(fault.Conflict, "this story exists in %s already; edit that article instead", in.Content.Lang)
	}
	return err
}

// take copies into the article what its list rows show of the newest revision.
func (a *Article) take(r Revision) {
	a.Working, a.Lang, a.Kind, a.Slug, a.Section = r.ID, r.Content.Lang, r.Content.Kind, r.Content.Slug, r.Content.Section
}

// seal checks and tidies the content and makes the revision unchangeable.
func (n Newsroom) seal(r Revision, c Content) (Revision, error) {
	c = c.tidy()
	if err := c.check(); err != nil {
		return r, err
	}
	if r.ID == "" {
		r.ID = id.New()
	}
	r.Content, r.At = c, n.Clock.Now().Truncate(time.Millisecond)
	var err error
	r.Hash, err = Seal(r)
	return r, err
}

// Change is a new revision of an article. Base is the revision that the author
// started from.
type Change struct {
	Article, Base string
	Content       Content
	Note          string
}

// Save adds a revision. It is fault.Conflict where the base is not the newest
// revision any more: nobody's text is written over. Readers see nothing of it
// until the article is published again.
func (n Newsroom) Save(ctx context.Context, tx Store, by Author, in Change) (Revision, error) {
	a, err := tx.Article(ctx, in.Article)
	if err != nil {
		return Revision{}, err
	}
	if in.Base != a.Working {
		return Revision{}, fault.New(fault.Conflict, "somebody else has saved this article since you opened it; compare your text with the newest one and save again")
	}
	if in.Content.Lang != a.Lang {
		if has, err := tx.GroupHas(ctx, a.Group, in.Content.Lang, a.ID); err != nil || has || a.Live != "" {
			return Revision{}, langFixed(err)
		}
	}
	last, err := tx.Revision(ctx, a.Working)
	if err != nil {
		return Revision{}, err
	}
	r, err := n.seal(Revision{Article: a.ID, Number: last.Number + 1, Parent: last.ID, PrevHash: last.Hash, By: by, Note: in.Note}, in.Content)
	if err != nil {
		return r, err
	}
	if err := tx.AddRevision(ctx, r); err != nil {
		return r, err
	}
	a.take(r)
	a.Modified = r.At
	tx.Touch("desk")
	return r, tx.ChangeArticle(ctx, a, last.ID)
}

func langFixed(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "the language of this article can't change any more; begin a translation instead")
}

// Move brings an article into another state of the desk's own work. What makes
// it public, or ends that, has a method of its own.
func (n Newsroom) Move(ctx context.Context, tx Store, article string, to State) (Article, error) {
	a, err := tx.Article(ctx, article)
	if err != nil {
		return a, err
	}
	if to == Scheduled || to.Public() || to == Withdrawn {
		return a, fault.New(fault.Invalid, "an article becomes %s through its own form", words[to])
	}
	if err := checkMove(a.State, to); err != nil {
		return a, err
	}
	a.State, a.PublishAt, a.Embargoed, a.Modified = to, time.Time{}, false, n.Clock.Now()
	tx.Touch("desk")
	return a, tx.ChangeArticle(ctx, a, a.Working)
}
