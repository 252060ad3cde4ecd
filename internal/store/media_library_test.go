package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// library lists names of files in a view of the library.
func (r *room) library(f store.MediaFilter) string {
	r.t.Helper()
	list, err := r.s.Library(r.t.Context(), f, store.MediaKey{}, 50)
	if err != nil {
		r.t.Fatal(err)
	}
	var out []string
	for _, p := range list {
		out = append(out, p.Filename)
	}
	return strings.Join(out, " ")
}

func TestTheLibraryFindsPicturesByWordsAndByWhatTheyLack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r, ctx := newRoom(t, s), t.Context()
		for i, p := range []media.Picture{
			{Filename: "bus", Credit: "Ines Hallow", Alt: map[string]string{"en": "A lit bus"}, CreatedBy: "ansel"},
			{Filename: "flag", Rights: "agency, one year", RightsUntil: noon.Add(48 * time.Hour), Decorative: true},
			{Filename: "harbour", Credit: "Nell", Caption: map[string]string{"fa": "بندر در شب"}, RightsUntil: noon.Add(-time.Hour)},
			{Filename: "later", Credit: "Nell", Alt: map[string]string{"de": "Später"}, RightsUntil: noon.AddDate(1, 0, 0)},
		} {
			p.Hash = picture(byte(i)).Hash
			r.clock.Add(time.Second)
			if _, err := s.AddMedia(ctx, p); err != nil {
				t.Fatal(err)
			}
		}
		for want, f := range map[string]store.MediaFilter{
			"later harbour flag bus": {}, "bus": {Text: "lit b"}, "harbour": {Text: "بندر"}, "later harbour": {Text: "nell"}, "": {Text: "nell bus"},
			"flag": {Lack: store.NoCredit}, "harbour ": {Lack: store.NoAlt}, " flag": {Lack: store.EndsSoon}, " harbour": {Lack: store.RightsEnd},
			" bus": {By: "ansel"}, "later harbour flag bus ": {Lack: store.Unused},
		} {
			if got := r.library(f); got != strings.TrimSpace(want) {
				t.Errorf("%+v: %q, want %q", f, got, want)
			}
		}
		first, err := s.Library(ctx, store.MediaFilter{}, store.MediaKey{}, 2)
		if err != nil || len(first) != 2 {
			t.Fatal(len(first), err)
		}
		rest, err := s.Library(ctx, store.MediaFilter{}, store.MediaFilter{}.KeyOf(first[1]), 10)
		if err != nil || len(rest) != 2 || rest[0].Filename != "flag" {
			t.Errorf("the second page has %d, %v", len(rest), err)
		}
		p := rest[1]
		p.Alt, p.Credit = map[string]string{"en": "Tram"}, ""
		r.do(func(tx *store.Tx) error { return tx.DescribeMedia(ctx, p) })
		if got := r.library(store.MediaFilter{Text: "lit"}) + r.library(store.MediaFilter{Text: "tram"}); got != "bus" {
			t.Errorf("after the words changed: %q", got)
		}
	})
}

func TestPicturesThatLookTheSameAreNamedOnceEach(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r, ctx := newRoom(t, s), t.Context()
		var ids []string
		for i, print := range []string{"fedcba9876543210", "fedcba9876543211", "0123456789abcdef", "fedcba9876543213"} {
			p := picture(byte(i))
			p.Filename = fmt.Sprint("p", i)
			r.clock.Add(time.Second)
			p, err := s.AddMedia(ctx, p)
			if err != nil {
				t.Fatal(err)
			}
			r.do(func(tx *store.Tx) error { return tx.MediaRendered(ctx, p.ID, print, nil) })
			ids = append(ids, p.ID)
		}
		if got := r.library(store.MediaFilter{Lack: store.Doubles}); got != "p3 p1" {
			t.Errorf("doubles: %q", got)
		}
		list, err := s.Alike(ctx, "fedcba9876543210", "")
		if err != nil || len(list) != 3 || list[0].ID != ids[0] {
			t.Errorf("alike: %d, %v", len(list), err)
		}
		r.do(func(tx *store.Tx) error { return tx.SetApart(ctx, store.System, ids[3]) })
		r.do(func(tx *store.Tx) error { return tx.DropMedia(ctx, store.System, ids[0]) })
		if got := r.library(store.MediaFilter{Lack: store.Doubles}); got != "" {
			t.Errorf("after the first was deleted: %q", got)
		}
	})
}

func TestAPictureThatIsUsedAnywhereCantBeDeleted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r, ctx := newRoom(t, s), t.Context()
		p := r.rendered(picture(0))
		drop := func() error { return r.try(func(tx *store.Tx) error { return tx.DropMedia(ctx, store.System, p.ID) }) }
		uses := func(want int) {
			t.Helper()
			got, err := s.Media(ctx, p.ID)
			if err != nil || got.Uses != want {
				t.Errorf("%d uses, want %d, %v", got.Uses, want, err)
			}
		}
		c := report("en", "Night bus", "It runs.")
		c.Lead = &news.Lead{Media: p.ID}
		a := r.create(c, "")
		if uses(1); !fault.Is(drop(), fault.Conflict) {
			t.Error("a draft's picture was deleted")
		}
		if got := r.library(store.MediaFilter{Lack: store.Unused}); got != "" {
			t.Errorf("unused: %s", got)
		}
		r.publish(news.Order{Article: a.ID})
		uses(2)
		list, all, err := s.UsesOf(ctx, p.ID, store.StoryFilter{})
		if err != nil || all != 1 || len(list) != 1 || !list[0].Working || !list[0].Public || list[0].ID != a.ID {
			t.Errorf("%d %+v, %v", all, list, err)
		}
		r.change(a.ID, news.Order{Article: a.ID, Class: news.Update}, func(c *news.Content) {
			c.Lead, c.Body = nil, document.New("en", document.P("It runs, without a picture."))
		})
		uses(0)
		r.do(func(tx *store.Tx) error { return tx.PlaceMedia(ctx, "person", "nell", p.ID) })
		if uses(1); !fault.Is(drop(), fault.Conflict) {
			t.Error("a portrait was deleted")
		}
		if _, err := s.ServedMedia(ctx, p.Hash, 320, "jpg"); err != nil {
			t.Errorf("a portrait is not served: %v", err)
		}
		r.do(func(tx *store.Tx) error { return tx.PlaceMedia(ctx, "person", "nell") })
		if err := drop(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Media(ctx, p.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("it is still there: %v", err)
		}
		work, err := s.Claim(ctx, "me", time.Minute, 10)
		if err != nil || !slices.ContainsFunc(work, func(w job.Work) bool {
			return w.Kind == job.MediaDrop && strings.Contains(string(w.Payload), "original/aa/x.jpg")
		}) {
			t.Errorf("nothing removes its files: %+v, %v", work, err)
		}
	})
}

func TestSomebodySeesOnlyTheUsesInStoriesThatTheyMaySee(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r, ctx := newRoom(t, s), t.Context()
		p := r.rendered(picture(0))
		for _, headline := range []string{"A draft", "A public one"} {
			c := report("en", headline, "It runs.")
			c.Lead = &news.Lead{Media: p.ID}
			if a := r.create(c, ""); headline != "A draft" {
				r.publish(news.Order{Article: a.ID})
			}
		}
		list, all, err := s.UsesOf(ctx, p.ID, store.StoryFilter{Limited: true, Own: "somebody"})
		if err != nil || all != 2 || len(list) != 1 || list[0].Headline != "A public one" {
			t.Errorf("%d, %+v, %v", all, list, err)
		}
	})
}

func TestEditorsHearOnceBeforeAndOnceAfterTheEndOfRights(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, ctx := openDesk(t, s), t.Context()
		p := picture(0)
		p.RightsUntil = d.clock.Now().Add(20 * 24 * time.Hour)
		p = d.rendered(p)
		c := report("en", "Night bus", "It runs.")
		c.Lead = &news.Lead{Media: p.ID}
		d.create(c, "")
		told := func(want ...store.NoticeKind) {
			t.Helper()
			for range 2 {
				if more, err := s.TellRights(ctx); err != nil || more {
					t.Fatal(more, err)
				}
			}
			list, err := s.Notices(ctx, d.people["dora"].ID, 10, 0)
			var got []store.NoticeKind
			for _, n := range list {
				got = append(got, n.Kind)
			}
			if slices.Reverse(got); err != nil || !slices.Equal(got, want) {
				t.Errorf("told %v, want %v, %v", got, want, err)
			}
		}
		told()
		d.clock.Add(7 * 24 * time.Hour)
		told(store.NoticeRights)
		d.clock.Add(14 * 24 * time.Hour)
		told(store.NoticeRights, store.NoticeRightsEnded)
	})
}

func TestNoViewOfTheLibraryIsSortedOrReadInFull(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	for _, where := range []string{"m.credit = ''", "m.alt = '{}' AND m.decorative = 0", "m.uses = 0", "m.twin <> ''", "m.created_by = 'x'", "m.id > ''"} {
		noScan(t, s, "SELECT m.id FROM media m WHERE "+where+" AND (m.created_at, m.id) < (5, 'x') ORDER BY m.created_at DESC, m.id DESC LIMIT 51")
	}
	noScan(t, s, "SELECT m.id FROM media m WHERE m.rights_until IS NOT NULL AND m.rights_until <= 9 ORDER BY m.rights_until ASC, m.id ASC LIMIT 51")
}

// noScan fails where SQLite would read or sort a whole table for a query.
func noScan(t *testing.T, s *store.Store, query string) {
	t.Helper()
	plan, err := db.Rows(t.Context(), s.Query(), func(r db.Scanner) (line string, err error) {
		var a, b, c int
		return line, r.Scan(&a, &b, &c, &line)
	}, "EXPLAIN QUERY PLAN "+query)
	if all := strings.Join(plan, "; "); err != nil || strings.Contains(all, "TEMP B-TREE") || strings.Contains(all, "SCAN") {
		t.Errorf("%s: %s %v", query, all, err)
	}
}
