package worker

import (
	"context"
	"log/slog"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
)

// Publisher makes scheduled articles public when their moment comes.
type Publisher struct {
	Store    *store.Store
	Newsroom news.Newsroom
}

// Do is the body of job.NewsPublish.
func (p *Publisher) Do(ctx context.Context, w job.Work) error {
	var in job.PublishPayload
	if err := w.Into(&in); err != nil {
		return fault.Wrap(fault.Internal, err, "the job has no article")
	}
	return p.publish(ctx, in.Article, time.UnixMilli(in.At).UTC())
}

func (p *Publisher) publish(ctx context.Context, article string, at time.Time) error {
	if early := at.Sub(p.Newsroom.Clock.Now()); early > 0 {
		return &Again{After: early, Reason: "it is not time yet"}
	}
	return p.Store.Write(ctx, func(tx *store.Tx) error {
		done, err := p.Newsroom.Due(ctx, tx, article, at)
		if err != nil || !done {
			return err
		}
		return tx.Audit(ctx, store.System, "article.published", "article", article, map[string]any{"scheduled_for": at.Format(time.RFC3339)})
	})
}

// CatchUp publishes what should have become public while nothing ran, and logs
// how late it was. An article that can't be published is logged and does not
// keep the others back.
func (p *Publisher) CatchUp(ctx context.Context) error {
	now := p.Newsroom.Clock.Now()
	due, err := p.Store.DueArticles(ctx, now)
	if err != nil {
		return err
	}
	for _, a := range due {
		slog.Warn("a scheduled article is late and is published now", "article", a.ID, "late", now.Sub(a.PublishAt).Round(time.Second))
		if err := p.publish(ctx, a.ID, a.PublishAt); err != nil {
			slog.Error("a scheduled article can't be published", "article", a.ID, "err", err)
		}
	}
	return nil
}
