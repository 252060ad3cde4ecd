package document

import (
	"encoding/json"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Pasted is what became of HTML from a clipboard.
type Pasted struct {
	Document *Document
	Kept     []Part // what is in the document
	Lost     []Part // what is not; empty where all was kept
}

// Part counts things of one sort: links, quotes, lists, footnotes, images,
// tables, headings, words; among what was lost also addresses (that may not
// stand in a link) and raw (kept, but not for readers).
type Part struct {
	What string `json:"what"`
	N    int    `json:"n"`
}

// Paste turns HTML from a clipboard into blocks: it knows what word processors
// (Word, LibreOffice, Google Docs), mail programs and browsers put there, and
// counts what it could not keep. Lang is the language of the text that it is
// pasted into. Any input gives a document that Encode accepts.
func Paste(source, lang string) Pasted {
	root := parseHTML(source)
	p := &paster{}
	p.clean(root)
	p.lists = noteLists(root)
	unfakeLists(root)
	unquoteMail(root)
	var b strings.Builder
	for c := root.FirstChild; c != nil; c = c.NextSibling {
		_ = html.Render(&b, c) // a strings.Builder never fails; a broken tree gives what there is
	}
	d, rep := ImportHTML(b.String(), ImportOptions{Lang: lang, AutoEmbed: true})
	return Pasted{Document: d, Kept: keptParts(rep), Lost: p.lostParts(rep)}
}

// JSON is the form in which the editor wants it:
// {"blocks":[…],"footnotes":[…],"report":{"kept":[…],"lost":[…]}}.
func (p Pasted) JSON() ([]byte, error) {
	text, err := p.Document.Encode()
	if err != nil {
		return nil, err
	}
	var out struct {
		Blocks    json.RawMessage `json:"blocks,omitempty"`
		Footnotes json.RawMessage `json:"footnotes,omitempty"`
		Report    struct {
			Kept []Part `json:"kept"`
			Lost []Part `json:"lost"`
		} `json:"report"`
	}
	if err := json.Unmarshal(text, &out); err != nil {
		return nil, err
	}
	out.Report.Kept, out.Report.Lost = p.Kept, p.Lost
	return json.Marshal(out)
}

func keptParts(rep Report) (out []Part) {
	for _, k := range []Part{
		{"headings", rep.Blocks[KindHeading]}, {"quotes", rep.Out.Quotes}, {"lists", rep.Out.Lists}, {"tables", rep.Blocks[KindTable]},
		{"links", rep.Out.Links}, {"images", rep.Out.Images}, {"footnotes", rep.Out.Footnotes},
	} {
		if k.N > 0 {
			out = append(out, k)
		}
	}
	return out
}

func (p *paster) lostParts(rep Report) (out []Part) {
	miss := func(what string, in, got, raw int) {
		if n := in - got - raw; n > 0 {
			out = append(out, Part{what, n})
		}
	}
	miss("links", rep.In.Links, rep.Out.Links, rep.Kept.Links)
	miss("quotes", rep.In.Quotes, rep.Out.Quotes, rep.Kept.Quotes)
	miss("lists", rep.In.Lists, rep.Out.Lists, rep.Kept.Lists+min(p.lists, rep.Out.Footnotes))
	miss("footnotes", rep.In.Footnotes, rep.Out.Footnotes, rep.Kept.Footnotes)
	miss("images", rep.In.Images+p.images, rep.Out.Images, rep.Kept.Images)
	miss("words", rep.In.Words, rep.Out.Words, rep.Kept.Words)
	miss("addresses", len(rep.Refused), 0, 0)
	miss("raw", len(rep.Raw), 0, 0)
	return out
}

// paster is the state of cleaning one clipboard.
type paster struct {
	images int // pictures whose files lie on the machine that they were copied on
	lists  int // lists whose items are footnotes, which become those
}

// clean takes away what programs add for themselves, and writes as elements what
// they write as style.
func (p *paster) clean(root *html.Node) {
	var next *html.Node
	for n := root.FirstChild; n != nil; n = next {
		next = n.NextSibling
		if n.Type == html.CommentNode {
			root.RemoveChild(n)
			continue
		}
		if n.Type != html.ElementNode {
			continue
		}
		if p.away(n) {
			root.RemoveChild(n)
			continue
		}
		p.clean(n)
		p.dress(n)
	}
}

// away tells whether an element holds nothing of the text.
func (p *paster) away(n *html.Node) bool {
	style := styleOf(n)
	switch n.DataAtom {
	case atom.Style, atom.Script, atom.Meta, atom.Link, atom.Title:
		return true
	case atom.Br:
		return hasClass(n, "Apple-interchange-newline") || aboveNotes(n)
	case atom.Hr:
		return aboveNotes(n)
	case atom.Img:
		if src := attr(n, "src"); src != "" && cleanURL(src) == "" && !tiny(n) {
			p.images++
			return true
		}
		return tiny(n)
	}
	return style["display"] == "none" || style["mso-hide"] == "all" || strings.Contains(attr(n, "style"), "mso-element:comment-list")
}

// tiny pictures count readers, or hold a place.
func tiny(n *html.Node) bool {
	one := func(s string) bool { return s == "0" || s == "1" || s == "1px" }
	return one(attr(n, "width")) && one(attr(n, "height"))
}

// dress gives an element the tags that its style means, and takes its own off
// where they mean nothing.
func (p *paster) dress(n *html.Node) {
	style := styleOf(n)
	switch n.DataAtom {
	case atom.A:
		unwrapAddress(n)
		renumber(n, style)
	case atom.B, atom.Strong: // Google Docs puts all into a b that is not bold
		if light(style["font-weight"]) {
			n.DataAtom, n.Data = atom.Span, "span"
		}
	case atom.I, atom.Em:
		if style["font-style"] == "normal" {
			n.DataAtom, n.Data = atom.Span, "span"
		}
	}
	if n.DataAtom == atom.P && (hasClass(n, "MsoQuote", "MsoIntenseQuote") || hasClass(n, "quote", "quotations")) {
		wrapIn(n, atom.Blockquote)
	}
	if n.DataAtom == atom.P && hasClass(n, "MsoTitle") {
		n.DataAtom, n.Data = atom.H2, "h2"
	}
	if n.DataAtom != atom.Span && n.DataAtom != atom.Font || inside(n, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Th) {
		return
	}
	for _, s := range []struct {
		is  bool
		tag atom.Atom
	}{
		{heavy(style["font-weight"]) && !inside(n, atom.B, atom.Strong), atom.Strong},
		{strings.HasPrefix(style["font-style"], "italic") && !inside(n, atom.I, atom.Em), atom.Em},
		{strings.Contains(style["text-decoration"]+style["text-decoration-line"], "line-through"), atom.S},
		{style["vertical-align"] == "super" && !inside(n, atom.Sup), atom.Sup},
		{style["vertical-align"] == "sub" && !inside(n, atom.Sub), atom.Sub},
	} {
		if s.is && n.FirstChild != nil {
			wrapChildren(n, s.tag)
		}
	}
}

func heavy(weight string) bool {
	return weight == "bold" || weight == "bolder" || len(weight) == 3 && weight >= "600" && weight <= "900"
}

func light(weight string) bool { return weight == "normal" || weight == "400" || weight == "300" }

// inside tells whether one of the elements is round n.
func inside(n *html.Node, tags ...atom.Atom) bool {
	for up := n.Parent; up != nil; up = up.Parent {
		for _, a := range tags {
			if up.DataAtom == a {
				return true
			}
		}
	}
	return false
}

func wrapChildren(n *html.Node, tag atom.Atom) {
	w := &html.Node{Type: html.ElementNode, DataAtom: tag, Data: tag.String()}
	for n.FirstChild != nil {
		c := n.FirstChild
		n.RemoveChild(c)
		w.AppendChild(c)
	}
	n.AppendChild(w)
}

// wrapIn puts an element round n, or n into that before it, if it is one.
func wrapIn(n *html.Node, tag atom.Atom) {
	if prev := before(n); prev != nil && prev.DataAtom == tag && attr(prev, "data-pasted") != "" {
		n.Parent.RemoveChild(n)
		prev.AppendChild(n)
		return
	}
	w := &html.Node{Type: html.ElementNode, DataAtom: tag, Data: tag.String(), Attr: []html.Attribute{{Key: "data-pasted", Val: "1"}}}
	n.Parent.InsertBefore(w, n)
	n.Parent.RemoveChild(n)
	w.AppendChild(n)
}

// before is the element before n, where only blanks stand between.
func before(n *html.Node) *html.Node {
	for s := n.PrevSibling; s != nil; s = s.PrevSibling {
		if s.Type == html.ElementNode {
			return s
		}
		if s.Type == html.TextNode && strings.TrimSpace(s.Data) != "" {
			return nil
		}
	}
	return nil
}

// styleOf reads a style attribute: properties in lower case, without what CSS
// does not know.
func styleOf(n *html.Node) map[string]string {
	text := attr(n, "style")
	if text == "" {
		return nil
	}
	out := map[string]string{}
	for part := range strings.SplitSeq(text, ";") {
		if name, value, ok := strings.Cut(part, ":"); ok {
			out[strings.ToLower(strings.TrimSpace(name))] = strings.ToLower(strings.TrimSpace(value))
		}
	}
	return out
}
