package story

import (
	"context"
	"slices"

	"masthead.dev/masthead/internal/desk"
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
	a, err := d.access(ctx, v, id)
	if err != nil {
		return stand{}, err
	}
	c, open, err := d.reading(ctx, a.Article)
	if err != nil {
		return stand{}, err
	}
	s := stand{access: a, head: news.Revision{ID: a.Working, Article: a.ID, Content: c}}
	if open != nil {
		s.head.ID = open.ID
	}
	s.c, err = d.room.Case(ctx, d.Store, a.Article, s.head, news.Act{Article: a.ID, By: v.author()})
	return s, err
}

// may asks whether this person may make a step on the story.
func (s stand) may(v *visit, step news.Step) staff.Decision {
	o := s.Object
	o.Sole = s.c.Sole
	if step == news.Approve { // one's own is what one began, was to write or has the byline of
		o.Authors = named(s.Author, s.Owner)
		if v.Account.PersonID != "" && slices.ContainsFunc(s.c.Content.Bylines, func(b news.Byline) bool {
			return b.Person == v.Account.PersonID && (b.Role == "by" || b.Role == "with")
		}) {
			o.Authors = append(o.Authors, v.Account.ID)
		}
	}
	if step == news.ChangeLive && s.c.Change.Class == news.Typo {
		o.Sole = false
	}
	return staff.MayStep(v.Person(), string(step), o)
}

// offered lists the steps that lead on now and that this person may make, the
// likely one first.
func (s stand) offered(v *visit) []news.Step {
	var out []news.Step
	for _, step := range news.StepsFrom(s.State) {
		if s.sensible(step) && s.may(v, step).OK() {
			out = append(out, step)
		}
	}
	return out
}

// sensible leaves out what would do nothing.
func (s stand) sensible(step news.Step) bool {
	switch step {
	case news.Confirm:
		return s.c.Pending.Act == news.TakeDown && s.c.Pending.Due.IsZero() && s.c.Pending.By.ID != s.c.By.ID
	case news.TakeBack:
		return s.c.Pending.Act != ""
	case news.TakeDown:
		return s.c.Pending.Act == ""
	case news.Vouch:
		return s.needsVouching() && !s.c.Sole
	}
	return true
}

// edits are what differs from the published text.
func (s stand) edits() []news.Edit {
	if s.Live == "" {
		return nil
	}
	return merge.Edits(s.c.Live, s.c.Content)
}

// needsVouching tells whether a change of a live text waits for somebody else to
// look at it.
func (s stand) needsVouching() bool {
	return !s.c.Change.Empty() && s.c.Change.Class != news.Typo && !s.c.Approved.Covers(s.head.ID, s.c.Hash)
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
			continue
		}
		p.Ways = append(p.Ways, web.Way{Link: &web.Link{Text: name, Href: stepPath(s.ID, step)}, Main: i == 0})
	}
	p.Facts = append(p.Facts, v.flowFacts(s)...)
	if s.Embargoed {
		p.Alarm = &web.Link{Text: v.Loc.T("flow.embargo", "at", p.At(s.PublishAt), "zone", v.Outlet.Zone), Href: base}
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
