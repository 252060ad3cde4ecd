package wxr

import (
	"regexp"
	"strings"
)

// classic handles text of the classic editor: shortcodes, and paragraphs that
// are only empty lines in what WordPress stores.
func (c *converter) classic(out *strings.Builder, s string) {
	c.dropped["more"] += strings.Count(s, "<!--more")
	c.dropped["nextpage"] += strings.Count(s, "<!--nextpage-->")
	for _, what := range []string{"more", "nextpage"} {
		if c.dropped[what] == 0 {
			delete(c.dropped, what)
		}
	}
	var coded strings.Builder
	c.shortcodes(&coded, s)
	p := &paragrapher{out: out, count: map[string]int{}}
	p.run(coded.String())
}

// How an element treats lines of text in it.
type lineRule int

const (
	flows     lineRule = iota // empty lines part paragraphs, and each is wrapped
	phrases                   // a line end is a line break, nothing is wrapped
	structure                 // text does not belong here
	verbatim                  // every character stays
)

// rules of the elements that are blocks. All others are inline.
var rules = map[string]lineRule{}

func init() {
	for name := range set("div section article aside header footer nav main blockquote address center form fieldset details figure li td th dd noscript hgroup") {
		rules[name] = flows
	}
	for name := range set("p h1 h2 h3 h4 h5 h6 dt figcaption caption summary legend") {
		rules[name] = phrases
	}
	for name := range set("table thead tbody tfoot tr ul ol menu dl select optgroup colgroup object audio video picture iframe map") {
		rules[name] = structure
	}
	for name := range set("pre script style textarea svg math template") {
		rules[name] = verbatim
	}
}

// unwrapped are blocks whose text is wrapped only where empty lines part it.
var unwrapped = set("li td th dd figure")

// paragrapher does what WordPress does when it shows such text: an empty line
// parts paragraphs, a line end is a line break, blocks are left alone.
type paragrapher struct {
	out   *strings.Builder
	line  strings.Builder // inline text since the last block tag
	stack []string        // open blocks
	count map[string]int  // how often each stands in the stack
}

func (p *paragrapher) run(s string) {
	tags := readMarkup(s)
	pos := 0
	for i := 0; i < len(tags.list); i++ {
		t := &tags.list[i]
		p.line.WriteString(s[pos:t.start])
		pos = t.end
		if rules[t.name] == verbatim && !t.close {
			p.flush()
			if c := tags.closing(i); c > i {
				i, pos = c, tags.list[c].end
			}
			p.out.WriteString(s[t.start:pos])
			continue
		}
		p.tag(t, s[t.start:t.end])
	}
	p.line.WriteString(s[pos:])
	p.flush()
}

func (p *paragrapher) tag(t *tag, source string) {
	if t.name == "hr" {
		p.flush()
		p.out.WriteString(source)
		return
	}
	rule, block := rules[t.name]
	switch {
	case !block:
		p.line.WriteString(source)
	case t.close:
		p.flush()
		p.close(t.name)
		p.out.WriteString(source)
	default:
		p.flush()
		if t.name == "p" || rule != phrases {
			p.closeP()
		}
		p.out.WriteString(source)
		p.stack = append(p.stack, t.name)
		p.count[t.name]++
	}
}

// closeP ends an open paragraph, as every block tag does in HTML.
func (p *paragrapher) closeP() {
	if n := len(p.stack); n > 0 && p.stack[n-1] == "p" {
		p.stack = p.stack[:n-1]
		p.count["p"]--
	}
}

func (p *paragrapher) close(name string) {
	for p.count[name] > 0 {
		top := p.stack[len(p.stack)-1]
		p.stack = p.stack[:len(p.stack)-1]
		p.count[top]--
		if top == name {
			return
		}
	}
}

var (
	emptyLine = regexp.MustCompile(`\n[ \t]*\n\s*`)
	breakEnds = regexp.MustCompile(`(?i)<br\s*/?>[ \t]*\n`)
)

// flush writes the inline text gathered, by the rule of the block it is in.
func (p *paragrapher) flush() {
	text := p.line.String()
	p.line.Reset()
	if strings.TrimSpace(text) == "" {
		p.out.WriteString(strings.Trim(text, "\n"))
		return
	}
	rule, name := flows, ""
	if n := len(p.stack); n > 0 {
		name = p.stack[n-1]
		rule = rules[name]
	}
	switch parts := emptyLine.Split(strings.Trim(text, "\n"), -1); {
	case rule == structure:
		p.out.WriteString(text)
	case rule == phrases, unwrapped[name] && len(parts) == 1:
		p.out.WriteString(breaks(strings.Join(parts, "\n\n")))
	default:
		for _, part := range parts {
			p.paragraph(part)
		}
	}
}

// paragraph writes one, with lines that are only an address set apart: WordPress
// would make players of them.
func (p *paragrapher) paragraph(part string) {
	var lines []string
	end := func() {
		if text := strings.Join(lines, "\n"); strings.TrimSpace(text) != "" {
			p.out.WriteString("<p>" + breaks(text) + "</p>\n")
		}
		lines = nil
	}
	for _, line := range strings.Split(part, "\n") {
		if bare := strings.TrimSpace(line); isWeb(bare) && !strings.ContainsAny(bare, " <>\"[]") {
			end()
			p.out.WriteString("<p>" + bare + "</p>\n")
			continue
		}
		lines = append(lines, line)
	}
	end()
}

// breaks turns line ends into line breaks, but for those after a break.
func breaks(s string) string {
	s = breakEnds.ReplaceAllString(strings.Trim(s, "\n"), "<br>")
	return strings.ReplaceAll(s, "\n", "<br>\n")
}
