package ledger

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"masthead.dev/masthead/internal/money"
)

type export func(io.Writer, iter.Seq2[Entry, error]) error

// everyEvent is a book with each kind of entry, four currencies, memos that try
// to break out of their line, and a reversal.
func everyEvent(t testing.TB) []Entry {
	var all []Entry
	memos := []string{"plain", "; account Assets:Hidden", "* ! (code) = |", `"quoted" \ back\`, "هدیه ۲۵", "a:b, c:d date:2026-99-99", "=cmd|' /C calc'!A0", "@x [2026-01-01]", "", "  two  spaces  "}
	rapid.Check(t, func(r *rapid.T) {
		if len(all) >= 400 {
			return
		}
		for range 4 {
			e := drawEntry(r, len(all))
			e.Seq = int64(len(all) + 1)
			if len(all)%2 == 0 {
				e.Memo = memos[len(all)/2%len(memos)]
			}
			if err := e.Validate(); err != nil {
				r.Fatal(err)
			}
			all = append(all, e)
		}
	})
	back := Reverse(all[0], all[0].Key+":reversed", "2026-12-31", "taken back")
	back.Seq = int64(len(all) + 1)
	return append(all, back)
}

// run gives an export to the real program and returns what it says.
func run(t *testing.T, program, name string, write export, entries []Entry, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not installed", program)
		}
		t.Skipf("%s is not installed: its acceptance of the export is NOT TESTED", program)
	}
	file := filepath.Join(t.TempDir(), name)
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(write(out, list(entries...)), out.Close()); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "FILE", file)
	}
	said, err := exec.Command(path, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%.4000s", program, args, err, said)
	}
	return string(said)
}

func TestHledgerAcceptsTheJournalStrictly(t *testing.T) {
	entries := everyEvent(t)
	run(t, "hledger", "books.journal", ExportHledger, entries, "-f", "FILE", "check", "--strict", "accounts", "commodities")
	if out := run(t, "hledger", "books.journal", ExportHledger, entries, "-f", "FILE", "stats"); !strings.Contains(out, fmt.Sprintf(": %d (", len(entries))) {
		t.Errorf("hledger did not find %d transactions:\n%s", len(entries), out)
	}
	run(t, "hledger", "empty.journal", ExportHledger, nil, "-f", "FILE", "check", "--strict")
}

func TestBeanCheckAcceptsTheFile(t *testing.T) {
	if out := run(t, "bean-check", "books.beancount", ExportBeancount, everyEvent(t), "FILE"); out != "" {
		t.Errorf("bean-check says:\n%s", out)
	}
	run(t, "bean-check", "empty.beancount", ExportBeancount, nil, "FILE")
}

func TestHledgerComputesTheSameBalances(t *testing.T) {
	entries := everyEvent(t)
	said := run(t, "hledger", "books.journal", ExportHledger, entries, "-f", "FILE", "balance", "--flat", "--no-total", "--empty", "-O", "csv", "--layout", "bare")
	records, err := csv.NewReader(strings.NewReader(said)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[string]string{}
	for _, r := range records[1:] {
		theirs[r[0]+" "+r[1]] = r[2]
	}
	ours, err := Balances(list(entries...))
	if err != nil || len(ours) < 20 {
		t.Fatal(len(ours), err)
	}
	for _, b := range ours {
		if b.Minor == 0 {
			continue
		}
		want := decimal(Posting(b))
		if got := theirs[b.Account+" "+b.Currency]; got != want {
			t.Errorf("%s in %s: hledger says %q, want %q", b.Account, b.Currency, got, want)
		}
	}
}

func TestLedgerComputesTheSameBalances(t *testing.T) {
	entries := everyEvent(t)
	said := run(t, "ledger", "books.journal", ExportHledger, entries, "-f", "FILE", "csv", "--csv-format", `%(quoted(account)),%(quoted(commodity)),%(quoted(quantity(scrub(display_amount))))\n`)
	records, err := csv.NewReader(strings.NewReader(said)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[line]int64{}
	for _, r := range records {
		a, err := money.ParseExact(r[2], r[1])
		if err != nil {
			t.Fatalf("%v: %v", r, err)
		}
		theirs[line{r[0], r[1]}] += a.Minor
	}
	ours, err := Balances(list(entries...))
	if err != nil || len(ours) < 20 {
		t.Fatal(len(ours), err)
	}
	for _, b := range ours {
		if got := theirs[line{b.Account, b.Currency}]; got != b.Minor {
			t.Errorf("%s in %s: ledger says %d, want %d", b.Account, b.Currency, got, b.Minor)
		}
	}
}

func TestTheJournalOfOneGiftReadsLikeThis(t *testing.T) {
	e := gift()
	e.Memo, e.Tags, e.Reverses = `A "gift"; thanks`, map[string]string{"fund": "general", "campaign": "c1"}, "stripe:ch_0:charge"
	yen := Entry{Seq: 2, Key: "stripe:ch_2:charge", Date: "2026-01-14", Postings: []Posting{
		{"Assets:PSP:Stripe", "JPY", 3000}, {"Income:Donations", "JPY", -3000}}}
	for name, c := range map[string]struct {
		write export
		want  string
	}{
		"hledger": {ExportHledger, `; Books of a newsroom, exported by Masthead
decimal-mark .
commodity 0.00 USD
account Assets:PSP:Stripe
account Income:Donations

2026-01-15 * (stripe:ch_1:charge) A "gift", thanks
    ; seq: 1
    ; reverses: stripe:ch_0:charge
    ; campaign: c1
    ; fund: general
    Assets:PSP:Stripe                         25.00 USD
    Income:Donations                          -25.00 USD
commodity 0. JPY

2026-01-14 * (stripe:ch_2:charge)
    ; seq: 2
    Assets:PSP:Stripe                         3000 JPY
    Income:Donations                          -3000 JPY
`},
		"beancount": {ExportBeancount, `; Books of a newsroom, exported by Masthead
option "title" "Masthead"
1900-01-01 commodity USD
1900-01-01 open Assets:PSP:Stripe
1900-01-01 open Income:Donations

2026-01-15 * "A \"gift\"; thanks"
  seq: 1
  key: "stripe:ch_1:charge"
  reverses: "stripe:ch_0:charge"
  campaign: "c1"
  fund: "general"
  Assets:PSP:Stripe                         25.00 USD
  Income:Donations                          -25.00 USD
1900-01-01 commodity JPY

2026-01-14 * ""
  seq: 2
  key: "stripe:ch_2:charge"
  Assets:PSP:Stripe                         3000 JPY
  Income:Donations                          -3000 JPY
`},
		"csv": {ExportCSV, `seq,date,key,account,currency,debit,credit,debit_minor,credit_minor,memo,reverses,tags
1,2026-01-15,stripe:ch_1:charge,Assets:PSP:Stripe,USD,25.00,,2500,,"A ""gift""; thanks",stripe:ch_0:charge,campaign=c1 fund=general
1,2026-01-15,stripe:ch_1:charge,Income:Donations,USD,,25.00,,2500,"A ""gift""; thanks",stripe:ch_0:charge,campaign=c1 fund=general
2,2026-01-14,stripe:ch_2:charge,Assets:PSP:Stripe,JPY,3000,,3000,,,,
2,2026-01-14,stripe:ch_2:charge,Income:Donations,JPY,,3000,,3000,,,
`},
	} {
		var out bytes.Buffer
		if err := c.write(&out, list(e, yen)); err != nil || out.String() != c.want {
			t.Errorf("%s (%v):\n%s\nwant:\n%s", name, err, out.String(), c.want)
		}
	}
}

func TestNoCellIsTakenForAFormula(t *testing.T) {
	for _, memo := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "＝1", "＋1", "－1", "＠x", "=\"a\"", "= ;=1"} {
		e := gift()
		e.Memo = memo
		var out bytes.Buffer
		if err := ExportCSV(&out, list(e)); err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(records) != 3 {
			t.Fatal(len(records), err)
		}
		for _, r := range records[1:] {
			if !strings.HasPrefix(r[9], "'") {
				t.Errorf("the memo %q is exported as %q", memo, r[9])
			}
			for _, cell := range r {
				if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
					t.Errorf("the cell %q may run", cell)
				}
			}
		}
	}
	if got := Cell("a=b"); got != "a=b" {
		t.Errorf("a harmless text became %q", got)
	}
}

type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestAnExportStopsAtTheFirstError(t *testing.T) {
	unreadable := errors.New("unreadable")
	for name, write := range map[string]export{"hledger": ExportHledger, "beancount": ExportBeancount, "csv": ExportCSV} {
		if err := write(io.Discard, func(yield func(Entry, error) bool) { yield(Entry{}, unreadable) }); !errors.Is(err, unreadable) {
			t.Errorf("%s: a broken source gives %v", name, err)
		}
		n := 0
		endless := func(yield func(Entry, error) bool) {
			for n < 1e6 && yield(gift(), nil) {
				n++
			}
		}
		if err := write(&full{1 << 20}, endless); err == nil || n >= 1e6 {
			t.Errorf("%s: a full disk gives %v after %d entries", name, err, n)
		}
	}
}
