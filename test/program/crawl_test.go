package program

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// page is one address of the public site with what it answered.
type page struct {
	answer
	Path string // with its query
	From string // where the first link to it stands
	Doc  *goquery.Document
}

func (p *page) html() bool { return p.Doc != nil && p.Status == 200 }

func (p *page) typ() string {
	typ, _, _ := strings.Cut(p.Header.Get("Content-Type"), ";")
	return typ
}

// keeps tells whether caches may have it.
func (p *page) keeps() bool { return !strings.Contains(p.Header.Get("Cache-Control"), "no-store") }

// crawl is the whole public site, found as a robot finds it: from the front
// pages through links, pictures, feeds and sitemaps.
type crawl struct {
	Pages   map[string]*page
	Foreign []string // "page → address" of what pages load from elsewhere
}

// sorted lists the pages in the order of their addresses.
func (c *crawl) sorted(fit func(*page) bool) (out []*page) {
	for _, p := range c.Pages {
		if fit(p) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *page) int { return strings.Compare(a.Path, b.Path) })
	return out
}

const mostPages = 5000

var crawled sync.Map // of a server's address: func() *crawl

// site crawls a server once for all tests.
func (s *server) site(t *testing.T) *crawl {
	t.Helper()
	once, _ := crawled.LoadOrStore(s.Base, sync.OnceValue(func() *crawl {
		return s.crawl(t, "/", "/de", "/fa", "/robots.txt", "/sitemap.xml", "/news-sitemap.xml", "/books.json", "/books.csv", "/corrections.xml",
			"/archive", "/search", "/search?q=bridge", "/fa/search?q=%D9%BE%D9%84", "/.well-known/security.txt", "/healthz", "/readyz")
	}))
	return once.(func() *crawl)()
}

func (s *server) crawl(t *testing.T, from ...string) *crawl {
	t.Helper()
	c := &crawl{Pages: map[string]*page{}}
	queue := make([]*page, 0, 500)
	add := func(address, where string) {
		if path, ours := s.within(address, where); ours && c.Pages[path] == nil {
			c.Pages[path] = &page{Path: path, From: where}
			queue = append(queue, c.Pages[path])
		}
	}
	for _, path := range from {
		add(path, "/")
	}
	for i := 0; i < len(queue); i++ {
		if i == mostPages {
			t.Fatalf("the site has no end: %s", queue[i].Path)
		}
		p := queue[i]
		p.answer = s.get(t, p.Path)
		for _, link := range s.linksOf(t, c, p) {
			add(link, p.Path)
		}
	}
	return c
}

// within returns the path of an address of this site; the desk is no part of it.
func (s *server) within(address, where string) (string, bool) {
	base, err := url.Parse(s.Base + where)
	if err != nil {
		return "", false
	}
	u, err := base.Parse(strings.TrimSpace(address))
	if err != nil || u.Host != base.Host || u.Scheme != base.Scheme || strings.HasPrefix(u.Path, "/desk") {
		return "", false
	}
	u.Fragment = ""
	return u.RequestURI(), true
}

var styleURL = regexp.MustCompile(`url\(["']?([^"')]+)`)

// linksOf finds every address that an answer names.
func (s *server) linksOf(t *testing.T, c *crawl, p *page) (out []string) {
	if to := p.Header.Get("Location"); to != "" {
		return []string{to}
	}
	switch typ := p.typ(); {
	case typ == "text/html":
		p.Doc = parse(t, p.Body)
		return s.linksOfPage(c, p)
	case strings.HasSuffix(typ, "xml") && !strings.HasPrefix(typ, "image/"):
		for _, m := range regexp.MustCompile(`<(?:loc|link|guid|id|url)[^>]*>\s*([^<\s]+)\s*<|(?:href|url)="([^"]+)"`).FindAllSubmatch(p.Body, -1) {
			out = append(out, unescape(string(m[1])+string(m[2])))
		}
	case strings.HasSuffix(typ, "json"):
		var v any
		if json.Unmarshal(p.Body, &v) == nil {
			out = addressesIn(v, nil)
		}
	case typ == "text/plain":
		for line := range strings.Lines(string(p.Body)) {
			if _, to, ok := strings.Cut(line, ": "); ok && strings.HasPrefix(to, "http") {
				out = append(out, strings.TrimSpace(to))
			}
		}
	}
	return out
}

func unescape(s string) string {
	return strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "&quot;", `"`, "&#34;", `"`, "&#39;", "'").Replace(s)
}

func addressesIn(v any, out []string) []string {
	switch v := v.(type) {
	case string:
		if strings.HasPrefix(v, "http") && !strings.ContainsAny(v, " \n<") {
			out = append(out, v)
		}
	case []any:
		for _, x := range v {
			out = addressesIn(x, out)
		}
	case map[string]any:
		for _, x := range v {
			out = addressesIn(x, out)
		}
	}
	return out
}

// linksOfPage also notes what a page would load from another origin.
func (s *server) linksOfPage(c *crawl, p *page) (out []string) {
	loads := func(address string) {
		out = append(out, address)
		if _, ours := s.within(address, p.Path); !ours && !strings.HasPrefix(address, "data:") {
			c.Foreign = append(c.Foreign, p.Path+" → "+address)
		}
	}
	p.Doc.Find("a[href], area[href]").Each(func(_ int, a *goquery.Selection) { out = append(out, a.AttrOr("href", "")) })
	p.Doc.Find("[src], [poster], object[data], link[href], image[href], use[href]").Each(func(_ int, el *goquery.Selection) {
		for _, name := range []string{"src", "poster", "data", "href"} {
			if v, ok := el.Attr(name); ok {
				if rel := el.AttrOr("rel", ""); rel == "canonical" || rel == "alternate" || rel == "license" {
					out = append(out, v)
					continue
				}
				loads(v)
			}
		}
	})
	p.Doc.Find("[srcset]").Each(func(_ int, el *goquery.Selection) {
		for _, candidate := range strings.Split(el.AttrOr("srcset", ""), ",") {
			if f := strings.Fields(candidate); len(f) > 0 {
				loads(f[0])
			}
		}
	})
	p.Doc.Find("style, [style]").Each(func(_ int, el *goquery.Selection) {
		for _, m := range styleURL.FindAllStringSubmatch(el.Text()+el.AttrOr("style", ""), -1) {
			loads(m[1])
		}
	})
	p.Doc.Find(`meta[property="og:image"]`).Each(func(_ int, el *goquery.Selection) { out = append(out, el.AttrOr("content", "")) })
	p.Doc.Find("form[method=get], form:not([method])").Each(func(_ int, el *goquery.Selection) { out = append(out, el.AttrOr("action", "")) })
	return out
}

func TestEveryLinkOfTheSiteLeadsSomewhere(t *testing.T) {
	c := reading(t, sqlite).site(t)
	if len(c.Pages) < 200 {
		t.Errorf("only %d addresses were found", len(c.Pages))
	}
	count := map[string]int{}
	for _, p := range c.sorted(func(*page) bool { return true }) {
		count[fmt.Sprint(p.Status, " ", p.typ())]++
		if err := c.arrives(reading(t, sqlite), p); err != nil {
			t.Errorf("%s, which %s links to: %v", p.Path, p.From, err)
		}
	}
	t.Logf("%d addresses: %v", len(c.Pages), count)
}

// arrives fails unless an address answers 200, at once or after one redirect.
func (c *crawl) arrives(s *server, p *page) error {
	switch p.Status {
	case 200:
		return nil
	case 301, 302, 303, 307, 308:
		path, ours := s.within(p.Header.Get("Location"), p.Path)
		if next := c.Pages[path]; !ours || next == nil || next.Status != 200 {
			return fmt.Errorf("%d leads to %s, which is no page", p.Status, p.Header.Get("Location"))
		}
		return nil
	}
	return fmt.Errorf("status %d", p.Status)
}

func TestPagesLoadNothingFromElsewhere(t *testing.T) {
	for _, x := range reading(t, sqlite).site(t).Foreign {
		t.Error(x)
	}
}
