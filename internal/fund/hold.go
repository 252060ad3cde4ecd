package fund

import (
	"slices"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/guard"
)

// hold lets a new gift wait for a person where enough speaks against it: what
// its form looked like, and how often its own session was refused. Renewals of a
// plan have no form and are never held.
func (r *reducer) hold(p Payment, f PaymentFact) {
	if r.w.Guard.HoldAt <= 0 || f.OpenedAt.IsZero() {
		return
	}
	reasons := slices.Clone(r.w.Suspicions[p.DonationID])
	for _, s := range r.f.Sessions {
		if s.Donation == p.DonationID {
			reasons = append(reasons, guard.Attempts(len(s.Declined))...)
		}
	}
	weight := guard.Weight(reasons)
	if weight < r.w.Guard.HoldAt {
		return
	}
	h := Hold{PaymentID: p.ID, State: HoldWaits, Reasons: reasons, Weight: weight, HeldAt: p.SucceededAt, DueAt: p.SucceededAt.Add(r.w.Guard.Hold())}
	r.c.Holds = append(r.c.Holds, h)
	r.c.Tasks = append(r.c.Tasks, Task{
		Key: TaskHeld + ":" + p.ID, Kind: TaskHeld, ObjectKind: string(KindPayment), ObjectID: p.ID,
		Detail: map[string]string{"amount": p.Amount.String(), "weight": strconv.Itoa(weight), "reasons": words(reasons)},
	})
}

func words(reasons []guard.Reason) string {
	list := make([]string, len(reasons))
	for i, x := range reasons {
		list[i] = string(x)
	}
	return strings.Join(list, " ")
}

// declines records refused attempts; the store passes over those that it has.
func (r *reducer) declines(s SessionFact) {
	for i, at := range s.Declined {
		r.c.Declines = append(r.c.Declines, Decline{Session: s.Ref, N: i + 1, Donation: s.Donation, At: at})
	}
}

// warning records an early fraud warning; what is done about it is decided
// outside the transaction, since it may be a call.
func (r *reducer) warning(f WarningFact) {
	p, ok := r.w.Payments[f.Payment]
	if !ok {
		return
	}
	was, known := r.w.Warnings[f.Ref]
	if known && (r.stale(was.UpdatedAt) || was.Actionable == f.Actionable) {
		return
	}
	w := Warning{ID: localID(r.w.Provider, KindWarning, f.Ref), Ref: f.Ref, PaymentID: p.ID, Payment: f.Payment,
		Actionable: f.Actionable, State: WarningOpen, At: f.At, UpdatedAt: r.f.AsOf}
	r.w.Warnings[f.Ref] = w
	r.c.Warnings = append(r.c.Warnings, w)
}

// lostTwice tells staff of a payment of which more went back than came: it was
// refunded and taken back through the donor's bank as well.
func (r *reducer) lostTwice(p Payment) {
	if p.Refunded+p.Disputed <= p.Amount.Minor {
		return
	}
	r.task(TaskLostTwice, KindPayment, p.Ref, map[string]string{
		"payment": p.ID, "amount": p.Amount.String(), "refunded": strconv.FormatInt(p.Refunded, 10), "disputed": strconv.FormatInt(p.Disputed, 10),
	})
}
