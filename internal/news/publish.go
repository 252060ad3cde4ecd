package news

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/outlet"
)

// Order asks for the working revision to become public.
type Order struct {
	Article string
	Class   Class     // "": First for a new publication, else Typo
	Note    string    // what changed, in one sentence for readers
	At      time.Time // of this version; zero is now. Not in the future: see Schedule

	// What a correction says; a clarification or update may say it too.
	Was, Now  string
	Blocks    []string
	Prominent bool
	FoundAt   time.Time
	By        Author // never public
	Report    string // id of the reader's report that led to it; never public

	// Path is the address that an imported article had; it is kept as it is if
	// it can be. "" makes one by the outlet's pattern.
	Path string
	// Suffix lets a taken address become …-2, …-3; without it that is
	// fault.Conflict.
	Suffix bool
}

// Publish makes the working revision of an article public at once: its page, and
// with it every list, feed and search. It returns what readers see now.
func (n Newsroom) Publish(ctx context.Context, tx Store, in Order) (Publication, error) {
	a, err := tx.Article(ctx, in.Article)
	if err != nil {
		return Publication{}, err
	}
	now := n.Clock.Now().Truncate(time.Millisecond)
	if in.At.IsZero() {
		in.At = now
	}
	old, err := live(ctx, tx, a)
	if err != nil {
		return old, err
	}
	if in, err = in.check(a, now); err != nil {
		return old, err
	}
	p, err := n.next(ctx, tx, a, old, in)
	if err != nil {
		return p, err
	}
	p.Modified = now
	if err := n.record(ctx, tx, p, in); err != nil {
		return p, err
	}
	a.State, a.Slug, a.Live, a.First, a.PublishAt, a.Embargoed, a.Modified = Published, p.Content.Slug, p.Revision, p.First, time.Time{}, false, now
	if err := tx.ChangeArticle(ctx, a, a.Working); err != nil {
		return p, err
	}
	return p, tx.PutPublication(ctx, p)
}

// live returns what readers see of an article; the zero value where they see
// nothing.
func live(ctx context.Context, tx Store, a Article) (Publication, error) {
	p, err := tx.Publication(ctx, a.ID)
	if fault.Is(err, fault.NotFound) {
		return Publication{}, nil
	}
	return p, err
}

func (in Order) check(a Article, now time.Time) (Order, error) {
	if err := checkMove(a.State, Published); err != nil {
		return in, err
	}
	if a.Locked {
		return in, fault.New(fault.Denied, "this article came with a password and stays unpublished; take the lock away first")
	}
	if in.At.After(now) {
		return in, fault.New(fault.Invalid, "that time has not come yet; schedule the article instead")
	}
	if in.Class == "" {
		in.Class = Typo
		if a.Live == "" {
			in.Class = First
		}
	}
	if (in.Class == First) != (a.Live == "") {
		return in, fault.New(fault.Invalid, "say what sort of change this is: the first publication happens once")
	}
	in.Note, in.Was, in.Now = Line(in.Note), Line(in.Was), Line(in.Now)
	switch in.Class {
	case First, Typo, Update, EditorsNote, Clarification:
	case Correct:
		if in.Was == "" || in.Now == "" {
			return in, fault.Fields{"was": "Say what was wrong.", "now": "Say what is right."}
		}
	default:
		return in, fault.New(fault.Invalid, "choose what sort of change this is")
	}
	if (in.Class == Clarification || in.Class == EditorsNote) && in.Note == "" && in.Now == "" {
		return in, fault.Fields{"note": "Say what readers should know about this change."}
	}
	return in, nil
}

// next makes the publication that follows the old one.
func (n Newsroom) next(ctx context.Context, tx Store, a Article, old Publication, in Order) (Publication, error) {
	r, err := tx.Revision(ctx, a.Working)
	if err != nil {
		return old, err
	}
	if err := r.Content.ready(); err != nil {
		return old, err
	}
	p := old
	p.Article, p.Revision, p.Group, p.Lang, p.State, p.Sticky = a.ID, r.ID, a.Group, a.Lang, Published, a.Sticky
	if p.Version, err = tx.VersionCount(ctx, a.ID); err != nil {
		return p, err
	}
	p.Version++
	if p.First.IsZero() {
		p.First = in.At
	}
	if in.Class.visible() {
		p.Updated = in.At
	}
	p.Content = r.Content
	if p.Content.Bylines, err = names(ctx, tx, r.Content.Bylines, old.Content.Bylines); err != nil {
		return p, err
	}
	p.Path, err = n.place(ctx, tx, &p, old, in)
	return p, err
}

// names fills in the names of people as they are now; who was named in an
// earlier version keeps the name of then.
func names(ctx context.Context, tx Store, bylines, old []Byline) ([]Byline, error) {
	then := map[string]string{}
	for _, b := range old {
		then[b.Person] = b.Name
	}
	out := make([]Byline, 0, len(bylines))
	for _, b := range bylines {
		if b.Person != "" {
			b.Name = then[b.Person]
		}
		if b.Name == "" {
			name, err := tx.PersonName(ctx, b.Person)
			if err != nil {
				return nil, err
			}
			b.Name = name
		}
		out = append(out, b)
	}
	return out, nil
}

// place finds the address. A published article keeps its own unless its slug
// was changed since; then the old one leads to the new one for ever.
func (n Newsroom) place(ctx context.Context, tx Store, p *Publication, old Publication, in Order) (string, error) {
	wanted := p.Content.Slug
	if old.Path != "" && (wanted == "" || wanted == old.Content.Slug) {
		p.Content.Slug = old.Content.Slug
		return old.Path, nil
	}
	if wanted == "" {
		p.Content.Slug = Slug(p.Content.Headline, p.Lang)
	}
	if p.Content.Slug == "" {
		p.Content.Slug = p.Article
	}
	o, err := tx.Outlet(ctx)
	if err != nil {
		return "", err
	}
	path, err := n.wish(ctx, tx, o, *p, in)
	if err != nil {
		return "", err
	}
	return settle(ctx, tx, path, *p, in.Suffix)
}

// wish is the address that the article should have.
func (n Newsroom) wish(ctx context.Context, tx Store, o outlet.Outlet, p Publication, in Order) (string, error) {
	if !o.Speaks(p.Lang) {
		return "", fault.New(fault.Invalid, "the newsroom does not publish in %s; add the language in the settings first", p.Lang)
	}
	if CleanPath(in.Path) != "/" {
		return o.Prefix(p.Lang) + stripLang(o, CleanPath(in.Path)), nil
	}
	if p.Content.Kind == Page {
		return o.Prefix(p.Lang) + "/" + p.Content.Slug, nil
	}
	section := ""
	if p.Content.Section != "" {
		var err error
		if section, err = tx.SectionSlug(ctx, p.Content.Section); err != nil {
			return "", err
		}
	}
	return o.Expand(p.Lang, outlet.Place{Published: p.First, Section: section, Slug: p.Content.Slug, ID: p.Article}), nil
}

func stripLang(o outlet.Outlet, path string) string {
	_, rest := o.SplitLang(path)
	return rest
}

// maxTries is how many suffixes are tried before giving up.
const maxTries = 200

// settle takes the address, or the next free one after it.
func settle(ctx context.Context, tx Store, path string, p Publication, suffix bool) (string, error) {
	o, err := tx.Outlet(ctx)
	if err != nil {
		return "", err
	}
	for try := 1; try <= maxTries; try++ {
		at := numbered(path, try)
		_, bare := o.SplitLang(at)
		ok := !outlet.Reserved(outlet.FirstSegment(bare))
		if ok {
			if ok, err = tx.ClaimPath(ctx, at, p.Article, p.First); err != nil {
				return "", err
			}
		}
		if ok {
			return at, nil
		}
		if !suffix {
			break
		}
	}
	return "", fault.New(fault.Conflict, "the address %s is taken; choose another slug", path)
}

// record writes the version, and what readers are told of it.
func (n Newsroom) record(ctx context.Context, tx Store, p Publication, in Order) error {
	v := Version{Article: p.Article, Number: p.Version, Revision: p.Revision, Class: in.Class, Note: in.Note, At: in.At, Named: p.Content.Named()}
	if err := tx.AddVersion(ctx, v); err != nil {
		return err
	}
	if !in.Class.visible() || (in.Note == "" && in.Now == "") {
		return nil
	}
	return tx.AddCorrection(ctx, Correction{
		ID: correctionID(p.Article, p.Version), Article: p.Article, Class: in.Class, From: p.Version - 1, To: p.Version,
		Was: in.Was, Now: in.Now, Note: in.Note, Blocks: in.Blocks, Prominent: in.Prominent, FoundAt: in.FoundAt, FixedAt: in.At,
		By: in.By, Report: in.Report,
	})
}

// correctionID names the correction that a version of an article makes: there is
// one at most, so that feeds call it by the same name wherever it is looked up.
func correctionID(article string, version int) string {
	h := sha256.Sum256(fmt.Appendf(nil, "correction\x00%s\x00%d", article, version))
	return id.From([16]byte(h[:16]))
}

// Schedule sets the moment at which an article becomes public, for programs that
// fill a newsroom: what comes scheduled counts as let through where it came
// from, as it is. Until then readers see nothing of it anywhere.
func (n Newsroom) Schedule(ctx context.Context, tx Store, article string, at time.Time, embargoed bool) (Article, error) {
	a, err := tx.HoldArticle(ctx, article)
	if err != nil {
		return a, err
	}
	if err := checkMove(a.State, Scheduled); err != nil {
		return a, err
	}
	if a.Locked {
		return a, fault.New(fault.Denied, "this article came with a password and stays unpublished; take the lock away first")
	}
	now := n.Clock.Now()
	at = at.UTC().Truncate(time.Millisecond)
	if !at.After(now) {
		return a, fault.Fields{"at": "Choose a time that is still to come, or publish at once."}
	}
	r, err := tx.Revision(ctx, a.Working)
	if err != nil {
		return a, err
	}
	if err := r.Content.ready(); err != nil {
		return a, err
	}
	if err := n.adopt(ctx, tx, a); err != nil {
		return a, err
	}
	a.State, a.PublishAt, a.Embargoed, a.Modified = Scheduled, at, embargoed, now
	tx.Touch("desk")
	if err := tx.ChangeArticle(ctx, a, a.Working); err != nil {
		return a, err
	}
	return a, tx.Enqueue(ctx, job.Publish(a.ID, at))
}

// adopt lets a text through as it came. What an import could not read never
// passes unseen.
func (n Newsroom) adopt(ctx context.Context, tx Store, a Article) error {
	r, err := tx.Revision(ctx, a.Working)
	if err != nil {
		return err
	}
	c, err := n.Case(ctx, tx, a, r, Act{})
	if err != nil || c.Approved.Covers(a.Working, c.Hash) {
		return err
	}
	ap := Approval{Article: a.ID, Revision: r.ID, Hash: c.Hash, At: n.Clock.Now()}
	for _, f := range c.Findings {
		if f.Rule != "raw" {
			ap.Overridden = append(ap.Overridden, f.Key())
		}
	}
	return tx.PutApproval(ctx, ap)
}
