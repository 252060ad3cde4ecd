package site_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/site"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// settle changes the outlet's settings.
func (p *paper) settle(change func(o *outlet.Outlet)) {
	p.t.Helper()
	p.do(func(tx *store.Tx) error {
		o, err := tx.Outlet(p.t.Context())
		if err != nil {
			return err
		}
		change(&o)
		return tx.PutOutlet(p.t.Context(), store.System, o)
	})
}

func TestChosenColoursAreOnEveryPageWithinItsPolicy(t *testing.T) {
	p := newPaper(t)
	a := p.published(p.content("en", "Late bus", "text"))
	p.get("/").is(200).hasNot("#8a1c4a") // kept, and thrown away by the change
	p.settle(func(o *outlet.Outlet) { o.Look.Light.Accent, o.Look.Dark.Paper = "#8a1c4a", "#101418" })
	for _, path := range []string{"/", "/fa", a.Path, "/sections/town", "/books", "/about", "/nowhere"} {
		page := p.get(path)
		style := page.page().Find("head style").Text()
		if !strings.Contains(style, "--accent:#8a1c4a") || !strings.Contains(style, "--paper:#101418") {
			t.Errorf("%s has the house's colours", path)
		}
		if csp := page.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "style-src "+web.Hash(style)+";") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: the style is not the one that the policy names: %s", path, csp)
		}
	}
}

func TestTheNavigationShowsWhatWasChosenAndNothingThatIsNotThere(t *testing.T) {
	p := newPaper(t)
	p.settle(func(o *outlet.Outlet) {
		o.Nav = []outlet.NavItem{{Topic: p.names["bus"]}, {Section: p.names["river"]}, {Section: "town", Text: outlet.Words{"en": "Our town", "de": "Stadt"}}, {Give: true}, {Section: "gone"},
			{Path: "/about", Text: outlet.Words{"en": "Who we are"}}, {URL: "https://shop.example/a?b=c", Text: outlet.Words{"en": "Shop"}}}
	})
	nav := func(path string) string {
		t.Helper()
		var out []string
		p.get(path).is(200).page().Find("nav.nav a").Each(func(_ int, s *goquery.Selection) { out = append(out, s.Text()+" "+s.AttrOr("href", "")) })
		return strings.Join(out[:len(out)-1], ", ") // without the books
	}
	if got, want := nav("/"), "River /sections/river, Our town /sections/town, Who we are /about, Shop https://shop.example/a?b=c"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	c := p.content("en", "Late bus", "text")
	c.Topics = []string{p.names["bus"]}
	p.published(c)
	p.site.Ask = func(context.Context, string) (site.Ask, error) { return site.Ask{Give: "/give"}, nil }
	p.settle(func(o *outlet.Outlet) { o.Motto = outlet.Words{"en": "x"} })
	if got := nav("/"); !strings.HasPrefix(got, "Buses /topics/bus, River") || !strings.Contains(got, " /give, Who") {
		t.Errorf("%s", got)
	}
	if got := nav("/de"); !strings.Contains(got, "Stadt /de/sections/town") || !strings.Contains(got, "Who we are /de/about") {
		t.Errorf("%s", got)
	}
	p.do(func(tx *store.Tx) error {
		return tx.EndSection(t.Context(), store.System, p.names["river"], p.names["town"])
	})
	if got := nav("/"); strings.Contains(got, "River") {
		t.Errorf("a section that is gone: %s", got)
	}
	p.get("/sections/river").is(301).leadsTo("/sections/town")
	p.get("/sections/river/feed.xml").is(301).leadsTo("/sections/town/feed.xml")
	p.get("/de/sections/river").is(301).leadsTo("/de/sections/town")
	p.get("/de/sections/river/feed.json").is(301).leadsTo("/de/sections/town/feed.json")
	p.get("/sections/never/feed.xml").is(404)
}

func TestRedirectsByHandAnswerWithTheirQueriesAndHideNoPage(t *testing.T) {
	p := newPaper(t)
	a := p.published(p.content("en", "Late bus", "text"))
	p.site.Missed = &site.Missed{}
	put := func(from, to string) {
		t.Helper()
		p.do(func(tx *store.Tx) error { return tx.PutRedirect(t.Context(), store.System, from, to, p.site.Has) })
	}
	put("/story.php?id=7&lang=en", a.Path)
	put("/story.php", "/archive")
	put("/?p=9", a.Path)
	put("/sections/old-one", "https://elsewhere.example/x?y=z")
	put("/about/team", "/about")
	p.get("/story.php?lang=en&id=7").is(301).leadsTo(a.Path)
	p.get("/story.php?id=8").is(301).leadsTo("/archive")
	p.get("/?p=9").is(301).leadsTo(a.Path)
	p.get("/sections/old-one").is(301).leadsTo("https://elsewhere.example/x?y=z")
	p.get("/About/Team/").is(301).leadsTo("/about")
	p.get(a.Path + "?utm=1").is(200)
	for path, own := range map[string]bool{"/about": true, "/sections/x": true, "/give/x": false, "/2026/11/late-bus": false, "/desk/x": true, "/api/v1": true} {
		if p.site.Has(path) != own {
			t.Errorf("%s: %v", path, !own)
		}
	}
}

func TestWhatReadersAskForInVainIsCountedWithoutThem(t *testing.T) {
	p := newPaper(t)
	a := p.published(p.content("en", "Late bus", "text"))
	p.site.Missed = &site.Missed{}
	for _, path := range []string{"/old-page", "/Old-Page/", "/old-page?token=secret", a.Path, "/my/link/abcdefghijklmnopqrstuvwxyz234567", "/who@mail.example", "/.env", "/wp-login.php",
		"/abcdefghijklmnopqrstuvwxyz234567"} {
		p.get(path)
	}
	p.ask(http.MethodPost, "/posted")
	p.site.Missed.Flush(t.Context(), p.s)
	p.site.Missed.Flush(t.Context(), p.s) // what was written down is not counted twice
	got, err := p.s.MissedAddresses(t.Context(), noon.Format(time.DateOnly), 20)
	if err != nil || len(got) != 1 || got[0] != (store.Missed{Path: "/old-page", N: 3}) {
		t.Errorf("%+v %v", got, err)
	}
}

func TestTheOutletsOwnPicturesStandAtItsHead(t *testing.T) {
	p := newPaper(t)
	var logo, icon *outlet.File
	p.do(func(tx *store.Tx) (err error) {
		if logo, err = tx.PutOutletFile(t.Context(), store.FileLogo, "png", 600, 120, []byte("\x89PNG one")); err != nil {
			return err
		}
		icon, err = tx.PutOutletFile(t.Context(), store.FileIcon, "png", 96, 96, []byte("\x89PNG two"))
		return err
	})
	p.settle(func(o *outlet.Outlet) { o.Look.Logo, o.Look.Icon, o.Look.Touch = logo, icon, icon })
	page := p.get("/").is(200).page()
	if img := page.Find("h1.name img"); img.AttrOr("src", "") != logo.Path() || img.AttrOr("alt", "") != "The Alderwick Lantern" || img.AttrOr("width", "") != "600" {
		t.Errorf("%s", page.Find("h1.name").Text())
	}
	if page.Find("link[rel=icon]").AttrOr("href", "") != icon.Path() || page.Find("link[rel='apple-touch-icon']").AttrOr("href", "") != icon.Path() {
		t.Error("no icon")
	}
	got := p.get(logo.Path()).is(200)
	if got.Header.Get("Content-Type") != "image/png" || !strings.Contains(got.Header.Get("Cache-Control"), "immutable") || got.Body != "\x89PNG one" {
		t.Errorf("%v", got.Header)
	}
	p.get("/favicon.ico").is(301).leadsTo(icon.Path())
	p.get("/assets/logo.000000000000.png").is(404)
}
