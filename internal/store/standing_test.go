package store_test

import (
	"errors"
	"testing"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/standing"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestATextOfTheHouseIsKeptStateByStateAndPublicOnceConfirmed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFronted(t, s)
		ctx := t.Context()
		f.do(func(tx *store.Tx) error {
			o, err := tx.Outlet(ctx)
			if err != nil {
				return err
			}
			o.Privacy = outlet.Words{"en": "Old words."}
			return tx.PutOutlet(ctx, dora, o)
		})
		save := func(seen int, text string) error {
			return s.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.SaveStanding(ctx, dora, seen, store.StandingText{Name: standing.Privacy, Lang: "en", Text: text, Origin: store.StandingByHand})
				return err
			})
		}
		public := func() string {
			o, err := s.Outlet(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return o.Privacy["en"]
		}
		if err := save(0, "New words [[and more]]."); err != nil || public() != "Old words." {
			t.Fatal(err, public())
		}
		if err := save(0, "Others."); !fault.Is(err, fault.Conflict) {
			t.Errorf("written over: %v", err)
		}
		publish := func(n int) error {
			return s.Write(ctx, func(tx *store.Tx) error { return tx.PublishStanding(ctx, dora, standing.Privacy, "en", n) })
		}
		var bad fault.Fields
		if err := publish(2); !errors.As(err, &bad) || public() != "Old words." {
			t.Errorf("something is left to say: %v", err)
		}
		if err := errors.Join(save(2, "New words."), publish(3)); err != nil || public() != "New words." {
			t.Errorf("%v %q", err, public())
		}
		list, err := s.StandingTexts(ctx, standing.Privacy, "en", 10, 0)
		if err != nil || len(list) != 3 || list[0].PublicBy.Name != "Dora" || list[0].Public.IsZero() || list[2].Origin != store.StandingBefore || list[2].Text != "Old words." {
			t.Errorf("%+v %v", list, err)
		}
		if err := errors.Join(save(3, ""), publish(4)); err != nil || public() != "" {
			t.Errorf("%v %q", err, public())
		}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.SaveStanding(ctx, dora, 0, store.StandingText{Name: standing.Privacy, Lang: "de"})
			return err
		}); !fault.Is(err, fault.NotFound) {
			t.Errorf("in a language that the newsroom does not have: %v", err)
		}
	})
}
