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

// ExportHledger writes an hledger journal that passes `hledger check --strict`:
// it declares each account and commodity, puts the key into the transaction's
// code, and number, reversal and tags into comments as hledger tags. Entries
// stand in the order of the chain, which is not that of their dates.
// Format: hledger.org/hledger.html#journal.
func ExportHledger(w io.Writer, entries iter.Seq2[Entry, error]) error {
	seen := firsts{}
	const head = "; Books of a newsroom, exported by Masthead\ndecimal-mark .\n"
	return buffered(w, head, entries, func(out *bufio.Writer, e Entry) {
		for _, p := range e.Postings {
			if seen.time(p.Currency) {
				// The format wants a decimal mark even where there are no decimals.
				sample := decimal(Posting{Currency: p.Currency})
				if !strings.Contains(sample, ".") {
					sample += "."
				}
				fmt.Fprintf(out, "commodity %s %s\n", sample, p.Currency)
			}
			if seen.time(p.Account) {
				fmt.Fprintf(out, "account %s\n", p.Account)
			}
		}
		hledgerEntry(out, e)
	})
}

func hledgerEntry(out *bufio.Writer, e Entry) {
	// A semicolon would begin a comment, in which a word and a colon make a tag.
	memo := strings.ReplaceAll(oneLine(e.Memo), ";", ",")
	fmt.Fprintf(out, "\n%s\n    ; seq: %d\n", strings.TrimRight(fmt.Sprintf("%s * (%s) %s", e.Date, e.Key, memo), " "), e.Seq)
	if e.Reverses != "" {
		fmt.Fprintf(out, "    ; reverses: %s\n", e.Reverses)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Tags)) {
		fmt.Fprintf(out, "    ; %s: %s\n", name, e.Tags[name])
	}
	for _, p := range e.Postings {
		fmt.Fprintf(out, "    %-40s  %s %s\n", p.Account, decimal(p), p.Currency)
	}
}
