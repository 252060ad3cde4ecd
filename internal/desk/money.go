package desk

import (
	"context"
	"strconv"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

func number(n int64) string { return strconv.FormatInt(n, 10) }

func toNumber(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64) // what is no number is 0, which nothing has
	return n
}

// moneyPage shows the campaigns, and to the treasurer the last gifts.
func (d *Desk) moneyPage(ctx context.Context, v *visit) (web.Page, error) {
	p := web.MoneyPage{DeskFrame: d.frame(ctx, v, "nav.money")}
	campaigns, err := d.Store.Campaigns(ctx)
	if err != nil {
		return web.Page{}, err
	}
	for _, c := range campaigns {
		if c.State == fund.CampaignDraft || c.State == fund.CampaignCancelled {
			continue
		}
		m, err := d.meter(ctx, v, c)
		if err != nil {
			return web.Page{}, err
		}
		p.Meters = append(p.Meters, *m)
	}
	if len(campaigns) == 0 && v.may(staff.Campaigns, staff.Object{}).OK() {
		p.Panels = append(p.Panels, web.Panel{ID: "first", Heading: v.loc.T("campaign.nav"), Text: v.loc.T("campaign.first"),
			Links: []web.Link{{Text: v.loc.T("campaign.new"), Href: campaignsPath + "/new"}}})
	}
	if err := d.moneyFigures(ctx, v, &p); err != nil {
		return web.Page{}, err
	}
	if links := v.moneyNav(); len(links) > 0 {
		p.Aside = append(p.Aside, web.Panel{ID: "pages", Heading: v.loc.T("money.pages"), Links: links})
	}
	if v.may(staff.SeeDonors, staff.Object{}).OK() {
		gifts, err := d.Store.RecentGifts(ctx, 25)
		if err != nil {
			return web.Page{}, err
		}
		p.Panels = append(p.Panels, v.giftsPanel(gifts))
	}
	return d.draw(v, "desk/money", p)
}

func (d *Desk) moneyFigures(ctx context.Context, v *visit, p *web.MoneyPage) error {
	m, err := d.Store.GeneralMeter(ctx, v.outlet.Currency)
	if err != nil {
		return err
	}
	figure := func(key string, minor int64) {
		p.Figures = append(p.Figures, web.FigureLine{Name: v.loc.T(key), Value: v.loc.MoneyWhole(money.Amount{Currency: m.Currency, Minor: minor})})
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
	t := &web.Table{Caption: v.loc.T("money.gifts"), Columns: v.columns("money.when", "money.kind", "money.for", "money.amount"), Empty: v.loc.T("money.none")}
	t.Columns[3].Num = true
	for _, g := range gifts {
		amount := web.Cell{Text: v.loc.Money(g.Amount)}
		switch {
		case g.Disputed > 0:
			amount.Tag = &web.Tag{Text: v.loc.T("money.disputed"), Kind: "stop"}
		case g.Refunded > 0:
			amount.Tag = &web.Tag{Text: v.loc.T("money.refunded"), Kind: "hint"}
		}
		target := v.loc.T("money.general")
		if g.Campaign != nil {
			target = wordsIn(g.Campaign, v.loc.Lang(), v.outlet.Language)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{At: g.At}, {Text: v.loc.T("money." + string(g.Every))}, {Text: target, Small: g.Appeal}, amount}})
	}
	return web.Panel{ID: "gifts", Heading: v.loc.T("money.gifts"), Table: t}
}
