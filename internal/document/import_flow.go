package document

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// flow turns the children of one element into blocks. Running text gathers in
// run until something ends the paragraph.
type flow struct {
	im     *importer
	depth  int // of the blocks made here
	out    []Block
	run    Inline
	later  []Block // met inside a sentence, to follow the paragraph
	around voice   // of the element that these blocks stand in
	voice          // of the blocks to come, where it differs
	anchor string
	shift  int  // headings are lowered by this much: inside a box
	flat   bool // lists are taken apart: inside a gallery
}

// voice is a language and a direction; both may be empty.
type voice struct{ lang, dir string }

// direction of a voice, given or usual for its language.
func (v voice) direction() string {
	if v.dir != "" {
		return v.dir
	}
	return Dir(v.lang)
}

// handlers say what to do with an element; those without one are transparent.
var handlers map[atom.Atom]func(*flow, *html.Node, Span)

func init() {
	handlers = map[atom.Atom]func(*flow, *html.Node, Span){
		atom.A: (*flow).link, atom.Br: (*flow).lineBreak, atom.Q: (*flow).q, atom.Rt: (*flow).rubyText,
		atom.Strong: mark(func(s *Span) { s.Strong = true }), atom.B: mark(func(s *Span) { s.Strong = true }),
		atom.Em: mark(func(s *Span) { s.Em = true }), atom.I: mark(func(s *Span) { s.Em = true }),
		atom.Cite: mark(func(s *Span) { s.Em = true }), atom.Dfn: mark(func(s *Span) { s.Em = true }),
		atom.Var: mark(func(s *Span) { s.Em = true }),
		atom.S:   mark(func(s *Span) { s.Strike = true }), atom.Strike: mark(func(s *Span) { s.Strike = true }),
		atom.Del: mark(func(s *Span) { s.Strike = true }),
		atom.Sub: mark(func(s *Span) { s.Sub = true }), atom.Sup: mark(func(s *Span) { s.Sup = true }),
		atom.Code: mark(func(s *Span) { s.Code = true }), atom.Kbd: mark(func(s *Span) { s.Code = true }),
		atom.Samp: mark(func(s *Span) { s.Code = true }), atom.Tt: mark(func(s *Span) { s.Code = true }),
		atom.Bdi: mark(func(s *Span) { s.BDI = true }), atom.Bdo: mark(func(s *Span) { s.BDI = true }),
		atom.H1: (*flow).heading, atom.H2: (*flow).heading, atom.H3: (*flow).heading,
		atom.H4: (*flow).heading, atom.H5: (*flow).heading, atom.H6: (*flow).heading,
		atom.P: (*flow).paragraph, atom.Div: (*flow).div, atom.Section: (*flow).section, atom.Article: (*flow).article,
		atom.Ul: (*flow).list, atom.Ol: (*flow).list, atom.Menu: (*flow).list, atom.Dir: (*flow).list, atom.Dl: (*flow).terms,
		atom.Blockquote: (*flow).quote, atom.Pre: (*flow).pre, atom.Xmp: (*flow).pre, atom.Listing: (*flow).pre,
		atom.Hr: (*flow).divider, atom.Figure: (*flow).figure, atom.Img: (*flow).img, atom.Picture: (*flow).picture,
		atom.Table: (*flow).table, atom.Iframe: (*flow).iframe, atom.Object: (*flow).object, atom.Embed: (*flow).object,
		atom.Audio: (*flow).recording, atom.Video: (*flow).recording,
		atom.Details: (*flow).details, atom.Aside: (*flow).aside,
		atom.Script: (*flow).script, atom.Style: dropped("style"), atom.Template: dropped("template"),
		atom.Link: dropped("link"), atom.Meta: dropped("meta"), atom.Base: dropped("meta"), atom.Title: dropped("title"),
		atom.Wbr: func(*flow, *html.Node, Span) {}, atom.Input: (*flow).input,
		atom.Form: kept("a form"), atom.Select: kept("a form field"), atom.Textarea: kept("a form field"),
		atom.Button: kept("a button"), atom.Svg: kept("a drawing (SVG)"), atom.Math: kept("a formula (MathML)"),
		atom.Canvas: kept("a canvas"), atom.Applet: kept("a Java applet"), atom.Map: kept("an image map"),
		atom.Frameset: kept("a frameset"),
	}
	for _, a := range []atom.Atom{
		atom.Address, atom.Center, atom.Fieldset, atom.Legend, atom.Header, atom.Footer, atom.Nav, atom.Main, atom.Hgroup,
		atom.Dialog, atom.Figcaption, atom.Summary, atom.Li, atom.Dt, atom.Dd, atom.Caption, atom.Tr, atom.Td, atom.Th,
		atom.Thead, atom.Tbody, atom.Tfoot, atom.Marquee, atom.Noscript, atom.Option, atom.Optgroup, atom.Search,
		atom.Frame, atom.Noframes, atom.Plaintext, atom.Body,
	} {
		handlers[a] = (*flow).wrap
	}
}

func mark(set func(*Span)) func(*flow, *html.Node, Span) {
	return func(f *flow, n *html.Node, m Span) {
		set(&m)
		f.span(n, m)
	}
}

func dropped(what string) func(*flow, *html.Node, Span) {
	return func(f *flow, _ *html.Node, _ Span) { f.im.drop(what) }
}

func kept(what string) func(*flow, *html.Node, Span) {
	return func(f *flow, n *html.Node, _ Span) { f.beside(f.im.raw(n, what)) }
}

func (f *flow) children(n *html.Node, m Span) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		f.node(c, m)
	}
}

func (f *flow) node(n *html.Node, m Span) {
	switch n.Type {
	case html.TextNode:
		f.text(n.Data, m)
	case html.CommentNode:
		f.im.drop("comment")
	case html.ElementNode, html.DocumentNode:
		f.element(n, m)
	}
}

func (f *flow) element(n *html.Node, m Span) {
	if f.im.skip[n] || f.im.notes[n] != "" {
		return
	}
	f.mind(n)
	if h := handlers[n.DataAtom]; h != nil && (n.Namespace == "" || n.DataAtom == atom.Svg || n.DataAtom == atom.Math) {
		h(f, n, m)
		return
	}
	if n.DataAtom == 0 && f.custom(n) {
		return
	}
	f.span(n, m)
}

// custom asks the caller about an element that HTML does not have.
func (f *flow) custom(n *html.Node) bool {
	if n.Data == "amp-img" {
		f.img(n, Span{})
		return true
	}
	if f.im.opt.Element == nil {
		return false
	}
	blocks, known := f.im.opt.Element(n.Data, func(name string) string { return attr(n, name) })
	for _, b := range blocks {
		f.beside(b)
	}
	return known
}

// mind remembers the name of an element that a link points at, for the next block.
func (f *flow) mind(n *html.Node) {
	name := attr(n, "id")
	if !f.im.targets[name] {
		name = attr(n, "name")
	}
	if name == "" || !f.im.targets[name] || f.anchor != "" {
		return
	}
	if n.DataAtom != atom.Img && !inlineTag(n.DataAtom) {
		f.flush() // the name is not that of the paragraph before
	}
	if a := anchorName(name); !f.im.anchors[a] {
		f.im.anchors[a] = true
		f.anchor = a
	}
}

// span walks an inline element, with the language and direction it sets.
func (f *flow) span(n *html.Node, m Span) {
	m = f.im.styled(n, m)
	now := f.now()
	if lang := f.im.lang(attr(n, "lang")); lang != "" && lang != now.lang {
		m.Lang = lang
		now = voice{lang: lang}
	}
	if dir := direction(n); dir != "" && (m.BDI || dir != now.direction()) {
		m.Dir = dir
	}
	f.children(n, m)
}

// now is the voice in force for running text.
func (f *flow) now() voice {
	v := f.around
	if f.lang != "" {
		v = voice{lang: f.lang}
	}
	if f.dir != "" {
		v.dir = f.dir
	}
	return v
}

func direction(n *html.Node) string {
	switch d := strings.ToLower(attr(n, "dir")); d {
	case "ltr", "rtl":
		return d
	}
	return ""
}

// styled reads bold and italics that editors such as Google Docs put into style
// attributes.
func (im *importer) styled(n *html.Node, m Span) Span {
	style := strings.ReplaceAll(strings.ToLower(attr(n, "style")), " ", "")
	if style == "" {
		return m
	}
	switch {
	case strings.Contains(style, "font-weight:normal"), strings.Contains(style, "font-weight:400"):
		m.Strong = false
	case strings.Contains(style, "font-weight:bold"), strings.Contains(style, "font-weight:7"):
		m.Strong = true
	}
	if strings.Contains(style, "font-style:italic") {
		m.Em = true
	}
	if strings.Contains(style, "text-decoration:line-through") {
		m.Strike = true
	}
	return m
}

// text adds words; white space is joined now and trimmed when the paragraph ends.
func (f *flow) text(s string, m Span) {
	s = joinSpace(s)
	if s == " " && f.blank() {
		return
	}
	m.Text = s
	if s != "" {
		f.run = append(f.run, m)
	}
}

// blank tells whether the open line has nothing in it yet.
func (f *flow) blank() bool {
	for i := len(f.run) - 1; i >= 0; i-- {
		s := f.run[i]
		if s.Break {
			return true
		}
		if s.Note != "" || strings.Trim(s.Text, " ") != "" {
			return false
		}
	}
	return true
}

func (f *flow) lineBreak(n *html.Node, m Span) {
	if len(f.later) > 0 {
		f.flush()
		return
	}
	f.run = append(f.run, withoutText(m))
}

func withoutText(m Span) Span {
	m.Text, m.Note, m.Break = "", "", true
	return m
}

// flush ends the paragraph: the run becomes one, or several where two line
// breaks follow each other.
func (f *flow) flush() {
	run, later := f.run, f.later
	f.run, f.later = nil, nil
	f.unmark(run)
	for _, part := range splitLines(run) {
		if !part.Empty() {
			f.append(f.paragraphOf(part))
		}
	}
	for _, b := range later {
		f.append(b)
	}
}

// unmark takes off what the block says already: its own language and direction.
func (f *flow) unmark(run Inline) {
	now := f.now()
	for i := range run {
		s := &run[i]
		if s.Lang == now.lang {
			s.Lang = ""
		}
		if s.Lang == "" && s.Dir == now.direction() && !s.BDI {
			s.Dir = ""
		}
	}
}

func (f *flow) paragraphOf(in Inline) Block {
	if f.im.opt.AutoEmbed {
		if b := autoEmbed(in); b != nil {
			if b.Kind() == KindEmbed { // its address was no words
				f.im.rep.In.Words -= CountWords(in.String())
			}
			return b
		}
	}
	return &Paragraph{Text: in}
}

// autoEmbed looks for a paragraph that is nothing but an address.
func autoEmbed(in Inline) Block {
	s := in.String()
	if !isWeb(s) || urlFault(s) != "" || len(in) != 1 {
		return nil
	}
	link := in[0].Link.Href
	if provider, page, ok := ProviderOf(s); ok && (link == "" || link == s) {
		return &Embed{Provider: provider, URL: page}
	}
	if link != "" {
		return nil
	}
	return &Paragraph{Text: Inline{{Text: s, Link: Link{Href: s}}}}
}

// append adds a block, which takes the language, direction and anchor in force.
func (f *flow) append(b Block) {
	base := b.base()
	if base.Lang == "" {
		base.Lang = f.lang
		if base.Dir == "" {
			base.Dir = f.dir
		}
	}
	if base.Anchor == "" {
		base.Anchor, f.anchor = f.anchor, ""
	}
	f.out = append(f.out, b)
}

// block ends the paragraph and adds a block.
func (f *flow) block(b Block) {
	f.flush()
	f.append(b)
}

// beside adds a block that may stand inside a sentence: then it follows the line.
func (f *flow) beside(b Block) {
	if f.blank() {
		f.block(b)
		return
	}
	f.later = append(f.later, b)
}

func (f *flow) finish() []Block {
	f.flush()
	return f.out
}

// blockOf ends the paragraph and adds the block that an element became.
func (f *flow) blockOf(n *html.Node, b Block) {
	v := f.voiceOf(n)
	b.base().Lang, b.base().Dir = v.lang, v.dir
	f.block(b)
}

// wrap walks an element that starts and ends paragraphs and is nothing else.
func (f *flow) wrap(n *html.Node, m Span) {
	f.flush()
	old := f.voice
	f.voice = f.voiceOf(n)
	f.children(n, f.im.styled(n, m))
	f.flush()
	f.voice = old
}

// voiceOf is what blocks from an element are to be marked with: what the element
// or a wrapper sets, where it differs from the voice around.
func (f *flow) voiceOf(n *html.Node) voice {
	v := f.voice
	if l := f.im.lang(attr(n, "lang")); l != "" {
		v = voice{lang: l}
		if l == f.around.lang {
			v.lang = ""
		}
	}
	if d := direction(n); d != "" {
		v.dir = d
		if (v.lang != "" && d == Dir(v.lang)) || (v.lang == "" && d == f.around.direction()) {
			v.dir = ""
		}
	}
	return v
}

// collect turns the children of an element into blocks for inside the block that
// the element becomes.
func (f *flow) collect(n *html.Node, m Span, depth int) []Block {
	sub := f.inside(depth)
	if v := f.voiceOf(n); v != (voice{}) {
		sub.around = v
		if v.lang == "" {
			sub.around.lang = f.around.lang
		}
	}
	return f.gather(sub, n, m)
}

// collectItem does the same for an element that becomes a part of a block, such
// as an item or cell: its language is then marked inside.
func (f *flow) collectItem(n *html.Node, m Span, depth int) []Block {
	sub := f.inside(depth)
	sub.voice = sub.voiceOf(n)
	return f.gather(sub, n, m)
}

func (f *flow) inside(depth int) *flow {
	sub := &flow{im: f.im, depth: depth, shift: f.shift, flat: f.flat, around: f.around}
	if f.voice != (voice{}) {
		sub.around = f.now()
	}
	return sub
}

func (f *flow) gather(sub *flow, n *html.Node, m Span) []Block {
	sub.children(n, m)
	out := sub.finish()
	if f.anchor == "" {
		f.anchor = sub.anchor
	}
	return out
}

// inline turns an element into running text, and the blocks that are none.
func (f *flow) inline(n *html.Node, m Span) (Inline, []Block) {
	return f.merge(f.collectItem(n, m, f.depth))
}
