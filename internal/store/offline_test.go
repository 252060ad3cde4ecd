package store_test

import (
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestCashIsBookedOnceAndTakenBackByAReversal(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		s.Clock = clock.At(now)
		by := store.Actor{ID: "t", Name: "Tilda"}
		g := store.OfflineGift{ID: id.New(), Amount: money.Amount{Currency: "EUR", Minor: 2500}, At: now, Day: "2026-03-01", Kind: "cash", Account: ledger.Cash,
			Donor: fund.Donor{Name: "Rowan Pell"}}
		book := func(g store.OfflineGift) string {
			t.Helper()
			paid, err := s.BookOffline(t.Context(), by, g)
			if err != nil {
				t.Fatal(err)
			}
			return paid
		}
		raised := func(want int64, donors int) {
			t.Helper()
			m, err := s.GeneralMeter(t.Context(), "EUR")
			if err != nil || m.Received != want || m.Donors != donors {
				t.Errorf("the meter says %d of %d people, want %d of %d, %v", m.Received, m.Donors, want, donors, err)
			}
		}
		first := book(g)
		if again := book(g); again != first {
			t.Errorf("the same form made the payments %s and %s", first, again)
		}
		raised(2500, 1)
		anonymous := g
		anonymous.ID, anonymous.Donor = id.New(), fund.Donor{}
		book(anonymous)
		named := g
		named.ID, named.Donor = id.New(), fund.Donor{Name: "Rowan Pell"}
		book(named)
		raised(7500, 3) // of two who have the same name each is one
		var inHand, entries int64
		for query, into := range map[string]*int64{
			"SELECT CAST(SUM(minor) AS BIGINT) FROM ledger_posting WHERE account = 'Assets:Cash'": &inHand, "SELECT COUNT(*) FROM ledger_entry": &entries,
		} {
			if err := s.Raw().QueryRow(query).Scan(into); err != nil {
				t.Fatal(err)
			}
		}
		if inHand != 7500 || entries != 3 {
			t.Errorf("in hand are %d, in %d entries", inHand, entries)
		}
		back := func() error { return s.TakeBackOffline(t.Context(), by, g.ID, now.AddDate(0, 0, 1), time.UTC) }
		if err := back(); err != nil {
			t.Fatal(err)
		}
		if err := back(); !fault.Is(err, fault.Conflict) {
			t.Errorf("taking back a second time: %v", err)
		}
		raised(5000, 2)
		if err := s.Raw().QueryRow("SELECT COUNT(*) FROM ledger_entry").Scan(&entries); err != nil || entries != 4 {
			t.Errorf("%d entries, %v: the reversal must stand beside what it reverses", entries, err)
		}
		if err := s.TakeBackOffline(t.Context(), by, "nothing", now, time.UTC); !fault.Is(err, fault.NotFound) {
			t.Errorf("a gift that never was: %v", err)
		}
		if _, err := s.Raw().Exec("UPDATE payment SET refunded_minor = 100 WHERE ref = $1", named.ID); err != nil {
			t.Fatal(err)
		}
		if err := s.TakeBackOffline(t.Context(), by, named.ID, now, time.UTC); !fault.Is(err, fault.Conflict) {
			t.Errorf("a gift of which a part went back already: %v", err)
		}
		list, err := s.OfflineGifts(t.Context(), 10)
		if err != nil || len(list) != 3 {
			t.Fatalf("%d gifts, %v", len(list), err)
		}
		for _, o := range list {
			if (o.ID == g.ID) != !o.TakenBack.IsZero() || o.By != "Tilda" {
				t.Errorf("%+v", o)
			}
		}
	})
}

func TestADonorWithoutAnAddressIsWrittenToByNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		g := store.OfflineGift{ID: id.New(), Amount: money.Amount{Currency: "EUR", Minor: 2500}, At: now, Day: "2026-03-01", Kind: "cash", Account: ledger.Cash}
		paid, err := s.BookOffline(t.Context(), store.System, g)
		if err != nil {
			t.Fatal(err)
		}
		p, _, err := s.Payment(t.Context(), paid)
		if err != nil {
			t.Fatal(err)
		}
		o, err := s.DonationOutcome(t.Context(), p.DonationID)
		if err != nil || o.Donor.Email != "" || o.Donor.ID == "" {
			t.Errorf("%+v, %v", o.Donor, err)
		}
	})
}

func TestAGiftFromAKnownAddressIsThatDonors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		var donors []string
		for range 2 {
			g := store.OfflineGift{ID: id.New(), Amount: money.Amount{Currency: "EUR", Minor: 2500}, At: now, Day: "2026-03-01", Kind: "cheque", Account: ledger.Cash,
				Donor: fund.Donor{Email: "reader@example.org", Name: "Rowan Pell"}}
			paid, err := s.BookOffline(t.Context(), store.System, g)
			if err != nil {
				t.Fatal(err)
			}
			p, _, err := s.Payment(t.Context(), paid)
			if err != nil {
				t.Fatal(err)
			}
			donors = append(donors, p.DonorID)
		}
		if donors[0] != donors[1] {
			t.Errorf("one address is two donors: %v", donors)
		}
	})
}
