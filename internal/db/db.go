// Package db opens SQLite or PostgreSQL and gives both the same transactions.
// It knows no table: the SQL is in package store.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	_ "modernc.org/sqlite"             // driver "sqlite"

	"masthead.dev/masthead/internal/fault"
)

// Engine is one of the two databases that Masthead runs on.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// DB is an open database with one way to read and one way to write.
//
// SQLite has a writing pool of one connection and a read-only pool; on
// PostgreSQL both are the same pool.
type DB struct {
	engine Engine
	write  *sql.DB
	read   *sql.DB
	group  *group   // SQLite: callers that share commits
	flush  *flusher // PostgreSQL: callers that share flushes
	hook   func(ctx context.Context, tx *Tx, keys []string) error
	local  chan struct{} // a commit of this process, as a hint for Watch
	share  int           // callers that share a commit, at most
	delay  time.Duration // by which each commit is slower; for benchmarks
}

// Querier is what runs SQL: a *Tx, or the pool that DB.Query returns.
type Querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Open opens a database: url is "postgres://…" or the path of an SQLite file,
// whose folder is made when absent.
func Open(ctx context.Context, url string) (*DB, error) {
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		return openPostgres(ctx, url)
	}
	return openSQLite(ctx, url)
}

func openPostgres(ctx context.Context, url string) (*DB, error) {
	pool, err := sql.Open("pgx", url)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the database address is not valid; it looks like postgres://user:password@host/name")
	}
	pool.SetMaxOpenConns(16)
	pool.SetMaxIdleConns(16)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		pool.Close()
		return nil, fault.Wrap(fault.Unavailable, err, "the PostgreSQL database does not answer; check its address and that it runs")
	}
	d := &DB{engine: Postgres, write: pool, read: pool, local: make(chan struct{}, 1), share: atMost}
	d.flush = newFlusher(d)
	if d.syncedCommit() != nil { // a role without the right to it: each writer waits for itself
		d.share = 1
	}
	return d, nil
}

// The pragmas of every SQLite connection. synchronous=FULL: a gift that was
// acknowledged must survive a power cut. recursive_triggers: INSERT OR REPLACE
// must not slip past the triggers that keep the books append-only. secure_delete:
// who was erased must not stand on in the free space of a page.
const pragmas = "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
	"&_pragma=foreign_keys(1)&_pragma=recursive_triggers(1)&_pragma=cache_size(-16000)&_pragma=temp_store(2)&_pragma=secure_delete(FAST)"

func openSQLite(ctx context.Context, path string) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the folder of the database can't be made; check the path and its permissions")
	}
	if err := makePrivate(path); err != nil {
		return nil, err
	}
	esc := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
	w, err := sql.Open("sqlite", "file:"+esc+"?_txlock=immediate&"+pragmas)
	if err != nil {
		return nil, translate(err)
	}
	w.SetMaxOpenConns(1)
	if err := w.PingContext(ctx); err != nil {
		w.Close()
		return nil, fault.Wrap(fault.Unavailable, err, "the database file %s can't be opened; check that it is a Masthead database and may be written", path)
	}
	r, err := sql.Open("sqlite", "file:"+esc+"?mode=ro&_pragma=query_only(1)&_pragma=busy_timeout(10000)&_pragma=cache_size(-16000)&_pragma=temp_store(2)")
	if err != nil {
		w.Close()
		return nil, translate(err)
	}
	r.SetMaxOpenConns(8)
	r.SetMaxIdleConns(8)
	d := &DB{engine: SQLite, write: w, read: r, local: make(chan struct{}, 1), share: atMost}
	d.group = startGroup(d)
	return d, nil
}

// makePrivate makes the file for its owner alone, for donors will be in it; the
// files that SQLite puts beside it follow its mode. One that is there is not
// even opened: closing it again would end the locks that this process holds on
// it (sqlite.org/howtocorrupt.html, 2.2).
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "the database file %s can't be made; check the path and its permissions", path)
	}
	return f.Close()
}

// Engine tells which of the two it is.
func (d *DB) Engine() Engine { return d.engine }

// Close ends the writer and closes the pools.
func (d *DB) Close() error {
	if d.group != nil {
		d.group.stop()
	}
	err := d.read.Close()
	if d.write != d.read {
		if e := d.write.Close(); err == nil {
			err = e
		}
	}
	return translate(err)
}

// Query returns the pool for single queries. It may not write.
func (d *DB) Query() Querier { return d.read }

// Raw returns the writing pool, for migrations and for nothing else.
func (d *DB) Raw() *sql.DB { return d.write }

// BeforeCommit sets what is done inside each transaction just before its end,
// with the keys that were touched in it.
func (d *DB) BeforeCommit(hook func(ctx context.Context, tx *Tx, keys []string) error) { d.hook = hook }

// Read runs fn on one consistent snapshot.
func (d *DB) Read(ctx context.Context, fn func(q Querier) error) error {
	opt := &sql.TxOptions{ReadOnly: true}
	if d.engine == Postgres {
		opt.Isolation = sql.LevelRepeatableRead
	}
	tx, err := d.read.BeginTx(ctx, opt)
	if err != nil {
		return translate(err)
	}
	defer tx.Rollback()
	return fn(tx)
}

// Watch calls fn whenever the database may have been changed by anybody, and
// at once after a commit of this process, until ctx ends. After an error of fn
// it is called again an interval later. On SQLite Watch looks at PRAGMA
// data_version, which moves with other processes' commits; PostgreSQL is simply
// asked again each interval.
func (d *DB) Watch(ctx context.Context, every time.Duration, fn func() error) error {
	moved, done, err := d.version(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer done()
	tick := time.NewTicker(every)
	defer tick.Stop()
	missed := false // fn failed: what it did not see must not wait for the next change
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.local:
			missed = fn() != nil
		case <-tick.C:
			if moved() || missed {
				missed = fn() != nil
			}
		}
	}
}

func (d *DB) version(ctx context.Context) (moved func() bool, done func(), err error) {
	if d.engine == Postgres {
		return func() bool { return true }, func() {}, nil
	}
	conn, err := d.read.Conn(ctx)
	if err != nil {
		return nil, nil, translate(err)
	}
	last := int64(-1)
	moved = func() bool {
		var v int64
		if err := conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&v); err != nil {
			return ctx.Err() == nil // in doubt, look
		}
		was := last
		last = v
		return v != was
	}
	return moved, func() { conn.Close() }, nil
}

func (d *DB) committed() {
	select {
	case d.local <- struct{}{}:
	default:
	}
}

// String names the engine for logs; never the address, which may hold a password.
func (d *DB) String() string { return fmt.Sprintf("%s database", d.engine) }
