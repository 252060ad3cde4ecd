package store_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/passkey"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// key adds a passkey and returns it.
func key(t *testing.T, s *store.Store, staffID, credential, site string) store.Passkey {
	t.Helper()
	write(t, s, func(ctx context.Context, tx *store.Tx) error {
		return tx.AddPasskey(ctx, tester, store.Passkey{Key: passkey.Key{Credential: credential, Data: "{}"}, StaffID: staffID, Site: site, Name: "Phone"})
	})
	k, err := s.PasskeyBy(t.Context(), credential)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func try(t *testing.T, s *store.Store, fn func(ctx context.Context, tx *store.Tx) error) error {
	return s.Write(t.Context(), func(tx *store.Tx) error { return fn(t.Context(), tx) })
}

// once runs fn from many sides at once and tells how many of them it let through;
// the others must be refused with kind.
func once(t *testing.T, s *store.Store, kind fault.Kind, fn func(ctx context.Context, tx *store.Tx) error) int {
	t.Helper()
	var wg sync.WaitGroup
	errs := make([]error, 10)
	for i := range errs {
		wg.Go(func() { errs[i] = try(t, s, fn) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !fault.Is(err, kind) {
			t.Error(err)
		}
	}
	return won
}

func TestAPasskeyIsKeptOnceAndFoundByItsCredential(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dora, ansel := hire(t, s, "dora@x.example", staff.Owner), hire(t, s, "ansel@x.example", staff.Owner)
		k := key(t, s, dora, "c1", "desk.example.org")
		if k.StaffID != dora || k.Name != "Phone" || k.Site != "desk.example.org" || !k.UsedAt.IsZero() {
			t.Errorf("%+v", k)
		}
		err := try(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.AddPasskey(ctx, tester, store.Passkey{Key: passkey.Key{Credential: "c1", Data: "{}"}, StaffID: ansel, Site: "desk.example.org"})
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("the same passkey for somebody else: %v", err)
		}
		for name, change := range map[string]func(ctx context.Context, tx *store.Tx) error{
			"named": func(ctx context.Context, tx *store.Tx) error { return tx.NamePasskey(ctx, ansel, k.ID, "Mine") },
			"removed": func(ctx context.Context, tx *store.Tx) error {
				return tx.RemovePasskey(ctx, tester, ansel, k.ID, k.Site)
			},
		} {
			if err := try(t, s, change); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s by somebody else: %v", name, err)
			}
		}
		if n, err := s.CountPasskeys(t.Context(), "desk.example.org"); err != nil || n != 1 {
			t.Errorf("%d, %v", n, err)
		}
	})
}

func TestACounterOnlyRisesAndOfManyAtOnceOneCounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		k := key(t, s, hire(t, s, "dora@x.example", staff.Owner), "c1", "x.example")
		use := func(count uint32) func(ctx context.Context, tx *store.Tx) error {
			return func(ctx context.Context, tx *store.Tx) error {
				k := k
				k.Count = count
				return tx.UsePasskey(ctx, k)
			}
		}
		for range 3 { // a synchronised key counts nothing
			if err := try(t, s, use(0)); err != nil {
				t.Fatal(err)
			}
		}
		if n := once(t, s, fault.Denied, use(7)); n != 1 {
			t.Errorf("%d of ten with the same counter", n)
		}
		for _, count := range []uint32{0, 6, 7} {
			if err := try(t, s, use(count)); !fault.Is(err, fault.Denied) {
				t.Errorf("%d after 7: %v", count, err)
			}
		}
		if kept, err := s.PasskeyBy(t.Context(), "c1"); err != nil || kept.Count != 7 || kept.UsedAt.IsZero() {
			t.Errorf("%+v %v", kept, err)
		}
	})
}

func TestTheLastWayInCannotBeRemovedEvenByTwoAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dora := hire(t, s, "dora@x.example", staff.Owner)
		a, b := key(t, s, dora, "a", "x.example"), key(t, s, dora, "b", "x.example")
		key(t, s, dora, "old", "old.example") // works nowhere now
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, keyID := range []string{a.ID, b.ID} {
			wg.Go(func() {
				errs[i] = try(t, s, func(ctx context.Context, tx *store.Tx) error {
					return tx.RemovePasskey(ctx, tester, dora, keyID, "x.example")
				})
			})
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || !fault.Is(errs[0], fault.Conflict) && !fault.Is(errs[1], fault.Conflict) {
			t.Fatalf("%v, %v", errs[0], errs[1])
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.SetPassword(ctx, tester, dora, "$hash", "") })
		for _, k := range []store.Passkey{a, b} {
			err := try(t, s, func(ctx context.Context, tx *store.Tx) error {
				return tx.RemovePasskey(ctx, tester, dora, k.ID, "x.example")
			})
			if err != nil && !fault.Is(err, fault.NotFound) {
				t.Errorf("beside a password: %v", err)
			}
		}
		err := try(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.RemovePassword(ctx, tester, dora, "x.example")
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("the password, beside a passkey of another site: %v", err)
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.RemovePassword(ctx, tester, dora, "old.example")
		})
		if acc, err := s.Account(t.Context(), dora); err != nil || acc.PasswordHash != "" || acc.TOTPBox != "" {
			t.Errorf("%+v %v", acc, err)
		}
	})
}

func TestAQuestionIsAnsweredOnceInTimeAndByWhomItWasAsked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := clock.At(time.Now())
		s.Clock = at
		ask := func() (token string) {
			write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				token, err = tx.AskPasskey(ctx, store.CeremonyProve, "dora", []byte(`{"challenge":"x"}`))
				return err
			})
			return token
		}
		answer := func(kind store.CeremonyKind, staffID, token string) func(ctx context.Context, tx *store.Tx) error {
			return func(ctx context.Context, tx *store.Tx) error {
				kept, err := tx.AnswerPasskey(ctx, kind, staffID, token)
				if err == nil && string(kept) != `{"challenge":"x"}` {
					t.Errorf("kept %s", kept)
				}
				return err
			}
		}
		token := ask()
		if err := try(t, s, answer(store.CeremonySignIn, "dora", token)); !fault.Is(err, fault.Gone) {
			t.Errorf("for something else: %v", err)
		}
		if err := try(t, s, answer(store.CeremonyProve, "ansel", token)); !fault.Is(err, fault.Gone) {
			t.Errorf("by somebody else: %v", err)
		}
		if n := once(t, s, fault.Gone, answer(store.CeremonyProve, "dora", token)); n != 1 {
			t.Errorf("%d answers to one question", n)
		}
		token = ask()
		if kept, err := db.One(t.Context(), s.Query(), db.Value[string], "SELECT id_hash FROM staff_ceremony"); err != nil || kept == token {
			t.Errorf("the token itself is kept: %v", err)
		}
		at.Add(passkey.Lasts)
		if err := try(t, s, answer(store.CeremonyProve, "dora", token)); !fault.Is(err, fault.Gone) {
			t.Errorf("after five minutes: %v", err)
		}
		at.Add(time.Second)
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.PruneSessions(ctx) })
		if n, err := db.One(t.Context(), s.Query(), db.Value[int64], "SELECT COUNT(*) FROM staff_ceremony"); err != nil || n != 0 {
			t.Errorf("%d questions are left, %v", n, err)
		}
	})
}

func TestARecoveryCodeIsTypedAnyhowCountsOnceAndEndsWithNewOnes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dora, ansel := hire(t, s, "dora@x.example", staff.Owner), hire(t, s, "ansel@x.example", staff.Owner)
		codes := staff.NewRecoveryCodes()
		set := func(list []string) {
			write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.SetRecovery(ctx, tester, dora, list) })
		}
		use := func(staffID, code string) func(ctx context.Context, tx *store.Tx) error {
			return func(ctx context.Context, tx *store.Tx) error { return tx.UseRecovery(ctx, tester, staffID, code) }
		}
		set(codes)
		if err := try(t, s, use(ansel, codes[0])); !fault.Is(err, fault.Denied) {
			t.Errorf("by somebody else: %v", err)
		}
		typed := " " + strings.ToUpper(strings.ReplaceAll(codes[0], "-", " ")) + " "
		if n := once(t, s, fault.Denied, use(dora, typed)); n != 1 {
			t.Errorf("%d uses of one code", n)
		}
		if r, err := s.Recovery(t.Context(), dora); err != nil || r.Left != 9 || r.MadeAt.IsZero() {
			t.Errorf("%+v %v", r, err)
		}
		dump := storetest.Dump(t, s)
		for _, code := range codes {
			if strings.Contains(dump, code) || strings.Contains(dump, staff.PlainCode(code)) {
				t.Fatal("a code is kept in clear")
			}
		}
		set(staff.NewRecoveryCodes())
		if err := try(t, s, use(dora, codes[1])); !fault.Is(err, fault.Denied) {
			t.Errorf("an old code beside new ones: %v", err)
		}
		if r, err := s.Recovery(t.Context(), ansel); err != nil || r.Left != 0 || !r.MadeAt.IsZero() {
			t.Errorf("somebody without codes: %+v %v", r, err)
		}
	})
}

func TestOneSessionIsEndedByItsOwnerAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dora, ansel := hire(t, s, "dora@x.example", staff.Owner), hire(t, s, "ansel@x.example", staff.Owner)
		for range 2 {
			write(t, s, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.StartSession(ctx, dora, store.StageFull, store.From{How: "passkey", Browser: "Firefox"})
				return err
			})
		}
		list, err := s.Sessions(t.Context(), dora)
		if err != nil || len(list) != 2 || list[0].ID == list[1].ID || list[0].Browser != "Firefox" || list[0].How != "passkey" {
			t.Fatalf("%+v %v", list, err)
		}
		end := func(staffID string) error {
			return try(t, s, func(ctx context.Context, tx *store.Tx) error {
				return tx.EndOneSession(ctx, tester, staffID, list[0].ID)
			})
		}
		if err := end(ansel); !fault.Is(err, fault.NotFound) {
			t.Errorf("by somebody else: %v", err)
		}
		if err := end(dora); err != nil {
			t.Error(err)
		}
		if left, err := s.Sessions(t.Context(), dora); err != nil || len(left) != 1 || left[0].ID != list[1].ID {
			t.Errorf("%+v %v", left, err)
		}
	})
}
