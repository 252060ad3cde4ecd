package desk

import (
	"context"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/passkey"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// prove asks somebody who is signed in to show again that it is them: by a
// passkey, by the code where they have one, else the password; who has passkeys
// alone and not at hand, by a recovery code; who has nothing, by a link in a
// mail.
func (d *Desk) prove(ctx context.Context, v *Visit) (web.Page, error) {
	p, err := d.provePage(ctx, v, v.URL.Query().Get("next"), nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/prove", p)
}

func (d *Desk) provePage(ctx context.Context, v *Visit, next string, bad fault.Fields) (web.ProvePage, error) {
	all, err := d.Store.Passkeys(ctx, v.Account.ID)
	if err != nil {
		return web.ProvePage{}, err
	}
	to := web.HiddenField{Name: "next", Value: Within(next)}
	f := v.Frame(ctx, "prove.heading")
	f.Alarm = nil // this page is about one thing
	p := web.ProvePage{DeskFrame: f, Intro: v.Loc.T("prove.say")}
	if len(v.keysHere(all)) > 0 {
		key := v.passkeyForm("/desk/prove/passkey", "/desk/prove/ask", "passkey.use", to)
		p.Passkey = &key
	}
	form := web.Form{ID: "prove", Action: "/desk/prove", Nonce: v.Nonce(), Submit: v.Loc.T("prove.act"), Errors: ErrorsOf(bad), Quiet: p.Passkey != nil,
		Hidden: []web.HiddenField{to}}
	switch proofBy(v.Account, len(all)) {
	case "code":
		form.Groups = []web.FieldGroup{{Fields: []web.Field{{Name: "code", Label: v.Loc.T("code.label"), Hint: v.Loc.T("code.hint"),
			Required: true, InputMode: "numeric", Autocomplete: "one-time-code", Dir: "ltr"}}}}
	case "password":
		form.Groups = []web.FieldGroup{{Fields: []web.Field{{Name: "password", Kind: "password", Label: v.Loc.T("signin.password"),
			Required: true, Autocomplete: "current-password", Dir: "ltr"}}}}
	case "recovery":
		form.Groups = []web.FieldGroup{{Fields: []web.Field{recoveryField(v)}}}
	default:
		p.Intro, form.Submit = v.Loc.T("prove.mail"), v.Loc.T("prove.mail.act")
	}
	p.Form = &form
	return p, nil
}

// proofBy is the way of an account beside its passkeys, by the name of its
// field; "" is a link by mail.
func proofBy(a store.Account, passkeys int) string {
	switch {
	case a.TOTPBox != "":
		return "code"
	case a.PasswordHash != "":
		return "password"
	case passkeys > 0:
		return "recovery"
	}
	return ""
}

// askProve asks for one of the account's own passkeys.
func (d *Desk) askProve(ctx context.Context, v *Visit) (web.Page, error) {
	all, err := d.Store.Passkeys(ctx, v.Account.ID)
	if err != nil {
		return web.Page{}, err
	}
	here := v.keysHere(all)
	if len(here) == 0 {
		return web.Page{}, fault.New(fault.NotFound, "there is no passkey to prove it with")
	}
	u := userOf(v.Account, here)
	return d.ask(ctx, v, store.CeremonyProve, v.Account.ID, func(s passkey.Site) (passkey.Question, error) { return s.Ask(&u) })
}

func (d *Desk) doProve(ctx context.Context, v *Visit) (web.Page, error) {
	next := Within(v.PostForm.Get("next"))
	all, err := d.Store.Passkeys(ctx, v.Account.ID)
	if err != nil {
		return web.Page{}, err
	}
	field := proofBy(v.Account, len(all))
	if field == "" {
		err := d.mailLink(ctx, v, v.Account.Person, store.LinkSignIn)
		return See("/desk?done=link-sent"), err
	}
	step, good, err := d.proof(ctx, v, field)
	if good && err == nil {
		err = d.proven(ctx, v, field, step)
	}
	if err == nil && !good || fault.Is(err, fault.Denied) {
		say := v.Loc.T(map[string]string{"code": "code.wrong", "password": "password.wrong", "recovery": "recover.wrong"}[field])
		return d.proveAgain(ctx, v, next, fault.Fields{field: say}, "")
	}
	return See(next), err
}

// proven notes the proof, and that its code is used up.
func (d *Desk) proven(ctx context.Context, v *Visit, field string, step int64) error {
	return d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		switch field {
		case "code":
			err = tx.UseTOTPStep(ctx, v.Account.ID, step)
		case "recovery":
			err = d.useRecovery(ctx, tx, v, v.Account)
		}
		if err != nil {
			return err
		}
		return tx.ProveSession(ctx, v.token)
	})
}

func (d *Desk) doProveByKey(ctx context.Context, v *Visit) (web.Page, error) {
	next := Within(v.PostForm.Get("next"))
	_, err := d.answered(ctx, v, store.CeremonyProve, v.Account.ID)
	if say := v.refused(err); say != "" {
		return d.proveAgain(ctx, v, next, nil, say)
	}
	if err != nil {
		return web.Page{}, err
	}
	return See(next), d.proven(ctx, v, "passkey", 0)
}

func (d *Desk) proveAgain(ctx context.Context, v *Visit, next string, bad fault.Fields, notice string) (web.Page, error) {
	p, err := d.provePage(ctx, v, next, bad)
	if err != nil {
		return web.Page{}, err
	}
	if notice != "" {
		p.Notice = &web.Notice{Kind: "stop", Text: notice}
	}
	return v.Again("desk/prove", p)
}

// proof checks what the page asked for. Whether a recovery code is right shows
// when it is used up.
func (d *Desk) proof(ctx context.Context, v *Visit, field string) (step int64, good bool, err error) {
	if field == "password" {
		good, err = d.tryPassword(ctx, v, v.PostForm.Get("password"))
		return 0, good, err
	}
	limits := codeLimits(v.Account.ID)
	if wait := d.limits.Take(limits); wait > 0 {
		return 0, false, spoken{fault.New(fault.TooMany, "%s", v.minutes("signin.wait", wait))}
	}
	if field == "recovery" {
		return 0, true, nil
	}
	step, good, err = d.checkCode(v)
	if good {
		d.limits.Give(limits)
	}
	return step, good, err
}
