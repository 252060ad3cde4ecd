package bench

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/testkit/pg"
)

// A newsroom that measures has given before: its books hold so many entries (on
// PostgreSQL the planner has looked at them), and each giver has a connection that
// knows the statements.
const (
	history = 20_000
	warmUp  = 400
)

// concurrently shares calls among n callers, and tells beside the time what this
// process and the database's server, "" for none, used of the processors.
func concurrently(b *testing.B, n int, server string, calls int, call func(i int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	own, its := busy(b, "self", ""), busy(b, "[0-9]*", server)
	b.ResetTimer()
	b.StartTimer()
	for range n {
		wait.Go(func() {
			for i := next.Add(1) - 1; i < int64(calls); i = next.Add(1) - 1 {
				call(int(i))
			}
		})
	}
	wait.Wait()
	b.StopTimer()
	b.ReportMetric(float64(calls)/b.Elapsed().Seconds(), "per-s")
	b.ReportMetric((busy(b, "self", "")-own)/float64(calls), "cpu-ms/op")
	if server != "" {
		b.ReportMetric((busy(b, "[0-9]*", server)-its)/float64(calls), "server-cpu-ms/op")
	}
}

// busy is how long the processes of /proc/ids whose folder is the given one ("":
// wherever they are) have used a processor, in milliseconds, counted in hundredths
// of a second as Linux tells (proc(5), /proc/pid/stat); 0 where it does not tell.
func busy(b *testing.B, ids, folder string) (ms float64) {
	files, err := filepath.Glob("/proc/" + ids + "/stat")
	if err != nil {
		b.Fatal(err)
	}
	for _, file := range files {
		at, _ := os.Readlink(filepath.Join(filepath.Dir(file), "cwd"))
		text, _ := os.ReadFile(file) // it may have ended
		f := strings.Fields(string(text))
		if len(f) < 17 || folder != "" && at != folder {
			continue
		}
		for _, ticks := range f[13:17] { // in user and kernel mode, its own and those of its children that have ended
			n, err := strconv.ParseFloat(ticks, 64)
			if err != nil {
				b.Fatal(err)
			}
			ms += 10 * n
		}
	}
	return ms
}

// folder is where a PostgreSQL server works, "" on SQLite.
func folder(b *testing.B, engine string, db interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}) (path string) {
	b.Helper()
	if engine == "PostgreSQL" {
		if err := db.QueryRowContext(b.Context(), "SHOW data_directory").Scan(&path); err != nil {
			b.Fatal(err)
		}
	}
	return path
}

// till takes gifts: the service above a store and the sandbox.
type till struct {
	*fund.Service
	sandbox *sandbox.Sandbox
}

func open(b *testing.B, address string) *store.Store {
	b.Helper()
	s, err := store.Open(b.Context(), address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

func newTill(b *testing.B, s *store.Store) *till {
	b.Helper()
	sb, err := sandbox.Open(sandbox.Options{File: filepath.Join(b.TempDir(), "sandbox.jsonl"), Clock: clock.Wall{}, Secrets: []string{"bench"}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { sb.Close() })
	return &till{sandbox: sb, Service: &fund.Service{
		Store: s.Fund(), Providers: map[string]fund.Provider{sandbox.Key: sb}, Wall: clock.Wall{}, Money: clock.Wall{},
		Zone:      func() *time.Location { return time.UTC },
		ReturnURL: func(id, _ string) string { return "http://localhost/give/thanks/" + id },
		Label:     func(fund.Campaign, string) string { return "bench" },
	}}
}

// told answers with what the provider has said once: the time that a provider
// takes is not ours, and the sandbox looks through all that it knows.
type told struct {
	fund.Provider
	facts map[string]fund.Facts // by session
}

func (t told) Fetch(_ context.Context, ref fund.Ref) (fund.Facts, error) { return t.facts[ref.ID], nil }

// paid makes a gift that the provider has the money of, and that the newsroom
// does not know to be paid yet.
func (t *till) paid(b *testing.B) (session string) {
	b.Helper()
	d, err := t.Begin(b.Context(), fund.Form{
		Nonce: id.New(), Age: time.Minute, Currency: "USD", Every: string(fund.Once), Choice: "25.00", Email: id.New() + "@bench.example", Provider: sandbox.Key,
	}, locale.For("en"))
	if err != nil {
		b.Fatal(err)
	}
	if err := t.sandbox.Pay(b.Context(), d.Session); err != nil {
		b.Fatal(err)
	}
	return d.Session
}

func (t *till) facts(b *testing.B, session string) fund.Facts {
	b.Helper()
	f, err := t.sandbox.Fetch(b.Context(), fund.Ref{Kind: fund.KindSession, ID: session})
	if err != nil {
		b.Fatal(err)
	}
	return f
}

// ready makes so many gifts that are paid; the i-th is taken by take(i).
func (t *till) ready(b *testing.B, n int) (take func(i int)) {
	sessions := make([]string, n)
	said := told{t.sandbox, map[string]fund.Facts{}}
	for i := range sessions {
		sessions[i] = t.paid(b)
		said.facts[sessions[i]] = t.facts(b, sessions[i])
	}
	t.Providers[sandbox.Key] = said
	return func(i int) {
		if err := t.Refresh(b.Context(), sandbox.Key, fund.Ref{Kind: fund.KindSession, ID: sessions[i]}); err != nil {
			b.Error(err)
		}
	}
}

// BenchmarkGift commits a gift that was paid: payment, movement, two entries with
// their place in the chain, the donation's state, the mail's job, in one
// transaction, durable when it returns. Singly each has a commit of its own;
// shared, those that wait at the same moment have one together. Once more with a
// disk that takes a millisecond longer. The peer is one bare INSERT that is as
// durable, on the same driver and disk: what a commit costs at least. PostgreSQL's server
// waits for the disk here.
func BenchmarkGift(b *testing.B) {
	for _, engine := range engines {
		address := func(b *testing.B) string {
			if engine == "PostgreSQL" {
				return pg.Durable(b)
			}
			return filepath.Join(b.TempDir(), "masthead.db")
		}
		for _, delay := range []time.Duration{0, time.Millisecond} {
			for _, c := range []struct {
				callers, share int
				how            string
			}{{1, 1, "singly"}, {16, 1, "singly"}, {16, 32, "shared"}} {
				b.Run(fmt.Sprintf("%s/disk+%s/%d-givers/%s", engine, delay, c.callers, c.how), func(b *testing.B) {
					s := open(b, address(b))
					fillBooks(b, s, history)
					t := newTill(b, s)
					take := t.ready(b, b.N+warmUp)
					server := folder(b, engine, s.Query())
					concurrently(b, c.callers, server, warmUp, take)
					s.Tune(c.share, delay)
					concurrently(b, c.callers, server, b.N, func(i int) { take(warmUp + i) })
				})
			}
		}
		for _, callers := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/%d-givers/peer-one-insert", engine, callers), func(b *testing.B) { bare(b, engine, callers, address(b)) })
		}
	}
}

func bare(b *testing.B, engine string, callers int, address string) {
	driver, name := "sqlite", "file:"+address+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)"
	if engine == "PostgreSQL" {
		driver, name = "pgx", address
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if engine == "SQLite" {
		db.SetMaxOpenConns(1) // it has one writer anyway
	}
	if _, err := db.Exec("CREATE TABLE bare (id TEXT PRIMARY KEY, minor BIGINT)"); err != nil {
		b.Fatal(err)
	}
	concurrently(b, callers, folder(b, engine, db), b.N, func(int) {
		if _, err := db.ExecContext(context.Background(), "INSERT INTO bare (id, minor) VALUES ($1, $2)", id.New(), 2500); err != nil {
			b.Error(err)
		}
	})
}
