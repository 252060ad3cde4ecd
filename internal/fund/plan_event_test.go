package fund_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"pgregory.net/rapid"
)

// truth is a plan as it really is at a provider, in a history made of chance.
type truth struct {
	fund.PlanFact
	shy bool // the provider does not say when things changed
}

// revenue is what the plan brings a month at a time, written down anew.
func (p truth) revenue(at time.Time) int64 {
	month := p.Amount.Minor
	if p.Every == fund.Year {
		month /= 12
	}
	switch {
	case p.State == fund.PlanActive:
	case p.State == fund.PlanCancelScheduled && p.PausedAt.IsZero():
	case p.State == fund.PlanPastDue && !at.After(p.PastDueAt.AddDate(0, 0, 30)):
	default:
		return 0
	}
	return month
}

// live lets chance do one thing to a plan.
func (p *truth) live(t *rapid.T, now time.Time) {
	was := *p
	do := rapid.SampledFrom([]string{"begin", "amount", "every", "pause", "resume", "cancel", "fail", "pay", "unpaid", "end"}).Draw(t, "do")
	switch {
	case do == "begin" && p.State == "":
		p.State, p.StartedAt = fund.PlanActive, now
	case p.State == "" || p.State == fund.PlanCancelled:
	case do == "amount":
		p.Amount.Minor = rapid.Int64Range(300, 5000).Draw(t, "minor")
	case do == "every":
		p.Every = rapid.SampledFrom([]fund.Every{fund.Month, fund.Year}).Draw(t, "every")
	case do == "pause" && p.State == fund.PlanActive:
		p.State, p.PausedAt = fund.PlanPaused, now
	case do == "resume" && (p.State == fund.PlanPaused || p.State == fund.PlanCancelScheduled):
		p.State, p.PausedAt, p.CancelAt = fund.PlanActive, time.Time{}, time.Time{}
	case do == "cancel" && (p.State == fund.PlanActive || p.State == fund.PlanPaused):
		p.State, p.CancelAt = fund.PlanCancelScheduled, now.AddDate(0, 1, 0)
	case do == "fail" && p.State == fund.PlanActive:
		p.State, p.PastDueAt = fund.PlanPastDue, now
	case do == "pay" && (p.State == fund.PlanPastDue || p.State == fund.PlanUnpaid):
		p.State, p.PastDueAt = fund.PlanActive, time.Time{}
	case do == "unpaid" && p.State == fund.PlanPastDue:
		p.State = fund.PlanUnpaid
	case do == "end" && p.State != fund.PlanActive && p.State != fund.PlanPaused:
		p.State, p.EndedAt, p.PausedAt, p.PastDueAt = fund.PlanCancelled, now, time.Time{}, time.Time{}
	}
	if *p != was && !p.shy {
		p.ChangedAt = now
	}
}

// kept is what we keep of plans, as the store does.
type kept struct {
	world  fund.World
	events []fund.PlanEvent
}

// look applies facts as a transaction of the store does.
func (k *kept) look(f fund.Facts) {
	was := map[string]fund.Plan{}
	for ref, p := range k.world.Plans {
		was[ref] = p
	}
	for _, p := range fund.Reduce(k.world, f).Plans {
		events := fund.PlanMoves(was[p.Ref], p)
		p.MRR, p.Events = was[p.Ref].MRR, was[p.Ref].Events+len(events)
		for _, e := range events {
			p.MRR += e.Delta
		}
		k.world.Plans[p.Ref] = p
		k.events = append(k.events, events...)
	}
}

// upTo sums the movements after one moment and up to another.
func (k *kept) upTo(from, to time.Time) int64 {
	var in []fund.PlanEvent
	for _, e := range k.events {
		if e.At.After(from) && !e.At.After(to) {
			in = append(in, e)
		}
	}
	var sum int64
	for _, m := range fund.SumMoves(in) {
		sum += m.Sum()
	}
	return sum
}

func TestTheMovementsOfRevenueSumToItsDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := newYear
		k := kept{world: fund.World{Provider: "p", Zone: time.UTC, Donations: map[string]fund.Donation{}, Plans: map[string]fund.Plan{}}}
		var plans []*truth
		for i := range rapid.IntRange(1, 4).Draw(t, "plans") {
			d := fmt.Sprint("d", i)
			k.world.Donations[d] = fund.Donation{ID: d}
			plans = append(plans, &truth{shy: rapid.Bool().Draw(t, "shy"), PlanFact: fund.PlanFact{Ref: "sub" + d, Donation: d, Amount: usd(1000), Every: fund.Month}})
		}
		var told []fund.Facts // may be told again, at any time
		type point struct {
			at  time.Time
			mrr int64
		}
		points := []point{{newYear.Add(-time.Hour), 0}}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(1, 20*24).Draw(t, "hours")) * time.Hour)
			plans[rapid.IntRange(0, len(plans)-1).Draw(t, "which")].live(t, now)
			if len(told) > 0 && rapid.Bool().Draw(t, "again") {
				k.look(told[rapid.IntRange(0, len(told)-1).Draw(t, "old")])
			}
			if !rapid.Bool().Draw(t, "looked at") {
				continue
			}
			now = now.Add(time.Minute)
			here := point{at: now}
			for _, p := range plans {
				here.mrr += p.revenue(now)
				if p.State != "" {
					f := fund.Facts{AsOf: now, Plans: []fund.PlanFact{p.PlanFact}}
					told = append(told, f)
					k.look(f)
					k.look(f)
				}
			}
			points = append(points, here)
		}
		for i, a := range points {
			for _, b := range points[i:] {
				if got := k.upTo(a.at, b.at); got != b.mrr-a.mrr {
					t.Fatalf("from %v to %v the revenue went from %d to %d, the movements say %d: %+v", a.at, b.at, a.mrr, b.mrr, got, k.events)
				}
			}
		}
	})
}

// revenue is what all plans of the sandbox bring a month now.
func (r *rig) revenue() (sum int64) {
	r.t.Helper()
	st, err := r.sandbox.State(r.ctx)
	r.ok(err)
	for _, p := range st.Plans {
		sum += truth{PlanFact: fund.PlanFact{State: p.State, Amount: p.Amount, Every: p.Every, PausedAt: p.PausedAt, PastDueAt: p.PastDueAt}}.revenue(r.sandbox.Now())
	}
	return sum
}

func TestTheMovementsInTheDatabaseSumToTheDifferenceToo(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.gift("120.05", fund.Year)
		type point struct {
			at  time.Time
			mrr int64
		}
		points := []point{{newYear, 0}, {r.sandbox.Now(), r.revenue()}}
		chance := newDice(7)
		for range 40 {
			r.advance(1 + chance(25))
			p := r.planOf([]string{"sub_1", "sub_2"}[chance(2)])
			c := []fund.Change{
				{Do: fund.ChangeAmount, Amount: usd(int64(300 + chance(4000)))}, {Do: fund.ChangeEvery, Every: []fund.Every{fund.Month, fund.Year}[chance(2)]},
				{Do: fund.ChangePause, Until: r.sandbox.Now().AddDate(0, 1, 0)}, {Do: fund.ChangeResume}, {Do: fund.ChangeCancel}, {Do: fund.ChangeResume}, {Do: fund.ChangeMethod},
			}[chance(7)]
			if _, err := r.svc.Change(r.ctx, p.ID, c, id.New()); err != nil && fund.Refused(err) == nil {
				r.t.Fatal(err)
			}
			if chance(4) == 0 && p.State.Alive() {
				r.steer(`{"do":"decline","ref":"` + p.Ref + `"}`)
			}
			r.settle()
			r.planRound()
			if !r.planOf("sub_1").State.Alive() && !r.planOf("sub_2").State.Alive() {
				f := r.form("7.00", fund.Month)
				f.Campaign = fund.Campaign{} // it is over by now
				r.steer(`{"do":"pay","ref":"` + r.send(f) + `"}`)
				r.settle()
			}
			points = append(points, point{r.sandbox.Now(), r.revenue()})
		}
		for i, a := range points {
			for _, b := range points[i:] {
				list, err := r.store.PlanEvents(r.ctx, a.at, b.at)
				r.ok(err)
				var got int64
				for _, m := range fund.SumMoves(list) {
					got += m.Sum()
				}
				if got != b.mrr-a.mrr {
					r.t.Fatalf("from %v to %v the revenue went from %d to %d, the movements say %d", a.at, b.at, a.mrr, b.mrr, got)
				}
			}
		}
	})
}

// planOf is the plan with the sandbox's reference.
func (r *rig) planOf(ref string) fund.Plan {
	r.t.Helper()
	p, _, err := r.store.Plan(r.ctx, fund.PlanID("sandbox", ref))
	r.ok(err)
	return p
}

// newDice throws numbers below n, the same ones for the same seed.
func newDice(seed uint64) func(n int) int {
	return func(n int) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int(seed>>33) % n
	}
}

func TestAPlanThatStaysUnpaidLeavesTheRevenueAfterThirtyDays(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.provider = patient{r.sandbox}
		r.steer(`{"do":"decline","ref":"sub_1"}`)
		r.on("2026-02-16")
		r.planRound()
		for _, v := range []struct {
			day string
			mrr int64
		}{{"2026-02-27", 1000}, {"2026-03-16", 1000}, {"2026-03-18", 0}, {"2026-03-25", 0}} {
			r.on(v.day)
			r.planRound()
			if got := r.plan().MRR; got != v.mrr {
				r.t.Errorf("on %s the revenue is %d, want %d", v.day, got, v.mrr)
			}
		}
		r.wantHistory("new past_due overdue")
		r.wantMoves("2026-03-17", "2026-03-18", fund.RevenueMoves{Paused: -1000}) // thirty days after 15 February
	})
}

// patient is a provider that never gives up a charge.
type patient struct{ fund.Provider }

func (p patient) Fetch(ctx context.Context, ref fund.Ref) (fund.Facts, error) {
	f, err := p.Provider.Fetch(ctx, ref)
	for i, x := range f.Plans {
		if x.EndReason == fund.EndUnpaid {
			f.Plans[i].State, f.Plans[i].PastDueAt = fund.PlanPastDue, time.Date(2026, 2, 15, 9, 0, 0, 0, time.UTC)
			f.Plans[i].EndedAt, f.Plans[i].EndReason = time.Time{}, ""
		}
	}
	return f, err
}
