package db

import (
	"context"
	"database/sql"
	"sync"
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
}

// flush is one for all who wait for it.
type flush struct {
	done chan struct{}
	err  error
}

func newFlusher(d *DB) *flusher { return &flusher{d: d, sync: d.syncedCommit} }

// before is called at the end of a transaction.
func (f *flusher) before(ctx context.Context, tx *sql.Tx) error {
	if f.d.share <= 1 {
		time.Sleep(f.d.delay)
		return nil
	}
	_, err := tx.ExecContext(ctx, "SET LOCAL synchronous_commit TO off")
	return translate(err)
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
// came meanwhile, so that nobody works longer than for himself.
func (f *flusher) run() {
	f.mu.Lock()
	now := f.next
	f.next = nil
	f.mu.Unlock()
	now.err = f.sync()
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
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return unsure(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "SELECT pg_logical_emit_message(true, 'masthead', '')"); err != nil {
		return unsure(err)
	}
	time.Sleep(d.delay)
	return unsure(tx.Commit())
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
