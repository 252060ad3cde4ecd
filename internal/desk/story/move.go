package story

import (
	"context"
	"net/url"
	"slices"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/merge"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// stand is how a story stands for this person: what they may do, and what keeps
// them from it.
type stand struct {
	access
	head news.Revision // the newest text; a draft that is open counts
	c    news.Case
}

// stands gathers it; nothing is written.
func (d *Pages) stands(ctx context.Context, v *visit, id string) (stand, error) {
	s, err := d.work.Stand(ctx, v.Person(), id)
	return stand{s.Access, s.Head, s.Case}, v.say(err)
}

func (s stand) plainly() editorial.Stand {
	return editorial.Stand{Access: s.access, Head: s.head, Case: s.c}
}

// may asks whether this person may make a step on the story.
func (s stand) may(v *visit, step news.Step) staff.Decision {
	return s.plainly().May(v.Person(), step)
}

// offered lists the steps that lead on now and that this person may make, the
// likely one first.
func (s stand) offered(v *visit) []news.Step { return s.plainly().Offered(v.Person()) }

// edits are what differs from the published text.
func (s stand) edits() []news.Edit {
	if s.Live == "" {
		return nil
	}
	return merge.Edits(s.c.Live, s.c.Content)
}

// asks are the steps that need more than a press of a button.
var asks = []news.Step{news.Accept, news.SendBack, news.Plan, news.ChangeLive, news.Vouch, news.Retire, news.TakeDown, news.Confirm}

// plain tells whether one press is enough for a step.
func (s stand) plain(v *visit, step news.Step) bool {
	if slices.Contains(asks, step) {
		return false
	}
	c := s.c
	c.Step = step
	may := s.may(v, step)
	c.Alone = may.Undo > 0
	return len(news.Check(c)) == 0 && may.Second == "" && !may.Reason
}

// flow adds to a story's page what can be done with it now, the likely step
// first, and what it still lacks.
func (d *Pages) flow(ctx context.Context, v *visit, p *web.ViewPage) error {
	s, err := d.stands(ctx, v, v.PathValue("id"))
	if err != nil {
		return err
	}
	base := "/desk/stories/" + s.ID
	for i, step := range s.offered(v) {
		name := v.Loc.T("step." + string(step))
		if step == news.Plan && s.State == news.Scheduled {
			name = v.Loc.T("step.schedule.again")
		}
		if s.plain(v, step) {
			b := v.Button("step."+string(step), stepPath(s.ID, step), "", web.HiddenField{Name: "seen", Value: s.head.ID})
			b.Main = i == 0
			p.Ways = append(p.Ways, web.Way{Button: b})
			if step == news.Approve && s.may(v, news.GoLive).OK() {
				both := v.Button("step.approve.publish", b.Action, "", append(slices.Clone(b.Fields), web.HiddenField{Name: "then", Value: string(news.GoLive)})...)
				p.Ways = append(p.Ways, web.Way{Button: both})
			}
			continue
		}
		href := stepPath(s.ID, step)
		if report := v.URL.Query().Get("report"); report != "" && step == news.ChangeLive {
			href += "?report=" + url.QueryEscape(report) // chosen on the form, if it is about this story
		}
		p.Ways = append(p.Ways, web.Way{Link: &web.Link{Text: name, Href: href}, Main: i == 0})
	}
	p.Ways = append(p.Ways, v.proposeWays(s)...)
	p.Facts = append(p.Facts, v.flowFacts(s)...)
	if s.Embargoed {
		p.Alarm = &web.Link{Text: v.Loc.T("flow.embargo", "at", p.At(s.PublishAt), "zone", v.Outlet.Zone), Href: base}
	}
	proposals, err := d.proposalPanel(ctx, v, s)
	if err != nil {
		return err
	}
	if proposals != nil {
		p.Panels = slices.Insert(p.Panels, 0, *proposals)
	}
	if missing := v.missing(s); missing != nil {
		p.Panels = slices.Insert(p.Panels, 0, *missing)
	}
	return d.desking(ctx, v, s, p)
}

func stepPath(id string, step news.Step) string {
	return "/desk/stories/" + id + "/step/" + string(step)
}

// flowFacts say what was decided about the story.
func (v *visit) flowFacts(s stand) []web.Fact {
	f := web.DeskFrame{Locale: v.Loc, Zone: v.Outlet.Location()}
	var out []web.Fact
	fact := func(key, value string, tag *web.Tag) {
		out = append(out, web.Fact{Name: v.Loc.T(key), Value: value, Tag: tag})
	}
	if s.State == news.Scheduled {
		var tag *web.Tag
		if s.Embargoed {
			tag = &web.Tag{Text: v.Loc.T("flow.embargoed"), Kind: "stop"}
		}
		fact("flow.at", v.Loc.T("flow.at.zone", "at", f.At(s.PublishAt), "zone", v.Outlet.Zone), tag)
	}
	if s.c.Approved.Article != "" && s.State != news.Retracted {
		fact("flow.approved", v.Loc.T("flow.by.at", "name", nameOr(v, s.c.Approved.By.Name), "at", f.At(s.c.Approved.At)), nil)
	}
	if s.c.Pending.Act != "" {
		key := "flow.pending.second"
		if !s.c.Pending.Due.IsZero() {
			key = "flow.pending.due"
		}
		fact("flow.pending", v.Loc.T(key, "step", v.Loc.T("step."+string(s.c.Pending.Act)), "name", nameOr(v, s.c.Pending.By.Name), "at", f.At(s.c.Pending.Due)), &web.Tag{Text: v.Loc.T("flow.waits"), Kind: "warn"})
	}
	if s.Hold != "" {
		fact("flow.hold", s.Hold, &web.Tag{Text: v.Loc.T("flow.held"), Kind: "stop"})
	}
	if s.Live != "" && !s.c.Change.Empty() {
		fact("flow.unpublished", v.Loc.T("class."+string(s.c.Change.Class)), &web.Tag{Text: v.Loc.T("flow.proposed"), Kind: "hint"})
	}
	return out
}

// missing lists what still stands against publishing the story.
func (v *visit) missing(s stand) *web.Panel {
	if len(s.c.Findings) == 0 || s.State.Phase() == news.PhaseEnded {
		return nil
	}
	p := web.Panel{ID: "missing", Heading: v.Loc.T("flow.missing"), Table: v.findings(s.c.Findings)}
	return &p
}

func (v *visit) findings(list []news.Finding) *web.Table {
	t := &web.Table{Caption: v.Loc.T("flow.missing"), Columns: v.Columns("flow.finding", "flow.severity")}
	for _, x := range list {
		kind := string(x.Severity)
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: v.Loc.T("gate."+x.Rule, "text", x.Text)}, {Tag: &web.Tag{Text: v.Loc.T("severity." + kind), Kind: kind}}}})
	}
	return t
}

// stepRoutes are the pages of the work on stories: steps, people, notes, lists.
func (d *Pages) stepRoutes() []desk.Route {
	in := d.in
	return []desk.Route{
		{Pattern: "GET /desk/stories/board", Page: in(d.board), May: desk.SeeStories},
		{Pattern: "GET /desk/stories/calendar", Page: in(d.calendar), May: desk.SeeStories},
		{Pattern: "POST /desk/views", Page: in(d.doView), May: desk.SeeStories},
		{Pattern: "POST /desk/views/{view}/drop", Page: in(d.doDropView), May: desk.SeeStories},
		{Pattern: "GET /desk/stories/{id}/step/{step}", Page: in(d.step), May: desk.SeeStories},
		{Pattern: "POST /desk/stories/{id}/step/{step}", Page: in(d.doStep), May: desk.SeeStories},
		{Pattern: "GET /desk/stories/{id}/assign", Page: in(d.assign), May: desk.Only(staff.Review)},
		{Pattern: "POST /desk/stories/{id}/assign", Page: in(d.doAssign), May: desk.Only(staff.Review)},
		{Pattern: "GET /desk/stories/{id}/hold", Page: in(d.hold), May: desk.Only(staff.Override)},
		{Pattern: "POST /desk/stories/{id}/hold", Page: in(d.doHold), May: desk.Only(staff.Override)},
		{Pattern: "GET /desk/stories/{id}/notes", Page: in(d.note), May: desk.SeeStories},
		{Pattern: "POST /desk/stories/{id}/notes", Page: in(d.doNote), May: desk.SeeStories},
		{Pattern: "POST /desk/stories/{id}/notes/{note}", Page: in(d.doSettle), May: desk.SeeStories},
		{Pattern: "GET /desk/notices", Page: in(d.notices), May: desk.SeeStories},
		{Pattern: "POST /desk/notices", Page: in(d.doNotify), May: desk.SeeStories},
		{Pattern: "POST /desk/notices/read", Page: in(d.doReadNotices), May: desk.SeeStories},
	}
}

// tasks are what publishing leaves for a person.
var tasks = map[string]desk.TaskKind{
	"publish.late": {Name: "task.publish.late", May: desk.Only(staff.Publish), Link: storyOf},
	"publish.held": {Name: "task.publish.held", May: desk.Only(staff.Publish), Link: storyOf},
}

func storyOf(t store.Task) string { return "/desk/stories/" + t.ObjectID }
