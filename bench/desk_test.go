package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/testkit/pg"
)

const stories = 100_000

// archive fills a newsroom with stories: nearly all published, a few hundred in
// the works; ten sections of uneven size; one in a thousand by one writer.
func archive(b *testing.B, s *store.Store) (sections []string) {
	b.Helper()
	ctx := context.Background()
	write := func(fn func(tx *store.Tx) error) {
		if err := s.Write(ctx, fn); err != nil {
			b.Fatal(err)
		}
	}
	write(func(tx *store.Tx) error {
		for i := range 10 {
			section, err := tx.PutSection(ctx, news.Section{Slug: fmt.Sprintf("s%d", i), Name: outlet.Words{"en": fmt.Sprintf("Section %d", i)}})
			if err != nil {
				return err
			}
			sections = append(sections, section)
		}
		return tx.PutOutlet(ctx, store.System, outlet.Default())
	})
	rnd := rand.New(rand.NewPCG(3, 4))
	begin := time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC)
	for start := 0; start < stories; start += 1000 {
		write(func(tx *store.Tx) error {
			for i := start; i < start+1000; i++ {
				if err := one(ctx, tx, rnd, i, begin.Add(time.Duration(i)*50*time.Minute), sections); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return sections
}

func one(ctx context.Context, tx *store.Tx, rnd *rand.Rand, i int, at time.Time, sections []string) error {
	c := news.Content{Schema: 1, Lang: "en", Kind: news.Report, Section: sections[min(9, int(rnd.ExpFloat64()*1.5))], Body: document.New("en", document.P("Text."))}
	c.Headline = fmt.Sprintf("Council word%d and word%d at the river %d", rnd.IntN(3000), rnd.IntN(3000), i)
	state, author := news.Published, fmt.Sprintf("writer%d", rnd.IntN(40))
	if i%300 == 0 || i > stories-200 {
		state = []news.State{news.Draft, news.InReview, news.CopyDesk, news.Approved, news.Scheduled, news.Spiked}[rnd.IntN(6)]
	}
	if i%1000 == 0 {
		author = "rare"
	}
	a := news.Article{ID: id.New(), Lang: "en", Kind: news.Report, State: state, Section: c.Section, Author: author, Created: at, Modified: at, First: at,
		Headline: c.Headline, Folded: news.Folded(c)}
	a.Group = a.ID
	r := news.Revision{ID: id.New(), Article: a.ID, Number: 1, Content: c, Hash: a.ID, By: news.Author{ID: author, Name: author}, At: at}
	a.Working, a.Live = r.ID, r.ID
	if err := tx.AddArticle(ctx, a); err != nil {
		return err
	}
	return tx.AddRevision(ctx, r)
}

// BenchmarkStoryList measures the pages of the desk's list among 100,000 stories:
// the slowest of 20 readings each, in milliseconds. The budget is 100.
func BenchmarkStoryList(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine, func(b *testing.B) {
			url := filepath.Join(b.TempDir(), "masthead.db")
			if engine == "PostgreSQL" {
				url = pg.URL(b)
			}
			s, err := store.Open(context.Background(), url)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			sections := archive(b, s)
			if engine == "PostgreSQL" { // as its autovacuum does within a minute
				if _, err := s.Raw().ExecContext(context.Background(), "VACUUM ANALYZE"); err != nil {
					b.Fatal(err)
				}
			}
			deep := deepKey(b, s)
			for name, ask := range listings(s, sections, deep) {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
					}
					var took []time.Duration
					for range 20 {
						begin := time.Now()
						if err := ask(context.Background()); err != nil {
							b.Fatal(err)
						}
						took = append(took, time.Since(begin))
					}
					b.ReportMetric(float64(slices.Max(took).Microseconds())/1000, "ms-worst")
					b.ReportMetric(0, "ns/op")
				})
			}
		})
	}
}

// deepKey is a place far down the list of published stories.
func deepKey(b *testing.B, s *store.Store) store.StoryKey {
	list, err := s.Stories(context.Background(), store.StoryFilter{Phase: news.PhasePublic}, store.StoryKey{At: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), ID: "0"}, 1)
	if err != nil || len(list) == 0 {
		b.Fatal("no deep page: ", err)
	}
	return store.StoryKey{At: list[0].Modified, ID: list[0].ID}
}

func listings(s *store.Store, sections []string, deep store.StoryKey) map[string]func(context.Context) error {
	list := func(f store.StoryFilter, after store.StoryKey) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := s.Stories(ctx, f, after, 51)
			return err
		}
	}
	public := store.StoryFilter{Phase: news.PhasePublic}
	with := func(change func(f *store.StoryFilter)) store.StoryFilter { f := public; change(&f); return f }
	first := store.StoryKey{}
	return map[string]func(context.Context) error{
		"open":           list(store.StoryFilter{Phase: news.PhaseOpen}, first),
		"open/in-review": list(store.StoryFilter{Phase: news.PhaseOpen, State: news.InReview}, first),
		"published":      list(public, first),
		"published/deep": list(public, deep),
		"retracted":      list(with(func(f *store.StoryFilter) { f.State = news.Retracted }), first),
		"section":        list(with(func(f *store.StoryFilter) { f.Section = sections[0] }), first),
		"section/small":  list(with(func(f *store.StoryFilter) { f.Section = sections[9] }), first),
		"author":         list(with(func(f *store.StoryFilter) { f.Author = "writer7" }), first),
		"author/rare":    list(with(func(f *store.StoryFilter) { f.Author = "rare" }), first),
		"author+section": list(with(func(f *store.StoryFilter) { f.Author, f.Section = "rare", sections[9] }), first),
		"mine":           list(with(func(f *store.StoryFilter) { f.Mine = "nobody" }), first),
		"language":       list(with(func(f *store.StoryFilter) { f.Lang = "de" }), first),
		"text/common":    list(with(func(f *store.StoryFilter) { f.Text = "council river" }), first),
		"text/rare":      list(with(func(f *store.StoryFilter) { f.Text = "word77 word78" }), first),
		"text/none":      list(with(func(f *store.StoryFilter) { f.Text = "giraffe" }), first),
		"limited":        list(with(func(f *store.StoryFilter) { f.Limited, f.Own = true, "writer7" }), first),
		"counts":         func(ctx context.Context) error { _, err := s.CountByState(ctx); return err },
		"board": func(ctx context.Context) error {
			_, err := s.Board(ctx, news.Draft, store.StoryFilter{}, 50)
			return err
		},
		"calendar": func(ctx context.Context) error {
			at := time.Date(2020, 1, 6, 0, 0, 0, 0, time.UTC)
			_, err := s.Calendar(ctx, store.StoryFilter{}, at, at.AddDate(0, 0, 7))
			return err
		},
	}
}
