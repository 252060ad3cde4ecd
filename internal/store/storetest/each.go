// Package storetest runs a test on both engines.
package storetest

import (
	"context"
	"path/filepath"
	"testing"

	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/testkit/pg"
)

// Each runs the test on SQLite in a temporary folder and on PostgreSQL in a
// database of its own.
func Each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, Open(t, SQLite(t))) })
	t.Run("postgres", func(t *testing.T) { test(t, Open(t, Postgres(t))) })
}

// Postgres returns the address of a database that has its tables already.
func Postgres(t testing.TB) string {
	return pg.Filled(t, func(url string) error {
		s, err := store.Open(context.Background(), url)
		if err != nil {
			return err
		}
		return s.Close()
	})
}

// SQLite returns the path of a database file that is not there yet.
func SQLite(t testing.TB) string { return filepath.Join(t.TempDir(), "masthead.db") }

// Open opens a store that is closed when the test ends.
func Open(t testing.TB, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
