package fund

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/guard"
)

// Refresh looks at objects at the provider and applies what it finds. Refs that
// name deliveries are passed over. It may be called at any time and any number
// of times.
func (s *Service) Refresh(ctx context.Context, provider string, refs ...Ref) error {
	p, err := s.provider(provider)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if ref.Kind == KindEvent {
			continue
		}
		f, err := p.Fetch(ctx, ref)
		if err != nil {
			return err
		}
		if err := s.apply(ctx, provider, f); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) apply(ctx context.Context, provider string, f Facts) error {
	var policy guard.Settings
	if s.Guard != nil { // read before the transaction, in which nothing else may wait
		policy = s.Guard(ctx)
	}
	c, err := s.Store.Apply(ctx, provider, f, func(w World) Changes {
		w.Zone, w.Guard = s.Zone(), policy
		if s.Home != nil {
			w.Home = s.Home()
		}
		return Reduce(w, f)
	})
	for _, line := range c.Rejected {
		slog.Warn("a provider's fact was not followed", "provider", provider, "fact", line)
	}
	return err
}

// The streams that CatchUp keeps a place in.
const (
	streamEvents    = "events"
	streamMovements = "movements"
)

// CatchUp finds what no delivery told us: it reads the provider's list of
// changed objects and its movements from where it stopped the last time. An
// object that can't be applied is left to a job of its own, so that it does not
// hold up the others.
func (s *Service) CatchUp(ctx context.Context, provider string) error {
	p, err := s.provider(provider)
	if err != nil {
		return err
	}
	if err := s.catchEvents(ctx, p); err != nil {
		return err
	}
	if err := s.catchMovements(ctx, p); err != nil {
		return err
	}
	return s.expire(ctx, p)
}

// A session lives for a day at most; what is open longer was missed by events.
const (
	openFor  = 25 * time.Hour
	openLook = 100 // donations in one round
)

// expire asks about donations that have been open for too long. A session that
// the provider has forgotten is over.
func (s *Service) expire(ctx context.Context, p Provider) error {
	if PaidBackByHand(p.Key()) { // a transfer takes days, and nobody but statements knows of it
		return nil
	}
	now := s.Money.Now()
	list, err := s.Store.Open(ctx, p.Key(), now.Add(-openFor), openLook)
	if err != nil {
		return err
	}
	for _, d := range list {
		err := s.Refresh(ctx, p.Key(), Ref{KindSession, d.Session})
		if fault.Is(err, fault.NotFound) {
			gone := SessionFact{Ref: d.Session, Donation: d.ID, State: SessionExpired, OpenedAt: d.OpenedAt}
			err = s.apply(ctx, p.Key(), Facts{AsOf: now, Sessions: []SessionFact{gone}})
		}
		if hopeless(ctx, err) {
			return err
		}
		if err != nil { // the next round asks again
			slog.Error("an open session could not be looked at", "provider", p.Key(), "session", d.Session, "err", err)
		}
	}
	return nil
}

// hopeless tells whether the next object would fare no better than the one that
// gave this error.
func hopeless(ctx context.Context, err error) bool {
	return err != nil && (fault.Is(err, fault.Unavailable) || ctx.Err() != nil)
}

func (s *Service) catchEvents(ctx context.Context, p Provider) error {
	for {
		cur, err := s.Store.Cursor(ctx, p.Key(), streamEvents)
		if err != nil {
			return err
		}
		refs, next, err := p.Since(ctx, cur)
		if err != nil {
			return err
		}
		if len(refs) == 0 {
			return nil
		}
		if err := s.refreshEach(ctx, p, unique(refs)); err != nil {
			return err
		}
		if err := s.Store.SaveCursor(ctx, p.Key(), streamEvents, next); err != nil {
			return err
		}
	}
}

func (s *Service) refreshEach(ctx context.Context, p Provider, refs []Ref) error {
	for _, ref := range refs {
		err := s.Refresh(ctx, p.Key(), ref)
		if err == nil {
			continue
		}
		if hopeless(ctx, err) {
			return err
		}
		if err := s.later(ctx, p, ref, err); err != nil {
			return err
		}
	}
	return nil
}

// later leaves an object that could not be applied to a job of its own.
func (s *Service) later(ctx context.Context, p Provider, ref Ref, why error) error {
	slog.Error("an object of a provider could not be applied; it is tried again", "provider", p.Key(), "object", ref.String(), "err", why)
	if err := s.Store.FetchLater(ctx, p.Key(), []Ref{ref}); err != nil {
		return errors.Join(why, err)
	}
	return nil
}

func (s *Service) catchMovements(ctx context.Context, p Provider) error {
	for {
		cur, err := s.Store.Cursor(ctx, p.Key(), streamMovements)
		if err != nil {
			return err
		}
		list, next, err := p.Movements(ctx, cur)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return nil
		}
		if err := s.place(ctx, p, list); err != nil {
			return err
		}
		if err := s.Store.SaveCursor(ctx, p.Key(), streamMovements, next); err != nil {
			return err
		}
	}
}

// place books movements: those that are new by looking at their object, and
// what that does not book by itself. What even then belongs to nothing goes to
// suspense, so that our balance is the provider's; but not what belongs to an
// object that could not be looked at, for its own job would book it once more.
func (s *Service) place(ctx context.Context, p Provider, list []Movement) error {
	fresh, err := s.Store.NewMovements(ctx, p.Key(), list)
	if err != nil {
		return err
	}
	waits, err := s.sources(ctx, p, fresh)
	if err != nil {
		return err
	}
	if fresh, err = s.Store.NewMovements(ctx, p.Key(), fresh); err != nil {
		return err
	}
	for _, m := range fresh {
		if waits[m.Source] {
			continue
		}
		if err := s.applyAlone(ctx, p.Key(), m); err != nil {
			return err
		}
	}
	return nil
}

// sources looks at the objects of movements and returns those that could not be
// looked at now.
func (s *Service) sources(ctx context.Context, p Provider, list []Movement) (waits map[Ref]bool, err error) {
	var refs []Ref
	for _, m := range list {
		if m.Source.Kind != "" {
			refs = append(refs, m.Source)
		}
	}
	waits = map[Ref]bool{}
	for _, ref := range unique(refs) {
		err := s.Refresh(ctx, p.Key(), ref)
		if err == nil || fault.Is(err, fault.NotFound) {
			continue
		}
		if hopeless(ctx, err) {
			return nil, err
		}
		if err := s.later(ctx, p, ref, err); err != nil {
			return nil, err
		}
		waits[ref] = true
	}
	return waits, nil
}

func (s *Service) applyAlone(ctx context.Context, provider string, m Movement) error {
	f := Facts{AsOf: m.At, Movements: []Movement{m}}
	_, err := s.Store.Apply(ctx, provider, f, func(w World) Changes {
		w.Zone = s.Zone()
		return ReduceAlone(w, m)
	})
	return err
}

// ReduceAlone books a movement whose object the provider does not know either.
func ReduceAlone(w World, m Movement) Changes {
	r := &reducer{w: w, f: Facts{AsOf: m.At, Movements: []Movement{m}}, touched: map[string]bool{}}
	r.movement(m)
	if len(r.c.Unplaced) > 0 {
		r.c.Unplaced = nil
		r.suspend(m)
	}
	return r.c
}

func unique(refs []Ref) []Ref {
	seen := make(map[Ref]bool, len(refs))
	var out []Ref
	for _, ref := range refs {
		if !seen[ref] && ref.Kind != KindEvent {
			seen[ref] = true
			out = append(out, ref)
		}
	}
	return out
}
