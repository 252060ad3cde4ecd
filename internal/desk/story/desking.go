package story

import (
	"context"
	"slices"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// desking adds to a story's page who works on it, and the notes at it.
func (d *Pages) desking(ctx context.Context, v *visit, s stand, p *web.ViewPage) error {
	names, err := d.names(ctx)
	if err != nil {
		return err
	}
	base := "/desk/stories/" + s.ID
	who := web.Panel{ID: "assignment", Heading: v.Loc.T("assign.heading"), Facts: v.assignmentFacts(s.Article, names)}
	if v.May(staff.Review, s.Object).OK() {
		who.Links = append(who.Links, web.Link{Text: v.Loc.T("assign.change"), Href: base + "/assign"})
	}
	if v.May(staff.Override, s.Object).OK() && s.State.Phase() != news.PhaseEnded {
		who.Links = append(who.Links, web.Link{Text: v.Loc.T(map[bool]string{true: "hold.free", false: "hold.act"}[s.Hold != ""]), Href: base + "/hold"})
	}
	var mine []web.Panel
	if len(who.Facts)+len(who.Links) > 0 {
		mine = append(mine, who)
	}
	notes, err := d.Store.Notes(ctx, s.ID)
	if err != nil {
		return err
	}
	mine = append(mine, v.notesPanel(s, notes))
	at := 1 + slices.IndexFunc(p.Panels, func(x web.Panel) bool { return x.ID == "work" })
	p.Panels = slices.Insert(p.Panels, at, mine...)
	if !v.seesUnread(ctx, d) {
		return nil
	}
	return d.Store.Write(ctx, func(tx *store.Tx) error { return tx.ReadNotices(ctx, v.Account.ID, s.ID) })
}

// seesUnread tells whether there is anything that opening a story marks as read.
func (v *visit) seesUnread(ctx context.Context, d *Pages) bool {
	n, err := d.Store.CountNotices(ctx, v.Account.ID)
	return err == nil && n > 0
}

// names are all accounts' names by id.
func (d *Pages) names(ctx context.Context) (map[string]string, error) {
	all, err := d.Store.Staff(ctx)
	out := map[string]string{}
	for _, p := range all {
		out[p.ID] = p.Name
	}
	return out, err
}

// people are the choices of a field for a colleague who may do something to the
// story.
func (d *Pages) people(ctx context.Context, v *visit, a access, may staff.Action) ([]web.Option, error) {
	all, err := d.Store.Staff(ctx)
	out := []web.Option{{Value: "", Text: v.Loc.T("assign.nobody")}}
	for _, p := range all {
		if staff.May(p, may, staff.Object{Section: a.Section}).OK() {
			out = append(out, web.Option{Value: p.ID, Text: p.Name})
		}
	}
	return out, err
}

func (v *visit) assignmentFacts(a news.Article, names map[string]string) []web.Fact {
	f := web.DeskFrame{Locale: v.Loc, Zone: v.Outlet.Location()}
	var out []web.Fact
	for _, x := range []struct{ key, value string }{{"assign.owner", names[a.Owner]}, {"assign.reviewer", names[a.Reviewer]}} {
		if x.value != "" {
			out = append(out, web.Fact{Name: v.Loc.T(x.key), Value: x.value})
		}
	}
	if !a.Deadline.IsZero() {
		fact := web.Fact{Name: v.Loc.T("assign.deadline"), Value: f.At(a.Deadline)}
		if a.Deadline.Before(v.d.Clock.Now()) && a.State.Phase() == news.PhaseOpen {
			fact.Tag = &web.Tag{Text: v.Loc.T("assign.late"), Kind: "stop"}
		}
		out = append(out, fact)
	}
	if a.WordTarget > 0 {
		out = append(out, web.Fact{Name: v.Loc.T("assign.words"), Value: v.Loc.Count(a.WordTarget)})
	}
	return out
}

// handling is a story for somebody who reviews: hands it on, assigns it.
func (d *Pages) handling(ctx context.Context, v *visit, action staff.Action) (access, error) {
	a, err := d.work.Handling(ctx, v.Person(), v.PathValue("id"), action)
	return a, v.say(err)
}

// assign is the form of who does what.
func (d *Pages) assign(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.handling(ctx, v, staff.Review)
	if err != nil {
		return web.Page{}, err
	}
	p, err := d.assignPage(ctx, v, a, store.AssignmentOf(a.Article), nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

func (d *Pages) assignPage(ctx context.Context, v *visit, a access, as store.Assignment, bad []web.FieldError) (web.FormPage, error) {
	f := v.Frame(ctx, "assign.heading")
	owners, err := d.people(ctx, v, a, staff.WriteOwn)
	if err != nil {
		return web.FormPage{}, err
	}
	reviewers, err := d.people(ctx, v, a, staff.Review)
	if err != nil {
		return web.FormPage{}, err
	}
	date, clock := dateOf(as.Deadline, v.Outlet.Location())
	words := ""
	if as.WordTarget > 0 {
		words = strconv.Itoa(as.WordTarget)
	}
	form := web.Form{ID: "assign", Action: "/desk/stories/" + a.ID + "/assign", Nonce: v.Nonce(), Submit: v.Loc.T("assign.act"), Errors: bad, Groups: []web.FieldGroup{{Fields: []web.Field{
		{Name: "owner", Kind: "select", Label: v.Loc.T("assign.owner"), Value: as.Owner, Options: owners},
		{Name: "reviewer", Kind: "select", Label: v.Loc.T("assign.reviewer"), Value: as.Reviewer, Options: reviewers},
		{Name: "date", Kind: "date", Label: v.Loc.T("assign.deadline"), Value: date, Optional: true, Dir: "ltr"},
		{Name: "time", Kind: "time", Label: v.Loc.T("flow.field.time"), Hint: v.Loc.T("flow.field.time.hint", "zone", v.Outlet.Zone), Value: clock, Optional: true, Dir: "ltr"},
		{Name: "words", Kind: "number", InputMode: "numeric", Label: v.Loc.T("assign.words"), Value: words, Optional: true, Dir: "ltr"},
	}}}}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: a.Headline, Forms: []web.Form{form},
		Tabs: []web.Tab{{Text: v.Loc.T("flow.back"), Href: "/desk/stories/" + a.ID}}}, nil
}

// endOfDay is the deadline of a day without a time.
const endOfDay = "18:00"

func (d *Pages) doAssign(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.handling(ctx, v, staff.Review)
	if err != nil {
		return web.Page{}, err
	}
	as := store.Assignment{Owner: v.Field("owner"), Reviewer: v.Field("reviewer")}
	var bad []web.FieldError
	if date, clock := v.Field("date"), v.Field("time"); date != "" || clock != "" {
		if clock == "" {
			clock = endOfDay
		}
		var m news.Moment
		if m, err = news.WallTime(date, clock, v.Outlet.Location()); err != nil { // to a deadline a gap does not matter
			bad = v.obstacles(err)
		}
		as.Deadline = m.At
	}
	if words := v.Field("words"); words != "" {
		if as.WordTarget, err = strconv.Atoi(words); err != nil {
			bad = append(bad, v.faults(fault.Fields{"words": ""})...)
		}
	}
	if len(bad) == 0 {
		err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.Assign(ctx, v.By(), a.ID, as) })
		if bad = v.obstacles(err); err == nil || len(bad) == 0 {
			return desk.See("/desk/stories/" + a.ID + "?done=assigned"), err
		}
	}
	p, err := d.assignPage(ctx, v, a, as, bad)
	if err != nil {
		return web.Page{}, err
	}
	return v.Again("desk/form", p)
}

// hold is the form that keeps a story in the house, or sets it free.
func (d *Pages) hold(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.handling(ctx, v, staff.Override)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", v.holdPage(ctx, a, nil))
}

func (v *visit) holdPage(ctx context.Context, a access, bad []web.FieldError) web.FormPage {
	key := "hold.act"
	form := web.Form{ID: "hold", Action: "/desk/stories/" + a.ID + "/hold", Nonce: v.Nonce(), Errors: bad}
	if a.Hold != "" {
		key = "hold.free"
		form.Hidden = []web.HiddenField{{Name: "free", Value: "yes"}}
	} else {
		form.Groups = []web.FieldGroup{{Fields: []web.Field{{Name: "reason", Kind: "area", Rows: 3, Label: v.Loc.T("flow.field.reason"), Hint: v.Loc.T("hold.hint"), Required: true, Dir: "auto"}}}}
	}
	f := v.Frame(ctx, key)
	form.Submit = f.Title
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: a.Headline, Forms: []web.Form{form},
		Tabs: []web.Tab{{Text: v.Loc.T("flow.back"), Href: "/desk/stories/" + a.ID}}}
}

func (d *Pages) doHold(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.handling(ctx, v, staff.Override)
	if err != nil {
		return web.Page{}, err
	}
	reason := news.Line(v.Field("reason"))
	if v.Field("free") != "" {
		reason = ""
	} else if reason == "" {
		return v.Again("desk/form", v.holdPage(ctx, a, []web.FieldError{{Field: "reason", Say: v.Loc.T("flow.no.reason")}}))
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.Hold(ctx, v.By(), a.ID, reason) })
	return desk.See("/desk/stories/" + a.ID + "?done=saved"), err
}

// day is a day in the newsroom's zone.
func day(t time.Time, l *time.Location) time.Time {
	t = t.In(l)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, l)
}
