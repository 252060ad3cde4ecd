package app

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"masthead.dev/masthead/internal/api"
	"masthead.dev/masthead/internal/blob"
	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/desk/front"
	deskmoney "masthead.dev/masthead/internal/desk/money"
	deskpaper "masthead.dev/masthead/internal/desk/paper"
	"masthead.dev/masthead/internal/desk/story"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/limit"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/merge"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/payment/bank"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/site"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
	"masthead.dev/masthead/internal/worker"
)

// App is a newsroom that is put together, and serves once Serve is called.
type App struct {
	Config    Config
	Store     *store.Store
	Secrets   *store.Secrets
	Blobs     *blob.Disk
	Templates *web.Templates
	Clock     clock.Clock    // wall time, or the demo's
	Money     *clock.Shifted // the providers' time
	Fund      *fund.Service
	Sandbox   *sandbox.Sandbox // nil without
	Archive   *media.Archive
	Newsroom  news.Newsroom
	Runner    *worker.Runner

	bank   *bank.Bank
	pages  *web.PageCache
	missed *site.Missed
	outlet atomic.Pointer[outlet.Outlet]
	base   string // where it is reached: scheme and host
	quiet  bool   // a history is being made: nothing is caught up with yet
	unlock func()
}

// Open builds a newsroom from its configuration, or refuses in one sentence.
// Nothing listens and no job runs yet.
func Open(ctx context.Context, cfg Config) (*App, error) {
	if cfg.Clock == nil {
		cfg.Clock = clock.Wall{}
	}
	unlock, err := lock(cfg.Data)
	if err != nil {
		return nil, err
	}
	a := &App{Config: cfg, Clock: cfg.Clock, unlock: unlock, pages: web.NewPageCache(64 << 20), missed: &site.Missed{}, Newsroom: news.Newsroom{Clock: cfg.Clock, Diff: merge.Edits}}
	a.Money = &clock.Shifted{Base: cfg.Clock}
	if err := a.build(ctx); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func (a *App) build(ctx context.Context) (err error) {
	if a.Templates, err = web.NewTemplates(); err != nil {
		return err
	}
	if a.Store, err = store.Open(ctx, a.Config.Database); err != nil {
		return err
	}
	a.Store.Clock = a.Clock
	if a.Secrets, err = store.OpenSecrets(ctx, a.Store, a.Config.Data, a.Config.SecretKey); err != nil {
		return err
	}
	if a.Blobs, err = blob.OpenDisk(filepath.Join(a.Config.Data, "media")); err != nil {
		return err
	}
	if err := a.readOutlet(ctx); err != nil {
		return err
	}
	a.Archive = &media.Archive{Store: a.Store, Blobs: a.Blobs}
	if err := a.openFund(); err != nil {
		return err
	}
	if err := a.openBank(ctx); err != nil {
		return err
	}
	a.Runner = worker.New(a.Store, 4)
	a.handleJobs()
	return nil
}

func (a *App) readOutlet(ctx context.Context) error {
	o, err := a.Store.Outlet(ctx)
	if err != nil {
		return err
	}
	a.outlet.Store(&o)
	return nil
}

// openFund makes the payment providers and the service above them.
func (a *App) openFund() (err error) {
	a.Fund = &fund.Service{
		Store: a.Store.Fund(), Providers: map[string]fund.Provider{}, Wall: a.Clock, Money: a.Money, MinAge: fund.DefaultMinAge,
		Zone:      func() *time.Location { return a.outlet.Load().Location() },
		ReturnURL: func(id, lang string) string { return a.baseURL() + a.outlet.Load().Prefix(lang) + "/give/thanks/" + id },
		Label:     a.label,
		Home:      func() string { return a.outlet.Load().Currency },
		Guard:     a.guard,
	}
	if !a.Config.Sandbox {
		return nil
	}
	a.Sandbox, err = sandbox.Open(sandbox.Options{
		File: filepath.Join(a.Config.Data, "sandbox.jsonl"), Clock: a.Clock,
		Secrets: []string{string(a.Secrets.Derive("sandbox webhooks"))}, Start: a.Config.SandboxStart,
	})
	if err != nil {
		return err
	}
	a.Fund.Providers[sandbox.Key] = a.Sandbox
	a.followSandbox()
	a.Sandbox.OnAdvance(a.sandboxMoved)
	return nil
}

func (a *App) label(c fund.Campaign, lang string) string {
	if title := c.Title[lang]; title != "" {
		return title
	}
	return a.outlet.Load().Name
}

// followSandbox sets the money clock to the sandbox's time.
func (a *App) followSandbox() { a.Money.Set(a.Sandbox.Offset()) }

func (a *App) handleJobs() {
	a.Runner.Handle(job.Prune, worker.Prune(a.Store))
	a.Runner.Handle(job.Retain, worker.Retain(a.Store))
	a.Runner.Handle(job.SectionMove, worker.MoveStories(a.Store))
	a.Runner.Handle(job.NewsReaddress, worker.Readdress(a.Store, a.Newsroom))
	a.Runner.Handle(job.MailKind, (&worker.Post{Store: a.Store, Secrets: a.Secrets}).Send)
	publisher := &worker.Publisher{Store: a.Store, Newsroom: a.Newsroom}
	a.Runner.Handle(job.NewsPublish, publisher.Do)
	a.Runner.Handle(job.NewsPending, publisher.DoPending)
	a.Runner.Handle(job.NamesMerge, worker.MergeNames(a.Store))
	a.Runner.Handle(job.FrontPublish, (&worker.Fronts{Store: a.Store}).Do)
	a.Runner.Handle(job.StaffDigest, (&worker.Notices{Store: a.Store, Templates: a.Templates, Address: func(path string) string { return a.baseURL() + path }}).Do)
	a.Runner.Handle(job.WebhookDeliver, a.webhooks().Deliver)
	a.Runner.Handle(job.DraftCut, worker.CutDraft(a.Store, draft.Writing{Clock: a.Newsroom.Clock}))
	a.Runner.Handle(job.MediaRender, worker.NewRenderer(a.Store, a.Blobs, media.Limits{}).Do)
	a.Runner.Handle(job.MediaDrop, worker.DropPicture(a.Store, a.Blobs))
	a.Runner.Handle(job.MediaRights, worker.Rights(a.Store))
	worker.HandleFund(a.Runner, a.Store, a.Fund)
	a.Runner.Handle(job.FundRound, worker.Round(a.Store, a.rounds()))
	a.Runner.Handle(job.DonorLetter, (&worker.DonorLetters{Letters: a.letters()}).Do)
	a.Runner.Handle(job.BankInstructions, a.transfers().Do)
	worker.HandleReceipts(a.Runner, a.receipts())
	a.Runner.Handle(job.FundThank, (&worker.Thanks{Letters: a.letters(), Receipts: a.receipts()}).Do)
	a.Runner.Handle(job.FundPlan, a.plans().Tell)
	a.Runner.Handle(job.FundRefunded, (&worker.Refunds{Letters: a.letters()}).Do)
	a.Runner.Handle(job.CampaignNews, (&worker.News{Letters: a.letters(), Key: a.newsKey()}).Do)
}

// baseURL is where readers reach the newsroom: as the desk has set it, else
// where this program listens.
// letters writes the mails to donors.
func (a *App) letters() worker.Letters {
	return worker.Letters{
		Store: a.Store, Templates: a.Templates, Money: a.Money, Providers: a.Fund.Providers,
		Address: func(path, lang string) string { return a.baseURL() + a.outlet.Load().Prefix(lang) + path },
	}
}

// plans writes to donors about their plans.
func (a *App) plans() *worker.Plans { return &worker.Plans{Letters: a.letters(), Fund: a.Fund} }

func (a *App) baseURL() string {
	if u := a.outlet.Load().BaseURL; u != "" {
		return u
	}
	return a.base
}

// Close ends what Open began.
func (a *App) Close() {
	if a.Sandbox != nil {
		if err := a.Sandbox.Close(); err != nil {
			slog.Error("the sandbox's journal was not closed well", "err", err)
		}
	}
	if a.Store != nil {
		if err := a.Store.Close(); err != nil {
			slog.Error("the database was not closed well", "err", err)
		}
	}
	a.unlock()
}

// SetupLink returns a fresh one-time link for setting the newsroom up, or ""
// where it has an owner already.
func (a *App) SetupLink(ctx context.Context) (string, error) {
	owners, err := a.Store.Owners(ctx)
	if err != nil || len(owners) > 0 {
		return "", err
	}
	return a.link(ctx, store.LinkSetup, "")
}

func (a *App) link(ctx context.Context, kind store.LinkKind, staffID string) (link string, err error) {
	err = a.Store.Write(ctx, func(tx *store.Tx) error {
		token, _, err := tx.MakeLink(ctx, kind, staffID)
		link = a.base + desk.LinkPath(token)
		return err
	})
	return link, err
}

// handler joins the surfaces. The desk, webhooks and the sandbox have prefixes
// of their own; all else is the public site.
func (a *App) handler() (http.Handler, error) {
	proxies, err := a.Config.proxies()
	if err != nil {
		return nil, err
	}
	s := &site.Site{Store: a.Store, Templates: a.Templates, Clock: a.Clock, Blobs: a.Blobs, Base: a.base, Pretended: a.Sandbox != nil, Missed: a.missed}
	preview := a.wireGiving(s)
	a.wireMy(s)
	s.Reports = &site.Reports{Nonces: web.NewNonces(a.Secrets.Derive("reports of errors")), Limits: limit.New(a.Clock), Seal: a.Secrets.Seal}
	pages := &web.Server{Kept: a.pages, Draw: s.Draw, Now: func() time.Time { return a.Clock.Now() }}
	mux := http.NewServeMux()
	d := desk.New(desk.Config{Store: a.Store, Secrets: a.Secrets, Templates: a.Templates, Clock: a.Clock, Money: a.Money, BaseURL: a.baseURL(), Sandbox: a.Sandbox != nil, Fund: a.Fund, Preview: preview, Front: s.FrontPreview, Text: s.TextPreview, Archive: a.Archive, Blobs: a.Blobs})
	d.Add(deskmoney.Part(d))
	d.Add(story.Part(d))
	d.Add(deskpaper.Part(d, s.Has))
	d.Add(front.Part(d))
	pagesOfDesk := d.Handler()
	mux.Handle("/desk", pagesOfDesk)
	mux.Handle("/desk/", pagesOfDesk)
	mux.Handle(api.Root+"/", a.programs(s, d).Handler())
	a.wireMachines(mux)
	return web.WithLog(web.WithClient(proxies, a.onlyTLS(split(mux, pages.Handle(s.Serve))))), nil
}

// onlyTLS tells browsers to come by https from now on, once the newsroom's
// address says so (RFC 6797; they believe it only by https).
func (a *App) onlyTLS(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(a.outlet.Load().BaseURL, "https://") {
			w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// split sends what has a prefix of its own to mux and all else to the public
// site. The site does not stand in the mux, which would send an address such as
// //2012/x, as old sites have them, to another of its own making first.
func split(mux *http.ServeMux, site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if first == "desk" || first == "webhooks" || first == "api" {
			mux.ServeHTTP(w, r)
			return
		}
		site.ServeHTTP(w, r)
	})
}
