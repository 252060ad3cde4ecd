package bench

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/testkit/pg"
)

// Names as people have them: each of the first with each of the last ones.
var (
	firstNames = []string{"Ada", "Björn", "Carla", "Dilan", "Ewa", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Katrin", "Leo", "Mina", "Noor", "Olaf", "Petra"}
	lastNames  = []string{"Abel", "Bauer", "Castro", "Dahl", "Engel", "Fuchs", "Garcia", "Hansen", "Ito", "Jansen", "Kovac", "Lang", "Meyer", "Novak", "Okoye", "Peters", "Quist", "Rossi", "Schulz", "Tamm"}
)

// fillGifts puts donors and their gifts of six years into the tables, a handful
// of gifts to most, some of which went back.
func fillGifts(b *testing.B, s *store.Store, gifts int) {
	r := rand.New(rand.NewPCG(27, 18))
	tx, err := s.Raw().Begin()
	if err != nil {
		b.Fatal(err)
	}
	defer func() { tx.Rollback() }()
	into := func(table string) *bulk { return &bulk{b: b, tx: &tx, table: table} }
	donors, donations := into("donor (id, email, name, show_name, created_at)"), into("donation (id, nonce, donor_id, currency, minor, every, provider, state, created_at, updated_at)")
	payments, tags := into("payment (id, provider, ref, donation_id, donor_id, currency, minor, refunded_minor, succeeded_at, created_at)"), into("donor_tag (donor_id, tag)")
	slice := func(i int) {
		for _, x := range []*bulk{donors, tags, donations, payments} {
			x.flush(true)
		}
		if i%20_000 != 0 {
			return
		}
		if err = tx.Commit(); err == nil {
			tx, err = s.Raw().Begin()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	first := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	people := max(1, gifts/5)
	for i := range people {
		given, family := firstNames[r.IntN(len(firstNames))], lastNames[r.IntN(len(lastNames))]
		at := first.Add(time.Duration(i) * 6 * 365 * 24 * time.Hour / time.Duration(people)).UnixMilli()
		donors.add(fmt.Sprintf("d%07d", i), fmt.Sprintf("%c.%s%d@mail%d.example", given[0]|32, family, i, i%50), given+" "+family, i%10/9, at)
		if i%500 == 0 {
			tags.add(fmt.Sprintf("d%07d", i), "circle")
		}
		if i%1000 == 0 {
			slice(i)
		}
	}
	slice(0)
	for i := range gifts {
		at := first.Add(time.Duration(i) * 6 * 365 * 24 * time.Hour / time.Duration(gifts)).UnixMilli()
		id, donor, minor := fmt.Sprintf("g%08d", i), fmt.Sprintf("d%07d", r.IntN(people)), 500+500*r.Int64N(20)
		back := int64(0)
		if i%200 == 0 {
			back = minor
		}
		donations.add(id, id, donor, "USD", minor, "once", "sandbox", "succeeded", at, at)
		payments.add("p"+id, "sandbox", "o"+id, id, donor, "USD", minor, back, at, at)
		if i%1000 == 0 {
			slice(i)
		}
	}
	slice(0)
	tx.Rollback()
	tidy(b, s)
}

// BenchmarkDonors measures the lists of the treasurer's desk, when there are many
// donors: their first page, one far down, searches that find at once, hardly
// anything and nothing, and one donor's page.
func BenchmarkDonors(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine, func(b *testing.B) {
			address := filepath.Join(b.TempDir(), "masthead.db")
			if engine == "PostgreSQL" {
				address = pg.URL(b)
			}
			s := open(b, address)
			n := sized("MASTHEAD_BENCH_GIFTS")
			timed(b, fmt.Sprintf("make %d gifts of %d donors", n, n/5), func() error { fillGifts(b, s, n); return nil })
			measureDonors(b, s, n)
			measureGifts(b, s, n)
		})
	}
}

// page is what a page of the lists shows.
const page = 50

func measureDonors(b *testing.B, s *store.Store, n int) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ask := func(name string, q store.GiverQuery, want int) {
		q.Limit, q.Now = page, now
		b.Run("donors/"+name, func(b *testing.B) {
			for b.Loop() {
				list, err := s.Givers(b.Context(), q)
				if err != nil || len(list) < want {
					b.Fatal(len(list), err)
				}
			}
		})
	}
	deep := fmt.Sprintf("d%07d", n/5/10) // nine tenths are newer
	ask("first-page", store.GiverQuery{}, page)
	ask("deep-page", store.GiverQuery{Before: deep}, page)
	ask("last-page", store.GiverQuery{Before: fmt.Sprintf("d%07d", 20)}, 20)
	ask("by-name", store.GiverQuery{Search: "meyer"}, page)
	ask("by-whole-name", store.GiverQuery{Search: "Petra Okoye"}, page)
	ask("by-address", store.GiverQuery{Search: fmt.Sprintf("%d@mail", n/5/3)}, 1)
	ask("by-domain", store.GiverQuery{Search: "@mail7.example"}, page)
	ask("by-what-nobody-has", store.GiverQuery{Search: "zzyzx"}, 0)
	ask("by-two-letters", store.GiverQuery{Search: "qq"}, 0)
	ask("by-tag", store.GiverQuery{Tag: "circle"}, min(page, n/5/500))
	ask("monthly", store.GiverQuery{View: store.MonthlyGivers}, 0)
	ask("lapsed", store.GiverQuery{View: store.LapsedGivers}, page)
	one := fmt.Sprintf("d%07d", n/5/2)
	b.Run("donor/page", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Giver(b.Context(), one); err != nil {
				b.Fatal(err)
			}
			if _, err := s.PaidList(b.Context(), store.PaidQuery{DonorID: one, Limit: page}); err != nil {
				b.Fatal(err)
			}
			if _, err := s.DonorNotes(b.Context(), one); err != nil {
				b.Fatal(err)
			}
			if _, err := s.PlanLines(b.Context(), nil, one, page, 0); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func measureGifts(b *testing.B, s *store.Store, n int) {
	ask := func(name string, q store.PaidQuery, want int) {
		q.Limit = page
		b.Run("gifts/"+name, func(b *testing.B) {
			for b.Loop() {
				list, err := s.PaidList(b.Context(), q)
				if err != nil || len(list) < want {
					b.Fatal(len(list), err)
				}
			}
		})
	}
	ask("first-page", store.PaidQuery{}, page)
	ask("deep-page", store.PaidQuery{Before: fmt.Sprintf("pg%08d", n/10)}, page)
	ask("refunded", store.PaidQuery{View: store.RefundedPaid}, page)
	ask("refunded-deep", store.PaidQuery{View: store.RefundedPaid, Before: fmt.Sprintf("pg%08d", n/10)}, min(page, n/2000))
	ask("disputed", store.PaidQuery{View: store.DisputedPaid}, 0)
	ask("by-reference", store.PaidQuery{Search: fmt.Sprintf("og%08d", n/3)}, 1)
	ask("by-name", store.PaidQuery{Search: "meyer"}, page)
	ask("by-address", store.PaidQuery{Search: fmt.Sprintf("%d@mail", n/5/3)}, 1)
	ask("by-what-nobody-has", store.PaidQuery{Search: "zzyzx"}, 0)
	b.Run("gifts/newest", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.RecentGifts(b.Context(), 10); err != nil {
				b.Fatal(err)
			}
		}
	})
}
