package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a query; what is beyond them is ignored.
const (
	maxQueryBytes = 1000
	maxTerms      = 16
	maxQueryWords = 64
)

// Query is what a reader looks for. The zero value, and every query without a
// letter or digit, looks for nothing.
type Query struct {
	terms []term
}

// term must be found: its words in a row, or else joined as one word.
type term struct {
	words  []string
	joined string
	prefix bool // the last word, and joined, may go on
}

// Empty tells whether there is nothing to look for. FTS5 and TSQuery return ""
// then, which neither engine accepts as a query.
func (q Query) Empty() bool { return len(q.terms) == 0 }

// Parse reads what a reader typed. All words must be found; words in quotation
// marks must be found in that order; the last word may be the beginning of a
// longer one. Nothing is an operator, and nothing is an error.
func Parse(input string) Query {
	var q Query
	words := 0
	add := func(t term) {
		if words += len(t.words); len(q.terms) < maxTerms && words <= maxQueryWords && len(t.words) > 0 {
			q.terms = append(q.terms, t)
		}
	}
	quoted := false
	for _, part := range splitQuotes(cut(input, maxQueryBytes)) {
		quoted = part.quoted
		if quoted {
			add(phrase(part.text))
			continue
		}
		scan(part.text, func(u unit) { add(termOf(u)) })
	}
	if n := len(q.terms); n > 0 && !quoted && wordy(q.terms[n-1]) {
		q.terms[n-1].prefix = true
	}
	return q
}

// cut shortens s to at most n bytes without splitting a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

type quotePart struct {
	text   string
	quoted bool
}

// closing gives the marks that may end what a mark begins.
var closing = map[rune]string{
	'"': `"”“`, '“': `”"`, '”': `”"`, '„': `“”"`, '«': `»"`, '»': `«"`, '「': "」", '『': "』", '＂': `＂"`,
}

// splitQuotes parts the input at quotation marks. A mark that is not closed is
// a blank.
func splitQuotes(s string) []quotePart {
	var out []quotePart
	for s != "" {
		i := strings.IndexFunc(s, func(r rune) bool { return closing[r] != "" })
		if i < 0 {
			return append(out, quotePart{s, false})
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if i > 0 {
			out = append(out, quotePart{s[:i], false})
		}
		s = s[i+n:]
		if j := strings.IndexAny(s, closing[r]); j >= 0 {
			_, n := utf8.DecodeRuneInString(s[j:])
			out = append(out, quotePart{s[:j], true})
			s = s[j+n:]
		}
	}
	return out
}

// termOf turns a unit of the input into a term.
func termOf(u unit) term {
	t := term{joined: u.joined.Text}
	for _, p := range u.parts {
		t.words = append(t.words, p.Text)
	}
	if u.pairs {
		t.words, t.prefix = openRun(t.words)
	}
	return t
}

// openRun drops the lone last character of a run, for in a text others may
// follow it. A run of one character looks for all pairs that begin with it.
func openRun(words []string) ([]string, bool) {
	if len(words) > 1 {
		return words[:len(words)-1], false
	}
	return words, true
}

// phrase keeps every token of the text in order, as the index has them.
func phrase(text string) term {
	var t term
	open := false
	scan(text, func(u unit) {
		for _, p := range u.parts {
			t.words = append(t.words, p.Text)
		}
		if u.joined.Text != "" {
			t.words = append(t.words, u.joined.Text)
		}
		open = u.pairs && len(u.parts) > 1
		t.prefix = u.pairs && len(u.parts) == 1
	})
	if open {
		t.words = t.words[:len(t.words)-1]
	}
	return t
}

// wordy tells whether the term ends in a word of at least two letters, so that
// what goes on with it may be meant too. Pairs of characters are not words.
func wordy(t term) bool {
	w := t.words[len(t.words)-1]
	letters := 0
	for _, r := range w {
		if unicode.IsLetter(r) && !unicode.In(r, spaceless...) {
			letters++
		}
	}
	return letters >= 2
}

// FTS5 returns the query in the language of SQLite's FTS5 MATCH, "" for an empty
// query. All words are quoted; it holds no column filter.
func FTS5(q Query) string {
	terms := make([]string, len(q.terms))
	for i, t := range q.terms {
		star := ""
		if t.prefix {
			star = " *"
		}
		terms[i] = fts5Quote(strings.Join(t.words, " ")) + star
		if t.joined != "" {
			terms[i] = "(" + terms[i] + " OR " + fts5Quote(t.joined) + star + ")"
		}
	}
	return strings.Join(terms, " AND ")
}

func fts5Quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// TSQuery returns the query as a literal of PostgreSQL's type tsquery (pass it
// as a parameter and cast it: $1::tsquery), "" for an empty query.
func TSQuery(q Query) string {
	terms := make([]string, len(q.terms))
	for i, t := range q.terms {
		star := ""
		if t.prefix {
			star = ":*"
		}
		words := make([]string, len(t.words))
		for j, w := range t.words {
			words[j] = quote(w)
		}
		terms[i] = strings.Join(words, " <-> ") + star
		if t.joined != "" {
			terms[i] += " | " + quote(t.joined) + star
		}
		terms[i] = "(" + terms[i] + ")"
	}
	return strings.Join(terms, " & ")
}
