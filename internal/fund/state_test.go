package fund

import (
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
)

func TestOnlyTheStepsOfTheTablesAreTaken(t *testing.T) {
	for _, v := range []struct {
		name string
		ok   bool
		want bool
	}{
		{"a draft is not live at once", campaigns.may(CampaignDraft, CampaignLive), false},
		{"a paused campaign goes on", campaigns.may(CampaignPaused, CampaignLive), true},
		{"a cancelled campaign stays so", campaigns.reaches(CampaignCancelled, CampaignLive), false},
		{"an archived one too", campaigns.reaches(CampaignArchived, CampaignLive), false},
		{"a late payment is real money", donations.reaches(DonationExpired, DonationSucceeded), true},
		{"a success is final", donations.reaches(DonationSucceeded, DonationFailed), false},
		{"a failed attempt may be followed by a good one", donations.reaches(DonationFailed, DonationSucceeded), true},
		{"a cancelled gift stays so", donations.reaches(DonationCancelled, DonationSucceeded), false},
		{"a cancelled plan stays so", plans.reaches(PlanCancelled, PlanActive), false},
		{"an unpaid plan may be paid", plans.may(PlanUnpaid, PlanActive), true},
		{"a plan that never began stays so", plans.reaches(PlanIncompleteExpired, PlanActive), false},
		{"a refund may bounce afterwards", refunds.may(RefundSucceeded, RefundFailed), true},
		{"a bounced refund stays so", refunds.reaches(RefundFailed, RefundSucceeded), false},
		{"a lost dispute is not won", disputes.reaches(DisputeLost, DisputeWon), false},
		{"an inquiry may become a dispute", disputes.reaches(DisputeInquiry, DisputeLost), true},
		{"a payout may come back after it arrived", payouts.may(PayoutPaid, PayoutFailed), true},
		{"a cancelled payout stays so", payouts.reaches(PayoutCancelled, PayoutPaid), false},
	} {
		if v.ok != v.want {
			t.Errorf("%s: %v", v.name, v.ok)
		}
	}
	if _, err := CampaignDraft.Move(CampaignLive); !fault.Is(err, fault.Conflict) {
		t.Errorf("a draft that is made live is answered with %v", err)
	}
}

func TestAFactAgainstTheTableLeavesTheStateAndIsNoted(t *testing.T) {
	w := World{Provider: "p", Zone: time.UTC, Donations: map[string]Donation{"d": {ID: "d", State: DonationCancelled}}, Plans: map[string]Plan{"s": {Ref: "s", State: PlanCancelled}}}
	c := Reduce(w, Facts{AsOf: time.Unix(9, 0), Plans: []PlanFact{{Ref: "s", Donation: "d", State: PlanActive}}, Sessions: []SessionFact{{Ref: "x", Donation: "d", State: SessionOpen}}})
	if len(c.Rejected) != 2 || len(c.Plans) != 0 || c.Donations[0].State != DonationCancelled {
		t.Errorf("%+v", c)
	}
}

func TestMonthEndsAreKept(t *testing.T) {
	at := func(s string) time.Time {
		d, err := time.Parse(time.DateTime, s+" 10:30:00")
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, v := range []struct {
		anchor string
		every  Every
		n      int
		want   string
	}{
		{"2026-01-31", Month, 1, "2026-02-28"}, {"2026-01-31", Month, 2, "2026-03-31"}, {"2026-01-31", Month, 3, "2026-04-30"},
		{"2027-12-31", Month, 2, "2028-02-29"}, {"2026-01-15", Month, 13, "2027-02-15"}, {"2028-02-29", Year, 1, "2029-02-28"},
		{"2028-02-29", Year, 4, "2032-02-29"}, {"2026-06-30", Month, -1, "2026-05-30"},
	} {
		if got := AddPeriods(at(v.anchor), v.every, v.n); !got.Equal(at(v.want)) {
			t.Errorf("%d × %s after %s is %v, want %s", v.n, v.every, v.anchor, got, v.want)
		}
	}
}

func TestACampaignCountsItsWindowAndTheGrace(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := Campaign{StartsAt: start, EndsAt: start.AddDate(1, 0, 0).Add(-time.Millisecond), Grace: 72 * time.Hour}
	end := c.EndsAt
	none := time.Time{}
	for name, v := range map[string]struct {
		paid, opened time.Time
		want         bool
	}{
		"before":                        {start.Add(-time.Millisecond), start.Add(-time.Hour), false},
		"first moment":                  {start, start, true},
		"last moment":                   {end, end, true},
		"in the grace":                  {end.Add(72 * time.Hour), end, true},
		"after the grace":               {end.Add(72*time.Hour + 1), end, false},
		"opened after the end":          {end.Add(time.Minute), end.Add(time.Second), false},
		"a renewal in the window":       {end, none, true},
		"a renewal has no grace at all": {end.Add(time.Minute), none, false},
	} {
		if got := c.Counts(v.paid, v.opened); got != v.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestPerCentIsRoundedDownAndMayPassAHundred(t *testing.T) {
	for _, v := range []struct{ got, goal, want int64 }{
		{0, 1000, 0}, {999, 1000, 99}, {1000, 1000, 100}, {1999, 1000, 199}, {-5, 1000, 0}, {5, 0, 0}, {1 << 62, 1<<62 + 1, 99},
	} {
		m := Meter{Received: v.got, Campaign: Campaign{Goal: v.goal}}
		if m.Percent() != v.want {
			t.Errorf("%d of %d is %d %%, want %d", v.got, v.goal, m.Percent(), v.want)
		}
	}
}

func TestWhatPlansShouldBringDependsOnThePolicy(t *testing.T) {
	end := time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC)
	list := []PlanMoney{{Minor: 1000, Every: Month, NextChargeAt: time.Date(2026, 10, 15, 0, 0, 0, 0, time.UTC)},
		{Minor: 12000, Every: Year, NextChargeAt: time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)}}
	for policy, want := range map[Counting]int64{ReceivedOnly: 0, Projected: 3000, Annualised: 24000} {
		if got := (Campaign{EndsAt: end, Counting: policy}).Project(list, Churn{}, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)); got != want {
			t.Errorf("%s gives %d, want %d", policy, got, want)
		}
	}
	if got := MonthlyRate(list); got != 2000 {
		t.Errorf("the monthly rate is %d", got)
	}
}

func TestCampaignsTurnByTheirDates(t *testing.T) {
	start, end := time.Unix(1000, 0), time.Unix(2000, 0)
	for _, v := range []struct {
		state CampaignState
		at    int64
		want  CampaignState
	}{
		{CampaignScheduled, 999, CampaignScheduled}, {CampaignScheduled, 1000, CampaignLive}, {CampaignLive, 2000, CampaignLive},
		{CampaignLive, 2001, CampaignEnded}, {CampaignPaused, 1500, CampaignPaused}, {CampaignPaused, 2001, CampaignEnded}, {CampaignDraft, 1500, CampaignDraft},
	} {
		if got := (Campaign{State: v.state, StartsAt: start, EndsAt: end}).Due(time.Unix(v.at, 0)); got != v.want {
			t.Errorf("%s at %d becomes %s, want %s", v.state, v.at, got, v.want)
		}
	}
}
