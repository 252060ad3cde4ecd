package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/store"
)

// started opens a newsroom on a folder and does what serving begins with.
func started(t *testing.T, dir string, then func(a *App)) error {
	t.Helper()
	a, err := Open(t.Context(), Config{Addr: "localhost:0", Data: dir, Database: filepath.Join(dir, "masthead.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	ctx, stop := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	defer busy.Wait()
	defer stop()
	if err := a.startWork(ctx, &busy); err != nil {
		return err
	}
	then(a)
	return nil
}

func TestWhoWasErasedStaysErasedAfterTheRestoreOfAnOlderBackup(t *testing.T) {
	dir := t.TempDir()
	list := filepath.Join(dir, ErasedFile)
	exec := func(a *App, query string) {
		if _, err := a.Store.Raw().Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now().UnixMilli() // whoever came long ago and never gave would go by the rules of retention
	insert := fmt.Sprintf("INSERT INTO donor (id, email, name, created_at) VALUES ('d1', 'ada@quill.example', 'Ada', %d), ('d2', 'bob@zweig.example', 'Bob', %[1]d)", now)
	if err := started(t, dir, func(a *App) {
		exec(a, insert)
		err := a.Store.Write(t.Context(), func(tx *store.Tx) error { return tx.EraseDonor(t.Context(), store.System, "d1") })
		if err != nil {
			t.Fatal(err)
		}
		a.changed([]string{"erasures"}) // as the feed of changes does
	}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(list)
	if err != nil || !strings.HasSuffix(string(text), " d1\n") || strings.Contains(string(text), "ada") {
		t.Fatalf("the list is %q, %v", text, err)
	}
	for _, f := range []string{"masthead.db", "masthead.db-wal", "masthead.db-shm"} { // a backup from before comes back
		os.Remove(filepath.Join(dir, f))
	}
	os.Remove(filepath.Join(dir, store.KeyFile))
	os.Rename(list, list+".kept")
	if err := started(t, dir, func(a *App) { exec(a, insert) }); err != nil {
		t.Fatal(err)
	}
	os.Rename(list+".kept", list)
	if err := started(t, dir, func(a *App) {
		if _, err := a.Store.Donor(t.Context(), "d1"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the erased donor is back: %v", err)
		}
		if _, err := a.Store.Donor(t.Context(), "d2"); err != nil {
			t.Errorf("another donor: %v", err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(list, []byte("yesterday somebody\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := started(t, dir, func(*App) { t.Error("it serves") }); !fault.Is(err, fault.Invalid) {
		t.Errorf("with a damaged list: %v", err)
	}
}
