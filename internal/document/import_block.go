package document

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func (f *flow) link(n *html.Node, m Span) {
	if note := f.im.refs[n]; note != "" && !f.im.inNote {
		f.run = append(f.run, Span{Note: note})
		return
	}
	href := attr(n, "href")
	if href == "" {
		f.span(n, m)
		return
	}
	if name, ok := strings.CutPrefix(href, "#"); ok && f.im.targets[name] {
		href = "#" + anchorName(name)
	}
	if href = f.im.url(href); href != "" {
		m.Link = Link{Href: href, Title: oneLine(attr(n, "title"))}
	}
	f.span(n, m)
}

// quotation marks by language: outer pair, as browsers would draw them for <q>.
var quotation = map[string][2]string{
	"de": {"„", "“"}, "fr": {"« ", " »"}, "fa": {"«", "»"}, "ar": {"«", "»"}, "ru": {"«", "»"},
	"es": {"«", "»"}, "it": {"«", "»"}, "pl": {"„", "”"}, "ja": {"「", "」"},
}

// q writes the marks that a browser would draw, so that no quotation turns into
// the paper's own words.
func (f *flow) q(n *html.Node, m Span) {
	lang, _, _ := strings.Cut(f.now().lang, "-")
	pair, ok := quotation[lang]
	if !ok {
		pair = [2]string{"“", "”"}
	}
	f.text(pair[0], m)
	f.span(n, m)
	f.text(pair[1], m)
}

// rubyText sets a reading in brackets, where the page has not done so itself.
func (f *flow) rubyText(n *html.Node, m Span) {
	bare := n.PrevSibling == nil || n.PrevSibling.DataAtom != atom.Rp
	if bare {
		f.text("(", m)
	}
	f.span(n, m)
	if bare {
		f.text(")", m)
	}
}

// heading maps h1 to h6 on 2 to 4. What is no text in one follows it.
func (f *flow) heading(n *html.Node, m Span) {
	f.flush()
	text, rest := f.merge(f.collect(n, m, f.depth))
	if !text.Empty() {
		level, _ := strconv.Atoi(n.Data[1:])
		f.blockOf(n, &Heading{Level: min(max(level-f.shift, 2), 4), Text: text.Normal()})
	}
	for _, b := range rest {
		f.append(b)
	}
}

func (f *flow) paragraph(n *html.Node, m Span) {
	switch {
	case hasClass(n, "pull") && hasClass(n, "side"):
		f.pull(n, m)
	case isKind(n, KindFile):
		f.file(n)
	default:
		f.wrap(n, m)
	}
}

func (f *flow) div(n *html.Node, m Span) {
	switch {
	case isKind(n, KindFactbox):
		f.factbox(n, m, isAtom(atom.H2, atom.H3, atom.H4, atom.H5))
	case isKind(n, KindRelated):
		f.related(n)
	case isKind(n, KindEmbed):
		f.embedBox(n)
	case hasClass(n, "wp-caption"):
		f.figure(n, m)
	case isGallery(n):
		f.gallery(n, m)
	default:
		f.wrap(n, m)
	}
}

// section knows the list of sources that the renderer writes: its heading is ours.
func (f *flow) section(n *html.Node, m Span) {
	if head := firstChild(n, isAtom(atom.H2, atom.H3, atom.H4)); hasClass(n, "src") && head != nil && f.im.noteList[n] {
		f.im.skip[head] = true
	}
	f.wrap(n, m)
}

func (f *flow) article(n *html.Node, m Span) {
	if !isKind(n, KindLive) || f.depth >= MaxDepth {
		f.wrap(n, m)
		return
	}
	f.flush()
	b := &Live{}
	if meta := firstChild(n, func(c *html.Node) bool { return hasClass(c, "meta") }); meta != nil {
		if stamp := firstChild(meta, isAtom(atom.Time)); stamp != nil {
			if t, err := time.Parse(time.RFC3339, attr(stamp, "datetime")); err == nil && t.Year() >= 1000 && t.Year() <= 9999 {
				b.At = t.UTC()
				f.im.skip[meta] = true
			}
		}
	}
	b.Headline = f.title(n, m, isAtom(atom.H2, atom.H3, atom.H4, atom.H5))
	b.Headline, b.Blocks = entitle(b.Headline, f.boxed(n, m))
	f.blockOf(n, b)
}

// title takes what comes first in a box out of it, as its title, where it fits.
func (f *flow) title(n *html.Node, m Span, fits func(*html.Node) bool) Inline {
	head := f.im.first(n)
	if head == nil || !fits(head) {
		return nil
	}
	text, rest := f.inline(head, m)
	if len(rest) > 0 || text.Empty() {
		return nil
	}
	f.im.skip[head] = true
	return text.Normal()
}

// first is the first element of a box, nil where words stand before it.
func (im *importer) first(n *html.Node) *html.Node {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case c.Type == html.ElementNode && !im.skip[c]:
			return c
		case c.Type == html.TextNode && strings.TrimSpace(c.Data) != "":
			return nil
		}
	}
	return nil
}

// entitle makes a heading that comes first in a box without a title that title.
func entitle(title Inline, blocks []Block) (Inline, []Block) {
	if len(title) == 0 && len(blocks) > 0 {
		if h, ok := blocks[0].(*Heading); ok {
			return h.Text, blocks[1:]
		}
	}
	return title, blocks
}

func (f *flow) boxed(n *html.Node, m Span) []Block {
	old := f.shift
	f.shift = 1
	out := f.collect(n, m, f.depth+1)
	f.shift = old
	return out
}

func (f *flow) factbox(n *html.Node, m Span, head func(*html.Node) bool) {
	if f.depth >= MaxDepth {
		f.wrap(n, m)
		return
	}
	f.flush()
	b := &Factbox{}
	b.Title = f.title(n, m, head)
	b.Title, b.Blocks = entitle(b.Title, f.boxed(n, m))
	if len(b.Title) == 0 && len(b.Blocks) == 0 {
		f.im.drop("empty box")
		return
	}
	f.blockOf(n, b)
}

func (f *flow) details(n *html.Node, m Span) {
	if hasClass(n, "transcript") && f.transcript(n, m) {
		return
	}
	f.factbox(n, m, isAtom(atom.Summary))
}

// transcript puts the text of a recording, which the renderer writes below it,
// back into the recording.
func (f *flow) transcript(n *html.Node, m Span) bool {
	f.flush()
	if len(f.out) == 0 || f.depth >= MaxDepth {
		return false
	}
	var rec *Recording
	switch b := f.out[len(f.out)-1].(type) {
	case *Audio:
		rec = &b.Recording
	case *Video:
		rec = &b.Recording
	}
	if rec == nil || len(rec.Transcript) > 0 {
		return false
	}
	if head := firstChild(n, isAtom(atom.Summary)); head != nil {
		f.im.skip[head] = true
	}
	rec.Transcript = f.boxed(n, m)
	return true
}

// aside becomes a box where it has a heading, else its paragraphs stay in line.
func (f *flow) aside(n *html.Node, m Span) {
	head := isAtom(atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6)
	if firstChild(n, head) == nil {
		f.wrap(n, m)
		return
	}
	f.factbox(n, m, head)
}

func (f *flow) related(n *html.Node) {
	b := &Related{}
	for c := range n.Descendants() {
		if c.DataAtom != atom.A {
			continue
		}
		if href := f.im.url(attr(c, "href")); href != "" {
			b.Items = append(b.Items, Reference{Href: href, Title: oneLine(textOf(c))})
		}
	}
	if len(b.Items) == 0 {
		f.wrap(n, Span{})
		return
	}
	f.blockOf(n, b)
}

func (f *flow) divider(n *html.Node, _ Span) { f.blockOf(n, &Divider{}) }

// list reads ul and ol; what stands in one outside an item becomes an item, and a
// list that is not inside an item belongs to the one before it.
func (f *flow) list(n *html.Node, m Span) {
	if isGallery(n) {
		f.gallery(n, m)
		return
	}
	if f.flat || f.depth >= MaxDepth {
		f.wrap(n, m)
		return
	}
	f.flush()
	b := &List{Style: Bullets}
	if n.DataAtom == atom.Ol {
		b.Style = Numbers
		if start, err := strconv.Atoi(attr(n, "start")); err == nil && start > 1 && start <= 1_000_000 {
			b.Start = start
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		f.listChild(b, c, m)
	}
	if len(b.Items) == 0 {
		f.im.drop("empty list")
		return
	}
	f.blockOf(n, b)
}

func (f *flow) listChild(b *List, c *html.Node, m Span) {
	switch {
	case c.Type == html.CommentNode:
		f.im.drop("comment")
		return
	case f.im.skip[c] || f.im.notes[c] != "":
		return
	}
	var it Item
	if c.DataAtom == atom.Li {
		f.mind(c)
		it.Text, it.Blocks = f.lead(f.collectItem(c, m, f.depth+1))
	} else {
		it.Text, it.Blocks = f.lead(f.collectOne(c, m))
	}
	switch {
	case len(it.Text) == 0 && len(it.Blocks) == 0:
		if c.DataAtom == atom.Li {
			f.im.drop("empty item")
		}
	case c.DataAtom != atom.Li && len(it.Text) == 0 && len(b.Items) > 0:
		last := &b.Items[len(b.Items)-1]
		last.Blocks = append(last.Blocks, it.Blocks...)
	default:
		b.Items = append(b.Items, it)
	}
}

// collectOne makes blocks of one node.
func (f *flow) collectOne(n *html.Node, m Span) []Block {
	sub := f.inside(f.depth + 1)
	sub.node(n, m)
	return sub.finish()
}

// terms reads a dl, whose pairs may be grouped in divs.
func (f *flow) terms(n *html.Node, m Span) {
	if f.flat || f.depth >= MaxDepth {
		f.wrap(n, m)
		return
	}
	f.flush()
	b := &List{Style: Terms}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Div {
			for cc := c.FirstChild; cc != nil; cc = cc.NextSibling {
				f.termChild(b, cc, m)
			}
			continue
		}
		f.termChild(b, c, m)
	}
	switch {
	case len(b.Items) == 0:
		f.im.drop("empty list")
		return
	case len(b.Items[0].Term) == 0:
		asBullets(b)
	}
	f.blockOf(n, b)
}

func (f *flow) termChild(b *List, c *html.Node, m Span) {
	if f.im.skip[c] || f.im.notes[c] != "" {
		return
	}
	f.mind(c)
	if c.DataAtom == atom.Dt {
		if term, rest := f.merge(f.collectItem(c, m, f.depth+1)); !term.Empty() || len(rest) > 0 {
			b.Items = append(b.Items, Item{Term: term.Normal(), Blocks: rest})
		}
		return
	}
	var it Item
	if c.DataAtom == atom.Dd {
		it.Text, it.Blocks = f.lead(f.collectItem(c, m, f.depth+1))
	} else {
		it.Text, it.Blocks = f.lead(f.collectOne(c, m))
	}
	if len(it.Text) == 0 && len(it.Blocks) == 0 {
		return
	}
	if last := len(b.Items) - 1; last >= 0 && len(b.Items[last].Text) == 0 && len(b.Items[last].Blocks) == 0 {
		it.Term = b.Items[last].Term
		b.Items[last] = it
		return
	}
	b.Items = append(b.Items, it)
}

// asBullets turns a list of terms that begins without one into a plain list.
func asBullets(b *List) {
	b.Style = Bullets
	for i := range b.Items {
		it := &b.Items[i]
		if len(it.Term) > 0 && len(it.Text) > 0 {
			it.Text = append(append(it.Term, Span{Break: true}), it.Text...)
		} else if len(it.Term) > 0 {
			it.Text = it.Term
		}
		it.Term = nil
	}
}

// pre becomes code; where links, pictures or notes stand in it, a paragraph that
// keeps its lines.
func (f *flow) pre(n *html.Node, m Span) {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && !f.im.plainCode(c) {
			f.lines(n, m)
			return
		}
	}
	text := strings.TrimRight(multiLine(textOf(n)), "\n")
	if strings.TrimSpace(text) == "" {
		f.im.drop("empty paragraph")
		return
	}
	f.blockOf(n, &Code{Text: text, Language: codeLanguage(n)})
}

// plainCode tells whether an element inside preformatted text is only decoration.
func (im *importer) plainCode(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Br, atom.Span, atom.P, atom.Div:
		return im.notes[n] == ""
	case atom.A, atom.Q:
		return false
	}
	return (formatting[n.DataAtom] || inlineMarks[n.DataAtom]) && im.notes[n] == ""
}

// lines walks preformatted text with its line ends as breaks.
func (f *flow) lines(n *html.Node, m Span) {
	var texts []*html.Node
	for c := range n.Descendants() {
		if c.Type == html.TextNode && strings.Contains(c.Data, "\n") && c.Parent.DataAtom != atom.Script && c.Parent.DataAtom != atom.Style {
			texts = append(texts, c)
		}
	}
	for _, t := range texts {
		for i, line := range strings.Split(t.Data, "\n") {
			if i > 0 {
				t.Parent.InsertBefore(&html.Node{Type: html.ElementNode, Data: "br", DataAtom: atom.Br}, t)
			}
			t.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: line}, t)
		}
		t.Parent.RemoveChild(t)
	}
	f.wrap(n, m)
}

func codeLanguage(n *html.Node) string {
	nodes := []*html.Node{n}
	if c := firstChild(n, isAtom(atom.Code)); c != nil {
		nodes = append(nodes, c)
	}
	for _, c := range nodes {
		for _, class := range strings.Fields(attr(c, "class")) {
			for _, prefix := range []string{"language-", "lang-"} {
				if l, ok := strings.CutPrefix(class, prefix); ok && urlFault(l) == "" {
					return clip(l, maxName)
				}
			}
		}
	}
	return ""
}
