package worker_test

import (
	"context"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/worker"
)

// round is a newsroom whose provider sends no webhooks at all.
type round struct {
	t       *testing.T
	store   *store.Store
	clock   *clock.Manual
	sandbox *sandbox.Sandbox
	svc     *fund.Service
	runner  *worker.Runner
}

func newRound(t *testing.T, s *store.Store) *round {
	r := &round{t: t, store: s, clock: clock.At(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))}
	s.Clock = r.clock
	var err error
	r.sandbox, err = sandbox.Open(sandbox.Options{Clock: r.clock, Secrets: []string{"secret"}})
	r.ok(err)
	money := &clock.Shifted{Base: r.clock}
	r.sandbox.OnAdvance(func() { money.Set(r.sandbox.Offset()) })
	r.svc = &fund.Service{
		Store: s.Fund(), Providers: map[string]fund.Provider{sandbox.Key: r.sandbox}, Wall: r.clock, Money: money,
		Zone:      func() *time.Location { return time.UTC },
		ReturnURL: func(id, _ string) string { return "http://localhost/give/thanks/" + id },
		Label:     func(fund.Campaign, string) string { return "Costs" },
	}
	r.runner = worker.New(s, 2)
	worker.HandleFund(r.runner, s, r.svc)
	r.runner.Handle(job.FundThank, func(context.Context, job.Work) error { return nil })
	r.ok(s.Write(t.Context(), func(tx *store.Tx) error { return worker.StartFund(t.Context(), tx, r.svc) }))
	return r
}

func (r *round) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// pass lets time go by and does what is due.
func (r *round) pass(d time.Duration) {
	r.t.Helper()
	r.clock.Add(d)
	r.ok(r.runner.Drain(r.t.Context()))
}

func (r *round) pay() {
	r.t.Helper()
	d, err := r.svc.Begin(r.t.Context(), fund.Form{
		Nonce: id.New(), Currency: "USD", Every: "once", Choice: "25.00", Email: "reader@example.org", Provider: sandbox.Key,
	}, locale.For("en"))
	r.ok(err)
	r.ok(r.sandbox.Pay(r.t.Context(), d.Session))
}

func (r *round) received() int64 {
	r.t.Helper()
	m, err := r.store.GeneralMeter(r.t.Context(), "USD")
	r.ok(err)
	return m.Received
}

func TestCatchingUpGoesOnByItselfEveryQuarterOfAnHour(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRound(t, s)
		r.pass(0)
		for n := int64(1); n <= 3; n++ {
			r.pay()
			r.pass(14 * time.Minute)
			if got := r.received(); got != (n-1)*2500 {
				t.Errorf("after 14 minutes of round %d %d are received", n, got)
			}
			r.pass(time.Minute)
			if got := r.received(); got != n*2500 {
				t.Errorf("after 15 minutes of round %d %d are received", n, got)
			}
		}
	})
}

func TestAProviderThatDoesNotAnswerIsAskedAgainSoon(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	r := newRound(t, s)
	r.pass(0)
	r.pay()
	r.svc.Providers[sandbox.Key] = silent{r.sandbox}
	r.pass(15 * time.Minute)
	r.svc.Providers[sandbox.Key] = r.sandbox
	r.pass(time.Minute)
	if got := r.received(); got != 2500 {
		t.Errorf("received are %d", got)
	}
}

type silent struct{ fund.Provider }

func (silent) Since(context.Context, fund.Cursor) ([]fund.Ref, fund.Cursor, error) {
	return nil, "", context.DeadlineExceeded
}

func TestCampaignsBeginAndEndByTheMoneyClock(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRound(t, s)
		now := r.clock.Now()
		r.ok(s.Write(t.Context(), func(tx *store.Tx) error {
			for _, id := range []string{"bare", "c"} { // one without a goal holds up no other
				err := tx.PutCampaign(t.Context(), fund.Campaign{
					ID: id, Slug: id, Currency: "USD", State: fund.CampaignScheduled, StartsAt: now.AddDate(0, 0, 1), EndsAt: now.AddDate(0, 0, 10), CreatedAt: now,
				})
				if err != nil {
					return err
				}
			}
			return tx.SetGoal(t.Context(), "c", 1000, "", "", now)
		}))
		for _, v := range []struct {
			days int
			want fund.CampaignState
		}{{0, fund.CampaignScheduled}, {2, fund.CampaignLive}, {9, fund.CampaignEnded}} {
			r.ok(r.sandbox.Advance(time.Duration(v.days) * 24 * time.Hour))
			r.pass(15 * time.Minute)
			c, err := s.Campaign(t.Context(), "c")
			r.ok(err)
			if c.State != v.want {
				t.Errorf("%d days later the campaign is %s, want %s", v.days, c.State, v.want)
			}
		}
	})
}
