package fund_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/guard"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/store"
)

func TestADebitIsNoMoneyBeforeItHasCleared(t *testing.T) { // 32
	for name, v := range map[string]struct {
		end  string
		want string
		is   fund.DonationState
	}{
		"bounced": {"bounce", "C 0, P 0, Income 0", fund.DonationFailed},
		"cleared": {"clear", "C 2500, P 2397, fee 103, Income -2500", fund.DonationSucceeded},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(r *rig) {
				session := r.begin("25.00", fund.Once)
				r.steer(`{"do":"pay","async":true,"ref":"` + session + `"}`)
				r.settle()
				r.wantNothing()
				if s := r.state(r.last.ID); s != fund.DonationProcessing {
					r.t.Errorf("the donation is %s while its money is on the way", s)
				}
				r.advance(5) // longer than a session lives
				r.catchUp()
				r.wantNothing()
				r.steer(`{"do":"` + v.end + `","ref":"` + session + `"}`)
				r.settle()
				r.catchUp()
				r.want(v.want)
				if s := r.state(r.last.ID); s != v.is {
					r.t.Errorf("the donation is %s, want %s", s, v.is)
				}
			})
		})
	}
}

func TestADebitThatBouncedCanNotBePaidAtItsOldPlace(t *testing.T) {
	each(t, func(r *rig) {
		f := r.form("25.00", fund.Once)
		session := r.send(f)
		r.steer(`{"do":"pay","async":true,"ref":"` + session + `"}`)
		r.steer(`{"do":"bounce","ref":"` + session + `"}`)
		r.settle()
		if d, err := r.svc.Begin(r.ctx, f, locale.For("en")); fieldsOf(err)["form"] == "" {
			r.t.Errorf("the same form once more is answered with %q, %v", d.URL, err)
		}
	})
}

func TestPartsThatComeLateAddUp(t *testing.T) { // 45
	each(t, func(r *rig) {
		session := r.begin("40.00", fund.Once)
		r.steer(`{"do":"part","ref":"` + session + `","amount":2000}`)
		r.settle()
		r.want("C 2000, Income -2000")
		r.advance(1)
		r.catchUp()
		if s := r.state(r.last.ID); s != fund.DonationSucceeded {
			r.t.Errorf("the donation is %s", s)
		}
		r.sandbox.SetFaults(sandbox.Faults{Drop: 1})
		r.steer(`{"do":"part","ref":"` + session + `"}`)
		r.catchUp()
		r.want("C 4000, P 3824, fee 176, Income -4000")
		if n := r.tasks(fund.TaskMismatch) + r.tasks(fund.TaskDuplicate); n != 0 {
			r.t.Errorf("%d tasks although all is well", n)
		}
	})
}

func TestAWarningIsAnsweredByARefund(t *testing.T) { // 49
	each(t, func(r *rig) {
		ch := r.gift("25.00", fund.Once)
		r.steer(`{"do":"warn","ref":"` + ch + `"}`)
		r.settle()
		r.want("C 0, P -103, Refunded 2500")
		if n := r.tasks(fund.TaskWarning); n != 0 {
			r.t.Errorf("%d tasks although it is settled", n)
		}
		if _, err := r.sandbox.Steer(r.ctx, []byte(`{"do":"dispute","ref":"`+ch+`"}`)); err == nil {
			r.t.Error("the whole refund does not keep a dispute away")
		}
	})
}

func TestAWarningThatNoRefundMayAnswerGoesToStaff(t *testing.T) { // 49
	for name, give := range map[string]func(r *rig) string{
		"above the cap": func(r *rig) string { return r.gift("100.01", fund.Once) },
		"a plan":        func(r *rig) string { return r.gift("10.00", fund.Month) },
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(r *rig) {
				ch := give(r)
				before := r.received()
				r.steer(`{"do":"warn","ref":"` + ch + `"}`)
				r.settle()
				if r.received() != before || r.tasks(fund.TaskWarning) != 1 {
					r.t.Errorf("received %d of %d, %d tasks", r.received(), before, r.tasks(fund.TaskWarning))
				}
			})
		})
	}
}

func TestADisputeThatComesWhileAWarningWaitsIsNotPaidTwice(t *testing.T) { // 49
	each(t, func(r *rig) {
		ch := r.gift("25.00", fund.Once)
		r.steer(`{"do":"warn","ref":"` + ch + `"}`)
		r.sandbox.Flush(r.ctx) // the warning is in the inbox, and nobody has looked
		r.steer(`{"do":"dispute","ref":"` + ch + `"}`)
		r.settle()
		r.want("C 0, P -1603, Disputed 2500, Refunded 0")
		if n := r.tasks(fund.TaskWarning); n != 1 {
			r.t.Errorf("%d tasks for staff, want 1", n)
		}
		o, err := r.store.DonationOutcome(r.ctx, r.last.ID)
		r.ok(err)
		some := o.Payment.Amount
		for _, some.Minor = range []int64{100, 2500} {
			if err := r.svc.Refund(r.ctx, o.Payment.ID, some, id.New()); !fault.Is(err, fault.Conflict) {
				r.t.Errorf("a refund of %s beside the dispute is answered with %v", some, err)
			}
		}
		r.steer(`{"do":"lose","ref":"dp_1"}`)
		r.settle()
		r.want("C 0, P -1603, Chargebacks 2500, Refunded 0")
		if n := r.tasks(fund.TaskLostTwice); n != 0 {
			r.t.Errorf("%d alarms of money lost twice", n)
		}
	})
}

func TestAWarningIsAnsweredByWhatIsTrueNow(t *testing.T) { // 49
	each(t, func(r *rig) {
		ch := r.gift("25.00", fund.Once)
		r.sandbox.SetFaults(sandbox.Faults{Drop: 1})
		r.steer(`{"do":"warn","ref":"` + ch + `"}`)
		seen, err := r.sandbox.Fetch(r.ctx, fund.Ref{Kind: fund.KindPayment, ID: ch})
		r.ok(err)
		r.apply(seen)
		r.wall.Add(time.Second)
		r.steer(`{"do":"dispute","ref":"` + ch + `","amount":1000}`) // of which nobody has told us
		r.ok(r.svc.AnswerWarnings(r.ctx))
		r.want("C 1500, Disputed 1000, Refunded 0")
		if n := r.tasks(fund.TaskWarning); n != 1 {
			r.t.Errorf("%d tasks for staff, want 1", n)
		}
	})
}

func TestMoneyLostTwiceIsNeverWithoutAFlag(t *testing.T) { // 49
	each(t, func(r *rig) {
		ch := r.gift("25.00", fund.Once)
		r.steer(`{"do":"warn","ref":"` + ch + `"}`)
		r.settle()
		r.steer(`{"do":"dispute","ref":"` + ch + `","force":true}`)
		r.settle()
		r.want("C -2500, P -4103, Refunded 2500, Disputed 2500")
		if n := r.tasks(fund.TaskLostTwice); n != 1 {
			r.t.Errorf("%d alarms, want 1", n)
		}
	})
}

func TestARefundBesideADisputeOverAPartIsRefusedUntilItsEnd(t *testing.T) {
	each(t, func(r *rig) {
		ch := r.gift("25.00", fund.Once)
		r.steer(`{"do":"dispute","ref":"` + ch + `","amount":1000}`)
		r.settle()
		o, err := r.store.DonationOutcome(r.ctx, r.last.ID)
		r.ok(err)
		some := money.Amount{Currency: "USD", Minor: 500}
		if err := r.svc.Refund(r.ctx, o.Payment.ID, some, id.New()); !fault.Is(err, fault.Conflict) {
			r.t.Errorf("of what is not disputed a refund is answered with %v", err)
		}
		r.steer(`{"do":"win","ref":"dp_1"}`)
		r.settle()
		r.ok(r.svc.Refund(r.ctx, o.Payment.ID, some, id.New()))
		r.want("C 2000, Refunded 500, Disputed 0")
	})
}

func TestARefundBesideAnOpenInquiryIsAllowed(t *testing.T) {
	each(t, func(r *rig) {
		ch := r.gift("25.00", fund.Once)
		r.steer(`{"do":"dispute","inquiry":true,"ref":"` + ch + `"}`)
		r.settle()
		o, err := r.store.DonationOutcome(r.ctx, r.last.ID)
		r.ok(err)
		r.ok(r.svc.Refund(r.ctx, o.Payment.ID, o.Payment.Amount, id.New()))
		r.want("C 0, Refunded 2500")
	})
}

// suspicious gives with a form that speaks against its donor.
func (r *rig) suspicious() (payment string) {
	r.t.Helper()
	session := r.begin("3.00", fund.Once)
	r.write(func(tx *store.Tx) error {
		return tx.Suspect(r.ctx, r.last.ID, []guard.Reason{guard.RefusedBefore, guard.SmallBurst})
	})
	r.steer(`{"do":"pay","ref":"` + session + `"}`)
	r.settle()
	o, err := r.store.DonationOutcome(r.ctx, r.last.ID)
	r.ok(err)
	return o.Payment.ID
}

func (r *rig) mails() (kinds []string) {
	r.t.Helper()
	list, err := r.store.Mails(r.ctx, 10, 0)
	r.ok(err)
	for _, m := range list {
		kinds = append(kinds, m.Kind)
	}
	return kinds
}

func (r *rig) round() {
	r.t.Helper()
	r.write(func(tx *store.Tx) error { return tx.Enqueue(r.ctx, job.Round()) })
	r.ok(r.jobs.Drain(r.ctx))
}

func TestASuspiciousGiftIsInTheBooksAndWaitsForAPerson(t *testing.T) {
	each(t, func(r *rig) {
		payment := r.suspicious()
		r.want("C 300, P 261")
		held, err := r.store.Held(r.ctx, payment)
		r.ok(err)
		if !held || r.tasks(fund.TaskHeld) != 1 || fmt.Sprint(r.mails()) != "[held]" {
			r.t.Errorf("held %v, %d tasks, mails %v", held, r.tasks(fund.TaskHeld), r.mails())
		}
		r.write(func(tx *store.Tx) error {
			return tx.EndHold(r.ctx, store.System, payment, fund.HoldAccepted, r.svc.Money.Now())
		})
		r.ok(r.jobs.Drain(r.ctx))
		if held, _ := r.store.Held(r.ctx, payment); held || r.tasks(fund.TaskHeld) != 0 || len(r.mails()) != 2 {
			r.t.Errorf("after it was accepted: held %v, %d tasks, mails %v", held, r.tasks(fund.TaskHeld), r.mails())
		}
		r.want("C 300, P 261")
	})
}

func TestAGiftThatNobodyLookedAtIsAcceptedInTime(t *testing.T) {
	each(t, func(r *rig) {
		payment := r.suspicious()
		r.steer(`{"do":"advance","days":2}`)
		r.round()
		if held, _ := r.store.Held(r.ctx, payment); !held {
			r.t.Error("it was let go before its time")
		}
		r.steer(`{"do":"advance","days":2}`) // nobody was at the desk, nor the program
		r.round()
		if held, _ := r.store.Held(r.ctx, payment); held || len(r.mails()) != 2 {
			r.t.Errorf("held %v, mails %v", held, r.mails())
		}
		err := r.store.Write(r.ctx, func(tx *store.Tx) error {
			return tx.EndHold(r.ctx, store.System, payment, fund.HoldRefunded, r.svc.Money.Now())
		})
		if !fault.Is(err, fault.Conflict) {
			r.t.Errorf("deciding it again is answered with %v", err)
		}
	})
}

func TestAGiftGivenBackElsewhereWaitsNoLonger(t *testing.T) {
	each(t, func(r *rig) {
		payment := r.suspicious()
		p, _, err := r.store.Payment(r.ctx, payment)
		r.ok(err)
		r.ok(r.svc.Refund(r.ctx, payment, p.Amount, id.New()))
		r.round()
		h, err := r.store.Hold(r.ctx, payment)
		r.ok(err)
		if h.State != fund.HoldRefunded || r.tasks(fund.TaskHeld) != 0 || slices.Contains(r.mails(), "gift") {
			r.t.Errorf("%+v, %d tasks, mails %v", h, r.tasks(fund.TaskHeld), r.mails())
		}
	})
}

func TestOneReasonAloneHoldsNothing(t *testing.T) {
	each(t, func(r *rig) {
		session := r.begin("25.00", fund.Once)
		for range 5 { // a person with an empty account
			r.steer(`{"do":"decline","ref":"` + session + `"}`)
		}
		r.steer(`{"do":"pay","ref":"` + session + `"}`)
		r.settle()
		o, err := r.store.DonationOutcome(r.ctx, r.last.ID)
		r.ok(err)
		if held, _ := r.store.Held(r.ctx, o.Payment.ID); held {
			r.t.Error("the gift is held")
		}
		list, err := r.store.Refusals(r.ctx, newYear, 100)
		r.ok(err)
		if len(list) != 5 || list[0].Donation != r.last.ID {
			r.t.Errorf("the refused attempts on record are %+v", list)
		}
	})
}

func TestAnEventOfTheOtherModeIsRefusedAndAlarms(t *testing.T) { // 20
	each(t, func(r *rig) {
		ch := r.gift("25.00", fund.Once)
		kept, _, err := r.store.Deliveries(r.ctx, sandbox.Key)
		r.ok(err)
		events := r.sandbox.Events(r.ctx)
		r.steer(`{"do":"live","ref":"` + ch + `"}`)
		now := r.sandbox.Events(r.ctx)
		body := now[len(now)-1]
		for range 2 {
			if got := r.post(r.signed(body, r.wall.Now()), body); got != 400 {
				r.t.Errorf("it is answered with %d", got)
			}
		}
		after, _, err := r.store.Deliveries(r.ctx, sandbox.Key)
		r.ok(err)
		if len(now) != len(events)+1 || after != kept || r.tasks(fund.TaskMode) != 1 {
			r.t.Errorf("%d deliveries kept, %d alarms", after-kept, r.tasks(fund.TaskMode))
		}
		r.want("C 2500")
	})
}
