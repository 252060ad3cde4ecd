package desk

import (
	"context"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// colleague shows one account, with what may be done to it.
func (d *Desk) colleague(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.colleaguePage(ctx, v, nil)
	if err != nil {
		return web.Page{}, err
	}
	return d.draw(v, "desk/form", p)
}

func (d *Desk) colleaguePage(ctx context.Context, v *visit, bad fault.Fields) (web.FormPage, error) {
	a, err := d.Store.Account(ctx, v.PathValue("id"))
	if err != nil {
		return web.FormPage{}, err
	}
	sections, err := d.Store.Sections(ctx)
	if err != nil {
		return web.FormPage{}, err
	}
	f := d.frame(ctx, v, "nav.people")
	f.Title = a.Name
	page := web.FormPage{DeskFrame: f, Heading: a.Name, Intro: a.Email,
		Panels: []web.Panel{v.rolesPanel(a.Person, sections), v.accessPanel(a)}}
	if roles := v.roleField(a.Person, v.field("role")); len(roles.Options) > 0 {
		page.Forms = []web.Form{{ID: "grant", Action: "/desk/people/" + a.ID + "/grant", Nonce: v.nonce(), Submit: v.loc.T("people.grant"), Quiet: true,
			Errors: errorsOf(bad, "role", "section"),
			Groups: []web.FieldGroup{{Legend: v.loc.T("people.grant.say"), Fields: []web.Field{roles, v.sectionField(sections, v.field("section"))}}}}}
	}
	return page, nil
}

// rolesPanel lists the roles, each with a button to take it away where this
// person may.
func (v *visit) rolesPanel(p staff.Person, sections []news.Section) web.Panel {
	t := &web.Table{Caption: v.loc.T("people.roles"), Columns: v.columns("people.role", "people.revoke"), Empty: v.loc.T("role.none")}
	for _, g := range p.Grants {
		name := v.grantName(g, sections)
		row := web.Row{Cells: []web.Cell{{Text: name}, {}}}
		if v.may(staff.Appoint, staff.Object{Role: g.Role, Holder: p}).OK() {
			row.Cells[1].Button = v.button("people.revoke", "/desk/people/"+p.ID+"/revoke", name,
				web.HiddenField{Name: "role", Value: string(g.Role)}, web.HiddenField{Name: "section", Value: g.Section})
		}
		t.Rows = append(t.Rows, row)
	}
	return web.Panel{ID: "roles", Heading: v.loc.T("people.roles"), Table: t}
}

func (v *visit) accessPanel(a store.Account) web.Panel {
	p := web.Panel{ID: "access", Heading: v.loc.T("people.access"), Facts: []web.Fact{
		{Name: v.loc.T("signin.password"), Value: v.yesNo(a.PasswordHash != "")},
		{Name: v.loc.T("account.second"), Value: v.yesNo(a.TOTPBox != "")},
	}}
	if decision := v.may(staff.Appoint, staff.Object{Holder: a.Person}); !decision.OK() {
		p.Text = v.loc.T(decision.Why)
		return p
	}
	if a.State == staff.Active {
		p.Buttons = append(p.Buttons, *v.button("people.reset", "/desk/people/"+a.ID+"/reset", ""),
			*v.button("people.disable", "/desk/people/"+a.ID+"/state", "", web.HiddenField{Name: "state", Value: string(staff.Disabled)}))
		return p
	}
	p.Text = v.loc.T("people.disabled")
	p.Buttons = append(p.Buttons, *v.button("people.enable", "/desk/people/"+a.ID+"/state", "", web.HiddenField{Name: "state", Value: string(staff.Active)}))
	return p
}

func (v *visit) yesNo(b bool) string {
	if b {
		return v.loc.T("people.set")
	}
	return v.loc.T("people.unset")
}

func (d *Desk) doGrant(ctx context.Context, v *visit) (web.Page, error) {
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
		return d.again(v, "desk/form", p)
	}
	return d.appoint(ctx, v, g.Role, func(tx *store.Tx, id string) error { return tx.Grant(ctx, v.by(), id, g) })
}

func (d *Desk) doRevoke(ctx context.Context, v *visit) (web.Page, error) {
	g := staff.Grant{Role: staff.Role(v.field("role")), Section: v.field("section")}
	return d.appoint(ctx, v, g.Role, func(tx *store.Tx, id string) error { return tx.Revoke(ctx, v.by(), id, g) })
}

func (d *Desk) doState(ctx context.Context, v *visit) (web.Page, error) {
	state := staff.State(v.field("state"))
	if state != staff.Active && state != staff.Disabled {
		return web.Page{}, fault.New(fault.Invalid, "an account is active or disabled")
	}
	return d.appoint(ctx, v, "", func(tx *store.Tx, id string) error { return tx.SetStaffState(ctx, v.by(), id, state) })
}

// doReset sends somebody a link to choose a new password. It goes by mail only,
// so that whoever presses the button does not come to hold it.
func (d *Desk) doReset(ctx context.Context, v *visit) (web.Page, error) {
	return d.appoint(ctx, v, "", func(tx *store.Tx, id string) error {
		a, err := tx.Account(ctx, id)
		if err != nil {
			return err
		}
		if err := tx.Audit(ctx, v.by(), "staff.reset", "staff", id, nil); err != nil {
			return err
		}
		return d.queueLink(ctx, tx, v, a.Person, store.LinkReset)
	})
}

// appoint changes an account inside a transaction that has asked, with the
// roles of that moment, whether this person may.
func (d *Desk) appoint(ctx context.Context, v *visit, role staff.Role, do func(tx *store.Tx, id string) error) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		me, err := tx.Account(ctx, v.account.ID)
		if err != nil {
			return err
		}
		a, err := tx.Account(ctx, v.PathValue("id"))
		if err != nil {
			return err
		}
		if may := staff.May(me.Person, staff.Appoint, staff.Object{Role: role, Holder: a.Person}); !may.OK() {
			return v.refuse(fault.Denied, may.Why)
		}
		return do(tx, a.ID)
	})
	if fault.Is(err, fault.Conflict) {
		return web.Page{}, v.refuse(fault.Conflict, "people.bad.last")
	}
	return see("/desk/people/" + v.PathValue("id") + "?done=saved"), err
}
