package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/news"
)

// Preview is a link by which somebody outside the desk reads the newest text of
// one story.
type Preview struct {
	ID, Article             string
	Label                   string // for whom it is
	By                      news.Author
	Own                     bool      // of somebody of the desk for themselves
	Made, Ends, Ended, Seen time.Time // Ended: taken back
}

// Works tells whether it opens anything.
func (p Preview) Works(now time.Time) bool { return p.Ended.IsZero() && now.Before(p.Ends) }

// PreviewDays are how long a link may last, in days.
var PreviewDays = []int{1, 3, 7, 14}

// MakePreview makes a link for so many days and returns its token, which is kept
// nowhere but as a hash: whoever reads the database can open nothing with it.
func (tx *Tx) MakePreview(ctx context.Context, by Actor, articleID, label string, days int) (token string, err error) {
	if days < 1 || days > PreviewDays[len(PreviewDays)-1] {
		return "", fault.Fields{"days": "Choose for how long the link shall work."}
	}
	p := Preview{ID: id.New()}
	token = newToken()
	now := tx.now()
	_, err = db.Exec(ctx, tx, "INSERT INTO preview (id, token_hash, article_id, label, by_id, by_name, created_at, expires_at) VALUES ("+places(8)+")",
		p.ID, tokenHash(token), articleID, label, by.ID, by.Name, now, now+int64(days)*24*time.Hour.Milliseconds())
	if err != nil {
		return "", err
	}
	tx.Touch("desk")
	return token, tx.Audit(ctx, by, "preview.made", "article", articleID, map[string]any{"preview": p.ID, "for": label, "days": days})
}

// OwnPreviewLasts is for how long a link works by which somebody of the desk looks
// at a story for themselves.
const OwnPreviewLasts = time.Hour

// PutOwnPreview makes such a link work under a token, where it does not yet. It
// stands in no list, for nobody is to be given it.
func (tx *Tx) PutOwnPreview(ctx context.Context, by Actor, articleID, token string) error {
	now := tx.now()
	_, err := db.Exec(ctx, tx, "INSERT INTO preview (id, token_hash, article_id, label, by_id, by_name, created_at, expires_at, own) VALUES ("+places(9)+") ON CONFLICT (token_hash) DO NOTHING",
		id.New(), tokenHash(token), articleID, "", by.ID, by.Name, now, now+OwnPreviewLasts.Milliseconds(), 1)
	return err
}

// EndPreview takes a link of an article back: it opens nothing from then on.
func (tx *Tx) EndPreview(ctx context.Context, by Actor, articleID, previewID string) error {
	n, err := db.Exec(ctx, tx, "UPDATE preview SET revoked_at = $3 WHERE id = $1 AND article_id = $2 AND revoked_at IS NULL", previewID, articleID, tx.now())
	if err != nil || n == 0 {
		return err
	}
	tx.Touch("desk")
	return tx.Audit(ctx, by, "preview.ended", "article", articleID, map[string]any{"preview": previewID})
}

const previewColumns = "id, article_id, label, by_id, by_name, created_at, expires_at, revoked_at, seen_at, own"

func scanPreview(r db.Scanner) (p Preview, err error) {
	return p, r.Scan(&p.ID, &p.Article, &p.Label, &p.By.ID, &p.By.Name, db.At(&p.Made), db.At(&p.Ends), db.At(&p.Ended), db.At(&p.Seen), db.Bool(&p.Own))
}

// Previews lists the links to an article, the newest first; for the desk.
func (s *Store) Previews(ctx context.Context, articleID string) ([]Preview, error) {
	return db.Rows(ctx, s.Query(), scanPreview, "SELECT "+previewColumns+" FROM preview WHERE article_id = $1 AND own = 0 ORDER BY created_at DESC, id LIMIT 100", articleID)
}

// PreviewByToken finds the link that an address holds; fault.Gone where it opens
// nothing any more, fault.NotFound where it never did.
func (s *Store) PreviewByToken(ctx context.Context, token string) (Preview, error) {
	p, err := db.One(ctx, s.Query(), scanPreview, "SELECT "+previewColumns+" FROM preview WHERE token_hash = $1", tokenHash(token))
	if fault.Is(err, fault.NotFound) {
		return p, fault.New(fault.NotFound, "there is no page at this address")
	}
	if err == nil && !p.Works(s.Clock.Now()) {
		err = fault.New(fault.Gone, "this link has ended")
	}
	return p, err
}

// PreviewText is the newest text of the article that a link opens. It is the one
// place where text that is not public leaves the desk, and asks for the link and
// for the right of whoever gave it.
func (s *Store) PreviewText(ctx context.Context, token string) (Preview, news.Article, news.Content, error) {
	p, err := s.PreviewByToken(ctx, token)
	if err != nil {
		return p, news.Article{}, news.Content{}, err
	}
	a, err := s.Article(ctx, p.Article)
	if err != nil {
		return p, a, news.Content{}, err
	}
	given, err := p.givenStill(ctx, s.Query(), a)
	if err != nil {
		return p, a, news.Content{}, err
	}
	if !given || a.State == news.Spiked || a.State == news.Withdrawn {
		return p, a, news.Content{}, fault.New(fault.Gone, "this link has ended")
	}
	d, err := s.Draft(ctx, a.ID)
	if err == nil {
		return p, a, d.Content, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return p, a, news.Content{}, err
	}
	r, err := s.Revision(ctx, a.Working)
	return p, a, r.Content, err
}

// PreviewSeen notes that somebody opened a link, at most once an hour.
func (tx *Tx) PreviewSeen(ctx context.Context, previewID string) error {
	now := tx.now()
	_, err := db.Exec(ctx, tx, "UPDATE preview SET seen_at = $2 WHERE id = $1 AND (seen_at IS NULL OR seen_at < $3)", previewID, now, now-time.Hour.Milliseconds())
	return err
}
