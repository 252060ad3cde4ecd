package program

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"masthead.dev/masthead/internal/testkit/browser"
)

// types are a page of every kind in a language, found by following links.
func types(t *testing.T, s *server, lang string) map[string]string {
	t.Helper()
	home := "/" + lang
	if lang == "en" {
		home = "/"
	}
	under := strings.TrimSuffix(home, "/")
	out := map[string]string{
		"front": home, "search": under + "/search", "results": under + "/search?q=" + url.QueryEscape(map[string]string{"en": "river", "fa": "کتابخانه"}[lang]),
		"nothing found": under + "/search?q=zzzzzz", "corrections": under + "/corrections", "books": under + "/books", "newsletter": under + "/newsletter",
		"about": under + "/about", "ethics": under + "/ethics", "privacy": under + "/privacy", "imprint": under + "/imprint",
		"archive": under + "/archive", "not found": under + "/no/such/page", "report of an error": under + "/report", "general fund": under + "/give",
	}
	want := map[string]func(*page) bool{
		"article":    func(p *page) bool { _, ok := article(p); return ok && p.Doc.Find(".hero img").Length() == 1 },
		"corrected":  func(p *page) bool { return p.Doc.Find(".art .note").Length() > 0 },
		"history":    func(p *page) bool { return strings.HasSuffix(p.Path, "/history") },
		"comparison": func(p *page) bool { return strings.Contains(p.Path, "/history?from=") },
		"section":    below(under + "/sections/"), "topic": below(under + "/topics/"), "person": below(under + "/people/"),
		"month": below(under + "/archive/20"), "campaign": below(under + "/give/"),
	}
	pages := s.site(t).sorted(func(p *page) bool { return p.html() && p.Doc.Find("html").AttrOr("lang", "") == lang })
	for name, fits := range want {
		if i := slices.IndexFunc(pages, fits); i >= 0 {
			out[name] = pages[i].Path
		} else if name != "corrected" && name != "history" && name != "comparison" || lang == "en" {
			t.Errorf("no page of the kind %q in %s", name, lang)
		}
	}
	return out
}

func below(prefix string) func(*page) bool {
	return func(p *page) bool { return strings.HasPrefix(p.Path, prefix) }
}

// sight is one way to look at a page.
type sight struct {
	width int64
	dark  bool
}

// Every kind of page is seen in light and dark, narrow and wide; all four
// together only in the long trials.
func sightsOf(lang string) []sight {
	if torture() {
		return []sight{{390, false}, {1440, false}, {390, true}, {1440, true}}
	}
	if lang == "en" {
		return []sight{{390, false}, {1440, true}}
	}
	return []sight{{1440, false}, {390, true}}
}

func TestPagesOfEveryKindAreAccessibleInLightAndDarkLeftAndRight(t *testing.T) {
	s := reading(t, sqlite)
	b := browser.Start(t)
	for _, lang := range []string{"en", "fa"} {
		pages := types(t, s, lang)
		for _, look := range sightsOf(lang) {
			name := fmt.Sprintf("%s %d %s", lang, look.width, map[bool]string{true: "dark", false: "light"}[look.dark])
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				tab := b.Tab(t, browser.Options{Width: look.width, Dark: look.dark})
				for kind, path := range pages {
					tab.Go(s.Base + path)
					for _, fault := range tab.Axe() {
						t.Errorf("%s (%s): %s", kind, path, fault)
					}
					if wide := browser.Get(tab, chromedp.Evaluate[int64]("document.documentElement.scrollWidth")); wide > look.width {
						t.Errorf("%s (%s) is %d pixels wide in a window of %d", kind, path, wide, look.width)
					}
					tab.Screenshot(strings.ReplaceAll(kind+"-"+name, " ", "-"))
				}
				if f := tab.Foreign(s.Base); len(f) > 0 {
					t.Errorf("requests that left the site: %q", f)
				}
				if c := tab.Cookies(); len(c) > 0 {
					t.Errorf("a reader was given cookies: %q", c)
				}
			})
		}
	}
}

func TestPagesOnTheWayOfAGiftAreAccessible(t *testing.T) {
	s := giving(t, sqlite)
	b := browser.Start(t)
	for _, lang := range []string{"en", "fa"} {
		for _, look := range sightsOf(lang) {
			t.Run(fmt.Sprintf("%s %d", lang, look.width), func(t *testing.T) {
				tab := b.Tab(t, browser.Options{Width: look.width, Dark: look.dark})
				name := func(kind string) string { return fmt.Sprintf("%s-%s-%d", kind, lang, look.width) }
				tab.Go(s.Base + strings.Replace("/"+lang+s.campaign(t), "/en", "", 1))
				sees(t, tab, name("form"))
				press(t, tab, "#form button")
				sees(t, tab, name("form-with-errors"))
				tab.Do(chromedp.Click(chromedp.CSS("input[name=amount]")), chromedp.SendKeys(chromedp.CSS("#email"), "looks@gift.example"))
				within(t, patience, func() error {
					if path, status := press(t, tab, "#form button"); !strings.HasPrefix(path, "/sandbox/pay/") {
						return fmt.Errorf("the form leads to %s, %d", path, status)
					}
					return nil
				})
				sees(t, tab, name("sandbox"))
				press(t, tab, "button[value=pay]")
				sees(t, tab, name("thanks"))
			})
		}
	}
}

// sees fails where axe finds something on the open page.
func sees(t *testing.T, tab *browser.Tab, name string) {
	t.Helper()
	for _, fault := range tab.Axe() {
		t.Errorf("%s: %s", name, fault)
	}
	tab.Screenshot(name)
}

func TestTheTabulatorKeyReachesTheSkipLinkFirst(t *testing.T) {
	s := reading(t, sqlite)
	tab := browser.Start(t).Tab(t, browser.Options{NoScript: true})
	for _, path := range []string{"/", "/fa", "/books", s.campaign(t)} {
		tab.Go(s.Base + path)
		tab.Do(chromedp.KeyEvent(kb.Tab))
		focus := browser.Get(tab, chromedp.Evaluate[string]("document.activeElement.outerHTML"))
		if !strings.Contains(focus, `class="skip"`) {
			t.Errorf("%s: the first stop is %.200s", path, focus)
		}
		if top := browser.Get(tab, chromedp.Evaluate[float64]("document.activeElement.getBoundingClientRect().top")); top < 0 {
			t.Errorf("%s: the skip link stays hidden, %v pixels above", path, top)
		}
		tab.Do(chromedp.KeyEvent(kb.Enter))
		if where := browser.Get(tab, chromedp.Location()); !strings.HasSuffix(where, "#main") {
			t.Errorf("%s: the skip link leads to %s", path, where)
		}
	}
}
