package fund

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// changeParams is what a command of a change keeps: the very call that is made.
type changeParams struct {
	Plan   string `json:"plan"` // the provider's reference
	Change Change `json:"change"`
}

// Change changes a plan. key makes a repetition harmless: an id that the caller
// minted, such as that of the form's token; the same key with the same wish
// gives the same answer.
//
// fault.Conflict where the plan's state does not allow the change, fault.Invalid
// for an amount or a time out of bounds: both wrap a *Refusal, which says it in
// a reader's language. fault.Unavailable means that the provider did not answer:
// the change is written down, and is made as soon as the provider does, unless
// an earlier change of this plan waits too; then nothing was written down. A
// cancellation never waits for earlier changes, it takes their place.
//
// To ask for what is so already (to cancel what is ending) is no error.
func (s *Service) Change(ctx context.Context, planID string, c Change, key string) (Handoff, error) {
	plan, providerKey, err := s.Store.Plan(ctx, planID)
	if err != nil {
		return Handoff{}, err
	}
	p, err := s.provider(providerKey)
	if err != nil {
		return Handoff{}, err
	}
	id := ChangeKey(key)
	if c.Do != ChangeCancel {
		if err := s.finishChanges(ctx, p, planID, id); err != nil {
			return Handoff{}, err
		}
	}
	got, err := s.Store.PlanChange(ctx, planID, id, func(now Plan) (Command, error) {
		return s.changeCommand(p, now, c, id)
	})
	switch {
	case err != nil:
		return Handoff{}, err
	case got.Key == "": // nothing to do
		return Handoff{Ref: Ref{KindPlan, plan.Ref}}, nil
	case !sameChange(got.Command, c):
		return Handoff{}, refuse(fault.Conflict, Refusal{Key: "sent"})
	case got.Failed != "":
		return Handoff{}, refuse(fault.Conflict, Refusal{Key: "failed"})
	case got.Done:
		return got.Handoff, nil
	}
	return s.change(ctx, p, got.Command)
}

// ChangeKey is the key of the command of a change that was asked for under key.
func ChangeKey(key string) IdemKey { return IdemKey(key + ":change") }

func (s *Service) changeCommand(p Provider, plan Plan, c Change, key IdemKey) (Command, error) {
	c, err := plan.allow(c, p.Caps(), s.limits(plan.Amount.Currency), s.Money.Now())
	if errors.Is(err, errAlready) {
		return Command{}, nil
	}
	if err != nil {
		return Command{}, err
	}
	params, err := json.Marshal(changeParams{Plan: plan.Ref, Change: c})
	if err != nil {
		return Command{}, fault.Wrap(fault.Internal, err, "")
	}
	return Command{Key: key, Provider: p.Key(), Op: OpChange, ObjectID: plan.ID, Params: params, PlannedAt: s.Wall.Now()}, nil
}

// sameChange tells whether a command is about the same wish. That a cancellation
// became one at once is our doing, not the donor's.
func sameChange(c Command, want Change) bool {
	have := c.change().Change
	return have.Do == want.Do && have.Amount == want.Amount && have.Every == want.Every && have.Until.Equal(want.Until)
}

// change is the change of a command; zero for other commands.
func (c Command) change() changeParams {
	var in changeParams
	if c.Op == OpChange {
		_ = json.Unmarshal(c.Params, &in) // our own plain type
	}
	return in
}

// Cancels tells whether the command ends a plan.
func (c Command) Cancels() bool { return c.change().Change.Do == ChangeCancel }

// change makes the call of a command, outside any transaction, and then looks
// at the plan. It may be repeated with the same command.
func (s *Service) change(ctx context.Context, p Provider, c Command) (Handoff, error) {
	in := c.change()
	h, err := p.Change(ctx, PlanRef(in.Plan), in.Change, c.Key)
	if err != nil {
		if fault.Is(err, fault.Unavailable) {
			return Handoff{}, err // the command stays planned
		}
		if e := s.Store.CloseCommand(ctx, c, err.Error()); e != nil {
			return Handoff{}, e
		}
		// The provider knows the plan in another way than we do.
		if e := s.Refresh(ctx, c.Provider, Ref{KindPlan, in.Plan}); e != nil {
			slog.Warn("a plan could not be looked at after its change was refused", "provider", c.Provider, "plan", in.Plan, "err", e)
		}
		return Handoff{}, err
	}
	if err := s.Refresh(ctx, c.Provider, Ref{KindPlan, in.Plan}); err != nil {
		return Handoff{}, err
	}
	return h, s.Store.Changed(ctx, c.Key, h)
}

// finishChanges makes the changes of a plan that were asked for earlier and are
// not made yet, so that changes are made in the order of their asking.
func (s *Service) finishChanges(ctx context.Context, p Provider, planID string, but IdemKey) error {
	list, err := s.Store.PlannedChanges(ctx, planID)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.Key == but {
			return nil // what comes after it waits for it
		}
		if err := s.recoverChange(ctx, p, c); err != nil {
			return err
		}
	}
	return nil
}

// recoverChange finishes a change that a crash or an unanswered call left open.
// The donor has been told that it will be made; where it can't be, staff hear of it.
func (s *Service) recoverChange(ctx context.Context, p Provider, c Command) error {
	var err error
	if s.Wall.Now().Sub(c.PlannedAt) > repeatFor {
		err = s.findChange(ctx, p, c)
	} else {
		_, err = s.change(ctx, p, c)
	}
	if err == nil || hopeless(ctx, err) {
		return err
	}
	slog.Warn("a change of a plan that was written down can't be made", "provider", c.Provider, "key", c.Key, "err", err)
	return s.Store.LeaveTask(ctx, Task{
		Key: TaskChangeLost + ":" + string(c.Key), Kind: TaskChangeLost, ObjectKind: string(KindPlan), ObjectID: c.ObjectID,
		Detail: map[string]string{"change": string(c.change().Change.Do), "reason": fault.Say(err)},
	})
}

// findChange looks at the plan whether the call was made after all. What was not
// is not repeated, but for a cancellation: cancelling twice does no harm, and
// who has asked to stop must not be charged.
func (s *Service) findChange(ctx context.Context, p Provider, c Command) error {
	in := c.change()
	f, err := p.Fetch(ctx, Ref{KindPlan, in.Plan})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil {
		if err := s.apply(ctx, p.Key(), f); err != nil {
			return err
		}
	}
	for _, x := range f.Plans {
		if x.Ref == in.Plan && x.has(in.Change) {
			return s.Store.Changed(ctx, c.Key, Handoff{Ref: Ref{KindPlan, in.Plan}})
		}
	}
	if e := s.Store.CloseCommand(ctx, c, "after a day the plan does not show it"); e != nil {
		return e
	}
	if in.Change.Do == ChangeCancel && err == nil {
		_, err = s.Change(ctx, c.ObjectID, in.Change, s.againKey(c.Key))
		return err
	}
	return refuse(fault.Conflict, Refusal{Key: "failed"})
}

// againKey is the key of a cancellation that is asked for anew, on its own day.
func (s *Service) againKey(k IdemKey) string {
	first, _, _ := strings.Cut(string(k), ":change")
	return first + ":" + s.Wall.Now().UTC().Format(time.DateOnly)
}

// has tells whether a plan at the provider shows that a change was made.
func (f PlanFact) has(c Change) bool {
	over := f.State == PlanCancelled || f.State == PlanIncompleteExpired
	switch c.Do {
	case ChangeAmount:
		return f.Amount == c.Amount
	case ChangeEvery:
		return f.Every == c.Every && (c.Amount.Minor == 0 || f.Amount == c.Amount)
	case ChangePause:
		return f.State == PlanPaused && f.PausedUntil.Equal(c.Until)
	case ChangeResume:
		return f.State == PlanActive || f.State == PlanPastDue
	case ChangeCancel:
		return over || f.State == PlanCancelScheduled && !c.Now
	}
	return false // whether a card was changed can't be seen
}
