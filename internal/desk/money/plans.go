package money

import (
	"context"
	"errors"
	"strings"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// planViews are the tabs of the list of plans.
var planViews = []struct {
	name   string
	states []fund.PlanState
}{
	{"running", []fund.PlanState{fund.PlanActive, fund.PlanPaused, fund.PlanCancelScheduled}},
	{"trouble", []fund.PlanState{fund.PlanPastDue, fund.PlanUnpaid}},
	{"ended", []fund.PlanState{fund.PlanCancelled, fund.PlanIncompleteExpired}},
	{"waiting", []fund.PlanState{fund.PlanIncomplete}},
}

var planTags = map[fund.PlanState]string{
	fund.PlanActive: "ok", fund.PlanPastDue: "warn", fund.PlanUnpaid: "stop", fund.PlanPaused: "hint", fund.PlanCancelScheduled: "hint",
}

// plans lists the recurring gifts.
func (d *Pages) plans(ctx context.Context, v *visit) (web.Page, error) {
	now := planViews[0]
	for _, w := range planViews {
		if w.name == v.URL.Query().Get("view") {
			now = w
		}
	}
	list, err := d.Store.PlanLines(ctx, now.states, "", desk.ListSize+1, (v.PageNumber()-1)*desk.ListSize)
	if err != nil {
		return web.Page{}, err
	}
	counts, err := d.Store.CountPlans(ctx)
	if err != nil {
		return web.Page{}, err
	}
	if err := d.looked(ctx, v, "donor.listed", true); err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "plans.heading")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Pager: v.Pager(len(list), desk.ListSize)}
	for _, w := range planViews {
		tab := web.Tab{Text: v.Loc.T("plans.view." + w.name), Href: addressWith(plansPath, "view", w.name), Current: w.name == now.name}
		for _, s := range w.states {
			tab.Count += counts[s]
		}
		p.Tabs = append(p.Tabs, tab)
	}
	p.Table = *v.planTable(list[:min(len(list), desk.ListSize)], true, v.URL.RequestURI())
	return v.Draw("desk/list", p)
}

// planTable lists plans with what staff may do on a donor's wish.
func (v *visit) planTable(list []store.PlanLine, who bool, back string) *web.Table {
	t := &web.Table{Caption: v.Loc.T("plans.heading"), Columns: v.Columns("money.amount", "plans.state", "plans.next", "money.for", "plans.act"), Empty: v.Loc.T("plans.none")}
	if who {
		t.Columns = append(v.Columns("gifts.donor"), t.Columns...)
	}
	for _, p := range list {
		cells := []web.Cell{{Text: v.Loc.T("plans."+string(p.Every), "amount", v.Loc.Money(p.Amount)), Small: v.providerName(p.Provider)},
			{Tag: &web.Tag{Text: v.Loc.T("plan.state." + string(p.State)), Kind: planTags[p.State]}, Small: v.reason(p)}, {At: nextOf(p.Plan)}, {Text: v.campaignName(p.Campaign)}, v.planButton(p, back)}
		if who {
			cells = append([]web.Cell{{Text: giverName(p.Donor), Href: giversPath + "/" + p.DonorID}}, cells...)
		}
		t.Rows = append(t.Rows, web.Row{Cells: cells})
	}
	return t
}

// reason is why a donor ended a plan, as they said it.
func (v *visit) reason(p store.PlanLine) string {
	switch {
	case p.Reason == "":
		return ""
	case p.Words == "":
		return v.Loc.T("till.why." + p.Reason)
	}
	return v.Loc.T("till.why.words", "reason", v.Loc.T("till.why."+p.Reason), "words", p.Words)
}

// nextOf is the next moment in a plan's life: its charge, or its end.
func nextOf(p fund.Plan) time.Time {
	if !p.CancelAt.IsZero() {
		return p.CancelAt
	}
	if !p.EndedAt.IsZero() {
		return p.EndedAt
	}
	return p.NextChargeAt
}

func (v *visit) planButton(p store.PlanLine, back string) web.Cell {
	do := ""
	switch {
	case p.State == fund.PlanPaused || p.State == fund.PlanCancelScheduled:
		do = "resume"
	case p.State.Alive():
		do = "cancel"
	default:
		return web.Cell{}
	}
	return web.Cell{Button: v.Button("plans."+do, plansPath+"/"+p.ID, giverName(p.Donor), web.HiddenField{Name: "do", Value: do},
		web.HiddenField{Name: "key", Value: id.New()}, web.HiddenField{Name: "back", Value: back})}
}

// doPlan ends or resumes a plan because the donor asked for it.
func (d *Pages) doPlan(ctx context.Context, v *visit) (web.Page, error) {
	planID, key := v.PathValue("id"), v.Field("key")
	if len(key) != len(id.New()) {
		return web.Page{}, v.Refuse(fault.Invalid, "gifts.refund.again")
	}
	c := fund.Change{Do: fund.ChangeCancel}
	if v.Field("do") == "resume" {
		c.Do = fund.ChangeResume
	}
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.Audit(ctx, v.By(), "plan.changed", "plan", planID, map[string]any{"do": string(c.Do)})
	})
	if err == nil {
		_, err = d.Fund.Change(ctx, planID, c, key)
	}
	back := backTo(v.Field("back"))
	var no *fund.Refusal
	switch {
	case errors.As(err, &no), fault.Is(err, fault.Conflict):
		return desk.See(back + "not=plan"), nil
	case fault.Is(err, fault.Unavailable):
		return desk.See(back + "not=refund"), nil
	case err != nil:
		return web.Page{}, err
	}
	return desk.See(back + "done=saved"), nil
}

// backTo is the page of the desk that a form came from, ready for a parameter.
func backTo(from string) string {
	path := desk.Within(from)
	if strings.Contains(path, "?") {
		return path + "&"
	}
	return path + "?"
}
