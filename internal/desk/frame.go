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

// rail are the pages of the desk in groups; an empty entry begins another.
var rail = []entry{
	{"nav.home", "/desk", nil},
	{"nav.notices", "/desk/notices", SeeStories},
	{},
	{"nav.stories", "/desk/stories", SeeStories},
	{"nav.library", "/desk/media", Only(staff.EditMedia)},
	{"nav.corrections", "/desk/corrections", SeeStories},
	{"nav.reports", "/desk/reports", Only(staff.Correct)},
	{"nav.imports", "/desk/imports", SeeNeeds},
	{},
	{"nav.front", "/desk/front", Only(staff.Arrange)},
	{"nav.pages", "/desk/pages", Only(staff.Arrange)},
	{"nav.topics", "/desk/topics", Only(staff.Arrange)},
	{"nav.bylines", "/desk/bylines", Only(staff.Arrange)},
	{"sections.heading", "/desk/sections", Only(staff.Outlet)},
	{"nav.texts", "/desk/texts", Only(staff.Outlet)},
	{},
	{"nav.money", "/desk/money", SeeMoney},
	{"nav.mailbox", "/desk/mailbox", seeMail},
	{},
	{"nav.people", "/desk/people", Only(staff.Appoint)},
	{"nav.settings", "/desk/settings", Only(staff.Outlet)},
	{"nav.mail", "/desk/settings/mail", Only(staff.Operate)},
	{"nav.webhooks", hooksPath, seeHooks},
	{"nav.jobs", "/desk/jobs", Only(staff.Operate)},
	{"nav.audit", "/desk/audit", Only(staff.ReadAudit)},
	{"nav.account", "/desk/account", nil},
}

// Frame is what every page of the desk has round it. title is a key.
func (v *Visit) Frame(ctx context.Context, title string) web.DeskFrame {
	f := web.DeskFrame{Locale: v.Loc, Outlet: v.Outlet.Name, Zone: v.Outlet.Location(), Home: "/desk", Sandbox: v.d.Sandbox}
	if title != "" {
		f.Title = v.Loc.T(title)
	}
	if key := "done." + v.URL.Query().Get("done"); v.Loc.Has(key) {
		f.Notice = &web.Notice{Kind: "ok", Text: v.Loc.T(key)}
	}
	if key := "not." + v.URL.Query().Get("not"); v.Loc.Has(key) {
		f.Notice = &web.Notice{Kind: "warn", Text: v.Loc.T(key)}
	}
	if !v.signedIn() {
		return f
	}
	f.Alarm = v.d.alarm(ctx, v)
	f.Nav = v.d.nav(ctx, v)
	f.Who = &web.Who{Name: v.Account.Name, Role: RoleName(v.Loc, v.Person().Highest()), SignOut: "/desk/sign-out", Nonce: v.Nonce()}
	return f
}

// alarm is what must not be overlooked on any page: mails that nobody sends.
func (d *Desk) alarm(ctx context.Context, v *Visit) *web.Link {
	if !v.MayOpen(seeMail) {
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
	say := &web.Link{Text: v.Loc.T("mailserver.unset"), Href: "/desk/mailbox"}
	if n := mails[store.MailWaiting]; n > 0 {
		say.Text = v.Loc.N("mailserver.waiting", n)
	}
	if v.MayOpen(Only(staff.Operate)) {
		say.Href = "/desk/settings/mail"
	}
	return say
}

// RoleName is a role in words; "" is somebody without one.
func RoleName(l *locale.Locale, r staff.Role) string {
	if r == "" {
		return l.T("role.none")
	}
	return l.T("role." + string(r))
}

// beside is the page of the rail that a page is found from: its own address, but
// for those that stand beside the sections.
func beside(path string) string {
	for _, p := range []string{"/desk/navigation", "/desk/redirects"} {
		if path == p || strings.HasPrefix(path, p+"/") {
			return "/desk/sections"
		}
	}
	return path
}

func (d *Desk) nav(ctx context.Context, v *Visit) []web.DeskNav {
	open := d.waiting(ctx, v)
	var out []web.DeskNav
	current, at := -1, beside(v.URL.Path)
	apart := false
	for _, e := range rail {
		if e.href == "" {
			apart = len(out) > 0
			continue
		}
		if !v.MayOpen(e.may) {
			continue
		}
		here := at == e.href || e.href != "/desk" && strings.HasPrefix(at, e.href+"/")
		if here && (current < 0 || len(e.href) > len(out[current].Href)) {
			current = len(out)
		}
		out = append(out, web.DeskNav{Text: v.Loc.T(e.key), Href: e.href, Count: open[e.href], Apart: apart})
		apart = false
	}
	if current >= 0 {
		out[current].Current = true
	}
	return out
}

// waiting counts what waits for a person behind the pages of the rail. A count
// that can't be had is no reason not to show the page.
func (d *Desk) waiting(ctx context.Context, v *Visit) map[string]int {
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
	reports, err := d.Store.CountReports(ctx)
	if err != nil {
		slog.Error("readers' reports can't be counted", "err", err)
	}
	out["/desk/reports"] = reports[store.ReportOpen]
	out["/desk/notices"], err = d.Store.CountNotices(ctx, v.Account.ID)
	if err != nil {
		slog.Error("what somebody was told can't be counted", "err", err)
	}
	return out
}

// Draw renders a page.
func (v *Visit) Draw(name string, data any) (web.Page, error) {
	body, err := v.d.Templates.Render(name, data)
	return web.Page{Body: body, CSP: web.CSP(name, v.Loc.Lang())}, err
}

// Again renders a page whose form was not in order, with what was put in.
func (v *Visit) Again(name string, data any) (web.Page, error) {
	p, err := v.Draw(name, data)
	p.Status = http.StatusUnprocessableEntity
	return p, err
}

// Button is a form of one button.
func (v *Visit) Button(key, action, of string, fields ...web.HiddenField) *web.PostButton {
	return &web.PostButton{Text: v.Loc.T(key), Action: action, Nonce: v.Nonce(), Fields: fields, Of: of}
}

// Columns are the heads of a table, by their keys.
func (v *Visit) Columns(keys ...string) []web.Column {
	out := make([]web.Column, len(keys))
	for i, k := range keys {
		out[i].Text = v.Loc.T(k)
	}
	return out
}
