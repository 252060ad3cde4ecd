package site_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
)

func (p *paper) old(list ...store.Address) {
	p.t.Helper()
	p.do(func(tx *store.Tx) error {
		for _, a := range list {
			a.Source = "wp"
			if ok, err := tx.PutAddress(p.t.Context(), a); !ok || err != nil {
				p.t.Errorf("%+v: %v %v", a, ok, err)
			}
		}
		return nil
	})
}

func TestWhatAnOldSiteHungOnAddressesLeadsOn(t *testing.T) {
	p := newPaper(t)
	a := p.published(p.content("en", "Late bus", "x"))
	p.old(store.Address{Path: "/category/town", Kind: store.ToSection, Object: p.names["town"]},
		store.Address{Path: "/category/town/feed", Kind: store.ToSectionFeed, Object: p.names["town"]},
		store.Address{Path: "/tag/bus", Kind: store.ToTopic, Object: p.names["bus"]},
		store.Address{Path: "/late", Kind: store.ToArticle, Object: a.Article},
		store.Address{Path: "/?m=202611", Kind: store.ToArchive, Object: "/archive/2026/11"})
	for from, to := range map[string]string{
		a.Path + "/2/":                   a.Path,
		a.Path + "/comment-page-3/":      a.Path,
		a.Path + "/feed/rss2/":           a.Path,
		"/late/page/2":                   a.Path,
		"/index.php/late/":               a.Path,
		"/index.php" + a.Path:            a.Path,
		"/category/town/page/2/":         "/sections/town",
		"/category/town/feed/atom/":      "/sections/town/feed.xml",
		"/tag/bus/page/12/":              "/topics/bus",
		"/2026/11/page/2/":               "/archive/2026/11",
		"/fa/2026/11/20/feed/":           "/fa/archive/2026/11",
		"/index.php/2026/11/":            "/archive/2026/11",
		"/page/2/":                       "/archive",
		"/fa/page/2/":                    "/fa/archive",
		"/?m=20261120":                   "/archive/2026/11",
		"/?m=20261120130501&paged=2":     "/archive/2026/11",
		"//2026//11/" + "late-bus" + "/": a.Path,
	} {
		p.get(from).leadsTo(to)
	}
	for _, path := range []string{"/2", "/feed/rss2", "/nothing/2", "/nothing/page/2", "/index.php/nothing", "/index.php/page/2", "/nothing/feed/atom"} {
		p.get(path).is(404)
	}
}

func TestAnOldAddressOfATopicWithNothingPublicNeitherEndsNowhereNorTellsItsName(t *testing.T) {
	p := newPaper(t)
	p.do(func(tx *store.Tx) (err error) {
		_, err = tx.PutTopic(t.Context(), news.Topic{ID: p.names["bus"], Slug: "bribes-at-the-depot", Name: outlet.Words{"en": "Bribes"}})
		return err
	})
	p.do(func(tx *store.Tx) (err error) {
		p.names["x"], err = tx.PutPerson(t.Context(), news.Person{Slug: "whistle-blower", Name: "W"})
		return err
	})
	p.old(store.Address{Path: "/tag/bus", Kind: store.ToTopic, Object: p.names["bus"]},
		store.Address{Path: "/tag/bus/feed", Kind: store.ToTopicFeed, Object: p.names["bus"]},
		store.Address{Path: "/author/x", Kind: store.ToPerson, Object: p.names["x"]})
	p.get("/tag/bus").leadsTo("/archive")
	p.get("/tag/bus/feed").leadsTo("/feed.xml")
	p.get("/author/x").leadsTo("/about")
	p.get("/topics/bus").is(404) // its name until it was renamed
	p.published(p.content("en", "Late bus", "x"))
	p.get("/tag/bus").leadsTo("/topics/bribes-at-the-depot")
	p.get("/tag/bus/feed").leadsTo("/topics/bribes-at-the-depot/feed.xml")
}

func TestRobotsAreKeptOutOfNoArticle(t *testing.T) {
	p := newPaper(t)
	var rules []string
	for line := range strings.Lines(p.get("/robots.txt").is(200).Body) {
		if rule, ok := strings.CutPrefix(strings.TrimSpace(line), "Disallow: "); ok {
			rules = append(rules, rule)
		}
	}
	rules = rules[slices.Index(rules, "/desk$"):] // after the groups that may nothing
	out := func(path string) bool {
		return slices.ContainsFunc(rules, func(r string) bool {
			exact, end := strings.CutSuffix(r, "$")
			return end && path == exact || !end && strings.HasPrefix(path, r)
		})
	}
	for _, path := range []string{"/my-summer-on-the-weir", "/desktop-publishing", "/searching-for-otters", "/api-of-the-council", "/give", "/give/costs", "/fa/give", "/mystery"} {
		if out(path) {
			t.Errorf("%s is closed to crawlers", path)
		}
	}
	for _, path := range []string{"/my", "/my/x", "/desk", "/desk/stories", "/search?q=x", "/fa/search?q=x", "/fa/give/thanks/x", "/give/thanks/x", "/sandbox/pay/x"} {
		if !out(path) {
			t.Errorf("%s is open to crawlers", path)
		}
	}
}

func TestEveryLanguageThatAPageNamesHasThePage(t *testing.T) {
	p := newPaper(t)
	p.published(p.content("en", "Late bus", "x"))
	p.publish(newsOrder(p, p.content("de", "Spätbus", "x")))
	paths := []string{"/", "/sections/town", "/topics/bus", "/people/ansel", "/archive", "/archive/2026", "/archive/2026/11", "/books", "/about", "/ethics", "/corrections", "/newsletter"}
	for _, path := range paths {
		for _, l := range []string{"", "/de"} {
			at := strings.TrimSuffix(l+path, "/")
			if at == "" {
				at = "/"
			}
			d := p.get(at).is(200).page()
			d.Find("link[hreflang],.langs a[hreflang]").Each(func(_ int, s *goquery.Selection) {
				href, _ := s.Attr("href")
				if got := p.get(strings.TrimPrefix(href, "https://lantern.example")); got.Status != 200 {
					t.Errorf("%s names %s, which answers %d", at, href, got.Status)
				}
			})
		}
	}
}

func newsOrder(p *paper, c news.Content) news.Order { return news.Order{Article: p.draft(c, "").ID} }

func TestTheSitemapIsTheSameEachTimeItIsMade(t *testing.T) {
	p := newPaper(t)
	p.do(func(tx *store.Tx) error {
		o, err := tx.Outlet(t.Context())
		if err != nil {
			return err
		}
		o.Privacy, o.Imprint = outlet.Words{"en": "We keep nothing."}, outlet.Words{"en": "4 Weir Lane"}
		return tx.PutOutlet(t.Context(), store.System, o)
	})
	was := p.get("/sitemaps/pages.xml").is(200)
	for range 20 {
		p.cache.Changed([]string{"settings"})
		if now := p.get("/sitemaps/pages.xml").is(200); now.Header.Get("ETag") != was.Header.Get("ETag") {
			t.Fatal("nothing has changed, but the sitemap has")
		}
	}
}
