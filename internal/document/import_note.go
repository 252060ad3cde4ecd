package document

import (
	"hash/fnv"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// scanner looks over the whole tree once, before anything is converted: for
// elements with names, links inside the text, and so for footnotes.
type scanner struct {
	im    *importer
	named map[string]*html.Node
	pos   map[*html.Node]int // reading order of named elements and links
	links []*html.Node       // those that lead to a place in the text
	lists []*html.Node       // sections of sources as the renderer writes them
}

func (im *importer) scan(root *html.Node) {
	s := &scanner{im: im, named: map[string]*html.Node{}, pos: map[*html.Node]int{}}
	at := 0
	for n := range root.Descendants() {
		at++
		if n.Type == html.ElementNode {
			s.see(n, at)
		}
	}
	holds := map[*html.Node]bool{} // elements around a footnote
	for _, a := range s.links {
		s.note(a, holds)
	}
	for _, list := range s.lists {
		s.unreferred(list)
	}
	for _, a := range s.links {
		s.link(a)
	}
	im.rep.In = tallyOf(root, im)
	im.rep.In.Footnotes = len(im.order)
}

func (s *scanner) see(n *html.Node, at int) {
	for _, name := range []string{attr(n, "id"), attr(n, "name")} {
		if name != "" && s.named[name] == nil {
			s.named[name] = n
			s.pos[n] = at
		}
	}
	if n.DataAtom == atom.A && strings.HasPrefix(attr(n, "href"), "#") {
		s.links = append(s.links, n)
		s.pos[n] = at
	}
	if n.DataAtom == atom.Section && hasClass(n, "src") && attr(n, "aria-labelledby") != "" {
		s.lists = append(s.lists, n)
	}
}

// target finds the element that a link inside the text leads to.
func (s *scanner) target(a *html.Node) *html.Node {
	name := attr(a, "href")[1:]
	if n := s.named[name]; n != nil {
		return n
	}
	if plain, err := url.PathUnescape(name); err == nil {
		return s.named[plain]
	}
	return nil
}

var (
	// markerText is what the reference to a footnote looks like.
	markerText = regexp.MustCompile(`^[\[(]?\s*(\d{1,4}|[*†‡§¶]{1,4})\s*[\])]?\.?$`)
	// noteName matches the names that word processors and plug-ins give to
	// footnotes and endnotes.
	noteName = regexp.MustCompile(`(?i)^(_?(ftn|edn)|fn|footnote|endnote|easy-footnote|sdfootnote|sdendnote|cite_note|note|ref|cmnt)[-_:]?\w*`)
	// backText is what the way back looks like: an arrow or a marker, no words.
	backText = regexp.MustCompile(`^[\s\[\](){}.:*†‡§¶^↑↩↵⏎⤴↖⬆⇑\x{FE0E}\x{FE0F}\d]*$`)
)

// note looks whether a link refers to a footnote: it looks like a marker, what it
// leads to is a block of its own, and it leads forward, unless that is a footnote
// already.
func (s *scanner) note(a *html.Node, holds map[*html.Node]bool) {
	t := s.target(a)
	if t == nil || !markerText.MatchString(strings.TrimSpace(textOf(a))) {
		return
	}
	if !raised(a) && !noteName.MatchString(attr(a, "href")[1:]) {
		return
	}
	n := container(t)
	if n == nil || holds[n] || within(a, n) || s.insideNote(a) {
		return
	}
	id := s.im.notes[n]
	if id == "" {
		if s.insideNote(n) || s.pos[t] <= s.pos[a] {
			return
		}
		id = s.add(n)
		for up := n.Parent; up != nil; up = up.Parent {
			holds[up] = true
		}
	}
	s.im.refs[a] = id
	s.trim(n, a)
}

func (s *scanner) add(n *html.Node) string {
	id := s.im.opt.NewID()
	s.im.notes[n] = id
	s.im.order = append(s.im.order, n)
	return id
}

// raised tells whether a link stands in or around superscript, or is marked as a
// reference.
func raised(a *html.Node) bool {
	for up := a.Parent; up != nil && up.DataAtom != atom.P; up = up.Parent {
		if up.DataAtom == atom.Sup {
			return true
		}
	}
	return firstChild(a, isAtom(atom.Sup)) != nil || attr(a, "rel") == "footnote" || attr(a, "role") == "doc-noteref" ||
		hasClass(a, "footnote-ref", "fn", "footnote")
}

// container is the block that holds the text of a footnote.
func container(t *html.Node) *html.Node {
	n := t
	for n != nil && n.DataAtom != atom.Li && n.DataAtom != atom.P && n.DataAtom != atom.Div && n.DataAtom != atom.Aside && n.DataAtom != atom.Dd {
		if n.DataAtom == atom.Body || n.DataAtom == atom.Td || n.DataAtom == atom.Table || n.DataAtom == atom.Figure {
			return nil
		}
		n = n.Parent
	}
	if n == nil || n.Parent == nil {
		return nil
	}
	if up := n.Parent; n.DataAtom == atom.P && (up.DataAtom == atom.Li ||
		(up.DataAtom == atom.Div || up.DataAtom == atom.Aside) && noteName.MatchString(attr(up, "id"))) {
		n = up
	}
	return n
}

func within(n, outer *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == outer {
			return true
		}
	}
	return false
}

func (s *scanner) insideNote(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if s.im.notes[n] != "" {
			return true
		}
	}
	return false
}

// trim takes the ways back and a leading number off a footnote.
func (s *scanner) trim(n, ref *html.Node) {
	marker := strings.Trim(textOf(ref), " []().")
	first := true
	for c := range n.Descendants() {
		switch {
		case c.DataAtom == atom.A && backText.MatchString(textOf(c)) && strings.HasPrefix(attr(c, "href"), "#"):
			if t := s.target(c); t == nil || s.pos[t] < s.pos[c] {
				s.im.skip[c] = true
			}
		case c.DataAtom == atom.Sup && first && strings.Trim(textOf(c), " []().") == marker:
			s.im.skip[c] = true
		}
		if c.Type == html.TextNode && strings.TrimSpace(c.Data) != "" {
			first = false
		}
	}
}

// unreferred finds footnotes in a list of sources that nothing refers to.
func (s *scanner) unreferred(list *html.Node) {
	ol := firstChild(list, isAtom(atom.Ol))
	if ol == nil {
		return
	}
	for c := ol.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Li && attr(c, "id") != "" && s.im.notes[c] == "" && !s.insideNote(c) {
			s.add(c)
		}
	}
	s.im.noteList[list] = s.im.notes[firstChild(ol, isAtom(atom.Li))] != ""
}

// link keeps the name of a place that an ordinary link leads to.
func (s *scanner) link(a *html.Node) {
	if s.im.refs[a] == "" && !s.im.skip[a] && s.target(a) != nil {
		name := attr(a, "href")[1:]
		s.im.targets[name] = true
		if plain, err := url.PathUnescape(name); err == nil {
			s.im.targets[plain] = true
		}
	}
}

// footnotes converts the elements that are footnotes.
func (im *importer) footnotes(f *flow) []Footnote {
	im.inNote = true
	var out []Footnote
	for _, n := range im.order {
		sub := f.inside(1)
		text, rest := f.merge(f.gather(sub, n, Span{}))
		im.extra = append(im.extra, rest...)
		out = append(out, Footnote{ID: im.notes[n], Text: trimNote(text)})
	}
	return out
}

// trimNote drops what a removed number leaves at the start, such as ". ".
func trimNote(in Inline) Inline {
	if len(in) > 0 && len(in[0].Text) > 1 && strings.ContainsRune(".):", rune(in[0].Text[0])) && in[0].Text[1] == ' ' {
		in[0].Text = in[0].Text[1:]
	}
	return trimLines(in.Normal())
}

// anchorName makes a name that the codec accepts of a name in foreign HTML. The
// prefix that the renderer adds comes off again.
func anchorName(s string) string {
	for strings.HasPrefix(s, "a-") && len(s) > 2 {
		s = s[2:]
	}
	if len(s) <= maxName && !strings.ContainsFunc(s, func(r rune) bool { return !isNameRune(r) }) && s != "" {
		return s
	}
	h := fnv.New64a()
	h.Write([]byte(s))
	return "x" + strconv.FormatUint(h.Sum64(), 36)
}

// wordRunes tells whether a text has letters or digits at all.
func wordRunes(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
