package site_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
)

// naughty are strings that break programs, from the Big List of Naughty Strings.
func naughty(t *testing.T) []string {
	t.Helper()
	dir := os.Getenv("MASTHEAD_CORPORA")
	if dir == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("MASTHEAD_CORPORA is not set")
		}
		t.Skip("MASTHEAD_CORPORA is not set: not tested against naughty strings")
	}
	if !filepath.IsAbs(dir) { // seen from the project's folder
		dir = filepath.Join("..", "..", dir)
	}
	b, err := os.ReadFile(filepath.Join(dir, "blns", "blns.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	if err := json.Unmarshal(b, &list); err != nil || len(list) < 400 {
		t.Fatalf("%d strings, %v", len(list), err)
	}
	return append(list, "</script><script>alert(1)</script>", "a\xffb\x00c", "\u2028\u0085\r\n", `"><img src=x onerror=alert(1)>`, "{{.}}", "‮reversed")
}

func TestNaughtyStringsComeOutAsText(t *testing.T) {
	p := newPaper(t)
	a := p.published(p.content("en", "Start", "x"))
	for i, s := range naughty(t) {
		text := "N" + s
		p.rewrite(a.Article, text, map[bool]news.Class{true: news.Update, false: news.Typo}[i%10 == 0])
		pages := map[string]string{a.Path: "h1", "/": ".lead h2"}
		if i%10 == 0 { // the same templates draw the headline there
			pages["/sections/town"], pages["/people/ansel"] = ".story h2", "h1"
			for _, path := range []string{"/feed.xml", "/atom.xml", "/feed.json", "/news-sitemap.xml", "/corrections", a.Path + "/history"} {
				p.get(path).is(200)
			}
		}
		for path, selector := range pages {
			p.showsText(path, selector, news.Line(text))
		}
	}
}

// rewrite puts a text into every field of an article and of its author.
func (p *paper) rewrite(article, text string, class news.Class) {
	p.t.Helper()
	ctx := p.t.Context()
	p.do(func(tx *store.Tx) error {
		_, err := tx.PutPerson(ctx, news.Person{ID: p.names["ansel"], Slug: "ansel", Name: text, Title: outlet.Words{"en": news.Line(text)}, Bio: outlet.Words{"en": news.Line(text)}})
		if err != nil {
			return err
		}
		a, err := tx.Article(ctx, article)
		if err != nil {
			return err
		}
		v, err := tx.Revision(ctx, a.Working)
		if err != nil {
			return err
		}
		c := v.Content
		c.Headline, c.Dek, c.Dateline.Place = text, text, text
		c.Bylines = []news.Byline{{Name: text, Role: "by"}, {Person: p.names["ansel"], Role: "photos"}}
		c.Body = document.New("en", document.P(news.Line(text)))
		if _, err = p.room.Save(ctx, tx, news.Author{}, news.Change{Article: article, Base: a.Working, Content: c}); err != nil {
			return err
		}
		_, err = p.room.Publish(ctx, tx, news.Order{Article: article, Class: class, Note: text})
		return err
	})
}

// showsText checks that an element shows exactly a text, that nothing on the page
// runs, and that its structured data can be read.
func (p *paper) showsText(path, selector, want string) {
	p.t.Helper()
	d := p.get(path).is(200).page()
	if n := d.Find("script:not([type='application/ld+json'])").Length() + d.Find("[onerror],[onload],main iframe,main svg script").Length(); n > 0 {
		p.t.Errorf("%q: %d elements run script on %s", want, n, path)
	}
	if got := d.Find(selector).First().Text(); strings.TrimSpace(got) != strings.TrimSpace(want) {
		p.t.Errorf("%s shows %q, not %q", path, got, want)
	}
	data := d.Find("script[type='application/ld+json']")
	if data.Length() == 0 {
		return
	}
	var ld map[string]any
	if err := json.Unmarshal([]byte(data.Text()), &ld); err != nil {
		p.t.Errorf("%s: the structured data of %q: %v", path, want, err)
	} else if ld["headline"] != nil && ld["headline"] != want {
		p.t.Errorf("structured data say %q, not %q", ld["headline"], want)
	}
}

func TestNoQueryBreaksTheSearch(t *testing.T) {
	p := newPaper(t)
	p.published(p.content("en", "Start", "x"))
	for _, s := range naughty(t) {
		d := p.get("/search?q=" + url.QueryEscape(s)).is(200).page()
		if n := d.Find("script").Length() + d.Find("[onerror],main iframe").Length(); n > 0 {
			t.Errorf("%q: %d elements run script", s, n)
		}
	}
}

func TestNoAddressBreaksTheSite(t *testing.T) {
	p := newPaper(t)
	for i, s := range naughty(t) {
		if i%3 != 0 {
			continue
		}
		for _, path := range []string{"/" + url.PathEscape(s), "/sections/" + url.PathEscape(s), "/archive/" + url.PathEscape(s) + "/01", "/media/" + url.PathEscape(s) + "/1.jpg", "/sections/town?before=" + url.QueryEscape(s), "/?p=" + url.QueryEscape(s)} {
			if got := p.get(path); got.Status >= 500 {
				t.Errorf("%q answers %d", path, got.Status)
			}
		}
	}
}
