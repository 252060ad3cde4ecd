package front

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// plansPanel lists what waits for its time; it has no table where nothing does.
func (d *Pages) plansPanel(ctx context.Context, v *visit, f web.DeskFrame, o of) (web.Panel, error) {
	p := web.Panel{ID: "plans", Heading: v.Loc.T("arrange.plans")}
	list, err := d.Store.FrontPlans(ctx, o.Lang)
	if err != nil || len(list) == 0 {
		return p, err
	}
	p.Table = &web.Table{Caption: p.Heading, Columns: v.Columns("arrange.plan.at", "arrange.by", "arrange.do")}
	for _, plan := range list {
		at, path := f.At(plan.At), o.home+"/plans/"+plan.ID
		do := web.Cell{Ways: []web.Way{}}
		if d.Front != nil {
			do.Ways = append(do.Ways, web.Way{Link: &web.Link{Text: v.Loc.T("arrange.preview"), Href: o.home + "/preview?coming=1&plan=" + url.QueryEscape(plan.ID)}})
		}
		do.Ways = append(do.Ways, web.Way{Button: v.Button("arrange.plan.take", path+"/take", at, o.seen())}, web.Way{Button: v.Button("arrange.plan.drop", path+"/drop", at, o.seen())})
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: []web.Cell{{Text: at}, {Text: plan.By.Name}, do}})
	}
	return p, nil
}

// schedule asks when the draft shall become public.
func (d *Pages) schedule(ctx context.Context, v *visit) (web.Page, error) {
	o, err := d.open(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", v.schedulePage(ctx, o, news.Moment{}, nil))
}

// schedulePage draws the form. Which of two is asked only where the time comes
// twice, and a time that does not exist is answered with the next one.
func (v *visit) schedulePage(ctx context.Context, o of, m news.Moment, bad fault.Fields) web.FormPage {
	f := v.Frame(ctx, "arrange.schedule")
	date, clock := v.Field("date"), v.Field("time")
	if m.Gap {
		date, clock = wall(m.At, v.Outlet.Location())
	}
	fields := []web.Field{{Name: "date", Kind: "date", Label: v.Loc.T("flow.field.date"), Value: date, Required: true, Dir: "ltr"},
		{Name: "time", Kind: "time", Label: v.Loc.T("flow.field.time"), Hint: v.Loc.T("flow.field.time.hint", "zone", v.Outlet.Zone), Value: clock, Required: true, Dir: "ltr"}}
	if !m.Again.IsZero() {
		option := func(value string, at time.Time) web.Option {
			return web.Option{Value: value, Text: v.Loc.T("flow.field.which." + value), Hint: at.In(v.Outlet.Location()).Format("MST −07:00")}
		}
		fields = append(fields, web.Field{Name: "which", Kind: "radio", Label: v.Loc.T("flow.field.which"), Value: v.Field("which"), Options: []web.Option{option("first", m.At), option("second", m.Again)}})
	}
	form := web.Form{ID: "schedule", Action: o.home + "/schedule", Nonce: v.Nonce(), Submit: f.Title, Hidden: []web.HiddenField{o.seen()},
		Errors: desk.ErrorsOf(bad, "", "date", "time", "which"), Groups: []web.FieldGroup{{Fields: fields}}}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("arrange.schedule.say"), Forms: []web.Form{form},
		Tabs: []web.Tab{{Text: v.Loc.T("arrange.back"), Href: o.home}}}
}

func (d *Pages) doSchedule(ctx context.Context, v *visit) (web.Page, error) {
	m, err := news.WallTime(v.Field("date"), v.Field("time"), v.Outlet.Location())
	bad := v.timeFaults(err)
	at := m.At
	switch {
	case len(bad) > 0:
	case m.Gap:
		bad["time"] = v.Loc.T("arrange.bad.gap")
	case !m.Again.IsZero() && v.Field("which") == "":
		bad["which"] = v.Loc.T("arrange.bad.which")
	case v.Field("which") == "second" && !m.Again.IsZero():
		at = m.Again
	}
	if len(bad) == 0 {
		err = d.Store.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.PlanFront(ctx, v.By(), v.seenOf(), at)
			return err
		})
		var found fault.Fields
		switch {
		case errors.As(err, &found):
			bad["time"] = v.Loc.T("arrange.bad.until")
		case fault.Is(err, fault.Conflict):
			bad[""] = v.Loc.T("not.arrange_conflict")
		default:
			return v.done(v.PathValue("lang"), "arrange_scheduled", err)
		}
	}
	o, err := d.open(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	page, err := v.Again("desk/form", v.schedulePage(ctx, o, m, bad))
	if bad[""] != "" {
		page.Status = http.StatusConflict
	}
	return page, err
}

func (d *Pages) doDropPlan(ctx context.Context, v *visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.DropFrontPlan(ctx, v.By(), v.seenOf(), v.PathValue("plan")) })
	return v.done(v.PathValue("lang"), "arrange_unscheduled", err)
}

func (d *Pages) doTakePlan(ctx context.Context, v *visit) (web.Page, error) {
	o, err := d.open(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	if o.Begun {
		return desk.See(o.home + "?not=arrange_busy"), nil
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.TakeFrontPlan(ctx, v.By(), v.seenOf(), v.PathValue("plan")) })
	return v.done(o.Lang, "arrange_taken", err)
}
