package document

import "strings"

// Inline is running text: spans one after the other.
type Inline []Span

// Span is a piece of text with its marks, or a line break, or a reference to a
// footnote: exactly one of Text, Break and Note is set. Spans are comparable.
type Span struct {
	Text  string
	Break bool
	Note  string // id of a footnote; such a span has no marks

	Strong, Em, Strike bool
	Sub, Sup           bool
	Code               bool
	BDI                bool   // a name or text of unknown direction
	Lang               string // BCP 47
	Dir                string // "ltr" or "rtl"
	Link               Link
}

// Link is where a span leads; the zero Link leads nowhere.
type Link struct{ Href, Title string }

// Plain makes inline text without marks; a line end becomes a line break.
func Plain(text string) Inline {
	var in Inline
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			in = append(in, Span{Break: true})
		}
		if line != "" {
			in = append(in, Span{Text: line})
		}
	}
	return in
}

// P makes a paragraph of plain text; ids are given by New or AssignIDs.
func P(text string) *Paragraph { return &Paragraph{Text: Plain(text)} }

// H makes a heading of plain text.
func H(level int, text string) *Heading { return &Heading{Level: level, Text: Plain(text)} }

// String returns the text without marks, breaks as line ends, footnotes left out.
func (in Inline) String() string {
	if len(in) == 1 {
		return in[0].plain()
	}
	var b strings.Builder
	for _, s := range in {
		b.WriteString(s.plain())
	}
	return b.String()
}

func (s Span) plain() string {
	if s.Break {
		return "\n"
	}
	return s.Text
}

// Empty tells whether there is nothing that a reader could see.
func (in Inline) Empty() bool {
	for _, s := range in {
		if s.Note != "" || strings.TrimSpace(s.Text) != "" {
			return false
		}
	}
	return true
}

// Normal returns the canonical form: neighbours with equal marks are one span.
func (in Inline) Normal() Inline {
	if in.isNormal() {
		return in
	}
	out := make(Inline, 0, len(in))
	for i := 0; i < len(in); {
		s := in[i]
		j := i + 1
		for j < len(in) && joins(s, in[j]) {
			j++
		}
		if j > i+1 {
			s.Text = in[i:j].String()
		}
		if s.Text != "" || s.Break || s.Note != "" {
			out = append(out, s)
		}
		i = j
	}
	return out
}

func (in Inline) isNormal() bool {
	for i, s := range in {
		if s.Text == "" && !s.Break && s.Note == "" {
			return false
		}
		if i > 0 && joins(in[i-1], s) {
			return false
		}
	}
	return true
}

// joins tells whether two spans are text with the same marks.
func joins(a, b Span) bool {
	if a.Break || b.Break || a.Note != "" || b.Note != "" {
		return false
	}
	a.Text, b.Text = "", ""
	return a == b
}
