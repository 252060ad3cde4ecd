package money

import (
	"context"
	"net/http"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/receipt"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// giftAid shows what can be claimed, the claims that were made out, and the
// declarations. Whose each declaration is, is on its own page.
func (d *Pages) giftAid(ctx context.Context, v *visit) (web.Page, error) {
	now := d.Money.Now().In(v.Outlet.Location())
	from := time.Date(now.Year()-4, 1, 1, 0, 0, 0, 0, v.Outlet.Location())
	p, err := d.giftAidPage(ctx, v, from.Format(time.DateOnly), now.Format(time.DateOnly), nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

func (d *Pages) giftAidPage(ctx context.Context, v *visit, from, to string, bad fault.Fields) (web.FormPage, error) {
	set, err := d.Store.ReceiptSettings(ctx)
	if err != nil {
		return web.FormPage{}, err
	}
	f := v.Frame(ctx, "receipts.giftaid")
	p := web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("receipts.giftaid.say"), Tabs: v.receiptTabs(giftAidPath, set)}
	first, last, ok := v.claimDays(from, to)
	if ok {
		gifts, sum, err := d.Store.Claimable(ctx, first, last, v.Outlet.Location())
		if err != nil {
			return p, err
		}
		p.Intro += "\n\n" + v.Loc.N("receipts.giftaid.open", gifts, "sum", v.Loc.Money(sum))
	}
	p.Forms = []web.Form{{ID: "claim", Action: giftAidPath, Nonce: v.Nonce(), Submit: v.Loc.T("receipts.giftaid.claim"), Errors: desk.ErrorsOf(bad, "from", "to", "form"),
		Groups: []web.FieldGroup{{Legend: v.Loc.T("receipts.giftaid.days"), Fields: []web.Field{
			{Name: "from", Kind: "date", Label: v.Loc.T("receipts.giftaid.from"), Value: from, Required: true, Dir: "ltr"},
			{Name: "to", Kind: "date", Label: v.Loc.T("receipts.giftaid.to"), Value: to, Required: true, Dir: "ltr"}}}}}}
	claims, err := d.claimsPanel(ctx, v)
	if err != nil {
		return p, err
	}
	declared, err := d.declarationsPanel(ctx, v)
	p.Panels = []web.Panel{claims, declared}
	return p, err
}

func (d *Pages) claimsPanel(ctx context.Context, v *visit) (web.Panel, error) {
	list, err := d.Store.Claims(ctx, 50)
	t := &web.Table{Caption: v.Loc.T("receipts.giftaid.claims"), Columns: v.Columns("receipts.giftaid.span", "receipts.giftaid.gifts", "money.amount"), Empty: v.Loc.T("receipts.giftaid.noclaims")}
	t.Columns[1].Num, t.Columns[2].Num = true, true
	for _, c := range list {
		cell := web.Cell{Text: v.Loc.Money(c.Amount)}
		if c.Back > 0 {
			back := c.Amount
			back.Minor = c.Back
			cell.Tag = &web.Tag{Text: v.Loc.T("receipts.giftaid.back", "sum", v.Loc.Money(back)), Kind: "warn"}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: c.From + " – " + c.To, Href: giftAidPath + "/" + c.ID, At: c.MadeAt}, {Text: v.Loc.Count(c.Gifts)}, cell}})
	}
	return web.Panel{ID: "claims", Heading: v.Loc.T("receipts.giftaid.claims"), Table: t}, err
}

func (d *Pages) declarationsPanel(ctx context.Context, v *visit) (web.Panel, error) {
	list, err := d.Store.Declarations(ctx, desk.ListSize, (v.PageNumber()-1)*desk.ListSize)
	t := &web.Table{Caption: v.Loc.T("receipts.giftaid.declared"), Columns: v.Columns("receipts.giftaid.made", "receipts.giftaid.scope", "receipts.state"), Empty: v.Loc.T("receipts.giftaid.nobody")}
	for _, x := range list {
		state := web.Cell{Tag: &web.Tag{Text: v.Loc.T("receipts.giftaid.holds"), Kind: "ok"}}
		if !x.Withdrawn.IsZero() {
			state = web.Cell{Tag: &web.Tag{Text: v.Loc.T("receipts.giftaid.ended"), Kind: "hint"}, At: x.Withdrawn}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: v.Loc.DateTime(x.MadeAt.In(v.Outlet.Location())), Href: giftAidPath + "/declarations/" + x.ID},
			{Text: v.scope(x)}, state}})
	}
	return web.Panel{ID: "declared", Heading: v.Loc.T("receipts.giftaid.declared"), Table: t}, err
}

// scope says which gifts a declaration covers.
func (v *visit) scope(x receipt.Declaration) string {
	var parts []string
	for _, s := range []struct {
		on  bool
		key string
	}{{x.Past, "receipts.giftaid.past"}, {x.Present, "receipts.giftaid.present"}, {x.Future, "receipts.giftaid.future"}} {
		if s.on {
			parts = append(parts, v.Loc.T(s.key))
		}
	}
	return v.Loc.List(parts)
}

// declaration shows one declaration, with the wording that was agreed to.
func (d *Pages) declaration(ctx context.Context, v *visit) (web.Page, error) {
	x, err := d.Store.Declaration(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	if err := d.saw(ctx, v, x.DonorID); err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "receipts.giftaid.declaration")
	facts := []web.Fact{{Name: v.Loc.T("receipts.donor"), Value: desk.Join(x.Title, x.FirstName, x.LastName)}, {Name: v.Loc.T("receipt.party.address"), Value: desk.Join(x.House, x.Address, x.Postcode)},
		{Name: v.Loc.T("receipts.giftaid.scope"), Value: v.scope(x)}, {Name: v.Loc.T("receipts.giftaid.made"), Value: v.Loc.DateTime(x.MadeAt.In(v.Outlet.Location()))}}
	if !x.Withdrawn.IsZero() {
		facts = append(facts, web.Fact{Name: v.Loc.T("receipts.giftaid.ended"), Value: v.Loc.DateTime(x.Withdrawn.In(v.Outlet.Location()))})
	}
	return v.Draw("desk/view", web.ViewPage{DeskFrame: f, Heading: f.Title, Back: &web.Link{Text: v.Loc.T("receipts.giftaid"), Href: giftAidPath},
		Facts: facts, Panels: []web.Panel{{ID: "wording", Heading: v.Loc.T("receipts.giftaid.wording"), Text: x.Wording}}})
}

// claimDays reads two days, both of which count, as [first, last).
func (v *visit) claimDays(from, to string) (first, last time.Time, ok bool) {
	first, err1 := time.ParseInLocation(time.DateOnly, from, v.Outlet.Location())
	last, err2 := time.ParseInLocation(time.DateOnly, to, v.Outlet.Location())
	return first, last.AddDate(0, 0, 1), err1 == nil && err2 == nil && !last.Before(first)
}

// doClaim makes out a claim.
func (d *Pages) doClaim(ctx context.Context, v *visit) (web.Page, error) {
	from, to := v.Field("from"), v.Field("to")
	first, last, ok := v.claimDays(from, to)
	bad := fault.Fields{}
	var c store.Claim
	var err error
	if !ok {
		bad["from"] = v.Loc.T("receipts.giftaid.baddays")
	} else if c, err = d.Store.MakeClaim(ctx, v.By(), first, last); fault.Is(err, fault.Conflict) {
		bad["from"], err = v.Loc.T("receipts.giftaid.nothing"), nil
	}
	if err != nil {
		return web.Page{}, err
	}
	if len(bad) > 0 {
		p, err := d.giftAidPage(ctx, v, from, to, bad)
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/form", p)
	}
	return desk.See(giftAidPath + "?done=saved#claim-" + c.ID), nil
}

// claim is the file of a claim, in the columns of HMRC's schedule. It names
// donors, so fetching it is logged.
func (d *Pages) claim(ctx context.Context, v *visit) (web.Page, error) {
	rows, err := d.Store.ClaimRows(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	if len(rows) == 0 {
		return web.Page{}, v.Refuse(fault.NotFound, "receipts.giftaid.nothing")
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.Audit(ctx, v.By(), "donor.exported", "gift_aid_claim", v.PathValue("id"), map[string]any{"gifts": len(rows)})
	})
	return web.Page{Type: "text/csv; charset=utf-8", Body: receipt.ClaimCSV(rows, v.Outlet.Location()),
		Header: http.Header{"Content-Disposition": {`attachment; filename="gift-aid.csv"`}}}, err
}
