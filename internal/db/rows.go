package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// Scanner is a row.
type Scanner interface{ Scan(dest ...any) error }

// Rows runs a query and returns each row as scan reads it.
func Rows[T any](ctx context.Context, q Querier, scan func(Scanner) (T, error), query string, args ...any) ([]T, error) {
	if p := piped(q); p != nil {
		return pipedRows(ctx, p, scan, query, args)
	}
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	all, err := scanned(rows, scan)
	return all, translate(err)
}

// One runs a query for one row; fault.NotFound when there is none.
func One[T any](ctx context.Context, q Querier, scan func(Scanner) (T, error), query string, args ...any) (T, error) {
	if p := piped(q); p != nil {
		all, err := pipedRows(ctx, p, scan, query, args)
		if err == nil && len(all) == 0 {
			err = translate(sql.ErrNoRows)
		}
		return append(all, *new(T))[0], err
	}
	v, err := scan(q.QueryRowContext(ctx, query, args...))
	return v, translate(err)
}

// Exec runs a statement and tells how many rows it changed.
func Exec(ctx context.Context, q Querier, query string, args ...any) (int64, error) {
	res, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, translate(err)
	}
	n, err := res.RowsAffected()
	return n, translate(err)
}

// Value scans a row of one column.
func Value[T any](s Scanner) (T, error) {
	var v T
	err := s.Scan(&v)
	return v, err
}

// Ms is a time as a column: Unix milliseconds, NULL for the zero time.
func Ms(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// Null is a text as a column that is NULL when empty.
func Null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// Int is a truth as a column: 1 or 0.
func Int(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// JSON is a value as a column of JSON text.
func JSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("db: %T can't be written as JSON: %v", v, err)) // our own types only
	}
	return string(b)
}

// At scans Unix milliseconds into t; NULL gives the zero time.
func At(t *time.Time) sql.Scanner { return scanner(func(v any) error { return scanTime(v, t) }) }

// Bool scans 0 or 1.
func Bool(b *bool) sql.Scanner {
	return scanner(func(v any) error {
		n, ok := v.(int64)
		*b = n != 0
		if !ok && v != nil {
			return fmt.Errorf("db: %T is not a truth", v)
		}
		return nil
	})
}

// Text scans a text that may be NULL, which gives "".
func Text(s *string) sql.Scanner {
	return scanner(func(v any) error {
		var n sql.NullString
		err := n.Scan(v)
		*s = n.String
		return err
	})
}

// FromJSON scans a column of JSON text into dest.
func FromJSON(dest any) sql.Scanner {
	return scanner(func(v any) error {
		switch x := v.(type) {
		case nil:
			return nil
		case string:
			return json.Unmarshal([]byte(x), dest)
		case []byte:
			return json.Unmarshal(x, dest)
		}
		return fmt.Errorf("db: %T is not JSON text", v)
	})
}

type scanner func(any) error

// Scan implements sql.Scanner.
func (f scanner) Scan(v any) error { return f(v) }

func scanTime(v any, t *time.Time) error {
	switch x := v.(type) {
	case nil:
		*t = time.Time{}
	case int64:
		*t = time.UnixMilli(x).UTC()
	default:
		return fmt.Errorf("db: %T is not a time", v)
	}
	return nil
}
