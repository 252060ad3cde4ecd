package desk

import (
	"context"
	"errors"
	"net/url"
	"strings"

	qrcode "github.com/skip2/go-qrcode"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

func withNext(path, next string) string {
	if next == "/desk" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}

// code asks for the code of the second step, or for a recovery code where the
// device is lost.
func (d *Desk) code(ctx context.Context, v *Visit) (web.Page, error) {
	next := v.URL.Query().Get("next")
	if v.URL.Query().Get("with") == "recovery" {
		return v.Draw("desk/recover", d.codeLostPage(ctx, v, next, nil))
	}
	return v.Draw("desk/code", d.codePage(ctx, v, next, ""))
}

func (d *Desk) codePage(ctx context.Context, v *Visit, next, say string) web.CodePage {
	p := web.CodePage{DeskFrame: v.Frame(ctx, "code.heading"), Action: "/desk/code", Nonce: v.Nonce(), Error: say,
		Lost: &web.Link{Text: v.Loc.T("recover.way"), Href: "/desk/code?with=recovery&next=" + url.QueryEscape(Within(next))}}
	if next = Within(next); next != "/desk" {
		p.Next = next
	}
	return p
}

func (d *Desk) codeLostPage(ctx context.Context, v *Visit, next string, bad fault.Fields) web.RecoverPage {
	return web.RecoverPage{DeskFrame: v.Frame(ctx, "recover.heading"), Back: web.Link{Text: v.Loc.T("recover.back"), Href: withNext("/desk/code", Within(next))},
		Form: web.Form{ID: "recover", Action: "/desk/code", Nonce: v.Nonce(), Submit: v.Loc.T("signin.act"), Errors: ErrorsOf(bad),
			Hidden: []web.HiddenField{{Name: "next", Value: Within(next)}}, Groups: []web.FieldGroup{{Fields: []web.Field{recoveryField(v)}}}}}
}

// codeAgain is the page that the code came from, with what is wrong.
func (d *Desk) codeAgain(ctx context.Context, v *Visit, next, say string) (name string, page any) {
	if v.PostForm.Has("recovery") {
		return "desk/recover", d.codeLostPage(ctx, v, next, fault.Fields{"recovery": say})
	}
	return "desk/code", d.codePage(ctx, v, next, say)
}

// doCode completes signing in. After too many wrong codes the half session
// ends, and the password has to be given again.
func (d *Desk) doCode(ctx context.Context, v *Visit) (web.Page, error) {
	next, limits := v.PostForm.Get("next"), codeLimits(v.Account.ID)
	if wait := d.limits.Take(limits); wait > 0 {
		if err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.EndSession(ctx, v.token) }); err != nil {
			return web.Page{}, err
		}
		name, page := d.codeAgain(ctx, v, next, v.minutes("signin.wait", wait))
		return d.tooMany(v, name, page)
	}
	token, how, err := d.secondStep(ctx, v)
	if fault.Is(err, fault.Denied) {
		name, page := d.codeAgain(ctx, v, next, v.Loc.T(map[string]string{"code": "code.wrong", "recovery": "recover.wrong"}[how]))
		return v.Again(name, page)
	}
	if err != nil {
		return web.Page{}, err
	}
	d.limits.Give(limits)
	return d.onward(v, token, v.Account, how, next), nil
}

// secondStep makes a whole session of half of one; fault.Denied where the code is
// wrong or was used, even a moment ago.
func (d *Desk) secondStep(ctx context.Context, v *Visit) (token, how string, err error) {
	how = "recovery"
	use := func(tx *store.Tx) error { return d.useRecovery(ctx, tx, v, v.Account) }
	if !v.PostForm.Has("recovery") {
		how = "code"
		step, ok, err := d.checkCode(v)
		if err != nil || !ok {
			return "", how, errors.Join(err, fault.New(fault.Denied, "this code is not right"))
		}
		use = func(tx *store.Tx) error { return tx.UseTOTPStep(ctx, v.Account.ID, step) }
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if err = use(tx); err != nil {
			return err
		}
		token, err = d.begin(ctx, tx, v, v.Account, how)
		return err
	})
	return token, how, err
}

// checkCode tells whether the code of the form is right now, and of which step.
func (d *Desk) checkCode(v *Visit) (step int64, ok bool, err error) {
	secret, err := d.Secrets.Open(store.TOTPName(v.Account.ID), v.Account.TOTPBox)
	if err != nil {
		return 0, false, err
	}
	step, ok = staff.VerifyTOTP(secret, v.PostForm.Get("code"), d.Clock.Now(), v.Account.TOTPStep)
	return step, ok, nil
}

// enrolName seals a secret that is shown but not confirmed yet; it travels in
// the form, so that nothing is kept for pages that are left again.
func enrolName(staffID string) string { return "enrol:" + staffID }

// enrol shows a fresh secret for an authenticator app.
func (d *Desk) enrol(ctx context.Context, v *Visit) (web.Page, error) {
	p, err := d.enrolPage(ctx, v, staff.NewTOTPSecret(), "")
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/enrol", p)
}

func (d *Desk) enrolPage(ctx context.Context, v *Visit, secret, say string) (web.EnrolPage, error) {
	uri := staff.TOTPURI(secret, v.Outlet.Name, v.Account.Email)
	code, err := qrcode.New(uri, qrcode.Medium)
	if err != nil {
		return web.EnrolPage{}, fault.Wrap(fault.Internal, err, "the QR code can't be made")
	}
	code.DisableBorder = true
	return web.EnrolPage{
		DeskFrame: v.Frame(ctx, "enrol.heading"), Action: "/desk/account/second-step", Nonce: v.Nonce(),
		Fields: []web.HiddenField{{Name: "sealed", Value: d.Secrets.Seal(enrolName(v.Account.ID), secret)}},
		QR:     code.Bitmap(), Secret: inFours(secret), URI: uri, Error: say,
	}, nil
}

func inFours(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// doEnrol switches the second step on when the app shows the right code.
func (d *Desk) doEnrol(ctx context.Context, v *Visit) (web.Page, error) {
	secret, err := d.Secrets.Open(enrolName(v.Account.ID), v.PostForm.Get("sealed"))
	if err != nil {
		return web.Page{}, v.Refuse(fault.Invalid, "enrol.again")
	}
	step, ok := staff.VerifyTOTP(secret, v.PostForm.Get("code"), d.Clock.Now(), 0)
	if !ok {
		p, err := d.enrolPage(ctx, v, secret, v.Loc.T("code.wrong"))
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/enrol", p)
	}
	var codes []string
	err = d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if err = tx.SetTOTP(ctx, v.By(), v.Account.ID, d.Secrets.Seal(store.TOTPName(v.Account.ID), secret), step); err != nil {
			return err
		}
		codes, err = firstCodes(ctx, tx, v.By())
		return err
	})
	if err != nil {
		return web.Page{}, err
	}
	return d.after(ctx, v, v.Account, codes, "/desk/account?done=totp-on")
}

func (d *Desk) doUnenrol(ctx context.Context, v *Visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetTOTP(ctx, v.By(), v.Account.ID, "", 0) })
	return See("/desk/account?done=totp-off"), err
}
