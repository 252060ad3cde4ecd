package store

import (
	"context"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
)

// received is what a campaign (or, for "", the general fund) has received, by
// the books alone: gifts − refunds − lost and open disputes, and what gifts in
// another currency count for in this one (ledger.CountedInOther).
func received(ctx context.Context, q db.Querier, campaignID, currency string) (int64, error) {
	const counts = "(p.account = 'Income:Donations' OR p.account LIKE 'Income:Donations:%' OR p.account LIKE 'Assets:Disputed:%' OR p.account = 'Equity:Counting:Gifts')"
	list, err := summed(ctx, q, func(r db.Scanner, minor, upto *int64) error { return r.Scan(minor, upto) },
		`SELECT CAST(COALESCE(-SUM(minor), 0) AS BIGINT), `+sumsReach+` FROM (
			SELECT p.minor FROM ledger_sum p WHERE p.campaign = $2 AND p.currency = $3 AND `+counts+`
			UNION ALL SELECT p.minor FROM ledger_entry e JOIN ledger_posting p ON p.seq = e.seq
				WHERE e.seq > $1 AND p.seq > $1 AND e.campaign = $2 AND p.currency = $3 AND `+counts+`) AS moved`, campaignID, currency)
	if err != nil {
		return 0, err
	}
	return list[0], nil
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
		if err := converting(ctx, q, &m); err != nil {
			return err
		}
		return expect(ctx, q, &m)
	})
	return m, err
}

// converting finds what was given in other currencies and is not counted yet,
// and counts those who gave it among the donors.
func converting(ctx context.Context, q db.Querier, m *fund.Meter) error {
	where, args := ofCampaign(m.Campaign.ID)
	others, err := db.Rows(ctx, q, db.Value[string], "SELECT DISTINCT currency FROM payment WHERE "+where+" AND currency <> $1 ORDER BY currency", append([]any{m.Currency}, args...)...)
	if err != nil || len(others) == 0 {
		return err
	}
	for _, currency := range others {
		minor, err := received(ctx, q, m.Campaign.ID, currency)
		if err != nil {
			return err
		}
		if minor > 0 {
			m.Converting = append(m.Converting, money.Amount{Currency: currency, Minor: minor})
		}
	}
	m.Donors, err = db.One(ctx, q, db.Value[int], `SELECT COUNT(DISTINCT donor_id) FROM (SELECT donor_id FROM payment WHERE `+where+` AND $1 <> ''
		GROUP BY donor_id, currency HAVING SUM(minor - refunded_minor - disputed_minor) > 0) AS givers`, append([]any{m.Currency}, args...)...)
	return err
}

// ofCampaign is the condition on payments of a campaign, whose id is $2; the
// general fund is apart, so that the index serves.
func ofCampaign(id string) (where string, args []any) {
	if id == "" {
		return "campaign_id IS NULL", nil
	}
	return "campaign_id = $2", []any{id}
}

// donors counts people whose gifts are above what went back to them.
func donors(ctx context.Context, q db.Querier, campaignID, currency string) (int, error) {
	where, args := ofCampaign(campaignID)
	return db.One(ctx, q, db.Value[int], `SELECT COUNT(*) FROM (SELECT donor_id FROM payment WHERE `+where+` AND currency = $1
		GROUP BY donor_id HAVING SUM(minor - refunded_minor - disputed_minor) > 0) AS givers`, append([]any{currency}, args...)...)
}
