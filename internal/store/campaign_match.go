package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
)

const matchingColumns = `id, campaign_id, sponsor, named, num, den, donor_cap, total_cap, from_at, to_at, document, state, invoiced_minor, reference, created_at`

func scanMatching(r db.Scanner) (m fund.Matching, err error) {
	return m, r.Scan(&m.ID, &m.CampaignID, &m.Sponsor, db.Bool(&m.Named), &m.Num, &m.Den, &m.DonorCap, &m.TotalCap, db.At(&m.From), db.At(&m.To),
		&m.Document, &m.State, &m.Invoiced, &m.Reference, db.At(&m.CreatedAt))
}

// Matching returns a matching fund; fault.NotFound.
func (s *Store) Matching(ctx context.Context, matchingID string) (fund.Matching, error) {
	return db.One(ctx, s.Query(), scanMatching, "SELECT "+matchingColumns+" FROM matching_fund WHERE id = $1", matchingID)
}

// MatchingSum is a matching fund with what it has come to.
type MatchingSum struct {
	fund.Matching
	Matched int64 // minor units
}

// Matchings lists a campaign's matching funds in the order of their windows,
// each with what it has come to by the gifts as they stand now.
func (s *Store) Matchings(ctx context.Context, campaignID string) (out []MatchingSum, err error) {
	err = s.Read(ctx, func(q db.Querier) error {
		list, err := db.Rows(ctx, q, scanMatching, "SELECT "+matchingColumns+" FROM matching_fund WHERE campaign_id = $1 ORDER BY from_at, id", campaignID)
		if err != nil {
			return err
		}
		for _, m := range list {
			n, err := matched(ctx, q, m)
			if err != nil {
				return err
			}
			out = append(out, MatchingSum{m, n})
		}
		return nil
	})
	return out, err
}

// matched sums what donors gave within the window of a promise, and asks the
// rule.
func matched(ctx context.Context, q db.Querier, m fund.Matching) (int64, error) {
	given, err := db.Rows(ctx, q, db.Value[int64], `SELECT CAST(SUM(p.minor - p.refunded_minor - p.disputed_minor) AS BIGINT) FROM payment p
		JOIN campaign c ON c.id = p.campaign_id WHERE p.campaign_id = $1 AND p.currency = c.currency AND p.succeeded_at BETWEEN $2 AND $3
		GROUP BY p.donor_id`, m.CampaignID, m.From.UnixMilli(), m.To.UnixMilli())
	return m.Matched(given), err
}

// SaveMatching writes a matching fund, new where it has no id, and logs it. The
// terms of one that readers have seen can't change any more: only where the
// document is kept can. The log does not name the sponsor, who may not wish it.
func (tx *Tx) SaveMatching(ctx context.Context, by Actor, m fund.Matching) (string, error) {
	action := "matching.changed"
	if m.ID == "" {
		m.ID, m.State, m.CreatedAt, action = id.New(), fund.MatchingCommitted, time.UnixMilli(tx.now()), "matching.created"
	}
	n, err := db.Exec(ctx, tx, `INSERT INTO matching_fund (`+matchingColumns+`) VALUES (`+places(15)+`)
		ON CONFLICT (id) DO UPDATE SET sponsor = excluded.sponsor, named = excluded.named, num = excluded.num, den = excluded.den, donor_cap = excluded.donor_cap,
		total_cap = excluded.total_cap, from_at = excluded.from_at, to_at = excluded.to_at, document = excluded.document WHERE matching_fund.state = 'committed'`,
		m.ID, m.CampaignID, m.Sponsor, db.Int(m.Named), m.Num, m.Den, m.DonorCap, m.TotalCap, m.From.UnixMilli(), m.To.UnixMilli(),
		m.Document, m.State, m.Invoiced, m.Reference, m.CreatedAt.UnixMilli())
	if err != nil {
		return "", err
	}
	if n == 0 {
		return "", fault.New(fault.Conflict, "this matching fund has begun; its terms can't change any more")
	}
	tx.Touch("campaigns", campaignKey(m.CampaignID))
	return m.ID, tx.Audit(ctx, by, action, "matching", m.ID, map[string]any{
		"campaign": m.CampaignID, "num": m.Num, "den": m.Den, "donor_cap": m.DonorCap, "total_cap": m.TotalCap,
		"from": m.From.UTC().Format(time.RFC3339), "to": m.To.UTC().Format(time.RFC3339),
	})
}

// MoveMatching notes that a sponsor was invoiced, or has paid. It books nothing:
// the payment is a line of a bank statement. reference is the invoice's or the
// payment's number.
func (tx *Tx) MoveMatching(ctx context.Context, by Actor, matchingID string, to fund.MatchingState, reference string) error {
	if err := tx.lockObjects(ctx, []string{"matching " + matchingID}); err != nil {
		return err
	}
	m, err := db.One(ctx, tx, scanMatching, "SELECT "+matchingColumns+" FROM matching_fund WHERE id = $1", matchingID)
	if err != nil {
		return err
	}
	if m.State, err = m.State.Move(to); err != nil {
		return err
	}
	if to == fund.MatchingInvoiced {
		if m.Invoiced, err = matched(ctx, tx, m); err != nil {
			return err
		}
	}
	if _, err := db.Exec(ctx, tx, "UPDATE matching_fund SET state = $1, invoiced_minor = $2, reference = $3 WHERE id = $4", m.State, m.Invoiced, reference, m.ID); err != nil {
		return err
	}
	tx.Touch("campaigns", campaignKey(m.CampaignID))
	return tx.Audit(ctx, by, "matching."+string(to), "matching", m.ID, map[string]any{"minor": m.Invoiced, "reference": reference})
}

// TurnMatchings gives each matching fund the state that its window and its sum
// have brought about by a time of the money clock.
func (s *Store) TurnMatchings(ctx context.Context, now time.Time) error {
	list, err := db.Rows(ctx, s.Query(), scanMatching, "SELECT "+matchingColumns+" FROM matching_fund WHERE state IN ('committed', 'active')")
	if err != nil {
		return err
	}
	for _, m := range list {
		c, err := s.Campaign(ctx, m.CampaignID)
		if err != nil {
			return err
		}
		if err := s.turnMatching(ctx, m.Within(c), now); err != nil {
			return err
		}
	}
	return nil
}

// turnMatching takes one promise as many steps as are due.
func (s *Store) turnMatching(ctx context.Context, m fund.Matching, now time.Time) error {
	for {
		n, err := matched(ctx, s.Query(), m)
		if err != nil {
			return err
		}
		due := m.Due(now, n)
		if due == m.State {
			return nil
		}
		if err := s.Write(ctx, func(tx *Tx) error { return tx.setMatching(ctx, m, due) }); err != nil {
			return err
		}
		m.State = due
	}
}

func (tx *Tx) setMatching(ctx context.Context, m fund.Matching, to fund.MatchingState) error {
	if _, err := m.State.Move(to); err != nil {
		return err
	}
	n, err := db.Exec(ctx, tx, "UPDATE matching_fund SET state = $1 WHERE id = $2 AND state = $3", to, m.ID, m.State)
	if err != nil || n == 0 {
		return err
	}
	tx.Touch("campaigns", campaignKey(m.CampaignID))
	return tx.Audit(ctx, System, "matching."+string(to), "matching", m.ID, nil)
}
