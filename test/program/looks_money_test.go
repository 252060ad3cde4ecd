package program

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"masthead.dev/masthead/internal/testkit/browser"
)

// named is a part of an address that names one thing of many.
var named = regexp.MustCompile(`^([0-9a-z]{26}|[^/]*[0-9][^/]*)$`)

// kindOf is an address with the names of things left out.
func kindOf(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if named.MatchString(p) || i > 0 && slices.Contains([]string{"wording", "texts", "front"}, parts[i-1]) || i > 1 && parts[i-2] == "texts" {
			parts[i] = "{id}"
		}
	}
	return strings.Join(parts, "/")
}

// kinds follows the links below an address of the desk and returns one page of
// each kind, with its address. What is downloaded is no page.
func (s *server) kinds(t *testing.T, cookie string, begin string, wanted func(path string) bool) map[string]*page {
	t.Helper()
	out, queue := map[string]*page{}, []string{begin}
	for len(queue) > 0 {
		address := queue[0]
		path, _, _ := strings.Cut(address, "?")
		queue = queue[1:]
		if out[kindOf(path)] != nil || !wanted(path) {
			continue
		}
		p := &page{Path: address, answer: s.get(t, address, "Cookie", cookie)}
		if p.Status == http.StatusSeeOther { // who you are is asked first
			address = p.Header.Get("Location")
			if path, _, _ = strings.Cut(address, "?"); out[kindOf(path)] != nil {
				continue
			}
			p = &page{Path: address, answer: s.get(t, address, "Cookie", cookie)}
		}
		if !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			continue
		}
		if p.Status != http.StatusOK || p.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, %q", path, p.Status, p.Header.Get("Cache-Control"))
		}
		out[kindOf(path)] = p
		parse(t, p.Body).Find("main a[href], nav a[href]").Each(func(_ int, a *goquery.Selection) { queue = append(queue, a.AttrOr("href", "")) })
	}
	return out
}

func aboutMoney(path string) bool { return strings.HasPrefix(path, "/desk/money") }

// aboutStories are all pages of the desk but those about money.
func aboutStories(path string) bool {
	return (path == "/desk" || strings.HasPrefix(path, "/desk/")) && !aboutMoney(path)
}

// looked sorts kinds of page by the ways to look at them: each is seen in one,
// and in the long trials in all.
func looked(kinds []string, i, n int) []string {
	if torture() {
		return kinds
	}
	var out []string
	for k := i; k < len(kinds); k += n {
		out = append(out, kinds[k])
	}
	return out
}

var owners atomic.Int32 // were added so far

// owner adds one to the newsroom and returns the Cookie header.
func (s *server) owner(t *testing.T) string {
	t.Helper()
	var added struct{ Link string }
	said := s.on(t, "user", "add", fmt.Sprintf("olga%d@lantern.example", owners.Add(1)), "--name", "Olga Tern", "--role", "owner", "--url", s.Base, "--json")
	if err := json.Unmarshal([]byte(said), &added); err != nil || added.Link == "" {
		t.Fatalf("user add: %v in %s", err, said)
	}
	return s.signInBy(t, added.Link, map[string]string{"password": "a lamp in every harbour 5"})
}

// donor gives and comes to their own page by the mail in the newsroom's mailbox.
// It returns the Cookie header and the pages on the way.
func (s *server) donor(t *testing.T, owner string) (cookie string, way map[string]string) {
	t.Helper()
	const email = "looker@gift.example"
	campaign := s.campaign(t)
	_, session := s.begin(t, s.forms(t, campaign, 1)[0], "25", "month", email)
	s.steer(t, `{"do":"pay","ref":"`+session+`"}`)
	f := s.forms(t, campaign, 1)[0]
	f.Values.Set("by", "bank")
	pledge, _ := s.begin(t, f, "30", "once", email)
	donation, _, _ := strings.Cut(f.Values.Get("nonce"), ".")
	way = map[string]string{"a gift by bank": pledge, "a gift that waits": "/give/thanks/" + donation, "to sign in": "/my", "to verify": "/books/verify"}
	knock := formOf(t, s.get(t, "/my").Body, "main form[method=post]")
	knock.Values.Set("email", email)
	s.post(t, knock)
	within(t, patience, func() error {
		mail := parse(t, s.get(t, "/desk/mailbox", "Cookie", owner).Body).Find("tr:contains('"+email+"') a:contains('Your link to your gifts')").AttrOr("href", "")
		if mail == "" {
			return fmt.Errorf("no mail with a link came")
		}
		link := linkToMy.FindString(string(s.get(t, mail, "Cookie", owner).Body))
		if link == "" {
			return fmt.Errorf("the mail holds no link")
		}
		way["a link from a mail"] = link
		return nil
	})
	cookie = s.signInBy(t, way["a link from a mail"], nil)
	mine := parse(t, s.get(t, "/my", "Cookie", cookie).Body).Find("main a[href*='/my/']")
	mine.Each(func(_ int, a *goquery.Selection) {
		path, _, _ := strings.Cut(a.AttrOr("href", ""), "?")
		way["mine "+kindOf(path)] = path
	})
	if mine.Length() < 4 {
		t.Errorf("a donor's own page leads to %d others", mine.Length())
	}
	return cookie, way
}

var linkToMy = regexp.MustCompile(`/my/link/\w+`)

func TestThePagesAboutMoneyAreAccessibleValidAndNoWiderThanTheScreen(t *testing.T) {
	s := giving(t, sqlite)
	owner := s.owner(t)
	desk := s.kinds(t, owner, "/desk/money", aboutMoney)
	if len(desk) < 30 {
		t.Errorf("only %d kinds of page are linked below /desk/money: %q", len(desk), slices.Sorted(maps.Keys(desk)))
	}
	donor, way := s.donor(t, owner)
	all, pages := map[string]string{}, slices.Collect(maps.Values(desk))
	for kind, p := range desk {
		all[kind] = p.Path
	}
	for kind, path := range way {
		all[kind] = path
		if p := (&page{Path: path, answer: s.get(t, path, "Cookie", donor)}); p.Status == http.StatusOK {
			pages = append(pages, p)
		}
	}
	for _, fault := range valid(t, pages) {
		t.Error(fault)
	}
	b := browser.Start(t)
	sights := sightsOf("en")
	for i, look := range sights {
		t.Run(fmt.Sprintf("%d %s", look.width, map[bool]string{true: "dark", false: "light"}[look.dark]), func(t *testing.T) {
			t.Parallel()
			tab := b.Tab(t, browser.Options{Width: look.width, Dark: look.dark})
			asksForProof(t, tab, s, look)
			takes(t, tab, s, owner+"; "+donor)
			for _, kind := range looked(slices.Sorted(maps.Keys(all)), i, len(sights)) {
				tab.Go(s.Base + all[kind])
				fits(t, tab, kind, look)
			}
		})
	}
}

// fits fails where axe finds something on the open page, or where it is wider
// than the window.
func fits(t *testing.T, tab *browser.Tab, kind string, look sight) {
	t.Helper()
	sees(t, tab, fmt.Sprintf("kind-%s-%d-%v", strings.NewReplacer("/", "-", " ", "-", "{", "", "}", "").Replace(kind), look.width, look.dark))
	if wide := browser.Get(tab, chromedp.Evaluate[int64]("document.documentElement.scrollWidth")); wide > look.width {
		t.Errorf("%s is %d pixels wide in a window of %d", kind, wide, look.width)
	}
}

// takes puts cookies into the browser.
func takes(t *testing.T, tab *browser.Tab, s *server, header string) {
	t.Helper()
	for _, pair := range strings.Split(header, "; ") {
		name, value, _ := strings.Cut(pair, "=")
		if _, err := chromedp.Call(tab.Ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: s.Base}); err != nil {
			t.Fatal(err)
		}
	}
}

// stays keeps scripts from sending a form: the page that asks for a proof goes on
// by itself once it has one, also while it is being looked at.
func stays(t *testing.T, tab *browser.Tab) {
	t.Helper()
	_, err := chromedp.Call(tab.Ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{
		Source: "HTMLFormElement.prototype.submit = () => {}"})
	if err != nil {
		t.Fatal(err)
	}
}

// asksForProof asks for mails to one address until the page that wants a proof
// of work comes.
func asksForProof(t *testing.T, tab *browser.Tab, s *server, look sight) {
	t.Helper()
	stays(t, tab)
	for range 6 {
		tab.Go(s.Base + "/my")
		tab.Do(chromedp.SendKeys(chromedp.CSS("form#signin input[type=email]"), fmt.Sprintf("flood%d%v@gift.example", look.width, look.dark)))
		press(t, tab, "form#signin button")
		if browser.Get(tab, chromedp.Evaluate[bool]("document.querySelector('form[data-token]') !== null")) {
			fits(t, tab, "proof", look)
			return
		}
	}
	t.Errorf("no proof was asked for: %s", tab.Text("main"))
}
