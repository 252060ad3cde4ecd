package story

import (
	"context"
	"errors"
	"slices"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// step is the page on which a step is made that needs words, or that something
// stands against.
func (d *Pages) step(ctx context.Context, v *visit) (web.Page, error) {
	s, step, err := d.stepAt(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	if detour := proveFirst(v, s.may(v, step)); detour != "" {
		return desk.See(detour), nil
	}
	act := v.proposed(s, step)
	asked, err := d.proposal(ctx, v, s, step)
	if err != nil {
		return web.Page{}, err
	}
	if asked.ID != "" {
		act = follow(act, asked)
	}
	p, err := d.stepPage(ctx, v, s, step, act, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

func proveFirst(v *visit, may staff.Decision) string {
	if may.Prove {
		return v.ProveFirst()
	}
	return ""
}

// stepAt is the story and the step of an address, if this person may make it.
func (d *Pages) stepAt(ctx context.Context, v *visit) (stand, news.Step, error) {
	step := news.Step(v.PathValue("step"))
	if !slices.Contains(news.Steps(), step) {
		return stand{}, step, fault.New(fault.NotFound, "")
	}
	s, err := d.stands(ctx, v, v.PathValue("id"))
	if err != nil {
		return s, step, err
	}
	if may := s.may(v, step); !may.OK() {
		return s, step, v.Refuse(fault.Denied, may.Why)
	}
	s.c.Step = step
	return s, step, nil
}

// doStep makes a step.
func (d *Pages) doStep(ctx context.Context, v *visit) (web.Page, error) {
	s, step, err := d.stepAt(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	may := s.may(v, step)
	act, bad := v.act(s, step)
	detour := proveFirst(v, may)
	if detour != "" { // to go there would lose what was written
		bad = append(bad, web.FieldError{Say: v.Loc.T("change.prove")})
	}
	if len(bad) == 0 {
		asked, err := d.proposal(ctx, v, s, step)
		if err != nil {
			return web.Page{}, err
		}
		out, err := d.make(ctx, v, act, asked)
		if err == nil {
			if step == news.Approve && v.Field("then") == string(news.GoLive) {
				return d.publishNow(ctx, v)
			}
			return desk.See("/desk/stories/" + s.ID + "?done=" + doneKey(step, out)), nil
		}
		if bad = v.obstacles(err); len(bad) == 0 {
			return web.Page{}, err
		}
		if s, step, err = d.stepAt(ctx, v); err != nil { // as it is now
			return web.Page{}, err
		}
	}
	p, err := d.stepPage(ctx, v, s, step, act, bad)
	if err != nil {
		return web.Page{}, err
	}
	if detour != "" {
		p.Panels = append(p.Panels, web.Panel{ID: "prove", Heading: v.Loc.T("prove.heading"), Text: v.Loc.T("change.prove.say"), Apart: true, Links: []web.Link{{Text: v.Loc.T("prove.act"), Href: detour}}})
	}
	return v.Again("desk/form", p)
}

// publishNow goes on from an approval that was asked for together with the
// publication. What stands against it is said on the page of that step; the
// approval holds.
func (d *Pages) publishNow(ctx context.Context, v *visit) (web.Page, error) {
	s, err := d.stands(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	page := "/desk/stories/" + s.ID
	if !s.may(v, news.GoLive).OK() {
		return desk.See(page + "?done=step_approve"), nil
	}
	out, err := d.make(ctx, v, news.Act{Article: s.ID, Step: news.GoLive, By: v.author(), Seen: s.head.ID}, store.Proposal{})
	switch {
	case err == nil:
		return desk.See(page + "?done=" + doneKey(news.GoLive, out)), nil
	case len(v.obstacles(err)) > 0:
		return desk.See(stepPath(s.ID, news.GoLive)), nil
	}
	return web.Page{}, err
}

// doneKey names the notice of what was done.
func doneKey(step news.Step, out news.Outcome) string {
	switch {
	case step == news.TakeDown && out.Due.IsZero():
		return "step_asked"
	case (step == news.GoLive || step == news.ChangeLive || step == news.TakeDown) && !out.Due.IsZero():
		return "step_waits"
	}
	return "step_" + string(step)
}

// make makes the step in one transaction; what asked for it is followed by that.
func (d *Pages) make(ctx context.Context, v *visit, act news.Act, asked store.Proposal) (out news.Outcome, err error) {
	err = d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if out, err = d.work.Make(ctx, tx, v.Person(), act); err != nil || asked.ID == "" {
			return err
		}
		if err = tx.SettleProposal(ctx, v.By(), asked, store.ProposalDone); fault.Is(err, fault.Conflict) {
			err = nil // somebody else has decided meanwhile
		}
		return err
	})
	return out, v.say(err)
}

// obstacles are the sentences of a refusal or of faulty fields, by field; none
// for any other error. What belongs to no field stands under "".
func (v *visit) obstacles(err error) []web.FieldError {
	var refusal *news.Refusal
	if errors.As(err, &refusal) {
		var out []web.FieldError
		for _, o := range refusal.Obstacles {
			out = append(out, web.FieldError{Field: o.Field, Say: v.sayObstacle(o)})
		}
		return out
	}
	var fields fault.Fields
	if errors.As(err, &fields) {
		return v.faults(fields)
	}
	return nil
}

// faults translates the sentences about fields that the rules below know.
func (v *visit) faults(fields fault.Fields) []web.FieldError {
	out := fault.Fields{}
	for name, say := range fields {
		if key := "flow.bad." + name; v.Loc.Has(key) {
			say = v.Loc.T(key)
		}
		out[name] = say
	}
	return desk.ErrorsOf(out, "date", "time", "owner", "reviewer", "text", "quoted")
}

func (v *visit) sayObstacle(o news.Obstacle) string {
	if o.Key == "flow.no.state" {
		return v.Loc.T(o.Key, "state", v.Loc.T("state."+o.Args[1].(string)))
	}
	return o.Say(v.Loc)
}

// act reads what the form says.
func (v *visit) act(s stand, step news.Step) (news.Act, []web.FieldError) {
	act := news.Act{
		Article: s.ID, Step: step, By: v.author(), Seen: v.Field("seen"), Note: v.Field("note"), Reason: v.Field("reason"),
		Owner: v.Field("owner"), Embargoed: v.Field("embargoed") != "", Class: news.Class(v.Field("class")),
		Was: v.Field("was"), Is: v.Field("is"), Prominent: v.Field("prominent") != "", Blank: v.Field("blank") == "yes", Legal: v.Field("legal") != "",
		Report: v.Field("report"), Override: v.Field("override") != "",
	}
	for _, f := range s.c.Findings {
		if f.Severity == news.Warn && v.Field(ackName(f)) != "" {
			act.Acknowledged = append(act.Acknowledged, f.Key())
		}
	}
	act = s.plainly().Asked(v.Person(), act)
	if step != news.Plan {
		return act, nil
	}
	var bad []web.FieldError
	act.At, bad = v.wallTime(v.Field("date"), v.Field("time"), v.Field("which"))
	return act, bad
}

// wallTime reads a time of the newsroom's clock. Where it does not exist, or
// comes twice, the form asks again; "which" is then the answer.
func (v *visit) wallTime(date, clock, which string) (time.Time, []web.FieldError) {
	m, err := news.WallTime(date, clock, v.Outlet.Location())
	var fields fault.Fields
	if errors.As(err, &fields) {
		return time.Time{}, v.faults(fields)
	}
	local := m.At.In(v.Outlet.Location())
	switch {
	case m.Gap && which != "moved":
		return m.At, []web.FieldError{{Field: "time", Say: v.Loc.T("flow.gap", "time", clock, "next", v.Loc.Time(local), "zone", v.Outlet.Zone)}}
	case m.Again.IsZero() || which == "first":
		return m.At, nil
	case which == "second":
		return m.Again, nil
	}
	return m.At, []web.FieldError{{Field: "which", Say: v.Loc.T("flow.twice", "time", clock, "zone", v.Outlet.Zone)}}
}

func dateOf(t time.Time, l *time.Location) (date, clock string) {
	if t.IsZero() {
		return "", ""
	}
	return t.In(l).Format(time.DateOnly), t.In(l).Format("15:04")
}

// proposed is what a form begins with.
func (v *visit) proposed(s stand, step news.Step) news.Act {
	act := news.Act{Step: step, Owner: s.Owner, At: s.PublishAt, Embargoed: s.Embargoed, Report: v.URL.Query().Get("report")}
	if act.Owner == "" {
		act.Owner = s.Author
	}
	if step == news.ChangeLive {
		act.Class, act.Prominent = s.c.Change.Class, s.c.Change.Prominent
		if s.c.Change.Empty() {
			act.Class = news.EditorsNote
		}
		if act.Class == news.Correct {
			act.Was, act.Is = s.c.Change.Was, s.c.Change.Now
		}
	}
	return act
}
