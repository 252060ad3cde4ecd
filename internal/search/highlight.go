package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Range is a stretch of a text in bytes.
type Range struct{ Start, End int }

// Highlight returns where a text meets the query: ascending, not overlapping,
// on the borders of characters, for <mark>.
func Highlight(text string, q Query) []Range {
	if q.Empty() {
		return nil
	}
	tokens := Tokens(text)
	var out []Range
	for i := range tokens {
		for _, t := range q.terms {
			if n := t.meets(tokens[i:]); n > 0 {
				out = append(out, span(tokens[i:i+n]))
			}
		}
	}
	return merge(out)
}

// meets returns how many of the tokens the term covers from the first on, 0 for
// none.
func (t term) meets(tokens []Token) int {
	if t.joined != "" && t.same(tokens[0].Text, t.joined, true) {
		return 1
	}
	n := len(t.words)
	if n > len(tokens) {
		return 0
	}
	for i, w := range t.words {
		if !t.same(tokens[i].Text, w, i == n-1) {
			return 0
		}
	}
	return n
}

func (t term) same(token, word string, last bool) bool {
	if last && t.prefix {
		return strings.HasPrefix(token, word)
	}
	return token == word
}

func span(tokens []Token) Range {
	r := Range{tokens[0].Start, tokens[0].End}
	for _, t := range tokens[1:] {
		r.Start, r.End = min(r.Start, t.Start), max(r.End, t.End)
	}
	return r
}

// merge sorts ranges and joins those that overlap or touch.
func merge(in []Range) []Range {
	slices.SortFunc(in, func(a, b Range) int { return a.Start - b.Start })
	var out []Range
	for _, r := range in {
		if n := len(out); n > 0 && r.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, r.End)
			continue
		}
		out = append(out, r)
	}
	return out
}

// Excerpt is a piece of a text with the places to mark in it.
type Excerpt struct {
	Text   string
	Marks  []Range
	Before bool // the text begins earlier: show an ellipsis
	After  bool // the text goes on
}

// Snippet returns about size bytes of text round the place where most of the
// query's matches stand together, cut at blanks where there are any. Without a
// match it is the beginning.
func Snippet(text string, q Query, size int) Excerpt {
	marks := Highlight(text, q)
	from := 0
	if len(marks) > 0 {
		from = max(0, densest(marks, size*2/3)-size/4)
	}
	from = wordStart(text, from, min(reach, size/4))
	to := wordEnd(text, from, min(len(text), from+size))
	e := Excerpt{Text: text[from:to], Before: from > 0, After: to < len(text)}
	for _, m := range marks {
		if m.Start >= from && m.End <= to {
			e.Marks = append(e.Marks, Range{m.Start - from, m.End - from})
		}
	}
	return e
}

// densest returns the start of the mark from which most marks lie within width.
func densest(marks []Range, width int) int {
	best, most, j := marks[0].Start, 0, 0
	for i := range marks {
		for j < len(marks) && marks[j].End <= marks[i].Start+width {
			j++
		}
		if j-i > most {
			best, most = marks[i].Start, j-i
		}
	}
	return best
}

// reach is how far, in bytes, a cut may move to find a blank.
const reach = 40

// wordStart moves a cut forward to the beginning of a word, at most reach bytes.
func wordStart(text string, at, reach int) int {
	if at == 0 {
		return 0
	}
	for at < len(text) && !utf8.RuneStart(text[at]) {
		at++
	}
	if i := strings.IndexFunc(text[at:min(len(text), at+reach)], unicode.IsSpace); i >= 0 {
		rest := text[at+i:]
		return len(text) - len(strings.TrimLeftFunc(rest, unicode.IsSpace))
	}
	return at
}

// wordEnd moves a cut back to the end of a word, not before from.
func wordEnd(text string, from, at int) int {
	if at >= len(text) {
		return len(text)
	}
	for at > from && !utf8.RuneStart(text[at]) {
		at--
	}
	floor := max(from, at-reach)
	for floor < at && !utf8.RuneStart(text[floor]) {
		floor++
	}
	if i := strings.LastIndexFunc(text[floor:at], unicode.IsSpace); i >= 0 {
		return floor + len(strings.TrimRightFunc(text[floor:floor+i], unicode.IsSpace))
	}
	return at
}
