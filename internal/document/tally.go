package document

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func (t *Tally) add(o Tally) {
	t.Words += o.Words
	t.Links += o.Links
	t.Images += o.Images
	t.Quotes += o.Quotes
	t.Lists += o.Lists
	t.Footnotes += o.Footnotes
}

// unseen are elements whose text no reader sees.
var unseen = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Template: true, atom.Title: true, atom.Iframe: true, atom.Noembed: true,
	atom.Audio: true, atom.Video: true, // what stands in a player is for browsers that have none
}

// tallyOf counts what a tree of HTML shows; the numbers and arrows of footnotes
// don't count.
func tallyOf(root *html.Node, im *importer) Tally {
	var t Tally
	var words strings.Builder
	links, images := map[string]bool{}, map[string]bool{}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			words.WriteString(n.Data)
			return
		}
		if n.Type == html.ElementNode {
			if unseen[n.DataAtom] || im.refs[n] != "" || im.skip[n] {
				return
			}
			t.element(n, links, images, im)
			if !inlineTag(n.DataAtom) {
				words.WriteByte('\n')
				defer words.WriteByte('\n')
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	t.Words, t.Links, t.Images = CountWords(words.String()), len(links), len(images)
	return t
}

// inlineTag tells whether words may run on across an element's edges.
func inlineTag(a atom.Atom) bool {
	switch a {
	case atom.Br, atom.Img, atom.Input, atom.Rt:
		return false
	}
	h := handlers[a]
	return h == nil || formatting[a] || a == atom.Span || inlineMarks[a]
}

var inlineMarks = map[atom.Atom]bool{
	atom.Cite: true, atom.Dfn: true, atom.Var: true, atom.Del: true, atom.Sub: true, atom.Sup: true, atom.Kbd: true,
	atom.Samp: true, atom.Bdi: true, atom.Bdo: true, atom.Q: true, atom.Wbr: true,
}

func (t *Tally) element(n *html.Node, links, images map[string]bool, im *importer) {
	switch n.DataAtom {
	case atom.A:
		if href := cleanURL(attr(n, "href")); href != "" && (wordRunes(textOf(n)) || firstChild(n, isAtom(atom.Img)) != nil) {
			links[resolve(im.base, href)] = true
		}
	case atom.Img:
		if src := im.quietSource(n); src != "" && !hasClass(n, "wp-smiley", "emoji") {
			images[src] = true
		}
	case atom.Blockquote:
		t.Quotes++
	case atom.Ul, atom.Ol, atom.Dl:
		t.Lists++
	}
}

// quietSource is photoSource without a note of what was refused.
func (im *importer) quietSource(n *html.Node) string {
	refused := im.rep.Refused
	s := im.photoSource(n)
	im.rep.Refused = refused
	return s
}

// Count tallies a document; raw blocks are left out.
func (d *Document) Count() Tally {
	t := Tally{Footnotes: len(d.Footnotes), Words: CountWords(Text(d))}
	links, images := map[string]bool{"": true}, map[string]bool{}
	d.Inlines(func(in *Inline) {
		for _, s := range *in {
			links[s.Link.Href] = true
		}
	})
	d.Photos(func(p *Photo) {
		images[p.Media+" "+p.Source+" "+p.Ref] = true
		links[p.Link], links[p.CreditLink] = true, true
	})
	d.Walk(func(b Block) bool {
		switch b := b.(type) {
		case *Quote:
			t.Quotes++
			links[b.Source] = true
		case *PullQuote:
			t.Quotes++
		case *List:
			t.Lists++
		case *File:
			links[b.Source] = true
		case *Related:
			for _, ref := range b.Items {
				links[ref.Href] = true
			}
		}
		return true
	})
	t.Links, t.Images = len(links)-1, len(images)
	return t
}

// finishReport counts what was made.
func (im *importer) finishReport(d *Document) {
	d.Walk(func(b Block) bool {
		im.rep.Blocks[b.Kind()]++
		if raw, ok := b.(*Raw); ok {
			im.rep.Raw = append(im.rep.Raw, RawNote{Block: raw.ID, Reason: raw.Reason})
		}
		return true
	})
	im.rep.Out = d.Count()
}
