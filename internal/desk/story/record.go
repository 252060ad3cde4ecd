package story

import (
	"context"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/web"
)

// recordRoutes are the pages about what readers were told and what they tell.
func (d *Pages) recordRoutes() []desk.Route {
	in := d.in
	return []desk.Route{
		{Pattern: "GET /desk/reports", Page: in(d.reports), May: desk.Only(staff.Correct)},
		{Pattern: "GET /desk/reports/{id}", Page: in(d.report), May: desk.Only(staff.Correct)},
		{Pattern: "POST /desk/reports/{id}", Page: in(d.doReport), May: desk.Only(staff.Correct)},
		{Pattern: "GET /desk/corrections", Page: in(d.corrections), May: desk.SeeStories},
		{Pattern: "GET /desk/stories/{id}/look", Page: in(d.look), May: desk.SeeStories},
		{Pattern: "GET /desk/stories/{id}/preview", Page: in(d.previews), May: desk.SeeStories},
		{Pattern: "POST /desk/stories/{id}/preview", Page: in(d.doPreview), May: desk.SeeStories},
		{Pattern: "POST /desk/stories/{id}/preview/{preview}/end", Page: in(d.doEndPreview), May: desk.SeeStories},
		{Pattern: "GET /desk/stories/{id}/versions", Page: in(d.versionsOf), May: desk.SeeStories},
		{Pattern: "POST /desk/stories/{id}/versions", Page: in(d.doRedact), May: desk.Only(staff.Retract), Prove: true},
	}
}

// recordLinks lead from a story's page to its versions and previews.
func (v *visit) recordLinks(a access) []web.Link {
	at, out := "/desk/stories/"+a.ID, []web.Link(nil)
	if a.State != news.Withdrawn && a.State != news.Spiked {
		out = append(out, web.Link{Text: v.Loc.T("editor.preview"), Href: at + "/look"})
	}
	if a.Write && a.State != news.Withdrawn && a.State != news.Spiked {
		out = append(out, web.Link{Text: v.Loc.T("previews.heading"), Href: at + "/preview"})
	}
	if !a.First.IsZero() {
		out = append(out, web.Link{Text: v.Loc.T("redact.versions"), Href: at + "/versions"})
	}
	return out
}

// metricYears is how far back the desk looks.
const metricYears = 20

// corrections shows how often something was wrong and how long it stayed so, and
// what was put right last.
func (d *Pages) corrections(ctx context.Context, v *visit) (web.Page, error) {
	zone := v.Outlet.Location()
	years, err := d.Store.CorrectionMetrics(ctx, zone, metricYears)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "corrections.heading")
	t := web.Table{Caption: v.Loc.T("rate.heading"), Figures: true, Columns: v.Columns("rate.year", "rate.articles", "rate.corrections", "rate.per100", "rate.took"), Empty: v.Loc.T("rate.none")}
	for i := range t.Columns {
		t.Columns[i].Num = i > 0
	}
	for _, y := range years {
		m := web.MetricOf(v.Loc, y.Year, y.Articles, y.Corrections, y.Per100(), y.Timed, y.Median)
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: m.Year}, {Text: m.Articles}, {Text: m.Corrections}, {Text: m.Per100}, {Text: m.Took}}})
	}
	last, err := d.lastCorrections(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/view", web.ViewPage{DeskFrame: f, Heading: f.Title, Panels: []web.Panel{
		{ID: "rate", Heading: v.Loc.T("rate.heading"), Text: v.Loc.T("rate.say"), Table: &t}, {ID: "last", Heading: v.Loc.T("rate.last"), Table: &last}}})
}

func (d *Pages) lastCorrections(ctx context.Context, v *visit) (web.Table, error) {
	list, err := d.Store.LastCorrections(ctx, 50)
	t := web.Table{Caption: v.Loc.T("rate.last"), Columns: v.Columns("rate.what", "rate.class", "rate.found", "rate.fixed", "rate.by"), Empty: v.Loc.T("corrections.none")}
	for _, c := range list {
		row := web.Row{Cells: []web.Cell{{Text: c.Headline, Href: "/desk/stories/" + c.Article, Dir: "auto"}, {Text: v.Loc.T("note." + string(c.Class))}, {At: c.FoundAt}, {At: c.FixedAt}, {Text: c.By.Name}}}
		if c.Report != "" && v.May(staff.Correct, staff.Object{}).OK() {
			row.Cells[2] = web.Cell{Text: v.Loc.T("rate.report"), Href: reportsPath + "/" + c.Report, At: c.FoundAt}
		}
		t.Rows = append(t.Rows, row)
	}
	return t, err
}
