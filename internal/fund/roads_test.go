package fund_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/payment/sandbox"
)

// The webhooks' jobs, the thank-you page and catching up all hear of the same
// gifts, refunds and disputes, in the same moments.
func TestAllRoadsAtOnceEndInTheSameBooks(t *testing.T) {
	each(t, func(r *rig) {
		var donations []string
		for n := range 12 {
			every := fund.Once
			if n%4 == 0 {
				every = fund.Month
			}
			f := r.form(fmt.Sprintf("%d.00", 10+n), every)
			f.Email = fmt.Sprintf("reader%d@example.org", n)
			ch := r.steer(`{"do":"pay","ref":"` + r.send(f) + `"}`)
			donations = append(donations, f.Nonce)
			switch n % 4 {
			case 1:
				r.steer(`{"do":"refund","ref":"` + ch + `","amount":100}`)
			case 2:
				r.steer(`{"do":"lose","ref":"` + r.steer(`{"do":"dispute","ref":"`+ch+`"}`) + `"}`)
			}
		}
		r.steer(`{"do":"payout","ref":"USD","amount":1000}`)
		r.steer(`{"do":"advance","days":31}`) // three renewals
		r.sandbox.Flush(r.ctx)
		var all sync.WaitGroup
		road := func(way func(context.Context) error) {
			all.Go(func() {
				if err := way(r.ctx); err != nil {
					r.t.Error(err)
				}
			})
		}
		road(r.jobs.Drain)
		for range 2 {
			road(func(ctx context.Context) error { return r.svc.CatchUp(ctx, sandbox.Key) })
			road(func(ctx context.Context) error {
				for _, id := range donations {
					if _, err := r.svc.Outcome(ctx, id); err != nil {
						return err
					}
				}
				return nil
			})
		}
		all.Wait()
		// 10 to 21 and 10, 14, 18 again, less 1.00 of each of three gifts, less 12, 16 and 20
		r.want("C 17700, B 1000, InTransit 0, Unallocated 0, Disputed 0, Chargebacks 4800, Refunded 300")
		if n := r.tasks(fund.TaskMismatch) + r.tasks(fund.TaskSuspense); n != 0 {
			r.t.Errorf("%d facts were found to be in each other's way", n)
		}
	})
}
