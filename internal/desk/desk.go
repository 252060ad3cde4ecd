// Package desk serves the pages that staff see: signing in, what waits for a
// person, stories, money, people, settings, mailbox, jobs and the log. Every
// page works without script; none may be kept by a cache.
package desk

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/blob"
	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/limit"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/standing"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// Config is what the desk needs of the rest of the program.
type Config struct {
	Store     *store.Store
	Secrets   *store.Secrets
	Templates *web.Templates
	Clock     clock.Clock // wall time
	Money     clock.Clock // the money clock, for campaigns; nil is Clock
	BaseURL   string      // where the desk is reached: scheme and host, for links in mails and the kind of cookie
	Sandbox   bool        // payments are pretended
	Fund      *fund.Service
	// Preview is the address at which a campaign's page can be seen before readers
	// see it; nil is none.
	Preview func(c fund.Campaign, lang string) string
	// Front draws a front page as an arrangement would make it, for a preview; with
	// coming also stories that are not public yet. nil: there is no preview.
	Front func(ctx context.Context, r *web.Request, lang string, slots news.Arrangement, coming map[string]store.Teaser) (web.Page, error)
	// Text draws one of the texts that every newsroom needs with words that readers
	// don't see yet; nil: there is no preview.
	Text func(ctx context.Context, r *web.Request, lang string, name standing.Name, text string) (web.Page, error)
	// Archive takes pictures in, and Blobs keeps their files; nil: none can be
	// brought in, or shown.
	Archive *media.Archive
	Blobs   blob.Store
	// LookupTXT asks the DNS for records; nil asks the machine's resolver.
	LookupTXT func(ctx context.Context, name string) ([]string, error)
}

// Desk makes the pages.
type Desk struct {
	Config
	nonces  *web.Nonces
	limits  *limit.Counter
	hashing chan struct{} // one place for each password that is hashed at a time
	origin  *http.CrossOriginProtection
	server  *web.Server

	parts []Route
	tasks map[string]TaskKind
}

// New makes a desk.
func New(c Config) *Desk {
	if c.Money == nil {
		c.Money = c.Clock
	}
	if c.LookupTXT == nil {
		c.LookupTXT = net.DefaultResolver.LookupTXT
	}
	d := &Desk{
		Config: c, nonces: web.NewNonces(c.Secrets.Derive("desk forms")),
		limits: limit.New(c.Clock), hashing: make(chan struct{}, 2), origin: http.NewCrossOriginProtection(),
		tasks: map[string]TaskKind{store.TaskWebhook: {Name: "task.webhook.failed", May: seeHooks, Link: func(t store.Task) string { return hooksPath + "/" + t.ObjectID }}},
	}
	d.server = &web.Server{Draw: d.drawError}
	if c.BaseURL != "" { // a proxy may ask us by another name than browsers do
		if err := d.origin.AddTrustedOrigin(c.BaseURL); err != nil {
			slog.Warn("the address of the site is no origin; forms are checked against the host alone", "address", c.BaseURL, "err", err)
		}
	}
	return d
}

// Handler serves /desk and everything below it.
func (d *Desk) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range slices.Concat(d.routes(), d.tokenRoutes(), d.webhookRoutes(), d.parts) {
		mux.Handle(r.Pattern, d.server.Handle(d.guarded(r)))
	}
	mux.Handle("/", d.server.Handle(nowhere))
	return mux
}

// nowhere answers addresses that the desk does not have; one with a slash too
// many is sent to the right one.
func nowhere(_ context.Context, r *web.Request) (web.Page, error) {
	if trimmed := strings.TrimRight(r.URL.EscapedPath(), "/"); trimmed != r.URL.EscapedPath() && trimmed != "" && r.Method != http.MethodPost {
		return web.Redirect(http.StatusMovedPermanently, trimmed), nil
	}
	return web.Page{}, fault.New(fault.NotFound, "")
}

// LinkPath is the address of a one-time link's page.
func LinkPath(token string) string { return "/desk/link/" + token }

// drawError makes the page of an error in the look of the desk. The sentence is
// English unless the desk has translated it; see visit.tell.
func (d *Desk) drawError(ctx context.Context, r *web.Request, status int, say string) web.Page {
	v, err := d.visit(ctx, r)
	if err != nil {
		v = &Visit{Request: r, d: d, Loc: locale.For("en")}
	}
	name := "desk/error"
	frame := v.Frame(ctx, "")
	p := web.DeskErrorPage{DeskFrame: frame, Status: status, Say: say}
	p.Title = v.Loc.T("nav.desk")
	if !v.signedIn() {
		p.Back = &web.Link{Text: v.Loc.T("signin.act"), Href: "/desk/sign-in"}
	}
	body, err := d.Templates.Render(name, p)
	if err != nil {
		slog.Error("the desk's error page can't be drawn", "err", err)
		return web.Page{}
	}
	return web.Page{Body: body, CSP: web.CSP(name, v.Loc.Lang())}
}
