package worker

import (
	"context"
	"log/slog"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
)

// Fronts makes scheduled fronts public when their moment comes.
type Fronts struct{ Store *store.Store }

// Do is the body of job.FrontPublish.
func (f *Fronts) Do(ctx context.Context, w job.Work) error {
	var in job.FrontPayload
	if err := w.Into(&in); err != nil {
		return fault.Wrap(fault.Internal, err, "the job has no front")
	}
	p, err := f.Store.FrontPlan(ctx, in.Plan)
	if fault.Is(err, fault.NotFound) {
		return nil // taken off the plan, or public already
	}
	if err != nil {
		return err
	}
	if early := p.At.Sub(f.Store.Clock.Now()); early > 0 {
		return &Again{After: early, Reason: "it is not time yet"}
	}
	return f.publish(ctx, p)
}

func (f *Fronts) publish(ctx context.Context, p store.FrontPlan) error {
	if late := f.Store.Clock.Now().Sub(p.At); late > news.LateAfter {
		slog.Warn("a scheduled front did not come out at its time", "lang", p.Lang, "plan", p.ID, "late", late)
	}
	return f.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.DueFront(ctx, p.ID)
		return err
	})
}

// CatchUp makes public what should have become so while nothing ran, in the order
// of its times, so that the last one stays.
func (f *Fronts) CatchUp(ctx context.Context) error {
	due, err := f.Store.DueFronts(ctx, f.Store.Clock.Now())
	if err != nil {
		return err
	}
	for _, p := range due {
		if err := f.publish(ctx, p); err != nil {
			slog.Error("a scheduled front can't be published", "plan", p.ID, "err", err)
		}
	}
	return nil
}
