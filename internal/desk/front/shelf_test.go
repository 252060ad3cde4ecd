package front_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

func TestATopicIsMadeRenamedMergedAndDeletedOnlyUnused(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.SignIn(r.Hire("dora", staff.Editor))
	make := func(name, slug string) string {
		t.Helper()
		a := dora.Fill("/desk/topics/new", "/desk/topics/new", "name", name, "slug", slug, "name_fa", "اتوبوس")
		if a.Status != http.StatusSeeOther {
			t.Fatalf("%d\n%s", a.Status, a.Body)
		}
		id, _, _ := strings.Cut(strings.TrimPrefix(a.To(), "/desk/topics/"), "?")
		return id
	}
	bus, tram, free := make("Buses & trams", ""), make("Trams", "tram"), make("Free", "free")
	v, err := r.Store.Topic(t.Context(), bus)
	if err != nil || v.Slug != "buses-trams" || v.Name["fa"] != "اتوبوس" {
		t.Fatalf("%+v %v", v, err)
	}
	home := "/desk/topics/" + bus
	if a := dora.Fill(home, home, "slug", "tram"); a.Status != http.StatusUnprocessableEntity || a.Find("[name=slug]").AttrOr("value", "") != "tram" {
		t.Errorf("a taken address: %d", a.Status)
	}
	if a := dora.Fill(home, home, "slug", "bus", "name", "Buses"); a.Status != http.StatusSeeOther {
		t.Errorf("renamed: %d\n%s", a.Status, a.Body)
	}
	if a := dora.Fill("/desk/topics/new", "/desk/topics/new", "name", "New", "slug", "buses-trams"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("an address once used: %d", a.Status)
	}
	if n := dora.Get("/desk/topics?q=buse").Find("#main tbody tr").Length(); n != 1 {
		t.Errorf("%d are found", n)
	}
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		_, err := (news.Newsroom{Clock: r.Clock}).Create(ctx, tx, news.Author{}, news.New{Content: news.Content{Lang: "en", Kind: news.Report, Headline: "x",
			Topics: []string{tram}, Body: document.New("en", document.P("x"))}})
		return err
	})
	if a := dora.Fill("/desk/topics/"+tram, "/desk/topics/"+tram+"/delete"); a.To() != "/desk/topics/"+tram+"?not=shelf_used" {
		t.Errorf("%d %s", a.Status, a.To())
	}
	if a := dora.Fill("/desk/topics/"+free, "/desk/topics/"+free+"/delete"); a.To() != "/desk/topics?done=shelf_deleted" {
		t.Errorf("%d %s", a.Status, a.To())
	}
	choose := dora.Get("/desk/topics/" + tram + "/merge")
	link := choose.Find("#main tbody a").AttrOr("href", "")
	if a := dora.Fill(link, "/desk/topics/"+tram+"/merge"); a.To() != home+"?done=shelf_merged" {
		t.Fatalf("%s: %d %s", link, a.Status, a.To())
	}
	if a := dora.Get("/desk/topics/" + tram); a.To() != home {
		t.Errorf("the merged one: %d", a.Status)
	}
}

func TestAProfileOfSomebodyWhoWritesIsFilledIn(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.SignIn(r.Hire("dora", staff.Publisher))
	a := dora.Fill("/desk/bylines/new", "/desk/bylines/new", "name", "Ansel Quay", "title_en", "Reporter", "text_fa", "می‌نویسد", "contact", "ansel@lantern.example")
	if a.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", a.Status, a.Body)
	}
	p, err := r.Store.Person(t.Context(), "ansel-quay")
	if err != nil || p.Name != "Ansel Quay" || p.Title["en"] != "Reporter" || p.Bio["fa"] != "می‌نویسد" || p.Contact == "" {
		t.Fatalf("%+v %v", p, err)
	}
	bad := dora.Fill("/desk/bylines/new", "/desk/bylines/new", "name", "", "slug", "No Good")
	if bad.Status != http.StatusUnprocessableEntity || bad.Find(".errors li").Length() != 2 {
		t.Errorf("%d", bad.Status)
	}
}

func TestATextOfTheHouseIsConfirmedBeforeReadersSeeIt(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	pia := r.SignIn(r.Hire("pia", staff.Publisher))
	const home = "/desk/texts/privacy/en"
	starter := pia.Get(home + "?from=starter")
	offered := starter.Find("textarea[name=text]").Text()
	if !strings.Contains(offered, "We set no cookies") || !strings.Contains(offered, "[[") || strings.Contains(offered, "<no value>") {
		t.Fatal(offered)
	}
	if a := pia.Send(starter, home); a.To() != home+"?done=standing_saved" {
		t.Fatalf("%d %s", a.Status, a.To())
	}
	if a := pia.Fill(home, home+"/publish", "confirm", "on"); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "double brackets") {
		t.Errorf("something is left to say: %d", a.Status)
	}
	old := pia.Get(home)
	pia.Send(old, home, "text", "We keep **nothing**.")
	if a := pia.Send(old, home, "text", "Mine."); a.Status != http.StatusConflict || !strings.Contains(a.Find("textarea[name=text]").Text(), "Mine.") {
		t.Errorf("two at once: %d", a.Status)
	}
	if a := pia.Get(home + "/preview"); !strings.Contains(a.Body, "<strong>nothing</strong>") {
		t.Error(a.Body)
	}
	if a := pia.Fill(home, home+"/publish"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("unconfirmed: %d", a.Status)
	}
	if o, _ := r.Store.Outlet(t.Context()); len(o.Privacy) != 0 {
		t.Errorf("%v is public", o.Privacy)
	}
	if a := pia.Fill(home, home+"/publish", "confirm", "on"); a.To() != home+"?done=standing_published" {
		t.Fatalf("%d %s\n%s", a.Status, a.To(), a.Body)
	}
	if o, _ := r.Store.Outlet(t.Context()); o.Privacy["en"] != "We keep **nothing**." {
		t.Errorf("%v", o.Privacy)
	}
	if a := pia.Get(home + "?from=1"); !strings.Contains(a.Find("textarea[name=text]").Text(), "We set no cookies") {
		t.Error("the first version does not come back")
	}
	if a := pia.Get("/desk/texts"); a.Find("#main tbody tr").Length() != 10 {
		t.Errorf("%d texts", a.Find("#main tbody tr").Length())
	}
}
