package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// Tx is one write transaction, or one savepoint of a commit that several share.
type Tx struct {
	Querier
	engine Engine
	keys   []string
}

// Engine tells which of the two databases this is.
func (tx *Tx) Engine() Engine { return tx.engine }

// Touch notes that what key stands for looks different after this commit.
func (tx *Tx) Touch(keys ...string) {
next:
	for _, k := range keys {
		for _, have := range tx.keys {
			if have == k {
				continue next
			}
		}
		tx.keys = append(tx.keys, k)
	}
}

// Write runs fn in one transaction: all of it happens or nothing, and it is
// durable when Write returns. Callers of this process that wait at the same
// moment share what durability costs: on SQLite one commit, each as a savepoint
// of it; on PostgreSQL one flush of the log (see flusher). fn must do no I/O but
// SQL, must stop at the first error (PostgreSQL refuses what comes after one),
// must not call Write again, and may be run a second time: where PostgreSQL found
// two writers in each other's way, or where on SQLite another one's failure took
// the commit down.
func (d *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if d.group != nil {
		return d.group.do(ctx, fn)
	}
	var err error
	d.flush.coming.Add(1)
	for range mostTries {
		if err = d.writeOnce(ctx, fn); !contended(err) {
			break
		}
	}
	d.flush.coming.Add(-1)
	if err != nil {
		return err
	}
	return d.flush.wait()
}

// writeOnce commits without waiting for the disk; the caller waits afterwards.
func (d *DB) writeOnce(ctx context.Context, fn func(tx *Tx) error) error {
	p, err := d.begin(ctx)
	if err != nil {
		return err
	}
	defer p.end()
	keys, err := d.run(p, fn)
	if err != nil {
		return p.cause(err)
	}
	if err := d.finish(ctx, p, keys); err != nil {
		return p.cause(err)
	}
	if p.idle() {
		return nil
	}
	if err := d.flush.before(ctx, p); err != nil {
		return err
	}
	if err := p.commit(ctx); err != nil {
		return err
	}
	d.committed()
	return nil
}

// run calls fn and returns the keys that it touched; a panic becomes an error,
// so that one caller's defect does not take down those who share its commit.
func (d *DB) run(q Querier, fn func(tx *Tx) error) (keys []string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &fault.Error{Kind: fault.Internal, Err: fmt.Errorf("panic in a transaction: %v\n%s", p, debug.Stack())}
		}
	}()
	tx := &Tx{Querier: q, engine: d.engine}
	if err := fn(tx); err != nil {
		return nil, translate(err)
	}
	return tx.keys, nil
}

// finish does what is done before each commit, once for all who share it.
func (d *DB) finish(ctx context.Context, q Querier, keys []string) error {
	if d.hook == nil || len(keys) == 0 {
		return nil
	}
	tx := &Tx{Querier: q, engine: d.engine}
	tx.Touch(keys...)
	return translate(d.hook(ctx, tx, tx.keys))
}

// group commits the work of several callers at once.
type group struct {
	last int           // how many shared the last commit
	took time.Duration // how long the disk took for it
	d    *DB
	kept prepared
	in   chan *call
	quit chan struct{}
	done chan struct{}
	once sync.Once
}

type call struct {
	ctx  context.Context
	fn   func(tx *Tx) error
	keys []string
	err  error
	out  chan error
}

// mostTries is how often fn is run that finds itself in another writer's way.
const mostTries = 4

// atMost callers share a commit: enough to spread the cost of an fsync, few
// enough that nobody waits 50 ms.
const atMost = 32

// Tune is for benchmarks: so many callers share what durability costs at most
// (1 is none), and that costs so much longer, as on a slower disk.
func (d *DB) Tune(share int, delay time.Duration) { d.share, d.delay = share, delay }

func startGroup(d *DB) *group {
	g := &group{d: d, in: make(chan *call), quit: make(chan struct{}), done: make(chan struct{}),
		kept: prepared{stmts: map[string]*sql.Stmt{}, seen: map[string]int{}}}
	go g.loop()
	return g
}

var errClosed = fault.New(fault.Unavailable, "the database is closed")

func (g *group) do(ctx context.Context, fn func(tx *Tx) error) error {
	c := &call{ctx: ctx, fn: fn, out: make(chan error, 1)}
	select {
	case g.in <- c:
		return <-c.out
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, ctx.Err(), "the database is busy; try again")
	case <-g.quit:
		return errClosed
	}
}

func (g *group) stop() {
	g.once.Do(func() { close(g.quit) })
	<-g.done
}

func (g *group) loop() {
	defer close(g.done)
	defer g.kept.close()
	for {
		select {
		case <-g.quit:
			return
		case first := <-g.in:
			g.commit(g.gather(first))
		}
	}
}

// gather takes those who wait. Those who shared the last commit are likely to be
// back in a moment; committing for the first of them alone would let all others
// wait for the disk twice, so it waits for as many as they were, for half the
// time at most that the disk takes.
func (g *group) gather(first *call) []*call {
	batch, late := []*call{first}, time.After(halfOf(g.took))
	for len(batch) < g.d.share {
		c := g.another(late, len(batch) < g.last)
		if c == nil {
			break
		}
		batch = append(batch, c)
	}
	g.last = len(batch)
	return batch
}

// another is a caller who waits already or, where there is one to wait for, who
// is not late; nil for none.
func (g *group) another(late <-chan time.Time, wait bool) *call {
	select {
	case c := <-g.in:
		return c
	default:
	}
	if !wait {
		return nil
	}
	select {
	case c := <-g.in:
		return c
	case <-late:
		return nil
	}
}

// halfOf what the disk took is the time that a commit waits for others; a disk
// that was stuck once must not make it long.
func halfOf(took time.Duration) time.Duration { return min(took/2, 2*time.Millisecond) }

// commit runs the calls as savepoints of one transaction. A call that fails is
// rolled back alone. Where its failure took the whole transaction along, it is
// answered, and the others begin once more without it. A commit that fails
// fails for all.
func (g *group) commit(batch []*call) {
	for len(batch) > 0 {
		batch = g.attempt(batch)
		g.kept.prepare(g.d)
	}
}

// attempt answers the calls and returns those that must be tried again, which
// are fewer than it was given.
func (g *group) attempt(batch []*call) (again []*call) {
	ctx := context.Background() // the commit belongs to all, so to no caller's context
	var keys []string
	sqlTx, err := g.d.write.BeginTx(ctx, nil)
	if err == nil {
		for i, c := range batch {
			var whole bool
			if whole, c.err = g.one(sqlTx, c, len(batch) == 1); !whole {
				sqlTx.Rollback() // there is none any more; this gives the connection back
				return g.without(batch, i)
			}
			if c.err == nil {
				keys = append(keys, c.keys...)
			}
		}
		if err = g.d.finish(ctx, sqlTx, keys); err == nil {
			began := time.Now()
			time.Sleep(g.d.delay)
			err = sqlTx.Commit()
			g.took = time.Since(began)
		} else {
			sqlTx.Rollback()
		}
	}
	if err != nil {
		err = translate(err)
	} else {
		g.d.committed()
	}
	for _, c := range batch {
		if c.err == nil {
			c.err = err
		}
		c.out <- c.err
	}
	return nil
}

// without answers the call that took the transaction down and those before it
// that had failed by themselves; it returns the rest.
func (g *group) without(batch []*call, culprit int) (rest []*call) {
	for i, c := range batch {
		switch {
		case i > culprit || c.err == nil:
			rest = append(rest, c)
		default:
			c.out <- c.err
		}
	}
	return rest
}

// one runs a call, as a savepoint unless it is the only one. whole tells whether
// the transaction is still there: SQLite takes all of it back where it runs out of
// disk or memory, or can't write (sqlite.org/lang_transaction.html, 3.1), and then
// the savepoint is gone as well. What comes after must not run on: each statement
// would commit by itself.
func (g *group) one(sqlTx *sql.Tx, c *call, only bool) (whole bool, err error) {
	if err := c.ctx.Err(); err != nil {
		return true, fault.Wrap(fault.Unavailable, err, "the request ended before its turn to write came")
	}
	q, ctx := steady{sqlTx, &g.kept}, context.Background()
	if only { // what it leaves undone ends with the transaction
		c.keys, err = g.d.run(q, c.fn)
		return err == nil, err
	}
	if _, err := q.ExecContext(ctx, "SAVEPOINT one"); err != nil {
		return false, translate(err)
	}
	c.keys, err = g.d.run(q, c.fn)
	if err != nil {
		if _, e := q.ExecContext(ctx, "ROLLBACK TO one"); e != nil {
			return false, err
		}
	}
	if _, e := q.ExecContext(ctx, "RELEASE one"); e != nil {
		return false, errors.Join(err, translate(e))
	}
	return true, err
}

// steady lets a statement that has begun come to its end: SQLite answers an
// interrupted one by taking the whole transaction back, and with it the work of
// those who share the commit. Who has left is told so before his next statement.
type steady struct {
	tx   *sql.Tx
	kept *prepared
}

func endure(ctx context.Context) context.Context {
	if ctx.Err() != nil {
		return ctx // nothing begins with it
	}
	return context.WithoutCancel(ctx)
}

// ExecContext implements Querier.
func (s steady) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx = endure(ctx)
	if stmt := s.kept.get(query); stmt != nil {
		return s.tx.StmtContext(ctx, stmt).ExecContext(ctx, args...)
	}
	return s.tx.ExecContext(ctx, query, args...)
}

// QueryContext implements Querier.
func (s steady) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx = endure(ctx)
	if stmt := s.kept.get(query); stmt != nil {
		return s.tx.StmtContext(ctx, stmt).QueryContext(ctx, args...)
	}
	return s.tx.QueryContext(ctx, query, args...)
}

// QueryRowContext implements Querier.
func (s steady) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	ctx = endure(ctx)
	if stmt := s.kept.get(query); stmt != nil {
		return s.tx.StmtContext(ctx, stmt).QueryRowContext(ctx, args...)
	}
	return s.tx.QueryRowContext(ctx, query, args...)
}
