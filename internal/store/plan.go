package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
)

const planColumns = `id, ref, donation_id, donor_id, campaign_id, currency, minor, every, state,
	started_at, next_charge_at, cancel_at, ended_at, end_reason, paused_at, paused_until, past_due_at, attempts, last_try, changed_at, updated_at,
	mrr_minor, events, told, noticed_at, warned_at`

func scanPlan(r db.Scanner) (p fund.Plan, err error) {
	return p, r.Scan(&p.ID, &p.Ref, &p.DonationID, &p.DonorID, db.Text(&p.CampaignID), &p.Amount.Currency, &p.Amount.Minor, &p.Every, &p.State,
		db.At(&p.StartedAt), db.At(&p.NextChargeAt), db.At(&p.CancelAt), db.At(&p.EndedAt), &p.EndReason, db.At(&p.PausedAt), db.At(&p.PausedUntil),
		db.At(&p.PastDueAt), &p.Attempts, db.Bool(&p.LastTry), db.At(&p.ChangedAt), db.At(&p.UpdatedAt),
		&p.MRR, &p.Events, &p.Told, db.At(&p.NoticedAt), db.At(&p.WarnedAt))
}

// Plan returns a plan and the key of its provider; fault.NotFound.
func (s *Store) Plan(ctx context.Context, id string) (p fund.Plan, provider string, err error) {
	err = s.Read(ctx, func(q db.Querier) error {
		if p, err = db.One(ctx, q, scanPlan, "SELECT "+planColumns+" FROM plan WHERE id = $1", id); err != nil {
			return err
		}
		provider, err = db.One(ctx, q, db.Value[string], "SELECT provider FROM plan WHERE id = $1", id)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return p, "", fault.New(fault.NotFound, "there is no such plan")
	}
	return p, provider, err
}

// putPlan writes a plan as its provider tells it, and the events that lead there
// from what was known.
func (tx *Tx) putPlan(ctx context.Context, provider string, p fund.Plan) error {
	was, err := db.One(ctx, tx, scanPlan, "SELECT "+planColumns+" FROM plan WHERE provider = $1 AND ref = $2", provider, p.Ref)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if _, err = tx.movePlan(ctx, provider, was, p); err != nil {
		return err
	}
	return tx.endErased(ctx, p)
}

// movePlan writes what a plan is now and what became of it since it was was, and
// returns it as it stands then.
func (tx *Tx) movePlan(ctx context.Context, provider string, was, p fund.Plan) (fund.Plan, error) {
	events := fund.PlanMoves(was, p)
	p.MRR, p.Events = was.MRR, was.Events+len(events)
	for _, e := range events {
		p.MRR += e.Delta
	}
	known, noticed := welcome(events)
	if p.Told = was.Told; p.Told == 0 {
		p.Told = known
	}
	err := tx.Later(ctx, `INSERT INTO plan (`+planColumns+`, provider) VALUES (`+places(27)+`)
		ON CONFLICT (provider, ref) DO UPDATE SET currency = excluded.currency, minor = excluded.minor, every = excluded.every, state = excluded.state,
		next_charge_at = excluded.next_charge_at, cancel_at = excluded.cancel_at, ended_at = excluded.ended_at, end_reason = excluded.end_reason,
		paused_at = excluded.paused_at, paused_until = excluded.paused_until, past_due_at = excluded.past_due_at, attempts = excluded.attempts,
		last_try = excluded.last_try, changed_at = excluded.changed_at, updated_at = excluded.updated_at, mrr_minor = excluded.mrr_minor, events = excluded.events,
		told = CASE WHEN plan.told = 0 THEN excluded.told ELSE plan.told END, noticed_at = COALESCE(plan.noticed_at, excluded.noticed_at)`,
		p.ID, p.Ref, p.DonationID, p.DonorID, db.Null(p.CampaignID), p.Amount.Currency, p.Amount.Minor, p.Every, p.State,
		db.Ms(p.StartedAt), db.Ms(p.NextChargeAt), db.Ms(p.CancelAt), db.Ms(p.EndedAt), p.EndReason, db.Ms(p.PausedAt), db.Ms(p.PausedUntil),
		db.Ms(p.PastDueAt), p.Attempts, db.Int(p.LastTry), db.Ms(p.ChangedAt), p.UpdatedAt.UnixMilli(),
		p.MRR, p.Events, known, db.Ms(noticed), nil, provider)
	if err != nil {
		return p, err
	}
	tx.Touch(campaignKey(p.CampaignID))
	if p.Events > max(known, was.Told) {
		if err := tx.Enqueue(ctx, job.Plan(p.ID)); err != nil {
			return p, err
		}
	}
	return p, tx.addPlanEvents(ctx, p, was.Events, events)
}

// welcome is what the donor of a new plan learns by the thank-you: how many of
// its events, and when.
func welcome(events []fund.PlanEvent) (known int, at time.Time) {
	if len(events) > 0 && events[0].Kind == fund.PlanNew {
		return 1, events[0].At
	}
	return 0, at
}

// PlanChange implements fund.Store.
func (s Fund) PlanChange(ctx context.Context, planID string, key fund.IdemKey, plan func(fund.Plan) (fund.Command, error)) (got fund.Planned, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		got = fund.Planned{}
		p, err := tx.lockPlan(ctx, planID)
		if err != nil {
			return err
		}
		list, err := db.Rows(ctx, tx, scanPlanned, "SELECT "+commandColumns+", state, result FROM command WHERE key = $1", key)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			got = list[0]
			return nil
		}
		c, err := plan(p)
		if err != nil || c.Key == "" {
			return err
		}
		got.Command = c
		if c.Cancels() {
			if err := tx.supersedeChanges(ctx, planID); err != nil {
				return err
			}
		}
		return tx.addCommand(ctx, c)
	})
	return got, err
}

// lockPlan reads a plan and makes other transactions about it wait, as Apply does.
func (tx *Tx) lockPlan(ctx context.Context, planID string) (fund.Plan, error) {
	type named struct{ provider, donation string }
	n, err := db.One(ctx, tx, func(r db.Scanner) (n named, err error) {
		return n, r.Scan(&n.provider, &n.donation)
	}, "SELECT provider, donation_id FROM plan WHERE id = $1", planID)
	if err != nil {
		return fund.Plan{}, err
	}
	if err := tx.lockObjects(ctx, []string{n.provider + " donation " + n.donation}); err != nil {
		return fund.Plan{}, err
	}
	return db.One(ctx, tx, scanPlan, "SELECT "+planColumns+" FROM plan WHERE id = $1", planID)
}

func scanPlanned(r db.Scanner) (p fund.Planned, err error) {
	var params, state string
	var result struct {
		fund.Handoff
		Reason string `json:"reason"`
	}
	err = r.Scan(&p.Key, &p.Provider, &p.Op, &p.ObjectID, &params, &p.Attempts, db.At(&p.PlannedAt), &state, db.FromJSON(&result))
	p.Params, p.Done, p.Failed, p.Handoff = []byte(params), state == "done", result.Reason, result.Handoff
	return p, err
}

func (tx *Tx) supersedeChanges(ctx context.Context, planID string) error {
	list, err := tx.plannedChanges(ctx, planID)
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := tx.endCommand(ctx, c.Key, "failed", map[string]string{"reason": "the plan is cancelled"}); err != nil {
			return err
		}
	}
	return nil
}

// Changed implements fund.Store.
func (s Fund) Changed(ctx context.Context, key fund.IdemKey, h fund.Handoff) error {
	return s.Write(ctx, func(tx *Tx) error { return tx.endCommand(ctx, key, "done", h) })
}

func (tx *Tx) plannedChanges(ctx context.Context, planID string) ([]fund.Command, error) {
	return plannedChanges(ctx, tx, planID)
}

// PlannedChanges implements fund.Store.
func (s Fund) PlannedChanges(ctx context.Context, planID string) ([]fund.Command, error) {
	return plannedChanges(ctx, s.Query(), planID)
}

func plannedChanges(ctx context.Context, q db.Querier, planID string) ([]fund.Command, error) {
	return db.Rows(ctx, q, scanCommand, "SELECT "+commandColumns+" FROM command WHERE object_id = $1 AND op = $2 AND state = 'planned' ORDER BY created_at, key",
		planID, fund.OpChange)
}

// LeaveTask implements fund.Store.
func (s Fund) LeaveTask(ctx context.Context, t fund.Task) error {
	return s.Write(ctx, func(tx *Tx) error { return tx.leaveTask(ctx, t) })
}

func (tx *Tx) leaveTask(ctx context.Context, t fund.Task) error {
	detail := map[string]any{}
	for k, v := range t.Detail {
		detail[k] = v
	}
	if err := tx.AddTask(ctx, Task{Key: t.Key, Kind: t.Kind, ObjectKind: t.ObjectKind, ObjectID: t.ObjectID, Detail: detail}); err != nil || !t.Again {
		return err
	}
	_, err := db.Exec(ctx, tx, "UPDATE task SET state = 'open', done_at = NULL, done_by = '' WHERE unique_key = $1 AND state = 'done'", t.Key)
	tx.Touch("desk")
	return err
}

// addPlanEvents appends what became of a plan, numbered from the last one that
// it has had: of two transactions that saw the same plan only one can.
func (tx *Tx) addPlanEvents(ctx context.Context, p fund.Plan, last int, events []fund.PlanEvent) error {
	for i, e := range events {
		_, err := db.Exec(ctx, tx, "INSERT INTO plan_event ("+planEventColumns+") VALUES ("+places(12)+")",
			p.ID, last+i+1, e.Kind, e.Reason, p.Amount.Currency, e.Delta, e.Minor, e.Every, e.WasMinor, e.WasEvery, e.At.UnixMilli(), tx.now())
		if err != nil {
			return err
		}
	}
	return nil
}

const planEventColumns = "plan_id, n, kind, reason, currency, delta_minor, minor, every, was_minor, was_every, at, created_at"

func scanPlanEvent(r db.Scanner) (e fund.PlanEvent, err error) {
	var created time.Time
	return e, r.Scan(&e.PlanID, &e.N, &e.Kind, &e.Reason, &e.Currency, &e.Delta, &e.Minor, &e.Every, &e.WasMinor, &e.WasEvery, db.At(&e.At), db.At(&created))
}

// PlanEvents lists what became of plans after from and up to to, oldest first.
func (s *Store) PlanEvents(ctx context.Context, from, to time.Time) ([]fund.PlanEvent, error) {
	return db.Rows(ctx, s.Query(), scanPlanEvent, "SELECT "+planEventColumns+" FROM plan_event WHERE at > $1 AND at <= $2 ORDER BY at, plan_id, n", from.UnixMilli(), to.UnixMilli())
}

// PlanHistory lists what became of one plan, oldest first.
func (s *Store) PlanHistory(ctx context.Context, planID string) ([]fund.PlanEvent, error) {
	return db.Rows(ctx, s.Query(), scanPlanEvent, "SELECT "+planEventColumns+" FROM plan_event WHERE plan_id = $1 ORDER BY n", planID)
}
