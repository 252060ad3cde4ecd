package store_test

import (
	"errors"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func ours(path string) bool { return outlet.Reserved(outlet.FirstSegment(path)) || path == "/" }

func TestARedirectLeadsThereInOneStepAndHidesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		town := r.section("town")
		p := r.published(report("en", "Late bus", "text"))
		put := func(from, to string) error {
			return r.try(func(tx *store.Tx) error { return tx.PutRedirect(ctx, store.System, from, to, ours) })
		}
		for from, to := range map[string]string{
			"/Bus.HTML/":                        p.Path,
			"/?p=12":                            p.Path,
			"/story.php?id=7&a=b":               "/sections/town",
			"/index.php?cat=3":                  "/sections/town",
			"/shop":                             "https://shop.example/a?b=c",
			"/team":                             "/about",
			"https://lantern.example/old/place": "https://lantern.example" + p.Path,
		} {
			if err := put(from, to); err != nil {
				t.Errorf("%s → %s: %v", from, to, err)
			}
		}
		if err := put("/chain", "/shop"); err != nil { // looked through
			t.Error(err)
		}
		for from, want := range map[string]string{"/bus.html": p.Path, "/?p=12": p.Path, "/story.php?a=b&id=7": "/sections/town", "/?cat=3": "/sections/town",
			"/shop": "https://shop.example/a?b=c", "/team": "/about", "/old/place": p.Path, "/chain": "https://shop.example/a?b=c"} {
			r.leads(from, want)
		}
		for what, c := range map[string]struct{ from, to, why string }{
			"from the front":          {"/", "/about", store.RefusedPath},
			"from the front's query":  {"/?utm=1", "/about", store.RefusedPath},
			"from another page":       {"relative", "/about", store.RefusedPath},
			"over a page of ours":     {"/about", "/team", store.RefusedPage},
			"over a section":          {"/sections/town", "/about", store.RefusedPage},
			"over a story":            {p.Path, "/about", store.RefusedPage},
			"to plain http elsewhere": {"/a", "http://shop.example", store.RefusedTarget},
			"to a script":             {"/a", "javascript:alert(1)", store.RefusedTarget},
			"to a host in a path":     {"/a", "//shop.example/x", store.RefusedTarget},
			"to an account at a host": {"/a", "https://a@shop.example/x", store.RefusedTarget},
			"to nothing":              {"/a", "/none/such/page", store.RefusedMissing},
			"to a section that isn't": {"/a", "/sections/none", store.RefusedMissing},
			"to itself":               {"/a", "/A/", store.RefusedLoop},
		} {
			var no *store.Refusal
			if err := put(c.from, c.to); !errors.As(err, &no) || no.Why != c.why || !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		// The targets move; the redirects follow, and an address that a story leaves is not taken from it.
		moved := r.change(p.Article, news.Order{Class: news.Update, Note: "Longer."}, func(c *news.Content) { c.Slug = "later-bus" })
		r.leads("/bus.html", moved.Path)
		var no *store.Refusal
		if err := put(p.Path, "/about"); !errors.As(err, &no) || no.Why != store.RefusedTaken {
			t.Errorf("over the old address of a story: %v", err)
		}
		r.do(func(tx *store.Tx) error {
			_, err := tx.PutSection(ctx, news.Section{ID: town, Slug: "city", Name: outlet.Words{"en": "City"}})
			return err
		})
		r.leads("/?cat=3", "/sections/city")
		list, err := s.Redirects(ctx, store.RedirectQuery{Hand: true, Find: "BUS", Limit: 5})
		if err != nil || len(list) != 1 || list[0].Path != "/bus.html" || list[0].Target != moved.Path || !list[0].ByHand() {
			t.Errorf("%+v %v", list, err)
		}
		if err := put("/team", "/bus.html"); err != nil { // again, to somewhere else: looked through
			t.Error(err)
		}
		r.leads("/team", moved.Path)
		r.do(func(tx *store.Tx) error { return tx.DropRedirect(ctx, store.System, "/team") })
		r.leads("/team", "")
		if err := r.try(func(tx *store.Tx) error { return tx.DropRedirect(ctx, store.System, p.Path) }); !fault.Is(err, fault.NotFound) {
			t.Errorf("an address that is kept by itself was taken away: %v", err)
		}
	})
}

func TestRedirectsBecomeNoChainAndNoCircle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		put := func(from, to string) error {
			return r.try(func(tx *store.Tx) error { return tx.PutRedirect(ctx, store.System, from, to, ours) })
		}
		p := r.published(report("en", "Bus", "text"))
		r.publish(news.Order{Article: p.Article})
		if err := errors.Join(put("/a", "/about"), put("/b", "/a"), put("/c", "/b")); err != nil {
			t.Fatal(err)
		}
		for _, from := range []string{"/a", "/b", "/c"} {
			r.leads(from, "/about")
		}
		if err := put("/a", p.Path); err != nil {
			t.Fatal(err)
		}
		r.leads("/a", p.Path)
		var no *store.Refusal
		if err := put("/d", "/e"); !errors.As(err, &no) {
			t.Fatal(err)
		}
	})
}

func TestWhatWasAskedForInVainIsCountedByTheDayAndNotWithoutEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		p := r.published(report("en", "Bus", "text"))
		add := func(day string, counts map[string]int64) {
			r.do(func(tx *store.Tx) error { return tx.AddMissed(ctx, day, counts) })
		}
		add("2026-11-19", map[string]int64{"/old": 3, "/older": 9})
		add("2026-11-20", map[string]int64{"/old": 4, p.Path: 50})
		add("2026-11-20", map[string]int64{"/old": 1})
		got, err := s.MissedAddresses(ctx, "2026-11-20", 9)
		if err != nil || len(got) != 1 || got[0] != (store.Missed{Path: "/old", N: 5}) {
			t.Errorf("%+v %v", got, err)
		}
		if got, err = s.MissedAddresses(ctx, "2026-11-01", 9); err != nil || len(got) != 2 || got[0].Path != "/older" || got[1].N != 8 {
			t.Errorf("%+v %v", got, err)
		}
		many := map[string]int64{}
		for i := range store.MissedMost + 20 {
			many["/x"+strings.Repeat("y", i)] = 1
		}
		add("2026-11-21", many)
		add("2026-11-21", map[string]int64{"/one-more": 1})
		if got, err = s.MissedAddresses(ctx, "2026-11-21", 2*store.MissedMost); err != nil || len(got) != store.MissedMost {
			t.Errorf("%d are kept: %v", len(got), err)
		}
	})
}
