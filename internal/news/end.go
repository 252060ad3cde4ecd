package news

import (
	"context"
	"path"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// Retract leaves an article at its address under a notice: its core does not
// hold. The reason is public.
func (n Newsroom) Retract(ctx context.Context, tx Store, article, reason string) (Publication, error) {
	a, p, err := n.end(ctx, tx, article, Retracted, Retraction, reason)
	if err != nil {
		return p, err
	}
	p.State, p.Modified, p.Updated = Retracted, a.Modified, a.Modified
	return p, tx.PutPublication(ctx, p)
}

// Withdraw takes an article from its address, which from then on says that it is
// gone. The reason is public, so it must not repeat what did the harm.
func (n Newsroom) Withdraw(ctx context.Context, tx Store, article, reason string) error {
	_, p, err := n.end(ctx, tx, article, Withdrawn, Withdrawal, reason)
	if err != nil {
		return err
	}
	return tx.DropPublication(ctx, p.Article)
}

// end makes the version that tells of a retraction or withdrawal.
func (n Newsroom) end(ctx context.Context, tx Store, article string, to State, class Class, reason string) (Article, Publication, error) {
	a, err := tx.Article(ctx, article)
	if err != nil {
		return a, Publication{}, err
	}
	if err := checkMove(a.State, to); err != nil {
		return a, Publication{}, err
	}
	if reason = Line(reason); reason == "" {
		return a, Publication{}, fault.Fields{"note": "Say in a sentence why; readers will see it."}
	}
	p, err := tx.Publication(ctx, article)
	if err != nil {
		return a, p, err
	}
	now := n.Clock.Now().Truncate(time.Millisecond)
	count, err := tx.VersionCount(ctx, a.ID)
	if err != nil {
		return a, p, err
	}
	p.Version = count + 1
	if err := tx.AddVersion(ctx, Version{Article: a.ID, Number: p.Version, Revision: p.Revision, Class: class, Note: reason, At: now, Named: p.Content.Named()}); err != nil {
		return a, p, err
	}
	if err := tx.AddCorrection(ctx, Correction{ID: correctionID(a.ID, p.Version), Article: a.ID, Class: class, From: count, To: p.Version, Note: reason, Prominent: true, FixedAt: now}); err != nil {
		return a, p, err
	}
	a.State, a.Modified = to, now
	if to == Withdrawn {
		a.Live = ""
	}
	return a, p, tx.ChangeArticle(ctx, a, a.Working)
}

// numbered is the address for the nth try: /a/b, /a/b-2, /a/b-3; an ending such
// as .html stays at the end.
func numbered(at string, n int) string {
	if n == 1 {
		return at
	}
	ext := path.Ext(at)
	if len(ext) > 6 || strings.Contains(ext, "/") {
		ext = ""
	}
	return strings.TrimSuffix(at, ext) + "-" + strconv.Itoa(n) + ext
}
