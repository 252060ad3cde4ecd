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
			if err := tx.PruneNotices(ctx); err != nil {
				return err
			}
			if err := tx.PruneDonors(ctx); err != nil {
				return err
			}
			if err := tx.PruneReports(ctx); err != nil {
				return err
			}
			if err := tx.PrunePreviews(ctx); err != nil {
				return err
			}
			_, err := tx.PruneJobs(ctx, now.Add(-7*24*time.Hour))
			return err
		})
		if err != nil {
			return err
		}
		for more := true; more; {
			if more, err = s.FoldStories(ctx); err != nil {
				return err
			}
		}
		return &Again{After: 6 * time.Hour, Reason: "done; runs again later"}
	}
}
