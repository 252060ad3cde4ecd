package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
)

// Actor is who did something: a person of the staff, or a command or the
// program itself, which have a name and no id.
type Actor struct{ ID, Name string }

// System is the program acting by itself.
var System = Actor{Name: "Masthead"}

// Audit adds to the log of what was done. The log can't be changed on either
// engine; detail must hold no secret and nothing about a donor.
func (tx *Tx) Audit(ctx context.Context, by Actor, action, kind, id string, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO audit (at, actor_id, actor_name, action, object_kind, object_id, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, tx.now(), by.ID, by.Name, action, kind, id, db.JSON(detail))
	return err
}

// AuditEntry is a line of the log.
type AuditEntry struct {
	Seq    int64
	At     time.Time
	By     Actor
	Action string
	Kind   string // of the object
	ID     string // of the object
	Detail map[string]any
}

// AuditQuery chooses lines of the log, the newest first.
type AuditQuery struct {
	Before   int64    // only lines with a lower number; 0 is from the newest on
	Articles bool     // only what was done to articles
	Sections []string // with Articles: only those of these sections; empty is all
	Limit    int
}

// AuditLog returns lines of the log, the newest first.
func (s *Store) AuditLog(ctx context.Context, q AuditQuery) ([]AuditEntry, error) {
	where, args := "seq < $1", []any{int64(1) << 62, q.Limit}
	if q.Before > 0 {
		args[0] = q.Before
	}
	if q.Articles {
		where += " AND object_kind = 'article'"
	}
	if q.Articles && len(q.Sections) > 0 {
		marks := make([]string, len(q.Sections))
		for i, id := range q.Sections {
			args = append(args, id)
			marks[i] = place(len(args))
		}
		where += " AND object_id IN (SELECT id FROM article WHERE section_id IN (" + strings.Join(marks, ", ") + "))"
	}
	return db.Rows(ctx, s.Query(), scanAudit, `SELECT seq, at, actor_id, actor_name, action, object_kind, object_id, detail
		FROM audit WHERE `+where+` ORDER BY seq DESC LIMIT $2`, args...)
}

func scanAudit(r db.Scanner) (e AuditEntry, err error) {
	var detail string
	err = r.Scan(&e.Seq, db.At(&e.At), &e.By.ID, &e.By.Name, &e.Action, &e.Kind, &e.ID, &detail)
	if err == nil {
		err = json.Unmarshal([]byte(detail), &e.Detail)
	}
	return e, err
}
