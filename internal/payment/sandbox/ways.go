package sandbox

import (
	"slices"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
)

// payments are all payments of a session, the oldest first.
func (x session) payments() []string {
	if x.Payment == "" {
		return nil
	}
	return append(slices.Clone(x.Parts), x.Payment)
}

// debit lets the donor's part be done while the money is still on its way, as
// with a SEPA debit. It clears or bounces by an order.
func (s *Sandbox) debit(b *batch, id string) error {
	x, ok := b.w.Sessions.rows[id]
	if !ok {
		return unknown("session", id)
	}
	if x.State != fund.SessionOpen && x.State != fund.SessionDeclined {
		return fault.New(fault.Conflict, "this payment page is closed already")
	}
	x.State = fund.SessionProcessing
	set(b, b.w.Sessions, id, x)
	b.event("checkout.session.completed", fund.Ref{Kind: fund.KindSession, ID: id}, s.now())
	return nil
}

// arrive ends a debit that is on its way, well or not.
func (s *Sandbox) arrive(b *batch, id string, clears bool) (string, error) {
	x, ok := b.w.Sessions.rows[id]
	if !ok {
		return "", unknown("session", id)
	}
	if x.State != fund.SessionProcessing {
		return "", fault.New(fault.Conflict, "nothing of %s is on its way; pay it with {\"do\":\"pay\",\"ref\":\"%s\",\"async\":true} first", id, id)
	}
	ref := fund.Ref{Kind: fund.KindSession, ID: id}
	if !clears {
		x.State = fund.SessionFailed
		set(b, b.w.Sessions, id, x)
		b.event("checkout.session.async_payment_failed", ref, s.now())
		return id, nil
	}
	s.succeed(b, x)
	b.event("checkout.session.async_payment_succeeded", ref, s.now())
	return b.w.Sessions.rows[id].Payment, nil
}

// part pays a part of a session, as with a cryptocurrency, whose payers send
// what they like when they like: also after the session has expired. A minor of
// zero is the rest.
func (s *Sandbox) part(b *batch, id string, minor int64) (string, error) {
	x, ok := b.w.Sessions.rows[id]
	if !ok {
		return "", unknown("session", id)
	}
	rest := x.Amount.Minor
	for _, p := range x.payments() {
		rest -= b.w.Payments.rows[p].Amount.Minor
	}
	if minor == 0 {
		minor = rest
	}
	switch {
	case x.Every != fund.Once:
		return "", fault.New(fault.Conflict, "a plan can't be paid in parts")
	case x.State == fund.SessionPaid, x.State == fund.SessionProcessing, x.State == fund.SessionFailed:
		return "", fault.New(fault.Conflict, "this payment page is closed already")
	case minor <= 0:
		return "", fault.New(fault.Invalid, "a part must be above zero")
	}
	if x.Payment != "" {
		x.Parts = append(slices.Clone(x.Parts), x.Payment)
	}
	now := s.now()
	x.Payment = b.charge(payment{Intent: x.Intent, Session: x.ID, Part: true, Amount: money.Amount{Currency: x.Amount.Currency, Minor: minor}, At: now})
	if minor >= rest {
		x.State = fund.SessionPaid
	}
	set(b, b.w.Sessions, id, x)
	b.event("checkout.session.completed", fund.Ref{Kind: fund.KindSession, ID: id}, now)
	return x.Payment, nil
}

// settleIn makes what is paid in one currency be settled in another from now on,
// at a rate; with wait each payment only after an order. The same currency takes
// it back.
func (s *Sandbox) settleIn(b *batch, o Order) error {
	_, known := money.Exponent(o.Ref)
	_, also := money.Exponent(o.Currency)
	rate := money.Rate(o.Rate)
	if o.Currency == o.Ref {
		rate = "1"
	}
	if !known || !also || !rate.Valid() {
		return fault.New(fault.Invalid, "say which currency is settled in which and at what rate, like {\"do\":\"settle_in\",\"ref\":\"EUR\",\"currency\":\"USD\",\"rate\":\"1.08\"}")
	}
	set(b, b.w.Settles, o.Ref, settlement{Currency: o.Currency, Rate: rate, Wait: o.Wait})
	return nil
}

// settlePayment makes known what a payment was settled as.
func (s *Sandbox) settlePayment(b *batch, id string) error {
	p, ok := b.w.Payments.rows[id]
	if !ok {
		return unknown("payment", id)
	}
	if !p.Pending {
		return fault.New(fault.Conflict, "%s is settled already", id)
	}
	b.settled(p, s.now())
	return nil
}

// settled is a payment whose settlement is known: no money goes back before that.
func (b *batch) settled(p payment, at time.Time) payment {
	if !p.Pending {
		return p
	}
	p.Pending, p.Moves = false, []string{b.take(p, at)}
	set(b, b.w.Payments, p.ID, p)
	b.event("charge.updated", fund.Ref{Kind: fund.KindPayment, ID: p.ID}, at)
	return p
}

// warn lets the bank of a card warn of fraud. No money moves.
func (s *Sandbox) warn(b *batch, id string) (string, error) {
	p, ok := b.w.Payments.rows[id]
	if !ok {
		return "", unknown("payment", id)
	}
	x := warning{ID: b.next("efw"), Payment: p.ID, At: s.now()}
	set(b, b.w.Warnings, x.ID, x)
	p.Warnings = append(slices.Clone(p.Warnings), x.ID)
	set(b, b.w.Payments, p.ID, p)
	b.event("radar.early_fraud_warning.created", fund.Ref{Kind: fund.KindWarning, ID: x.ID}, x.At)
	return x.ID, nil
}

// live sends an event that says it is of a live account, signed like any other.
// It happens where somebody sets up the wrong address at a provider.
func (s *Sandbox) live(b *batch, id string) error {
	if _, ok := b.w.Payments.rows[id]; !ok {
		return unknown("payment", id)
	}
	e := event{ID: b.next("evt"), Type: "charge.succeeded", Ref: fund.Ref{Kind: fund.KindPayment, ID: id}, At: s.now(), Live: true}
	set(b, b.w.Events, e.ID, e)
	b.events = append(b.events, e)
	return nil
}
