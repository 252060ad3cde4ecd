package desk

import (
	"context"
	"net/url"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// generalFund is what the form of the general fund suggests and offers.
func (d *Desk) generalFund(ctx context.Context, v *visit) (web.Page, error) {
	g, err := d.Store.GeneralFund(ctx)
	if err != nil {
		return web.Page{}, err
	}
	c := fund.Campaign{Currency: v.outlet.Currency, Amounts: g.Amounts, Cover: g.Cover}
	return d.draw(v, "desk/form", d.generalPage(ctx, &editor{visit: v, c: c, in: v.campaignValues(c)}))
}

func (d *Desk) generalPage(ctx context.Context, e *editor) web.FormPage {
	f := d.frame(ctx, e.visit, "money.general")
	form := web.Form{ID: "general", Action: "/desk/money/general", Nonce: e.nonce(), Submit: e.loc.T("settings.act"),
		Groups: []web.FieldGroup{e.formGroup()}, Errors: errorsOf(e.bad, "amounts_once", "amounts_month", "amounts_year")}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: e.loc.T("campaign.general.say"), Tabs: e.campaignTabs("general"), Forms: []web.Form{form}}
}

func (d *Desk) doGeneralFund(ctx context.Context, v *visit) (web.Page, error) {
	in := url.Values{}
	for name, values := range v.PostForm {
		if strings.HasPrefix(name, "amounts_") || name == "cover" {
			in[name] = values
		}
	}
	e := &editor{visit: v, c: fund.Campaign{Currency: v.outlet.Currency}, in: in, bad: fault.Fields{}}
	g := fund.General{Amounts: e.amountLists(v.outlet.Currency), Cover: in.Get("cover") != ""}
	if len(e.bad) > 0 {
		return d.again(v, "desk/form", d.generalPage(ctx, e))
	}
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutGeneralFund(ctx, v.by(), g) })
	return see("/desk/money/general?done=saved"), err
}
