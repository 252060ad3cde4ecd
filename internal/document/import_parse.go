package document

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Bounds on what is handed to the HTML parser. It refuses more than 512 open
// elements, and copies every open formatting element into each new paragraph.
const (
	maxOpen       = 300
	maxFormatting = 24
)

// parseHTML returns the body of the parsed HTML. Input that nests beyond all
// reason is tamed first: words stay, surplus tags go.
func parseHTML(source string) *html.Node {
	source = strings.ToValidUTF8(source, "\uFFFD")
	if !wild(source) {
		if root, err := parse(source); err == nil {
			return root
		}
	}
	root, err := parse(tame(source))
	if err != nil { // can't happen below the bounds; still no word may be lost
		root = &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
		root.AppendChild(&html.Node{Type: html.TextNode, Data: textOnly(source)})
	}
	return root
}

// parse reads a whole page or a fragment as the body of a page does. Scripting
// is off, so that what stands in noscript is parsed.
func parse(source string) (*html.Node, error) {
	doc, err := html.ParseWithOptions(strings.NewReader(source), html.ParseOptionEnableScripting(false))
	if err != nil {
		return nil, err
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && (n.DataAtom == atom.Body || n.DataAtom == atom.Frameset) && n.Parent.Parent == doc {
			moveFromHead(doc, n)
			return n, nil
		}
	}
	return doc, nil
}

// moveFromHead puts back into the body what the parser took for a part of the
// head: scripts and styles (to be counted) and what stands in a noscript.
func moveFromHead(doc, body *html.Node) {
	head := body.PrevSibling
	for head != nil && head.DataAtom != atom.Head {
		head = head.PrevSibling
	}
	if head == nil {
		return
	}
	first := body.FirstChild
	for c := head.FirstChild; c != nil; {
		next := c.NextSibling
		if c.DataAtom == atom.Noscript || c.DataAtom == atom.Script || c.DataAtom == atom.Style {
			head.RemoveChild(c)
			body.InsertBefore(c, first)
		}
		c = next
	}
}

var formatting = map[atom.Atom]bool{
	atom.A: true, atom.B: true, atom.Big: true, atom.Code: true, atom.Em: true, atom.Font: true, atom.I: true,
	atom.Nobr: true, atom.S: true, atom.Small: true, atom.Strike: true, atom.Strong: true, atom.Tt: true, atom.U: true,
}

var voids = map[atom.Atom]bool{
	atom.Area: true, atom.Base: true, atom.Br: true, atom.Col: true, atom.Embed: true, atom.Hr: true, atom.Img: true,
	atom.Input: true, atom.Link: true, atom.Meta: true, atom.Param: true, atom.Source: true, atom.Track: true, atom.Wbr: true,
}

// wild tells whether many formatting elements are left open.
func wild(source string) bool {
	open := 0
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return false
		case html.StartTagToken:
			if name, _ := z.TagName(); formatting[atom.Lookup(name)] {
				if open++; open > maxFormatting {
					return true
				}
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); formatting[atom.Lookup(name)] && open > 0 {
				open--
			}
		}
	}
}

// tame drops the tags that go beyond the bounds, each with its end tag.
func tame(source string) string {
	t := &tamer{z: html.NewTokenizer(strings.NewReader(source)), open: map[string]int{}}
	for t.next() {
	}
	return t.out.String()
}

type tamer struct {
	z          *html.Tokenizer
	out        strings.Builder
	stack      []string       // names of open elements that were kept
	open       map[string]int // how often each stands in the stack
	dropped    map[string]int // start tags dropped whose end tag is to come
	formatting int
}

func (t *tamer) next() bool {
	kind := t.z.Next()
	raw := string(t.z.Raw()) // Raw is only good until TagName
	switch kind {
	case html.ErrorToken:
		t.out.WriteString(raw)
		return false
	case html.StartTagToken:
		name, _ := t.z.TagName()
		t.start(string(name), raw)
	case html.EndTagToken:
		name, _ := t.z.TagName()
		t.end(string(name), raw)
	default:
		t.out.WriteString(raw)
	}
	return true
}

func (t *tamer) start(name, raw string) {
	a := atom.Lookup([]byte(name))
	if voids[a] {
		t.out.WriteString(raw)
		return
	}
	if len(t.stack) >= maxOpen || (formatting[a] && t.formatting >= maxFormatting) {
		if t.dropped == nil {
			t.dropped = map[string]int{}
		}
		t.dropped[name]++
		t.out.WriteByte(' ') // words on both sides of a tag stay apart
		return
	}
	t.stack = append(t.stack, name)
	t.open[name]++
	if formatting[a] {
		t.formatting++
	}
	t.out.WriteString(raw)
}

func (t *tamer) end(name, raw string) {
	if t.dropped[name] > 0 {
		t.dropped[name]--
		t.out.WriteByte(' ')
		return
	}
	t.out.WriteString(raw)
	for t.open[name] > 0 {
		top := t.stack[len(t.stack)-1]
		t.stack = t.stack[:len(t.stack)-1]
		t.open[top]--
		if formatting[atom.Lookup([]byte(top))] {
			t.formatting--
		}
		if top == name {
			return
		}
	}
}

// textOnly returns the words of HTML without its tags.
func textOnly(source string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			b.Write(z.Text())
		default:
			b.WriteByte(' ')
		}
	}
}
