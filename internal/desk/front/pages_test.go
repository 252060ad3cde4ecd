package front_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

func TestAPageStandsAtTheRootAndNeverWhereMastheadNeedsTheAddress(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.SignIn(r.Hire("dora", staff.Publisher))
	const form = "/desk/pages/new"
	for title, slug := range map[string]string{"Desk": "", "Give": "give", "Deutsch": "de", "Nothing good": "no good"} {
		if a := dora.Fill(form, form, "headline", title, "slug", slug); a.Status != http.StatusUnprocessableEntity || a.Find("[name=headline]").AttrOr("value", "") != title {
			t.Errorf("%s at %q: %d", title, slug, a.Status)
		}
	}
	a := dora.Fill(form, form, "headline", "Contact")
	id := strings.TrimSuffix(strings.TrimPrefix(a.To(), "/desk/stories/"), "/edit")
	page, err := r.Store.Article(t.Context(), id)
	if err != nil || page.Kind != news.Page || page.Slug != "contact" {
		t.Fatalf("%d %s: %+v %v", a.Status, a.To(), page, err)
	}
	room := news.Newsroom{Clock: r.Clock}
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		p, err := room.Publish(ctx, tx, news.Order{Article: id})
		if err == nil && p.Path != "/contact" {
			t.Errorf("it stands at %s", p.Path)
		}
		return err
	})
	if list := dora.Get("/desk/pages"); list.Find(`#main tbody a[href="/contact"]`).Length() != 1 {
		t.Error(list.Body)
	}
	if a := dora.Fill(form, form, "headline", "Contact"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a second one: %d", a.Status)
	}
}

func TestAPageOfAReservedAddressIsRefusedAtEveryWayOut(t *testing.T) {
	for slug, want := range map[string]bool{"desk": true, "feed.xml": true, "contact": false, "": false} {
		c := news.Case{Act: news.Act{Step: news.GoLive}, Article: news.Article{State: news.Approved}, Content: news.Content{Lang: "en", Kind: news.Page, Headline: "Contact", Slug: slug}}
		refused := false
		for _, o := range news.Check(c) {
			refused = refused || o.Key == "gate.page"
		}
		if refused != want {
			t.Errorf("%q: refused %v", slug, refused)
		}
	}
}
