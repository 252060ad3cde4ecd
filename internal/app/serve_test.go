package app

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"masthead.dev/masthead/internal/store"
)

func TestSettingsThatAnotherProcessMadeBeforeServingBeganAreInForce(t *testing.T) {
	dir := t.TempDir()
	cfg := Config{Addr: "localhost:0", Data: dir, Database: filepath.Join(dir, "masthead.db")}
	a, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	other, err := store.Open(t.Context(), cfg.Database)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	o := *a.outlet.Load()
	o.Name = "The Pell Lantern"
	if err := other.Write(t.Context(), func(tx *store.Tx) error { return tx.PutOutlet(t.Context(), store.System, o) }); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	defer busy.Wait()
	defer stop()
	if err := a.startWork(ctx, &busy); err != nil {
		t.Fatal(err)
	}
	if name := a.outlet.Load().Name; name != o.Name {
		t.Errorf("the newsroom is called %q", name)
	}
}
