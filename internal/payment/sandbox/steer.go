package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// Order is a request to the steering API.
type Order struct {
	Do     string `json:"do"`
	Ref    string `json:"ref"`    // session, plan, payment, dispute; for payout a currency
	Amount int64  `json:"amount"` // minor units; 0 is all that is left
	Days   int    `json:"days"`   // advance
	// Fail makes a refund bounce after three days, or a payout fail after two.
	Fail    bool `json:"fail"`
	Inquiry bool `json:"inquiry"`  // dispute: ask only, take nothing
	KeepFee bool `json:"keep_fee"` // win: the dispute's fee does not come back
	Force   bool `json:"force"`    // dispute: although it was refunded
	Async   bool `json:"async"`    // pay: as a debit, whose money is on its way
	// settle_in: the currency and the rate in which what is paid in the currency
	// of Ref is settled; with Wait each payment only after an order to settle.
	Currency string `json:"currency"`
	Rate     string `json:"rate"`
	Wait     bool   `json:"wait"`
	Faults
}

// Answer is what the steering API says.
type Answer struct {
	OK  bool      `json:"ok"`
	Ref string    `json:"ref,omitempty"` // what was made or changed
	Now time.Time `json:"now"`           // the sandbox's time
}

// Steer does what an order of the steering API says:
//
//	{"do":"pay","ref":"cs_…"}             pay a session, or a plan that is past due
//	{"do":"pay","ref":"cs_…","async":true}   as a debit: {"do":"clear","ref":"cs_…"} or {"do":"bounce","ref":"cs_…"} ends it
//	{"do":"part","ref":"cs_…","amount":1000}   pay a part of a session, also after its end; 0 is the rest
//	{"do":"settle_in","ref":"EUR","currency":"USD","rate":"1.08","wait":true}   what is paid in EUR is settled in USD
//	{"do":"settle","ref":"ch_1"}          make known what a payment was settled as, after "wait"
//	{"do":"warn","ref":"ch_1"}            the card's bank warns of fraud
//	{"do":"live","ref":"ch_1"}            send an event that says it is of a live account
//	{"do":"decline","ref":"cs_…"}         refuse the attempt; of a plan: all charges from now on, until it is paid
//	{"do":"refund","ref":"ch_1","amount":1000,"fail":true}
//	{"do":"dispute","ref":"ch_1","amount":4000,"inquiry":true}   an inquiry's own ref turns it into a dispute;
//	                                      "force":true takes the money although it was refunded
//	{"do":"win","ref":"dp_1","keep_fee":true}   {"do":"lose","ref":"dp_1"}
//	{"do":"payout","ref":"USD","amount":2397,"fail":true}
//	{"do":"advance","days":31}
//	{"do":"faults","duplicate":0.3,"drop":0.2,"delay_s":2,"reorder":true,"corrupt":0.1,"seed":7}
func (s *Sandbox) Steer(ctx context.Context, body []byte) (Answer, error) {
	var o Order
	in := json.NewDecoder(bytes.NewReader(body))
	in.DisallowUnknownFields()
	if err := in.Decode(&o); err != nil {
		return Answer{}, fault.Wrap(fault.Invalid, err, "an order is one JSON object like {\"do\":\"advance\",\"days\":31}")
	}
	if _, err := in.Token(); err != io.EOF {
		return Answer{}, fault.New(fault.Invalid, "send one order at a time")
	}
	ref, err := s.obey(o)
	return Answer{OK: err == nil, Ref: ref, Now: s.Now()}, err
}

func (s *Sandbox) obey(o Order) (ref string, err error) {
	switch o.Do {
	case "advance":
		if o.Days <= 0 || o.Days > 3650 {
			return "", fault.New(fault.Invalid, "days must be from 1 to 3650")
		}
		return "", s.Advance(time.Duration(o.Days) * 24 * time.Hour)
	case "faults":
		if bad := func(p float64) bool { return p < 0 || p > 1 }; bad(o.Duplicate) || bad(o.Drop) || bad(o.Corrupt) || o.DelayS < 0 || o.DelayS > 3600 {
			return "", fault.New(fault.Invalid, "duplicate, drop and corrupt are shares from 0 to 1, delay_s is from 0 to 3600")
		}
		s.SetFaults(o.Faults)
		return "", nil
	}
	err = s.step(func(b *batch) error {
		ref, err = s.change(b, o)
		return err
	})
	return ref, err
}

func (s *Sandbox) change(b *batch, o Order) (string, error) {
	p, isPlan := b.w.Plans.rows[o.Ref]
	switch o.Do {
	case "pay":
		if isPlan {
			return o.Ref, s.payPlan(b, p)
		}
		if o.Async {
			return o.Ref, s.debit(b, o.Ref)
		}
		err := s.pay(b, o.Ref)
		return b.w.Sessions.rows[o.Ref].Payment, err
	case "decline":
		if !isPlan {
			return o.Ref, s.decline(b, o.Ref)
		}
		p.Declines = true
		set(b, b.w.Plans, p.ID, p)
		return p.ID, nil
	case "refund":
		x := b.w.Payments.rows[o.Ref]
		a := money.Amount{Currency: x.Amount.Currency, Minor: o.Amount}
		if o.Amount == 0 {
			a.Minor = x.Amount.Minor - x.Refunded - x.Disputed
		}
		return s.refund(b, o.Ref, a, "", o.Fail)
	case "dispute":
		return s.dispute(b, o.Ref, o.Amount, o.Inquiry, o.Force)
	case "clear", "bounce":
		return s.arrive(b, o.Ref, o.Do == "clear")
	case "part":
		return s.part(b, o.Ref, o.Amount)
	case "settle_in":
		return o.Ref, s.settleIn(b, o)
	case "settle":
		return o.Ref, s.settlePayment(b, o.Ref)
	case "warn":
		return s.warn(b, o.Ref)
	case "live":
		return o.Ref, s.live(b, o.Ref)
	case "win":
		return o.Ref, s.win(b, o.Ref, o.KeepFee)
	case "lose":
		return o.Ref, s.lose(b, o.Ref)
	case "payout":
		currency := o.Ref
		if currency == "" {
			currency = b.w.mainCurrency()
		}
		return s.payout(b, currency, o.Amount, o.Fail)
	}
	return "", fault.New(fault.Invalid, "the sandbox can pay, clear, bounce, part, decline, refund, dispute, win, lose, warn, settle_in, settle, payout, live, advance and faults, but not %.40q", o.Do)
}

// mainCurrency is the first that has a balance.
func (w *world) mainCurrency() string {
	for _, c := range w.currencies() {
		if w.balance(c) > 0 {
			return c
		}
	}
	return ""
}

func (w *world) currencies() []string {
	seen := map[string]bool{}
	for _, m := range w.Movements.rows {
		seen[m.Amount.Currency] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// State is the sandbox's own view of the world, to compare with the books.
type State struct {
	Now       time.Time        `json:"now"`
	OffsetS   int64            `json:"offset_s"`
	Balance   map[string]int64 `json:"balance"` // minor units, by currency
	Sessions  []session        `json:"sessions"`
	Payments  []payment        `json:"payments"`
	Plans     []plan           `json:"plans"`
	Refunds   []refund         `json:"refunds"`
	Disputes  []dispute        `json:"disputes"`
	Warnings  []warning        `json:"warnings"`
	Payouts   []payout         `json:"payouts"`
	Movements []movement       `json:"movements"`
	Events    int64            `json:"events"`
	Faults    Faults           `json:"faults"`
	Webhooks  Webhooks         `json:"webhooks"`
}

// Webhooks counts deliveries since the start of the program.
type Webhooks struct {
	Waiting int `json:"waiting"`
	Sent    int `json:"sent"`
	GivenUp int `json:"given_up"`
}

// State returns everything that the sandbox knows. It knows no donor.
func (s *Sandbox) State(context.Context) (State, error) {
	var st State
	err := s.step(func(b *batch) error {
		w := b.w
		st = State{
			Now: s.now(), OffsetS: int64(s.offset().Seconds()), Balance: map[string]int64{},
			Sessions: sorted(w.Sessions), Payments: sorted(w.Payments), Plans: sorted(w.Plans), Refunds: sorted(w.Refunds),
			Disputes: sorted(w.Disputes), Warnings: sorted(w.Warnings), Payouts: sorted(w.Payouts), Movements: sorted(w.Movements), Events: w.Counts.rows["evt"],
		}
		for _, c := range w.currencies() {
			st.Balance[c] = w.balance(c)
		}
		return nil
	})
	s.mail.mu.Lock()
	defer s.mail.mu.Unlock()
	st.Faults, st.Webhooks = s.mail.faults, Webhooks{len(s.mail.queue), s.mail.sent, s.mail.failed}
	return st, err
}

// Events lists what happened, as the body of its webhook, oldest first.
func (s *Sandbox) Events(context.Context) [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := sorted(s.w.Events)
	out := make([][]byte, len(list))
	for i, e := range list {
		out[i] = e.body()
	}
	return out
}

func sorted[T any](t table[T]) []T {
	ids := slices.SortedFunc(maps.Keys(t.rows), func(a, b string) int {
		if a == b {
			return 0
		}
		if before(a, b) {
			return -1
		}
		return 1
	})
	out := make([]T, len(ids))
	for i, id := range ids {
		out[i] = t.rows[id]
	}
	return out
}
