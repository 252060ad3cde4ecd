package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/store"
)

// ErasedPlans is the part of the round that ends plans of donors who were erased:
// the session in which one began may have been open then, or an earlier attempt
// may have failed. Nobody could be told of its charges. What the provider refuses
// is asked again on another day, and left to staff.
func ErasedPlans(s *store.Store, svc *fund.Service) Step {
	return Step{Name: "plans of erased donors", Do: func(ctx context.Context) (all error) {
		list, err := s.ErasedPlans(ctx, 500)
		for _, planID := range list {
			key := "erased:" + planID + ":" + s.Clock.Now().UTC().Format(time.DateOnly)
			_, err := svc.Change(ctx, planID, fund.Change{Do: fund.ChangeCancel, Now: true}, key)
			switch {
			case err == nil:
			case fault.Is(err, fault.Unavailable), ctx.Err() != nil: // it is written down, and the next round asks again
				all = errors.Join(all, err)
			default:
				slog.Warn("the plan of a donor who was erased can't be ended", "plan", planID, "err", err)
				all = errors.Join(all, s.AskToEnd(ctx, planID))
			}
		}
		return errors.Join(all, err)
	}}
}
