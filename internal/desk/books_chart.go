package desk

import (
	"context"
	"strings"

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
func (d *Desk) chart(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.chartPage(ctx, v, nil)
	if err != nil {
		return web.Page{}, err
	}
	return d.draw(v, "desk/form", p)
}

func (d *Desk) chartPage(ctx context.Context, v *visit, bad fault.Fields) (web.FormPage, error) {
	list, err := d.Store.Chart(ctx)
	if err != nil {
		return web.FormPage{}, err
	}
	t, err := d.Store.NameThreshold(ctx)
	if err != nil {
		return web.FormPage{}, err
	}
	f := d.frame(ctx, v, "chart.heading")
	table := &web.Table{Caption: f.Title, Columns: v.columns("chart.account", "chart.name")}
	for _, a := range list {
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{{Text: a.Account, Href: chartPath + "?account=" + a.Account, Lang: "en", Dir: "ltr"},
			{Text: web.AccountName(v.loc, v.loc.Lang(), v.outlet.Language, a.Account, a.Names)}}})
	}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.loc.T("chart.say"), Forms: []web.Form{v.chartForm(list, bad), v.thresholdForm(t, bad)},
		Panels: []web.Panel{{ID: "chart", Heading: v.loc.T("chart.all"), Table: table}}}, nil
}

func (v *visit) chartForm(list []store.ChartAccount, bad fault.Fields) web.Form {
	account := v.field("account")
	if account == "" {
		account = web.Clean(v.URL.Query().Get("account"))
	}
	own := map[string]string{}
	for _, a := range list {
		if a.Account == account {
			own = a.Names
		}
	}
	fields := []web.Field{{Name: "account", Label: v.loc.T("chart.account"), Hint: v.loc.T("chart.account.hint"), Value: account, Required: true, Dir: "ltr"}}
	for _, lang := range v.outlet.Langs() {
		value := own[lang]
		if sent := v.field("name_" + lang); sent != "" {
			value = sent
		}
		fields = append(fields, web.Field{Name: "name_" + lang, Label: v.loc.T("chart.name.in", "lang", locale.NameOf(lang)), Value: value, Optional: true, Lang: lang, Dir: locale.DirOf(lang)})
	}
	return web.Form{ID: "account", Action: chartPath, Nonce: v.nonce(), Submit: v.loc.T("chart.act"), Errors: errorsOf(someOf(bad, "account")),
		Groups: []web.FieldGroup{{Legend: v.loc.T("chart.open"), Fields: fields}}}
}

func (v *visit) thresholdForm(t store.Threshold, bad fault.Fields) web.Form {
	value := v.plain(t.Currency, t.Minor)
	if sent := v.field("amount"); sent != "" {
		value = sent
	}
	return web.Form{ID: "threshold", Action: chartPath + "/threshold", Nonce: v.nonce(), Submit: v.loc.T("chart.threshold.act"), Quiet: true, Errors: errorsOf(someOf(bad, "amount")),
		Groups: []web.FieldGroup{{Legend: v.loc.T("chart.threshold"), Hint: v.loc.T("chart.threshold.say"), Fields: []web.Field{
			{Name: "amount", Label: v.loc.T("chart.threshold.amount", "currency", v.outlet.Currency), Hint: v.loc.T("chart.threshold.hint"), Value: value, Optional: true, InputMode: "decimal", Dir: "ltr"}}}}}
}

// doChart opens an account, or gives it other names.
func (d *Desk) doChart(ctx context.Context, v *visit) (web.Page, error) {
	names := map[string]string{}
	for _, lang := range v.outlet.Langs() {
		if text := v.field("name_" + lang); text != "" {
			names[lang] = text
		}
	}
	account := v.field("account")
	if err := ledger.CheckChart(account); err != nil || strings.Count(account, ":") > 5 {
		p, err := d.chartPage(ctx, v, fault.Fields{"account": v.loc.T("chart.bad.account")})
		if err != nil {
			return web.Page{}, err
		}
		return d.again(v, "desk/form", p)
	}
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutChartAccount(ctx, v.by(), account, names) })
	return see(chartPath + "?done=saved"), err
}

// doThreshold announces another sum from which donors are named.
func (d *Desk) doThreshold(ctx context.Context, v *visit) (web.Page, error) {
	a := money.Amount{Currency: v.outlet.Currency}
	if text := v.field("amount"); text != "" {
		var err error
		if a, err = v.parse(text, v.outlet.Currency); err != nil {
			p, e := d.chartPage(ctx, v, fault.Fields{"amount": v.sayAmount(err, v.outlet.Currency)})
			if e != nil {
				return web.Page{}, e
			}
			return d.again(v, "desk/form", p)
		}
	}
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetNameThreshold(ctx, v.by(), a) })
	return see(chartPath + "?done=saved"), err
}
