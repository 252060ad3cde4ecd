package document

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Word writes a list as paragraphs that name their list and level in a style of
// its own ("mso-list:l0 level2 lfo1"), with the bullet or number as text in a
// span "mso-list:Ignore".

var msoLevel = regexp.MustCompile(`(?i)^\s*(l\d+)\s+level(\d+)`)

// maxFake bounds how deep a list made of paragraphs may go.
const maxFake = 8

// fake is a paragraph that is an item of a list.
type fake struct {
	node  *html.Node
	list  string
	level int    // from 1
	mark  string // the bullet or number
}

// unfakeLists makes real lists of all runs of such paragraphs.
func unfakeLists(root *html.Node) {
	var run []fake
	for n := root.FirstChild; n != nil; {
		next := n.NextSibling
		item, ok := fakeItem(n)
		switch {
		case ok:
			run = append(run, item)
		case n.Type == html.TextNode && strings.TrimSpace(n.Data) == "":
		default:
			build(run)
			run = nil
			if n.Type == html.ElementNode {
				unfakeLists(n)
			}
		}
		n = next
	}
	build(run)
}

func fakeItem(n *html.Node) (fake, bool) {
	if n.Type != html.ElementNode || n.DataAtom != atom.P && n.DataAtom != atom.Div {
		return fake{}, false
	}
	m := msoLevel.FindStringSubmatch(styleOf(n)["mso-list"])
	if m == nil {
		return fake{}, false
	}
	level, _ := strconv.Atoi(m[2]) // digits
	return fake{node: n, list: m[1], level: min(max(level, 1), maxFake), mark: takeMark(n)}, true
}

// takeMark takes the bullet or number out of an item and returns it. A browser
// leaves the conditional comments round it away, so that the span is what is
// there to go by.
func takeMark(n *html.Node) string {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && strings.EqualFold(styleOf(c)["mso-list"], "ignore") {
			text := strings.TrimSpace(strings.ReplaceAll(textOf(c), "\u00a0", " "))
			c.Parent.RemoveChild(c)
			return text
		}
	}
	return ""
}

var numberMark = regexp.MustCompile(`^\(?(\p{Nd}{1,4}|[a-zA-Z]{1,2}|[ivxIVX]{1,5})[.)]$`)

// build makes one list of a run, or several where Word says that they are.
func build(run []fake) {
	if len(run) == 0 {
		return
	}
	var open []*html.Node // the list of each level
	name := ""
	for _, item := range run {
		if len(open) > 0 && item.level == 1 && item.list != name {
			open = nil
		}
		if item.level == 1 || name == "" {
			name = item.list
		}
		for len(open) > item.level {
			open = open[:len(open)-1]
		}
		for len(open) < item.level {
			open = append(open, newList(item, open))
		}
		li := &html.Node{Type: html.ElementNode, DataAtom: atom.Li, Data: "li"}
		open[len(open)-1].AppendChild(li)
		item.node.Parent.RemoveChild(item.node)
		item.node.Attr = nil
		for item.node.FirstChild != nil {
			c := item.node.FirstChild
			item.node.RemoveChild(c)
			li.AppendChild(c)
		}
	}
}

// newList begins a list in the place of an item, or below the last item of the
// list round it.
func newList(item fake, open []*html.Node) *html.Node {
	list := &html.Node{Type: html.ElementNode, DataAtom: atom.Ul, Data: "ul"}
	if m := numberMark.FindStringSubmatch(item.mark); m != nil {
		list.DataAtom, list.Data = atom.Ol, "ol"
		if n, err := strconv.Atoi(strings.Map(westernDigit, m[1])); err == nil && n > 1 {
			list.Attr = []html.Attribute{{Key: "start", Val: strconv.Itoa(n)}}
		}
	}
	if len(open) == 0 {
		item.node.Parent.InsertBefore(list, item.node)
		return list
	}
	parent := open[len(open)-1]
	if parent.LastChild == nil { // a list that begins at its second level
		parent.AppendChild(&html.Node{Type: html.ElementNode, DataAtom: atom.Li, Data: "li"})
	}
	parent.LastChild.AppendChild(list)
	return list
}

// westernDigit turns the digits of Arabic and Persian into those that Atoi reads.
func westernDigit(r rune) rune {
	for _, zero := range []rune{'٠', '۰'} {
		if r >= zero && r <= zero+9 {
			return '0' + r - zero
		}
	}
	return r
}
