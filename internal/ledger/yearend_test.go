package ledger

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/money"
)

// chained gives entries their numbers and hashes.
func chained(entries []Entry) iter.Seq2[Stored, error] {
	return func(yield func(Stored, error) bool) {
		prev := Genesis
		for i, e := range entries {
			e.Seq = int64(i + 1)
			prev = Chain(prev, Canonical(e))
			if !yield(Stored{Entry: e, Content: ContentHash(e), Hash: prev}, nil) {
				return
			}
		}
	}
}

func twoYears() []Entry {
	usd := func(minor int64) money.Amount { return money.Amount{Currency: "USD", Minor: minor} }
	src := func(object, date string) Source {
		return Source{Provider: "stripe", Object: object, Date: date, Memo: "a note"}
	}
	return []Entry{
		OpeningBalance(src("o", "2024-01-01"), "Assets:Cash", usd(1000)),
		PaymentSucceeded(src("ch_1", "2024-05-01"), usd(5000)),
		Expense(src("e_1", "2024-06-01"), "Expenses:Hosting", "Assets:Cash", usd(300)),
		PaymentSucceeded(src("ch_2", "2025-05-01"), usd(7000)),
		Refunded(src("re_1", "2025-05-02"), usd(2000)),
		Expense(src("e_2", "2025-06-01"), "Expenses:Legal", "Assets:Cash", usd(400)),
		PaymentSucceeded(src("ch_3", "2026-01-01"), usd(9)),
	}
}

func yearEnd(t *testing.T, entries []Entry) YearEnd {
	t.Helper()
	sum := func(from, to string) []Balance {
		all, err := Balances(func(yield func(Entry, error) bool) {
			for _, e := range entries {
				if e.Date >= from && e.Date <= to && !yield(e, nil) {
					return
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	y := YearEnd{Outlet: "The Lantern", From: "2025-01-01", To: "2025-12-31", Made: "2026-01-02T00:00:00Z", Before: sum("", "2024-12-31"), Moved: sum("2025-01-01", "2025-12-31"),
		Name: func(a string) string { return "=" + a }, Chain: func() iter.Seq2[Stored, error] { return chained(entries) },
		Heads: []Head{{"2026-01-01", 7, "h"}}, Receipts: [][]string{{"number"}, {"G-2025-1"}}}
	for e := range chained(entries) {
		y.Head = Head{Seq: e.Seq, Hash: e.Hash}
	}
	return y
}

// unpacked writes the archive into a folder and returns its files.
func unpacked(t *testing.T, y YearEnd) (folder string, files map[string]string) {
	t.Helper()
	var b bytes.Buffer
	if err := y.Write(&b); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	folder, files = t.TempDir(), map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(text)
		if err := os.WriteFile(filepath.Join(folder, f.Name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder, files
}

func TestAYearEndHoldsTheYearAndWhatItBeganWith(t *testing.T) {
	_, files := unpacked(t, yearEnd(t, twoYears()))
	for name, want := range map[string][]string{
		"README.txt":             {"The Lantern, 2025-01-01 to 2025-12-31", "entry 7"},
		"statement-income.csv":   {"Income:Donations,'=Income:Donations,USD,70.00,7000", "Income:Donations:Refunded,'=Income:Donations:Refunded,USD,-20.00,-2000"},
		"statement-spending.csv": {"Expenses:Legal,'=Expenses:Legal,USD,4.00,400"},
		"balances.csv":           {"Assets:Cash,'=Assets:Cash,USD,700,-400,300,3.00", "Income:Donations,'=Income:Donations,USD,-5000,-7000,-12000,-120.00"},
		"ledger.csv":             {"stripe:ch_2:charge", "a note"},
		"ledger.hledger":         {"Brought forward", "Equity:Brought-Forward"},
		"heads.txt":              {"2026-01-01 7 h\n"},
		"receipts.csv":           {"G-2025-1"},
		"auditor.txt":            {`"key":"stripe:ch_3:charge"`},
	} {
		for _, w := range want {
			if !strings.Contains(files[name], w) {
				t.Errorf("%s lacks %q:\n%s", name, w, files[name])
			}
		}
	}
	for name, not := range map[string]string{"ledger.csv": "ch_1:", "ledger.hledger": "ch_3:", "statement-spending.csv": "Hosting", "auditor.txt": "a note"} {
		if strings.Contains(files[name], not) {
			t.Errorf("%s holds %q", name, not)
		}
	}
	if lines := strings.Count(files["auditor.txt"], "\n"); lines != 7 {
		t.Errorf("%d entries for the auditor", lines)
	}
}

func TestAnAuditorRecomputesTheChainAndFindsAChange(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: verify.py is NOT TESTED")
	}
	y := yearEnd(t, twoYears())
	folder, files := unpacked(t, y)
	verify := func() (string, error) {
		cmd := exec.Command(python, "verify.py")
		cmd.Dir = folder
		out, err := cmd.CombinedOutput()
		return strings.TrimSpace(string(out)), err
	}
	if said, err := verify(); err != nil || said != fmt.Sprintf("%d %s", y.Head.Seq, y.Head.Hash) {
		t.Errorf("%q, %v; the head is %+v", said, err, y.Head)
	}
	changed := strings.Replace(files["auditor.txt"], `"USD",5000`, `"USD",5001`, 1)
	if err := os.WriteFile(filepath.Join(folder, "auditor.txt"), []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := verify(); err == nil || !strings.Contains(said, "entry 2 does not follow") {
		t.Errorf("after a change: %q, %v", said, err)
	}
}

func TestOtherProgramsEndTheYearWithOurBalances(t *testing.T) {
	y := yearEnd(t, twoYears())
	said := run(t, "hledger", "year.journal", func(w io.Writer, _ iter.Seq2[Entry, error]) error { return ExportHledger(w, y.period(true)) }, nil,
		"-f", "FILE", "balance", "--flat", "--no-total", "-O", "csv", "--layout", "bare", "Assets", "Liabilities")
	for _, want := range []string{`"Assets:Cash","USD","3.00"`, `"Assets:PSP:Stripe","USD","100.00"`} {
		if !strings.Contains(said, want) {
			t.Errorf("hledger lacks %s:\n%s", want, said)
		}
	}
	run(t, "bean-check", "year.beancount", func(w io.Writer, _ iter.Seq2[Entry, error]) error { return ExportBeancount(w, y.period(true)) }, nil, "FILE")
}
