package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func execAll(t *testing.T, s *store.Store, statements ...string) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		for _, statement := range statements {
			if _, err := db.Exec(t.Context(), tx, statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func at(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 12, 0, 0, 0, time.UTC)
}

// giver adds a donor with one gift; decided is when its form was sent.
func giver(t *testing.T, s *store.Store, name string, shown int, decided, paid time.Time, minor int64, more string) {
	t.Helper()
	n := strings.ToLower(strings.ReplaceAll(name, " ", "")) + fmt.Sprint(paid.UnixMilli(), minor)
	execAll(t, s,
		fmt.Sprintf("INSERT INTO donor (id, email, name, show_name, created_at) VALUES ('d-%s', '%s@example.org', '%s', %d, 0) ON CONFLICT (id) DO NOTHING", name, n, name, shown),
		fmt.Sprintf("INSERT INTO donation (id, nonce, donor_id, currency, minor, every, provider, state, created_at, updated_at) VALUES ('n%s', 'n%s', 'd-%s', 'USD', %d, 'once', 'sandbox', 'succeeded', %d, 0)", n, n, name, minor, decided.UnixMilli()),
		fmt.Sprintf("INSERT INTO payment (id, provider, ref, donation_id, donor_id, currency, minor, succeeded_at, created_at%s) VALUES ('p%s', 'sandbox', 'r%s', 'n%s', 'd-%s', 'USD', %d, %d, 0%s)",
			cut(more, 0), n, n, n, name, minor, paid.UnixMilli(), cut(more, 1)))
}

// cut takes "column=value" apart.
func cut(more string, side int) string {
	if more == "" {
		return ""
	}
	return ", " + strings.Split(more, "=")[side]
}

func announce(t *testing.T, s *store.Store, when time.Time, minor int64) {
	t.Helper()
	s.Clock = clock.Func(func() time.Time { return when })
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		return tx.SetNameThreshold(t.Context(), treasurer, money.Amount{Currency: "USD", Minor: minor})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDonorsAreNamedByTheSumThatWasAnnouncedBeforeTheyGave(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		announce(t, s, at(2025, 2, 1), 500000)
		giver(t, s, "Told Large", 0, at(2025, 3, 1), at(2025, 3, 1), 600000, "")
		giver(t, s, "Untold Large", 0, at(2025, 1, 15), at(2025, 3, 1), 600000, "") // decided before anything was announced
		giver(t, s, "Small", 0, at(2025, 3, 1), at(2025, 3, 1), 499999, "")
		giver(t, s, "Wish", 1, at(2025, 3, 1), at(2025, 3, 1), 1000, "")
		giver(t, s, "Back", 0, at(2025, 3, 1), at(2025, 3, 1), 600000, "refunded_minor=200000")
		giver(t, s, "Held", 0, at(2025, 3, 1), at(2025, 3, 2), 700000, "")
		execAll(t, s, "INSERT INTO hold (payment_id, state, reasons, weight, held_at, due_at) SELECT id, 'held', '[]', 1, 0, 0 FROM payment WHERE donor_id = 'd-Held'")
		giver(t, s, "Later", 0, at(2025, 3, 1), at(2026, 3, 1), 200000, "") // a plan from before the sum was lowered
		announce(t, s, at(2026, 1, 1).Add(-24*time.Hour), 100000)
		giver(t, s, "New", 0, at(2026, 3, 1), at(2026, 3, 1), 150000, "")
		if err := s.CountGivers(t.Context(), 0, "USD", time.UTC); err != nil {
			t.Fatal(err)
		}
		g, err := s.GiversOf(t.Context(), "2025")
		if err != nil || !slices.Equal(g.Large, []string{"Told Large"}) || g.Givers != 5 || g.Wished != 1 || g.Threshold.Minor != 500000 {
			t.Errorf("2025: %+v, %v", g, err)
		}
		if g.All != 600000+600000+499999+1000+400000 || g.Named != 600000+1000 || g.Unknown != 600000 {
			t.Errorf("2025: %+v", g)
		}
		g, err = s.GiversOf(t.Context(), "2026")
		if err != nil || !slices.Equal(g.Large, []string{"New"}) || g.Threshold.Minor != 100000 {
			t.Errorf("2026: %+v, %v", g, err)
		}
		names, err := s.WishToBeNamed(t.Context(), 2025, time.UTC, 10, 0)
		if err != nil || !slices.Equal(names, []string{"Wish"}) {
			t.Errorf("%v, %v", names, err)
		}
	})
}

func TestNobodyIsNamedByASumInAYearInWhichNoneWasAnnounced(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		giver(t, s, "Large", 0, at(2024, 3, 1), at(2024, 3, 1), 900000, "")
		announce(t, s, at(2025, 1, 1), 500000)
		announce(t, s, at(2025, 6, 1), 0)
		giver(t, s, "Large two", 0, at(2025, 3, 1), at(2025, 3, 1), 900000, "")
		if err := s.CountGivers(t.Context(), 0, "USD", time.UTC); err != nil {
			t.Fatal(err)
		}
		for _, year := range []string{"2024", "2025"} {
			if g, err := s.GiversOf(t.Context(), year); err != nil || len(g.Large) != 0 || g.Threshold.Minor != 0 || g.Givers != 1 || g.Named != 0 {
				t.Errorf("%s: %+v, %v", year, g, err)
			}
		}
	})
}

func TestWhoTakesTheWishBackIsNamedNoMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		giver(t, s, "Wish", 1, at(2025, 3, 1), at(2025, 3, 1), 1000, "")
		execAll(t, s, "UPDATE donor SET show_name = 0")
		if names, err := s.WishToBeNamed(t.Context(), 2025, time.UTC, 10, 0); err != nil || len(names) != 0 {
			t.Errorf("%v, %v", names, err)
		}
	})
}
