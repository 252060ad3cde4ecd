// Package paymenttest is the suite that every payment provider passes.
package paymenttest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
)

// Rig is a provider with hands that do what donors, banks and time do.
type Rig struct {
	Provider fund.Provider
	Now      func() time.Time                    // wall time
	Pay      func(session string)                // the donor pays
	Decline  func(session string)                // the bank refuses
	Advance  func(d time.Duration)               // time goes by at the provider
	Balance  func(currency string) int64         // what the provider says that it holds, in minor units
	Last     func() fund.Raw                     // the newest webhook, signed now with the newest secret
	Sign     func(b []byte, at time.Time) string // the header of a body with the newest secret
	OldSign  func(b []byte, at time.Time) string // the same with the secret before it
	Header   string                              // name of the signature's header
	Hands
}

// Run runs the suite; each test gets a provider of its own.
func Run(t *testing.T, open func(t *testing.T) *Rig) {
	all := maps.Clone(more)
	maps.Copy(all, map[string]func(*testing.T, *Rig){
		"what is begun and paid can be fetched":            paid,
		"beginning twice with one key is beginning once":   twice,
		"a declined attempt can be followed by a good one": declined,
		"refunds add up to the payment and no further":     refunds,
		"a plan renews, pauses and ends":                   plan,
		"only good signatures are let in":                  signatures,
		"lists hold everything that happened":              lists,
		"what it does not know is not found":               unknown,
	})
	for name, test := range all {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func begin(t *testing.T, r *Rig, intent string, minor int64, every fund.Every) fund.Handoff {
	t.Helper()
	h, err := r.Provider.Begin(t.Context(), gift(intent, minor, every), fund.IdemKey(intent+":begin:1"))
	if err != nil {
		t.Fatal(err)
	}
	if h.Ref.Kind != fund.KindSession || h.Ref.ID == "" || h.URL == "" || h.OpenedAt.IsZero() {
		t.Fatalf("the hand-off is %+v", h)
	}
	return h
}

func gift(intent string, minor int64, every fund.Every) fund.Intent {
	return fund.Intent{
		ID: intent, Amount: money.Amount{Currency: "USD", Minor: minor}, Every: every, Email: "reader@example.org", Lang: "en",
		Label: "Costs", ReturnURL: "http://localhost/give/thanks/" + intent,
	}
}

func fetch(t *testing.T, r *Rig, kind fund.Kind, id string) fund.Facts {
	t.Helper()
	f, err := r.Provider.Fetch(t.Context(), fund.Ref{Kind: kind, ID: id})
	if err != nil {
		t.Fatal(err)
	}
	if f.AsOf.IsZero() {
		t.Error("facts without a time")
	}
	return f
}

func pay(t *testing.T, r *Rig, intent string, minor int64, every fund.Every) fund.PaymentFact {
	t.Helper()
	h := begin(t, r, intent, minor, every)
	r.Pay(h.Ref.ID)
	f := fetch(t, r, fund.KindSession, h.Ref.ID)
	if len(f.Payments) != 1 {
		t.Fatalf("%d payments after one was made", len(f.Payments))
	}
	return f.Payments[0]
}

func paid(t *testing.T, r *Rig) {
	h := begin(t, r, "d1", 2500, fund.Once)
	if f := fetch(t, r, fund.KindSession, h.Ref.ID); len(f.Payments) != 0 || f.Sessions[0].State != fund.SessionOpen || f.Sessions[0].Donation != "d1" {
		t.Errorf("before paying: %+v", f)
	}
	r.Pay(h.Ref.ID)
	for kind, id := range map[fund.Kind]string{fund.KindSession: h.Ref.ID, fund.KindIntent: "d1"} {
		f := fetch(t, r, kind, id)
		if len(f.Payments) != 1 || f.Sessions[0].State != fund.SessionPaid {
			t.Fatalf("after paying: %+v", f)
		}
		p := f.Payments[0]
		if p.Donation != "d1" || p.Amount.Minor != 2500 || p.Plan != "" || p.OpenedAt.IsZero() || p.SucceededAt.Before(p.OpenedAt) {
			t.Errorf("the payment is %+v", p)
		}
		byRef := fetch(t, r, fund.KindPayment, p.Ref)
		if len(byRef.Movements) == 0 || byRef.Movements[0].Kind != fund.MoveCharge || byRef.Movements[0].Amount.Minor != 2500 || byRef.Movements[0].Fee <= 0 {
			t.Errorf("the movements are %+v", byRef.Movements)
		}
	}
}

func twice(t *testing.T, r *Rig) {
	a, b := begin(t, r, "d1", 2500, fund.Once), begin(t, r, "d1", 2500, fund.Once)
	if a.Ref != b.Ref || a.URL != b.URL || !a.OpenedAt.Equal(b.OpenedAt) {
		t.Errorf("%+v and %+v", a, b)
	}
	if _, err := r.Provider.Begin(t.Context(), gift("d1", 9900, fund.Once), "d1:begin:1"); !fault.Is(err, fault.Invalid) {
		t.Errorf("the key with another amount is answered with %v", err)
	}
	for _, minor := range []int64{0, -500} {
		if _, err := r.Provider.Begin(t.Context(), gift("d2", minor, fund.Once), "d2:begin:1"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a gift of %d is answered with %v", minor, err)
		}
	}
}

func declined(t *testing.T, r *Rig) {
	h := begin(t, r, "d1", 2500, fund.Once)
	r.Decline(h.Ref.ID)
	if f := fetch(t, r, fund.KindSession, h.Ref.ID); f.Sessions[0].State != fund.SessionDeclined || len(f.Payments) != 0 || r.Balance("USD") != 0 {
		t.Errorf("after a refusal: %+v", f)
	}
	r.Pay(h.Ref.ID)
	if f := fetch(t, r, fund.KindSession, h.Ref.ID); f.Sessions[0].State != fund.SessionPaid || len(f.Payments) != 1 {
		t.Errorf("after a second attempt: %+v", f)
	}
}

func refunds(t *testing.T, r *Rig) {
	p := pay(t, r, "d1", 10000, fund.Once)
	give := func(minor int64, key string) (fund.Ref, error) {
		return r.Provider.Refund(t.Context(), fund.PaymentRef(p.Ref), money.Amount{Currency: "USD", Minor: minor}, fund.IdemKey(key))
	}
	first, err := give(3000, "r1")
	if err != nil || first.Kind != fund.KindRefund {
		t.Fatal(first, err)
	}
	if again, err := give(3000, "r1"); err != nil || again != first {
		t.Errorf("the same refund once more is %v, %v", again, err)
	}
	if _, err := give(2000, "r2"); err != nil {
		t.Fatal(err)
	}
	for _, minor := range []int64{6000, 0, -100} {
		if _, err := give(minor, "r3"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a refund of %d is answered with %v", minor, err)
		}
	}
	f := fetch(t, r, fund.KindRefund, first.ID)
	var sum int64
	for _, m := range f.Movements {
		if m.Kind == fund.MoveRefund {
			sum += m.Amount.Minor
		}
	}
	if len(f.Refunds) != 2 || f.Refunds[0].Key != "r1" || f.Refunds[0].Payment != p.Ref || len(f.Payments) != 1 || sum != -5000 {
		t.Errorf("%+v", f)
	}
}

func plan(t *testing.T, r *Rig) {
	p := pay(t, r, "d1", 1000, fund.Month)
	if p.Plan == "" {
		t.Fatal("the first payment of a plan does not name it")
	}
	state := func(want fund.PlanState) fund.PlanFact {
		t.Helper()
		f := fetch(t, r, fund.KindPlan, p.Plan)
		if len(f.Plans) != 1 || f.Plans[0].State != want {
			t.Fatalf("the plan is %+v, want %s", f.Plans, want)
		}
		return f.Plans[0]
	}
	change := func(c fund.Change, key string) {
		t.Helper()
		if _, err := r.Provider.Change(t.Context(), fund.PlanRef(p.Plan), c, fund.IdemKey(key)); err != nil {
			t.Fatal(err)
		}
	}
	if due := state(fund.PlanActive).NextChargeAt; !due.Equal(fund.AddPeriods(p.SucceededAt, fund.Month, 1)) {
		t.Errorf("the next charge is due at %v", due)
	}
	r.Advance(32 * 24 * time.Hour)
	if n := payments(t, r); n != 2 {
		t.Errorf("%d payments after a month, want 2", n)
	}
	change(fund.Change{Do: fund.ChangePause}, "pause")
	state(fund.PlanPaused)
	r.Advance(32 * 24 * time.Hour)
	if n := payments(t, r); n != 2 {
		t.Errorf("%d payments although the plan is paused", n)
	}
	change(fund.Change{Do: fund.ChangeResume}, "resume")
	change(fund.Change{Do: fund.ChangeAmount, Amount: money.Amount{Currency: "USD", Minor: 1500}}, "amount")
	if got := state(fund.PlanActive); got.Amount.Minor != 1500 {
		t.Errorf("the plan is over %v", got.Amount)
	}
	change(fund.Change{Do: fund.ChangeCancel}, "cancel")
	if state(fund.PlanCancelScheduled).CancelAt.IsZero() {
		t.Error("nobody knows when the plan ends")
	}
	r.Advance(32 * 24 * time.Hour)
	if state(fund.PlanCancelled).EndedAt.IsZero() || payments(t, r) != 2 {
		t.Error("the plan went on")
	}
	if _, err := r.Provider.Change(t.Context(), fund.PlanRef(p.Plan), fund.Change{Do: fund.ChangeResume}, "dead"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a change of an ended plan is answered with %v", err)
	}
}

// payments counts charges among all movements.
func payments(t *testing.T, r *Rig) int {
	t.Helper()
	n := 0
	for _, m := range movements(t, r) {
		if m.Kind == fund.MoveCharge {
			n++
		}
	}
	return n
}

func signatures(t *testing.T, r *Rig) {
	p := pay(t, r, "d1", 2500, fund.Once)
	raw := r.Last()
	refs, err := r.Provider.Ingest(t.Context(), raw)
	if err != nil || len(refs) < 2 || refs[0].Kind != fund.KindEvent || refs[0].ID == "" {
		t.Fatalf("a good delivery is %v, %v", refs, err)
	}
	if !slices.ContainsFunc(refs, func(x fund.Ref) bool { return x.ID == p.Ref || x.Kind == fund.KindSession }) {
		t.Errorf("the delivery points to %v and not to the payment %s", refs, p.Ref)
	}
	now := r.Now()
	with := func(header string, body []byte) fund.Raw {
		return fund.Raw{Body: body, Header: map[string][]string{r.Header: {header}}, ReceivedAt: now}
	}
	rotated := with(r.OldSign(raw.Body, now), raw.Body)
	if _, err := r.Provider.Ingest(t.Context(), rotated); err != nil {
		t.Errorf("a delivery signed with the secret before is answered with %v", err)
	}
	for name, bad := range map[string]fund.Raw{
		"forged":       with(strings.Replace(r.Sign(raw.Body, now), "v1=", "v1=0", 1), raw.Body),
		"changed":      with(r.Sign(raw.Body, now), append(slices.Clone(raw.Body), ' ')),
		"stale":        with(r.Sign(raw.Body, now.Add(-301*time.Second)), raw.Body),
		"future":       with(r.Sign(raw.Body, now.Add(301*time.Second)), raw.Body),
		"older scheme": with(strings.Replace(r.Sign(raw.Body, now), "v1=", "v0=", 1), raw.Body),
		"bare":         {Body: raw.Body, ReceivedAt: now},
	} {
		if refs, err := r.Provider.Ingest(t.Context(), bad); !fault.Is(err, fault.Denied) || refs != nil {
			t.Errorf("a delivery that is %s is answered with %v, %v", name, refs, err)
		}
	}
	big := make([]byte, fund.MaxBody+1)
	if _, err := r.Provider.Ingest(t.Context(), with(r.Sign(big, now), big)); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a delivery that is too large is answered with %v", err)
	}
}

func movements(t *testing.T, r *Rig) (all []fund.Movement) {
	t.Helper()
	for cur := fund.Cursor(""); ; {
		list, next, err := r.Provider.Movements(t.Context(), cur)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			return all
		}
		all, cur = append(all, list...), next
	}
}

func lists(t *testing.T, r *Rig) {
	var paid []string
	for i := range 60 { // more than a page
		paid = append(paid, pay(t, r, "d"+strings.Repeat("x", i+1), 2500, fund.Once).Ref)
	}
	ref, err := r.Provider.Refund(t.Context(), fund.PaymentRef(paid[0]), money.Amount{Currency: "USD", Minor: 500}, "r")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[fund.Ref]bool{}
	cur := fund.Cursor("")
	for {
		refs, next, err := r.Provider.Since(context.Background(), cur)
		if err != nil {
			t.Fatal(err)
		}
		if len(refs) == 0 {
			break
		}
		for _, x := range refs {
			seen[x] = true
		}
		cur = next
	}
	for _, id := range paid {
		if !seen[fund.Ref{Kind: fund.KindPayment, ID: id}] {
			t.Errorf("nothing is listed of %s", id)
		}
	}
	if !seen[ref] {
		t.Errorf("nothing is listed of %s", ref)
	}
	if refs, again, err := r.Provider.Since(t.Context(), cur); err != nil || len(refs) != 0 || again != cur {
		t.Errorf("after the end: %v, %q, %v", refs, again, err)
	}
	var sum int64
	once := map[string]bool{}
	for _, m := range movements(t, r) {
		if once[m.Ref] {
			t.Errorf("%s is listed twice", m.Ref)
		}
		once[m.Ref] = true
		sum += m.Net()
	}
	if sum != r.Balance("USD") || len(once) != 61 {
		t.Errorf("%d movements sum to %d, the balance is %d", len(once), sum, r.Balance("USD"))
	}
}

func unknown(t *testing.T, r *Rig) {
	for _, kind := range []fund.Kind{fund.KindIntent, fund.KindSession, fund.KindPayment, fund.KindPlan, fund.KindRefund, fund.KindDispute, fund.KindPayout, fund.KindWarning} {
		if _, err := r.Provider.Fetch(t.Context(), fund.Ref{Kind: kind, ID: "nothing"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown %s is answered with %v", kind, err)
		}
	}
	if _, err := r.Provider.Refund(t.Context(), "nothing", money.Amount{Currency: "USD", Minor: 1}, "k"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a refund of nothing is answered with %v", err)
	}
	if _, err := r.Provider.Change(t.Context(), "nothing", fund.Change{Do: fund.ChangeCancel}, "k"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a change of nothing is answered with %v", err)
	}
}
