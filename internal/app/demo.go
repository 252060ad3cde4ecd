package app

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/demo"
	"masthead.dev/masthead/internal/store"
)

// Demo is a complete newsroom with sample content.
type Demo struct {
	Addr, Data, Database string
	Seed                 uint64
	At                   time.Time // zero is now
}

// Addresses are where a demo can be visited.
type Addresses struct{ Site, Desk, Mailbox string }

// Run plants the newsroom where it is not there yet, and serves it until ctx ends.
func (d Demo) Run(ctx context.Context, ready func(Addresses)) error {
	now := clock.Clock(clock.Wall{})
	if !d.At.IsZero() {
		moved := &clock.Shifted{Base: clock.Wall{}}
		moved.Set(time.Until(d.At))
		now = moved
	}
	paper, err := demo.Load()
	if err != nil {
		return err
	}
	cfg := Config{Addr: d.Addr, Data: d.Data, Database: d.Database, Sandbox: true, Clock: now, SandboxStart: paper.Start(now.Now()).Add(9*time.Hour + 17*time.Minute)}
	if cfg.Database == "" {
		cfg.Database = d.Data + "/masthead.db"
	}
	a, err := Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	ln, err := a.Listen()
	if err != nil {
		return err
	}
	if err := a.plant(ctx, paper, d.Seed); err != nil {
		ln.Close()
		return err
	}
	return a.ServeOn(ctx, ln, func(base string) error {
		link, err := a.signIn(ctx)
		if err != nil {
			return err
		}
		ready(Addresses{Site: base, Desk: link, Mailbox: base + "/desk/mailbox"})
		return nil
	})
}

func (a *App) plant(ctx context.Context, paper *demo.Content, seed uint64) error {
	there, err := a.Store.HasOutlet(ctx)
	if err != nil {
		return err
	}
	if there {
		return a.readdress(ctx)
	}
	quick := *a.Fund // a history is not typed by hand, and its calls are as old as it is
	quick.MinAge, quick.Wall = 0, a.Money
	sower := demo.Sower{
		Paper: paper, Store: a.Store, Secrets: a.Secrets, Archive: a.Archive, Fund: &quick, Sandbox: a.Sandbox, Money: a.Money, At: a.Clock.Now(), Seed: seed,
		BaseURL: a.base, Finish: a.Runner.Drain,
	}
	a.quiet = true
	defer func() { a.quiet = false }()
	if err := sower.Sow(ctx); err != nil {
		return err
	}
	return a.readOutlet(ctx)
}

// readdress tells a kept demo where it is reached this time, unless the desk has
// given it an address of its own.
func (a *App) readdress(ctx context.Context) error {
	o := *a.outlet.Load()
	if o.BaseURL == a.base || !strings.HasPrefix(o.BaseURL, "http://localhost:") {
		return nil
	}
	o.BaseURL = a.base
	if err := a.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutOutlet(ctx, store.System, o) }); err != nil {
		return err
	}
	return a.readOutlet(ctx)
}

// signIn makes a fresh one-time link for the demo's editor.
func (a *App) signIn(ctx context.Context) (string, error) {
	editor, err := a.Store.AccountByEmail(ctx, demo.Editor)
	if err != nil {
		return "", err
	}
	return a.link(ctx, store.LinkSignIn, editor.ID)
}
