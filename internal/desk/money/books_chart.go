package money

import (
	"context"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const chartPath = "/desk/money/chart"

// chart shows the accounts of spending and income with what readers call them,
// and from which sum donors are named.
func (d *Pages) chart(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.chartPage(ctx, v, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

func (d *Pages) chartPage(ctx context.Context, v *visit, bad fault.Fields) (web.FormPage, error) {
	list, err := d.Store.Chart(ctx)
	if err != nil {
		return web.FormPage{}, err
	}
	t, err := d.Store.NameThreshold(ctx)
	if err != nil {
		return web.FormPage{}, err
	}
	f := v.Frame(ctx, "chart.heading")
	table := &web.Table{Caption: f.Title, Columns: v.Columns("chart.account", "chart.name")}
	for _, a := range list {
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{{Text: a.Account, Href: chartPath + "?account=" + a.Account, Lang: "en", Dir: "ltr"},
			{Text: web.AccountName(v.Loc, v.Loc.Lang(), v.Outlet.Language, a.Account, a.Names)}}})
	}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("chart.say"), Forms: []web.Form{v.chartForm(list, bad), v.thresholdForm(t, bad)},
		Panels: []web.Panel{{ID: "chart", Heading: v.Loc.T("chart.all"), Table: table}}}, nil
}

func (v *visit) chartForm(list []store.ChartAccount, bad fault.Fields) web.Form {
	account := v.Field("account")
	if account == "" {
		account = web.Clean(v.URL.Query().Get("account"))
	}
	own := map[string]string{}
	for _, a := range list {
		if a.Account == account {
			own = a.Names
		}
	}
	fields := []web.Field{{Name: "account", Label: v.Loc.T("chart.account"), Hint: v.Loc.T("chart.account.hint"), Value: account, Required: true, Dir: "ltr"}}
	for _, lang := range v.Outlet.Langs() {
		value := own[lang]
		if sent := v.Field("name_" + lang); sent != "" {
			value = sent
		}
		fields = append(fields, web.Field{Name: "name_" + lang, Label: v.Loc.T("chart.name.in", "lang", locale.NameOf(lang)), Value: value, Optional: true, Lang: lang, Dir: locale.DirOf(lang)})
	}
	return web.Form{ID: "account", Action: chartPath, Nonce: v.Nonce(), Submit: v.Loc.T("chart.act"), Errors: desk.ErrorsOf(someOf(bad, "account")),
		Groups: []web.FieldGroup{{Legend: v.Loc.T("chart.open"), Fields: fields}}}
}

func (v *visit) thresholdForm(t store.Threshold, bad fault.Fields) web.Form {
	value := v.plain(t.Currency, t.Minor)
	if sent := v.Field("amount"); sent != "" {
		value = sent
	}
	return web.Form{ID: "threshold", Action: chartPath + "/threshold", Nonce: v.Nonce(), Submit: v.Loc.T("chart.threshold.act"), Quiet: true, Errors: desk.ErrorsOf(someOf(bad, "amount")),
		Groups: []web.FieldGroup{{Legend: v.Loc.T("chart.threshold"), Hint: v.Loc.T("chart.threshold.say"), Fields: []web.Field{
			{Name: "amount", Label: v.Loc.T("chart.threshold.amount", "currency", v.Outlet.Currency), Hint: v.Loc.T("chart.threshold.hint"), Value: value, Optional: true, InputMode: "decimal", Dir: "ltr"}}}}}
}

// doChart opens an account, or gives it other names.
func (d *Pages) doChart(ctx context.Context, v *visit) (web.Page, error) {
	names := map[string]string{}
	for _, lang := range v.Outlet.Langs() {
		if text := v.Field("name_" + lang); text != "" {
			names[lang] = text
		}
	}
	account := v.Field("account")
	if err := ledger.CheckChart(account); err != nil || strings.Count(account, ":") > 5 {
		p, err := d.chartPage(ctx, v, fault.Fields{"account": v.Loc.T("chart.bad.account")})
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/form", p)
	}
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutChartAccount(ctx, v.By(), account, names) })
	return desk.See(chartPath + "?done=saved"), err
}

// doThreshold announces another sum from which donors are named.
func (d *Pages) doThreshold(ctx context.Context, v *visit) (web.Page, error) {
	a := money.Amount{Currency: v.Outlet.Currency}
	if text := v.Field("amount"); text != "" {
		var err error
		if a, err = v.parse(text, v.Outlet.Currency); err != nil {
			p, e := d.chartPage(ctx, v, fault.Fields{"amount": v.sayAmount(err, v.Outlet.Currency)})
			if e != nil {
				return web.Page{}, e
			}
			return v.Again("desk/form", p)
		}
	}
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetNameThreshold(ctx, v.By(), a) })
	return desk.See(chartPath + "?done=saved"), err
}
