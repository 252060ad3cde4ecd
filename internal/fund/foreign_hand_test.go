package fund_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

const dollarIBAN = "NL35INGB0004455667"

// abroad is a till with a second account, in dollars; its campaign is in euros.
func abroad(t testing.TB, s *store.Store) *till {
	t.Helper()
	b := openTill(t, s)
	b.ok(b.books.BeginBooks(b.ctx, b.addAccount("Dollars", "USD", dollarIBAN).ID, "2026-01-01", 0))
	return b
}

func eachAbroad(t *testing.T, test func(b *till)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(abroad(t, s)) })
}

func (b *till) readDollars(opening int64, entries ...entry) {
	b.t.Helper()
	_, err := b.tryRead(camt{iban: dollarIBAN, currency: "USD", opening: opening, entries: entries}.String())
	b.ok(err)
}

// setRate gives the rate of a day from dollars to euros, with the work that
// follows from it.
func (b *till) setRate(day, rate string) {
	b.t.Helper()
	b.ok(b.store.Write(b.ctx, func(tx *store.Tx) error {
		return tx.SetRate(b.ctx, treasurer, fund.Rate{Day: day, From: "USD", To: "EUR", Rate: money.Rate(rate), Source: "ECB"})
	}))
	b.ok(b.store.CountWaiting(b.ctx, day, "USD", "EUR", b.clock.Now()))
}

func (b *till) rateTasks() int {
	b.t.Helper()
	list, _, err := b.store.Tasks(b.ctx, 50)
	b.ok(err)
	n := 0
	for _, t := range list {
		if t.Kind == fund.TaskRate {
			n++
		}
	}
	return n
}

// counts compares the campaign's meter, and what is being converted, with the
// books read entry by entry.
func (b *till) counts(want int64, converting ...string) {
	b.t.Helper()
	m, err := b.store.CampaignMeter(b.ctx, b.campaign)
	b.ok(err)
	if got := fmt.Sprint(m.Converting); m.Received != want || got != fmt.Sprint(converting) {
		b.t.Errorf("the campaign has %d, want %d; being converted are %s, want %s", m.Received, want, got, converting)
	}
	var sum int64
	for e, err := range b.store.Entries(b.ctx, 1) {
		b.ok(err)
		for _, p := range e.Postings {
			if e.Tags["campaign"] == b.campaign.ID && p.Currency == "EUR" && (strings.HasPrefix(p.Account, ledger.Donations) || p.Account == ledger.Counted) {
				sum -= p.Minor
			}
		}
	}
	if m.Received != sum {
		b.t.Errorf("the meter shows %d, the books hold %d", m.Received, sum)
	}
}

func TestATransferInAnotherCurrencyCountsOnceTheRateOfItsDayIsKnown(t *testing.T) {
	eachAbroad(t, func(b *till) {
		rf, _ := b.pledge("50.00", fund.Once)
		b.readDollars(0, entry{minor: 5000, day: "2026-01-14", rf: rf, name: "R. Reader", iban: otherIBAN})
		b.counts(0, "50.00 USD")
		if n := b.rateTasks(); n != 1 {
			b.t.Errorf("%d tasks ask for the rate", n)
		}
		b.setRate("2026-01-13", "9") // another day's
		b.counts(0, "50.00 USD")
		b.setRate("2026-01-14", "0.9217")
		b.counts(4609)
		if n := b.rateTasks(); n != 0 {
			b.t.Errorf("%d tasks are open although the rate is known", n)
		}
		m, err := b.store.CampaignMeter(b.ctx, b.campaign)
		b.ok(err)
		if m.Donors != 1 {
			b.t.Errorf("%d donors", m.Donors)
		}
		b.sound()
	})
}

func TestATransferInAnotherCurrencyCountsAtOnceWhereTheRateIsKnown(t *testing.T) {
	eachAbroad(t, func(b *till) {
		b.setRate("2026-01-14", "0.9")
		rf, _ := b.pledge("50.00", fund.Once)
		b.readDollars(0, entry{minor: 5000, day: "2026-01-14", rf: rf, name: "R. Reader", iban: otherIBAN})
		b.counts(4500)
		if n := b.rateTasks(); n != 0 {
			b.t.Errorf("%d tasks ask for a rate that is known", n)
		}
	})
}

// What goes back by a road counts back; whether the rate was known before makes
// no difference to the books.
func TestWhatGoesBackOfATransferInAnotherCurrencyCountsBack(t *testing.T) {
	for name, v := range map[string]struct {
		back func(b *till, donation string)
		want int64
	}{
		"given back in parts": {func(b *till, donation string) {
			for i, minor := range []int64{333, 333, 334} {
				b.giveBack(donation, minor, fmt.Sprint("part-", i))
			}
		}, 0},
		"given back in one part": {func(b *till, donation string) { b.giveBack(donation, 333, "part") }, 723},
		"taken back by the bank": {func(b *till, _ string) {
			b.readDollars(1000, entry{minor: -1000, day: "2026-01-15", reversal: true, e2e: "GIFT-1", name: "R. Reader", iban: otherIBAN})
		}, 0},
		"undone at the desk": {func(b *till, _ string) {
			l := b.only(fund.LineAllocated)
			b.ok(b.books.Undo(b.ctx, l.ID, 0, 0))
		}, 0},
		"undone and allocated again": {func(b *till, donation string) {
			l := b.only(fund.LineAllocated)
			b.ok(b.books.Undo(b.ctx, l.ID, 0, 0))
			b.ok(b.books.Allocate(b.ctx, l.ID, 0, 0, fund.Target{Kind: fund.ToGift, ID: donation}, fund.ByHand))
		}, 1083},
		"undone although something hangs on it": {func(b *till, donation string) {
			o, err := b.store.DonationOutcome(b.ctx, donation)
			b.ok(err)
			b.ok(b.store.Write(b.ctx, func(tx *store.Tx) error {
				_, err := db.Exec(b.ctx, tx, "INSERT INTO hold (payment_id, state, reasons, weight, held_at, due_at) VALUES ($1, 'accepted', '[]', 100, 1, 1)", o.Payment.ID)
				return err
			}))
			b.ok(b.books.Undo(b.ctx, b.only(fund.LineAllocated).ID, 0, 0))
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			eachTwice(t, func(b *till, rateFirst bool) {
				if rateFirst {
					b.setRate("2026-01-14", "1.0833")
				}
				rf, donation := b.pledge("10.00", fund.Once)
				b.readDollars(0, entry{minor: 1000, day: "2026-01-14", rf: rf, e2e: "GIFT-1", name: "R. Reader", iban: otherIBAN})
				v.back(b, donation)
				if !rateFirst {
					b.setRate("2026-01-14", "1.0833")
				}
				b.counts(v.want)
				b.sound()
			})
		})
	}
}

// eachTwice runs a test in two orders on each engine and compares the books.
func eachTwice(t *testing.T, test func(b *till, first bool)) {
	for name, open := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			var books [2]map[string]bool
			for i, first := range []bool{true, false} {
				b := abroad(t, storetest.Open(t, open(t)))
				test(b, first)
				books[i] = b.hashes()
			}
			if !maps.Equal(books[0], books[1]) {
				t.Errorf("the books differ: %d entries and %d", len(books[0]), len(books[1]))
			}
		})
	}
}

func (b *till) giveBack(donation string, minor int64, key string) {
	b.t.Helper()
	o, err := b.store.DonationOutcome(b.ctx, donation)
	b.ok(err)
	b.ok(b.svc.Refund(b.ctx, o.Payment.ID, money.Amount{Currency: "USD", Minor: minor}, key))
}

func (b *till) cash(id string, minor int64) {
	b.t.Helper()
	_, err := b.store.BookOffline(b.ctx, treasurer, store.OfflineGift{
		ID: id, Amount: money.Amount{Currency: "USD", Minor: minor}, At: time.Date(2026, 1, 14, 12, 0, 0, 0, time.UTC), Day: "2026-01-14",
		Kind: "cash", Account: "Assets:Cash", CampaignID: b.campaign.ID, Quiet: true,
	})
	b.ok(err)
}

func TestCashInAnotherCurrencyCountsByTheRateOfItsDayAndNoMoreWhenItIsTakenBack(t *testing.T) {
	eachTwice(t, func(b *till, rateFirst bool) {
		if rateFirst {
			b.setRate("2026-01-14", "0.9")
		}
		b.cash("cash-1", 2000)
		b.cash("cash-2", 3000)
		if rateFirst {
			b.counts(4500)
		} else {
			b.counts(0, "50.00 USD")
		}
		b.ok(b.store.TakeBackOffline(b.ctx, treasurer, "cash-1", b.clock.Now(), time.UTC))
		if !rateFirst {
			b.counts(0, "30.00 USD")
			b.setRate("2026-01-14", "0.9")
		}
		b.counts(2700)
		b.sound()
	})
}

func TestAGiftByBankToTheGeneralFundCountsInTheOutletsCurrency(t *testing.T) {
	eachAbroad(t, func(b *till) {
		o, err := b.store.Outlet(b.ctx)
		b.ok(err)
		o.Currency = "EUR"
		b.ok(b.store.Write(b.ctx, func(tx *store.Tx) error { return tx.PutOutlet(b.ctx, treasurer, o) }))
		b.readDollars(0, entry{minor: 1000, day: "2026-01-14", text: "keep it up"})
		b.ok(b.books.Allocate(b.ctx, b.only(fund.LineSuspense).ID, 0, 0, fund.Target{Kind: fund.ToGift}, fund.ByHand))
		general := func() string {
			m, err := b.store.GeneralMeter(b.ctx, "EUR")
			b.ok(err)
			return fmt.Sprint(m.Received, m.Converting)
		}
		if got := general(); got != "0 [10.00 USD]" {
			b.t.Errorf("before the rate is known the general fund is %s", got)
		}
		b.setRate("2026-01-14", "0.9")
		if got := general(); got != "900 []" {
			b.t.Errorf("with the rate the general fund is %s", got)
		}
	})
}

func TestTheGoalIsReachedByWhatARateMakesCount(t *testing.T) {
	eachAbroad(t, func(b *till) {
		b.cash("cash-1", 2_000_000)
		b.setRate("2026-01-14", "0.9")
		c, err := b.store.Campaign(b.ctx, b.campaign.ID)
		b.ok(err)
		if c.GoalReachedAt.IsZero() {
			b.t.Error("the goal was reached by a rate, and nobody noted it")
		}
	})
}

// acts are what may happen to two gifts in dollars, each with those that must
// have happened before it.
var acts = []struct {
	after []int
	do    func(b *till, donations [2]string)
}{
	{nil, func(b *till, _ [2]string) { b.setRate("2026-01-14", "1.0833") }},
	{nil, func(b *till, _ [2]string) { b.setRate("2026-01-13", "0.777") }},
	{nil, func(b *till, _ [2]string) { b.cash("cash-1", 777) }},
	{[]int{2}, func(b *till, _ [2]string) {
		b.ok(b.store.TakeBackOffline(b.ctx, treasurer, "cash-1", b.clock.Now(), time.UTC))
	}},
	{nil, func(b *till, d [2]string) { b.giveBack(d[0], 333, "a") }},
	{[]int{4}, func(b *till, d [2]string) { b.giveBack(d[0], 333, "b") }},
	{nil, func(b *till, _ [2]string) {
		b.readDollars(2000, entry{minor: -1000, day: "2026-01-15", reversal: true, e2e: "GIFT-2", name: "R. Reader", iban: otherIBAN})
	}},
}

func TestInWhatOrderRatesAndReturnsComeMakesNoDifference(t *testing.T) {
	var first map[string]bool
	orders := legal(len(acts))
	for n := range 12 {
		order := orders[n*len(orders)/12]
		b := abroad(t, storetest.Open(t, storetest.SQLite(t)))
		r1, d1 := b.pledge("10.00", fund.Once)
		r2, d2 := b.pledgeBy("other@example.org", "", "10.00", fund.Once)
		b.readDollars(0, entry{minor: 1000, day: "2026-01-13", rf: r1, iban: otherIBAN, name: "R"}, entry{minor: 1000, day: "2026-01-14", rf: r2, e2e: "GIFT-2", name: "R. Reader", iban: otherIBAN})
		for _, i := range order {
			acts[i].do(b, [2]string{d1, d2})
			m, err := b.store.CampaignMeter(b.ctx, b.campaign)
			b.ok(err)
			b.counts(m.Received, amounts(m.Converting)...)
		}
		b.sound()
		if first == nil {
			first = b.hashes()
		}
		if got := b.hashes(); !maps.Equal(first, got) {
			t.Fatalf("in the order %v the books hold %d entries, in the first %d", order, len(got), len(first))
		}
	}
}

// legal lists the orders in which everything comes after what it needs.
func legal(n int) [][]int {
	return slices.DeleteFunc(permutations(n), func(order []int) bool {
		for i, a := range order {
			for _, need := range acts[a].after {
				if slices.Contains(order[i:], need) {
					return true
				}
			}
		}
		return false
	})
}

func TestARateFromTheDeskSettlesGiftsInHandToo(t *testing.T) {
	each(t, func(r *rig) {
		_, err := r.store.BookOffline(r.ctx, treasurer, store.OfflineGift{
			ID: "cash-1", Amount: money.Amount{Currency: "EUR", Minor: 1000}, At: time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC), Day: "2026-01-15",
			Kind: "cash", Account: "Assets:Cash", CampaignID: r.campaign.ID, Quiet: true,
		})
		r.ok(err)
		if got := r.converting(); got != "[10.00 EUR]" {
			r.t.Errorf("being converted are %s", got)
		}
		r.ok(r.setRate("2026-01-15", "1.10"))
		r.want("C 1100")
	})
}

func amounts(list []money.Amount) (out []string) {
	for _, a := range list {
		out = append(out, a.String())
	}
	return out
}
