package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
)

// SitemapSize is the number of addresses in one part of the sitemap.
const SitemapSize = 1000

// SitemapPart is a part of the sitemap, counted from 1 and from the oldest
// article on, so that old parts stay as they are.
type SitemapPart struct {
	N        int
	Modified time.Time
}

// SitemapParts lists the parts with when readers were last told of a change in
// them: a typo is no reason to fetch them again. A
// retracted article keeps its address but is in no sitemap.
func (s *Store) SitemapParts(ctx context.Context) ([]SitemapPart, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (p SitemapPart, err error) {
		return p, r.Scan(&p.N, db.At(&p.Modified))
	}, `SELECT n, MAX(told) FROM (
		SELECT (ROW_NUMBER() OVER (ORDER BY first_published_at, article_id) - 1) / $1 + 1 AS n,
			COALESCE(updated_at, first_published_at) AS told FROM publication WHERE state = 'published') AS part
		GROUP BY n ORDER BY n`, SitemapSize)
}

// Sitemap returns the articles of a part.
func (s *Store) Sitemap(ctx context.Context, part int) ([]Teaser, error) {
	return db.Rows(ctx, s.Query(), scanTeaser, "SELECT "+teaserColumns+` FROM publication p
		WHERE p.article_id IN (SELECT article_id FROM publication WHERE state = 'published' ORDER BY first_published_at, article_id LIMIT $1 OFFSET $2)
		ORDER BY p.first_published_at, p.article_id`, SitemapSize, (part-1)*SitemapSize)
}

// Recent lists what was first published since a time, in all languages, newest
// first, without pages and retracted articles; for the news sitemap.
func (s *Store) Recent(ctx context.Context, since time.Time, limit int) ([]Teaser, error) {
	return db.Rows(ctx, s.Query(), scanTeaser, "SELECT "+teaserColumns+` FROM publication p
		WHERE p.first_published_at >= $1 AND p.kind <> 'page' AND p.state = 'published'
		ORDER BY p.first_published_at DESC, p.article_id DESC LIMIT $2`, since.UnixMilli(), limit)
}
