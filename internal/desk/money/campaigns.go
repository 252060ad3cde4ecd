package money

import (
	"context"
	"hash/fnv"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const campaignsPath = "/desk/money/campaigns"

func campaignPath(id string, more ...string) string {
	p := campaignsPath + "/" + id
	for _, m := range more {
		p += "/" + m
	}
	return p
}

func (v *visit) titleOf(c fund.Campaign) string {
	return desk.WordsIn(c.Title, v.Loc.Lang(), v.Outlet.Language)
}

func (v *visit) money(c fund.Campaign, minor int64) string {
	return v.Loc.MoneyWhole(money.Amount{Currency: c.Currency, Minor: minor})
}

// about writes an estimate in whole units of the currency.
func (v *visit) about(c fund.Campaign, minor int64) string {
	unit := int64(1)
	exp, _ := money.Exponent(c.Currency)
	for range exp {
		unit *= 10
	}
	return v.money(c, (minor+unit/2)/unit*unit)
}

// stateTag is a campaign's state as a small word.
func (v *visit) stateTag(c fund.Campaign) *web.Tag {
	kind := map[fund.CampaignState]string{fund.CampaignLive: "ok", fund.CampaignPaused: "warn", fund.CampaignScheduled: "hint"}[c.State]
	return &web.Tag{Text: v.Loc.T("campaign.state." + string(c.State)), Kind: kind}
}

// campaigns lists all campaigns.
func (d *Pages) campaigns(ctx context.Context, v *visit) (web.Page, error) {
	list, err := d.Store.Campaigns(ctx)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "campaign.nav")
	start := &web.Link{Text: v.Loc.T("campaign.new"), Href: campaignsPath + "/new"}
	t := web.Table{Caption: f.Title, Columns: v.Columns("campaign.title", "campaign.dates", "campaign.goal", "campaign.raised"), Empty: v.Loc.T("campaign.none"), Start: start}
	t.Columns[2].Num, t.Columns[3].Num = true, true
	for _, c := range list {
		m, err := d.Store.CampaignMeter(ctx, c)
		if err != nil {
			return web.Page{}, err
		}
		row := web.Row{Cells: []web.Cell{{Text: v.titleOf(c), Href: campaignPath(c.ID), Tag: v.stateTag(c)},
			{Text: v.Loc.T("campaign.past.when", "from", f.On(c.StartsAt), "to", f.On(c.EndsAt))}, {Text: "–"}, {Text: v.money(c, m.Received)}}}
		if c.Goal > 0 {
			row.Cells[2].Text, row.Cells[3].Small = v.money(c, c.Goal), v.Loc.Percent(int(m.Percent()))
		}
		t.Rows = append(t.Rows, row)
	}
	return v.Draw("desk/list", web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("campaign.list.say"), Action: start, Table: t,
		Tabs: v.campaignTabs("")})
}

// campaignTabs are the two kinds of thing that readers give to.
func (v *visit) campaignTabs(current string) []web.Tab {
	return []web.Tab{{Text: v.Loc.T("campaign.nav"), Href: campaignsPath, Current: current == ""},
		{Text: v.Loc.T("money.general"), Href: generalPath, Current: current == "general"}}
}

// campaign shows one campaign: how it stands, what can be done to it, its
// forecast, goals, sponsors and updates.
func (d *Pages) campaign(ctx context.Context, v *visit) (web.Page, error) {
	c, err := d.Store.Campaign(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	p := web.MoneyPage{DeskFrame: v.Frame(ctx, "")}
	p.Title = v.titleOf(c)
	m, err := v.Meter(ctx, c)
	if err != nil {
		return web.Page{}, err
	}
	p.Meters = []web.Meter{*m}
	p.Aside = []web.Panel{d.statePanel(v, &p, c), v.factsPanel(&p, c)}
	for _, panel := range []func(context.Context, *visit, *web.MoneyPage, fund.Campaign) (web.Panel, error){d.forecastPanel, d.updatesPanel, d.matchingPanel, d.goalsPanel} {
		one, err := panel(ctx, v, &p, c)
		if err != nil {
			return web.Page{}, err
		}
		p.Panels = append(p.Panels, one)
	}
	return v.Draw("desk/money", p)
}

// statePanel says where the campaign stands and what can be done now.
func (d *Pages) statePanel(v *visit, f *web.MoneyPage, c fund.Campaign) web.Panel {
	p := web.Panel{ID: "state", Heading: v.Loc.T("campaign.state"), Facts: []web.Fact{
		{Name: v.Loc.T("campaign.state.now"), Tag: v.stateTag(c)},
		{Name: v.Loc.T("campaign.start"), Value: f.At(c.StartsAt)}, {Name: v.Loc.T("campaign.end"), Value: f.At(c.EndsAt)},
	}}
	lacks := c.Lacks(d.Money.Now())
	if c.State == fund.CampaignDraft || c.State == fund.CampaignScheduled {
		for _, l := range lacks {
			p.Text += v.Loc.T("campaign.lack."+string(l)) + "\n\n"
		}
	}
	for _, a := range c.Acts() {
		switch {
		case a == fund.ActExtend:
			p.Links = append(p.Links, web.Link{Text: v.Loc.T("campaign.act.extend"), Href: campaignPath(c.ID, "extend")})
		case (a == fund.ActStart || a == fund.ActSchedule) && len(lacks) > 0, a == fund.ActSchedule && !c.StartsAt.After(d.Money.Now()):
		default:
			p.Buttons = append(p.Buttons, *v.Button("campaign.act."+string(a), campaignPath(c.ID, "state"), v.titleOf(c), web.HiddenField{Name: "act", Value: string(a)}))
		}
	}
	p.Links = append(p.Links, web.Link{Text: v.Loc.T("campaign.edit"), Href: campaignPath(c.ID, "edit")})
	return p
}

// factsPanel has the public address and how the campaign counts.
func (v *visit) factsPanel(f *web.MoneyPage, c fund.Campaign) web.Panel {
	p := web.Panel{ID: "public", Heading: v.Loc.T("campaign.public"), Facts: []web.Fact{
		{Name: v.Loc.T("campaign.slug"), Value: "/give/" + c.Slug, Href: v.d.publicPage(v, c)},
		{Name: v.Loc.T("campaign.counting"), Value: v.Loc.T("campaign.counting." + string(c.Counting))},
		{Name: v.Loc.T("campaign.grace"), Value: v.Loc.Number(int64(c.Grace.Hours()))},
		{Name: v.Loc.T("campaign.costs"), Value: v.Loc.T("campaign.costs.sum", "sum", v.money(c, c.CostSum()))},
		{Name: v.Loc.T("campaign.cover"), Value: v.Loc.T(map[bool]string{true: "yes", false: "no"}[c.Cover])},
	}}
	if !c.Seen() {
		p.Links = []web.Link{{Text: v.Loc.T("campaign.see.preview"), Href: v.d.publicPage(v, c)}}
		return p
	}
	if !c.GoalReachedAt.IsZero() {
		p.Facts = append(p.Facts, web.Fact{Name: v.Loc.T("campaign.reached"), Value: f.On(c.GoalReachedAt)})
	}
	p.Text = v.Loc.T("campaign.appeal", "link", v.Outlet.URL("/give/"+c.Slug)+"?from=newsletter")
	return p
}

// publicPage is the campaign's page for readers, or its preview.
func (d *Pages) publicPage(v *visit, c fund.Campaign) string {
	if c.Seen() || d.Preview == nil {
		return v.Outlet.Prefix(v.Outlet.Language) + "/give/" + c.Slug
	}
	return d.Preview(c, v.Outlet.Language)
}

// forecastPanel looks ahead to the end of a campaign that runs.
func (d *Pages) forecastPanel(ctx context.Context, v *visit, f *web.MoneyPage, c fund.Campaign) (web.Panel, error) {
	p := web.Panel{ID: "forecast", Heading: v.Loc.T("campaign.forecast")}
	now := d.Money.Now()
	facts, err := d.Store.ForecastFacts(ctx, c, now, v.Outlet.Location())
	if err != nil {
		return p, err
	}
	seed := fnv.New64a()
	seed.Write([]byte(c.ID))
	out, ok := facts.Forecast(seed.Sum64())
	if !ok || c.Over(now) || !c.Seen() {
		p.Text = v.Loc.T("campaign.forecast.none")
		return p, nil
	}
	p.Text = v.Loc.T("campaign.forecast.say", "likely", v.about(c, out.Likely()), "low", v.about(c, out.Low), "high", v.about(c, out.High), "day", f.On(c.EndsAt))
	churn := v.Loc.T("campaign.forecast.young")
	if facts.Churn.Known {
		churn = v.Loc.Share(facts.Churn.PerMillion, 1_000_000)
	}
	p.Facts = []web.Fact{
		{Name: v.Loc.T("campaign.forecast.received"), Value: v.money(c, out.Received)},
		{Name: v.Loc.T("campaign.forecast.renewals"), Value: v.about(c, out.Renewals)},
		{Name: v.Loc.N("campaign.forecast.single", out.Seen), Value: v.about(c, out.Single)},
		{Name: v.Loc.T("campaign.forecast.churn"), Value: churn},
	}
	return p, nil
}

// goalsPanel lists all versions of the goal, also those that readers never saw.
func (d *Pages) goalsPanel(ctx context.Context, v *visit, _ *web.MoneyPage, c fund.Campaign) (web.Panel, error) {
	goals, err := d.Store.Goals(ctx, c.ID)
	t := &web.Table{Caption: v.Loc.T("campaign.goals"), Columns: v.Columns("campaign.goal", "campaign.goal.reason", "campaign.goal.by", "campaign.goal.when"), Empty: v.Loc.T("campaign.lack.goal")}
	for _, g := range goals {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: v.money(c, g.Minor)}, {Text: g.Reason, Dir: "auto"}, {Text: g.SetBy}, {At: g.SetAt}}})
	}
	return web.Panel{ID: "goals", Heading: v.Loc.T("campaign.goals"), Table: t}, err
}

// campaignIn reads the campaign of the address.
func (d *Pages) campaignIn(ctx context.Context, v *visit) (fund.Campaign, error) {
	return d.Store.Campaign(ctx, v.PathValue("id"))
}

// doCampaignState changes a campaign's state.
func (d *Pages) doCampaignState(ctx context.Context, v *visit) (web.Page, error) {
	id := v.PathValue("id")
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.ActCampaign(ctx, v.By(), id, fund.CampaignAct(v.Field("act")), d.Money.Now(), "", d.Money.Now())
		return err
	})
	return desk.See(campaignPath(id) + "?done=saved"), err
}
