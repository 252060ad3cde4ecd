package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
)

// Need is something that an import left for a person.
type Need struct {
	Source, Kind, SourceID string
	N                      int64
	ObjectKind, ObjectID   string
	Title                  string
	Reason, Detail         string
	CreatedAt              time.Time
}

// Needs lists what imports left for a person and nobody has done yet.
func (s *Store) Needs(ctx context.Context, limit, offset int) ([]Need, error) {
	return db.Rows(ctx, s.Query(), scanNeed, "SELECT "+needColumns+` FROM import_need
		WHERE state = 'open' ORDER BY created_at DESC, source, kind, source_id, n LIMIT $1 OFFSET $2`, limit, offset)
}

// CountNeeds tells how many there are.
func (s *Store) CountNeeds(ctx context.Context) (int, error) {
	return db.One(ctx, s.Query(), db.Value[int], "SELECT COUNT(*) FROM import_need WHERE state = 'open'")
}

// FinishNeed marks one as done by somebody; fault.NotFound where it is not open.
func (tx *Tx) FinishNeed(ctx context.Context, by Actor, n Need) error {
	changed, err := db.Exec(ctx, tx, `UPDATE import_need SET state = 'done'
		WHERE source = $1 AND kind = $2 AND source_id = $3 AND n = $4 AND state = 'open'`, n.Source, n.Kind, n.SourceID, n.N)
	if err != nil {
		return err
	}
	if changed == 0 {
		return fault.New(fault.NotFound, "this was done already")
	}
	tx.Touch("desk")
	return tx.Audit(ctx, by, "import.done", n.ObjectKind, n.ObjectID, map[string]any{"kind": n.Kind, "id": n.SourceID})
}
