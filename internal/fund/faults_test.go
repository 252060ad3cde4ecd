package fund_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/testkit/pg"
)

func TestTwentyReplaysAtOnceAreOneGift(t *testing.T) {
	each(t, func(r *rig) {
		ref := r.steer(`{"do":"pay","ref":"` + r.begin("25.00", fund.Once) + `"}`)
		body := hook("evt_many", "payment", ref)
		header := r.signed(body, r.wall.Now())
		status := make(chan int, 20)
		for range 20 {
			go func() { status <- r.post(header, body) }()
		}
		for range 20 {
			if got := <-status; got != 200 {
				r.t.Errorf("a replay is answered with %d", got)
			}
		}
		done := make(chan error, 20)
		for range 20 { // and the work twenty times at once too
			go func() { done <- r.svc.Refresh(r.ctx, sandbox.Key, fund.Ref{Kind: fund.KindPayment, ID: ref}) }()
		}
		for range 20 {
			r.ok(<-done)
		}
		r.settle()
		r.want("C 2500, P 2397, fee 103, Income -2500")
		if kept, came, err := r.store.Deliveries(r.ctx, sandbox.Key); err != nil || came < kept+19 {
			r.t.Errorf("%d kept of %d, %v", kept, came, err)
		}
	})
}

func TestFaultyWebhooksEndInTheSameBooks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var want []string
		seeds, url := uint64(20), func() string { return storetest.SQLite(t) }
		if os.Getenv("MASTHEAD_TORTURE") != "" {
			seeds = 200
		}
		if s.Engine() != "sqlite" { // the reducer is the same; this is about the other engine's locks
			seeds, url = 3, func() string { return pg.URL(t) }
		}
		for seed := range seeds + 1 {
			r := newRig(t, storetest.Open(t, url()), "USD")
			if seed > 0 {
				dice := rand.New(rand.NewPCG(seed, 1))
				r.sandbox.SetFaults(sandbox.Faults{Duplicate: dice.Float64(), Drop: dice.Float64() * 0.8, Reorder: true, Corrupt: dice.Float64() * 0.3, DelayS: 5, Seed: seed})
			}
			r.story(seed)
			r.catchUp()
			r.sound()
			if got := r.hashes(); seed == 0 {
				want = got
			} else if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("seed %d: %d entries, want %d; the books differ", seed, len(got), len(want))
			}
		}
	})
}

// story is a little of everything. With a seed, deliveries are followed up at
// other moments each time.
func (r *rig) story(seed uint64) {
	dice := rand.New(rand.NewPCG(seed, 2))
	pause := func() {
		if seed == 0 || dice.IntN(2) == 0 {
			r.settle()
		}
	}
	r.campaign.ID = "thesamecampaign" // tags are part of the hash
	r.write(func(tx *store.Tx) error {
		c := r.campaign
		c.Slug = "same"
		return tx.PutCampaign(r.ctx, c)
	})
	pay := func(amount string, every fund.Every) string {
		ref := r.steer(`{"do":"pay","ref":"` + r.begin(amount, every) + `"}`)
		pause()
		return ref
	}
	a, b, c := pay("25.00", fund.Once), pay("40.00", fund.Once), pay("100.00", fund.Once)
	pay("10.00", fund.Month)
	r.steer(`{"do":"refund","ref":"` + a + `","fail":true}`)
	dispute := r.steer(`{"do":"dispute","ref":"` + b + `"}`)
	pause()
	r.steer(`{"do":"refund","ref":"` + c + `","amount":3000}`)
	r.steer(`{"do":"advance","days":31}`)
	pause()
	r.steer(`{"do":"lose","ref":"` + dispute + `"}`)
	r.steer(`{"do":"payout","ref":"USD","amount":1000}`)
	r.steer(`{"do":"advance","days":3}`)
	r.settle()
}
