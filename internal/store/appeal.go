package store

import (
	"context"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/money"
)

// ArticleGifts is what came of the gifts that were begun on an article's page,
// in one currency.
type ArticleGifts struct {
	Article  string
	Headline string // as readers see it
	Lang     string
	Path     string
	Gifts    int          // that are paid, and not given back whole; a plan is one
	Kept     money.Amount // less refunds and disputes, with what plans have brought since
}

// GiftsByArticle lists public articles from which at least so many gifts were
// begun, the largest sums first. The form of an article carries its id and
// nothing about the reader, so this counts gifts and never visits; few gifts are
// left out, since beside a list of donors they would tell who read what.
func (s *Store) GiftsByArticle(ctx context.Context, atLeast, most int) ([]ArticleGifts, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (a ArticleGifts, err error) {
		return a, r.Scan(&a.Article, &a.Headline, &a.Lang, &a.Path, &a.Kept.Currency, &a.Gifts, &a.Kept.Minor)
	}, `SELECT b.article_id, b.headline, b.lang, b.path, p.currency, COUNT(DISTINCT d.id), SUM(p.minor - p.refunded_minor - p.disputed_minor)
		FROM payment p JOIN donation d ON d.id = p.donation_id JOIN publication b ON b.article_id = d.appeal
		WHERE d.appeal <> '' AND p.minor > p.refunded_minor + p.disputed_minor
		GROUP BY b.article_id, b.headline, b.lang, b.path, p.currency HAVING COUNT(DISTINCT d.id) >= $1
		ORDER BY SUM(p.minor - p.refunded_minor - p.disputed_minor) DESC, b.article_id, p.currency LIMIT $2`, atLeast, most)
}
