package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
)

// expect fills in what running plans bring in a month and, by the campaign's
// policy, should still bring. The moment that it looks from is the last look at
// any plan, so that the same rows always give the same figure.
func expect(ctx context.Context, q db.Querier, m *fund.Meter) error {
	plans, err := runningPlans(ctx, q, m.Campaign.ID, m.Currency, m.Campaign.Counting == fund.Annualised)
	if err != nil || len(plans) == 0 {
		return err
	}
	m.Monthly = fund.MonthlyRate(plans)
	if m.Campaign.Counting != fund.Projected && m.Campaign.Counting != fund.Annualised {
		return nil
	}
	now, err := lastLook(ctx, q)
	if err != nil {
		return err
	}
	if m.Campaign.Counting == fund.Projected {
		if m.Churn, err = churn(ctx, q, now); err != nil {
			return err
		}
	}
	m.Projected = m.Campaign.Project(plans, m.Churn, now)
	return nil
}

// runningPlans lists plans that bring money, for a campaign or the general fund
// (""); with what each has brought to it already where that is asked for.
func runningPlans(ctx context.Context, q db.Querier, campaignID, currency string, paid bool) ([]fund.PlanMoney, error) {
	brought := "0"
	if paid {
		brought = `COALESCE((SELECT SUM(p.minor - p.refunded_minor - p.disputed_minor) FROM payment p
			WHERE p.plan_id = plan.id AND COALESCE(p.campaign_id, '') = $1), 0)`
	}
	return db.Rows(ctx, q, func(r db.Scanner) (p fund.PlanMoney, err error) {
		return p, r.Scan(&p.Minor, &p.Every, db.At(&p.NextChargeAt), &p.Donor, &p.Paid)
	}, "SELECT minor, every, next_charge_at, donor_id, CAST("+brought+` AS BIGINT) FROM plan
		WHERE COALESCE(campaign_id, '') = $1 AND currency = $2 AND state IN ('active', 'past_due') ORDER BY id`, campaignID, currency)
}

func lastLook(ctx context.Context, q db.Querier) (at time.Time, err error) {
	_, err = db.One(ctx, q, func(r db.Scanner) (struct{}, error) { return struct{}{}, r.Scan(db.At(&at)) }, "SELECT MAX(updated_at) FROM plan")
	return at, err
}

// churn measures over all plans how many ended within the twelve months before a
// time, and for how long they all ran in them.
func churn(ctx context.Context, q db.Querier, now time.Time) (fund.Churn, error) {
	from := now.AddDate(-1, 0, 0)
	var ended, ran int64
	var first time.Time
	_, err := db.One(ctx, q, func(r db.Scanner) (struct{}, error) {
		return struct{}{}, r.Scan(db.At(&first), &ended, &ran)
	}, `SELECT MIN(started_at), COUNT(CASE WHEN ended_at > $1 AND ended_at <= $2 THEN 1 END),
		CAST(COALESCE(SUM(CASE WHEN COALESCE(ended_at, $2) <= $1 THEN 0
			ELSE (CASE WHEN COALESCE(ended_at, $2) < $2 THEN ended_at ELSE $2 END) - (CASE WHEN started_at > $1 THEN started_at ELSE $1 END) END), 0) AS BIGINT)
		FROM plan WHERE started_at <= $2 AND state NOT IN ('incomplete', 'incomplete_expired')`, from.UnixMilli(), now.UnixMilli())
	if err != nil || first.IsZero() {
		return fund.Churn{}, err
	}
	return fund.MeasureChurn(ended, time.Duration(ran)*time.Millisecond, now.Sub(first)), nil
}

// ForecastFacts reads what a forecast to the end of a campaign is made of, from
// the books and the plans. Days are those of the zone, which dates the books.
func (s *Store) ForecastFacts(ctx context.Context, c fund.Campaign, now time.Time, zone *time.Location) (f fund.ForecastFacts, err error) {
	f = fund.ForecastFacts{Now: now, End: c.EndsAt}
	err = s.Read(ctx, func(q db.Querier) error {
		if f.Received, err = received(ctx, q, c.ID, c.Currency); err != nil {
			return err
		}
		if f.Plans, err = runningPlans(ctx, q, c.ID, c.Currency, false); err != nil {
			return err
		}
		if f.Churn, err = churn(ctx, q, now); err != nil {
			return err
		}
		f.Daily, err = dailySingles(ctx, q, c, now, zone)
		return err
	})
	return f, err
}

// dailySingles sums the net single gifts of a campaign for each of the last
// whole days, the oldest first, from its start on.
func dailySingles(ctx context.Context, q db.Querier, c fund.Campaign, now time.Time, zone *time.Location) ([]int64, error) {
	today := now.In(zone)
	first := today.AddDate(0, 0, -fund.ForecastDays)
	if start := c.StartsAt.In(zone); start.After(first) {
		first = start
	}
	type day struct {
		date  string
		minor int64
	}
	rows, err := db.Rows(ctx, q, func(r db.Scanner) (d day, err error) { return d, r.Scan(&d.date, &d.minor) },
		`SELECT e.date, CAST(-SUM(p.minor) AS BIGINT) FROM ledger_entry e JOIN ledger_posting p ON p.seq = e.seq
		WHERE e.campaign = $1 AND p.currency = $2 AND e.date >= $3 AND e.date < $4
		AND (p.account = 'Income:Donations' OR p.account LIKE 'Income:Donations:%' OR p.account LIKE 'Assets:Disputed:%')
		AND e.tags NOT LIKE '%"every":"month"%' AND e.tags NOT LIKE '%"every":"year"%' GROUP BY e.date`,
		c.ID, c.Currency, first.Format(time.DateOnly), today.Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	by := map[string]int64{}
	for _, d := range rows {
		by[d.date] = d.minor
	}
	var out []int64
	for at := first; at.Format(time.DateOnly) < today.Format(time.DateOnly); at = at.AddDate(0, 0, 1) {
		out = append(out, by[at.Format(time.DateOnly)])
	}
	return out, nil
}

// GivenAmounts lists the latest single gifts (or, for every, those that a plan
// began with) in a currency, in minor units, to suggest amounts from.
func (s *Store) GivenAmounts(ctx context.Context, currency string, every fund.Every) ([]int64, error) {
	return db.Rows(ctx, s.Query(), db.Value[int64], `SELECT minor - cover_minor FROM donation WHERE currency = $1 AND every = $2 AND state = 'succeeded'
		ORDER BY created_at DESC, id LIMIT 2000`, currency, every)
}
