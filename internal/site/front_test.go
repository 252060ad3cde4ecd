package site_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// arrange publishes a front by hand.
func (p *paper) arrange(lang string, slots news.Arrangement) {
	p.t.Helper()
	p.do(func(tx *store.Tx) error {
		f, err := tx.Front(p.t.Context(), lang)
		if err != nil {
			return err
		}
		seen := store.FrontSeen{Lang: lang, Edit: f.Edit}
		if err := tx.EditFront(p.t.Context(), store.System, seen, func(news.Arrangement) (news.Arrangement, error) { return slots, nil }); err != nil {
			return err
		}
		seen.Edit++
		_, err = tx.PublishFront(p.t.Context(), store.System, seen)
		return err
	})
}

func TestAFrontShowsWhatEditorsPutThereAndFillsTheRest(t *testing.T) {
	p := newPaper(t)
	var ids []string
	for _, h := range []string{"Oldest", "Second", "Third", "Fourth", "Fifth", "Sixth"} {
		p.clock.Add(time.Minute)
		ids = append(ids, p.published(p.content("en", h, h)).Article)
	}
	river := p.content("en", "Of the river", "x")
	river.Section = p.names["river"]
	p.clock.Add(time.Minute)
	ids = append(ids, p.published(river).Article)
	secret := p.content("en", "Kiwiword", "x")
	hidden := p.draft(secret, "")
	p.get("/").is(200).shows(".lead h2", "Of the river")

	p.arrange("en", news.Arrangement{
		news.LeadSlot:    {Article: ids[0], Headline: "The oldest, again", Until: p.clock.Now().Add(time.Hour)},
		news.BesideFirst: {Article: hidden.ID, Headline: "Kiwiword of the front"},
		news.BesideNext:  {Article: ids[1], Dek: "A sentence of its own."},

		news.SectionSlot(p.names["town"]): {Article: ids[2]},
	})
	front := p.get("/").is(200).shows(".lead h2", "The oldest, again").has("A sentence of its own.").hasNot("Kiwiword")
	if n := strings.Count(front.Body, "Third"); n == 0 || strings.Count(front.Body, ">Oldest<") > 0 {
		t.Errorf("%d times", n)
	}
	seen := map[string]bool{}
	for _, a := range front.page().Find("main article h2 a, main article h3 a").EachIter() {
		if href := a.AttrOr("href", ""); seen[href] {
			t.Errorf("%s stands twice", href)
		} else {
			seen[href] = true
		}
	}
	if got := front.page().Find("#b-" + p.names["town"]).Closest("section").Find("article a").First().Text(); got != "Third" {
		t.Errorf("the section begins with %q", got)
	}
	p.get("/de").is(200).hasNot("The oldest")

	p.clock.Add(time.Hour) // nothing changed in the database: the kept page ends by itself
	p.get("/").is(200).hasNot("The oldest, again").shows(".lead h2", "Of the river")
	p.publish(news.Order{Article: hidden.ID})
	p.get("/").is(200).has("Kiwiword of the front")
	p.do(func(tx *store.Tx) error {
		_, err := p.room.Retract(t.Context(), tx, hidden.ID, "It was not so.")
		return err
	})
	p.get("/").is(200).hasNot("Kiwiword")
}

func TestASectionThatLeavesTheFrontDoesNotTakeAStoryAlong(t *testing.T) {
	p := newPaper(t)
	a := p.published(p.content("en", "Newest", "x"))
	p.arrange("en", news.Arrangement{news.SectionSlot(p.names["town"]): {Article: a.Article}})
	p.do(func(tx *store.Tx) error {
		o, err := tx.Outlet(t.Context())
		if err != nil {
			return err
		}
		o.Nav = []outlet.NavItem{{Section: "river"}}
		return tx.PutOutlet(t.Context(), store.System, o)
	})
	p.get("/").is(200).shows(".lead h2", "Newest")
}

func TestAPreviewOfAFrontIsKeptNowhere(t *testing.T) {
	p := newPaper(t)
	a := p.published(p.content("en", "Public", "x"))
	b := p.draft(p.content("en", "Secret", "x"), "")
	slots := news.Arrangement{news.LeadSlot: {Article: b.ID}, news.BesideFirst: {Article: a.Article, Headline: "Beside"}}
	draw := func(coming bool) web.Page {
		t.Helper()
		var with map[string]store.Teaser
		if coming {
			var err error
			if with, err = p.s.ComingStories(t.Context(), "en", []string{b.ID, a.Article}); err != nil {
				t.Fatal(err)
			}
		}
		page, err := p.site.FrontPreview(t.Context(), &web.Request{Request: httptest.NewRequest(http.MethodGet, "/desk/front/en/preview", nil)}, "en", slots, with)
		if err != nil || page.Cache != web.NoStore || len(page.Deps) > 0 || page.Header.Get("X-Robots-Tag") == "" {
			t.Fatalf("%+v %v", page.Header, err)
		}
		return page
	}
	if body := string(draw(false).Body); !strings.Contains(body, "Beside") || strings.Contains(body, "Secret") || !strings.Contains(body, "Preview.") {
		t.Error(body)
	}
	if body := string(draw(true).Body); !strings.Contains(body, "Secret") {
		t.Error("the story to come is not shown")
	}
	p.get("/").is(200).hasNot("Beside", "Secret", "Preview.")
}

func TestTheOldAddressOfATopicLeadsOnInEveryLanguageAndItsPageIsComplete(t *testing.T) {
	p := newPaper(t)
	p.published(p.content("en", "Bus news", "x"))
	p.do(func(tx *store.Tx) error {
		_, err := tx.PutTopic(t.Context(), news.Topic{ID: p.names["bus"], Slug: "buses", Name: outlet.Words{"en": "Buses"}})
		return err
	})
	p.do(func(tx *store.Tx) error {
		_, err := tx.PutPerson(t.Context(), news.Person{ID: p.names["ansel"], Slug: "ansel-quay", Name: "Ansel Quay", Bio: outlet.Words{"en": "Writes."}})
		return err
	})
	p.get("/topics/bus").leadsTo("/topics/buses")
	p.get("/de/topics/bus").leadsTo("/de/topics/buses")
	p.get("/fa/people/ansel").leadsTo("/fa/people/ansel-quay")
	for _, path := range []string{"/topics/buses", "/people/ansel-quay"} {
		for _, end := range []string{"/feed.xml", "/atom.xml", "/feed.json"} {
			p.get(path + end).is(200).has("Bus news")
			if n := p.get(path).page().Find(`link[rel=alternate][href="` + path + end + `"], link[rel=alternate][href$="` + path + end + `"]`).Length(); n != 1 {
				t.Errorf("%s names %s %d times", path, end, n)
			}
		}
		if n := p.get(path).page().Find("link[hreflang]").Length(); n != 0 {
			t.Errorf("%s stands in one language and names %d others", path, n)
		}
		p.get("/de"+path).is(200).has("noindex", "Hier ist noch nichts").hasNot("Bus news")
	}
	p.published(p.content("de", "Busnachrichten", "x"))
	if n := p.get("/topics/buses").page().Find("link[hreflang]").Length(); n != 3 {
		t.Errorf("%d languages and the default are named", n)
	}
	p.get("/de/topics/buses").is(200).has("Busnachrichten").hasNot("noindex")
}
