package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/job"
)

// readdressSetting is the name under which it is kept how far the articles have
// come that get addresses of a new pattern.
const readdressSetting = "readdress"

// Readdressing is how far the articles have come that get addresses of a new
// pattern; the zero value is that none ever had to.
type Readdressing struct {
	Pattern string    `json:"pattern"`
	After   string    `json:"after"` // the last article that was looked at
	Total   int64     `json:"total"`
	Done    int64     `json:"done"`
	Moved   int64     `json:"moved"`
	Begun   time.Time `json:"begun"`
	Ended   time.Time `json:"ended,omitzero"`
}

// Readdressing tells how far they have come.
func (s *Store) Readdressing(ctx context.Context) (r Readdressing, err error) {
	_, err = s.Setting(ctx, readdressSetting, &r)
	return r, err
}

// movable are the articles whose addresses follow the outlet's pattern: not
// pages, and not what an import brought, which keeps the address it came with.
const movable = `FROM publication p WHERE p.kind <> 'page' AND NOT EXISTS (SELECT 1 FROM import_item i WHERE i.object_kind = 'article' AND i.object_id = p.article_id)`

// beginReaddress lets all articles follow a new pattern, from the first on.
func (tx *Tx) beginReaddress(ctx context.Context, pattern string) error {
	n, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) "+movable)
	if err != nil || n == 0 {
		return err
	}
	if err := tx.putReaddressing(ctx, Readdressing{Pattern: pattern, Total: n, Begun: time.UnixMilli(tx.now()).UTC()}); err != nil {
		return err
	}
	return tx.Enqueue(ctx, job.Readdress())
}

func (tx *Tx) putReaddressing(ctx context.Context, r Readdressing) error {
	tx.Touch("desk")
	_, err := db.Exec(ctx, tx, `INSERT INTO setting (name, value, updated_at) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`, readdressSetting, db.JSON(r), tx.now())
	return err
}

// readdressSlice is how many articles one transaction gives another address.
const readdressSlice = 10

// Readdress gives the next articles another address, by move, and tells whether
// there are more. It begins anew where the pattern has changed meanwhile.
func (s *Store) Readdress(ctx context.Context, move func(tx *Tx, article string) (bool, error)) (more bool, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		var r Readdressing
		if _, err := tx.Setting(ctx, readdressSetting, &r); err != nil || r.Pattern == "" || !r.Ended.IsZero() {
			return err
		}
		list, err := db.Rows(ctx, tx, db.Value[string], "SELECT p.article_id "+movable+" AND p.article_id > $1 ORDER BY p.article_id LIMIT $2", r.After, readdressSlice)
		if err != nil {
			return err
		}
		for _, id := range list {
			moved, err := move(tx, id)
			if err != nil {
				return err
			}
			if moved {
				r.Moved++
			}
			r.After = id
		}
		r.Done += int64(len(list))
		if more = len(list) == readdressSlice; !more {
			r.Ended = time.UnixMilli(tx.now()).UTC()
			if err := tx.Audit(ctx, System, "addresses.moved", "setting", "pattern", map[string]any{"pattern": r.Pattern, "articles": r.Done, "moved": r.Moved}); err != nil {
				return err
			}
		}
		return tx.putReaddressing(ctx, r)
	})
	return more, err
}
