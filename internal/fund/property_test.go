package fund_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue && os.Getenv("MASTHEAD_TORTURE") == "" {
		f.Value.Set("20") // each opens two databases
	}
	os.Exit(m.Run())
}

// twin is a second newsroom that hears of the same provider.
func (r *rig) twin() *rig {
	two := newRig(r.t, storetest.Open(r.t, storetest.SQLite(r.t)), "USD")
	two.sandbox, two.provider = r.sandbox, r.sandbox
	two.svc.Money, two.svc.Wall = r.svc.Money, r.wall
	two.campaign = r.campaign
	two.campaign.Slug = "twin"
	return two
}

// apply follows facts that were read at some time, however long ago.
func (r *rig) apply(f fund.Facts) {
	r.t.Helper()
	_, err := r.store.Fund().Apply(r.ctx, sandbox.Key, f, func(w fund.World) fund.Changes {
		w.Zone = time.UTC
		return fund.Reduce(w, f)
	})
	r.ok(err)
}

// life does random things at the provider and returns what was seen of them on
// the way.
func (r *rig) life(t *rapid.T, begin func(fund.Form)) (seen []fund.Facts) {
	var refs []fund.Ref
	r.sandbox.SetFaults(sandbox.Faults{Drop: 1})
	look := func() {
		for _, ref := range refs {
			if rapid.Bool().Draw(t, "look") {
				f, err := r.sandbox.Fetch(r.ctx, ref)
				r.ok(err)
				seen = append(seen, f)
			}
		}
	}
	try := func(kind fund.Kind, order string) {
		if a, err := r.sandbox.Steer(r.ctx, []byte(order)); err == nil && a.Ref != "" {
			if strings.HasPrefix(a.Ref, "ch_") { // orders about a session answer with its payment once it has one
				kind = fund.KindPayment
			}
			refs = append(refs, fund.Ref{Kind: kind, ID: a.Ref})
		}
	}
	number := func(most int) int { return rapid.IntRange(1, most).Draw(t, "number") }
	for range rapid.IntRange(3, 12).Draw(t, "steps") {
		r.wall.Add(time.Second)
		switch rapid.IntRange(0, 12).Draw(t, "step") {
		case 0, 1, 2:
			every := rapid.SampledFrom([]fund.Every{fund.Once, fund.Month, fund.Year}).Draw(t, "every")
			f := r.form(fmt.Sprintf("%d.00", rapid.IntRange(3, 200).Draw(t, "amount")), every)
			f.Currency = rapid.SampledFrom([]string{"USD", "USD", "EUR", "GBP"}).Draw(t, "currency")
			begin(f)
			refs = append(refs, fund.Ref{Kind: fund.KindSession, ID: r.last.Session})
			if rapid.IntRange(0, 3).Draw(t, "pays") > 0 {
				try(fund.KindPayment, `{"do":"pay","ref":"`+r.last.Session+`"}`)
			}
		case 3:
			try(fund.KindRefund, fmt.Sprintf(`{"do":"refund","ref":"ch_%d","amount":%d,"fail":%v}`, number(4), 100*number(40), rapid.Bool().Draw(t, "fail")))
		case 4:
			try(fund.KindDispute, fmt.Sprintf(`{"do":"dispute","ref":"ch_%d","inquiry":%v,"force":%v}`, number(4), rapid.Bool().Draw(t, "inquiry"), rapid.Bool().Draw(t, "force")))
		case 5:
			try(fund.KindDispute, fmt.Sprintf(`{"do":"%s","ref":"dp_%d"}`, rapid.SampledFrom([]string{"win", "lose", "dispute"}).Draw(t, "end"), number(2)))
		case 6:
			try(fund.KindPayout, fmt.Sprintf(`{"do":"payout","ref":"USD","fail":%v}`, rapid.Bool().Draw(t, "fail")))
		case 7:
			try(fund.KindPlan, fmt.Sprintf(`{"do":"%s","ref":"sub_%d"}`, rapid.SampledFrom([]string{"decline", "pay"}).Draw(t, "plan"), number(2)))
		case 8:
			try(fund.KindPayout, fmt.Sprintf(`{"do":"advance","days":%d}`, number(40)))
		case 9:
			try(fund.KindSession, fmt.Sprintf(`{"do":"pay","async":true,"ref":%q}`, r.last.Session))
			try(fund.KindSession, fmt.Sprintf(`{"do":%q,"ref":%q}`, rapid.SampledFrom([]string{"clear", "bounce", "decline"}).Draw(t, "debit"), r.last.Session))
		case 10:
			try(fund.KindPayment, fmt.Sprintf(`{"do":"part","ref":%q,"amount":%d}`, r.last.Session, 100*number(40)))
		case 11:
			currency := rapid.SampledFrom([]string{"EUR", "GBP"}).Draw(t, "paid")
			r.steer(fmt.Sprintf(`{"do":"settle_in","ref":%q,"currency":%q,"rate":"1.%04d","wait":%v}`,
				currency, rapid.SampledFrom([]string{"USD", "CHF", currency}).Draw(t, "settled"), number(9999), rapid.Bool().Draw(t, "wait")))
		case 12:
			try(fund.KindWarning, fmt.Sprintf(`{"do":"warn","ref":"ch_%d"}`, number(4)))
			try(fund.KindPayment, fmt.Sprintf(`{"do":"settle","ref":"ch_%d"}`, number(4)))
		}
		look()
	}
	return seen
}

// everything is the present state of all that the provider knows.
func (r *rig) everything() (all []fund.Facts) {
	r.t.Helper()
	r.wall.Add(time.Second)
	st, err := r.sandbox.State(r.ctx)
	r.ok(err)
	fetch := func(kind fund.Kind, id string) {
		f, err := r.sandbox.Fetch(r.ctx, fund.Ref{Kind: kind, ID: id})
		r.ok(err)
		all = append(all, f)
	}
	for _, x := range st.Sessions {
		fetch(fund.KindSession, x.ID)
	}
	for _, x := range st.Payments {
		fetch(fund.KindPayment, x.ID)
	}
	for _, x := range st.Payouts {
		fetch(fund.KindPayout, x.ID)
	}
	return all
}

func TestFactsInAnyOrderAndNumberEndInTheSameBooks(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		one := newRig(t, storetest.Open(t, storetest.SQLite(t)), "USD")
		two := one.twin()
		two.write(func(tx *store.Tx) error { return tx.PutCampaign(two.ctx, two.campaign) })
		seen := one.life(rt, func(f fund.Form) {
			one.send(f)
			two.send(f)
		})
		one.catchUp()
		for _, f := range rapid.Permutation(append(seen, one.everything()...)).Draw(rt, "order") {
			for range rapid.IntRange(1, 2).Draw(rt, "times") {
				two.apply(f)
			}
		}
		same(rt, one, two)
		two.catchUp()
		same(rt, one, two)
	})
}

func same(rt *rapid.T, one, two *rig) {
	one.sound()
	two.sound()
	if a, b := fmt.Sprint(one.hashes()), fmt.Sprint(two.hashes()); a != b {
		rt.Fatalf("the books differ: %d and %d entries", len(one.hashes()), len(two.hashes()))
	}
	if a, b := one.records(), two.records(); a != b {
		rt.Fatalf("the records differ:\n%s\n%s", a, b)
	}
	if a, b := one.received(), two.received(); a != b {
		rt.Fatalf("received %d and %d", a, b)
	}
}

// records writes down the state of every gift, without the local ids of people.
func (r *rig) records() string {
	r.t.Helper()
	st, err := r.sandbox.State(r.ctx)
	r.ok(err)
	out := ""
	for _, x := range st.Sessions {
		o, err := r.store.DonationOutcome(r.ctx, x.Intent)
		r.ok(err)
		out += fmt.Sprintln(x.Intent, o.Donation.State, o.Payment.Ref, o.Payment.Refunded, o.Payment.Disputed, o.Payment.CampaignID, o.Plan.State, o.Plan.NextChargeAt, o.Plan.EndedAt)
	}
	return out
}
