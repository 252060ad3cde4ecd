package store

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
)

// changesMost keys are written by one statement; few, so that the statements of
// different lengths stay few as well.
const changesMost = 8

// recordChanges writes the touched keys at the end of a transaction. On
// PostgreSQL sequence numbers are given out before the commit, so a reader could
// pass a lower number that appears later; the lock, held until the commit,
// makes their order the order of commits.
func (s *Store) recordChanges(ctx context.Context, tx *db.Tx, keys []string) error {
	if tx.Engine() == db.Postgres {
		if err := tx.Later(ctx, "SELECT pg_advisory_xact_lock(7230145)"); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(keys, changesMost) {
		args := []any{s.nowMs()}
		rows := make([]string, len(some))
		for i, k := range some {
			args = append(args, k)
			rows[i] = "(" + place(i+2) + ", $1)"
		}
		if err := tx.Later(ctx, "INSERT INTO change (key, at) VALUES "+strings.Join(rows, ", "), args...); err != nil {
			return err
		}
	}
	return nil
}

// ChangeSeq returns the number of the newest change, 0 where there is none.
func (s *Store) ChangeSeq(ctx context.Context) (int64, error) {
	return db.One(ctx, s.Query(), db.Value[int64], "SELECT COALESCE(MAX(seq), 0) FROM change")
}

type change struct {
	seq int64
	key string
}

func (s *Store) changesSince(ctx context.Context, seq int64) ([]change, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (c change, err error) {
		return c, r.Scan(&c.seq, &c.key)
	}, "SELECT seq, key FROM change WHERE seq > $1 ORDER BY seq LIMIT 5000", seq)
}

// Follow calls fn with the keys of every change after from, whoever made it
// (this process or another one beside it), until ctx ends. A change is seen at
// once when this process made it, else within a quarter of a second.
func (s *Store) Follow(ctx context.Context, from int64, fn func(keys []string)) error {
	seq := from
	return s.Watch(ctx, 200*time.Millisecond, func() error {
		for {
			list, err := s.changesSince(ctx, seq)
			if err != nil {
				if ctx.Err() == nil {
					slog.Error("the change feed can't be read; it is asked again", "err", err)
				}
				return err
			}
			if len(list) == 0 {
				return nil
			}
			keys := make([]string, len(list))
			for i, c := range list {
				keys[i] = c.key
			}
			seq = list[len(list)-1].seq
			fn(keys)
		}
	})
}

// PruneChanges forgets changes older than the given time; followers are long past them.
func (tx *Tx) PruneChanges(ctx context.Context, before time.Time) (int64, error) {
	return db.Exec(ctx, tx, "DELETE FROM change WHERE at < $1", before.UnixMilli())
}
