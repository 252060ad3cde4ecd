package desk

import (
	"context"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// accountPage shows what somebody may change about their own account.
func (d *Desk) accountPage(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.ownAccount(ctx, v, nil)
	if err != nil {
		return web.Page{}, err
	}
	return d.draw(v, "desk/form", p)
}

func (d *Desk) ownAccount(ctx context.Context, v *visit, bad fault.Fields) (web.FormPage, error) {
	sessions, err := d.Store.Sessions(ctx, v.account.ID)
	if err != nil {
		return web.FormPage{}, err
	}
	f := d.frame(ctx, v, "nav.account")
	return web.FormPage{
		DeskFrame: f, Heading: f.Title, Intro: v.account.Name + " · " + v.account.Email,
		Forms:  []web.Form{d.passwordForm(v, bad), d.languageForm(v)},
		Panels: []web.Panel{d.secondStepPanel(v), sessionsPanel(v, sessions)},
	}, nil
}

func (d *Desk) passwordForm(v *visit, bad fault.Fields) web.Form {
	var fields []web.Field
	if v.account.PasswordHash != "" {
		fields = append(fields, web.Field{Name: "current", Kind: "password", Label: v.loc.T("password.current"), Required: true,
			Autocomplete: "current-password", Dir: "ltr"})
	}
	return web.Form{ID: "password", Action: "/desk/account/password", Nonce: v.nonce(), Submit: v.loc.T("choose.act"),
		Errors: errorsOf(bad, "current", "password"),
		Groups: []web.FieldGroup{{Legend: v.loc.T("signin.password"), Fields: append(fields, d.newPassword(v))}}}
}

func (d *Desk) languageForm(v *visit) web.Form {
	return web.Form{ID: "lang", Action: "/desk/account/language", Nonce: v.nonce(), Submit: v.loc.T("account.language.act"), Quiet: true,
		Groups: []web.FieldGroup{{Legend: v.loc.T("account.language"), Fields: []web.Field{deskLanguage(v, v.account.Lang)}}}}
}

func deskLanguage(v *visit, value string) web.Field {
	f := web.Field{Name: "lang", Kind: "select", Label: v.loc.T("account.language.label"), Value: value}
	for _, tag := range locale.Languages() {
		f.Options = append(f.Options, web.Option{Value: tag, Text: locale.NameOf(tag), Lang: tag})
	}
	return f
}

func (d *Desk) secondStepPanel(v *visit) web.Panel {
	p := web.Panel{ID: "second", Heading: v.loc.T("account.second"), Text: v.loc.T("account.second.off")}
	if v.account.TOTPBox == "" {
		p.Links = []web.Link{{Text: v.loc.T("account.second.start"), Href: "/desk/account/second-step"}}
		return p
	}
	p.Text = v.loc.T("account.second.on")
	p.Buttons = []web.PostButton{*v.button("account.second.stop", "/desk/account/second-step/off", "")}
	return p
}

func sessionsPanel(v *visit, list []store.Session) web.Panel {
	return web.Panel{ID: "sessions", Heading: v.loc.T("account.sessions"), Text: v.loc.N("account.sessions.n", len(list)),
		Buttons: []web.PostButton{*v.button("account.everywhere", "/desk/account/sign-out-everywhere", "")}}
}

// doPassword changes the password. The current one is asked for, where there is
// one, and tries are limited as at the gate; all other sessions end.
func (d *Desk) doPassword(ctx context.Context, v *visit) (web.Page, error) {
	bad := fault.Fields{}
	if v.account.PasswordHash != "" {
		good, err := d.tryPassword(ctx, v, v.PostForm.Get("current"))
		if err != nil {
			return web.Page{}, err
		}
		if !good {
			bad["current"] = v.loc.T("password.wrong")
		}
	}
	password := v.PostForm.Get("password")
	if key := staff.CheckPassword(password, v.outlet.Name, v.account.Name, v.account.Email); key != "" {
		bad["password"] = v.password(key)
	}
	if len(bad) > 0 {
		p, err := d.ownAccount(ctx, v, bad)
		if err != nil {
			return web.Page{}, err
		}
		return d.again(v, "desk/form", p)
	}
	hash, err := d.hash(ctx, password)
	if err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetPassword(ctx, v.by(), v.account.ID, hash, v.token) })
	return see("/desk/account?done=password"), err
}

// tryPassword checks the password of somebody who is signed in.
func (d *Desk) tryPassword(ctx context.Context, v *visit, password string) (bool, error) {
	limits := signInLimits(v.account.Email, web.Client(ctx))
	if wait := d.limits.take(limits); wait > 0 {
		return false, spoken{fault.New(fault.TooMany, "%s", v.minutes("signin.wait", wait))}
	}
	good, err := d.verify(ctx, v.account.PasswordHash, password)
	if good {
		d.limits.give(limits)
	}
	return good, err
}

func (d *Desk) doLanguage(ctx context.Context, v *visit) (web.Page, error) {
	lang := locale.For(v.field("lang")).Lang()
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetStaffLang(ctx, v.account.ID, lang) })
	return see("/desk/account?done=saved"), err
}

// doSignOutEverywhere ends all sessions of the account, this one too.
func (d *Desk) doSignOutEverywhere(ctx context.Context, v *visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.EndSessions(ctx, v.by(), v.account.ID, "") })
	p := see("/desk/sign-in?done=signed-out")
	p.Header = d.cookie(v, "")
	return p, err
}

// prove asks somebody who is signed in to show again that it is them: by the
// code where they have one, else the password, else a link by mail.
func (d *Desk) prove(ctx context.Context, v *visit) (web.Page, error) {
	return d.draw(v, "desk/form", d.provePage(ctx, v, v.URL.Query().Get("next"), nil))
}

func (d *Desk) provePage(ctx context.Context, v *visit, next string, bad fault.Fields) web.FormPage {
	f := d.frame(ctx, v, "prove.heading")
	form := web.Form{ID: "prove", Action: "/desk/prove", Nonce: v.nonce(), Submit: v.loc.T("prove.act"), Errors: errorsOf(bad),
		Hidden: []web.HiddenField{{Name: "next", Value: within(next)}}}
	intro := v.loc.T("prove.say")
	switch {
	case v.account.TOTPBox != "":
		form.Groups = []web.FieldGroup{{Fields: []web.Field{{Name: "code", Label: v.loc.T("code.label"), Hint: v.loc.T("code.hint"),
			Required: true, InputMode: "numeric", Autocomplete: "one-time-code", Dir: "ltr"}}}}
	case v.account.PasswordHash != "":
		form.Groups = []web.FieldGroup{{Fields: []web.Field{{Name: "password", Kind: "password", Label: v.loc.T("signin.password"),
			Required: true, Autocomplete: "current-password", Dir: "ltr"}}}}
	default:
		intro, form.Submit = v.loc.T("prove.mail"), v.loc.T("prove.mail.act")
	}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: intro, Forms: []web.Form{form}}
}

func (d *Desk) doProve(ctx context.Context, v *visit) (web.Page, error) {
	next := within(v.PostForm.Get("next"))
	if v.account.TOTPBox == "" && v.account.PasswordHash == "" {
		err := d.mailLink(ctx, v, v.account.Person, store.LinkSignIn)
		return see("/desk?done=link-sent"), err
	}
	field, step, good, err := d.proof(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	if good {
		err = d.Store.Write(ctx, func(tx *store.Tx) error {
			if field == "code" {
				if err := tx.UseTOTPStep(ctx, v.account.ID, step); err != nil {
					return err
				}
			}
			return tx.ProveSession(ctx, v.token)
		})
	}
	if !good || fault.Is(err, fault.Denied) {
		say := v.loc.T(map[string]string{"code": "code.wrong", "password": "password.wrong"}[field])
		return d.again(v, "desk/form", d.provePage(ctx, v, next, fault.Fields{field: say}))
	}
	return see(next), err
}

// proof checks what the page asked for, and tells which field that was.
func (d *Desk) proof(ctx context.Context, v *visit) (field string, step int64, good bool, err error) {
	if v.account.TOTPBox == "" {
		good, err = d.tryPassword(ctx, v, v.PostForm.Get("password"))
		return "password", 0, good, err
	}
	limits := codeLimits(v.account.ID)
	if wait := d.limits.take(limits); wait > 0 {
		return "code", 0, false, spoken{fault.New(fault.TooMany, "%s", v.minutes("signin.wait", wait))}
	}
	step, good, err = d.checkCode(v)
	if good {
		d.limits.give(limits)
	}
	return "code", step, good, err
}
