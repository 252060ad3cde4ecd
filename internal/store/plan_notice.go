package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
)

// PlansToTell lists plans whose donors may have to be written to at a time by
// the money clock: those that something became of, that are about to be charged,
// or whose charge is to be tried a last time. fund.Plan.Notices decides.
func (s *Store) PlansToTell(ctx context.Context, now time.Time) ([]string, error) {
	return db.Rows(ctx, s.Query(), db.Value[string], `SELECT id FROM plan WHERE told < events
		UNION SELECT id FROM plan WHERE state = 'active' AND next_charge_at > $1 AND next_charge_at <= $2 AND COALESCE(noticed_at, 0) < next_charge_at - $3
		UNION SELECT id FROM plan WHERE state = 'past_due' AND last_try = 1 AND next_charge_at > $1 AND COALESCE(warned_at, 0) < past_due_at
		ORDER BY id`, now.UnixMilli(), now.Add(fund.NoticeAhead).UnixMilli(), fund.NoticeAhead.Milliseconds())
}

// PlanNews is what a letter about a plan is made of.
type PlanNews struct {
	Plan     fund.Plan
	Provider string
	Fresh    []fund.PlanEvent // that its donor was not told of
	Paid     int64            // by the last charge, minor units; 0 for none
	fund.Outcome
}

// PlanNews returns a plan with what its donor does not know of it yet.
func (s *Store) PlanNews(ctx context.Context, planID string) (n PlanNews, err error) {
	if n.Plan, n.Provider, err = s.Plan(ctx, planID); err != nil {
		return n, err
	}
	if n.Outcome, err = s.DonationOutcome(ctx, n.Plan.DonationID); err != nil {
		return n, err
	}
	err = s.Read(ctx, func(q db.Querier) error {
		n.Fresh, err = db.Rows(ctx, q, scanPlanEvent, "SELECT "+planEventColumns+" FROM plan_event WHERE plan_id = $1 AND n > $2 ORDER BY n", planID, n.Plan.Told)
		if err != nil {
			return err
		}
		paid, err := db.Rows(ctx, q, db.Value[int64], "SELECT minor FROM payment WHERE plan_id = $1 ORDER BY succeeded_at DESC, id LIMIT 1", planID)
		if len(paid) > 0 {
			n.Paid = paid[0]
		}
		return err
	})
	return n, err
}

// TellPlan notes that the donor of a plan was told of all its events; noticed,
// that amount and day of the next charge were among it, warned, that a last try
// was. fault.Conflict where another told it first.
func (tx *Tx) TellPlan(ctx context.Context, p fund.Plan, noticed, warned bool, at time.Time) error {
	if noticed {
		p.NoticedAt = at
	}
	if warned {
		p.WarnedAt = at
	}
	n, err := db.Exec(ctx, tx, "UPDATE plan SET told = $1, noticed_at = $2, warned_at = $3 WHERE id = $4 AND told = $5 AND events = $1",
		p.Events, db.Ms(p.NoticedAt), db.Ms(p.WarnedAt), p.ID, p.Told)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "the donor of this plan was written to meanwhile, or it has changed")
	}
	return err
}

// NoteOverdue takes plans out of the monthly revenue whose charge has been open
// for too long at a time by the money clock.
func (s *Store) NoteOverdue(ctx context.Context, now time.Time) error {
	ids, err := db.Rows(ctx, s.Query(), db.Value[string], "SELECT id FROM plan WHERE state = 'past_due' AND mrr_minor <> 0 AND past_due_at < $1 ORDER BY id",
		now.Add(-fund.OverdueAfter).UnixMilli())
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.Write(ctx, func(tx *Tx) error { return tx.noteOverdue(ctx, id, now) }); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) noteOverdue(ctx context.Context, planID string, now time.Time) error {
	was, err := tx.lockPlan(ctx, planID)
	if err != nil {
		return err
	}
	p := was
	p.UpdatedAt = now
	events := fund.PlanMoves(was, p)
	for _, e := range events {
		p.MRR += e.Delta
	}
	_, err = db.Exec(ctx, tx, "UPDATE plan SET mrr_minor = $1, events = $2 WHERE id = $3", p.MRR, was.Events+len(events), planID)
	if err != nil {
		return err
	}
	return tx.addPlanEvents(ctx, p, was.Events, events)
}

// PlansToWake lists plans whose pause should be over at a time by the money clock.
func (s *Store) PlansToWake(ctx context.Context, now time.Time) ([]fund.Plan, error) {
	return db.Rows(ctx, s.Query(), scanPlan, "SELECT "+planColumns+" FROM plan WHERE state = 'paused' AND paused_until <= $1 ORDER BY id", now.UnixMilli())
}

// Refund returns a refund; fault.NotFound.
func (s *Store) Refund(ctx context.Context, id string) (fund.Refund, error) {
	return db.One(ctx, s.Query(), scanRefund, refundQuery+" WHERE x.id = $1", id)
}
