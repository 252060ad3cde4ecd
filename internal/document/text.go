package document

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// Text returns the words that readers see, in reading order and without marks;
// paragraphs, items, cells and captions are separated by an empty line. Footnotes
// come last. It serves search, summaries and counting; raw blocks are left out.
func Text(d *Document) string {
	w := &textWriter{}
	w.visit = func(in *Inline) { w.line(in.String()) }
	w.blocks("blocks", &d.Blocks)
	for i := range d.Footnotes {
		w.visit(&d.Footnotes[i].Text)
	}
	return strings.TrimSpace(w.out.String())
}

// textWriter is a coder that collects what readers see.
type textWriter struct {
	inlineVisitor
	out strings.Builder
}

func (w *textWriter) line(s string) {
	if strings.TrimSpace(s) != "" {
		w.out.WriteString(s)
		w.out.WriteString("\n\n")
	}
}

func (w *textWriter) text(key string, p *string) {
	if key == "title" || key == "role" || key == "credit" {
		w.line(*p)
	}
}

func (w *textWriter) code(_ string, p *string) { w.line(*p) }

func (w *textWriter) list(_ string, n int, _ func(int), each func(int, coder)) {
	for i := range n {
		each(i, w)
	}
}

func (w *textWriter) blocks(_ string, p *[]Block) {
	for _, b := range *p {
		if b != nil && b.Kind() != KindRaw {
			b.fields(w)
		}
	}
}

func (w *textWriter) grid(_ string, p *[][]Cell) {
	for _, row := range *p {
		for i := range row {
			row[i].fields(w)
		}
	}
}

// Words counts the words of the body and its footnotes, by the rules of Unicode
// annex 29. Chinese and Japanese have no spaces; there each ideograph counts.
func (d *Document) Words() int {
	n := 0
	d.Inlines(func(in *Inline) { n += CountWords(in.String()) })
	d.Walk(func(b Block) bool {
		if c, ok := b.(*Code); ok {
			n += CountWords(c.Text)
		}
		return true
	})
	return n
}

// CountWords counts the words of a plain text as Words does.
func CountWords(text string) int {
	n, state := 0, -1
	var word string
	for text != "" {
		word, text, state = uniseg.FirstWordInString(text, state)
		if strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			n++
		}
	}
	return n
}

// FirstParagraph returns the text of the first paragraph that has words, on one
// line; for summaries where an article has no dek.
func (d *Document) FirstParagraph() string {
	first := ""
	d.Walk(func(b Block) bool {
		if p, ok := b.(*Paragraph); ok && first == "" {
			first = oneLine(p.Text.String())
		}
		return first == ""
	})
	return first
}

// oneLine joins all white space and control characters of a text to single spaces.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r == ' ' || !isText(r)
	}), " ")
}

// rightToLeft are the languages whose usual script runs from right to left.
var rightToLeft = map[string]bool{
	"ar": true, "fa": true, "he": true, "ur": true, "ps": true, "yi": true, "dv": true, "ckb": true,
	"sd": true, "ug": true, "syr": true, "arc": true, "nqo": true, "iw": true, "ji": true, "prs": true,
	"arab": true, "hebr": true, "thaa": true, "nkoo": true, "adlm": true, "rohg": true,
}

// Dir returns "rtl" or "ltr" for a BCP 47 tag; a script subtag decides first.
func Dir(lang string) string {
	parts := strings.Split(strings.ToLower(lang), "-")
	dir := "ltr"
	if rightToLeft[parts[0]] {
		dir = "rtl"
	}
	for _, p := range parts[1:] {
		if len(p) == 4 && p[0] > '9' { // a script
			if rightToLeft[p] {
				return "rtl"
			}
			return "ltr"
		}
	}
	return dir
}
