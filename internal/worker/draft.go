package worker

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/store"
)

// CutDraft is the body of job.DraftCut: what somebody typed and left becomes a
// revision. While the tab goes on saving, the job comes back.
func CutDraft(s *store.Store, w draft.Writing) Body {
	return func(ctx context.Context, work job.Work) error {
		var in job.DraftPayload
		if err := work.Into(&in); err != nil {
			return fault.Wrap(fault.Internal, err, "the job has no article")
		}
		var wait time.Duration
		err := s.Write(ctx, func(tx *store.Tx) (err error) {
			wait, err = w.CutQuiet(ctx, tx, in.Article)
			return err
		})
		if err == nil && wait > 0 {
			return &Again{After: wait, Reason: "somebody is still typing"}
		}
		return err
	}
}
