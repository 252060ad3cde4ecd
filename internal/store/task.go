package store

import (
	"context"
	"encoding/json"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/id"
)

// Task is something that waits for a person.
type Task struct {
	ID         string
	Key        string // one task for each
	Kind       string
	ObjectKind string
	ObjectID   string
	Detail     map[string]any
	CreatedAt  time.Time
}

// AddTask leaves something for a person. A task with the same key is not added
// again, also when it was done already.
func (tx *Tx) AddTask(ctx context.Context, t Task) error {
	if t.Detail == nil {
		t.Detail = map[string]any{}
	}
	n, err := db.Exec(ctx, tx, `INSERT INTO task (id, unique_key, kind, object_kind, object_id, detail, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (unique_key) DO NOTHING`,
		id.New(), t.Key, t.Kind, t.ObjectKind, t.ObjectID, db.JSON(t.Detail), tx.now())
	if n > 0 {
		tx.Touch("desk")
	}
	return err
}

// Tasks lists the open tasks, the oldest first, and tells how many there are in
// all.
func (s *Store) Tasks(ctx context.Context, limit int) (list []Task, all int, err error) {
	list, err = db.Rows(ctx, s.Query(), func(r db.Scanner) (t Task, err error) {
		var detail string
		err = r.Scan(&t.ID, &t.Key, &t.Kind, &t.ObjectKind, &t.ObjectID, &detail, db.At(&t.CreatedAt), &all)
		if err == nil {
			err = json.Unmarshal([]byte(detail), &t.Detail)
		}
		return t, err
	}, `SELECT id, unique_key, kind, object_kind, object_id, detail, created_at, COUNT(*) OVER () FROM task
		WHERE state = 'open' ORDER BY created_at, id LIMIT $1`, limit)
	return list, all, err
}

// FinishTask marks a task as done by somebody.
func (tx *Tx) FinishTask(ctx context.Context, by Actor, taskID string) error {
	n, err := db.Exec(ctx, tx, "UPDATE task SET state = 'done', done_at = $1, done_by = $2 WHERE id = $3 AND state = 'open'", tx.now(), by.ID, taskID)
	if err != nil || n == 0 {
		return err
	}
	tx.Touch("desk")
	return tx.Audit(ctx, by, "task.done", "task", taskID, nil)
}

// Task returns an open task; fault.NotFound where it is done.
func (tx *Tx) Task(ctx context.Context, taskID string) (Task, error) {
	return db.One(ctx, tx, func(r db.Scanner) (t Task, err error) {
		return t, r.Scan(&t.ID, &t.Key, &t.Kind, &t.ObjectKind, &t.ObjectID, db.FromJSON(&t.Detail), db.At(&t.CreatedAt))
	}, "SELECT id, unique_key, kind, object_kind, object_id, detail, created_at FROM task WHERE id = $1 AND state = 'open'", taskID)
}
