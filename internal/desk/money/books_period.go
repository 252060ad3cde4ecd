package money

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const periodsPath = "/desk/money/periods"

// periods shows which periods are closed, closes the next one, and hands out
// what is needed at the end of a year.
func (d *Pages) periods(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.periodsPage(ctx, v, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

func (d *Pages) periodsPage(ctx context.Context, v *visit, bad fault.Fields) (web.FormPage, error) {
	list, err := d.Store.Periods(ctx)
	if err != nil {
		return web.FormPage{}, err
	}
	f := v.Frame(ctx, "period.heading")
	to := v.Field("to")
	if to == "" {
		to = strconv.Itoa(d.Money.Now().In(v.Outlet.Location()).Year()-1) + "-12-31"
	}
	form := web.Form{ID: "close", Action: periodsPath, Nonce: v.Nonce(), Submit: v.Loc.T("period.act"), Errors: desk.ErrorsOf(bad, "to", "sure"),
		Groups: []web.FieldGroup{{Legend: v.Loc.T("period.close"), Hint: v.Loc.T("period.say"), Fields: []web.Field{
			{Name: "to", Kind: "date", Label: v.Loc.T("period.to"), Value: to, Required: true},
			{Name: "sure", Kind: "check", Label: v.Loc.T("period.sure"), Checked: v.Field("sure") != ""}}}}}
	p := web.FormPage{DeskFrame: f, Heading: f.Title, Forms: []web.Form{form}}
	state, err := d.periodState(ctx, v)
	if err != nil {
		return p, err
	}
	t := &web.Table{Caption: v.Loc.T("period.closed"), Columns: v.Columns("period.span", "period.when", "period.export"), Empty: v.Loc.T("period.none")}
	for _, x := range list {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: v.day(x.From) + " – " + v.day(x.To)}, {Text: x.By.Name, At: x.ClosedAt},
			{Text: "zip", Href: periodsPath + "/export?from=" + x.From + "&to=" + x.To}}})
	}
	years, err := d.exportYears(ctx, v)
	p.Panels = []web.Panel{state, {ID: "closed", Heading: v.Loc.T("period.closed"), Table: t}, {ID: "export", Heading: v.Loc.T("period.export"), Text: v.Loc.T("period.export.say"), Links: years}}
	return p, err
}

// periodState is what should be looked at before a period is closed.
func (d *Pages) periodState(ctx context.Context, v *visit) (web.Panel, error) {
	p := web.Panel{ID: "state", Heading: v.Loc.T("period.before"), Links: []web.Link{{Text: v.Loc.T("reconcile.heading"), Href: reconcilePath}}}
	list, err := d.Store.LastReconciliations(ctx, 1)
	if err != nil {
		return p, err
	}
	fact := web.Fact{Name: v.Loc.T("reconcile.heading"), Value: v.Loc.T("reconcile.never")}
	if len(list) > 0 {
		fact.Value, fact.Tag = v.day(list[0].Day), v.greenTag(list[0].Green)
	}
	p.Facts = append(p.Facts, fact)
	owed, err := d.Store.Bookings(ctx, store.BookingQuery{Kind: "expense", Owed: true, Limit: desk.ListSize})
	p.Facts = append(p.Facts, web.Fact{Name: v.Loc.T("booking.owed"), Value: v.Loc.Count(len(owed)), Href: expensesPath + "?owed=1"})
	return p, err
}

// exportYears are the years of the books.
func (d *Pages) exportYears(ctx context.Context, v *visit) ([]web.Link, error) {
	first, last, err := d.Store.LedgerSpan(ctx)
	if err != nil || first == "" {
		return nil, err
	}
	from, errA := time.Parse(time.DateOnly, first)
	to, errB := time.Parse(time.DateOnly, last)
	var out []web.Link
	for year := to.Year(); errA == nil && errB == nil && year >= from.Year() && len(out) < 50; year-- {
		y := strconv.Itoa(year)
		out = append(out, web.Link{Text: v.Loc.T("period.year", "year", v.Loc.Digits(y)), Href: periodsPath + "/export?from=" + y + "-01-01&to=" + y + "-12-31"})
	}
	return out, nil
}

// doClose closes the books up to a day, for good.
func (d *Pages) doClose(ctx context.Context, v *visit) (web.Page, error) {
	bad := fault.Fields{}
	if v.Field("sure") == "" {
		bad["sure"] = v.Loc.T("period.bad.sure")
	}
	if len(bad) == 0 {
		err := d.Store.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.ClosePeriod(ctx, v.By(), v.Field("to"), d.today(v))
			return err
		})
		switch {
		case err == nil:
			return desk.See(periodsPath + "?done=closed"), nil
		case fault.Is(err, fault.Invalid), fault.Is(err, fault.Conflict):
			bad["to"] = v.Loc.T("period.bad.to")
		default:
			return web.Page{}, err
		}
	}
	p, err := d.periodsPage(ctx, v, bad)
	if err != nil {
		return web.Page{}, err
	}
	return v.Again("desk/form", p)
}

// yearEnd hands out the archive of a span of days.
func (d *Pages) yearEnd(ctx context.Context, v *visit) (web.Page, error) {
	from, to := v.URL.Query().Get("from"), v.URL.Query().Get("to")
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, to)
	if errA != nil || errB != nil || b.Before(a) {
		return web.Page{}, v.Refuse(fault.Invalid, "period.bad.span")
	}
	names, err := d.accountNames(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	y, err := d.Store.YearEnd(ctx, from, to, v.Outlet.Location(), func(account string) string {
		if n := names[account]; n != "" {
			return n
		}
		return web.AccountName(v.Loc, v.Loc.Lang(), v.Outlet.Language, account, nil)
	})
	if err != nil {
		return web.Page{}, err
	}
	y.Outlet = v.Outlet.Name
	var body bytes.Buffer
	if err := y.Write(&body); err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.Audit(ctx, v.By(), "books.exported", "period", from+" "+to, nil)
	})
	return web.Page{Type: "application/zip", Body: body.Bytes(), Header: http.Header{"Content-Disposition": {`attachment; filename="books-` + from + `-` + to + `.zip"`}}}, err
}
