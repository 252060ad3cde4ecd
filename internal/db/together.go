package db

import (
	"sync"
	"time"
)

// Together serves callers that come at the same moment at once: while some are
// served, those who come wait, and then they are served together. It is for work
// that costs less for many than for each, where sharing a commit alone (Write) is
// not enough.
type Together[T any] struct {
	d       *DB
	serve   func([]T)
	mu      sync.Mutex
	waiting []caller[T]
	serving int // batches under way
	last    int // how many were served at once the last time
	came    chan struct{}
}

type caller[T any] struct {
	item T
	done chan struct{}
}

// NewTogether makes one for callers of a database. serve gets one item or more,
// at most as many as may share a commit; it may run twice at the same time.
func NewTogether[T any](d *DB, serve func([]T)) *Together[T] {
	return &Together[T]{d: d, serve: serve, came: make(chan struct{}, 1)}
}

// batchesAtOnce is how many batches are under way at a time: while one waits for
// the disk the next one works.
const batchesAtOnce = 2

// Do returns when the item was served.
func (t *Together[T]) Do(item T) {
	if t.d.share <= 1 {
		t.serve([]T{item})
		return
	}
	c := caller[T]{item, make(chan struct{})}
	t.mu.Lock()
	t.waiting = append(t.waiting, c)
	if t.serving < batchesAtOnce {
		t.serving++
		go t.run()
	}
	t.mu.Unlock()
	<-c.done
}

// run serves batches until nobody waits.
func (t *Together[T]) run() {
	for {
		batch := t.take()
		if len(batch) == 0 {
			return
		}
		items := make([]T, len(batch))
		for i, c := range batch {
			items[i] = c.item
		}
		t.serve(items)
		for _, c := range batch {
			close(c.done)
		}
	}
}

// take returns those who wait; nobody ends the one who asks.
func (t *Together[T]) take() []caller[T] {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := min(len(t.waiting), t.d.share)
	batch := t.waiting[:n:n]
	t.waiting = append([]caller[T](nil), t.waiting[n:]...)
	if n == 0 {
		t.serving--
	}
	return batch
}

var _ = time.Now
