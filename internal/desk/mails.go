package desk

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// mailLink makes a one-time link for somebody and puts the mail that brings it
// into the outbox.
func (d *Desk) mailLink(ctx context.Context, v *Visit, to staff.Person, kind store.LinkKind) error {
	return d.Store.Write(ctx, func(tx *store.Tx) error { return d.queueLink(ctx, tx, v, to, kind) })
}

func (d *Desk) queueLink(ctx context.Context, tx *store.Tx, v *Visit, to staff.Person, kind store.LinkKind) error {
	return d.sendLink(ctx, tx, v.Outlet, v.Base(), to, kind)
}

func (d *Desk) sendLink(ctx context.Context, tx *store.Tx, o outlet.Outlet, base string, to staff.Person, kind store.LinkKind) error {
	token, until, err := tx.MakeLink(ctx, kind, to.ID)
	if err != nil {
		return err
	}
	m, err := d.linkMail(o, to, kind, base+LinkPath(token), until)
	if err != nil {
		return err
	}
	m.Key = "link:" + to.ID + ":" + until.Format(time.RFC3339Nano) + ":" + string(kind)
	return tx.QueueMail(ctx, m)
}

// Invite puts an invitation for an account into the outbox, for whoever makes one
// elsewhere than on the desk's pages.
func (d *Desk) Invite(ctx context.Context, tx *store.Tx, staffID string) error {
	a, err := tx.Account(ctx, staffID)
	if err != nil {
		return err
	}
	o, err := tx.Outlet(ctx)
	if err != nil {
		return err
	}
	return d.sendLink(ctx, tx, o, d.base(o), a.Person, store.LinkInvite)
}

// linkMail writes the mail in the language of the person's desk.
func (d *Desk) linkMail(o outlet.Outlet, to staff.Person, kind store.LinkKind, link string, until time.Time) (store.Mail, error) {
	letter, err := d.Templates.Mail("mail/staff", web.StaffMail{
		MailFrame: web.MailFrame{Locale: locale.For(to.Lang), Outlet: publisher(o), Zone: o.Location()},
		Name:      to.Name, Kind: string(kind), Link: link, Until: until,
	})
	return store.Mail{
		Kind: store.MailKindStaff, ToAddress: to.Email, ToName: to.Name, Lang: locale.For(to.Lang).Lang(),
		Subject: letter.Subject, Text: letter.Text, HTML: letter.HTML, Headers: map[string]string{"Auto-Submitted": "auto-generated"},
	}, err
}

// MailKindSecurity are mails that tell somebody of the staff what was done to
// their account. They hold no key.
const MailKindSecurity = "security"

// warn tells somebody by mail what was done to their account.
func (d *Desk) warn(ctx context.Context, tx *store.Tx, v *Visit, to staff.Person, kind, what string) error {
	m, err := SecurityMail(d.Templates, v.Outlet, to, kind, what, d.Clock.Now(), v.Base()+"/desk/account/sessions")
	if err != nil {
		return err
	}
	return tx.QueueMail(ctx, m)
}

// SecurityMail writes such a mail in the language of the person's desk. kind is
// one of web.SecurityMail's; link is where to look after it.
func SecurityMail(all *web.Templates, o outlet.Outlet, to staff.Person, kind, what string, now time.Time, link string) (store.Mail, error) {
	l := locale.For(to.Lang)
	if what == "" {
		what = l.T("sessions.unknown")
	}
	letter, err := all.Mail("mail/security", web.SecurityMail{
		MailFrame: web.MailFrame{Locale: l, Outlet: publisher(o), Zone: o.Location()}, Name: to.Name, Kind: kind, What: what, Time: now, Link: link,
	})
	return store.Mail{
		Kind: MailKindSecurity, Key: "security:" + id.New(), ToAddress: to.Email, ToName: to.Name, Lang: l.Lang(),
		Subject: letter.Subject, Text: letter.Text, HTML: letter.HTML, Headers: map[string]string{"Auto-Submitted": "auto-generated"},
	}, err
}

// publisher is what a mail says about who sends it.
func publisher(o outlet.Outlet) web.Outlet {
	out := web.Outlet{Name: o.Name, ShortName: o.ShortName, URL: o.BaseURL, Publisher: o.LegalName}
	for line := range strings.Lines(o.Address) {
		if line = strings.TrimSpace(line); line != "" {
			out.Address = append(out.Address, line)
		}
	}
	return out
}
