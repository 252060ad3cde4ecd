package store_test

import (
	"testing"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

var treasurer = store.Actor{ID: "t1", Name: "Tess"}

func closeTo(t *testing.T, s *store.Store, to, today string) (p store.Period, err error) {
	t.Helper()
	err = s.Write(t.Context(), func(tx *store.Tx) error {
		p, err = tx.ClosePeriod(t.Context(), treasurer, to, today)
		return err
	})
	return p, err
}

func giftOn(object, date string, minor int64) ledger.Entry {
	e := giftOf(object, minor)
	e.Date = date
	return e
}

func TestAFactOfAClosedPeriodIsPostedOnTheFirstOpenDay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		postEntries(t, s, giftOn("ch_1", "2025-06-01", 2500))
		p, err := closeTo(t, s, "2025-12-31", "2026-01-10")
		if err != nil || p.From != "2025-06-01" || p.To != "2025-12-31" || p.Head.Seq != 1 {
			t.Fatalf("%+v, %v", p, err)
		}
		late := giftOn("ch_2", "2025-12-30", 1000)
		late.Memo = "a gift"
		postEntries(t, s, late)
		got := readEntries(t, s, 2)[0]
		if got.Date != "2026-01-01" || got.Tags[ledger.Dated] != "2025-12-30" || got.Memo != "a gift [2025-12-30]" || got.Tags["campaign"] != "c1" {
			t.Errorf("posted as %+v", got)
		}
		if ledger.FactDate(got) != "2025-12-30" {
			t.Errorf("the day of the fact is %s", ledger.FactDate(got))
		}
		postEntries(t, s, giftOn("ch_3", "2026-01-01", 500))
		if e := readEntries(t, s, 3)[0]; e.Date != "2026-01-01" || e.Tags[ledger.Dated] != "" {
			t.Errorf("a fact of an open day was moved: %+v", e)
		}
		booksSound(t, s, 3)
	})
}

func TestAFactIsKnownAgainOnBothSidesOfAClose(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		before, after := giftOn("ch_1", "2025-12-30", 2500), giftOn("ch_2", "2025-12-30", 1000)
		postEntries(t, s, before)
		if _, err := closeTo(t, s, "2025-12-31", "2026-01-10"); err != nil {
			t.Fatal(err)
		}
		postEntries(t, s, after)
		for want, e := range map[int64]ledger.Entry{1: before, 2: after} {
			if seq, posted, err := postOne(t.Context(), s, e); seq != want || posted || err != nil {
				t.Errorf("%s told again: %d, %v, %v", e.Key, seq, posted, err)
			}
		}
		if _, err := closeTo(t, s, "2026-01-31", "2026-02-10"); err != nil {
			t.Fatal(err)
		}
		if seq, posted, err := postOne(t.Context(), s, after); seq != 2 || posted || err != nil {
			t.Errorf("told again after a second close: %d, %v, %v", seq, posted, err)
		}
		for _, other := range []ledger.Entry{giftOn("ch_1", "2025-12-30", 2501), giftOn("ch_1", "2025-12-29", 2500), giftOn("ch_2", "2025-12-29", 1000), giftOn("ch_2", "2026-01-01", 1000)} {
			if _, _, err := postOne(t.Context(), s, other); !fault.Is(err, fault.Conflict) {
				t.Errorf("another fact under the key %s on %s: %v", other.Key, other.Date, err)
			}
		}
		booksSound(t, s, 2)
	})
}

func TestClosingEmptiesTheConversionAccountAsItStoodThen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		usd, eur := money.Amount{Currency: "USD", Minor: 2160}, money.Amount{Currency: "EUR", Minor: 2000}
		postEntries(t, s, ledger.SettledInOther(ledger.Source{Provider: "stripe", Object: "t1", Date: "2025-11-01"}, eur, usd, money.Amount{Currency: "USD"}),
			ledger.SettledInOther(ledger.Source{Provider: "stripe", Object: "t2", Date: "2026-01-02"}, eur, usd, money.Amount{Currency: "USD"}))
		rolled(t, s)
		if _, err := closeTo(t, s, "2025-12-31", "2026-01-10"); err != nil {
			t.Fatal(err)
		}
		year, err := s.Turnover(t.Context(), "2025-01-01", "2025-12-31")
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int64{"Equity:Conversion EUR": 0, "Equity:Conversion USD": 0, "Expenses:FX EUR": 2000, "Expenses:FX USD": -2160}
		for _, b := range year {
			if w, asked := want[b.Account+" "+b.Currency]; asked && b.Minor != w {
				t.Errorf("%s %s is %d, want %d", b.Account, b.Currency, b.Minor, w)
			}
		}
		if len(year) != 6 {
			t.Errorf("%v", year)
		}
		booksSound(t, s, 4)
	})
}

func TestAPeriodIsClosedForwardOnceAndForGood(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if _, err := closeTo(t, s, "2026-01-10", "2026-01-10"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a day that is not over: %v", err)
		}
		if _, err := closeTo(t, s, "2025", "2026-01-10"); !fault.Is(err, fault.Invalid) {
			t.Errorf("no day: %v", err)
		}
		if _, err := closeTo(t, s, "2025-12-31", "2026-01-10"); err != nil {
			t.Fatal(err)
		}
		for _, to := range []string{"2025-12-31", "2025-06-30"} {
			if _, err := closeTo(t, s, to, "2026-01-10"); !fault.Is(err, fault.Conflict) {
				t.Errorf("closing to %s again: %v", to, err)
			}
		}
		if _, err := closeTo(t, s, "2026-01-31", "2026-02-02"); err != nil {
			t.Fatal(err)
		}
		list, err := s.Periods(t.Context())
		if err != nil || len(list) != 2 || list[0].From != "2026-01-01" || list[0].By.Name != "Tess" {
			t.Errorf("%+v, %v", list, err)
		}
		roads := []string{"UPDATE period SET to_day = '2030-01-01'", "DELETE FROM period",
			"UPDATE ledger_head SET closed = ''", "UPDATE ledger_head SET closed = '2025-12-31'", "UPDATE ledger_head SET closed = closed"}
		if s.Engine() == db.Postgres {
			roads = append(roads, "TRUNCATE period")
		} else {
			roads = append(roads, "INSERT OR REPLACE INTO period (to_day, from_day, closed_at, closed_by, closed_name, head_seq, head_hash) VALUES ('2025-12-31', '', 0, '', '', 0, '')")
		}
		for _, statement := range roads {
			err := s.Write(t.Context(), func(tx *store.Tx) error { _, err := db.Exec(t.Context(), tx, statement); return err })
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", statement, err)
			}
		}
	})
}
