package desk

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/passkey"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// keySite is where passkeys work: the newsroom's own address, or before one is
// set the name by which the browser asks.
func (v *Visit) keySite() (passkey.Site, passkey.Why) {
	return passkey.At(v.Outlet.BaseURL, v.Host, v.Outlet.Name)
}

// passkeyForm is a form that asks for a passkey, or says why there is none here.
func (v *Visit) passkeyForm(action, ask, submit string, hidden ...web.HiddenField) web.PasskeyForm {
	site, why := v.keySite()
	if why != "" {
		return web.PasskeyForm{Reason: v.Loc.T("passkey.why." + string(why))}
	}
	return web.PasskeyForm{Action: action, Ask: ask, Nonce: v.Nonce(), Hidden: hidden, Host: site.ID, Submit: v.Loc.T(submit), Hint: v.Loc.T("passkey.hint")}
}

// keysHere are the passkeys that work at the newsroom's present address.
func (v *Visit) keysHere(all []store.Passkey) []store.Passkey {
	site, _ := v.keySite()
	var out []store.Passkey
	for _, k := range all {
		if k.Site == site.ID {
			out = append(out, k)
		}
	}
	return out
}

func userOf(a store.Account, keys []store.Passkey) passkey.User {
	u := passkey.User{ID: a.ID, Email: a.Email, Name: a.Name}
	for _, k := range keys {
		u.Keys = append(u.Keys, k.Key)
	}
	return u
}

// ask keeps a question and answers with it. Questions are counted: each is a row
// until it ends.
func (d *Desk) ask(ctx context.Context, v *Visit, kind store.CeremonyKind, staffID string, write func(passkey.Site) (passkey.Question, error)) (web.Page, error) {
	if wait := d.limits.Take(askLimits(staffID, web.Client(ctx))); wait > 0 {
		return v.sayJSON(http.StatusTooManyRequests, v.minutes("signin.wait", wait))
	}
	site, why := v.keySite()
	if why != "" {
		return v.sayJSON(http.StatusConflict, v.Loc.T("passkey.why."+string(why)))
	}
	q, err := write(site)
	if err != nil {
		return web.Page{}, err
	}
	var token string
	err = d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		token, err = tx.AskPasskey(ctx, kind, staffID, q.Kept)
		return err
	})
	if err != nil {
		return web.Page{}, err
	}
	return asJSON(http.StatusOK, map[string]any{"token": token, "options": json.RawMessage(q.Options)})
}

func asJSON(status int, what map[string]any) (web.Page, error) {
	b, err := json.Marshal(what)
	return web.Page{Status: status, Type: "application/json", Body: b}, err
}

func (v *Visit) sayJSON(status int, say string) (web.Page, error) {
	return asJSON(status, map[string]any{"say": say})
}

// question takes out what was asked; it counts once, whatever comes of it.
func (d *Desk) question(ctx context.Context, v *Visit, kind store.CeremonyKind, staffID string) (kept []byte, err error) {
	err = d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		kept, err = tx.AnswerPasskey(ctx, kind, staffID, v.PostForm.Get("question"))
		return err
	})
	return kept, err
}

// askSignIn asks for any passkey of this newsroom.
func (d *Desk) askSignIn(ctx context.Context, v *Visit) (web.Page, error) {
	return d.ask(ctx, v, store.CeremonySignIn, "", func(s passkey.Site) (passkey.Question, error) { return s.Ask(nil) })
}

// doPasskey signs in by a passkey. The device has verified the person, so that
// it counts for both steps.
func (d *Desk) doPasskey(ctx context.Context, v *Visit) (web.Page, error) {
	next := v.PostForm.Get("next")
	a, err := d.answered(ctx, v, store.CeremonySignIn, "")
	if say := v.refused(err); say != "" {
		p := d.signInPage(ctx, v, next, "")
		p.Denied = say
		return v.Again("desk/signin", p)
	}
	if err != nil {
		return web.Page{}, err
	}
	return d.enter(ctx, v, a, "passkey", next)
}

// refused is what the person is told where an answer was not taken; "" for other
// errors and none.
func (v *Visit) refused(err error) string {
	var known spoken
	switch {
	case errors.As(err, &known):
		return fault.Say(err)
	case fault.Is(err, fault.Gone):
		return v.Loc.T("passkey.late")
	case fault.Is(err, fault.Denied):
		return v.Loc.T("passkey.wrong")
	case fault.Is(err, fault.Conflict):
		return v.Loc.T("passkey.known")
	}
	return ""
}

// answered checks an answer and notes the passkey's counter. staffID is whose
// passkey it has to be, "" for anybody's. A counter that did not rise is refused
// and logged: somebody may have a copy of the key.
func (d *Desk) answered(ctx context.Context, v *Visit, kind store.CeremonyKind, staffID string) (store.Account, error) {
	kept, err := d.question(ctx, v, kind, staffID)
	if err != nil {
		return store.Account{}, err
	}
	answer := []byte(v.PostForm.Get("answer"))
	a, k, err := d.claimed(ctx, v, answer)
	if err != nil || staffID != "" && a.ID != staffID {
		return store.Account{}, errors.Join(err, fault.New(fault.Denied, "this is not a passkey of this account"))
	}
	site, why := v.keySite()
	if why != "" || k.Site != site.ID {
		return store.Account{}, fault.New(fault.Denied, "this passkey is of another site")
	}
	all, err := d.Store.Passkeys(ctx, a.ID)
	if err != nil {
		return store.Account{}, err
	}
	fresh, copied, err := site.Answered(userOf(a, v.keysHere(all)), kept, answer)
	if err != nil {
		return store.Account{}, err
	}
	if !copied {
		k.Key = fresh
		err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.UsePasskey(ctx, k) })
	}
	if copied || fault.Is(err, fault.Denied) {
		return store.Account{}, d.copied(ctx, v, a, k)
	}
	return a, err
}

// claimed finds whose passkey an answer says it is of. What it says is not
// proved yet; that there is no such passkey is answered as one that is wrong.
func (d *Desk) claimed(ctx context.Context, v *Visit, answer []byte) (a store.Account, k store.Passkey, err error) {
	credential, err := passkey.Claims(answer)
	if err != nil {
		return a, k, err
	}
	k, err = d.Store.PasskeyBy(ctx, credential)
	if fault.Is(err, fault.NotFound) {
		return a, k, v.Refuse(fault.Denied, "passkey.unknown")
	}
	if err != nil {
		return a, k, err
	}
	a, err = d.Store.Account(ctx, k.StaffID)
	if err == nil && a.State != staff.Active {
		return a, k, fault.New(fault.Denied, "this account is switched off")
	}
	return a, k, err
}

func (d *Desk) copied(ctx context.Context, v *Visit, a store.Account, k store.Passkey) error {
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.Audit(ctx, store.Actor{ID: a.ID, Name: a.Name}, "staff.passkey_copied", "staff", a.ID, map[string]any{"name": k.Name, "site": k.Site})
	})
	return errors.Join(v.Refuse(fault.Denied, "passkey.copied", "name", k.Name), err)
}
