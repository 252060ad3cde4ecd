package fund_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/store/storetest"
)

// outcome is what must not depend on how the lines of an account came in.
type outcome struct {
	hashes  map[string]bool
	bank    int64
	counted int64
	waiting int64
}

func (b *till) outcome() outcome {
	return outcome{b.hashes(), b.figure("B"), b.figure("C"), b.figure("Unallocated")}
}

// drawLines makes the lines of some days: gifts with reference, standing orders
// without, strangers, spending, equal lines, and what the bank takes back.
func drawLines(t *rapid.T, refs []string) []entry {
	var out []entry
	for day := range rapid.IntRange(1, 10).Draw(t, "days") {
		date := newYear2026.AddDate(0, 0, 15+day*9).Format(time.DateOnly)
		for range rapid.IntRange(0, 4).Draw(t, "lines") {
			n := len(out)
			e := entry{day: date, ref: fmt.Sprintf("R%06d", n), e2e: fmt.Sprintf("E2E-%04d", n), name: "R. Reader", iban: otherIBAN, minor: int64(rapid.IntRange(1, 5).Draw(t, "amount")) * 500}
			switch rapid.IntRange(0, 5).Draw(t, "kind") {
			case 0:
				e.text = "gift " + refs[rapid.IntRange(0, len(refs)-1).Draw(t, "pledge")]
			case 1:
				e.text = "standing order"
			case 2:
				e.text, e.name, e.iban = "stranger", "S. Tranger", "NL63TRIO0212345678"
			case 3:
				e.minor, e.text, e.name, e.iban = -e.minor, "invoice", "Hosting Ltd", "NL63TRIO0212345678"
			case 4: // nothing tells it from the next one of its kind
				e = entry{day: date, minor: 100, text: "spare change"}
			case 5:
				if n > 0 && out[n-1].minor > 0 && out[n-1].ref != "" && !out[n-1].reversal {
					e = out[n-1]
					e.minor, e.reversal, e.day, e.ref = -e.minor, true, date, fmt.Sprintf("R%06d", n)
				}
			}
			out = append(out, e)
		}
	}
	return out
}

// cutUp writes the lines as consecutive statements, cut anywhere but where
// nobody could tell from balances that a statement between two is missing.
func cutUp(t *rapid.T, lines []entry) []string {
	var files []string
	var opening int64
	stood := map[int64]bool{0: true}
	for from := 0; from < len(lines); {
		to := from + rapid.IntRange(1, len(lines)-from).Draw(t, "length")
		closing := opening + sum(lines[from:to])
		for to < len(lines) && (stood[closing] || ambiguous(lines, to)) {
			closing += lines[to].minor
			to++
		}
		stood[closing] = true
		c := camt{number: fmt.Sprint(len(files) + 1), opening: opening, entries: lines[from:to]}
		files = append(files, c.String())
		if whole(lines, from, to) && rapid.Bool().Draw(t, "in MT940 too") {
			files = append(files, c.swift())
		}
		opening, from = closing, to
	}
	return files
}

func sum(lines []entry) (s int64) {
	for _, e := range lines {
		s += e.minor
	}
	return s
}

// ambiguous tells whether a cut inside a day would leave a part that begins
// where another place of that day stands.
func ambiguous(lines []entry, cut int) bool {
	first, last := cut, cut
	for first > 0 && lines[first-1].day == lines[cut].day {
		first--
	}
	for last < len(lines) && lines[last].day == lines[cut].day {
		last++
	}
	seen := map[int64]bool{0: true}
	var sum int64
	for _, e := range lines[first:last] {
		if sum += e.minor; seen[sum] {
			return first < cut
		}
		seen[sum] = true
	}
	return false
}

// whole tells whether lines are cut between days: another format tells equal
// lines of a day apart by their order in it.
func whole(lines []entry, from, to int) bool {
	return (from == 0 || lines[from-1].day != lines[from].day) && (to == len(lines) || lines[to].day != lines[to-1].day)
}

// swift writes the statement as MT940.
func (c camt) swift() string {
	amount := func(minor int64) string { return strings.Replace(euros(minor), ".", ",", 1) }
	side := func(minor int64) string { return map[bool]string{true: "D", false: "C"}[minor < 0] }
	short := func(day string) string { return strings.ReplaceAll(day[2:], "-", "") }
	var b strings.Builder
	first, last := c.entries[0].day, c.entries[len(c.entries)-1].day
	fmt.Fprintf(&b, ":20:S\n:25:%s\n:28C:%s/1\n:60F:%s%sEUR%s\n", ourIBAN, c.number, side(c.opening), short(first), amount(c.opening))
	sum := c.opening
	for _, e := range c.entries {
		sum += e.minor
		mark := side(e.minor)
		if e.reversal { // RC takes a credit back, RD a debit
			mark = "R" + side(-e.minor)
		}
		fmt.Fprintf(&b, ":61:%s%s%s%sNTRFNONREF", short(e.day), short(e.day)[2:], mark, amount(e.minor))
		if e.ref != "" {
			fmt.Fprintf(&b, "//%s", e.ref)
		}
		b.WriteString("\n:86:166")
		if e.e2e != "" {
			fmt.Fprintf(&b, "?20EREF+%s", e.e2e)
		}
		fmt.Fprintf(&b, "?21SVWZ+%s", e.text)
		if e.iban != "" {
			fmt.Fprintf(&b, "?31%s?32%s", e.iban, e.name)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, ":62F:%s%sEUR%s\n-\n", side(sum), short(last), amount(sum))
	return b.String()
}

// Any split, order and repetition of an account's statements, in two formats,
// ends in the same books, and in the bank's own closing balance.
func TestHowTheLinesOfAnAccountComeInMakesNoDifference(t *testing.T) {
	propertyTB = t
	rapid.Check(t, func(t *rapid.T) {
		plain, mixed := propertyTill(t), propertyTill(t)
		lines := drawLines(t, plain.refs)
		if len(lines) == 0 {
			return
		}
		plain.read(camt{entries: lines}.String())
		files := cutUp(t, lines)
		files = append(files, files[:rapid.IntRange(0, len(files)).Draw(t, "repeated")]...)
		mixed.readInAnyOrder(rapid.Permutation(files).Draw(t, "order"))
		want, got := plain.outcome(), mixed.outcome()
		closing := sum(lines)
		if want.bank != closing || got.bank != closing || got.counted != want.counted || got.waiting != want.waiting {
			t.Fatalf("the bank says %d; one file gives %+v, many give %+v", closing, want, got)
		}
		if !maps.Equal(want.hashes, got.hashes) {
			t.Fatalf("the entries differ:\n%s", difference(plain.till, mixed.till))
		}
	})
}

type propertyBooks struct {
	*till
	refs []string
}

// inTest lets a rig of a testing.T be used within a property.
type inTest struct {
	testing.TB
	rapid *rapid.T
}

func (i inTest) Fatal(args ...any)                 { i.rapid.Fatal(args...) }
func (i inTest) Fatalf(format string, args ...any) { i.rapid.Fatalf(format, args...) }

func propertyTill(t *rapid.T) propertyBooks {
	base := propertyTB
	b := openTill(inTest{base, t}, storetest.Open(base, storetest.SQLite(base)))
	p := propertyBooks{till: b}
	for i, every := range []fund.Every{fund.Once, fund.Month, fund.Month} {
		rf, _ := b.pledgeBy(fmt.Sprintf("reader%d@example.org", i), "", "10.00", every)
		p.refs = append(p.refs, rf)
	}
	return p
}

// propertyTB is the test that is running.
var propertyTB testing.TB

// readInAnyOrder does what a treasurer does: a file that is refused since others
// are missing is read again after those.
func (b *till) readInAnyOrder(files []string) {
	for len(files) > 0 {
		var refused []string
		for _, f := range files {
			if _, err := b.tryRead(f); err != nil {
				if asked, ok := fund.AskedIn(err); !ok || asked.Question != fund.AskGap {
					b.t.Fatal(err)
				}
				refused = append(refused, f)
			}
		}
		if len(refused) == len(files) {
			b.t.Fatalf("%d files are refused for good", len(refused))
		}
		files = refused
	}
}

// difference lists the entries that only one of two books has.
func difference(a, b *till) string {
	var out []string
	for side, pair := range map[string][2]*till{"one file": {a, b}, "many": {b, a}} {
		other := pair[1].hashes()
		for e, err := range pair[0].store.Entries(a.ctx, 1) {
			a.ok(err)
			if !other[ledger.ContentHash(e)] {
				out = append(out, fmt.Sprintf("%s: %s %s %v %v", side, e.Date, e.Key, e.Tags, e.Postings))
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}
