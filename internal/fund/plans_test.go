package fund_test

import (
	"errors"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/payment/sandbox"
)

func fieldsOf(err error) fault.Fields {
	var f fault.Fields
	errors.As(err, &f)
	return f
}

func (r *rig) change(do fund.ChangeKind) {
	r.t.Helper()
	_, err := r.sandbox.Change(r.ctx, fund.PlanRef("sub_1"), fund.Change{Do: do}, fund.IdemKey(string(do)+r.sandbox.Now().String()))
	r.ok(err)
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
	})
}

func TestAPlanEndsWhenAllTriesFail(t *testing.T) { // 29
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.steer(`{"do":"decline","ref":"sub_1"}`)
		r.advance(60)
		r.wantPlan(fund.PlanCancelled)
		r.want("C 1000")
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
