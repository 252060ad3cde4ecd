package desk

import (
	"context"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// firstCodes makes recovery codes for an account that has never had any. They
// come with the first device, unasked: who has to think of them has none on the
// day that they are needed.
func firstCodes(ctx context.Context, tx *store.Tx, by store.Actor) ([]string, error) {
	r, err := tx.Recovery(ctx, by.ID)
	if err != nil || !r.MadeAt.IsZero() {
		return nil, err
	}
	codes := staff.NewRecoveryCodes()
	return codes, tx.SetRecovery(ctx, by, by.ID, codes)
}

// after shows codes that were just made, or goes on where there are none.
func (d *Desk) after(ctx context.Context, v *Visit, a store.Account, codes []string, next string) (web.Page, error) {
	if len(codes) == 0 {
		return See(next), nil
	}
	f := v.Frame(ctx, "codes.heading")
	f.Notice, f.Alarm = nil, nil
	return v.Draw("desk/codes", web.CodesPage{DeskFrame: f, Codes: codes, Whose: a.Email, Made: d.Clock.Now(), Next: web.Link{Text: v.Loc.T("codes.next"), Href: next}})
}

// doCodes makes new codes; the old ones end.
func (d *Desk) doCodes(ctx context.Context, v *Visit) (web.Page, error) {
	codes := staff.NewRecoveryCodes()
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetRecovery(ctx, v.By(), v.Account.ID, codes) })
	if err != nil {
		return web.Page{}, err
	}
	return d.after(ctx, v, v.Account, codes, "/desk/account")
}

func (d *Desk) codesPanel(ctx context.Context, v *Visit, keys int) (web.Panel, error) {
	r, err := d.Store.Recovery(ctx, v.Account.ID)
	p := web.Panel{ID: "codes", Heading: v.Loc.T("codes.panel"), Text: v.Loc.T("codes.none")}
	if !r.MadeAt.IsZero() {
		p.Text = v.Loc.N("codes.left", r.Left)
	}
	if keys > 0 || v.Account.TOTPBox != "" {
		p.Buttons = []web.PostButton{*v.Button("codes.make", "/desk/account/codes", "")}
	}
	return p, err
}

// recover is the gate for somebody whose device is lost.
func (d *Desk) recover(ctx context.Context, v *Visit) (web.Page, error) {
	return v.Draw("desk/recover", d.recoverPage(ctx, v, nil))
}

func (d *Desk) recoverPage(ctx context.Context, v *Visit, bad fault.Fields) web.RecoverPage {
	return web.RecoverPage{DeskFrame: v.Frame(ctx, "recover.heading"), Back: web.Link{Text: v.Loc.T("recover.back"), Href: "/desk/sign-in"},
		Form: web.Form{ID: "recover", Action: "/desk/recover", Nonce: v.Nonce(), Submit: v.Loc.T("signin.act"), Errors: ErrorsOf(bad),
			Groups: []web.FieldGroup{{Fields: []web.Field{
				{Name: "email", Kind: "email", Label: v.Loc.T("signin.email"), Value: v.Field("email"), Required: true, Autocomplete: "username", Dir: "ltr"},
				recoveryField(v)}}}}}
}

func recoveryField(v *Visit) web.Field {
	return web.Field{Name: "recovery", Label: v.Loc.T("codes.label"), Hint: v.Loc.T("codes.hint"), Required: true, Autocomplete: "off", Dir: "ltr"}
}

// doRecover signs in by a recovery code instead of the device. It stands for the
// device alone: whoever signs in by password and app gives the password first.
// Tries are counted as those of passwords are, and nothing tells whether an
// address has an account.
func (d *Desk) doRecover(ctx context.Context, v *Visit) (web.Page, error) {
	email := strings.ToLower(v.Field("email"))
	limits := signInLimits(email, web.Client(ctx))
	if wait := d.limits.Take(limits); wait > 0 {
		return d.tooMany(v, "desk/recover", d.recoverPage(ctx, v, fault.Fields{"recovery": v.minutes("signin.wait", wait)}))
	}
	a, err := d.Store.AccountByEmail(ctx, email)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return web.Page{}, err
	}
	keys, err := d.Store.Passkeys(ctx, a.ID)
	if err != nil {
		return web.Page{}, err
	}
	if a.State != staff.Active || len(keys) == 0 && a.PasswordHash != "" {
		return v.Again("desk/recover", d.recoverPage(ctx, v, fault.Fields{"recovery": v.Loc.T("recover.wrong")}))
	}
	var token string
	err = d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if err = d.useRecovery(ctx, tx, v, a); err != nil {
			return err
		}
		token, err = d.begin(ctx, tx, v, a, "recovery")
		return err
	})
	if fault.Is(err, fault.Denied) {
		return v.Again("desk/recover", d.recoverPage(ctx, v, fault.Fields{"recovery": v.Loc.T("recover.wrong")}))
	}
	if err != nil {
		return web.Page{}, err
	}
	d.limits.Give(limits)
	return d.onward(v, token, a, "recovery", "/desk/account?done=recovered"), nil
}

// useRecovery uses a code of the form up and tells the account's owner.
func (d *Desk) useRecovery(ctx context.Context, tx *store.Tx, v *Visit, a store.Account) error {
	if err := tx.UseRecovery(ctx, store.Actor{ID: a.ID, Name: a.Name}, a.ID, v.PostForm.Get("recovery")); err != nil {
		return err
	}
	return d.warn(ctx, tx, v, a.Person, "recovery", staff.Browser(v.UserAgent()))
}
