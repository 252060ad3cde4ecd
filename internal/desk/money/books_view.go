package money

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// bookingView shows a booking in full, with the way to take it back.
func (d *Pages) bookingView(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.bookingViewPage(ctx, v, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/view", p)
}

func (d *Pages) bookingOf(ctx context.Context, v *visit) (store.Booking, error) {
	b, err := d.Store.Booking(ctx, v.PathValue("id"))
	if err == nil && b.Kind != v.bookingKind() {
		return b, fault.New(fault.NotFound, "")
	}
	return b, err
}

func (d *Pages) bookingViewPage(ctx context.Context, v *visit, bad fault.Fields) (web.ViewPage, error) {
	b, err := d.bookingOf(ctx, v)
	if err != nil {
		return web.ViewPage{}, err
	}
	names, err := d.accountNames(ctx, v)
	if err != nil {
		return web.ViewPage{}, err
	}
	facts, err := d.bookingFacts(ctx, v, b, names)
	if err != nil {
		return web.ViewPage{}, err
	}
	path := bookingPath(b.Kind)
	f := v.Frame(ctx, "booking."+b.Kind+".heading")
	p := web.ViewPage{DeskFrame: f, Heading: v.Loc.Money(b.Amount), Back: &web.Link{Text: f.Title, Href: path}, Facts: facts}
	if !b.Reversed.IsZero() {
		return p, nil
	}
	if b.Against == ledger.Payables && b.PaidOn == "" {
		form, err := d.payForm(ctx, v, b, bad)
		if err != nil {
			return p, err
		}
		p.Forms = append(p.Forms, form)
	}
	p.Forms = append(p.Forms, web.Form{ID: "reverse", Action: path + "/" + b.ID + "/reverse", Nonce: v.Nonce(), Submit: v.Loc.T("booking.reverse"), Quiet: true,
		Errors: desk.ErrorsOf(someOf(bad, "why")), Groups: []web.FieldGroup{{Legend: v.Loc.T("booking.reverse"), Hint: v.Loc.T("booking.reverse.say"), Fields: []web.Field{
			{Name: "why", Label: v.Loc.T("booking.why"), Hint: v.Loc.T("booking.why.hint"), Value: v.Field("why"), Required: true, Dir: "auto"}}}}})
	return p, nil
}

// someOf are the faults of some fields, for a page with several forms.
func someOf(bad fault.Fields, names ...string) fault.Fields {
	out := fault.Fields{}
	for name, say := range bad {
		if slices.Contains(names, name) {
			out[name] = say
		}
	}
	return out
}

func (d *Pages) bookingFacts(ctx context.Context, v *visit, b store.Booking, names map[string]string) ([]web.Fact, error) {
	facts := []web.Fact{{Name: v.Loc.T("booking.date"), Value: v.day(b.Date), Tag: v.bookingTag(b)}, {Name: v.Loc.T("booking.account"), Value: named(names, b.Account)}}
	add := func(key, value string) {
		if value != "" {
			facts = append(facts, web.Fact{Name: v.Loc.T(key), Value: value})
		}
	}
	if b.Against != "" {
		add("booking."+b.Kind+".against", named(names, b.Against))
	}
	if b.PaidOn != "" {
		add("booking.paid", v.day(b.PaidOn)+" · "+named(names, b.PaidFrom))
	}
	if b.Campaign != "" {
		c, err := d.Store.Campaign(ctx, b.Campaign)
		if err != nil {
			return nil, err
		}
		add("booking.campaign", desk.WordsIn(c.Title, v.Loc.Lang(), v.Outlet.Language))
	}
	add("booking.public", b.Public)
	add("booking."+b.Kind+".party", b.Party)
	add("booking.document", b.Document)
	add("booking.note", b.Note)
	add("booking.by", v.Loc.DateTime(b.CreatedAt.In(v.Outlet.Location()))+" · "+b.By.Name)
	if !b.Reversed.IsZero() {
		add("booking.reversed", v.Loc.DateTime(b.Reversed.In(v.Outlet.Location()))+" · "+b.ReversedBy.Name)
		add("booking.why", b.Why)
	}
	return facts, nil
}

func (d *Pages) payForm(ctx context.Context, v *visit, b store.Booking, bad fault.Fields) (web.Form, error) {
	_, places, err := d.bookingAccounts(ctx, v, ledger.KindIncome)
	day := v.Field("day")
	if day == "" {
		day = d.today(v)
	}
	return web.Form{ID: "pay", Action: expensesPath + "/" + b.ID + "/pay", Nonce: v.Nonce(), Submit: v.Loc.T("booking.pay"), Errors: desk.ErrorsOf(someOf(bad, "day", "from")),
		Groups: []web.FieldGroup{{Legend: v.Loc.T("booking.pay"), Hint: v.Loc.T("booking.pay.say"), Fields: []web.Field{
			{Name: "day", Kind: "date", Label: v.Loc.T("booking.date"), Value: day, Required: true},
			{Name: "from", Kind: "select", Label: v.Loc.T("booking.expense.against"), Value: v.Field("from"), Options: places}}}}}, err
}

// doPayBooking books the payment of an expense that was owed.
func (d *Pages) doPayBooking(ctx context.Context, v *visit) (web.Page, error) {
	b, err := d.bookingOf(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	_, places, err := d.bookingAccounts(ctx, v, ledger.KindIncome)
	if err != nil {
		return web.Page{}, err
	}
	bad, day, from := fault.Fields{}, v.Field("day"), v.Field("from")
	if (ledger.Booking{Date: day}).BadDay(d.today(v)) || day < b.Date {
		bad["day"] = v.Loc.T("booking.bad.paid")
	}
	if !slices.Contains(values(places), from) {
		bad["from"] = v.Loc.T("booking.bad.against")
	}
	if len(bad) > 0 {
		return d.bookingAgain(ctx, v, bad)
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.PayBooking(ctx, v.By(), b.ID, from, day) })
	return desk.See(expensesPath + "/" + b.ID + "?done=booked"), err
}

func (d *Pages) bookingAgain(ctx context.Context, v *visit, bad fault.Fields) (web.Page, error) {
	p, err := d.bookingViewPage(ctx, v, bad)
	if err != nil {
		return web.Page{}, err
	}
	return v.Again("desk/view", p)
}

// doReverseBooking takes a booking back, with a reason that stands in the books.
func (d *Pages) doReverseBooking(ctx context.Context, v *visit) (web.Page, error) {
	b, err := d.bookingOf(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	why := v.Field("why")
	if n := utf8.RuneCountInString(why); n < 3 || n > 200 || strings.ContainsFunc(why, unicode.IsControl) {
		return d.bookingAgain(ctx, v, fault.Fields{"why": v.Loc.T("booking.bad.why")})
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.ReverseBooking(ctx, v.By(), b.ID, d.today(v), why) })
	return desk.See(bookingPath(b.Kind) + "/" + b.ID + "?done=reversed"), err
}
