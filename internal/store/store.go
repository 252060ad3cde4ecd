// Package store holds every SQL statement, one file a group of tables. There is
// one store for both engines: what differs between them is marked where it does.
package store

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
)

//go:embed migrations
var migrations embed.FS

// Store is the database of one newsroom. Methods that only read hang on it;
// methods that write hang on Tx.
type Store struct {
	*db.DB
	Clock clock.Clock // wall time; for the times of rows
	looks *db.Together[*look]
}

// Tx is a write transaction with the store's writing methods.
type Tx struct {
	*db.Tx
	now func() int64
}

// Open opens the database (see db.Open), brings its tables up to date and
// refuses to work on one that a newer Masthead has changed.
func Open(ctx context.Context, url string) (*Store, error) {
	d, err := db.Open(ctx, url)
	if err != nil {
		return nil, err
	}
	s := &Store{DB: d, Clock: clock.Wall{}}
	if err := s.migrate(ctx); err != nil {
		d.Close()
		return nil, err
	}
	d.BeforeCommit(s.recordChanges)
	s.looks = db.NewTogether(d, s.Fund().lookTogether)
	return s, nil
}

// Write runs fn in one transaction; see db.DB.Write for what fn must keep to.
func (s *Store) Write(ctx context.Context, fn func(tx *Tx) error) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		return fn(&Tx{Tx: tx, now: s.nowMs})
	})
}

func (s *Store) nowMs() int64 { return s.Clock.Now().UnixMilli() }

func (s *Store) migrate(ctx context.Context) error {
	dialect, folder := database.DialectSQLite3, "migrations/sqlite"
	if s.Engine() == db.Postgres {
		dialect, folder = database.DialectPostgres, "migrations/postgres"
	}
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "")
	}
	p, err := goose.NewProvider(dialect, s.Raw(), files, goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fault.Wrap(fault.Internal, err, "")
	}
	// Where two processes meet at an old database, one fails at a step that the
	// other has just done, and finds it done when it looks again; it may be so at
	// every step.
	for range 3 + len(p.ListSources()) {
		if err = s.upgrade(ctx, p); err == nil || fault.Is(err, fault.Conflict) || ctx.Err() != nil {
			break
		}
	}
	return err
}

func (s *Store) upgrade(ctx context.Context, p *goose.Provider) error {
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "this is not a database of Masthead, or it can't be read")
	}
	all := p.ListSources()
	newest := all[len(all)-1].Version
	if have > newest {
		return fault.New(fault.Conflict, "this database was last used by a newer Masthead (its tables are at %d, this program knows %d); start that version, or restore a backup from before the upgrade", have, newest)
	}
	if have == newest {
		return nil
	}
	done, err := p.Up(ctx)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "the tables can't be brought up to date")
	}
	if have > 0 {
		slog.Info("tables brought up to date", "from", have, "to", newest, "steps", len(done))
	}
	return nil
}
