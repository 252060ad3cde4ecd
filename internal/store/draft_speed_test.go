package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// longRead is an article of 1,500 words in 30 paragraphs.
func longRead() news.Content {
	d := &document.Document{Schema: document.Schema, Lang: "en"}
	for i := range 30 {
		var words []string
		for j := range 50 {
			words = append(words, fmt.Sprintf("word%d", (i*50+j)%700))
		}
		d.Blocks = append(d.Blocks, document.P(strings.Join(words, " ")+"."))
	}
	d.AssignIDs(document.NewID)
	return news.Content{Lang: "en", Kind: news.Report, Headline: "A long read", Body: d}
}

// An hour of typing, saved again and again, costs what a few revisions cost.
func TestAnHourOfTypingCostsLessThanTwoMegabytes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		a := r.tab(r.create(longRead(), "").ID, "nell")
		before, file := len(storetest.Dump(t, s)), fileSize(t, s)
		for i := range 240 {
			r.clock.Add(15 * time.Second)
			a.types(i%30, " and on").save(false)
		}
		logical, physical := len(storetest.Dump(t, s))-before, fileSize(t, s)-file
		n := len(r.revisions(a.article))
		t.Logf("%d revisions, %d kB of text, the file grew by %d kB", n, logical>>10, physical>>10)
		if logical > 2<<20 || physical > 2<<20 || n < 10 || n > 20 {
			t.Errorf("%d revisions, %d bytes of text, the file grew by %d", n, logical, physical)
		}
	})
}

// fileSize is the size of an SQLite database, 0 on PostgreSQL, whose tables
// shrink only when they are vacuumed.
func fileSize(t *testing.T, s *store.Store) int {
	if s.Engine() != db.SQLite {
		return 0
	}
	n, err := db.One(t.Context(), s.Query(), db.Value[int], "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func BenchmarkASaveOf1500Words(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		for kind, cut := range map[string]bool{"autosave": false, "revision": true} {
			b.Run(name+"/"+kind, func(b *testing.B) { benchSave(b, storetest.Open(b, url(b)), cut) })
		}
	}
}

// benchSave measures a save as the desk does it: reading the JSON and keeping it.
func benchSave(b *testing.B, s *store.Store, cut bool) {
	ctx, w := context.Background(), draft.Writing{Clock: clock.Wall{}}
	var a news.Article
	err := s.Write(ctx, func(tx *store.Tx) (err error) {
		a, err = news.Newsroom{Clock: clock.Wall{}}.Create(ctx, tx, news.Author{ID: "n"}, news.New{Content: longRead()})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	c, base, client := longRead(), a.Working, id.New()
	seq := int64(0)
	for b.Loop() {
		seq++
		c.Dek = fmt.Sprint("Number ", seq)
		sent, err := json.Marshal(c)
		if err != nil {
			b.Fatal(err)
		}
		var got news.Content
		if err := json.Unmarshal(sent, &got); err != nil {
			b.Fatal(err)
		}
		err = s.Write(ctx, func(tx *store.Tx) error {
			out, err := w.Save(ctx, tx, draft.Save{Article: a.ID, By: news.Author{ID: "n", Name: "N"}, Client: client, Seq: seq, Base: base, Content: got, Cut: cut})
			base = out.Revision
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
