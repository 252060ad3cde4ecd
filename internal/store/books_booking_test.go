package store_test

import (
	"strings"
	"testing"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func hosting(id string, minor int64) ledger.Booking {
	return ledger.Booking{ID: id, Kind: ledger.KindExpense, Date: "2026-03-04", Amount: money.Amount{Currency: "USD", Minor: minor},
		Account: "Expenses:Hosting", Against: "Assets:Bank:Main", Public: "Server", Note: "ask for a discount", Party: "Maria Example", Document: "folder 3"}
}

func book(t *testing.T, s *store.Store, b ledger.Booking) (fresh bool, err error) {
	t.Helper()
	err = s.Write(t.Context(), func(tx *store.Tx) error {
		fresh, err = tx.Book(t.Context(), treasurer, b, "")
		return err
	})
	return fresh, err
}

func TestABookingIsPostedOnceAndItsInternalPartsStayOutOfTheBooks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for want := range 2 {
			if fresh, err := book(t, s, hosting("n1", 4000)); err != nil || fresh != (want == 0) {
				t.Fatalf("time %d: %v, %v", want, fresh, err)
			}
		}
		if _, err := book(t, s, hosting("n1", 4100)); !fault.Is(err, fault.Conflict) {
			t.Errorf("another sum under the same id: %v", err)
		}
		e := readEntries(t, s, 1)[0]
		if e.Key != "books:n1:expense" || e.Memo != "Server" || e.Postings[0] != (ledger.Posting{Account: "Expenses:Hosting", Currency: "USD", Minor: 4000}) {
			t.Errorf("%+v", e)
		}
		var journal strings.Builder
		for _, write := range []error{ledger.ExportCSV(&journal, s.Entries(t.Context(), 1)), ledger.ExportHledger(&journal, s.Entries(t.Context(), 1))} {
			if write != nil {
				t.Fatal(write)
			}
		}
		for _, internal := range []string{"Maria", "discount", "folder"} {
			if strings.Contains(journal.String(), internal) {
				t.Errorf("the export tells %q", internal)
			}
		}
		booksSound(t, s, 1)
	})
}

func TestABookingIsTakenBackOnceWithAReason(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if _, err := book(t, s, hosting("n1", 4000)); err != nil {
			t.Fatal(err)
		}
		back := func() error {
			return s.Write(t.Context(), func(tx *store.Tx) error {
				return tx.ReverseBooking(t.Context(), treasurer, "n1", "2026-03-09", "booked twice")
			})
		}
		if err := back(); err != nil {
			t.Fatal(err)
		}
		if err := back(); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice: %v", err)
		}
		b, err := s.Booking(t.Context(), "n1")
		if err != nil || b.Reversed.IsZero() || b.Why != "booked twice" || b.ReversedBy.Name != "Tess" {
			t.Errorf("%+v, %v", b, err)
		}
		all, _ := s.Balances(t.Context())
		for _, x := range all {
			if x.Minor != 0 {
				t.Errorf("%s still has %d", x.Account, x.Minor)
			}
		}
		list, n, err := s.Reversals(t.Context(), "2026-01-01", "2026-12-31", 10)
		if err != nil || n != 1 || list[0].Memo != "booked twice" || list[0].Of != 1 || list[0].OfDay != "2026-03-04" || len(list[0].Lines) != 2 {
			t.Errorf("%+v, %d, %v", list, n, err)
		}
	})
}

func TestWordsOfAReversalThatNobodyWroteForReadersAreNotShown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		e := giftOf("ch_1", 100)
		postEntries(t, s, e, ledger.Reverse(e, "bank:x:unallocated", "2026-02-01", "from Maria Example"))
		list, _, err := s.Reversals(t.Context(), "2026-01-01", "2026-12-31", 10)
		if err != nil || len(list) != 1 || list[0].Memo != "" {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

func TestBookingsAreFoundByWhatIsWrittenInThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		second := hosting("n2", 9950)
		second.Date, second.Party, second.Against = "2026-03-05", "Jürgen 100%", ledger.Payables
		for _, b := range []ledger.Booking{hosting("n1", 4000), second} {
			if _, err := book(t, s, b); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			q    store.BookingQuery
			want string
		}{
			{store.BookingQuery{}, "n2 n1"}, {store.BookingQuery{Text: "MARIA"}, "n1"}, {store.BookingQuery{Text: "jurgen"}, "n2"},
			{store.BookingQuery{Text: "99.50"}, "n2"}, {store.BookingQuery{Text: "%"}, "n2 n1"}, {store.BookingQuery{Owed: true}, "n2"},
			{store.BookingQuery{Before: "2026-03-05/n2"}, "n1"}, {store.BookingQuery{Text: "nothing such"}, ""},
		} {
			c.q.Kind, c.q.Limit = ledger.KindExpense, 10
			list, err := s.Bookings(t.Context(), c.q)
			var got []string
			for _, b := range list {
				got = append(got, b.ID)
			}
			if err != nil || strings.Join(got, " ") != c.want {
				t.Errorf("%+v gives %v, want %s, %v", c.q, got, c.want, err)
			}
		}
	})
}
