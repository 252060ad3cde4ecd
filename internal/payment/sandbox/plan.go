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

func (p plan) ref() fund.Ref { return fund.Ref{Kind: fund.KindPlan, ID: p.ID} }

// due is what happens to a plan next, and when.
func (p plan) due() (time.Time, func(*batch, time.Time)) {
	switch p.State {
	case fund.PlanActive:
		return p.nextAt(), p.renew
	case fund.PlanPastDue:
		return p.RetryAt, p.renew
	case fund.PlanCancelScheduled:
		return p.CancelAt, p.end
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
	p.State, p.Retries, p.RetryAt = fund.PlanActive, 0, time.Time{}
	p.Period++
	set(b, b.w.Plans, p.ID, p)
	b.charge(payment{Intent: p.Intent, Session: p.Session, Plan: p.ID, Renewal: true, Amount: p.Amount, At: at})
	b.event("customer.subscription.updated", p.ref(), at)
}

func (p plan) fail(b *batch, at time.Time) {
	b.event("invoice.payment_failed", p.ref(), at)
	if p.Retries == len(retryAfter) {
		p.end(b, at)
		return
	}
	p.State, p.RetryAt = fund.PlanPastDue, at.Add(retryAfter[p.Retries])
	p.Retries++
	set(b, b.w.Plans, p.ID, p)
	b.event("customer.subscription.updated", p.ref(), at)
}

func (p plan) end(b *batch, at time.Time) {
	p.State, p.EndedAt, p.RetryAt, p.CancelAt = fund.PlanCancelled, at, time.Time{}, time.Time{}
	set(b, b.w.Plans, p.ID, p)
	b.event("customer.subscription.deleted", p.ref(), at)
}

func (p plan) wake(b *batch, at time.Time) {
	p.State, p.PausedUntil = fund.PlanActive, time.Time{}
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
				p.end(b, s.now())
			} else {
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
		p.Anchor, p.Period, p.Every = fund.AddPeriods(p.Anchor, p.Every, p.Period-1), 1, c.Every
	case fund.ChangePause:
		if p.State != fund.PlanActive {
			return p, no
		}
		p.State, p.PausedUntil = fund.PlanPaused, c.Until
	case fund.ChangeResume:
		if p.State != fund.PlanPaused && p.State != fund.PlanCancelScheduled {
			return p, no
		}
		p.State, p.PausedUntil, p.CancelAt = fund.PlanActive, time.Time{}, time.Time{}
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
