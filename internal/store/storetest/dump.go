package storetest

import (
	"fmt"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/store"
)

// Tables lists the tables of a store.
func Tables(t testing.TB, s *store.Store) []string {
	t.Helper()
	query := "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
	if s.Engine() == db.SQLite {
		query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	}
	names, err := db.Rows(t.Context(), s.Query(), db.Value[string], query+" ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// Dump writes every row of every table but those left out, a line each that
// begins with the table's name, to look for what must not be there.
func Dump(t testing.TB, s *store.Store, without ...string) string {
	t.Helper()
	var b strings.Builder
	for _, name := range Tables(t, s) {
		if strings.Contains(" "+strings.Join(without, " ")+" ", " "+name+" ") {
			continue
		}
		rows, err := s.Raw().QueryContext(t.Context(), `SELECT * FROM "`+name+`"`)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			b.WriteString(name)
			for i, v := range values {
				if raw, ok := v.([]byte); ok {
					v = string(raw)
				}
				fmt.Fprintf(&b, " %s=%v", columns[i], v)
			}
			b.WriteString("\n")
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		rows.Close()
	}
	return b.String()
}

// Lines are the lines of a dump that hold a text, in whatever case.
func Lines(dump, text string) (out []string) {
	for line := range strings.Lines(dump) {
		if strings.Contains(strings.ToLower(line), strings.ToLower(text)) {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return out
}
