package story

import (
	"context"
	"hash/fnv"
	"strconv"

	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/web"
)

// stepPage asks for what a step needs. act fills the form; bad are the sentences
// about what was put in.
func (d *Pages) stepPage(ctx context.Context, v *visit, s stand, step news.Step, act news.Act, bad []web.FieldError) (web.FormPage, error) {
	f := v.Frame(ctx, "step."+string(step))
	story := "/desk/stories/" + s.ID
	form := web.Form{ID: "step", Action: stepPath(s.ID, step), Nonce: v.Nonce(), Submit: f.Title, Errors: bad,
		Hidden: []web.HiddenField{{Name: "seen", Value: s.head.ID}}}
	asked, err := d.proposal(ctx, v, s, step)
	if err != nil {
		return web.FormPage{}, err
	}
	if asked.ID != "" {
		form.Hidden = append(form.Hidden, web.HiddenField{Name: "proposal", Value: asked.ID})
	}
	fields, err := d.stepFields(ctx, v, s, step, act, bad)
	if err != nil {
		return web.FormPage{}, err
	}
	c := s.c
	c.Act, c.Step = act, step
	c.By, c.Alone = s.c.By, s.may(v, step).Undo > 0
	form.Groups = []web.FieldGroup{{Fields: fields}}
	if more := v.passing(s, c); len(more) > 0 {
		form.Groups = append(form.Groups, web.FieldGroup{Legend: v.Loc.T("flow.anyway"), Fields: more})
	}
	p := web.FormPage{DeskFrame: f, Heading: f.Title, Intro: s.c.Content.Headline, Forms: []web.Form{form},
		Tabs: []web.Tab{{Text: v.Loc.T("flow.back"), Href: story}}}
	if key := "step." + string(step) + ".say"; v.Loc.Has(key) {
		p.Intro += "\n\n" + v.Loc.T(key, "zone", v.Outlet.Zone)
	}
	p.Panels, err = d.stepPanels(ctx, v, s, c)
	return p, err
}

// stepFields are the fields of a step's form.
func (d *Pages) stepFields(ctx context.Context, v *visit, s stand, step news.Step, act news.Act, bad []web.FieldError) ([]web.Field, error) {
	area := func(name, value string, required bool) web.Field {
		return web.Field{Name: name, Kind: "area", Rows: 3, Label: v.Loc.T("flow.field." + name), Hint: v.hint("flow.field." + name + "." + string(step)), Value: value, Required: required, Dir: "auto"}
	}
	switch step {
	case news.Accept:
		people, err := d.people(ctx, v, s.access, staff.WriteOwn)
		return []web.Field{{Name: "owner", Kind: "select", Label: v.Loc.T("flow.field.owner"), Value: act.Owner, Options: people}}, err
	case news.SendBack:
		return []web.Field{area("note", act.Note, true)}, nil
	case news.Plan:
		return v.planFields(act, bad), nil
	case news.ChangeLive:
		fields := v.changeFields(s, act)
		report, err := d.reportField(ctx, v, s, act.Report)
		if report != nil {
			fields = append(fields, *report)
		}
		return fields, err
	case news.Retire:
		return []web.Field{area("note", act.Note, true), v.radio("blank", map[bool]string{true: "yes", false: "no"}[act.Blank], "no", "yes")}, nil
	case news.TakeDown:
		return []web.Field{area("note", act.Note, true), area("reason", act.Reason, true),
			{Name: "legal", Kind: "check", Label: v.Loc.T("flow.field.legal"), Hint: v.Loc.T("flow.field.legal.hint"), Checked: act.Legal}}, nil
	}
	return nil, nil
}

func (v *visit) hint(key string) string {
	if v.Loc.Has(key) {
		return v.Loc.T(key)
	}
	return ""
}

func (v *visit) radio(name, value string, options ...string) web.Field {
	f := web.Field{Name: name, Kind: "radio", Label: v.Loc.T("flow.field." + name), Value: value}
	for _, o := range options {
		f.Options = append(f.Options, web.Option{Value: o, Text: v.Loc.T("flow.field." + name + "." + o)})
	}
	return f
}

// planFields ask for a time. Which of two is asked only where there are two, and
// a time that does not exist is answered with the next one.
func (v *visit) planFields(act news.Act, bad []web.FieldError) []web.Field {
	date, clock := v.Field("date"), v.Field("time")
	if date == "" && clock == "" {
		date, clock = dateOf(act.At, v.Outlet.Location())
	}
	var which *web.Field
	if v.Method == "POST" {
		if m, err := news.WallTime(date, clock, v.Outlet.Location()); err == nil && m.Gap {
			date, clock = dateOf(m.At, v.Outlet.Location())
		} else if err == nil && !m.Again.IsZero() {
			which = &web.Field{Name: "which", Kind: "radio", Label: v.Loc.T("flow.field.which"), Value: v.Field("which"), Options: []web.Option{
				{Value: "first", Text: v.Loc.T("flow.field.which.first"), Hint: m.At.In(v.Outlet.Location()).Format("MST −07:00")},
				{Value: "second", Text: v.Loc.T("flow.field.which.second"), Hint: m.Again.In(v.Outlet.Location()).Format("MST −07:00")}}}
		}
	}
	out := []web.Field{{Name: "date", Kind: "date", Label: v.Loc.T("flow.field.date"), Value: date, Required: true, Dir: "ltr"},
		{Name: "time", Kind: "time", Label: v.Loc.T("flow.field.time"), Hint: v.Loc.T("flow.field.time.hint", "zone", v.Outlet.Zone), Value: clock, Required: true, Dir: "ltr"}}
	if which != nil {
		out = append(out, *which)
	}
	return append(out, web.Field{Name: "embargoed", Kind: "check", Label: v.Loc.T("flow.field.embargoed"), Hint: v.Loc.T("flow.field.embargoed.hint"), Checked: act.Embargoed})
}

// changeFields are the one form of every change of a live story.
func (v *visit) changeFields(s stand, act news.Act) []web.Field {
	class := web.Field{Name: "class", Kind: "radio", Label: v.Loc.T("flow.field.class"), Value: string(act.Class)}
	for _, c := range []news.Class{news.Typo, news.Update, news.Clarification, news.Correct, news.EditorsNote} {
		if s.c.Change.Empty() && c != news.EditorsNote && c != news.Correct && c != news.Clarification {
			continue
		}
		class.Options = append(class.Options, web.Option{Value: string(c), Text: v.Loc.T("class." + string(c)), Hint: v.Loc.T("class." + string(c) + ".say")})
	}
	line := func(name, value string) web.Field {
		return web.Field{Name: name, Kind: "area", Rows: 2, Label: v.Loc.T("flow.field." + name), Hint: v.Loc.T("flow.field." + name + ".hint"), Value: value, Lang: s.c.Content.Lang, Dir: "auto"}
	}
	note := line("note", act.Note)
	note.Hint = v.Loc.T("flow.field.note.change")
	return []web.Field{class, line("was", act.Was), line("is", act.Is), note,
		{Name: "prominent", Kind: "check", Label: v.Loc.T("flow.field.prominent"), Hint: v.Loc.T("flow.field.prominent.hint"), Checked: act.Prominent}}
}

// passing are the fields by which warnings are acknowledged and stops passed.
func (v *visit) passing(s stand, c news.Case) []web.Field {
	probe := c
	probe.Was, probe.Is, probe.Note, probe.At, probe.Override = "x", "x", "x", c.Now.AddDate(1, 0, 0), false
	var out []web.Field
	override := false
	for _, o := range news.Check(probe) {
		if o.Finding != nil && o.Finding.Severity == news.Warn {
			out = append(out, web.Field{Name: ackName(*o.Finding), Kind: "check", Label: v.Loc.T("flow.seen", "what", o.Say(v.Loc)), Checked: v.Field(ackName(*o.Finding)) != ""})
		}
		override = override || o.Override
	}
	override = override && v.May(staff.Override, s.Object).OK()
	if override {
		out = append(out, web.Field{Name: "override", Kind: "check", Label: v.Loc.T("flow.field.override"), Hint: v.Loc.T("flow.field.override.hint"), Checked: v.Field("override") != ""})
	}
	if alone := s.c.Sole && c.Alone && (c.Step == news.Approve || c.Step == news.ChangeLive); override || alone {
		out = append(out, web.Field{Name: "reason", Kind: "area", Rows: 2, Label: v.Loc.T("flow.field.reason"), Hint: v.Loc.T(map[bool]string{true: "flow.field.reason.alone", false: "flow.field.reason.override"}[alone]),
			Value: c.Reason, Required: alone, Dir: "auto"})
	}
	return out
}

// ackName is the name of the box that acknowledges a warning.
func ackName(f news.Finding) string {
	h := fnv.New64a()
	h.Write([]byte(f.Key()))
	return "ack-" + strconv.FormatUint(h.Sum64(), 36)
}

// stepPanels stand beside the form: what stands against the step, and what it is
// about.
func (d *Pages) stepPanels(ctx context.Context, v *visit, s stand, c news.Case) ([]web.Panel, error) {
	var out []web.Panel
	against := web.Panel{ID: "against", Heading: v.Loc.T("flow.against")}
	for _, o := range news.Check(c) {
		if o.Field == "" {
			against.Facts = append(against.Facts, web.Fact{Name: v.Loc.T("severity." + obstacleKind(o)), Value: v.sayObstacle(o)})
		}
	}
	if len(against.Facts) > 0 {
		out = append(out, against)
	}
	if s.c.Pending.Act != "" && c.Step == news.Confirm {
		out = append(out, web.Panel{ID: "asked", Heading: v.Loc.T("flow.asked"), Facts: []web.Fact{
			{Name: v.Loc.T("flow.asked.by"), Value: nameOr(v, s.c.Pending.By.Name)},
			{Name: v.Loc.T("flow.field.note"), Value: s.c.Pending.Detail.Note}, {Name: v.Loc.T("flow.field.reason"), Value: s.c.Pending.Detail.Reason}}})
	}
	if c.Step == news.ChangeLive || c.Step == news.Vouch {
		out = append(out, v.changePanel(s))
	}
	return out, nil
}

func obstacleKind(o news.Obstacle) string {
	if o.Finding != nil {
		return string(o.Finding.Severity)
	}
	return string(news.Stop)
}

// changePanel shows what changed since the published text, and why the program
// proposes what it proposes.
func (v *visit) changePanel(s stand) web.Panel {
	p := web.Panel{ID: "changed", Heading: v.Loc.T("flow.changed")}
	if s.c.Change.Empty() {
		p.Text = v.Loc.T("flow.changed.none")
		return p
	}
	p.Text = v.Loc.T("flow.propose", "class", v.Loc.T("class."+string(s.c.Change.Class)))
	for _, sign := range s.c.Change.Signs {
		p.Text += "\n\n" + v.Loc.T("sign."+string(sign))
	}
	for i, e := range s.edits() {
		if i == maxEdits {
			break
		}
		was, is := news.Around(e)
		p.Facts = append(p.Facts, web.Fact{Name: v.Loc.T("flow.was"), Value: was}, web.Fact{Name: v.Loc.T("flow.is"), Value: is})
	}
	return p
}

// maxEdits is how many changed places a panel lists.
const maxEdits = 30
