package site

import (
	"context"
	"net/http"
	"slices"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/guard"
	"masthead.dev/masthead/internal/limit"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// Giving makes the pages on which readers give money.
type Giving struct {
	Site      *Site
	Fund      *fund.Service
	Nonces    *web.Nonces
	Money     clock.Clock      // the providers' time: days left, starts and ends
	Sandbox   *sandbox.Sandbox // nil without; with it all money is pretended
	Bank      store.BankAccounts
	News      fund.NewsKey   // signs the addresses at which updates to supporters are stopped
	Watch     *guard.Watch   // against card testing; nil lets everybody through
	Transfers *limit.Counter // with Watch: against floods of gifts by bank
	Receipts  *Receipts      // names the receipt on the page after paying; nil names none
}

// Routes are the addresses of giving, for Site.More.
func (g *Giving) Routes() []Route {
	list := []Route{
		{Path: "/give", Handler: g.give, Post: true},
		{Path: "/give/thanks/{id}", Handler: g.thanks},
		{Path: "/give/bank/{id}", Handler: g.bankPage},
		{Path: "/give/past", Handler: g.past},
		{Path: "/give/stop/{token}", Handler: g.stop, Post: true},
		{Path: "/give/{campaign}", Handler: g.give, Post: true},
	}
	if g.Sandbox != nil {
		list = append(list,
			Route{Path: "/sandbox/pay/{session}", Handler: g.sandboxPay, Post: true, One: true},
			Route{Path: "/sandbox/api", Handler: g.sandboxSteer, Post: true, One: true},
			Route{Path: "/sandbox/api/state", Handler: g.sandboxState, One: true})
	}
	return list
}

// Ask is for Site.Ask: where articles and the front send readers who want to
// give, with the meter of the campaign that runs.
func (g *Giving) Ask(ctx context.Context, lang string) (Ask, error) {
	o, err := g.Site.outlet(ctx)
	if err != nil || !g.Fund.Gives(o.Currency) {
		return Ask{Deps: []string{"campaigns"}}, err // an account may be opened
	}
	c, err := g.Site.Store.CurrentCampaign(ctx, g.Money.Now())
	if fault.Is(err, fault.NotFound) {
		return Ask{Give: o.Prefix(lang) + "/give", Deps: []string{"campaigns"}, Sandbox: g.Sandbox != nil}, nil
	}
	if err != nil {
		return Ask{}, err
	}
	m, err := g.Site.Store.CampaignMeter(ctx, c)
	if err != nil {
		return Ask{}, err
	}
	return Ask{
		Give: o.Prefix(lang) + "/give/" + c.Slug, Meter: meterOf(m, titleOf(c, lang, o), g.Money.Now(), o.Location()), Donors: m.Donors,
		Deps: []string{"campaigns", "campaign:" + c.ID}, Sandbox: g.Sandbox != nil,
	}, nil
}

// meterOf is a campaign's money as pages draw it.
func meterOf(m fund.Meter, label string, now time.Time, zone *time.Location) *web.Meter {
	in := func(minor int64) money.Amount { return money.Amount{Currency: m.Currency, Minor: minor} }
	c := m.Campaign
	out := &web.Meter{
		ID: "meter-" + c.Slug, Label: label, Raised: in(m.Received), Goal: in(m.Goal()), Donors: m.Donors,
		Reached: c.GoalReachedAt, Monthly: in(m.Monthly), Expected: in(m.Projected), Converting: m.Converting, Yearly: c.Counting == fund.Annualised,
	}
	if c.ID != "" {
		out.End, out.Ended, out.DaysLeft = c.EndsAt, c.Over(now), daysBetween(now.In(zone), c.EndsAt.In(zone))
	}
	return out
}

// daysBetween counts midnights from one time to another, never less than none.
func daysBetween(from, to time.Time) int {
	day := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	return max(0, int(day(to).Sub(day(from))/(24*time.Hour)))
}

func titleOf(c fund.Campaign, lang string, o outlet.Outlet) string {
	return outlet.Words(c.Title).In(lang, o.Language)
}

// give shows the form of a campaign, or of the general fund, and takes it.
func (g *Giving) give(ctx context.Context, r *web.Request) (web.Page, error) {
	v, err := g.visit(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	if r.Method == http.MethodPost {
		return v.take(ctx, r)
	}
	v.prefill(r)
	return v.page(ctx, http.StatusOK)
}

// giving is one visit to a form.
type giving struct {
	*Giving
	*shell
	campaign fund.Campaign // zero for the general fund
	meter    fund.Meter
	closed   string       // why nothing can be given
	preview  bool         // readers don't see the page yet
	offer    fund.General // what the form suggests and offers
	form     web.GiveForm
}

func (g *Giving) visit(ctx context.Context, r *web.Request) (*giving, error) {
	sh, err := g.Site.shell(ctx, r)
	if err != nil {
		return nil, err
	}
	v := &giving{Giving: g, shell: sh}
	if slug := param(r, "campaign"); slug != "" {
		if v.campaign, err = g.Site.Store.CampaignBySlug(ctx, slug); err != nil {
			return nil, err
		}
	}
	if !v.campaign.Seen() && v.campaign.ID != "" {
		if v.preview = v.previewed(r); !v.preview {
			return nil, errNotThere
		}
	}
	v.offer = fund.General{Amounts: v.campaign.Amounts, Cover: v.campaign.Cover}
	if v.campaign.ID != "" {
		v.meter, err = g.Site.Store.CampaignMeter(ctx, v.campaign)
	} else if v.offer, err = g.Site.Store.GeneralFund(ctx); err == nil {
		v.meter, err = g.Site.Store.GeneralMeter(ctx, sh.outlet.Currency)
	}
	if err != nil {
		return nil, err
	}
	sh.mesh(r.Path)
	v.closed = v.why()
	v.blank(r.Path)
	if err := v.announce(ctx); err != nil {
		return nil, err
	}
	return v, v.hideCards(ctx)
}

// why says why nothing can be given here now; "" where it can.
func (v *giving) why() string {
	c, now := v.campaign, v.Money.Now()
	switch {
	case !v.Fund.Gives(v.meter.Currency):
		return v.T("fund.noway")
	case c.ID == "" || c.Open(now):
		return ""
	case c.Over(now):
		return v.T("fund.closed.ended")
	case now.Before(c.StartsAt):
		return v.T("fund.closed.soon", "day", v.On(c.StartsAt))
	}
	return v.T("fund.closed")
}

// page draws the form as it stands.
func (v *giving) page(ctx context.Context, status int) (web.Page, error) {
	c, o := v.campaign, v.outlet
	p := web.GivePage{Form: v.form, Closed: v.closed}
	if c.ID != "" {
		p.Heading, p.Intro = titleOf(c, v.lang, o), outlet.Words(c.Body).In(v.lang, o.Language)
		v.Description = outlet.Words(c.Dek).In(v.lang, o.Language)
		if p.Intro == "" {
			p.Intro = v.Description
		}
		v.Meter = meterOf(v.meter, p.Heading, v.Money.Now(), v.Zone)
	} else {
		p.Heading, p.Intro = v.T("fund.general.heading", "outlet", o.Name), v.T("fund.general.intro", "outlet", o.Name)
		v.Meter = nil
	}
	p.CostsTotal.Currency = v.meter.Currency
	for _, cost := range slices.SortedStableFunc(slices.Values(c.Costs), func(a, b fund.Cost) int { return int(min(1, max(-1, b.Minor-a.Minor))) }) {
		p.Costs = append(p.Costs, web.CostLine{What: outlet.Words(cost.Name).In(v.lang, o.Language), Amount: money.Amount{Currency: c.Currency, Minor: cost.Minor}})
		p.CostsTotal.Minor += cost.Minor
	}
	if v.preview {
		p.Preview, p.Closed, v.Robots = v.T("campaign.preview"), "", "noindex"
	}
	err := v.tell(ctx, &p)
	if err != nil {
		return web.Page{}, err
	}
	if err := v.solicit(ctx, &p); err != nil {
		return web.Page{}, err
	}
	if p.Others, err = v.others(ctx); err != nil {
		return web.Page{}, err
	}
	v.Title, v.shell.Sandbox = p.Heading, v.Giving.Sandbox != nil
	p.Frame = v.Frame
	page, err := v.Site.draw(v.shell, "site/give", p)
	page.Status, page.Cache, page.Deps = status, web.NoStore, nil
	return page, err
}

// others are what else can be given to.
func (v *giving) others(ctx context.Context) ([]web.Link, error) {
	list, err := v.Site.Store.Campaigns(ctx)
	if err != nil {
		return nil, err
	}
	var out []web.Link
	for _, c := range list {
		if c.ID != v.campaign.ID && c.Open(v.Money.Now()) {
			out = append(out, web.Link{Text: titleOf(c, v.lang, v.outlet), Href: v.Path("/give/" + c.Slug)})
		}
	}
	if v.campaign.ID != "" {
		out = append(out, web.Link{Text: v.T("fund.general.heading", "outlet", v.outlet.Name), Href: v.Path("/give")})
	}
	if slices.ContainsFunc(list, func(c fund.Campaign) bool { return c.ID != v.campaign.ID && c.Seen() && c.Over(v.Money.Now()) }) {
		out = append(out, web.Link{Text: v.T("campaign.past"), Href: v.Path("/give/past")})
	}
	return out, nil
}
