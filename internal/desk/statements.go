package desk

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

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
func (d *Desk) statements(v *visit) *store.Statements {
	return d.Store.Statements(d.Secrets, v.by(), d.Money)
}

// span writes a period.
func (v *visit) span(from, to string) string {
	if from == to || from == "" {
		return v.day(to)
	}
	return v.loc.T("statement.days", "from", v.day(from), "to", v.day(to))
}

// statementsPage shows how the accounts stand, takes a file, and lists those that
// were read.
func (d *Desk) statementsPage(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.statementsView(ctx, v, nil)
	if err != nil {
		return web.Page{}, err
	}
	return d.draw(v, "desk/view", p)
}

func (d *Desk) statementsView(ctx context.Context, v *visit, bad fault.Fields) (web.ViewPage, error) {
	f := d.frame(ctx, v, "statement.heading")
	p := web.ViewPage{DeskFrame: f, Heading: f.Title, Back: &web.Link{Text: v.loc.T("nav.money"), Href: "/desk/money"}}
	states, err := d.statements(v).AccountStates(ctx)
	if err != nil {
		return p, err
	}
	counts, err := d.Store.CountLines(ctx)
	if err != nil {
		return p, err
	}
	accounts := web.Panel{ID: "accounts", Heading: v.loc.T("bank.accounts"), Table: v.accountStates(states)}
	if n := counts[fund.LineSuspense]; n > 0 {
		accounts.Links = []web.Link{{Text: v.loc.N("statement.waiting", n), Href: suspensePath}}
	}
	p.Panels = append(p.Panels, accounts)
	list, err := d.Store.ReadStatements(ctx, listSize, 0)
	if err != nil {
		return p, err
	}
	p.Panels = append(p.Panels, web.Panel{ID: "read", Heading: v.loc.T("statement.read"), Table: v.statementTable(list)})
	if len(states) > 0 {
		p.Forms = []web.Form{v.uploadForm(bad)}
	}
	return p, nil
}

func (v *visit) accountStates(list []store.AccountState) *web.Table {
	t := &web.Table{Caption: v.loc.T("bank.accounts"), Columns: v.columns("bank.title.label", "statement.through", "statement.bank", "statement.books"),
		Empty: v.loc.T("bank.none"), Start: &web.Link{Text: v.loc.T("bank.add"), Href: accountsPath + "/new"}}
	t.Columns[2].Num, t.Columns[3].Num = true, true
	for _, s := range list {
		row := []web.Cell{{Text: s.Title, Small: s.Currency, Dir: "auto"}, {Text: v.day(s.Through)}, {Text: v.loc.Money(s.Bank)}, {Text: v.loc.Money(s.Books)}}
		switch {
		case s.StatementAccount.From == "":
			row[1] = web.Cell{Text: v.loc.T("statement.notyet"), Href: statementsPath + "/begin/" + s.ID}
			row[2] = web.Cell{}
		case s.Bank == s.Books:
			row[3].Tag = &web.Tag{Text: v.loc.T("statement.agrees"), Kind: "ok"}
		default:
			row[3].Tag = &web.Tag{Text: v.loc.T("statement.differs"), Kind: "stop"}
		}
		t.Rows = append(t.Rows, web.Row{Cells: row})
	}
	return t
}

func (v *visit) statementTable(list []store.ReadStatement) *web.Table {
	t := &web.Table{Caption: v.loc.T("statement.read"), Empty: v.loc.T("statement.none"),
		Columns: v.columns("statement.period", "bank.title.label", "statement.lines", "statement.closing", "statement.by")}
	t.Columns[2].Num, t.Columns[3].Num, t.Columns[4].Minor = true, true, true
	for _, s := range list {
		closing := web.Cell{Text: v.loc.T("statement.unproven")}
		if s.Closing != nil {
			closing = web.Cell{Text: v.loc.Money(money.Amount{Currency: s.Currency, Minor: *s.Closing})}
		}
		what := web.Cell{Text: v.span(s.From, s.To), Small: join(strings.ToUpper(string(s.Format)), s.Number)}
		if !s.Done {
			what.Tag = &web.Tag{Text: v.loc.T("statement.unfinished"), Kind: "warn"}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{what, {Text: s.Account, Dir: "auto"},
			{Text: v.loc.T("statement.fresh", "new", v.loc.Count(s.Fresh), "all", v.loc.Count(s.Lines)), Href: linesPath + "?statement=" + s.ID},
			closing, {Text: s.By, At: s.At, Dir: "auto"}}})
	}
	return t
}

func (v *visit) uploadForm(bad fault.Fields) web.Form {
	return web.Form{ID: "upload", Action: statementsPath, Nonce: v.nonce(), Submit: v.loc.T("statement.look"), Errors: errorsOf(bad, "file"),
		Groups: []web.FieldGroup{{Legend: v.loc.T("statement.upload"), Fields: []web.Field{
			{Name: "file", Kind: "file", Label: v.loc.T("statement.file"), Hint: v.loc.T("statement.file.hint"), Required: true},
		}}}}
}

// doUpload keeps a file and shows what it would bring.
func (d *Desk) doUpload(ctx context.Context, v *visit) (web.Page, error) {
	name, data, err := v.uploaded("file")
	if err != nil {
		return web.Page{}, err
	}
	if len(data) == 0 {
		p, err := d.statementsView(ctx, v, fault.Fields{"file": v.loc.T("statement.bad.file")})
		if err != nil {
			return web.Page{}, err
		}
		return d.again(v, "desk/view", p)
	}
	id, err := d.statements(v).Keep(ctx, name, data)
	if err != nil {
		return web.Page{}, err
	}
	return see(statementsPath + "/new/" + id), nil
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
func (d *Desk) beginPage(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.statementAccount(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	return d.draw(v, "desk/form", d.beginForm(ctx, v, a, "", "", nil))
}

func (d *Desk) statementAccount(ctx context.Context, v *visit, id string) (fund.StatementAccount, error) {
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

func (d *Desk) beginForm(ctx context.Context, v *visit, a fund.StatementAccount, day, balance string, bad fault.Fields) web.FormPage {
	f := d.frame(ctx, v, "statement.begin.heading")
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.loc.T("statement.begin.say", "account", a.Title), Forms: []web.Form{{
		ID: "begin", Action: statementsPath + "/begin/" + a.ID, Nonce: v.nonce(), Submit: v.loc.T("statement.begin.act"), Errors: errorsOf(bad, "day", "balance"),
		Groups: []web.FieldGroup{{Fields: []web.Field{
			{Name: "day", Kind: "date", Label: v.loc.T("statement.begin.day"), Hint: v.loc.T("statement.begin.day.hint"), Value: day, Required: true},
			{Name: "balance", Label: v.loc.T("statement.begin.balance", "currency", a.Currency), Hint: v.loc.T("statement.begin.balance.hint"), Value: balance, Required: true, InputMode: "decimal", Dir: "ltr"},
		}}}}}}
}

func (d *Desk) doBegin(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.statementAccount(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	bad := fault.Fields{}
	day := v.field("day")
	if t, err := time.Parse(time.DateOnly, day); err != nil || t.After(d.Money.Now()) || t.Year() < 1990 {
		bad["day"] = v.loc.T("statement.bad.day")
	}
	minor, ok := v.balance(v.field("balance"), a.Currency)
	if !ok {
		bad["balance"] = v.loc.T("statement.bad.balance")
	}
	if len(bad) == 0 {
		err := d.statements(v).BeginBooks(ctx, a.ID, day, minor)
		return see(statementsPath + "?done=saved"), err
	}
	return d.again(v, "desk/form", d.beginForm(ctx, v, a, day, v.field("balance"), bad))
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
	if v.loc.DecimalComma() {
		return money.DecimalComma
	}
	return money.DecimalPoint
}
