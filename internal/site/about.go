package site

import (
	"bytes"
	"context"
	"html/template"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/standing"
	"masthead.dev/masthead/internal/web"
)

// about tells who makes this.
func (s *Site) about(ctx context.Context, r *web.Request) (web.Page, error) {
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	sh.mesh(r.Path)
	people, err := s.Store.PublicPeople(ctx)
	if err != nil {
		return web.Page{}, err
	}
	sh.dep("people", "articles")
	sh.Title = sh.T("about.heading", "outlet", sh.outlet.Name)
	sh.Description = sh.Frame.Outlet.About
	data := web.AboutPage{Body: sh.text(sh.outlet.About)}
	for _, p := range people {
		data.People = append(data.People, web.PersonLine{Name: p.Name, Href: sh.Path("/people/" + address(p.Slug, "")), Role: p.Title.In(sh.lang, sh.outlet.Language)})
	}
	sh.JSONLD = sh.publisherLD()
	data.Frame = sh.Frame
	return s.draw(sh, "site/about", data)
}

func (s *Site) ethics(ctx context.Context, r *web.Request) (web.Page, error) {
	return s.textPage(ctx, r, standing.Ethics)
}

func (s *Site) privacy(ctx context.Context, r *web.Request) (web.Page, error) {
	return s.textPage(ctx, r, standing.Privacy)
}

func (s *Site) imprint(ctx context.Context, r *web.Request) (web.Page, error) {
	return s.textPage(ctx, r, standing.Imprint)
}

// textPage shows one of the texts that every newsroom needs; where it has not
// been written there is no page.
func (s *Site) textPage(ctx context.Context, r *web.Request, name standing.Name) (web.Page, error) {
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	words := *name.In(&sh.outlet)
	if sh.outlet.Text(words, sh.lang) == "" {
		return web.Page{}, errNotThere
	}
	sh.mesh(r.Path)
	return s.drawText(sh, name, words)
}

func (s *Site) drawText(sh *shell, name standing.Name, words outlet.Words) (web.Page, error) {
	switch name {
	case standing.About:
		sh.Title = sh.T("about.heading", "outlet", sh.outlet.Name)
	case standing.Corrections:
		sh.Title = sh.T("corrections.heading")
	default:
		sh.Title = sh.T("about." + string(name))
	}
	data := web.ArticlePage{Headline: sh.Title, Body: sh.text(words)}
	data.Frame = sh.Frame
	return s.draw(sh, "site/article", data)
}

// TextPreview draws one of the texts that every newsroom needs with words that
// readers don't see yet. It is for the desk alone.
func (s *Site) TextPreview(ctx context.Context, r *web.Request, lang string, name standing.Name, text string) (web.Page, error) {
	of := *r
	of.Lang, of.Path = lang, name.Path()
	sh, err := s.shell(ctx, &of)
	if err != nil {
		return web.Page{}, err
	}
	sh.Robots, sh.Canonical = "noindex, nofollow", ""
	page, err := s.drawText(sh, name, outlet.Words{lang: text})
	return sealed(page), err
}

// text renders one of the outlet's own texts. It is Markdown, goes through the
// document like everything that comes from outside, and so can hold no script.
func (sh *shell) text(w outlet.Words) template.HTML {
	source := sh.outlet.Text(w, sh.lang)
	if strings.TrimSpace(source) == "" {
		return ""
	}
	var b bytes.Buffer
	if err := goldmark.Convert([]byte(source), &b); err != nil {
		return template.HTML("<p>" + template.HTMLEscapeString(source) + "</p>") //nolint:gosec // escaped
	}
	d, _ := document.ImportHTML(b.String(), document.ImportOptions{Lang: sh.lang, NewID: counter()})
	return template.HTML(document.HTML(d, document.HTMLOptions{Texts: bodyTexts(sh.Locale), Base: sh.Canonical})) //nolint:gosec // the renderer escapes
}

// counter names blocks by their number, so that the same text is the same page.
func counter() func() string {
	n := 0
	return func() string {
		n++
		return "t" + strconv.Itoa(n)
	}
}

// newsletter tells what there is of one, and the feeds.
func (s *Site) newsletter(ctx context.Context, r *web.Request) (web.Page, error) {
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	sh.mesh(r.Path)
	sh.Title, sh.Description = sh.T("newsletter.heading"), sh.T("newsletter.none")
	data := web.NewsletterPage{List: sh.feeds("", sh.outlet.Name)}
	for _, v := range sh.sections {
		title := sh.T("feed.section", "outlet", sh.outlet.Name, "section", sh.sectionName(v))
		data.List = append(data.List, web.Feed{Title: title, Type: "application/rss+xml", Href: sh.Path("/sections/" + address(v.Slug, "") + "/feed.xml")})
	}
	data.List = append(data.List, web.Feed{Title: sh.T("feed.corrections", "outlet", sh.outlet.Name), Type: "application/rss+xml", Href: sh.Path("/corrections.xml")})
	sh.Frame.Feeds = sh.feeds("", sh.outlet.Name)
	data.Frame = sh.Frame
	return s.draw(sh, "site/newsletter", data)
}
