package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/testkit/pg"
)

const shots = 100_000

// shelves fills a library: half of it without credit or words, some with rights
// that end, one in a thousand by one photographer, one in fifty a double.
func shelves(b *testing.B, s *store.Store) {
	b.Helper()
	ctx := context.Background()
	rnd := rand.New(rand.NewPCG(5, 6))
	at := clock.At(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
	s.Clock = at
	for start := 0; start < shots; start += 500 {
		err := s.Write(ctx, func(tx *store.Tx) error {
			for i := start; i < start+500; i++ {
				at.Add(30 * time.Minute)
				p := media.Picture{Hash: fmt.Sprintf("%064x", i+1), Mime: "image/jpeg", Width: 1200, Height: 800, Bytes: 1, OriginalKey: "original/x.jpg", Filename: fmt.Sprintf("img%d.jpg", i), CreatedBy: fmt.Sprintf("staff%d", i%40)}
				if i%2 == 0 {
					p.Credit, p.Alt = fmt.Sprintf("Photographer%d", rnd.IntN(300)), map[string]string{"en": fmt.Sprintf("word%d at the river word%d", rnd.IntN(3000), rnd.IntN(3000))}
				}
				if i%100 == 0 {
					p.RightsUntil = at.Now().AddDate(0, 0, rnd.IntN(2000))
				}
				if i%1000 == 0 {
					p.CreatedBy = "rare"
				}
				got, err := tx.AddMedia(ctx, p)
				if err != nil {
					return err
				}
				print := rnd.Uint64()
				if i%50 == 0 {
					print = 0xfedcba9876543210
				}
				if err := tx.MediaRendered(ctx, got.ID, fmt.Sprintf("%016x", print), nil); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLibrary measures the pages of the library of 100,000 pictures, and the
// look for one that looks the same: the slowest of 20 readings each, in
// milliseconds. The budget is 100.
func BenchmarkLibrary(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine, func(b *testing.B) {
			ctx := context.Background()
			url := filepath.Join(b.TempDir(), "masthead.db")
			if engine == "PostgreSQL" {
				url = pg.URL(b)
			}
			s, err := store.Open(ctx, url)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			shelves(b, s)
			if engine == "PostgreSQL" { // as its autovacuum does within a minute
				if _, err := s.Raw().ExecContext(ctx, "VACUUM ANALYZE"); err != nil {
					b.Fatal(err)
				}
			}
			deep := store.MediaKey{At: time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC), ID: "x"}
			asks := map[string]func() error{"alike": func() error { _, err := s.Alike(ctx, "0123456789abcdef", ""); return err },
				"alike/series": func() error { _, err := s.Alike(ctx, "fedcba9876543210", ""); return err }}
			for name, f := range map[string]store.MediaFilter{"all": {}, "word": {Text: "word7"}, "words": {Text: "photographer7 river"}, "word/none": {Text: "zebra"}, "word/common": {Text: "img"}, "by": {By: "staff7"}, "by/rare": {By: "rare", Lack: store.NoCredit}} {
				asks[name] = func() error { _, err := s.Library(ctx, f, store.MediaKey{}, 49); return err }
			}
			for _, l := range store.MediaLacks {
				asks["view/"+string(l)] = func() error { _, err := s.Library(ctx, store.MediaFilter{Lack: l}, store.MediaKey{}, 49); return err }
			}
			asks["all/deep"] = func() error { _, err := s.Library(ctx, store.MediaFilter{}, deep, 49); return err }
			for name, ask := range asks {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
					}
					var took []time.Duration
					for range 20 {
						begin := time.Now()
						if err := ask(); err != nil {
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
