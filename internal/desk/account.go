package desk

import (
	"context"
	"net/url"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// accountPage shows what somebody may change about their own account.
func (d *Desk) accountPage(ctx context.Context, v *Visit) (web.Page, error) {
	p, err := d.ownAccount(ctx, v, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

func (d *Desk) ownAccount(ctx context.Context, v *Visit, bad fault.Fields) (web.FormPage, error) {
	keys, err := d.passkeysPanel(ctx, v)
	if err != nil {
		return web.FormPage{}, err
	}
	codes, err := d.codesPanel(ctx, v, len(keys.Table.Rows))
	if err != nil {
		return web.FormPage{}, err
	}
	f := v.Frame(ctx, "nav.account")
	return web.FormPage{
		DeskFrame: f, Heading: f.Title, Intro: v.Account.Name + " · " + v.Account.Email, Tabs: accountTabs(v, "/desk/account"),
		Forms:  []web.Form{d.passwordForm(v, len(keys.Table.Rows), bad), d.languageForm(v)},
		Panels: []web.Panel{keys, d.secondStepPanel(v, len(keys.Table.Rows)), codes},
	}, nil
}

func accountTabs(v *Visit, current string) []web.Tab {
	return []web.Tab{{Text: v.Loc.T("account.signing"), Href: "/desk/account", Current: current == "/desk/account"},
		{Text: v.Loc.T("account.sessions"), Href: "/desk/account/sessions", Current: current == "/desk/account/sessions"},
		{Text: v.Loc.T("tokens.heading"), Href: "/desk/account/tokens", Current: current == "/desk/account/tokens"}}
}

func (d *Desk) passwordForm(v *Visit, keys int, bad fault.Fields) web.Form {
	var fields []web.Field
	if v.Account.PasswordHash != "" {
		fields = append(fields, web.Field{Name: "current", Kind: "password", Label: v.Loc.T("password.current"), Required: true,
			Autocomplete: "current-password", Dir: "ltr"})
	}
	return web.Form{ID: "password", Action: "/desk/account/password", Nonce: v.Nonce(), Submit: v.Loc.T("choose.act"),
		Errors: ErrorsOf(bad, "current", "password"), Quiet: keys > 0,
		Groups: []web.FieldGroup{{Legend: v.Loc.T("signin.password"), Fields: append(fields, d.newPassword(v))}}}
}

func (d *Desk) languageForm(v *Visit) web.Form {
	return web.Form{ID: "lang", Action: "/desk/account/language", Nonce: v.Nonce(), Submit: v.Loc.T("account.language.act"), Quiet: true,
		Groups: []web.FieldGroup{{Legend: v.Loc.T("account.language"), Fields: []web.Field{deskLanguage(v, v.Account.Lang)}}}}
}

func deskLanguage(v *Visit, value string) web.Field {
	f := web.Field{Name: "lang", Kind: "select", Label: v.Loc.T("account.language.label"), Value: value}
	for _, tag := range locale.Languages() {
		f.Options = append(f.Options, web.Option{Value: tag, Text: locale.NameOf(tag), Lang: tag})
	}
	return f
}

// secondStepPanel is about the code that follows the password. Who has passkeys
// can do without both.
func (d *Desk) secondStepPanel(v *Visit, keys int) web.Panel {
	p := web.Panel{ID: "second", Heading: v.Loc.T("account.second"), Text: v.Loc.T("account.second.off")}
	switch {
	case v.Account.PasswordHash == "":
		p.Text = v.Loc.T("account.second.nopassword")
	case v.Account.TOTPBox == "":
		p.Links = []web.Link{{Text: v.Loc.T("account.second.start"), Href: "/desk/account/second-step"}}
	default:
		p.Text = v.Loc.T("account.second.on")
		p.Buttons = []web.PostButton{*v.Button("account.second.stop", "/desk/account/second-step/off", "")}
	}
	if keys > 0 && v.Account.PasswordHash != "" {
		p.Text += "\n\n" + v.Loc.T("account.only.say")
		p.Buttons = append(p.Buttons, *v.Button("account.only", "/desk/account/password/remove", ""))
	}
	return p
}

// doPassword changes the password. The current one is asked for, where there is
// one, and tries are limited as at the gate; all other sessions end.
func (d *Desk) doPassword(ctx context.Context, v *Visit) (web.Page, error) {
	bad := fault.Fields{}
	if v.Account.PasswordHash == "" && !v.proved() { // nothing else shows who sits there
		return See("/desk/prove?next=" + url.QueryEscape(v.comeBack())), nil
	}
	if v.Account.PasswordHash != "" {
		good, err := d.tryPassword(ctx, v, v.PostForm.Get("current"))
		if err != nil {
			return web.Page{}, err
		}
		if !good {
			bad["current"] = v.Loc.T("password.wrong")
		}
	}
	password := v.PostForm.Get("password")
	if key := staff.CheckPassword(password, v.Outlet.Name, v.Account.Name, v.Account.Email); key != "" {
		bad["password"] = v.password(key)
	}
	if len(bad) > 0 {
		p, err := d.ownAccount(ctx, v, bad)
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/form", p)
	}
	hash, err := d.hash(ctx, password)
	if err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetPassword(ctx, v.By(), v.Account.ID, hash, v.token) })
	return See("/desk/account?done=password"), err
}

// tryPassword checks the password of somebody who is signed in.
func (d *Desk) tryPassword(ctx context.Context, v *Visit, password string) (bool, error) {
	limits := signInLimits(v.Account.Email, web.Client(ctx))
	if wait := d.limits.Take(limits); wait > 0 {
		return false, spoken{fault.New(fault.TooMany, "%s", v.minutes("signin.wait", wait))}
	}
	good, err := d.verify(ctx, v.Account.PasswordHash, password)
	if good {
		d.limits.Give(limits)
	}
	return good, err
}

func (d *Desk) doLanguage(ctx context.Context, v *Visit) (web.Page, error) {
	lang := locale.For(v.Field("lang")).Lang()
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetStaffLang(ctx, v.Account.ID, lang) })
	return See("/desk/account?done=saved"), err
}

// doSignOutEverywhere ends all sessions of the account, this one too.
func (d *Desk) doSignOutEverywhere(ctx context.Context, v *Visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.EndSessions(ctx, v.By(), v.Account.ID, "") })
	p := See("/desk/sign-in?done=signed-out")
	p.Header = d.cookie(v, "")
	return p, err
}
