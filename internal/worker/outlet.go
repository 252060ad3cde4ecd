package worker

import (
	"context"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
)

// MoveStories is the body of job.SectionMove: the stories of a section that was
// merged follow it, a few in each transaction.
func MoveStories(s *store.Store) Body {
	return func(ctx context.Context, w job.Work) error {
		var in job.SectionPayload
		if err := w.Into(&in); err != nil {
			return fault.Wrap(fault.Internal, err, "the job has no section")
		}
		for more := true; more && ctx.Err() == nil; {
			var err error
			if more, err = s.MoveStories(ctx, in.Section); err != nil {
				return err
			}
		}
		return ctx.Err()
	}
}

// Readdress is the body of job.NewsReaddress: published articles get the
// addresses of a new pattern, a few in each transaction.
func Readdress(s *store.Store, room news.Newsroom) Body {
	return func(ctx context.Context, _ job.Work) error {
		for more := true; more && ctx.Err() == nil; {
			var err error
			more, err = s.Readdress(ctx, func(tx *store.Tx, article string) (bool, error) { return room.Readdress(ctx, tx, article) })
			if err != nil {
				return err
			}
		}
		return ctx.Err()
	}
}
