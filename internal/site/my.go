package site

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/limit"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// My makes the pages of a donor's own: they come by a link in a mail, see what
// they gave, and change or end it. All of them are no-store and send no referrer.
type My struct {
	Site   *Site
	Fund   *fund.Service
	Nonces *web.Nonces
	Money  clock.Clock // the providers' time: plans, pauses
	Limits *limit.Counter
	// Letter draws a mail that brings a donor the link of a token; its key is the
	// caller's to set.
	Letter func(ctx context.Context, m web.DonorMail, to fund.Donor, lang, token string) (store.Mail, error)
	// Receipts lists a donor's receipts by payment, for a session that is open;
	// nil where there are none.
	Receipts func(ctx context.Context, donorID, lang string) (map[string]web.Link, error)
	// Receipt is the address of one receipt, for a link of that power.
	Receipt func(ctx context.Context, receiptID, lang string) (string, error)
	// Statement is the address of a signed PDF of some days; nil without.
	Statement func(ctx context.Context, donorID, lang string, from, to time.Time) (*web.Link, error)
	// TaxForms lists the forms that have to do with a donor's taxes; nil without.
	TaxForms func(ctx context.Context, donorID, lang string) ([]web.Link, error)
	// BankTexts opens what stands on a donor's bank lines, for the export; nil
	// without.
	BankTexts func(ctx context.Context, donorID string) (store.DonorTable, error)
}

// Routes are the addresses of the donor's pages, for Site.More. They take any
// spelling as it comes: a redirect would carry the token of a link.
func (m *My) Routes() []Route {
	post := func(path string, h myHandler) Route {
		return Route{Path: path, Handler: m.guarded(h), Post: true, Raw: true}
	}
	return []Route{
		post("/my", m.home),
		post("/my/link/{token}", m.link),
		post("/my/sign-out", in(m.signOut)),
		post("/my/name", in(m.rename)),
		post("/my/news", in(m.news)),
		post("/my/agreed", in(m.agreed)),
		post("/my/plans/{id}", in(m.plan)),
		post("/my/pledges/{id}", in(m.withdraw)),
		post("/my/statement", in(m.statement)),
		post("/my/prove", in(m.prove)),
		post("/my/address", in(proved(m.address))),
		post("/my/export", in(proved(m.export))),
		post("/my/export/{kind}", in(proved(m.download))),
		post("/my/erase", in(proved(m.erase))),
	}
}

// me is one request and the donor who makes it.
type me struct {
	*My
	*shell
	r       *web.Request
	token   string // of the session's cookie; "" for none that is good
	session store.DonorSession
	donor   fund.Donor // zero where nobody is signed in
}

type myHandler func(ctx context.Context, v *me) (web.Page, error)

func (v *me) post() bool { return v.r.Method == http.MethodPost }

func (v *me) field(name string) string { return strings.TrimSpace(v.r.PostForm.Get(name)) }

func (v *me) here() string { return v.Path(v.r.Path) }

// guarded lets nothing in that a page of another site sent, and seals what goes
// out: not to be kept, not to be found, and not to be told to the next site.
func (m *My) guarded(h myHandler) web.Handler {
	return func(ctx context.Context, r *web.Request) (web.Page, error) {
		v, err := m.visit(ctx, r)
		if err != nil {
			return web.Page{}, err
		}
		if v.post() {
			if err := v.sameSite(); err != nil {
				return web.Page{}, err
			}
			if err := web.ReadForm(r, formSize); err != nil {
				return web.Page{}, err
			}
		}
		page, err := h(ctx, v)
		if err != nil {
			return web.Page{}, err
		}
		return sealed(page), nil
	}
}

// sealed is a page that nobody else may keep, find, or hear of.
func sealed(p web.Page) web.Page {
	p.Cache, p.Deps = web.NoStore, nil
	if p.Header == nil {
		p.Header = http.Header{}
	}
	p.Header.Set("Referrer-Policy", "no-referrer")
	p.Header.Set("X-Robots-Tag", "noindex, nofollow")
	return p
}

// in lets only those through who are signed in.
func in(h myHandler) myHandler {
	return func(ctx context.Context, v *me) (web.Page, error) {
		if v.token == "" {
			return web.Redirect(http.StatusSeeOther, v.Path("/my")), nil
		}
		if v.post() {
			if _, err := v.nonce(); err != nil {
				return web.Page{}, err
			}
		}
		return h(ctx, v)
	}
}

// proved lets only those through who have used a fresh link a short while ago.
func proved(h myHandler) myHandler {
	return func(ctx context.Context, v *me) (web.Page, error) {
		if !v.session.Proved(v.Site.Clock.Now()) {
			return web.Redirect(http.StatusSeeOther, v.Path("/my/prove")+"?next="+v.r.Path), nil
		}
		return h(ctx, v)
	}
}

// visit finds out who makes a request, and notes a sign of life once a minute.
func (m *My) visit(ctx context.Context, r *web.Request) (*me, error) {
	sh, err := m.Site.shell(ctx, r)
	if err != nil {
		return nil, err
	}
	sh.mesh(r.Path)
	sh.Alternates, sh.Canonical, sh.Robots, sh.Frame.Feeds = nil, "", "noindex, nofollow", nil
	if strings.HasPrefix(r.Path, "/my/link/") { // a link to the same page would carry the token
		sh.Langs = sh.inOtherLanguages(func(l string) string { return sh.outlet.Prefix(l) + "/my" })
	}
	v := &me{My: m, shell: sh, r: r}
	if err := v.recognise(ctx); err != nil {
		return nil, err
	}
	v.Cookie = v.token != ""
	if v.token != "" && m.Site.Clock.Now().Sub(v.session.SeenAt) > time.Minute {
		err := m.Site.Store.Write(ctx, func(tx *store.Tx) error { return tx.SeeDonorSession(ctx, v.token) })
		if err != nil && ctx.Err() == nil { // no reason not to show the page
			slog.Error("a donor's sign of life can't be noted", "err", err)
		}
	}
	return v, nil
}

func (v *me) recognise(ctx context.Context) error {
	cookie, err := v.r.Cookie(v.cookieName())
	if err != nil {
		return nil
	}
	v.session, err = v.Site.Store.DonorSession(ctx, cookie.Value)
	if err == nil {
		v.donor, err = v.Site.Store.Donor(ctx, v.session.DonorID)
	}
	if fault.Is(err, fault.NotFound) {
		v.session, v.donor = store.DonorSession{}, fund.Donor{}
		return nil
	}
	if err == nil {
		v.token = cookie.Value
	}
	return err
}

// secure tells whether this request came over TLS: to us, or to a proxy in front
// of us, which is so where it asks for the host of the outlet's https address.
func (v *me) secure() bool {
	host, tls := strings.CutPrefix(v.outlet.BaseURL, "https://")
	return v.r.TLS != nil || tls && strings.EqualFold(v.r.Host, host)
}

// cookieName: the prefix makes browsers insist on TLS, path / and this host
// (RFC 6265bis, 4.1.3.2). Without TLS, on this machine, it would not be accepted.
func (v *me) cookieName() string {
	if v.secure() {
		return "__Host-masthead-my"
	}
	return "masthead-my"
}

// cookie keeps a session's token in the browser, or takes it away when it is
// empty. It ends with the browser: the page may have been opened on a machine
// that others use.
func (v *me) cookie(p web.Page, token string) web.Page {
	c := &http.Cookie{Name: v.cookieName(), Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.secure()}
	if token == "" {
		c.MaxAge = -1
	}
	if p.Header == nil {
		p.Header = http.Header{}
	}
	p.Header.Set("Set-Cookie", c.String())
	return p
}

// sameSite refuses a form that a page of another site sent. Pages here send no
// referrer, for which browsers say that a form's origin is "null": then only
// Sec-Fetch-Site tells (every browser since 2023), and in older ones the form's
// token, which others can't know.
func (v *me) sameSite() error {
	no := fault.New(fault.Denied, "%s", v.T("my.elsewhere"))
	switch v.r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return nil
	case "":
	default:
		return no
	}
	origin := v.r.Header.Get("Origin")
	if origin == "" || origin == "null" || origin == v.outlet.BaseURL {
		return nil
	}
	if _, host, ok := strings.Cut(origin, "://"); ok && strings.EqualFold(host, v.r.Host) {
		return nil
	}
	return no
}

// purpose ties the token of a form to the session, or to the gate.
func (v *me) purpose() string {
	if v.token == "" {
		return "my gate"
	}
	return "my " + v.session.CSRF
}

func (v *me) mint() string { return v.Nonces.Mint(v.purpose(), v.Site.Clock.Now()) }

// nonce checks the token of the form that was sent, and returns its id, by which
// a form that is sent twice is known.
func (v *me) nonce() (string, error) {
	id, _, err := v.Nonces.Check(v.purpose(), v.r.PostForm.Get("nonce"), v.Site.Clock.Now(), formLife)
	if err != nil {
		return "", fault.New(fault.Conflict, "%s", v.T("my.old"))
	}
	return id, nil
}

func (v *me) button(key, path string, fields ...web.HiddenField) web.PostButton {
	return web.PostButton{Text: v.T(key), Action: v.Path(path), Nonce: v.mint(), Fields: fields}
}

func (v *me) to(path string) (web.Page, error) {
	return web.Redirect(http.StatusSeeOther, v.Path(path)), nil
}

// draw makes a page of the family.
func (v *me) draw(name string, status int, data any) (web.Page, error) {
	page, err := v.Site.draw(v.shell, name, data)
	page.Status = status
	return page, err
}

// form draws a page with something to decide.
func (v *me) form(status int, p web.MyFormPage) (web.Page, error) {
	v.Title = p.Heading
	v.shell.Sandbox = v.shell.Sandbox && len(p.Facts) > 0
	p.Frame = v.Frame
	return v.draw("site/myform", status, p)
}

// done is the sentence about what was done on the page before, which the address
// names by a word of a short list.
func (v *me) done(known ...string) string {
	word := v.r.URL.Query().Get("done")
	for _, k := range known {
		if k == word {
			return v.T("my.done." + k)
		}
	}
	return ""
}
