package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/testkit/pg"
)

func TestNoListIsSortedOrReadInFull(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	for name, query := range map[string]string{
		"language": `SELECT p.article_id FROM publication p WHERE p.lang = 'en' AND p.kind <> 'page' AND (p.first_published_at, p.article_id) < (5, 'x')
			ORDER BY p.first_published_at DESC, p.article_id DESC LIMIT 21`,
		"section": `SELECT p.article_id FROM publication_section x JOIN publication p ON p.article_id = x.article_id WHERE x.section_id = 's' AND x.lang = 'en'
			AND (x.at, x.article_id) < (5, 'x') ORDER BY x.at DESC, x.article_id DESC LIMIT 21`,
		"topic": `SELECT p.article_id FROM publication_topic x JOIN publication p ON p.article_id = x.article_id WHERE x.topic_id = 's' AND x.lang = 'en'
			ORDER BY x.at DESC, x.article_id DESC LIMIT 21`,
		"sticky": `SELECT p.article_id FROM publication p WHERE p.lang = 'en' AND p.sticky = 1 AND p.kind <> 'page' AND p.state = 'published'
			ORDER BY p.first_published_at DESC, p.article_id DESC LIMIT 3`,
		"path": `SELECT article_id FROM publication WHERE path = '/x'`,
	} {
		plan, err := db.Rows(t.Context(), s.Query(), func(r db.Scanner) (line string, err error) {
			var a, b, c int
			return line, r.Scan(&a, &b, &c, &line)
		}, "EXPLAIN QUERY PLAN "+query)
		if all := strings.Join(plan, "; "); err != nil || strings.Contains(all, "TEMP B-TREE") || strings.Contains(all, "SCAN") {
			t.Errorf("%s: %s %v", name, all, err)
		}
	}
}

// archiveOf fills a store with n articles, many in one transaction.
func archiveOf(tb testing.TB, s *store.Store, n int) (section, topic string) {
	tb.Helper()
	ctx := context.Background()
	c := clock.At(noon)
	s.Clock = c
	room := news.Newsroom{Clock: c}
	write := func(fn func(tx *store.Tx) error) {
		tb.Helper()
		if err := s.Write(ctx, fn); err != nil {
			tb.Fatal(err)
		}
	}
	write(func(tx *store.Tx) error { return tx.PutOutlet(ctx, store.System, outlet.Default()) })
	write(func(tx *store.Tx) (err error) {
		if section, err = tx.PutSection(ctx, news.Section{Slug: "town", Name: outlet.Words{"en": "Town"}}); err != nil {
			return err
		}
		topic, err = tx.PutTopic(ctx, news.Topic{Slug: "bus", Name: outlet.Words{"en": "Bus"}})
		return err
	})
	rnd := rand.New(rand.NewPCG(1, 2))
	vocabulary := make([]string, 20000)
	for i := range vocabulary {
		vocabulary[i] = fmt.Sprintf("w%dx", i)
	}
	text := func(words int) string {
		out := make([]string, words)
		for i := range out {
			out[i] = vocabulary[int(float64(len(vocabulary))*rnd.Float64()*rnd.Float64()*rnd.Float64())]
		}
		return strings.Join(out, " ")
	}
	for start := 0; start < n; start += 100 {
		write(func(tx *store.Tx) error {
			for i := start; i < min(n, start+100); i++ {
				content := report("en", fmt.Sprintf("Story %d %s", i, text(6)), "")
				content.Section, content.Topics, content.Dek = section, []string{topic}, text(20)
				content.Body = document.New("en", document.P(text(150)), document.P(text(150)), document.P(text(200)))
				a, err := room.Create(ctx, tx, news.Author{}, news.New{Content: content})
				if err != nil {
					return err
				}
				if _, err := room.Publish(ctx, tx, news.Order{Article: a.ID, At: noon.Add(-time.Duration(n-i) * time.Hour)}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return section, topic
}

// BenchmarkReadingTenThousandArticles measures what public pages ask of a store
// with a long archive.
func BenchmarkReadingTenThousandArticles(b *testing.B) {
	for engine, url := range map[string]func() string{"sqlite": func() string { return storetest.SQLite(b) }, "postgres": func() string { return pg.URL(b) }} {
		b.Run(engine, func(b *testing.B) {
			s := storetest.Open(b, url())
			section, topic := archiveOf(b, s, 10000)
			ctx := context.Background()
			page, err := s.List(ctx, store.Listing{Lang: "en", Limit: 20})
			if err != nil {
				b.Fatal(err)
			}
			p, err := s.Publication(ctx, page.Stories[3].Article)
			if err != nil {
				b.Fatal(err)
			}
			deep := store.Cursor{At: noon.Add(-9000 * time.Hour).UnixMilli(), Article: "z"}
			for name, read := range map[string]func() error{
				"newest": func() error { _, err := s.List(ctx, store.Listing{Lang: "en", Limit: 20}); return err },
				"deep":   func() error { _, err := s.List(ctx, store.Listing{Lang: "en", Limit: 20, Before: deep}); return err },
				"section": func() error {
					_, err := s.List(ctx, store.Listing{Lang: "en", Section: section, Limit: 20, Before: deep})
					return err
				},
				"topic":         func() error { _, err := s.List(ctx, store.Listing{Lang: "en", Topic: topic, Limit: 20}); return err },
				"related":       func() error { _, err := s.Related(ctx, p, 3); return err },
				"lookup":        func() error { _, err := s.Lookup(ctx, p.Path); return err },
				"article":       func() error { _, err := s.Publication(ctx, p.Article); return err },
				"months":        func() error { _, err := s.Months(ctx, "en", time.UTC, 3000); return err },
				"sitemap":       func() error { _, err := s.Sitemap(ctx, 9); return err },
				"sitemap index": func() error { _, err := s.SitemapParts(ctx); return err },
				"search rare":   func() error { _, _, err := s.Search(ctx, "en", "w19000x", 0); return err },
				"search common": func() error { _, _, err := s.Search(ctx, "en", "w3x", 0); return err },
				"search two":    func() error { _, _, err := s.Search(ctx, "en", "w3x w700x", 0); return err },
			} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						if err := read(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
