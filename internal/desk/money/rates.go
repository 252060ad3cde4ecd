package money

import (
	"context"
	"regexp"
	"strings"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const ratesPath = "/desk/money/rates"

// rates shows the reference rates by which foreign gifts count, and takes another.
func (d *Pages) rates(ctx context.Context, v *visit) (web.Page, error) {
	x := fund.Rate{To: v.Outlet.Currency}
	q := v.URL.Query()
	if q.Get("day") != "" {
		x = fund.Rate{Day: short(q.Get("day")), From: short(q.Get("from")), To: short(q.Get("to"))}
	}
	p, err := d.ratesPage(ctx, v, x, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

func (d *Pages) ratesPage(ctx context.Context, v *visit, x fund.Rate, faults fault.Fields) (web.FormPage, error) {
	f := v.Frame(ctx, "guard.rates.heading")
	list, err := d.Store.Rates(ctx, desk.ListSize)
	if err != nil {
		return web.FormPage{}, err
	}
	field := func(name, value, hint string) web.Field {
		out := web.Field{Name: name, Label: v.Loc.T("guard.rates." + name), Value: value, Required: true, Dir: "ltr"}
		if hint != "" {
			out.Hint = v.Loc.T(hint)
		}
		return out
	}
	form := web.Form{ID: "rate", Action: ratesPath, Nonce: v.Nonce(), Submit: v.Loc.T("guard.rates.keep"), Groups: []web.FieldGroup{{Fields: []web.Field{
		field("day", x.Day, ""), field("from", x.From, ""), field("to", x.To, ""),
		field("rate", string(x.Rate), "guard.rates.rate.hint"), field("source", x.Source, "guard.rates.source.hint"),
	}}}}
	form.Groups[0].Fields[0].Kind = "date"
	for _, name := range []string{"day", "from", "to", "rate", "source"} {
		if say := faults[name]; say != "" {
			form.Errors = append(form.Errors, web.FieldError{Field: name, Say: say})
		}
	}
	t := &web.Table{Caption: f.Title, Columns: v.Columns("guard.rates.day", "guard.rates.from", "guard.rates.to", "guard.rates.rate", "guard.rates.source"), Empty: v.Loc.T("guard.rates.none")}
	t.Columns[3].Num = true
	for _, r := range list {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: r.Day, Dir: "ltr"}, {Text: r.From}, {Text: r.To}, {Text: string(r.Rate), Dir: "ltr"}, {Text: r.Source}}})
	}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("guard.rates.say"), Forms: []web.Form{form},
		Panels: []web.Panel{{ID: "known", Heading: v.Loc.T("guard.rates.known"), Table: t}}}, nil
}

// sourceForm is what a tag of the books may hold.
var sourceForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,60}$`)

func (d *Pages) doRate(ctx context.Context, v *visit) (web.Page, error) {
	x := fund.Rate{
		Day: v.Field("day"), From: strings.ToUpper(v.Field("from")), To: strings.ToUpper(v.Field("to")),
		Rate: money.Rate(v.Field("rate")), Source: v.Field("source"),
	}
	faults := d.rateFaults(v, x)
	if len(faults) == 0 {
		err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetRate(ctx, v.By(), x) })
		if err == nil {
			return desk.See(ratesPath + "?done=rate"), nil
		}
		if !fault.Is(err, fault.Conflict) {
			return web.Page{}, err
		}
		faults["day"] = v.Loc.T("guard.rates.bad.known")
	}
	p, err := d.ratesPage(ctx, v, x, faults)
	if err != nil {
		return web.Page{}, err
	}
	return v.Again("desk/form", p)
}

func (d *Pages) rateFaults(v *visit, x fund.Rate) fault.Fields {
	faults := fault.Fields{}
	bad := func(name, key string, is bool) {
		if is {
			faults[name] = v.Loc.T("guard.rates.bad." + key)
		}
	}
	day, err := time.ParseInLocation(time.DateOnly, x.Day, v.Outlet.Location())
	bad("day", "day", err != nil || day.After(d.Money.Now()))
	_, from := money.Exponent(x.From)
	_, to := money.Exponent(x.To)
	bad("from", "currency", !from)
	bad("to", "same", x.From == x.To)
	bad("to", "currency", !to)
	bad("rate", "rate", !x.Rate.Valid())
	bad("source", "source", !sourceForm.MatchString(x.Source))
	return faults
}
