package news

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/search"
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
	Revision(ctx context.Context, id string) (Revision, error)
	// LastRevision returns the one with the highest number: the end of the chain,
	// which need not be the working one (see Aside).
	LastRevision(ctx context.Context, article string) (Revision, error)
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

	Facts
	// HoldArticle returns an article and keeps other writers from it until the
	// transaction ends.
	HoldArticle(ctx context.Context, id string) (Article, error)
	PutApproval(ctx context.Context, a Approval) error
	DropApproval(ctx context.Context, article string) error
	PutPending(ctx context.Context, p Pending) error
	DropPending(ctx context.Context, article string) error
	// Record logs what happened and tells those whom it concerns.
	Record(ctx context.Context, e Event) error

	Enqueue(ctx context.Context, j job.Job) error
	Touch(keys ...string)
}

// Newsroom holds the rules of articles. Its methods are called inside a
// transaction that the caller opened.
type Newsroom struct {
	Clock clock.Clock
	// Diff finds the edits between two texts; nil takes every change for one of
	// meaning. Package merge has it (Edits), which stands above this one.
	Diff func(from, to Content) []Edit
	Gate Gate // nil is Basics
}

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
	a := Article{ID: in.ID, Group: in.Group, Author: by.ID, State: in.State, Sticky: in.Sticky, Locked: in.Locked, Created: in.Created, Modified: now}
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
	r, err := n.seal(Revision{ID: in.Revision, Article: a.ID, Number: 1, By: by, Note: in.Note, Added: -1, Removed: -1}, in.Content)
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
	a.Headline, a.Folded = r.Content.Headline, Folded(r.Content)
}

// maxFolded bounds what lists are searched by, in bytes.
const maxFolded = 400

// Folded is what the desk's lists find an article by: its headline, address and
// bylines in the form of package search, with a blank before each word.
func Folded(c Content) string {
	all := []string{c.Headline, c.Slug}
	for _, b := range c.Bylines {
		all = append(all, b.Name)
	}
	out := " " + search.Normalise(strings.Join(all, " "))
	if len(out) > maxFolded {
		out = strings.ToValidUTF8(out[:maxFolded], "")
	}
	return out
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
	if r.At.IsZero() {
		r.At = n.Clock.Now()
	}
	r.Content, r.At = c, r.At.Truncate(time.Millisecond)
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
	r, err := n.Append(ctx, tx, &a, Entry{Content: in.Content, By: by, Note: in.Note, Added: -1, Removed: -1})
	if err == nil {
		tx.Touch("desk")
	}
	return r, err
}

// Entry is a revision to be added at the end of an article's chain. What is
// left empty is: ID a new one, Parent the working revision, At now.
type Entry struct {
	ID, Parent     string
	Origin         Origin
	Content        Content
	By             Author
	Note           string
	At             time.Time
	Added, Removed int // words; -1 is not counted
}

// Append adds a revision and, unless it is kept Aside, makes it the working one.
// The caller has made sure that nobody's text is written over.
func (n Newsroom) Append(ctx context.Context, tx Store, a *Article, in Entry) (Revision, error) {
	if in.Origin != Aside {
		if err := n.checkLang(ctx, tx, *a, in.Content.Lang); err != nil {
			return Revision{}, err
		}
	}
	last, err := tx.LastRevision(ctx, a.ID)
	if err != nil {
		return Revision{}, err
	}
	if in.Parent == "" {
		in.Parent = a.Working
	}
	r := Revision{ID: in.ID, Article: a.ID, Number: last.Number + 1, Parent: in.Parent, PrevHash: last.Hash, Origin: in.Origin,
		By: in.By, Note: in.Note, At: in.At, Added: in.Added, Removed: in.Removed}
	if r, err = n.seal(r, in.Content); err != nil {
		return r, err
	}
	if err := tx.AddRevision(ctx, r); err != nil || in.Origin == Aside {
		return r, err
	}
	was := a.Working
	a.take(r)
	a.Modified = r.At
	if err := n.edited(ctx, tx, a, r); err != nil {
		return r, err
	}
	return r, tx.ChangeArticle(ctx, *a, was)
}

// checkLang refuses another language where the article is public already, or
// its group has an article in that one.
func (n Newsroom) checkLang(ctx context.Context, tx Store, a Article, lang string) error {
	if lang == a.Lang {
		return nil
	}
	if has, err := tx.GroupHas(ctx, a.Group, lang, a.ID); err != nil || has || a.Live != "" {
		return langFixed(err)
	}
	return nil
}

func langFixed(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "the language of this article can't change any more; begin a translation instead")
}

// Move brings an article into another state of the desk's own work, for programs
// that fill a newsroom; people make steps, see Do. What makes an article public,
// or ends that, has a method of its own.
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
	a.State, a.PublishAt, a.Embargoed, a.Modified, a.Ended = to, time.Time{}, false, n.Clock.Now(), time.Time{}
	if to == Spiked {
		a.Ended = a.Modified
	}
	if to == Approved {
		if err := n.adopt(ctx, tx, a); err != nil {
			return a, err
		}
	}
	tx.Touch("desk")
	return a, tx.ChangeArticle(ctx, a, a.Working)
}
