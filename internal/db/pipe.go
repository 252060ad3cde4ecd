package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// pipe is one transaction on PostgreSQL. Statements that nobody waits for are
// kept until one comes that somebody does wait for, and go to the server together
// with it: BEGIN with the first, COMMIT with the last. The server runs them one
// after the other, each with a snapshot of its own, as if they had come apart;
// at the first that fails it passes over the rest. So the locks of a gift, the
// head of the books among them, are held for fewer ways to the server and back
// than it has statements.
type pipe struct {
	whose context.Context // of the caller; with it the transaction ends
	conn  *sql.Conn
	queue *pgx.Batch
	sent  bool  // the server may know of a transaction
	over  bool  // it has ended
	err   error // the first failure
	muted bool  // which could not be told to whom it concerned
}

func (d *DB) begin(ctx context.Context) (*pipe, error) {
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return nil, translate(err)
	}
	p := &pipe{whose: ctx, conn: conn, queue: &pgx.Batch{}}
	p.queue.Queue("BEGIN")
	return p, nil
}

// idle tells whether nothing was asked for but a transaction.
func (p *pipe) idle() bool { return !p.sent && p.queue.Len() == 1 }

// send sends what is queued and reads all answers. After a failure it sends
// nothing any more: a statement behind a BEGIN that failed would commit by itself.
func (p *pipe) send(ctx context.Context) error {
	if p.err == nil {
		p.err = p.whose.Err()
	}
	if p.err != nil || p.queue.Len() == 0 {
		return p.err
	}
	batch := p.queue
	p.queue, p.sent = &pgx.Batch{}, true
	p.err = p.conn.Raw(func(conn any) error {
		return conn.(*stdlib.Conn).Conn().SendBatch(ctx, batch).Close()
	})
	return p.err
}

// commit ends the transaction. The server answers COMMIT with ROLLBACK where a
// statement had failed that nobody took notice of.
func (p *pipe) commit(ctx context.Context) error {
	var tag string
	p.queue.Queue("COMMIT").Fn = func(br pgx.BatchResults) error {
		got, err := br.Exec()
		tag = got.String()
		return err
	}
	if err := p.send(ctx); err != nil {
		return translate(err)
	}
	p.over = true
	if tag != "COMMIT" {
		return translate(pgx.ErrTxCommitRollback)
	}
	return nil
}

// end gives the connection back, and takes back what was not committed. One that
// doesn't answer to that is closed; the server then does the same.
func (p *pipe) end() {
	if p.sent && !p.over {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if _, err := p.conn.ExecContext(ctx, "ROLLBACK"); err != nil {
			p.conn.Raw(func(any) error { return driver.ErrBadConn })
		}
	}
	p.conn.Close()
}

// ask queues a query and what is done with its rows.
func (p *pipe) ask(query string, args []any, read func(pgx.Rows) error) {
	p.queue.Queue(query, args...).Query(read)
}

// ExecContext implements Querier.
func (p *pipe) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	var n int64
	p.queue.Queue(query, args...).Fn = func(br pgx.BatchResults) error {
		tag, err := br.Exec()
		n = tag.RowsAffected()
		return err
	}
	err := p.send(ctx)
	return driver.RowsAffected(n), err
}

// QueryContext implements Querier. Rows and One have a shorter way.
func (p *pipe) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := p.send(ctx); err != nil {
		return nil, err
	}
	return p.conn.QueryContext(ctx, query, args...)
}

// QueryRowContext implements Querier.
func (p *pipe) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if p.send(ctx) != nil {
		gone, cancel := context.WithCancel(ctx)
		cancel() // the only way to give an error back
		ctx, p.muted = gone, true
	}
	return p.conn.QueryRowContext(ctx, query, args...)
}

// cause is what a transaction has failed by that ended with err.
func (p *pipe) cause(err error) error {
	if p.muted {
		return translate(p.err)
	}
	return err
}

// piped returns the pipe that q sends to, nil where it has none.
func piped(q Querier) *pipe {
	switch q := q.(type) {
	case *pipe:
		return q
	case interface{ pipe() *pipe }:
		return q.pipe()
	}
	return nil
}

func (tx *Tx) pipe() *pipe {
	p, _ := tx.Querier.(*pipe)
	return p
}

// Later runs a statement of which nothing but its failure matters. On PostgreSQL
// it goes to the server with the next one that is waited for, at the latest with
// the commit, and its failure is that one's.
func (tx *Tx) Later(ctx context.Context, query string, args ...any) error {
	if p := tx.pipe(); p != nil {
		p.queue.Queue(query, args...)
		return nil
	}
	_, err := Exec(ctx, tx, query, args...)
	return err
}

// Questions are queries that do not need each other's answers. On PostgreSQL
// they go to the server together.
type Questions struct {
	tx   *Tx
	runs []func(ctx context.Context) error // SQLite: one after the other
}

// Ask begins a list of questions.
func (tx *Tx) Ask() *Questions { return &Questions{tx: tx} }

// Add puts a query on the list; answer gets the rows as scan reads them.
func Add[T any](q *Questions, scan func(Scanner) (T, error), answer func([]T), query string, args ...any) {
	if p := q.tx.pipe(); p != nil {
		p.ask(query, args, func(rows pgx.Rows) error {
			all, err := scanned(rows, scan)
			answer(all)
			return err
		})
		return
	}
	q.runs = append(q.runs, func(ctx context.Context) error {
		all, err := Rows(ctx, q.tx, scan, query, args...)
		answer(all)
		return err
	})
}

// Run gets the answers to all.
func (q *Questions) Run(ctx context.Context) error {
	if p := q.tx.pipe(); p != nil {
		return translate(p.send(ctx))
	}
	for _, run := range q.runs {
		if err := run(ctx); err != nil {
			return err
		}
	}
	return nil
}

// scanned reads rows to their end.
func scanned[T any](rows interface {
	Scanner
	Next() bool
	Err() error
}, scan func(Scanner) (T, error)) ([]T, error) {
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// pipedRows is Rows by one way to the server and back, together with what waits.
func pipedRows[T any](ctx context.Context, p *pipe, scan func(Scanner) (T, error), query string, args []any) (all []T, err error) {
	p.ask(query, args, func(rows pgx.Rows) (err error) {
		all, err = scanned(rows, scan)
		return err
	})
	if err := p.send(ctx); err != nil {
		return nil, translate(err)
	}
	return all, nil
}
