package money

import (
	"context"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/guard"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const heldPath = "/desk/money/held"

// heldMost is how many gifts that wait are shown; those whose time is up soonest.
const heldMost = 200

// held lists gifts that look like card tests, with what speaks against each. Who
// gave is on the page of the gift, and opening that is logged.
func (d *Pages) held(ctx context.Context, v *visit) (web.Page, error) {
	list, err := d.Store.HeldGifts(ctx, heldMost)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "guard.held.heading")
	t := web.Table{Caption: f.Title, Columns: v.Columns("guard.held.gift", "guard.held.due", "guard.held.act", "guard.held.act"), Empty: v.Loc.T("guard.held.none")}
	for _, g := range list {
		amount := v.Loc.Money(g.Amount)
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: amount, Href: giftsPath + "/" + g.PaymentID, Small: v.reasons(g.Reasons), At: g.At}, {At: g.DueAt},
			{Button: v.decide("accept", g.PaymentID, amount)}, {Button: v.decide("refund", g.PaymentID, amount)},
		}})
	}
	return v.Draw("desk/list", web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("guard.held.say"), Table: t})
}

func (v *visit) decide(what, payment, of string) *web.PostButton {
	return v.Button("guard.held."+what, heldPath+"/"+payment, of, web.HiddenField{Name: "do", Value: what})
}

// reasons says in words what speaks against a gift.
func (v *visit) reasons(list []guard.Reason) string {
	words := make([]string, len(list))
	for i, r := range list {
		words[i] = v.Loc.T("guard.reason." + string(r))
	}
	return strings.Join(words, "; ")
}

// doHeld accepts a gift that waits, or gives it back.
func (d *Pages) doHeld(ctx context.Context, v *visit) (web.Page, error) {
	id := v.PathValue("id")
	held, err := d.Store.Held(ctx, id)
	if err != nil {
		return web.Page{}, err
	}
	if !held { // somebody else was faster, or its time was up
		return desk.See(heldPath), nil
	}
	to := fund.HoldAccepted
	switch v.Field("do") {
	case "accept":
	case "refund":
		to = fund.HoldRefunded
		if err := d.giveBack(ctx, id); err != nil {
			return web.Page{}, err
		}
	default:
		return web.Page{}, v.Refuse(fault.Invalid, "guard.held.say")
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.EndHold(ctx, v.By(), id, to, d.Money.Now()) })
	if err != nil && !fault.Is(err, fault.Conflict) {
		return web.Page{}, err
	}
	return desk.See(heldPath + "?done=held-" + string(to)), nil
}

// giveBack refunds what is left of a payment, and ends the plan that it is of,
// or a stolen card would be charged again. The keys are the hold's own, so that
// pressing twice gives back once, and those of another attempt after one failed.
func (d *Pages) giveBack(ctx context.Context, paymentID string) error {
	p, _, err := d.Store.Payment(ctx, paymentID)
	if err != nil {
		return err
	}
	key, err := d.Store.GiveBackKey(ctx, p.ID)
	if err != nil {
		return err
	}
	if err := d.endPlan(ctx, p.PlanID, key); err != nil || p.Left() <= 0 {
		return err
	}
	return d.Fund.Refund(ctx, p.ID, money.Amount{Currency: p.Amount.Currency, Minor: p.Left()}, key)
}

func (d *Pages) endPlan(ctx context.Context, planID, key string) error {
	if planID == "" {
		return nil
	}
	plan, _, err := d.Store.Plan(ctx, planID)
	if err != nil || !plan.State.Alive() {
		return err
	}
	_, err = d.Fund.Change(ctx, planID, fund.Change{Do: fund.ChangeCancel, Now: true}, key)
	return err
}
