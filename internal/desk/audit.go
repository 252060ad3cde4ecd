package desk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// audit lists what was done, the newest first: all of it to publishers and
// admins, to an editor what concerns the articles of their sections.
func (d *Desk) audit(ctx context.Context, v *Visit) (web.Page, error) {
	before, _ := strconv.ParseInt(v.URL.Query().Get("before"), 10, 64) // what is no number begins with the newest
	q := store.AuditQuery{Before: before, Limit: ListSize + 1}
	editorial.Record(v.Person(), &q)
	list, err := d.Store.AuditLog(ctx, q)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "nav.audit")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("audit.say"),
		Table: web.Table{Caption: f.Title, Columns: v.Columns("audit.what", "audit.who", "audit.when"), Empty: v.Loc.T("audit.none")}}
	for _, e := range list[:min(len(list), ListSize)] {
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: []web.Cell{
			{Text: e.Action, Small: Join(e.Kind+" "+e.ID, details(e.Detail)), Lang: "en", Dir: "ltr"}, {Text: e.By.Name}, {At: e.At}}})
	}
	if len(list) > ListSize {
		p.Older = "/desk/audit?before=" + Number(list[ListSize-1].Seq)
	}
	return v.Draw("desk/list", p)
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
func (d *Desk) jobs(ctx context.Context, v *Visit) (web.Page, error) {
	list, err := d.Store.Jobs(ctx, 200)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "nav.jobs")
	t := web.Table{Caption: f.Title, Columns: v.Columns("jobs.kind", "jobs.state", "jobs.due", "jobs.tries"), Empty: v.Loc.T("jobs.none")}
	t.Columns[3].Num = true
	for _, j := range list {
		tag := &web.Tag{Text: v.Loc.T("jobs.state." + j.State)}
		if j.State == job.Dead {
			tag.Kind = "stop"
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: j.Kind, Small: j.LastError, Lang: "en", Dir: "ltr"}, {Tag: tag}, {At: j.RunAt},
			{Text: v.Loc.Number(int64(j.Attempts))}}})
	}
	return v.Draw("desk/list", web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("jobs.say"), Table: t})
}
