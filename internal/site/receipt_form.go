package site

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/receipt"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// maxTaxForm is the longest form about taxes.
const maxTaxForm = 16 << 10

// taxForm is one visit to a form about a donor's taxes.
type taxForm struct {
	*Receipts
	*shell
	r       *web.Request
	donorID string
	set     receipt.Settings
}

// visit opens a form for a donor who was not erased, and checks what was sent.
func (x *Receipts) visit(ctx context.Context, r *web.Request) (*taxForm, error) {
	donor, err := x.Site.Store.Donor(ctx, param(r, "donor"))
	if err != nil {
		return nil, err
	}
	sh, err := x.shell(ctx, r)
	if err != nil {
		return nil, err
	}
	v := &taxForm{Receipts: x, shell: sh, r: r, donorID: donor.ID}
	if v.set, err = x.Site.Store.ReceiptSettings(ctx); err != nil {
		return nil, err
	}
	if r.Method != http.MethodPost {
		return v, nil
	}
	if err := web.ReadForm(r, maxTaxForm); err != nil {
		return nil, err
	}
	_, _, err = x.Nonces.Check(v.purpose(), r.PostForm.Get("nonce"), x.Site.Clock.Now(), store.SessionLasts)
	if err != nil { // the page is drawn again by the same address
		return nil, fault.New(fault.Conflict, "%s", sh.T("receipt.form.old"))
	}
	return v, nil
}

func (v *taxForm) purpose() string { return "receipts " + v.donorID }

func (v *taxForm) nonce() string { return v.Nonces.Mint(v.purpose(), v.Site.Clock.Now()) }

// action is this page with its signature.
func (v *taxForm) action() string {
	q := v.r.URL.Query()
	q.Del("done")
	return v.Path(v.r.Path) + "?" + q.Encode()
}

func (v *taxForm) field(name string) string { return strings.TrimSpace(v.r.PostForm.Get(name)) }

// faults are what is wrong with a form, in the order of its fields.
func (v *taxForm) faults(err error, order ...string) []web.FieldError {
	var bad fault.Fields
	if !errors.As(err, &bad) {
		return nil
	}
	var out []web.FieldError
	for _, name := range order {
		if key, ok := bad[name]; ok {
			out = append(out, web.FieldError{Field: name, Say: v.T(key)})
		}
	}
	return out
}

// back leads to the donor's own page.
func (v *taxForm) back() []web.Link {
	return []web.Link{{Text: v.T("receipt.my"), Href: v.Path("/my")}}
}

// name takes full name and address for official receipts.
func (x *Receipts) name(ctx context.Context, r *web.Request) (web.Page, error) {
	v, err := x.visit(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	if !v.set.Use().Party {
		return web.Page{}, fault.New(fault.NotFound, "no official receipts are issued here")
	}
	if r.Method != http.MethodPost {
		return v.nameForm(http.StatusOK, receipt.Party{}, nil)
	}
	p := receipt.Party{Name: v.field("name"), Address: v.field("address")}
	if bad := p.Check(); bad != nil {
		return v.nameForm(http.StatusUnprocessableEntity, p, v.faults(bad, "name", "address"))
	}
	if err := x.Site.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutParty(ctx, v.donorID, p) }); err != nil {
		return web.Page{}, err
	}
	return again(r, v.outlet.Prefix(v.lang), "kept"), nil
}

func (v *taxForm) nameForm(status int, p receipt.Party, bad []web.FieldError) (web.Page, error) {
	page := web.MyFormPage{Heading: v.T("receipt.party"), Say: []string{v.T("receipt.party.say", "outlet", v.outlet.Name)}, Links: v.back()}
	if v.r.URL.Query().Get("done") == "kept" {
		page.Done = v.T("receipt.party.kept")
	}
	form := web.Form{ID: "party", Action: v.action(), Nonce: v.nonce(), Submit: v.T("receipt.party.act"), Errors: bad, Groups: []web.FieldGroup{{Fields: []web.Field{
		{Name: "name", Label: v.T("receipt.party.name"), Hint: v.T("receipt.party.name.hint"), Value: p.Name, Required: true, Autocomplete: "name", Dir: "auto"},
		{Name: "address", Label: v.T("receipt.party.address"), Kind: "area", Rows: 4, Value: p.Address, Required: true, Autocomplete: "street-address", Dir: "auto"},
	}}}}
	page.Panels = []web.MyPanel{{ID: "name", Form: &form}}
	return v.drawn(v.shell, status, page)
}

// giftAid takes a donor's Gift Aid declaration, and its withdrawal. The page is
// in English throughout: it is a declaration under British law, whose wording is
// kept with it.
func (x *Receipts) giftAid(ctx context.Context, r *web.Request) (web.Page, error) {
	v, err := x.visit(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	v.Frame.Locale, v.Frame.ContentLang = locale.For("en"), ""
	use := v.set.Use()
	if !use.GiftAid {
		return web.Page{}, fault.New(fault.NotFound, "Gift Aid is not claimed here")
	}
	if r.Method != http.MethodPost {
		return v.giftAidForm(ctx, http.StatusOK, receipt.Declaration{}, nil) // nothing is ticked beforehand
	}
	if v.field("do") == "withdraw" {
		err := x.Site.Store.Write(ctx, func(tx *store.Tx) error { _, err := tx.WithdrawDeclarations(ctx, v.donorID, x.Money.Now()); return err })
		return again(r, v.outlet.Prefix(v.lang), "withdrawn"), err
	}
	d := v.declaration(use)
	if bad := d.Check(); bad != nil {
		return v.giftAidForm(ctx, http.StatusUnprocessableEntity, d, v.faults(bad, "past", "scope", "title", "first_name", "last_name", "house", "postcode"))
	}
	err = x.Site.Store.Write(ctx, func(tx *store.Tx) error { return tx.Declare(ctx, d) })
	return again(r, v.outlet.Prefix(v.lang), "declared"), err
}

// declaration is what was sent; its id is that of the form, so that a form sent
// twice declares once.
func (v *taxForm) declaration(use receipt.Regime) receipt.Declaration {
	token := v.r.PostForm.Get("nonce")
	on := func(name string) bool { return v.r.PostForm.Get(name) != "" }
	return receipt.Declaration{
		ID: token[:id.Len], DonorID: v.donorID, Version: use.Version, Wording: use.Wording(v.set.CharityName()),
		Title: v.field("title"), FirstName: v.field("first_name"), LastName: v.field("last_name"), House: v.field("house"),
		Address: v.field("address"), Postcode: v.field("postcode"), Past: on("past"), Present: on("present"), Future: on("future"), MadeAt: v.Money.Now(),
	}
}

func (v *taxForm) giftAidForm(ctx context.Context, status int, d receipt.Declaration, bad []web.FieldError) (web.Page, error) {
	use, name := v.set.Use(), v.set.CharityName()
	page := web.MyFormPage{Heading: v.T("receipt.giftaid"), Say: paragraphsOf(use.Says("declaration_intro", name)), Links: v.back()}
	if done := v.r.URL.Query().Get("done"); done == "declared" || done == "withdrawn" {
		page.Done = v.T("receipt.giftaid." + done)
	}
	have, err := v.Site.Store.DeclarationsOf(ctx, v.donorID)
	if err != nil {
		return web.Page{}, err
	}
	have = slices.DeleteFunc(have, func(d receipt.Declaration) bool { return !d.Withdrawn.IsZero() })
	for _, x := range have {
		page.Facts = append(page.Facts, web.Fact{Name: v.T("receipt.giftaid.made"), Value: v.On(x.MadeAt)})
	}
	form := v.giftAidFields(use, name, d)
	form.Errors = bad
	page.Panels = []web.MyPanel{{ID: "declare", Heading: v.T("receipt.giftaid.declare"), Say: []string{use.Says("declaration", name)}, Form: &form},
		{ID: "notes", Say: paragraphsOf(use.Says("declaration_notes", name))}}
	if len(have) > 0 {
		page.Panels = append(page.Panels, web.MyPanel{ID: "withdraw", Heading: v.T("receipt.giftaid.withdraw"), Say: []string{v.T("receipt.giftaid.withdraw.say")},
			Buttons: []web.PostButton{{Text: v.T("receipt.giftaid.withdraw"), Action: v.action(), Nonce: v.nonce(), Fields: []web.HiddenField{{Name: "do", Value: "withdraw"}}}}})
	}
	return v.drawn(v.shell, status, page)
}

func (v *taxForm) giftAidFields(use receipt.Regime, name string, d receipt.Declaration) web.Form {
	tick := func(field string, on bool) web.Field {
		return web.Field{Name: field, Kind: "check", Label: use.Says("declaration_"+field, name), Checked: on}
	}
	line := func(field, value, autocomplete string) web.Field {
		return web.Field{Name: field, Label: v.T("receipt.giftaid." + field), Value: value, Autocomplete: autocomplete, Dir: "auto", Required: true}
	}
	who := []web.Field{line("title", d.Title, "honorific-prefix"), line("first_name", d.FirstName, "given-name"), line("last_name", d.LastName, "family-name"),
		line("house", d.House, "address-line1"), line("address", d.Address, "address-line2"), line("postcode", d.Postcode, "postal-code")}
	for _, i := range []int{0, 4, 5} {
		who[i].Required, who[i].Optional = false, true
	}
	who[5].Hint = v.T("receipt.giftaid.postcode.hint")
	return web.Form{ID: "giftaid", Action: v.action(), Nonce: v.nonce(), Submit: v.T("receipt.giftaid.act"), Groups: []web.FieldGroup{
		{Legend: use.Says("declaration_scope", name), Fields: []web.Field{tick("past", d.Past), tick("present", d.Present), tick("future", d.Future)}},
		{Legend: v.T("receipt.giftaid.you"), Fields: who}}}
}

func paragraphsOf(text string) []string { return strings.Split(text, "\n\n") }
