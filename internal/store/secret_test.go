package store_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestASecretIsSealedAndComesBackWithTheSameKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dir := t.TempDir()
		sec := openSecrets(t, s, dir)
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return sec.Put(ctx, tx, tester, "mail.password", "hunter2 hunter2")
		})
		if info, err := os.Stat(filepath.Join(dir, store.KeyFile)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the key file: %v %v", info, err)
		}
		again := openSecrets(t, s, dir)
		if text, err := again.Get(t.Context(), "mail.password"); err != nil || text != "hunter2 hunter2" {
			t.Errorf("%q %v", text, err)
		}
		boxes, err := db.Rows(t.Context(), s.Query(), db.Value[string], "SELECT box FROM secret")
		if err != nil || len(boxes) != 2 || strings.Contains(strings.Join(boxes, ""), "hunter2") {
			t.Errorf("kept: %v %v", boxes, err)
		}
		log, err := s.AuditLog(t.Context(), store.AuditQuery{Limit: 5})
		if err != nil || len(log) != 1 || strings.Contains(db.JSON(log), "hunter2") {
			t.Errorf("logged: %+v %v", log, err)
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return sec.Put(ctx, tx, tester, "mail.password", "") })
		if text, err := sec.Get(t.Context(), "mail.password"); err != nil || text != "" {
			t.Errorf("a removed secret: %q %v", text, err)
		}
	})
}

func openSecrets(t *testing.T, s *store.Store, dir string) *store.Secrets {
	t.Helper()
	sec, err := store.OpenSecrets(t.Context(), s, dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return sec
}

func TestWithoutItsKeyASealedDatabaseIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dir := t.TempDir()
		openSecrets(t, s, dir)
		right, err := os.ReadFile(filepath.Join(dir, store.KeyFile))
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct{ dir, given string }{
			"missing":   {t.TempDir(), ""},
			"another":   {dir, strings.Repeat("ab", 32)},
			"malformed": {dir, "short"},
			"nowhere":   {"", ""},
		} {
			_, err := store.OpenSecrets(t.Context(), s, c.dir, c.given)
			if err == nil || fault.Say(err) == "" || strings.Contains(fault.Say(err), "\n") {
				t.Errorf("%s: %v", name, err)
			}
			if name == "missing" || name == "another" {
				if !fault.Is(err, fault.Denied) || !strings.Contains(fault.Say(err), "secret.key") {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		if _, err := store.OpenSecrets(t.Context(), s, "", string(right)); err != nil {
			t.Errorf("the right key from the environment: %v", err)
		}
	})
}

func TestASealedValueCannotBeAlteredOrPutInAnothersPlace(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	sec := openSecrets(t, s, t.TempDir())
	box := sec.Seal("stripe.key", "sk_live")
	if text, err := sec.Open("stripe.key", box); err != nil || text != "sk_live" {
		t.Fatalf("%q %v", text, err)
	}
	if box == sec.Seal("stripe.key", "sk_live") {
		t.Error("two boxes of the same text are equal")
	}
	middle := len(box) / 2
	flipped := box[:middle] + string(box[middle]^1) + box[middle+1:]
	for name, try := range map[string][2]string{
		"another name": {"paypal.key", box}, "altered": {"stripe.key", flipped}, "cut": {"stripe.key", box[:10]}, "empty": {"stripe.key", ""},
	} {
		if text, err := sec.Open(try[0], try[1]); err == nil {
			t.Errorf("%s: opened as %q", name, text)
		}
	}
	if string(sec.Derive("a")) == string(sec.Derive("b")) || len(sec.Derive("a")) != 32 {
		t.Error("derived keys are alike")
	}
}

// Two machines with data folders of their own meet at one new database: only one
// key can be that of its secrets, and who has another must not go on sealing.
func TestOfTwoKeysThatMeetAtANewDatabaseOneIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var wg sync.WaitGroup
		var opened atomic.Int32
		for range 8 {
			dir := t.TempDir()
			wg.Go(func() {
				_, err := store.OpenSecrets(t.Context(), s, dir, "")
				if err == nil {
					opened.Add(1)
				} else if !fault.Is(err, fault.Denied) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := opened.Load(); n != 1 {
			t.Errorf("%d keys were taken for the one", n)
		}
	})
}
