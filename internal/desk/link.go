package desk

import (
	"context"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// link shows what a one-time link does, with a button that does it. Opening the
// page uses nothing up: mail programs and scanners open links ahead.
func (d *Desk) link(ctx context.Context, v *Visit) (web.Page, error) {
	l, err := d.openLink(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	switch l.Kind {
	case store.LinkSetup:
		return v.Draw("desk/setup", d.setupPage(ctx, v, d.freshSetup(v), nil))
	case store.LinkInvite, store.LinkReset:
		p, err := d.choosePage(ctx, v, l, nil, "")
		if err != nil {
			return web.Page{}, err
		}
		return v.Draw("desk/choose", p)
	}
	f := v.Frame(ctx, "link.heading")
	return v.Draw("desk/link", web.LinkPage{DeskFrame: f, Heading: f.Title, Text: v.Loc.T("link.say"),
		Button: web.PostButton{Text: v.Loc.T("signin.act"), Action: v.URL.Path, Nonce: v.Nonce()}})
}

// doLink uses the link up and does what it is for.
func (d *Desk) doLink(ctx context.Context, v *Visit) (web.Page, error) {
	l, err := d.openLink(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	switch l.Kind {
	case store.LinkSetup:
		return d.doSetup(ctx, v)
	case store.LinkInvite, store.LinkReset:
		return d.doChoose(ctx, v, l)
	}
	return d.spend(ctx, v, "/desk", func(*store.Tx) error { return nil })
}

func (d *Desk) openLink(ctx context.Context, v *Visit) (store.Link, error) {
	l, err := d.Store.Link(ctx, v.PathValue("token"))
	if fault.Is(err, fault.Gone) {
		return l, v.Refuse(fault.Gone, "link.gone")
	}
	if err != nil || l.Kind != store.LinkSetup {
		return l, err
	}
	owners, err := d.Store.Owners(ctx)
	if len(owners) > 0 { // set up in another way meanwhile
		return l, v.Refuse(fault.Gone, "link.gone")
	}
	return l, err
}

// spend uses the link up, lets do what it is for and signs its person in, all
// in one transaction.
func (d *Desk) spend(ctx context.Context, v *Visit, next string, do func(*store.Tx) error) (web.Page, error) {
	var token string
	var a store.Account
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		l, err := tx.UseLink(ctx, v.PathValue("token"))
		if err != nil {
			return err
		}
		if a, err = tx.Account(ctx, l.StaffID); err != nil {
			return err
		}
		if a.State != staff.Active {
			return fault.New(fault.Gone, "this account is switched off")
		}
		if err := do(tx); err != nil {
			return err
		}
		token, err = d.begin(ctx, tx, v, a, "link")
		return err
	})
	if fault.Is(err, fault.Gone) {
		return web.Page{}, v.Refuse(fault.Gone, "link.gone")
	}
	if err != nil {
		return web.Page{}, err
	}
	return d.onward(v, token, a, "link", next), nil
}

// choosePage lets the owner of a link choose how to sign in. A link in a mail must
// not pass by the second step: where there is one, a passkey, which counts for
// both, is for those who are wholly signed in.
func (d *Desk) choosePage(ctx context.Context, v *Visit, l store.Link, bad fault.Fields, notice string) (web.ChoosePage, error) {
	a, err := d.Store.Account(ctx, l.StaffID)
	if err != nil {
		return web.ChoosePage{}, err
	}
	path := LinkPath(v.PathValue("token"))
	form := web.Form{
		ID: "choose", Action: path, Nonce: v.Nonce(), Submit: v.Loc.T("choose.act"), Errors: ErrorsOf(bad),
		Groups: []web.FieldGroup{{Fields: []web.Field{d.newPassword(v)}}},
	}
	p := web.ChoosePage{DeskFrame: v.Frame(ctx, "choose.heading"), Intro: v.Loc.T("choose.say"), Form: &form}
	if notice != "" {
		p.Notice = &web.Notice{Kind: "stop", Text: notice}
	}
	if a.TOTPBox == "" {
		key := v.passkeyForm(path+"/passkey", path+"/ask", "passkey.make")
		key.Make, p.Passkey, form.Quiet = true, &key, key.Reason == ""
		p.Title, p.Intro, p.Or = v.Loc.T("choose.way"), v.Loc.T("choose.way.say"), v.Loc.T("passkey.or")
	}
	return p, nil
}

// askLink asks for a new passkey of the account that a link is for.
func (d *Desk) askLink(ctx context.Context, v *Visit) (web.Page, error) {
	a, _, err := d.linked(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	return d.askNew(ctx, v, a)
}

// linked is the account whose owner may choose a passkey by the link.
func (d *Desk) linked(ctx context.Context, v *Visit) (a store.Account, l store.Link, err error) {
	if l, err = d.openLink(ctx, v); err != nil {
		return a, l, err
	}
	if l.Kind != store.LinkInvite && l.Kind != store.LinkReset {
		return a, l, v.Refuse(fault.Denied, "passkey.wrong")
	}
	a, err = d.Store.Account(ctx, l.StaffID)
	if err == nil && a.TOTPBox != "" {
		return a, l, v.Refuse(fault.Denied, "passkey.wrong")
	}
	return a, l, err
}

// doChooseKey keeps the passkey that was made by a link; the link is used up with
// it and not before.
func (d *Desk) doChooseKey(ctx context.Context, v *Visit) (web.Page, error) {
	a, l, err := d.linked(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	k, err := d.enrolled(ctx, v, a)
	if say := v.refused(err); say != "" {
		p, err := d.choosePage(ctx, v, l, nil, say)
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/choose", p)
	}
	if err != nil {
		return web.Page{}, err
	}
	var codes []string
	p, err := d.spend(ctx, v, "/desk", func(tx *store.Tx) (err error) {
		if err = tx.EndSessions(ctx, store.Actor{ID: a.ID, Name: a.Name}, a.ID, ""); err != nil {
			return err
		}
		codes, err = d.addPasskey(ctx, tx, v, a, k)
		return err
	})
	if err != nil || len(codes) == 0 {
		return p, err
	}
	shown, err := d.after(ctx, v, a, codes, "/desk")
	shown.Header = p.Header
	return shown, err
}

func (d *Desk) newPassword(v *Visit) web.Field {
	return web.Field{Name: "password", Kind: "password", Label: v.Loc.T("password.new"),
		Hint: v.Loc.T("password.hint", "n", staff.PasswordMin), Required: true, Autocomplete: "new-password", Dir: "ltr"}
}

// doChoose keeps the new password. The link is used up only when the password
// is taken.
func (d *Desk) doChoose(ctx context.Context, v *Visit, l store.Link) (web.Page, error) {
	a, err := d.Store.Account(ctx, l.StaffID)
	if err != nil {
		return web.Page{}, err
	}
	password := v.PostForm.Get("password")
	if key := staff.CheckPassword(password, v.Outlet.Name, a.Name, a.Email); key != "" {
		p, err := d.choosePage(ctx, v, l, fault.Fields{"password": v.password(key)}, "")
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/choose", p)
	}
	hash, err := d.hash(ctx, password)
	if err != nil {
		return web.Page{}, err
	}
	return d.spend(ctx, v, "/desk", func(tx *store.Tx) error {
		return tx.SetPassword(ctx, store.Actor{ID: a.ID, Name: a.Name}, a.ID, hash, "")
	})
}

func (d *Desk) hash(ctx context.Context, password string) (hash string, err error) {
	err = d.hashed(ctx, func() { hash = staff.HashPassword(password) })
	return hash, err
}

// password is the sentence about a password that may not be chosen.
func (v *Visit) password(key string) string {
	return v.Loc.T(key, "min", staff.PasswordMin, "max", staff.PasswordMax)
}

// ErrorsOf lists the faults of a form in the order of their names.
func ErrorsOf(bad fault.Fields, order ...string) []web.FieldError {
	var out []web.FieldError
	for _, name := range order {
		if say, ok := bad[name]; ok {
			out = append(out, web.FieldError{Field: name, Say: say})
		}
	}
	for name, say := range bad {
		if !listed(out, name) {
			out = append(out, web.FieldError{Field: name, Say: say})
		}
	}
	return out
}

func listed(list []web.FieldError, name string) bool {
	for _, e := range list {
		if e.Field == name {
			return true
		}
	}
	return false
}

// Base is the address that links in mails begin with: the one that the newsroom
// has set, also since this program began.
func (v *Visit) Base() string {
	if base := v.d.base(v.Outlet); base != "" {
		return base
	}
	scheme := "http://"
	if v.TLS != nil {
		scheme = "https://"
	}
	return scheme + v.Host
}

// base is the address that is known without a request, "" where none is.
func (d *Desk) base(o outlet.Outlet) string {
	if o.BaseURL != "" {
		return strings.TrimSuffix(o.BaseURL, "/")
	}
	return d.BaseURL
}
