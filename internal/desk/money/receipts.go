package money

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/pdf"
	"masthead.dev/masthead/internal/receipt"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const (
	receiptsPath        = "/desk/money/receipts"
	giftAidPath         = "/desk/money/gift-aid"
	receiptSettingsPath = receiptsPath + "/settings"
)

var receiptTags = map[receipt.State]string{receipt.Issued: "ok", receipt.Replaced: "hint", receipt.Voided: "stop"}

// receiptTabs are the pages about receipts.
func (v *visit) receiptTabs(current string, set receipt.Settings) []web.Tab {
	tabs := []web.Tab{{Text: v.Loc.T("receipts.heading"), Href: receiptsPath}, {Text: v.Loc.T("receipts.settings"), Href: receiptSettingsPath}}
	if set.Use().GiftAid {
		tabs = append(tabs, web.Tab{Text: v.Loc.T("receipts.giftaid"), Href: giftAidPath})
	}
	for i := range tabs {
		tabs[i].Current = tabs[i].Href == current
	}
	return tabs
}

// receipts lists receipts by number and sum. Whom each is made out to is on its
// own page, and opening that is logged.
func (d *Pages) receipts(ctx context.Context, v *visit) (web.Page, error) {
	set, err := d.Store.ReceiptSettings(ctx)
	if err != nil {
		return web.Page{}, err
	}
	q := store.ReceiptQuery{Words: short(strings.TrimSpace(v.URL.Query().Get("q"))), Limit: desk.ListSize + 1, Skip: (v.PageNumber() - 1) * desk.ListSize}
	if s := receipt.State(v.URL.Query().Get("state")); receiptTags[s] != "" {
		q.State = s
	}
	list, err := d.Store.Receipts(ctx, q)
	if err != nil {
		return web.Page{}, err
	}
	counts, err := d.Store.CountReceipts(ctx)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "receipts.heading")
	t := web.Table{Caption: f.Title, Columns: v.Columns("receipts.number", "receipts.regime", "receipts.state", "receipts.issued", "money.amount"), Empty: v.Loc.T("receipts.none")}
	t.Columns[4].Num = true
	for _, r := range list[:min(len(list), desk.ListSize)] {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: r.Number, Href: receiptsPath + "/" + r.ID}, {Text: v.Loc.T("receipts.regime." + r.Regime)},
			v.receiptState(r.State, r.Restricted), {At: r.IssuedAt}, {Text: v.Loc.Money(money.Amount{Currency: r.Currency, Minor: r.Minor})}}})
	}
	tabs := v.receiptTabs(receiptsPath, set)
	tabs[0].Current = q.State == ""
	for _, s := range []receipt.State{receipt.Issued, receipt.Replaced, receipt.Voided} {
		tabs = append(tabs, web.Tab{Text: v.Loc.T("receipts.state." + string(s)), Href: receiptsPath + "?state=" + string(s), Count: counts[s], Current: q.State == s})
	}
	return v.Draw("desk/list", web.ListDeskPage{DeskFrame: f, Heading: f.Title, Tabs: tabs, Table: t, Pager: v.Pager(len(list), desk.ListSize),
		Search: &web.SearchBox{Action: receiptsPath, Label: v.Loc.T("receipts.search"), Query: q.Words}})
}

func (v *visit) receiptState(s receipt.State, restricted bool) web.Cell {
	c := web.Cell{Tag: &web.Tag{Text: v.Loc.T("receipts.state." + string(s)), Kind: receiptTags[s]}}
	if restricted {
		c.Small = v.Loc.T("receipts.restricted")
	}
	return c
}

// oneReceipt shows one receipt with what can be done about it.
func (d *Pages) oneReceipt(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.receiptPage(ctx, v, receiptForms{})
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

// receiptForms is what was sent to the forms of a receipt's page and what is
// wrong with it.
type receiptForms struct {
	at     string // the form
	bad    fault.Fields
	reason string
	party  receipt.Party
}

func (d *Pages) receiptPage(ctx context.Context, v *visit, in receiptForms) (web.FormPage, error) {
	r, err := d.Store.Receipt(ctx, v.PathValue("id"))
	if err != nil {
		return web.FormPage{}, err
	}
	if err := d.saw(ctx, v, r.DonorID); err != nil {
		return web.FormPage{}, err
	}
	set, err := d.Store.ReceiptSettings(ctx)
	if err != nil {
		return web.FormPage{}, err
	}
	f := v.Frame(ctx, "receipts.heading")
	f.Title = r.Number
	p := web.FormPage{DeskFrame: f, Heading: r.Number, Tabs: v.receiptTabs("", set), Panels: []web.Panel{v.receiptFacts(r)}}
	if p.Panels[0].Facts, err = d.receiptChain(ctx, v, r, p.Panels[0].Facts); err != nil {
		return p, err
	}
	p.Panels = append(p.Panels, v.receiptGifts(r))
	if r.State == receipt.Issued && r.Open() {
		p.Forms = append(p.Forms, v.endForm("replace", in, r), v.endForm("void", in, r))
	}
	if set.Use().Party && r.Open() {
		party, err := d.Store.Party(ctx, r.DonorID)
		if err != nil {
			return p, err
		}
		p.Forms = append(p.Forms, v.partyForm(in, party))
	}
	if r.Open() && (set.Use().Annual != "" || set.Use().Party) {
		p.Forms = append(p.Forms, v.officialForm(in, set.Use(), r))
	}
	return p, nil
}

func (v *visit) receiptFacts(r receipt.Receipt) web.Panel {
	state := v.receiptState(r.State, !r.Open())
	facts := []web.Fact{
		{Name: v.Loc.T("receipts.state"), Value: state.Small, Tag: state.Tag},
		{Name: v.Loc.T("receipts.regime"), Value: v.Loc.T("receipts.regime." + r.Regime)},
		{Name: v.Loc.T("money.amount"), Value: v.Loc.Money(r.Amount)},
		{Name: v.Loc.T("receipts.donor"), Value: r.Facts.Donor.Known()},
		{Name: v.Loc.T("receipts.issued"), Value: v.Loc.DateTime(r.IssuedAt.In(v.Outlet.Location()))},
	}
	if r.Facts.Donor.Address != "" {
		facts = append(facts, web.Fact{Name: v.Loc.T("receipt.party.address"), Value: strings.ReplaceAll(r.Facts.Donor.Address, "\n", ", ")})
	}
	if !r.VoidedAt.IsZero() {
		facts = append(facts, web.Fact{Name: v.Loc.T("receipts.ended"), Value: v.Loc.DateTime(r.VoidedAt.In(v.Outlet.Location()))})
	}
	if r.Cause != "" {
		facts = append(facts, web.Fact{Name: v.Loc.T("receipts.cause"), Value: strings.TrimSpace(v.Loc.T("receipts.cause."+r.Cause) + " " + r.Reason)})
	}
	if !r.Open() {
		facts = append(facts, web.Fact{Name: v.Loc.T("receipts.until"), Value: v.Loc.DateTime(r.RestrictedUntil.In(v.Outlet.Location()))})
	}
	panel := web.Panel{ID: "receipt", Heading: v.Loc.T("receipts.what"), Facts: facts}
	if r.ForgottenAt.IsZero() {
		panel.Links = []web.Link{{Text: v.Loc.T("receipts.open"), Href: receiptsPath + "/" + r.ID + "/file"}}
	}
	if r.Open() {
		panel.Links = append(panel.Links, web.Link{Text: v.Loc.T("receipts.giver"), Href: giversPath + "/" + r.DonorID})
		if r.State == receipt.Issued {
			panel.Buttons = []web.PostButton{*v.Button("receipts.send", receiptsPath+"/"+r.ID+"/send", r.Number)}
		}
	}
	return panel
}

// receiptChain adds which receipt this one took the place of, and which took its.
func (d *Pages) receiptChain(ctx context.Context, v *visit, r receipt.Receipt, facts []web.Fact) ([]web.Fact, error) {
	for _, x := range []struct{ key, id string }{{"receipts.replaces", r.Replaces}, {"receipts.replacedby", r.ReplacedBy}} {
		if x.id == "" {
			continue
		}
		other, err := d.Store.Receipt(ctx, x.id)
		if err != nil {
			return nil, err
		}
		facts = append(facts, web.Fact{Name: v.Loc.T(x.key), Value: other.Number, Href: receiptsPath + "/" + other.ID})
	}
	return facts, nil
}

func (v *visit) receiptGifts(r receipt.Receipt) web.Panel {
	t := &web.Table{Caption: v.Loc.T("money.gifts"), Columns: v.Columns("money.when", "money.amount"), Empty: v.Loc.T("money.none")}
	t.Columns[1].Num = true
	for _, g := range r.Facts.Gifts {
		cell := web.Cell{Text: v.Loc.DateTime(g.At.In(v.Outlet.Location()))}
		if r.Open() {
			cell.Href = giftsPath + "/" + g.Payment
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{cell, {Text: v.Loc.Money(g.Amount())}}})
	}
	return web.Panel{ID: "gifts", Heading: v.Loc.T("receipts.giftaid.gifts"), Table: t}
}

// endForm asks why a receipt shall hold no more, or be issued anew.
func (v *visit) endForm(do string, in receiptForms, r receipt.Receipt) web.Form {
	f := web.Form{ID: do, Action: receiptsPath + "/" + r.ID + "/end", Nonce: v.Nonce(), Hidden: []web.HiddenField{{Name: "do", Value: do}}, Submit: v.Loc.T("receipts." + do), Quiet: true,
		Groups: []web.FieldGroup{{Legend: v.Loc.T("receipts." + do + ".heading"), Hint: v.Loc.T("receipts." + do + ".say"), Fields: []web.Field{
			{Name: "reason", Label: v.Loc.T("receipts.reason"), Required: true, Dir: "auto"}}}}}
	if in.at == do {
		f.Errors, f.Groups[0].Fields[0].Value = desk.ErrorsOf(in.bad, "reason"), in.reason
	}
	return f
}

func (v *visit) partyForm(in receiptForms, p receipt.Party) web.Form {
	if in.at == "party" {
		p = in.party
	}
	f := web.Form{ID: "party", Action: receiptsPath + "/" + v.PathValue("id") + "/party", Nonce: v.Nonce(), Submit: v.Loc.T("receipt.party.act"), Quiet: true,
		Groups: []web.FieldGroup{{Legend: v.Loc.T("receipt.party"), Fields: []web.Field{
			{Name: "name", Label: v.Loc.T("receipt.party.name"), Value: p.Name, Required: true, Dir: "auto"},
			{Name: "address", Kind: "area", Rows: 3, Label: v.Loc.T("receipt.party.address"), Value: p.Address, Required: true, Dir: "auto"}}}}}
	if in.at == "party" {
		f.Errors = desk.ErrorsOf(in.bad, "name", "address")
	}
	return f
}

// officialForm issues what the donor's tax office wants: for the gifts of this
// receipt, or for a year.
func (v *visit) officialForm(in receiptForms, use receipt.Regime, r receipt.Receipt) web.Form {
	span := web.Field{Name: "span", Kind: "radio", Label: v.Loc.T("receipts.official.span"), Value: "year"}
	if !use.Automatic {
		span.Value = "gift"
		span.Options = append(span.Options, web.Option{Value: "gift", Text: v.Loc.T("receipts.official.gift")})
	}
	year := r.From.In(v.Outlet.Location()).Year()
	if use.Annual != "" {
		span.Options = append(span.Options, web.Option{Value: "year", Text: v.Loc.T("receipts.official.year", "year", v.Loc.Digits(strconv.Itoa(year)))})
	}
	f := web.Form{ID: "official", Action: receiptsPath + "/" + r.ID + "/official", Nonce: v.Nonce(), Submit: v.Loc.T("receipts.official.act"), Quiet: true,
		Groups: []web.FieldGroup{{Legend: v.Loc.T("receipts.official"), Hint: v.Loc.T("receipts.official.say"), Fields: []web.Field{span}}}}
	if in.at == "official" {
		f.Errors = desk.ErrorsOf(in.bad, "form")
	}
	return f
}

// inWords are the sentences of what is wrong, whose keys err holds; nil where
// err is of another kind.
func (v *visit) inWords(err error) fault.Fields {
	var bad fault.Fields
	if !errors.As(err, &bad) {
		return nil
	}
	out := fault.Fields{}
	for name, key := range bad {
		out[name] = v.Loc.T(key)
	}
	return out
}

// receiptFile is the PDF of a receipt. It names its donor, so opening it is logged.
func (d *Pages) receiptFile(ctx context.Context, v *visit) (web.Page, error) {
	r, err := d.Store.Receipt(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	if err := d.saw(ctx, v, r.DonorID); err != nil {
		return web.Page{}, err
	}
	body, err := d.Store.DrawReceipt(ctx, r, pdf.Draw)
	return web.Page{Type: "application/pdf", Body: body, CSP: "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'",
		Header: http.Header{"Content-Disposition": {`inline; filename="` + r.Number + `.pdf"`}}}, err
}

// doSendReceipt sends a receipt once more.
func (d *Pages) doSendReceipt(ctx context.Context, v *visit) (web.Page, error) {
	r, err := d.Store.Receipt(ctx, v.PathValue("id"))
	if err == nil {
		err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.SendReceipt(ctx, v.By(), r, id.New()) })
	}
	return desk.See(receiptsPath + "/" + v.PathValue("id") + "?done=receipt-sent"), err
}

// receiptDone goes on to a receipt, or shows the page again with what is wrong.
func (d *Pages) receiptDone(ctx context.Context, v *visit, err error, in receiptForms, to string) (web.Page, error) {
	if in.bad = v.inWords(err); in.bad != nil {
		p, err := d.receiptPage(ctx, v, in)
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/form", p)
	}
	return desk.See(receiptsPath + "/" + to + "?done=saved"), err
}

// doEndReceipt voids a receipt, or issues another one in its place.
func (d *Pages) doEndReceipt(ctx context.Context, v *visit) (web.Page, error) {
	in := receiptForms{at: v.Field("do"), reason: short(v.Field("reason"))}
	done, err := d.Store.EndReceipt(ctx, v.By(), v.PathValue("id"), in.reason, in.at == "replace", d.Money.Now())
	to := v.PathValue("id")
	if done.Issued.ID != "" {
		to = done.Issued.ID
	}
	return d.receiptDone(ctx, v, err, in, to)
}

// doParty keeps the name and address for a donor's official receipts.
func (d *Pages) doParty(ctx context.Context, v *visit) (web.Page, error) {
	r, err := d.Store.Receipt(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	if !r.Open() {
		return web.Page{}, v.Refuse(fault.Gone, "receipts.restricted")
	}
	p := receipt.Party{Name: v.Field("name"), Address: v.Field("address")}
	if err = p.Check(); err == nil {
		err = d.Store.Write(ctx, func(tx *store.Tx) error {
			if err := tx.PutParty(ctx, r.DonorID, p); err != nil {
				return err
			}
			return tx.Audit(ctx, v.By(), "donor.party", "donor", r.DonorID, nil)
		})
	}
	return d.receiptDone(ctx, v, err, receiptForms{at: "party", party: p}, r.ID)
}

// doOfficial issues an official receipt.
func (d *Pages) doOfficial(ctx context.Context, v *visit) (web.Page, error) {
	r, err := d.Store.Receipt(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	year, payment := r.From.In(v.Outlet.Location()).Year(), ""
	if v.Field("span") == "gift" && len(r.Facts.Gifts) > 0 {
		year, payment = 0, r.Facts.Gifts[0].Payment
	}
	made, err := d.Store.IssueOfficial(ctx, v.By(), r.DonorID, payment, year, d.Money.Now())
	return d.receiptDone(ctx, v, err, receiptForms{at: "official"}, made.ID)
}

// receiptSettings shows under which rules receipts are issued.
func (d *Pages) receiptSettings(ctx context.Context, v *visit) (web.Page, error) {
	set, err := d.Store.ReceiptSettings(ctx)
	if err != nil {
		return web.Page{}, err
	}
	key := v.URL.Query().Get("rules")
	regime, err := receipt.RegimeOf(key)
	if err != nil {
		regime = set.Use()
	}
	return v.Draw("desk/form", d.receiptSettingsPage(ctx, v, set, regime, set.Entered[regime.Key], set.Regime == regime.Key, nil))
}

func (d *Pages) receiptSettingsPage(ctx context.Context, v *visit, set receipt.Settings, regime receipt.Regime, entered map[string]string, confirmed bool, bad fault.Fields) web.FormPage {
	f := v.Frame(ctx, "receipts.settings")
	p := web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("receipts.settings.say"), Tabs: v.receiptTabs(receiptsPath+"/settings", set)}
	choice := web.Panel{ID: "rules", Heading: v.Loc.T("receipts.rules"), Facts: []web.Fact{{Name: v.Loc.T("receipts.rules.now"), Value: v.Loc.T("receipts.regime." + set.Use().Key)}}}
	for _, r := range receipt.Regimes() {
		choice.Links = append(choice.Links, web.Link{Text: v.Loc.T("receipts.regime." + r.Key), Href: receiptsPath + "/settings?rules=" + r.Key})
	}
	p.Panels = []web.Panel{choice}
	if regime.Source != "" {
		p.Panels = append(p.Panels, web.Panel{ID: "law", Heading: v.Loc.T("receipts.law"), Text: regime.Source + "\n\n" + v.Loc.T("receipts.law.say")})
	}
	form := web.Form{ID: "receipts", Action: receiptsPath + "/settings", Nonce: v.Nonce(), Submit: v.Loc.T("receipts.use"), Hidden: []web.HiddenField{{Name: "rules", Value: regime.Key}}}
	order := []string{"form"}
	group := web.FieldGroup{Legend: v.Loc.T("receipts.regime." + regime.Key), Hint: v.Loc.T("receipts.regime." + regime.Key + ".say")}
	for _, field := range regime.Fields {
		group.Fields = append(group.Fields, v.regimeField(regime, field, entered[field.Name]))
		order = append(order, field.Name)
	}
	if regime.Key == receipt.Plain {
		group.Fields = append(group.Fields, web.Field{Name: "solicit", Kind: "check", Label: v.Loc.T("receipts.solicit"), Hint: v.Loc.T("receipts.solicit.hint"), Checked: set.Solicit})
	} else {
		group.Fields = append(group.Fields, web.Field{Name: "confirmed", Kind: "check", Label: v.Loc.T("receipts.confirm." + regime.Key), Checked: confirmed})
	}
	form.Groups, form.Errors = []web.FieldGroup{group}, desk.ErrorsOf(bad, append(order, "confirmed")...)
	p.Forms = []web.Form{form}
	return p
}

func (v *visit) regimeField(r receipt.Regime, f receipt.Field, value string) web.Field {
	out := web.Field{Name: f.Name, Label: v.Loc.T("receipts.field." + f.Name), Value: value, Required: f.Required, Optional: !f.Required, Dir: "auto"}
	if hint := "receipts.field." + f.Name + ".hint"; v.Loc.Has(hint) {
		out.Hint = v.Loc.T(hint)
	}
	if f.Example != "" {
		out.Hint = v.Loc.T("receipts.example", "example", f.Example)
	}
	switch f.Kind {
	case "date":
		out.Kind, out.Dir = "date", "ltr"
	case "money":
		out.InputMode, out.Dir = "decimal", "ltr"
	case "choice":
		out.Kind = "radio"
		for _, o := range f.Options {
			out.Options = append(out.Options, web.Option{Value: o, Text: v.Loc.T("receipts.field." + f.Name + "." + o)})
		}
	}
	return out
}

// doReceiptSettings takes rules into use, once their status was confirmed and
// all that they need was entered.
func (d *Pages) doReceiptSettings(ctx context.Context, v *visit) (web.Page, error) {
	if may := v.May(staff.Receipts, staff.Object{}); !may.OK() {
		return web.Page{}, v.Refuse(fault.Denied, may.Why)
	}
	set, err := d.Store.ReceiptSettings(ctx)
	if err != nil {
		return web.Page{}, err
	}
	regime, err := receipt.RegimeOf(v.Field("rules"))
	if err != nil {
		return web.Page{}, err
	}
	entered := map[string]string{}
	for _, f := range regime.Fields {
		if value := v.Field(f.Name); value != "" {
			entered[f.Name] = value
		}
	}
	confirmed := v.Field("confirmed") != ""
	if bad := v.inWords(regime.Check(entered, confirmed)); bad != nil {
		return v.Again("desk/form", d.receiptSettingsPage(ctx, v, set, regime, entered, confirmed, bad))
	}
	set = set.With(regime, entered, d.Clock.Now().UTC().Truncate(time.Second))
	if regime.Key == receipt.Plain {
		set.Solicit = v.Field("solicit") != ""
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutSetting(ctx, v.By(), receipt.Setting, set) })
	return desk.See(receiptsPath + "/settings?done=saved"), err
}
