package app

import (
	"context"
	"errors"

	"masthead.dev/masthead/internal/worker"
)

// rounds are what time brings about in reader funding, in this order; see
// worker.Round.
func (a *App) rounds() []worker.Step {
	return append([]worker.Step{
		{Name: "campaigns", Do: a.turnCampaigns},
		{Name: "plans", Do: a.plans().Do},
		a.transfers().Expire(), a.transfers().Remind(), a.transfers().Changes(),
		worker.Warnings(a.Fund), worker.Quarantine(a.Store, a.Money),
		a.receipts().Step(), worker.ErasedPlans(a.Store, a.Fund),
	}, (&worker.Books{Store: a.Store, Money: a.Money}).Steps()...)
}

// turnCampaigns starts and ends campaigns and sponsors' promises whose time has
// come. Catching up with a provider turns campaigns too, but there may be none.
func (a *App) turnCampaigns(ctx context.Context) error {
	return errors.Join(a.Fund.Turn(ctx), a.Store.TurnMatchings(ctx, a.Money.Now()))
}
