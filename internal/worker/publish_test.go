package worker_test

import (
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/worker"
)

// scheduled is a newsroom with one article that becomes public an hour from now.
func scheduled(t *testing.T, s *store.Store) (*worker.Publisher, *clock.Manual, string) {
	t.Helper()
	ctx := t.Context()
	now := clock.At(time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC))
	s.Clock = now
	room := news.Newsroom{Clock: now}
	var article string
	err := s.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutOutlet(ctx, store.System, outlet.Default()); err != nil {
			return err
		}
		a, err := room.Create(ctx, tx, news.Author{}, news.New{Content: news.Content{Lang: "en", Kind: news.Report, Headline: "Soon", Body: document.New("en", document.P("x"))}})
		if err != nil {
			return err
		}
		article = a.ID
		_, err = room.Schedule(ctx, tx, a.ID, now.Now().Add(time.Hour), false)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return &worker.Publisher{Store: s, Newsroom: room}, now, article
}

func public(t *testing.T, s *store.Store) int {
	t.Helper()
	page, err := s.List(t.Context(), store.Listing{Lang: "en", Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	return len(page.Stories)
}

func TestAScheduledArticleIsPublishedByTheRunner(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p, now, _ := scheduled(t, s)
		run := worker.New(s, 2)
		run.Handle(job.NewsPublish, p.Do)
		now.Add(59 * time.Minute)
		if err := run.Drain(t.Context()); err != nil || public(t, s) != 0 {
			t.Fatalf("a minute early: %d articles are public, %v", public(t, s), err)
		}
		now.Add(time.Minute)
		if err := run.Drain(t.Context()); err != nil || public(t, s) != 1 {
			t.Fatalf("%d articles are public, %v", public(t, s), err)
		}
	})
}

func TestWhatWasMissedWhileNothingRanIsPublishedAtTheStart(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	p, now, _ := scheduled(t, s)
	now.Add(5 * time.Hour)
	if err := p.CatchUp(t.Context()); err != nil || public(t, s) != 1 {
		t.Fatalf("%d articles are public, %v", public(t, s), err)
	}
	if err := p.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The job that was waiting for it finds nothing left to do.
	run := worker.New(s, 1)
	run.Handle(job.NewsPublish, p.Do)
	if err := run.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	jobs, err := s.Jobs(t.Context(), 10)
	if err != nil || len(jobs) != 0 {
		t.Errorf("%+v %v", jobs, err)
	}
}
