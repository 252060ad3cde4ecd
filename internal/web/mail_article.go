package web

import (
	"html/template"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ArticleMail is an article as a mail ("mail/article"). As every mail of ours it
// fetches nothing, so that nobody learns who opened it: pictures are described.
type ArticleMail struct {
	MailFrame
	Lang, Dir string // of the text
	Headline  string
	Dek       string
	By        []string
	Hero      *Figure
	Body      template.HTML // made by MailBody
	Plain     string        // the same as plain text
	Link      string        // absolute: where it can be read on the site
}

// Byline is who wrote it, in a line; "" for nobody.
func (m ArticleMail) Byline() string { return strings.Join(m.By, m.Comma()) }

// mailStyles are the styles of a text's elements in a mail. Many programs throw
// sheets away, so that each element has its own.
var mailStyles = map[atom.Atom]string{
	atom.P: "margin:0 0 14px", atom.H2: "margin:24px 0 8px;font-size:22px;line-height:1.25", atom.H3: "margin:20px 0 6px;font-size:19px;line-height:1.3",
	atom.H4: "margin:16px 0 4px;font-size:17px", atom.Blockquote: "margin:0 0 14px;padding:0 0 0 14px;border-left:3px solid #0b5660",
	atom.Ul: "margin:0 0 14px;padding:0 24px", atom.Ol: "margin:0 0 14px;padding:0 24px", atom.Figure: "margin:0 0 18px",
	atom.Figcaption: "margin:6px 0 0;font:14px/1.45 Arial,sans-serif;color:#5f6765", atom.Table: "border-collapse:collapse;margin:0 0 14px", atom.Td: "padding:4px 10px 4px 0;vertical-align:top",
	atom.Th: "padding:4px 10px 4px 0;text-align:start;vertical-align:top", atom.Pre: "margin:0 0 14px;white-space:pre-wrap;font:14px/1.5 monospace", atom.Hr: "margin:20px 0;border:0;border-top:1px solid #d6dbd7",
	atom.A: "color:#0b5660", atom.Aside: "margin:0 0 14px;padding:10px 14px;border:1px solid #d6dbd7",
}

// MailBody gives the elements of a text their styles: body is what document.HTML
// makes for feeds and mail, which is trusted.
func MailBody(body string) template.HTML {
	nodes, err := html.ParseFragment(strings.NewReader(body), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return template.HTML(body) //nolint:gosec // as it came
	}
	var b strings.Builder
	for _, n := range nodes {
		dress(n)
		if err := html.Render(&b, n); err != nil {
			return template.HTML(body) //nolint:gosec // as it came
		}
	}
	return template.HTML(b.String()) //nolint:gosec // parsed from what is trusted
}

func dress(n *html.Node) {
	if s := mailStyles[n.DataAtom]; s != "" && n.Type == html.ElementNode {
		n.Attr = append(n.Attr, html.Attribute{Key: "style", Val: s})
	}
	if n.DataAtom == atom.Img {
		describePicture(n)
	}
	for c := range n.ChildNodes() {
		dress(c)
	}
}

// describePicture makes the words for a picture of it.
func describePicture(n *html.Node) {
	alt := ""
	for _, a := range n.Attr {
		if a.Key == "alt" {
			alt = a.Val
		}
	}
	n.Data, n.DataAtom, n.Attr = "span", atom.Span, nil
	if alt != "" {
		n.AppendChild(&html.Node{Type: html.TextNode, Data: "[" + alt + "]"})
	}
}
