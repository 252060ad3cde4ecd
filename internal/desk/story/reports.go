package story

import (
	"context"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const reportsPath = "/desk/reports"

// mayReport tells whether this person may deal with a report: whoever may
// correct the article that it is about.
func (v *visit) mayReport(r store.Report) bool {
	return v.May(staff.Correct, staff.Object{Section: r.Section}).OK()
}

// reports lists what readers say is wrong. Whose address was given is on the
// page of each report alone.
func (d *Pages) reports(ctx context.Context, v *visit) (web.Page, error) {
	state := store.ReportState(v.URL.Query().Get("state"))
	counts, err := d.Store.CountReports(ctx)
	if err != nil {
		return web.Page{}, err
	}
	if _, known := map[store.ReportState]bool{store.ReportAnswered: true, store.ReportCorrected: true, store.ReportClosed: true}[state]; !known {
		state = store.ReportOpen
	}
	list, err := d.Store.Reports(ctx, state, desk.ListSize+1, (v.PageNumber()-1)*desk.ListSize)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "reports.heading")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("reports.say"), Pager: v.Pager(len(list), desk.ListSize),
		Table: web.Table{Caption: f.Title, Columns: v.Columns("reports.wrong", "reports.about", "reports.came"), Empty: v.Loc.T("reports.none")}}
	for _, s := range store.ReportStates() {
		p.Tabs = append(p.Tabs, web.Tab{Text: v.Loc.T("reports.state." + string(s)), Href: reportsPath + "?state=" + string(s), Count: counts[s], Current: s == state})
	}
	for _, r := range list[:min(len(list), desk.ListSize)] {
		if v.mayReport(r) {
			p.Table.Rows = append(p.Table.Rows, web.Row{Cells: []web.Cell{
				{Text: beginning(r.Wrong), Href: reportsPath + "/" + r.ID, Dir: "auto"}, {Text: v.aboutOf(r), Dir: "auto"}, {At: r.At}}})
		}
	}
	return v.Draw("desk/list", p)
}

// beginning is the first line of a text, shortened for a list.
func beginning(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	if r := []rune(line); len(r) > 120 {
		return string(r[:120]) + "…"
	}
	return line
}

func (v *visit) aboutOf(r store.Report) string {
	if r.Article == "" {
		return v.Loc.T("reports.paper")
	}
	return r.Headline
}

// readReport is a report that this person may deal with.
func (d *Pages) readReport(ctx context.Context, v *visit) (store.Report, error) {
	r, err := d.Store.Report(ctx, v.PathValue("id"))
	if err == nil && !v.mayReport(r) {
		err = v.Refuse(fault.Denied, v.May(staff.Correct, staff.Object{Section: r.Section}).Why)
	}
	return r, err
}

// report shows one with all that can be done about it.
func (d *Pages) report(ctx context.Context, v *visit) (web.Page, error) {
	r, err := d.readReport(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "reports.one")
	p := web.ViewPage{DeskFrame: f, Heading: f.Title, Back: &web.Link{Text: v.Loc.T("reports.heading"), Href: reportsPath}}
	about := web.Fact{Name: v.Loc.T("reports.about"), Value: v.aboutOf(r)}
	if r.Article != "" {
		about.Href = "/desk/stories/" + r.Article
	}
	p.Facts = []web.Fact{about, {Name: v.Loc.T("reports.came"), Value: p.At(r.At)}, {Name: v.Loc.T("reports.state"), Value: v.Loc.T("reports.state." + string(r.State))}}
	if r.Version > 0 {
		p.Facts = append(p.Facts, web.Fact{Name: v.Loc.T("reports.version"), Value: v.Loc.Count(r.Version)})
	}
	if r.By.Name != "" {
		p.Facts = append(p.Facts, web.Fact{Name: v.Loc.T("reports.settled"), Value: r.By.Name + ", " + p.At(r.Settled)})
	}
	if r.Note != "" {
		p.Facts = append(p.Facts, web.Fact{Name: v.Loc.T("reports.note"), Value: r.Note})
	}
	contact, err := d.contact(r)
	if err != nil {
		return web.Page{}, err
	}
	answer := web.Fact{Name: v.Loc.T("reports.contact"), Value: v.Loc.T("reports.nocontact")}
	if contact != "" {
		answer.Value, answer.Href = contact, "mailto:"+contact
	}
	p.Facts = append(p.Facts, answer)
	p.Panels = []web.Panel{{ID: "wrong", Heading: v.Loc.T("reports.wrong"), Text: r.Wrong}}
	if r.Known != "" {
		p.Panels = append(p.Panels, web.Panel{ID: "known", Heading: v.Loc.T("reports.known"), Text: r.Known})
	}
	if r.State != store.ReportCorrected {
		if err := d.reportWays(ctx, v, r, &p); err != nil {
			return web.Page{}, err
		}
	}
	return v.Draw("desk/view", p)
}

// contact is the address that the reader gave, "" where none was given or its
// time is over.
func (d *Pages) contact(r store.Report) (string, error) {
	if r.Contact == "" {
		return "", nil
	}
	return d.Secrets.Open(store.ContactName(r.ID), r.Contact)
}

// reportWays are what can be done about a report that has led to no correction.
func (d *Pages) reportWays(ctx context.Context, v *visit, r store.Report, p *web.ViewPage) error {
	at := reportsPath + "/" + r.ID
	if r.Article != "" {
		p.Panels = append(p.Panels, web.Panel{ID: "correct", Heading: v.Loc.T("reports.correct"), Text: v.Loc.T("reports.correct.say"),
			Links: []web.Link{{Text: v.Loc.T("reports.correct.act"), Href: "/desk/stories/" + r.Article + "?report=" + r.ID}}})
		list, err := d.Store.CorrectionsOf(ctx, r.Article)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			choose := web.Field{Name: "correction", Kind: "select", Label: v.Loc.T("reports.credit.which")}
			for _, c := range list {
				choose.Options = append(choose.Options, web.Option{Value: c.ID, Text: v.Loc.T("note."+string(c.Class)) + ", " + p.At(c.FixedAt)})
			}
			p.Forms = append(p.Forms, web.Form{ID: "credit", Action: at, Nonce: v.Nonce(), Hidden: []web.HiddenField{{Name: "do", Value: "credit"}},
				Submit: v.Loc.T("reports.credit.act"), Quiet: true, Groups: []web.FieldGroup{{Legend: v.Loc.T("reports.credit"), Fields: []web.Field{choose}}}})
		}
	}
	what := web.Field{Name: "do", Kind: "radio", Label: v.Loc.T("reports.settle.what"), Value: string(store.ReportAnswered)}
	for _, s := range []store.ReportState{store.ReportAnswered, store.ReportClosed, store.ReportOpen} {
		what.Options = append(what.Options, web.Option{Value: string(s), Text: v.Loc.T("reports.to." + string(s))})
	}
	p.Forms = append(p.Forms, web.Form{ID: "settle", Action: at, Nonce: v.Nonce(), Submit: v.Loc.T("reports.settle.act"), Groups: []web.FieldGroup{{Legend: v.Loc.T("reports.settle"),
		Fields: []web.Field{what, {Name: "note", Kind: "area", Rows: 3, Label: v.Loc.T("reports.note"), Value: r.Note, Optional: true, Dir: "auto"}}}}})
	return nil
}

// reportField asks which report of a reader led to a change of a live story; nil
// where none waits. What is chosen is settled by the change itself.
func (d *Pages) reportField(ctx context.Context, v *visit, s stand, chosen string) (*web.Field, error) {
	list, err := d.Store.ReportsOf(ctx, s.ID)
	f := &web.Field{Name: "report", Kind: "select", Label: v.Loc.T("change.report"), Hint: v.Loc.T("change.report.hint"), Value: chosen,
		Options: []web.Option{{Text: v.Loc.T("change.report.none")}}}
	for _, r := range list {
		if (r.State == store.ReportOpen || r.State == store.ReportAnswered) && v.mayReport(r) {
			f.Options = append(f.Options, web.Option{Value: r.ID, Text: beginning(r.Wrong), Lang: r.Lang})
		}
	}
	if err != nil || len(f.Options) == 1 {
		return nil, err
	}
	return f, nil
}

// doReport settles a report, or links it with a correction.
func (d *Pages) doReport(ctx context.Context, v *visit) (web.Page, error) {
	r, err := d.readReport(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		if v.Field("do") == "credit" {
			return tx.CreditReport(ctx, v.By(), r.ID, v.Field("correction"))
		}
		return tx.SettleReport(ctx, v.By(), r.ID, store.ReportState(v.Field("do")), v.Field("note"))
	})
	return desk.See(reportsPath + "/" + r.ID + "?done=saved"), err
}
