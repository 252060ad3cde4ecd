package document

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// quote reads a blockquote with the speaker in a footer or cite, and the posts
// that other sites hand out as blockquotes.
func (f *flow) quote(n *html.Node, m Span) {
	switch {
	case hasClass(n, "twitter-tweet", "twitter-video", "instagram-media", "tiktok-embed", "bluesky-embed", "fb-xfbml-parse-ignore"):
		if f.post(n, m) {
			return
		}
	case hasClass(n, "wp-block-pullquote", "pullquote") || n.Parent != nil && hasClass(n.Parent, "wp-block-pullquote"):
		f.pull(n, m)
		return
	}
	if f.depth >= MaxDepth {
		f.wrap(n, m)
		return
	}
	f.flush()
	b := &Quote{}
	if cite := attr(n, "cite"); cite != "" {
		b.Source = f.im.url(cite)
	}
	who := speakerOf(n)
	if who != nil {
		f.speaker(b, who, m)
		f.im.skip[who] = true
	}
	b.Blocks = f.collect(n, m, f.depth+1)
	f.addQuote(n, b)
}

// addQuote adds a quotation; one without words is only what its footer says.
func (f *flow) addQuote(n *html.Node, b *Quote) {
	switch {
	case len(b.Blocks) > 0:
		f.blockOf(n, b)
	case len(b.Speaker) > 0:
		f.block(&Paragraph{Text: b.Speaker})
	default:
		f.im.drop("empty quotation")
	}
}

// speakerOf finds the element that names who said it: a footer or cite of the
// quotation itself, or a cite that is all of the last paragraph.
func speakerOf(n *html.Node) *html.Node {
	if c := firstChild(n, isAtom(atom.Footer)); c != nil {
		return c
	}
	last := lastElement(n)
	if last == nil {
		return nil
	}
	if last.DataAtom == atom.Cite && last.PrevSibling != nil {
		return last
	}
	if last.DataAtom == atom.P && last.PrevSibling != nil {
		if c := lastElement(last); c != nil && c.DataAtom == atom.Cite && strings.TrimSpace(textOf(last)) == strings.TrimSpace(textOf(c)) {
			return last
		}
	}
	return nil
}

// lastElement is the last child element, nil where words follow it.
func lastElement(n *html.Node) *html.Node {
	for c := n.LastChild; c != nil; c = c.PrevSibling {
		switch {
		case c.Type == html.ElementNode:
			return c
		case c.Type == html.TextNode && strings.TrimSpace(c.Data) != "":
			return nil
		}
	}
	return nil
}

// speaker reads who said it, the role that the renderer marks, and the source.
func (f *flow) speaker(b *Quote, n *html.Node, m Span) {
	if role := firstChild(n, func(c *html.Node) bool { return hasClass(c, "role") }); role != nil {
		b.Role = strings.TrimSpace(strings.TrimLeft(oneLine(textOf(role)), ",، "))
		f.im.skip[role] = true
	}
	who, rest := f.inline(n, m)
	f.im.extra = append(f.im.extra, rest...)
	who = plainEm(who)
	href := commonLink(who)
	if href != "" && (b.Source == "" || b.Source == href) {
		b.Source = href
		for i := range who {
			who[i].Link = Link{}
		}
		if who.String() == hostOf(href) && b.Role == "" {
			who = nil
		}
	}
	b.Speaker = who.Normal()
}

// plainEm takes the emphasis off that a cite element gave.
func plainEm(in Inline) Inline {
	for i := range in {
		if !in[i].Em && in[i].Note == "" && !in[i].Break {
			return in
		}
	}
	for i := range in {
		in[i].Em = false
	}
	return in
}

// commonLink returns the address that all of a text leads to, "" when there is
// none or it has a title.
func commonLink(in Inline) string {
	href := ""
	for i, s := range in {
		if s.Note != "" || s.Link.Title != "" || (i > 0 && s.Link.Href != href) {
			return ""
		}
		href = s.Link.Href
	}
	return href
}

// pull reads a pull quote from a blockquote, or from the paragraph that the
// renderer writes.
func (f *flow) pull(n *html.Node, m Span) {
	f.flush()
	b := &PullQuote{}
	var rest []Block
	cite := lastElement(n)
	if cite != nil && cite.DataAtom == atom.P {
		cite = lastElement(cite)
	}
	if cite != nil && cite.DataAtom == atom.Cite {
		b.Speaker, rest = f.inline(cite, m)
		f.im.skip[cite] = true
	}
	text, more := f.merge(f.collect(n, m, f.depth))
	b.Text = text.Normal()
	switch {
	case b.Text.Empty() && len(b.Speaker) > 0:
		f.block(&Paragraph{Text: b.Speaker})
	case !b.Text.Empty():
		f.blockOf(n, b)
	}
	for _, x := range append(more, rest...) {
		f.append(x)
	}
}

// post reads a post of another site: an embed that keeps its words.
func (f *flow) post(n *html.Node, m Span) bool {
	address := attr(n, "data-instgrm-permalink")
	if address == "" {
		address = attr(n, "cite")
	}
	for c := range n.Descendants() {
		if c.DataAtom == atom.A && address == "" {
			if _, _, ok := ProviderOf(attr(c, "href")); ok && lastPost(c) {
				address = attr(c, "href")
			}
		}
	}
	provider, page, ok := ProviderOf(cleanURL(address))
	if !ok {
		return false
	}
	f.flush()
	words, rest := f.merge(f.collect(n, m, f.depth))
	f.blockOf(n, &Embed{Provider: provider, URL: page, Fallback: words.Normal()})
	for _, b := range rest {
		f.append(b)
	}
	return true
}

// lastPost tells whether a link is to the post and not to one that it cites: the
// way to the post comes last.
func lastPost(a *html.Node) bool {
	for s := a.NextSibling; s != nil; s = s.NextSibling {
		if s.DataAtom == atom.A {
			return false
		}
	}
	return true
}
