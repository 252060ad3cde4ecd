package money

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// bankLine shows one line with everything that can be done with it.
func (d *Pages) bankLine(ctx context.Context, v *visit) (web.Page, error) {
	return d.bankLinePage(ctx, v, nil)
}

func (d *Pages) bankLinePage(ctx context.Context, v *visit, bad fault.Fields) (web.Page, error) {
	books := d.statements(v)
	l, err := books.Line(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.Audit(ctx, v.By(), "bank.line_viewed", "bank_line", l.ID, nil) })
	if err != nil {
		return web.Page{}, err
	}
	part := v.part(l)
	f := v.Frame(ctx, "statement.line")
	f.Title = v.Loc.Money(l.Amount())
	p := web.FormPage{DeskFrame: f, Heading: f.Title, Panels: []web.Panel{v.linePanel(l, part)}}
	if p.Tabs, err = d.lineTabs(ctx, v, l.State); err != nil {
		return web.Page{}, err
	}
	placed, err := d.Store.Placed(ctx, l.ID)
	if err != nil {
		return web.Page{}, err
	}
	if len(placed) > 0 {
		p.Panels = append(p.Panels, v.placedPanel(l, placed))
	}
	switch {
	case l.State == fund.LineIgnored:
		if l.Minor != 0 && l.Kind != fund.GapLine {
			p.Panels[0].Buttons = []web.PostButton{*v.Button("statement.takeup", lineAction(l), "", web.HiddenField{Name: "do", Value: "takeup"})}
		}
	case l.Open() != 0:
		if err := d.openForms(ctx, v, &p, l, part, bad); err != nil {
			return web.Page{}, err
		}
	}
	if bad != nil {
		return v.Again("desk/form", p)
	}
	return v.Draw("desk/form", p)
}

func lineAction(l fund.BankLine) string { return linesPath + "/" + l.ID }

// part is the part that the page is about: that of the address, else the first
// open one.
func (v *visit) part(l fund.BankLine) int {
	if n, err := strconv.Atoi(v.URL.Query().Get("part")); err == nil && n >= 0 && n < len(l.Parts) {
		return n
	}
	return openPart(l)
}

// linePanel says what the bank and the payer say.
func (v *visit) linePanel(l fund.BankLine, part int) web.Panel {
	t := v.Loc.T
	p := web.Panel{ID: "line", Heading: t("statement.line"), Facts: []web.Fact{
		{Name: t("statement.state"), Value: l.Reason, Tag: v.lineTag(l)},
		{Name: t("bank.title.label"), Value: l.Bank}, {Name: t("money.when"), Value: v.day(l.Date)},
	}}
	if l.Reason == "zero" || l.Reason == "filled" {
		p.Facts[0].Value = t("statement.reason." + l.Reason)
	}
	add := func(key, value string) {
		if value != "" {
			p.Facts = append(p.Facts, web.Fact{Name: t(key), Value: value})
		}
	}
	if l.ValueDate != l.Date {
		add("statement.value", v.day(l.ValueDate))
	}
	if part < len(l.Parts) {
		s := l.Parts[part].Said
		add("statement.payer", s.Name)
		add("statement.for", s.For)
		add("statement.number", s.Number())
		add("statement.text", desk.Join(s.Words, s.Text))
		add("statement.reference", s.Reference)
		add("statement.endtoend", s.EndToEnd)
		add("statement.ordered", s.Ordered)
		add("statement.why", s.Reason)
		if open := l.Parts[part].Open; open != l.Minor {
			add("statement.open", v.Loc.Money(money.Amount{Currency: l.Currency, Minor: open}))
		}
	}
	if l.Reversal {
		add("statement.kind", t("statement.reversal"))
	}
	if len(l.Parts) > 1 {
		p.Table = v.partsTable(l)
	}
	return p
}

// partsTable lists the payments inside a line.
func (v *visit) partsTable(l fund.BankLine) *web.Table {
	t := &web.Table{Caption: v.Loc.T("statement.payments"), Columns: v.Columns("statement.payer", "money.amount", "statement.open")}
	t.Columns[1].Num, t.Columns[2].Num = true, true
	for _, p := range l.Parts[:min(len(l.Parts), 200)] {
		name := p.Said.Name
		if name == "" {
			name = v.Loc.T("statement.nobody")
		}
		if p.Charge {
			name = v.Loc.T("statement.charge")
		}
		cell := web.Cell{Text: name, Small: cut(desk.Join(p.Said.Words, p.Said.Reference), 80), Dir: "auto"}
		if p.Open != 0 {
			cell.Href = lineAction(l) + "?part=" + strconv.Itoa(p.N)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{cell, {Text: v.Loc.Money(money.Amount{Currency: l.Currency, Minor: p.Minor})}, {Text: v.Loc.Money(money.Amount{Currency: l.Currency, Minor: p.Open})}}})
	}
	return t
}

// placedPanel lists what was done with the line, with the way back.
func (v *visit) placedPanel(l fund.BankLine, list []store.Placed) web.Panel {
	t := &web.Table{Caption: v.Loc.T("statement.placed"), Columns: v.Columns("statement.to", "money.amount", "statement.rule", "statement.undo")}
	t.Columns[1].Num = true
	for _, x := range list {
		to := web.Cell{Text: v.Loc.T("statement.to."+string(x.Kind), "name", x.Account), Small: x.Account, At: x.At}
		if x.PaymentID != "" {
			to.Href = giftsPath + "/" + x.PaymentID
		}
		row := web.Row{Cells: []web.Cell{to, {Text: v.Loc.Money(x.Amount)}, {Text: v.Loc.T("statement.rule." + string(x.Rule)), Small: x.By}, {}}}
		switch {
		case !x.ReversedAt.IsZero():
			row.Cells[3] = web.Cell{Tag: &web.Tag{Text: v.Loc.T("statement.undone"), Kind: "hint"}, Small: x.ReversedBy, At: x.ReversedAt}
		case x.Kind != fund.ToReversal:
			row.Cells[3].Button = v.Button("statement.undo", lineAction(l), "", web.HiddenField{Name: "do", Value: "undo"},
				web.HiddenField{Name: "part", Value: strconv.Itoa(x.Part)}, web.HiddenField{Name: "n", Value: strconv.Itoa(x.N)})
		}
		t.Rows = append(t.Rows, row)
	}
	return web.Panel{ID: "placed", Heading: v.Loc.T("statement.placed"), Table: t}
}

// openForms offers what can be done with the open part of a line.
func (d *Pages) openForms(ctx context.Context, v *visit, p *web.FormPage, l fund.BankLine, part int, bad fault.Fields) error {
	books := d.statements(v)
	list, err := books.Suggest(ctx, l, part)
	if err != nil {
		return err
	}
	p.Panels = append(p.Panels, v.suggestions("likely", "statement.likely", l, part, list))
	words := strings.TrimSpace(v.URL.Query().Get("q"))
	if l.Parts[part].Open > 0 {
		found, err := books.Search(ctx, l, part, words)
		if err != nil {
			return err
		}
		if words != "" {
			p.Panels = append(p.Panels, v.suggestions("found", "statement.found", l, part, found))
		}
		p.Forms = append(p.Forms, v.searchForm(l, part, words))
	}
	to, err := d.targets(ctx, v, l.Parts[part].Open > 0)
	if err != nil {
		return err
	}
	hidden := func(do string) []web.HiddenField {
		return []web.HiddenField{{Name: "do", Value: do}, {Name: "part", Value: strconv.Itoa(part)}}
	}
	of := func(form string) []web.FieldError {
		if v.Field("do") != form {
			return nil
		}
		return desk.ErrorsOf(bad)
	}
	p.Forms = append(p.Forms, web.Form{ID: "split", Action: lineAction(l), Nonce: v.Nonce(), Submit: v.Loc.T("statement.allocate"), Hidden: hidden("account"), Errors: of("account"),
		Groups: []web.FieldGroup{{Legend: v.Loc.T("statement.byhand"), Hint: v.Loc.T("statement.byhand.hint"), Fields: []web.Field{
			{Name: "to", Kind: "select", Label: v.Loc.T("statement.to"), Value: v.Field("to"), Options: to},
			{Name: "amount", Label: v.Loc.T("money.amount"), Hint: v.Loc.T("statement.amount.hint"), Value: v.Field("amount"), InputMode: "decimal", Dir: "ltr", Optional: true},
		}}}})
	if l.Open() == l.Minor && l.Kind != fund.GapLine {
		p.Forms = append(p.Forms, web.Form{ID: "ignore", Action: lineAction(l), Nonce: v.Nonce(), Submit: v.Loc.T("statement.ignore"), Quiet: true, Hidden: hidden("ignore"), Errors: of("ignore"),
			Groups: []web.FieldGroup{{Legend: v.Loc.T("statement.ignore.heading"), Hint: v.Loc.T("statement.ignore.hint"), Fields: []web.Field{
				{Name: "reason", Label: v.Loc.T("statement.reason"), Value: v.Field("reason"), Required: true, Dir: "auto"},
			}}}})
	}
	return nil
}

// searchForm asks again for the page with words to look for: a POST, so that a
// donor's name stands in no address.
func (v *visit) searchForm(l fund.BankLine, part int, words string) web.Form {
	return web.Form{ID: "search", Action: lineAction(l), Nonce: v.Nonce(), Submit: v.Loc.T("statement.search.act"), Quiet: true,
		Hidden: []web.HiddenField{{Name: "do", Value: "search"}, {Name: "part", Value: strconv.Itoa(part)}},
		Groups: []web.FieldGroup{{Legend: v.Loc.T("statement.search"), Fields: []web.Field{
			{Name: "q", Label: v.Loc.T("statement.search.label"), Hint: v.Loc.T("statement.search.hint"), Value: words, Dir: "auto"}}}}}
}

func (v *visit) suggestions(id, key string, l fund.BankLine, part int, list []fund.Suggestion) web.Panel {
	t := &web.Table{Caption: v.Loc.T(key), Columns: v.Columns("statement.to", "statement.clues", "statement.confirm"), Empty: v.Loc.T("statement.nothing")}
	for _, s := range list {
		name := v.suggestion(s)
		t.Rows = append(t.Rows, web.Row{On: s.Sure(), Cells: []web.Cell{{Text: name, Dir: "auto"}, {Text: v.clues(s)},
			{Button: v.Button("statement.confirm", lineAction(l), name, web.HiddenField{Name: "do", Value: "confirm"}, web.HiddenField{Name: "line", Value: join3(l.ID, part, s.Target)})}}})
	}
	return web.Panel{ID: id, Heading: v.Loc.T(key), Table: t}
}

// targets are the places that a person can choose without searching: for money
// that came in gifts of somebody unnamed and the way back, then accounts.
func (d *Pages) targets(ctx context.Context, v *visit, in bool) ([]web.Option, error) {
	var out []web.Option
	if in {
		out = append(out, web.Option{Value: "gift|", Text: v.Loc.T("statement.unnamed", "for", v.Loc.T("money.general"))})
		campaigns, err := d.Store.Campaigns(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range campaigns {
			if c.State != fund.CampaignDraft && c.State != fund.CampaignCancelled && c.State != fund.CampaignArchived {
				out = append(out, web.Option{Value: "gift|" + c.ID, Text: v.Loc.T("statement.unnamed", "for", v.campaignName(c.Title))})
			}
		}
		out = append(out, web.Option{Value: "return|", Text: v.Loc.T("statement.sendback")})
	}
	chart, err := d.Store.Chart(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range chart {
		if strings.HasPrefix(a.Account, "Income:") == in || !in {
			out = append(out, web.Option{Value: "account|" + a.Account, Text: v.accountName(a.Account, a.Names)})
		}
	}
	places, err := d.Store.MoneyPlaces(ctx)
	for _, m := range places {
		if m.Statements == "" {
			out = append(out, web.Option{Value: "account|" + m.Account, Text: desk.Join(m.Title, m.Account)})
		}
	}
	for _, a := range []string{ledger.Matching, ledger.Payables, ledger.Opening} {
		if !slices.ContainsFunc(out, func(o web.Option) bool { return o.Value == "account|"+a }) {
			out = append(out, web.Option{Value: "account|" + a, Text: v.accountName(a, nil)})
		}
	}
	return out, err
}

// accountName is what people call an account, with its name in the books.
func (v *visit) accountName(account string, names map[string]string) string {
	name := web.AccountName(v.Loc, v.Loc.Lang(), v.Outlet.Language, account, names)
	if name == account {
		return account
	}
	return desk.Join(name, account)
}

// doBankLine does one thing with a line.
func (d *Pages) doBankLine(ctx context.Context, v *visit) (web.Page, error) {
	books, id := d.statements(v), v.PathValue("id")
	part, n := int(desk.ToNumber(v.Field("part"))), int(desk.ToNumber(v.Field("n")))
	back := linesPath + "/" + id
	switch v.Field("do") {
	case "confirm":
		line, part, t, ok := split3(v.Field("line"))
		if !ok || line != id {
			return web.Page{}, fault.New(fault.Invalid, "this form could not be read; load the page again and send it once more")
		}
		return desk.See(back + "?done=statement-allocated"), books.Allocate(ctx, id, part, 0, t, fund.ByHand)
	case "search":
		q := v.URL.Query()
		q.Set("q", v.Field("q"))
		q.Set("part", strconv.Itoa(part))
		v.URL.RawQuery = q.Encode()
		return d.bankLinePage(ctx, v, nil)
	case "account":
		return d.allocateByHand(ctx, v, part)
	case "undo":
		return desk.See(back + "?done=statement-undone"), books.Undo(ctx, id, part, n)
	case "takeup":
		return desk.See(back + "?done=saved"), books.TakeUp(ctx, id)
	case "ignore":
		err := books.Ignore(ctx, id, v.Field("reason"))
		if fault.Is(err, fault.Invalid) {
			return d.bankLinePage(ctx, v, fault.Fields{"reason": v.Loc.T("statement.bad.reason")})
		}
		return desk.See(suspensePath + "?done=saved"), err
	}
	return web.Page{}, fault.New(fault.Invalid, "this form could not be read; load the page again and send it once more")
}

// allocateByHand puts an amount of a part, or all that is open of it, where the
// person says.
func (d *Pages) allocateByHand(ctx context.Context, v *visit, part int) (web.Page, error) {
	books, id := d.statements(v), v.PathValue("id")
	l, err := books.Line(ctx, id)
	if err != nil {
		return web.Page{}, err
	}
	if part >= len(l.Parts) {
		return web.Page{}, fault.New(fault.NotFound, "there is no such bank line")
	}
	minor := int64(0)
	if text := v.Field("amount"); text != "" {
		a, err := money.Parse(text, l.Currency, v.amountStyle())
		open := l.Parts[part].Open
		if err != nil || a.Minor > max(open, -open) {
			return d.bankLinePage(ctx, v, fault.Fields{"amount": v.Loc.T("statement.bad.amount", "most", v.Loc.Money(money.Amount{Currency: l.Currency, Minor: max(open, -open)}))})
		}
		if minor = a.Minor; open < 0 {
			minor = -minor
		}
	}
	kind, to, _ := strings.Cut(v.Field("to"), "|")
	t := fund.Target{Kind: fund.TargetKind(kind), Account: to} // of a gift without a name the campaign stands there
	if t.Kind != fund.ToGift && t.Kind != fund.ToAccount && t.Kind != fund.ToGiver {
		return d.bankLinePage(ctx, v, fault.Fields{"to": v.Loc.T("statement.bad.to")})
	}
	err = books.Allocate(ctx, id, part, minor, t, fund.ByHand)
	if fault.Is(err, fault.Invalid) {
		return d.bankLinePage(ctx, v, fault.Fields{"to": v.Loc.T("statement.bad.to")})
	}
	return desk.See(linesPath + "/" + id + "?done=statement-allocated"), err
}
