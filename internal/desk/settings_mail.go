package desk

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// mailSettings shows which server sends the mails.
func (d *Desk) mailSettings(ctx context.Context, v *Visit) (web.Page, error) {
	server := mail.Server{Port: 587, Security: mail.StartTLS, FromName: v.Outlet.Name, From: v.Outlet.Email}
	if _, err := d.Store.Setting(ctx, mail.Setting, &server); err != nil {
		return web.Page{}, err
	}
	p, err := d.mailSettingsPage(ctx, v, server, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

func (d *Desk) mailSettingsPage(ctx context.Context, v *Visit, s mail.Server, bad fault.Fields) (web.FormPage, error) {
	password, err := d.Secrets.Get(ctx, mail.Secret)
	if err != nil {
		return web.FormPage{}, err
	}
	stored := ""
	if password != "" {
		stored = "1"
	}
	f := v.Frame(ctx, "nav.mail")
	field := func(name, kind, value string) web.Field {
		return web.Field{Name: name, Kind: kind, Label: v.Loc.T("mailserver." + name), Value: value, Dir: "ltr"}
	}
	security := field("security", "radio", string(s.Security))
	for _, x := range []mail.Security{mail.StartTLS, mail.TLS, mail.None} {
		security.Options = append(security.Options, web.Option{Value: string(x), Text: v.Loc.T("mailserver.security." + string(x))})
	}
	fields := []web.Field{field("host", "", s.Host), field("port", "number", strconv.Itoa(s.Port)), security, field("user", "", s.User),
		field("password", "secret", stored), field("from", "email", s.From), field("from_name", "", s.FromName), field("reply_to", "email", s.ReplyTo)}
	fields[1].InputMode, fields[6].Dir = "numeric", "auto"
	for _, i := range []int{3, 4, 6, 7} {
		fields[i].Optional = true
	}
	form := web.Form{ID: "mail", Action: "/desk/settings/mail", Nonce: v.Nonce(), Submit: v.Loc.T("settings.act"),
		Errors: ErrorsOf(bad, "host", "port", "security", "from", "reply_to"), Groups: []web.FieldGroup{{Fields: fields}}}
	p := web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("mailserver.say"), Tabs: v.SettingsTabs("/desk/settings/mail"), Forms: []web.Form{form}}
	if s.Set() {
		p.Panels = []web.Panel{{ID: "test", Heading: v.Loc.T("mailserver.test"), Text: v.Loc.T("mailserver.test.say", "email", v.Account.Email),
			Buttons: []web.PostButton{*v.Button("mailserver.test.act", "/desk/settings/mail/test", "")}}}
		dkim, err := d.dkimPanel(ctx, v, s)
		if err != nil {
			return p, err
		}
		p.Panels = append(p.Panels, dkim)
	}
	return p, nil
}

// doMailSettings keeps the server. An empty host takes it away, and its
// password; an empty password keeps the one that is stored, but not for
// another server: a stored password must not be sent to a host that somebody
// has just typed in.
func (d *Desk) doMailSettings(ctx context.Context, v *Visit) (web.Page, error) {
	port, _ := strconv.Atoi(v.Field("port")) // what is no number is refused as 0
	s := mail.Server{Host: strings.ToLower(v.Field("host")), Port: port, Security: mail.Security(v.Field("security")), User: v.Field("user"),
		From: strings.ToLower(v.Field("from")), FromName: mail.OneLine(v.Field("from_name")), ReplyTo: strings.ToLower(v.Field("reply_to"))}
	if !s.Set() {
		s = mail.Server{}
	} else if bad := v.Faults(s.Validate()); len(bad) > 0 {
		p, err := d.mailSettingsPage(ctx, v, s, bad)
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/form", p)
	}
	password := v.PostForm.Get("password")
	active, err := d.Secrets.Get(ctx, mail.DKIMSecret)
	if err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		var was mail.Server
		if _, err := tx.Setting(ctx, mail.Setting, &was); err != nil {
			return err
		}
		if err := tx.PutSetting(ctx, v.By(), mail.Setting, s); err != nil {
			return err
		}
		moved := was.Host != s.Host || was.Port != s.Port || was.User != s.User || was.Security != s.Security
		if password != "" || was.Set() && moved {
			if err := d.Secrets.Put(ctx, tx, v.By(), mail.Secret, password); err != nil {
				return err
			}
		}
		if !s.Set() {
			return nil
		}
		if active != "" && domainOf(was.From) != domainOf(s.From) { // the DNS of the new domain does not know the key
			if err := errors.Join(d.Secrets.Put(ctx, tx, v.By(), mail.DKIMSecret, ""), d.Secrets.Put(ctx, tx, v.By(), pendingKey, active)); err != nil {
				return err
			}
		}
		return tx.WakeMails(ctx)
	})
	return See("/desk/settings/mail?done=saved"), err
}

func domainOf(email string) string {
	_, domain, _ := strings.Cut(email, "@")
	return domain
}

// Faults are the sentences to an error that names keys of the catalogue by field;
// none for any other error.
func (v *Visit) Faults(err error) fault.Fields {
	bad := fault.Fields{}
	var keys fault.Fields
	if errors.As(err, &keys) {
		for name, key := range keys {
			bad[name] = v.Loc.T(key)
		}
	}
	return bad
}

// doMailTest sends a mail to the person who asks.
func (d *Desk) doMailTest(ctx context.Context, v *Visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.QueueMail(ctx, store.Mail{Key: "test:" + id.New(), Kind: "test", ToAddress: v.Account.Email, ToName: v.Account.Name, Lang: v.Loc.Lang(),
			Subject: v.Loc.T("mailserver.test.subject", "outlet", v.Outlet.Name), Text: v.Loc.T("mailserver.test.text") + "\n",
			Headers: map[string]string{"Auto-Submitted": "auto-generated"}})
	})
	return web.Redirect(http.StatusSeeOther, "/desk/mailbox?done=test"), err
}
