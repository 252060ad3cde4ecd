package store_test

import (
	"testing"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/store"
)

func changedSince(t *testing.T, s *store.Store, seq int64) []string {
	t.Helper()
	list, err := db.Rows(t.Context(), s.Query(), db.Value[string], "SELECT key FROM change WHERE seq > $1", seq)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
