package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/retention"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func enqueue(t *testing.T, s *store.Store, j job.Job) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.Enqueue(t.Context(), j) }); err != nil {
		t.Fatal(err)
	}
}

func claimed(t *testing.T, s *store.Store, n int) []job.Work {
	t.Helper()
	got, err := s.Claim(t.Context(), "me", time.Minute, n)
	if err != nil {
		t.Error(err)
	}
	return got
}

// Two transactions ask for the same work at once. It must be done after the
// second one's end, since what that one wrote is what the work is about.
func TestWorkThatTwoAskForAtOnceIsDoneAfterBoth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if s.Engine() == db.SQLite {
			t.Skip("transactions come one after the other")
		}
		ctx := t.Context()
		first, second := make(chan struct{}), make(chan struct{})
		between := make(chan struct{})
		var wg sync.WaitGroup
		ask := func(payload int, asked chan<- struct{}, end <-chan struct{}) {
			err := s.Write(ctx, func(tx *store.Tx) error {
				if err := tx.Enqueue(ctx, job.Job{Kind: "a", Key: "same", Payload: payload}); err != nil {
					return err
				}
				if _, err := db.One(ctx, tx, db.Value[int64], "SELECT 1"); err != nil { // what was asked for goes to the server with it
					return err
				}
				close(asked)
				<-end
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
		firstEnds := make(chan struct{})
		wg.Go(func() { ask(1, first, firstEnds) })
		<-first
		wg.Go(func() { ask(2, second, between) })
		waitForLock(t, s)
		close(firstEnds)
		<-second
		early := claimed(t, s, 5)
		close(between)
		wg.Wait()
		late := claimed(t, s, 5)
		if len(late) != 1 || string(late[0].Payload) != "2" {
			t.Errorf("before the second one's end %d jobs were taken, after it %+v", len(early), late)
		}
	})
}

// waitForLock waits until a transaction waits for another one.
func waitForLock(t *testing.T, s *store.Store) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		n, err := db.One(ctx, s.Query(), db.Value[int64], "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			return
		}
	}
}

func TestAJobThatGaveWayToItsTwinIsForgottenLikeOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		enqueue(t, s, job.Job{Kind: "a", Key: "same"})
		w := claimed(t, s, 1)[0]
		enqueue(t, s, job.Job{Kind: "a", Key: "same"})
		err := s.Write(ctx, func(tx *store.Tx) error {
			return tx.FailJob(ctx, w, "me", "no luck", 0)
		})
		s.Clock = still{time.Now().AddDate(0, 0, 8)}
		if err := s.Retain(ctx); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Removals(ctx, 9); err != nil || len(got) != 1 || got[0].Kind != retention.Finished || got[0].N != 1 {
			t.Errorf("forgotten: %+v %v", got, err)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestALeaseHasEndedAtItsLastInstant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.UnixMilli(1_700_000_000_000)
		s.Clock = still{now}
		enqueue(t, s, job.Job{Kind: "a"})
		if got, err := s.Claim(t.Context(), "dead one", 0, 1); err != nil || len(got) != 1 {
			t.Fatal(got, err)
		}
		due, err := s.NextJob(t.Context())
		if err != nil || !due.Equal(now) {
			t.Fatal(due, err)
		}
		if got := claimed(t, s, 1); len(got) != 1 {
			t.Error("the job is due now, but is not given out now")
		}
	})
}

// still is a clock that stands.
type still struct{ at time.Time }

func (c still) Now() time.Time { return c.at }

// PostgreSQL may think that the table still has the one row that it had when it
// last looked, and join in a way that asks for the due jobs again and again.
func TestNoMoreJobsAreGivenOutThanWereAskedFor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		enqueue(t, s, job.Job{Kind: "a"})
		if _, err := s.Raw().Exec("ANALYZE job"); err != nil {
			t.Fatal(err)
		}
		for range 30 {
			enqueue(t, s, job.Job{Kind: "a"})
		}
		if got := claimed(t, s, 3); len(got) != 3 {
			t.Errorf("%d jobs were given out, 3 were asked for", len(got))
		}
	})
}
