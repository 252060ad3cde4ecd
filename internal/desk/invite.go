package desk

import (
	"context"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// inviteBy is the choice of how an invitation travels.
func inviteBy(v *Visit) web.Field {
	value := v.Field("by")
	if value == "" {
		value = "mail"
	}
	return web.Field{Name: "by", Kind: "radio", Label: v.Loc.T("invite.by"), Value: value, Options: []web.Option{
		{Value: "mail", Text: v.Loc.T("invite.by.mail"), Hint: v.Loc.T("invite.by.mail.hint")},
		{Value: "link", Text: v.Loc.T("invite.by.link"), Hint: v.Loc.T("invite.by.link.hint")},
	}}
}

// deliver makes an invitation and sends it, or returns it where it is to be
// passed on by hand. Which of them is logged: whoever passes it on has held it.
func (d *Desk) deliver(ctx context.Context, tx *store.Tx, v *Visit, to staff.Person) (link string, err error) {
	by := "mail"
	if v.Field("by") == "link" {
		by = "link"
	}
	if err := tx.Audit(ctx, v.By(), "staff.invited", "staff", to.ID, map[string]any{"by": by}); err != nil {
		return "", err
	}
	if by == "mail" {
		return "", d.queueLink(ctx, tx, v, to, store.LinkInvite)
	}
	token, _, err := tx.MakeLink(ctx, store.LinkInvite, to.ID)
	return v.Base() + LinkPath(token), err
}

// showLink shows an invitation that is to be passed on, this once.
func (d *Desk) showLink(ctx context.Context, v *Visit, to staff.Person, link string) (web.Page, error) {
	f := v.Frame(ctx, "nav.people")
	f.Notice = nil
	return v.Draw("desk/view", web.ViewPage{DeskFrame: f, Heading: to.Name, Back: &web.Link{Text: v.Loc.T("invite.link.done"), Href: "/desk/people/" + to.ID},
		Panels: []web.Panel{{ID: "link", Heading: v.Loc.T("invite.link"), Text: v.Loc.T("invite.link.say", "name", to.Name, "days", v.Loc.Number(7)),
			Facts: []web.Fact{{Name: v.Loc.T("invite.link"), Value: link}}}}})
}

// fresh tells whether an account has nothing to sign in with yet, so that it may
// be invited. An account in use is never opened by an invitation.
func fresh(a store.Account, keys []store.Passkey) bool {
	return a.State == staff.Active && a.PasswordHash == "" && len(keys) == 0 && a.LastSeenAt.IsZero()
}

// invitePanel says how an invitation stands and offers to send it again or to
// take it back; nil for accounts that are in use.
func (d *Desk) invitePanel(ctx context.Context, v *Visit, a store.Account) (*web.Panel, error) {
	keys, err := d.Store.Passkeys(ctx, a.ID)
	if err != nil || !fresh(a, keys) {
		return nil, err
	}
	l, err := d.Store.Invitation(ctx, a.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	p := &web.Panel{ID: "invitation", Heading: v.Loc.T("invite.heading"), Text: v.Loc.T("invite.none")}
	when := v.Frame(ctx, "").At(l.ExpiresAt)
	switch {
	case l.ExpiresAt.IsZero():
	case l.ExpiresAt.Before(d.Clock.Now()):
		p.Text = v.Loc.T("invite.ended", "when", when)
	default:
		p.Text = v.Loc.T("invite.open", "when", when)
	}
	if !v.May(staff.Appoint, staff.Object{Holder: a.Person}).OK() {
		return p, nil
	}
	path := "/desk/people/" + a.ID
	p.Buttons = []web.PostButton{
		*v.Button("invite.again", path+"/invite", "", web.HiddenField{Name: "by", Value: "mail"}),
		*v.Button("invite.pass", path+"/invite", "", web.HiddenField{Name: "by", Value: "link"}),
		*v.Button("invite.withdraw", path+"/withdraw", ""),
	}
	return p, nil
}

// whileFresh changes an account that nobody has used yet.
func (d *Desk) whileFresh(ctx context.Context, v *Visit, do func(tx *store.Tx, a store.Account) error) (web.Page, error) {
	return d.appoint(ctx, v, "", func(tx *store.Tx, id string) error {
		a, err := tx.Account(ctx, id)
		if err != nil {
			return err
		}
		keys, err := tx.Passkeys(ctx, id)
		if err != nil {
			return err
		}
		if !fresh(a, keys) {
			return v.Refuse(fault.Gone, "invite.used")
		}
		return do(tx, a)
	})
}

// doInviteAgain makes a new invitation; the one before it ends.
func (d *Desk) doInviteAgain(ctx context.Context, v *Visit) (web.Page, error) {
	var link string
	var to staff.Person
	p, err := d.whileFresh(ctx, v, func(tx *store.Tx, a store.Account) (err error) {
		to = a.Person
		link, err = d.deliver(ctx, tx, v, to)
		return err
	})
	if err != nil || link == "" {
		return p, err
	}
	return d.showLink(ctx, v, to, link)
}

// doWithdraw takes an invitation back: the link ends, and the account is switched
// off.
func (d *Desk) doWithdraw(ctx context.Context, v *Visit) (web.Page, error) {
	return d.whileFresh(ctx, v, func(tx *store.Tx, a store.Account) error {
		if err := tx.Audit(ctx, v.By(), "staff.uninvited", "staff", a.ID, nil); err != nil {
			return err
		}
		return tx.SetStaffState(ctx, v.By(), a.ID, staff.Disabled)
	})
}
