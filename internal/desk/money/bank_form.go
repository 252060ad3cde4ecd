package money

import (
	"context"
	"errors"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/web"
)

func (d *Pages) newAccount(ctx context.Context, v *visit) (web.Page, error) {
	o := v.Outlet
	holder := o.LegalName
	if holder == "" {
		holder = o.Name
	}
	return v.Draw("desk/form", d.bankPage(ctx, v, giro.Account{Currency: o.Currency, Holder: holder, Shown: true}, nil))
}

func (d *Pages) editAccount(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.openAccount(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", d.bankPage(ctx, v, a, nil))
}

func (d *Pages) openAccount(ctx context.Context, v *visit) (giro.Account, error) {
	a, err := d.banks().Account(ctx, v.PathValue("id"))
	if err == nil && !a.ClosedAt.IsZero() {
		return a, v.Refuse(fault.Conflict, "bank.bad.closed")
	}
	return a, err
}

// bankPage is the form of an account. What was typed and is no number stands
// in it as it was typed.
func (d *Pages) bankPage(ctx context.Context, v *visit, a giro.Account, bad fault.Fields) web.FormPage {
	title := "bank.add"
	if a.ID != "" {
		title = "bank.edit"
	}
	f := v.Frame(ctx, title)
	typed := func(name string, i giro.IBAN) string {
		if v.PostForm.Has(name) {
			return v.Field(name)
		}
		return i.Grouped()
	}
	field := func(name, value, dir string, optional bool) web.Field {
		x := web.Field{Name: name, Label: v.Loc.T("bank." + name + ".label"), Value: value, Dir: dir, Optional: optional, Required: !optional}
		if hint := "bank." + name + ".hint"; v.Loc.Has(hint) {
			x.Hint = v.Loc.T(hint)
		}
		return x
	}
	lines := field("lines", v.Field("lines"), "auto", true)
	if !v.PostForm.Has("lines") {
		lines.Value = writeLines(a.Lines)
	}
	lines.Kind, lines.Rows = "area", 4
	shown := field("shown", "on", "", true)
	shown.Kind, shown.Checked, shown.Optional = "check", a.Shown, false
	first := []web.Field{field("title", a.Title, "auto", false), field("holder", a.Holder, "auto", false)}
	if a.ID == "" {
		first = append(first, field("currency", a.Currency, "ltr", false), field("name", a.Name, "ltr", true))
	}
	groups := []web.FieldGroup{
		{Legend: v.Loc.T("bank.group.account"), Fields: first},
		{Legend: v.Loc.T("bank.group.number"), Fields: []web.Field{field("iban", typed("iban", a.IBAN), "ltr", true), field("bic", a.BIC, "ltr", true),
			field("bank_name", a.BankName, "auto", true), lines}},
		{Legend: v.Loc.T("bank.group.swiss"), Hint: v.Loc.T("bank.group.swiss.hint"), Fields: []web.Field{field("qr", typed("qr", a.QRIBAN), "ltr", true),
			field("street", a.Address.Street, "auto", true), field("number", a.Address.Number, "auto", true), field("postcode", a.Address.Postcode, "ltr", true),
			field("town", a.Address.Town, "auto", true), field("country", a.Address.Country, "ltr", true)}},
		{Fields: []web.Field{shown}},
	}
	if v.May(staff.ConnectBank, staff.Object{}).Reason {
		groups[3].Fields = append(groups[3].Fields, field("reason", v.Field("reason"), "auto", false))
	}
	action := accountsPath + "/new"
	if a.ID != "" {
		action = accountsPath + "/" + a.ID
	}
	form := web.Form{ID: "account", Action: action, Nonce: v.Nonce(), Submit: v.Loc.T("settings.act"), Groups: groups,
		Errors: desk.ErrorsOf(bad, "title", "holder", "currency", "name", "iban", "bic", "lines", "qr", "street", "number", "postcode", "town", "country", "reason")}
	p := web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("bank.say"), Forms: []web.Form{form}}
	if a.ID != "" {
		p.Panels = []web.Panel{{ID: "close", Heading: v.Loc.T("bank.close"), Text: v.Loc.T("bank.close.say"),
			Buttons: []web.PostButton{*v.Button("bank.close.act", accountsPath+"/"+a.ID+"/close", a.Title)}}}
	}
	return p
}

func writeLines(list []giro.Line) string {
	var b strings.Builder
	for _, x := range list {
		b.WriteString(x.Label + ": " + x.Text + "\n")
	}
	return b.String()
}

// readLines reads "Label: value", one a line. A line without a colon has no
// label, which the account's check refuses.
func readLines(text string) []giro.Line {
	var out []giro.Line
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		label, value, found := strings.Cut(line, ":")
		if !found {
			label, value = "", line
		}
		out = append(out, giro.Line{Label: strings.TrimSpace(label), Text: strings.TrimSpace(value)})
	}
	return out
}

// readAccount reads the form into an account. Name and currency stay what they
// were: entries of the books bear them.
func (v *visit) readAccount(was giro.Account) (giro.Account, fault.Fields) {
	a, bad := was, fault.Fields{}
	a.Title, a.Holder, a.BankName, a.Lines, a.Shown = v.Field("title"), v.Field("holder"), v.Field("bank_name"), readLines(v.PostForm.Get("lines")), v.Field("shown") != ""
	a.Address = giro.Address{Street: v.Field("street"), Number: v.Field("number"), Postcode: v.Field("postcode"), Town: v.Field("town"), Country: strings.ToUpper(v.Field("country"))}
	a.BIC = giro.Plain(v.Field("bic"))
	if a.ID == "" {
		a.Currency, a.Name = strings.ToUpper(v.Field("currency")), v.Field("name")
		if a.Name == "" {
			a.Name = giro.NameOf(a.Title)
		}
		if a.Name == "" {
			a.Name = "Main"
		}
	}
	for name, into := range map[string]*giro.IBAN{"iban": &a.IBAN, "qr": &a.QRIBAN} {
		*into = ""
		if v.Field(name) == "" {
			continue
		}
		var err error
		if *into, err = giro.ParseIBAN(v.Field(name)); err != nil {
			bad[name] = giro.SayIBAN(v.Loc, err)
		}
	}
	var more fault.Fields
	if errors.As(a.Check(v.Loc), &more) {
		for field, say := range more {
			if bad[field] == "" {
				bad[field] = say
			}
		}
	}
	if v.May(staff.ConnectBank, staff.Object{}).Reason && v.Field("reason") == "" {
		bad["reason"] = v.Loc.T("bank.bad.reason")
	}
	return a, bad
}
