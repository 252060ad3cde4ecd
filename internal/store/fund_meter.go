package store

import (
	"context"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
)

// received is what a campaign (or, for "", the general fund) has received, by
// the books alone: gifts − refunds − lost and open disputes.
func received(ctx context.Context, q db.Querier, campaignID, currency string) (int64, error) {
	return db.One(ctx, q, db.Value[int64], `SELECT CAST(COALESCE(-SUM(p.minor), 0) AS BIGINT)
		FROM ledger_posting p JOIN ledger_entry e ON e.seq = p.seq WHERE e.campaign = $1 AND p.currency = $2
		AND (p.account = 'Income:Donations' OR p.account LIKE 'Income:Donations:%' OR p.account LIKE 'Assets:Disputed:%')`, campaignID, currency)
}

// CampaignMeter returns the money of a campaign.
func (s *Store) CampaignMeter(ctx context.Context, c fund.Campaign) (fund.Meter, error) {
	return s.meter(ctx, fund.Meter{Campaign: c, Currency: c.Currency})
}

// GeneralMeter returns the money of the general fund in a currency.
func (s *Store) GeneralMeter(ctx context.Context, currency string) (fund.Meter, error) {
	return s.meter(ctx, fund.Meter{Currency: currency})
}

func (s *Store) meter(ctx context.Context, m fund.Meter) (fund.Meter, error) {
	id := m.Campaign.ID
	err := s.Read(ctx, func(q db.Querier) (err error) {
		if m.Received, err = received(ctx, q, id, m.Currency); err != nil {
			return err
		}
		if m.Donors, err = donors(ctx, q, id, m.Currency); err != nil {
			return err
		}
		plans, err := db.Rows(ctx, q, func(r db.Scanner) (p fund.PlanMoney, err error) {
			return p, r.Scan(&p.Minor, &p.Every, db.At(&p.NextChargeAt))
		}, "SELECT minor, every, next_charge_at FROM plan WHERE COALESCE(campaign_id, '') = $1 AND currency = $2 AND state IN ('active', 'past_due')", id, m.Currency)
		if err != nil {
			return err
		}
		m.Monthly, m.Projected = fund.MonthlyRate(plans), m.Campaign.Project(plans)
		return nil
	})
	return m, err
}

// donors counts people whose gifts are above what went back to them.
func donors(ctx context.Context, q db.Querier, campaignID, currency string) (int, error) {
	return db.One(ctx, q, db.Value[int], `SELECT COUNT(*) FROM (SELECT donor_id FROM payment WHERE COALESCE(campaign_id, '') = $1 AND currency = $2
		GROUP BY donor_id HAVING SUM(minor - refunded_minor - disputed_minor) > 0) AS givers`, campaignID, currency)
}
