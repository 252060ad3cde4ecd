package app

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/guard"
	"masthead.dev/masthead/internal/limit"
	"masthead.dev/masthead/internal/site"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
	"masthead.dev/masthead/internal/webhook"
	"masthead.dev/masthead/internal/worker"
)

// wireGiving adds the pages on which readers give, where there is somebody who
// takes the money. It returns what makes the address of a campaign's preview.
func (a *App) wireGiving(s *site.Site) (preview func(fund.Campaign, string) string) {
	g := &site.Giving{Site: s, Fund: a.Fund, Nonces: web.NewNonces(a.Secrets.Derive("giving forms")), Money: a.Money, Sandbox: a.Sandbox, Bank: a.accounts(), Watch: guard.NewWatch(), Transfers: limit.New(a.Clock), News: a.newsKey(), Receipts: a.taxPages(s)}
	s.Ask, s.More = g.Ask, g.Routes()
	return g.Preview
}

// newsKey signs the addresses at which updates to supporters are stopped.
func (a *App) newsKey() fund.NewsKey { return a.Secrets.Derive("news to supporters") }

// wireMachines adds what programs call.
func (a *App) wireMachines(mux *http.ServeMux) {
	mux.Handle("POST /webhooks/{provider}", &webhook.Payments{Store: a.Store, Providers: a.Fund.Providers, Wall: a.Clock})
	if a.Sandbox != nil {
		a.Sandbox.Deliver(a.deliver)
	}
}

var loopback = &http.Client{Timeout: 20 * time.Second}

// deliver brings a webhook of the sandbox to our own address, over the network
// as a real provider's would come.
func (a *App) deliver(ctx context.Context, header map[string]string, body []byte) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.base+"/webhooks/sandbox", bytes.NewReader(body))
	if err != nil {
		return 0, fault.Wrap(fault.Internal, err, "")
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := loopback.Do(req)
	if err != nil {
		return 0, fault.Wrap(fault.Unavailable, err, "our own address does not answer")
	}
	defer res.Body.Close()
	io.Copy(io.Discard, res.Body)
	return res.StatusCode, nil
}

// sandboxMoved follows the sandbox's clock, and looks at once at what time has
// brought: renewals, ends of campaigns.
func (a *App) sandboxMoved() {
	a.followSandbox()
	if a.quiet {
		return
	}
	ctx := context.Background()
	err := a.Store.Write(ctx, func(tx *store.Tx) error { return worker.StartFund(ctx, tx, a.Fund) })
	if err != nil {
		slog.Error("catching up after the sandbox's clock was moved failed; the next round will", "err", err)
	}
	a.pages.Changed([]string{"campaigns"})
}
