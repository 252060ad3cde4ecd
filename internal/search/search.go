// Package search brings texts and what people look for into one form, so that
// SQLite's FTS5 and PostgreSQL's tsvector find the same things: neither engine's
// own idea of a word is used.
//
// Words are compared without case, accents and letter forms. A compound (e-mail,
// O'Brien, می‌خواهم) is kept as its parts and as one word. Chinese, Japanese,
// Korean, Thai and their like, which have no spaces between words, are kept as
// pairs of characters.
package search

import (
	"slices"
	"strconv"
	"strings"
)

// Tokens returns the words of a text in order. A compound's parts are followed
// by the compound as one word. Linear in the length of the text; invalid UTF-8
// separates words.
func Tokens(text string) []Token {
	var out []Token
	scan(text, func(u unit) {
		out = append(out, u.parts...)
		if u.joined.Text != "" {
			out = append(out, u.joined)
		}
	})
	return out
}

// Normalise returns the tokens of a text joined by single spaces: what goes into
// a column of an FTS5 table made with
//
//	tokenize = "unicode61 remove_diacritics 0"
//
// which splits it at the spaces and nowhere else.
func Normalise(text string) string {
	var b strings.Builder
	for i, t := range Tokens(text) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.Text)
	}
	return b.String()
}

// Field is a part of a document with its weight in PostgreSQL's ranking.
type Field struct {
	Text   string
	Weight byte // 'A' (highest) to 'D'
}

// Limits of a tsvector, from PostgreSQL's manual, "Limitations" of text search.
const (
	maxPosition  = 16383
	maxPositions = 255       // a lexeme
	maxVector    = 1_000_000 // bytes; the limit is 1 MB
)

// TSVector returns a literal for PostgreSQL's type tsvector (pass it as a
// parameter and cast it: $1::tsvector) with the same tokens, in the same order,
// as Normalise. Phrases don't reach from one field into the next. Words beyond
// PostgreSQL's limits are found, but not in phrases; what is beyond 1 MB of
// different words is not found.
func TSVector(fields ...Field) string {
	v := vector{at: map[string][]string{}}
	for _, f := range fields {
		v.add(f)
	}
	words := make([]string, 0, len(v.at))
	for w := range v.at {
		words = append(words, w)
	}
	slices.Sort(words)
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(quote(w) + ":" + strings.Join(v.at[w], ","))
	}
	return b.String()
}

type vector struct {
	at   map[string][]string
	pos  int
	size int
}

func (v *vector) add(f Field) {
	for _, t := range Tokens(f.Text) {
		v.pos++
		at, known := v.at[t.Text]
		cost := 2
		if !known {
			cost = len(t.Text) + 8
		}
		if v.size+cost > maxVector || len(at) >= maxPositions {
			continue
		}
		if known && v.pos > maxPosition {
			continue
		}
		v.size += cost
		v.at[t.Text] = append(at, strconv.Itoa(min(v.pos, maxPosition))+weight(f.Weight))
	}
	v.pos++ // a gap that no phrase crosses
}

// weight returns the letter that PostgreSQL writes after a position.
func weight(w byte) string {
	if w < 'A' || w > 'C' {
		return "" // D is the default
	}
	return string(w)
}

// quote makes a lexeme safe inside a tsvector or tsquery literal. Tokens hold
// only letters and digits; this is the second lock.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(s) + "'"
}
