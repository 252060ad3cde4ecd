package statement

import (
	"os"
	"path/filepath"
	"testing"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// seeds gives the fuzzers the samples of the kinds.
func seeds(f *testing.F, patterns ...string) {
	for _, p := range patterns {
		files, err := filepath.Glob(filepath.Join("testdata", p))
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds at %s (%v)", p, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
}

// holds checks what Parse promises of any file at all.
func holds(t *testing.T, all []Statement, err error) {
	t.Helper()
	if err != nil {
		if k := fault.KindOf(err); (k != fault.Invalid && k != fault.TooLarge) || fault.Say(err) == "" || all != nil {
			t.Fatalf("%v (%s) beside %d statements", err, k, len(all))
		}
		return
	}
	for i := range all {
		s := &all[i]
		if _, ok := money.Exponent(s.Currency); !ok && len(s.Entries) > 0 {
			t.Fatalf("the currency is %q", s.Currency)
		}
		var sum int64
		for j := range s.Entries {
			e := &s.Entries[j]
			var parts int64
			for k := range e.Details {
				parts += e.Details[k].Amount
			}
			if sum += e.Amount; len(e.Details) == 0 || parts != e.Amount || e.Status != "BOOK" || !isDay(e.BookedAt) || e.Format == "" {
				t.Fatalf("line %d is %+v", j+1, e)
			}
		}
		if s.Proven() && s.Opening.Amount+sum != s.Closing.Amount {
			t.Fatalf("%d and %d do not make %d", s.Opening.Amount, sum, s.Closing.Amount)
		}
	}
	for i, m := range Known(entriesOf(all), entriesOf(all)) {
		if m.Stored < 0 {
			t.Fatalf("line %d is not known again", i+1)
		}
	}
	Keys("A", all)
}

func entriesOf(all []Statement) (out []Entry) {
	for i := range all {
		out = append(out, all[i].Entries...)
	}
	return out
}

func FuzzCAMT(f *testing.F) {
	seeds(f, "*.xml")
	f.Add(camt(balance("OPBD", "1.00"), balance("ITBD", "3.00"), lineWith("2.00", "<RvslInd>true</RvslInd>", `<Amt Ccy="EUR">1.00</Amt>`, `<Amt Ccy="EUR">1.00</Amt>`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := Parse(data, Hint{Kind: CAMT053})
		holds(t, all, err)
	})
}

func FuzzMT940(f *testing.F) {
	seeds(f, "*.sta", "*.940", "*.mt940", "*.swi", "*.txt")
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := Parse(data, Hint{Kind: MT940})
		holds(t, all, err)
	})
}

func FuzzCSV(f *testing.F) {
	seeds(f, "*.csv", "*.tab")
	f.Fuzz(func(t *testing.T, data []byte) {
		m, _ := Guess(data)
		if m.Check() != nil {
			return
		}
		all, err := Parse(data, Hint{Kind: CSV, Mapping: &m, Currency: "EUR"})
		holds(t, all, err)
		if p, _ := Look(data, Hint{Mapping: &m, Currency: "EUR"}, 5); len(p.Rows) > 5 {
			t.Fatalf("%d rows", len(p.Rows))
		}
	})
}
