package worker

import (
	"context"
	"log/slog"
	"time"

	"masthead.dev/masthead/internal/draft"
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
	err := p.Store.Write(ctx, func(tx *store.Tx) error {
		// What is being typed just now belongs to the text that is looked at.
		if _, err := (draft.Writing{Clock: p.Newsroom.Clock}).Cut(ctx, tx, article); err != nil {
			return err
		}
		fate, err := p.Newsroom.Due(ctx, tx, article, at)
		if err != nil || fate != news.OutLate && fate != news.Held {
			return err
		}
		return p.alarm(ctx, tx, article, at, fate)
	})
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.Denied, fault.TooLarge: // to try it again would mend nothing
		return p.refused(ctx, article, at, err)
	}
	return err
}

// refused takes a story off the plan whose publication was refused, such as for a
// language that the newsroom does not publish in any more, and says so.
func (p *Publisher) refused(ctx context.Context, article string, at time.Time, why error) error {
	slog.Warn("a scheduled article can't be published", "article", article, "err", why)
	return p.Store.Write(ctx, func(tx *store.Tx) error {
		held, err := p.Newsroom.Refused(ctx, tx, article, at)
		if err != nil || !held {
			return err
		}
		return p.alarm(ctx, tx, article, at, news.Held)
	})
}

// alarm leaves a task, and tells those whose story it is and those who publish.
// Of a story that was held back they have heard already.
func (p *Publisher) alarm(ctx context.Context, tx *store.Tx, article string, at time.Time, fate news.Fate) error {
	late := p.Newsroom.Clock.Now().Sub(at).Round(time.Second)
	slog.Warn("a scheduled article did not come out at its time", "article", article, "fate", string(fate), "late", late)
	err := tx.AddTask(ctx, store.Task{Key: "publish." + string(fate) + ":" + article + ":" + at.Format(time.RFC3339), Kind: "publish." + string(fate),
		ObjectKind: "article", ObjectID: article, Detail: map[string]any{"scheduled_for": at.Format(time.RFC3339), "seconds": int(late.Seconds())}})
	if err != nil || fate == news.Held {
		return err
	}
	return tx.NotifyPublishers(ctx, article, store.NoticeLate)
}

// DoPending is the body of job.NewsPending: what one person decided alone, once
// the time to take it back is over.
func (p *Publisher) DoPending(ctx context.Context, w job.Work) error {
	var in job.PublishPayload
	if err := w.Into(&in); err != nil {
		return fault.Wrap(fault.Internal, err, "the job has no article")
	}
	at := time.UnixMilli(in.At).UTC()
	if early := at.Sub(p.Newsroom.Clock.Now()); early > 0 {
		return &Again{After: early, Reason: "it can still be taken back"}
	}
	return p.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := p.Newsroom.DuePending(ctx, tx, in.Article, at)
		return err
	})
}

// CatchUp publishes what should have become public while nothing ran. An
// article that can't be published is logged and does not keep the others back.
func (p *Publisher) CatchUp(ctx context.Context) error {
	due, err := p.Store.DueArticles(ctx, p.Newsroom.Clock.Now())
	if err != nil {
		return err
	}
	for _, a := range due {
		if err := p.publish(ctx, a.ID, a.PublishAt); err != nil {
			slog.Error("a scheduled article can't be published", "article", a.ID, "err", err)
		}
	}
	return nil
}
