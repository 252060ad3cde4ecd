package store_test

import (
	"fmt"
	"testing"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestAWordInTheHeadlineWeighsMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		r.published(report("en", "Council meets", "The ferry was spoken of, and the ferry again, and the ferry once more."))
		want := r.published(report("en", "The ferry returns", "A boat crosses the river."))
		r.published(report("en", "Weather", "No ferry ran."))
		hits, n, err := s.Search(t.Context(), "en", "ferry", 0)
		if err != nil || n != 3 || hits[0].Article != want.Article {
			t.Fatalf("%d hits, first %+v, %v", n, hits, err)
		}
		if hits, n, err := s.Search(t.Context(), "de", "ferry", 0); err != nil || n != 0 {
			t.Errorf("the German search finds %+v %v", hits, err)
		}
	})
}

func TestASearchIsLeafedThrough(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		for i := range store.SearchPageSize + 5 {
			r.published(report("en", fmt.Sprint("Ferry ", i), "x"))
		}
		seen := map[string]bool{}
		for page, want := range []int{store.SearchPageSize, 5, 0} {
			hits, n, err := s.Search(t.Context(), "en", "ferry", page)
			if err != nil || n != store.SearchPageSize+5 || len(hits) != want {
				t.Fatalf("page %d: %d of %d, %v", page, len(hits), n, err)
			}
			for _, h := range hits {
				seen[h.Article] = true
			}
		}
		if len(seen) != store.SearchPageSize+5 {
			t.Errorf("%d different articles on all pages", len(seen))
		}
	})
}

func TestAChangedArticleIsFoundByItsNewWordsAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		p := r.published(report("en", "Oldhead", "oldbody"))
		r.change(p.Article, news.Order{}, func(c *news.Content) { *c = report("en", "Newhead", "newbody") })
		for q, want := range map[string]int{"oldhead": 0, "oldbody": 0, "newhead": 1, "newbody": 1} {
			if _, n, err := s.Search(t.Context(), "en", q, 0); err != nil || n != want {
				t.Errorf("%s: %d %v", q, n, err)
			}
		}
	})
}

func TestTheIndexCanBeBuiltAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		for i := range 45 {
			r.published(report("en", fmt.Sprint("Ferry ", i), "x"))
		}
		gone := r.published(report("en", "Gone ferry", "x"))
		r.do(func(tx *store.Tx) error {
			// What a crash of an older version or a lost table could leave behind.
			if _, err := db.Exec(ctx, tx, "DELETE FROM search_text"); err != nil {
				return err
			}
			if _, err := db.Exec(ctx, tx, "DELETE FROM search_doc WHERE article_id <> $1", gone.Article); err != nil {
				return err
			}
			if _, err := db.Exec(ctx, tx, "DELETE FROM publication_media WHERE article_id = $1", gone.Article); err != nil {
				return err
			}
			_, err := db.Exec(ctx, tx, "DELETE FROM publication WHERE article_id = $1", gone.Article)
			return err
		})
		if _, n, _ := s.Search(ctx, "en", "ferry", 0); n != 0 {
			t.Fatalf("%d are found without an index", n)
		}
		if n, err := s.Reindex(ctx); err != nil || n != 45 {
			t.Fatalf("%d %v", n, err)
		}
		if _, n, err := s.Search(ctx, "en", "ferry", 0); err != nil || n != 45 {
			t.Errorf("%d are found afterwards, %v", n, err)
		}
	})
}
