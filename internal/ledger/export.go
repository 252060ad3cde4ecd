package ledger

import (
	"bufio"
	"io"
	"iter"
	"strings"
	"unicode"

	"masthead.dev/masthead/internal/money"
)

// The exports are donor-free by construction: entries know no donor. They
// stream, one entry at a time, in the order that they are given.

// firsts tells of each name whether it is seen for the first time: the exports
// declare an account or a currency just before its first use.
type firsts map[string]bool

func (f firsts) time(name string) bool {
	was := f[name]
	f[name] = true
	return !was
}

// buffered writes a head and each entry through a buffer; it stops at the first
// error of entries or of w.
func buffered(w io.Writer, head string, entries iter.Seq2[Entry, error], write func(*bufio.Writer, Entry)) error {
	out := bufio.NewWriterSize(w, 1<<16)
	out.WriteString(head)
	for e, err := range entries {
		if err != nil {
			return err
		}
		write(out, e)
		if _, err := out.Write(nil); err != nil { // tells of an earlier failure
			return err
		}
	}
	return out.Flush()
}

// oneLine makes a text safe for a line-based format: control characters, which
// includes line ends, become spaces.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

func decimal(p Posting) string {
	return money.Amount{Currency: p.Currency, Minor: p.Minor}.Decimal()
}
