package store_test

import (
	"testing"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestAStoryIsFoundAtTheDeskByTheBeginningsOfItsPresentWords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		a := d.story("ada", "The ferry runs.")
		found := func(text string) bool {
			t.Helper()
			list, err := s.Stories(t.Context(), store.StoryFilter{Phase: news.PhaseOpen, Text: text}, store.StoryKey{}, 10)
			if err != nil {
				t.Fatal(err)
			}
			return len(list) == 1 && list[0].ID == a.ID
		}
		for text, want := range map[string]bool{"boats": true, "BOA qua": true, "oats": false, "boats ferry": false, "%": true, "": true, "boats boats": true} {
			if found(text) != want {
				t.Errorf("%q finds it: %v", text, !want)
			}
		}
		d.do(func(tx *store.Tx) error {
			now, err := tx.Article(t.Context(), a.ID)
			if err != nil {
				return err
			}
			c := report("en", "Café Zürich", "x")
			c.Section = d.section
			_, err = d.Save(t.Context(), tx, d.by("ada"), news.Change{Article: a.ID, Base: now.Working, Content: c})
			return err
		})
		if found("boats") || !found("cafe zur") {
			t.Error("it is found by its old headline, or not by the new one")
		}
		d.do(func(tx *store.Tx) error { // as an older version of the program left it
			if _, err := db.Exec(t.Context(), tx, "DELETE FROM article_word"); err != nil {
				return err
			}
			_, err := db.Exec(t.Context(), tx, "UPDATE article SET folded = ''")
			return err
		})
		if more, err := s.FoldStories(t.Context()); err != nil || more || !found("zurich") {
			t.Errorf("more %v, found %v, %v", more, found("zurich"), err)
		}
	})
}

func TestWhatIsAssignedToSomebodyIsTheirs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		a, b := d.story("ada", "One."), d.story("ada", "Two.")
		d.story("ada", "Three.")
		dora := d.people["dora"].ID
		d.do(func(tx *store.Tx) error {
			if err := tx.Assign(t.Context(), store.System, a.ID, store.Assignment{Owner: dora, Reviewer: dora}); err != nil {
				return err
			}
			return tx.Assign(t.Context(), store.System, b.ID, store.Assignment{Reviewer: dora})
		})
		for _, f := range []store.StoryFilter{{Mine: dora, Phase: news.PhaseOpen}, {Mine: dora}} {
			if list, err := s.Stories(t.Context(), f, store.StoryKey{}, 10); err != nil || len(list) != 2 {
				t.Errorf("%+v: %d, %v", f, len(list), err)
			}
		}
		if list, err := s.Stories(t.Context(), store.StoryFilter{Mine: dora, Phase: news.PhaseScheduled}, store.StoryKey{}, 10); err != nil || len(list) != 0 {
			t.Errorf("%d, %v", len(list), err)
		}
	})
}

func TestAListShowsOfAForeignLiveStoryTheHeadlineThatReadersSee(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		a := d.story("ada", "The ferry runs.")
		d.room.publish(news.Order{Article: a.ID})
		d.do(func(tx *store.Tx) error {
			now, err := tx.Article(t.Context(), a.ID)
			if err != nil {
				return err
			}
			c := report("en", "The mayor resigns", "x")
			c.Section = d.section
			_, err = d.Save(t.Context(), tx, d.by("ada"), news.Change{Article: a.ID, Base: now.Working, Content: c})
			return err
		})
		f := store.StoryFilter{Phase: news.PhasePublic, Limited: true, Own: "somebody"}
		for _, c := range []struct {
			f    store.StoryFilter
			want string
		}{{f, "Boats on the quay"}, {store.StoryFilter{Phase: news.PhasePublic, Limited: true, Own: d.people["ada"].ID}, "The mayor resigns"},
			{store.StoryFilter{Phase: news.PhasePublic, Limited: true, Own: "somebody", Sections: []string{d.section}}, "The mayor resigns"},
			{store.StoryFilter{Phase: news.PhasePublic}, "The mayor resigns"}} {
			list, err := s.Stories(t.Context(), c.f, store.StoryKey{}, 10)
			if err != nil || len(list) != 1 || list[0].Headline != c.want {
				t.Errorf("%+v: %+v %v", c.f, list, err)
			}
		}
		own := d.story("ada", "One.")
		d.story("dora", "Two.")
		for who, want := range map[string]int{"somebody": 0, d.people["ada"].ID: 1} {
			n, err := s.CountStories(t.Context(), store.StoryFilter{Limited: true, Own: who})
			if err != nil || n[news.Draft] != want || n[news.Published] != 1 {
				t.Errorf("%s counts %v, %v", who, n, err)
			}
		}
		if n, err := s.CountStories(t.Context(), store.StoryFilter{}); err != nil || n[own.State] != 2 || n[news.Published] != 1 {
			t.Errorf("%v %v", n, err)
		}
		week, err := s.Calendar(t.Context(), f, d.clock.Now().AddDate(0, 0, -3), d.clock.Now().AddDate(0, 0, 3))
		if err != nil || len(week) != 1 || week[0].Headline != "Boats on the quay" {
			t.Errorf("%+v %v", week, err)
		}
	})
}
