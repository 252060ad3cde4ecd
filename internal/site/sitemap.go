package site

import (
	"context"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/feed"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

var errNoBase = fault.New(fault.Unavailable, "the address of this site has not been set yet; set it at the desk")

// based is the outlet where absolute addresses can be made.
func (s *Site) based(ctx context.Context) (outlet.Outlet, error) {
	o, err := s.outlet(ctx)
	if err == nil && o.BaseURL == "" {
		err = errNoBase
	}
	return o, err
}

// sitemapIndex names the parts of the sitemap: "pages" and one for each 1,000
// articles.
func (s *Site) sitemapIndex(ctx context.Context, _ *web.Request) (web.Page, error) {
	o, err := s.based(ctx)
	if err != nil {
		return web.Page{}, err
	}
	parts, err := s.Store.SitemapParts(ctx)
	if err != nil {
		return web.Page{}, err
	}
	maps := []feed.Page{{URL: o.URL("/sitemaps/pages.xml")}}
	for _, p := range parts {
		maps = append(maps, feed.Page{URL: o.URL("/sitemaps/" + strconv.Itoa(p.N) + ".xml"), Modified: p.Modified})
	}
	body, err := feed.SitemapIndex(maps)
	return xmlPage(body, "settings", "articles"), err
}

// sitemap is one part.
func (s *Site) sitemap(ctx context.Context, r *web.Request) (web.Page, error) {
	o, err := s.based(ctx)
	if err != nil {
		return web.Page{}, err
	}
	name, isXML := strings.CutSuffix(param(r, "part"), ".xml")
	if isXML && name == "pages" {
		return s.sitemapOfPages(ctx, o)
	}
	n, err := strconv.Atoi(name)
	if err != nil || !isXML || n < 1 || strconv.Itoa(n) != name {
		return web.Page{}, errNotThere
	}
	list, err := s.Store.Sitemap(ctx, n)
	if err == nil && len(list) == 0 {
		err = errNotThere
	}
	if err != nil {
		return web.Page{}, err
	}
	var leads []string
	for _, t := range list {
		leads = append(leads, t.Lead)
	}
	pictures, err := s.Store.MediaByID(ctx, leads)
	if err != nil {
		return web.Page{}, err
	}
	sh := &shell{outlet: o, now: s.Clock.Now()}
	var pages []feed.Page
	for _, t := range list {
		p := feed.Page{URL: o.URL(address(t.Path, "")), Modified: told(t)}
		if pic, ok := pictures[t.Lead]; ok && sh.usable(pic) {
			p.Images = []string{sh.pictureURL(pic)}
		}
		pages = append(pages, p)
	}
	body, err := feed.Sitemap(pages)
	page := xmlPage(body, "settings", "articles")
	for m := range pictures {
		page.Deps = append(page.Deps, "media:"+m)
	}
	page.Until = sh.until
	return page, err
}

// told is when readers were last told of a change.
func told(t store.Teaser) time.Time {
	if t.Updated.After(t.First) {
		return t.Updated
	}
	return t.First
}

// sitemapOfPages has what is not an article: fronts, sections and the pages that
// every newsroom has.
func (s *Site) sitemapOfPages(ctx context.Context, o outlet.Outlet) (web.Page, error) {
	sections, err := s.Store.Sections(ctx)
	if err != nil {
		return web.Page{}, err
	}
	var pages []feed.Page
	for _, lang := range o.Langs() {
		pages = append(pages, feed.Page{URL: o.URL(o.Home(lang))})
		paths := []string{"/about", "/corrections", "/books", "/newsletter", "/archive"}
		for _, v := range sections {
			paths = append(paths, "/sections/"+v.Slug)
		}
		for _, p := range []struct {
			path string
			text outlet.Words
		}{{"/ethics", o.Ethics}, {"/privacy", o.Privacy}, {"/imprint", o.Imprint}} {
			if o.Text(p.text, lang) != "" {
				paths = append(paths, p.path)
			}
		}
		for _, p := range paths {
			pages = append(pages, feed.Page{URL: o.URL(o.Prefix(lang) + address(p, ""))})
		}
	}
	body, err := feed.Sitemap(pages)
	return xmlPage(body, "settings"), err
}

// newsSpan is how far back a news sitemap reaches.
const newsSpan = 48 * time.Hour

func (s *Site) newsSitemap(ctx context.Context, _ *web.Request) (web.Page, error) {
	o, err := s.based(ctx)
	if err != nil {
		return web.Page{}, err
	}
	now := s.Clock.Now()
	list, err := s.Store.Recent(ctx, now.Add(-newsSpan), 1000)
	if err != nil {
		return web.Page{}, err
	}
	var articles []feed.NewsArticle
	for _, t := range list {
		articles = append(articles, feed.NewsArticle{URL: o.URL(address(t.Path, "")), Title: t.Headline, Lang: t.Lang, Published: t.First})
	}
	body, err := feed.NewsSitemap(o.Name, articles, now)
	page := xmlPage(body, "settings", "articles")
	if n := len(list); n > 0 { // the oldest one leaves by itself
		page.Until = list[n-1].First.Add(newsSpan)
	}
	return page, err
}

func xmlPage(body []byte, deps ...string) web.Page {
	return web.Page{Type: feed.TypeSitemap, Body: body, Deps: deps, Cache: web.Public}
}

// robots tells crawlers what the newsroom decided. Without an address it names
// no sitemap.
func (s *Site) robots(ctx context.Context, _ *web.Request) (web.Page, error) {
	o, err := s.outlet(ctx)
	if err != nil {
		return web.Page{}, err
	}
	r := feed.Robots{Preset: feed.Preset(o.Robots), Disallow: keepOut("", "/desk", "/api", "/webhooks", "/sandbox")}
	for _, l := range o.Langs() {
		r.Disallow = append(r.Disallow, keepOut(o.Prefix(l), "/search", "/my", "/receipts", "/give/thanks", "/give/bank")...)
	}
	if o.BaseURL != "" {
		r.Sitemaps = []string{o.URL("/sitemap.xml"), o.URL("/news-sitemap.xml")}
	}
	body, err := feed.RobotsTxt(r)
	return web.Page{Type: feed.TypeRobots, Body: body, Deps: []string{"settings"}, Cache: web.Public}, err
}

// keepOut lists rules that hold for these paths, what is below them and their
// queries, but not for others that begin alike: a rule is a prefix (RFC 9309,
// 2.2.2), and an article may live at /my-summer.
func keepOut(prefix string, paths ...string) []string {
	var out []string
	for _, p := range paths {
		out = append(out, prefix+p+"$", prefix+p+"/", prefix+p+"?")
	}
	return out
}
