package worker_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/merge"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/web"
	"masthead.dev/masthead/internal/worker"
)

// plan is a newsroom in Berlin with a publisher and a story that goes out when
// the clocks there show a time.
func plan(t *testing.T, s *store.Store, now time.Time, date, hour string) (*worker.Publisher, *clock.Manual, news.Article, staff.Person) {
	t.Helper()
	ctx := t.Context()
	at := clock.At(now)
	s.Clock = at
	room := news.Newsroom{Clock: at, Diff: merge.Edits}
	o := outlet.Default()
	o.Zone = "Europe/Berlin"
	m, err := news.WallTime(date, hour, o.Location())
	if err != nil {
		t.Fatal(err)
	}
	boss := staff.Person{Name: "Boss", Email: "boss@lantern.example"}
	var a news.Article
	err = s.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutOutlet(ctx, store.System, o); err != nil {
			return err
		}
		if boss.ID, err = tx.AddStaff(ctx, store.System, boss); err != nil {
			return err
		}
		if err = tx.Grant(ctx, store.System, boss.ID, staff.Grant{Role: staff.Publisher}); err != nil {
			return err
		}
		a, err = room.Create(ctx, tx, news.Author{ID: "x", Name: "X"}, news.New{Content: news.Content{Lang: "en", Kind: news.Report, Headline: "Soon", Body: document.New("en", document.P("The ferry runs."))}})
		if err != nil {
			return err
		}
		a, err = room.Schedule(ctx, tx, a.ID, m.At, true)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return &worker.Publisher{Store: s, Newsroom: room}, at, a, boss
}

func versions(t *testing.T, s *store.Store, article string) int {
	t.Helper()
	n := 0
	if err := s.Write(t.Context(), func(tx *store.Tx) (err error) { n, err = tx.VersionCount(t.Context(), article); return err }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAServerThatWasDownPublishesOnceItIsBackAndSaysHowLateItWas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p, now, a, boss := plan(t, s, time.Date(2026, 6, 1, 6, 0, 0, 0, time.UTC), "2026-06-01", "09:00")
		now.Add(67 * time.Minute) // 09:07 there
		if err := p.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		pub, err := s.Publication(t.Context(), a.ID)
		if err != nil || !pub.First.Equal(now.Now()) {
			t.Fatalf("first public at %s, %v", pub.First, err)
		}
		tasks, _, err := s.Tasks(t.Context(), 10)
		if err != nil || len(tasks) != 1 || tasks[0].Kind != "publish.late" || tasks[0].Detail["seconds"] != 420.0 {
			t.Errorf("%+v %v", tasks, err)
		}
		told, err := s.Notices(t.Context(), boss.ID, 10, 0)
		if err != nil || len(told) != 2 || told[0].Kind != store.NoticeLate && told[1].Kind != store.NoticeLate {
			t.Errorf("%+v %v", told, err)
		}
		run := worker.New(s, 1)
		run.Handle(job.NewsPublish, p.Do)
		run.Handle(job.StaffDigest, func(context.Context, job.Work) error { return nil })
		if err := run.Drain(t.Context()); err != nil || versions(t, s, a.ID) != 1 {
			t.Errorf("%d versions, %v", versions(t, s, a.ID), err)
		}
	})
}

func TestWhatIsPublishedInTimeRaisesNoAlarm(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	p, now, a, _ := plan(t, s, time.Date(2026, 6, 1, 6, 0, 0, 0, time.UTC), "2026-06-01", "09:00")
	now.Add(time.Hour + 59*time.Second)
	if err := p.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	pub, err := s.Publication(t.Context(), a.ID)
	if err != nil || !pub.First.Equal(a.PublishAt) {
		t.Errorf("first public at %s, %v", pub.First, err)
	}
	if tasks, _, err := s.Tasks(t.Context(), 10); err != nil || len(tasks) != 0 {
		t.Errorf("%+v %v", tasks, err)
	}
}

func TestWhenTheClocksChangeAStoryIsOutOnce(t *testing.T) {
	for name, c := range map[string]struct {
		begin      time.Time
		date, hour string
		out        time.Time
	}{
		"forward, at a time that does not exist": {time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC), "2026-03-29", "02:30", time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)},
		"back, at a time that comes twice":       {time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC), "2026-10-25", "02:30", time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t, storetest.SQLite(t))
			p, now, a, _ := plan(t, s, c.begin, c.date, c.hour)
			run := worker.New(s, 1)
			run.Handle(job.NewsPublish, p.Do)
			run.Handle(job.StaffDigest, func(context.Context, job.Work) error { return nil })
			for range 3 * 60 {
				before := now.Now().Before(c.out)
				if err := run.Drain(t.Context()); err != nil {
					t.Fatal(err)
				}
				if n := versions(t, s, a.ID); before && n != 0 || !before && n != 1 {
					t.Fatalf("at %s there are %d versions", now.Now(), n)
				}
				now.Add(time.Minute)
			}
		})
	}
}

func TestWhatIsBeingTypedWhenTheHourComesIsLookedAtFirst(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	p, now, a, _ := plan(t, s, time.Date(2026, 6, 1, 6, 0, 0, 0, time.UTC), "2026-06-01", "09:00")
	r, err := s.Revision(t.Context(), a.Working)
	if err != nil {
		t.Fatal(err)
	}
	c := r.Content
	c.Headline = "Not so soon"
	now.Add(time.Hour - time.Second)
	err = s.Write(t.Context(), func(tx *store.Tx) error {
		_, err := (draft.Writing{Clock: now}).Save(t.Context(), tx, draft.Save{Article: a.ID, By: news.Author{ID: "y", Name: "Y"}, Client: "tab", Seq: 1, Base: r.ID, Content: c})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	now.Add(time.Second)
	if err := p.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := s.Article(t.Context(), a.ID)
	if err != nil || got.State != news.CopyDesk || versions(t, s, a.ID) != 0 {
		t.Errorf("%s with %d versions, %v", got.State, versions(t, s, a.ID), err)
	}
}

func TestAStoryThatIsHeldBackDoesNotGoOutAtItsHourAndSomebodyIsTold(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	p, now, a, boss := plan(t, s, time.Date(2026, 6, 1, 6, 0, 0, 0, time.UTC), "2026-06-01", "09:00")
	if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.Hold(t.Context(), store.System, a.ID, "A letter came.") }); err != nil {
		t.Fatal(err)
	}
	now.Add(time.Hour)
	if err := p.CatchUp(t.Context()); err != nil || versions(t, s, a.ID) != 0 {
		t.Fatalf("%d versions, %v", versions(t, s, a.ID), err)
	}
	tasks, _, err := s.Tasks(t.Context(), 10)
	if err != nil || len(tasks) != 1 || tasks[0].Kind != "publish.held" {
		t.Errorf("%+v %v", tasks, err)
	}
	if told, err := s.Notices(t.Context(), boss.ID, 10, 0); err != nil || len(told) != 1 || told[0].Kind != store.NoticeFailed {
		t.Errorf("%+v %v", told, err)
	}
}

func TestTheMailOfNoticesNamesNoStoryUnderEmbargoAndComesOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		_, now, a, boss := plan(t, s, time.Date(2026, 6, 1, 6, 0, 0, 0, time.UTC), "2026-06-01", "09:00")
		ctx := t.Context()
		err := s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.SetNotifyWay(ctx, boss.ID, store.NotifyNow); err != nil {
				return err
			}
			return tx.Notify(ctx, store.Notice{Kind: store.NoticeMention, Article: a.ID, By: "Ansel"}, "", boss.ID, boss.ID, "nobody")
		})
		if err != nil {
			t.Fatal(err)
		}
		all, err := web.NewTemplates()
		if err != nil {
			t.Fatal(err)
		}
		run := worker.New(s, 1)
		run.Handle(job.StaffDigest, (&worker.Notices{Store: s, Templates: all, Address: func(p string) string { return "https://lantern.example" + p }}).Do)
		run.Handle(job.MailKind, func(context.Context, job.Work) error { return nil })
		for range 3 {
			now.Add(2 * time.Minute)
			if err := run.Drain(ctx); err != nil {
				t.Fatal(err)
			}
		}
		mails, err := s.Mails(ctx, 10, 0)
		if err != nil || len(mails) != 1 {
			t.Fatalf("%d mails, %v", len(mails), err)
		}
		if m := mails[0]; strings.Contains(m.Text+m.HTML, "Soon") || !strings.Contains(m.Text, "https://lantern.example/desk/stories/"+a.ID) || !strings.Contains(m.Text, "Ansel mentions you") {
			t.Errorf("%s\n%s", m.Subject, m.Text)
		}
	})
}

func TestAMailOfNoticesDoesNotReachAnAccountThatWasSwitchedOff(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	_, now, a, boss := plan(t, s, time.Date(2026, 6, 1, 6, 0, 0, 0, time.UTC), "2026-06-01", "09:00")
	ctx := t.Context()
	heir := staff.Person{Name: "Heir", Email: "heir@lantern.example", Grants: []staff.Grant{{Role: staff.Owner}}}
	err := s.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.AddStaff(ctx, store.System, heir); err != nil {
			return err
		}
		if err := tx.Notify(ctx, store.Notice{Kind: store.NoticeMention, Article: a.ID, By: "Ansel"}, "", boss.ID); err != nil {
			return err
		}
		return tx.SetStaffState(ctx, store.System, boss.ID, staff.Disabled)
	})
	if err != nil {
		t.Fatal(err)
	}
	all, err := web.NewTemplates()
	if err != nil {
		t.Fatal(err)
	}
	run := worker.New(s, 1)
	run.Handle(job.StaffDigest, (&worker.Notices{Store: s, Templates: all, Address: func(p string) string { return p }}).Do)
	run.Handle(job.NewsPublish, func(context.Context, job.Work) error { return nil })
	now.Add(48 * time.Hour)
	if err := run.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if mails, err := s.Mails(ctx, 10, 0); err != nil || len(mails) != 0 {
		t.Errorf("%d mails, %v", len(mails), err)
	}
}

func TestAPublicationThatIsRefusedTakesTheStoryOffThePlanAndSaysSo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p, now, a, boss := plan(t, s, time.Date(2026, 6, 1, 6, 0, 0, 0, time.UTC), "2026-06-01", "09:00")
		o := outlet.Default()
		o.Language, o.Zone = "de", "Europe/Berlin" // and no English any more: the form refuses that, a hand in the database does not
		text, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.ExecContext(t.Context(), "UPDATE setting SET value = $1 WHERE name = 'outlet'", string(text))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		now.Add(time.Hour)
		if err := p.CatchUp(t.Context()); err != nil || versions(t, s, a.ID) != 0 {
			t.Fatalf("%d versions, %v", versions(t, s, a.ID), err)
		}
		got, err := s.Article(t.Context(), a.ID)
		if err != nil || got.State != news.CopyDesk {
			t.Errorf("%s, %v", got.State, err)
		}
		if tasks, _, err := s.Tasks(t.Context(), 10); err != nil || len(tasks) != 1 || tasks[0].Kind != "publish.held" {
			t.Errorf("%+v %v", tasks, err)
		}
		if told, err := s.Notices(t.Context(), boss.ID, 10, 0); err != nil || len(told) != 1 || told[0].Kind != store.NoticeFailed {
			t.Errorf("%+v %v", told, err)
		}
	})
}
