package money

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const (
	statementsPath = "/desk/money/statements"
	suspensePath   = "/desk/money/suspense"
	linesPath      = "/desk/money/lines"
)

// statements is the store of bank lines, acting for the person.
func (d *Pages) statements(v *visit) *store.Statements {
	return d.Store.Statements(d.Secrets, v.By(), d.Money)
}

// span writes a period.
func (v *visit) span(from, to string) string {
	if from == to || from == "" {
		return v.day(to)
	}
	return v.Loc.T("statement.days", "from", v.day(from), "to", v.day(to))
}

// statementsPage shows how the accounts stand, takes a file, and lists those that
// were read.
func (d *Pages) statementsPage(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.statementsView(ctx, v, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/view", p)
}

func (d *Pages) statementsView(ctx context.Context, v *visit, bad fault.Fields) (web.ViewPage, error) {
	f := v.Frame(ctx, "statement.heading")
	p := web.ViewPage{DeskFrame: f, Heading: f.Title, Back: &web.Link{Text: v.Loc.T("nav.money"), Href: "/desk/money"}}
	states, err := d.statements(v).AccountStates(ctx)
	if err != nil {
		return p, err
	}
	counts, err := d.Store.CountLines(ctx)
	if err != nil {
		return p, err
	}
	accounts := web.Panel{ID: "accounts", Heading: v.Loc.T("bank.accounts"), Table: v.accountStates(states)}
	if n := counts[fund.LineSuspense]; n > 0 {
		accounts.Links = []web.Link{{Text: v.Loc.N("statement.waiting", n), Href: suspensePath}}
	}
	p.Panels = append(p.Panels, accounts)
	list, err := d.Store.ReadStatements(ctx, desk.ListSize, 0)
	if err != nil {
		return p, err
	}
	p.Panels = append(p.Panels, web.Panel{ID: "read", Heading: v.Loc.T("statement.read"), Table: v.statementTable(list)})
	if len(states) > 0 {
		p.Forms = []web.Form{v.uploadForm(bad)}
	}
	return p, nil
}

func (v *visit) accountStates(list []store.AccountState) *web.Table {
	t := &web.Table{Caption: v.Loc.T("bank.accounts"), Columns: v.Columns("bank.title.label", "statement.through", "statement.bank", "statement.books"),
		Empty: v.Loc.T("bank.none"), Start: &web.Link{Text: v.Loc.T("bank.add"), Href: accountsPath + "/new"}}
	t.Columns[2].Num, t.Columns[3].Num = true, true
	for _, s := range list {
		row := []web.Cell{{Text: s.Title, Small: s.Currency, Dir: "auto"}, {Text: v.day(s.Through)}, {Text: v.Loc.Money(s.Bank)}, {Text: v.Loc.Money(s.Books)}}
		switch {
		case s.StatementAccount.From == "":
			row[1] = web.Cell{Text: v.Loc.T("statement.notyet"), Href: statementsPath + "/begin/" + s.ID}
			row[2] = web.Cell{}
		case s.Bank == s.Books:
			row[3].Tag = &web.Tag{Text: v.Loc.T("statement.agrees"), Kind: "ok"}
		default:
			row[3].Tag = &web.Tag{Text: v.Loc.T("statement.differs"), Kind: "stop"}
		}
		t.Rows = append(t.Rows, web.Row{Cells: row})
	}
	return t
}

func (v *visit) statementTable(list []store.ReadStatement) *web.Table {
	t := &web.Table{Caption: v.Loc.T("statement.read"), Empty: v.Loc.T("statement.none"),
		Columns: v.Columns("statement.period", "bank.title.label", "statement.lines", "statement.closing", "statement.by")}
	t.Columns[2].Num, t.Columns[3].Num, t.Columns[4].Minor = true, true, true
	for _, s := range list {
		closing := web.Cell{Text: v.Loc.T("statement.unproven")}
		if s.Closing != nil {
			closing = web.Cell{Text: v.Loc.Money(money.Amount{Currency: s.Currency, Minor: *s.Closing})}
		}
		what := web.Cell{Text: v.span(s.From, s.To), Small: desk.Join(strings.ToUpper(string(s.Format)), s.Number)}
		if !s.Done {
			what.Tag = &web.Tag{Text: v.Loc.T("statement.unfinished"), Kind: "warn"}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{what, {Text: s.Account, Dir: "auto"},
			{Text: v.Loc.T("statement.fresh", "new", v.Loc.Count(s.Fresh), "all", v.Loc.Count(s.Lines)), Href: linesPath + "?statement=" + s.ID},
			closing, {Text: s.By, At: s.At, Dir: "auto"}}})
	}
	return t
}

func (v *visit) uploadForm(bad fault.Fields) web.Form {
	return web.Form{ID: "upload", Action: statementsPath, Nonce: v.Nonce(), Submit: v.Loc.T("statement.look"), Errors: desk.ErrorsOf(bad, "file"),
		Groups: []web.FieldGroup{{Legend: v.Loc.T("statement.upload"), Fields: []web.Field{
			{Name: "file", Kind: "file", Label: v.Loc.T("statement.file"), Hint: v.Loc.T("statement.file.hint"), Required: true},
		}}}}
}

// doUpload keeps a file and shows what it would bring.
func (d *Pages) doUpload(ctx context.Context, v *visit) (web.Page, error) {
	name, data, err := v.uploaded("file")
	if err != nil {
		return web.Page{}, err
	}
	if len(data) == 0 {
		p, err := d.statementsView(ctx, v, fault.Fields{"file": v.Loc.T("statement.bad.file")})
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/view", p)
	}
	id, err := d.statements(v).Keep(ctx, name, data)
	if err != nil {
		return web.Page{}, err
	}
	return desk.See(statementsPath + "/new/" + id), nil
}

// uploaded is the file of a form; nothing where none was chosen.
func (v *visit) uploaded(field string) (name string, data []byte, err error) {
	f, head, err := v.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, fault.Wrap(fault.Invalid, err, "this file could not be read; choose it again")
	}
	defer f.Close()
	data, err = io.ReadAll(f)
	return web.Clean(path.Base(head.Filename)), data, fault.Wrap(fault.Invalid, err, "this file could not be read; choose it again")
}

// beginPage asks what stood on an account when its statements begin.
func (d *Pages) beginPage(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.statementAccount(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", d.beginForm(ctx, v, a, "", "", nil))
}

func (d *Pages) statementAccount(ctx context.Context, v *visit, id string) (fund.StatementAccount, error) {
	list, err := d.statements(v).StatementAccounts(ctx)
	i := slices.IndexFunc(list, func(a fund.StatementAccount) bool { return a.ID == id })
	if err == nil && i < 0 {
		err = fault.New(fault.NotFound, "there is no such bank account")
	}
	if err != nil {
		return fund.StatementAccount{}, err
	}
	return list[i], nil
}

func (d *Pages) beginForm(ctx context.Context, v *visit, a fund.StatementAccount, day, balance string, bad fault.Fields) web.FormPage {
	f := v.Frame(ctx, "statement.begin.heading")
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("statement.begin.say", "account", a.Title), Forms: []web.Form{{
		ID: "begin", Action: statementsPath + "/begin/" + a.ID, Nonce: v.Nonce(), Submit: v.Loc.T("statement.begin.act"), Errors: desk.ErrorsOf(bad, "day", "balance"),
		Groups: []web.FieldGroup{{Fields: []web.Field{
			{Name: "day", Kind: "date", Label: v.Loc.T("statement.begin.day"), Hint: v.Loc.T("statement.begin.day.hint"), Value: day, Required: true},
			{Name: "balance", Label: v.Loc.T("statement.begin.balance", "currency", a.Currency), Hint: v.Loc.T("statement.begin.balance.hint"), Value: balance, Required: true, InputMode: "decimal", Dir: "ltr"},
		}}}}}}
}

func (d *Pages) doBegin(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.statementAccount(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	bad := fault.Fields{}
	day := v.Field("day")
	if t, err := time.Parse(time.DateOnly, day); err != nil || t.After(d.Money.Now()) || t.Year() < 1990 {
		bad["day"] = v.Loc.T("statement.bad.day")
	}
	minor, ok := v.balance(v.Field("balance"), a.Currency)
	if !ok {
		bad["balance"] = v.Loc.T("statement.bad.balance")
	}
	if len(bad) == 0 {
		err := d.statements(v).BeginBooks(ctx, a.ID, day, minor)
		return desk.See(statementsPath + "?done=saved"), err
	}
	return v.Again("desk/form", d.beginForm(ctx, v, a, day, v.Field("balance"), bad))
}

// balance reads an amount that may be zero or, overdrawn, below it.
func (v *visit) balance(text, currency string) (int64, bool) {
	digits := strings.TrimLeft(text, "-−– ")
	if a, err := money.ParseExact(strings.NewReplacer(",", ".").Replace(digits), currency); err == nil && a.Minor == 0 {
		return 0, true
	}
	a, err := money.Parse(digits, currency, v.amountStyle())
	if err != nil {
		return 0, false
	}
	if digits != text && strings.ContainsAny(text[:len(text)-len(digits)], "-−–") {
		return -a.Minor, true
	}
	return a.Minor, true
}

// amountStyle is how the person writes decimals.
func (v *visit) amountStyle() money.Style {
	if v.Loc.DecimalComma() {
		return money.DecimalComma
	}
	return money.DecimalPoint
}
