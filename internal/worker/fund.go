package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/store"
)

// CatchUpEvery is the time between two rounds of catching up with a provider.
const CatchUpEvery = 15 * time.Minute

// commandGrace is how old a call to a provider must be before it counts as left
// over by a crash.
const commandGrace = 2 * time.Minute

// HandleFund names the bodies of the jobs of reader funding.
func HandleFund(r *Runner, s *store.Store, svc *fund.Service) {
	r.Handle(job.FundFetch, fundFetch(s, svc))
	r.Handle(job.FundCatchUp, fundCatchUp(s, svc))
	r.Handle(job.FundCount, fundCount(s, svc))
}

// StartFund asks for a round with each provider, and for the round of what time
// brings about, now: at the start of the
// program, and whenever the clock of one was moved. Each round asks for the next.
func StartFund(ctx context.Context, tx *store.Tx, svc *fund.Service) error {
	for key := range svc.Providers {
		if err := tx.Enqueue(ctx, job.CatchUp(key)); err != nil {
			return err
		}
	}
	return tx.Enqueue(ctx, job.Round())
}

// Step is a part of the round: a thing that time brings about. It finds by
// itself what is due, may be done at any moment, and twice, without harm.
type Step struct {
	Name string
	Do   func(ctx context.Context) error
}

// Round is the body of job.FundRound. A step that fails holds up no other; the
// next round is asked for whatever came of this one.
func Round(s *store.Store, steps []Step) Body {
	return func(ctx context.Context, _ job.Work) error {
		var failed error
		for _, step := range steps {
			if err := step.Do(ctx); err != nil {
				failed = errors.Join(failed, fmt.Errorf("%s: %w", step.Name, err))
			}
		}
		next := job.Round()
		next.RunAt = s.Clock.Now().Add(CatchUpEvery)
		if failed != nil {
			next.RunAt = s.Clock.Now().Add(time.Minute)
		}
		again := s.Write(ctx, func(tx *store.Tx) error { return tx.Enqueue(ctx, next) })
		return errors.Join(failed, again)
	}
}

// fundCount counts what came by bank or in hand and waited for a rate.
func fundCount(s *store.Store, svc *fund.Service) Body {
	return func(ctx context.Context, w job.Work) error {
		var p job.FundCountPayload
		if err := w.Into(&p); err != nil {
			return fault.Wrap(fault.Internal, err, "the payload of a job can't be read")
		}
		return s.CountWaiting(ctx, p.Day, p.From, p.To, svc.Money.Now())
	}
}

// fundFetch looks at the objects that a delivery named.
func fundFetch(s *store.Store, svc *fund.Service) Body {
	return func(ctx context.Context, w job.Work) error {
		var p job.FundFetchPayload
		if err := w.Into(&p); err != nil {
			return fault.Wrap(fault.Internal, err, "the payload of a job can't be read")
		}
		for _, ref := range p.Refs {
			err := svc.Refresh(ctx, p.Provider, fund.Ref{Kind: fund.Kind(ref.Kind), ID: ref.ID})
			if err != nil && !fault.Is(err, fault.NotFound) { // what the provider does not know can't be looked at
				return err
			}
		}
		return s.Write(ctx, func(tx *store.Tx) error { return tx.InboxDone(ctx, p.Provider, p.Event) })
	}
}

// fundCatchUp is one round with a provider. The next one is asked for whatever
// came of this one.
func fundCatchUp(s *store.Store, svc *fund.Service) Body {
	return func(ctx context.Context, w job.Work) error {
		var p job.FundCatchUpPayload
		if err := w.Into(&p); err != nil {
			return fault.Wrap(fault.Internal, err, "the payload of a job can't be read")
		}
		if _, here := svc.Providers[p.Provider]; !here {
			return nil // it was switched off; the round ends here
		}
		err := errors.Join(svc.Turn(ctx), svc.Recover(ctx, commandGrace), svc.CatchUp(ctx, p.Provider))
		next := job.CatchUp(p.Provider)
		next.RunAt = s.Clock.Now().Add(CatchUpEvery)
		if err != nil { // the provider or the database did not answer: sooner
			next.RunAt = s.Clock.Now().Add(time.Minute)
		}
		again := s.Write(ctx, func(tx *store.Tx) error { return tx.Enqueue(ctx, next) })
		return errors.Join(err, again)
	}
}
