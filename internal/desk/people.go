package desk

import (
	"context"
	"strings"

	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// people lists everybody who may sign in.
func (d *Desk) people(ctx context.Context, v *Visit) (web.Page, error) {
	list, err := d.Store.Staff(ctx)
	if err != nil {
		return web.Page{}, err
	}
	sections, err := d.Store.Sections(ctx)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "nav.people")
	table := web.Table{Caption: f.Title, Columns: v.Columns("people.name", "people.roles", "people.seen")}
	for _, p := range list {
		row := web.Row{Cells: []web.Cell{
			{Text: p.Name, Href: "/desk/people/" + p.ID, Small: p.Email}, {Text: v.roles(p, sections)}, {At: p.LastSeenAt},
		}}
		if p.State == staff.Disabled {
			row.Cells[0].Tag = &web.Tag{Text: v.Loc.T("people.disabled"), Kind: "warn"}
		}
		if p.LastSeenAt.IsZero() {
			row.Cells[2].Text = v.Loc.T("people.never")
		}
		table.Rows = append(table.Rows, row)
	}
	return v.Draw("desk/list", web.ListDeskPage{DeskFrame: f, Heading: f.Title, Table: table,
		Action: &web.Link{Text: v.Loc.T("people.add"), Href: "/desk/people/new"}})
}

// roles names somebody's roles with their sections.
func (v *Visit) roles(p staff.Person, sections []news.Section) string {
	var names []string
	for _, g := range p.Grants {
		names = append(names, v.grantName(g, sections))
	}
	if len(names) == 0 {
		return v.Loc.T("role.none")
	}
	return v.Loc.List(names)
}

func (v *Visit) grantName(g staff.Grant, sections []news.Section) string {
	name := RoleName(v.Loc, g.Role)
	if g.Section == "" {
		return name
	}
	return v.Loc.T("people.in", "role", name, "section", v.SectionName(g.Section, sections))
}

// SectionName is a section in the language of the page; "" is none.
func (v *Visit) SectionName(sectionID string, sections []news.Section) string {
	for _, s := range sections {
		if s.ID == sectionID {
			return s.Name.In(v.Loc.Lang(), v.Outlet.Language)
		}
	}
	return sectionID
}

// newcomer is the form for a new account as it was filled in.
type newcomer struct{ name, email, lang, role, section string }

func (d *Desk) newPerson(ctx context.Context, v *Visit) (web.Page, error) {
	p, err := d.newPersonPage(ctx, v, newcomer{lang: v.Loc.Lang(), role: string(staff.Contributor)}, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

func (d *Desk) newPersonPage(ctx context.Context, v *Visit, in newcomer, bad fault.Fields) (web.FormPage, error) {
	sections, err := d.Store.Sections(ctx)
	if err != nil {
		return web.FormPage{}, err
	}
	f := v.Frame(ctx, "people.add")
	form := web.Form{ID: "person", Action: "/desk/people/new", Nonce: v.Nonce(), Submit: v.Loc.T("people.invite"),
		Errors: ErrorsOf(bad, "name", "email", "role", "section"),
		Groups: []web.FieldGroup{{Fields: []web.Field{
			{Name: "name", Label: v.Loc.T("people.name"), Value: in.name, Required: true, Dir: "auto"},
			{Name: "email", Kind: "email", Label: v.Loc.T("signin.email"), Value: in.email, Required: true, Dir: "ltr"},
			deskLanguage(v, in.lang),
			v.roleField(staff.Person{}, in.role), v.sectionField(sections, in.section), inviteBy(v),
		}}}}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("people.invite.say"), Forms: []web.Form{form}}, nil
}

// roleField offers the roles that this person may give to the holder.
func (v *Visit) roleField(holder staff.Person, value string) web.Field {
	f := web.Field{Name: "role", Kind: "select", Label: v.Loc.T("people.role"), Value: value}
	for _, r := range staff.Roles() {
		if v.May(staff.Appoint, staff.Object{Role: r, Holder: holder}).OK() {
			f.Options = append(f.Options, web.Option{Value: string(r), Text: RoleName(v.Loc, r)})
		}
	}
	return f
}

func (v *Visit) sectionField(sections []news.Section, value string) web.Field {
	f := web.Field{Name: "section", Kind: "select", Label: v.Loc.T("people.section"), Hint: v.Loc.T("people.section.hint"), Value: value,
		Options: []web.Option{{Text: v.Loc.T("people.everywhere")}}}
	for _, s := range sections {
		f.Options = append(f.Options, web.Option{Value: s.ID, Text: s.Name.In(v.Loc.Lang(), v.Outlet.Language)})
	}
	return f
}

// doNewPerson makes the account and sends the invitation.
func (d *Desk) doNewPerson(ctx context.Context, v *Visit) (web.Page, error) {
	in := newcomer{v.Field("name"), v.Field("email"), v.Field("lang"), v.Field("role"), v.Field("section")}
	bad := fault.Fields{}
	if in.name == "" {
		bad["name"] = v.Loc.T("people.bad.name")
	}
	clean, err := mail.CleanAddress(in.email)
	if err != nil {
		bad["email"] = v.Loc.T("mail.bad.address")
	}
	g, err := d.grantOf(ctx, v, staff.Person{}, bad)
	if err != nil {
		return web.Page{}, err
	}
	if len(bad) == 0 {
		p := staff.Person{Email: clean, Name: in.name, Lang: in.lang, Grants: []staff.Grant{g}}
		link, err := d.invite(ctx, v, &p)
		switch {
		case err == nil && link == "":
			return See("/desk/people?done=invited"), nil
		case err == nil:
			return d.showLink(ctx, v, p, link)
		}
		if !fault.Is(err, fault.Conflict) {
			return web.Page{}, err
		}
		bad["email"] = v.Loc.T("people.bad.taken")
	}
	page, err := d.newPersonPage(ctx, v, in, bad)
	if err != nil {
		return web.Page{}, err
	}
	return v.Again("desk/form", page)
}

func (d *Desk) invite(ctx context.Context, v *Visit, p *staff.Person) (link string, err error) {
	err = d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if p.ID, err = tx.AddStaff(ctx, v.By(), *p); err != nil {
			return err
		}
		link, err = d.deliver(ctx, tx, v, *p)
		return err
	})
	return link, err
}

// grantOf reads role and section of a form and asks whether this person may
// give that to the holder; what is wrong goes to bad.
func (d *Desk) grantOf(ctx context.Context, v *Visit, holder staff.Person, bad fault.Fields) (staff.Grant, error) {
	g := staff.Grant{Role: staff.Role(v.Field("role")), Section: v.Field("section")}
	wrong, err := editorial.New(d.Store, d.Clock).CheckGrant(ctx, g)
	for field, key := range wrong {
		bad[field] = v.Loc.T(key)
	}
	if err != nil || bad["role"] != "" {
		return g, err
	}
	if why := v.May(staff.Appoint, staff.Object{Role: g.Role, Holder: holder}); !why.OK() {
		bad["role"] = v.Loc.T(why.Why)
	}
	return g, nil
}

// Join puts words with a middle dot between them.
func Join(words ...string) string {
	var out []string
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return strings.Join(out, " · ")
}
