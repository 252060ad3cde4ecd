package db

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// serving lets callers come again and again, not all at once, to batches that take
// a millisecond. It returns the sizes of the batches, how many were under way at a
// time, and how long it took.
func serving(engine Engine, callers, each int) (sizes []int, atOnce int64, took time.Duration) {
	var mu sync.Mutex
	var now, most atomic.Int64
	t := NewTogether(&DB{engine: engine, share: atMost}, func(list []int) {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		mu.Lock()
		sizes = append(sizes, len(list))
		mu.Unlock()
		time.Sleep(time.Millisecond)
		now.Add(-1)
	})
	var wait sync.WaitGroup
	began := time.Now()
	for i := range callers {
		wait.Go(func() {
			for range each {
				time.Sleep(time.Duration(i) * 10 * time.Microsecond)
				t.Do(i)
			}
		})
	}
	wait.Wait()
	took = time.Since(began)
	time.Sleep(time.Second) // until nobody looks for callers any more
	return sizes, most.Load(), took
}

func TestCallersOfTheSameMomentAreServedTogether(t *testing.T) {
	for engine, want := range map[Engine]struct {
		batches int
		atOnce  int64
	}{SQLite: {35, 1}, Postgres: {110, 3}} {
		synctest.Test(t, func(t *testing.T) {
			sizes, atOnce, _ := serving(engine, 16, 20)
			sum := 0
			for _, n := range sizes {
				sum += n
			}
			if sum != 320 || atOnce != want.atOnce || len(sizes) > want.batches {
				t.Errorf("%s: %d callers in %d batches %v, %d at a time", engine, sum, len(sizes), sizes, atOnce)
			}
		})
	}
}

func TestACallerWhoIsAloneDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if sizes, _, took := serving(Postgres, 1, 5); !slices.Equal(sizes, []int{1, 1, 1, 1, 1}) || took != 5*time.Millisecond {
			t.Errorf("served in %v, after %v", sizes, took)
		}
	})
}

func TestWhoIsLeftAloneWaitsForTheOthersOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := NewTogether(&DB{engine: SQLite, share: atMost}, func([]int) { time.Sleep(time.Millisecond) })
		x.last, x.took = 8, time.Millisecond
		for i, want := range []time.Duration{1500 * time.Microsecond, time.Millisecond} {
			began := time.Now()
			if x.Do(i); time.Since(began) != want {
				t.Errorf("%d: it took %v, want %v", i, time.Since(began), want)
			}
		}
		time.Sleep(time.Second)
	})
}

func TestWhereNobodySharesEachIsServedByItself(t *testing.T) {
	x := NewTogether(&DB{engine: SQLite, share: 1}, func(list []int) {
		if len(list) != 1 {
			t.Errorf("%d were served together", len(list))
		}
	})
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() { x.Do(i) })
	}
	wait.Wait()
}
