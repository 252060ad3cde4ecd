package desk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// whole tells whether a way of signing in counts for both steps.
func whole(how string) bool { return how == "passkey" || how == "recovery" || how == "code" }

// halfOnly tells whether a code is to follow.
func halfOnly(a store.Account, how string) bool { return a.TOTPBox != "" && !whole(how) }

// begin starts a session in a transaction: a whole one, or half of one where a
// code is to follow. The one that the browser had before ends, so that nobody
// can plant one. An owner who comes with a browser that is new hears of it.
func (d *Desk) begin(ctx context.Context, tx *store.Tx, v *Visit, a store.Account, how string) (string, error) {
	if v.token != "" {
		if err := tx.EndSession(ctx, v.token); err != nil {
			return "", err
		}
	}
	from := store.From{How: how, Browser: staff.Browser(v.UserAgent())}
	if halfOnly(a, how) {
		return tx.StartSession(ctx, a.ID, store.StagePassword, from)
	}
	if err := tx.Audit(ctx, store.Actor{ID: a.ID, Name: a.Name}, "staff.signed_in", "staff", a.ID, map[string]any{"by": how}); err != nil {
		return "", err
	}
	if !a.LastSeenAt.IsZero() && !d.knows(v, a.ID) && how != "recovery" { // that is told anyway
		if err := d.warn(ctx, tx, v, a.Person, "signin", from.Browser); err != nil {
			return "", err
		}
	}
	return tx.StartSession(ctx, a.ID, store.StageFull, from)
}

// onward leads to the code page or on to where they wanted to go.
func (d *Desk) onward(v *Visit, token string, a store.Account, how, next string) web.Page {
	target := Within(next)
	if halfOnly(a, how) {
		target = withNext("/desk/code", target)
	}
	p := See(target)
	p.Header = d.signedInCookies(v, token, a, how)
	return p
}

// signedInCookies are the session's cookie and, once somebody is wholly signed
// in, the one by which this browser is known again.
func (d *Desk) signedInCookies(v *Visit, token string, a store.Account, how string) http.Header {
	h := d.cookie(v, token)
	if !halfOnly(a, how) {
		h.Add("Set-Cookie", d.knownCookie(v, a.ID).String())
	}
	return h
}

// A browser is known by marks, one for each account that signed in with it. They
// open nothing; they only spare its owner a mail.
const (
	knownLasts = 365 * 24 * time.Hour
	knownMost  = 5 // accounts in one browser
)

func (d *Desk) knownName(v *Visit) string { return d.cookieName(v) + "-known" }

func (d *Desk) mark(staffID string) string {
	m := hmac.New(sha256.New, d.Secrets.Derive("known browsers"))
	m.Write([]byte(staffID))
	return id.Encode(m.Sum(nil)[:15])
}

func (d *Desk) marks(v *Visit) []string {
	c, err := v.Cookie(d.knownName(v))
	if err != nil {
		return nil
	}
	return strings.Split(c.Value, ".")
}

func (d *Desk) knows(v *Visit, staffID string) bool {
	return slices.Contains(d.marks(v), d.mark(staffID))
}

func (d *Desk) knownCookie(v *Visit, staffID string) *http.Cookie {
	own := d.mark(staffID)
	all := append([]string{own}, slices.DeleteFunc(d.marks(v), func(m string) bool { return m == own || len(m) != len(own) })...)
	return &http.Cookie{Name: d.knownName(v), Value: strings.Join(all[:min(len(all), knownMost)], "."), Path: "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: d.secure(v), MaxAge: int(knownLasts / time.Second)}
}

// sessions lists where somebody is signed in. Of the place nothing is kept but
// the browser's family.
func (d *Desk) sessions(ctx context.Context, v *Visit) (web.Page, error) {
	list, err := d.Store.Sessions(ctx, v.Account.ID)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "account.sessions")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Tabs: accountTabs(v, "/desk/account/sessions"),
		Intro: v.Loc.T("sessions.say", "idle", v.Loc.Number(int64(store.SessionIdle/time.Hour)), "days", v.Loc.Number(int64(store.SessionLasts/(24*time.Hour)))),
		Table: web.Table{Caption: f.Title, Columns: v.Columns("sessions.browser", "sessions.began", "sessions.seen", "sessions.ends", "sessions.end")},
		Forms: []web.Form{{ID: "everywhere", Action: "/desk/account/sign-out-everywhere", Nonce: v.Nonce(), Submit: v.Loc.T("account.everywhere"), Quiet: true}}}
	for _, x := range list {
		p.Table.Rows = append(p.Table.Rows, v.sessionRow(x))
	}
	return v.Draw("desk/list", p)
}

func (v *Visit) sessionRow(x store.Session) web.Row {
	name := x.Browser
	if name == "" {
		name = v.Loc.T("sessions.unknown")
	}
	row := web.Row{Cells: []web.Cell{{Text: name}, {At: x.CreatedAt}, {At: x.SeenAt}, {At: x.Ends()}, {}}}
	if x.How != "" {
		row.Cells[0].Small = v.Loc.T("sessions.how." + x.How)
	}
	if x.ID == v.session.ID {
		row.On, row.Cells[0].Tag = true, &web.Tag{Text: v.Loc.T("sessions.this"), Kind: "ok"}
		return row
	}
	row.Cells[4].Button = v.Button("sessions.end", "/desk/account/sessions/"+x.ID+"/end", name)
	return row
}

func (d *Desk) doEndSession(ctx context.Context, v *Visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.EndOneSession(ctx, v.By(), v.Account.ID, v.PathValue("session")) })
	if fault.Is(err, fault.NotFound) { // ended meanwhile
		err = nil
	}
	return See("/desk/account/sessions?done=session-ended"), err
}
