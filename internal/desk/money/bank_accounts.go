package money

import (
	"context"
	"maps"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const accountsPath = "/desk/money/accounts"

func (d *Pages) banks() store.BankAccounts {
	return store.BankAccounts{Store: d.Store, Secrets: d.Secrets}
}

// bankAccounts lists the outlet's accounts, the changes that wait, and the
// transfers that were promised and are not here.
func (d *Pages) bankAccounts(ctx context.Context, v *visit) (web.Page, error) {
	list, err := d.banks().Accounts(ctx)
	if err != nil {
		return web.Page{}, err
	}
	payouts, err := d.Store.PayoutAccounts(ctx)
	if err != nil {
		return web.Page{}, err
	}
	changes, err := d.banks().Changes(ctx)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "bank.accounts")
	p := web.ViewPage{DeskFrame: f, Heading: f.Title, Back: &web.Link{Text: v.Loc.T("nav.money"), Href: "/desk/money"}}
	accounts := web.Panel{ID: "accounts", Heading: f.Title, Table: v.accountTable(list, payouts)}
	if len(list) > 0 {
		accounts.Links = []web.Link{{Text: v.Loc.T("bank.add"), Href: accountsPath + "/new"}}
	}
	if len(changes) > 0 {
		p.Panels = append(p.Panels, web.Panel{ID: "waiting", Heading: v.Loc.T("bank.waiting"), Text: v.Loc.T("bank.waiting.say"), Table: v.changeTable(changes)})
	}
	p.Panels = append(p.Panels, accounts)
	promised, err := d.Store.Promises(ctx, d.Money.Now().AddDate(0, 0, -7), desk.ListSize)
	if err != nil {
		return web.Page{}, err
	}
	if len(promised) > 0 {
		p.Panels = append(p.Panels, web.Panel{ID: "promised", Heading: v.Loc.T("bank.promised"), Text: v.Loc.T("bank.promised.say"), Table: v.promiseTable(promised)})
	}
	return v.Draw("desk/view", p)
}

func (v *visit) accountTable(list []giro.Account, payouts map[string]string) *web.Table {
	t := &web.Table{Caption: v.Loc.T("bank.accounts"), Columns: v.Columns("bank.title.label", "bank.number", "bank.books", "bank.state", "till.payouts"), Empty: v.Loc.T("bank.none"),
		Start: &web.Link{Text: v.Loc.T("bank.add"), Href: accountsPath + "/new"}}
	for _, a := range list {
		state := web.Tag{Text: v.Loc.T("bank.state.shown"), Kind: "ok"}
		switch {
		case !a.ClosedAt.IsZero():
			state = web.Tag{Text: v.Loc.T("bank.state.closed"), Kind: "hint"}
		case !a.Shown:
			state = web.Tag{Text: v.Loc.T("bank.state.hidden")}
		}
		title := web.Cell{Text: a.Title, Small: a.Holder, Dir: "auto"}
		if a.ClosedAt.IsZero() {
			title.Href = accountsPath + "/" + a.ID
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{title, {Text: "… " + a.Tail(), Small: a.Currency, Dir: "ltr"}, {Text: "Assets:Bank:" + a.Name, Dir: "ltr"}, {Tag: &state}, v.payoutCell(a, list, payouts)}})
	}
	return t
}

// payoutCell says whether payouts arrive at an account, or lets it be chosen where
// there are several in its currency.
func (v *visit) payoutCell(a giro.Account, list []giro.Account, payouts map[string]string) web.Cell {
	rivals := 0
	for _, x := range list {
		if x.Currency == a.Currency && x.ClosedAt.IsZero() {
			rivals++
		}
	}
	switch {
	case !a.ClosedAt.IsZero():
		return web.Cell{}
	case rivals == 1 || payouts[a.Currency] == a.ID:
		return web.Cell{Text: v.Loc.T("till.payouts.here", "currency", a.Currency)}
	}
	return web.Cell{Button: v.Button("till.payouts.choose", accountsPath+"/"+a.ID+"/payouts", a.Title)}
}

// doPayouts makes payouts arrive at an account.
func (d *Pages) doPayouts(ctx context.Context, v *visit) (web.Page, error) {
	if _, err := d.openAccount(ctx, v); err != nil {
		return web.Page{}, err
	}
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.ChoosePayoutAccount(ctx, v.By(), v.PathValue("id")) })
	return desk.See(accountsPath + "?done=payouts"), err
}

func (v *visit) changeTable(list []store.BankChange) *web.Table {
	t := &web.Table{Caption: v.Loc.T("bank.waiting"), Columns: v.Columns("bank.change", "bank.asked", "bank.decide", "bank.withdraw")}
	for _, c := range list {
		what := v.Loc.T("bank.change."+string(c.Kind), "title", c.Account.Title)
		row := web.Row{On: v.confirms(c), Cells: []web.Cell{
			{Text: what, Small: v.saysLine(c.Says)}, {Text: c.By.Name, At: c.AskedAt}, {},
			{Button: v.Button("bank.withdraw", "/desk/money/account-changes/"+c.ID, what, web.HiddenField{Name: "do", Value: "withdraw"})},
		}}
		switch {
		case c.Second == "":
			row.Cells[2] = web.Cell{Text: v.Loc.T("bank.due"), At: c.DueAt}
		case v.confirms(c):
			row.Cells[2].Button = v.Button("bank.confirm", "/desk/money/account-changes/"+c.ID, what, web.HiddenField{Name: "do", Value: "confirm"})
		default:
			row.Cells[2].Text = v.Loc.T("bank.second", "role", desk.RoleName(v.Loc, c.Second))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// saysLine is what a change changes, on one line.
func (v *visit) saysLine(says map[string][2]string) string {
	var parts []string
	for _, field := range slices.Sorted(maps.Keys(says)) {
		was, now := says[field][0], says[field][1]
		if was == "" {
			was = "–"
		}
		if now == "" {
			now = "–"
		}
		parts = append(parts, v.Loc.T("bank.says", "field", v.Loc.T("bank.field."+field), "was", was, "now", now))
	}
	return strings.Join(parts, " · ")
}

// confirms tells whether this person is the second one whom a change waits for.
func (v *visit) confirms(c store.BankChange) bool {
	return c.Second != "" && v.Person().ID != c.By.ID && v.Person().Has(c.Second) && v.May(staff.ConnectBank, staff.Object{}).OK()
}

func (v *visit) promiseTable(list []store.Promise) *web.Table {
	t := &web.Table{Caption: v.Loc.T("bank.promised"), Columns: v.Columns("bank.row.reference", "money.kind", "bank.since", "money.amount")}
	t.Columns[3].Num = true
	for _, p := range list {
		since := web.Cell{At: p.Since}
		if p.Late {
			since.Tag = &web.Tag{Text: v.Loc.T("bank.late"), Kind: "warn"}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: p.Reference.Grouped(), Small: p.Reference.Short(), Dir: "ltr"},
			{Text: v.Loc.T("money." + string(p.Every))}, since, {Text: v.Loc.Money(p.Amount)}}})
	}
	return t
}
