package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
)

const sessionLife = 60 * time.Minute

// Key implements fund.Provider.
func (s *Sandbox) Key() string { return Key }

// Caps implements fund.Provider. Amounts must fit the scale of the provider
// that the sandbox stands in for.
func (s *Sandbox) Caps() fund.Caps {
	return fund.Caps{
		Intervals: []fund.Every{fund.Once, fund.Month, fund.Year}, ChangeAmount: true, Pause: true, Refund: true,
		Road: fund.Hosted, Scale: "stripe", Fees: fees,
	}
}

// once answers a request that carries an idempotency key: the first time by fn,
// then from memory. fault.Invalid for a key that came with other parameters.
func (b *batch) once(key fund.IdemKey, op string, params any, fn func() (fund.Handoff, error)) (fund.Handoff, error) {
	raw, err := json.Marshal(params)
	if err != nil {
		return fund.Handoff{}, fault.Wrap(fault.Internal, err, "")
	}
	if key == "" || len(key) > 255 {
		return fund.Handoff{}, fault.New(fault.Invalid, "an idempotency key of 1 to 255 characters is needed")
	}
	sum := sha256.Sum256(append([]byte(op+" "), raw...))
	want := hex.EncodeToString(sum[:])
	if c, ok := b.w.Calls.rows[string(key)]; ok {
		if c.Params != want {
			return fund.Handoff{}, fault.New(fault.Invalid, "this idempotency key was used with other parameters")
		}
		return c.Answer, nil
	}
	h, err := fn()
	if err == nil {
		set(b, b.w.Calls, string(key), call{want, h})
	}
	return h, err
}

// Begin implements fund.Provider.
func (s *Sandbox) Begin(_ context.Context, in fund.Intent, key fund.IdemKey) (h fund.Handoff, err error) {
	api, err := money.ToProvider(s.Caps().Scale, money.Charge, in.Amount)
	if err != nil {
		return h, err
	}
	if in.ID == "" || in.Amount.Minor <= 0 || !s.Caps().Takes(in.Amount.Currency, in.Every) {
		return h, fault.New(fault.Invalid, "a gift needs a reference, an amount above zero and an interval of once, month or year")
	}
	err = s.step(func(b *batch) error {
		h, err = b.once(key, "begin", in, func() (fund.Handoff, error) {
			now := s.now()
			x := session{
				ID: s.sessionID(b), Intent: in.ID, Amount: in.Amount, APIAmount: api, Every: in.Every, Label: in.Label, Lang: in.Lang,
				ReturnURL: in.ReturnURL, State: fund.SessionOpen, OpenedAt: now, ExpiresAt: now.Add(sessionLife),
			}
			set(b, b.w.Sessions, x.ID, x)
			return fund.Handoff{Ref: fund.Ref{Kind: fund.KindSession, ID: x.ID}, URL: x.url(), OpenedAt: now, ExpiresAt: x.ExpiresAt}, nil
		})
		return err
	})
	return h, err
}

func (x session) url() string { return "/sandbox/pay/" + x.ID }

// Session is what the sandbox's payment page shows.
type Session struct {
	ID, Label, ReturnURL, Lang string
	Amount                     money.Amount
	Every                      fund.Every
	State                      fund.SessionState
}

// Session returns an open or finished session; fault.NotFound.
func (s *Sandbox) Session(_ context.Context, id string) (Session, error) {
	var out Session
	err := s.step(func(b *batch) error {
		x, ok := b.w.Sessions.rows[id]
		if !ok {
			return unknown("session", id)
		}
		out = Session{x.ID, x.Label, x.ReturnURL, x.Lang, x.Amount, x.Every, x.State}
		return nil
	})
	return out, err
}

func unknown(what, id string) error {
	return fault.New(fault.NotFound, "the sandbox knows no %s %.80q", what, id)
}

// Pay pays a session. One that was paid stays so; fault.Conflict for an expired
// one.
func (s *Sandbox) Pay(_ context.Context, sessionID string) error {
	return s.step(func(b *batch) error { return s.pay(b, sessionID) })
}

func (s *Sandbox) pay(b *batch, id string) error {
	x, ok := b.w.Sessions.rows[id]
	switch {
	case !ok:
		return unknown("session", id)
	case x.State == fund.SessionPaid:
		return nil
	case x.State == fund.SessionExpired, x.State == fund.SessionFailed:
		return fault.New(fault.Conflict, "this payment page has expired; go back and begin again")
	case x.State == fund.SessionProcessing:
		return fault.New(fault.Conflict, "this payment is on its way already")
	case x.Payment != "":
		return fault.New(fault.Conflict, "a part of %s is paid already; pay the rest with {\"do\":\"part\"}", id)
	}
	s.succeed(b, x)
	return nil
}

// succeed is the moment at which the money of a session is there.
func (s *Sandbox) succeed(b *batch, x session) {
	now := s.now()
	x.State = fund.SessionPaid
	var p plan
	if x.Every != fund.Once {
		p = plan{ID: b.next("sub"), Intent: x.Intent, Session: x.ID, Amount: x.Amount, Every: x.Every, State: fund.PlanActive, StartedAt: now, Anchor: now, Period: 1}
		x.Plan = p.ID
		set(b, b.w.Plans, p.ID, p)
		b.event("customer.subscription.created", fund.Ref{Kind: fund.KindPlan, ID: p.ID}, now)
	}
	x.Payment = b.charge(payment{Intent: x.Intent, Session: x.ID, Plan: x.Plan, Amount: x.Amount, At: now})
	set(b, b.w.Sessions, x.ID, x)
	b.event("checkout.session.completed", fund.Ref{Kind: fund.KindSession, ID: x.ID}, now)
}

// charge books a payment and tells of it as often as a card provider would.
func (b *batch) charge(p payment) string {
	p.ID = b.next("ch")
	ref := fund.Ref{Kind: fund.KindPayment, ID: p.ID}
	if p.Pending = b.w.Settles.rows[p.Amount.Currency].Wait; !p.Pending {
		p.Moves = []string{b.take(p, p.At)}
	}
	set(b, b.w.Payments, p.ID, p)
	b.event("charge.succeeded", ref, p.At)
	if p.Plan != "" {
		b.event("invoice.paid", ref, p.At)
	}
	if !p.Pending {
		b.event("charge.updated", ref, p.At)
	}
	return p.ID
}

// take moves a payment into the balance, less the fee, which is of the amount in
// the balance's currency.
func (b *batch) take(p payment, at time.Time) string {
	settled, _ := b.settlesAs(p.Amount)
	return b.move(fund.MoveCharge, p.Amount, Fee(settled), fund.Ref{Kind: fund.KindPayment, ID: p.ID}, at)
}

// Decline refuses the next attempt to pay a session.
func (s *Sandbox) Decline(_ context.Context, sessionID string) error {
	return s.step(func(b *batch) error { return s.decline(b, sessionID) })
}

func (s *Sandbox) decline(b *batch, id string) error {
	x, ok := b.w.Sessions.rows[id]
	switch {
	case !ok:
		return unknown("session", id)
	case x.State != fund.SessionOpen && x.State != fund.SessionDeclined:
		return fault.New(fault.Conflict, "this payment page is closed already")
	}
	x.State, x.Declined = fund.SessionDeclined, append(slices.Clone(x.Declined), s.now())
	set(b, b.w.Sessions, id, x)
	b.event("payment_intent.payment_failed", fund.Ref{Kind: fund.KindSession, ID: id}, s.now())
	return nil
}

// Refund implements fund.Provider. fault.Invalid for more than is left.
func (s *Sandbox) Refund(_ context.Context, ref fund.PaymentRef, a money.Amount, key fund.IdemKey) (fund.Ref, error) {
	var h fund.Handoff
	err := s.step(func(b *batch) (err error) {
		h, err = b.once(key, "refund", []any{ref, a}, func() (fund.Handoff, error) {
			id, err := s.refund(b, string(ref), a, key, false)
			return fund.Handoff{Ref: fund.Ref{Kind: fund.KindRefund, ID: id}}, err
		})
		return err
	})
	return h.Ref, err
}

// refund gives money back; bounces makes the donor's bank send it back after
// three days.
func (s *Sandbox) refund(b *batch, paymentID string, a money.Amount, key fund.IdemKey, bounces bool) (string, error) {
	p, ok := b.w.Payments.rows[paymentID]
	if !ok {
		return "", unknown("payment", paymentID)
	}
	left := p.Amount.Minor - p.Refunded - p.Disputed
	if a.Currency != p.Amount.Currency || a.Minor <= 0 || a.Minor > left {
		return "", fault.New(fault.Invalid, "of %s only %s can be refunded", p.ID, money.Amount{Currency: p.Amount.Currency, Minor: left})
	}
	p = b.settled(p, s.now())
	x := refund{ID: b.next("re"), Payment: p.ID, Key: key, Amount: a, State: fund.RefundSucceeded, At: s.now()}
	if bounces {
		x.FailAt = x.At.Add(3 * 24 * time.Hour)
	}
	ref := fund.Ref{Kind: fund.KindRefund, ID: x.ID}
	x.Moves = []string{b.move(fund.MoveRefund, a.Neg(), 0, ref, x.At)}
	set(b, b.w.Refunds, x.ID, x)
	p.Refunded += a.Minor
	p.Refunds = append(p.Refunds, x.ID)
	set(b, b.w.Payments, p.ID, p)
	b.event("refund.created", ref, x.At)
	b.event("charge.refunded", fund.Ref{Kind: fund.KindPayment, ID: p.ID}, x.At)
	return x.ID, nil
}
