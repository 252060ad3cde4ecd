package money

import (
	"context"
	"net/url"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const generalPath = "/desk/money/general"

// generalFund is what the form of the general fund suggests and offers.
func (d *Pages) generalFund(ctx context.Context, v *visit) (web.Page, error) {
	g, err := d.Store.GeneralFund(ctx)
	if err != nil {
		return web.Page{}, err
	}
	c := fund.Campaign{Currency: v.Outlet.Currency, Amounts: g.Amounts, Cover: g.Cover}
	return v.Draw("desk/form", d.generalPage(ctx, &editor{visit: v, c: c, in: v.campaignValues(c)}))
}

func (d *Pages) generalPage(ctx context.Context, e *editor) web.FormPage {
	f := e.visit.Frame(ctx, "money.general")
	form := web.Form{ID: "general", Action: generalPath, Nonce: e.Nonce(), Submit: e.Loc.T("settings.act"),
		Groups: []web.FieldGroup{e.formGroup()}, Errors: desk.ErrorsOf(e.bad, "amounts_once", "amounts_month", "amounts_year")}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: e.Loc.T("campaign.general.say"), Tabs: e.campaignTabs("general"), Forms: []web.Form{form}}
}

func (d *Pages) doGeneralFund(ctx context.Context, v *visit) (web.Page, error) {
	in := url.Values{}
	for name, values := range v.PostForm {
		if strings.HasPrefix(name, "amounts_") || name == "cover" {
			in[name] = values
		}
	}
	e := &editor{visit: v, c: fund.Campaign{Currency: v.Outlet.Currency}, in: in, bad: fault.Fields{}}
	g := fund.General{Amounts: e.amountLists(v.Outlet.Currency), Cover: in.Get("cover") != ""}
	if len(e.bad) > 0 {
		return v.Again("desk/form", d.generalPage(ctx, e))
	}
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutGeneralFund(ctx, v.By(), g) })
	return desk.See(generalPath + "?done=saved"), err
}
