package site_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/limit"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/site"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// told is where readers hear of a class of change, and where not.
type told struct {
	order     news.Order // of a change of a live text
	blank     bool       // a retraction without the text
	end       string     // "retract", "withdraw" or "law"
	status    int
	note      string // heading of the note at the article, "" for none
	onTop     bool
	listed    bool // on /corrections and in its feed
	dated     bool // feeds, JSON-LD and sitemap have the time of the change
	ld        bool // as CorrectionComment
	title     string
	channels  int
	inFeed    bool
	inSitemap bool
}

var classes = map[string]told{
	"typo":          {order: news.Order{Class: news.Typo}, status: 200, title: "Late bus", inFeed: true, inSitemap: true},
	"update":        {order: news.Order{Class: news.Update, Note: "The vote is in."}, status: 200, note: "Update", dated: true, title: "Late bus", channels: 2, inFeed: true, inSitemap: true},
	"clarification": {order: news.Order{Class: news.Clarification, Was: "Old words.", Now: "The vote is in."}, status: 200, note: "Clarification", listed: true, dated: true, ld: true, title: "Late bus", channels: 2, inFeed: true, inSitemap: true},
	"correction":    {order: news.Order{Class: news.Correct, Was: "Old words.", Now: "The vote is in."}, status: 200, note: "Correction", listed: true, dated: true, ld: true, title: "Late bus", channels: 3, inFeed: true, inSitemap: true},
	"prominent":     {order: news.Order{Class: news.Correct, Was: "Old words.", Now: "The vote is in.", Prominent: true}, status: 200, note: "Correction", onTop: true, listed: true, dated: true, ld: true, title: "Late bus", channels: 3, inFeed: true, inSitemap: true},
	"editor's note": {order: news.Order{Class: news.EditorsNote, Note: "The vote is in."}, status: 200, note: "Editor’s note", onTop: true, listed: true, dated: true, ld: true, title: "Late bus", channels: 2, inFeed: true, inSitemap: true},
	"retraction":    {end: "retract", status: 200, note: "Retraction", onTop: true, listed: true, dated: true, ld: true, title: "Retracted: Late bus", channels: 3, inFeed: true},
	"emptied":       {end: "retract", blank: true, status: 200, note: "Retraction", onTop: true, listed: true, dated: true, ld: true, title: "Retracted: Late bus", channels: 3, inFeed: true},
	"withdrawal":    {end: "withdraw", status: 410, listed: true, channels: 3},
	"by law":        {end: "law", status: 451, listed: true, channels: 3},
}

func TestEveryClassOfChangeIsToldInEveryChannelAsItShould(t *testing.T) {
	for name, c := range classes {
		t.Run(name, func(t *testing.T) {
			p := newPaper(t)
			a := p.published(p.content("en", "Late bus", "Old words."))
			p.clock.Add(3 * time.Hour)
			p.told(a, c)
			const when = "2026-11-20T15:00:00Z"
			page := p.get(a.Path).is(c.status)
			p.checkNote(page, c)
			if c.status == 200 {
				has(page, c.ld, `"CorrectionComment"`)
				has(page, c.dated, `"dateModified":"2026-11-20T16:00:00`)
			}
			for _, path := range []string{"/corrections", "/corrections.xml"} {
				has(p.get(path).is(200), c.listed, "The vote is in.")
			}
			for path, changed := range map[string]string{"/feed.xml": "<atom:updated>" + when, "/atom.xml": "<updated>" + when, "/feed.json": `"date_modified": "` + when} {
				got := p.get(path).is(200)
				has(got, c.inFeed, "Late bus")
				has(got, c.inFeed && c.title != "Late bus", "Retracted: Late bus")
				if c.inFeed {
					has(got, c.dated, changed)
					has(got, c.note != "", "The vote is in.")
				}
			}
			if c.inSitemap {
				has(p.get("/sitemaps/1.xml").is(200), c.dated, "<lastmod>"+when)
			} else {
				p.get("/sitemaps/1.xml").is(404)
			}
			p.checkEvents(c.channels)
			if c.order.Class == news.Typo {
				p.get(a.Path+"/history").is(200).has("Version 2", "spelling")
			}
		})
	}
}

// told makes the change.
func (p *paper) told(a news.Publication, c told) {
	p.t.Helper()
	ctx := p.t.Context()
	switch c.end {
	case "":
		p.change(a.Article, c.order, func(c *news.Content) { c.Body = document.New("en", document.P("New words.")) })
	case "retract":
		p.do(func(tx *store.Tx) error {
			v, err := p.room.Retract(ctx, tx, a.Article, "The vote is in.")
			if err == nil && c.blank {
				v.Blank()
				err = tx.PutPublication(ctx, v)
			}
			return err
		})
	default:
		p.do(func(tx *store.Tx) error {
			if c.end == "law" {
				v, err := tx.Article(ctx, a.Article)
				if err != nil {
					return err
				}
				v.Legal = true
				if err := tx.ChangeArticle(ctx, v, v.Working); err != nil {
					return err
				}
			}
			return p.room.Withdraw(ctx, tx, a.Article, "The vote is in.")
		})
	}
}

func (p *paper) checkNote(page answer, c told) {
	p.t.Helper()
	d := page.page()
	if c.status != 200 {
		page.has("The vote is in.", "20 November 2026, 16:00").hasNot("Late bus", "Old words")
		return
	}
	note := d.Find(".prose .note")
	if (note.Length() == 1) != (c.note != "") {
		p.t.Fatalf("%d notes", note.Length())
	}
	if c.note == "" {
		return
	}
	if h := note.Find("h2").Text(); !strings.HasPrefix(h, c.note) || !strings.Contains(h, "16:00") {
		p.t.Errorf("the note says %q", h)
	}
	if first := d.Find(".prose").Children().First().Is(".note"); first != c.onTop {
		p.t.Errorf("the note is on top: %v", first)
	}
	if c.end == "retract" {
		if (d.Find(".prose del").Length() == 1) == c.blank || strings.Contains(page.Body, "Old words") == c.blank {
			p.t.Error("the text of a retraction is neither struck nor gone")
		}
	}
}

func (p *paper) checkEvents(want int) {
	p.t.Helper()
	n := 0
	for _, ch := range []news.Channel{news.ByNewsletter, news.ByFederation, news.BySearch} {
		list, err := p.s.CorrectionEvents(p.t.Context(), ch, 10)
		if err != nil {
			p.t.Fatal(err)
		}
		n += len(list)
	}
	if n != want {
		p.t.Errorf("%d channels have to be told, not %d", n, want)
	}
}

func has(a answer, want bool, text string) {
	a.t.Helper()
	if strings.Contains(a.Body, text) != want {
		a.t.Errorf("%s holds %q: %v", a.path, text, !want)
	}
}

func TestANoteLeadsToThePlaceThatWasChanged(t *testing.T) {
	p := newPaper(t)
	a := p.published(p.content("en", "Vote", "They voted 8 to 1."))
	block := document.BaseOf(a.Content.Body.Blocks[0]).ID
	p.change(a.Article, news.Order{Class: news.Correct, Was: "8 to 1", Now: "7 to 2", Blocks: []string{"gone", block}}, func(c *news.Content) {
		b := document.P("They voted 7 to 2.")
		b.ID = block
		c.Body = document.New("en", b)
	})
	d := p.get(a.Path).is(200).page()
	to, _ := d.Find(".note a[href^='#']").Attr("href")
	if to == "" || d.Find(to).Text() != "They voted 7 to 2." {
		t.Errorf("the note leads to %q", to)
	}
}

func TestTheHistoryShowsWhatChangedBetweenAnyTwoVersions(t *testing.T) {
	p := newPaper(t)
	pic, other := p.photo(2), p.photo(3)
	row := func(a, b string) []document.Cell {
		return []document.Cell{{Text: document.Plain(a)}, {Text: document.Plain(b)}}
	}
	body := func(first, cell, image string) *document.Document {
		one, tab, img := document.P(first), &document.Table{Rows: [][]document.Cell{row("Yes", cell), row("No", "2")}}, &document.Image{Photo: document.Photo{Media: image}}
		one.ID, tab.ID, img.ID = "b1", "b2", "b3"
		return document.New("en", one, tab, img)
	}
	c := p.content("en", "Vote", "x")
	c.Body = body("They voted on Monday.", "8", pic.ID)
	a := p.published(c)
	p.clock.Add(time.Hour)
	p.change(a.Article, news.Order{Class: news.Update, Note: "Recounted."}, func(c *news.Content) { c.Body = body("They voted on Monday.", "7", other.ID) })
	p.clock.Add(time.Hour)
	p.change(a.Article, news.Order{Class: news.Correct, Was: "Monday", Now: "Tuesday"}, func(c *news.Content) {
		c.Headline, c.Body = "Vote <counted>", body("They voted on Tuesday.", "7", other.ID)
	})
	list := p.get(a.Path+"/history").is(200).has("first published", "Recounted.", "Ansel Quay", "Update")
	d := list.page()
	if got := attr(d, "meta[name=robots]", "content"); !strings.HasPrefix(got, "noindex") || list.Header.Get("ETag") == "" || d.Find("script").Length() > 0 {
		t.Errorf("robots %q, ETag %q", got, list.Header.Get("ETag"))
	}
	if n := d.Find(".vers li").Length(); n != 3 {
		t.Fatalf("%d versions", n)
	}
	diff := p.get(a.Path + "/history?from=2&to=3").is(200).page()
	if ins, del := marked(diff, "ins"), marked(diff, "del"); !strings.Contains(ins, "Tuesday") || !strings.Contains(del, "Monday") || !strings.Contains(ins, "<counted>") || strings.Contains(del, "They") {
		t.Errorf("added %q, taken out %q", ins, del)
	}
	if !strings.Contains(diff.Find("ins .vh").First().Text(), "added") {
		t.Error("who does not see the marks does not hear them")
	}
	wide := p.get(a.Path + "/history?from=1&to=3").is(200).has("another picture").page()
	if del := marked(wide, "del"); !strings.Contains(del, "8") || !strings.Contains(del, "Monday") {
		t.Errorf("over two versions: %q", del)
	}
	p.get(a.Path + "/history?from=1&to=1").is(200).has("the same in both")
	for _, q := range []string{"?from=1&to=9", "?from=x&to=1", "?from=01&to=2", "?from=1"} {
		p.get(a.Path + "/history" + q).is(404)
	}
	p.do(func(tx *store.Tx) error {
		return tx.Redact(t.Context(), news.Redaction{Article: a.Article, Version: 1, Ground: news.GroundLaw, Reason: "secret reason", At: p.clock.Now()})
	})
	p.get(a.Path + "/history").is(200).has("because the law demands it").hasNot("secret reason")
	p.get(a.Path + "/history?from=1&to=3").is(200).has("nothing to compare").hasNot("Monday")
	p.do(func(tx *store.Tx) error {
		o, err := tx.Outlet(t.Context())
		o.NoHistory = true
		if err == nil {
			err = tx.PutOutlet(t.Context(), store.System, o)
		}
		return err
	})
	p.get(a.Path + "/history").is(404)
	p.get(a.Path).is(200).hasNot("/history")
}

func marked(d *goquery.Document, tag string) string {
	d = goquery.CloneDocument(d)
	d.Find(".vh").Remove()
	var out []string
	d.Find(tag).Each(func(_ int, s *goquery.Selection) { out = append(out, s.Text()) })
	return strings.Join(out, "|")
}

func TestScriptsFromTheRightAndWithoutSpacesAreComparedByTheirWords(t *testing.T) {
	for lang, texts := range map[string][2]string{"fa": {"رأی در روز دوشنبه بود.", "رأی در روز سه‌شنبه بود."}, "de": {"Am Montag war die Wahl.", "Am Dienstag war die Wahl."}} {
		p := newPaper(t)
		a := p.published(p.content(lang, "رأی Wahl", texts[0]))
		id := document.BaseOf(a.Content.Body.Blocks[0]).ID
		p.change(a.Article, news.Order{}, func(c *news.Content) {
			b := document.P(texts[1])
			b.ID = id
			c.Body = document.New(lang, b)
		})
		d := p.get((&url.URL{Path: a.Path}).EscapedPath() + "/history?from=1&to=2").is(200).page()
		if del := marked(d, "del"); len([]rune(del)) > 9 || del == "" {
			t.Errorf("%s: taken out %q", lang, del)
		}
		if attr(d, "html", "lang") != lang {
			t.Error("the page is in another language")
		}
	}
}

func (p *paper) reports() *site.Reports {
	r := &site.Reports{Nonces: web.NewNonces([]byte("reports")), Limits: limit.New(p.clock), Seal: func(name, text string) string { return "sealed" }}
	p.site.Reports = r
	return r
}

func (p *paper) send(path string, form url.Values) answer {
	p.t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "https://lantern.example"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	p.http.ServeHTTP(w, r)
	return answer{p.t, path, w.Code, w.Header(), w.Body.String()}
}

// filled is the report form of a page with what a reader writes.
func filled(a answer, wrong, email string) url.Values {
	form := url.Values{"wrong": {wrong}, "email": {email}}
	a.page().Find("#report input[type=hidden]").Each(func(_ int, s *goquery.Selection) { form.Set(s.AttrOr("name", ""), s.AttrOr("value", "")) })
	return form
}

func TestAReaderReportsAnErrorWithoutAccountOrScript(t *testing.T) {
	p := newPaper(t)
	p.reports()
	a := p.published(p.content("en", "Vote", "8 to 1"))
	link := attr(p.get(a.Path).is(200).page(), "a[href^='/report?about=']", "href")
	form := p.get(link).is(200).has("Vote")
	if form.Header.Get("Cache-Control") != "no-store" || form.page().Find("script").Length() > 0 || form.Header.Get("Set-Cookie") != "" {
		t.Errorf("%v", form.Header)
	}
	in := filled(form, "It was 7 to 2.", "not an address")
	p.clock.Add(time.Minute)
	p.send("/report", in).is(422).has("It was 7 to 2.", "not an address")
	in.Set("email", "Reader@Example.org")
	for range 2 { // a double click
		if got := p.send("/report", in); got.Status != 303 || got.Header.Get("Location") != "/report?sent=1" {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	p.get("/report?sent=1").is(200).has("Thank you")
	list, err := p.s.Reports(t.Context(), store.ReportOpen, 10, 0)
	if err != nil || len(list) != 1 || list[0].Article != a.Article || list[0].Version != 1 || list[0].Contact != "sealed" || list[0].Wrong != "It was 7 to 2." {
		t.Fatalf("%+v %v", list, err)
	}
	p.send("/report", url.Values{"wrong": {"x"}, "nonce": {"forged"}}).is(422)
	p.get("/report?about=" + p.draft(p.content("en", "Unpublished", "x"), "").ID).is(200).hasNot("Unpublished")
	p.get("/report?about=/2026/11/vote").is(200).has("Vote")
}

func TestManyReportsCostAProof(t *testing.T) {
	p := newPaper(t)
	p.reports()
	quick := filled(p.get("/report"), "Too fast.", "")
	p.send("/report", quick).is(429).has("proof")
	proofs := 0
	for range 130 {
		in := filled(p.get("/report"), "Wrong.", "")
		p.clock.Add(5 * time.Second)
		if p.send("/report", in).Status == 429 {
			proofs++
		}
	}
	if proofs == 0 {
		t.Error("a flood of reports meets nothing")
	}
}

func TestAPreviewShowsWhatIsNotPublicToWhoeverHasItsLinkAlone(t *testing.T) {
	p := newPaper(t)
	pic := p.photo(2)
	c := p.content("en", "Merger", "Kiwiword.")
	c.Lead = &news.Lead{Media: pic.ID}
	a := p.draft(c, "")
	var token string
	p.do(func(tx *store.Tx) (err error) {
		token, err = tx.MakePreview(t.Context(), store.System, a.ID, "", 1)
		return err
	})
	got := p.get("/preview/"+token).is(200).has("Merger", "Kiwiword", "Not public", "Ansel Quay")
	h := got.Header
	if h.Get("Cache-Control") != "no-store" || !strings.Contains(h.Get("X-Robots-Tag"), "noindex") || h.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'self'") {
		t.Errorf("%v", h)
	}
	src := attr(got.page(), ".hero img", "src")
	if !strings.HasPrefix(src, "/preview/"+token+"/") {
		t.Fatalf("the picture is at %q", src)
	}
	if img := p.get(src).is(200); img.Header.Get("Cache-Control") != "no-store" {
		t.Error("a picture that is not public may be kept")
	}
	p.get(media.Path(pic.Hash, 480, "jpg")).is(404)
	other := p.photo(3)
	p.get("/preview/" + token + "/" + other.Hash + "/480.jpg").is(404)
	lapse := func(until time.Time) {
		pic.RightsUntil = until
		p.do(func(tx *store.Tx) error { return tx.DescribeMedia(t.Context(), pic) })
	}
	lapse(noon.Add(-time.Minute))
	p.get(src).is(404)
	lapse(time.Time{})
	for look, c := range map[string]struct{ want, csp string }{
		"/phone": {`src="/preview/` + token + `"`, "frame-src 'self'"}, "/card": {`width="1200" height="630"`, "form-action 'none'"},
		"/mail": {"Kiwiword", "style-src 'unsafe-inline'"}, "/mail.txt": {"Kiwiword", "form-action 'none'"},
	} {
		got := p.get("/preview/"+token+look).is(200).has("Merger", c.want)
		if h := got.Header; h.Get("Cache-Control") != "no-store" || !strings.Contains(h.Get("Content-Security-Policy"), c.csp) || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %v", look, h)
		}
	}
	if got := p.get("/preview/" + token + "/mail").Body; strings.Contains(got, "class=\"hero") || !strings.Contains(got, `<p style="`) {
		t.Errorf("the mail has no styles of its own: %s", got)
	}
	list, err := p.s.Previews(t.Context(), a.ID)
	if err != nil || len(list) != 1 || list[0].Seen.IsZero() {
		t.Fatalf("%+v %v", list, err)
	}
	p.do(func(tx *store.Tx) error { return tx.EndPreview(t.Context(), store.System, a.ID, list[0].ID) })
	for _, look := range []string{"", "/phone", "/card", "/mail", "/mail.txt"} {
		p.get("/preview/"+token+look).is(410).has("ended").hasNot("Merger", "Kiwiword")
	}
	p.get(src).is(410)
	p.get("/preview/" + strings.Repeat("a", 52)).is(404)
}
