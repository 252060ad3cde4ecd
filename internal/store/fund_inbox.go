package store

import (
	"context"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
)

// Receive keeps a proven delivery and asks for a look at its objects, in one
// transaction. It tells whether the delivery is new; one that came before is
// only counted.
func (s *Store) Receive(ctx context.Context, provider, eventID string, refs []fund.Ref) (fresh bool, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		n, err := db.One(ctx, tx, db.Value[int64], `INSERT INTO inbox (provider, event_id, refs, received_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (provider, event_id) DO UPDATE SET deliveries = inbox.deliveries + 1 RETURNING deliveries`,
			provider, eventID, db.JSON(refs), tx.now())
		fresh = n == 1
		if err != nil || !fresh {
			return err
		}
		return tx.Enqueue(ctx, job.Fetch(provider, eventID, jobRefs(refs)))
	})
	return fresh, err
}

func jobRefs(refs []fund.Ref) []job.FundRef {
	out := make([]job.FundRef, len(refs))
	for i, r := range refs {
		out[i] = job.FundRef{Kind: string(r.Kind), ID: r.ID}
	}
	return out
}

// FetchLater implements fund.Store.
func (s Fund) FetchLater(ctx context.Context, provider string, refs []fund.Ref) error {
	return s.Write(ctx, func(tx *Tx) error {
		for _, r := range refs {
			if err := tx.Enqueue(ctx, job.Fetch(provider, r.String(), jobRefs([]fund.Ref{r}))); err != nil {
				return err
			}
		}
		return nil
	})
}

// InboxDone marks a delivery as followed up.
func (tx *Tx) InboxDone(ctx context.Context, provider, eventID string) error {
	_, err := db.Exec(ctx, tx, "UPDATE inbox SET done_at = $1 WHERE provider = $2 AND event_id = $3 AND done_at IS NULL", tx.now(), provider, eventID)
	return err
}

// Deliveries tells how many different deliveries of a provider were kept, and
// how many came in with repetitions.
func (s *Store) Deliveries(ctx context.Context, provider string) (kept, came int64, err error) {
	type sums struct{ kept, came int64 }
	n, err := db.One(ctx, s.Query(), func(r db.Scanner) (n sums, err error) { return n, r.Scan(&n.kept, &n.came) },
		"SELECT COUNT(*), CAST(COALESCE(SUM(deliveries), 0) AS BIGINT) FROM inbox WHERE provider = $1", provider)
	return n.kept, n.came, err
}

// Cursor implements fund.Store.
func (s *Store) Cursor(ctx context.Context, provider, stream string) (fund.Cursor, error) {
	c, err := db.One(ctx, s.Query(), db.Value[string], "SELECT cursor FROM provider_cursor WHERE provider = $1 AND stream = $2", provider, stream)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return fund.Cursor(c), err
}

// SaveCursor implements fund.Store.
func (s Fund) SaveCursor(ctx context.Context, provider, stream string, c fund.Cursor) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := db.Exec(ctx, tx, `INSERT INTO provider_cursor (provider, stream, cursor, updated_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (provider, stream) DO UPDATE SET cursor = excluded.cursor, updated_at = excluded.updated_at`, provider, stream, string(c), tx.now())
		return err
	})
}
