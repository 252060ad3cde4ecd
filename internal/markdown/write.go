package markdown

import (
	"strconv"
	"strings"
	"unicode"

	"masthead.dev/masthead/internal/document"
)

// style is how boldly a writer trusts that signs are taken as text.
type style int

// The styles, the most readable first.
const (
	light   style = iota // signs are escaped where they usually mean something
	careful              // every sign is escaped
	tagged               // and marks are tags, for places where * means nothing
)

var styles = []style{light, careful, tagged}

// writer writes blocks. Lines of a nested block get their indent from outside.
type writer struct {
	style   style
	odd     bool // the other sign for a list
	oneLine bool // line breaks as <br>
}

// block writes a block that is sayable; one inside it that is not is a marker.
func (w *writer) block(b document.Block) string {
	switch b := b.(type) {
	case *document.Paragraph:
		return w.inline(b.Text)
	case *document.Heading:
		one := *w
		one.oneLine = true
		return strings.Repeat("#", b.Level) + " " + one.inline(b.Text)
	case *document.Divider:
		return "---"
	case *document.Code:
		return fence(b)
	case *document.Quote:
		return w.quote(b)
	case *document.List:
		if b.Style != document.Terms {
			return w.list(b)
		}
	}
	return marker(b)
}

func (w *writer) blocks(list []document.Block) []string {
	out := make([]string, len(list))
	for i, b := range list {
		inner := *w
		inner.odd = beside(list, i)
		out[i] = inner.block(b)
	}
	return out
}

func fence(b *document.Code) string {
	signs := "```"
	for strings.Contains(b.Text, signs) {
		signs += "`"
	}
	text := b.Text
	if text != "" {
		text += "\n"
	}
	return signs + b.Language + "\n" + text + signs
}

func (w *writer) quote(b *document.Quote) string {
	parts := w.blocks(b.Blocks)
	if line := w.by(b); line != "" {
		parts = append(parts, line)
	}
	return indent(strings.Join(parts, "\n\n"), "> ", "> ")
}

// by is the line that says whose words they are.
func (w *writer) by(b *document.Quote) string {
	if len(b.Speaker) == 0 && b.Role == "" && b.Source == "" {
		return ""
	}
	one := *w
	one.oneLine = true
	fields := []string{one.inline(b.Speaker), b.Role, b.Source}
	for len(fields) > 1 && fields[len(fields)-1] == "" {
		fields = fields[:len(fields)-1]
	}
	return "{{by " + strings.Join(fields, " | ") + "}}"
}

func (w *writer) list(b *document.List) string {
	n := max(b.Start, 1)
	items := make([]string, len(b.Items))
	for i, it := range b.Items {
		sign := "- "
		switch {
		case b.Style == document.Numbers && w.odd:
			sign = strconv.Itoa(n+i) + ") "
		case b.Style == document.Numbers:
			sign = strconv.Itoa(n+i) + ". "
		case w.odd:
			sign = "* "
		}
		parts := append([]string{w.inline(it.Text)}, w.blocks(it.Blocks)...)
		text := strings.Join(parts, "\n\n")
		if len(it.Blocks) == 1 && it.Blocks[0].Kind() == document.KindList {
			text = parts[0] + "\n" + parts[1]
		}
		items[i] = strings.TrimRight(indent(text, sign, strings.Repeat(" ", len(sign))), " ")
	}
	return strings.Join(items, "\n")
}

// indent puts first before the first line and rest before the others.
func indent(text, first, rest string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		prefix := rest
		if i == 0 {
			prefix = first
		}
		if lines[i] == "" {
			prefix = strings.TrimRight(prefix, " ")
		}
		lines[i] = prefix + lines[i]
	}
	return strings.Join(lines, "\n")
}

// marker stands for a block. The words after the id are for people.
func marker(b document.Block) string {
	words := cleanWords(describe(b))
	if words != "" {
		words = " " + words
	}
	return "{{" + b.Kind() + " " + document.BaseOf(b).ID + words + "}}"
}

// describe says in some words of its own what a block holds.
func describe(b document.Block) string {
	switch b := b.(type) {
	case *document.Image:
		return first(b.Caption.String(), b.Alt, b.Source)
	case *document.Gallery:
		return first(b.Caption.String(), strconv.Itoa(len(b.Images)))
	case *document.Embed:
		return first(b.Title, b.URL)
	case *document.Audio:
		return first(b.Title, b.Source)
	case *document.Video:
		return first(b.Title, b.Source)
	case *document.File:
		return first(b.Title, b.Source)
	case *document.Raw:
		return b.Reason
	}
	return document.BlockText(b)
}

func first(texts ...string) string {
	for _, s := range texts {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

// longest is how many characters of a block stand in its marker.
const longest = 60

func cleanWords(s string) string {
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r == '{' || r == '}' || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)), " ")
	if r := []rune(s); len(r) > longest {
		s = strings.TrimSpace(string(r[:longest])) + "…"
	}
	return s
}

// mark is something that is opened before a span and closed after it.
type mark struct {
	kind string // "link", "strike", "strong", "em", "sub", "sup", "span", "bdi"
	link document.Link
	lang string
	dir  string
}

func marks(s document.Span) []mark {
	var out []mark
	add := func(is bool, m mark) {
		if is {
			out = append(out, m)
		}
	}
	add(s.Link.Href != "", mark{kind: "link", link: s.Link})
	add(s.Lang != "" || s.Dir != "", mark{kind: "span", lang: s.Lang, dir: s.Dir})
	add(s.BDI, mark{kind: "bdi"})
	add(s.Strike, mark{kind: "strike"})
	add(s.Strong, mark{kind: "strong"})
	add(s.Em, mark{kind: "em"})
	add(s.Sub, mark{kind: "sub"})
	add(s.Sup, mark{kind: "sup"})
	return out
}

// inline writes running text.
func (w *writer) inline(in document.Inline) string {
	var b strings.Builder
	var open []mark
	for _, s := range trimmed(in) {
		want := marks(s)
		same := 0
		for same < len(open) && same < len(want) && open[same] == want[same] {
			same++
		}
		for i := len(open) - 1; i >= same; i-- {
			b.WriteString(w.closing(open[i]))
		}
		for _, m := range want[same:] {
			b.WriteString(w.opening(m))
		}
		open = want
		b.WriteString(w.span(s, b.Len() == 0 || strings.HasSuffix(b.String(), "\n")))
	}
	for i := len(open) - 1; i >= 0; i-- {
		b.WriteString(w.closing(open[i]))
	}
	return b.String()
}

func (w *writer) span(s document.Span, starts bool) string {
	switch {
	case s.Note != "":
		return "[^" + s.Note + "]"
	case s.Break && (w.oneLine || w.style == tagged):
		return "<br>"
	case s.Break:
		return "\\\n"
	case s.Code && w.style == tagged:
		return "<code>" + w.escape(s.Text, starts) + "</code>"
	case s.Code:
		return ticks(s.Text)
	}
	return w.escape(s.Text, starts)
}

// ticks writes code in backticks, more of them than it holds.
func ticks(s string) string {
	signs := "`"
	for strings.Contains(s, signs) {
		signs += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.TrimSpace(s) != s && strings.TrimSpace(s) != "" {
		s = " " + s + " "
	}
	return signs + s + signs
}

var tags = map[string]string{"strike": "s", "strong": "strong", "em": "em", "sub": "sub", "sup": "sup", "bdi": "bdi", "span": "span", "link": "a"}

func (w *writer) opening(m mark) string {
	switch {
	case m.kind == "span":
		return "<span" + attribute("lang", m.lang) + attribute("dir", m.dir) + ">"
	case m.kind == "link" && w.style == tagged:
		return "<a" + attribute("href", m.link.Href) + attribute("title", m.link.Title) + ">"
	case m.kind == "link":
		return "["
	case w.style != tagged && signs[m.kind] != "":
		return signs[m.kind]
	}
	return "<" + tags[m.kind] + ">"
}

var signs = map[string]string{"strike": "~~", "strong": "**", "em": "*"}

func (w *writer) closing(m mark) string {
	switch {
	case m.kind == "link" && w.style != tagged:
		return "](" + destination(m.link.Href) + title(m.link.Title) + ")"
	case w.style != tagged && signs[m.kind] != "":
		return signs[m.kind]
	}
	return "</" + tags[m.kind] + ">"
}

func destination(href string) string {
	if strings.ContainsAny(href, "()<>\\") || href == "" {
		return "<" + strings.NewReplacer("\\", "\\\\", "<", "\\<", ">", "\\>").Replace(href) + ">"
	}
	return href
}

func title(s string) string {
	if s == "" {
		return ""
	}
	return ` "` + strings.NewReplacer("\\", "\\\\", `"`, `\"`, "&", "&amp;").Replace(s) + `"`
}

func attribute(name, value string) string {
	if value == "" {
		return ""
	}
	return " " + name + `="` + strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;").Replace(value) + `"`
}

// escape makes text of what Markdown would take for something else.
func (w *writer) escape(s string, starts bool) string {
	if w.style != light {
		return escapeAll(s)
	}
	var b strings.Builder
	runes := []rune(s)
	at := func(i int) rune {
		if i < 0 || i >= len(runes) {
			return ' '
		}
		return runes[i]
	}
	for i, r := range runes {
		if meaning(at, i, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	out := b.String()
	if starts && begins(out) {
		return escapeStart(out)
	}
	return out
}

// meaning tells whether a sign would mean something where it stands.
func meaning(at func(int) rune, i int, r rune) bool {
	next, before := at(i+1), at(i-1)
	switch r {
	case '\\', '`', '*':
		return true
	case '_':
		return !wordRune(before) || !wordRune(next)
	case '[':
		return next == '^'
	case ']':
		return next == '(' || next == '['
	case '~':
		return next == '~' || before == '~'
	case '<':
		return next == '/' || next == '!' || next == '?' || wordRune(next)
	case '&':
		return next == '#' || wordRune(next)
	}
	return false
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// begins tells whether a line would begin a list, heading, quote, rule or marker.
func begins(s string) bool {
	if s == "" {
		return false
	}
	digits := strings.TrimLeft(s, "0123456789")
	return strings.ContainsRune("#>-+=|~{", rune(s[0])) || len(digits) < len(s) && (strings.HasPrefix(digits, ".") || strings.HasPrefix(digits, ")"))
}

// escapeStart escapes the sign that would begin something: the first one, or the
// one after a number.
func escapeStart(s string) string {
	digits := strings.TrimLeft(s, "0123456789")
	n := len(s) - len(digits)
	return s[:n] + "\\" + digits
}

func escapeAll(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x80 && (unicode.IsPunct(r) || unicode.IsSymbol(r)) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
