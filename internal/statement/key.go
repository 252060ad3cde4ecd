package statement

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Key identifies a bank line for good: a SHA-256 over account, booking date,
// signed amount, the bank's reference (or, without one, what the line says) and
// the ordinal, from 0, among lines of that day that are equal in all of these.
// account is what the outlet calls the account, the same in every format.
//
// The same file read again gives the same keys, and so does an overlapping
// download of whole days. Another format gives the same key where both state
// the same reference; where they do not, Known decides. Limits:
//   - Two downloads of parts of one day, each holding a line that is equal in
//     everything, look like one line. A bank reference prevents it; the balance
//     of the next statement shows it.
//   - A bank that changes a line's text, or adds its reference later, makes
//     another key of it. Known catches that across formats only.
//   - A key is a plain hash of what a donor may have written: whoever puts it
//     where others can read it hashes it once more with a secret.
func Key(account string, e *Entry, ordinal int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%d|%s|%d", bare(account), e.BookedAt, e.Amount, mark(e), ordinal))
	return hex.EncodeToString(sum[:])
}

// Keys gives every entry of a file its key under the outlet's name for the
// account. Ordinals count through all statements given, which are of one account.
func Keys(account string, all []Statement) [][]string {
	type twin struct {
		date, mark string
		amount     int64
	}
	seen := map[twin]int{}
	out := make([][]string, len(all))
	for i := range all {
		out[i] = make([]string, len(all[i].Entries))
		for j := range all[i].Entries {
			e := &all[i].Entries[j]
			t := twin{e.BookedAt, mark(e), e.Amount}
			out[i][j] = Key(account, e, seen[t])
			seen[t]++
		}
	}
	return out
}

// mark is what tells lines of one day and amount apart: the reference cut to the
// 16 characters that MT940 has room for, else the most reliable thing said.
func mark(e *Entry) string {
	if ref := shortRef(e.BankRef); ref != "" {
		return "r" + ref
	}
	for _, pick := range []func(*Detail) string{
		func(d *Detail) string { return d.EndToEndID },
		func(d *Detail) string { return d.Reference },
		func(d *Detail) string { return d.Remittance },
		func(d *Detail) string { return d.Counterparty.Name },
	} {
		var said []string
		for i := range e.Details {
			if s := squeeze(pick(&e.Details[i])); s != "" {
				said = append(said, s)
			}
		}
		if len(said) > 0 {
			slices.Sort(said)
			return "t" + strings.Join(said, "/")
		}
	}
	return "t" + squeeze(e.Text)
}

func shortRef(ref string) string {
	ref = squeeze(given(ref))
	return ref[:min(len(ref), 16)]
}

// squeeze leaves upper-case letters and digits, without accents and without the
// e of ae, oe and ue, since one format writes Müller where the other has MUELLER
// or MULLER.
func squeeze(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range norm.NFKD.String(strings.ToUpper(s)) {
		switch {
		case r == 'ß' || r == 'ẞ':
			out = append(out, 'S', 'S')
		case r == 'Ł':
			out = append(out, 'L')
		case r == 'E' && len(out) > 0 && strings.ContainsRune("AOU", out[len(out)-1]):
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			out = append(out, r)
		}
	}
	return string(out)
}
