package paper_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/retention"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// open is a newsroom with a publisher at its desk.
func open(t *testing.T) (*desktest.Room, *desktest.Browser) {
	t.Helper()
	r := desktest.Open(t)
	r.Found()
	return r, r.SignIn(r.Hire("boss", staff.Publisher))
}

func outletOf(t *testing.T, r *desktest.Room) outlet.Outlet {
	t.Helper()
	o, err := r.Store.Outlet(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// sent must have been taken.
func sent(t *testing.T, a desktest.Answer, to string) {
	t.Helper()
	if a.Status != http.StatusSeeOther || a.To() != to {
		t.Fatalf("%d to %q, not %q\n%s", a.Status, a.To(), to, a.Find(".errors, main").First().Text())
	}
}

func errorsOf(a desktest.Answer) string { return strings.TrimSpace(a.Find(".errors ul").Text()) }

// publish makes a story public.
func publish(t *testing.T, r *desktest.Room, headline, section string) news.Publication {
	t.Helper()
	var p news.Publication
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		room := news.Newsroom{Clock: r.Clock}
		a, err := room.Create(ctx, tx, news.Author{}, news.New{Content: news.Content{Lang: "en", Kind: news.Report, Headline: headline, Section: section, Body: document.New("en", document.P("text"))}})
		if err == nil {
			p, err = room.Publish(ctx, tx, news.Order{Article: a.ID})
		}
		return err
	})
	return p
}

func TestASectionIsMadeRenamedMovedAndMerged(t *testing.T) {
	r, b := open(t)
	const path = "/desk/sections"
	sent(t, b.Fill(path+"/new", path+"/new", "name_en", "Town & Country", "name_fa", "شهر"), path+"?done=saved")
	sent(t, b.Fill(path+"/new", path+"/new", "name_en", "River", "slug", "river"), path+"?done=saved")
	all, err := r.Store.Sections(t.Context())
	if err != nil || len(all) != 2 || all[0].Slug != "town-country" || all[0].Name["fa"] != "شهر" {
		t.Fatalf("%+v %v", all, err)
	}
	town, river := path+"/"+all[0].ID, path+"/"+all[1].ID
	if a := b.Fill(path+"/new", path+"/new", "name_en", "", "slug", "River!"); a.Status != 422 || a.Find("[name=slug]").AttrOr("value", "") != "River!" || a.Find(".errors li").Length() != 2 {
		t.Errorf("%d %s", a.Status, errorsOf(a))
	}
	sent(t, b.Fill(town, town, "slug", "town", "description_en", "What happens here."), path+"?done=saved")
	if a := b.Fill(path+"/new", path+"/new", "name_en", "Old town", "slug", "town-country"); a.Status != 422 || a.Find("#section-slug-err").Length() != 1 {
		t.Errorf("the old address of a section was given away: %d %s", a.Status, errorsOf(a))
	}
	sent(t, b.Send(b.Get(path), river+"/move", "to", "up"), path)
	if first := b.Get(path).Find("tbody tr").First().Text(); !strings.Contains(first, "River") {
		t.Errorf("the first one is %s", first)
	}
	p := publish(t, r, "Late bus", all[1].ID)
	if a := b.Fill(river, river+"/end", "into", ""); a.Status != 422 || errorsOf(a) == "" {
		t.Errorf("a section with stories was deleted: %d", a.Status)
	}
	sent(t, b.Fill(river, river+"/end", "into", all[0].ID), path+"?done=saved")
	if a := b.Get(river); a.To() != town {
		t.Errorf("the section that went leads to %q", a.To())
	}
	for more := true; more; {
		if more, err = r.Store.MoveStories(t.Context(), all[1].ID); err != nil {
			t.Fatal(err)
		}
	}
	if now, err := r.Store.Publication(t.Context(), p.Article); err != nil || now.Content.Section != all[0].ID || now.Path != p.Path {
		t.Errorf("%+v %v", now.Content.Section, err)
	}
	for _, action := range []string{"section.made", "section.changed", "section.ordered", "section.ended"} {
		if !strings.Contains(r.Log(), action) {
			t.Errorf("%s is not logged: %s", action, r.Log())
		}
	}
}

func TestTheNavigationIsMadeByHandAndGivenBack(t *testing.T) {
	r, b := open(t)
	const path = "/desk/navigation"
	r.FillAll()
	all, _ := r.Store.Sections(t.Context())
	sent(t, b.Fill(path, path, "aim", "section:"+all[0].ID), path+"?done=saved")
	sent(t, b.Fill(path, path, "aim", "url", "url", "https://shop.example", "text_en", "Shop"), path+"?done=saved")
	sent(t, b.Fill(path, path, "aim", "path:/about"), path+"?done=saved")
	if nav := outletOf(t, r).Nav; len(nav) != 3 || nav[2].Text["en"] == "" || nav[2].Text["fa"] == nav[2].Text["en"] {
		t.Fatalf("%+v", nav)
	}
	for what, form := range map[string][]string{"no tls": {"aim", "url", "url", "http://shop.example", "text_en", "Shop"}, "no name": {"aim", "url", "url", "https://shop.example"}, "nothing": {"aim", ""}} {
		if a := b.Fill(path, path, form...); a.Status != 422 || errorsOf(a) == "" {
			t.Errorf("%s: %d", what, a.Status)
		}
	}
	old := b.Get(path)
	sent(t, b.Send(old, path+"/2/move", "to", "up"), path+"?done=saved")
	if a := b.Send(old, path+"/2/move", "to", "drop"); a.To() != path+"?not=navigation" || len(outletOf(t, r).Nav) != 3 {
		t.Errorf("a button of an old page acted on another entry: %q", a.To())
	}
	sent(t, b.Fill(path+"/1", path+"/1", "text_en", "Buy a mug"), path+"?done=saved")
	if nav := outletOf(t, r).Nav; nav[0].Text["en"] != "Buy a mug" {
		t.Errorf("%+v", nav)
	}
	sent(t, b.Fill(path, path+"/automatic"), path+"?done=saved")
	if nav := outletOf(t, r).Nav; len(nav) != 0 {
		t.Errorf("%+v", nav)
	}
}

func TestRedirectsAreWrittenFoundAndTakenAway(t *testing.T) {
	r, b := open(t)
	const path = "/desk/redirects"
	p := publish(t, r, "Late bus", "")
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.AddMissed(ctx, "2026-11-19", map[string]int64{"/bus.html": 41, "/seldom": 1})
	})
	page := b.Get(path)
	if first := page.Find("select[name=missed] option").Eq(1); first.AttrOr("value", "") != "/bus.html" || !strings.Contains(first.Text(), "41") {
		t.Errorf("asked for most often: %s", page.Find("select[name=missed]").Text())
	}
	sent(t, b.Send(page, path, "missed", "/bus.html", "to", p.Path), path+"?done=saved")
	sent(t, b.Fill(path, path, "from", "/?p=12", "to", "https://elsewhere.example/x"), path+"?done=saved")
	if a := b.Fill(path, path, "from", "/x", "to", "/nowhere-at-all"); a.Status != 422 || a.Find("[name=from]").AttrOr("value", "") != "/x" || a.Find("#add-to-err").Length() != 1 {
		t.Errorf("%d %s", a.Status, errorsOf(a))
	}
	if a := b.Fill(path, path, "from", p.Path, "to", "/about"); a.Status != 422 || a.Find("#add-from-err").Length() != 1 {
		t.Errorf("a redirect over a story: %d", a.Status)
	}
	if rows := b.Get(path + "?q=bus").Find("tbody tr"); rows.Length() != 1 || !strings.Contains(rows.Text(), p.Path) {
		t.Errorf("found: %s", rows.Text())
	}
	file := b.Get(path + "/redirects.csv")
	if lines := strings.Split(strings.TrimSpace(file.Body), "\n"); len(lines) != 3 || !strings.Contains(file.Body, "/?p=12,https://elsewhere.example/x,") {
		t.Errorf("%s", file.Body)
	}
	sent(t, b.Send(b.Get(path+"?q=bus"), path+"/drop"), path+"?done=saved")
	if list, err := r.Store.Redirects(t.Context(), store.RedirectQuery{Hand: true, Limit: 9}); err != nil || len(list) != 1 {
		t.Errorf("%+v %v", list, err)
	}
}

// upload sends a form with a file.
func upload(t *testing.T, b *desktest.Browser, page, action, name string, data []byte, values ...string) desktest.Answer {
	t.Helper()
	nonce := b.Get(page).Find("input[name=nonce]").First().AttrOr("value", "")
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i+1 < len(values); i += 2 {
		w.WriteField(values[i], values[i+1])
	}
	w.WriteField("nonce", nonce)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	part.Write(data)
	w.Close()
	req, err := http.NewRequest(http.MethodPost, b.Server.URL+action, &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	return b.Do(req)
}

func TestAFileOfRedirectsIsTakenAsFarAsItGoesAndTheRestIsToldWhy(t *testing.T) {
	r, b := open(t)
	const path = "/desk/redirects/file"
	p := publish(t, r, "Late bus", "")
	csv := "\ufeffold;new\n/a;" + p.Path + "\n?p=7;/about\n/b;/a\n/c;/nothing-here\n/d;/d\n;/about\n/e\n"
	a := upload(t, b, path, path, "old.csv", []byte(csv))
	report := a.Find("#report").Parent()
	if a.Status != http.StatusOK || report.Find("tbody tr").Length() != 4 || !strings.Contains(report.Text(), "3") {
		t.Fatalf("%d %s", a.Status, report.Text())
	}
	var lines []string
	report.Find("tbody tr").Each(func(_ int, s *goquery.Selection) {
		lines = append(lines, strings.TrimSpace(s.Children().First().Text()))
	})
	if got := strings.Join(lines, " "); got != "5 6 7 8" {
		t.Errorf("refused are the lines %s", got)
	}
	if f, err := r.Store.Lookup(t.Context(), "/b"); err != nil || f.Target != p.Path {
		t.Errorf("%+v %v", f, err)
	}
	if a := upload(t, b, path, path, "old.csv", []byte("\"/a\nx")); a.Status != 422 || errorsOf(a) == "" {
		t.Errorf("what is no CSV: %d", a.Status)
	}
}

func TestLanguagesAndAddressesChangeOnlyAsFarAsTheyHurtNothing(t *testing.T) {
	r, b := open(t)
	const path = "/desk/settings/addresses"
	publish(t, r, "Late bus", "")
	if text := b.Get(path).Find("#example").Parent().Text(); !strings.Contains(text, "/2026/11/late-bus-stays") || !strings.Contains(text, "/fa/2026/11/") {
		t.Errorf("no example: %s", text)
	}
	for field, form := range map[string][]string{"languages": {"languages", "fa my"}, "other": {"pattern", "other", "other", "/desk/{slug}"}, "language": {"language", "de"}} {
		if a := b.Fill(path, path, form...); a.Status != 422 || a.Find("#addresses-"+field+"-err").Length() != 1 {
			t.Errorf("%s: %d %s", field, a.Status, errorsOf(a))
		}
	}
	sent(t, b.Fill(path, path, "languages", "fa, de", "pattern", "/{slug}"), path+"?done=saved")
	if o := outletOf(t, r); o.Pattern != "/{slug}" || strings.Join(o.Languages, " ") != "fa de" {
		t.Errorf("%+v", o)
	}
	if text := b.Get(path).Find("#moving").Parent().Text(); !strings.Contains(text, "/{slug}") || !strings.Contains(text, "0 of 1") {
		t.Errorf("nobody says how far the articles are: %s", text)
	}
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		_, _, err := tx.Post(ctx, ledger.PaymentSucceeded(ledger.Source{Provider: "p", Object: "o", Date: "2026-11-20"}, money.Amount{Currency: "USD", Minor: 100}))
		return err
	})
	if a := b.Fill("/desk/settings", "/desk/settings", "currency", "EUR"); a.Status != 422 || !strings.Contains(errorsOf(a), "booked") {
		t.Errorf("the currency of the books: %d %s", a.Status, errorsOf(a))
	}
}

func TestColoursThatCannotBeReadComeBackWithAFigureAndANearOne(t *testing.T) {
	r, b := open(t)
	const path = "/desk/settings/look"
	a := b.Fill(path, path, "light_accent", "#FFD400")
	say := a.Find("#look-light_accent-err").Text()
	if a.Status != 422 || !strings.Contains(say, "1.2 to 1") || strings.Count(say, "#") != 2 || a.Find("[name=light_accent]").AttrOr("value", "") != "#ffd400" {
		t.Fatalf("%d %s", a.Status, say)
	}
	near := say[strings.LastIndex(say, "#"):][:7]
	sent(t, b.Send(a, path, "light_accent", near), path+"?done=saved")
	if o := outletOf(t, r); o.Look.Light.Accent != near || !strings.Contains(o.Look.Sheet(), near) {
		t.Errorf("%+v", o.Look)
	}
	if a := b.Fill(path, path, "dark_paper", "red; } body { display: none"); a.Status != 422 {
		t.Errorf("what is no colour: %d", a.Status)
	}
}

func TestThePicturesOfTheOutletAreBroughtInAndTakenAway(t *testing.T) {
	r, b := open(t)
	const path = "/desk/settings/look"
	var data bytes.Buffer
	if err := png.Encode(&data, image.NewRGBA(image.Rect(0, 0, 2400, 300))); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"logo", "icon"} {
		sent(t, upload(t, b, path, path+"/picture", "x.png", data.Bytes(), "kind", kind), path+"?done=saved")
	}
	l := outletOf(t, r).Look
	if l.Logo == nil || l.Logo.Width != 1200 || l.Logo.Height != 150 || l.Icon == nil || l.Touch == nil || l.Touch.Width != 180 {
		t.Fatalf("%+v", l)
	}
	if body, ext, err := r.Store.OutletFile(t.Context(), l.Logo.Name); err != nil || ext != "png" || !bytes.HasPrefix(body, []byte("\x89PNG")) {
		t.Errorf("%s: %v", ext, err)
	}
	if a := upload(t, b, path, path+"/picture", "x.svg", []byte("<svg onload=alert(1)>"), "kind", "logo"); a.Status != 422 || errorsOf(a) == "" {
		t.Errorf("what is no picture: %d", a.Status)
	}
	sent(t, b.Fill(path, path+"/drop", "kind", "icon"), path+"?done=saved")
	if l := outletOf(t, r).Look; l.Icon != nil || l.Touch != nil || l.Logo == nil {
		t.Errorf("%+v", l)
	}
}

func TestPeriodsAreChosenWithinTheLawAndReported(t *testing.T) {
	r, b := open(t)
	const path = "/desk/settings/retention"
	a := b.Fill(path, path, "contacts", "0", "donors", "365")
	if a.Status != 422 || a.Find(".errors li").Length() != 2 || !strings.Contains(a.Find("#retention-donors-err").Text(), "law") || a.Find("[name=donors]").AttrOr("value", "") != "365" {
		t.Fatalf("%d %s", a.Status, errorsOf(a))
	}
	sent(t, b.Send(a, path, "contacts", "30", "donors", "5000"), path+"?done=saved")
	p, err := r.Store.Retention(t.Context())
	if err != nil || p.Days(retention.Contacts) != 30 || p.Days(retention.Donors) != 5000 || p.Days(retention.Books) != 0 {
		t.Errorf("%+v %v", p, err)
	}
	if !strings.Contains(r.Log(), "settings.changed") {
		t.Error("it is not logged")
	}
}
