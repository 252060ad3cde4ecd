package money_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

const campaignsPage = "/desk/money/campaigns"

// campaignOf is the only campaign there is.
func campaignOf(r *desktest.Room) fund.Campaign {
	r.T.Helper()
	list, err := r.Store.Campaigns(r.T.Context())
	if err != nil || len(list) != 1 {
		r.T.Fatal(list, err)
	}
	return list[0]
}

// started is a treasurer with a campaign that runs, and its page.
func started(t *testing.T) (*desktest.Browser, string) {
	t.Helper()
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("tess", staff.Treasurer))
	new := campaignsPage + "/new"
	if a := b.Fill(new, new, "title_en", "Spring 2027", "goal", "10,000.00", "ends", "2027-03-31", "next", "start"); a.Status != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.Status, a.Find(".errors").Text())
	}
	return b, campaignsPage + "/" + campaignOf(r).ID
}

func TestANewcomerComesFromAnEmptyMoneyPageToALiveCampaignInOneForm(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("boss", staff.Publisher))
	way := b.Get("/desk/money").Find("main a[href='/desk/money/campaigns/new']")
	if way.Length() == 0 {
		t.Fatal("an empty money page does not lead to the first campaign")
	}
	const path = campaignsPage + "/new"
	form := b.Get(path)
	if form.Find("[name=currency]").AttrOr("value", "") != "USD" || form.Find("[name=ends]").AttrOr("value", "") != "2027-01-19" {
		t.Error("the form comes without the usual values")
	}
	bad := b.Send(form, path, "title_en", "", "goal", "ten", "ends", "2026-01-01")
	if bad.Status != http.StatusUnprocessableEntity || bad.Find(".errors li").Length() != 3 || bad.Find("[name=goal]").AttrOr("value", "") != "ten" {
		t.Fatalf("%d: %s", bad.Status, bad.Find(".errors").Text())
	}
	if a := b.Send(bad, path, "title_en", "Spring 2027", "goal", "10,000", "ends", "2027-03-31", "next", "start"); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Find(".errors").Text(), "$10.00") {
		t.Errorf("10,000 has two readings, and is answered with %d %s", a.Status, a.Find(".errors").Text())
	}
	a := b.Send(bad, path, "title_en", "Spring 2027", "goal", "10000", "ends", "2027-03-31", "next", "start")
	c := campaignOf(r)
	if a.To() != campaignsPage+"/"+c.ID+"?done=saved" || c.State != fund.CampaignLive || c.Goal != 1_000_000 || c.Slug != "spring-2027" ||
		c.EndsAt.Format(time.RFC3339Nano) != "2027-03-31T23:59:59.999Z" || c.Grace != 72*time.Hour || !c.Open(r.Clock.Now()) {
		t.Errorf("to %q: %+v", a.To(), c)
	}
	page := b.Get(a.To())
	if page.Status != http.StatusOK || page.Find("a[href='/give/spring-2027']").Length() == 0 {
		t.Errorf("%d", page.Status)
	}
	if log := r.Log(); !strings.Contains(log, "campaign.created") || !strings.Contains(log, "campaign.start") {
		t.Errorf("logged: %s", log)
	}
}

func TestTheEditorKeepsEveryWordAndSaysAllThatIsWrong(t *testing.T) {
	b, home := started(t)
	edit := home + "/edit"
	bad := b.Fill(edit, edit, "title_en", "", "title_fa", "بهار", "body_en", "Why we <b>ask</b>.", "slug", "thanks", "starts", "soon", "ends", "2027-02-30", "grace", "-1",
		"goal", "0", "cost_name_en_1", "Printing", "cost_amount_2", "500", "amounts_once", "10 1,000", "amounts_month", "1", "donor_cap", "x")
	want := []string{"title_en", "slug", "starts", "ends", "grace", "goal", "cost_amount_1", "cost_name_en_2", "amounts_once", "amounts_month", "donor_cap"}
	for _, name := range want {
		if bad.Find("#campaign-"+name+"-err").Length() != 1 {
			t.Errorf("nothing is said about %s", name)
		}
	}
	if n := bad.Find(".errors li").Length(); bad.Status != http.StatusUnprocessableEntity || n != len(want)+1 { // and the reason for the goal
		t.Errorf("%d with %d faults: %s", bad.Status, n, bad.Find(".errors").Text())
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
	a := b.Fill(edit, edit, costs...)
	if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Find("#campaign-costs_note_en-err").Text(), "$9,500") {
		t.Fatalf("%d: %s", a.Status, a.Find(".errors").Text())
	}
	if a := b.Send(a, edit, "costs_note_en", "The rest is a reserve."); a.To() != home+"?done=saved" {
		t.Errorf("with a word: %d %s", a.Status, a.Find(".errors").Text())
	}
	page := b.Get(edit)
	if !strings.Contains(page.Find("fieldset .hint").Text(), "The lines add up to $9,500, the goal is $10,000: $500 is missing.") {
		t.Error("the editor does not show the difference")
	}
	if a := b.Send(page, edit, "take_sum", "on"); a.Status != http.StatusUnprocessableEntity || a.Find("#campaign-reason-err").Length() != 1 {
		t.Errorf("a goal that readers have seen changes without a reason: %d", a.Status)
	}
	if a := b.Send(page, edit, "take_sum", "on", "reason", "no reserve is needed", "cost_name_fa_2", "گزارش"); a.To() != home+"?done=saved" {
		t.Errorf("%d: %s", a.Status, a.Find(".errors").Text())
	}
	c := campaignOf(b.Room)
	if c.Goal != 950_000 || len(c.Costs) != 2 || c.Costs[1].Name["fa"] != "گزارش" || c.CostSum() != 950_000 {
		t.Errorf("%+v", c)
	}
}

func TestTheEditorReadsAmountsOfTheCurrencyAndLeavesTheRestAlone(t *testing.T) {
	b, home := started(t)
	edit := home + "/edit"
	before := campaignOf(b.Room)
	if a := b.Fill(edit, edit); a.To() != home+"?done=saved" { // nothing was changed
		t.Fatalf("%d: %s", a.Status, a.Find(".errors").Text())
	}
	if after := campaignOf(b.Room); !after.StartsAt.Equal(before.StartsAt) || !after.EndsAt.Equal(before.EndsAt) || after.Goal != before.Goal {
		t.Errorf("saving without a change made %+v of %+v", after, before)
	}
	a := b.Fill(edit, edit, "amounts_once", "50 10;25 10", "amounts_month", "5 10.50", "cover", "on", "counting", "annualised", "donor_cap", "1200", "currency", "EUR", "ends", "2027-06-30")
	c := campaignOf(b.Room)
	if a.Status != http.StatusSeeOther || len(c.Amounts[fund.Once]) != 3 || c.Amounts[fund.Once][0] != 1000 || c.Amounts[fund.Month][1] != 1050 || !c.Cover ||
		c.Counting != fund.Annualised || c.DonorCap != 120_000 || c.Currency != "USD" || c.EndsAt.Format(time.DateOnly) != "2027-06-30" {
		t.Errorf("%d: %+v", a.Status, c)
	}
}

func TestADraftIsPreviewedAndGoesThroughItsStatesByButtons(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("tess", staff.Treasurer))
	const path = campaignsPage + "/new"
	b.Fill(path, path, "title_en", "Spring 2027", "goal", "500", "ends", "2027-03-31")
	home := campaignsPage + "/" + campaignOf(r).ID
	press := func(act string) {
		t.Helper()
		page := b.Get(home)
		if page.Find("form:has([value="+act+"]) button").Length() != 1 {
			t.Fatalf("a campaign that is %s has no button to %s", campaignOf(r).State, act)
		}
		if a := b.Send(page, home+"/state", "act", act); a.To() != home+"?done=saved" {
			t.Fatalf("%s: %d", act, a.Status)
		}
	}
	edit := home + "/edit"
	if a := b.Fill(edit, edit, "starts", "2026-12-01"); a.Status != http.StatusSeeOther {
		t.Fatal(a.Find(".errors").Text())
	}
	for _, step := range []struct {
		act  string
		want fund.CampaignState
	}{{"schedule", fund.CampaignScheduled}, {"start", fund.CampaignLive}, {"pause", fund.CampaignPaused}, {"resume", fund.CampaignLive}, {"end", fund.CampaignEnded}} {
		press(step.act)
		if got := campaignOf(r).State; got != step.want {
			t.Errorf("after %s it is %s", step.act, got)
		}
	}
	extend := home + "/extend"
	if a := b.Fill(extend, extend, "ends", "2026-01-01"); a.Status != http.StatusUnprocessableEntity || a.Find(".errors li").Length() != 2 {
		t.Errorf("%d: %s", a.Status, a.Find(".errors").Text())
	}
	if a := b.Fill(extend, extend, "ends", "2027-04-30", "reason", "the press broke"); a.To() != home+"?done=saved" || campaignOf(r).State != fund.CampaignLive {
		t.Errorf("%d: %s, %s", a.Status, a.Find(".errors").Text(), campaignOf(r).State)
	}
	press("end")
	press("archive")
	nonce := b.Get(home).Find("input[name=nonce]").AttrOr("value", "")
	if a := b.Post(home+"/state", url.Values{"nonce": {nonce}, "act": {"start"}}); a.Status != http.StatusConflict {
		t.Errorf("an archived campaign is started: %d", a.Status)
	}
	if log := r.Log(); !strings.Contains(log, "campaign.extend") {
		t.Errorf("logged: %s", log)
	}
}

func TestADraftWithoutWhatItNeedsOffersNoStart(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SaveCampaign(ctx, desktest.Tester, fund.Campaign{Slug: "bare", Currency: "USD", Title: map[string]string{"en": "Bare"}, Counting: fund.ReceivedOnly,
			StartsAt: r.Clock.Now(), EndsAt: r.Clock.Now().AddDate(0, 1, 0)}, store.NewGoal{}, r.Clock.Now())
		return err
	})
	b := r.SignIn(r.Hire("tess", staff.Treasurer))
	home := campaignsPage + "/" + campaignOf(r).ID
	page := b.Get(home)
	if !strings.Contains(page.Find("main").Text(), "It needs a goal before it can go live.") || page.Find("[value=start]").Length() != 0 {
		t.Error("a campaign without a goal can be started")
	}
	nonce := page.Find("input[name=nonce]").AttrOr("value", "")
	if a := b.Post(home+"/state", url.Values{"nonce": {nonce}, "act": {"start"}}); a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusBadRequest || campaignOf(r).State != fund.CampaignDraft {
		t.Errorf("%d, and it is %s", a.Status, campaignOf(r).State)
	}
}

func TestAnUpdateIsWrittenSeenPublishedAndMailedInFourSteps(t *testing.T) {
	b, home := started(t)
	path := home + "/updates/new"
	if a := b.Fill(path, path, "body_en", "Kept."); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Find("[name=body_en]").Text(), "Kept.") {
		t.Errorf("%d", a.Status)
	}
	a := b.Fill(path, path, "title_en", "The press runs", "body_en", "One.\n\nTwo.")
	one := strings.TrimSuffix(a.To(), "?done=saved")
	if page := b.Get(one); !strings.Contains(page.Find("main").Text(), "Two.") || page.Find("form[action='"+one+"/publish']").Length() != 1 || page.Find("a[href='"+one+"/mail']").Length() != 0 {
		t.Fatal("the draft is not shown, or can be mailed at once")
	}
	if a := b.Send(b.Get(one), one+"/publish"); a.To() != one+"?done=published" {
		t.Fatalf("%d", a.Status)
	}
	if page := b.Get(one + "/mail"); page.Find("form[action='"+one+"/mail']").Length() != 0 || !strings.Contains(page.Find("main").Text(), "The press runs – The Lantern") {
		t.Error("it can be mailed to nobody, or the mail is not shown")
	}
	support(b.Room)
	page := b.Get(one + "/mail")
	if !strings.Contains(page.Find("main").Text(), "1 supporter") || strings.Contains(page.Body, "rowan@pell.example") {
		t.Errorf("who would get it: %s", page.Find(".kv").Text())
	}
	if a := b.Send(page, one+"/mail"); a.To() != one+"?done=news" {
		t.Errorf("%d", a.Status)
	}
	if a := b.Send(page, one+"/mail"); a.Status != http.StatusConflict {
		t.Errorf("it is mailed twice: %d", a.Status)
	}
	if b.Get(one).Find("a[href='"+one+"/edit']").Length() != 0 {
		t.Error("a mailed update can be edited")
	}
}

// support makes one donor who wants news.
func support(r *desktest.Room) {
	r.T.Helper()
	c := campaignOf(r)
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		donor, err := tx.AddDonor(ctx, fund.Donor{Email: "rowan@pell.example", Lang: "en", CreatedAt: r.Clock.Now()})
		if err != nil {
			return err
		}
		_, _, err = tx.BookGift(ctx, store.BookedGift{Provider: "offline", Ref: "1", DonorID: donor, CampaignID: c.ID, Amount: money.Amount{Currency: "USD", Minor: 1000}, At: r.Clock.Now(), Quiet: true})
		return err
	})
	if _, err := r.Store.Raw().ExecContext(r.T.Context(), "UPDATE donation SET wants_news = 1"); err != nil {
		r.T.Fatal(err)
	}
}

func TestAPromiseNeedsLimitsAndAPaperAndItsSponsorMayStayUnnamed(t *testing.T) {
	b, home := started(t)
	path := home + "/matching/new"
	bad := b.Fill(path, path, "sponsor", "", "num", "0", "den", "x", "donor_cap", "", "total_cap", "0", "to", "2026-01-01", "document", " ")
	for _, name := range []string{"sponsor", "num", "den", "donor_cap", "total_cap", "to", "document"} {
		if bad.Find("#matching-"+name+"-err").Length() != 1 {
			t.Errorf("nothing is said about %s", name)
		}
	}
	if a := b.Send(bad, path, "sponsor", "Weir Mill", "num", "1", "den", "1", "donor_cap", "100", "total_cap", "10000.00", "to", "2027-03-31", "document", "letter of 3 March"); a.To() != home+"?done=saved" {
		t.Fatalf("%d: %s", a.Status, a.Find(".errors").Text())
	}
	if !strings.Contains(b.Get(home).Body, "Weir Mill") {
		t.Error("the treasurer is not told who it is")
	}
	boss := b.SignIn(b.Hire("boss", staff.Publisher))
	list, err := b.Store.Matchings(t.Context(), campaignOf(b.Room).ID)
	if err != nil || len(list) != 1 || list[0].DonorCap != 10_000 || list[0].TotalCap != 1_000_000 {
		t.Fatal(list, err)
	}
	one := home + "/matching/" + list[0].ID
	for _, page := range []string{home, one, "/desk/audit"} {
		if strings.Contains(boss.Get(page).Body, "Weir Mill") {
			t.Errorf("%s names to the publisher who wants no name", page)
		}
	}
	if a := boss.Fill(one, one, "total_cap", "5000"); a.To() != home+"?done=saved" || !strings.Contains(b.Get(one).Body, "Weir Mill") {
		t.Errorf("the publisher's change lost the sponsor, or is refused: %d %s", a.Status, a.Find(".errors").Text())
	}
	if err := b.Store.TurnMatchings(t.Context(), campaignOf(b.Room).EndsAt.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if a := b.Fill(one, one, "reference", ""); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("invoiced without a number: %d", a.Status)
	}
	for _, want := range []fund.MatchingState{fund.MatchingInvoiced, fund.MatchingReceived} {
		b.Fill(one, one, "reference", "2027-7")
		if m, err := b.Store.Matching(t.Context(), list[0].ID); err != nil || m.State != want {
			t.Errorf("%s, %v; want %s", m.State, err, want)
		}
	}
}

func TestTheGeneralFundSuggestsWhatWasDecided(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("tess", staff.Treasurer))
	const path = "/desk/money/general"
	if a := b.Fill(path, path, "amounts_once", "5 five"); a.Status != http.StatusUnprocessableEntity || a.Find("[name=amounts_once]").AttrOr("value", "") != "5 five" {
		t.Errorf("%d", a.Status)
	}
	if a := b.Fill(path, path, "amounts_once", "5 12", "cover", "on"); a.To() != path+"?done=saved" {
		t.Errorf("%d: %s", a.Status, a.Find(".errors").Text())
	}
	if g, err := r.Store.GeneralFund(t.Context()); err != nil || !g.Cover || len(g.Amounts[fund.Once]) != 2 || g.Amounts[fund.Once][1] != 1200 {
		t.Errorf("%+v %v", g, err)
	}
	if b.Get(path).Find("[name=cover][checked]").Length() != 1 {
		t.Error("the form does not show what is kept")
	}
}

func TestCampaignPagesAreForThoseWhoRunCampaigns(t *testing.T) {
	b, home := started(t)
	for _, role := range []staff.Role{staff.Reporter, staff.Editor, staff.Admin, staff.Contributor} {
		other := b.SignIn(b.Hire("x-"+string(role), role))
		for _, path := range []string{campaignsPage, campaignsPage + "/new", home, home + "/edit", home + "/updates/new", home + "/matching/new", "/desk/money/general"} {
			if a := other.Get(path); a.Status != http.StatusForbidden {
				t.Errorf("%s at %s: %d", role, path, a.Status)
			}
		}
	}
}

func TestCampaignPagesAreWholeInEveryLanguage(t *testing.T) {
	b, home := started(t)
	support(b.Room)
	path := home + "/updates/new"
	one := strings.TrimSuffix(b.Fill(path, path, "title_en", "The press runs", "body_en", "One.").To(), "?done=saved")
	path = home + "/matching/new"
	b.Fill(path, path, "sponsor", "Weir Mill", "donor_cap", "100", "total_cap", "1000", "document", "letter")
	list, err := b.Store.Matchings(t.Context(), campaignOf(b.Room).ID)
	if err != nil {
		t.Fatal(err)
	}
	account, err := b.Store.AccountByEmail(t.Context(), "tess@lantern.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"en", "de", "fa"} {
		b.Write(func(ctx context.Context, tx *store.Tx) error { return tx.SetStaffLang(ctx, account.ID, lang) })
		for _, path := range []string{campaignsPage, campaignsPage + "/new", home, home + "/edit", home + "/extend", one, one + "/edit", one + "/mail",
			home + "/updates/new", home + "/matching/new", home + "/matching/" + list[0].ID, "/desk/money/general", "/desk/money"} {
			a := b.Get(path)
			if a.Status != http.StatusOK || strings.Contains(a.Body, "⟨") || a.Find("h1").Length() != 1 {
				t.Errorf("%s in %s: %d, %d h1, %d words missing", path, lang, a.Status, a.Find("h1").Length(), strings.Count(a.Body, "⟨"))
			}
		}
	}
}
