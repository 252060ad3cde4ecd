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
	p, err := d.stepPage(ctx, v, s, step, v.proposed(s, step), nil)
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
	if detour := proveFirst(v, may); detour != "" {
		return desk.See(detour), nil
	}
	act, bad := v.act(s, step, may)
	if len(bad) == 0 {
		var out news.Outcome
		if out, err = d.make(ctx, v, act); err == nil {
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
	return v.Again("desk/form", p)
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

// make cuts what is being typed and makes the step, in one transaction.
func (d *Pages) make(ctx context.Context, v *visit, act news.Act) (out news.Outcome, err error) {
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := d.writing().Cut(ctx, tx, act.Article); err != nil {
			return err
		}
		if err := d.allowed(ctx, tx, v, act); err != nil {
			return err
		}
		if out, err = d.room.Do(ctx, tx, act); err != nil {
			return err
		}
		if act.Step == news.SendBack {
			return tx.SentBack(ctx, act.By, act.Article, act.Note)
		}
		return nil
	})
	return out, err
}

// allowed asks again with what the transaction sees: the story may have moved to
// another section, or become this person's own, since the page was asked for.
func (d *Pages) allowed(ctx context.Context, tx *store.Tx, v *visit, act news.Act) error {
	a, err := tx.Article(ctx, act.Article)
	if err != nil {
		return err
	}
	r, err := tx.Revision(ctx, a.Working)
	if err != nil {
		return err
	}
	s := stand{access: access{Article: a, Object: staff.Object{Section: a.Section, Invited: named(a.Owner, a.Reviewer)}}, head: r}
	if s.Object.Authors, err = tx.Writers(ctx, a.ID, 0); err != nil {
		return err
	}
	s.Object.Authors = append(s.Object.Authors, named(a.Owner)...)
	if s.c, err = d.room.Case(ctx, tx, a, r, act); err != nil {
		return err
	}
	if may := s.may(v, act.Step); !may.OK() {
		return v.Refuse(fault.Denied, may.Why)
	}
	return nil
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
func (v *visit) act(s stand, step news.Step, may staff.Decision) (news.Act, []web.FieldError) {
	act := news.Act{
		Article: s.ID, Step: step, By: v.author(), Seen: v.Field("seen"), Note: v.Field("note"), Reason: v.Field("reason"),
		Alone: may.Undo > 0, Owner: v.Field("owner"), Embargoed: v.Field("embargoed") != "", Class: news.Class(v.Field("class")),
		Was: v.Field("was"), Is: v.Field("is"), Prominent: v.Field("prominent") != "", Blank: v.Field("blank") == "yes", Legal: v.Field("legal") != "",
		Report: v.Field("report"), Blocks: s.c.Change.Blocks,
	}
	act.Override = v.Field("override") != "" && v.May(staff.Override, s.Object).OK()
	for _, f := range s.c.Findings {
		if f.Severity == news.Warn && v.Field(ackName(f)) != "" {
			act.Acknowledged = append(act.Acknowledged, f.Key())
		}
	}
	if step == news.Accept && act.Owner == "" && !v.May(staff.Review, s.Object).OK() {
		act.Owner = v.Account.ID // whose own pitch it is writes it
	}
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
