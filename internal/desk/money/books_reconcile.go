package money

import (
	"context"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const reconcilePath = "/desk/money/reconciliation"

// reconciliation shows the newest report, or an older one: green, or exactly what
// differs and what to do.
func (d *Pages) reconciliation(ctx context.Context, v *visit) (web.Page, error) {
	list, err := d.Store.LastReconciliations(ctx, 30)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "reconcile.heading")
	p := web.ViewPage{DeskFrame: f, Heading: f.Title, Buttons: []web.PostButton{*v.Button("reconcile.now", reconcilePath, "")}}
	if len(list) == 0 {
		p.Facts = []web.Fact{{Name: v.Loc.T("reconcile.state"), Value: v.Loc.T("reconcile.never")}}
		return v.Draw("desk/view", p)
	}
	now := list[0]
	if id := v.URL.Query().Get("report"); id != "" {
		if now, err = d.Store.Reconciliation(ctx, web.Clean(id)); err != nil {
			return web.Page{}, err
		}
	}
	by := v.Loc.T("reconcile.program")
	if now.By != "" {
		by = now.By
	}
	if err := d.nameCampaigns(ctx, v, now.Checks); err != nil {
		return web.Page{}, err
	}
	p.Facts = []web.Fact{{Name: v.Loc.T("reconcile.state"), Value: v.Loc.T("reconcile.of", "day", v.day(now.Day)), Tag: v.greenTag(now.Green)},
		{Name: v.Loc.T("reconcile.made"), Value: v.Loc.DateTime(now.At.In(v.Outlet.Location())) + " · " + by}}
	p.Panels = []web.Panel{v.checksPanel("wrong", "reconcile.wrong", now.Checks, false), v.checksPanel("fine", "reconcile.fine", now.Checks, true), v.reportsPanel(list)}
	if now.Green {
		p.Panels = p.Panels[1:]
	}
	return v.Draw("desk/view", p)
}

// nameCampaigns puts the titles of campaigns in the place of their ids.
func (d *Pages) nameCampaigns(ctx context.Context, v *visit, checks []store.Check) error {
	list, err := d.Store.Campaigns(ctx)
	titles := map[string]string{"": v.Loc.T("money.general")}
	for _, c := range list {
		titles[c.ID] = v.titleOf(c)
	}
	for i, c := range checks {
		if c.Name == store.CheckCampaigns {
			checks[i].Subject = titles[c.Subject]
		}
	}
	return err
}

func (v *visit) greenTag(green bool) *web.Tag {
	if green {
		return &web.Tag{Text: v.Loc.T("reconcile.green"), Kind: "ok"}
	}
	return &web.Tag{Text: v.Loc.T("reconcile.red"), Kind: "stop"}
}

// checksPanel lists the checks that agree, or those that do not with what to do.
func (v *visit) checksPanel(id, heading string, checks []store.Check, fine bool) web.Panel {
	t := &web.Table{Caption: v.Loc.T(heading), Columns: v.Columns("reconcile.what", "reconcile.elsewhere", "reconcile.books"), Empty: v.Loc.T("reconcile.nothing")}
	t.Columns[1].Num, t.Columns[2].Num = true, true
	if !fine {
		t.Columns = append(t.Columns, v.Columns("reconcile.todo")...)
	}
	for _, c := range checks {
		if c.OK != fine {
			continue
		}
		cells := []web.Cell{{Text: v.Loc.T("reconcile.check." + c.Name), Small: desk.Join(c.Subject, v.day(c.Day))}, {Text: v.checkValue(c, c.Want)}, {Text: v.checkValue(c, c.Have)}}
		if !fine {
			cells = append(cells, web.Cell{Text: v.Loc.T("reconcile.todo." + c.Name), Small: v.difference(c)})
		}
		t.Rows = append(t.Rows, web.Row{Cells: cells})
	}
	return web.Panel{ID: id, Heading: v.Loc.T(heading), Table: t}
}

// checkValue is a side of a check: an amount, or a number of things.
func (v *visit) checkValue(c store.Check, n int64) string {
	if c.Currency != "" {
		return v.Loc.Money(money.Amount{Currency: c.Currency, Minor: n})
	}
	if n == 0 {
		return ""
	}
	return v.Loc.Number(n)
}

func (v *visit) difference(c store.Check) string {
	if c.Currency == "" || c.Want == c.Have {
		return ""
	}
	return v.Loc.T("reconcile.difference", "amount", v.Loc.Money(money.Amount{Currency: c.Currency, Minor: c.Have - c.Want}))
}

func (v *visit) reportsPanel(list []store.Reconciliation) web.Panel {
	t := &web.Table{Caption: v.Loc.T("reconcile.reports"), Columns: v.Columns("booking.date", "reconcile.state")}
	for _, r := range list {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: v.Loc.DateTime(r.At.In(v.Outlet.Location())), Href: reconcilePath + "?report=" + r.ID}, {Tag: v.greenTag(r.Green)}}})
	}
	return web.Panel{ID: "reports", Heading: v.Loc.T("reconcile.reports"), Table: t}
}

// doReconcile compares now.
func (d *Pages) doReconcile(ctx context.Context, v *visit) (web.Page, error) {
	_, err := d.Store.Reconcile(ctx, v.By(), d.Money.Now(), v.Outlet.Location())
	return desk.See(reconcilePath), err
}
