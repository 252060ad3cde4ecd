package document

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// renumber writes the marker of one of Word's notes as a number: its endnotes
// count i, ii, iii, which could be any word.
func renumber(a *html.Node, style map[string]string) {
	name := style["mso-footnote-id"] + style["mso-endnote-id"]
	digits := strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyz_")
	if name == "" || digits == "" {
		return
	}
	for a.FirstChild != nil {
		a.RemoveChild(a.FirstChild)
	}
	a.AppendChild(&html.Node{Type: html.TextNode, Data: "[" + digits + "]"})
}

// aboveNotes tells whether a line or line break only parts the text from its
// footnotes: the first thing of Word's list of them, or that before Google's.
func aboveNotes(n *html.Node) bool {
	if n.Parent != nil {
		if kind := styleOf(n.Parent)["mso-element"]; kind == "footnote-list" || kind == "endnote-list" {
			return true
		}
	}
	next := n.NextSibling
	for next != nil && next.Type == html.TextNode && strings.TrimSpace(next.Data) == "" {
		next = next.NextSibling
	}
	if n.DataAtom != atom.Hr || next == nil {
		return false
	}
	for c := range next.Descendants() {
		if c.DataAtom == atom.A && strings.HasPrefix(attr(c, "id"), "ftnt") {
			return true
		}
	}
	return false
}

// noteLists counts lists of which every item is what a link in the text points
// at, as an encyclopedia writes its notes.
func noteLists(root *html.Node) (n int) {
	targets := map[string]bool{}
	for c := range root.Descendants() {
		if href := attr(c, "href"); c.DataAtom == atom.A && strings.HasPrefix(href, "#") {
			targets[href[1:]] = true
		}
	}
	for c := range root.Descendants() {
		if c.DataAtom != atom.Ol && c.DataAtom != atom.Ul {
			continue
		}
		items, notes := 0, 0
		for li := c.FirstChild; li != nil; li = li.NextSibling {
			if li.DataAtom == atom.Li {
				items++
				if targets[attr(li, "id")] {
					notes++
				}
			}
		}
		if items > 0 && items == notes {
			n++
		}
	}
	return n
}
