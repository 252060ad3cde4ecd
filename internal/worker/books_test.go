package worker_test

import (
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/worker"
)

func TestTheBooksAreComparedOnceANightAfterThree(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := clock.At(time.Date(2026, 3, 20, 0, 30, 0, 0, time.UTC)) // half past one in Berlin
		s.Clock = c
		b := &worker.Books{Store: s, Money: c}
		round := func() []store.Reconciliation {
			t.Helper()
			for _, step := range b.Steps() {
				if err := step.Do(t.Context()); err != nil {
					t.Fatalf("%s: %v", step.Name, err)
				}
			}
			list, err := s.LastReconciliations(t.Context(), 10)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		round()
		if got, _ := s.NameThreshold(t.Context()); got.Minor != 0 {
			t.Error("a sum was announced before there is an outlet")
		}
		o := outlet.Default()
		o.Name, o.Zone, o.Currency = "Lantern", "Europe/Berlin", "JPY"
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			if _, _, err := tx.Post(t.Context(), ledger.PaymentSucceeded(ledger.Source{Provider: "x", Object: "1", Date: "2026-03-01"}, money.Amount{Currency: "JPY", Minor: 5})); err != nil {
				return err
			}
			return tx.PutOutlet(t.Context(), store.System, o)
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(round()); n != 0 {
			t.Errorf("%d reports before three", n)
		}
		if got, _ := s.NameThreshold(t.Context()); got.Amount != (money.Amount{Currency: "JPY", Minor: 500000}) {
			t.Errorf("announced: %+v", got)
		}
		c.Add(2 * time.Hour)
		for range 3 {
			if list := round(); len(list) != 1 || list[0].Day != "2026-03-20" {
				t.Errorf("%+v", list)
			}
		}
		c.Add(24 * time.Hour)
		if n := len(round()); n != 2 {
			t.Errorf("%d reports after another night", n)
		}
	})
}
