package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Genesis is the hash before the first entry: 64 zeros.
var Genesis = strings.Repeat("0", 2*sha256.Size)

// Canonical is the row of an entry that is hashed: one line of JSON with the
// keys date, key, p, seq and, where there is something to say, t, in this order
// and without spaces. Example:
//
//	{"date":"2026-01-15","key":"stripe:ch_1:charge","p":[["Assets:PSP:Stripe","USD",2500],["Income:Donations","USD",-2500]],"seq":1}
//
// t holds the tags sorted by name, and under the name "reverses", which no tag
// may have, the key of the entry that is taken back. The memo is not in it.
func Canonical(e Entry) []byte { return canonical(e, true) }

func canonical(e Entry, withSeq bool) []byte {
	b := make([]byte, 0, 256)
	b = append(b, `{"date":`...)
	b = appendText(b, e.Date)
	b = append(b, `,"key":`...)
	b = appendText(b, e.Key)
	b = append(b, `,"p":[`...)
	for i, p := range e.Postings {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = append(appendText(b, p.Account), ',')
		b = append(appendText(b, p.Currency), ',')
		b = append(strconv.AppendInt(b, p.Minor, 10), ']')
	}
	b = append(b, ']')
	if withSeq {
		b = append(b, `,"seq":`...)
		b = strconv.AppendInt(b, e.Seq, 10)
	}
	return append(appendTags(b, e), '}')
}

func appendTags(b []byte, e Entry) []byte {
	about := e.Tags
	if e.Reverses != "" {
		about = maps.Clone(e.Tags)
		if about == nil {
			about = map[string]string{}
		}
		about["reverses"] = e.Reverses
	}
	for i, name := range slices.Sorted(maps.Keys(about)) {
		if i == 0 {
			b = append(b, `,"t":{`...)
		} else {
			b = append(b, ',')
		}
		b = append(appendText(b, name), ':')
		b = appendText(b, about[name])
	}
	if len(about) > 0 {
		b = append(b, '}')
	}
	return b
}

// appendText writes a JSON string. What Validate lets through needs no escape;
// a row that somebody forged must not be able to look like another one either.
func appendText(b []byte, s string) []byte {
	plain := func(r rune) bool { return r >= ' ' && r <= '~' && r != '"' && r != '\\' }
	if !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // a string can always be encoded
	}
	return append(b, bytes.TrimRight(out.Bytes(), "\n")...)
}

// ContentHash is the SHA-256, in hex, of the canonical row without its seq. Two
// ledgers that learned of the same facts in another order hold the same set of
// content hashes.
func ContentHash(e Entry) string {
	sum := sha256.Sum256(canonical(e, false))
	return hex.EncodeToString(sum[:])
}

// Chain is the hash of an entry in its place: SHA-256, in hex, of the hash
// before it (Genesis for the first), a newline, and the canonical row.
func Chain(prev string, canonical []byte) string {
	h := sha256.New()
	h.Write([]byte(prev))
	h.Write([]byte{'\n'})
	h.Write(canonical)
	return hex.EncodeToString(h.Sum(nil))
}
