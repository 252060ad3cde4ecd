package document

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ImportOptions steer ImportHTML. All may be left zero.
type ImportOptions struct {
	Lang    string        // of the text, BCP 47
	BaseURL string        // makes relative addresses absolute; they stay as they are without it
	NewID   func() string // ids of blocks; NewID of this package when nil

	// Media finds the library's id for the address of a picture or recording, "" for none.
	Media func(source string) string
	// Ref finds the name that the foreign system gives a medium, from the attributes
	// of its element ("" for none); it lands in Photo.Ref.
	Ref func(attr func(name string) string) string
	// Element turns an element that this package does not know into blocks.
	Element func(tag string, attr func(name string) string) (blocks []Block, known bool)
	// Seed, where given, makes every id from the content and itself instead of NewID:
	// the same source so gives the same ids each time it is imported, and a block
	// that did not change keeps its id when others did.
	Seed string
	// AutoEmbed makes a paragraph that is only an address into an embed when the
	// site is known, and into a link when it is not.
	AutoEmbed bool
}

// Report tells what became of foreign HTML.
type Report struct {
	Blocks  map[string]int // blocks made, by kind
	Dropped map[string]int // things without words for readers, by what they were
	Raw     []RawNote      // what nobody here understands
	Refused []string       // addresses that may not be kept, such as javascript:
	In      Tally          // what the HTML showed
	Out     Tally          // what the document shows
	Kept    Tally          // what is in raw blocks
}

// RawNote names a raw block and why it is one.
type RawNote struct{ Block, Reason string }

// Tally counts what readers see. Links and images are counted by distinct
// address; numbers and arrows of footnotes are no words.
type Tally struct{ Words, Links, Images, Quotes, Lists, Footnotes int }

// ImportHTML turns foreign HTML into a document. It maps what it knows and keeps
// every word, link, list, quote, footnote and image; what it does not know becomes
// raw blocks. Any input gives a document that Encode accepts (unless it is over
// MaxBytes); time is linear in its length.
func ImportHTML(source string, opt ImportOptions) (*Document, Report) {
	im := newImporter(opt)
	im.opt.Lang = im.lang(opt.Lang)
	root := parseHTML(source)
	im.scan(root)
	d := &Document{Schema: Schema, Lang: im.opt.Lang}
	f := &flow{im: im, depth: 1, around: voice{lang: d.Lang}}
	f.children(root, Span{})
	d.Blocks = f.finish()
	d.Footnotes = im.footnotes(f)
	d.Blocks = append(d.Blocks, im.extra...)
	normaliseHeadings(d)
	dropAnchors(d)
	d.Walk(func(b Block) bool {
		if b.base().ID == "" {
			b.base().ID = im.opt.NewID()
		}
		return true
	})
	if opt.Seed != "" {
		d.restamp(opt.Seed)
	}
	im.finishReport(d)
	return d, im.rep
}

// importer is the state of one import.
type importer struct {
	opt     ImportOptions
	base    *url.URL
	rep     Report
	skip    map[*html.Node]bool   // handled elsewhere: captions, markers of notes
	refs    map[*html.Node]string // links that refer to a footnote → its id
	notes   map[*html.Node]string // elements that are a footnote → its id
	order   []*html.Node          // the same in reading order
	targets map[string]bool       // fragments that links point at
	anchors map[string]bool       // anchors given
	extra   []Block               // from inside footnotes
	inNote  bool

	noteList map[*html.Node]bool // sections of footnotes, whose heading is not the text's
}

func newImporter(opt ImportOptions) *importer {
	if opt.NewID == nil {
		opt.NewID = NewID
	}
	im := &importer{
		opt:     opt,
		rep:     Report{Blocks: map[string]int{}, Dropped: map[string]int{}},
		skip:    map[*html.Node]bool{},
		refs:    map[*html.Node]string{},
		notes:   map[*html.Node]string{},
		targets: map[string]bool{},
		anchors: map[string]bool{},

		noteList: map[*html.Node]bool{},
	}
	if base, err := url.Parse(opt.BaseURL); err == nil && base.Host != "" {
		im.base = base
	}
	return im
}

// lang returns a language tag that the codec accepts, or "".
func (im *importer) lang(tag string) string {
	tag = strings.ReplaceAll(strings.TrimSpace(tag), "_", "-")
	if len(tag) > 35 || strings.ContainsFunc(tag, func(r rune) bool { return !isNameRune(r) }) {
		return ""
	}
	return tag
}

// url mends an address and makes it absolute. One that may not be kept is noted.
func (im *importer) url(raw string) string {
	s := cleanURL(raw)
	if s == "" && strings.TrimSpace(raw) != "" {
		im.refuse(raw)
	}
	return resolve(im.base, s)
}

func (im *importer) refuse(address string) {
	const most = 100
	if len(im.rep.Refused) < most {
		im.rep.Refused = append(im.rep.Refused, clip(oneLine(address), 200))
	}
}

// clip shortens a text to at most n bytes, on a character's edge.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

func (im *importer) drop(what string) { im.rep.Dropped[what]++ }

// raw keeps a node as it is.
func (im *importer) raw(n *html.Node, reason string) *Raw {
	im.rep.Kept.add(tallyOf(n, im))
	var b strings.Builder
	_ = html.Render(&b, n) // a strings.Builder never fails; a broken tree gives what there is
	return &Raw{HTML: multiLine(b.String()), Reason: reason}
}

// multiLine drops control characters but tabs and line ends.
func multiLine(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case isText(r) || r == '\n' || r == '\t':
			return r
		}
		return -1
	}, s)
}

// attr returns an attribute of an element, "" when it has none.
func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

func hasClass(n *html.Node, names ...string) bool {
	for _, c := range strings.Fields(attr(n, "class")) {
		for _, name := range names {
			if c == name {
				return true
			}
		}
	}
	return false
}

func isKind(n *html.Node, kind string) bool { return attr(n, "data-kind") == kind }

// firstChild returns the first child element that fits.
func firstChild(n *html.Node, fits func(*html.Node) bool) *html.Node {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && fits(c) {
			return c
		}
	}
	return nil
}

func isAtom(atoms ...atom.Atom) func(*html.Node) bool {
	return func(n *html.Node) bool {
		for _, a := range atoms {
			if n.DataAtom == a {
				return true
			}
		}
		return false
	}
}

// textOf returns the text inside a node as it stands, line breaks as line ends.
func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		switch {
		case c.Type == html.TextNode:
			b.WriteString(c.Data)
		case c.DataAtom == atom.Br || c.DataAtom == atom.P || c.DataAtom == atom.Div:
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// dropAnchors takes away names that no link of the finished document points at.
func dropAnchors(d *Document) {
	linked := map[string]bool{}
	see := func(href string) {
		if name, ok := strings.CutPrefix(href, "#"); ok {
			linked[name] = true
		}
	}
	d.Inlines(func(in *Inline) {
		for _, s := range *in {
			see(s.Link.Href)
		}
	})
	d.Photos(func(p *Photo) { see(p.Link) })
	d.Walk(func(b Block) bool {
		if base := b.base(); !linked[base.Anchor] {
			base.Anchor = ""
		}
		return true
	})
}

// normaliseHeadings lowers levels that skip one, as the renderer would.
func normaliseHeadings(d *Document) {
	level := 1
	var walk func(list []Block, shift int)
	walk = func(list []Block, shift int) {
		for _, b := range list {
			inner := shift
			switch b := b.(type) {
			case *Heading:
				level = min(b.Level+shift, level+1)
				b.Level = min(max(level-shift, 2), 4)
			case *Factbox:
				level, inner = boxLevel(level, b.Title), 1
			case *Live:
				level, inner = boxLevel(level, b.Headline), 1
			case *Audio, *Video:
				inner = 1
			case *Related:
				level = 2
			}
			for _, group := range children(b) {
				walk(group, inner)
			}
		}
	}
	walk(d.Blocks, 0)
}

func boxLevel(level int, title Inline) int {
	if len(title) > 0 {
		return 2
	}
	return level
}
