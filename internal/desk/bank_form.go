package desk

import (
	"context"
	"errors"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/web"
)

func (d *Desk) newAccount(ctx context.Context, v *visit) (web.Page, error) {
	o := v.outlet
	holder := o.LegalName
	if holder == "" {
		holder = o.Name
	}
	return d.draw(v, "desk/form", d.bankPage(ctx, v, giro.Account{Currency: o.Currency, Holder: holder, Shown: true}, nil))
}

func (d *Desk) editAccount(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.openAccount(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	return d.draw(v, "desk/form", d.bankPage(ctx, v, a, nil))
}

func (d *Desk) openAccount(ctx context.Context, v *visit) (giro.Account, error) {
	a, err := d.banks().Account(ctx, v.PathValue("id"))
	if err == nil && !a.ClosedAt.IsZero() {
		return a, v.refuse(fault.Conflict, "bank.bad.closed")
	}
	return a, err
}

// bankPage is the form of an account. What was typed and is no number stands
// in it as it was typed.
func (d *Desk) bankPage(ctx context.Context, v *visit, a giro.Account, bad fault.Fields) web.FormPage {
	title := "bank.add"
	if a.ID != "" {
		title = "bank.edit"
	}
	f := d.frame(ctx, v, title)
	typed := func(name string, i giro.IBAN) string {
		if v.PostForm.Has(name) {
			return v.field(name)
		}
		return i.Grouped()
	}
	field := func(name, value, dir string, optional bool) web.Field {
		x := web.Field{Name: name, Label: v.loc.T("bank." + name + ".label"), Value: value, Dir: dir, Optional: optional, Required: !optional}
		if hint := "bank." + name + ".hint"; v.loc.Has(hint) {
			x.Hint = v.loc.T(hint)
		}
		return x
	}
	lines := field("lines", v.field("lines"), "auto", true)
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
		{Legend: v.loc.T("bank.group.account"), Fields: first},
		{Legend: v.loc.T("bank.group.number"), Fields: []web.Field{field("iban", typed("iban", a.IBAN), "ltr", true), field("bic", a.BIC, "ltr", true),
			field("bank_name", a.BankName, "auto", true), lines}},
		{Legend: v.loc.T("bank.group.swiss"), Hint: v.loc.T("bank.group.swiss.hint"), Fields: []web.Field{field("qr", typed("qr", a.QRIBAN), "ltr", true),
			field("street", a.Address.Street, "auto", true), field("number", a.Address.Number, "auto", true), field("postcode", a.Address.Postcode, "ltr", true),
			field("town", a.Address.Town, "auto", true), field("country", a.Address.Country, "ltr", true)}},
		{Fields: []web.Field{shown}},
	}
	if v.may(staff.ConnectBank, staff.Object{}).Reason {
		groups[3].Fields = append(groups[3].Fields, field("reason", v.field("reason"), "auto", false))
	}
	action := accountsPath + "/new"
	if a.ID != "" {
		action = accountsPath + "/" + a.ID
	}
	form := web.Form{ID: "account", Action: action, Nonce: v.nonce(), Submit: v.loc.T("settings.act"), Groups: groups,
		Errors: errorsOf(bad, "title", "holder", "currency", "name", "iban", "bic", "lines", "qr", "street", "number", "postcode", "town", "country", "reason")}
	p := web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.loc.T("bank.say"), Forms: []web.Form{form}}
	if a.ID != "" {
		p.Panels = []web.Panel{{ID: "close", Heading: v.loc.T("bank.close"), Text: v.loc.T("bank.close.say"),
			Buttons: []web.PostButton{*v.button("bank.close.act", accountsPath+"/"+a.ID+"/close", a.Title)}}}
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
	a.Title, a.Holder, a.BankName, a.Lines, a.Shown = v.field("title"), v.field("holder"), v.field("bank_name"), readLines(v.PostForm.Get("lines")), v.field("shown") != ""
	a.Address = giro.Address{Street: v.field("street"), Number: v.field("number"), Postcode: v.field("postcode"), Town: v.field("town"), Country: strings.ToUpper(v.field("country"))}
	a.BIC = giro.Plain(v.field("bic"))
	if a.ID == "" {
		a.Currency, a.Name = strings.ToUpper(v.field("currency")), v.field("name")
		if a.Name == "" {
			a.Name = giro.NameOf(a.Title)
		}
		if a.Name == "" {
			a.Name = "Main"
		}
	}
	for name, into := range map[string]*giro.IBAN{"iban": &a.IBAN, "qr": &a.QRIBAN} {
		*into = ""
		if v.field(name) == "" {
			continue
		}
		var err error
		if *into, err = giro.ParseIBAN(v.field(name)); err != nil {
			bad[name] = giro.SayIBAN(v.loc, err)
		}
	}
	var more fault.Fields
	if errors.As(a.Check(v.loc), &more) {
		for field, say := range more {
			if bad[field] == "" {
				bad[field] = say
			}
		}
	}
	if v.may(staff.ConnectBank, staff.Object{}).Reason && v.field("reason") == "" {
		bad["reason"] = v.loc.T("bank.bad.reason")
	}
	return a, bad
}
