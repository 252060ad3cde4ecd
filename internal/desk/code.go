package desk

import (
	"context"
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

// code asks for the code of the second step.
func (d *Desk) code(ctx context.Context, v *visit) (web.Page, error) {
	return d.draw(v, "desk/code", d.codePage(ctx, v, v.URL.Query().Get("next"), ""))
}

func (d *Desk) codePage(ctx context.Context, v *visit, next, say string) web.CodePage {
	p := web.CodePage{DeskFrame: d.frame(ctx, v, "code.heading"), Action: "/desk/code", Nonce: v.nonce(), Error: say}
	if next = within(next); next != "/desk" {
		p.Next = next
	}
	return p
}

// doCode completes signing in. After too many wrong codes the half session
// ends, and the password has to be given again.
func (d *Desk) doCode(ctx context.Context, v *visit) (web.Page, error) {
	next, limits := v.PostForm.Get("next"), codeLimits(v.account.ID)
	if wait := d.limits.take(limits); wait > 0 {
		if err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.EndSession(ctx, v.token) }); err != nil {
			return web.Page{}, err
		}
		return d.tooMany(v, "desk/code", d.codePage(ctx, v, next, v.minutes("signin.wait", wait)))
	}
	step, ok, err := d.checkCode(v)
	if err != nil {
		return web.Page{}, err
	}
	if !ok {
		return d.again(v, "desk/code", d.codePage(ctx, v, next, v.loc.T("code.wrong")))
	}
	var token string
	err = d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if err = tx.UseTOTPStep(ctx, v.account.ID, step); err != nil {
			return err
		}
		if err = tx.EndSession(ctx, v.token); err != nil {
			return err
		}
		if err = tx.Audit(ctx, v.by(), "staff.signed_in", "staff", v.account.ID, map[string]any{"by": "code"}); err != nil {
			return err
		}
		token, err = tx.StartSession(ctx, v.account.ID, store.StageFull)
		return err
	})
	if fault.Is(err, fault.Denied) { // used a moment ago
		return d.again(v, "desk/code", d.codePage(ctx, v, next, v.loc.T("code.wrong")))
	}
	if err != nil {
		return web.Page{}, err
	}
	d.limits.give(limits)
	p := see(within(next))
	p.Header = d.cookie(v, token)
	return p, nil
}

// checkCode tells whether the code of the form is right now, and of which step.
func (d *Desk) checkCode(v *visit) (step int64, ok bool, err error) {
	secret, err := d.Secrets.Open(store.TOTPName(v.account.ID), v.account.TOTPBox)
	if err != nil {
		return 0, false, err
	}
	step, ok = staff.VerifyTOTP(secret, v.PostForm.Get("code"), d.Clock.Now(), v.account.TOTPStep)
	return step, ok, nil
}

// enrolName seals a secret that is shown but not confirmed yet; it travels in
// the form, so that nothing is kept for pages that are left again.
func enrolName(staffID string) string { return "enrol:" + staffID }

// enrol shows a fresh secret for an authenticator app.
func (d *Desk) enrol(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.enrolPage(ctx, v, staff.NewTOTPSecret(), "")
	if err != nil {
		return web.Page{}, err
	}
	return d.draw(v, "desk/enrol", p)
}

func (d *Desk) enrolPage(ctx context.Context, v *visit, secret, say string) (web.EnrolPage, error) {
	uri := staff.TOTPURI(secret, v.outlet.Name, v.account.Email)
	code, err := qrcode.New(uri, qrcode.Medium)
	if err != nil {
		return web.EnrolPage{}, fault.Wrap(fault.Internal, err, "the QR code can't be made")
	}
	code.DisableBorder = true
	return web.EnrolPage{
		DeskFrame: d.frame(ctx, v, "enrol.heading"), Action: "/desk/account/second-step", Nonce: v.nonce(),
		Fields: []web.HiddenField{{Name: "sealed", Value: d.Secrets.Seal(enrolName(v.account.ID), secret)}},
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
func (d *Desk) doEnrol(ctx context.Context, v *visit) (web.Page, error) {
	secret, err := d.Secrets.Open(enrolName(v.account.ID), v.PostForm.Get("sealed"))
	if err != nil {
		return web.Page{}, v.refuse(fault.Invalid, "enrol.again")
	}
	step, ok := staff.VerifyTOTP(secret, v.PostForm.Get("code"), d.Clock.Now(), 0)
	if !ok {
		p, err := d.enrolPage(ctx, v, secret, v.loc.T("code.wrong"))
		if err != nil {
			return web.Page{}, err
		}
		return d.again(v, "desk/enrol", p)
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.SetTOTP(ctx, v.by(), v.account.ID, d.Secrets.Seal(store.TOTPName(v.account.ID), secret), step)
	})
	return see("/desk/account?done=totp-on"), err
}

func (d *Desk) doUnenrol(ctx context.Context, v *visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetTOTP(ctx, v.by(), v.account.ID, "", 0) })
	return see("/desk/account?done=totp-off"), err
}
