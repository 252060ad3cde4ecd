package program

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/brotli"
	"golang.org/x/net/html"

	"masthead.dev/masthead/internal/testkit/browser"
)

// focusable is what the tabulator key stops at.
const focusable = "a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, iframe, audio[controls], video[controls], [tabindex]"

func TestEveryPageIsAWholeDocument(t *testing.T) {
	s := reading(t, sqlite)
	for _, p := range s.site(t).sorted((*page).html) {
		for _, fault := range faultsOf(s, p) {
			t.Errorf("%s: %s", p.Path, fault)
		}
	}
}

func faultsOf(s *server, p *page) (out []string) {
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	d := p.Doc
	if n := d.Find("h1").Length(); n != 1 {
		say("%d h1", n)
	}
	if strings.TrimSpace(d.Find("title").First().Text()) == "" {
		say("no title")
	}
	root := d.Find("html")
	lang, dir := root.AttrOr("lang", ""), root.AttrOr("dir", "")
	if want := map[bool]string{true: "rtl", false: "ltr"}[lang == "fa"]; lang == "" || dir != want {
		say("lang=%q dir=%q", lang, dir)
	}
	if first := d.Find("body").Find(focusable).First(); first.AttrOr("href", "") != "#main" || d.Find("#main").Length() != 1 {
		say("the first that can be focused is not the skip link to #main, but %s", outer(first))
	}
	if up := d.Find("footer a[href^='#']").Last(); up.Length() == 0 || d.Find(up.AttrOr("href", "#none")).Length() != 1 {
		say("no link back to the top at the end")
	}
	if d.Find("script:not([type='application/ld+json'])").Length() > 0 {
		say("there is a script")
	}
	if d.Find("*").FilterFunction(hasHandler).Length() > 0 {
		say("an element has an event handler")
	}
	if to, ok := d.Find("link[rel=canonical]").Attr("href"); ok && !strings.HasPrefix(to, s.Base) {
		say("canonical is %q", to)
	} else if !ok && d.Find("meta[name=robots][content*=noindex]").Length() == 0 {
		say("no canonical address, and no noindex")
	}
	return out
}

func outer(el *goquery.Selection) string {
	s, err := goquery.OuterHtml(el)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%.120s", s)
}

func hasHandler(_ int, el *goquery.Selection) bool {
	return slices.ContainsFunc(el.Nodes[0].Attr, func(a html.Attribute) bool { return strings.HasPrefix(a.Key, "on") })
}

func TestEveryAnswerHasSafeHeadersAndNoCookie(t *testing.T) {
	for _, p := range reading(t, sqlite).site(t).sorted(func(*page) bool { return true }) {
		h := p.Header
		if p.typ() == "text/html" {
			csp := h.Get("Content-Security-Policy")
			if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe-inline") || strings.Contains(csp, "unsafe-eval") || strings.Contains(csp, "*") {
				t.Errorf("%s: Content-Security-Policy: %q", p.Path, csp)
			}
		}
		if h.Get("X-Content-Type-Options") != "nosniff" && p.Status == 200 {
			t.Errorf("%s may be sniffed", p.Path)
		}
		if c := h.Values("Set-Cookie"); len(c) > 0 {
			t.Errorf("%s sets a cookie: %q", p.Path, c)
		}
	}
}

func TestNoDonorIsNamedInPublic(t *testing.T) {
	donor := regexp.MustCompile(`(?i)reader\d+@|mail\.example`)
	for _, p := range reading(t, sqlite).site(t).sorted(func(*page) bool { return true }) {
		if found := donor.Find(p.Body); found != nil {
			t.Errorf("%s has %q", p.Path, found)
		}
	}
}

func TestPagesAreKeptCompressedAndAskedForAgain(t *testing.T) {
	s := reading(t, sqlite)
	for _, p := range s.site(t).sorted(func(p *page) bool { return p.Status == 200 && p.keeps() }) {
		etag := p.Header.Get("ETag")
		if !strings.HasPrefix(etag, `"`) {
			t.Errorf("%s has no strong ETag: %q", p.Path, etag)
			continue
		}
		if a := s.get(t, p.Path, "If-None-Match", etag); a.Status != http.StatusNotModified || len(a.Body) > 0 {
			t.Errorf("%s: %d with %d bytes for its own ETag", p.Path, a.Status, len(a.Body))
		}
		head := s.ask(t, http.MethodHead, p.Path, nil)
		if head.Status != 200 || len(head.Body) > 0 || head.Header.Get("ETag") != etag || head.Header.Get("Content-Length") != fmt.Sprint(len(p.Body)) {
			t.Errorf("HEAD %s: %d, %d bytes, ETag %s, length %s", p.Path, head.Status, len(head.Body), head.Header.Get("ETag"), head.Header.Get("Content-Length"))
		}
		if text(p.typ()) && len(p.Body) > 1400 {
			for _, coding := range []string{"br", "gzip"} {
				checkCoding(t, s, p, coding)
			}
		}
	}
}

func text(typ string) bool {
	return strings.HasPrefix(typ, "text/") || strings.HasSuffix(typ, "xml") || strings.HasSuffix(typ, "json")
}

func checkCoding(t *testing.T, s *server, p *page, coding string) {
	t.Helper()
	a := s.get(t, p.Path, "Accept-Encoding", coding)
	var r io.Reader = bytes.NewReader(a.Body)
	if coding == "br" {
		r = brotli.NewReader(r)
	} else if z, err := gzip.NewReader(r); err == nil {
		r = z
	}
	plain, err := io.ReadAll(r)
	if err != nil || a.Header.Get("Content-Encoding") != coding || !bytes.Equal(plain, p.Body) || !strings.Contains(a.Header.Get("Vary"), "Accept-Encoding") {
		t.Errorf("%s as %s: encoding %q, Vary %q, %d bytes for %d, %v", p.Path, coding, a.Header.Get("Content-Encoding"), a.Header.Get("Vary"), len(plain), len(p.Body), err)
	}
	if a.Header.Get("ETag") == p.Header.Get("ETag") {
		t.Errorf("%s: plain and %s bodies share a strong ETag", p.Path, coding)
	}
}

func TestCanonicalAddressesPointToThemselves(t *testing.T) {
	s := reading(t, sqlite)
	c := s.site(t)
	for _, p := range c.sorted((*page).html) {
		to, ok := p.Doc.Find("link[rel=canonical]").Attr("href")
		if !ok {
			continue
		}
		path, _ := s.within(to, p.Path)
		target := c.Pages[path]
		if target == nil || target.Status != 200 || target.Doc.Find("link[rel=canonical]").AttrOr("href", "") != to {
			t.Errorf("%s says that it is %s, which does not say so itself", p.Path, to)
		}
	}
}

func TestPagesInOtherLanguagesPointBack(t *testing.T) {
	s := reading(t, sqlite)
	c := s.site(t)
	meshes := 0
	for _, p := range c.sorted((*page).html) {
		mesh := alternates(p)
		if len(mesh) == 0 {
			continue
		}
		meshes++
		lang := p.Doc.Find("html").AttrOr("lang", "")
		if mesh[lang] != p.Doc.Find("link[rel=canonical]").AttrOr("href", "") || mesh["x-default"] == "" {
			t.Errorf("%s (%s) is not in its own mesh: %v", p.Path, lang, mesh)
		}
		for other, to := range mesh {
			path, _ := s.within(to, p.Path)
			q := c.Pages[path]
			if q == nil || q.Doc == nil || q.Status != 200 || fmt.Sprint(alternates(q)) != fmt.Sprint(mesh) {
				t.Errorf("%s names %s for %s, which does not name the same", p.Path, to, other)
			} else if got := q.Doc.Find("html").AttrOr("lang", ""); other != "x-default" && got != other {
				t.Errorf("%s names %s for %s, but it is in %s", p.Path, to, other, got)
			}
		}
	}
	if meshes < 10 {
		t.Errorf("only %d pages have a mesh", meshes)
	}
}

func alternates(p *page) map[string]string {
	out := map[string]string{}
	p.Doc.Find("link[rel=alternate][hreflang]").Each(func(_ int, el *goquery.Selection) {
		out[el.AttrOr("hreflang", "")] = el.AttrOr("href", "")
	})
	return out
}

// articleLD is what schema.org's NewsArticle must say here.
type articleLD struct {
	Context  string `json:"@context"`
	Type     string `json:"@type"`
	Headline string
	URL      string
	Lang     string `json:"inLanguage"`
	From     string `json:"datePublished"`
	Modified string `json:"dateModified"`
	Main     string `json:"mainEntityOfPage"`
	Free     bool   `json:"isAccessibleForFree"`
	Words    int    `json:"wordCount"`
	Author   []struct{ Name string }
	Pub      struct{ Name string } `json:"publisher"`
}

func article(p *page) (ld articleLD, ok bool) {
	raw := p.Doc.Find("script[type='application/ld+json']").First().Text()
	return ld, json.Unmarshal([]byte(raw), &ld) == nil && strings.HasSuffix(ld.Type, "NewsArticle")
}

func TestArticlesDescribeThemselvesToMachines(t *testing.T) {
	articles := 0
	for _, p := range reading(t, sqlite).site(t).sorted((*page).html) {
		if raw := p.Doc.Find("script[type='application/ld+json']").Text(); raw != "" && !json.Valid([]byte(raw)) {
			t.Errorf("%s: JSON-LD that is no JSON: %.120s", p.Path, raw)
		}
		ld, ok := article(p)
		if !ok {
			continue
		}
		articles++
		if ld.Context != "https://schema.org" || ld.Headline == "" || ld.From == "" || ld.Modified < ld.From || len(ld.Author) == 0 || ld.Author[0].Name == "" ||
			ld.Pub.Name == "" || ld.Main == "" || ld.URL == "" || !ld.Free || ld.Words < 50 || ld.Lang != p.Doc.Find("html").AttrOr("lang", "") {
			t.Errorf("%s: %+v", p.Path, ld)
		}
		if ld.Main != p.Doc.Find("link[rel=canonical]").AttrOr("href", "") || ld.Headline != strings.TrimSpace(p.Doc.Find("h1").Text()) {
			t.Errorf("%s: the description is not of this page: %+v", p.Path, ld)
		}
	}
	if articles < 40 {
		t.Errorf("only %d articles", articles)
	}
}

// An article of 900 words goes through the first window of a slow connection
// with little more: 14,600 bytes less the headers, by the project's budget.
const budget = 13312

func TestAnArticleOfNineHundredWordsIsLight(t *testing.T) {
	weighed := 0
	for _, p := range reading(t, sqlite).site(t).sorted((*page).html) {
		ld, ok := article(p)
		if !ok || ld.Words < 850 || ld.Words > 950 {
			continue
		}
		weighed++
		if p.Doc.Find("link[rel=stylesheet]").Length() > 0 {
			t.Errorf("%s has style elsewhere, which is not weighed", p.Path)
		}
		if n := zipped(t, p.Body); n > budget {
			t.Errorf("%s: %d words weigh %d bytes, %d too many", p.Path, ld.Words, n, n-budget)
		} else {
			t.Logf("%s: %d words weigh %d bytes", p.Path, ld.Words, n)
		}
	}
	if weighed == 0 {
		t.Error("no article has about 900 words")
	}
}

func zipped(t *testing.T, body []byte) int {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

func TestEveryPageIsValidHTML(t *testing.T) {
	s := reading(t, sqlite)
	pages := s.site(t).sorted((*page).html)
	missing := &page{Path: "/there-is-no-such-page", answer: s.get(t, "/there-is-no-such-page")}
	if missing.Status != http.StatusNotFound {
		t.Errorf("an address that is not there: %d", missing.Status)
	}
	for _, fault := range valid(t, append(pages, missing)) {
		t.Error(fault)
	}
}

// valid runs the HTML checker over pages, all at once.
func valid(t *testing.T, pages []*page) (faults []string) {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for _, p := range pages {
		name := filepath.Join(dir, fmt.Sprintf("%.150s.html", url.QueryEscape(p.Path)))
		if err := os.WriteFile(name, p.Body, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	return browser.Vnu(t, files...)
}
