package sandbox

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
)

// retryAfter are the pauses between attempts to charge a plan that was
// declined; after the last one it ends.
var retryAfter = []time.Duration{3 * 24 * time.Hour, 5 * 24 * time.Hour, 7 * 24 * time.Hour}

type plan struct {
	ID          string         `json:"id"`
	Intent      string         `json:"intent"`
	Session     string         `json:"session"`
	Amount      money.Amount   `json:"amount"`
	Every       fund.Every     `json:"every"`
	State       fund.PlanState `json:"state"`
	StartedAt   time.Time      `json:"started_at"`
	Anchor      time.Time      `json:"anchor"` // charges fall on this day and time
	Period      int            `json:"period"` // number of the next charge after the anchor
	RetryAt     time.Time      `json:"retry_at"`
	Retries     int            `json:"retries,omitempty"`
	PastDueAt   time.Time      `json:"past_due_at"`        // when the open charge failed first
	Declines    bool           `json:"declines,omitempty"` // charges fail until it is paid again
	PausedAt    time.Time      `json:"paused_at"`
	PausedUntil time.Time      `json:"paused_until"`
	CancelAt    time.Time      `json:"cancel_at"`
	EndedAt     time.Time      `json:"ended_at"`
	EndReason   fund.EndReason `json:"end_reason,omitempty"`
	ChangedAt   time.Time      `json:"changed_at"` // when terms and state became what they are
}

// nextAt is when the next period begins.
func (p plan) nextAt() time.Time { return fund.AddPeriods(p.Anchor, p.Every, p.Period) }

func (p plan) fact() fund.PlanFact {
	f := fund.PlanFact{
		Ref: p.ID, Donation: p.Intent, Amount: p.Amount, Every: p.Every, State: p.State,
		StartedAt: p.StartedAt, CancelAt: p.CancelAt, EndedAt: p.EndedAt, EndReason: p.EndReason,
		PausedAt: p.PausedAt, PausedUntil: p.PausedUntil, ChangedAt: p.ChangedAt,
	}
	switch p.State {
	case fund.PlanActive:
		f.NextChargeAt = p.nextAt()
	case fund.PlanPastDue:
		f.NextChargeAt, f.PastDueAt, f.Attempts, f.LastTry = p.RetryAt, p.PastDueAt, p.Retries, p.Retries == len(retryAfter)
	}
	return f
}

func (p plan) ref() fund.Ref { return fund.Ref{Kind: fund.KindPlan, ID: p.ID} }

// due is what happens to a plan next, and when.
func (p plan) due() (time.Time, func(*batch, time.Time)) {
	switch p.State {
	case fund.PlanActive:
		return p.nextAt(), p.renew
	case fund.PlanPastDue:
		return p.RetryAt, p.renew
	case fund.PlanCancelScheduled:
		return p.CancelAt, p.stop
	case fund.PlanPaused:
		if !p.PausedUntil.IsZero() && p.PausedUntil.Before(p.nextAt()) {
			return p.PausedUntil, p.wake
		}
		return p.nextAt(), p.skip
	}
	return time.Time{}, nil
}

// renew charges one period, or tries to.
func (p plan) renew(b *batch, at time.Time) {
	if p.Declines {
		p.fail(b, at)
		return
	}
	if p.State == fund.PlanPastDue {
		p.ChangedAt = at
	}
	p.State, p.Retries, p.RetryAt, p.PastDueAt = fund.PlanActive, 0, time.Time{}, time.Time{}
	p.Period++
	set(b, b.w.Plans, p.ID, p)
	b.charge(payment{Intent: p.Intent, Session: p.Session, Plan: p.ID, Renewal: true, Amount: p.Amount, At: at})
	b.event("customer.subscription.updated", p.ref(), at)
}

func (p plan) fail(b *batch, at time.Time) {
	b.event("invoice.payment_failed", p.ref(), at)
	if p.Retries == len(retryAfter) {
		p.end(b, at, fund.EndUnpaid)
		return
	}
	if p.State != fund.PlanPastDue {
		p.PastDueAt, p.ChangedAt = at, at
	}
	p.State, p.RetryAt = fund.PlanPastDue, at.Add(retryAfter[p.Retries])
	p.Retries++
	set(b, b.w.Plans, p.ID, p)
	b.event("customer.subscription.updated", p.ref(), at)
}

// stop ends a plan by its donor's will.
func (p plan) stop(b *batch, at time.Time) { p.end(b, at, fund.EndAsked) }

func (p plan) end(b *batch, at time.Time, why fund.EndReason) {
	p.State, p.EndedAt, p.EndReason, p.ChangedAt = fund.PlanCancelled, at, why, at
	p.RetryAt, p.CancelAt, p.PausedAt, p.PausedUntil, p.PastDueAt = time.Time{}, time.Time{}, time.Time{}, time.Time{}, time.Time{}
	set(b, b.w.Plans, p.ID, p)
	b.event("customer.subscription.deleted", p.ref(), at)
}

func (p plan) wake(b *batch, at time.Time) {
	p.State, p.PausedAt, p.PausedUntil, p.ChangedAt = fund.PlanActive, time.Time{}, time.Time{}, at
	set(b, b.w.Plans, p.ID, p)
	b.event("customer.subscription.resumed", p.ref(), at)
}

// skip lets a period of a paused plan go by without a charge.
func (p plan) skip(b *batch, _ time.Time) {
	p.Period++
	set(b, b.w.Plans, p.ID, p)
}

// Change implements fund.Provider.
func (s *Sandbox) Change(_ context.Context, ref fund.PlanRef, c fund.Change, key fund.IdemKey) (h fund.Handoff, err error) {
	err = s.step(func(b *batch) error {
		h, err = b.once(key, "change", []any{ref, c}, func() (fund.Handoff, error) {
			p, ok := b.w.Plans.rows[string(ref)]
			if !ok {
				return fund.Handoff{}, unknown("plan", string(ref))
			}
			p, err := p.changed(c, s.now())
			if err != nil {
				return fund.Handoff{}, err
			}
			if c.Do == fund.ChangeCancel && c.Now {
				p.stop(b, s.now())
			} else {
				p.ChangedAt = s.now()
				set(b, b.w.Plans, p.ID, p)
				b.event("customer.subscription.updated", p.ref(), s.now())
			}
			return fund.Handoff{Ref: p.ref()}, nil
		})
		return err
	})
	return h, err
}

// changed is the plan after a change; fault.Conflict where its state does not
// allow it.
func (p plan) changed(c fund.Change, now time.Time) (plan, error) {
	no := fault.New(fault.Conflict, "a plan that is %s can't be changed in this way", p.State)
	if !p.State.Alive() {
		return p, no
	}
	switch c.Do {
	case fund.ChangeAmount:
		if c.Amount.Currency != p.Amount.Currency || c.Amount.Minor <= 0 {
			return p, fault.New(fault.Invalid, "the new amount must be in %s and above zero", p.Amount.Currency)
		}
		if _, err := money.ToProvider("stripe", money.Charge, c.Amount); err != nil {
			return p, err
		}
		p.Amount = c.Amount
	case fund.ChangeEvery:
		if c.Every != fund.Month && c.Every != fund.Year {
			return p, fault.New(fault.Invalid, "a plan is charged each month or each year")
		}
		if c.Amount.Minor != 0 {
			var err error
			if p, err = p.changed(fund.Change{Do: fund.ChangeAmount, Amount: c.Amount}, now); err != nil {
				return p, err
			}
		}
		// What is paid for runs out first: the next charge keeps its day.
		p.Anchor, p.Period, p.Every = p.nextAt(), 0, c.Every
	case fund.ChangePause:
		if p.State != fund.PlanActive {
			return p, no
		}
		p.State, p.PausedAt, p.PausedUntil = fund.PlanPaused, now, c.Until
	case fund.ChangeResume:
		if p.State != fund.PlanPaused && p.State != fund.PlanCancelScheduled {
			return p, no
		}
		p.State, p.PausedAt, p.PausedUntil, p.CancelAt = fund.PlanActive, time.Time{}, time.Time{}, time.Time{}
	case fund.ChangeCancel:
		if p.State == fund.PlanPastDue && !c.Now {
			return p, no
		}
		p.State, p.CancelAt, p.PausedUntil = fund.PlanCancelScheduled, p.nextAt(), time.Time{}
	case fund.ChangeMethod:
		p.Declines = false
	default:
		return p, fault.New(fault.Invalid, "the sandbox knows no change %q", c.Do)
	}
	return p, nil
}

// payPlan lets a plan's charges succeed again, and charges one that is past due.
func (s *Sandbox) payPlan(b *batch, p plan) error {
	p.Declines = false
	if p.State == fund.PlanPastDue {
		p.renew(b, s.now())
		return nil
	}
	if !p.State.Alive() {
		return fault.New(fault.Conflict, "the plan %s has ended", p.ID)
	}
	set(b, b.w.Plans, p.ID, p)
	return nil
}
