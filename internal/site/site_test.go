package site_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/blob"
	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/site"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/web"
)

// paper is a newsroom with its site, on SQLite, for tests.
type paper struct {
	t     *testing.T
	s     *store.Store
	clock *clock.Manual
	room  news.Newsroom
	site  *site.Site
	http  http.Handler
	cache *web.PageCache
	seq   int64
	names map[string]string // slug of a section, topic or person → id
}

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func newPaper(t *testing.T) *paper {
	t.Helper()
	return newPaperOn(t, storetest.Open(t, storetest.SQLite(t)))
}

func newPaperOn(t *testing.T, s *store.Store) *paper {
	t.Helper()
	c := clock.At(noon)
	s.Clock = c
	templates, err := web.NewTemplates()
	if err != nil {
		t.Fatal(err)
	}
	disk, err := blob.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &paper{t: t, s: s, clock: c, room: news.Newsroom{Clock: c}, names: map[string]string{}, cache: web.NewPageCache(8 << 20)}
	p.site = &site.Site{Store: s, Templates: templates, Clock: c, Blobs: disk}
	server := &web.Server{Kept: p.cache, Draw: p.site.Draw, Now: c.Now}
	p.http = server.Handle(p.site.Serve)
	o := outlet.Default()
	o.Name, o.BaseURL, o.Languages, o.Zone = "The Alderwick Lantern", "https://lantern.example", []string{"de", "fa"}, "Europe/Berlin"
	o.Email, o.Editor, o.LegalName = "desk@lantern.example", "Dora Winslade", "Lantern Readers’ Society"
	o.About = outlet.Words{"en": "We are *five* people.\n\n<script>alert(1)</script>"}
	o.Ethics = outlet.Words{"en": "We say who we are."}
	p.do(func(tx *store.Tx) error { return tx.PutOutlet(t.Context(), store.System, o) })
	p.do(func(tx *store.Tx) (err error) {
		for i, name := range []string{"Town", "River"} {
			slug := strings.ToLower(name)
			if p.names[slug], err = tx.PutSection(t.Context(), news.Section{Slug: slug, Name: outlet.Words{"en": name, "de": name + "-de"}, Position: i}); err != nil {
				return err
			}
		}
		if p.names["bus"], err = tx.PutTopic(t.Context(), news.Topic{Slug: "bus", Name: outlet.Words{"en": "Buses"}}); err != nil {
			return err
		}
		p.names["ansel"], err = tx.PutPerson(t.Context(), news.Person{Slug: "ansel", Name: "Ansel Quay", Bio: outlet.Words{"en": "Writes."}, Contact: "ansel@lantern.example"})
		return err
	})
	return p
}

func (p *paper) do(fn func(tx *store.Tx) error) {
	p.t.Helper()
	if err := p.s.Write(p.t.Context(), fn); err != nil {
		p.t.Fatal(err)
	}
	p.follow()
}

// follow tells the cache what has changed, as the running program does.
func (p *paper) follow() {
	p.t.Helper()
	ctx, cancel := context.WithCancel(p.t.Context())
	defer cancel()
	var keys []string
	now, err := p.s.ChangeSeq(ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	if now == p.seq {
		return
	}
	err = p.s.Follow(ctx, p.seq, func(k []string) { keys = append(keys, k...); cancel() })
	if err != nil {
		p.t.Fatal(err)
	}
	p.seq = now
	p.cache.Changed(keys)
}

func (p *paper) content(lang, headline, text string) news.Content {
	return news.Content{
		Lang: lang, Kind: news.Report, Headline: headline, Dek: "A dek for " + headline, Section: p.names["town"], Topics: []string{p.names["bus"]},
		Bylines: []news.Byline{{Person: p.names["ansel"], Role: "by"}}, Dateline: news.Dateline{Place: "Alderwick"},
		Body: document.New(lang, document.P(text)),
	}
}

func (p *paper) draft(c news.Content, group string) news.Article {
	p.t.Helper()
	var a news.Article
	p.do(func(tx *store.Tx) (err error) {
		a, err = p.room.Create(p.t.Context(), tx, news.Author{}, news.New{Content: c, Group: group})
		return err
	})
	return a
}

func (p *paper) publish(o news.Order) news.Publication {
	p.t.Helper()
	var v news.Publication
	p.do(func(tx *store.Tx) (err error) { v, err = p.room.Publish(p.t.Context(), tx, o); return err })
	return v
}

func (p *paper) published(c news.Content) news.Publication {
	p.t.Helper()
	return p.publish(news.Order{Article: p.draft(c, "").ID})
}

func (p *paper) change(article string, o news.Order, edit func(c *news.Content)) news.Publication {
	p.t.Helper()
	ctx := p.t.Context()
	p.do(func(tx *store.Tx) error {
		a, err := tx.Article(ctx, article)
		if err != nil {
			return err
		}
		v, err := tx.Revision(ctx, a.Working)
		if err != nil {
			return err
		}
		edit(&v.Content)
		_, err = p.room.Save(ctx, tx, news.Author{}, news.Change{Article: article, Base: a.Working, Content: v.Content})
		return err
	})
	o.Article = article
	return p.publish(o)
}

// answer is what a reader got.
type answer struct {
	t      *testing.T
	path   string
	Status int
	Header http.Header
	Body   string
}

func (p *paper) get(path string) answer { return p.ask(http.MethodGet, path) }

func (p *paper) ask(method, path string) answer {
	p.t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(method, "https://lantern.example"+path, nil)
	p.http.ServeHTTP(w, r)
	res := w.Result()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer{p.t, path, res.StatusCode, res.Header, string(body)}
}

func (a answer) is(status int) answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("%s answers %d (%s), not %d:\n%.600s", a.path, a.Status, a.Header.Get("Location"), status, a.Body)
	}
	return a
}

func (a answer) leadsTo(location string) answer {
	a.t.Helper()
	if a.Status != 301 || a.Header.Get("Location") != location {
		a.t.Errorf("%s answers %d %q, not 301 %q", a.path, a.Status, a.Header.Get("Location"), location)
	}
	return a
}

func (a answer) page() *goquery.Document {
	a.t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(a.Body))
	if err != nil {
		a.t.Fatal(err)
	}
	return d
}

// shows checks the text of the first element that a selector finds.
func (a answer) shows(selector, want string) answer {
	a.t.Helper()
	if got := strings.Join(strings.Fields(a.page().Find(selector).First().Text()), " "); got != want {
		a.t.Errorf("%s: %s is %q, not %q", a.path, selector, got, want)
	}
	return a
}

func (a answer) has(words ...string) answer {
	a.t.Helper()
	for _, w := range words {
		if !strings.Contains(a.Body, w) {
			a.t.Errorf("%s lacks %q", a.path, w)
		}
	}
	return a
}

func (a answer) hasNot(words ...string) answer {
	a.t.Helper()
	for _, w := range words {
		if strings.Contains(a.Body, w) {
			a.t.Errorf("%s holds %q", a.path, w)
		}
	}
	return a
}

func attr(d *goquery.Document, selector, name string) string {
	v, _ := d.Find(selector).First().Attr(name)
	return v
}

// photo puts a ready picture into the library.
func (p *paper) photo(seed byte) media.Picture {
	p.t.Helper()
	pic := media.Picture{Hash: strings.Repeat(string("0123456789abcdef"[seed%16]), 64), Mime: "image/jpeg", Width: 1600, Height: 900,
		OriginalKey: "original/x.jpg", Credit: "Ines Hallow", Alt: map[string]string{"en": "A bus at dusk"}, Caption: map[string]string{"en": "The 23:40."}}
	ctx := p.t.Context()
	p.do(func(tx *store.Tx) (err error) { pic, err = tx.AddMedia(ctx, pic); return err })
	var sizes []media.Stored
	for _, w := range []int{480, 1200} {
		key := media.RenditionKey(pic.Hash, w, "jpg")
		if err := p.site.Blobs.Put(ctx, key, strings.NewReader("jpeg of "+key)); err != nil {
			p.t.Fatal(err)
		}
		sizes = append(sizes, media.Stored{Size: media.Size{Width: w, Height: w * 9 / 16}, Ext: "jpg", Bytes: 99, Key: key})
	}
	card := media.Stored{Size: media.Size{Width: 1200, Height: 630}, Ext: "jpg", Bytes: 99, Cut: media.CutCard, Face: pic.CardFace(), Key: media.RenditionKey(pic.CardFace(), 1200, "jpg")}
	if err := p.site.Blobs.Put(ctx, card.Key, strings.NewReader("card")); err != nil {
		p.t.Fatal(err)
	}
	sizes = append(sizes, card)
	p.do(func(tx *store.Tx) error { return tx.MediaRendered(ctx, pic.ID, "", sizes) })
	return pic
}

func TestAnArticleTravelsFromTheDeskToEveryPage(t *testing.T) {
	p := newPaper(t)
	pic := p.photo(1)
	c := p.content("en", "The late bus stays", "Nineteen people are on the bus.")
	c.Lead = &news.Lead{Media: pic.ID, Caption: "Harbour Road."}
	a := p.published(c)
	if a.Path != "/2026/11/the-late-bus-stays" {
		t.Fatal(a.Path)
	}
	page := p.get(a.Path).is(200).shows("h1", "The late bus stays").shows(".kicker", "Town").shows(".by", "Ansel Quay").
		has("Nineteen people are on the bus.", "Harbour Road.", "Photo: <bdi>Ines Hallow</bdi>", "20 November 2026, 13:00")
	d := page.page()
	if got := attr(d, `link[rel=canonical]`, "href"); got != "https://lantern.example"+a.Path {
		t.Errorf("canonical: %s", got)
	}
	if got := attr(d, ".hero img", "src"); got != media.Path(pic.Hash, 1200, "jpg") {
		t.Errorf("picture: %s", got)
	}
	if page.Header.Get("ETag") == "" || page.Header.Get("Set-Cookie") != "" || !strings.HasPrefix(page.Header.Get("Cache-Control"), "public") {
		t.Errorf("headers: %v", page.Header)
	}
	for _, path := range []string{"/", "/sections/town", "/topics/bus", "/people/ansel", "/archive/2026/11", "/archive", "/archive/2026",
		"/feed.xml", "/atom.xml", "/feed.json", "/sections/town/feed.xml", "/topics/bus/feed.xml", "/sitemaps/1.xml", "/news-sitemap.xml", "/search?q=nineteen"} {
		p.get(path).is(200).has("/2026/11/the-late-bus-stays")
	}
	p.get(media.Path(pic.Hash, 480, "jpg")).is(200).has("jpeg of")
}

func TestPagesChangeWithWhatTheyShow(t *testing.T) {
	p := newPaper(t)
	paths := []string{"/", "/sections/town", "/topics/bus", "/people/ansel", "/feed.xml", "/archive", "/sitemap.xml", "/news-sitemap.xml"}
	for _, path := range paths {
		if path != "/topics/bus" { // which nothing is about yet
			p.get(path).is(200).hasNot("first-words") // now it is kept
		}
	}
	a := p.published(p.content("en", "First words", "Text one."))
	for _, path := range paths[:6] {
		p.get(path).is(200).has("First words")
	}
	p.get(a.Path).is(200).has("Text one.")
	p.change(a.Article, news.Order{Class: news.Update, Note: "More is known."}, func(c *news.Content) {
		c.Headline, c.Dek, c.Body = "Second words", "", document.New("en", document.P("Text two."))
	})
	for _, path := range append([]string{a.Path}, paths[:6]...) {
		p.get(path).is(200).has("Second words").hasNot("First words")
	}
	p.get(a.Path).has("Text two.", "More is known.")
	p.do(func(tx *store.Tx) error {
		return p.room.Withdraw(t.Context(), tx, a.Article, "A court asked for it.")
	})
	for _, path := range paths {
		if path == "/topics/bus" {
			p.get(path).is(404)
			continue
		}
		p.get(path).is(200).hasNot("Second words", a.Path)
	}
	p.get(a.Path).is(410).hasNot("Text two", "Second words").has("withdrawn")
	p.get("/corrections").is(200).has("A court asked for it.").hasNot("Second words", "More is known.")
}

func TestNothingUnpublishedLeaksFromAnyAddress(t *testing.T) {
	p := newPaper(t)
	pic := p.photo(2)
	c := p.content("en", "Embargoed merger", "Kiwiword inside.")
	c.Lead = &news.Lead{Media: pic.ID}
	a := p.draft(c, "")
	p.do(func(tx *store.Tx) error {
		_, err := tx.PutPerson(t.Context(), news.Person{Slug: "nobody-yet", Name: "Only Drafts"})
		return err
	})
	p.get("/about").is(200).has("Ansel Quay").hasNot("Only Drafts")
	p.do(func(tx *store.Tx) error {
		_, err := p.room.Schedule(t.Context(), tx, a.ID, noon.Add(time.Hour), true)
		return err
	})
	for _, path := range []string{"/", "/sections/town", "/people/ansel", "/archive", "/feed.xml", "/atom.xml", "/feed.json",
		"/sections/town/feed.json", "/sitemap.xml", "/sitemaps/pages.xml", "/news-sitemap.xml", "/search?q=kiwiword", "/search?q=merger", "/corrections", "/about"} {
		p.get(path).is(200).hasNot("Embargoed", "Kiwiword", "embargoed-merger", pic.Hash)
	}
	for _, path := range []string{"/2026/11/embargoed-merger", "/2026/11/embargoed-merger/history", media.Path(pic.Hash, 480, "jpg"), "/sitemaps/1.xml", "/archive/2026/11",
		"/topics/bus", "/topics/bus/feed.xml", "/people/nobody-yet"} {
		got := p.get(path).is(404).hasNot("Embargoed", "jpeg of")
		if cc := got.Header.Get("Cache-Control"); cc != "no-store" {
			t.Errorf("%s may be kept: %s", path, cc)
		}
	}
	p.clock.Add(time.Hour)
	p.do(func(tx *store.Tx) error {
		_, err := p.room.Due(t.Context(), tx, a.ID, noon.Add(time.Hour))
		return err
	})
	p.get("/2026/11/embargoed-merger").is(200).has("Kiwiword")
	p.get("/").is(200).has("Embargoed merger")
	p.get(media.Path(pic.Hash, 480, "jpg")).is(200)
}

func TestOldAddressesLeadOnInOneStep(t *testing.T) {
	p := newPaper(t)
	a := p.published(p.content("en", "First words", "x"))
	old := a.Path
	a = p.change(a.Article, news.Order{}, func(c *news.Content) { c.Slug = "second-words" })
	p.do(func(tx *store.Tx) error {
		for _, v := range []store.Address{
			{Path: "/?p=12", Kind: store.ToArticle, Object: a.Article, Source: "wp"},
			{Path: "/category/town", Kind: store.ToSection, Object: p.names["town"], Source: "wp"},
			{Path: "/author/aq", Kind: store.ToPerson, Object: p.names["ansel"], Source: "wp"},
			{Path: "/tag/bus/feed", Kind: store.ToFeed, Object: "/topics/bus/feed.xml", Source: "wp"},
		} {
			if ok, err := tx.PutAddress(t.Context(), v); !ok || err != nil {
				t.Errorf("%+v: %v %v", v, ok, err)
			}
		}
		return nil
	})
	for from, to := range map[string]string{
		old:                      a.Path,
		old + "/":                a.Path,
		strings.ToUpper(old):     a.Path,
		a.Path + "/":             a.Path,
		"/2026/11/Second-Words/": a.Path,
		"/?p=12":                 a.Path,
		"/index.php?p=12":        a.Path,
		"/category/Town/":        "/sections/town",
		"/author/aq/":            "/people/ansel",
		"/tag/bus/feed/":         "/topics/bus/feed.xml",
		"/Sections/Town/":        "/sections/town",
		"/fa/":                   "/fa",
		"/2026/11/":              "/archive/2026/11",
		"/2026":                  "/archive/2026",
		"/fa/2026/11/30":         "/fa/archive/2026/11",
		a.Path + "/feed/":        a.Path,
		old + "/amp":             a.Path,
		old + "/history":         a.Path + "/history",
		"/?s=late+bus":           "/search?q=late+bus",
		"/favicon.ico":           web.AssetPath("icon.svg"),
	} {
		p.get(from).leadsTo(to)
	}
	p.get("/?utm_source=mail").is(200)
	p.get("/?p=999").is(404)
	// A section that is renamed keeps its old address too.
	p.do(func(tx *store.Tx) error {
		_, err := tx.PutSection(t.Context(), news.Section{ID: p.names["town"], Slug: "city", Name: outlet.Words{"en": "City"}})
		return err
	})
	p.get("/sections/town").leadsTo("/sections/city")
	p.get("/Sections/Town/").leadsTo("/sections/city")
	p.get("/category/town").leadsTo("/sections/city")
}

func TestTranslationsPointAtEachOther(t *testing.T) {
	p := newPaper(t)
	en := p.published(p.content("en", "Late bus", "x"))
	p.get(en.Path).is(200)
	fa := p.publish(news.Order{Article: p.draft(p.content("fa", "اتوبوس شب", "متن"), en.Article).ID})
	faPath := "/fa/2026/11/%D8%A7%D8%AA%D9%88%D8%A8%D9%88%D8%B3-%D8%B4%D8%A8"
	want := map[string]string{"en": "https://lantern.example" + en.Path, "fa": "https://lantern.example" + faPath, "x-default": "https://lantern.example" + en.Path}
	for _, path := range []string{en.Path, faPath} {
		d := p.get(path).is(200).page()
		got := map[string]string{}
		d.Find("link[hreflang]").Each(func(_ int, s *goquery.Selection) {
			lang, _ := s.Attr("hreflang")
			got[lang], _ = s.Attr("href")
		})
		if len(got) != 3 || got["en"] != want["en"] || got["fa"] != want["fa"] || got["x-default"] != want["x-default"] {
			t.Errorf("%s: %v", path, got)
		}
		if c := attr(d, "link[rel=canonical]", "href"); c != got[map[string]string{en.Path: "en", faPath: "fa"}[path]] {
			t.Errorf("%s: its canonical address %s is not in the mesh", path, c)
		}
	}
	d := p.get(faPath).page()
	if attr(d, "html", "lang") != "fa" || attr(d, "html", "dir") != "rtl" {
		t.Error("the Persian page does not say that it is")
	}
	p.get("/fa").is(200).has("اتوبوس شب").hasNot("Late bus")
	p.get("/").is(200).has("Late bus").hasNot("اتوبوس شب")
	p.get("/fa/search?q=" + "%D8%A7%D8%AA%D9%88%D8%A8%D9%88%D8%B3").is(200).has("<mark>اتوبوس</mark>")
	p.get("/it").is(404)
	p.get("/en").is(404)
	_ = fa
}

func TestACorrectionIsShownEverywhereItShould(t *testing.T) {
	p := newPaper(t)
	a := p.published(p.content("en", "Vote", "They voted 8 to 1."))
	p.clock.Add(3 * time.Hour)
	p.change(a.Article, news.Order{Class: news.Correct, Was: "They voted 8 to 1.", Now: "They voted 7 to 2.", Prominent: true}, func(c *news.Content) {
		c.Body = document.New("en", document.P("They voted 7 to 2."))
	})
	p.get(a.Path).is(200).has(`"correction":[{"@type":"CorrectionComment"`, "We wrote: They voted 8 to 1.").
		shows(".note h2", "Correction, 20 November 2026, 16:00")
	p.get("/corrections").is(200).has("They voted 8 to 1.", "They voted 7 to 2.", a.Path)
	p.get("/corrections.xml").is(200).has("They voted 7 to 2.", a.Path)
	p.get(a.Path+"/history").is(200).shows("h1", "Vote").has("Version 2</strong> <span class=\"tag warn\">Correction</span>", "Version 1</strong>", "first published</span>")
	p.get("/atom.xml").has("<updated>2026-11-20T15:00:00Z</updated>")
}

func TestARetractedArticleSaysSoBeforeAnythingElse(t *testing.T) {
	p := newPaper(t)
	a := p.published(p.content("en", "Second ferry", "Next summer."))
	p.do(func(tx *store.Tx) error {
		_, err := p.room.Retract(t.Context(), tx, a.Article, "It rested on a draft.")
		return err
	})
	d := p.get(a.Path).is(200).has("It rested on a draft.").page()
	if attr(d, "meta[name=robots]", "content") != "noindex" || d.Find(".note.stop").Length() != 1 {
		t.Error("there is no notice, or search engines are told nothing")
	}
	for _, path := range []string{"/feed.xml", "/atom.xml", "/feed.json"} {
		p.get(path).is(200).has("Retracted: Second ferry").hasNot("Next summer")
	}
	p.get("/search?q=ferry").is(200).has("Retracted: Second ferry").hasNot("Next summer")
	p.get("/").is(200).hasNot("Second ferry")
	p.get("/news-sitemap.xml").hasNot("second-ferry")
}

func TestTheFrontHasNoStoryTwiceAndKeepsWhatIsSticky(t *testing.T) {
	p := newPaper(t)
	var first news.Publication
	for i := range 24 {
		c := p.content("en", "Story "+string(rune('A'+i)), "x")
		if i%2 == 1 {
			c.Section = p.names["river"]
		}
		v := p.publish(news.Order{Article: p.draft(c, "").ID, At: noon.Add(time.Duration(i-100) * time.Hour)})
		if i == 0 {
			first = v
		}
	}
	d := p.get("/").is(200).page()
	seen := map[string]int{}
	d.Find("main h2 a, main h3 a").Each(func(_ int, s *goquery.Selection) { seen[s.Text()]++ })
	stories := 0
	for headline, n := range seen {
		if strings.HasPrefix(headline, "Story") {
			if stories++; n != 1 {
				t.Errorf("%s stands %d times", headline, n)
			}
		}
	}
	if stories < 12 || d.Find(".lead h2").Text() != "Story X" {
		t.Errorf("%d stories; %q leads", stories, d.Find(".lead h2").Text())
	}
	p.do(func(tx *store.Tx) error { return tx.SetSticky(t.Context(), first.Article, true) })
	p.get("/").is(200).shows(".lead h2", "Story A")
}

func TestTheSiteAnswersWhatProgramsAsk(t *testing.T) {
	p := newPaper(t)
	p.published(p.content("en", "Late bus", "x"))
	for path, want := range map[string][]string{
		"/robots.txt":               {"text/plain; charset=utf-8", "Sitemap: https://lantern.example/sitemap.xml"},
		"/sitemap.xml":              {"application/xml; charset=utf-8", "https://lantern.example/sitemaps/1.xml"},
		"/sitemaps/pages.xml":       {"application/xml; charset=utf-8", "https://lantern.example/fa/about"},
		"/feed.xml":                 {"application/rss+xml; charset=utf-8", "urn:uuid:"},
		"/atom.xml":                 {"application/atom+xml; charset=utf-8", "urn:uuid:"},
		"/feed.json":                {"application/feed+json; charset=utf-8", "urn:uuid:"},
		"/books.json":               {"application/json", `"seq": 0`},
		"/books.csv":                {"text/csv; charset=utf-8", "kind,account,currency"},
		"/.well-known/security.txt": {"text/plain; charset=utf-8", "Contact: mailto:desk@lantern.example"},
		"/healthz":                  {"text/plain; charset=utf-8", "ok"},
		"/readyz":                   {"text/plain; charset=utf-8", "ready"},
	} {
		got := p.get(path).is(200).has(want[1])
		if typ := got.Header.Get("Content-Type"); typ != want[0] {
			t.Errorf("%s is %s", path, typ)
		}
		if head := p.ask(http.MethodHead, path); head.Status != 200 || head.Body != "" {
			t.Errorf("HEAD %s: %d, %d bytes", path, head.Status, len(head.Body))
		}
	}
	p.get("/fa/books.json").is(404)
	if got := p.ask(http.MethodPost, "/sections/town"); got.Status != 405 || got.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d %v", got.Status, got.Header)
	}
}

func TestPagesThatEveryNewsroomHasTellTheTruth(t *testing.T) {
	p := newPaper(t)
	p.get("/").is(200).shows("h1", "The Alderwick Lantern")
	p.get("/books").is(200).has("books.json").shows("h1", "Our books")
	p.get("/newsletter").is(200).has("/feed.xml", "/sections/river/feed.xml")
	p.get("/about").is(200).has("<em>five</em>", "Ansel Quay", "Dora Winslade").hasNot("<script>alert", "alert(1)")
	p.get("/ethics").is(200).has("We say who we are.").shows("h1", "Our standards")
	p.get("/imprint").is(404)
	p.get("/corrections").is(200)
	p.get("/search").is(200)
	p.get("/search?q=nowhere").is(200).has("nowhere")
	p.get("/search?q=x&page=9999").is(404)
	p.get("/sections/town?before=rubbish").is(404)
	p.get("/sections/town").is(200)
	missing := p.get("/no/such/page").is(404)
	if d := missing.page(); d.Find("form[role=search]").Length() == 0 || attr(d, "meta[name=robots]", "content") != "noindex" || d.Find("h1").Length() != 1 {
		t.Error("the page of a missing address offers no search, or may be indexed")
	}
}

func TestADefectBecomesAPageWithoutItsDetails(t *testing.T) {
	p := newPaper(t)
	p.site.More = append(p.site.More, site.Route{Path: "/give", Handler: func(context.Context, *web.Request) (web.Page, error) {
		return web.Page{}, fault.Wrap(fault.Internal, io.ErrUnexpectedEOF, "secret table name")
	}})
	p.get("/give").is(500).hasNot("secret table", "EOF").shows("h1", "Something broke on our side")
}

func TestAKeptPageEndsWithTheRightsToItsPictures(t *testing.T) {
	p := newPaper(t)
	pic := p.photo(3)
	pic.RightsUntil = noon.Add(30 * time.Minute)
	p.do(func(tx *store.Tx) error { return tx.DescribeMedia(t.Context(), pic) })
	c := p.content("en", "Late bus", "x")
	c.Lead = &news.Lead{Media: pic.ID}
	a := p.published(c)
	pages := []string{a.Path, "/", "/sections/town", "/feed.xml", "/sitemaps/1.xml"}
	for _, path := range pages {
		p.get(path).is(200).has(pic.Hash)
	}
	p.clock.Add(30 * time.Minute)
	for _, path := range pages {
		p.get(path).is(200).hasNot(pic.Hash)
	}
}

func TestTheNavigationOfManySectionsShowsThoseWithArticles(t *testing.T) {
	p := newPaper(t)
	p.do(func(tx *store.Tx) (err error) {
		for i := range 20 {
			slug := fmt.Sprintf("part-%02d", i)
			if p.names[slug], err = tx.PutSection(t.Context(), news.Section{Slug: slug, Name: outlet.Words{"en": slug}, Position: 10 + i}); err != nil {
				return err
			}
		}
		return nil
	})
	for _, headline := range []string{"First", "Second"} {
		c := p.content("en", headline, "Text.")
		c.Section = p.names["part-17"]
		p.published(c)
	}
	p.published(p.content("en", "Third", "Text."))
	nav := p.get("/about").has("part-17", "Town")
	nav.hasNot("part-03", "River")
}

func TestARetractedArticleKeepsItsAddressAndLeavesTheSitemap(t *testing.T) {
	p := newPaper(t)
	kept, gone := p.published(p.content("en", "Kept", "Text.")), p.published(p.content("en", "Taken back", "Text."))
	p.get("/sitemaps/1.xml").has(kept.Path, gone.Path)
	p.do(func(tx *store.Tx) error {
		_, err := p.room.Retract(t.Context(), tx, gone.Article, "It was not so.")
		return err
	})
	p.get(gone.Path).is(200).has("It was not so.")
	p.get("/sitemaps/1.xml").has(kept.Path).hasNot(gone.Path)
}
