package markdown

import (
	"bufio"
	"bytes"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	rendered "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"masthead.dev/masthead/internal/document"
)

func inlineParsers(notes map[string]bool) parser.Option {
	return parser.WithInlineParsers(
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(&noteParser{notes}, 150),
		util.Prioritized(parser.NewLinkParser(), 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(parser.NewRawHTMLParser(), 400),
		util.Prioritized(parser.NewEmphasisParser(), 500),
		util.Prioritized(extension.NewStrikethroughParser(), 500))
}

// noteParser reads [^id] where there is such a footnote.
type noteParser struct{ known map[string]bool }

var noteKind = ast.NewNodeKind("NoteReference")

type noteNode struct {
	ast.BaseInline
	id string
}

// Kind implements ast.Node.
func (*noteNode) Kind() ast.NodeKind { return noteKind }

// Dump implements ast.Node.
func (n *noteNode) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// Trigger implements parser.InlineParser.
func (*noteParser) Trigger() []byte { return []byte{'['} }

var noteRef = regexp.MustCompile(`^\[\^([A-Za-z0-9_-]+)\]`)

// Parse implements parser.InlineParser.
func (p *noteParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	m := noteRef.FindSubmatch(line)
	if m == nil || !p.known[string(m[1])] {
		return nil
	}
	block.Advance(len(m[0]))
	return &noteNode{id: string(m[1])}
}

// inline reads the running text of a node.
func (r *reader) inline(n ast.Node, src []byte) document.Inline {
	s := &spans{src: src, tags: matched(n, src)}
	s.walk(n, document.Span{})
	return s.out.Normal()
}

// spans collects running text. Tags are open until they are closed, whatever
// stands between.
type spans struct {
	src  []byte
	tags map[ast.Node]bool // those that have their other half
	open []document.Span   // what each open tag adds
	out  document.Inline
}

func (s *spans) add(text string, m document.Span) {
	for _, o := range s.open {
		m = plus(m, o)
	}
	m.Text = text
	s.out = append(s.out, m)
}

func (s *spans) walk(n ast.Node, m document.Span) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		s.node(c, m)
	}
}

func (s *spans) node(n ast.Node, m document.Span) {
	switch n := n.(type) {
	case *ast.Text:
		s.text(n, m)
	case *ast.CodeSpan:
		m.Code = true
		s.add(strings.ReplaceAll(childText(n, s.src), "\n", " "), m)
	case *ast.Emphasis:
		s.walk(n, plus(m, document.Span{Em: n.Level == 1, Strong: n.Level == 2}))
	case *extast.Strikethrough:
		m.Strike = true
		s.walk(n, m)
	case *ast.Link:
		s.link(n, m, plain(n.Destination), plain(n.Title))
	case *ast.Image: // no picture can be put in this way: it stays words
		s.add("!", m)
		s.link(n, m, plain(n.Destination), plain(n.Title))
	case *ast.AutoLink:
		m.Link = document.Link{Href: string(n.URL(s.src))}
		if document.AddressFault(m.Link.Href) != "" {
			m.Link = document.Link{}
		}
		s.add(string(n.Label(s.src)), m)
	case *ast.RawHTML:
		s.tag(n, m)
	case *noteNode:
		s.out = append(s.out, document.Span{Note: n.id})
	default:
		s.walk(n, m)
	}
}

func (s *spans) text(n *ast.Text, m document.Span) {
	if v := plain(n.Segment.Value(s.src)); v != "" {
		s.add(v, m)
	}
	switch {
	case n.HardLineBreak():
		s.out = append(s.out, document.Span{Break: true})
	case n.SoftLineBreak():
		s.add(" ", m)
	}
}

// plain resolves escapes and entities as the renderer does.
func plain(raw []byte) string {
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	rendered.DefaultWriter.Write(w, raw)
	w.Flush()
	return html.UnescapeString(b.String())
}

func childText(n ast.Node, src []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(src))
		}
	}
	return b.String()
}

// link adds a link. An address that may not stand in a document stays words.
func (s *spans) link(n ast.Node, m document.Span, href, title string) {
	refused := document.AddressFault(href) != ""
	if href != "" && !refused {
		m.Link = document.Link{Href: href, Title: title}
	}
	s.walk(n, m)
	if refused || href == "" && title != "" {
		s.add(" ("+strings.TrimSpace(href+" "+title)+")", m)
	}
}

// plus adds marks to marks.
func plus(a, b document.Span) document.Span {
	a.Strong, a.Em, a.Strike = a.Strong || b.Strong, a.Em || b.Em, a.Strike || b.Strike
	a.Sub, a.Sup, a.Code, a.BDI = a.Sub || b.Sub, a.Sup || b.Sup, a.Code || b.Code, a.BDI || b.BDI
	if b.Lang != "" {
		a.Lang = b.Lang
	}
	if b.Dir != "" {
		a.Dir = b.Dir
	}
	if b.Link.Href != "" {
		a.Link = b.Link
	}
	return a
}
