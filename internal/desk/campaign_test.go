package desk_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

const campaignsPage = "/desk/money/campaigns"

// campaignOf is the only campaign there is.
func (r *room) campaignOf() fund.Campaign {
	r.t.Helper()
	list, err := r.store.Campaigns(r.t.Context())
	if err != nil || len(list) != 1 {
		r.t.Fatal(list, err)
	}
	return list[0]
}

// started is a treasurer with a campaign that runs, and its page.
func started(t *testing.T) (*browser, string) {
	t.Helper()
	r := open(t)
	r.found()
	b := r.signIn(r.hire("tess", staff.Treasurer))
	new := campaignsPage + "/new"
	if a := b.fill(new, new, "title_en", "Spring 2027", "goal", "10,000.00", "ends", "2027-03-31", "next", "start"); a.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.status, a.Find(".errors").Text())
	}
	return b, campaignsPage + "/" + r.campaignOf().ID
}

func TestANewcomerComesFromAnEmptyMoneyPageToALiveCampaignInOneForm(t *testing.T) {
	r := open(t)
	r.found()
	b := r.signIn(r.hire("boss", staff.Publisher))
	way := b.get("/desk/money").Find("main a[href='/desk/money/campaigns/new']")
	if way.Length() == 0 {
		t.Fatal("an empty money page does not lead to the first campaign")
	}
	const path = campaignsPage + "/new"
	form := b.get(path)
	if form.Find("[name=currency]").AttrOr("value", "") != "USD" || form.Find("[name=ends]").AttrOr("value", "") != "2027-01-19" {
		t.Error("the form comes without the usual values")
	}
	bad := b.send(form, path, "title_en", "", "goal", "ten", "ends", "2026-01-01")
	if bad.status != http.StatusUnprocessableEntity || bad.Find(".errors li").Length() != 3 || bad.Find("[name=goal]").AttrOr("value", "") != "ten" {
		t.Fatalf("%d: %s", bad.status, bad.Find(".errors").Text())
	}
	if a := b.send(bad, path, "title_en", "Spring 2027", "goal", "10,000", "ends", "2027-03-31", "next", "start"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.Find(".errors").Text(), "$10.00") {
		t.Errorf("10,000 has two readings, and is answered with %d %s", a.status, a.Find(".errors").Text())
	}
	a := b.send(bad, path, "title_en", "Spring 2027", "goal", "10000", "ends", "2027-03-31", "next", "start")
	c := r.campaignOf()
	if a.to() != campaignsPage+"/"+c.ID+"?done=saved" || c.State != fund.CampaignLive || c.Goal != 1_000_000 || c.Slug != "spring-2027" ||
		c.EndsAt.Format(time.RFC3339Nano) != "2027-03-31T23:59:59.999Z" || c.Grace != 72*time.Hour || !c.Open(r.clock.Now()) {
		t.Errorf("to %q: %+v", a.to(), c)
	}
	page := b.get(a.to())
	if page.status != http.StatusOK || page.Find("a[href='/give/spring-2027']").Length() == 0 {
		t.Errorf("%d", page.status)
	}
	if log := r.log(); !strings.Contains(log, "campaign.created") || !strings.Contains(log, "campaign.start") {
		t.Errorf("logged: %s", log)
	}
}

func TestTheEditorKeepsEveryWordAndSaysAllThatIsWrong(t *testing.T) {
	b, home := started(t)
	edit := home + "/edit"
	bad := b.fill(edit, edit, "title_en", "", "title_fa", "بهار", "body_en", "Why we <b>ask</b>.", "slug", "thanks", "starts", "soon", "ends", "2027-02-30", "grace", "-1",
		"goal", "0", "cost_name_en_1", "Printing", "cost_amount_2", "500", "amounts_once", "10 1,000", "amounts_month", "1", "donor_cap", "x")
	want := []string{"title_en", "slug", "starts", "ends", "grace", "goal", "cost_amount_1", "cost_name_en_2", "amounts_once", "amounts_month", "donor_cap"}
	for _, name := range want {
		if bad.Find("#campaign-"+name+"-err").Length() != 1 {
			t.Errorf("nothing is said about %s", name)
		}
	}
	if n := bad.Find(".errors li").Length(); bad.status != http.StatusUnprocessableEntity || n != len(want)+1 { // and the reason for the goal
		t.Errorf("%d with %d faults: %s", bad.status, n, bad.Find(".errors").Text())
	}
	for name, value := range map[string]string{"title_fa": "بهار", "slug": "thanks", "starts": "soon", "cost_name_en_1": "Printing", "cost_amount_2": "500", "amounts_once": "10 1,000"} {
		if got := bad.Find("[name="+name+"]").AttrOr("value", ""); got != value {
			t.Errorf("%s is %q again, was %q", name, got, value)
		}
	}
	if !strings.Contains(bad.Find("[name=body_en]").Text(), "<b>ask</b>") {
		t.Error("the text is lost")
	}
}

func TestTheCostLinesMustMakeTheGoalOrSayWhyNot(t *testing.T) {
	b, home := started(t)
	edit := home + "/edit"
	costs := []string{"cost_name_en_1", "Printing", "cost_amount_1", "4,000.00", "cost_name_en_2", "Reporting", "cost_amount_2", "5500"}
	a := b.fill(edit, edit, costs...)
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.Find("#campaign-costs_note_en-err").Text(), "$9,500") {
		t.Fatalf("%d: %s", a.status, a.Find(".errors").Text())
	}
	if a := b.send(a, edit, "costs_note_en", "The rest is a reserve."); a.to() != home+"?done=saved" {
		t.Errorf("with a word: %d %s", a.status, a.Find(".errors").Text())
	}
	page := b.get(edit)
	if !strings.Contains(page.Find("fieldset .hint").Text(), "The lines add up to $9,500, the goal is $10,000: $500 is missing.") {
		t.Error("the editor does not show the difference")
	}
	if a := b.send(page, edit, "take_sum", "on"); a.status != http.StatusUnprocessableEntity || a.Find("#campaign-reason-err").Length() != 1 {
		t.Errorf("a goal that readers have seen changes without a reason: %d", a.status)
	}
	if a := b.send(page, edit, "take_sum", "on", "reason", "no reserve is needed", "cost_name_fa_2", "گزارش"); a.to() != home+"?done=saved" {
		t.Errorf("%d: %s", a.status, a.Find(".errors").Text())
	}
	c := b.campaignOf()
	if c.Goal != 950_000 || len(c.Costs) != 2 || c.Costs[1].Name["fa"] != "گزارش" || c.CostSum() != 950_000 {
		t.Errorf("%+v", c)
	}
}

func TestTheEditorReadsAmountsOfTheCurrencyAndLeavesTheRestAlone(t *testing.T) {
	b, home := started(t)
	edit := home + "/edit"
	before := b.campaignOf()
	if a := b.fill(edit, edit); a.to() != home+"?done=saved" { // nothing was changed
		t.Fatalf("%d: %s", a.status, a.Find(".errors").Text())
	}
	if after := b.campaignOf(); !after.StartsAt.Equal(before.StartsAt) || !after.EndsAt.Equal(before.EndsAt) || after.Goal != before.Goal {
		t.Errorf("saving without a change made %+v of %+v", after, before)
	}
	a := b.fill(edit, edit, "amounts_once", "50 10;25 10", "amounts_month", "5 10.50", "cover", "on", "counting", "annualised", "donor_cap", "1200", "currency", "EUR", "ends", "2027-06-30")
	c := b.campaignOf()
	if a.status != http.StatusSeeOther || len(c.Amounts[fund.Once]) != 3 || c.Amounts[fund.Once][0] != 1000 || c.Amounts[fund.Month][1] != 1050 || !c.Cover ||
		c.Counting != fund.Annualised || c.DonorCap != 120_000 || c.Currency != "USD" || c.EndsAt.Format(time.DateOnly) != "2027-06-30" {
		t.Errorf("%d: %+v", a.status, c)
	}
}

func TestADraftIsPreviewedAndGoesThroughItsStatesByButtons(t *testing.T) {
	r := open(t)
	r.found()
	b := r.signIn(r.hire("tess", staff.Treasurer))
	const path = campaignsPage + "/new"
	b.fill(path, path, "title_en", "Spring 2027", "goal", "500", "ends", "2027-03-31")
	home := campaignsPage + "/" + r.campaignOf().ID
	press := func(act string) {
		t.Helper()
		page := b.get(home)
		if page.Find("form:has([value="+act+"]) button").Length() != 1 {
			t.Fatalf("a campaign that is %s has no button to %s", r.campaignOf().State, act)
		}
		if a := b.send(page, home+"/state", "act", act); a.to() != home+"?done=saved" {
			t.Fatalf("%s: %d", act, a.status)
		}
	}
	edit := home + "/edit"
	if a := b.fill(edit, edit, "starts", "2026-12-01"); a.status != http.StatusSeeOther {
		t.Fatal(a.Find(".errors").Text())
	}
	for _, step := range []struct {
		act  string
		want fund.CampaignState
	}{{"schedule", fund.CampaignScheduled}, {"start", fund.CampaignLive}, {"pause", fund.CampaignPaused}, {"resume", fund.CampaignLive}, {"end", fund.CampaignEnded}} {
		press(step.act)
		if got := r.campaignOf().State; got != step.want {
			t.Errorf("after %s it is %s", step.act, got)
		}
	}
	extend := home + "/extend"
	if a := b.fill(extend, extend, "ends", "2026-01-01"); a.status != http.StatusUnprocessableEntity || a.Find(".errors li").Length() != 2 {
		t.Errorf("%d: %s", a.status, a.Find(".errors").Text())
	}
	if a := b.fill(extend, extend, "ends", "2027-04-30", "reason", "the press broke"); a.to() != home+"?done=saved" || r.campaignOf().State != fund.CampaignLive {
		t.Errorf("%d: %s, %s", a.status, a.Find(".errors").Text(), r.campaignOf().State)
	}
	press("end")
	press("archive")
	nonce := b.get(home).Find("input[name=nonce]").AttrOr("value", "")
	if a := b.post(home+"/state", url.Values{"nonce": {nonce}, "act": {"start"}}); a.status != http.StatusConflict {
		t.Errorf("an archived campaign is started: %d", a.status)
	}
	if log := r.log(); !strings.Contains(log, "campaign.extend") {
		t.Errorf("logged: %s", log)
	}
}

func TestADraftWithoutWhatItNeedsOffersNoStart(t *testing.T) {
	r := open(t)
	r.found()
	r.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SaveCampaign(ctx, tester, fund.Campaign{Slug: "bare", Currency: "USD", Title: map[string]string{"en": "Bare"}, Counting: fund.ReceivedOnly,
			StartsAt: r.clock.Now(), EndsAt: r.clock.Now().AddDate(0, 1, 0)}, store.NewGoal{}, r.clock.Now())
		return err
	})
	b := r.signIn(r.hire("tess", staff.Treasurer))
	home := campaignsPage + "/" + r.campaignOf().ID
	page := b.get(home)
	if !strings.Contains(page.Find("main").Text(), "It needs a goal before it can go live.") || page.Find("[value=start]").Length() != 0 {
		t.Error("a campaign without a goal can be started")
	}
	nonce := page.Find("input[name=nonce]").AttrOr("value", "")
	if a := b.post(home+"/state", url.Values{"nonce": {nonce}, "act": {"start"}}); a.status != http.StatusUnprocessableEntity && a.status != http.StatusBadRequest || r.campaignOf().State != fund.CampaignDraft {
		t.Errorf("%d, and it is %s", a.status, r.campaignOf().State)
	}
}

func TestAnUpdateIsWrittenSeenPublishedAndMailedInFourSteps(t *testing.T) {
	b, home := started(t)
	path := home + "/updates/new"
	if a := b.fill(path, path, "body_en", "Kept."); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.Find("[name=body_en]").Text(), "Kept.") {
		t.Errorf("%d", a.status)
	}
	a := b.fill(path, path, "title_en", "The press runs", "body_en", "One.\n\nTwo.")
	one := strings.TrimSuffix(a.to(), "?done=saved")
	if page := b.get(one); !strings.Contains(page.Find("main").Text(), "Two.") || page.Find("form[action='"+one+"/publish']").Length() != 1 || page.Find("a[href='"+one+"/mail']").Length() != 0 {
		t.Fatal("the draft is not shown, or can be mailed at once")
	}
	if a := b.send(b.get(one), one+"/publish"); a.to() != one+"?done=published" {
		t.Fatalf("%d", a.status)
	}
	if page := b.get(one + "/mail"); page.Find("form[action='"+one+"/mail']").Length() != 0 || !strings.Contains(page.Find("main").Text(), "The press runs – The Lantern") {
		t.Error("it can be mailed to nobody, or the mail is not shown")
	}
	b.support()
	page := b.get(one + "/mail")
	if !strings.Contains(page.Find("main").Text(), "1 supporter") || strings.Contains(page.body, "rowan@pell.example") {
		t.Errorf("who would get it: %s", page.Find(".kv").Text())
	}
	if a := b.send(page, one+"/mail"); a.to() != one+"?done=news" {
		t.Errorf("%d", a.status)
	}
	if a := b.send(page, one+"/mail"); a.status != http.StatusConflict {
		t.Errorf("it is mailed twice: %d", a.status)
	}
	if b.get(one).Find("a[href='"+one+"/edit']").Length() != 0 {
		t.Error("a mailed update can be edited")
	}
}

// support makes one donor who wants news.
func (r *room) support() {
	r.t.Helper()
	c := r.campaignOf()
	r.write(func(ctx context.Context, tx *store.Tx) error {
		donor, err := tx.AddDonor(ctx, fund.Donor{Email: "rowan@pell.example", Lang: "en", CreatedAt: r.clock.Now()})
		if err != nil {
			return err
		}
		_, _, err = tx.BookGift(ctx, store.BookedGift{Provider: "offline", Ref: "1", DonorID: donor, CampaignID: c.ID, Amount: money.Amount{Currency: "USD", Minor: 1000}, At: r.clock.Now(), Quiet: true})
		return err
	})
	if _, err := r.store.Raw().ExecContext(r.t.Context(), "UPDATE donation SET wants_news = 1"); err != nil {
		r.t.Fatal(err)
	}
}

func TestAPromiseNeedsLimitsAndAPaperAndItsSponsorMayStayUnnamed(t *testing.T) {
	b, home := started(t)
	path := home + "/matching/new"
	bad := b.fill(path, path, "sponsor", "", "num", "0", "den", "x", "donor_cap", "", "total_cap", "0", "to", "2026-01-01", "document", " ")
	for _, name := range []string{"sponsor", "num", "den", "donor_cap", "total_cap", "to", "document"} {
		if bad.Find("#matching-"+name+"-err").Length() != 1 {
			t.Errorf("nothing is said about %s", name)
		}
	}
	if a := b.send(bad, path, "sponsor", "Weir Mill", "num", "1", "den", "1", "donor_cap", "100", "total_cap", "10000.00", "to", "2027-03-31", "document", "letter of 3 March"); a.to() != home+"?done=saved" {
		t.Fatalf("%d: %s", a.status, a.Find(".errors").Text())
	}
	if !strings.Contains(b.get(home).body, "Weir Mill") {
		t.Error("the treasurer is not told who it is")
	}
	boss := b.signIn(b.hire("boss", staff.Publisher))
	list, err := b.store.Matchings(t.Context(), b.campaignOf().ID)
	if err != nil || len(list) != 1 || list[0].DonorCap != 10_000 || list[0].TotalCap != 1_000_000 {
		t.Fatal(list, err)
	}
	one := home + "/matching/" + list[0].ID
	for _, page := range []string{home, one, "/desk/audit"} {
		if strings.Contains(boss.get(page).body, "Weir Mill") {
			t.Errorf("%s names to the publisher who wants no name", page)
		}
	}
	if a := boss.fill(one, one, "total_cap", "5000"); a.to() != home+"?done=saved" || !strings.Contains(b.get(one).body, "Weir Mill") {
		t.Errorf("the publisher's change lost the sponsor, or is refused: %d %s", a.status, a.Find(".errors").Text())
	}
	if err := b.store.TurnMatchings(t.Context(), b.campaignOf().EndsAt.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if a := b.fill(one, one, "reference", ""); a.status != http.StatusUnprocessableEntity {
		t.Errorf("invoiced without a number: %d", a.status)
	}
	for _, want := range []fund.MatchingState{fund.MatchingInvoiced, fund.MatchingReceived} {
		b.fill(one, one, "reference", "2027-7")
		if m, err := b.store.Matching(t.Context(), list[0].ID); err != nil || m.State != want {
			t.Errorf("%s, %v; want %s", m.State, err, want)
		}
	}
}

func TestTheGeneralFundSuggestsWhatWasDecided(t *testing.T) {
	r := open(t)
	r.found()
	b := r.signIn(r.hire("tess", staff.Treasurer))
	const path = "/desk/money/general"
	if a := b.fill(path, path, "amounts_once", "5 five"); a.status != http.StatusUnprocessableEntity || a.Find("[name=amounts_once]").AttrOr("value", "") != "5 five" {
		t.Errorf("%d", a.status)
	}
	if a := b.fill(path, path, "amounts_once", "5 12", "cover", "on"); a.to() != path+"?done=saved" {
		t.Errorf("%d: %s", a.status, a.Find(".errors").Text())
	}
	if g, err := r.store.GeneralFund(t.Context()); err != nil || !g.Cover || len(g.Amounts[fund.Once]) != 2 || g.Amounts[fund.Once][1] != 1200 {
		t.Errorf("%+v %v", g, err)
	}
	if b.get(path).Find("[name=cover][checked]").Length() != 1 {
		t.Error("the form does not show what is kept")
	}
}

func TestCampaignPagesAreForThoseWhoRunCampaigns(t *testing.T) {
	b, home := started(t)
	for _, role := range []staff.Role{staff.Reporter, staff.Editor, staff.Admin, staff.Contributor} {
		other := b.signIn(b.hire("x-"+string(role), role))
		for _, path := range []string{campaignsPage, campaignsPage + "/new", home, home + "/edit", home + "/updates/new", home + "/matching/new", "/desk/money/general"} {
			if a := other.get(path); a.status != http.StatusForbidden {
				t.Errorf("%s at %s: %d", role, path, a.status)
			}
		}
	}
}

func TestCampaignPagesAreWholeInEveryLanguage(t *testing.T) {
	b, home := started(t)
	b.support()
	path := home + "/updates/new"
	one := strings.TrimSuffix(b.fill(path, path, "title_en", "The press runs", "body_en", "One.").to(), "?done=saved")
	path = home + "/matching/new"
	b.fill(path, path, "sponsor", "Weir Mill", "donor_cap", "100", "total_cap", "1000", "document", "letter")
	list, err := b.store.Matchings(t.Context(), b.campaignOf().ID)
	if err != nil {
		t.Fatal(err)
	}
	account, err := b.store.AccountByEmail(t.Context(), "tess@lantern.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"en", "de", "fa"} {
		b.write(func(ctx context.Context, tx *store.Tx) error { return tx.SetStaffLang(ctx, account.ID, lang) })
		for _, path := range []string{campaignsPage, campaignsPage + "/new", home, home + "/edit", home + "/extend", one, one + "/edit", one + "/mail",
			home + "/updates/new", home + "/matching/new", home + "/matching/" + list[0].ID, "/desk/money/general", "/desk/money"} {
			a := b.get(path)
			if a.status != http.StatusOK || strings.Contains(a.body, "⟨") || a.Find("h1").Length() != 1 {
				t.Errorf("%s in %s: %d, %d h1, %d words missing", path, lang, a.status, a.Find("h1").Length(), strings.Count(a.body, "⟨"))
			}
		}
	}
}
