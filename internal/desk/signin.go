package desk

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// signIn asks for a passkey, or for address and password.
func (d *Desk) signIn(ctx context.Context, v *Visit) (web.Page, error) {
	if v.signedIn() {
		return See(Within(v.URL.Query().Get("next"))), nil
	}
	return v.Draw("desk/signin", d.signInPage(ctx, v, v.URL.Query().Get("next"), ""))
}

func (d *Desk) signInPage(ctx context.Context, v *Visit, next, say string) web.SignInPage {
	next = Within(next)
	p := web.SignInPage{DeskFrame: v.Frame(ctx, "signin.heading"), Action: "/desk/sign-in", Nonce: v.Nonce(), Email: v.Field("email"), Error: say,
		Passkey: v.passkeyForm("/desk/passkey", "/desk/passkey/ask", "passkey.use", web.HiddenField{Name: "next", Value: next}),
		Recover: web.Link{Text: v.Loc.T("recover.way"), Href: "/desk/recover"}}
	p.Passkey.Auto = true
	if next != "/desk" {
		p.Next = next
	}
	return p
}

// doSignIn checks address and password. Whether the address has an account, the
// account has a password, or is switched off: the answer and the time that it
// takes are the same as for a wrong password.
func (d *Desk) doSignIn(ctx context.Context, v *Visit) (web.Page, error) {
	email, next := strings.ToLower(v.Field("email")), v.PostForm.Get("next")
	limits := signInLimits(email, web.Client(ctx))
	if wait := d.limits.Take(limits); wait > 0 {
		return d.tooMany(v, "desk/signin", d.signInPage(ctx, v, next, v.minutes("signin.wait", wait)))
	}
	a, err := d.Store.AccountByEmail(ctx, email)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return web.Page{}, err
	}
	good, err := d.verify(ctx, a.PasswordHash, v.PostForm.Get("password"))
	if err != nil {
		return web.Page{}, err
	}
	if !good || a.State != staff.Active {
		return v.Again("desk/signin", d.signInPage(ctx, v, next, v.Loc.T("signin.wrong")))
	}
	d.limits.Give(limits)
	if staff.Outdated(a.PasswordHash) {
		d.rehash(ctx, a, v.PostForm.Get("password"))
	}
	return d.enter(ctx, v, a, "password", next)
}

// verify hashes a password while no more than two others are hashed: each takes
// its memory, and a crowd must not take the machine's.
func (d *Desk) verify(ctx context.Context, hash, password string) (good bool, err error) {
	err = d.hashed(ctx, func() { good = staff.VerifyPassword(hash, password) })
	return good, err
}

func (d *Desk) hashed(ctx context.Context, work func()) error {
	select {
	case d.hashing <- struct{}{}:
		defer func() { <-d.hashing }()
		work()
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, ctx.Err(), "too many people are signing in; try again in a moment")
	}
}

// rehash brings an old hash up to today's cost; that this fails is no reason to
// keep somebody out.
func (d *Desk) rehash(ctx context.Context, a store.Account, password string) {
	err := d.hashed(ctx, func() {
		hash := staff.HashPassword(password)
		if err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.Rehash(ctx, a.ID, a.PasswordHash, hash) }); err != nil {
			slog.Error("a password's hash can't be renewed", "staff", a.ID, "err", err)
		}
	})
	if err != nil {
		slog.Error("a password's hash can't be renewed", "staff", a.ID, "err", err)
	}
}

// enter begins a session for somebody whose password, passkey or link was right.
func (d *Desk) enter(ctx context.Context, v *Visit, a store.Account, how, next string) (web.Page, error) {
	var token string
	err := d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		token, err = d.begin(ctx, tx, v, a, how)
		return err
	})
	if err != nil {
		return web.Page{}, err
	}
	return d.onward(v, token, a, how, next), nil
}

func (d *Desk) doSignOut(ctx context.Context, v *Visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.EndSession(ctx, v.token) })
	p := See("/desk/sign-in?done=signed-out")
	p.Header = d.cookie(v, "")
	return p, err
}

// tooMany answers that a limit was reached, in the page of the form.
func (d *Desk) tooMany(v *Visit, name string, data any) (web.Page, error) {
	p, err := v.Draw(name, data)
	p.Status = http.StatusTooManyRequests
	return p, err
}

// minutes says how long to wait, in whole minutes.
func (v *Visit) minutes(key string, wait time.Duration) string {
	return v.Loc.N(key, int((wait+time.Minute-1)/time.Minute))
}
