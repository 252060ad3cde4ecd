package site

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/web"
)

// thanks tells a donor what became of the gift. The provider is asked; that the
// donor came back to this address means nothing.
func (g *Giving) thanks(ctx context.Context, r *web.Request) (web.Page, error) {
	o, err := g.Fund.Outcome(ctx, param(r, "id"))
	if err != nil {
		return web.Page{}, err
	}
	sh, err := g.Site.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	d := o.Donation
	if d.Provider == fund.KeyBank && o.Payment.ID == "" { // the money is not here; what to do for it is elsewhere
		return web.Redirect(http.StatusSeeOther, sh.Path("/give/bank/"+d.ID)), nil
	}
	p := web.ThanksPage{
		State: stateOf(o), Amount: d.Amount, Every: string(d.Every), At: o.Payment.SucceededAt, Next: o.Plan.NextChargeAt,
		Email: masked(o.Donor.Email), Wall: d.ShowName, Again: sh.Path(r.Path), For: sh.T("fund.general.heading", "outlet", sh.outlet.Name),
	}
	form := "/give"
	if o.Campaign.ID != "" {
		form += "/" + o.Campaign.Slug
		p.For = titleOf(o.Campaign, sh.lang, sh.outlet)
		m, err := g.Site.Store.CampaignMeter(ctx, o.Campaign)
		if err != nil {
			return web.Page{}, err
		}
		p.Others = max(0, m.Donors-1)
	}
	p.Retry = sh.Path(form)
	if d.State == fund.DonationFailed && d.URL != "" {
		p.Retry = d.URL // the provider's page is open still
	}
	if g.Receipts != nil {
		if err := g.Receipts.addTo(ctx, &p, o.Payment, r.Lang); err != nil {
			return web.Page{}, err
		}
	}
	now, err := g.Site.post(ctx)
	if err != nil {
		return web.Page{}, err
	}
	p.Post = string(now)
	if err := g.powers(ctx, r, sh, o, &p); err != nil {
		return web.Page{}, err
	}
	sh.Title, sh.Robots, sh.Canonical, sh.Sandbox = p.For, "noindex", "", g.Sandbox != nil
	p.Frame = sh.Frame
	page, err := g.Site.draw(sh, "site/thanks", p)
	page.Cache, page.Deps = web.NoStore, nil
	return page, err
}

// stateOf is the outcome in the words of the page.
func stateOf(o fund.Outcome) string {
	paid := o.Payment
	switch {
	case paid.ID != "" && paid.Refunded >= paid.Amount.Minor:
		return "refunded"
	case paid.ID != "" || o.Donation.State == fund.DonationSucceeded:
		return "succeeded"
	case o.Donation.State == fund.DonationFailed:
		return "failed"
	case o.Donation.State == fund.DonationProcessing:
		return "processing"
	case o.Donation.State.Final():
		return "cancelled"
	}
	return "confirming"
}

// masked hides most of an address: the page may be open on a shared screen.
func masked(email string) string {
	user, host, ok := strings.Cut(email, "@")
	if !ok {
		return ""
	}
	first, _ := utf8.DecodeRuneInString(user)
	return string(first) + "…@" + host
}
