package fund_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/payment/sandbox"
)

// paidBy makes a gift of 25.00 that was paid and is not known here.
func (r *rig) paidBy(email string) fund.Facts {
	f := r.form("25.00", fund.Once)
	f.Email = email
	facts, err := r.sandbox.Fetch(r.ctx, fund.Ref{Kind: fund.KindPayment, ID: r.steer(`{"do":"pay","ref":"` + r.send(f) + `"}`)})
	r.ok(err)
	return facts
}

// heard applies facts at the same moment: while the first one is looked at, the
// others come. What broken names makes its look panic.
func (r *rig) heard(facts []fund.Facts, broken int) (errs []error) {
	errs = make([]error, len(facts))
	var come, done sync.WaitGroup
	apply := func(i int, before func()) {
		_, errs[i] = r.store.Fund().Apply(r.ctx, sandbox.Key, facts[i], func(w fund.World) fund.Changes {
			before()
			if i == broken {
				panic("boom")
			}
			w.Zone, w.Guard = time.UTC, r.svc.Guard(r.ctx)
			return fund.Reduce(w, facts[i])
		})
	}
	come.Add(len(facts) - 1)
	done.Go(func() {
		apply(0, func() {
			for i := 1; i < len(facts); i++ {
				done.Go(func() {
					come.Done()
					apply(i, func() {})
				})
			}
			come.Wait()
			time.Sleep(20 * time.Millisecond) // until they wait; if they don't, more commits are counted
		})
	})
	done.Wait()
	return errs
}

// posts counts commits that changed the books.
func (r *rig) posts() int64 {
	r.t.Helper()
	n, err := db.One(context.Background(), r.store.Query(), db.Value[int64], "SELECT COUNT(*) FROM change WHERE key = 'books'")
	r.ok(err)
	return n
}

func TestGiftsOfTheSameMomentAreWrittenTogether(t *testing.T) {
	each(t, func(r *rig) {
		r.sandbox.SetFaults(sandbox.Faults{Drop: 1})
		var all []fund.Facts
		for i := range 12 {
			all = append(all, r.paidBy(fmt.Sprintf("reader%d@example.org", i)))
		}
		all = append(all, r.paidBy("reader5@example.org"), all[7]) // a double, and one that is told twice
		for i, err := range r.heard(all, -1) {
			if err != nil {
				r.t.Errorf("look %d: %v", i, err)
			}
		}
		r.want("C 32500, P 31161, fee 1339, Income -32500")
		if n := r.tasks(fund.TaskDuplicate); n != 1 {
			r.t.Errorf("%d doubles are shown to staff, want 1", n)
		}
		if n := r.posts(); n > 9 { // three batches at a time on PostgreSQL
			r.t.Errorf("13 gifts took %d commits", n)
		}
		for _, f := range all {
			d := f.Payments[0].Donation
			if state := r.state(d); state != fund.DonationSucceeded {
				r.t.Errorf("the gift %s is %s", d, state)
			}
		}
	})
}

func TestOneLookThatFailsHoldsUpNoneOfItsMoment(t *testing.T) {
	each(t, func(r *rig) {
		r.sandbox.SetFaults(sandbox.Faults{Drop: 1})
		var all []fund.Facts
		for i := range 6 {
			all = append(all, r.paidBy(fmt.Sprintf("reader%d@example.org", i)))
		}
		for i, err := range r.heard(all, 3) {
			if (i == 3) != fault.Is(err, fault.Internal) || i != 3 && err != nil {
				r.t.Errorf("look %d: %v", i, err)
			}
		}
		if got := r.received(); got != 12500 {
			r.t.Errorf("received is %d, want that of five", got)
		}
		r.ok(r.svc.Refresh(r.ctx, sandbox.Key, fund.Ref{Kind: fund.KindPayment, ID: all[3].Payments[0].Ref}))
		r.want("C 15000, P 14382, fee 618, Income -15000")
	})
}
