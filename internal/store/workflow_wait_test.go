package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// waits is a live story with a change that somebody alone decided on.
func waits(t *testing.T, s *store.Store) (d *newsdesk, article string, due time.Time) {
	t.Helper()
	d = openDesk(t, s)
	a := d.story("boss", "The ferry sinks.")
	d.room.publish(news.Order{Article: a.ID})
	d.edit(a.ID, "boss", "The ferry sank at nine.")
	out, err := d.step(a.ID, "boss", news.ChangeLive, func(a *news.Act) {
		a.Alone, a.Reason, a.Class, a.Was, a.Is = true, "It is night.", news.Correct, "sinks", "sank"
	})
	if err != nil || out.Due.IsZero() {
		t.Fatalf("due %s, %v", out.Due, err)
	}
	return d, a.ID, out.Due
}

func (d *newsdesk) comesDue(article string, due time.Time) (done bool) {
	d.t.Helper()
	d.clock.Add(news.UndoLasts)
	d.do(func(tx *store.Tx) (err error) { done, err = d.DuePending(d.t.Context(), tx, article, due); return err })
	return done
}

func TestAChangeThatWaitsDoesNotComeOutUnderAHold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, article, due := waits(t, s)
		d.do(func(tx *store.Tx) error { return tx.Hold(t.Context(), store.System, article, "A letter came.") })
		if d.comesDue(article, due) {
			t.Error("it came out")
		}
		if p, err := s.Publication(t.Context(), article); err != nil || p.Version != 1 || !strings.Contains(p.Content.Text(), "sinks") {
			t.Errorf("version %d: %s, %v", p.Version, p.Content.Text(), err)
		}
		if told, err := s.Notices(t.Context(), d.people["boss"].ID, 10, 0); err != nil || len(told) == 0 || told[0].Kind != store.NoticeFailed {
			t.Errorf("%+v %v", told, err)
		}
	})
}

func TestAChangeThatWaitsComesOutOnceWhereASecondPersonLetsItThrough(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, article, due := waits(t, s)
		d.steps(article, "dora vouch")
		if _, err := d.step(article, "boss", news.ChangeLive, func(a *news.Act) { a.Class, a.Was, a.Is = news.Correct, "sinks", "sank" }); err != nil {
			t.Fatal(err)
		}
		if d.comesDue(article, due) {
			t.Error("it came out once more")
		}
		if p, err := s.Publication(t.Context(), article); err != nil || p.Version != 2 {
			t.Errorf("version %d, %v", p.Version, err)
		}
	})
}

// A time a minute ahead would be a way round the ten minutes.
func TestWhoIsAlonePlansAtLeastTenMinutesAhead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		a := d.story("boss", "The ferry sinks.")
		d.steps(a.ID, "boss submit")
		if _, err := d.step(a.ID, "boss", news.Approve, func(a *news.Act) { a.Alone, a.Reason = true, "Night." }); err != nil {
			t.Fatal(err)
		}
		in := func(wait time.Duration) error {
			_, err := d.step(a.ID, "boss", news.Plan, func(a *news.Act) { a.At = d.clock.Now().Add(wait) })
			return err
		}
		if got := refusedBy(in(time.Minute)); !slices.Equal(got, []string{"flow.no.soon"}) {
			t.Errorf("in a minute: %v", got)
		}
		if err := in(news.UndoLasts); err != nil {
			t.Errorf("in ten minutes: %v", err)
		}
	})
}

func TestAMailOfNoticesMarksWhatItHasAndNothingElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		a := d.story("ada", "The ferry runs.")
		max := d.people["max"].ID
		d.do(func(tx *store.Tx) error {
			for range 103 {
				if err := tx.Notify(t.Context(), store.Notice{Kind: store.NoticeMention, Article: a.ID, By: "ada"}, "", max); err != nil {
					return err
				}
			}
			return nil
		})
		for _, want := range []int{100, 3, 0} {
			d.do(func(tx *store.Tx) error {
				list, err := tx.TakeDigest(t.Context(), max)
				if len(list) != want {
					t.Errorf("%d, want %d", len(list), want)
				}
				return err
			})
		}
	})
}
