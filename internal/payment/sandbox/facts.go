package sandbox

import (
	"context"
	"fmt"
	"strconv"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
)

// pageSize is how many events or movements one answer lists at most.
const pageSize = 100

// Fetch implements fund.Provider.
func (s *Sandbox) Fetch(_ context.Context, ref fund.Ref) (f fund.Facts, err error) {
	err = s.step(func(b *batch) error {
		f = fund.Facts{AsOf: s.now()}
		return b.w.fetch(ref, &f)
	})
	return f, err
}

func (w *world) fetch(ref fund.Ref, f *fund.Facts) error {
	switch ref.Kind {
	case fund.KindIntent:
		for _, x := range w.Sessions.rows {
			if x.Intent == ref.ID {
				return w.fetch(fund.Ref{Kind: fund.KindSession, ID: x.ID}, f)
			}
		}
	case fund.KindSession:
		if x, ok := w.Sessions.rows[ref.ID]; ok {
			w.addSession(x, f)
			for _, id := range x.payments() {
				w.addPayment(w.Payments.rows[id], f)
			}
			return nil
		}
	case fund.KindPlan:
		if p, ok := w.Plans.rows[ref.ID]; ok {
			w.addSession(w.Sessions.rows[p.Session], f)
			return nil
		}
	case fund.KindPayment:
		if p, ok := w.Payments.rows[ref.ID]; ok {
			w.addSession(w.Sessions.rows[p.Session], f)
			w.addPayment(p, f)
			return nil
		}
	case fund.KindRefund:
		if r, ok := w.Refunds.rows[ref.ID]; ok {
			return w.fetch(fund.Ref{Kind: fund.KindPayment, ID: r.Payment}, f)
		}
	case fund.KindDispute:
		if d, ok := w.Disputes.rows[ref.ID]; ok {
			return w.fetch(fund.Ref{Kind: fund.KindPayment, ID: d.Payment}, f)
		}
	case fund.KindWarning:
		if x, ok := w.Warnings.rows[ref.ID]; ok {
			return w.fetch(fund.Ref{Kind: fund.KindPayment, ID: x.Payment}, f)
		}
	case fund.KindPayout:
		if p, ok := w.Payouts.rows[ref.ID]; ok {
			f.Payouts = append(f.Payouts, fund.PayoutFact{Ref: p.ID, Amount: p.Amount, State: p.State, CreatedAt: p.At, ArrivedAt: p.ArrivedAt, FailedAt: p.FailedAt})
			w.addMovements(p.Moves, f)
			return nil
		}
	}
	return unknown(string(ref.Kind), ref.ID)
}

func (w *world) addSession(x session, f *fund.Facts) {
	f.Sessions = append(f.Sessions, fund.SessionFact{Ref: x.ID, Donation: x.Intent, State: x.State, URL: x.url(), OpenedAt: x.OpenedAt, ExpiresAt: x.ExpiresAt, Declined: x.Declined})
	if p, ok := w.Plans.rows[x.Plan]; ok {
		f.Plans = append(f.Plans, p.fact())
	}
}

func (w *world) addPayment(p payment, f *fund.Facts) {
	fact := fund.PaymentFact{Ref: p.ID, Donation: p.Intent, Plan: p.Plan, Amount: p.Amount, Part: p.Part, SucceededAt: p.At}
	if !p.Renewal {
		fact.OpenedAt = w.Sessions.rows[p.Session].OpenedAt
	}
	f.Payments = append(f.Payments, fact)
	w.addMovements(p.Moves, f)
	for _, id := range p.Refunds {
		r := w.Refunds.rows[id]
		f.Refunds = append(f.Refunds, fund.RefundFact{Ref: r.ID, Payment: p.ID, Key: r.Key, Amount: r.Amount, State: r.State, CreatedAt: r.At})
		w.addMovements(r.Moves, f)
	}
	for _, id := range p.Disputes {
		d := w.Disputes.rows[id]
		f.Disputes = append(f.Disputes, fund.DisputeFact{Ref: d.ID, Payment: p.ID, Amount: d.Amount, State: d.State, OpenedAt: d.OpenedAt, ClosedAt: d.ClosedAt})
		w.addMovements(d.Moves, f)
	}
	for _, id := range p.Warnings {
		x := w.Warnings.rows[id]
		f.Warnings = append(f.Warnings, fund.WarningFact{Ref: x.ID, Payment: p.ID, Actionable: p.Amount.Minor > p.Refunded+p.Disputed && len(p.Disputes) == 0, At: x.At})
	}
}

func (w *world) addMovements(ids []string, f *fund.Facts) {
	for _, id := range ids {
		f.Movements = append(f.Movements, w.Movements.rows[id].fact())
	}
}

func (m movement) fact() fund.Movement {
	f := fund.Movement{Ref: m.ID, Kind: m.Kind, Amount: m.Amount, Fee: m.Fee, Source: m.Source, At: m.At, Rate: m.Rate}
	if m.Own != nil {
		f.Own = *m.Own
	}
	return f
}

// Since implements fund.Provider. The cursor is the number of the last event.
func (s *Sandbox) Since(_ context.Context, c fund.Cursor) (refs []fund.Ref, next fund.Cursor, err error) {
	err = s.step(func(b *batch) error {
		next, err = b.w.list("evt", c, func(id string) { refs = append(refs, b.w.Events.rows[id].Ref) })
		return err
	})
	return refs, next, err
}

// Movements implements fund.Provider. The cursor is the number of the last one.
func (s *Sandbox) Movements(_ context.Context, c fund.Cursor) (list []fund.Movement, next fund.Cursor, err error) {
	err = s.step(func(b *batch) error {
		next, err = b.w.list("txn", c, func(id string) { list = append(list, b.w.Movements.rows[id].fact()) })
		return err
	})
	return list, next, err
}

func (w *world) list(prefix string, c fund.Cursor, each func(id string)) (fund.Cursor, error) {
	from := int64(0)
	if c != "" {
		var err error
		if from, err = strconv.ParseInt(string(c), 10, 64); err != nil || from < 0 {
			return c, fault.New(fault.Invalid, "%q is not a place in the sandbox's lists", c)
		}
	}
	to := min(from+pageSize, w.Counts.rows[prefix])
	for n := from + 1; n <= to; n++ {
		each(fmt.Sprintf("%s_%d", prefix, n))
	}
	return fund.Cursor(strconv.FormatInt(max(from, to), 10)), nil
}
