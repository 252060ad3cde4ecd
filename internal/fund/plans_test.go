package fund_test

import (
	"errors"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/payment/sandbox"
)

func fieldsOf(err error) fault.Fields {
	var f fault.Fields
	errors.As(err, &f)
	return f
}

// change does what the donor's page does.
func (r *rig) change(do fund.ChangeKind) { r.must(fund.Change{Do: do}) }

func (r *rig) must(c fund.Change) {
	r.t.Helper()
	_, err := r.svc.Change(r.ctx, r.plan().ID, c, id.New())
	r.ok(err)
}

// moves sums what became of plans from one day to another, "2026-02-01".
func (r *rig) moves(from, to string) fund.RevenueMoves {
	r.t.Helper()
	day := func(s string) time.Time {
		at, err := time.Parse(time.DateOnly, s)
		r.ok(err)
		return at
	}
	list, err := r.store.PlanEvents(r.ctx, day(from), day(to))
	r.ok(err)
	if sums := fund.SumMoves(list); len(sums) == 1 {
		return sums[0]
	}
	return fund.RevenueMoves{Currency: "USD"}
}

// wantMoves compares the months of a scenario: what came and what went of the
// revenue, in minor units, and how many plans.
func (r *rig) wantMoves(from, to string, want fund.RevenueMoves) {
	r.t.Helper()
	want.Currency = "USD"
	if got := r.moves(from, to); got != want {
		r.t.Errorf("from %s to %s the revenue moved by %+v, want %+v", from, to, got, want)
	}
}

func (r *rig) wantPlan(state fund.PlanState) fund.Plan {
	r.t.Helper()
	p := r.plan()
	if p.State != state {
		r.t.Errorf("the plan is %s, want %s", p.State, state)
	}
	return p
}

func TestAMonthlyGiftIsChargedAgainAfterAMonth(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.want("C 1000")
		r.advance(31)
		r.want("C 2000, P 1882")
		if p := r.wantPlan(fund.PlanActive); !p.NextChargeAt.Equal(time.Date(2026, 3, 15, 9, 0, 0, 0, time.UTC)) {
			r.t.Errorf("the next charge is due at %v", p.NextChargeAt)
		}
		m, err := r.store.CampaignMeter(r.ctx, r.reload())
		r.ok(err)
		if m.Monthly != 1000 || m.Donors != 1 {
			r.t.Errorf("%d a month from %d donors", m.Monthly, m.Donors)
		}
	})
}

func TestACancellationThatIsTakenBackCostsNoCharge(t *testing.T) { // 26
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.sandbox.SetFaults(sandbox.Faults{Reorder: true, Seed: 3})
		r.on("2026-02-03")
		r.change(fund.ChangeCancel)
		r.on("2026-02-10")
		r.change(fund.ChangeResume)
		r.on("2026-02-16")
		r.wantPlan(fund.PlanActive)
		r.want("C 2000, P 1882")
		r.wantMoves("2026-01-01", "2026-02-01", fund.RevenueMoves{New: 1000, Began: 1})
		r.wantMoves("2026-02-01", "2026-03-01", fund.RevenueMoves{}) // churn 0
	})
}

func TestACancelledPlanEndsWithItsPeriod(t *testing.T) { // 27
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.on("2026-02-03")
		r.change(fund.ChangeCancel)
		r.settle()
		r.wantPlan(fund.PlanCancelScheduled)
		r.on("2026-02-20")
		p := r.wantPlan(fund.PlanCancelled)
		if p.EndedAt.Format(time.DateOnly) != "2026-02-15" {
			r.t.Errorf("the plan ended at %v, want 15 February", p.EndedAt)
		}
		r.want("C 1000")
		r.wantMoves("2026-01-01", "2026-02-01", fund.RevenueMoves{New: 1000, Began: 1})
		r.wantMoves("2026-02-01", "2026-03-01", fund.RevenueMoves{Churned: -1000, Left: 1})
	})
}

func TestARenewalThatFailsIsTriedAgain(t *testing.T) { // 28
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.steer(`{"do":"decline","ref":"sub_1"}`)
		r.on("2026-02-16")
		r.wantPlan(fund.PlanPastDue)
		r.want("C 1000")
		r.on("2026-02-18")
		r.steer(`{"do":"pay","ref":"sub_1"}`)
		r.settle()
		p := r.wantPlan(fund.PlanActive)
		if p.NextChargeAt.Format(time.DateOnly) != "2026-03-15" {
			r.t.Errorf("the next charge is due at %v, want 15 March as before", p.NextChargeAt)
		}
		r.want("C 2000")
		r.wantMoves("2026-02-01", "2026-03-01", fund.RevenueMoves{}) // no churn
		if n := len(r.posted("gift")); n != 2 {
			r.t.Errorf("%d payments were thanked for, want 2", n)
		}
	})
}

func TestAPlanEndsWhenAllTriesFail(t *testing.T) { // 29
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.steer(`{"do":"decline","ref":"sub_1"}`)
		r.advance(60)
		r.wantPlan(fund.PlanCancelled)
		r.want("C 1000")
		r.wantMoves("2026-02-01", "2026-04-01", fund.RevenueMoves{Failed: -1000, Lost: 1}) // involuntary
	})
}

func TestTheFirstPaymentOfAPlanIsNoRenewal(t *testing.T) { // 30
	each(t, func(r *rig) {
		r.sandbox.SetFaults(sandbox.Faults{Drop: 1})
		ref := r.gift("10.00", fund.Month)
		for i, v := range [][2]string{{"payment", ref}, {"plan", "sub_1"}, {"session", r.last.Session}, {"payment", ref}} {
			body := hook("evt_"+string(rune('a'+i)), v[0], v[1])
			r.post(r.signed(body, r.wall.Now()), body)
			r.settle()
			r.want("C 1000, Income -1000")
		}
		r.wantPlan(fund.PlanActive)
	})
}

func TestAPausedPlanIsNotCharged(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.change(fund.ChangePause)
		r.on("2026-03-20")
		r.wantPlan(fund.PlanPaused)
		r.want("C 1000")
		r.change(fund.ChangeResume)
		r.on("2026-04-16")
		r.wantPlan(fund.PlanActive)
		r.want("C 2000")
	})
}
