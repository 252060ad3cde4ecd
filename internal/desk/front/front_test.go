package front_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// publish makes a story public and returns its id.
func publish(r *desktest.Room, headline string) (article string) {
	r.T.Helper()
	room := news.Newsroom{Clock: r.Clock}
	r.Clock.Add(time.Minute)
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		a, err := room.Create(ctx, tx, news.Author{}, news.New{Content: news.Content{Lang: "en", Kind: news.Report, Headline: headline, Body: document.New("en", document.P("x"))}})
		if err != nil {
			return err
		}
		article = a.ID
		_, err = room.Publish(ctx, tx, news.Order{Article: a.ID})
		return err
	})
	return article
}

func TestAnEditorArrangesTheFrontWithoutScript(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	one, two := publish(r, "One"), publish(r, "Two")
	publish(r, "Three")
	dora := r.SignIn(r.Hire("dora", staff.Editor))
	lead, beside := "/desk/front/en/slot/lead", "/desk/front/en/slot/beside-1"
	list := dora.Get(lead + "?q=on")
	if n := list.Find("#main table tbody tr").Length(); n != 1 {
		t.Errorf("%d stories are found", n)
	}
	if a := dora.Send(list, lead, "article", one); a.To() != "/desk/front/en?done=arranged" {
		t.Fatalf("%d\n%s", a.Status, a.Body)
	}
	if a := dora.Fill(beside, beside, "article", two); a.To() != "/desk/front/en?done=arranged" {
		t.Fatalf("%d\n%s", a.Status, a.Body)
	}
	bad := dora.Send(dora.Get(lead), lead, "article", "", "headline", strings.Repeat("x", 201), "date", "2026-11-20", "time", "9 o’clock")
	if bad.Status != http.StatusUnprocessableEntity || bad.Find("[name=time]").AttrOr("value", "") != "9 o’clock" {
		t.Errorf("%d\n%s", bad.Status, bad.Body)
	}
	if a := dora.Send(dora.Get(lead), lead, "article", "", "headline", "The one", "date", "2026-11-20", "time", "18:00"); a.To() != "/desk/front/en?done=arranged" {
		t.Fatalf("%d\n%s", a.Status, a.Body)
	}
	if a := dora.Send(dora.Get("/desk/front"), lead+"/move", "by", "1"); a.To() != "/desk/front/en?done=arranged" {
		t.Fatalf("%d", a.Status)
	}
	page := dora.Get("/desk/front")
	rows := page.Find("#slots").Parent().Find("tbody tr")
	if got := rows.Eq(1).Text(); !strings.Contains(got, "One") || !strings.Contains(got, "The one") || !strings.Contains(got, "By hand") {
		t.Errorf("%q", got)
	}
	if got := rows.Eq(2).Text(); !strings.Contains(got, "Three") || !strings.Contains(got, "By itself") {
		t.Errorf("%q", got)
	}
	preview := dora.Get("/desk/front/en/preview")
	if preview.Status != http.StatusOK || preview.Find(".lead h2").Text() != "Two" || !strings.Contains(preview.Body, "The one") {
		t.Errorf("%d\n%s", preview.Status, preview.Body)
	}
	if a := dora.Send(page, "/desk/front/en/publish"); a.To() != "/desk/front/en?done=arrange_published" {
		t.Fatalf("%d", a.Status)
	}
	live, err := r.Store.LiveFront(t.Context(), "en")
	if err != nil || live[news.LeadSlot].Article != two || live[news.BesideFirst].Headline != "The one" || !live[news.BesideFirst].Until.Equal(time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v %v", live, err)
	}
	if a := dora.Send(dora.Get("/desk/front/en"), "/desk/front/en/undo"); a.To() != "/desk/front/en?done=arrange_undone" {
		t.Fatalf("%d", a.Status)
	}
	if live, _ = r.Store.LiveFront(t.Context(), "en"); len(live) != 0 {
		t.Error(live)
	}
	if a := dora.Send(dora.Get("/desk/front/en/versions"), "/desk/front/en/versions/1"); a.To() != "/desk/front/en?done=arrange_undone" {
		t.Fatalf("%d", a.Status)
	}
	if live, _ = r.Store.LiveFront(t.Context(), "en"); len(live) != 2 {
		t.Error(live)
	}
	if log := r.Log(); !strings.HasPrefix(log, "front.restored front.restored front.published") {
		t.Error(log)
	}
}

func TestASecondEditorIsToldAndKeepsWhatWasTyped(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	one := publish(r, "One")
	dora, ansel := r.SignIn(r.Hire("dora", staff.Editor)), r.SignIn(r.Hire("ansel", staff.Publisher))
	lead := "/desk/front/en/slot/lead"
	old := dora.Get("/desk/front/en/slot/beside-1")
	ansel.Fill(lead, lead, "article", one)
	if a := dora.Send(old, "/desk/front/en/slot/beside-1", "article", one); a.To() != "/desk/front/en?not=arrange_conflict" {
		t.Fatalf("%d %s", a.Status, a.To())
	}
	if a := dora.Get("/desk/front/en?not=arrange_conflict"); !strings.Contains(a.Find("#main").Text(), "Somebody else has changed") {
		t.Error(a.Body)
	}
	form := dora.Get(lead)
	ansel.Send(ansel.Get(lead), lead, "article", "", "headline", "His words")
	a := dora.Send(form, lead, "article", "", "headline", "Her words")
	if a.Status != http.StatusConflict || a.Find("[name=headline]").AttrOr("value", "") != "Her words" {
		t.Fatalf("%d\n%s", a.Status, a.Body)
	}
	if a := dora.Send(a, lead, "article", ""); a.To() != "/desk/front/en?done=arranged" {
		t.Fatalf("once more: %d", a.Status)
	}
}

func TestAFrontIsScheduledInTheNewsroomsTime(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		o, err := tx.Outlet(ctx)
		if err != nil {
			return err
		}
		o.Zone = "Europe/Berlin"
		return tx.PutOutlet(ctx, desktest.Tester, o)
	})
	one := publish(r, "One")
	dora := r.SignIn(r.Hire("dora", staff.Editor))
	dora.Fill("/desk/front/en/slot/lead", "/desk/front/en/slot/lead", "article", one)
	const form = "/desk/front/en/schedule"
	if a := dora.Fill(form, form, "date", "2026-11-20", "time", "11:00"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("in the past: %d", a.Status)
	}
	gap := dora.Fill(form, form, "date", "2027-03-28", "time", "02:30")
	if gap.Status != http.StatusUnprocessableEntity || gap.Find("[name=time]").AttrOr("value", "") != "03:00" {
		t.Errorf("a time that does not exist: %d %s", gap.Status, gap.Find("[name=time]").AttrOr("value", ""))
	}
	twice := dora.Fill(form, form, "date", "2027-10-31", "time", "02:30")
	if twice.Status != http.StatusUnprocessableEntity || twice.Find("[name=which]").Length() != 2 {
		t.Errorf("a time that comes twice: %d", twice.Status)
	}
	if a := dora.Send(twice, form, "which", "second"); a.To() != "/desk/front/en?done=arrange_scheduled" {
		t.Fatalf("%d\n%s", a.Status, a.Body)
	}
	list, err := r.Store.FrontPlans(t.Context(), "en")
	if err != nil || len(list) != 1 || !list[0].At.Equal(time.Date(2027, 10, 31, 1, 30, 0, 0, time.UTC)) {
		t.Fatalf("%+v %v", list, err)
	}
	page := dora.Get("/desk/front/en")
	if a := dora.Send(page, "/desk/front/en/plans/"+list[0].ID+"/take"); a.To() != "/desk/front/en?done=arrange_taken" {
		t.Fatalf("%d", a.Status)
	}
	if f, _ := r.Store.Front(t.Context(), "en"); f.Draft[news.LeadSlot].Article != one {
		t.Errorf("%+v", f)
	}
}
