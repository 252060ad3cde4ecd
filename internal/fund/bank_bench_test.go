package fund_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// yearOf writes a statement of so many lines in 2026: nine of ten are payments
// of standing orders with their reference, one nobody knows.
func yearOf(lines int, refs []string) string {
	var entries []entry
	for i := range lines {
		day := newYear2026.AddDate(0, 0, i*365/lines).Format(time.DateOnly)
		e := entry{minor: 1000, day: day, ref: fmt.Sprintf("REF%010d", i), name: fmt.Sprintf("Reader %d", i%5000), iban: fmt.Sprintf("DE%020d", i%5000), text: fmt.Sprintf("a gift %d", i)}
		if i%10 != 0 {
			e.rf = refs[i%len(refs)]
		}
		entries = append(entries, e)
	}
	return camt{entries: entries, from: "2026-01-01", to: "2026-12-31"}.String()
}

// watch measures from beside a benchmark: the most memory in use, and how long
// small writes had to wait, 99 of a hundred and the longest.
func watch(b *testing.B, s *store.Store) (stop func()) {
	runtime.GC()
	var peak atomic.Int64
	var waits []time.Duration
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), int64(m.HeapInuse)))
			began := time.Now()
			if err := s.Write(b.Context(), func(tx *store.Tx) error { tx.Touch("bench"); return nil }); err == nil {
				waits = append(waits, time.Since(began))
			}
		}
	}()
	return func() {
		close(quit)
		<-done
		b.ReportMetric(float64(peak.Load())/1e6, "MB-peak")
		if slices.Sort(waits); len(waits) > 0 {
			b.ReportMetric(waits[len(waits)*99/100].Seconds()*1000, "ms-wait-p99")
			b.ReportMetric(waits[len(waits)-1].Seconds()*1000, "ms-wait-longest")
		}
	}
}

// BenchmarkReconcile reads a year with a hundred thousand lines.
func BenchmarkReconcile(b *testing.B) {
	for name, open := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			lines := 100_000
			if testing.Short() {
				lines = 5000
			}
			for b.Loop() {
				b.StopTimer()
				s := storetest.Open(b, open(b))
				r, file := benchTill(b, s, lines)
				stop := watch(b, s)
				b.StartTimer()
				rep, err := r.Read(b.Context(), []byte(file), fund.ReadOptions{})
				b.StopTimer()
				stop()
				if err != nil || rep.Accounts[0].Fresh != lines {
					b.Fatalf("%+v %v", rep, err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
			b.ReportAllocs()
		})
	}
}

func benchTill(b *testing.B, s *store.Store, lines int) (*fund.Reconciler, string) {
	t := bareTill(b, s)
	t.ok(t.books.BeginBooks(t.ctx, t.account.ID, "2026-01-01", 0))
	var refs []string
	for i := range 500 {
		rf, _ := t.pledgeBy(fmt.Sprintf("reader%d@example.org", i), "", "10.00", fund.Month)
		refs = append(refs, rf)
	}
	return &fund.Reconciler{Store: t.books}, yearOf(lines, refs)
}
