package app

import "masthead.dev/masthead/internal/worker"

// rounds are what time brings about in reader funding, in this order; see
// worker.Round.
func (a *App) rounds() []worker.Step {
	return []worker.Step{}
}
