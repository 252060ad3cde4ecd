package markdown

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"masthead.dev/masthead/internal/document"
)

// UnknownMarker is the error for a marker line whose block is not in the story.
type UnknownMarker struct{ Line string }

// Error implements error.
func (e *UnknownMarker) Error() string {
	return "nothing in this story has the name of the line " + e.Line + "; put the line back as it was, or take it out"
}

// reader reads blocks. It looks markers up in base, and knows the footnotes that
// may be referred to.
type reader struct {
	base  *document.Document
	notes map[string]bool
	index map[string]document.Block
	depth int
}

var (
	markerLine = regexp.MustCompile(`^\{\{([a-z]+) ([A-Za-z0-9_-]+)( .*)?\}\}$`)
	byLine     = regexp.MustCompile(`^\{\{by (.*)\}\}$`)
)

// blocks reads Markdown without footnotes' texts. New blocks have no id.
func (r *reader) blocks(source string) ([]document.Block, error) {
	src := []byte(source)
	root := blockParser(r.notes).Parse(text.NewReader(src))
	return r.children(root, src)
}

func (r *reader) children(n ast.Node, src []byte) ([]document.Block, error) {
	var out []document.Block
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		list, err := r.node(c, src)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

func (r *reader) node(n ast.Node, src []byte) ([]document.Block, error) {
	switch n := n.(type) {
	case *ast.Heading:
		return []document.Block{&document.Heading{Level: min(max(n.Level, 2), 4), Text: r.inline(n, src)}}, nil
	case *ast.ThematicBreak:
		return []document.Block{&document.Divider{}}, nil
	case *ast.FencedCodeBlock:
		return []document.Block{&document.Code{Language: info(n, src), Text: strings.TrimSuffix(lines(n, src), "\n")}}, nil
	case *ast.Blockquote:
		q, err := r.quote(n, src)
		return []document.Block{q}, err
	case *ast.List:
		l, err := r.list(n, src)
		return []document.Block{l}, err
	}
	return r.paragraph(n, src)
}

// info is what stands behind the fence: usually a language.
func info(n *ast.FencedCodeBlock, src []byte) string {
	if n.Info == nil {
		return ""
	}
	return plain(n.Info.Segment.Value(src))
}

func lines(n ast.Node, src []byte) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		s := n.Lines().At(i)
		b.Write(s.Value(src))
	}
	return b.String()
}

// paragraph reads a paragraph, and the marker lines that stand in or for one.
func (r *reader) paragraph(n ast.Node, src []byte) ([]document.Block, error) {
	raw := strings.TrimRight(lines(n, src), "\n")
	if !strings.Contains(raw, "{{") || r.depth > 0 {
		return []document.Block{&document.Paragraph{Text: r.inline(n, src)}}, nil
	}
	all := strings.Split(raw, "\n")
	var out []document.Block
	var words []string
	flush := func() error {
		if len(words) == 0 {
			return nil
		}
		inner := *r
		inner.depth++
		list, err := inner.blocks(strings.Join(words, "\n"))
		out, words = append(out, list...), nil
		return err
	}
	for _, line := range all {
		if !isMarker(line) {
			words = append(words, line)
			continue
		}
		if err := flush(); err != nil {
			return nil, err
		}
		b := r.find(markerLine.FindStringSubmatch(strings.TrimSpace(line))[2])
		if b == nil {
			return nil, &UnknownMarker{strings.TrimSpace(line)}
		}
		out = append(out, b)
	}
	if out == nil {
		return []document.Block{&document.Paragraph{Text: r.inline(n, src)}}, nil
	}
	return out, flush()
}

// find looks a block of the base up by its id, at any depth.
func (r *reader) find(id string) document.Block {
	if r.index == nil {
		r.index = map[string]document.Block{}
		if r.base != nil {
			r.base.Walk(func(b document.Block) bool {
				r.index[document.BaseOf(b).ID] = b
				return true
			})
		}
	}
	if b := r.index[id]; b != nil {
		return document.Clone(b)
	}
	return nil
}

func (r *reader) quote(n *ast.Blockquote, src []byte) (document.Block, error) {
	q := &document.Quote{}
	last := n.LastChild()
	if last != nil && last.Kind() == ast.KindParagraph && last.Lines().Len() == 1 {
		if m := byLine.FindStringSubmatch(strings.TrimSpace(lines(last, src))); m != nil && r.by(q, m[1]) {
			n.RemoveChild(n, last)
		}
	}
	list, err := r.children(n, src)
	q.Blocks = list
	return q, err
}

// by reads speaker, role and address; ok is false where it is something else.
func (r *reader) by(q *document.Quote, said string) (ok bool) {
	fields := append(strings.Split(said, " | "), "", "")
	role, source := strings.TrimSpace(fields[1]), strings.TrimSpace(fields[2])
	speaker, ok := r.line(fields[0])
	if !ok || len(fields) > 5 || document.AddressFault(source) != "" {
		return false
	}
	q.Speaker, q.Role, q.Source = speaker, role, source
	return true
}

func (r *reader) list(n *ast.List, src []byte) (document.Block, error) {
	l := &document.List{Style: document.Bullets}
	if n.IsOrdered() {
		l.Style = document.Numbers
		if n.Start > 1 && n.Start <= 1_000_000 {
			l.Start = n.Start
		}
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		it := document.Item{}
		head := c.FirstChild()
		if head != nil && (head.Kind() == ast.KindTextBlock || head.Kind() == ast.KindParagraph) && !isMarker(lines(head, src)) {
			it.Text = r.inline(head, src)
			c.RemoveChild(c, head)
		}
		var err error
		if it.Blocks, err = r.children(c, src); err != nil {
			return l, err
		}
		l.Items = append(l.Items, it)
	}
	return l, nil
}

func isMarker(line string) bool {
	m := markerLine.FindStringSubmatch(strings.TrimSpace(line))
	return m != nil && document.IsKind(m[1])
}

// line reads one line of running text; ok is false where it is anything else.
func (r *reader) line(s string) (document.Inline, bool) {
	if strings.TrimSpace(s) == "" {
		return nil, true
	}
	src := []byte(s)
	root := lineParser(r.notes).Parse(text.NewReader(src))
	n := root.FirstChild()
	if n == nil || n.NextSibling() != nil || n.Kind() != ast.KindParagraph {
		return document.Plain(s), false
	}
	return r.inline(n, src), true
}

// blockParser knows no indented code, no setext headings, no HTML and no
// definitions of links: all of these surprise people in a text area.
func blockParser(notes map[string]bool) parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(indented{parser.NewParagraphParser()}, 1000)),
		inlineParsers(notes))
}

// lineParser knows nothing but running text.
func lineParser(notes map[string]bool) parser.Parser {
	return parser.NewParser(parser.WithBlockParsers(util.Prioritized(indented{parser.NewParagraphParser()}, 1000)), inlineParsers(notes))
}

// indented lets a paragraph begin with spaces.
type indented struct{ parser.BlockParser }

// CanAcceptIndentedLine implements parser.BlockParser.
func (indented) CanAcceptIndentedLine() bool { return true }
