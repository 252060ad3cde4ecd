package site

import (
	"context"
	"html/template"
	"regexp"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/markdown"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// bodyTexts are the words that the renderer of documents adds, in a language of
// the interface.
func bodyTexts(l *locale.Locale) document.Texts {
	return document.Texts{
		Source: l.T("body.source", "n", "{n}"), Sources: l.T("body.sources"), Back: l.T("body.back", "n", "{n}"),
		Load: l.T("body.load"), Foreign: l.T("body.foreign", "host", "{host}"), Elsewhere: l.T("body.elsewhere", "host", "{host}"),
		Table: l.T("body.table"), Picture: l.T("body.picture"), Gallery: l.T("body.gallery"), Related: l.T("article.related"),
		Transcript: l.T("body.transcript"), Download: l.T("body.download"), Comma: l.T("body.comma"),
	}
}

// inside is what a body points at: pictures and other articles.
type inside struct {
	pictures map[string]media.Picture
	articles map[string]store.Teaser
}

func (s *Site) inside(ctx context.Context, c news.Content) (inside, error) {
	pictures, err := s.Store.MediaByID(ctx, c.Media())
	if err != nil {
		return inside{}, err
	}
	in := inside{pictures: pictures, articles: map[string]store.Teaser{}}
	list, err := s.Store.Teasers(ctx, linked(c.Body))
	for _, t := range list {
		in.articles[t.Article] = t
	}
	return in, err
}

// linked lists the articles that blocks of the body point at.
func linked(d *document.Document) []string {
	var ids []string
	if d == nil {
		return nil
	}
	d.Walk(func(b document.Block) bool {
		if r, ok := b.(*document.Related); ok {
			for _, i := range r.Items {
				if i.Article != "" {
					ids = append(ids, i.Article)
				}
			}
		}
		return true
	})
	return ids
}

// options render a body; the caller adds what is its own.
func (sh *shell) options(in inside, lang string) document.HTMLOptions {
	return document.HTMLOptions{
		Texts: bodyTexts(sh.Locale),
		Time:  sh.At,
		Picture: func(id string) (document.Picture, bool) {
			p, ok := in.pictures[id]
			if !ok || !sh.usable(p) {
				return document.Picture{}, false
			}
			v := sh.picture(p, lang, "")
			return document.Picture{Src: v.Src, SrcSet: v.SrcSet, Width: v.Width, Height: v.Height,
				Alt: v.Alt, Caption: pick(p.Caption, lang), Credit: p.Credit}, true
		},
		Article: func(id string) (document.Link, bool) {
			t, ok := in.articles[id]
			return document.Link{Href: address(t.Path, ""), Title: t.Headline}, ok
		},
	}
}

// body is the article's text for its page, with what the article says about how
// it was made at the end. Marked blocks can be led to.
func (sh *shell) body(c news.Content, in inside, marked map[string]bool) template.HTML {
	d := *c.Body
	for _, extra := range []string{c.Disclosure, c.Access} {
		if extra != "" {
			d.Blocks = append(d.Blocks[:len(d.Blocks):len(d.Blocks)], document.P(extra))
		}
	}
	o := sh.options(in, c.Lang)
	o.Base, o.Marked = sh.Canonical, marked
	return template.HTML(document.HTML(&d, o)) //nolint:gosec // the renderer escapes; see package document
}

// picture is a picture at the addresses of this page.
func (sh *shell) picture(p media.Picture, lang, alt string) *web.Picture {
	v := picture(p, lang, alt)
	if sh.pictures != "" {
		v.Src, v.SrcSet = strings.ReplaceAll(v.Src, "/media/", sh.pictures), strings.ReplaceAll(v.SrcSet, "/media/", sh.pictures)
	}
	return v
}

// hero is the lead picture with the article's own words where it has some.
func (sh *shell) hero(c news.Content, in inside) *web.Figure {
	if c.Lead == nil {
		return nil
	}
	p, ok := in.pictures[c.Lead.Media]
	if !ok || !sh.usable(p) {
		return nil
	}
	f := &web.Figure{Picture: *sh.picture(p, c.Lang, c.Lead.Alt), Caption: c.Lead.Caption, Credit: p.Credit}
	if f.Caption == "" {
		f.Caption = pick(p.Caption, c.Lang)
	}
	return f
}

// shared is the lead picture as other sites show it with a link: cut to their
// proportion round its focal point, with one size.
func (sh *shell) shared(c news.Content, in inside) *web.Picture {
	f := sh.hero(c, in)
	if f == nil {
		return nil
	}
	out := &web.Picture{Src: f.Picture.Src, Width: f.Picture.Width, Height: f.Picture.Height, Alt: f.Picture.Alt}
	if p := in.pictures[c.Lead.Media]; p.Card != nil {
		out.Src, out.Width, out.Height = p.Src(*p.Card), p.Card.Width, p.Card.Height
		if sh.pictures != "" {
			out.Src = strings.Replace(out.Src, "/media/", sh.pictures, 1)
		}
	}
	return out
}

// plainBody is a text as a mail without HTML has it: Markdown, whose links and
// quotes read well, and in place of what that can't say the words of it.
func plainBody(d *document.Document, home string) string {
	out := *d
	out.Blocks = nil
	para := func(lines ...string) {
		for _, l := range lines {
			if l = strings.TrimSpace(l); l != "" {
				out.Blocks = append(out.Blocks, document.P(l))
			}
		}
	}
	for _, b := range d.Blocks {
		switch b := b.(type) {
		case *document.Paragraph, *document.Heading, *document.List, *document.Quote, *document.Code, *document.Divider:
			out.Blocks = append(out.Blocks, b)
		case *document.Embed:
			para(b.Title, b.URL)
		case *document.Table:
			para(b.Caption.String())
			for _, row := range b.Rows {
				cells := make([]string, len(row))
				for i, c := range row {
					cells[i] = c.Text.String()
				}
				para(strings.Join(cells, " | "))
			}
		case *document.Raw: // of an import, and shown to nobody
		default:
			one := *d
			one.Blocks, one.Footnotes = []document.Block{b}, nil
			para(strings.Split(document.Text(&one), "\n")...)
		}
	}
	text := escaped.ReplaceAllString(strings.ReplaceAll(markdown.Write(&out), "](/", "]("+home), "$1")
	for i, n := range d.Footnotes {
		text = strings.ReplaceAll(text, "[^"+n.ID+"]", "["+strconv.Itoa(i+1)+"]")
	}
	return strings.TrimSpace(text)
}

// escaped is a sign that Markdown protects and a mail need not.
var escaped = regexp.MustCompile(`\\([[:punct:]])`)
