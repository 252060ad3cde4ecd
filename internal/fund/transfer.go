package fund

import "time"

// The keys of the roads that are no payment processor: they stand in records
// and in the keys of ledger entries.
const (
	KeyBank    = "bank"
	KeyOffline = "offline"
)

// PaymentID is our id of a provider's payment.
func PaymentID(provider, ref string) string { return localID(provider, KindPayment, ref) }

// PlanID is our id of a provider's plan.
func PlanID(provider, ref string) string { return localID(provider, KindPlan, ref) }

// Paid is the plan after a payment of it that arrived by bank at a time. The
// first one starts it, on its own day; one that has ended stays ended.
func (p Plan) Paid(at time.Time) Plan {
	if p.State == PlanCancelled {
		return p
	}
	if !p.begun() {
		p.StartedAt = at
	}
	if p.State != PlanActive && p.State != PlanCancelScheduled {
		p.State, p.ChangedAt, p.PastDueAt = PlanActive, at, time.Time{}
	}
	if next := p.nextPayment(at); next.After(p.NextChargeAt) {
		p.NextChargeAt = next
	}
	return p // UpdatedAt stays: the bank's day may lie ahead of the clock of later looks
}

// nextPayment is when a standing order should bring money again after a payment
// at a time: the next day of the plan's own rhythm that is more than half an
// interval away, since banks are days early or late.
func (p Plan) nextPayment(paid time.Time) time.Time {
	anchor, half := p.StartedAt, 15*24*time.Hour
	if anchor.IsZero() {
		anchor = paid
	}
	if p.Every == Year {
		half = 182 * 24 * time.Hour
	}
	for n := 0; ; n++ {
		if at := AddPeriods(anchor, p.Every, n); at.After(paid.Add(half)) {
			return at
		}
	}
}

// Fact is the plan as its provider would tell it.
func (p Plan) Fact() PlanFact {
	return PlanFact{
		Ref: p.Ref, Donation: p.DonationID, Amount: p.Amount, Every: p.Every, State: p.State, StartedAt: p.StartedAt, NextChargeAt: p.NextChargeAt,
		CancelAt: p.CancelAt, EndedAt: p.EndedAt, EndReason: p.EndReason, PausedAt: p.PausedAt, PausedUntil: p.PausedUntil, PastDueAt: p.PastDueAt,
		Attempts: p.Attempts, LastTry: p.LastTry, ChangedAt: p.ChangedAt,
	}
}

// TransferWait is how long a promised transfer is waited for. Transfers take
// days, and people take weeks; what comes later counts all the same.
const TransferWait = 60 * 24 * time.Hour
