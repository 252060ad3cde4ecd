package money

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const offlinePath = "/desk/money/offline"

// inHand is the form of a gift that was handed over, as it was filled in.
type inHand struct {
	id, amount, currency, day, kind, account, campaign, who, email, name, note, donor string
	thank                                                                             bool
}

// offline shows the form for cash and cheques, and those that were typed in.
func (d *Pages) offline(ctx context.Context, v *visit) (web.Page, error) {
	in := inHand{id: id.New(), currency: v.Outlet.Currency, day: d.Money.Now().In(v.Outlet.Location()).Format(time.DateOnly), kind: "cash", account: ledger.Cash, who: "none", thank: true}
	if donor := v.URL.Query().Get("donor"); donor != "" {
		in.donor, in.who = donor, "known"
	}
	p, err := d.offlinePage(ctx, v, in, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

func (d *Pages) offlinePage(ctx context.Context, v *visit, in inHand, bad fault.Fields) (web.FormPage, error) {
	f := v.Frame(ctx, "offline.heading")
	money, err := d.offlineMoney(ctx, v, in)
	if err != nil {
		return web.FormPage{}, err
	}
	who, err := d.offlineWho(ctx, v, in)
	if err != nil {
		return web.FormPage{}, err
	}
	form := web.Form{ID: "offline", Action: offlinePath, Nonce: v.Nonce(), Submit: v.Loc.T("offline.act"), Hidden: []web.HiddenField{{Name: "id", Value: in.id}},
		Errors: desk.ErrorsOf(bad, "amount", "currency", "day", "account", "campaign", "who", "email", "name", "note"),
		Groups: []web.FieldGroup{{Fields: money}, {Legend: v.Loc.T("offline.who"), Fields: who}}}
	if in.donor != "" {
		form.Hidden = append(form.Hidden, web.HiddenField{Name: "donor", Value: in.donor})
	}
	p := web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("offline.say"), Forms: []web.Form{form}}
	list, err := d.Store.OfflineGifts(ctx, desk.ListSize)
	if err != nil {
		return p, err
	}
	p.Panels = []web.Panel{{ID: "typed", Heading: v.Loc.T("offline.typed"), Text: v.Loc.T("offline.back.say"), Table: v.offlineTable(list)}}
	return p, nil
}

// offlineMoney are the fields about the money: how much, when, where it is, what
// it is for.
func (d *Pages) offlineMoney(ctx context.Context, v *visit, in inHand) ([]web.Field, error) {
	campaigns, currencies, err := d.offlineCampaigns(ctx, v)
	if err != nil {
		return nil, err
	}
	places, err := d.offlinePlaces(ctx, v)
	if err != nil {
		return nil, err
	}
	currency := web.Field{Name: "currency", Kind: "select", Label: v.Loc.T("offline.currency"), Value: in.currency}
	for _, c := range currencies {
		currency.Options = append(currency.Options, web.Option{Value: c, Text: v.Loc.CurrencyName(c)})
	}
	kind := web.Field{Name: "kind", Kind: "radio", Label: v.Loc.T("offline.kind"), Value: in.kind}
	for _, k := range offlineKinds {
		kind.Options = append(kind.Options, web.Option{Value: k, Text: v.Loc.T("offline.kind." + k)})
	}
	return []web.Field{
		{Name: "amount", Label: v.Loc.T("money.amount"), Value: in.amount, Required: true, InputMode: "decimal", Dir: "ltr"}, currency,
		{Name: "day", Kind: "date", Label: v.Loc.T("offline.day"), Value: in.day, Required: true}, kind,
		{Name: "account", Kind: "select", Label: v.Loc.T("offline.account"), Hint: v.Loc.T("offline.account.hint"), Value: in.account, Options: places},
		{Name: "campaign", Kind: "select", Label: v.Loc.T("money.for"), Value: in.campaign, Options: campaigns},
		{Name: "note", Label: v.Loc.T("offline.note"), Hint: v.Loc.T("offline.note.hint"), Value: in.note, Optional: true, Dir: "auto"},
	}, nil
}

var offlineKinds = []string{"cash", "cheque", "bank"}

// offlineCampaigns are what a gift can be for, and the currencies that come with
// it.
func (d *Pages) offlineCampaigns(ctx context.Context, v *visit) (list []web.Option, currencies []string, err error) {
	list, currencies = []web.Option{{Text: v.Loc.T("money.general")}}, []string{v.Outlet.Currency}
	all, err := d.Store.Campaigns(ctx)
	for _, c := range all {
		if c.State == fund.CampaignDraft || c.State == fund.CampaignCancelled || c.State == fund.CampaignScheduled {
			continue
		}
		list = append(list, web.Option{Value: c.ID, Text: desk.WordsIn(c.Title, v.Loc.Lang(), v.Outlet.Language)})
		if !slices.Contains(currencies, c.Currency) {
			currencies = append(currencies, c.Currency)
		}
	}
	return list, currencies, err
}

// offlinePlaces are where the money can be: in hand, or on an account whose
// statements nobody reads in. Where they are read, their line brings the gift,
// and typing it in as well would count it twice.
func (d *Pages) offlinePlaces(ctx context.Context, v *visit) ([]web.Option, error) {
	out := []web.Option{{Value: ledger.Cash, Text: v.Loc.T("offline.hand")}}
	list, err := d.banks().Accounts(ctx)
	for _, a := range list {
		if a.ClosedAt.IsZero() && a.StatementsFrom == "" {
			out = append(out, web.Option{Value: ledger.BankAccount(a.Name), Text: a.Title + " (" + a.Currency + ")"})
		}
	}
	return out, err
}

// offlineWho are the fields about the giver. One who was chosen on the page of a
// donor is named; that is a look at a donor and goes into the log.
func (d *Pages) offlineWho(ctx context.Context, v *visit, in inHand) ([]web.Field, error) {
	who := web.Field{Name: "who", Kind: "radio", Label: v.Loc.T("offline.giver"), Value: in.who, Options: []web.Option{
		{Value: "none", Text: v.Loc.T("offline.who.none")}, {Value: "named", Text: v.Loc.T("offline.who.named")}}}
	if in.donor != "" {
		g, err := d.Store.Giver(ctx, in.donor)
		if err != nil {
			return nil, err
		}
		if err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.Audit(ctx, v.By(), "donor.seen", "donor", in.donor, nil) }); err != nil {
			return nil, err
		}
		who.Options = append([]web.Option{{Value: "known", Text: giverName(g.Donor)}}, who.Options...)
	}
	return []web.Field{who,
		{Name: "name", Label: v.Loc.T("people.name"), Value: in.name, Optional: true, Dir: "auto"},
		{Name: "email", Kind: "email", Label: v.Loc.T("signin.email"), Hint: v.Loc.T("offline.email.hint"), Value: in.email, Optional: true, Dir: "ltr"},
		{Name: "thank", Kind: "check", Label: v.Loc.T("offline.thank"), Value: "on", Checked: in.thank},
	}, nil
}

func (v *visit) offlineTable(list []store.OfflineLine) *web.Table {
	t := &web.Table{Caption: v.Loc.T("offline.typed"), Columns: v.Columns("money.when", "money.for", "money.amount", "offline.back"), Empty: v.Loc.T("money.none")}
	t.Columns[2].Num = true
	for _, o := range list {
		row := web.Row{Cells: []web.Cell{{Text: v.day(o.Day), Small: v.Loc.T("offline.kind." + o.Kind), Href: giftsPath + "/" + o.PaymentID},
			{Text: v.campaignName(o.Campaign), Small: o.Note}, {Text: v.Loc.Money(o.Amount), Small: o.By}, {}}}
		switch {
		case !o.TakenBack.IsZero():
			row.Cells[3].Tag = &web.Tag{Text: v.Loc.T("offline.taken"), Kind: "hint"}
		case o.Refunded > 0:
			row.Cells[3].Tag = &web.Tag{Text: v.Loc.T("money.refunded"), Kind: "hint"}
		default:
			row.Cells[3].Button = v.Button("offline.back.act", offlinePath+"/"+o.ID+"/back", v.day(o.Day)+" "+v.Loc.Money(o.Amount))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// doOffline books a gift that was handed over.
func (d *Pages) doOffline(ctx context.Context, v *visit) (web.Page, error) {
	in := inHand{id: v.Field("id"), amount: v.Field("amount"), currency: v.Field("currency"), day: v.Field("day"), kind: v.Field("kind"), account: v.Field("account"),
		campaign: v.Field("campaign"), who: v.Field("who"), email: v.Field("email"), name: v.Field("name"), note: v.Field("note"), donor: v.Field("donor"), thank: v.Field("thank") != ""}
	g, bad, err := d.readOffline(ctx, v, in)
	if err != nil {
		return web.Page{}, err
	}
	if len(bad) > 0 {
		p, err := d.offlinePage(ctx, v, in, bad)
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/form", p)
	}
	_, err = d.Store.BookOffline(ctx, v.By(), g)
	return desk.See(offlinePath + "?done=offline"), err
}

func (d *Pages) doOfflineBack(ctx context.Context, v *visit) (web.Page, error) {
	err := d.Store.TakeBackOffline(ctx, v.By(), v.PathValue("id"), d.Money.Now(), v.Outlet.Location())
	return desk.See(offlinePath + "?done=offline-back"), err
}

// readOffline makes a gift of the form, or says field by field what is wrong.
func (d *Pages) readOffline(ctx context.Context, v *visit, in inHand) (store.OfflineGift, fault.Fields, error) {
	g, bad := store.OfflineGift{ID: in.id, Kind: in.kind, Account: in.account, Note: in.note, CampaignID: in.campaign, Quiet: !in.thank}, fault.Fields{}
	if !id.Valid(in.id) || !slices.Contains(offlineKinds, in.kind) {
		return g, nil, fault.New(fault.Invalid, "this form is not one of ours; open the page again")
	}
	if utf8.RuneCountInString(in.note) > 200 {
		bad["note"] = v.Loc.T("offline.bad.note")
	}
	g.Amount = v.offlineAmount(in, bad)
	g.At, g.Day = d.offlineDay(v, in.day, bad)
	if err := d.offlineTarget(ctx, v, in, g, bad); err != nil {
		return g, bad, err
	}
	g.Donor = v.offlineDonor(in, bad)
	return g, bad, nil
}

func (v *visit) offlineAmount(in inHand, bad fault.Fields) money.Amount {
	style := money.DecimalPoint
	if v.Loc.DecimalComma() {
		style = money.DecimalComma
	}
	a, err := money.Parse(in.amount, in.currency, style)
	if err != nil || a.Minor <= 0 {
		bad["amount"] = v.Loc.T("offline.bad.amount")
	}
	return a
}

// offlineDay reads the day on which the gift was handed over: not after today.
// The hour is noon, so that no change of zone moves it to another day.
func (d *Pages) offlineDay(v *visit, text string, bad fault.Fields) (time.Time, string) {
	now := d.Money.Now().In(v.Outlet.Location())
	day, err := time.ParseInLocation(time.DateOnly, text, v.Outlet.Location())
	if err != nil || day.After(now) || day.Year() < 1990 {
		bad["day"] = v.Loc.T("offline.bad.day")
		return now, text
	}
	at := time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, v.Outlet.Location())
	if at.After(now) {
		at = now
	}
	return at, text
}

// offlineTarget looks at where the money is and what it is for.
func (d *Pages) offlineTarget(ctx context.Context, v *visit, in inHand, g store.OfflineGift, bad fault.Fields) error {
	places, err := d.offlinePlaces(ctx, v)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(places, func(o web.Option) bool { return o.Value == in.account }) {
		bad["account"] = v.Loc.T("offline.bad.account")
	}
	if in.campaign == "" {
		return nil
	}
	c, err := d.Store.Campaign(ctx, in.campaign)
	if err != nil {
		return err
	}
	switch {
	case c.Currency != in.currency:
		bad["campaign"] = v.Loc.T("offline.bad.currency", "currency", v.Loc.CurrencyName(c.Currency))
	case bad["day"] == "" && !c.Counts(g.At, g.At):
		bad["campaign"] = v.Loc.T("offline.bad.window")
	}
	return nil
}

// offlineDonor is who gave; an address or a name is enough.
func (v *visit) offlineDonor(in inHand, bad fault.Fields) fund.Donor {
	switch in.who {
	case "known":
		return fund.Donor{ID: in.donor}
	case "named":
		x := fund.Donor{Name: in.name, Lang: v.Outlet.Language}
		if in.email != "" {
			if x.Email = fund.Email(in.email); x.Email == "" {
				bad["email"] = v.Loc.T("mail.bad.address")
			}
		}
		if in.email == "" && in.name == "" || utf8.RuneCountInString(in.name) > 100 {
			bad["name"] = v.Loc.T("offline.bad.name")
		}
		return x
	}
	return fund.Donor{}
}

// day writes a day of a statement or an entry, YYYY-MM-DD.
func (v *visit) day(text string) string {
	t, err := time.ParseInLocation(time.DateOnly, text, v.Outlet.Location())
	if err != nil {
		return text
	}
	return v.Loc.Date(t, locale.Long)
}
