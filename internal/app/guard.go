package app

import (
	"context"
	"log/slog"

	"masthead.dev/masthead/internal/guard"
)

// guard are the settings of the defence against card testing. Where they can't
// be read the published ones hold.
func (a *App) guard(ctx context.Context) guard.Settings {
	set, err := a.Store.GuardSettings(ctx)
	if err != nil {
		slog.Error("the settings of the defence can't be read", "err", err)
		return guard.Defaults()
	}
	return set
}
