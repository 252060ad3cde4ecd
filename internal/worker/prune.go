package worker

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/store"
)

// Prune is the body of job.Prune: it forgets what nobody asks for any more.
// Followers of the change feed are seconds behind, not a day.
func Prune(s *store.Store) Body {
	return func(ctx context.Context, _ job.Work) error {
		now := s.Clock.Now()
		err := s.Write(ctx, func(tx *store.Tx) error {
			if _, err := tx.PruneChanges(ctx, now.Add(-24*time.Hour)); err != nil {
				return err
			}
			if err := tx.PruneSessions(ctx); err != nil {
				return err
			}
			if err := tx.PruneTabs(ctx); err != nil {
				return err
			}
			if err := tx.PruneDonors(ctx); err != nil {
				return err
			}
			if err := tx.PruneRequests(ctx); err != nil {
				return err
			}
			return tx.PruneWebhooks(ctx)
		})
		if err != nil {
			return err
		}
		for _, fold := range []func(context.Context) (bool, error){s.FoldStories, s.FoldMedia} {
			for more := true; more; {
				if more, err = fold(ctx); err != nil {
					return err
				}
			}
		}
		return &Again{After: 6 * time.Hour, Reason: "done; runs again later"}
	}
}

// Retain is the body of job.Retain: once a day it removes what was kept for as
// long as the newsroom wants to keep it.
func Retain(s *store.Store) Body {
	return func(ctx context.Context, _ job.Work) error {
		if err := s.Retain(ctx); err != nil {
			return err
		}
		return &Again{After: 24 * time.Hour, Reason: "done; runs again tomorrow"}
	}
}
