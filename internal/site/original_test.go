package site_test

import (
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
)

func TestNoPublicAddressGivesAnOriginalOrWhatWasCutAway(t *testing.T) {
	p := newPaper(t)
	pic := p.photo(4)
	hidden := media.Stored{Size: media.Size{Width: 960, Height: 540}, Ext: "jpg", Bytes: 9, Cut: media.CutWhole, Face: pic.WholeFace(), Key: media.RenditionKey(pic.WholeFace(), 960, "jpg")}
	for key, text := range map[string]string{pic.OriginalKey: "SECRET-ORIGINAL", hidden.Key: "SECRET-WHOLE"} {
		if err := p.site.Blobs.Put(t.Context(), key, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	}
	now, err := p.s.Media(t.Context(), pic.ID)
	if err != nil {
		t.Fatal(err)
	}
	p.do(func(tx *store.Tx) error { return tx.MediaRendered(t.Context(), pic.ID, "", append(now.All(), hidden)) })
	c := p.content("en", "The late bus", "It runs.")
	c.Lead = &news.Lead{Media: pic.ID}
	a := p.published(c)
	var token string
	p.do(func(tx *store.Tx) (err error) {
		token, err = tx.MakePreview(t.Context(), store.System, a.Article, "", 1)
		return err
	})
	whole := media.Path(pic.WholeFace(), 960, "jpg")
	for _, path := range []string{
		"/media/" + pic.OriginalKey, "/" + pic.OriginalKey, "/media/" + pic.Hash, "/media/" + pic.Hash + ".jpg", "/media/" + pic.Hash + "/original.jpg", "/media/" + pic.Hash + "/1600.jpg", "/media/" + pic.Hash + "/0.jpg",
		"/media/" + pic.Hash + "/../../" + pic.OriginalKey, "/media/%2e%2e/" + pic.OriginalKey, "/media/" + hidden.Key, whole, strings.Replace(whole, "/media/", "/preview/"+token+"/", 1),
		"/preview/" + token + "/" + pic.Hash + "/1600.jpg", "/assets/" + pic.OriginalKey, "/media/" + pic.ID + "/960.jpg",
	} {
		if got := p.get(path); got.Status == 200 || strings.Contains(got.Body, "SECRET") {
			t.Errorf("%s: %d %.80s", path, got.Status, got.Body)
		}
	}
	p.get(media.Path(pic.Hash, 480, "jpg")).is(200) // so that the addresses are right
	p.get(a.Path).is(200).has(`property="og:image" content="https://lantern.example`+media.Path(pic.CardFace(), 1200, "jpg")+`"`, `property="og:image:height" content="630"`)
	p.get(media.Path(pic.CardFace(), 1200, "jpg")).is(200)
}

func TestAPictureWhoseRightsEndIsKeptNoLongerThanItMayBeShown(t *testing.T) {
	p := newPaper(t)
	pic := p.photo(5)
	c := p.content("en", "The late bus", "It runs.")
	c.Lead = &news.Lead{Media: pic.ID, Caption: "At dusk."}
	a := p.published(c)
	at := media.Path(pic.Hash, 480, "jpg")
	cache := func(want string) {
		t.Helper()
		if got := p.get(at).is(200).Header.Get("Cache-Control"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	cache("public, max-age=31536000, immutable")
	pic.RightsUntil = noon.Add(2 * time.Hour)
	p.do(func(tx *store.Tx) error { return tx.DescribeMedia(t.Context(), pic) })
	cache("public, max-age=3600")
	p.get(a.Path).is(200).has(at)
	p.clock.Add(90 * time.Minute)
	cache("public, max-age=1800")
	p.clock.Add(30 * time.Minute)
	for _, path := range []string{at, media.Path(pic.CardFace(), 1200, "jpg")} {
		if got := p.get(path).is(404); got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %s", path, got.Header.Get("Cache-Control"))
		}
	}
	for _, path := range []string{a.Path, "/", "/feed.xml", "/atom.xml", "/feed.json", "/sitemaps/1.xml"} {
		p.get(path).is(200).hasNot(pic.Hash, pic.CardFace())
	}
}
