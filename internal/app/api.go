package app

import (
	"masthead.dev/masthead/internal/api"
	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/site"
	"masthead.dev/masthead/internal/worker"
)

// programs makes the interface for programs. It knows neither site nor desk; what
// it needs of them it is given.
func (a *App) programs(s *site.Site, d *desk.Desk) *api.API {
	return api.New(api.Config{Store: a.Store, Clock: a.Clock, Money: a.Money, Archive: a.Archive, Base: a.baseURL, Books: s.Books, Own: s.Has, Invite: d.Invite})
}

// webhooks tell other programs what happens. A newsroom that is only tried out may
// tell programs on this machine.
func (a *App) webhooks() *worker.Webhooks {
	return &worker.Webhooks{Store: a.Store, Secrets: a.Secrets, Clock: a.Clock, Base: a.baseURL, Local: a.Config.Sandbox, Client: worker.WebhookClient(a.Config.Sandbox)}
}
