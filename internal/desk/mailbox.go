package desk

import (
	"context"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// mayReadMail: mails to givers are the treasurer's to read. A mail with a
// one-time link would let its reader in as somebody else, so only an owner
// reads those, who may reset everybody anyway.
func (v *Visit) mayReadMail(m store.Mail) bool {
	switch {
	case m.ToAddress == v.Account.Email:
		return true
	case m.Kind == store.MailKindStaff:
		return v.Person().Has(staff.Owner)
	case m.Kind == MailKindSecurity:
		return v.Person().Has(staff.Owner)
	case m.Kind == "test":
		return v.May(staff.Operate, staff.Object{}).OK()
	}
	return v.May(staff.SeeDonors, staff.Object{}).OK()
}

var mailTags = map[store.MailState]string{
	store.MailWaiting: "hint", store.MailSending: "hint", store.MailSent: "ok", store.MailFailed: "stop", store.MailUncertain: "warn",
}

// mailbox lists the mails that the program has written. Without a mail server,
// as in the demo, this is where they are read.
func (d *Desk) mailbox(ctx context.Context, v *Visit) (web.Page, error) {
	list, err := d.Store.Mails(ctx, ListSize+1, (v.PageNumber()-1)*ListSize)
	if err != nil {
		return web.Page{}, err
	}
	var server mail.Server
	if _, err := d.Store.Setting(ctx, mail.Setting, &server); err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "nav.mailbox")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Pager: v.Pager(len(list), ListSize),
		Table: web.Table{Caption: f.Title, Columns: v.Columns("mailbox.subject", "mailbox.to", "mailbox.state", "mailbox.written"), Empty: v.Loc.T("mailbox.none")}}
	if !server.Set() {
		p.Intro = v.Loc.T("mailbox.noserver")
	}
	for _, m := range list[:min(len(list), ListSize)] {
		row := web.Row{Cells: []web.Cell{{Text: v.Loc.T("mailbox.closed"), Small: m.Kind}, {}, v.mailState(m), {At: m.CreatedAt}}}
		if v.mayReadMail(m) {
			row.Cells[0] = web.Cell{Text: m.Subject, Href: "/desk/mailbox/" + m.ID, Lang: m.Lang}
			row.Cells[1] = web.Cell{Text: m.ToAddress}
		}
		p.Table.Rows = append(p.Table.Rows, row)
	}
	return v.Draw("desk/list", p)
}

// mailState says where a mail stands and what went wrong with it.
func (v *Visit) mailState(m store.Mail) web.Cell {
	c := web.Cell{Tag: &web.Tag{Text: v.Loc.T("mailbox.state." + string(m.State)), Kind: mailTags[m.State]}}
	if v.mayReadMail(m) {
		c.Small = m.LastError
	}
	return c
}

// oneMail shows one mail as text: never its HTML, which is made for mail
// programs and not for pages of ours.
func (d *Desk) oneMail(ctx context.Context, v *Visit) (web.Page, error) {
	m, err := d.readableMail(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	if m.State == store.MailFailed || m.State == store.MailUncertain {
		return v.Draw("desk/view", d.stuckMail(ctx, v, m))
	}
	if m.ToAddress != v.Account.Email { // it may hold a donor's name, and links that act for the donor
		if err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.Audit(ctx, v.By(), "mail.read", "mail", m.ID, nil) }); err != nil {
			return web.Page{}, err
		}
	}
	var server mail.Server
	if _, err := d.Store.Setting(ctx, mail.Setting, &server); err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "nav.mailbox")
	f.Title = m.Subject
	page := web.MailPage{DeskFrame: f, From: v.Outlet.Name, To: address(m), Subject: m.Subject, Sent: m.SentAt, Text: m.Text,
		Back: &web.Link{Text: v.Loc.T("nav.mailbox"), Href: "/desk/mailbox"}}
	if server.Set() {
		page.From = server.FromName + " <" + server.From + ">"
	}
	if page.Sent.IsZero() {
		page.Sent = m.CreatedAt
	}
	if page.Text == "" {
		page.Text = v.Loc.T("mailbox.forgotten")
	}
	return v.Draw("desk/mail", page)
}

func address(m store.Mail) string {
	if m.ToName == "" {
		return m.ToAddress
	}
	return m.ToName + " <" + m.ToAddress + ">"
}

func (d *Desk) readableMail(ctx context.Context, v *Visit) (store.Mail, error) {
	m, err := d.Store.Mail(ctx, v.PathValue("id"))
	if err == nil && !v.mayReadMail(m) {
		return store.Mail{}, v.Refuse(fault.Denied, "staff.why.role")
	}
	return m, err
}

// stuckMail is a mail that waits for a person's word.
func (d *Desk) stuckMail(ctx context.Context, v *Visit, m store.Mail) web.ViewPage {
	f := v.Frame(ctx, "nav.mailbox")
	f.Title = m.Subject
	action := "/desk/mailbox/" + m.ID
	return web.ViewPage{DeskFrame: f, Heading: m.Subject, Back: &web.Link{Text: v.Loc.T("nav.mailbox"), Href: "/desk/mailbox"},
		Facts: []web.Fact{
			{Name: v.Loc.T("mailbox.to"), Value: address(m)},
			{Name: v.Loc.T("mailbox.state"), Value: v.Loc.T("mailbox.say." + string(m.State)), Tag: &web.Tag{Text: v.Loc.T("mailbox.state." + string(m.State)), Kind: mailTags[m.State]}},
			{Name: v.Loc.T("mailbox.error"), Value: m.LastError},
		},
		Panels: []web.Panel{{ID: "text", Heading: v.Loc.T("mailbox.text"), Text: m.Text}},
		Buttons: []web.PostButton{
			*v.Button("mailbox.again", action, "", web.HiddenField{Name: "do", Value: "again"}),
			*v.Button("mailbox.settled", action, "", web.HiddenField{Name: "do", Value: "sent"}),
		}}
}

// doMail settles a mail that failed or is uncertain.
func (d *Desk) doMail(ctx context.Context, v *Visit) (web.Page, error) {
	m, err := d.readableMail(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.DecideMail(ctx, v.By(), m.ID, v.Field("do") == "again") })
	return See("/desk/mailbox?done=saved"), err
}
