package store_test

import (
	"context"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestALinkToADonorDoesItsOneThingOnceAndEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := clock.At(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
		s.Clock = now
		if _, err := s.Raw().Exec("INSERT INTO donor (id, email, created_at) VALUES ('d', 'a@b.example', 0)"); err != nil {
			t.Fatal(err)
		}
		minted := func(p store.Power) (token string) {
			write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				token, err = tx.MakeDonorLink(ctx, store.DonorLink{Power: p, DonorID: "d", Object: "x"}, 15*time.Minute)
				return err
			})
			return token
		}
		use := func(token string) error {
			return s.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.UseDonorLink(t.Context(), token); return err })
		}
		look := func(token string) store.DonorLink {
			l, err := s.DonorLink(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		once, ended, receipt := minted(store.DonorCancel), minted(store.DonorPause), minted(store.DonorReceipt)
		if l := look(once); !l.Works(now.Now()) || l.Object != "x" || l.Power != store.DonorCancel {
			t.Fatalf("a fresh link: %+v", l)
		}
		if err := use(once); err != nil {
			t.Fatal(err)
		}
		if err := use(once); !fault.Is(err, fault.Gone) || look(once).Works(now.Now()) {
			t.Errorf("a second use: %v", err)
		}
		for range 2 {
			if err := use(receipt); err != nil {
				t.Errorf("a receipt can't be opened twice: %v", err)
			}
		}
		if _, err := s.DonorLink(t.Context(), once+"x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("an altered link: %v", err)
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.EndDonorLinks(ctx, "d") })
		if err := use(ended); !fault.Is(err, fault.Gone) {
			t.Errorf("a link that was ended: %v", err)
		}
		late := minted(store.DonorSignIn)
		now.Add(15 * time.Minute)
		if err := use(late); !fault.Is(err, fault.Gone) || look(late).Works(now.Now()) {
			t.Errorf("a late link: %v", err)
		}
		kept, err := db.One(t.Context(), s.Query(), db.Value[int64], "SELECT COUNT(*) FROM donor_link WHERE token_hash = $1", late)
		if err != nil || kept != 0 {
			t.Errorf("the token itself is kept: %v", err)
		}
	})
}
