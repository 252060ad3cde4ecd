package ledger

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
)

// beforeAll is the day on which the export opens accounts and currencies.
// Entries are never dated before it (see Validate).
const beforeAll = "1900-01-01"

// ExportBeancount writes a Beancount file that passes bean-check: it opens each
// account, and puts key, number, reversal and tags into metadata.
// Format: beancount.github.io/docs/beancount_language_syntax.html.
func ExportBeancount(w io.Writer, entries iter.Seq2[Entry, error]) error {
	seen := firsts{}
	const head = "; Books of a newsroom, exported by Masthead\noption \"title\" \"Masthead\"\n"
	return buffered(w, head, entries, func(out *bufio.Writer, e Entry) {
		for _, p := range e.Postings {
			if seen.time(p.Currency) {
				fmt.Fprintf(out, "%s commodity %s\n", beforeAll, p.Currency)
			}
			if seen.time(p.Account) {
				fmt.Fprintf(out, "%s open %s\n", beforeAll, p.Account)
			}
		}
		beancountEntry(out, e)
	})
}

var beancountText = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func beancountEntry(out *bufio.Writer, e Entry) {
	fmt.Fprintf(out, "\n%s * \"%s\"\n  seq: %d\n  key: \"%s\"\n", e.Date, beancountText.Replace(oneLine(e.Memo)), e.Seq, e.Key)
	if e.Reverses != "" {
		fmt.Fprintf(out, "  reverses: \"%s\"\n", e.Reverses)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Tags)) {
		fmt.Fprintf(out, "  %s: \"%s\"\n", name, e.Tags[name])
	}
	for _, p := range e.Postings {
		fmt.Fprintf(out, "  %-40s  %s %s\n", p.Account, decimal(p), p.Currency)
	}
}
