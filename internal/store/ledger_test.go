package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func giftOf(object string, minor int64) ledger.Entry {
	return ledger.PaymentSucceeded(ledger.Source{Provider: "stripe", Object: object, Date: "2026-01-15",
		Tags: map[string]string{"campaign": "c1", "fund": "general"}}, money.Amount{Currency: "USD", Minor: minor})
}

func postEntries(t testing.TB, s *store.Store, entries ...ledger.Entry) {
	t.Helper()
	for _, e := range entries {
		if _, posted, err := postOne(t.Context(), s, e); err != nil || !posted {
			t.Fatalf("posting %s: %v, %v", e.Key, posted, err)
		}
	}
}

func postOne(ctx context.Context, s *store.Store, e ledger.Entry) (seq int64, posted bool, err error) {
	err = s.Write(ctx, func(tx *store.Tx) error {
		seq, posted, err = tx.Post(ctx, e)
		return err
	})
	return seq, posted, err
}

func booksSound(t testing.TB, s *store.Store, entries int64) ledger.Head {
	t.Helper()
	head, found, err := s.VerifyLedger(t.Context())
	if err != nil || found != nil || head.Seq != entries {
		t.Fatalf("the books of %d entries: head %+v, damage %+v, %v", entries, head, found, err)
	}
	return head
}

func readEntries(t testing.TB, s *store.Store, from int64) []ledger.Entry {
	t.Helper()
	var all []ledger.Entry
	for e, err := range s.Entries(t.Context(), from) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

func TestAGiftIsPostedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		e := giftOf("ch_1", 2500)
		e.Tags = nil
		postEntries(t, s, e)
		const vector = "74fc1cd41f719ec4a640d00a90597c48a743a75910ac94016047eff60a558019"
		if head := booksSound(t, s, 1); head.Hash != vector {
			t.Errorf("the head is %s, want %s", head.Hash, vector)
		}
		changes, _ := s.ChangeSeq(t.Context())
		if changes == 0 {
			t.Error("posting did not touch the change feed")
		}
		e.Memo = "told again, with another note"
		if seq, posted, err := postOne(t.Context(), s, e); seq != 1 || posted || err != nil {
			t.Errorf("the same fact again: %d, %v, %v", seq, posted, err)
		}
		if again, _ := s.ChangeSeq(t.Context()); again != changes {
			t.Error("a fact that was known touched the change feed")
		}
		booksSound(t, s, 1)
	})
}

func TestTwoFactsUnderOneKeyAreAConflict(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		postEntries(t, s, giftOf("ch_1", 2500))
		for name, change := range map[string]func(*ledger.Entry){
			"amount":   func(e *ledger.Entry) { e.Postings[0].Minor, e.Postings[1].Minor = 2600, -2600 },
			"date":     func(e *ledger.Entry) { e.Date = "2026-01-16" },
			"campaign": func(e *ledger.Entry) { e.Tags["campaign"] = "c2" },
		} {
			e := giftOf("ch_1", 2500)
			change(&e)
			_, posted, err := postOne(t.Context(), s, e)
			if posted || !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Say(err), "stripe:ch_1:charge") {
				t.Errorf("another %s under the same key: %v, %v", name, posted, err)
			}
		}
		booksSound(t, s, 1)
	})
}

func TestAnEntryOutOfOrderOrAFailedTransactionLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		e := giftOf("ch_1", 2500)
		e.Postings[0].Minor++
		if _, _, err := postOne(t.Context(), s, e); !fault.Is(err, fault.Invalid) {
			t.Errorf("an entry out of balance: %v", err)
		}
		later := errors.New("later step")
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			if _, posted, err := tx.Post(t.Context(), giftOf("ch_2", 2500)); err != nil || !posted {
				t.Errorf("%v, %v", posted, err)
			}
			return later
		})
		if !errors.Is(err, later) {
			t.Error(err)
		}
		booksSound(t, s, 0)
		if left := readEntries(t, s, 1); len(left) != 0 {
			t.Errorf("%+v is left", left)
		}
		postEntries(t, s, giftOf("ch_2", 2500))
		booksSound(t, s, 1)
	})
}

func TestAnEntryIsReversedOnceAndOnlyWhenThereIsOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		e := giftOf("ch_1", 2500)
		back := ledger.Reverse(e, "staff:1:reversal", "2026-02-01", "entered by mistake")
		if _, _, err := postOne(t.Context(), s, back); !fault.Is(err, fault.NotFound) {
			t.Errorf("reversing what was not posted: %v", err)
		}
		postEntries(t, s, e, back)
		if _, posted, err := postOne(t.Context(), s, back); posted || err != nil {
			t.Errorf("the reversal told again: %v, %v", posted, err)
		}
		if _, _, err := postOne(t.Context(), s, ledger.Reverse(e, "staff:2:reversal", "2026-02-02", "")); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second reversal: %v", err)
		}
		balances, err := s.Balances(t.Context())
		if err != nil || len(balances) != 2 || balances[0].Minor != 0 || balances[1].Minor != 0 {
			t.Errorf("balances are %v, %v", balances, err)
		}
		booksSound(t, s, 2)
	})
}

func TestEntriesComeBackAsTheyWerePosted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		first := giftOf("ch_1", 2500)
		first.Memo = "a “note”, ۲۵"
		postEntries(t, s, first, ledger.Reverse(first, "x:reversal", "2026-01-20", ""), giftOf("ch_2", 900))
		got := readEntries(t, s, 1)
		first.Seq = 1
		if len(got) != 3 || fmt.Sprint(got[0]) != fmt.Sprint(first) || got[1].Reverses != first.Key || got[2].Seq != 3 {
			t.Errorf("%+v", got)
		}
		if tail := readEntries(t, s, 3); len(tail) != 1 || tail[0].Key != "stripe:ch_2:charge" {
			t.Errorf("from 3 on: %+v", tail)
		}
	})
}

func TestBalancesTurnoverAndDailyHeads(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := clock.At(time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC))
		s.Clock = at
		postEntries(t, s, giftOf("ch_1", 2500), giftOf("ch_2", 500))
		at.Add(2 * time.Hour)
		old := giftOf("ch_3", 100)
		old.Date = "2025-12-31"
		postEntries(t, s, old)
		balances, err := s.Balances(t.Context())
		if want := "[{Assets:PSP:Stripe USD 3100} {Income:Donations USD -3100}]"; err != nil || fmt.Sprint(balances) != want {
			t.Errorf("balances are %v, %v", balances, err)
		}
		turnover, err := s.Turnover(t.Context(), "2026-01-01", "2026-12-31")
		if want := "[{Assets:PSP:Stripe USD 3000} {Income:Donations USD -3000}]"; err != nil || fmt.Sprint(turnover) != want {
			t.Errorf("the year's turnover is %v, %v", turnover, err)
		}
		head := booksSound(t, s, 3)
		heads, err := s.DailyHeads(t.Context(), 10)
		if err != nil || len(heads) != 2 || heads[0] != (ledger.Head{Date: "2026-03-02", Seq: 3, Hash: head.Hash}) ||
			heads[1].Date != "2026-03-01" || heads[1].Seq != 2 {
			t.Errorf("daily heads are %+v, %v", heads, err)
		}
		if now, err := s.LedgerHead(t.Context()); err != nil || now != head {
			t.Errorf("the head is %+v, %v", now, err)
		}
	})
}

func TestManyPagesOfBooksAreReadWhole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const n = 1103 // more than two pages
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			for i := range n {
				if _, _, err := tx.Post(t.Context(), giftOf(fmt.Sprintf("ch_%d", i), int64(i+1))); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		booksSound(t, s, n)
		all := readEntries(t, s, 1)
		if len(all) != n || all[n-1].Postings[0].Minor != n {
			t.Errorf("%d entries came back", len(all))
		}
		for range s.Entries(t.Context(), 1) {
			break // a reader may stop
		}
	})
}

func TestTwentySendersPostEachFactOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const senders = 20
		var wg sync.WaitGroup
		posted := make(chan int64, 2*senders)
		for i := range senders {
			wg.Go(func() {
				for _, e := range []ledger.Entry{giftOf("same", 2500), giftOf(fmt.Sprintf("own_%d", i), 100)} {
					seq, fresh, err := postOne(t.Context(), s, e)
					if err != nil {
						t.Errorf("%s: %v", e.Key, err)
					}
					if fresh {
						posted <- seq
					}
				}
			})
		}
		for range 5 { // the books stay sound to whoever looks meanwhile
			if _, found, err := s.VerifyLedger(t.Context()); found != nil || err != nil {
				t.Errorf("while posting: %+v, %v", found, err)
			}
		}
		wg.Wait()
		close(posted)
		seen := map[int64]bool{}
		for seq := range posted {
			seen[seq] = true
		}
		if len(seen) != senders+1 {
			t.Errorf("%d entries were posted, want %d", len(seen), senders+1)
		}
		booksSound(t, s, senders+1)
		var total int64
		balances, _ := s.Balances(t.Context())
		for _, b := range balances {
			total += b.Minor
		}
		if total != 0 || balances[0].Minor != 2500+senders*100 {
			t.Errorf("balances are %v", balances)
		}
	})
}
