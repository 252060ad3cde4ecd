package site

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/guard"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// refusalLook is how many refused payments are looked at; more than that close
// cards in any case.
const refusalLook = 5000

// card tells whether a way to pay takes cards, which is what the defence is about.
func (v *giving) card(way string) bool {
	p, ok := v.Fund.Providers[way]
	return ok && p.Caps().Road == fund.Hosted
}

// sight is what the watch sees of a form, with the settings that judge it.
func (v *giving) sight(ctx context.Context, t guard.Try) (guard.Settings, guard.Sight, error) {
	set, err := v.Site.Store.GuardSettings(ctx)
	if err != nil {
		return set, guard.Sight{}, err
	}
	there := v.Money.Now()
	refused, err := v.Site.Store.Refusals(ctx, there.Add(-guard.Window), refusalLook)
	if err != nil {
		return set, guard.Sight{}, err
	}
	x := v.Watch.Look(set, t, refused, there, v.Site.Clock.Now())
	if v.rehearses(ctx) {
		x = x.Rehearsed()
	}
	return set, x, nil
}

// rehearses tells whether somebody tries a newsroom out: with pretended money, on
// the machine that it runs on. See guard.Sight.Rehearsed.
func (v *giving) rehearses(ctx context.Context) bool {
	return v.Giving.Sandbox != nil && web.Client(ctx).Addr().IsLoopback()
}

// hideCards takes card payments off the form while they are closed for whoever
// looks, and closes the form where nothing else is left.
func (v *giving) hideCards(ctx context.Context) error {
	if v.Watch == nil || v.closed != "" || !slices.ContainsFunc(v.form.Ways, func(w web.PayWay) bool { return v.card(w.Key) }) {
		return nil
	}
	set, x, err := v.sight(ctx, guard.Try{From: web.Client(ctx)})
	if err != nil {
		return err
	}
	closed, all := set.CardsClosed(x)
	if !closed {
		return nil
	}
	v.alarm(ctx, all)
	v.form.Ways = slices.DeleteFunc(v.form.Ways, func(w web.PayWay) bool { return v.card(w.Key) })
	if len(v.form.Ways) == 0 {
		v.closed = v.T("guard.closed.none")
		return nil
	}
	v.form.By, v.form.Note = v.form.Ways[0].Key, v.T("guard.closed.some")
	return nil
}

// alarm tells staff once an hour that cards are closed. It does not say for
// whom: addresses are kept nowhere.
func (v *giving) alarm(ctx context.Context, all bool) {
	scope := "network"
	if all {
		scope = "all"
	}
	hour := v.Money.Now().UTC().Format("2006-01-02T15")
	key := fund.TaskBreaker + ":" + scope + ":" + hour
	if v.Watch.Said(key) {
		return
	}
	t := store.Task{Key: key, Kind: fund.TaskBreaker, ObjectKind: "cards", ObjectID: scope, Detail: map[string]any{"scope": scope, "hour": hour}}
	if err := v.Site.Store.Write(ctx, func(tx *store.Tx) error { return tx.AddTask(ctx, t) }); err != nil {
		slog.Error("staff could not be told that card payments are closed", "err", err)
	}
}

// turned is what a form is answered with that may not go on.
type turned struct {
	verdict guard.Verdict
	bits    int
}

func (t *turned) Error() string { return "the form may not go on: " + string(t.verdict) }

// admit judges a form that is in order. It returns the function that fund asks,
// and another that keeps what spoke against the gift once it was begun.
func (v *giving) admit(ctx context.Context, r *web.Request, nonce string, age time.Duration) (ask func(money.Amount) error, begun func(fund.Donation)) {
	if v.Watch == nil {
		return nil, func(fund.Donation) {}
	}
	if !v.card(v.form.By) {
		return func(money.Amount) error { return v.admitTransfer(ctx, r, nonce) }, func(fund.Donation) {}
	}
	var reasons []guard.Reason
	ask = func(a money.Amount) error {
		t := guard.Try{Donation: nonce, From: web.Client(ctx), Email: fund.Email(v.form.Email), Small: a.Minor <= 2*v.Fund.LimitsOf(a.Currency).Min}
		set, x, err := v.sight(ctx, t)
		if err != nil {
			return err
		}
		if verdict := set.Judge(x, v.proof(r, nonce).good()); verdict != guard.Pass {
			return &turned{verdict, set.Work(x)}
		}
		now := v.Site.Clock.Now()
		v.Watch.Began(t, now)
		small, emails := 0, 0
		if !v.rehearses(ctx) {
			small, emails = v.Watch.Burst(t.From, now)
		}
		reasons = guard.Signs{
			Refused: x.Refused, Small: t.Small, Burst: small, Emails: emails, Email: t.Email, Name: v.form.Name, Age: age, MinAge: v.Fund.MinAge,
		}.Reasons()
		return nil
	}
	return ask, func(d fund.Donation) { v.suspect(ctx, d, reasons) }
}

// admitTransfer lets a gift by bank through, after a proof where there are many
// of them: each is a row in the database and mostly a mail to an address that
// anybody can type. Whoever brings a proof gives all the same. A form that is
// sent twice counts once.
func (v *giving) admitTransfer(ctx context.Context, r *web.Request, nonce string) error {
	if v.rehearses(ctx) {
		return nil
	}
	if _, err := v.Site.Store.Donation(ctx, nonce); !fault.Is(err, fault.NotFound) {
		return err
	}
	limits := transferLimits(fund.Email(v.form.Email), web.Client(ctx))
	if _, prove := v.Transfers.Admit(limits, v.proof(r, nonce).good()); prove {
		return &turned{guard.Prove, guard.Defaults().Work(guard.Sight{})}
	}
	return nil
}

// suspect keeps what speaks against a gift, before its donor can pay. That it
// can't be kept is no reason to turn the donor away.
func (v *giving) suspect(ctx context.Context, d fund.Donation, reasons []guard.Reason) {
	if len(reasons) == 0 {
		return
	}
	if err := v.Site.Store.Write(ctx, func(tx *store.Tx) error { return tx.Suspect(ctx, d.ID, reasons) }); err != nil {
		slog.Error("what speaks against a gift could not be kept", "err", err)
	}
}

func (v *giving) proof(r *web.Request, nonce string) proof {
	return proof{v.Nonces, v.Site.Clock.Now(), r.PostForm, nonce}
}

// turn answers a form that may not go on; false where err says nothing of that.
func (v *giving) turn(ctx context.Context, r *web.Request, nonce string, err error) (page web.Page, done bool, _ error) {
	var t *turned
	if !errors.As(err, &t) {
		return web.Page{}, false, nil
	}
	v.form.Nonce = r.PostForm.Get("nonce") // not used up
	switch t.verdict {
	case guard.Prove:
		page, err = v.askProof(r, nonce, t.bits)
	case guard.Wait:
		page, err = v.again(ctx, fault.Fields{"form": v.T("guard.wait")}, http.StatusTooManyRequests)
		if err == nil {
			page.Header = http.Header{"Retry-After": {"60"}}
		}
	default:
		if err = v.hideCards(ctx); err == nil {
			page, err = v.again(ctx, fault.Fields{"by": v.T("guard.closed.some")}, http.StatusUnprocessableEntity)
		}
	}
	return page, true, err
}

// askProof shows the page that asks for a proof.
func (v *giving) askProof(r *web.Request, nonce string, bits int) (web.Page, error) {
	p := v.proof(r, nonce).ask(v.form.Action, bits)
	p.Why, p.Go, p.Kept = v.T("guard.proof.why"), v.T("guard.proof.go"), v.T("guard.proof.kept")
	if !v.card(v.form.By) {
		p.Why = v.T("guard.proof.many")
	}
	v.shell.Sandbox = v.Giving.Sandbox != nil
	return v.Site.drawProof(v.shell, p)
}
