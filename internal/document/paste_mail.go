package document

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Mail programs quote in three ways: a blockquote, lines that begin with ">",
// and (Outlook) a line on top of what follows, which stays as it is.

var quoteMark = regexp.MustCompile(`^[ \t\x{a0}]*>`)

// unquoteMail makes quotes of lines that begin with ">": of whole paragraphs, and
// of lines inside one that are parted by br.
func unquoteMail(root *html.Node) {
	for n := root.FirstChild; n != nil; {
		next := n.NextSibling
		switch {
		case n.Type != html.ElementNode || n.DataAtom == atom.Pre || n.DataAtom == atom.Blockquote || n.DataAtom == atom.Table:
		case leaf(n) && quoteMark.MatchString(textOf(n)) && allQuoted(n):
			stripMarks(n)
			n.DataAtom, n.Data = atom.P, "p"
			wrapIn(n, atom.Blockquote)
		case leaf(n) && strings.Contains(textOf(n), "\n"):
			splitQuoted(n)
		default:
			unquoteMail(n)
		}
		n = next
	}
}

// leaf tells whether an element is a block of running text.
func leaf(n *html.Node) bool {
	if n.DataAtom != atom.P && n.DataAtom != atom.Div {
		return false
	}
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && !inlineTag(c.DataAtom) && c.DataAtom != atom.Br && c.DataAtom != atom.Img {
			return false
		}
	}
	return true
}

func allQuoted(n *html.Node) bool {
	for line := range strings.SplitSeq(strings.TrimRight(textOf(n), "\n"), "\n") {
		if strings.TrimSpace(line) != "" && !quoteMark.MatchString(line) {
			return false
		}
	}
	return true
}

// stripMarks takes one ">" from the beginning of each line.
func stripMarks(n *html.Node) {
	start := true
	for c := range n.Descendants() {
		if c.DataAtom == atom.Br {
			start = true
		}
		if c.Type != html.TextNode || strings.TrimSpace(c.Data) == "" {
			continue
		}
		if start {
			if at := quoteMark.FindStringIndex(c.Data); at != nil {
				c.Data = strings.TrimPrefix(c.Data[at[1]:], " ")
			}
		}
		start = false
	}
}

// splitQuoted cuts a block whose lines are parted by br into paragraphs and
// quotes, where some of its lines are quoted.
func splitQuoted(n *html.Node) {
	lines := linesOf(n)
	if !slices.ContainsFunc(lines, quotedLine) {
		return
	}
	var made, quotes []*html.Node
	var open *html.Node
	was := false
	for _, line := range lines {
		if len(line) == 0 {
			open = nil
			continue
		}
		is := quotedLine(line)
		if open == nil || is != was {
			open = &html.Node{Type: html.ElementNode, DataAtom: atom.P, Data: "p"}
			made = append(made, open)
			if is {
				quotes = append(quotes, open)
			}
		} else {
			open.AppendChild(&html.Node{Type: html.ElementNode, DataAtom: atom.Br, Data: "br"})
		}
		was = is
		for _, c := range line {
			n.RemoveChild(c)
			open.AppendChild(c)
		}
	}
	for _, p := range made {
		n.Parent.InsertBefore(p, n)
	}
	n.Parent.RemoveChild(n)
	for _, q := range quotes {
		stripMarks(q)
		wrapIn(q, atom.Blockquote)
	}
}

// linesOf are the nodes between the line breaks of a block.
func linesOf(n *html.Node) [][]*html.Node {
	lines := [][]*html.Node{nil}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Br {
			lines = append(lines, nil)
			continue
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], c)
	}
	return lines
}

func quotedLine(line []*html.Node) bool {
	return len(line) > 0 && line[0].Type == html.TextNode && quoteMark.MatchString(line[0].Data)
}

// unwrapAddress takes off what mail and search programs wrap round an address to
// see who follows it: the reader is to go to the page itself.
func unwrapAddress(a *html.Node) {
	for i := range a.Attr {
		at := &a.Attr[i]
		if at.Key != "href" {
			continue
		}
		u, err := url.Parse(strings.TrimSpace(at.Val))
		if err != nil {
			return
		}
		host, inner := strings.ToLower(u.Hostname()), ""
		switch {
		case strings.HasSuffix(host, ".safelinks.protection.outlook.com"):
			inner = u.Query().Get("url")
		case (host == "www.google.com" || host == "google.com") && u.Path == "/url":
			inner = u.Query().Get("q")
			if inner == "" {
				inner = u.Query().Get("url")
			}
		}
		if isWeb(inner) && cleanURL(inner) != "" {
			at.Val = inner
		}
	}
}
