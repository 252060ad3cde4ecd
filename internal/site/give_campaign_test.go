package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/store"
)

func (p *purse) write(fn func(tx *store.Tx) error) {
	p.t.Helper()
	p.ok(p.s.Write(p.t.Context(), fn))
}

// pay pays what a form led to, and looks at the thank-you page, which asks the
// provider.
func (p *purse) pay(to string) {
	p.t.Helper()
	session := to[strings.LastIndex(to, "/")+1:]
	_, err := p.sandbox.Steer(p.t.Context(), []byte(`{"do":"pay","ref":"`+session+`"}`))
	p.ok(err)
	p.ok(p.svc.CatchUp(p.t.Context(), "sandbox"))
}

// kept is a page that caches may keep.
func (p *purse) kept(path string) *goquery.Document {
	p.t.Helper()
	res, doc := p.ask("GET", path, nil)
	if res.StatusCode != 200 || res.Header.Get("Cache-Control") == "no-store" {
		p.t.Fatalf("%s is answered with %d, %q", path, res.StatusCode, res.Header.Get("Cache-Control"))
	}
	return doc
}

func TestTheCampaignSaysHowItCountsAndHowItsGoalChanged(t *testing.T) {
	p := newPurse(t)
	p.write(func(tx *store.Tx) error {
		return tx.SetGoal(t.Context(), p.campaign.ID, 1_200_000, "a second reporter", "Tess", noon.Add(time.Hour))
	})
	doc := p.page("/give/costs-2026")
	text := doc.Find("section:has(.goal)").Text()
	for _, want := range []string{
		"Goal raised from $10,000 to $12,000 on", "because: a second reporter", "How we count", "it may arrive up to 72 hours later",
		"What was refunded", "Bank transfers and cash count once they stand in our books", "Gifts in another currency than US dollars", "Only money that has arrived counts",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("nothing says %q", want)
		}
	}
	c := p.campaign
	c.Counting = fund.Projected
	p.put(c)
	if text := p.page("/give/costs-2026").Find("section:has(.goal)").Text(); !strings.Contains(text, "we have not seen a whole year") || strings.Contains(text, "Only money") {
		t.Error("the policy of projections is not the one printed")
	}
}

func TestASponsorsPromiseStandsApartFromWhatWasRaised(t *testing.T) {
	p := newPurse(t)
	promise := fund.Matching{CampaignID: p.campaign.ID, Sponsor: "Weir Mill", Num: 1, Den: 1, DonorCap: 10_000, TotalCap: 100_000, From: p.campaign.StartsAt, To: p.campaign.EndsAt, Document: "letter in the drawer"}
	for i, named := range []bool{true, false} {
		promise.Named = named
		p.write(func(tx *store.Tx) (err error) {
			promise.ID, err = tx.SaveMatching(t.Context(), store.System, promise)
			return err
		})
		p.pay(p.send("/give/costs-2026", p.fill("/give/costs-2026", "amount", "own", "own", "60")))
		doc := p.page("/give/costs-2026")
		panel := doc.Find("section:has(.goal)").Text()
		if sum := doc.Find(".goal .sum b").Text(); sum != []string{"$60", "$120"}[i] {
			t.Errorf("after gift %d the sum raised is %s", i+1, sum)
		}
		who := map[bool]string{true: "Matched by Weir Mill: $60", false: "Matched by a sponsor who gives no name: $100"}[named]
		if !strings.Contains(panel, who) || !strings.Contains(panel, "at most $100 for one giver and $1,000 in all") || !strings.Contains(panel, "This is a promise with conditions") {
			t.Errorf("named %v: the page says %s", named, panel)
		}
		if body, _ := doc.Html(); strings.Contains(body, "Weir Mill") != named || strings.Contains(body, "drawer") {
			t.Errorf("named %v: who is behind it, or where the letter lies, is on the page", named)
		}
	}
}

func TestCoveringTheFeeIsOffByDefaultNeverTickedAndNamesTheSumOnTheButton(t *testing.T) {
	p := newPurse(t)
	if p.page("/give/costs-2026").Find("[name=cover]").Length() != 0 {
		t.Error("it is offered although nobody decided so")
	}
	c := p.campaign
	c.Cover = true
	p.put(c)
	const path = "/give/costs-2026"
	doc := p.page(path)
	if box := doc.Find("[name=cover]"); box.Length() != 1 || box.AttrOr("checked", "no") != "no" || !strings.Contains(doc.Find("label[for=cover]").Text(), "2.9% + $0.30") {
		t.Errorf("%d ticks, %s", box.Length(), doc.Find("label[for=cover]").Text())
	}
	form := p.fill(path, "amount", "50.00", "cover", "on", "name", "Rowan")
	res, again := p.ask("POST", path, form)
	if res.StatusCode != http.StatusOK || strings.TrimSpace(again.Find("button.go").Text()) != "Give $51.80 once" || again.Find(".errors").Length() != 0 ||
		again.Find("[name=name]").AttrOr("value", "") != "Rowan" || !strings.Contains(again.Find("#total").Text(), "$1.80") {
		t.Fatalf("%d: %s", res.StatusCode, again.Find("form#form").Text())
	}
	if again.Find("[name=cover][checked]").Length() != 1 {
		t.Error("the tick is lost")
	}
	second := fields(again, giveForm)
	second.Set("cover", "on") // what browsers send for a tick without a value
	if second.Get("nonce") != form.Get("nonce") || second.Get("total") != "51.80" {
		t.Errorf("the second sending is another gift: %v", second)
	}
	p.pay(p.send(path, second))
	if p.raised() != 5180 {
		t.Errorf("%d were raised, want 5180", p.raised())
	}
	if p.page("/give").Find("[name=cover]").Length() != 0 {
		t.Error("the general fund offers it although nobody decided so")
	}
	p.write(func(tx *store.Tx) error {
		return tx.PutGeneralFund(t.Context(), store.System, fund.General{Cover: true, Amounts: map[fund.Every][]int64{fund.Once: {700}}})
	})
	if general := p.page("/give"); general.Find("[name=cover]").Length() != 1 || general.Find("[name=amount][value='7.00']").Length() != 1 {
		t.Error("the general fund does not offer what was decided")
	}
}

func TestNewsOfACampaignIsAskedForByATickThatIsNotSet(t *testing.T) {
	p := newPurse(t)
	for _, want := range []bool{false, true} {
		form := p.fill("/give/costs-2026", "amount", "50.00")
		if form.Get("news") != "" {
			t.Error("the tick is set beforehand")
		}
		if want {
			form.Set("news", "on")
		}
		p.pay(p.send("/give/costs-2026", form))
		n, err := p.s.CountSupporters(t.Context(), p.campaign.ID)
		p.ok(err)
		if n != map[bool]int{false: 0, true: 1}[want] {
			t.Errorf("ticked %v: %d want news", want, n)
		}
	}
	if p.page("/give").Find("[name=news]").Length() != 0 {
		t.Error("the general fund offers news of a campaign")
	}
}

func TestALinkInTheMailEndsTheNewsByOnePostAndNotByLooking(t *testing.T) {
	p := newPurse(t)
	p.pay(p.send("/give/costs-2026", p.fill("/give/costs-2026", "amount", "50.00", "news", "on")))
	list, err := p.s.Supporters(t.Context(), p.campaign.ID, "", 10)
	p.ok(err)
	path := "/give/stop/" + newsKey.Token(p.campaign.ID, list[0].ID)
	p.clock.Add(time.Minute)
	count := func() int {
		n, err := p.s.CountSupporters(t.Context(), p.campaign.ID)
		p.ok(err)
		return n
	}
	doc := p.page(path) // as a scanner does
	if count() != 1 || doc.Find("form[method=post] button").Length() != 1 {
		t.Error("looking at the page was enough, or there is no button")
	}
	if res, _ := p.ask("POST", path, url.Values{"List-Unsubscribe": {"One-Click"}}); res.StatusCode != http.StatusOK || count() != 0 {
		t.Errorf("one click is answered with %d, %d still get it", res.StatusCode, count())
	}
	if res, _ := p.ask("POST", path, url.Values{}); res.StatusCode != http.StatusOK {
		t.Errorf("a second click is answered with %d", res.StatusCode)
	}
	for _, bad := range []string{path + "x", "/give/stop/a.b.c"} {
		if res, _ := p.ask("POST", bad, url.Values{}); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s is answered with %d", bad, res.StatusCode)
		}
	}
}

func TestUpdatesToSupportersStandOnThePageOnceTheyArePublished(t *testing.T) {
	p := newPurse(t)
	u := fund.Update{CampaignID: p.campaign.ID, Title: map[string]string{"en": "The press runs"}, Body: map[string]string{"en": "One.\n\nTwo <b>."}}
	p.write(func(tx *store.Tx) (err error) {
		u.ID, err = tx.SaveUpdate(t.Context(), store.System, u)
		return err
	})
	if p.page("/give/costs-2026").Find("details").Length() != 0 {
		t.Error("a draft is public")
	}
	p.write(func(tx *store.Tx) error { return tx.PublishUpdate(t.Context(), store.System, u, noon) })
	if d := p.page("/give/costs-2026").Find("details"); d.Length() != 1 || d.Find("p").Length() != 2 || !strings.Contains(d.Find("summary").Text(), "The press runs") {
		t.Errorf("%d updates: %s", d.Length(), d.Text())
	}
}

func TestADraftIsSeenWithItsPreviewAloneAndTakesNothing(t *testing.T) {
	p := newPurse(t)
	c := p.campaign
	c.ID, c.Slug, c.State = "draft", "next-year", fund.CampaignDraft
	p.put(c)
	link := p.giving.Preview(c, "en")
	other := p.giving.Preview(p.campaign, "en")
	for path, status := range map[string]int{"/give/next-year": 404, link: 200, link + "x": 404, "/give/next-year?" + strings.SplitN(other, "?", 2)[1]: 404} {
		if res, _ := p.ask("GET", path, nil); res.StatusCode != status {
			t.Errorf("%s is answered with %d, want %d", path, res.StatusCode, status)
		}
	}
	doc := p.page(link)
	if !strings.Contains(doc.Find(".mock").Text(), "preview") || doc.Find("form#form").Length() != 1 || doc.Find("meta[name=robots]").AttrOr("content", "") != "noindex" {
		t.Error("the preview is not the page, or does not say what it is")
	}
	form := fields(doc, giveForm)
	form.Set("email", "a@example.org")
	form.Set("amount", "50.00")
	p.clock.Add(5 * time.Second)
	if res, _ := p.ask("POST", link, form); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a gift to a draft is answered with %d", res.StatusCode)
	}
	p.clock.Add(25 * time.Hour)
	if res, _ := p.ask("GET", link, nil); res.StatusCode != 404 {
		t.Errorf("the preview of yesterday is answered with %d", res.StatusCode)
	}
}

func TestAnEndedCampaignSaysWhatCameOfItAndIsAmongThePastOnes(t *testing.T) {
	p := newPurse(t)
	if past := p.kept("/give/past"); past.Find("table").Length() != 0 {
		t.Error("a running campaign is past")
	}
	p.pay(p.send("/give/costs-2026", p.fill("/give/costs-2026", "amount", "own", "own", "11840")))
	c := p.campaign
	c.Outcome = map[string]string{"en": "Twelve issues were printed."}
	c.EndsAt = p.clock.Now().Add(-time.Minute)
	p.put(c)
	p.follow()
	doc := p.page("/give/costs-2026")
	text := doc.Find("main").Text()
	if doc.Find("form#form").Length() != 0 || !strings.Contains(text, "Twelve issues were printed.") || !strings.Contains(text, "Later gifts go to the general fund.") ||
		!strings.Contains(text, "118%") || doc.Find("main a[href='/books']").Length() == 0 || doc.Find("main a[href='/give']").Length() == 0 {
		t.Errorf("the page says %s", text)
	}
	row := p.kept("/give/past").Find("tbody tr")
	if row.Length() != 1 || !strings.Contains(row.Text(), "Twelve issues") || !strings.Contains(row.Text(), "(118%)") {
		t.Errorf("the past campaigns are %s", row.Text())
	}
	if p.page("/give").Find("a[href='/give/past']").Length() != 1 {
		t.Error("no way leads to the past campaigns")
	}
	if res, doc := p.ask("GET", "/", nil); res.StatusCode != 200 || doc.Find("form[action='/give']").Length() == 0 || doc.Find(".goal").Length() != 0 {
		t.Error("without a campaign that runs, the front does not ask for the general fund")
	}
}
