package fund

import (
	"context"
	"errors"
	"log/slog"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/guard"
)

// Warned is a fraud warning with the payment that it is about.
type Warned struct {
	Warning
	Gift     Payment
	Provider string
}

// AnswerWarnings decides about the fraud warnings that nothing was done about:
// a single gift by card up to the cap is given back while that can still prevent
// a dispute; of anything else staff is told. It may be called at any time.
func (s *Service) AnswerWarnings(ctx context.Context) error {
	list, err := s.Store.OpenWarnings(ctx, 100)
	if err != nil {
		return err
	}
	policy := guard.Defaults()
	if s.Guard != nil {
		policy = s.Guard(ctx)
	}
	var all error
	for _, w := range list {
		if err := s.answerWarning(ctx, w, policy.WarnCap); err != nil {
			all = errors.Join(all, err)
		}
	}
	return all
}

func (s *Service) answerWarning(ctx context.Context, w Warned, most int64) error {
	p, err := s.provider(w.Provider)
	if err != nil {
		return err
	}
	// A dispute may have come since: the present state decides.
	if err := s.Refresh(ctx, w.Provider, Ref{KindPayment, w.Payment}); err != nil {
		return err
	}
	if w.Gift, _, err = s.Store.Payment(ctx, w.PaymentID); err != nil {
		return err
	}
	switch {
	case w.Gift.Refunded >= w.Gift.Amount.Minor:
		return s.Store.EndWarning(ctx, w.ID, WarningRefunded, Task{})
	case w.Gift.Disputed > 0 || w.Gift.Left() <= 0:
		return s.askAbout(ctx, w, "a dispute came before anything could be given back")
	case !w.Actionable:
		return s.Store.EndWarning(ctx, w.ID, WarningPassed, Task{})
	case w.Gift.Every != Once || w.Gift.Amount.Minor > most || p.Caps().Road != Hosted || !p.Caps().Refund:
		return s.askAbout(ctx, w, "it is not given back by itself: a plan, or above the cap")
	}
	left := w.Gift.Amount
	left.Minor = w.Gift.Left()
	switch err := s.Refund(ctx, w.PaymentID, left, "warning-"+w.ID); {
	case err == nil:
		return s.Store.EndWarning(ctx, w.ID, WarningRefunded, Task{})
	case fault.Is(err, fault.Conflict), fault.Is(err, fault.Invalid):
		slog.Warn("a gift that a bank warned of could not be given back", "warning", w.Ref, "err", err)
		return s.askAbout(ctx, w, "the provider did not give it back: "+fault.Say(err))
	default:
		return err // the next round tries again, under the same key
	}
}

func (s *Service) askAbout(ctx context.Context, w Warned, why string) error {
	return s.Store.EndWarning(ctx, w.ID, WarningAsked, Task{
		Key: TaskWarning + ":" + w.ID, Kind: TaskWarning, ObjectKind: string(KindPayment), ObjectID: w.PaymentID,
		Detail: map[string]string{"amount": w.Gift.Amount.String(), "why": why},
	})
}
