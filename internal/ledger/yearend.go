package ledger

import (
	"archive/zip"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"math"
	"strconv"
	"strings"
	"text/template"

	"masthead.dev/masthead/internal/money"
)

// YearEnd is what a treasurer hands over at the end of a period: the books in
// the forms that others read, the statements, and what is needed to check them.
type YearEnd struct {
	Outlet   string
	From, To string // YYYY-MM-DD, both included
	Made     string // when, RFC 3339
	Closed   string // last day of the last closed period; "" for none
	Head     Head
	Heads    []Head    // of each day, the oldest first
	Before   []Balance // what stood on each account before From
	Moved    []Balance // what moved from From to To
	Name     func(account string) string
	Chain    func() iter.Seq2[Stored, error] // all entries in order, from the first on; may be called several times
	Receipts [][]string                      // rows with a head line, without names; nil where there are none
}

// Write writes one zip archive.
func (y YearEnd) Write(w io.Writer) error {
	z := zip.NewWriter(w)
	files := []struct {
		name  string
		write func(io.Writer) error
	}{
		{"README.txt", y.readme},
		{"ledger.csv", func(w io.Writer) error { return ExportCSV(w, y.period(false)) }},
		{"ledger.hledger", func(w io.Writer) error { return ExportHledger(w, y.period(true)) }},
		{"ledger.beancount", func(w io.Writer) error { return ExportBeancount(w, y.period(true)) }},
		{"statement-income.csv", func(w io.Writer) error { return y.statement(w, "Income:", -1) }},
		{"statement-spending.csv", func(w io.Writer) error { return y.statement(w, "Expenses:", 1) }},
		{"balances.csv", y.trial},
		{"receipts.csv", y.receipts},
		{"heads.txt", y.heads},
		{"auditor.txt", func(w io.Writer) error { return ExportAuditor(w, y.Chain()) }},
		{"verify.py", func(w io.Writer) error { _, err := io.WriteString(w, verifyPy); return err }},
	}
	for _, f := range files {
		if f.name == "receipts.csv" && y.Receipts == nil {
			continue
		}
		out, err := z.Create(f.name)
		if err == nil {
			err = f.write(out)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return z.Close()
}

// period yields the entries dated within it, in the order of the chain, after one
// that brings forward what stood there before, where that is asked for: other
// programs begin with empty accounts.
func (y YearEnd) period(forward bool) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if e := y.forward(); forward && len(e.Postings) > 0 && !yield(e, nil) {
			return
		}
		for e, err := range y.Chain() {
			if err == nil && (e.Date < y.From || e.Date > y.To) {
				continue
			}
			if !yield(e.Entry, err) || err != nil {
				return
			}
		}
	}
}

// forward is an entry of this export alone: what stood on assets, debts and
// equity before the period; what earlier income and spending left is equity.
func (y YearEnd) forward() Entry {
	e := Entry{Key: "brought-forward:" + y.From, Date: y.From, Memo: "Brought forward"}
	left := map[string]int64{}
	var order []string
	for _, b := range y.Before {
		if b.Minor == 0 {
			continue
		}
		if _, seen := left[b.Currency]; !seen {
			left[b.Currency] = 0
			order = append(order, b.Currency)
		}
		if strings.HasPrefix(b.Account, "Income:") || strings.HasPrefix(b.Account, "Expenses:") {
			left[b.Currency] += b.Minor
			continue
		}
		e.Postings = append(e.Postings, Posting(b))
	}
	for _, currency := range order {
		if left[currency] != 0 {
			e.Postings = append(e.Postings, Posting{"Equity:Brought-Forward", currency, left[currency]})
		}
	}
	return e
}

// statement writes what came in, or went out, by account and currency.
func (y YearEnd) statement(w io.Writer, root string, sign int64) error {
	rows := [][]string{{"account", "name", "currency", "amount", "minor"}}
	for _, b := range y.Moved {
		if strings.HasPrefix(b.Account, root) && b.Minor != 0 {
			a := money.Amount{Currency: b.Currency, Minor: sign * b.Minor}
			rows = append(rows, []string{b.Account, y.Name(b.Account), b.Currency, a.Decimal(), strconv.FormatInt(a.Minor, 10)})
		}
	}
	return writeRows(w, rows)
}

// trial writes what stood on each account before the period, what moved, and
// what stands there at its end.
func (y YearEnd) trial(w io.Writer) error {
	type sums struct{ before, moved int64 }
	all := map[line]sums{}
	var order []Balance
	for i, list := range [][]Balance{y.Before, y.Moved} {
		for _, b := range list {
			at := line{b.Account, b.Currency}
			s, seen := all[at]
			if !seen {
				order = append(order, b)
			}
			if i == 0 {
				s.before = b.Minor
			} else {
				s.moved = b.Minor
			}
			all[at] = s
		}
	}
	SortBalances(order)
	rows := [][]string{{"account", "name", "currency", "opening_minor", "moved_minor", "closing_minor", "closing"}}
	for _, b := range order {
		s := all[line{b.Account, b.Currency}]
		end := money.Amount{Currency: b.Currency, Minor: s.before + s.moved}
		rows = append(rows, []string{b.Account, y.Name(b.Account), b.Currency, strconv.FormatInt(s.before, 10), strconv.FormatInt(s.moved, 10), strconv.FormatInt(end.Minor, 10), end.Decimal()})
	}
	return writeRows(w, rows)
}

func (y YearEnd) receipts(w io.Writer) error { return writeRows(w, y.Receipts) }

func (y YearEnd) heads(w io.Writer) error {
	for _, h := range y.Heads {
		if _, err := fmt.Fprintf(w, "%s %d %s\n", h.Date, h.Seq, h.Hash); err != nil {
			return err
		}
	}
	return nil
}

// writeRows writes cells that no spreadsheet takes for a formula; numbers below
// zero stay numbers.
func writeRows(w io.Writer, rows [][]string) error {
	out := csv.NewWriter(w)
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			if n, err := strconv.ParseFloat(cell, 64); err == nil && !math.IsInf(n, 0) && !math.IsNaN(n) {
				safe[i] = cell
				continue
			}
			safe[i] = Cell(cell)
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (y YearEnd) readme(w io.Writer) error { return readmeText.Execute(w, y) }

var readmeText = template.Must(template.New("readme").Parse(`The books of {{.Outlet}}, {{.From}} to {{.To}}
Made {{.Made}} by Masthead. {{if .Closed}}The books are closed up to {{.Closed}}.{{else}}No period has been closed yet.{{end}}

No donor is in any of these files: entries say what money did, never who gave it.

statement-income.csv, statement-spending.csv
    what came in and what it was spent on, by account and currency
balances.csv
    each account before the period, what moved, and at its end; debits positive
ledger.csv
    every posting of the period, one a row
ledger.hledger, ledger.beancount
    the same for hledger or ledger, and for Beancount. They begin with one
    transaction that brings forward what stood there before ("Brought forward");
    it is not in the ledger itself.
{{if .Receipts}}receipts.csv
    every receipt issued in the period: number, kind, state, amount; no names
{{end}}heads.txt
    the last entry of each day (UTC): day, number, hash. The newsroom publishes
    the same list at /books/heads.txt
auditor.txt
    the whole chain since the first entry, one line an entry: its hash, a space,
    and the row that was hashed. An entry whose row has "dated" among its tags "t"
    belongs to that day, but became known after the period had been closed.
verify.py
    recomputes the chain:  python3 verify.py

How to check
1. python3 verify.py  must name entry {{.Head.Seq}} and the hash
   {{.Head.Hash}}
2. Compare some lines of heads.txt with copies that somebody else kept. Where an
   old copy names another hash under the same number, an entry up to there was
   changed afterwards.
3. hledger -f ledger.hledger check --strict;  bean-check ledger.beancount
4. Compare the balances of the bank accounts with the bank's own statements.
What this cannot show: whether an entry is true. For that, compare entries with
vouchers; what is internal about an expense stands at the newsroom's desk.
`))

const verifyPy = `# Recomputes the chain of auditor.txt: no entry can be changed, taken out or put
# in without another hash at the end.
import hashlib, sys

prev, n = "0" * 64, 0
for line in open("auditor.txt", encoding="utf-8"):
    n += 1
    kept, row = line.rstrip("\n").split(" ", 1)
    if hashlib.sha256((prev + "\n" + row).encode()).hexdigest() != kept:
        sys.exit("entry %d does not follow from the one before it" % n)
    prev = kept
print(n, prev)
`
