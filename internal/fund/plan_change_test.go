package fund_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
)

func usd(minor int64) money.Amount { return money.Amount{Currency: "USD", Minor: minor} }

// history is what became of the plan, "new upgrade paused".
func (r *rig) history() string {
	r.t.Helper()
	list, err := r.store.PlanHistory(r.ctx, r.plan().ID)
	r.ok(err)
	var out []string
	for _, e := range list {
		out = append(out, string(e.Kind))
	}
	return strings.Join(out, " ")
}

func (r *rig) wantHistory(want string) {
	r.t.Helper()
	if got := r.history(); got != want {
		r.t.Errorf("the plan's history is %q, want %q", got, want)
	}
}

// refused asks for a change that must not be made.
func (r *rig) refused(c fund.Change, kind fault.Kind, reason string) {
	r.t.Helper()
	_, err := r.svc.Change(r.ctx, r.plan().ID, c, id.New())
	if why := fund.Refused(err); !fault.Is(err, kind) || why == nil || why.Key != reason {
		r.t.Errorf("%s was answered by %v, want %s because of %q", c.Do, err, kind, reason)
	}
}

func (r *rig) open() []fund.Command {
	r.t.Helper()
	list, err := r.store.Fund().PlannedChanges(r.ctx, r.plan().ID)
	r.ok(err)
	return list
}

func TestAfterAChangeOfTheAmountTheNextChargeIsTheNewOne(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.on("2026-02-03")
		r.must(fund.Change{Do: fund.ChangeAmount, Amount: usd(1500)})
		if p := r.wantPlan(fund.PlanActive); p.Amount != usd(1500) || p.MRR != 1500 {
			r.t.Errorf("the plan is %+v", p)
		}
		r.want("C 1000")
		r.on("2026-02-16")
		r.want("C 2500")
		r.wantHistory("new upgrade")
		r.wantMoves("2026-02-01", "2026-03-01", fund.RevenueMoves{Upgraded: 500})
	})
}

func TestAfterAChangeOfTheIntervalWhatIsPaidForRunsOutFirst(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.on("2026-02-03")
		r.must(fund.Change{Do: fund.ChangeEvery, Every: fund.Year, Amount: usd(12000)})
		if p := r.plan(); p.NextChargeAt.Format(time.DateOnly) != "2026-02-15" || p.MRR != 1000 {
			r.t.Errorf("the plan is %+v", p)
		}
		r.on("2026-06-01")
		r.want("C 13000")
		r.must(fund.Change{Do: fund.ChangeEvery, Every: fund.Month, Amount: usd(2000)})
		r.on("2026-12-31")
		r.want("C 13000") // the year that is paid for runs out first
		r.on("2027-03-16")
		r.want("C 13000, Income -17000") // 15 February and March of 2027, after the campaign
		r.wantHistory("new interval interval")
	})
}

func TestTheSameFormTwiceChangesAPlanOnce(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		key, c := id.New(), fund.Change{Do: fund.ChangeAmount, Amount: usd(1500)}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := r.svc.Change(r.ctx, r.plan().ID, c, key); err != nil {
					r.t.Error(err)
				}
			})
		}
		wg.Wait()
		r.wantHistory("new upgrade")
		if left := r.open(); len(left) != 0 {
			r.t.Errorf("%d changes are open", len(left))
		}
		c.Amount = usd(2000)
		if _, err := r.svc.Change(r.ctx, r.plan().ID, c, key); fund.Refused(err) == nil || fund.Refused(err).Key != "sent" {
			r.t.Errorf("the same form with another wish is answered by %v", err)
		}
		r.wantHistory("new upgrade")
	})
}

func TestACancellationThatIsAskedForTwiceIsNoFault(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.change(fund.ChangeCancel)
		r.change(fund.ChangeCancel) // the link of another mail
		r.wantPlan(fund.PlanCancelScheduled)
		r.wantHistory("new cancel_scheduled")
	})
}

func TestAPauseLeavesChargesOutAndEndsByItself(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.on("2026-02-03")
		until, err := fund.PauseUntil(2, r.sandbox.Now())
		r.ok(err)
		r.must(fund.Change{Do: fund.ChangePause, Until: until})
		if p := r.wantPlan(fund.PlanPaused); p.MRR != 0 || !p.PausedUntil.Equal(until) {
			r.t.Errorf("the plan is %+v", p)
		}
		r.on("2026-04-02")
		r.wantPlan(fund.PlanPaused)
		r.want("C 1000")
		r.on("2026-04-16")
		r.wantPlan(fund.PlanActive)
		r.want("C 2000")
		r.wantMoves("2026-02-01", "2026-03-01", fund.RevenueMoves{Paused: -1000})
		r.wantMoves("2026-04-01", "2026-05-01", fund.RevenueMoves{Resumed: 1000})
	})
}

func TestAPausedPlanIsResumedByItsDonor(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.must(fund.Change{Do: fund.ChangePause, Until: r.sandbox.Now().AddDate(0, 3, 0)})
		r.on("2026-02-20")
		r.change(fund.ChangeResume)
		r.wantPlan(fund.PlanActive)
		r.on("2026-03-16")
		r.want("C 2000")
		r.wantHistory("new paused resumed")
	})
}

// dozing is a provider that does not end a pause by itself.
type dozing struct {
	fund.Provider
	until *time.Time
}

func (f dozing) Change(ctx context.Context, p fund.PlanRef, c fund.Change, k fund.IdemKey) (fund.Handoff, error) {
	if c.Do == fund.ChangePause {
		*f.until, c.Until = c.Until, time.Time{}
	}
	return f.Provider.Change(ctx, p, c, k)
}

func (f dozing) Fetch(ctx context.Context, ref fund.Ref) (fund.Facts, error) {
	facts, err := f.Provider.Fetch(ctx, ref)
	for i := range facts.Plans {
		if facts.Plans[i].State == fund.PlanPaused {
			facts.Plans[i].PausedUntil = *f.until
		}
	}
	return facts, err
}

func TestAProviderThatForgetsTheEndOfAPauseIsTold(t *testing.T) {
	each(t, func(r *rig) {
		r.provider = dozing{r.sandbox, new(time.Time)}
		r.gift("10.00", fund.Month)
		r.must(fund.Change{Do: fund.ChangePause, Until: r.sandbox.Now().AddDate(0, 1, 0)})
		r.on("2026-02-14")
		r.planRound()
		r.wantPlan(fund.PlanPaused)
		r.on("2026-02-16")
		r.planRound()
		r.planRound()
		r.wantPlan(fund.PlanActive)
		r.wantHistory("new paused resumed")
	})
}

func TestAPlanWhoseChargeIsOpenTakesOnlyWhatHelps(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.steer(`{"do":"decline","ref":"sub_1"}`)
		r.on("2026-02-16")
		r.wantPlan(fund.PlanPastDue)
		r.refused(fund.Change{Do: fund.ChangePause}, fault.Conflict, "open")
		r.refused(fund.Change{Do: fund.ChangeEvery, Every: fund.Year}, fault.Conflict, "open")
		r.refused(fund.Change{Do: fund.ChangeResume}, fault.Conflict, "runs")
		r.must(fund.Change{Do: fund.ChangeAmount, Amount: usd(500)})
		r.must(fund.Change{Do: fund.ChangeMethod, ReturnURL: "https://lantern.example/my"})
		r.on("2026-02-19") // the next try, with the new card
		r.wantPlan(fund.PlanActive)
		r.want("C 1500")
		r.wantHistory("new past_due downgrade recovered")
	})
}

func TestAPlanWhoseChargeIsOpenEndsAtOnce(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.steer(`{"do":"decline","ref":"sub_1"}`)
		r.on("2026-02-16")
		r.change(fund.ChangeCancel)
		r.wantPlan(fund.PlanCancelled)
		r.advance(60)
		r.want("C 1000")
		r.wantMoves("2026-02-01", "2026-03-01", fund.RevenueMoves{Churned: -1000, Left: 1}) // the donor asked
	})
}

func TestAPlanCanEndAtOnce(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.change(fund.ChangeCancel)
		r.must(fund.Change{Do: fund.ChangeCancel, Now: true})
		r.wantPlan(fund.PlanCancelled)
		r.wantHistory("new cancel_scheduled churned")
		for _, do := range []fund.ChangeKind{fund.ChangeAmount, fund.ChangePause, fund.ChangeResume, fund.ChangeCancel, fund.ChangeMethod} {
			r.refused(fund.Change{Do: do, Amount: usd(1500)}, fault.Conflict, "over")
		}
	})
}

func TestChangesOutOfBoundsAreRefusedBeforeAnyoneIsAsked(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.provider = deaf{r.sandbox, r.t}
		amount := func(a money.Amount) fund.Change { return fund.Change{Do: fund.ChangeAmount, Amount: a} }
		r.refused(amount(usd(299)), fault.Invalid, "least")
		r.refused(amount(usd(5_000_001)), fault.Invalid, "most")
		r.refused(amount(usd(-1)), fault.Invalid, "least")
		r.refused(amount(money.Amount{Currency: "EUR", Minor: 1500}), fault.Invalid, "currency")
		r.refused(fund.Change{Do: fund.ChangeEvery, Every: fund.Once}, fault.Invalid, "every")
		r.refused(fund.Change{Do: fund.ChangeEvery, Every: fund.Year, Amount: usd(1)}, fault.Invalid, "least")
		r.refused(fund.Change{Do: "sing"}, fault.Invalid, "unknown")
		r.refused(fund.Change{Do: fund.ChangeResume}, fault.Conflict, "runs")
		now := r.sandbox.Now()
		r.refused(fund.Change{Do: fund.ChangePause, Until: now.AddDate(0, 0, -1)}, fault.Invalid, "until")
		r.refused(fund.Change{Do: fund.ChangePause, Until: now.AddDate(0, 4, 0)}, fault.Invalid, "until")
		for _, months := range []int{-1, 0, 4} {
			if _, err := fund.PauseUntil(months, now); !fault.Is(err, fault.Invalid) {
				r.t.Errorf("a pause of %d months is answered by %v", months, err)
			}
		}
		if _, err := r.svc.Change(r.ctx, id.New(), amount(usd(1500)), "k"); !fault.Is(err, fault.NotFound) {
			r.t.Errorf("an unknown plan is answered by %v", err)
		}
		_, err := r.svc.Change(r.ctx, r.plan().ID, amount(usd(299)), id.New())
		if say := fund.Refused(err).In(locale.For("de")); say != "Geben Sie einen Betrag von mindestens 3\u00a0$ ein." {
			r.t.Errorf("in German: %q", say)
		}
		r.wantHistory("new")
	})
}

// deaf is a provider that must not be asked to change anything.
type deaf struct {
	fund.Provider
	t *testing.T
}

func (d deaf) Change(context.Context, fund.PlanRef, fund.Change, fund.IdemKey) (fund.Handoff, error) {
	d.t.Error("the provider was asked")
	return fund.Handoff{}, errLost
}

func (l lost) Change(ctx context.Context, p fund.PlanRef, c fund.Change, k fund.IdemKey) (fund.Handoff, error) {
	if l.made {
		if _, err := l.Provider.Change(ctx, p, c, k); err != nil {
			return fund.Handoff{}, err
		}
	}
	return fund.Handoff{}, errLost
}

// blind is a provider that makes changes and then does not show them.
type blind struct{ fund.Provider }

func (blind) Fetch(context.Context, fund.Ref) (fund.Facts, error) { return fund.Facts{}, errLost }

// lose asks for a change whose answer gets lost.
func (r *rig) lose(p fund.Provider, c fund.Change) {
	r.t.Helper()
	r.provider = p
	if _, err := r.svc.Change(r.ctx, r.plan().ID, c, id.New()); !fault.Is(err, fault.Unavailable) {
		r.t.Fatalf("a lost answer is told as %v", err)
	}
}

func TestAChangeIsFinishedAfterACrashAtAnyStep(t *testing.T) {
	for name, between := range map[string]func(*rig) fund.Provider{
		"before the call":                      func(r *rig) fund.Provider { return lost{r.sandbox, false} },
		"after the call":                       func(r *rig) fund.Provider { return lost{r.sandbox, true} },
		"after the answer, before it was kept": func(r *rig) fund.Provider { return blind{r.sandbox} },
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(r *rig) {
				r.gift("10.00", fund.Month)
				r.lose(between(r), fund.Change{Do: fund.ChangeAmount, Amount: usd(1500)})
				r.wantHistory("new")
				r.wall.Add(5 * time.Minute)
				r.recover()
				r.wantHistory("new upgrade")
				if left := r.open(); len(left) != 0 {
					r.t.Errorf("%d changes are open still", len(left))
				}
				r.settle()
				r.wantHistory("new upgrade")
				r.on("2026-02-16")
				r.want("C 2500")
			})
		})
	}
}

func TestAfterADayAChangeIsLookedForAndNotRepeated(t *testing.T) {
	for name, made := range map[string]bool{"it was made": true, "it was not": false} {
		t.Run(name, func(t *testing.T) {
			each(t, func(r *rig) {
				r.gift("10.00", fund.Month)
				r.lose(lost{r.sandbox, made}, fund.Change{Do: fund.ChangeAmount, Amount: usd(1500)})
				r.wall.Add(30 * time.Hour)
				r.provider = deaf{r.sandbox, r.t}
				r.ok(r.svc.Recover(r.ctx, time.Minute))
				r.settle()
				want, tasks := "new", 1
				if made {
					want, tasks = "new upgrade", 0
				}
				r.wantHistory(want)
				if n := r.tasks(fund.TaskChangeLost); n != tasks || len(r.open()) != 0 {
					r.t.Errorf("%d tasks for staff, want %d; %d changes open", n, tasks, len(r.open()))
				}
			})
		})
	}
}

func TestACancellationIsNeverForgotten(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.lose(lost{r.sandbox, false}, fund.Change{Do: fund.ChangeCancel})
		r.wall.Add(30 * time.Hour)
		r.recover()
		r.wantPlan(fund.PlanCancelScheduled)
		if len(r.open()) != 0 || r.tasks(fund.TaskChangeLost) != 0 {
			r.t.Errorf("%d changes are open, %d tasks", len(r.open()), r.tasks(fund.TaskChangeLost))
		}
	})
}

func TestChangesAreMadeInTheOrderOfTheirAsking(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.lose(lost{r.sandbox, false}, fund.Change{Do: fund.ChangePause, Until: r.sandbox.Now().AddDate(0, 1, 0)})
		if _, err := r.svc.Change(r.ctx, r.plan().ID, fund.Change{Do: fund.ChangeResume}, id.New()); !fault.Is(err, fault.Unavailable) {
			r.t.Errorf("behind a change that waits, another is answered by %v", err)
		}
		r.provider = r.sandbox
		r.change(fund.ChangeResume) // the pause is made first
		r.wantPlan(fund.PlanActive)
		r.wantHistory("new paused resumed")
	})
}

func TestACancellationTakesThePlaceOfWhatWaits(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.lose(lost{r.sandbox, false}, fund.Change{Do: fund.ChangeAmount, Amount: usd(1500)})
		r.lose(lost{r.sandbox, false}, fund.Change{Do: fund.ChangeCancel})
		r.wall.Add(5 * time.Minute)
		r.recover()
		if p := r.wantPlan(fund.PlanCancelScheduled); p.Amount != usd(1000) {
			r.t.Errorf("the amount is %s", p.Amount)
		}
		r.wantHistory("new cancel_scheduled")
	})
}

func TestAChangeThatTheProviderRefusesIsToldAndNotRepeated(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		plan := r.plan().ID
		// It ended at the provider, and we have not heard of it yet.
		_, err := r.sandbox.Change(r.ctx, "sub_1", fund.Change{Do: fund.ChangeCancel, Now: true}, "elsewhere")
		r.ok(err)
		key := id.New()
		for range 2 {
			if _, err := r.svc.Change(r.ctx, plan, fund.Change{Do: fund.ChangePause}, key); !fault.Is(err, fault.Conflict) {
				r.t.Errorf("answered by %v", err)
			}
		}
		r.wantPlan(fund.PlanCancelled) // it was looked at
		if len(r.open()) != 0 {
			r.t.Errorf("%d changes are open", len(r.open()))
		}
	})
}
