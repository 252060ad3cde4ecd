package paper

import (
	"context"
	"errors"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/retention"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// retention shows for how long each kind of data is kept, and what was removed.
func (d *Pages) retention(ctx context.Context, v *visit) (web.Page, error) {
	periods, err := d.Store.Retention(ctx)
	if err != nil {
		return web.Page{}, err
	}
	p, err := d.retentionPage(ctx, v, periods, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

const removalsShown = 40

func (d *Pages) retentionPage(ctx context.Context, v *visit, periods retention.Periods, bad fault.Fields) (web.FormPage, error) {
	f := v.Frame(ctx, "retention.heading")
	news, money := web.FieldGroup{Legend: v.Loc.T("retention.newsroom")}, web.FieldGroup{Legend: v.Loc.T("retention.money")}
	fixed := web.Panel{ID: "fixed", Heading: v.Loc.T("retention.fixed"), Text: v.Loc.T("retention.fixed.say")}
	var order []string
	for _, r := range retention.Rules() {
		name := v.Loc.T("retention.kind." + string(r.Kind))
		if r.Fixed {
			fixed.Facts = append(fixed.Facts, web.Fact{Name: name, Value: v.period(r)})
			continue
		}
		order = append(order, string(r.Kind))
		field := web.Field{Name: string(r.Kind), Kind: "number", InputMode: "numeric", Label: name, Hint: v.hint(r), Value: desk.Number(int64(periods.Days(r.Kind))), Required: true, Dir: "ltr"}
		if bad != nil {
			field.Value = v.Field(string(r.Kind))
		}
		if r.Money {
			money.Fields = append(money.Fields, field)
		} else {
			news.Fields = append(news.Fields, field)
		}
	}
	removed, err := d.removedPanel(ctx, v)
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("retention.say"), Tabs: v.SettingsTabs(retentionPath), Panels: []web.Panel{fixed, removed},
		Forms: []web.Form{{ID: "retention", Action: retentionPath, Nonce: v.Nonce(), Submit: v.Loc.T("settings.act"), Errors: desk.ErrorsOf(bad, order...), Groups: []web.FieldGroup{news, money}}}}, err
}

// period is what happens to a kind that nobody decides.
func (v *visit) period(r retention.Rule) string {
	switch {
	case r.Kind == retention.Receipts:
		return v.Loc.T("retention.receipts")
	case r.Default == 0:
		return v.Loc.T("retention.ever")
	}
	return v.Loc.N("retention.days", r.Default)
}

// hint says what may be chosen, and what that means in years.
func (v *visit) hint(r retention.Rule) string {
	hint := v.Loc.T("retention.between", "least", v.Loc.Number(int64(r.Least)), "most", v.Loc.Number(int64(r.Most)))
	if r.Law {
		hint += " " + v.Loc.T("retention.law")
	}
	if key := "retention.kind." + string(r.Kind) + ".hint"; v.Loc.Has(key) {
		hint = v.Loc.T(key) + " " + hint
	}
	return hint
}

func (d *Pages) removedPanel(ctx context.Context, v *visit) (web.Panel, error) {
	list, err := d.Store.Removals(ctx, removalsShown)
	p := web.Panel{ID: "removed", Heading: v.Loc.T("retention.removed"), Table: &web.Table{Caption: v.Loc.T("retention.removed"),
		Columns: v.Columns("retention.day", "retention.what", "retention.n"), Empty: v.Loc.T("retention.nothing")}}
	p.Table.Columns[2].Num = true
	for _, x := range list {
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: []web.Cell{{Text: x.Day, Dir: "ltr"}, {Text: v.Loc.T("retention.kind." + string(x.Kind))}, {Text: v.Loc.Number(x.N)}}})
	}
	return p, err
}

// doRetention keeps the periods. What is over by a shorter one goes when the job
// runs next.
func (d *Pages) doRetention(ctx context.Context, v *visit) (web.Page, error) {
	periods := retention.Periods{}
	for _, r := range retention.Rules() {
		if !r.Fixed {
			periods[r.Kind] = int(desk.ToNumber(v.Field(string(r.Kind))))
		}
	}
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutRetention(ctx, v.By(), periods) })
	var found fault.Fields
	if errors.As(err, &found) {
		bad := fault.Fields{}
		for kind := range found {
			r := retention.Of(retention.Kind(kind))
			key := "retention.bad"
			if r.Law && periods[r.Kind] < r.Least {
				key = "retention.bad.law"
			}
			bad[kind] = v.Loc.T(key, "least", v.Loc.Number(int64(r.Least)), "most", v.Loc.Number(int64(r.Most)))
		}
		p, err := d.retentionPage(ctx, v, periods, bad)
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/form", p)
	}
	return desk.See(retentionPath + savedNotice), err
}
