package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/worker"
)

// Serve listens, calls ready with the address once requests are answered, and
// works until ctx ends; then it finishes what is under way.
func (a *App) Serve(ctx context.Context, ready func(base string) error) error {
	ln, err := a.Listen()
	if err != nil {
		return err
	}
	return a.ServeOn(ctx, ln, ready)
}

// Listen takes the address of the configuration; port 0 takes a free one.
func (a *App) Listen() (net.Listener, error) {
	host, _, err := net.SplitHostPort(a.Config.Addr)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "--addr must be HOST:PORT, such as localhost:8080")
	}
	ln, err := net.Listen("tcp", a.Config.Addr)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "%s can't be listened on; choose another with --addr", a.Config.Addr)
	}
	// Passkeys and cookies want a name: loopback is called localhost.
	if ip := net.ParseIP(host); host == "" || ip != nil && (ip.IsLoopback() || ip.IsUnspecified()) {
		host = "localhost"
	}
	a.base = fmt.Sprintf("http://%s", net.JoinHostPort(host, fmt.Sprint(ln.Addr().(*net.TCPAddr).Port)))
	return ln, nil
}

// ServeOn is Serve on a listener that Listen made.
func (a *App) ServeOn(ctx context.Context, ln net.Listener, ready func(base string) error) error {
	h, err := a.handler()
	if err != nil {
		ln.Close()
		return err
	}
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug),
	}
	work, stop := context.WithCancel(ctx)
	var busy sync.WaitGroup
	defer busy.Wait()
	defer stop()
	if err := a.startWork(work, &busy); err != nil {
		ln.Close()
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	if err := ready(a.base); err != nil {
		srv.Close()
		return err
	}
	select {
	case err := <-failed:
		return fault.Wrap(fault.Unavailable, err, "the server ended")
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := srv.Shutdown(end); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(fault.Internal, err, "the server did not stop well")
	}
	return nil
}

// startWork starts what runs beside the requests.
func (a *App) startWork(ctx context.Context, busy *sync.WaitGroup) error {
	from, err := a.Store.ChangeSeq(ctx)
	if err != nil {
		return err
	}
	if err := a.readOutlet(ctx); err != nil { // what changed before is not in the feed from here on
		return err
	}
	if err := a.reapplyErasures(ctx); err != nil {
		return err
	}
	if err := a.readAccounts(ctx); err != nil {
		return err
	}
	if err := a.startJobs(ctx); err != nil {
		return err
	}
	busy.Go(func() {
		if err := a.Store.Follow(ctx, from, a.changed); err != nil {
			slog.Error("changes can't be followed; pages may be old", "err", err)
		}
	})
	busy.Go(func() { a.Runner.Run(ctx) })
	busy.Go(func() { a.missed.Run(ctx, a.Store) })
	if a.Sandbox != nil {
		busy.Go(func() { a.Sandbox.Run(ctx) })
	}
	return nil
}

// startJobs catches up on what was due while nothing ran, and sets off the jobs
// that repeat themselves.
func (a *App) startJobs(ctx context.Context) error {
	if err := (&worker.Publisher{Store: a.Store, Newsroom: a.Newsroom}).CatchUp(ctx); err != nil {
		return err
	}
	if err := (&worker.Fronts{Store: a.Store}).CatchUp(ctx); err != nil {
		return err
	}
	return a.Store.Write(ctx, func(tx *store.Tx) error {
		for _, kind := range []string{job.Prune, job.Retain} {
			if err := tx.Enqueue(ctx, job.Job{Kind: kind, Key: kind}); err != nil {
				return err
			}
		}
		if err := tx.Enqueue(ctx, job.Rights()); err != nil {
			return err
		}
		return worker.StartFund(ctx, tx, a.Fund)
	})
}

// changed is called with the keys of every change, whoever made it.
func (a *App) changed(keys []string) {
	if slices.Contains(keys, "settings") {
		if err := a.readOutlet(context.Background()); err != nil {
			slog.Error("the settings can't be read again", "err", err)
		}
	}
	if slices.Contains(keys, store.BankKey) { // before pages are thrown away that depend on it
		if err := a.readAccounts(context.Background()); err != nil {
			slog.Error("the bank accounts can't be read again", "err", err)
		}
	}
	a.pages.Changed(keys)
	if slices.Contains(keys, "erasures") {
		if err := a.keepErasures(context.Background()); err != nil {
			slog.Error("the list of erased donors can't be kept", "err", err)
		}
	}
	if slices.Contains(keys, "jobs") {
		a.Runner.Poke()
	}
}
