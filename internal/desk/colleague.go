package desk

import (
	"context"

	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// colleague shows one account, with what may be done to it.
func (d *Desk) colleague(ctx context.Context, v *Visit) (web.Page, error) {
	p, err := d.colleaguePage(ctx, v, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

func (d *Desk) colleaguePage(ctx context.Context, v *Visit, bad fault.Fields) (web.FormPage, error) {
	a, err := d.Store.Account(ctx, v.PathValue("id"))
	if err != nil {
		return web.FormPage{}, err
	}
	sections, err := d.Store.Sections(ctx)
	if err != nil {
		return web.FormPage{}, err
	}
	f := v.Frame(ctx, "nav.people")
	f.Title = a.Name
	keys, err := d.Store.Passkeys(ctx, a.ID)
	if err != nil {
		return web.FormPage{}, err
	}
	invitation, err := d.invitePanel(ctx, v, a)
	if err != nil {
		return web.FormPage{}, err
	}
	page := web.FormPage{DeskFrame: f, Heading: a.Name, Intro: a.Email, Panels: []web.Panel{v.rolesPanel(a.Person, sections)}}
	if invitation != nil {
		page.Panels = append(page.Panels, *invitation)
	}
	page.Panels = append(page.Panels, v.accessPanel(a, len(keys)))
	if roles := v.roleField(a.Person, v.Field("role")); len(roles.Options) > 0 {
		page.Forms = []web.Form{{ID: "grant", Action: "/desk/people/" + a.ID + "/grant", Nonce: v.Nonce(), Submit: v.Loc.T("people.grant"), Quiet: true,
			Errors: ErrorsOf(bad, "role", "section"),
			Groups: []web.FieldGroup{{Legend: v.Loc.T("people.grant.say"), Fields: []web.Field{roles, v.sectionField(sections, v.Field("section"))}}}}}
	}
	return page, nil
}

// rolesPanel lists the roles, each with a button to take it away where this
// person may.
func (v *Visit) rolesPanel(p staff.Person, sections []news.Section) web.Panel {
	t := &web.Table{Caption: v.Loc.T("people.roles"), Columns: v.Columns("people.role", "people.revoke"), Empty: v.Loc.T("role.none")}
	for _, g := range p.Grants {
		name := v.grantName(g, sections)
		row := web.Row{Cells: []web.Cell{{Text: name}, {}}}
		if v.May(staff.Appoint, staff.Object{Role: g.Role, Holder: p}).OK() {
			row.Cells[1].Button = v.Button("people.revoke", "/desk/people/"+p.ID+"/revoke", name,
				web.HiddenField{Name: "role", Value: string(g.Role)}, web.HiddenField{Name: "section", Value: g.Section})
		}
		t.Rows = append(t.Rows, row)
	}
	return web.Panel{ID: "roles", Heading: v.Loc.T("people.roles"), Table: t}
}

func (v *Visit) accessPanel(a store.Account, keys int) web.Panel {
	p := web.Panel{ID: "access", Heading: v.Loc.T("people.access"), Facts: []web.Fact{
		{Name: v.Loc.T("passkey.heading"), Value: v.Loc.Number(int64(keys))},
		{Name: v.Loc.T("signin.password"), Value: v.yesNo(a.PasswordHash != "")},
		{Name: v.Loc.T("account.second"), Value: v.yesNo(a.TOTPBox != "")},
	}}
	if decision := v.May(staff.Appoint, staff.Object{Holder: a.Person}); !decision.OK() {
		p.Text = v.Loc.T(decision.Why)
		return p
	}
	if a.State == staff.Active {
		p.Buttons = append(p.Buttons, *v.Button("people.reset", "/desk/people/"+a.ID+"/reset", ""),
			*v.Button("people.disable", "/desk/people/"+a.ID+"/state", "", web.HiddenField{Name: "state", Value: string(staff.Disabled)}))
		return p
	}
	p.Text = v.Loc.T("people.disabled")
	p.Buttons = append(p.Buttons, *v.Button("people.enable", "/desk/people/"+a.ID+"/state", "", web.HiddenField{Name: "state", Value: string(staff.Active)}))
	return p
}

func (v *Visit) yesNo(b bool) string {
	if b {
		return v.Loc.T("people.set")
	}
	return v.Loc.T("people.unset")
}

func (d *Desk) doGrant(ctx context.Context, v *Visit) (web.Page, error) {
	a, err := d.Store.Account(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	bad := fault.Fields{}
	g, err := d.grantOf(ctx, v, a.Person, bad)
	if err != nil {
		return web.Page{}, err
	}
	if len(bad) > 0 {
		p, err := d.colleaguePage(ctx, v, bad)
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/form", p)
	}
	return d.appoint(ctx, v, g.Role, func(tx *store.Tx, id string) error { return tx.Grant(ctx, v.By(), id, g) })
}

func (d *Desk) doRevoke(ctx context.Context, v *Visit) (web.Page, error) {
	g := staff.Grant{Role: staff.Role(v.Field("role")), Section: v.Field("section")}
	return d.appoint(ctx, v, g.Role, func(tx *store.Tx, id string) error { return tx.Revoke(ctx, v.By(), id, g) })
}

func (d *Desk) doState(ctx context.Context, v *Visit) (web.Page, error) {
	state := staff.State(v.Field("state"))
	if state != staff.Active && state != staff.Disabled {
		return web.Page{}, fault.New(fault.Invalid, "an account is active or disabled")
	}
	return d.appoint(ctx, v, "", func(tx *store.Tx, id string) error { return tx.SetStaffState(ctx, v.By(), id, state) })
}

// doReset sends somebody a link to choose a new password. It goes by mail only,
// so that whoever presses the button does not come to hold it.
func (d *Desk) doReset(ctx context.Context, v *Visit) (web.Page, error) {
	return d.appoint(ctx, v, "", func(tx *store.Tx, id string) error {
		a, err := tx.Account(ctx, id)
		if err != nil {
			return err
		}
		if err := tx.Audit(ctx, v.By(), "staff.reset", "staff", id, nil); err != nil {
			return err
		}
		return d.queueLink(ctx, tx, v, a.Person, store.LinkReset)
	})
}

// appoint changes an account inside a transaction that has asked, with the
// roles of that moment, whether this person may.
func (d *Desk) appoint(ctx context.Context, v *Visit, role staff.Role, do func(tx *store.Tx, id string) error) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		return editorial.Appointing(ctx, tx, v.Account.ID, v.PathValue("id"), role, func(_, to store.Account) error { return do(tx, to.ID) })
	})
	if fault.Is(err, fault.Conflict) {
		return web.Page{}, v.Refuse(fault.Conflict, "people.bad.last")
	}
	return See("/desk/people/" + v.PathValue("id") + "?done=saved"), v.Say(err)
}
