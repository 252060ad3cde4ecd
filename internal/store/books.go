package store

import (
	"context"

	"masthead.dev/masthead/internal/db"
)

// LedgerSpan returns the first and the last day (YYYY-MM-DD) that entries of the
// books are dated; both "" while there are none.
func (s *Store) LedgerSpan(ctx context.Context) (from, to string, err error) {
	_, err = db.One(ctx, s.Query(), func(r db.Scanner) (struct{}, error) {
		return struct{}{}, r.Scan(db.Text(&from), db.Text(&to))
	}, "SELECT MIN(date), MAX(date) FROM ledger_entry")
	return from, to, err
}
