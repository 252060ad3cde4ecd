package desk

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"golang.org/x/text/language"

	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// Visit is one request and who makes it.
type Visit struct {
	*web.Request
	d       *Desk
	Loc     *locale.Locale
	Outlet  outlet.Outlet
	token   string        // of the session's cookie; "" for none that is good
	session store.Session // zero where nobody is signed in
	Account store.Account
}

func (v *Visit) signedIn() bool { return v.session.Stage == store.StageFull }

// Person is who is signed in, with their roles.
func (v *Visit) Person() staff.Person { return v.Account.Person }

// Field is a value of the form that was sent, without space round it.
func (v *Visit) Field(name string) string {
	return strings.TrimSpace(v.PostForm.Get(name))
}

// By is the person as the log names them.
func (v *Visit) By() store.Actor { return store.Actor{ID: v.Account.ID, Name: v.Account.Name} }

// May asks the table of permissions.
func (v *Visit) May(a staff.Action, o staff.Object) staff.Decision {
	return staff.May(v.Person(), a, o)
}

// Nonce makes the token of a form on this page. It holds for this session only,
// and before signing in for the pages at the gate.
func (v *Visit) Nonce() string { return v.d.nonces.Mint(v.purpose(), v.d.Clock.Now()) }

func (v *Visit) purpose() string {
	if v.token == "" {
		return "desk gate"
	}
	return "desk " + v.session.CSRF
}

// proved tells whether the person has proved who they are a short while ago.
func (v *Visit) proved() bool {
	return !v.session.ProvedAt.IsZero() && v.d.Clock.Now().Sub(v.session.ProvedAt) < staff.ProofLasts
}

// visit finds out who makes a request, and notes a sign of life once a minute.
func (d *Desk) visit(ctx context.Context, r *web.Request) (*Visit, error) {
	v := &Visit{Request: r, d: d}
	var err error
	if v.Outlet, err = d.Store.Outlet(ctx); err != nil {
		return nil, err
	}
	if err := d.recognise(ctx, v); err != nil {
		return nil, err
	}
	v.Loc = d.tongue(v)
	if v.token != "" && d.Clock.Now().Sub(v.session.SeenAt) > time.Minute {
		d.seen(ctx, v)
	}
	return v, nil
}

// seen notes the sign of life. That this can't be written just now is no reason
// not to show the page.
func (d *Desk) seen(ctx context.Context, v *Visit) {
	if err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.SeeSession(ctx, v.token) }); err != nil && ctx.Err() == nil {
		slog.Error("a session's sign of life can't be noted", "err", err)
	}
}

func (d *Desk) recognise(ctx context.Context, v *Visit) error {
	cookie, err := v.Cookie(d.cookieName(v))
	if err != nil {
		return nil
	}
	v.session, err = d.Store.Session(ctx, cookie.Value)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	v.token = cookie.Value
	v.Account, err = d.Store.Account(ctx, v.session.StaffID)
	return err
}

// tongue is the language of the page: the person's own, before signing in the
// outlet's, and before there is an outlet the browser's.
func (d *Desk) tongue(v *Visit) *locale.Locale {
	if v.token != "" {
		return locale.For(v.Account.Lang)
	}
	if !unnamed(v.Outlet) {
		return locale.For(v.Outlet.Language)
	}
	wanted, _, _ := language.ParseAcceptLanguage(v.Header.Get("Accept-Language"))
	for _, tag := range wanted {
		if l := locale.For(tag.String()); l.Lang() == locale.Base(tag.String()) {
			return l
		}
	}
	return locale.For("en")
}

// unnamed tells whether the newsroom has still to be set up.
func unnamed(o outlet.Outlet) bool { return o.Name == outlet.Default().Name }

// spoken is an error whose sentence is in the person's language already.
type spoken struct{ error }

func (s spoken) Unwrap() error { return s.error }

// Refuse is an error with a sentence of the catalogue.
func (v *Visit) Refuse(k fault.Kind, key string, args ...any) error {
	return spoken{fault.New(k, "%s", v.Loc.T(key, args...))}
}

// Say puts a refusal of the rules that pages and programs share into this
// person's language.
func (v *Visit) Say(err error) error {
	if r, ok := editorial.Refused(err); ok {
		return v.Refuse(r.Kind, r.Key)
	}
	return err
}

// Tell takes the English sentence from an error that a person of another
// language would be shown; the page then says what kind of trouble it is. The
// log keeps the sentence.
func (v *Visit) Tell(err error) error {
	var known spoken
	if err == nil || v.Loc.Lang() == "en" || errors.As(err, &known) {
		return err
	}
	return &fault.Error{Kind: fault.KindOf(err), Err: err}
}

// secure tells whether this request came over TLS: to us, or to a proxy in front
// of us, which is so where it asks for the host that the newsroom's https
// address names, also one that was set since this program began.
func (d *Desk) secure(v *Visit) bool {
	host, tls := strings.CutPrefix(v.Base(), "https://")
	return v.TLS != nil || tls && strings.EqualFold(v.Host, host)
}

// cookieName: the prefix makes browsers insist on TLS, path / and this host
// (RFC 6265bis, 4.1.3.2). Without TLS, in a demo on this machine, it would not
// be accepted.
func (d *Desk) cookieName(v *Visit) string {
	if d.secure(v) {
		return "__Host-masthead"
	}
	return "masthead"
}

// cookie is the header line that keeps a session's token in the browser, or
// takes it away when it is empty.
func (d *Desk) cookie(v *Visit, token string) http.Header {
	c := &http.Cookie{Name: d.cookieName(v), Value: token, Path: "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: d.secure(v), MaxAge: int(store.SessionLasts / time.Second)}
	if token == "" {
		c.MaxAge = -1
	}
	return http.Header{"Set-Cookie": {c.String()}}
}

// Within returns a path of the desk to go on to, "/desk" for anything else, so
// that a link can't lead out of it.
func Within(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || path.Clean(u.Path) != u.Path || strings.ContainsAny(next, "\\\r\n\t") ||
		(u.Path != "/desk" && !strings.HasPrefix(u.Path, "/desk/")) || strings.HasPrefix(u.Path, "/desk/sign-") {
		return "/desk"
	}
	return u.RequestURI()
}

// See sends the browser to a page of the desk after a form was done.
func See(path string) web.Page { return web.Redirect(http.StatusSeeOther, path) }
