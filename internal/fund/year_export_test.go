package fund_test

import (
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
)

// same compares the sums that pages are made from with those that other
// accounting programs find in the exports, to the minor unit.
func (y *year) same() {
	y.t.Helper()
	want := y.shown()
	_, posted := y.posted()
	y.equal("the entries", posted, want)
	y.equal("the balances", y.sums(), want)
	for _, p := range []program{
		{"hledger", "books.journal", ledger.ExportHledger, []string{"-f", "FILE", "balance", "--flat", "--no-total", "-O", "csv", "--layout", "bare"}, 1},
		{"ledger", "books.journal", ledger.ExportHledger, []string{"-f", "FILE", "csv", "--csv-format", `%(quoted(account)),%(quoted(commodity)),%(quoted(quantity(scrub(display_amount))))\n`}, 0},
		{"bean-query", "books.beancount", ledger.ExportBeancount, []string{"-f", "csv", "FILE", "SELECT account, currency, sum(number) GROUP BY account, currency"}, 1},
	} {
		if got, ok := y.ask(p); ok {
			y.equal(p.name, got, want)
		}
	}
}

// shown is what stands on each account by the sums that the public books and the
// desk show.
func (y *year) shown() map[[2]string]int64 {
	y.t.Helper()
	list, err := y.store.MonthSums(y.ctx, "2026-01", "2028-12")
	y.ok(err)
	out := map[[2]string]int64{}
	for _, m := range list {
		out[[2]string{m.Account, m.Currency}] += m.Minor
	}
	return out
}

func (y *year) equal(who string, got, want map[[2]string]int64) {
	y.t.Helper()
	nothing := func(_ [2]string, minor int64) bool { return minor == 0 }
	got, want = maps.Clone(got), maps.Clone(want)
	maps.DeleteFunc(got, nothing)
	maps.DeleteFunc(want, nothing)
	if len(want) < 15 {
		y.t.Fatalf("only %d accounts have money", len(want))
	}
	for k, minor := range want {
		if got[k] != minor {
			y.t.Errorf("%s in %s: %s find %d, the books show %d", k[0], k[1], who, got[k], minor)
		}
	}
	for k, minor := range got {
		if _, ok := want[k]; !ok {
			y.t.Errorf("%s in %s: %s find %d, the books show nothing", k[0], k[1], who, minor)
		}
	}
}

// program is another accounting program that prints account, currency and sum.
type program struct {
	name, file string
	write      func(io.Writer, iter.Seq2[ledger.Entry, error]) error
	args       []string
	head       int // lines to pass over
}

func (y *year) ask(p program) (map[[2]string]int64, bool) {
	y.t.Helper()
	path, err := exec.LookPath(p.name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			y.t.Fatalf("%s is not installed", p.name)
		}
		y.t.Logf("%s is not installed: what it makes of the year is NOT TESTED", p.name)
		return nil, false
	}
	file := filepath.Join(y.t.TempDir(), p.file)
	f, err := os.Create(file)
	y.ok(err)
	y.ok(errors.Join(p.write(f, y.store.Entries(y.ctx, 1)), f.Close()))
	args := make([]string, len(p.args))
	for i, a := range p.args {
		args[i] = strings.ReplaceAll(a, "FILE", file)
	}
	said, err := exec.Command(path, args...).Output()
	if err != nil {
		y.t.Fatalf("%s: %v\n%.2000s", p.name, err, said)
	}
	rows, err := csv.NewReader(strings.NewReader(string(said))).ReadAll()
	y.ok(err)
	out := map[[2]string]int64{}
	for _, r := range rows[p.head:] {
		account, currency := strings.TrimSpace(r[0]), strings.TrimSpace(r[1])
		a, err := money.ParseExact(strings.TrimSpace(r[2]), currency)
		y.ok(err)
		out[[2]string{account, currency}] += a.Minor
	}
	return out, true
}
