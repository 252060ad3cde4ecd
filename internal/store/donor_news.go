package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
)

// DonorNews is a campaign that a donor gave to, and whether they get its news.
type DonorNews struct {
	Campaign string
	Wants    bool
}

// DonorNews lists the campaigns that a donor gave to, the last first.
func (s *Store) DonorNews(ctx context.Context, donorID string) ([]DonorNews, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (n DonorNews, err error) { return n, r.Scan(&n.Campaign, db.Bool(&n.Wants)) },
		`SELECT n.campaign_id, MAX(CASE WHEN n.wants_news = 1 AND NOT EXISTS (SELECT 1 FROM news_stop x
			WHERE x.donor_id = n.donor_id AND x.campaign_id = n.campaign_id AND x.at >= n.created_at) THEN 1 ELSE 0 END)
		FROM donation n WHERE n.donor_id = $1 AND n.campaign_id IS NOT NULL AND EXISTS (SELECT 1 FROM payment p WHERE p.donation_id = n.id)
		GROUP BY n.campaign_id ORDER BY MAX(n.created_at) DESC, n.campaign_id`, donorID)
}

// AskForNews gives a donor the news of a campaign that they gave to, where they
// do not get it yet. What they agreed to is written to the terms of their last
// gift to it. Without such a gift nothing happens.
func (tx *Tx) AskForNews(ctx context.Context, campaignID, donorID, agreed string) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM news_stop WHERE donor_id = $1 AND campaign_id = $2", donorID, campaignID); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `UPDATE donation SET wants_news = 1, consent = CASE WHEN consent = '' THEN $3 ELSE consent || ' ' || $3 END
		WHERE id = (SELECT n.id FROM donation n WHERE n.donor_id = $1 AND n.campaign_id = $2
			AND EXISTS (SELECT 1 FROM payment p WHERE p.donation_id = n.id) ORDER BY n.created_at DESC, n.id DESC LIMIT 1)`, donorID, campaignID, agreed)
	return err
}

// Agreed is what a donor agreed to with a gift, in the words that they saw.
type Agreed struct {
	At     time.Time
	Amount money.Amount
	Every  fund.Every
	Terms  string
	Lang   string
}

// DonorAgreed lists what a donor agreed to with gifts that were paid, the last
// first.
func (s *Store) DonorAgreed(ctx context.Context, donorID string) ([]Agreed, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (a Agreed, err error) {
		return a, r.Scan(db.At(&a.At), &a.Amount.Currency, &a.Amount.Minor, &a.Every, &a.Terms, &a.Lang)
	}, `SELECT d.created_at, d.currency, d.minor, d.every, d.consent, d.lang FROM donation d
		WHERE d.donor_id = $1 AND d.consent <> '' AND EXISTS (SELECT 1 FROM payment p WHERE p.donation_id = d.id) ORDER BY d.created_at DESC, d.id`, donorID)
}
