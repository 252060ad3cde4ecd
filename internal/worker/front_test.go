package worker_test

import (
	"context"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/worker"
)

// plannedFront schedules a front whose lead is the given story.
func plannedFront(t *testing.T, s *store.Store, lead string, at time.Time) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		f, err := tx.Front(t.Context(), "en")
		if err != nil {
			return err
		}
		err = tx.EditFront(t.Context(), store.System, store.FrontSeen{Lang: "en", Edit: f.Edit}, func(news.Arrangement) (news.Arrangement, error) {
			return news.Arrangement{news.LeadSlot: {Article: lead}}, nil
		})
		if err != nil {
			return err
		}
		_, err = tx.PlanFront(t.Context(), store.System, store.FrontSeen{Lang: "en", Edit: f.Edit + 1}, at)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func leadOf(t *testing.T, s *store.Store) string {
	t.Helper()
	a, err := s.LiveFront(t.Context(), "en")
	if err != nil {
		t.Fatal(err)
	}
	return a[news.LeadSlot].Article
}

func TestAScheduledFrontComesByTheRunnerOrAtTheStart(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	now := clock.At(time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC))
	s.Clock = now
	if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.PutOutlet(context.Background(), store.System, outlet.Default()) }); err != nil {
		t.Fatal(err)
	}
	fronts := &worker.Fronts{Store: s}
	run := worker.New(s, 1)
	run.Handle(job.FrontPublish, fronts.Do)
	plannedFront(t, s, "first", now.Now().Add(time.Hour))
	plannedFront(t, s, "third", now.Now().Add(3*time.Hour))
	plannedFront(t, s, "second", now.Now().Add(2*time.Hour))
	now.Add(time.Hour)
	if err := run.Drain(t.Context()); err != nil || leadOf(t, s) != "first" {
		t.Fatalf("%q %v", leadOf(t, s), err)
	}
	now.Add(5 * time.Hour)
	if err := fronts.CatchUp(t.Context()); err != nil || leadOf(t, s) != "third" {
		t.Fatalf("after hours in which nothing ran: %q %v", leadOf(t, s), err)
	}
	if err := run.Drain(t.Context()); err != nil || leadOf(t, s) != "third" {
		t.Fatalf("the jobs that waited: %q %v", leadOf(t, s), err)
	}
	if list, err := s.FrontVersions(t.Context(), "en", 10, 0); err != nil || len(list) != 3 || list[1].Slots[news.LeadSlot].Article != "second" {
		t.Errorf("%+v %v", list, err)
	}
}
