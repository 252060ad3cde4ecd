// Package documenttest draws documents for tests.
package documenttest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"masthead.dev/masthead/internal/document"
)

// words that tease the codec, the renderer and the parser, without spaces at
// their ends (an import would trim them).
var oddWords = []string{
	"river", "Line 7", "<script>alert(1)</script>", "a & b", `"quoted"`, "naïve", "\u200fسلام", "日本語", "&amp;", "x > y",
	"O’Brien", "50 %", "&lt;b&gt;", "👩‍👩‍👧", "می\u200cرود", "javascript:alert(1)", "]]>", "<!-- -->", "i\u0307",
}

var oddAddresses = []string{
	"https://example.org/a?b=c&d=e", "/2026/11/late-bus", "mailto:desk@example.org", "tel:+15550100", "#nowhere", "http://x.example/%20y", "page.html",
}

// gen draws documents in the form that an import makes, so that rendering and
// importing them again must give the same.
type gen struct {
	t     *rapid.T
	n     int
	notes []string
	used  map[string]bool
}

// Any draws documents of every kind of block, in the form that an import makes.
func Any() *rapid.Generator[*document.Document] {
	return rapid.Custom(func(t *rapid.T) *document.Document {
		g := &gen{t: t, used: map[string]bool{}}
		d := &document.Document{Schema: document.Schema, Lang: rapid.SampledFrom([]string{"", "en", "fa"}).Draw(t, "lang")}
		for i := range rapid.IntRange(0, 3).Draw(t, "footnotes") {
			id := fmt.Sprintf("note%d", i)
			g.notes = append(g.notes, id)
			d.Footnotes = append(d.Footnotes, document.Footnote{ID: id, Text: g.line(false)})
		}
		d.Blocks = g.blocks(2)
		return d
	})
}

func (g *gen) id() document.Base {
	g.n++
	return document.Base{ID: fmt.Sprintf("b%d", g.n)}
}

func (g *gen) bool(name string) bool { return rapid.Bool().Draw(g.t, name) }

func (g *gen) word() string { return rapid.SampledFrom(oddWords).Draw(g.t, "word") }

func (g *gen) address() string { return rapid.SampledFrom(oddAddresses).Draw(g.t, "address") }

// line draws running text: spans that differ from their neighbours, breaks only
// between words, a reference now and then.
func (g *gen) line(notes bool) document.Inline {
	var in document.Inline
	for i := range rapid.IntRange(1, 4).Draw(g.t, "spans") {
		s := document.Span{Text: g.word()}
		switch rapid.IntRange(0, 11).Draw(g.t, "mark") {
		case 0:
			s.Strong = true
		case 1:
			s.Em = true
		case 2:
			s.Link = document.Link{Href: g.address()}
		case 3:
			s.Link = document.Link{Href: g.address(), Title: g.word()}
			s.Strong = true
		case 4:
			s.Code = true
		case 5:
			s.BDI = true
		case 6:
			s.Lang = "ar"
		case 7:
			s.Dir, s.BDI = "rtl", true
		case 8:
			s.Sub = true
		case 9:
			s.Strike = true
		}
		if i > 0 && !g.bool("joined") {
			in = append(in, document.Span{Break: true})
		}
		in = append(in, s)
		if notes && len(g.notes) > 0 && g.bool("note") {
			in = append(in, document.Span{Note: rapid.SampledFrom(g.notes).Draw(g.t, "which")})
		}
	}
	return in.Normal()
}

func (g *gen) photo() document.Photo {
	p := document.Photo{Source: "https://img.example/" + rapid.StringMatching(`[a-z]{1,8}`).Draw(g.t, "file") + ".jpg"}
	if g.bool("alt") {
		p.Alt = g.word()
	}
	if g.bool("caption") {
		p.Caption = g.line(true)
	}
	if g.bool("credit") {
		p.Credit = "Photo: " + g.word()
		if g.bool("credit link") {
			p.CreditLink = "https://example.org/who"
		}
	}
	if g.bool("link") {
		p.Link = g.address()
	}
	if g.bool("size") {
		p.Width, p.Height = 640, 480
	}
	return p
}

func (g *gen) blocks(depth int) []document.Block {
	var out []document.Block
	for range rapid.IntRange(1, 3).Draw(g.t, "blocks") {
		out = append(out, g.block(depth))
	}
	return out
}

func (g *gen) block(depth int) document.Block {
	kinds := 9
	if depth > 0 {
		kinds = 15
	}
	switch rapid.IntRange(0, kinds).Draw(g.t, "kind") {
	case 0:
		return &document.Code{Base: g.id(), Text: g.word() + "\n\t" + g.word(), Language: "go"}
	case 1:
		return &document.Divider{Base: g.id()}
	case 2:
		return &document.Image{Base: g.id(), Photo: g.photo()}
	case 3:
		return &document.Gallery{Base: g.id(), Images: []document.Photo{g.photo(), g.photo()}, Caption: g.line(true)}
	case 4:
		return &document.Embed{Base: g.id(), Provider: "youtube", URL: "https://www.youtube.com/watch?v=abc_1", Title: g.word(), Fallback: g.line(true), Caption: g.line(true)}
	case 5:
		return &document.PullQuote{Base: g.id(), Text: g.line(true), Speaker: g.line(false)}
	case 6:
		return &document.Heading{Base: g.id(), Level: 2, Text: g.line(true)}
	case 7, 8, 9:
		b := g.id()
		if g.bool("foreign") {
			b.Lang = "he"
		}
		return &document.Paragraph{Base: b, Text: g.line(true)}
	case 10:
		return g.list(depth)
	case 11:
		return &document.Quote{Base: g.id(), Blocks: g.blocks(depth - 1), Speaker: plainSpeaker(g), Role: "driver", Source: "https://example.org/minutes"}
	case 12:
		return g.table(depth)
	case 13:
		return &document.Factbox{Base: g.id(), Title: g.line(true), Blocks: g.blocks(depth - 1)}
	case 14:
		return &document.Live{Base: g.id(), At: time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC), Headline: g.line(true), Blocks: g.blocks(depth - 1)}
	}
	rec := document.Recording{Source: "https://example.org/a.mp3", Title: g.word(), Caption: g.line(true), Transcript: g.blocks(depth - 1)}
	if g.bool("film") {
		return &document.Video{Base: g.id(), Recording: rec}
	}
	return &document.Audio{Base: g.id(), Recording: rec}
}

func plainSpeaker(g *gen) document.Inline { return document.Inline{{Text: g.word()}} }

func (g *gen) list(depth int) document.Block {
	b := &document.List{Base: g.id(), Style: rapid.SampledFrom([]string{document.Bullets, document.Numbers, document.Terms}).Draw(g.t, "style")}
	if b.Style == document.Numbers && g.bool("start") {
		b.Start = 7
	}
	for i := range rapid.IntRange(1, 3).Draw(g.t, "items") {
		it := document.Item{Text: g.line(true)}
		if b.Style == document.Terms && (i == 0 || g.bool("term")) {
			it.Term = g.line(true)
		}
		if g.bool("more") {
			it.Blocks = g.blocks(depth - 1)
		}
		b.Items = append(b.Items, it)
	}
	return b
}

func (g *gen) table(depth int) document.Block {
	b := &document.Table{Base: g.id(), Caption: g.line(true), HeaderRows: 1, HeaderColumn: g.bool("column")}
	for range rapid.IntRange(2, 4).Draw(g.t, "rows") {
		row := []document.Cell{{Text: g.line(true)}, {Text: g.line(true)}}
		if g.bool("more") {
			row[1].Blocks = g.blocks(depth - 1)
		}
		b.Rows = append(b.Rows, row)
	}
	if g.bool("foot") && len(b.Rows) > 2 {
		b.FooterRows = 1
	}
	return b
}
