package fund_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// scenes are small scenarios: what is seen after each order is a fact that may
// come at any time, in any order.
var scenes = map[string]struct {
	amount, currency string
	orders           []string
}{
	"paid, refunded, bounced":          {"25.00", "USD", []string{pays, `{"do":"refund","ref":"ch_1","fail":true}`, `{"do":"advance","days":4}`}},
	"disputed and won":                 {"40.00", "USD", []string{pays, `{"do":"dispute","ref":"ch_1","inquiry":true}`, `{"do":"dispute","ref":"dp_1"}`, `{"do":"win","ref":"dp_1"}`}},
	"refunded in part and lost":        {"100.00", "USD", []string{pays, `{"do":"refund","ref":"ch_1","amount":3000}`, `{"do":"dispute","ref":"ch_1"}`, `{"do":"lose","ref":"dp_1"}`}},
	"a debit that clears":              {"25.00", "USD", []string{`{"do":"pay","async":true,"ref":"SESSION"}`, `{"do":"clear","ref":"SESSION"}`}},
	"a debit that bounces":             {"25.00", "USD", []string{`{"do":"pay","async":true,"ref":"SESSION"}`, `{"do":"bounce","ref":"SESSION"}`}},
	"paid in parts, late":              {"40.00", "USD", []string{`{"do":"part","ref":"SESSION","amount":1000}`, `{"do":"advance","days":1}`, `{"do":"part","ref":"SESSION"}`}},
	"converted, refunded, disputed":    {"20.00", "EUR", []string{pays, `{"do":"settle","ref":"ch_1"}`, `{"do":"refund","ref":"ch_1","amount":500}`, `{"do":"dispute","ref":"ch_1","amount":1000}`, `{"do":"lose","ref":"dp_1"}`}},
	"warned, given back, lost as well": {"25.00", "USD", []string{pays, `{"do":"warn","ref":"ch_1"}`, `{"do":"refund","ref":"ch_1"}`, `{"do":"dispute","ref":"ch_1","force":true}`, `{"do":"lose","ref":"dp_1"}`}},
	"declined, then paid":              {"25.00", "USD", []string{`{"do":"decline","ref":"SESSION"}`, `{"do":"decline","ref":"SESSION"}`, pays}},
}

const pays = `{"do":"pay","ref":"SESSION"}`

// permutations of n things, all of them.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, p := range permutations(n - 1) {
		for at := 0; at <= len(p); at++ {
			next := append(append(append([]int{}, p[:at]...), n-1), p[at:]...)
			out = append(out, next)
		}
	}
	return out
}

func TestEveryOrderOfWhatIsSeenEndsInTheSameBooks(t *testing.T) {
	for name, scene := range scenes {
		t.Run(name, func(t *testing.T) {
			one := newRig(t, storetest.Open(t, storetest.SQLite(t)), "USD")
			one.sandbox.SetFaults(sandbox.Faults{Drop: 1})
			one.steer(`{"do":"settle_in","ref":"EUR","currency":"USD","rate":"1.0833","wait":true}`)
			f := one.form(scene.amount, fund.Once)
			f.Currency = scene.currency
			session := one.send(f)
			var seen []fund.Facts
			look := func() {
				one.wall.Add(time.Second)
				facts, err := one.sandbox.Fetch(one.ctx, fund.Ref{Kind: fund.KindSession, ID: session})
				one.ok(err)
				seen = append(seen, facts)
			}
			look()
			for _, order := range scene.orders {
				one.wall.Add(time.Second)
				one.steer(strings.ReplaceAll(order, "SESSION", session))
				look()
			}
			one.catchUp()
			one.sound()
			want, totals := fmt.Sprint(one.hashes()), one.totals()
			orders := permutations(len(seen))
			for _, order := range orders {
				m := newMemory(one, f)
				for i, at := range order {
					m.apply(seen[at])
					if i%2 == 0 { // some come twice
						m.apply(seen[at])
					}
				}
				m.apply(seen[order[0]]) // late, and stale
				if got := m.hashes(); got != want {
					t.Fatalf("in the order %v: %d entries, want %d", order, len(m.entries), len(one.hashes()))
				}
			}
			for n := range 5 { // and some of them through the database
				two := one.twin()
				two.write(func(tx *store.Tx) error { return tx.PutCampaign(two.ctx, two.campaign) })
				two.send(f)
				order := orders[(n*len(orders)/5+n)%len(orders)]
				for _, at := range order[:1+n%len(order)] { // the rest is delayed
					two.apply(seen[at])
				}
				two.catchUp()
				if got := two.totals(); got != totals || fmt.Sprint(two.hashes()) != want {
					t.Fatalf("in the order %v, caught up with: %s, want %s", order, got, totals)
				}
			}
		})
	}
}

// memory keeps what the reducer decides in maps, so that thousands of orders can
// be tried. That the database does the same is shown by some of them.
type memory struct {
	t       *testing.T
	w       fund.World
	entries map[string]ledger.Entry
}

func newMemory(r *rig, f fund.Form) *memory {
	d, err := r.store.Donation(r.ctx, f.Nonce)
	r.ok(err)
	d.State, d.Session, d.URL, d.SeenAt, d.OpenedAt = fund.DonationPending, "", "", time.Time{}, time.Time{}
	return &memory{t: r.t, entries: map[string]ledger.Entry{}, w: fund.World{
		Provider: sandbox.Key, Zone: time.UTC, Home: "USD",
		Donations: map[string]fund.Donation{d.ID: d}, Campaigns: map[string]fund.Campaign{r.campaign.ID: r.campaign},
		Plans: map[string]fund.Plan{}, Payments: map[string]fund.Payment{}, Refunds: map[string]fund.Refund{}, Disputes: map[string]fund.Dispute{},
		Payouts: map[string]fund.Payout{}, Movements: map[string]bool{}, Warnings: map[string]fund.Warning{},
	}}
}

func (m *memory) apply(f fund.Facts) {
	m.t.Helper()
	c := fund.Reduce(m.w, f)
	for _, d := range c.Donations {
		m.w.Donations[d.ID] = d
	}
	for _, p := range c.Payments {
		m.w.Payments[p.Ref] = p
	}
	for _, x := range c.Refunds {
		m.w.Refunds[x.Ref] = x
	}
	for _, x := range c.Disputes {
		m.w.Disputes[x.Ref] = x
	}
	for _, x := range c.Warnings {
		m.w.Warnings[x.Ref] = x
	}
	for _, x := range c.Movements {
		m.w.Movements[x.Ref] = true
	}
	for _, e := range c.Entries {
		if had, ok := m.entries[e.Key]; ok && ledger.ContentHash(had) != ledger.ContentHash(e) {
			m.t.Fatalf("%s is told in another way: %+v, was %+v", e.Key, e, had)
		}
		m.entries[e.Key] = e
	}
}

func (m *memory) hashes() string {
	var out []string
	for _, e := range m.entries {
		out = append(out, ledger.ContentHash(e))
	}
	slices.Sort(out)
	return fmt.Sprint(out)
}

// totals is what stands on all accounts, what counts, and the state of the gift.
func (r *rig) totals() string {
	r.t.Helper()
	all, err := r.store.Balances(r.ctx)
	r.ok(err)
	return fmt.Sprintln(all, r.received(), r.converting(), r.records())
}
