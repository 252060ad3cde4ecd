package money

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const (
	expensesPath = "/desk/money/expenses"
	incomePath   = "/desk/money/income"
	openingPath  = "/desk/money/opening"
)

// bookingPath is where bookings of a kind are listed.
func bookingPath(kind string) string {
	return map[string]string{ledger.KindExpense: expensesPath, ledger.KindIncome: incomePath, ledger.KindOpening: openingPath}[kind]
}

// kindOf is the kind of booking that an address is about.
func (v *visit) bookingKind() string {
	switch {
	case strings.HasPrefix(v.URL.Path, incomePath):
		return ledger.KindIncome
	case strings.HasPrefix(v.URL.Path, openingPath):
		return ledger.KindOpening
	}
	return ledger.KindExpense
}

// bookings lists what was booked of a kind, the newest day first.
func (d *Pages) bookings(ctx context.Context, v *visit) (web.Page, error) {
	kind, q := v.bookingKind(), v.URL.Query()
	query := store.BookingQuery{Kind: kind, Text: web.Clean(q.Get("q")), Owed: q.Get("owed") != "", Before: web.Clean(q.Get("before")), Limit: desk.ListSize + 1}
	list, err := d.Store.Bookings(ctx, query)
	if err != nil {
		return web.Page{}, err
	}
	names, err := d.accountNames(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	path := bookingPath(kind)
	f := v.Frame(ctx, "booking."+kind+".heading")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("booking." + kind + ".say"), Table: v.bookingTable(list[:min(len(list), desk.ListSize)], names, path),
		Search: &web.SearchBox{Action: path, Label: v.Loc.T("booking.search"), Query: query.Text}, Action: &web.Link{Text: v.Loc.T("booking." + kind + ".new"), Href: path + "/new"}}
	if kind != ledger.KindOpening {
		p.Tabs = []web.Tab{{Text: v.Loc.T("booking.all"), Href: path, Current: !query.Owed}}
		if kind == ledger.KindExpense {
			p.Tabs = append(p.Tabs, web.Tab{Text: v.Loc.T("booking.owed"), Href: path + "?owed=1", Current: query.Owed})
		}
		p.Tabs = append(p.Tabs, web.Tab{Text: v.Loc.T("booking.file.heading"), Href: path + "/file"})
	}
	if len(list) > desk.ListSize {
		last := list[desk.ListSize-1]
		next := url.Values{"before": {last.Date + "/" + last.ID}}
		if query.Text != "" {
			next.Set("q", query.Text)
		}
		if query.Owed {
			next.Set("owed", "1")
		}
		p.Older = path + "?" + next.Encode()
	}
	return v.Draw("desk/list", p)
}

func (v *visit) bookingTable(list []store.Booking, names map[string]string, path string) web.Table {
	t := web.Table{Caption: v.Loc.T("booking.list"), Columns: v.Columns("booking.date", "booking.what", "booking.account", "money.amount"), Empty: v.Loc.T("booking.none")}
	t.Columns[3].Num = true
	for _, b := range list {
		what := b.Public
		if what == "" {
			what = b.Note
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: v.day(b.Date), Href: path + "/" + b.ID}, {Text: what, Small: b.Party},
			{Text: named(names, b.Account), Small: named(names, b.Against)}, {Text: v.Loc.Money(b.Amount), Tag: v.bookingTag(b)}}})
	}
	return t
}

func (v *visit) bookingTag(b store.Booking) *web.Tag {
	switch {
	case !b.Reversed.IsZero():
		return &web.Tag{Text: v.Loc.T("booking.reversed"), Kind: "stop"}
	case b.Against == ledger.Payables && b.PaidOn == "":
		return &web.Tag{Text: v.Loc.T("booking.owed"), Kind: "warn"}
	}
	return nil
}

// named is what people call an account.
func named(names map[string]string, account string) string {
	if n := names[account]; n != "" {
		return n
	}
	return account
}

// accountNames are the words for all accounts of the chart, and of the places
// where money can be, in the person's language.
func (d *Pages) accountNames(ctx context.Context, v *visit) (map[string]string, error) {
	chart, err := d.Store.Chart(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, a := range chart {
		out[a.Account] = web.AccountName(v.Loc, v.Loc.Lang(), v.Outlet.Language, a.Account, a.Names)
	}
	for _, name := range []string{ledger.Cash, ledger.Payables, ledger.Unallocated} {
		out[name] = web.AccountName(v.Loc, v.Loc.Lang(), v.Outlet.Language, name, nil)
	}
	places, err := d.Store.MoneyPlaces(ctx)
	for _, p := range places {
		if p.Title != "" {
			out[p.Account] = p.Title
		}
	}
	return out, err
}

// bookingIn is the form of a booking as it was filled in.
type bookingIn struct {
	id, date, amount, currency, account, against, campaign, public, note, party, document string
}

func (d *Pages) newBooking(ctx context.Context, v *visit) (web.Page, error) {
	in := bookingIn{id: id.New(), date: d.today(v), currency: v.Outlet.Currency}
	p, err := d.bookingPage(ctx, v, in, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

// today is the outlet's day by the money clock.
func (d *Pages) today(v *visit) string {
	return d.Money.Now().In(v.Outlet.Location()).Format(time.DateOnly)
}

func (d *Pages) bookingPage(ctx context.Context, v *visit, in bookingIn, bad fault.Fields) (web.FormPage, error) {
	kind := v.bookingKind()
	f := v.Frame(ctx, "booking."+kind+".new")
	accounts, places, err := d.bookingAccounts(ctx, v, kind)
	if err != nil {
		return web.FormPage{}, err
	}
	campaigns, currencies, err := d.offlineCampaigns(ctx, v)
	if err != nil {
		return web.FormPage{}, err
	}
	currency := web.Field{Name: "currency", Kind: "select", Label: v.Loc.T("offline.currency"), Value: in.currency}
	for _, c := range d.bookCurrencies(ctx, currencies) {
		currency.Options = append(currency.Options, web.Option{Value: c, Text: v.Loc.CurrencyName(c)})
	}
	amount := web.Field{Name: "amount", Label: v.Loc.T("money.amount"), Value: in.amount, Required: true, InputMode: "decimal", Dir: "ltr"}
	if kind == ledger.KindOpening {
		amount.Hint = v.Loc.T("booking.opening.amount")
	}
	fields := []web.Field{
		{Name: "date", Kind: "date", Label: v.Loc.T("booking.date"), Value: in.date, Required: true}, amount, currency,
		{Name: "account", Kind: "select", Label: v.Loc.T("booking.account"), Value: in.account, Options: accounts},
	}
	if kind != ledger.KindOpening {
		fields = append(fields, web.Field{Name: "against", Kind: "select", Label: v.Loc.T("booking." + kind + ".against"), Hint: v.Loc.T("booking." + kind + ".against.hint"), Value: in.against, Options: places},
			web.Field{Name: "campaign", Kind: "select", Label: v.Loc.T("booking.campaign"), Value: in.campaign, Options: append([]web.Option{{Text: v.Loc.T("booking.campaign.none")}}, campaigns[1:]...)})
	}
	fields = append(fields, web.Field{Name: "public", Label: v.Loc.T("booking.public"), Hint: v.Loc.T("booking.public.hint"), Value: in.public, Optional: true, Dir: "auto"})
	inner := []web.Field{
		{Name: "party", Label: v.Loc.T("booking." + kind + ".party"), Value: in.party, Optional: true, Dir: "auto"},
		{Name: "document", Label: v.Loc.T("booking.document"), Hint: v.Loc.T("booking.document.hint"), Value: in.document, Optional: true, Dir: "auto"},
		{Name: "note", Kind: "area", Rows: 2, Label: v.Loc.T("booking.note"), Value: in.note, Optional: true, Dir: "auto"},
	}
	form := web.Form{ID: "booking", Action: bookingPath(kind) + "/new", Nonce: v.Nonce(), Submit: v.Loc.T("booking.act"), Hidden: []web.HiddenField{{Name: "id", Value: in.id}},
		Errors: desk.ErrorsOf(bad, "date", "amount", "currency", "account", "against", "public", "party", "document", "note"),
		Groups: []web.FieldGroup{{Fields: fields}, {Legend: v.Loc.T("booking.inner"), Hint: v.Loc.T("booking.inner.hint"), Fields: inner}}}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("booking." + kind + ".say"), Forms: []web.Form{form}}, nil
}

// bookCurrencies are those of the campaigns and of the books.
func (d *Pages) bookCurrencies(ctx context.Context, list []string) []string {
	used, err := d.Store.Balances(ctx)
	for _, b := range used {
		if err == nil && !slices.Contains(list, b.Currency) {
			list = append(list, b.Currency)
		}
	}
	return list
}

// bookingAccounts are the categories of a kind, and where its money can go from
// or to. An account whose statements are read in is not among these: the
// statement's line books what happens on it.
func (d *Pages) bookingAccounts(ctx context.Context, v *visit, kind string) (accounts, places []web.Option, err error) {
	names, err := d.accountNames(ctx, v)
	if err != nil {
		return nil, nil, err
	}
	money, err := d.Store.MoneyPlaces(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range money {
		if p.Statements == "" {
			text := named(names, p.Account)
			if p.Currency != "" {
				text += " (" + p.Currency + ")"
			}
			places = append(places, web.Option{Value: p.Account, Text: text})
		}
	}
	owed := web.Option{Value: ledger.Payables, Text: v.Loc.T("booking.against.owed")}
	if kind == ledger.KindOpening {
		return append(places, web.Option{Value: ledger.Payables, Text: named(names, ledger.Payables)}), nil, nil
	}
	if kind == ledger.KindExpense {
		places = append(places, owed)
	}
	chart, err := d.Store.Chart(ctx)
	for _, a := range chart {
		if strings.HasPrefix(a.Account, rootOf(kind)) {
			accounts = append(accounts, web.Option{Value: a.Account, Text: names[a.Account]})
		}
	}
	return accounts, places, err
}

func rootOf(kind string) string {
	if kind == ledger.KindIncome {
		return "Income:"
	}
	return "Expenses:"
}

// doNewBooking books what was filled in. The form's id makes it the same booking
// however often it is sent.
func (d *Pages) doNewBooking(ctx context.Context, v *visit) (web.Page, error) {
	in := bookingIn{v.Field("id"), v.Field("date"), v.Field("amount"), v.Field("currency"), v.Field("account"), v.Field("against"), v.Field("campaign"),
		v.Field("public"), v.Field("note"), v.Field("party"), v.Field("document")}
	bad := fault.Fields{}
	b := ledger.Booking{ID: in.id, Kind: v.bookingKind(), Date: in.date, Account: in.account, Against: in.against, Campaign: in.campaign,
		Public: in.public, Note: in.note, Party: in.party, Document: in.document}
	b.Amount = v.bookingAmount(in, bad)
	if err := d.checkBooking(ctx, v, b, bad); err != nil {
		return web.Page{}, err
	}
	if len(bad) == 0 {
		err := d.Store.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Book(ctx, v.By(), b, "")
			return err
		})
		if err == nil {
			return desk.See(bookingPath(b.Kind) + "?done=booked"), nil
		}
		return web.Page{}, err
	}
	page, err := d.bookingPage(ctx, v, in, bad)
	if err != nil {
		return web.Page{}, err
	}
	return v.Again("desk/form", page)
}

// bookingAmount reads the amount; an opening balance may be below zero.
func (v *visit) bookingAmount(in bookingIn, bad fault.Fields) money.Amount {
	text, below := in.amount, false
	if v.bookingKind() == ledger.KindOpening {
		text, below = cutMinus(text)
	}
	a, err := v.parse(text, in.currency)
	if err != nil {
		bad["amount"] = v.sayAmount(err, in.currency)
		return money.Amount{Currency: in.currency}
	}
	if below {
		return a.Neg()
	}
	return a
}

func cutMinus(text string) (string, bool) {
	for _, minus := range []string{"-", "−"} {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(text), minus); ok {
			return rest, true
		}
	}
	return text, false
}

// checkBooking adds what is wrong with a booking to bad, in the person's language.
func (d *Pages) checkBooking(ctx context.Context, v *visit, b ledger.Booking, bad fault.Fields) error {
	accounts, places, err := d.bookingAccounts(ctx, v, b.Kind)
	if err != nil {
		return err
	}
	chart := values(accounts)
	var found fault.Fields
	if errors.As(b.Validate(chart, d.today(v)), &found) {
		for name := range found {
			if bad[name] == "" {
				bad[name] = v.Loc.T("booking.bad." + name)
			}
		}
	}
	if b.Kind == ledger.KindOpening && !slices.Contains(chart, b.Account) {
		bad["account"] = v.Loc.T("booking.bad.account")
	}
	if b.Kind != ledger.KindOpening && !slices.Contains(values(places), b.Against) {
		bad["against"] = v.Loc.T("booking.bad.against")
	}
	if b.Campaign != "" {
		if _, err := d.Store.Campaign(ctx, b.Campaign); fault.Is(err, fault.NotFound) {
			bad["campaign"] = v.Loc.T("booking.bad.campaign")
		} else if err != nil {
			return err
		}
	}
	return nil
}

func values(options []web.Option) []string {
	out := make([]string, len(options))
	for i, o := range options {
		out[i] = o.Value
	}
	return out
}
