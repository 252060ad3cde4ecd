package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// someEntries are gifts, fees, refunds and expenses over three years, in three
// currencies, for two campaigns and the general fund.
func someEntries(n int) []ledger.Entry {
	r := rand.New(rand.NewPCG(9, uint64(n)))
	day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	var out []ledger.Entry
	for i := range n {
		tags := map[string]string{"every": []string{"once", "month", "year"}[r.IntN(3)]}
		if c := r.IntN(3); c > 0 {
			tags["campaign"] = fmt.Sprintf("c%d", c)
		}
		a := money.Amount{Currency: []string{"USD", "EUR", "JPY"}[r.IntN(3)], Minor: 1 + r.Int64N(100000)}
		s := ledger.Source{Provider: "stripe", Object: fmt.Sprintf("o_%d", i), Date: day.AddDate(0, 0, r.IntN(1000)).Format(time.DateOnly), Tags: tags}
		switch r.IntN(5) {
		case 0:
			out = append(out, ledger.Refunded(s, a))
		case 1:
			out = append(out, ledger.FeeKnown(s, a))
		case 2:
			s.Tags = nil
			out = append(out, ledger.Expense(s, "Expenses:Hosting", "Assets:Bank:Main", a))
		default:
			out = append(out, ledger.PaymentSucceeded(s, a))
		}
	}
	return out
}

// added adds entries up by hand.
func added(entries []ledger.Entry, want func(ledger.Entry) bool) []ledger.Balance {
	all, err := ledger.Balances(func(yield func(ledger.Entry, error) bool) {
		for _, e := range entries {
			if want(e) && !yield(e, nil) {
				return
			}
		}
	})
	if err != nil {
		panic(err)
	}
	return all
}

func rolled(t *testing.T, s *store.Store) {
	t.Helper()
	if err := s.RollLedger(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestSumsAndTheEntriesBehindThemGiveWhatAllEntriesGive(t *testing.T) {
	entries := someEntries(300)
	spans := [][2]string{{"2024-01-01", "2024-12-31"}, {"2024-03-05", "2025-02-11"}, {"2024-05-01", "2024-05-31"}, {"2024-05-10", "2024-05-12"}, {"2026-01-01", "2025-01-01"}, {"0001-01-01", "2025-06-30"}}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, e := range entries {
			postEntries(t, s, e)
			if i == 120 || i == 200 {
				rolled(t, s)
			}
		}
		compare := func() {
			t.Helper()
			all, err := s.Balances(t.Context())
			if want := added(entries, func(ledger.Entry) bool { return true }); err != nil || !slices.Equal(all, want) {
				t.Errorf("balances %v, want %v, %v", all, want, err)
			}
			for _, span := range spans {
				got, err := s.Turnover(t.Context(), span[0], span[1])
				want := added(entries, func(e ledger.Entry) bool { return e.Date >= span[0] && e.Date <= span[1] })
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("turnover of %v: %v, want %v, %v", span, got, want, err)
				}
			}
			booksSound(t, s, int64(len(entries)))
		}
		compare()
		rolled(t, s)
		compare()
		if err := s.RebuildSums(t.Context()); err != nil {
			t.Fatal(err)
		}
		compare()
	})
}

func TestTheMeterIsTheSameBeforeAndAfterTheSumsAreBroughtForward(t *testing.T) {
	entries := someEntries(200)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		postEntries(t, s, entries...)
		for _, c := range []string{"", "c1", "c2"} {
			var want int64
			for _, e := range entries {
				for _, p := range e.Postings {
					if e.Tags["campaign"] == c && p.Currency == "USD" && (p.Account == ledger.Donations || p.Account == ledger.Refunds) {
						want -= p.Minor
					}
				}
			}
			for range 2 {
				m, err := s.CampaignMeter(t.Context(), fund.Campaign{ID: c, Currency: "USD"})
				if err != nil || m.Received != want || want == 0 {
					t.Errorf("%q has received %d, want %d, %v", c, m.Received, want, err)
				}
				rolled(t, s)
			}
		}
	})
}

func TestMonthsAddUpToWhatLiesBeforeAndWithin(t *testing.T) {
	entries := someEntries(300)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		postEntries(t, s, entries...)
		for range 2 {
			list, err := s.MonthSums(t.Context(), "2025-01", "2025-12")
			if err != nil {
				t.Fatal(err)
			}
			var before, within, count int64
			months := map[string]bool{}
			for _, m := range list {
				months[m.Month] = true
				if m.Account != ledger.Donations || m.Currency != "EUR" {
					continue
				}
				if m.Month == "" {
					before += m.Minor
				} else {
					within += m.Minor
					count += m.Postings
				}
			}
			var wantBefore, wantWithin, wantCount int64
			for _, e := range entries {
				for _, p := range e.Postings {
					if p.Account != ledger.Donations || p.Currency != "EUR" {
						continue
					}
					switch {
					case e.Date < "2025-01-01":
						wantBefore += p.Minor
					case e.Date < "2026-01-01":
						wantWithin += p.Minor
						wantCount++
					}
				}
			}
			if before != wantBefore || within != wantWithin || count != wantCount || months["2026-01"] || months["2024-12"] {
				t.Errorf("before %d within %d count %d, want %d %d %d; months %v", before, within, count, wantBefore, wantWithin, wantCount, months)
			}
			rolled(t, s)
		}
	})
}

func TestDailyHeadsAreTheSameBeforeAndAfterTheSumsAreBroughtForward(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		day := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		var want []ledger.Head
		for i, e := range someEntries(9) {
			s.Clock = clock.Func(func() time.Time { return day.AddDate(0, 0, i/3) })
			postEntries(t, s, e)
			if i == 4 {
				rolled(t, s)
			}
			if i%3 == 2 {
				head, err := s.LedgerHead(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				head.Date = day.AddDate(0, 0, i/3).Format(time.DateOnly)
				want = append([]ledger.Head{head}, want...)
			}
		}
		for range 2 {
			heads, err := s.DailyHeads(t.Context(), 10)
			if err != nil || !slices.Equal(heads, want) {
				t.Errorf("%v, want %v, %v", heads, want, err)
			}
			rolled(t, s)
		}
		if two, err := s.DailyHeads(t.Context(), 2); err != nil || !slices.Equal(two, want[:2]) {
			t.Errorf("%v, %v", two, err)
		}
	})
}

func TestSumsThatWereTamperedWithAreFound(t *testing.T) {
	tampering := []string{
		"UPDATE ledger_sum SET minor = minor + 1 WHERE account = 'Income:Donations'",
		"UPDATE ledger_sum SET postings = postings + 1",
		"DELETE FROM ledger_sum WHERE currency = 'EUR'",
		"UPDATE ledger_sum SET campaign = 'c9' WHERE campaign = 'c1'",
		"INSERT INTO ledger_sum (month, account, currency, campaign, every, minor, postings) VALUES ('2024-01', 'Income:Grants', 'USD', '', '', -5, 1)",
		"UPDATE ledger_sum_head SET seq = seq - 1",
		"UPDATE ledger_day SET seq = seq - 1",
		"DELETE FROM ledger_day",
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		postEntries(t, s, someEntries(60)...)
		rolled(t, s)
		for _, statement := range tampering {
			err := s.Write(t.Context(), func(tx *store.Tx) error {
				n, err := db.Exec(t.Context(), tx, statement)
				if n == 0 {
					t.Errorf("%s changed nothing", statement)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, found, err := s.VerifyLedger(t.Context()); err != nil || found == nil || found.Kind != ledger.Summed {
				t.Errorf("%s: %+v, %v", statement, found, err)
			}
			if err := s.RebuildSums(t.Context()); err != nil {
				t.Fatal(err)
			}
			booksSound(t, s, 60)
		}
	})
}

// TestReadersNeverSeeAnEntryTwiceOrNotAtAll posts, brings forward and reads at
// once. Every entry moves the same amount, so that any sum that is no multiple of
// a state that there was shows.
func TestReadersNeverSeeAnEntryTwiceOrNotAtAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		posted := make(chan error, 1)
		go func() {
			for i := range 150 {
				if _, _, err := postOne(ctx, s, giftOf(fmt.Sprintf("ch_%d", i), 100)); err != nil {
					posted <- err
					return
				}
				if i%3 == 0 {
					if err := s.RollLedger(ctx); err != nil {
						posted <- err
						return
					}
				}
			}
			posted <- nil
		}()
		var last int64
		for {
			select {
			case err := <-posted:
				if err != nil {
					t.Fatal(err)
				}
				return
			default:
			}
			m, err := s.CampaignMeter(ctx, fund.Campaign{ID: "c1", Currency: "USD"})
			if err != nil {
				t.Fatal(err)
			}
			head, err := s.LedgerHead(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if m.Received < last || m.Received > 100*head.Seq {
				t.Fatalf("the meter went from %d to %d with %d entries", last, m.Received, head.Seq)
			}
			last = m.Received
		}
	})
}
