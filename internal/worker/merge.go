package worker

import (
	"context"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/store"
)

// MergeNames is the body of job.NamesMerge.
func MergeNames(s *store.Store) Body {
	return func(ctx context.Context, w job.Work) error {
		var in job.MergePayload
		if err := w.Into(&in); err != nil {
			return fault.Wrap(fault.Internal, err, "the job names nothing")
		}
		for more := true; more; {
			var err error
			if more, err = s.MoveMerged(ctx, in.Sort, in.From); err != nil {
				return err
			}
		}
		return nil
	}
}
