package desk

import (
	"context"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// link shows what a one-time link does, with a button that does it. Opening the
// page uses nothing up: mail programs and scanners open links ahead.
func (d *Desk) link(ctx context.Context, v *visit) (web.Page, error) {
	l, err := d.openLink(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	switch l.Kind {
	case store.LinkSetup:
		return d.draw(v, "desk/setup", d.setupPage(ctx, v, d.freshSetup(v), nil))
	case store.LinkInvite, store.LinkReset:
		return d.draw(v, "desk/setup", d.choosePage(ctx, v, nil))
	}
	f := d.frame(ctx, v, "link.heading")
	return d.draw(v, "desk/link", web.LinkPage{DeskFrame: f, Heading: f.Title, Text: v.loc.T("link.say"),
		Button: web.PostButton{Text: v.loc.T("signin.act"), Action: v.URL.Path, Nonce: v.nonce()}})
}

// doLink uses the link up and does what it is for.
func (d *Desk) doLink(ctx context.Context, v *visit) (web.Page, error) {
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
	return d.spend(ctx, v, func(*store.Tx) error { return nil })
}

func (d *Desk) openLink(ctx context.Context, v *visit) (store.Link, error) {
	l, err := d.Store.Link(ctx, v.PathValue("token"))
	if fault.Is(err, fault.Gone) {
		return l, v.refuse(fault.Gone, "link.gone")
	}
	if err != nil || l.Kind != store.LinkSetup {
		return l, err
	}
	owners, err := d.Store.Owners(ctx)
	if len(owners) > 0 { // set up in another way meanwhile
		return l, v.refuse(fault.Gone, "link.gone")
	}
	return l, err
}

// spend uses the link up, lets do what it is for and signs its person in, all
// in one transaction.
func (d *Desk) spend(ctx context.Context, v *visit, do func(*store.Tx) error) (web.Page, error) {
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
		token, err = begin(ctx, tx, v, a, "link")
		return err
	})
	if fault.Is(err, fault.Gone) {
		return web.Page{}, v.refuse(fault.Gone, "link.gone")
	}
	if err != nil {
		return web.Page{}, err
	}
	return d.onward(v, token, a, "/desk"), nil
}

// choosePage asks for a new password.
func (d *Desk) choosePage(ctx context.Context, v *visit, bad fault.Fields) web.SetupPage {
	form := web.Form{
		ID: "choose", Action: v.URL.Path, Nonce: v.nonce(), Submit: v.loc.T("choose.act"), Errors: errorsOf(bad),
		Groups: []web.FieldGroup{{Fields: []web.Field{d.newPassword(v)}}},
	}
	return web.SetupPage{DeskFrame: d.frame(ctx, v, "choose.heading"), Intro: v.loc.T("choose.say"), Form: form}
}

func (d *Desk) newPassword(v *visit) web.Field {
	return web.Field{Name: "password", Kind: "password", Label: v.loc.T("password.new"),
		Hint: v.loc.T("password.hint", "n", staff.PasswordMin), Required: true, Autocomplete: "new-password", Dir: "ltr"}
}

// doChoose keeps the new password. The link is used up only when the password
// is taken.
func (d *Desk) doChoose(ctx context.Context, v *visit, l store.Link) (web.Page, error) {
	a, err := d.Store.Account(ctx, l.StaffID)
	if err != nil {
		return web.Page{}, err
	}
	password := v.PostForm.Get("password")
	if key := staff.CheckPassword(password, v.outlet.Name, a.Name, a.Email); key != "" {
		return d.again(v, "desk/setup", d.choosePage(ctx, v, fault.Fields{"password": v.password(key)}))
	}
	hash, err := d.hash(ctx, password)
	if err != nil {
		return web.Page{}, err
	}
	return d.spend(ctx, v, func(tx *store.Tx) error {
		return tx.SetPassword(ctx, store.Actor{ID: a.ID, Name: a.Name}, a.ID, hash, "")
	})
}

func (d *Desk) hash(ctx context.Context, password string) (hash string, err error) {
	err = d.hashed(ctx, func() { hash = staff.HashPassword(password) })
	return hash, err
}

// password is the sentence about a password that may not be chosen.
func (v *visit) password(key string) string {
	return v.loc.T(key, "min", staff.PasswordMin, "max", staff.PasswordMax)
}

// errorsOf lists the faults of a form in the order of their names.
func errorsOf(bad fault.Fields, order ...string) []web.FieldError {
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

// base is the address that links in mails begin with: the one that the newsroom
// has set, also since this program began.
func (d *Desk) base(v *visit) string {
	if v.outlet.BaseURL != "" {
		return strings.TrimSuffix(v.outlet.BaseURL, "/")
	}
	if d.BaseURL != "" {
		return d.BaseURL
	}
	scheme := "http://"
	if v.TLS != nil {
		scheme = "https://"
	}
	return scheme + v.Host
}
