package db

import (
	"sync"
	"time"
)

// Together serves callers of the same moment at once: while some are served,
// those who come wait, and then they are served together. It is for work that
// costs less for many than for each, where sharing a commit alone is not enough.
type Together[T any] struct {
	d       *DB
	serve   func([]T)
	batches int // at most, under way at a time

	mu      sync.Mutex
	waiting []caller[T]
	open    int           // batches under way
	inside  int           // callers in them
	last    int           // how many the last one served
	took    time.Duration // and how long that took
	came    chan struct{} // somebody came
}

type caller[T any] struct {
	item T
	done chan struct{}
}

// NewTogether makes one for callers of a database. serve gets one item or more,
// at most as many as may share a commit. On PostgreSQL it runs three times at a
// time, so that one batch works here while another one's statements run there and
// a third waits for the disk (measured with a flush of 1 ms more: 2,070 gifts a
// second by two, 2,270 by three); SQLite has one writer, for whom larger batches
// are better.
func NewTogether[T any](d *DB, serve func([]T)) *Together[T] {
	return &Together[T]{d: d, serve: serve, batches: map[Engine]int{SQLite: 1, Postgres: 3}[d.engine], came: make(chan struct{}, 1)}
}

// Do returns when the item was served.
func (t *Together[T]) Do(item T) {
	if t.d.share <= 1 {
		t.serve([]T{item})
		return
	}
	c := caller[T]{item, make(chan struct{})}
	t.mu.Lock()
	t.waiting = append(t.waiting, c)
	if t.open < t.batches {
		t.open++
		go t.run()
	}
	t.mu.Unlock()
	select {
	case t.came <- struct{}{}:
	default:
	}
	<-c.done
}

// run serves batches until nobody waits.
func (t *Together[T]) run() {
	for {
		t.gather()
		batch := t.take()
		if len(batch) == 0 {
			return
		}
		items := make([]T, len(batch))
		for i, c := range batch {
			items[i] = c.item
		}
		began := time.Now()
		t.serve(items)
		t.mu.Lock()
		t.inside -= len(batch)
		t.took = time.Since(began)
		t.mu.Unlock()
		for _, c := range batch {
			close(c.done)
		}
	}
}

// gather waits for as many as were served the last time: they are likely to be
// back in a moment, and without them the first one would be served alone. It
// waits for half the time at most that the last batch took.
func (t *Together[T]) gather() {
	t.mu.Lock()
	late := time.After(halfOf(t.took))
	for len(t.waiting) < t.last {
		t.mu.Unlock()
		select {
		case <-t.came:
		case <-late:
			t.mu.Lock()
			t.last = 0
			continue
		}
		t.mu.Lock()
	}
	t.mu.Unlock()
}

// take returns those of the next batch: its share of all who are here, so that
// batches that run at a time are of one size. Where nobody waits it ends one.
func (t *Together[T]) take() []caller[T] {
	t.mu.Lock()
	defer t.mu.Unlock()
	here := len(t.waiting) + t.inside
	n := min(len(t.waiting), t.d.share, (here+t.batches-1)/t.batches)
	batch := t.waiting[:n:n]
	t.waiting = append([]caller[T](nil), t.waiting[n:]...)
	t.inside += n
	t.last = n
	if n == 0 {
		t.open--
	}
	return batch
}
