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

// signIn shows the form for address and password.
func (d *Desk) signIn(ctx context.Context, v *visit) (web.Page, error) {
	if v.signedIn() {
		return see(within(v.URL.Query().Get("next"))), nil
	}
	return d.draw(v, "desk/signin", d.signInPage(ctx, v, v.URL.Query().Get("next"), ""))
}

func (d *Desk) signInPage(ctx context.Context, v *visit, next, say string) web.SignInPage {
	p := web.SignInPage{DeskFrame: d.frame(ctx, v, "signin.heading"), Action: "/desk/sign-in", Nonce: v.nonce(),
		Email: v.field("email"), Error: say, Reason: v.loc.T("signin.nopasskey")}
	if next = within(next); next != "/desk" {
		p.Next = next
	}
	return p
}

// doSignIn checks address and password. Whether the address has an account, the
// account has a password, or is switched off: the answer and the time that it
// takes are the same as for a wrong password.
func (d *Desk) doSignIn(ctx context.Context, v *visit) (web.Page, error) {
	email, next := strings.ToLower(v.field("email")), v.PostForm.Get("next")
	limits := signInLimits(email, web.Client(ctx))
	if wait := d.limits.take(limits); wait > 0 {
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
		return d.again(v, "desk/signin", d.signInPage(ctx, v, next, v.loc.T("signin.wrong")))
	}
	d.limits.give(limits)
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

// enter begins a session for somebody whose password (or link) was right: a
// whole one, or half of one where a code is to follow. The session that the
// browser had before ends, so that nobody can plant one.
func (d *Desk) enter(ctx context.Context, v *visit, a store.Account, how, next string) (web.Page, error) {
	var token string
	err := d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		token, err = begin(ctx, tx, v, a, how)
		return err
	})
	if err != nil {
		return web.Page{}, err
	}
	return d.onward(v, token, a, next), nil
}

// begin is the part of enter that happens in a transaction.
func begin(ctx context.Context, tx *store.Tx, v *visit, a store.Account, how string) (string, error) {
	if v.token != "" {
		if err := tx.EndSession(ctx, v.token); err != nil {
			return "", err
		}
	}
	if a.TOTPBox != "" {
		return tx.StartSession(ctx, a.ID, store.StagePassword)
	}
	if err := tx.Audit(ctx, store.Actor{ID: a.ID, Name: a.Name}, "staff.signed_in", "staff", a.ID, map[string]any{"by": how}); err != nil {
		return "", err
	}
	return tx.StartSession(ctx, a.ID, store.StageFull)
}

// onward leads to the code page or on to where they wanted to go.
func (d *Desk) onward(v *visit, token string, a store.Account, next string) web.Page {
	target := within(next)
	if a.TOTPBox != "" {
		target = withNext("/desk/code", target)
	}
	p := see(target)
	p.Header = d.cookie(v, token)
	return p
}

func (d *Desk) doSignOut(ctx context.Context, v *visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.EndSession(ctx, v.token) })
	p := see("/desk/sign-in?done=signed-out")
	p.Header = d.cookie(v, "")
	return p, err
}

// tooMany answers that a limit was reached, in the page of the form.
func (d *Desk) tooMany(v *visit, name string, data any) (web.Page, error) {
	p, err := d.draw(v, name, data)
	p.Status = http.StatusTooManyRequests
	return p, err
}

// minutes says how long to wait, in whole minutes.
func (v *visit) minutes(key string, wait time.Duration) string {
	return v.loc.N(key, int((wait+time.Minute-1)/time.Minute))
}
