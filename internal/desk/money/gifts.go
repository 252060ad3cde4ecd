package money

import (
	"context"
	"net/url"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const (
	giftsPath  = "/desk/money/gifts"
	giversPath = "/desk/money/donors"
	plansPath  = "/desk/money/plans"
)

// gifts lists payments with their donors.
func (d *Pages) gifts(ctx context.Context, v *visit) (web.Page, error) {
	q := store.PaidQuery{View: store.PaidView(v.URL.Query().Get("view")), Search: short(v.URL.Query().Get("q")), Before: v.URL.Query().Get("before"), Limit: desk.ListSize + 1}
	list, err := d.Store.PaidList(ctx, q)
	if err != nil {
		return web.Page{}, err
	}
	if err := d.looked(ctx, v, "donor.listed", q.Search != ""); err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "gifts.heading")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Search: &web.SearchBox{Action: giftsPath, Label: v.Loc.T("gifts.search"), Query: q.Search}}
	for _, view := range []store.PaidView{store.AllPaid, store.RefundedPaid, store.DisputedPaid} {
		p.Tabs = append(p.Tabs, web.Tab{Text: v.Loc.T("gifts.view." + orAll(string(view))), Href: addressWith(giftsPath, "view", string(view)), Current: view == q.View})
	}
	p.Table = v.giftTable(list[:min(len(list), desk.ListSize)], true)
	if len(list) > desk.ListSize {
		p.Older = addressWith(giftsPath, "view", string(q.View), "q", q.Search, "before", list[desk.ListSize-1].ID)
	}
	return v.Draw("desk/list", p)
}

// looked notes that somebody saw who gives. A page of a list counts when it was
// searched for somebody.
func (d *Pages) looked(ctx context.Context, v *visit, action string, note bool) error {
	if !note {
		return nil
	}
	return d.Store.Write(ctx, func(tx *store.Tx) error { return tx.Audit(ctx, v.By(), action, "donor", "", nil) })
}

func orAll(view string) string {
	if view == "" {
		return "all"
	}
	return view
}

// addressWith is a path with those of the parameters that are not empty.
func addressWith(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// short keeps the beginning of what is searched for.
func short(s string) string {
	if r := []rune(s); len(r) > 100 {
		return string(r[:100])
	}
	return s
}

func (v *visit) giftTable(list []store.Paid, who bool) web.Table {
	t := web.Table{Caption: v.Loc.T("gifts.heading"), Columns: v.Columns("money.when", "money.kind", "money.for", "money.amount"), Empty: v.Loc.T("money.none")}
	t.Columns[3].Num = true
	if who {
		t.Columns = append(v.Columns("gifts.donor"), t.Columns...)
	}
	for _, p := range list {
		cells := []web.Cell{{At: p.SucceededAt}, {Text: v.Loc.T("money." + string(p.Every)), Small: v.providerName(p.Provider)},
			{Text: v.campaignName(p.Campaign), Small: v.askedBy(p.Appeal)}, v.paidCell(p)}
		if who {
			cells = append([]web.Cell{{Text: giverName(p.Donor), Href: giftsPath + "/" + p.ID}}, cells...)
		} else {
			cells[0] = web.Cell{Text: v.Loc.DateTime(p.SucceededAt.In(v.Outlet.Location())), Href: giftsPath + "/" + p.ID}
		}
		t.Rows = append(t.Rows, web.Row{Cells: cells})
	}
	return t
}

// providerName is what people call a way to pay.
func (v *visit) providerName(key string) string {
	if name := "provider." + key; v.Loc.Has(name) {
		return v.Loc.T(name)
	}
	return key
}

func (v *visit) campaignName(title map[string]string) string {
	if title == nil {
		return v.Loc.T("money.general")
	}
	return desk.WordsIn(title, v.Loc.Lang(), v.Outlet.Language)
}

func (v *visit) paidCell(p store.Paid) web.Cell {
	c := web.Cell{Text: v.Loc.Money(p.Amount)}
	switch {
	case p.Disputed > 0:
		c.Tag = &web.Tag{Text: v.Loc.T("money.disputed"), Kind: "stop"}
	case p.Refunded >= p.Amount.Minor:
		c.Tag = &web.Tag{Text: v.Loc.T("money.refunded"), Kind: "hint"}
	case p.Refunded > 0:
		c.Tag = &web.Tag{Text: v.Loc.T("gifts.partly"), Kind: "hint"}
	}
	return c
}

func giverName(d fund.Donor) string {
	switch {
	case d.Name != "":
		return d.Name
	case d.Email != "":
		return d.Email
	}
	return "—" // somebody who handed cash over unnamed
}

// gift shows one payment and what happened to it.
func (d *Pages) gift(ctx context.Context, v *visit) (web.Page, error) {
	x, err := d.Store.Paid(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	if err := d.saw(ctx, v, x.DonorID); err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/view", d.giftPage(ctx, v, x, nil))
}

// saw notes that somebody looked at a donor.
func (d *Pages) saw(ctx context.Context, v *visit, donorID string) error {
	return d.Store.Write(ctx, func(tx *store.Tx) error { return tx.Audit(ctx, v.By(), "donor.viewed", "donor", donorID, nil) })
}

func (d *Pages) giftPage(ctx context.Context, v *visit, x store.PaidDetail, bad fault.Fields) web.ViewPage {
	f := v.Frame(ctx, "gifts.one")
	f.Title = v.Loc.Money(x.Amount)
	l := v.Loc
	p := web.ViewPage{DeskFrame: f, Heading: l.Money(x.Amount), Back: &web.Link{Text: l.T("gifts.heading"), Href: giftsPath},
		Facts: []web.Fact{
			{Name: l.T("gifts.donor"), Value: giverName(x.Donor), Href: giversPath + "/" + x.DonorID},
			{Name: l.T("money.when"), Value: f.At(x.SucceededAt)},
			{Name: l.T("money.kind"), Value: l.T("money." + string(x.Every))},
			{Name: l.T("money.for"), Value: v.campaignName(x.Campaign)},
			{Name: l.T("gifts.way"), Value: v.providerName(x.Provider)},
			{Name: l.T("gifts.reference"), Value: x.Ref},
			{Name: l.T("gifts.left"), Value: l.Money(money.Amount{Currency: x.Amount.Currency, Minor: x.Left()})},
		}}
	if t := v.eventsTable(x); len(t.Rows) > 0 {
		p.Panels = append(p.Panels, web.Panel{ID: "events", Heading: l.T("gifts.events"), Table: t})
	}
	if t := v.movementsTable(x); len(t.Rows) > 0 {
		p.Panels = append(p.Panels, web.Panel{ID: "movements", Heading: l.T("gifts.movements"), Text: l.T("gifts.movements.say"), Table: t})
	}
	if x.Left() > 0 {
		p.Forms = []web.Form{v.refundForm(x, bad)}
	}
	return p
}

// eventsTable lists refunds and disputes.
func (v *visit) eventsTable(x store.PaidDetail) *web.Table {
	t := &web.Table{Caption: v.Loc.T("gifts.events"), Columns: v.Columns("gifts.what", "money.when", "gifts.state", "money.amount")}
	t.Columns[3].Num = true
	for _, r := range x.Refunds {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: v.Loc.T("gifts.refund")}, {At: r.CreatedAt}, {Text: v.Loc.T("refund.state." + string(r.State))}, {Text: v.Loc.Money(r.Amount)}}})
	}
	for _, x := range x.Disputes {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: v.Loc.T("gifts.dispute")}, {At: x.OpenedAt}, {Text: v.Loc.T("dispute.state." + string(x.State))}, {Text: v.Loc.Money(x.Amount)}}})
	}
	return t
}

// movementsTable lists how the gift moved the provider's balance, with the
// entries of the books.
func (v *visit) movementsTable(x store.PaidDetail) *web.Table {
	t := &web.Table{Caption: v.Loc.T("gifts.movements"), Columns: v.Columns("gifts.what", "money.when", "gifts.entry", "gifts.fee", "money.amount")}
	t.Columns[3].Num, t.Columns[4].Num = true, true
	for _, m := range x.Movements {
		entry := web.Cell{Text: m.EntryKey, Lang: "en", Dir: "ltr"}
		if m.EntryKey == "" {
			entry = web.Cell{Text: m.Ignored, Lang: "en"}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: string(m.Kind), Lang: "en", Dir: "ltr"}, {At: m.At}, entry,
			{Text: v.Loc.Money(money.Amount{Currency: m.Amount.Currency, Minor: m.Fee})}, {Text: v.Loc.Money(m.Amount)}}})
	}
	return t
}

func (v *visit) refundForm(x store.PaidDetail, bad fault.Fields) web.Form {
	left := money.Amount{Currency: x.Amount.Currency, Minor: x.Left()}
	value := left.Decimal()
	if bad != nil {
		value = v.Field("amount")
	}
	return web.Form{ID: "refund", Action: giftsPath + "/" + x.ID + "/refund", Nonce: v.Nonce(), Quiet: true, Submit: v.Loc.T("gifts.refund.act"),
		Hidden: []web.HiddenField{{Name: "key", Value: id.New()}}, Errors: desk.ErrorsOf(bad, "form", "amount"),
		Groups: []web.FieldGroup{{Legend: v.Loc.T("gifts.refund.heading"), Hint: v.Loc.T("gifts.refund.hint", "left", v.Loc.Money(left)), Fields: []web.Field{
			{Name: "amount", Label: v.Loc.T("money.amount"), Value: value, InputMode: "decimal", Required: true, Dir: "ltr"},
		}}}}
}

// doRefund gives money back. The form's key makes a second click harmless.
func (d *Pages) doRefund(ctx context.Context, v *visit) (web.Page, error) {
	x, err := d.Store.Paid(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	refuse := func(bad fault.Fields) (web.Page, error) { return v.Again("desk/view", d.giftPage(ctx, v, x, bad)) }
	a, err := money.Parse(v.Field("amount"), x.Amount.Currency, decimalStyle(v.Loc.DecimalComma()))
	if err != nil || a.Minor <= 0 || a.Minor > x.Left() {
		left := money.Amount{Currency: x.Amount.Currency, Minor: x.Left()}
		return refuse(fault.Fields{"amount": v.Loc.T("gifts.refund.bad", "left", v.Loc.Money(left))})
	}
	if key := v.Field("key"); len(key) != len(id.New()) {
		return refuse(fault.Fields{"form": v.Loc.T("gifts.refund.again")})
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.Audit(ctx, v.By(), "payment.refund", "payment", x.ID, map[string]any{"amount": a.String()})
	})
	if err == nil {
		err = d.Fund.Refund(ctx, x.ID, a, v.Field("key"))
	}
	switch {
	case fault.Is(err, fault.Unavailable):
		return desk.See(giftsPath + "/" + x.ID + "?not=refund"), nil // it is written down and repeated
	case fault.Is(err, fault.Conflict), fault.Is(err, fault.Invalid):
		if x, err = d.Store.Paid(ctx, x.ID); err != nil {
			return web.Page{}, err
		}
		return refuse(fault.Fields{"form": v.Loc.T("gifts.refund.refused")})
	case err != nil:
		return web.Page{}, err
	}
	return desk.See(giftsPath + "/" + x.ID + "?done=refund"), nil
}

func decimalStyle(comma bool) money.Style {
	if comma {
		return money.DecimalComma
	}
	return money.DecimalPoint
}
