package store_test

import (
	"slices"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestWhatAnImportBroughtIsKnownAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r, ctx := newRoom(t, s), t.Context()
		item := store.ImportItem{Source: "wordpress:x", Kind: "article", SourceID: "7", Hash: "a.b", ObjectKind: store.ToArticle, ObjectID: "o", Run: "r", Exported: noon}
		other := store.ImportItem{Source: "wordpress:x", Kind: "tag", SourceID: "7", Hash: "c.d"}
		r.do(func(tx *store.Tx) error { return tx.PutImportItem(ctx, item) })
		r.do(func(tx *store.Tx) error { return tx.PutImportItem(ctx, other) })
		item.Hash, item.Exported = "e.f", noon.Add(time.Hour)
		r.do(func(tx *store.Tx) error { return tx.PutImportItem(ctx, item) })
		if got, err := s.ImportItems(ctx, "wordpress:x"); err != nil || !slices.Equal(got, []store.ImportItem{item, other}) {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err := s.ImportItems(ctx, "wordpress:y"); err != nil || len(got) != 0 {
			t.Errorf("another source has %+v, %v", got, err)
		}
	})
}

func TestWhatAPersonHasSettledStaysSettled(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r, ctx := newRoom(t, s), t.Context()
		put := func(reasons ...string) {
			var list []store.Need
			for _, reason := range reasons {
				list = append(list, store.Need{Title: "A story", Reason: reason, ObjectKind: store.ToArticle, ObjectID: "o"})
			}
			r.do(func(tx *store.Tx) error { return tx.PutNeeds(ctx, "x", "article", "7", list) })
		}
		open := func() (out []string) {
			list, err := s.ImportNeeds(ctx, "x")
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range list {
				out = append(out, n.Reason)
			}
			return out
		}
		put("no picture", "no headline")
		r.do(func(tx *store.Tx) error {
			return tx.FinishNeed(ctx, store.System, store.Need{Source: "x", Kind: "article", SourceID: "7", N: 1})
		})
		put("a form", "no picture", "no headline")
		if got := open(); !slices.Equal(got, []string{"a form", "no headline"}) {
			t.Errorf("open: %q", got)
		}
		put()
		if n, err := s.CountNeeds(ctx); err != nil || n != 0 || len(open()) != 0 {
			t.Errorf("%d are left, %v", n, err)
		}
	})
}

func TestARunOfAnImportKeepsItsReport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r, ctx := newRoom(t, s), t.Context()
		r.do(func(tx *store.Tx) error {
			return tx.AddImportRun(ctx, store.ImportRun{ID: "r", Kind: "wordpress", Source: "x", Started: noon})
		})
		r.do(func(tx *store.Tx) error { return tx.FinishImportRun(ctx, "r", map[string]int{"written": 3}) })
		var report string
		if err := s.Query().QueryRowContext(ctx, "SELECT report FROM import_run WHERE id = 'r' AND finished_at IS NOT NULL").Scan(&report); err != nil || report != `{"written":3}` {
			t.Errorf("%q %v", report, err)
		}
		if err := r.try(func(tx *store.Tx) error { return tx.FinishImportRun(ctx, "none", nil) }); !fault.Is(err, fault.NotFound) {
			t.Errorf("a run that never was: %v", err)
		}
	})
}

func TestTheOldFeedOfASectionFollowsItsName(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r, ctx := newRoom(t, s), t.Context()
		town := news.Section{Slug: "town", Name: outlet.Words{"en": "Town"}}
		topic := news.Topic{Slug: "bridge", Name: outlet.Words{"en": "Bridge"}}
		r.do(func(tx *store.Tx) (err error) {
			if town.ID, err = tx.PutSection(ctx, town); err != nil {
				return err
			}
			if topic.ID, err = tx.PutTopic(ctx, topic); err != nil {
				return err
			}
			if _, err = tx.PutAddress(ctx, store.Address{Path: "/category/town/feed", Kind: store.ToSectionFeed, Object: town.ID}); err != nil {
				return err
			}
			_, err = tx.PutAddress(ctx, store.Address{Path: "/tag/bridge/feed", Kind: store.ToTopicFeed, Object: topic.ID})
			return err
		})
		town.Slug = "our-town"
		r.do(func(tx *store.Tx) error { _, err := tx.PutSection(ctx, town); return err })
		for old, want := range map[string]string{"/category/town/feed": "/sections/our-town/feed.xml", "/tag/bridge/feed": "/feed.xml" /* nothing public is about it */} {
			if f, err := s.Lookup(ctx, old); err != nil || f.Target != want {
				t.Errorf("%s leads to %+v, %v", old, f, err)
			}
		}
		if kind, object, err := s.AddressOwner(ctx, "/category/town/feed"); err != nil || kind != store.ToSectionFeed || object != town.ID {
			t.Errorf("%s %s %v", kind, object, err)
		}
		if kind, _, err := s.AddressOwner(ctx, "/nobodys"); err != nil || kind != "" {
			t.Errorf("%q %v", kind, err)
		}
	})
}

func TestOnlyPicturesHaveAddressesOfTheirSizes(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	r, ctx := newRoom(t, s), t.Context()
	p := r.published(report("en", "A story", "Text."))
	r.do(func(tx *store.Tx) error {
		_, err := tx.PutAddress(ctx, store.Address{Path: "/story.jpg", Kind: store.ToArticle, Object: p.Article})
		return err
	})
	if f, err := s.Lookup(ctx, "/story.jpg"); err != nil || f.Target != p.Path {
		t.Errorf("%+v, %v", f, err)
	}
	if f, err := s.Lookup(ctx, "/story-300x200.jpg"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a size of a story: %+v, %v", f, err)
	}
}
