package db

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// flusher lets PostgreSQL's writers share the cost of durability. Each commits
// without waiting for the disk (synchronous_commit off, for that transaction
// alone), so that it holds its locks, the head of the books among them, no longer than its statements take.
// Then it waits here until a commit that does wait has been made after its own:
// the log is one row of records, and flushing it up to that one flushes all that
// came before (PostgreSQL manual, 30.4, "Asynchronous Commit"). Who acts on what
// he wrote does so after Write has returned, and then it is durable; somebody
// else may see it a moment earlier.
type flusher struct {
	d    *DB
	sync func() error // makes a commit that waits for the disk
	mu   sync.Mutex
	next *flush // those who came since the flush under way began; nil for none
	busy bool   // a flush is under way

	coming atomic.Int32  // writers that are in their transactions
	took   time.Duration // how long the last flush took; of run's
}

// flush is one for all who wait for it.
type flush struct {
	done chan struct{}
	err  error
}

func newFlusher(d *DB) *flusher { return &flusher{d: d, sync: d.syncedCommit} }

// before is called at the end of a transaction.
func (f *flusher) before(ctx context.Context, p *pipe) error {
	if f.d.share > 1 {
		p.queue.Queue("SET LOCAL synchronous_commit TO off")
		return nil
	}
	if f.d.delay > 0 {
		if err := p.send(ctx); err != nil {
			return translate(err)
		}
		time.Sleep(f.d.delay)
	}
	return nil
}

// wait returns when what this caller has committed is durable. The first who
// finds nobody at it flushes for all that wait by then.
func (f *flusher) wait() error {
	if f.d.share <= 1 {
		return nil
	}
	f.mu.Lock()
	if f.next == nil {
		f.next = &flush{done: make(chan struct{})}
	}
	mine := f.next
	if f.busy {
		f.mu.Unlock()
		<-mine.done
		return mine.err
	}
	f.busy = true
	f.mu.Unlock()
	f.run()
	<-mine.done
	return mine.err
}

// run flushes for those who wait, and hands over to another goroutine those who
// came meanwhile, so that nobody works longer than for himself. While others are
// about to come it waits for them, for half the time at most that a flush takes.
func (f *flusher) run() {
	if f.coming.Load() > 0 {
		time.Sleep(halfOf(f.took))
	}
	f.mu.Lock()
	now := f.next
	f.next = nil
	f.mu.Unlock()
	began := time.Now()
	now.err = f.sync()
	f.took = time.Since(began)
	close(now.done)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next == nil {
		f.busy = false
		return
	}
	go f.run()
}

// syncedCommit makes a commit that waits for the disk, as the server is set. It
// writes a record of its own, which nobody reads: a commit of nothing would not
// wait. A caller's time may be up, the others' is not: no caller's context ends
// it.
func (d *DB) syncedCommit() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	time.Sleep(d.delay)
	_, err := d.write.ExecContext(ctx, "SELECT pg_logical_emit_message(true, $1, '')", "masthead") // with an argument pgx keeps it prepared
	return unsure(err)
}

// unsure is the answer where nobody knows whether a commit has reached the disk,
// as where a connection breaks while it commits: everything that writes may be
// done again.
func unsure(err error) error {
	if err == nil {
		return nil
	}
	return fault.Wrap(fault.Unavailable, err, "the database does not answer; look whether this was kept, and try again")
}
