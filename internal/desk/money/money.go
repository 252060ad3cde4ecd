package money

import (
	"context"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// moneyPage shows the campaigns, and to the treasurer the last gifts.
func (d *Pages) moneyPage(ctx context.Context, v *visit) (web.Page, error) {
	p := web.MoneyPage{DeskFrame: v.Frame(ctx, "nav.money")}
	campaigns, err := d.Store.Campaigns(ctx)
	if err != nil {
		return web.Page{}, err
	}
	for _, c := range campaigns {
		if c.State == fund.CampaignDraft || c.State == fund.CampaignCancelled {
			continue
		}
		m, err := v.Meter(ctx, c)
		if err != nil {
			return web.Page{}, err
		}
		p.Meters = append(p.Meters, *m)
	}
	if len(campaigns) == 0 && v.May(staff.Campaigns, staff.Object{}).OK() {
		p.Panels = append(p.Panels, web.Panel{ID: "first", Heading: v.Loc.T("campaign.nav"), Text: v.Loc.T("campaign.first"),
			Links: []web.Link{{Text: v.Loc.T("campaign.new"), Href: campaignsPath + "/new"}}})
	}
	if err := d.moneyFigures(ctx, v, &p); err != nil {
		return web.Page{}, err
	}
	if p.First, err = d.waitingPanel(ctx, v); err != nil {
		return web.Page{}, err
	}
	if groups := v.moneyNav(); len(groups) > 0 {
		p.Aside = append(p.Aside, web.Panel{ID: "pages", Heading: v.Loc.T("money.pages"), Groups: groups})
	}
	if v.May(staff.SeeDonors, staff.Object{}).OK() {
		gifts, err := d.Store.RecentGifts(ctx, 25)
		if err != nil {
			return web.Page{}, err
		}
		p.Panels = append(p.Panels, v.giftsPanel(gifts))
	}
	return v.Draw("desk/money", p)
}

func (d *Pages) moneyFigures(ctx context.Context, v *visit, p *web.MoneyPage) error {
	m, err := d.Store.GeneralMeter(ctx, v.Outlet.Currency)
	if err != nil {
		return err
	}
	figure := func(key string, minor int64) {
		p.Figures = append(p.Figures, web.FigureLine{Name: v.Loc.T(key), Value: v.Loc.MoneyWhole(money.Amount{Currency: m.Currency, Minor: minor})})
	}
	monthly := m.Monthly
	for _, one := range p.Meters {
		if one.Monthly.Currency == m.Currency {
			monthly += one.Monthly.Minor
		}
	}
	figure("money.monthly", monthly)
	figure("money.general", m.Received)
	return nil
}

// giftsPanel lists the last gifts without names: who gave is on the page of
// each gift, and opening that is logged.
func (v *visit) giftsPanel(gifts []store.Gift) web.Panel {
	t := &web.Table{Caption: v.Loc.T("money.gifts"), Columns: v.Columns("money.when", "money.kind", "money.for", "money.amount"), Empty: v.Loc.T("money.none")}
	t.Columns[3].Num = true
	for _, g := range gifts {
		amount := web.Cell{Text: v.Loc.Money(g.Amount)}
		switch {
		case g.Disputed > 0:
			amount.Tag = &web.Tag{Text: v.Loc.T("money.disputed"), Kind: "stop"}
		case g.Refunded > 0:
			amount.Tag = &web.Tag{Text: v.Loc.T("money.refunded"), Kind: "hint"}
		}
		target := v.Loc.T("money.general")
		if g.Campaign != nil {
			target = desk.WordsIn(g.Campaign, v.Loc.Lang(), v.Outlet.Language)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{At: g.At}, {Text: v.Loc.T("money." + string(g.Every))}, {Text: target, Small: v.askedBy(g.Appeal)}, amount}})
	}
	return web.Panel{ID: "gifts", Heading: v.Loc.T("money.gifts"), Table: t}
}
