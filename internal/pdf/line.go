package pdf

import (
	"strings"
	"unicode"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// align says where a line stands in its measure.
type align int

const (
	atStart align = iota // where lines of the document's language begin
	atEnd
)

// run is a piece of a line that one font draws.
type run struct {
	family string
	text   []rune
}

// runs cuts a line in visual order by the font that has its letters. Blanks and
// marks stay with what is before them.
func (w *writer) runs(visual []rune) []run {
	var out []run
	for _, r := range visual {
		family, letter := w.familyOf(r)
		if n := len(out) - 1; n >= 0 && (out[n].family == family || letter == ' ' || letter == '\u00a0') {
			out[n].text = append(out[n].text, letter)
			continue
		}
		out = append(out, run{family, []rune{letter}})
	}
	return out
}

// familyOf is the font for a letter, and what is drawn for it: a letter that no
// font has becomes U+FFFD.
func (w *writer) familyOf(r rune) (string, rune) {
	arabic := unicode.Is(unicode.Arabic, r) || r >= '\u06f0' && r <= '\u06f9' || r >= '\u0660' && r <= '\u066c'
	switch {
	case arabic && w.have.has(naskh, r):
		return naskh, r
	case w.have.has(sans, r):
		return sans, r
	case w.have.has(naskh, r):
		return naskh, r
	}
	return sans, unicode.ReplacementChar
}

func (w *writer) use(family string) {
	style := ""
	if w.bold {
		style = "B"
	}
	w.SetFont(family, style, w.sized(family))
}

// sized is the size of a font's letters. Naskh looks smaller than Latin letters
// of its size.
func (w *writer) sized(family string) float64 {
	if family == naskh {
		return w.size * 1.14
	}
	return w.size
}

// width is how wide a text is when it is drawn in one line, in millimetres.
func (w *writer) width(text string) float64 {
	sum := 0.0
	for _, r := range w.runs(visible(text)) {
		w.use(r.family)
		sum += w.GetStringWidth(string(base(r.text)))
	}
	return sum
}

// base are the letters without the marks of Arabic, which take no room.
func base(text []rune) []rune {
	out := make([]rune, 0, len(text))
	for _, r := range text {
		if !harakat(r) {
			out = append(out, r)
		}
	}
	return out
}

// harakat are the marks of the Arabic script.
func harakat(r rune) bool { return r >= '\u064b' && r <= '\u0655' || r == '\u0670' }

// leading is the distance of lines, in millimetres.
func (w *writer) leading() float64 {
	factor := 1.4
	if w.rtl {
		factor = 1.75 // Naskh reaches higher and lower
	}
	return w.size * 0.3528 * factor
}

// wrapped cuts a text into lines that fit into a width. Words that are too long
// are cut.
func (w *writer) wrapped(text string, wide float64) []string {
	var out []string
	for paragraph := range strings.Lines(text) {
		line := ""
		for _, word := range strings.FieldsFunc(paragraph, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }) {
			for _, piece := range w.pieces(word, wide) {
				if line != "" && w.width(line+" "+piece) > wide {
					out, line = append(out, line), ""
				}
				line = strings.TrimPrefix(line+" "+piece, " ")
			}
		}
		out = append(out, line)
	}
	return out
}

// pieces cuts a word that is wider than a line.
func (w *writer) pieces(word string, wide float64) []string {
	if w.width(word) <= wide {
		return []string{word}
	}
	var out []string
	piece := ""
	for _, r := range word {
		if piece != "" && w.width(piece+string(r)) > wide {
			out, piece = append(out, piece), ""
		}
		piece += string(r)
	}
	return append(out, piece)
}

// line draws one line, whose letters stand on y, within a width from x on.
func (w *writer) line(text string, x, y, wide float64, a align) {
	visual := visualOrder(shaped(text), w.rtl)
	if (a == atEnd) != w.rtl {
		x += wide - w.width(text)
	}
	for _, r := range w.runs(visual) {
		w.use(r.family)
		letters := string(base(r.text))
		w.Text(x, y, letters)
		w.marks(r, x, y)
		x += w.GetStringWidth(letters)
	}
}

// marks sets each mark of the Arabic script over or under the middle of its
// letter, which in visual order stands to the right of it.
func (w *writer) marks(r run, x, y float64) {
	if r.family != naskh {
		return
	}
	for i, m := range r.text {
		if !harakat(m) || i+1 >= len(r.text) {
			continue
		}
		letter := i + 1
		for letter < len(r.text)-1 && harakat(r.text[letter]) {
			letter++
		}
		from := x + w.GetStringWidth(string(base(r.text[:letter])))
		middle := from + w.GetStringWidth(string(r.text[letter]))/2
		box, tall := w.bounds(m), w.bounds(r.text[letter])
		lift := 0.0
		if box.Min.Y < 0 && box.Max.Y > tall.Min.Y && box.Max.Y <= 0 { // above the line, and it would touch the letter
			lift = w.mm(box.Max.Y - tall.Min.Y + fixed.I(60))
		}
		w.Text(middle-w.mm((box.Min.X+box.Max.X)/2), y-lift, string(m))
	}
}

// bounds are the outline of a letter in thousandths of its size; Y grows
// downwards.
func (w *writer) bounds(r rune) fixed.Rectangle26_6 {
	var buf sfnt.Buffer
	i, err := w.have.naskh.GlyphIndex(&buf, r)
	if err != nil {
		return fixed.Rectangle26_6{}
	}
	box, _, err := w.have.naskh.GlyphBounds(&buf, i, fixed.I(1000), 0)
	if err != nil {
		return fixed.Rectangle26_6{}
	}
	return box
}

// mm is a measure of the font in millimetres on the sheet.
func (w *writer) mm(units fixed.Int26_6) float64 {
	return float64(units) / 64 / 1000 * w.sized(naskh) * 0.3528
}
