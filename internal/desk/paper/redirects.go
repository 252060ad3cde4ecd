package paper

import (
	"context"
	"errors"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const (
	missedDays  = 30 // over which addresses are counted that were asked for in vain
	missedShown = 15
)

// redirects lists old addresses: those that somebody wrote, or all.
func (d *Pages) redirects(ctx context.Context, v *visit) (web.Page, error) {
	return d.drawRedirects(ctx, v, nil)
}

func (d *Pages) drawRedirects(ctx context.Context, v *visit, bad fault.Fields) (web.Page, error) {
	q := v.URL.Query()
	all := q.Get("of") == "all"
	list, err := d.Store.Redirects(ctx, store.RedirectQuery{Find: q.Get("q"), Hand: !all, Limit: desk.ListSize + 1, Offset: (v.PageNumber() - 1) * desk.ListSize})
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "redirects.heading")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("redirects.say"), Tabs: append(v.tabs(redirectsPath), web.Tab{Text: v.Loc.T("redirects.all"), Href: redirectsPath + "?of=all", Current: all}),
		Search: &web.SearchBox{Action: redirectsPath, Label: v.Loc.T("redirects.find"), Query: q.Get("q")}, Action: &web.Link{Text: v.Loc.T("redirects.file"), Href: redirectsPath + "/file"},
		Pager: v.Pager(len(list), desk.ListSize), Table: web.Table{Caption: f.Title, Columns: v.Columns("redirects.from", "redirects.to", "redirects.since", "redirects.drop"), Empty: v.Loc.T("redirects.none")}}
	for i := range p.Tabs {
		p.Tabs[i].Current = p.Tabs[i].Current && (i == len(p.Tabs)-1) == all
	}
	for _, r := range list[:min(len(list), desk.ListSize)] {
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: v.redirectCells(r)})
	}
	form, err := d.redirectForm(ctx, v, bad)
	if err != nil {
		return web.Page{}, err
	}
	p.Forms = []web.Form{form}
	if len(bad) > 0 {
		return v.Again("desk/list", p)
	}
	return v.Draw("desk/list", p)
}

func (v *visit) redirectCells(r store.Redirect) []web.Cell {
	from := web.Cell{Text: r.Path, Dir: "ltr"}
	switch {
	case r.Source == "":
		from.Small = v.Loc.T("redirects.itself")
	case !r.ByHand():
		from.Small = v.Loc.T("redirects.import")
	}
	to := web.Cell{Text: r.Target, Href: r.Target, Dir: "ltr"}
	if r.Target == "" {
		to = web.Cell{Tag: &web.Tag{Kind: "hint", Text: v.Loc.T("redirects.nowhere")}}
	}
	cells := []web.Cell{from, to, {At: r.At}, {}}
	if r.ByHand() {
		cells[3].Button = v.Button("redirects.drop", redirectsPath+"/drop", r.Path, web.HiddenField{Name: "path", Value: r.Path})
	}
	return cells
}

// redirectForm takes a new one. What readers asked for in vain stands above it,
// to choose from.
func (d *Pages) redirectForm(ctx context.Context, v *visit, bad fault.Fields) (web.Form, error) {
	missed, err := d.Store.MissedAddresses(ctx, d.Clock.Now().AddDate(0, 0, -missedDays).UTC().Format(time.DateOnly), missedShown)
	if err != nil {
		return web.Form{}, err
	}
	fields := []web.Field{
		{Name: "from", Label: v.Loc.T("redirects.from"), Hint: v.Loc.T("redirects.from.hint"), Value: v.Field("from"), Dir: "ltr", Required: len(missed) == 0, Optional: len(missed) > 0},
		{Name: "to", Label: v.Loc.T("redirects.to"), Hint: v.Loc.T("redirects.to.hint"), Value: v.Field("to"), Dir: "ltr", Required: true}}
	if len(missed) > 0 {
		choice := web.Field{Name: "missed", Kind: "select", Label: v.Loc.T("redirects.missed"), Hint: v.Loc.T("redirects.missed.hint"), Value: v.Field("missed"), Dir: "ltr", Options: []web.Option{{Text: v.Loc.T("redirects.missed.none")}}}
		for _, m := range missed {
			choice.Options = append(choice.Options, web.Option{Value: m.Path, Text: m.Path + " (" + v.Loc.Number(m.N) + ")"})
		}
		fields = append([]web.Field{choice}, fields...)
	}
	return web.Form{ID: "add", Action: redirectsPath, Nonce: v.Nonce(), Submit: v.Loc.T("redirects.act"), Errors: desk.ErrorsOf(bad, "missed", "from", "to"),
		Groups: []web.FieldGroup{{Legend: v.Loc.T("redirects.new"), Fields: fields}}}, nil
}

// refusedField is the field of the form that a reason for refusing is about.
var refusedField = map[string]string{store.RefusedTarget: "to", store.RefusedMissing: "to", store.RefusedLoop: "to"}

func (d *Pages) doRedirect(ctx context.Context, v *visit) (web.Page, error) {
	from := v.Field("from")
	if from == "" {
		from = v.Field("missed")
	}
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutRedirect(ctx, v.By(), from, v.Field("to"), d.own) })
	var no *store.Refusal
	if errors.As(err, &no) {
		field := refusedField[no.Why]
		if field == "" {
			field = "from"
		}
		return d.drawRedirects(ctx, v, fault.Fields{field: v.Loc.T("redirects.no." + no.Why)})
	}
	return desk.See(redirectsPath + savedNotice), err
}

func (d *Pages) doDropRedirect(ctx context.Context, v *visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.DropRedirect(ctx, v.By(), v.Field("path")) })
	if fault.Is(err, fault.NotFound) { // somebody else was faster
		err = nil
	}
	return desk.See(redirectsPath + savedNotice), err
}
