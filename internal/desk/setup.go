package desk

import (
	"context"
	"errors"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// setup is the first start's form as it was filled in.
type setup struct {
	name, lang, zone, currency string
	person, email              string
}

// setupFields is the order of the fields, for the list of faults.
var setupFields = []string{"name", "language", "zone", "currency", "person", "email", "password"}

// freshSetup begins with what an import may have set already.
func (d *Desk) freshSetup(v *Visit) setup {
	in := setup{name: v.Outlet.Name, lang: v.Outlet.Language, zone: v.Outlet.Zone, currency: v.Outlet.Currency}
	if unnamed(v.Outlet) {
		in.name, in.lang = "", v.Loc.Lang()
	}
	return in
}

// publishIn are the languages offered for a newspaper; others can be set
// later.
var publishIn = strings.Fields("en de fa ar cs da el es fi fr he hi hu id it ja ko nl no pl ps pt ro ru sr sv tr uk ur vi zh")

func (d *Desk) setupPage(ctx context.Context, v *Visit, in setup, bad fault.Fields) web.SetupPage {
	t := v.Loc.T
	var langs []web.Option
	for _, tag := range publishIn {
		langs = append(langs, web.Option{Value: tag, Text: locale.NameOf(tag), Lang: tag})
	}
	form := web.Form{
		ID: "setup", Action: v.URL.Path, Nonce: v.Nonce(), Submit: t("setup.act"), Errors: ErrorsOf(bad, setupFields...),
		Groups: []web.FieldGroup{
			{Legend: t("setup.1"), Fields: []web.Field{
				{Name: "name", Label: t("setup.name"), Value: in.name, Required: true, Autocomplete: "organization", Dir: "auto"}}},
			{Legend: t("setup.2"), Fields: []web.Field{
				{Name: "language", Kind: "select", Label: t("setup.language"), Value: in.lang, Options: langs}}},
			{Legend: t("setup.3"), Fields: []web.Field{
				{Name: "zone", Label: t("setup.zone"), Hint: t("setup.zone.hint"), Value: in.zone, Required: true, Dir: "ltr"}}},
			{Legend: t("setup.4"), Fields: []web.Field{
				{Name: "currency", Label: t("setup.currency"), Hint: t("setup.currency.hint"), Value: in.currency, Required: true, Dir: "ltr"}}},
			{Legend: t("setup.5"), Fields: []web.Field{
				{Name: "person", Label: t("setup.person"), Value: in.person, Required: true, Autocomplete: "name", Dir: "auto"},
				{Name: "email", Kind: "email", Label: t("signin.email"), Value: in.email, Required: true, Autocomplete: "email", Dir: "ltr"},
				d.setupPassword(v),
			}},
		},
	}
	return web.SetupPage{DeskFrame: v.Frame(ctx, "setup.heading"), Intro: t("setup.say"), Form: form}
}

// setupPassword may stay empty where a passkey can be made: the next page asks
// for one.
func (d *Desk) setupPassword(v *Visit) web.Field {
	f := d.newPassword(v)
	if _, why := v.keySite(); why == "" {
		f.Required, f.Optional = false, true
		f.Hint = v.Loc.T("setup.passkey") + " " + f.Hint
	} else {
		f.Hint = v.Loc.T("passkey.why."+string(why)) + " " + f.Hint
	}
	return f
}

// doSetup makes the newsroom and its owner.
func (d *Desk) doSetup(ctx context.Context, v *Visit) (web.Page, error) {
	in := setup{name: v.Field("name"), lang: v.Field("language"), zone: v.Field("zone"), currency: strings.ToUpper(v.Field("currency")),
		person: v.Field("person"), email: v.Field("email")}
	o := v.Outlet
	o.Name, o.Language, o.Zone, o.Currency = in.name, in.lang, in.zone, in.currency
	bad := d.checkSetup(v, o, &in)
	if len(bad) > 0 {
		return v.Again("desk/setup", d.setupPage(ctx, v, in, bad))
	}
	next, hash, err := "/desk/account/passkeys/new?done=setup", "", error(nil)
	if password := v.PostForm.Get("password"); password != "" {
		next = "/desk?done=setup"
		if hash, err = d.hash(ctx, password); err != nil {
			return web.Page{}, err
		}
	}
	token, a, err := d.found(ctx, v, o, in, hash)
	if fault.Is(err, fault.Gone) {
		return web.Page{}, v.Refuse(fault.Gone, "link.gone")
	}
	if err != nil {
		return web.Page{}, err
	}
	return d.onward(v, token, a, "setup", next), nil
}

func (d *Desk) checkSetup(v *Visit, o outlet.Outlet, in *setup) fault.Fields {
	bad := v.OutletFaults(o.Validate())
	if in.person == "" {
		bad["person"] = v.Loc.T("people.bad.name")
	}
	clean, err := mail.CleanAddress(in.email)
	if err != nil {
		bad["email"] = v.Loc.T("mail.bad.address")
	} else {
		in.email = clean
	}
	password := v.PostForm.Get("password")
	if _, why := v.keySite(); password == "" && why == "" {
		return bad
	}
	if key := staff.CheckPassword(password, in.name, in.person, in.email); key != "" {
		bad["password"] = v.password(key)
	}
	return bad
}

// found writes all of the first start in one transaction with the link that
// allowed it, and signs the owner in.
func (d *Desk) found(ctx context.Context, v *Visit, o outlet.Outlet, in setup, hash string) (token string, a store.Account, err error) {
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.UseLink(ctx, v.PathValue("token")); err != nil {
			return err
		}
		if has, err := tx.HasOwner(ctx); err != nil || has {
			return errors.Join(err, fault.New(fault.Gone, "the newsroom was set up by somebody else meanwhile"))
		}
		by := store.Actor{Name: in.person}
		staffID, err := tx.AddStaff(ctx, by, staff.Person{Email: in.email, Name: in.person, Lang: locale.For(in.lang).Lang(),
			Grants: []staff.Grant{{Role: staff.Owner}}})
		if err != nil {
			return err
		}
		by.ID = staffID
		if err := tx.PutOutlet(ctx, by, o); err != nil {
			return err
		}
		if err := firstSection(ctx, tx, o.Language); err != nil {
			return err
		}
		if hash != "" {
			if err := tx.SetPassword(ctx, by, staffID, hash, ""); err != nil {
				return err
			}
		}
		if a, err = tx.Account(ctx, staffID); err != nil {
			return err
		}
		token, err = d.begin(ctx, tx, v, a, "setup")
		return err
	})
	return token, a, err
}

// firstSection makes one where none has come by an import: a story can't be sent
// to review without.
func firstSection(ctx context.Context, tx *store.Tx, lang string) error {
	all, err := tx.Sections(ctx)
	if err != nil || len(all) > 0 {
		return err
	}
	_, err = tx.PutSection(ctx, news.Section{Slug: "news", Name: outlet.Words{lang: locale.For(lang).T("setup.section")}})
	return err
}
