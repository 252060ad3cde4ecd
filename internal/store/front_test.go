package store_test

import (
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// fronted is a newsroom with stories, for its front.
type fronted struct {
	t     *testing.T
	s     *store.Store
	clock *clock.Manual
	room  news.Newsroom
	ids   map[string]string // headline → article
}

func newFronted(t *testing.T, s *store.Store, headlines ...string) *fronted {
	t.Helper()
	c := clock.At(time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC))
	s.Clock = c
	f := &fronted{t: t, s: s, clock: c, room: news.Newsroom{Clock: c}, ids: map[string]string{}}
	f.do(func(tx *store.Tx) error {
		o := outlet.Default()
		o.Languages = []string{"fa"}
		return tx.PutOutlet(t.Context(), store.System, o)
	})
	for _, h := range headlines {
		f.draft(h)
		f.publish(h)
	}
	return f
}

func (f *fronted) do(fn func(tx *store.Tx) error) {
	f.t.Helper()
	if err := f.s.Write(f.t.Context(), fn); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fronted) draft(h string) {
	f.t.Helper()
	f.do(func(tx *store.Tx) error {
		a, err := f.room.Create(f.t.Context(), tx, news.Author{}, news.New{Content: news.Content{Lang: "en", Kind: news.Report, Headline: h, Body: document.New("en", document.P(h))}})
		f.ids[h] = a.ID
		return err
	})
}

func (f *fronted) publish(h string) {
	f.t.Helper()
	f.clock.Add(time.Minute)
	f.do(func(tx *store.Tx) error {
		_, err := f.room.Publish(f.t.Context(), tx, news.Order{Article: f.ids[h]})
		return err
	})
}

func (f *fronted) front() store.Front {
	f.t.Helper()
	v, err := f.s.Front(f.t.Context(), "en")
	if err != nil {
		f.t.Fatal(err)
	}
	return v
}

func (f *fronted) seen() store.FrontSeen { return store.FrontSeen{Lang: "en", Edit: f.front().Edit} }

// put gives a story a slot of the draft.
func (f *fronted) put(s news.Slot, p news.Placed) {
	f.t.Helper()
	p.Article = f.ids[p.Article]
	f.do(func(tx *store.Tx) error {
		return tx.EditFront(f.t.Context(), dora, f.seen(), func(a news.Arrangement) (news.Arrangement, error) { return a.Put(s, p, f.clock.Now()) })
	})
}

// top lists what readers see at the top, in the order of the slots; what an
// editor put there has a star.
func (f *fronted) top() (out []string) {
	f.t.Helper()
	slots, err := f.s.LiveFront(f.t.Context(), "en")
	if err != nil {
		f.t.Fatal(err)
	}
	filled, err := f.s.FillFront(f.t.Context(), store.FrontWish{Lang: "en", Slots: slots, Now: f.clock.Now()})
	if err != nil {
		f.t.Fatal(err)
	}
	for _, s := range filled.Top {
		star := ""
		if s.Hand {
			star = "*"
		}
		out = append(out, s.Story.Headline+star)
	}
	return out
}

func (f *fronted) shows(want ...string) {
	f.t.Helper()
	got := f.top()
	for i, w := range want {
		if got[i] != w {
			f.t.Errorf("the front shows %q, want %q", got, want)
			return
		}
	}
}

var dora = store.Actor{ID: "dora", Name: "Dora"}

func TestAFrontIsArrangedPublishedAndUndone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFronted(t, s, "one", "two", "three", "four", "five")
		ctx := t.Context()
		f.shows("five", "four", "three", "two")
		f.put(news.LeadSlot, news.Placed{Article: "one", Headline: "The one"})
		f.shows("five", "four", "three", "two") // a draft changes nothing
		f.do(func(tx *store.Tx) error { _, err := tx.PublishFront(ctx, dora, f.seen()); return err })
		f.shows("one*", "five", "four", "three")
		f.put(news.BesideNext, news.Placed{Article: "two", Until: f.clock.Now().Add(time.Hour)})
		f.do(func(tx *store.Tx) error { _, err := tx.PublishFront(ctx, dora, f.seen()); return err })
		f.shows("one*", "five", "two*", "four")
		f.clock.Add(time.Hour)
		f.shows("one*", "five", "four", "three") // its time is over
		undo := func() error {
			return s.Write(ctx, func(tx *store.Tx) error { _, err := tx.UndoFront(ctx, dora, f.seen()); return err })
		}
		for _, lead := range []string{"one*", "five"} {
			if err := undo(); err != nil || f.top()[0] != lead {
				t.Errorf("undone: %v %v", f.top(), err)
			}
		}
		if err := undo(); !fault.Is(err, fault.Invalid) {
			t.Errorf("nothing is left to undo: %v", err)
		}
		f.do(func(tx *store.Tx) error { _, err := tx.RestoreFront(ctx, dora, f.seen(), 1); return err })
		f.shows("one*", "five", "four", "three")
		list, err := s.FrontVersions(ctx, "en", 10, 0)
		if err != nil || len(list) != 5 || list[0].Origin != news.FrontRestored || list[0].Restores != 1 || list[4].By.Name != "Dora" || list[4].Slots[news.LeadSlot].Headline != "The one" {
			t.Errorf("%+v %v", list, err)
		}
		err = s.Write(ctx, func(tx *store.Tx) error { _, err := tx.PublishFront(ctx, dora, f.seen()); return err })
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("nothing changed, and it was published: %v", err)
		}
	})
}

func TestTwoEditorsNeverWriteOverEachOthersFront(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFronted(t, s, "one", "two")
		seen := f.seen()
		f.put(news.LeadSlot, news.Placed{Article: "one"})
		put := func(h string, seen store.FrontSeen) error {
			return s.Write(t.Context(), func(tx *store.Tx) error {
				return tx.EditFront(t.Context(), store.Actor{ID: "ansel"}, seen, func(a news.Arrangement) (news.Arrangement, error) {
					return a.Put(news.BesideFirst, news.Placed{Article: f.ids[h]}, f.clock.Now())
				})
			})
		}
		if err := put("two", seen); !fault.Is(err, fault.Conflict) {
			t.Fatal(err)
		}
		if err := put("two", f.seen()); err != nil || len(f.front().Draft) != 2 || f.front().By.ID != "ansel" {
			t.Errorf("%+v %v", f.front(), err)
		}
		if err := put("two", store.FrontSeen{Lang: "de"}); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

func TestAScheduledFrontComesAtItsTimeAndOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFronted(t, s, "one", "two")
		ctx := t.Context()
		f.put(news.LeadSlot, news.Placed{Article: "one"})
		var p store.FrontPlan
		f.do(func(tx *store.Tx) (err error) {
			p, err = tx.PlanFront(ctx, dora, f.seen(), f.clock.Now().Add(time.Hour))
			return err
		})
		if f.front().Begun {
			t.Error("the draft was scheduled and is still there")
		}
		f.put(news.LeadSlot, news.Placed{Article: "two", Headline: "Mine"}) // another draft meanwhile
		due := func() (out bool) {
			f.do(func(tx *store.Tx) (err error) { out, err = tx.DueFront(ctx, p.ID); return err })
			return out
		}
		if due() {
			t.Error("it came an hour early")
		}
		f.clock.Add(time.Hour)
		before := f.front().Edit
		if list, err := s.DueFronts(ctx, f.clock.Now()); err != nil || len(list) != 1 || !due() || due() {
			t.Errorf("%v %v", list, err)
		}
		f.shows("one*", "two")
		if v := f.front(); v.Live.Origin != news.FrontScheduled || v.Draft[news.LeadSlot].Headline != "Mine" || v.Edit == before {
			t.Errorf("%+v", v)
		}
		f.do(func(tx *store.Tx) (err error) {
			p, err = tx.PlanFront(ctx, dora, f.seen(), f.clock.Now().Add(time.Hour))
			return err
		})
		f.do(func(tx *store.Tx) error { return tx.TakeFrontPlan(ctx, dora, f.seen(), p.ID) })
		if list, err := s.FrontPlans(ctx, "en"); err != nil || len(list) != 0 || f.front().Draft[news.LeadSlot].Headline != "Mine" {
			t.Errorf("%v %v %+v", list, err, f.front())
		}
	})
}

func TestAStoryLeavesItsSlotAtOnceAndEditorsAreTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFronted(t, s, "one", "two", "three", "four", "five")
		ctx := t.Context()
		var editor string
		f.do(func(tx *store.Tx) (err error) {
			editor, err = tx.AddStaff(ctx, store.System, staff.Person{Email: "d@lantern.example", Name: "Dora", Grants: []staff.Grant{{Role: staff.Editor}}})
			return err
		})
		f.draft("soon")
		f.put(news.LeadSlot, news.Placed{Article: "one"})
		f.put(news.BesideFirst, news.Placed{Article: "soon", Headline: "A secret"})
		f.do(func(tx *store.Tx) error { _, err := tx.PublishFront(ctx, dora, f.seen()); return err })
		f.shows("one*", "five", "four", "three") // what is not public is kept for, and not shown
		f.publish("soon")
		f.shows("one*", "soon*", "five", "four")
		f.do(func(tx *store.Tx) error {
			_, err := f.room.Do(ctx, tx, news.Act{Article: f.ids["one"], Step: news.Retire, Note: "It was not so."})
			return err
		})
		f.shows("five", "soon*", "four", "three")
		list, err := s.Notices(ctx, editor, 10, 0)
		if err != nil || len(list) != 1 || list[0].Kind != store.NoticeFront || list[0].Article != f.ids["one"] || list[0].Detail != "retracted" {
			t.Errorf("%+v %v", list, err)
		}
	})
}
