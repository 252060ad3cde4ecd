package money

import (
	"context"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// waitingPanel lists what waits for this person, each with the way there; nil
// for those who settle nothing of it.
func (d *Pages) waitingPanel(ctx context.Context, v *visit) (*web.Panel, error) {
	p := &web.Panel{ID: "waiting", Heading: v.Loc.T("home.tasks")}
	settles := false
	for _, part := range []struct {
		may  staff.Action
		list func(context.Context, *visit) ([]web.Link, error)
	}{
		{staff.Refund, d.waitingHeld}, {staff.Allocate, d.waitingLines}, {staff.ConnectBank, d.waitingChanges}, {staff.Allocate, d.waitingTasks},
	} {
		if !v.May(part.may, staff.Object{}).OK() {
			continue
		}
		settles = true
		links, err := part.list(ctx, v)
		if err != nil {
			return nil, err
		}
		p.Links = append(p.Links, links...)
	}
	if !settles {
		return nil, nil
	}
	if len(p.Links) == 0 {
		p.Text = v.Loc.T("home.nothing")
	}
	return p, nil
}

// count is a line of the panel; none where nothing waits.
func (v *visit) count(key string, n int, href string) []web.Link {
	if n == 0 {
		return nil
	}
	return []web.Link{{Text: v.Loc.N(key, n), Href: href}}
}

func (d *Pages) waitingHeld(ctx context.Context, v *visit) ([]web.Link, error) {
	list, err := d.Store.HeldGifts(ctx, heldMost)
	return v.count("overview.held", len(list), heldPath), err
}

func (d *Pages) waitingLines(ctx context.Context, v *visit) ([]web.Link, error) {
	lines, err := d.Store.CountLines(ctx)
	return v.count("overview.lines", lines[fund.LineSuspense], suspensePath), err
}

func (d *Pages) waitingChanges(ctx context.Context, v *visit) ([]web.Link, error) {
	list, err := d.banks().Changes(ctx)
	return v.count("overview.changes", len(list), accountsPath), err
}

// mostTasks bounds how many open tasks are looked at, the oldest first.
const mostTasks = 500

// waitingTasks are the tasks about money that none of the other lines speaks of,
// one line a kind: to the page where the one task is settled, to the home page
// where there are several.
func (d *Pages) waitingTasks(ctx context.Context, v *visit) ([]web.Link, error) {
	tasks, _, err := d.Store.Tasks(ctx, mostTasks)
	if err != nil {
		return nil, err
	}
	var kinds []string
	of := map[string][]store.Task{}
	for _, t := range tasks {
		if taskNames[t.Kind] == "" || t.Kind == fund.TaskHeld || t.Kind == fund.TaskSuspense {
			continue
		}
		if of[t.Kind] = append(of[t.Kind], t); len(of[t.Kind]) == 1 {
			kinds = append(kinds, t.Kind)
		}
	}
	var out []web.Link
	for _, kind := range kinds {
		link := web.Link{Text: v.Loc.T(taskNames[kind]), Href: taskLink(of[kind][0])}
		if n := len(of[kind]); n > 1 {
			link.Text, link.Href = v.Loc.T("overview.tasks", "task", link.Text, "n", n), ""
		}
		if link.Href == "" {
			link.Href = "/desk#tasks"
		}
		out = append(out, link)
	}
	return out, nil
}
