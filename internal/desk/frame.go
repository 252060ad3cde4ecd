package desk

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// entry is a page of the rail.
type entry struct {
	key  string // of its name
	href string
	may  []staff.Action
}

var rail = []entry{
	{"nav.home", "/desk", nil},
	{"nav.stories", "/desk/stories", seeStories},
	{"nav.imports", "/desk/imports", seeNeeds},
	{"nav.money", "/desk/money", seeMoney},
	{"nav.mailbox", "/desk/mailbox", seeMail},
	{"nav.people", "/desk/people", only(staff.Appoint)},
	{"nav.settings", "/desk/settings", only(staff.Outlet)},
	{"nav.mail", "/desk/settings/mail", only(staff.Operate)},
	{"nav.jobs", "/desk/jobs", only(staff.Operate)},
	{"nav.audit", "/desk/audit", only(staff.ReadAudit)},
	{"nav.account", "/desk/account", nil},
}

// frame is what every page of the desk has round it. title is a key.
func (d *Desk) frame(ctx context.Context, v *visit, title string) web.DeskFrame {
	f := web.DeskFrame{Locale: v.loc, Outlet: v.outlet.Name, Zone: v.outlet.Location(), Home: "/desk", Sandbox: d.Sandbox}
	if title != "" {
		f.Title = v.loc.T(title)
	}
	if key := "done." + v.URL.Query().Get("done"); v.loc.Has(key) {
		f.Notice = &web.Notice{Kind: "ok", Text: v.loc.T(key)}
	}
	if key := "not." + v.URL.Query().Get("not"); v.loc.Has(key) {
		f.Notice = &web.Notice{Kind: "warn", Text: v.loc.T(key)}
	}
	if !v.signedIn() {
		return f
	}
	f.Alarm = d.alarm(ctx, v)
	f.Nav = d.nav(ctx, v)
	f.Who = &web.Who{Name: v.account.Name, Role: roleName(v.loc, v.person().Highest()), SignOut: "/desk/sign-out", Nonce: v.nonce()}
	return f
}

// alarm is what must not be overlooked on any page: mails that nobody sends.
func (d *Desk) alarm(ctx context.Context, v *visit) *web.Link {
	if !v.mayOpen(seeMail) {
		return nil
	}
	var server mail.Server
	if _, err := d.Store.Setting(ctx, mail.Setting, &server); err != nil || server.Set() || d.Sandbox {
		return nil
	}
	mails, err := d.Store.CountMails(ctx)
	if err != nil {
		slog.Error("waiting mails can't be counted", "err", err)
		return nil
	}
	say := &web.Link{Text: v.loc.T("mailserver.unset"), Href: "/desk/mailbox"}
	if n := mails[store.MailWaiting]; n > 0 {
		say.Text = v.loc.N("mailserver.waiting", n)
	}
	if v.mayOpen(only(staff.Operate)) {
		say.Href = "/desk/settings/mail"
	}
	return say
}

func roleName(l *locale.Locale, r staff.Role) string {
	if r == "" {
		return l.T("role.none")
	}
	return l.T("role." + string(r))
}

func (d *Desk) nav(ctx context.Context, v *visit) []web.DeskNav {
	open := d.waiting(ctx)
	var out []web.DeskNav
	current := -1
	for _, e := range rail {
		if !v.mayOpen(e.may) {
			continue
		}
		here := v.URL.Path == e.href || e.href != "/desk" && strings.HasPrefix(v.URL.Path, e.href+"/")
		if here && (current < 0 || len(e.href) > len(out[current].Href)) {
			current = len(out)
		}
		out = append(out, web.DeskNav{Text: v.loc.T(e.key), Href: e.href, Count: open[e.href]})
	}
	if current >= 0 {
		out[current].Current = true
	}
	return out
}

// waiting counts what waits for a person behind the pages of the rail. A count
// that can't be had is no reason not to show the page.
func (d *Desk) waiting(ctx context.Context) map[string]int {
	out := map[string]int{}
	mails, err := d.Store.CountMails(ctx)
	if err != nil {
		slog.Error("waiting mails can't be counted", "err", err)
	}
	out["/desk/mailbox"] = mails[store.MailFailed] + mails[store.MailUncertain]
	out["/desk/imports"], err = d.Store.CountNeeds(ctx)
	if err != nil {
		slog.Error("what imports need can't be counted", "err", err)
	}
	return out
}

// draw renders a page.
func (d *Desk) draw(v *visit, name string, data any) (web.Page, error) {
	body, err := d.Templates.Render(name, data)
	return web.Page{Body: body, CSP: web.CSP(name, v.loc.Lang())}, err
}

// again renders a page whose form was not in order, with what was put in.
func (d *Desk) again(v *visit, name string, data any) (web.Page, error) {
	p, err := d.draw(v, name, data)
	p.Status = http.StatusUnprocessableEntity
	return p, err
}

// button is a form of one button.
func (v *visit) button(key, action, of string, fields ...web.HiddenField) *web.PostButton {
	return &web.PostButton{Text: v.loc.T(key), Action: action, Nonce: v.nonce(), Fields: fields, Of: of}
}

// columns are the heads of a table, by their keys.
func (v *visit) columns(keys ...string) []web.Column {
	out := make([]web.Column, len(keys))
	for i, k := range keys {
		out[i].Text = v.loc.T(k)
	}
	return out
}
