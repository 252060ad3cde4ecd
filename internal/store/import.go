package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
)

// ImportRun is one run of an import.
type ImportRun struct {
	ID, Kind, Source string
	Started          time.Time
}

// AddImportRun notes that a run has begun.
func (tx *Tx) AddImportRun(ctx context.Context, r ImportRun) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO import_run (id, kind, source, started_at) VALUES ($1, $2, $3, $4)",
		r.ID, r.Kind, r.Source, r.Started.UnixMilli())
	return err
}

// FinishImportRun keeps a run's report, as JSON.
func (tx *Tx) FinishImportRun(ctx context.Context, runID string, report any) error {
	n, err := db.Exec(ctx, tx, "UPDATE import_run SET report = $2, finished_at = $3 WHERE id = $1", runID, db.JSON(report), tx.now())
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "there is no such import")
	}
	return err
}

// ImportItem remembers what became of a thing of a foreign site, so that a
// second import knows it again.
type ImportItem struct {
	Source, Kind, SourceID string
	Hash                   string // of all that was taken from the source
	ObjectKind, ObjectID   string // "" where nothing was made of it
	Run                    string
	Exported               time.Time // when the file was written that it came with; zero is unknown
}

// ImportItems lists all that is remembered of a source.
func (s *Store) ImportItems(ctx context.Context, source string) ([]ImportItem, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (v ImportItem, err error) {
		return v, r.Scan(&v.Source, &v.Kind, &v.SourceID, &v.Hash, &v.ObjectKind, &v.ObjectID, &v.Run, db.At(&v.Exported))
	}, `SELECT source, kind, source_id, content_hash, object_kind, object_id, run_id, exported_at FROM import_item
		WHERE source = $1 ORDER BY kind, source_id`, source)
}

// PutImportItem remembers an item as it is now.
func (tx *Tx) PutImportItem(ctx context.Context, v ImportItem) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO import_item (source, kind, source_id, content_hash, object_kind, object_id, run_id, exported_at, updated_at)
		VALUES (`+places(9)+`) ON CONFLICT (source, kind, source_id) DO UPDATE SET content_hash = excluded.content_hash,
		object_kind = excluded.object_kind, object_id = excluded.object_id, run_id = excluded.run_id,
		exported_at = excluded.exported_at, updated_at = excluded.updated_at`,
		v.Source, v.Kind, v.SourceID, v.Hash, v.ObjectKind, v.ObjectID, v.Run, db.Ms(v.Exported), tx.now())
	return err
}

// ImportNeeds lists what a source's items still need a person for, in order.
func (s *Store) ImportNeeds(ctx context.Context, source string) ([]Need, error) {
	return db.Rows(ctx, s.Query(), scanNeed, "SELECT "+needColumns+` FROM import_need
		WHERE source = $1 AND state = 'open' ORDER BY kind, source_id, n`, source)
}

const needColumns = "source, kind, source_id, n, object_kind, object_id, title, reason, detail, created_at"

func scanNeed(r db.Scanner) (n Need, err error) {
	return n, r.Scan(&n.Source, &n.Kind, &n.SourceID, &n.N, &n.ObjectKind, &n.ObjectID, &n.Title, &n.Reason, &n.Detail, db.At(&n.CreatedAt))
}

// PutNeeds writes what an item needs a person for, in place of what it needed
// before. What somebody has done already stays done while its reason is the same.
func (tx *Tx) PutNeeds(ctx context.Context, source, kind, sourceID string, list []Need) error {
	done, err := db.Rows(ctx, tx, db.Value[string], `DELETE FROM import_need WHERE source = $1 AND kind = $2 AND source_id = $3
		RETURNING CASE WHEN state = 'done' THEN reason || '|' || detail ELSE '' END`, source, kind, sourceID)
	if err != nil {
		return err
	}
	if len(done) > 0 || len(list) > 0 {
		tx.Touch("desk")
	}
	settled := map[string]bool{}
	for _, d := range done {
		settled[d] = true
	}
	for i, n := range list {
		state := "open"
		if settled[n.Reason+"|"+n.Detail] {
			state = "done"
		}
		_, err := db.Exec(ctx, tx, `INSERT INTO import_need (source, kind, source_id, n, object_kind, object_id, title, reason, detail, state, created_at)
			VALUES (`+places(11)+")", source, kind, sourceID, i+1, n.ObjectKind, n.ObjectID, n.Title, n.Reason, n.Detail, state, tx.now())
		if err != nil {
			return err
		}
	}
	return nil
}

// AddressOwner tells whose a path is, or was; both are "" where nobody's.
func (s *Store) AddressOwner(ctx context.Context, path string) (kind, object string, err error) {
	a, err := db.One(ctx, s.Query(), func(r db.Scanner) (a Address, err error) {
		return a, r.Scan(&a.Kind, &a.Object)
	}, "SELECT object_kind, object_id FROM address WHERE path = $1", path)
	if fault.Is(err, fault.NotFound) {
		return "", "", nil
	}
	return a.Kind, a.Object, err
}

// SetLocked keeps an unpublished article from being published as it is, or lets
// it be.
func (tx *Tx) SetLocked(ctx context.Context, articleID string, locked bool) error {
	tx.Touch("desk")
	_, err := db.Exec(ctx, tx, "UPDATE article SET locked = $2 WHERE id = $1", articleID, db.Int(locked))
	return err
}
