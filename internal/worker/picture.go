package worker

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/blob"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/store"
)

// DropPicture is the body of job.MediaDrop: it removes the files of a picture
// that is gone. Where the same file was brought in again meanwhile, they stay.
func DropPicture(s *store.Store, b blob.Store) Body {
	return func(ctx context.Context, w job.Work) error {
		var in job.DropPayload
		if err := w.Into(&in); err != nil {
			return fault.Wrap(fault.Internal, err, "the job has no files")
		}
		known, err := s.MediaKnown(ctx, in.Hash)
		if err != nil || known {
			return err
		}
		for _, key := range in.Keys {
			if err := b.Delete(ctx, key); err != nil {
				return err
			}
		}
		return nil
	}
}

// Rights is the body of job.MediaRights: it tells editors of pictures whose
// rights end soon or have ended, and looks again in an hour.
func Rights(s *store.Store) Body {
	return func(ctx context.Context, _ job.Work) error {
		for more := true; more; {
			var err error
			if more, err = s.TellRights(ctx); err != nil {
				return err
			}
		}
		return &Again{After: time.Hour, Reason: "done; looks again later"}
	}
}
