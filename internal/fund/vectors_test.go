package fund_test

import (
	"fmt"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// The numbers behind the tests are those of the vectors of the funding
// specification; so are the amounts.

func TestAGiftIsPostedOnceWithItsFee(t *testing.T) { // 1
	each(t, func(r *rig) {
		r.gift("25.00", fund.Once)
		r.want("C 2500, P 2397, fee 103, Income -2500")
		if s := r.state(r.last.ID); s != fund.DonationSucceeded {
			r.t.Errorf("the donation is %s", s)
		}
	})
}

func TestTheSameWebhookFourTimesIsOneGiftAndOneRowInTheInbox(t *testing.T) { // 2, 18
	each(t, func(r *rig) {
		ref := r.steer(`{"do":"pay","ref":"` + r.begin("25.00", fund.Once) + `"}`)
		body := hook("evt_again", "payment", ref)
		for range 4 {
			if got := r.post(r.signed(body, r.wall.Now()), body); got != 200 {
				r.t.Errorf("a repeated delivery is answered with %d", got)
			}
			r.wall.Add(time.Minute)
		}
		if kept, came, err := r.store.Deliveries(r.ctx, sandbox.Key); err != nil || kept != 1 || came != 4 {
			r.t.Errorf("%d deliveries kept of %d, %v; want 1 of 4", kept, came, err)
		}
		r.settle()
		r.want("C 2500, P 2397, fee 103, Income -2500")
	})
}

func TestTheEventsOfOnePaymentMayComeInAnyOrder(t *testing.T) { // 3
	each(t, func(r *rig) {
		for seed := range uint64(6) {
			r.sandbox.SetFaults(sandbox.Faults{Reorder: true, Duplicate: 0.5, Seed: seed})
			r.gift("25.00", fund.Once)
		}
		r.want("C 15000, P 14382, fee 618, Income -15000")
	})
}

func TestARefundThatIsHeardOfFirstIsPostedWithItsPayment(t *testing.T) { // 4
	each(t, func(r *rig) {
		r.sandbox.SetFaults(sandbox.Faults{Drop: 1})
		ref := r.gift("25.00", fund.Once)
		refund := r.steer(`{"do":"refund","ref":"` + ref + `"}`)
		for _, body := range [][]byte{hook("evt_a", "refund", refund), hook("evt_b", "payment", ref)} {
			r.post(r.signed(body, r.wall.Now()), body)
			r.settle()
			r.want("C 0, P -103, Income -2500, Refunded 2500")
		}
	})
}

func TestNoMoreIsRefundedThanIsLeft(t *testing.T) { // 5
	each(t, func(r *rig) {
		r.gift("100.00", fund.Once)
		o, err := r.store.DonationOutcome(r.ctx, r.last.ID)
		r.ok(err)
		give := func(minor int64) error {
			return r.svc.Refund(r.ctx, o.Payment.ID, money.Amount{Currency: "USD", Minor: minor}, id.New())
		}
		r.ok(give(3000))
		r.ok(give(2000))
		if err := give(6000); !fault.Is(err, fault.Conflict) {
			r.t.Errorf("the third refund is answered with %v, want a refusal of ours", err)
		}
		if err := give(-100); !fault.Is(err, fault.Invalid) {
			r.t.Errorf("a refund below zero is answered with %v", err)
		}
		r.settle()
		r.want("C 5000, P 4680, Refunded 5000")
	})
}

func TestARefundThatBouncesCountsAgain(t *testing.T) { // 6
	each(t, func(r *rig) {
		ref := r.gift("50.00", fund.Once)
		r.steer(`{"do":"refund","ref":"` + ref + `","fail":true}`)
		r.settle()
		r.want("C 0, Refunded 5000")
		r.advance(4)
		r.want("C 5000, P 4825, Refunded 0")
	})
}

func TestADisputeIsDeductedAtOnceAndDecidedByItsMovements(t *testing.T) { // 7, 8, 9
	for _, v := range []struct{ name, order, want string }{
		{"open", "", "C 0, P -1646, Disputed 4000, DisputeFees 1500"},
		{"won with its fee", `{"do":"win","ref":"%s"}`, "C 4000, P 3854, Disputed 0, DisputeFees 0"},
		{"won without its fee", `{"do":"win","ref":"%s","keep_fee":true}`, "C 4000, P 2354, Disputed 0, DisputeFees 1500"},
		{"lost", `{"do":"lose","ref":"%s"}`, "C 0, P -1646, Disputed 0, Chargebacks 4000"},
	} {
		t.Run(v.name, func(t *testing.T) {
			each(t, func(r *rig) {
				dispute := r.steer(`{"do":"dispute","ref":"` + r.gift("40.00", fund.Once) + `"}`)
				r.settle()
				if v.order != "" {
					r.steer(fmt.Sprintf(v.order, dispute))
					r.settle()
				}
				r.want(v.want)
			})
		})
	}
}

func TestAnInquiryMovesNoMoney(t *testing.T) { // 10
	each(t, func(r *rig) {
		inquiry := r.steer(`{"do":"dispute","inquiry":true,"ref":"` + r.gift("40.00", fund.Once) + `"}`)
		r.settle()
		r.want("C 4000, P 3854, Disputed 0")
		r.steer(`{"do":"win","ref":"` + inquiry + `"}`)
		r.settle()
		r.want("C 4000, P 3854, Disputed 0")
	})
}

func TestARefundAndALostDisputeOfOneGiftAddUp(t *testing.T) { // 11
	each(t, func(r *rig) {
		ref := r.gift("100.00", fund.Once)
		r.steer(`{"do":"refund","ref":"` + ref + `","amount":3000}`)
		dispute := r.steer(`{"do":"dispute","ref":"` + ref + `","amount":7000}`)
		r.settle()
		r.steer(`{"do":"lose","ref":"` + dispute + `"}`)
		r.settle()
		r.want("C 0, P -1820, Chargebacks 7000, Refunded 3000, Disputed 0")
	})
}

func TestCurrenciesKeepTheirOwnDecimals(t *testing.T) { // 12, 13, 14
	for _, v := range []struct {
		currency, typed, want string
		api                   int64
	}{
		{"JPY", "3000", "C 3000, P 2892", 3000},
		{"KWD", "5.120", "C 5120", 5120},
		{"UGX", "5000", "C 5000", 500000},
	} {
		t.Run(v.currency, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				r := newRig(t, s, v.currency)
				r.gift(v.typed, fund.Once)
				r.want(v.want)
				st, err := r.sandbox.State(r.ctx)
				r.ok(err)
				if got := st.Sessions[0].APIAmount; got != v.api {
					t.Errorf("the provider's API is given %d, want %d", got, v.api)
				}
			})
		})
	}
}

func TestAnAmountTooFineForTheProviderIsAnsweredWithTheNearestOnes(t *testing.T) { // 13
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRig(t, s, "KWD")
		_, err := r.svc.Begin(r.ctx, r.form("5.125", fund.Once), locale.For("en"))
		want := "This amount is too finely divided. The nearest ones are KWD\u00a05.120 and KWD\u00a05.130."
		if f := fieldsOf(err); f["amount"] != want {
			t.Errorf("the form says %q, want %q", f["amount"], want)
		}
	})
}

func TestDeliveriesThatAreNotProvenLeaveNothing(t *testing.T) { // 16, 17, 19, 20
	each(t, func(r *rig) {
		ref := r.steer(`{"do":"pay","ref":"` + r.begin("25.00", fund.Once) + `"}`)
		now := r.wall.Now()
		body := hook("evt_1", "payment", ref)
		live := []byte(`{"id":"evt_1","object":"event","type":"charge.succeeded","livemode":true,"data":{"object":{"id":"` + ref + `","object":"payment"}}}`)
		good := r.signed(body, now)[sandbox.SignatureHeader]
		for name, v := range map[string]struct {
			header string
			body   []byte
			status int
		}{
			"forged":          {r.signed(body, now)[sandbox.SignatureHeader][:13] + "v1=" + sandbox.Sign("guess", now, body), body, 400},
			"space added":     {good, append(body[:len(body):len(body)], ' '), 400},
			"v0 only":         {fmt.Sprintf("t=%d,v0=%s", now.Unix(), sandbox.Sign(secret, now, body)), body, 400},
			"without":         {"", body, 400},
			"ten minutes old": {r.signed(body, now.Add(-10*time.Minute))[sandbox.SignatureHeader], body, 400},
			"from the future": {r.signed(body, now.Add(10*time.Minute))[sandbox.SignatureHeader], body, 400},
			"live":            {r.signed(live, now)[sandbox.SignatureHeader], live, 400},
			"no event":        {r.signed([]byte("[]"), now)[sandbox.SignatureHeader], []byte("[]"), 400},
			"too large":       {good, make([]byte, fund.MaxBody+1), 413},
		} {
			if got := r.post(map[string]string{sandbox.SignatureHeader: v.header}, v.body); got != v.status {
				r.t.Errorf("a delivery that is %s is answered with %d, want %d", name, got, v.status)
			}
		}
		if kept, _, err := r.store.Deliveries(r.ctx, sandbox.Key); err != nil || kept != 0 {
			r.t.Errorf("%d deliveries were kept, %v", kept, err)
		}
		r.ok(r.jobs.Drain(r.ctx))
		if n := len(r.hashes()); n != 0 {
			r.t.Errorf("%d entries were posted", n)
		}
		if got := r.post(map[string]string{sandbox.SignatureHeader: good}, body); got != 200 {
			r.t.Errorf("the good delivery is answered with %d", got)
		}
	})
}

func TestOneAddressIsOneDonor(t *testing.T) { // 21, but for the address that is changed in between
	each(t, func(r *rig) {
		r.gift("10.00", fund.Once)
		f := r.form("15.00", fund.Once)
		f.Email = " Reader@Example.org"
		r.steer(`{"do":"pay","ref":"` + r.send(f) + `"}`)
		r.settle()
		r.want("C 2500, P 2367")
		m, err := r.store.CampaignMeter(r.ctx, r.reload())
		r.ok(err)
		if m.Donors != 1 {
			r.t.Errorf("%d donors, want 1", m.Donors)
		}
	})
}

func TestADoubleClickIsOneIntent(t *testing.T) { // 24
	each(t, func(r *rig) {
		f := r.form("25.00", fund.Once)
		first, second := r.send(f), r.send(f)
		if first != second {
			r.t.Errorf("two sessions, %s and %s, for one form", first, second)
		}
		f.Own = "50.00"
		if _, err := r.svc.Begin(r.ctx, f, locale.For("en")); fieldsOf(err)["form"] == "" {
			r.t.Errorf("the form with another amount is answered with %v", err)
		}
		st, err := r.sandbox.State(r.ctx)
		r.ok(err)
		if len(st.Sessions) != 1 {
			r.t.Errorf("%d sessions at the provider", len(st.Sessions))
		}
	})
}

func TestTwoPaidTabsAreBothCountedAndShownToStaff(t *testing.T) { // 25
	each(t, func(r *rig) {
		a, b := r.begin("25.00", fund.Once), r.begin("25.00", fund.Once)
		r.steer(`{"do":"pay","ref":"` + a + `"}`)
		r.steer(`{"do":"pay","ref":"` + b + `"}`)
		r.settle()
		r.want("C 5000, P 4794")
		if n := r.tasks(fund.TaskDuplicate); n != 1 {
			r.t.Errorf("%d tasks about doubles, want 1", n)
		}
		o, err := r.store.DonationOutcome(r.ctx, r.last.ID)
		r.ok(err)
		r.ok(r.svc.Refund(r.ctx, o.Payment.ID, o.Payment.Amount, id.New()))
		r.want("C 2500")
	})
}

func TestADroppedDeliveryIsFoundByCatchingUp(t *testing.T) { // 31
	each(t, func(r *rig) {
		r.sandbox.SetFaults(sandbox.Faults{Drop: 1})
		r.gift("25.00", fund.Once)
		r.wantNothing()
		r.catchUp()
		r.want("C 2500, P 2397, fee 103, Income -2500")
	})
}

func (r *rig) wantNothing() {
	r.t.Helper()
	if n := len(r.hashes()); n != 0 {
		r.t.Errorf("%d entries although nothing was delivered", n)
	}
}

func TestAPaymentCountsByTheTimeOfItsSession(t *testing.T) { // 39
	each(t, func(r *rig) {
		end := r.campaign.EndsAt
		r.ok(r.sandbox.AdvanceTo(end.Add(-10 * time.Minute)))
		late := r.begin("25.00", fund.Once)
		r.ok(r.sandbox.AdvanceTo(end.Add(7 * time.Minute)))
		r.steer(`{"do":"pay","ref":"` + late + `"}`)
		r.settle()
		r.want("C 2500, Income -2500")
		if _, err := r.svc.Begin(r.ctx, r.form("10.00", fund.Once), locale.For("en")); fieldsOf(err)["form"] == "" {
			r.t.Errorf("a gift to an ended campaign is answered with %v", err)
		}
	})
}

func TestASessionOpenedAfterTheEndGoesToTheGeneralFund(t *testing.T) { // 39
	each(t, func(r *rig) {
		r.ok(r.sandbox.AdvanceTo(r.campaign.EndsAt.Add(-time.Second)))
		r.provider = slow{r.sandbox, func() { r.ok(r.sandbox.Advance(time.Minute)) }}
		r.gift("25.00", fund.Once)
		r.want("C 0, Income -2500")
		m, err := r.store.GeneralMeter(r.ctx, "USD")
		r.ok(err)
		if m.Received != 2500 || m.Donors != 1 {
			r.t.Errorf("the general fund has %d of %d donors, want 2500 of 1", m.Received, m.Donors)
		}
	})
}

func TestAGoalMayRiseAndWasReachedAllTheSame(t *testing.T) { // 40
	each(t, func(r *rig) {
		r.gift("10000.00", fund.Once)
		reached := r.reload().GoalReachedAt
		if reached.IsZero() {
			r.t.Fatal("the goal was reached, and nobody wrote down when")
		}
		r.write(func(tx *store.Tx) error {
			return tx.SetGoal(r.ctx, r.campaign.ID, 1_200_000, "a second reporter", "", r.wall.Now())
		})
		m, err := r.store.CampaignMeter(r.ctx, r.reload())
		r.ok(err)
		if m.Percent() != 83 || m.Reached() || m.Campaign.GoalReachedAt != reached {
			r.t.Errorf("%d %%, reached %v at %v", m.Percent(), m.Reached(), m.Campaign.GoalReachedAt)
		}
		goals, err := r.store.Goals(r.ctx, r.campaign.ID)
		r.ok(err)
		if len(goals) != 2 || goals[0].Minor != 1_200_000 || goals[1].Minor != 1_000_000 {
			r.t.Errorf("the goals on record are %+v", goals)
		}
	})
}

func TestAPayoutArrivesOrComesBack(t *testing.T) { // 41
	each(t, func(r *rig) {
		r.gift("25.00", fund.Once)
		r.steer(`{"do":"payout","fail":true}`)
		r.settle()
		r.want("P 0, InTransit 2397, B 0")
		r.advance(3)
		r.want("P 2397, InTransit 0, B 0")
		r.steer(`{"do":"payout"}`)
		r.advance(3)
		r.want("P 0, InTransit 0, B 2397, C 2500")
	})
}

func TestMoneyThatIsNoDonationOfOursIsHeldAndShown(t *testing.T) {
	each(t, func(r *rig) {
		h, err := r.sandbox.Begin(r.ctx, fund.Intent{ID: "somebody-elses", Amount: money.Amount{Currency: "USD", Minor: 2500}, Every: fund.Once}, "k")
		r.ok(err)
		ref := r.steer(`{"do":"pay","ref":"` + h.Ref.ID + `"}`)
		r.settle()
		r.want("C 0, P 2397, Income 0, Unallocated -2397")
		r.steer(`{"do":"refund","ref":"` + ref + `"}`)
		r.settle()
		r.catchUp()
		r.want("C 0, P -103, Income 0, Unallocated 103")
		if r.tasks(fund.TaskUnknownPayment) != 1 || r.tasks(fund.TaskSuspense) != 2 {
			r.t.Errorf("%d and %d tasks, want 1 and 2", r.tasks(fund.TaskUnknownPayment), r.tasks(fund.TaskSuspense))
		}
	})
}

func TestADonorIsThankedOnceForEachPayment(t *testing.T) {
	each(t, func(r *rig) {
		r.sandbox.SetFaults(sandbox.Faults{Duplicate: 1, Reorder: true})
		r.gift("10.00", fund.Month)
		r.advance(31)
		r.catchUp()
		r.ok(r.jobs.Drain(r.ctx))
		list, err := r.store.Mails(r.ctx, 10, 0)
		r.ok(err)
		if len(list) != 2 || list[0].ToAddress != "reader@example.org" || list[0].Kind != "gift" {
			r.t.Errorf("the outbox holds %+v", list)
		}
	})
}
