package fund

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// repeatFor is how long a command may be repeated with its key: providers may
// forget keys after 24 hours.
const repeatFor = 23 * time.Hour

// Recover finishes commands that a crash or an unanswered call left open. grace
// is how old they must be, so that calls under way are left alone.
func (s *Service) Recover(ctx context.Context, grace time.Duration) error {
	list, err := s.Store.Unfinished(ctx, s.Wall.Now().Add(-grace), 100)
	if err != nil {
		return err
	}
	var all error
	stuck := map[string]bool{} // plans of which an earlier change waits still
	for _, c := range list {
		if c.Op == OpChange && stuck[c.ObjectID] {
			continue
		}
		if err := s.recover(ctx, c); err != nil {
			all = errors.Join(all, err)
			stuck[c.ObjectID] = true
		}
	}
	return all
}

func (s *Service) recover(ctx context.Context, c Command) error {
	p, err := s.provider(c.Provider)
	if err != nil {
		return err
	}
	if err := s.Store.TriedCommand(ctx, c.Key); fault.Is(err, fault.Gone) {
		return nil // another finished it meanwhile
	} else if err != nil {
		return err
	}
	old := s.Wall.Now().Sub(c.PlannedAt) > repeatFor
	switch {
	case c.Op == OpBegin && old:
		return s.findBegun(ctx, p, c)
	case c.Op == OpBegin:
		d, err := s.Store.Donation(ctx, c.ObjectID)
		if err != nil {
			return err
		}
		_, err = s.handOff(ctx, p, c, d)
		return err
	case c.Op == OpRefund && old:
		_, err := s.findRefund(ctx, p, c)
		return err
	case c.Op == OpRefund:
		return s.refund(ctx, p, c)
	}
	if c.Op == OpChange {
		return s.recoverChange(ctx, p, c)
	}
	return fault.New(fault.Internal, "the command %s of the kind %q can't be finished by this version", c.Key, c.Op)
}

// findBegun asks by our own reference whether the call was made after all.
func (s *Service) findBegun(ctx context.Context, p Provider, c Command) error {
	f, err := p.Fetch(ctx, Ref{KindIntent, c.ObjectID})
	if fault.Is(err, fault.NotFound) {
		return s.Store.CloseCommand(ctx, c, "the provider never heard of it")
	}
	if err != nil {
		return err
	}
	if err := s.apply(ctx, p.Key(), f); err != nil {
		return err
	}
	return s.Store.CloseCommand(ctx, c, "")
}

// findRefund looks whether a refund was made after all and ends its command;
// failed is why it was not, "" where it was.
func (s *Service) findRefund(ctx context.Context, p Provider, c Command) (failed string, err error) {
	var in refundParams
	if err := json.Unmarshal(c.Params, &in); err != nil {
		return "", fault.Wrap(fault.Internal, err, "")
	}
	f, err := p.Fetch(ctx, Ref{KindPayment, in.Payment})
	if err != nil {
		return "", err
	}
	if err := s.apply(ctx, p.Key(), f); err != nil {
		return "", err
	}
	failed = "the provider never heard of it; ask for the refund again if it is still wanted"
	for _, x := range f.Refunds {
		if x.Key == c.Key {
			failed = ""
		}
	}
	return failed, s.Store.CloseCommand(ctx, c, failed)
}
