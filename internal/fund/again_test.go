package fund_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/payment/sandbox"
)

func TestAFormSentAgainWithAnotherAddressIsAskedBackAndLeavesNoDonor(t *testing.T) {
	each(t, func(r *rig) {
		known := r.form("5.00", fund.Once)
		known.Email = "known@example.org"
		r.send(known)
		f := r.form("25.00", fund.Once)
		r.send(f)
		for _, email := range []string{"mended@example.org", known.Email} {
			f.Email = email
			if _, err := r.svc.Begin(r.ctx, f, locale.For("en")); fieldsOf(err)["form"] == "" {
				r.t.Errorf("%s is answered with %v", email, err)
			}
		}
		f.Nonce, f.Email = id.New(), "mended@example.org"
		r.send(f)
		o, err := r.store.DonationOutcome(r.ctx, f.Nonce)
		r.ok(err)
		if o.Donor.ID != f.Nonce || o.Donor.Email != f.Email {
			r.t.Errorf("the form that was asked back left a donor behind: %+v", o.Donor)
		}
	})
}

func TestOneFormSentManyTimesAtOnceIsOneIntent(t *testing.T) {
	each(t, func(r *rig) {
		for n := range 5 {
			f := r.form("25.00", fund.Once)
			f.Email = fmt.Sprintf("new%d@example.org", n)
			got := make(chan string, 8)
			for range cap(got) {
				go func() {
					d, err := r.svc.Begin(r.ctx, f, locale.For("en"))
					if err != nil {
						r.t.Error(err)
					}
					got <- d.Session
				}()
			}
			first := <-got
			for range cap(got) - 1 {
				if next := <-got; next != first {
					r.t.Errorf("two sessions, %s and %s, for one form", first, next)
				}
			}
		}
		if n := r.sessions(); n != 5 {
			r.t.Errorf("%d sessions at the provider, want 5", n)
		}
	})
}

// refusing is a provider that takes no gift.
type refusing struct{ fund.Provider }

func (refusing) Begin(context.Context, fund.Intent, fund.IdemKey) (fund.Handoff, error) {
	return fund.Handoff{}, fault.New(fault.Invalid, "no such price")
}

func TestAGiftThatTheProviderRefusesIsAskedBackEachTime(t *testing.T) {
	each(t, func(r *rig) {
		f := r.form("25.00", fund.Once)
		r.provider = refusing{r.sandbox}
		for range 2 {
			d, err := r.svc.Begin(r.ctx, f, locale.For("en"))
			if fieldsOf(err)["form"] == "" {
				r.t.Errorf("the form is answered with %+v, %v", d, err)
			}
		}
	})
}

// stubborn is a provider with one object that can't be read, and no events.
type stubborn struct {
	fund.Provider
	ref string
}

func (stubborn) Since(_ context.Context, c fund.Cursor) ([]fund.Ref, fund.Cursor, error) {
	return nil, c, nil
}

func (s stubborn) Fetch(ctx context.Context, ref fund.Ref) (fund.Facts, error) {
	if ref.ID == s.ref {
		return fund.Facts{}, fault.New(fault.Internal, "an answer that can't be read")
	}
	return s.Provider.Fetch(ctx, ref)
}

func TestAnObjectThatCanNotBeReadHoldsUpNoOtherMoney(t *testing.T) {
	each(t, func(r *rig) {
		r.sandbox.SetFaults(sandbox.Faults{Drop: 1})
		bad := r.steer(`{"do":"pay","ref":"` + r.begin("10.00", fund.Once) + `"}`)
		r.steer(`{"do":"pay","ref":"` + r.begin("25.00", fund.Once) + `"}`)
		r.provider = stubborn{r.sandbox, bad}
		r.catchUp()
		if got := r.received(); got != 2500 {
			r.t.Errorf("received %d, want 2500", got)
		}
		if n := r.account(letters["Unallocated"]); n != 0 {
			r.t.Errorf("%d went to suspense although the gift is known", n)
		}
		r.provider = r.sandbox
		r.wall.Add(time.Minute)
		r.ok(r.jobs.Drain(r.ctx)) // the job of its own
		r.want("C 3500, Unallocated 0")
	})
}

func TestASessionThatCanNotBeReadHoldsUpNoOther(t *testing.T) {
	each(t, func(r *rig) {
		r.sandbox.SetFaults(sandbox.Faults{Drop: 1})
		bad := r.begin("10.00", fund.Once)
		r.wall.Add(time.Second)
		r.begin("25.00", fund.Once)
		r.ok(r.sandbox.Advance(26 * time.Hour))
		r.provider = stubborn{r.sandbox, bad}
		r.catchUp()
		if s := r.state(r.last.ID); s != fund.DonationExpired {
			r.t.Errorf("the donation is %s", s)
		}
	})
}

func TestSessionsThatFailedForGoodAreNotAskedAboutAndHoldUpNoOpenOne(t *testing.T) {
	each(t, func(r *rig) {
		failed := r.begin("10.00", fund.Once)
		r.steer(`{"do":"pay","async":true,"ref":"` + failed + `"}`)
		r.settle()
		r.steer(`{"do":"bounce","ref":"` + failed + `"}`)
		r.settle()
		if s := r.state(r.last.ID); s != fund.DonationFailed {
			r.t.Fatalf("the donation is %s", s)
		}
		declined := r.begin("15.00", fund.Once)
		r.steer(`{"do":"decline","ref":"` + declined + `"}`)
		r.settle()
		open := r.begin("25.00", fund.Once)
		list, err := r.store.Fund().Open(r.ctx, sandbox.Key, r.wall.Now().Add(time.Hour), 10)
		r.ok(err)
		var got []string
		for _, d := range list {
			got = append(got, d.Session)
		}
		slices.Sort(got)
		want := []string{declined, open}
		slices.Sort(want)
		if !slices.Equal(got, want) {
			r.t.Errorf("asked about are %v, want %v", got, want)
		}
	})
}

// beside applies facts of a payment and, between the look at what is known and
// the writing of what follows, gives other work the time to end.
func (r *rig) beside(payment string, work func() error) (ended bool) {
	r.t.Helper()
	f, err := r.sandbox.Fetch(r.ctx, fund.Ref{Kind: fund.KindPayment, ID: payment})
	r.ok(err)
	done := make(chan error, 1)
	_, err = r.store.Fund().Apply(r.ctx, sandbox.Key, f, func(w fund.World) fund.Changes {
		go func() { done <- work() }()
		select {
		case err := <-done:
			ended = true
			done <- err
		case <-time.After(200 * time.Millisecond):
		}
		w.Zone = time.UTC
		return fund.Reduce(w, f)
	})
	r.ok(err)
	r.ok(<-done)
	return ended
}

func TestTwoTabsHeardOfAtOnceAreShownToStaff(t *testing.T) { // 25
	each(t, func(r *rig) {
		r.sandbox.SetFaults(sandbox.Faults{Drop: 1})
		one := r.steer(`{"do":"pay","ref":"` + r.begin("25.00", fund.Once) + `"}`)
		two := r.steer(`{"do":"pay","ref":"` + r.begin("25.00", fund.Once) + `"}`)
		r.beside(one, func() error {
			return r.svc.Refresh(r.ctx, sandbox.Key, fund.Ref{Kind: fund.KindPayment, ID: two})
		})
		r.want("C 5000, P 4794")
		if n := r.tasks(fund.TaskDuplicate); n != 1 {
			r.t.Errorf("%d tasks for staff, want 1", n)
		}
	})
}

func TestARefundIsNotPlannedBesideFactsOfItsPayment(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("25.00", fund.Once)
		o, err := r.store.DonationOutcome(r.ctx, r.last.ID)
		r.ok(err)
		ended := r.beside(o.Payment.Ref, func() error {
			c := fund.Command{Key: "k:refund", Provider: sandbox.Key, Op: fund.OpRefund, ObjectID: o.Payment.ID, Params: []byte("{}"), PlannedAt: r.wall.Now()}
			_, err := r.store.Fund().PlanRefund(r.ctx, o.Payment, money.Amount{Currency: "USD", Minor: 100}, c)
			return err
		})
		if ended {
			r.t.Error("what is left was counted while a refund was being written")
		}
	})
}

// late is a provider that lists movements before it knows their objects.
type late struct{ stubborn }

func (l late) Fetch(ctx context.Context, ref fund.Ref) (fund.Facts, error) {
	return fund.Facts{}, fault.New(fault.NotFound, "there is no %s yet", ref)
}

func TestMoneyInSuspenseIsTakenOutOnceItsGiftIsKnown(t *testing.T) {
	each(t, func(r *rig) {
		r.sandbox.SetFaults(sandbox.Faults{Drop: 1})
		ch := r.steer(`{"do":"pay","ref":"` + r.begin("25.00", fund.Once) + `"}`)
		r.steer(`{"do":"refund","ref":"` + ch + `","amount":1000}`)
		r.provider = late{stubborn{Provider: r.sandbox}}
		r.catchUp()
		r.want("C 0, P 1397, Unallocated -1397")
		r.provider = r.sandbox
		r.catchUp()
		r.want("C 1500, P 1397, fee 103, Refunded 1000, Unallocated 0")
		r.ok(r.svc.Refresh(r.ctx, sandbox.Key, fund.Ref{Kind: fund.KindPayment, ID: ch}))
		r.want("C 1500, P 1397, fee 103, Refunded 1000, Unallocated 0")
	})
}
