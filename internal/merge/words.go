package merge

import (
	"slices"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"

	"masthead.dev/masthead/internal/document"
)

// words cuts running text into words, spaces and signs by the rules of Unicode
// annex 29, each with its marks. Chinese and Japanese, which write no spaces,
// are cut by character; no grapheme is ever cut.
func words(in document.Inline) []document.Span {
	var out []document.Span
	for _, s := range in {
		if s.Text == "" {
			out = append(out, s)
			continue
		}
		for _, w := range split(s.Text) {
			piece := s
			piece.Text = w
			out = append(out, piece)
		}
	}
	return out
}

// split cuts a plain text in the same way.
func split(text string) []string {
	var out []string
	state := -1
	for text != "" {
		var w string
		w, text, state = uniseg.FirstWordInString(text, state)
		out = append(out, w)
	}
	return out
}

// isWord tells a word from spaces and signs.
func isWord(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}

// mergeWords puts two changes of one running text together where they are of
// different words, with at least one unchanged word between them. ok is false
// where they are not: then somebody must decide. Both sides' new words are all
// in the result, and nothing that both kept is missing.
func mergeWords(base, mine, theirs document.Inline) (out document.Inline, ok bool) {
	b, m, t := words(base.Normal()), words(mine.Normal()), words(theirs.Normal())
	mineDid, theyDid := compare(b, m), compare(b, t)
	for _, x := range mineDid {
		for _, y := range theyDid {
			if !apart(b, x, y) {
				return nil, false
			}
		}
	}
	at := 0
	take := func(c change, from []document.Span) {
		out = append(append(out, b[at:c.a0]...), from[c.b0:c.b1]...)
		at = c.a1
	}
	for len(mineDid)+len(theyDid) > 0 {
		if len(theyDid) == 0 || len(mineDid) > 0 && mineDid[0].a0 < theyDid[0].a0 {
			take(mineDid[0], m)
			mineDid = mineDid[1:]
		} else {
			take(theyDid[0], t)
			theyDid = theyDid[1:]
		}
	}
	return append(out, b[at:]...).Normal(), true
}

// apart tells whether an unchanged word lies between two changes.
func apart(base []document.Span, x, y change) bool {
	if x.a0 > y.a0 {
		x, y = y, x
	}
	if x.a1 > y.a0 {
		return false
	}
	return slices.ContainsFunc(base[x.a1:y.a0], func(s document.Span) bool { return isWord(s.Text) })
}
