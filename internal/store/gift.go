package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
)

// Gift is a payment as the desk lists it: without the donor.
type Gift struct {
	At       time.Time
	Amount   money.Amount
	Every    fund.Every
	Refunded int64 // minor units
	Disputed int64 // minor units
	Appeal   string
	Provider string
	Campaign map[string]string // title by language; nil for the general fund
}

// RecentGifts lists payments, the newest first.
func (s *Store) RecentGifts(ctx context.Context, limit int) ([]Gift, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (g Gift, err error) {
		return g, r.Scan(db.At(&g.At), &g.Amount.Minor, &g.Amount.Currency, &g.Every, &g.Refunded, &g.Disputed, &g.Appeal, &g.Provider, db.FromJSON(&g.Campaign))
	}, `SELECT p.succeeded_at, p.minor, p.currency, d.every, p.refunded_minor, p.disputed_minor, d.appeal, p.provider, c.title
		FROM payment p JOIN donation d ON d.id = p.donation_id LEFT JOIN campaign c ON c.id = p.campaign_id
		ORDER BY p.succeeded_at DESC, p.id LIMIT $1`, limit)
}
