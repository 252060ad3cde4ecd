package fund_test

import (
	"errors"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/store"
)

// giveAs is a single gift of somebody. It returns the provider's payment.
func (r *rig) giveAs(email, amount string) string {
	r.t.Helper()
	f := r.form(amount, fund.Once)
	f.Email = email
	ref := r.steer(`{"do":"pay","ref":"` + r.send(f) + `"}`)
	r.settle()
	return ref
}

func TestASponsorMatchesEachGiverUpToTheLimitAndTheBooksStayAsTheyAre(t *testing.T) { // scenario 42
	each(t, func(r *rig) {
		m := fund.Matching{CampaignID: r.campaign.ID, Sponsor: "Weir Mill", Num: 1, Den: 1, DonorCap: 10_000, TotalCap: 1_000_000,
			From: r.campaign.StartsAt, To: r.campaign.EndsAt, Document: "letter of 3 January"}
		r.write(func(tx *store.Tx) error {
			_, err := tx.SaveMatching(r.ctx, store.System, m)
			return err
		})
		matched := func() int64 {
			list, err := r.store.Matchings(r.ctx, r.campaign.ID)
			r.ok(err)
			return list[0].Matched
		}
		first := r.giveAs("a@example.org", "60.00")
		r.giveAs("a@example.org", "60.00")
		r.giveAs("b@example.org", "2000.00")
		if got := matched(); got != 20_000 {
			r.t.Errorf("A gave 60 and 60, B 2000: %d are added, want 20000", got)
		}
		r.want("C 212000, Income -212000")
		r.ok(r.store.TurnMatchings(r.ctx, r.svc.Money.Now()))
		r.steer(`{"do":"refund","ref":"` + first + `"}`)
		r.settle()
		if got := matched(); got != 16_000 {
			r.t.Errorf("A's first was refunded: %d are added, want 16000", got)
		}
		r.want("C 206000, Income -212000, Refunded 6000")
		if got := r.account("Income:Matching"); got != 0 {
			r.t.Errorf("a promise is booked with %d", got)
		}
	})
}

func TestAGiverWhoCoversTheFeeSeesTheSumFirstAndGivesAllOfIt(t *testing.T) { // scenario 43
	each(t, func(r *rig) {
		f := r.form("50.00", fund.Once)
		f.Cover = true
		_, err := r.svc.Begin(r.ctx, f, locale.For("en"))
		var asked *fund.CoverAsked
		if !errors.As(err, &asked) || asked.Gift.Minor != 5000 || asked.Total.Minor != 5180 || asked.Fee().Minor != 180 {
			r.t.Fatalf("the first sending is answered with %v", err)
		}
		if st, err := r.sandbox.State(r.ctx); err != nil || len(st.Sessions) != 0 {
			r.t.Errorf("the provider heard of it already: %v %v", st.Sessions, err)
		}
		f.Own, f.Total = "60.00", asked.Total.Decimal() // changed after the sum was shown
		if _, err := r.svc.Begin(r.ctx, f, locale.For("en")); !errors.As(err, &asked) {
			r.t.Fatalf("a sum that is not of this amount is answered with %v", err)
		}
		f.Own, f.Total = "50.00", "51.80"
		r.steer(`{"do":"pay","ref":"` + r.send(f) + `"}`)
		r.settle()
		r.want("C 5180, P 5000, fee 180, Income -5180")
		o, err := r.store.DonationOutcome(r.ctx, r.last.ID)
		r.ok(err)
		if o.Donation.Cover != 180 || o.Payment.Amount.Minor != 5180 { // what a receipt is written on
			r.t.Errorf("cover %d, payment %v; want 180 and 51.80", o.Donation.Cover, o.Payment.Amount)
		}
	})
}

func TestAGoalThatRoseWasReachedAllTheSameAndBothGoalsArePublic(t *testing.T) { // scenario 40
	each(t, func(r *rig) {
		r.gift("10000.00", fund.Once)
		reached := r.reload().GoalReachedAt
		if reached.IsZero() {
			r.t.Fatal("the goal was reached, and nobody wrote down when")
		}
		r.write(func(tx *store.Tx) error {
			_, err := tx.SaveCampaign(r.ctx, store.Actor{Name: "Tess"}, r.reload(), store.NewGoal{Minor: 1_200_000, Reason: "a second reporter"}, r.wall.Now())
			return err
		})
		m, err := r.store.CampaignMeter(r.ctx, r.reload())
		r.ok(err)
		if m.Percent() != 83 || m.Reached() || m.Campaign.GoalReachedAt != reached {
			r.t.Errorf("%d %%, reached %v at %v; want 83 %%, not now but at %v", m.Percent(), m.Reached(), m.Campaign.GoalReachedAt, reached)
		}
		goals, err := r.store.Goals(r.ctx, r.campaign.ID)
		r.ok(err)
		public := m.Campaign.PublicGoals(goals)
		if len(public) != 2 || public[0].Minor != 1_200_000 || public[0].Reason != "a second reporter" || public[1].Minor != 1_000_000 {
			r.t.Errorf("readers see the goals %+v", public)
		}
		r.write(func(tx *store.Tx) error {
			return tx.SetGoal(r.ctx, r.campaign.ID, 900_000, "less is needed", "", r.wall.Now())
		})
		if m, err = r.store.CampaignMeter(r.ctx, r.reload()); err != nil || m.Percent() != 111 {
			r.t.Errorf("of a goal of 9,000 there are %d %%, %v; want 111", m.Percent(), err)
		}
	})
}

func TestASessionOfTenToMidnightCountsAndOneOfAMinutePastGoesToTheGeneralFund(t *testing.T) { // scenario 39
	each(t, func(r *rig) {
		end := r.campaign.EndsAt // the last moment of 31 December
		r.ok(r.sandbox.AdvanceTo(end.Add(-10*time.Minute + time.Millisecond)))
		early := r.begin("25.00", fund.Once)
		r.ok(r.sandbox.AdvanceTo(end.Add(7*time.Minute + time.Millisecond)))
		r.steer(`{"do":"pay","ref":"` + early + `"}`)
		r.settle()
		r.want("C 2500, Income -2500")
		r.ok(r.svc.Turn(r.ctx))
		if s := r.reload().State; s != fund.CampaignEnded {
			r.t.Errorf("the campaign is %s", s)
		}
		f := r.form("40.00", fund.Once)
		f.Campaign = fund.Campaign{} // the form of /give, where readers are led now
		r.steer(`{"do":"pay","ref":"` + r.send(f) + `"}`)
		r.settle()
		r.want("C 2500, Income -6500")
		m, err := r.store.GeneralMeter(r.ctx, "USD")
		r.ok(err)
		if m.Received != 4000 {
			r.t.Errorf("the general fund has %d, want 4000", m.Received)
		}
	})
}

func TestRenewalsAfterTheEndGoToTheGeneralFund(t *testing.T) {
	each(t, func(r *rig) {
		r.ok(r.sandbox.AdvanceTo(r.campaign.EndsAt.Add(-48 * time.Hour)))
		r.gift("10.00", fund.Month)
		r.advance(40)
		r.want("C 1000, Income -2000")
	})
}

func TestOnlyAmountsThatCanBeReadInOneWayAreTaken(t *testing.T) { // scenario 46
	each(t, func(r *rig) {
		for typed, want := range map[string]int64{"−5": 0, "-5": 0, "0": 0, "1e9": 0, "NaN": 0, "25.001": 0, "25,001": 0, "10,00": 1000, "١٠": 1000} {
			d, err := r.svc.Begin(r.ctx, r.form(typed, fund.Once), locale.For("de"))
			if d.Amount.Minor != want || (want == 0) != (fieldsOf(err)["amount"] != "") {
				r.t.Errorf("%s: %d, %v; want %d", typed, d.Amount.Minor, err, want)
			}
		}
		if n := r.sessions(); n != 2 {
			r.t.Errorf("%d sessions at the provider, want 2", n)
		}
	})
}
