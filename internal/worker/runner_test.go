package worker_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/worker"
)

func openRunner(t *testing.T, j job.Job) (*store.Store, *worker.Runner) {
	t.Helper()
	s := storetest.Open(t, storetest.SQLite(t))
	if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.Enqueue(t.Context(), j) }); err != nil {
		t.Fatal(err)
	}
	return s, worker.New(s, 2)
}

// onlyJob returns the one job that is not done.
func onlyJob(t *testing.T, s *store.Store) store.JobRow {
	t.Helper()
	list, err := s.Jobs(t.Context(), 10)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	return list[0]
}

func TestATryThatWasNobodysFaultIsNotHeldAgainstTheJob(t *testing.T) {
	s, run := openRunner(t, job.Job{Kind: "a", Attempts: 3})
	now := clock.At(time.Now())
	s.Clock = now
	round := 0
	run.Handle("a", func(context.Context, job.Work) error {
		if round++; round <= 5 {
			return &worker.Again{After: time.Minute, Reason: "not yet"}
		}
		return errors.New("no luck")
	})
	for range 6 {
		if err := run.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		now.Add(time.Minute)
	}
	if j := onlyJob(t, s); j.State != job.Ready || j.Attempts != 1 {
		t.Errorf("after five pauses and one failure of three: %+v", j)
	}
}

func TestAJobThatIsStoppedWithTheProgramRunsAtOnceAfterwards(t *testing.T) {
	s, run := openRunner(t, job.Job{Kind: "a", Attempts: 1})
	ctx, stop := context.WithCancel(t.Context())
	run.Handle("a", func(ctx context.Context, _ job.Work) error {
		stop()
		<-ctx.Done()
		return ctx.Err()
	})
	run.Run(ctx)
	if j := onlyJob(t, s); j.State != job.Ready || j.Attempts != 0 || j.RunAt.After(time.Now()) {
		t.Errorf("the stopped job: %+v", j)
	}
}

func TestAJobThatTakesItsProcessAlongIsGivenUp(t *testing.T) {
	s, run := openRunner(t, job.Job{Kind: "a", Attempts: 2})
	run.Handle("a", func(context.Context, job.Work) error {
		t.Error("it ran once more")
		return nil
	})
	for range 2 { // as processes that never told what became of it
		if got, err := s.Claim(t.Context(), "dead one", 0, 1); err != nil || len(got) != 1 {
			t.Fatal(got, err)
		}
	}
	if err := run.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if j := onlyJob(t, s); j.State != job.Dead || j.LastError == "" {
		t.Errorf("%+v", j)
	}
}

func TestARunnerThatCannotClaimWaitsAndDoesNotFloodTheLog(t *testing.T) {
	s, run := openRunner(t, job.Job{Kind: "a"})
	if _, err := s.Raw().Exec("CREATE TRIGGER full BEFORE UPDATE ON job BEGIN SELECT RAISE(FAIL, 'the disk is full'); END"); err != nil {
		t.Fatal(err)
	}
	log := logged(t)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	run.Run(ctx)
	if n := strings.Count(log(), "can't be claimed"); n != 1 {
		t.Errorf("the failure is logged %d times within 200 ms", n)
	}
	if err := run.Drain(t.Context()); err == nil {
		t.Error("draining did not tell that nothing can be claimed")
	}
}

// logged catches what is logged until the test ends.
func logged(t *testing.T) func() string {
	var text locked
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&text, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return text.String
}

type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
