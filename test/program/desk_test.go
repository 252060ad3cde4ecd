package program

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"masthead.dev/masthead/internal/testkit/browser"
)

var deskPages = []string{
	"/desk", "/desk/settings", "/desk/settings/mail", "/desk/people", "/desk/people/new", "/desk/audit", "/desk/mailbox", "/desk/jobs", "/desk/stories",
	"/desk/money", "/desk/imports", "/desk/account", "/desk/account/second-step", "/desk/prove",
}

func TestTheDeskIsAccessibleInLightAndDark(t *testing.T) {
	s := giving(t, sqlite)
	b := browser.Start(t)
	tab := b.Tab(t, browser.Options{})
	tab.Go(s.Desk)
	tab.Go(s.Desk) // opening the link uses nothing up
	seesDesk(t, tab, "/link")
	if path, status := press(t, tab, "form[method=post] button"); path != "/desk" || status != 200 {
		t.Fatalf("the sign-in link leads to %s, %d: %s", path, status, tab.Text("main"))
	}
	signedIn := cookies(t, tab)
	var pages []*page
	for _, path := range deskPages {
		tab.Go(s.Base + path)
		seesDesk(t, tab, path)
		p := &page{Path: path, answer: s.get(t, path, "Cookie", signedIn)}
		if p.Status != 200 || p.Header.Get("Cache-Control") != "no-store" || parse(t, p.Body).Find("h1").Length() != 1 {
			t.Errorf("%s: %d, %q, to %q", path, p.Status, p.Header.Get("Cache-Control"), p.Header.Get("Location"))
		}
		pages = append(pages, p)
	}
	for _, fault := range valid(t, pages) {
		t.Error(fault)
	}
	if f := tab.Foreign(s.Base); len(f) > 0 {
		t.Errorf("requests that left the site: %q", f)
	}
	if a := s.get(t, s.Desk); a.Status != http.StatusGone {
		t.Errorf("the one-time link answers %d after it was used", a.Status)
	}
}

func seesDesk(t *testing.T, tab *browser.Tab, path string) {
	t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		_, err := chromedp.Call(tab.Ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		if err != nil {
			t.Fatal(err)
		}
		sees(t, tab, fmt.Sprintf("desk%s-%s", strings.ReplaceAll(strings.TrimPrefix(path, "/desk"), "/", "-"), scheme))
	}
}

// cookies is the Cookie header of the page that is open.
func cookies(t *testing.T, tab *browser.Tab) string {
	t.Helper()
	got, err := chromedp.Call(tab.Ctx, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, c := range got.Cookies {
		if !c.HTTPOnly || c.SameSite == "" || c.SameSite == network.CookieSameSiteNone {
			t.Errorf("the cookie %s can be read by scripts or sent by other sites: %+v", c.Name, c)
		}
		list = append(list, c.Name+"="+c.Value)
	}
	return strings.Join(list, "; ")
}

// signIn uses the printed link up and returns the Cookie header.
func (s *server) signIn(t *testing.T) string {
	t.Helper()
	return s.signInBy(t, s.Desk, nil)
}

// signInBy uses a one-time link up, fills its form in and returns the Cookie
// header.
func (s *server) signInBy(t *testing.T, link string, fields map[string]string) string {
	t.Helper()
	opened := s.get(t, link)
	selector := "form[method=post]"
	if fields["password"] != "" { // not the one for a passkey
		selector += ":has([name=password])"
	}
	f := formOf(t, opened.Body, selector)
	for name, value := range fields {
		f.Values.Set(name, value)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Base+f.Action, strings.NewReader(f.Values.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range (&http.Response{Header: opened.Header}).Cookies() {
		req.AddCookie(c)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	var list []string
	for _, c := range append(req.Cookies(), resp.Cookies()...) {
		if c.Value != "" && c.MaxAge >= 0 {
			list = append(list, c.Name+"="+c.Value)
		}
	}
	if resp.StatusCode != http.StatusSeeOther || len(list) == 0 {
		t.Fatalf("the sign-in link answers %d with %d cookies", resp.StatusCode, len(list))
	}
	return strings.Join(list, "; ")
}

func TestTheDeskOfADemoOnPostgreSQLOpens(t *testing.T) {
	s := giving(t, postgres)
	cookie := s.signIn(t)
	for _, path := range deskPages {
		if a := s.get(t, path, "Cookie", cookie); a.Status != 200 || len(a.Body) == 0 {
			t.Errorf("%s: %d, to %q", path, a.Status, a.Header.Get("Location"))
		}
		if a := s.get(t, path); a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/desk/sign-in") {
			t.Errorf("%s without a session: %d, to %q", path, a.Status, a.Header.Get("Location"))
		}
	}
	if !strings.HasPrefix(s.Mailbox, s.Base+"/desk/") || s.get(t, s.Mailbox, "Cookie", cookie).Status != 200 {
		t.Errorf("the printed mailbox %s answers %d", s.Mailbox, s.get(t, s.Mailbox, "Cookie", cookie).Status)
	}
}
