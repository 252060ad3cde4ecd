package site_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/site"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/web"
)

// purse is a paper that takes gifts, with a campaign until the end of 2026.
type purse struct {
	*paper
	giving   *site.Giving
	sandbox  *sandbox.Sandbox
	svc      *fund.Service
	campaign fund.Campaign
}

var newsKey = fund.NewsKey("news")

func newPurse(t *testing.T) *purse {
	t.Helper()
	return newPurseOn(t, storetest.Open(t, storetest.SQLite(t)))
}

func newPurseOn(t *testing.T, s *store.Store) *purse {
	t.Helper()
	p := &purse{paper: newPaperOn(t, s)}
	var err error
	p.sandbox, err = sandbox.Open(sandbox.Options{Clock: p.clock, Secrets: []string{"secret"}})
	p.ok(err)
	money := &clock.Shifted{Base: p.clock}
	p.sandbox.OnAdvance(func() { money.Set(p.sandbox.Offset()) })
	p.svc = &fund.Service{
		Store: p.s.Fund(), Providers: map[string]fund.Provider{sandbox.Key: p.sandbox}, Wall: p.clock, Money: money, MinAge: fund.DefaultMinAge,
		Zone:      func() *time.Location { return time.UTC },
		ReturnURL: func(id, lang string) string { return "https://lantern.example/give/thanks/" + id },
		Label:     func(c fund.Campaign, lang string) string { return c.Title["en"] },
	}
	g := &site.Giving{Site: p.site, Fund: p.svc, Nonces: web.NewNonces([]byte("x")), Money: money, Sandbox: p.sandbox, News: newsKey}
	p.giving = g
	p.site.Ask, p.site.More = g.Ask, g.Routes()
	p.campaign = fund.Campaign{
		ID: "c2026", Slug: "costs-2026", Currency: "USD", State: fund.CampaignLive, Counting: fund.ReceivedOnly,
		Title: map[string]string{"en": "Publishing costs 2026", "de": "Kosten 2026"}, StartsAt: noon.AddDate(0, -6, 0), EndsAt: time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC),
		Grace: 72 * time.Hour, Costs: []fund.Cost{{Name: map[string]string{"en": "Printing"}, Minor: 200_000}, {Name: map[string]string{"en": "Reporting"}, Minor: 800_000}}, CreatedAt: noon,
	}
	p.put(p.campaign)
	p.ok(p.s.Write(t.Context(), func(tx *store.Tx) error { return tx.SetGoal(t.Context(), p.campaign.ID, 1_000_000, "", "", noon) }))
	return p
}

func (p *purse) ok(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *purse) put(c fund.Campaign) {
	p.t.Helper()
	p.ok(p.s.Write(p.t.Context(), func(tx *store.Tx) error { return tx.PutCampaign(p.t.Context(), c) }))
}

// ask sends a request as a browser without script would.
func (p *purse) ask(method, path string, form url.Values) (*http.Response, *goquery.Document) {
	p.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	p.http.ServeHTTP(w, r)
	res := w.Result()
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(w.Body.Bytes()))
	p.ok(err)
	if len(res.Cookies()) > 0 {
		p.t.Errorf("%s sets a cookie", path)
	}
	return res, doc
}

func (p *purse) page(path string) *goquery.Document {
	p.t.Helper()
	res, doc := p.ask("GET", path, nil)
	if res.StatusCode != 200 {
		p.t.Fatalf("%s is answered with %d", path, res.StatusCode)
	}
	if got := res.Header.Get("Cache-Control"); got != "no-store" {
		p.t.Errorf("%s may be kept: %q", path, got)
	}
	return doc
}

// fields reads a form as a browser would send it without a touch.
func fields(doc *goquery.Document, sel string) url.Values {
	v := url.Values{}
	doc.Find(sel + " input").Each(func(_ int, s *goquery.Selection) {
		_, checked := s.Attr("checked")
		if typ := s.AttrOr("type", "text"); (typ == "radio" || typ == "checkbox") && !checked {
			return
		}
		v.Set(s.AttrOr("name", ""), s.AttrOr("value", ""))
	})
	return v
}

const giveForm = `form#form`

// fill is the form of a page with some fields filled in.
func (p *purse) fill(path string, pairs ...string) url.Values {
	p.t.Helper()
	v := fields(p.page(path), giveForm)
	v.Set("email", "reader@example.org")
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	p.clock.Add(5 * time.Second)
	return v
}

// send posts a form and returns where it leads.
func (p *purse) send(path string, v url.Values) string {
	p.t.Helper()
	res, doc := p.ask("POST", path, v)
	if res.StatusCode != http.StatusSeeOther {
		p.t.Fatalf("%s is answered with %d: %s", path, res.StatusCode, strings.TrimSpace(doc.Find(".errors").Text()))
	}
	return res.Header.Get("Location")
}

func (p *purse) raised() int64 {
	p.t.Helper()
	m, err := p.s.CampaignMeter(p.t.Context(), p.campaign)
	p.ok(err)
	return m.Received
}

func TestAReaderGivesAndTheMeterMoves(t *testing.T) {
	for _, every := range []string{"once", "month", "year"} {
		t.Run(every, func(t *testing.T) {
			p := newPurse(t)
			pay := p.send("/give/costs-2026", p.fill("/give/costs-2026?from=front", "every", every, "amount", "own", "own", "25.00", "name", "Ada <b>"))
			if !strings.HasPrefix(pay, "/sandbox/pay/cs_") {
				t.Fatalf("the form leads to %s", pay)
			}
			doc := p.page(pay)
			if doc.Find(".mock").Length() == 0 {
				t.Error("the pretended page is not marked as such")
			}
			v := fields(doc, "main form")
			v.Set("do", "pay")
			thanks := p.send(pay, v)
			if !strings.HasPrefix(thanks, "/give/thanks/") {
				t.Fatalf("paying leads to %s", thanks)
			}
			said := p.page(thanks)
			if h := said.Find("h1").Text(); !strings.Contains(h, "Thank you") || !strings.Contains(h, "$25") {
				t.Errorf("the page says %q", h)
			}
			if strings.Contains(said.Text(), "reader@example.org") {
				t.Error("the address stands on the page in full")
			}
			if p.raised() != 2500 {
				t.Errorf("raised are %d", p.raised())
			}
			if got := p.page("/give/costs-2026").Find("progress").AttrOr("value", ""); got != "2500" {
				t.Errorf("the meter shows %q", got)
			}
			p.sandbox.Advance(31 * 24 * time.Hour)
			p.ok(p.svc.CatchUp(t.Context(), sandbox.Key))
			if want := map[string]int64{"once": 2500, "month": 5000, "year": 2500}[every]; p.raised() != want {
				t.Errorf("after a month raised are %d, want %d", p.raised(), want)
			}
		})
	}
}

func TestTheThankYouPageTellsTheTruth(t *testing.T) {
	p := newPurse(t)
	for do, want := range map[string]string{"later": "is being confirmed", "decline": "did not go through", "pay": "Thank you"} {
		pay := p.send("/give", p.fill("/give", "own", "10"))
		v := fields(p.page(pay), "main form")
		v.Set("do", do)
		thanks := p.send(pay, v)
		doc := p.page(thanks)
		if h := doc.Find("h1").Text(); !strings.Contains(h, want) {
			t.Errorf("after %s the page says %q", do, h)
		}
		if do == "decline" && doc.Find(`a[href="`+pay+`"]`).Length() != 1 {
			t.Error("a declined payment can't be tried again")
		}
	}
	if res, _ := p.ask("GET", "/give/thanks/00000000000000000000000000", nil); res.StatusCode != 404 {
		t.Errorf("thanks for nothing are answered with %d", res.StatusCode)
	}
	m, err := p.s.GeneralMeter(t.Context(), "USD")
	p.ok(err)
	if m.Received != 1000 {
		t.Errorf("the general fund has %d, want the 1000 of one payment", m.Received)
	}
}

func TestOpeningTheThankYouPageByHandPaysNothing(t *testing.T) {
	p := newPurse(t)
	pay := p.send("/give", p.fill("/give", "own", "10"))
	x, err := p.sandbox.Session(t.Context(), strings.TrimPrefix(pay, "/sandbox/pay/"))
	p.ok(err)
	u, _ := url.Parse(x.ReturnURL)
	if h := p.page(u.Path).Find("h1").Text(); strings.Contains(h, "Thank you") {
		t.Errorf("the page says %q although nothing was paid", h)
	}
}

func TestABadFormComesBackAsItWasFilledIn(t *testing.T) {
	p := newPurse(t)
	for _, v := range []struct{ path, own, say string }{
		{"/give/costs-2026", "-5", "Enter an amount of at least $3."},
		{"/give/costs-2026", "0", "Enter an amount of at least $3."},
		{"/give/costs-2026", "1e9", "Enter the amount as a number"},
		{"/give/costs-2026", "NaN", "Enter the amount as a number"},
		{"/give/costs-2026", "25.001", "$25.00 and $25.01"},
		{"/de/give/costs-2026", "abc", "Geben Sie den Betrag als Zahl ein"},
		{"/fa/give/costs-2026", "abc", "مبلغ را به صورت عدد وارد کنید"},
	} {
		form := p.fill(v.path, "amount", "own", "own", v.own, "email", "not an address", "name", `"><script>`, "wall", "on", "every", "month")
		res, doc := p.ask("POST", v.path, form)
		if res.StatusCode != 422 {
			t.Errorf("%s is answered with %d", v.own, res.StatusCode)
		}
		if text := doc.Find(".errors").Text(); !strings.Contains(text, v.say) {
			t.Errorf("%s: the form says %q", v.own, text)
		}
		back := fields(doc, giveForm)
		for _, name := range []string{"own", "email", "name", "every", "amount", "nonce"} {
			if back.Get(name) != form.Get(name) {
				t.Errorf("%s came back as %q, was %q", name, back.Get(name), form.Get(name))
			}
		}
		if _, ticked := doc.Find("#wall").Attr("checked"); !ticked {
			t.Error("the tick is lost")
		}
		if doc.Find(".errors a[href='#own']").Length() != 1 || doc.Find(".errors a[href='#email']").Length() != 1 {
			t.Error("the summary does not lead to the fields")
		}
	}
	for path, own := range map[string]string{"/de/give/costs-2026": "10,00", "/fa/give/costs-2026": "۱۰", "/give/costs-2026": "١٠"} {
		pay := p.send(path, p.fill(path, "amount", "own", "own", own))
		x, err := p.sandbox.Session(t.Context(), strings.TrimPrefix(pay, "/sandbox/pay/"))
		p.ok(err)
		if x.Amount.Minor != 1000 {
			t.Errorf("%s is read as %d", own, x.Amount.Minor)
		}
	}
}

func TestAFormWithoutItsTokenIsAskedAgain(t *testing.T) {
	p := newPurse(t)
	good := p.fill("/give", "own", "10")
	old := good.Get("nonce")
	for name, nonce := range map[string]string{"none": "", "forged": "x" + old[1:], "of another form": web.NewNonces([]byte("x")).Mint("other", p.clock.Now())} {
		good.Set("nonce", nonce)
		res, doc := p.ask("POST", "/give", good)
		if res.StatusCode != 422 || doc.Find("#own").AttrOr("value", "") != "10" {
			t.Errorf("a token that is %s: %d", name, res.StatusCode)
		}
	}
	good.Set("nonce", old)
	p.clock.Add(25 * time.Hour)
	res, doc := p.ask("POST", "/give", good)
	if res.StatusCode != 422 || !strings.Contains(doc.Find(".errors").Text(), "open for a long time") {
		t.Errorf("an old page: %d, %s", res.StatusCode, doc.Find(".errors").Text())
	}
	again := fields(doc, giveForm)
	p.clock.Add(5 * time.Second)
	p.send("/give", again)
}

func TestASmallFormElsewhereFillsInTheLargeOne(t *testing.T) {
	p := newPurse(t)
	v := fields(p.page("/give/costs-2026?amount=25&every=month&from=article"), giveForm)
	if v.Get("amount") != "25.00" || v.Get("every") != "month" || v.Get("from") != "article" {
		t.Errorf("%v", v)
	}
	v = fields(p.page("/give/costs-2026?amount=33%2C50"), giveForm)
	if v.Get("amount") != "own" || v.Get("own") != "33,50" {
		t.Errorf("%v", v)
	}
	if v = fields(p.page("/give/costs-2026"), giveForm); v.Get("amount") != "" {
		t.Errorf("an amount is chosen beforehand: %v", v)
	}
}

func TestClosedCampaignsSayWhyAndLeadOn(t *testing.T) {
	p := newPurse(t)
	for state, want := range map[fund.CampaignState]int{fund.CampaignDraft: 404, fund.CampaignCancelled: 404, fund.CampaignEnded: 200, fund.CampaignPaused: 200, fund.CampaignScheduled: 200} {
		c := p.campaign
		c.ID, c.Slug, c.State = "c-"+string(state), "c-"+string(state), state
		if state == fund.CampaignScheduled {
			c.StartsAt = noon.AddDate(0, 1, 0)
		}
		p.put(c)
		res, doc := p.ask("GET", "/give/"+c.Slug, nil)
		if res.StatusCode != want {
			t.Errorf("%s: %d", state, res.StatusCode)
		}
		if want == 200 && (doc.Find(giveForm).Length() != 0 || doc.Find(`a[href="/give"]`).Length() == 0) {
			t.Errorf("%s: the page shows a form, or no way on", state)
		}
		res, _ = p.ask("POST", "/give/"+c.Slug, url.Values{"own": {"10"}})
		if want == 200 && res.StatusCode != 422 {
			t.Errorf("%s: a gift is answered with %d", state, res.StatusCode)
		}
	}
}

func TestTheFrontAsksWithTheMeterOfTheCampaign(t *testing.T) {
	p := newPurse(t)
	res, doc := p.ask("GET", "/", nil)
	if res.StatusCode != 200 || doc.Find(`a.give[href="/give/costs-2026"]`).Length() == 0 || doc.Find("progress").Length() == 0 {
		t.Errorf("%d: the front does not ask", res.StatusCode)
	}
	if doc.Find(`form[action^="/give"]`).Length() > 0 && doc.Find(`form[action^="/give"] input[name=nonce]`).Length() > 0 {
		t.Error("a page that is kept carries a token")
	}
}

func TestTheSandboxIsSteeredByPrograms(t *testing.T) {
	p := newPurse(t)
	order := func(method, body string) (int, map[string]any) {
		r := httptest.NewRequest(method, "/sandbox/api", strings.NewReader(body))
		w := httptest.NewRecorder()
		p.http.ServeHTTP(w, r)
		var out map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			t.Errorf("%s is answered with %s", body, w.Body)
		}
		return w.Code, out
	}
	for _, v := range []struct {
		method, body string
		status       int
	}{
		{"POST", `{"do":"advance","days":31}`, 200}, {"POST", `{"do":"faults","drop":0.5,"seed":3}`, 200}, {"POST", `{"do":"dance"}`, 400},
		{"POST", `nonsense`, 400}, {"POST", `{"do":"pay","ref":"cs_none"}`, 404}, {"GET", "", 405}, {"POST", strings.Repeat(" ", 70_000), 413},
	} {
		if status, out := order(v.method, v.body); status != v.status {
			t.Errorf("%.40s: %d %v", v.body, status, out)
		}
	}
	r := httptest.NewRequest("GET", "/sandbox/api/state", nil)
	w := httptest.NewRecorder()
	p.http.ServeHTTP(w, r)
	var st sandbox.State
	p.ok(json.Unmarshal(w.Body.Bytes(), &st))
	if st.OffsetS != 31*86400 || st.Faults.Drop != 0.5 {
		t.Errorf("%+v", st)
	}
}

func TestAChosenAmountSurvivesAMistakeElsewhereInTheForm(t *testing.T) {
	p := newPurse(t)
	c := p.campaign
	c.Amounts = map[fund.Every][]int64{fund.Once: {1000, 2500}, fund.Month: {300, 500, 3000}}
	p.put(c)
	for path, amount := range map[string]string{"/give/costs-2026": "25.00", "/de/give/costs-2026": "10.00"} {
		form := p.fill(path, "every", "month", "amount", amount, "email", "no address")
		res, doc := p.ask("POST", path, form)
		if res.StatusCode != 422 || doc.Find(".errors li").Length() != 1 {
			t.Errorf("%d: %s", res.StatusCode, doc.Find(".errors").Text())
		}
		back := fields(doc, giveForm)
		if back.Get("amount") != amount || back.Get("every") != "month" {
			t.Errorf("%s a month came back as %q, %q, own %q", amount, back.Get("amount"), back.Get("every"), back.Get("own"))
		}
		back.Set("email", "reader@example.org")
		x, err := p.sandbox.Session(t.Context(), strings.TrimPrefix(p.send(path, back), "/sandbox/pay/"))
		p.ok(err)
		if x.Amount.Decimal() != amount || x.Every != fund.Month {
			t.Errorf("%s is asked for %s", x.Amount, x.Every)
		}
	}
	for _, made := range []string{"0.01", "999999.00", "1e3", "<b>"} { // no button of ours
		_, doc := p.ask("POST", "/give/costs-2026", p.fill("/give/costs-2026", "amount", made))
		if n := doc.Find(giveForm + " input[name=amount]").Length(); n != 3 {
			t.Errorf("%s: %d choices of an amount, want the campaign's two and one's own", made, n)
		}
	}
}

func TestAMendedAddressNeedsNoNewStart(t *testing.T) {
	p := newPurse(t)
	form := p.fill("/give", "own", "10")
	p.send("/give", form)
	form.Set("email", "mended@example.org")
	res, doc := p.ask("POST", "/give", form)
	if res.StatusCode != 422 || !strings.Contains(doc.Find(".errors").Text(), "sent before") {
		t.Fatalf("%d: %s", res.StatusCode, doc.Find(".errors").Text())
	}
	p.clock.Add(5 * time.Second)
	back := fields(doc, giveForm)
	if back.Get("email") != "mended@example.org" || back.Get("own") != "10" {
		t.Errorf("the form came back as %v", back)
	}
	p.send("/give", back)
}

func TestTheSandboxIsNotSteeredByPagesOfOthers(t *testing.T) {
	p := newPurse(t)
	for site, want := range map[string]int{"": 200, "same-origin": 200, "cross-site": 403} {
		r := httptest.NewRequest("POST", "/sandbox/api", strings.NewReader(`{"do":"advance","days":1}`))
		if site != "" {
			r.Header.Set("Sec-Fetch-Site", site)
		}
		w := httptest.NewRecorder()
		p.http.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q is answered with %d, want %d", site, w.Code, want)
		}
	}
	r := httptest.NewRequest("GET", "/sandbox/api", nil)
	w := httptest.NewRecorder()
	p.http.ServeHTTP(w, r)
	if got := w.Header().Get("Allow"); got != "POST" {
		t.Errorf("a refused method is told that %q is allowed", got)
	}
}
