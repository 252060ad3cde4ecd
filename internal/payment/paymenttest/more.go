package paymenttest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
)

// Hands do what only some providers know. Those that are nil are not tried.
type Hands struct {
	Debit  func(session string)                     // the donor pays by a debit, whose money is on its way
	Arrive func(session string, clears bool)        // the debit ends, well or not
	Part   func(session string, minor int64)        // a part of a session is paid
	Settle func(paid, into string, rate money.Rate) // what is paid in one currency is settled in another from now on
	Warn   func(payment string)                     // the card's bank warns of fraud
	Other  func(payment string)                     // an event of the provider's other mode is the newest one
}

// more are the tests of what only some providers know.
var more = map[string]func(*testing.T, *Rig){
	"a debit is no payment before it has cleared":         debit,
	"a debit that bounced is over":                        bounce,
	"parts of a session are payments of their own":        parts,
	"refused attempts are kept":                           refused,
	"a settlement in another currency says both amounts":  settled,
	"a warning points to its payment and loses its edge":  warned,
	"an event of the other mode is refused, and says why": otherMode,
}

func session(t *testing.T, r *Rig, id string) fund.SessionFact {
	t.Helper()
	f := fetch(t, r, fund.KindSession, id)
	if len(f.Sessions) != 1 {
		t.Fatalf("%d sessions", len(f.Sessions))
	}
	return f.Sessions[0]
}

func debit(t *testing.T, r *Rig) {
	if r.Debit == nil {
		t.Skip("it has no debits")
	}
	h := begin(t, r, "d1", 2500, fund.Once)
	r.Debit(h.Ref.ID)
	f := fetch(t, r, fund.KindSession, h.Ref.ID)
	if f.Sessions[0].State != fund.SessionProcessing || len(f.Payments)+len(f.Movements) != 0 || r.Balance("USD") != 0 {
		t.Errorf("on its way: %+v", f)
	}
	r.Advance(6 * 24 * time.Hour)
	if s := session(t, r, h.Ref.ID); s.State != fund.SessionProcessing {
		t.Errorf("after some days it is %s", s.State)
	}
	r.Arrive(h.Ref.ID, true)
	if f := fetch(t, r, fund.KindSession, h.Ref.ID); f.Sessions[0].State != fund.SessionPaid || len(f.Payments) != 1 || f.Payments[0].Amount.Minor != 2500 {
		t.Errorf("cleared: %+v", f)
	}
}

func bounce(t *testing.T, r *Rig) {
	if r.Debit == nil {
		t.Skip("it has no debits")
	}
	h := begin(t, r, "d1", 2500, fund.Once)
	r.Debit(h.Ref.ID)
	r.Arrive(h.Ref.ID, false)
	if f := fetch(t, r, fund.KindSession, h.Ref.ID); f.Sessions[0].State != fund.SessionFailed || len(f.Payments) != 0 || r.Balance("USD") != 0 {
		t.Errorf("bounced: %+v", f)
	}
}

func parts(t *testing.T, r *Rig) {
	if r.Part == nil {
		t.Skip("it takes no parts")
	}
	h := begin(t, r, "d1", 4000, fund.Once)
	r.Part(h.Ref.ID, 1500)
	if f := fetch(t, r, fund.KindSession, h.Ref.ID); len(f.Payments) != 1 || !f.Payments[0].Part || f.Sessions[0].State == fund.SessionPaid {
		t.Errorf("after a part: %+v", f)
	}
	r.Advance(25 * time.Hour)
	r.Part(h.Ref.ID, 2500) // late, and real money all the same
	f := fetch(t, r, fund.KindIntent, "d1")
	var sum int64
	for _, p := range f.Payments {
		sum += p.Amount.Minor
		if p.Donation != "d1" || p.OpenedAt.IsZero() {
			t.Errorf("the part %+v", p)
		}
	}
	if len(f.Payments) != 2 || sum != 4000 || f.Sessions[0].State != fund.SessionPaid {
		t.Errorf("%d parts of %d in a session that is %s", len(f.Payments), sum, f.Sessions[0].State)
	}
}

func refused(t *testing.T, r *Rig) {
	h := begin(t, r, "d1", 2500, fund.Once)
	var was []time.Time
	for n := 1; n <= 3; n++ {
		r.Decline(h.Ref.ID)
		now := session(t, r, h.Ref.ID).Declined
		if len(now) != n || !slices.EqualFunc(was, now[:n-1], time.Time.Equal) {
			t.Fatalf("after %d refusals: %v", n, now)
		}
		was = now
		r.Advance(time.Minute)
	}
	if !slices.IsSortedFunc(was, time.Time.Compare) {
		t.Errorf("they are not in order: %v", was)
	}
	r.Pay(h.Ref.ID)
	if now := session(t, r, h.Ref.ID).Declined; len(now) != 3 {
		t.Errorf("paying has made it forget: %v", now)
	}
}

func settled(t *testing.T, r *Rig) {
	if r.Settle == nil {
		t.Skip("it settles in the currency that was paid")
	}
	r.Settle("USD", "EUR", "0.9")
	p := pay(t, r, "d1", 2500, fund.Once)
	if _, err := r.Provider.Refund(t.Context(), fund.PaymentRef(p.Ref), money.Amount{Currency: "USD", Minor: 1000}, "r1"); err != nil {
		t.Fatal(err)
	}
	f := fetch(t, r, fund.KindPayment, p.Ref)
	if f.Payments[0].Amount != (money.Amount{Currency: "USD", Minor: 2500}) || len(f.Movements) != 2 {
		t.Fatalf("%+v", f)
	}
	for i, want := range []struct{ own, got int64 }{{2500, 2250}, {-1000, -900}} {
		m := f.Movements[i]
		if m.Own != (money.Amount{Currency: "USD", Minor: want.own}) || m.Amount != (money.Amount{Currency: "EUR", Minor: want.got}) || m.Rate != "0.9" {
			t.Errorf("the movement is %+v, want %+v", m, want)
		}
	}
	if usd, eur := r.Balance("USD"), r.Balance("EUR"); usd != 0 || eur != 1350-f.Movements[0].Fee {
		t.Errorf("it holds %d in USD and %d in EUR", usd, eur)
	}
}

func warned(t *testing.T, r *Rig) {
	if r.Warn == nil {
		t.Skip("it knows no warnings")
	}
	p := pay(t, r, "d1", 2500, fund.Once)
	before := r.Balance("USD")
	r.Warn(p.Ref)
	f := fetch(t, r, fund.KindPayment, p.Ref)
	if len(f.Warnings) != 1 || f.Warnings[0].Payment != p.Ref || !f.Warnings[0].Actionable || f.Warnings[0].At.IsZero() || r.Balance("USD") != before {
		t.Fatalf("the warnings are %+v", f.Warnings)
	}
	byRef := fetch(t, r, fund.KindWarning, f.Warnings[0].Ref)
	if len(byRef.Payments) != 1 || byRef.Payments[0].Ref != p.Ref {
		t.Errorf("by its own reference: %+v", byRef)
	}
	if _, err := r.Provider.Refund(t.Context(), fund.PaymentRef(p.Ref), p.Amount, "r1"); err != nil {
		t.Fatal(err)
	}
	if f := fetch(t, r, fund.KindPayment, p.Ref); f.Warnings[0].Actionable {
		t.Error("there is nothing left to give back, and it is actionable still")
	}
}

func otherMode(t *testing.T, r *Rig) {
	if r.Other == nil {
		t.Skip("it has one mode")
	}
	p := pay(t, r, "d1", 2500, fund.Once)
	r.Other(p.Ref)
	if refs, err := r.Provider.Ingest(t.Context(), r.Last()); !fault.Is(err, fault.Denied) || !errors.Is(err, fund.ErrMode) || refs != nil {
		t.Errorf("it is answered with %v, %v", refs, err)
	}
}
