package bench

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/site"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/testkit/pg"
	"masthead.dev/masthead/internal/web"
)

// sized is how many rows a benchmark has: a million, or what the variable says.
func sized(variable string) int {
	n, err := strconv.Atoi(os.Getenv(variable))
	if err != nil {
		return 1_000_000
	}
	return n
}

// bulk writes rows by statements of many rows.
type bulk struct {
	b     *testing.B
	tx    **sql.Tx // the present one
	table string
	args  []any
	width int
	of    *sql.Tx // the transaction that full was made in
	full  *sql.Stmt
}

// rowsAtOnce is how many rows a statement writes.
const rowsAtOnce = 100

func (x *bulk) add(row ...any) {
	x.width = len(row)
	x.args = append(x.args, row...)
}

// flush writes what there is: whole statements, and the rest with rest.
func (x *bulk) flush(rest bool) {
	for len(x.args) >= rowsAtOnce*x.width && x.width > 0 {
		if x.of != *x.tx {
			var err error
			if x.full, err = (*x.tx).Prepare(x.insert(rowsAtOnce)); err != nil {
				x.b.Fatal(err)
			}
			x.of = *x.tx
		}
		if _, err := x.full.Exec(x.args[:rowsAtOnce*x.width]...); err != nil {
			x.b.Fatal(err)
		}
		x.args = x.args[rowsAtOnce*x.width:]
	}
	if rest && len(x.args) > 0 {
		if _, err := (*x.tx).Exec(x.insert(len(x.args)/x.width), x.args...); err != nil {
			x.b.Fatal(err)
		}
		x.args = nil
	}
}

func (x *bulk) insert(rows int) string {
	var sql strings.Builder
	sql.WriteString("INSERT INTO " + x.table + " VALUES ")
	for i := range rows * x.width {
		switch {
		case i == 0:
			sql.WriteByte('(')
		case i%x.width == 0:
			sql.WriteString("), (")
		default:
			sql.WriteByte(',')
		}
		sql.WriteString("$" + strconv.Itoa(i+1))
	}
	sql.WriteByte(')')
	return sql.String()
}

// fillBooks puts entries into the books as a newsroom of three years has them:
// gifts of 60,000 donors with their fees, for five campaigns and the general
// fund, some refunds, and expenses. The chain is made by the real code; the rows
// go in by large statements.
func fillBooks(b *testing.B, s *store.Store, entries int) {
	r := rand.New(rand.NewPCG(3, 14))
	tx, err := s.Raw().Begin()
	if err != nil {
		b.Fatal(err)
	}
	defer func() { tx.Rollback() }()
	into := func(table string) *bulk { return &bulk{b: b, tx: &tx, table: table} }
	books, postings := into("ledger_entry (seq, key, date, memo, tags, campaign, content_hash, hash, posted_at)"), into("ledger_posting (seq, n, account, currency, minor)")
	donors, donations := into("donor (id, email, name, show_name, created_at)"), into("donation (id, nonce, donor_id, campaign_id, currency, minor, every, provider, state, created_at, updated_at)")
	payments := into("payment (id, provider, ref, donation_id, donor_id, campaign_id, currency, minor, succeeded_at, created_at)")
	moves := into("movement (provider, ref, kind, currency, minor, fee_minor, source_ref, at, entry_key)")
	campaigns := into("campaign (id, slug, currency, state, title, starts_at, ends_at, created_at)")
	first := time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)
	for i := range 5 {
		campaigns.add(fmt.Sprintf("c%d", i), fmt.Sprintf("campaign-%d", i), "USD", "live", fmt.Sprintf(`{"en":"Campaign %d"}`, i), first.UnixMilli(), first.AddDate(3, 0, 0).UnixMilli(), first.UnixMilli())
	}
	campaigns.flush(true)
	people := max(10, entries/16)
	for i := range people {
		donors.add(fmt.Sprintf("d%d", i), fmt.Sprintf("d%d@bench.example", i), fmt.Sprintf("Donor %d", i), r.IntN(10)/9, first.UnixMilli())
	}
	donors.flush(true)
	head := ledger.Head{Hash: ledger.Genesis}
	post := func(e ledger.Entry, at time.Time) {
		e.Seq = head.Seq + 1
		head = ledger.Head{Seq: e.Seq, Hash: ledger.Chain(head.Hash, ledger.Canonical(e))}
		tags := "{}"
		if len(e.Tags) > 0 {
			tags = fmt.Sprintf(`{"every":"%s","fund":"general"}`, e.Tags["every"])
			if c := e.Tags["campaign"]; c != "" {
				tags = fmt.Sprintf(`{"campaign":"%s","every":"%s"}`, c, e.Tags["every"])
			}
		}
		books.add(e.Seq, e.Key, e.Date, "", tags, e.Tags["campaign"], ledger.ContentHash(e), head.Hash, at.UnixMilli())
		for n, p := range e.Postings {
			postings.add(e.Seq, n, p.Account, p.Currency, p.Minor)
		}
	}
	commit := func() {
		for _, x := range []*bulk{books, postings, donations, payments, moves} { // what is referred to goes first
			x.flush(true)
		}
		_, err := tx.Exec("UPDATE ledger_head SET seq = $1, hash = $2 WHERE id = 1 AND seq < $1", head.Seq, head.Hash)
		if err == nil {
			err = tx.Commit()
		}
		if err == nil {
			tx, err = s.Raw().Begin()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	for i := 0; head.Seq < int64(entries); i++ {
		at := first.Add(time.Duration(float64(3*365*24)*float64(head.Seq)/float64(entries)*3600) * time.Second)
		date := at.Format(time.DateOnly)
		a := money.Amount{Currency: "USD", Minor: 500 + 500*r.Int64N(20)}
		src := ledger.Source{Provider: "sandbox", Object: fmt.Sprintf("o%d", i), Date: date}
		if i%60 == 0 {
			post(ledger.Expense(src, ledger.SpendingAccounts[r.IntN(8)], "Assets:Bank:Main", a), at)
			continue
		}
		every, campaign := []string{"once", "month", "month"}[r.IntN(3)], r.IntN(6)
		src.Tags = map[string]string{"every": every, "fund": "general"}
		var campaignID any
		if campaign < 5 {
			src.Tags = map[string]string{"every": every, "campaign": fmt.Sprintf("c%d", campaign)}
			campaignID = src.Tags["campaign"]
		}
		donor, id := fmt.Sprintf("d%d", r.IntN(people)), fmt.Sprintf("g%d", i)
		ref := src.Object
		post(ledger.PaymentSucceeded(src, a), at)
		src.Object = "t" + ref
		post(ledger.FeeKnown(src, money.Amount{Currency: "USD", Minor: a.Minor/35 + 30}), at)
		donations.add(id, id, donor, campaignID, "USD", a.Minor, every, "sandbox", "succeeded", at.UnixMilli(), at.UnixMilli())
		payments.add("p"+id, "sandbox", ref, id, donor, campaignID, "USD", a.Minor, at.UnixMilli(), at.UnixMilli())
		moves.add("sandbox", "t"+ref, "charge", "USD", a.Minor, a.Minor/35+30, ref, at.UnixMilli(), "sandbox:"+ref+":charge")
		if i%20000 == 0 {
			commit()
		}
	}
	commit()
	tx.Rollback() // the one that commit began
	tidy(b, s)
}

// tidy does what PostgreSQL does by itself after a while. SQLite does nothing by
// itself, so its planner must do without figures here as it must elsewhere.
func tidy(b *testing.B, s *store.Store) {
	if s.Engine() != db.Postgres {
		return
	}
	if _, err := s.Raw().Exec("VACUUM ANALYZE"); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkBooks measures what the books cost when they are large: the public
// page without and with its cache, balances, meters. The sums are brought forward
// but for the last thousand entries, as in a running newsroom. The peer is what
// it cost to add all postings up each time.
func BenchmarkBooks(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine, func(b *testing.B) {
			address := filepath.Join(b.TempDir(), "masthead.db")
			if engine == "PostgreSQL" {
				address = pg.URL(b)
			}
			s := open(b, address)
			n := sized("MASTHEAD_BENCH_ENTRIES")
			began := time.Now()
			fillBooks(b, s, n)
			b.Logf("%d entries made in %s", n, time.Since(began).Round(time.Second))
			ctx := b.Context()
			o := outlet.Default()
			o.Name, o.BaseURL = "Bench", "https://bench.example"
			if err := s.Write(ctx, func(tx *store.Tx) error { return tx.PutOutlet(ctx, store.System, o) }); err != nil {
				b.Fatal(err)
			}
			timed(b, "bring the sums forward", func() error { return s.RollLedger(ctx) })
			timed(b, "count the givers", func() error { return s.CountGivers(ctx, 0, "USD", time.UTC) })
			measureBooks(b, s)
			timed(b, "verify the chain and all sums", func() error {
				_, damage, err := s.VerifyLedger(ctx)
				if damage != nil {
					b.Error(damage.Why)
				}
				return err
			})
		})
	}
}

func timed(b *testing.B, what string, do func() error) {
	b.Helper()
	began := time.Now()
	if err := do(); err != nil {
		b.Fatal(err)
	}
	b.Logf("%s: %s", what, time.Since(began).Round(time.Millisecond))
}

func measureBooks(b *testing.B, s *store.Store) {
	ctx := b.Context()
	for i := range 1000 { // what is posted between two rounds
		e := ledger.PaymentSucceeded(ledger.Source{Provider: "tail", Object: strconv.Itoa(i), Date: "2026-12-30", Tags: map[string]string{"every": "once", "campaign": "c1"}}, money.Amount{Currency: "USD", Minor: 100})
		if err := s.Write(ctx, func(tx *store.Tx) error { _, _, err := tx.Post(ctx, e); return err }); err != nil {
			b.Fatal(err)
		}
	}
	templates, err := web.NewTemplates()
	if err != nil {
		b.Fatal(err)
	}
	now := clock.At(time.Date(2026, 12, 30, 12, 0, 0, 0, time.UTC))
	pages := &site.Site{Store: s, Templates: templates, Clock: now}
	cold := (&web.Server{Draw: pages.Draw, Now: now.Now}).Handle(pages.Serve)
	warm := (&web.Server{Kept: web.NewPageCache(8 << 20), Draw: pages.Draw, Now: now.Now}).Handle(pages.Serve)
	get := func(h http.Handler, path string) func() error {
		return func() error {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			if w.Code != http.StatusOK {
				return fmt.Errorf("%s: %d", path, w.Code)
			}
			return nil
		}
	}
	run := func(name string, do func() error) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("page/year/cold", get(cold, "/books/2026"))
	run("page/month/cold", get(cold, "/books/2026-03"))
	run("page/all/cold", get(cold, "/books/all"))
	run("page/year/warm", get(warm, "/books/2026"))
	run("page/verify/cold", get(cold, "/books/verify"))
	run("json/year", get(cold, "/books.json?year=2026"))
	run("balances", func() error { _, err := s.Balances(ctx); return err })
	run("turnover/odd-days", func() error { _, err := s.Turnover(ctx, "2025-02-11", "2026-03-20"); return err })
	run("meter/campaign", func() error {
		_, err := s.CampaignMeter(ctx, fund.Campaign{ID: "c1", Currency: "USD"})
		return err
	})
	run("meter/general", func() error { _, err := s.GeneralMeter(ctx, "USD"); return err })
	run("received", func() error { _, err := s.Received(ctx, "c1", "USD"); return err })
	run("daily-heads", func() error { _, err := s.DailyHeads(ctx, 30); return err })
	run("peer/add-all-postings-up", func() error { return addAll(ctx, s) })
}

// addAll is what balances cost without the sums.
func addAll(ctx context.Context, s *store.Store) error {
	rows, err := s.Query().QueryContext(ctx, "SELECT account, currency, SUM(minor) FROM ledger_posting GROUP BY account, currency")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}
