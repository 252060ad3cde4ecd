package desk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// audit lists what was done, the newest first: all of it to publishers and
// admins, to an editor what concerns the articles of their sections.
func (d *Desk) audit(ctx context.Context, v *visit) (web.Page, error) {
	before, _ := strconv.ParseInt(v.URL.Query().Get("before"), 10, 64) // what is no number begins with the newest
	q := store.AuditQuery{Before: before, Limit: listSize + 1}
	if !v.person().Has(staff.Publisher) && !v.person().Has(staff.Admin) {
		q.Articles = true
		q.Sections, _ = v.person().Sections(staff.Editor)
	}
	list, err := d.Store.AuditLog(ctx, q)
	if err != nil {
		return web.Page{}, err
	}
	f := d.frame(ctx, v, "nav.audit")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.loc.T("audit.say"),
		Table: web.Table{Caption: f.Title, Columns: v.columns("audit.what", "audit.who", "audit.when"), Empty: v.loc.T("audit.none")}}
	for _, e := range list[:min(len(list), listSize)] {
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: []web.Cell{
			{Text: e.Action, Small: join(e.Kind+" "+e.ID, details(e.Detail)), Lang: "en", Dir: "ltr"}, {Text: e.By.Name}, {At: e.At}}})
	}
	if len(list) > listSize {
		p.Older = "/desk/audit?before=" + number(list[listSize-1].Seq)
	}
	return d.draw(v, "desk/list", p)
}

// details writes what an entry tells in one line, in the order of the names.
func details(m map[string]any) string {
	var parts []string
	for name, value := range m {
		if change, ok := value.(map[string]any); ok {
			value = fmt.Sprintf("%v → %v", change["was"], change["now"])
		}
		parts = append(parts, fmt.Sprintf("%s: %v", name, value))
	}
	slices.Sort(parts)
	return strings.Join(parts, "; ")
}

// jobs lists the background work that waits, runs or was given up.
func (d *Desk) jobs(ctx context.Context, v *visit) (web.Page, error) {
	list, err := d.Store.Jobs(ctx, 200)
	if err != nil {
		return web.Page{}, err
	}
	f := d.frame(ctx, v, "nav.jobs")
	t := web.Table{Caption: f.Title, Columns: v.columns("jobs.kind", "jobs.state", "jobs.due", "jobs.tries"), Empty: v.loc.T("jobs.none")}
	t.Columns[3].Num = true
	for _, j := range list {
		tag := &web.Tag{Text: v.loc.T("jobs.state." + j.State)}
		if j.State == job.Dead {
			tag.Kind = "stop"
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: j.Kind, Small: j.LastError, Lang: "en", Dir: "ltr"}, {Tag: tag}, {At: j.RunAt},
			{Text: v.loc.Number(int64(j.Attempts))}}})
	}
	return d.draw(v, "desk/list", web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.loc.T("jobs.say"), Table: t})
}
