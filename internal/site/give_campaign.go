package site

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// words is a text of the campaign in the page's language.
func (v *giving) words(texts map[string]string) string {
	return outlet.Words(texts).In(v.lang, v.outlet.Language)
}

func (v *giving) inCampaign(minor int64) string {
	return v.MoneyWhole(money.Amount{Currency: v.campaign.Currency, Minor: minor})
}

// tell fills in what a campaign's page says besides the form.
func (v *giving) tell(ctx context.Context, p *web.GivePage) error {
	c := v.campaign
	if c.ID == "" {
		return nil
	}
	p.Over = c.Over(v.Money.Now())
	p.CostsNote = v.words(c.CostsNote)
	p.Policy = v.policy()
	if p.Over {
		p.Outcome = v.words(c.Outcome)
	}
	goals, err := v.Site.Store.Goals(ctx, c.ID)
	if err != nil {
		return err
	}
	p.Goals = v.goalChanges(c.PublicGoals(goals))
	sums, err := v.Site.Store.Matchings(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, m := range sums {
		p.Matches = append(p.Matches, v.matchLine(m))
	}
	return v.updates(ctx, p)
}

// policy says in plain words how the meter counts.
func (v *giving) policy() []string {
	c := v.campaign
	hours := int(c.Grace.Hours())
	out := []string{v.T("campaign.policy.window", "start", v.On(c.StartsAt), "end", v.On(c.EndsAt))}
	if hours > 0 {
		out = append(out, v.N("campaign.policy.grace", hours))
	}
	out = append(out, v.T("campaign.policy.minus"), v.T("campaign.policy.bank"), v.T("campaign.policy.foreign", "currency", v.CurrencyName(c.Currency)))
	switch {
	case c.Over(v.Money.Now()): // nothing is expected any more
	case c.Counting == fund.Projected && v.meter.Churn.Known:
		return append(out, v.T("campaign.policy.projected", "share", v.Share(v.meter.Churn.PerMillion, 1_000_000)))
	case c.Counting == fund.Projected:
		return append(out, v.T("campaign.policy.projected.young"))
	case c.Counting == fund.Annualised && c.DonorCap > 0:
		return append(out, v.T("campaign.policy.annualised.cap", "cap", v.inCampaign(c.DonorCap)))
	case c.Counting == fund.Annualised:
		return append(out, v.T("campaign.policy.annualised"))
	}
	return append(out, v.T("campaign.policy.received"))
}

// goalChanges says how the goal was changed before the readers' eyes. goals are
// those that they saw, the newest first.
func (v *giving) goalChanges(goals []fund.Goal) []string {
	var out []string
	for i := range len(goals) - 1 {
		now, was := goals[i], goals[i+1]
		key := "campaign.goal.raised"
		if now.Minor < was.Minor {
			key = "campaign.goal.lowered"
		}
		out = append(out, v.T(key, "was", v.inCampaign(was.Minor), "now", v.inCampaign(now.Minor), "day", v.On(now.SetAt), "why", now.Reason))
	}
	return out
}

// matchLine is a sponsor's promise, which is never part of what was raised.
func (v *giving) matchLine(m store.MatchingSum) web.MatchLine {
	m.Matching = m.Within(v.campaign)
	m.State = m.Due(v.Money.Now(), m.Matched) // the round may not have been there yet
	who := v.T("campaign.match.somebody")
	if m.Named {
		who = m.Sponsor
	}
	unit := int64(1)
	exp, _ := money.Exponent(v.campaign.Currency)
	for range exp {
		unit *= 10
	}
	line := web.MatchLine{Head: v.H("campaign.match.head", "sum", v.inCampaign(m.Owed(m.Matched)), "sponsor", who)}
	line.Terms = v.T("campaign.match.terms", "adds", v.inCampaign(m.Num*unit), "given", v.inCampaign(m.Den*unit), "from", v.On(m.From), "to", v.On(m.To),
		"donor", v.inCampaign(m.DonorCap), "cap", v.inCampaign(m.TotalCap)) + " " + v.T("campaign.match.state."+string(m.State))
	return line
}

func (v *giving) updates(ctx context.Context, p *web.GivePage) error {
	list, err := v.Site.Store.CampaignUpdates(ctx, v.campaign.ID)
	for _, u := range list {
		if !u.PublishedAt.IsZero() {
			p.Updates = append(p.Updates, web.UpdateItem{Title: v.words(u.Title), Body: v.words(u.Body), At: u.PublishedAt})
		}
	}
	return err
}

// previewPurpose ties a preview's token to one campaign.
func previewPurpose(campaignID string) string { return "preview " + campaignID }

// Preview is the address at which the staff sees a campaign's page before
// readers do, for a day. It is for the desk.
func (g *Giving) Preview(c fund.Campaign, lang string) string {
	return "/give/" + c.Slug + "?preview=" + g.Nonces.Mint(previewPurpose(c.ID), g.Site.Clock.Now())
}

// previewed tells whether the visitor was given a preview of the campaign.
func (v *giving) previewed(r *web.Request) bool {
	token := r.URL.Query().Get("preview")
	if token == "" || v.campaign.ID == "" {
		return false
	}
	_, _, err := v.Nonces.Check(previewPurpose(v.campaign.ID), token, v.Site.Clock.Now(), formLife)
	return err == nil
}

// past lists the campaigns that have ended.
func (g *Giving) past(ctx context.Context, r *web.Request) (web.Page, error) {
	sh, err := g.Site.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	sh.mesh(r.Path)
	sh.dep("campaigns")
	sh.Title, sh.Sandbox = sh.T("campaign.past"), sh.Sandbox || g.Sandbox != nil
	list, err := g.Site.Store.Campaigns(ctx)
	if err != nil {
		return web.Page{}, err
	}
	var data web.PastPage
	now := g.Money.Now()
	for _, c := range list {
		if c.Seen() && !c.Over(now) { // it will be one of them by itself
			sh.ends(sh.now.Add(c.EndsAt.Sub(now) + time.Second))
		}
		if !c.Seen() || !c.Over(now) {
			continue
		}
		sh.dep("campaign:" + c.ID)
		m, err := g.Site.Store.CampaignMeter(ctx, c)
		if err != nil {
			return web.Page{}, err
		}
		data.Campaigns = append(data.Campaigns, web.PastLine{
			Name: titleOf(c, sh.lang, sh.outlet), Href: sh.Path("/give/" + address(c.Slug, "")), From: c.StartsAt, To: c.EndsAt,
			Goal: money.Amount{Currency: c.Currency, Minor: c.Goal}, Raised: money.Amount{Currency: c.Currency, Minor: m.Received},
			Percent: int(m.Percent()), Donors: m.Donors, Outcome: outlet.Words(c.Outcome).In(sh.lang, sh.outlet.Language),
		})
	}
	data.Frame = sh.Frame
	return g.Site.draw(sh, "site/past", data)
}

// stop ends a campaign's updates to a donor. The address is in the mail itself
// and is the whole proof; mail programs post to it by themselves when somebody
// presses their button (RFC 8058), so POST asks nothing more. GET only asks.
func (g *Giving) stop(ctx context.Context, r *web.Request) (web.Page, error) {
	campaignID, donorID, ok := g.News.Read(param(r, "token"))
	if !ok {
		return web.Page{}, fault.New(fault.NotFound, "this link is not complete; copy the whole of it from the mail")
	}
	c, err := g.Site.Store.Campaign(ctx, campaignID)
	if err != nil {
		return web.Page{}, err
	}
	sh, err := g.Site.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	p := web.StopPage{For: titleOf(c, sh.lang, sh.outlet), Action: sh.Path(r.Path)}
	if !get(r) {
		err := g.Site.Store.Write(ctx, func(tx *store.Tx) error { return tx.StopNews(ctx, campaignID, donorID, g.Money.Now()) })
		if err != nil {
			return web.Page{}, err
		}
		p.Done = true
	}
	sh.Title, sh.Robots, sh.Canonical, sh.Langs = p.For, "noindex", "", nil
	p.Frame = sh.Frame
	page, err := g.Site.draw(sh, "site/stop", p)
	page.Cache, page.Deps = web.NoStore, nil
	return page, err
}
