package fund_test

import (
	"context"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/payment/sandbox"
)

// lost is a provider whose answers to calls get lost: the call is made or not,
// and we never hear of it.
type lost struct {
	fund.Provider
	made bool
}

var errLost = fault.New(fault.Unavailable, "the connection broke")

func (l lost) Begin(ctx context.Context, in fund.Intent, k fund.IdemKey) (fund.Handoff, error) {
	if l.made {
		if _, err := l.Provider.Begin(ctx, in, k); err != nil {
			return fund.Handoff{}, err
		}
	}
	return fund.Handoff{}, errLost
}

func (l lost) Refund(ctx context.Context, p fund.PaymentRef, a money.Amount, k fund.IdemKey) (fund.Ref, error) {
	if l.made {
		if _, err := l.Provider.Refund(ctx, p, a, k); err != nil {
			return fund.Ref{}, err
		}
	}
	return fund.Ref{}, errLost
}

// slow is a provider that takes its time before it begins.
type slow struct {
	fund.Provider
	wait func()
}

func (s slow) Begin(ctx context.Context, in fund.Intent, k fund.IdemKey) (fund.Handoff, error) {
	s.wait()
	return s.Provider.Begin(ctx, in, k)
}

func (r *rig) recover() {
	r.t.Helper()
	r.provider = r.sandbox
	r.ok(r.svc.Recover(r.ctx, time.Minute))
}

func (r *rig) loseBegin(made bool) fund.Form {
	r.t.Helper()
	f := r.form("25.00", fund.Once)
	r.provider = lost{r.sandbox, made}
	if _, err := r.svc.Begin(r.ctx, f, locale.For("en")); !fault.Is(err, fault.Unavailable) {
		r.t.Fatalf("a lost answer is told as %v", err)
	}
	return f
}

func (r *rig) sessions() int {
	r.t.Helper()
	st, err := r.sandbox.State(r.ctx)
	r.ok(err)
	return len(st.Sessions)
}

func TestACrashAfterTheCallRepeatsItWithTheSameKey(t *testing.T) { // 22
	for name, made := range map[string]bool{"before the call": false, "after the call": true} {
		t.Run(name, func(t *testing.T) {
			each(t, func(r *rig) {
				f := r.loseBegin(made)
				r.wall.Add(5 * time.Minute)
				r.recover()
				if n := r.sessions(); n != 1 {
					r.t.Errorf("%d sessions at the provider, want 1", n)
				}
				r.steer(`{"do":"pay","ref":"` + r.send(f) + `"}`)
				r.settle()
				r.want("C 2500, P 2397")
			})
		})
	}
}

func TestAfterADayACallIsLookedForAndNotRepeated(t *testing.T) { // 23
	each(t, func(r *rig) {
		f := r.loseBegin(true)
		st, err := r.sandbox.State(r.ctx)
		r.ok(err)
		r.steer(`{"do":"pay","ref":"` + st.Sessions[0].ID + `"}`)
		r.wall.Add(30 * time.Hour)
		r.provider = noBegin{r.sandbox, r}
		r.ok(r.svc.Recover(r.ctx, time.Minute))
		r.settle()
		r.want("C 2500, P 2397")
		if s := r.state(f.Nonce); s != fund.DonationSucceeded {
			r.t.Errorf("the donation is %s", s)
		}
	})
}

// noBegin must not be asked to begin anything.
type noBegin struct {
	fund.Provider
	r *rig
}

func (n noBegin) Begin(context.Context, fund.Intent, fund.IdemKey) (fund.Handoff, error) {
	n.r.t.Error("the call was repeated although its key may be forgotten")
	return fund.Handoff{}, errLost
}

func TestACallThatTheProviderNeverHeardOfEndsAfterADay(t *testing.T) {
	each(t, func(r *rig) {
		f := r.loseBegin(false)
		r.wall.Add(30 * time.Hour)
		r.recover()
		if s := r.state(f.Nonce); s != fund.DonationExpired {
			r.t.Errorf("the donation is %s, want expired", s)
		}
		left, err := r.store.Fund().Unfinished(r.ctx, r.wall.Now(), 10)
		r.ok(err)
		if len(left) != 0 {
			r.t.Errorf("%d commands are still open", len(left))
		}
	})
}

func TestARefundWhoseAnswerWasLostIsGivenOnce(t *testing.T) {
	for name, v := range map[string]struct {
		made  bool
		after time.Duration
		want  string
	}{
		"not made, soon":     {false, time.Hour, "C 1500, P 1397"},
		"made, soon":         {true, time.Hour, "C 1500, P 1397"},
		"made, next day":     {true, 30 * time.Hour, "C 1500, P 1397"},
		"not made, next day": {false, 30 * time.Hour, "C 2500, P 2397"},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(r *rig) {
				r.gift("25.00", fund.Once)
				o, err := r.store.DonationOutcome(r.ctx, r.last.ID)
				r.ok(err)
				ten := money.Amount{Currency: "USD", Minor: 1000}
				r.provider = lost{r.sandbox, v.made}
				if err := r.svc.Refund(r.ctx, o.Payment.ID, ten, id.New()); !fault.Is(err, fault.Unavailable) {
					r.t.Fatalf("a lost answer is told as %v", err)
				}
				rest := money.Amount{Currency: "USD", Minor: 2000}
				if err := r.svc.Refund(r.ctx, o.Payment.ID, rest, id.New()); !fault.Is(err, fault.Conflict) {
					r.t.Errorf("a refund that may be too much is answered with %v", err)
				}
				r.wall.Add(v.after)
				r.recover()
				r.settle()
				r.want(v.want)
			})
		})
	}
}

// counting is a provider that counts the refunds it is asked for, and may refuse
// them.
type counting struct {
	fund.Provider
	calls  *int
	refuse bool
}

func (c counting) Refund(ctx context.Context, p fund.PaymentRef, a money.Amount, k fund.IdemKey) (fund.Ref, error) {
	*c.calls++
	if c.refuse {
		return fund.Ref{}, fault.New(fault.Conflict, "the balance is too small")
	}
	return c.Provider.Refund(ctx, p, a, k)
}

func TestARefundAskedForAgainUnderItsKeyIsNotMadeTwiceHoweverLateItIs(t *testing.T) {
	for name, v := range map[string]struct {
		lost, made, refuse bool
		after              time.Duration
		again              fault.Kind // "" is success
		calls              int        // to the provider, by the second request
	}{
		"done, soon":                {},
		"done, next day":            {after: 30 * time.Hour},
		"refused, soon":             {refuse: true, again: fault.Conflict},
		"unanswered, soon":          {lost: true, made: true, calls: 1},
		"made, next day":            {lost: true, made: true, after: 30 * time.Hour},
		"never arrived, next day":   {lost: true, after: 30 * time.Hour, again: fault.Conflict},
		"never arrived, soon after": {lost: true, after: time.Hour, calls: 1},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(r *rig) {
				r.gift("25.00", fund.Once)
				o, err := r.store.DonationOutcome(r.ctx, r.last.ID)
				r.ok(err)
				key, ten, calls := id.New(), money.Amount{Currency: "USD", Minor: 1000}, 0
				r.provider = counting{r.sandbox, &calls, v.refuse}
				if v.lost {
					r.provider = lost{r.sandbox, v.made}
				}
				if err := r.svc.Refund(r.ctx, o.Payment.ID, ten, key); (err != nil) != (v.lost || v.refuse) {
					r.t.Fatalf("the first request is answered with %v", err)
				}
				r.wall.Add(v.after)
				calls, r.provider = 0, counting{r.sandbox, &calls, false}
				if err := r.svc.Refund(r.ctx, o.Payment.ID, ten, key); v.again == "" && err != nil || v.again != "" && !fault.Is(err, v.again) {
					r.t.Errorf("the second request is answered with %v", err)
				}
				if calls != v.calls {
					r.t.Errorf("it called the provider %d times, want %d", calls, v.calls)
				}
				r.settle()
				r.want(map[bool]string{true: "C 1500, P 1397", false: "C 2500, P 2397"}[v.again == ""])
				if err := r.svc.Refund(r.ctx, o.Payment.ID, money.Amount{Currency: "USD", Minor: 900}, key); !fault.Is(err, fault.Conflict) {
					r.t.Errorf("another amount under the key is answered with %v", err)
				}
			})
		})
	}
}

// broken is a store that fails at one step, as a crash there would.
type broken struct {
	fund.Store
	handed, apply, save bool
}

func (b *broken) Handed(ctx context.Context, k fund.IdemKey, d string, h fund.Handoff) error {
	if b.handed {
		return errLost
	}
	return b.Store.Handed(ctx, k, d, h)
}

func (b *broken) Apply(ctx context.Context, p string, f fund.Facts, reduce func(fund.World) fund.Changes) (fund.Changes, error) {
	if b.apply {
		return fund.Changes{}, errLost
	}
	return b.Store.Apply(ctx, p, f, reduce)
}

func (b *broken) SaveCursor(ctx context.Context, p, stream string, c fund.Cursor) error {
	if b.save {
		return errLost
	}
	return b.Store.SaveCursor(ctx, p, stream, c)
}

func TestACrashAtAnyStepOfOursIsMadeGood(t *testing.T) {
	for name, b := range map[string]broken{
		"before the hand-off is kept":  {handed: true},
		"before facts are applied":     {apply: true},
		"before the place is kept":     {save: true},
		"wherever anything is written": {handed: true, apply: true, save: true},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(r *rig) {
				whole := r.svc.Store
				b.Store = whole
				r.svc.Store = &b
				r.sandbox.SetFaults(sandbox.Faults{Drop: 1})
				f := r.form("25.00", fund.Once)
				r.svc.Begin(r.ctx, f, locale.For("en")) // may fail; that is the point
				st, err := r.sandbox.State(r.ctx)
				r.ok(err)
				r.steer(`{"do":"pay","ref":"` + st.Sessions[0].ID + `"}`)
				if err := r.svc.CatchUp(r.ctx, sandbox.Key); err == nil && (b.apply || b.save) {
					r.t.Error("the failure went by unnoticed")
				}
				r.svc.Store = whole
				r.wall.Add(10 * time.Minute)
				r.recover()
				r.catchUp()
				r.want("C 2500, P 2397, fee 103, Income -2500")
				if s := r.state(f.Nonce); s != fund.DonationSucceeded {
					r.t.Errorf("the donation is %s", s)
				}
			})
		})
	}
}

func TestTheSandboxKnowsAllAfterACrash(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("25.00", fund.Once)
		r.gift("10.00", fund.Month)
		before, err := r.sandbox.State(r.ctx)
		r.ok(err)
		r.openSandbox() // without a close, as after a kill
		after, err := r.sandbox.State(r.ctx)
		r.ok(err)
		if len(after.Payments) != len(before.Payments) || after.Balance["USD"] != before.Balance["USD"] || after.Events != before.Events {
			r.t.Errorf("before %+v, after %+v", before, after)
		}
		r.want("C 3500")
	})
}

// forgetful is a provider that lists no events and knows no sessions any more.
type forgetful struct {
	fund.Provider
	knows bool
}

func (forgetful) Since(_ context.Context, c fund.Cursor) ([]fund.Ref, fund.Cursor, error) {
	return nil, c, nil
}

func (f forgetful) Fetch(ctx context.Context, ref fund.Ref) (fund.Facts, error) {
	if !f.knows {
		return fund.Facts{}, fault.New(fault.NotFound, "gone")
	}
	return f.Provider.Fetch(ctx, ref)
}

func TestASessionThatNobodySpokeOfAgainIsOverAfterADay(t *testing.T) {
	for _, knows := range []bool{true, false} {
		each(t, func(r *rig) {
			r.sandbox.SetFaults(sandbox.Faults{Drop: 1})
			r.begin("25.00", fund.Once)
			r.provider = forgetful{r.sandbox, knows}
			r.catchUp()
			if s := r.state(r.last.ID); s != fund.DonationPending {
				r.t.Errorf("the donation is %s at once", s)
			}
			r.advance(2)
			r.catchUp()
			if s := r.state(r.last.ID); s != fund.DonationExpired {
				r.t.Errorf("the donation is %s after two days", s)
			}
		})
	}
}
