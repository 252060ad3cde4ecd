// Package worker runs the jobs: the runner, and the body of each kind.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/store"
)

// Body does the work of one kind. It may be run twice, and must end soon after
// ctx does.
type Body func(ctx context.Context, w job.Work) error

// Runner claims jobs that are due and runs them, a few at a time.
type Runner struct {
	store  *store.Store
	owner  string
	bodies map[string]Body
	poke   chan struct{}
	slots  chan struct{}
	busy   sync.WaitGroup
}

const (
	lease   = 60 * time.Second
	longest = 30 * time.Second // the longest sleep between two looks
	respite = 5 * time.Second  // the sleep after a look that failed
)

// New makes a runner that does up to n jobs at once.
func New(s *store.Store, n int) *Runner {
	return &Runner{store: s, owner: id.New(), bodies: map[string]Body{}, poke: make(chan struct{}, 1), slots: make(chan struct{}, n)}
}

// Handle names the body of a kind; to be called before Run.
func (r *Runner) Handle(kind string, b Body) {
	if _, twice := r.bodies[kind]; twice {
		panic("worker: two bodies for " + kind)
	}
	r.bodies[kind] = b
}

// Poke lets the runner look at once; the change feed calls it for "jobs".
func (r *Runner) Poke() {
	select {
	case r.poke <- struct{}{}:
	default:
	}
}

// Run works until ctx ends, then waits for the jobs under way. A job that did
// not end by then is claimed again when its lease is over.
func (r *Runner) Run(ctx context.Context) {
	defer r.busy.Wait()
	for ctx.Err() == nil {
		n, err := r.round(ctx)
		switch {
		case n > 0:
		case err == nil:
			r.sleep(ctx, r.untilNext(ctx))
		case ctx.Err() == nil: // a full disk fails each time: it must not be asked, and the log not be written, without end
			slog.Error("jobs can't be claimed", "err", err)
			r.sleep(ctx, respite)
		}
	}
}

// Drain runs what is due now and returns when nothing due is left; for tests
// and for commands that want their work finished.
func (r *Runner) Drain(ctx context.Context) error {
	for ctx.Err() == nil {
		n, err := r.round(ctx)
		r.busy.Wait()
		if n > 0 {
			continue
		}
		if err != nil {
			return err
		}
		next, err := r.store.NextJob(ctx)
		if err != nil {
			return err
		}
		if next.IsZero() || next.After(r.store.Clock.Now()) {
			return nil
		}
	}
	return ctx.Err()
}

// untilNext is the time until a job is due, but at most longest.
func (r *Runner) untilNext(ctx context.Context) time.Duration {
	next, err := r.store.NextJob(ctx)
	if err != nil || next.IsZero() {
		return longest
	}
	return min(longest, max(next.Sub(r.store.Clock.Now()), 10*time.Millisecond))
}

func (r *Runner) sleep(ctx context.Context, wait time.Duration) {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-r.poke:
	}
}

// round claims what there are free slots for and starts it; it returns how many.
func (r *Runner) round(ctx context.Context) (int, error) {
	select { // wait for one free slot at least
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	free := 1
	for free < cap(r.slots) {
		select {
		case r.slots <- struct{}{}:
			free++
			continue
		default:
		}
		break
	}
	list, err := r.claim(ctx, free)
	for range free - len(list) {
		<-r.slots
	}
	for _, w := range list {
		r.busy.Add(1)
		go func() {
			defer r.busy.Done()
			defer func() { <-r.slots }()
			r.do(ctx, w)
		}()
	}
	return len(list), err
}

// claim looks before it writes, so that an idle newsroom writes nothing.
func (r *Runner) claim(ctx context.Context, n int) ([]job.Work, error) {
	next, err := r.store.NextJob(ctx)
	if err != nil || next.IsZero() || next.After(r.store.Clock.Now()) {
		return nil, err
	}
	return r.store.Claim(ctx, r.owner, lease, n)
}

func (r *Runner) do(ctx context.Context, w job.Work) {
	stop := r.keepLease(ctx, w)
	err := r.call(ctx, w)
	stop()
	if err != nil && ctx.Err() != nil {
		err = &Again{Reason: "stopped with the program: " + err.Error()}
	}
	// The outcome is recorded even while the program stops.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if e := r.record(end, w, err); e != nil {
		slog.Error("a job's outcome can't be recorded; it will run again", "kind", w.Kind, "id", w.ID, "err", e)
	}
}

func (r *Runner) call(ctx context.Context, w job.Work) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if w.Attempt > w.Max { // a failure on the last try would have been its end
		return fault.New(fault.Internal, "the program ended while it did this job, at the last of %d tries", w.Max)
	}
	body, ok := r.bodies[w.Kind]
	if !ok {
		return fault.New(fault.Internal, "this version of Masthead does not know the job %q", w.Kind)
	}
	return body(ctx, w)
}

func (r *Runner) record(ctx context.Context, w job.Work, err error) error {
	return r.store.Write(ctx, func(tx *store.Tx) error {
		if err == nil {
			return tx.FinishJob(ctx, w.ID, r.owner)
		}
		var again *Again
		if errors.As(err, &again) {
			w := w // fn may be run a second time
			w.Attempt--
			return tx.FailJob(ctx, w, r.owner, again.Reason, again.After)
		}
		slog.Warn("a job failed", "kind", w.Kind, "id", w.ID, "attempt", w.Attempt, "of", w.Max, "err", err)
		return tx.FailJob(ctx, w, r.owner, err.Error(), backOff(w.Attempt))
	})
}

// Again is returned by a body that is not done yet through nobody's fault; the
// job runs again after the pause and the try is not held against it.
type Again struct {
	After  time.Duration
	Reason string
}

// Error implements error.
func (a *Again) Error() string { return a.Reason }

// backOff doubles from 2 s to one hour.
func backOff(attempt int) time.Duration {
	return min(time.Hour, time.Second<<min(attempt, 12))
}

func (r *Runner) keepLease(ctx context.Context, w job.Work) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		t := time.NewTicker(lease / 3)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				err := r.store.Write(ctx, func(tx *store.Tx) error { return tx.RenewLease(ctx, w.ID, r.owner, lease) })
				if err != nil && ctx.Err() == nil {
					slog.Warn("a lease can't be renewed", "kind", w.Kind, "err", err)
				}
			}
		}
	}()
	return cancel
}
