package fund

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"

	"pgregory.net/rapid"
)

// spring is a campaign that lacks nothing, in a state.
func spring(state CampaignState) Campaign {
	c := Campaign{
		State: state, Currency: "USD", Goal: 10_000, Title: map[string]string{"en": "Spring"},
		StartsAt: day("2026-03-01"), EndsAt: day("2026-04-01").Add(-time.Millisecond),
	}
	if state != CampaignDraft && state != CampaignScheduled {
		c.LiveAt = c.StartsAt
	}
	return c
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestAnActLeadsWhereTheTableOfStatesDoesAndNowhereElse(t *testing.T) {
	now := day("2026-03-10")
	leads := map[string]CampaignState{
		"draft schedule": CampaignScheduled, "draft start": CampaignLive, "draft cancel": CampaignCancelled,
		"scheduled start": CampaignLive, "scheduled cancel": CampaignCancelled,
		"live pause": CampaignPaused, "live end": CampaignEnded, "paused resume": CampaignLive, "paused end": CampaignEnded,
		"ended archive": CampaignArchived, "ended extend": CampaignLive,
	}
	states := []CampaignState{CampaignDraft, CampaignScheduled, CampaignLive, CampaignPaused, CampaignEnded, CampaignArchived, CampaignCancelled}
	for _, s := range states {
		for act := range roads {
			c := spring(s)
			var err error
			if act == ActExtend {
				c, err = c.Extend(day("2026-05-01"), now)
			} else {
				c, err = c.Do(act, now)
			}
			want, legal := leads[fmt.Sprint(s, " ", act)]
			if legal != (err == nil) || legal && c.State != want {
				t.Errorf("%s by %s: %s, %v; want %s", s, act, c.State, err, want)
			}
			if !legal && !fault.Is(err, fault.Conflict) {
				t.Errorf("%s by %s is refused with %v", s, act, err)
			}
			if legal != slices.Contains(spring(s).Acts(), act) {
				t.Errorf("%s offers %v", s, spring(s).Acts())
			}
		}
	}
}

func TestStartingNowAndEndingNowMoveTheDates(t *testing.T) {
	early := day("2026-02-01")
	c, err := spring(CampaignDraft).Do(ActStart, early)
	if err != nil || !c.StartsAt.Equal(early) || !c.LiveAt.Equal(early) || !c.Open(early) {
		t.Errorf("%+v %v", c, err)
	}
	now := day("2026-03-10")
	if c, err = c.Do(ActEnd, now); err != nil || !c.EndsAt.Equal(now) || c.Counts(now.Add(time.Hour), now.Add(time.Minute)) {
		t.Errorf("%+v %v", c, err)
	}
	if c, err = c.Extend(day("2026-06-01"), day("2026-04-02")); err != nil || !c.LiveAt.Equal(early) || !c.Open(day("2026-05-01")) {
		t.Errorf("%+v %v", c, err)
	}
	if _, err := spring(CampaignEnded).Extend(early, now); !fault.Is(err, fault.Invalid) {
		t.Errorf("an end in the past is answered with %v", err)
	}
	if _, err := spring(CampaignEnded).Do(ActExtend, now); !fault.Is(err, fault.Invalid) {
		t.Errorf("extending without an end is answered with %v", err)
	}
}

func TestACampaignWithoutItsGoalDoesNotGoLive(t *testing.T) {
	now := day("2026-03-10")
	for name, v := range map[string]struct {
		change func(*Campaign)
		lack   Lack
	}{
		"no goal":    {func(c *Campaign) { c.Goal = 0 }, LackGoal},
		"no title":   {func(c *Campaign) { c.Title = map[string]string{"en": " "} }, LackTitle},
		"over":       {func(c *Campaign) { c.EndsAt = now }, LackDates},
		"backwards":  {func(c *Campaign) { c.StartsAt = day("2027-01-01") }, LackDates},
		"odd costs":  {func(c *Campaign) { c.Costs = []Cost{{Minor: 9_999}} }, LackCosts},
		"even costs": {func(c *Campaign) { c.Costs = []Cost{{Minor: 9_000}, {Minor: 1_000}} }, ""},
		"odd costs with a word": {func(c *Campaign) {
			c.Costs, c.CostsNote = []Cost{{Minor: 9_999}}, map[string]string{"en": "Rounded up."}
		}, ""},
	} {
		c := spring(CampaignDraft)
		v.change(&c)
		var want []Lack
		if v.lack != "" {
			want = []Lack{v.lack}
		}
		if got := c.Lacks(now); !slices.Equal(got, want) {
			t.Errorf("%s: it lacks %v, want %v", name, got, want)
		}
		for _, act := range []CampaignAct{ActStart, ActSchedule} {
			if _, err := c.Do(act, now); (err == nil) != (v.lack == "") || err != nil && !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %s is answered with %v", name, act, err)
			}
		}
	}
}

func TestAddressesOfCampaignsStayClearOfThePagesOfGiving(t *testing.T) {
	for slug, want := range map[string]bool{"spring-2026": true, "بهار-۱۴۰۵": true, "thanks": false, "bank": false, "past": false, "stop": false,
		"": false, "Spring": false, "a b": false, "a--b": false, "-a": false, "a/b": false, "a.b": false, "thanks-2026": true} {
		if GoodSlug(slug) != want {
			t.Errorf("%q: %v", slug, !want)
		}
	}
}

func TestReadersSeeTheGoalsSinceTheyCouldSeeAny(t *testing.T) {
	c := spring(CampaignLive) // live since 1 March
	goals := []Goal{{Version: 4, SetAt: day("2026-03-20")}, {Version: 3, SetAt: day("2026-03-10")}, {Version: 2, SetAt: day("2026-03-01")}, {Version: 1, SetAt: day("2026-02-01")}}
	if got := c.PublicGoals(goals); len(got) != 3 || got[2].Version != 2 {
		t.Errorf("%+v", got)
	}
	if got := spring(CampaignDraft).PublicGoals(goals); got != nil {
		t.Errorf("of a draft %+v", got)
	}
}

func TestAmountsAreSuggestedFromTwentyGiftsOn(t *testing.T) {
	gifts := []int64{500, 1000, 1000, 1500, 2000, 2000, 2400, 2500, 2500, 2600, 2700, 2800, 3000, 4000, 5000, 5000, 6000, 10000, 10000}
	if got := Ladder(gifts, "USD"); got != nil {
		t.Errorf("19 gifts suggest %v", got)
	}
	for _, v := range []struct {
		gifts    []int64
		currency string
		want     []int64
	}{
		{append(gifts, 50000), "USD", []int64{1500, 2500, 5000, 10000}}, // median 26.50: half is 13.25
		{slices.Repeat([]int64{300}, 20), "USD", []int64{300, 600, 1000}},
		{slices.Repeat([]int64{3000}, 40), "JPY", []int64{1500, 3000, 6000, 10000}},
		{slices.Repeat([]int64{5120}, 20), "KWD", []int64{3000, 5000, 10000, 20000}},
	} {
		if got := Ladder(v.gifts, v.currency); !slices.Equal(got, v.want) {
			t.Errorf("%s: %v, want %v", v.currency, got, v.want)
		}
	}
}

var sandboxFees = Fees{"": {29_000, 30}, "JPY": {36_000, 0}}

func TestTheCoveredGiftLeavesTheGiftWholeAndNoMore(t *testing.T) {
	caps := Caps{Scale: "stripe", Fees: sandboxFees}
	for _, v := range []struct {
		currency     string
		gift, charge int64
	}{{"USD", 5000, 5180}, {"USD", 300, 340}, {"USD", 5_000_000, 5_149_361}, {"JPY", 3000, 3112}, {"KWD", 5120, 5310}, {"UGX", 5000, 5180}} {
		got, ok := caps.Covered(money.Amount{Currency: v.currency, Minor: v.gift})
		if !ok || got.Minor != v.charge {
			t.Errorf("%s %d is charged as %d, %v; want %d", v.currency, v.gift, got.Minor, ok, v.charge)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		gift := money.Amount{Currency: rapid.SampledFrom([]string{"USD", "JPY", "EUR"}).Draw(t, "currency"), Minor: rapid.Int64Range(20, 5_000_000_000).Draw(t, "gift")}
		rate, _ := sandboxFees.For(gift.Currency)
		total, ok := caps.Covered(gift)
		if net := total.Minor - rate.Of(total.Minor); !ok || net < gift.Minor {
			t.Fatalf("%v is charged as %v and leaves %d", gift, total, net)
		}
		if less := total.Minor - 1; less-rate.Of(less) >= gift.Minor {
			t.Fatalf("%v could be charged as %d", gift, less)
		}
	})
	if _, ok := (Caps{}).Covered(money.Amount{Currency: "USD", Minor: 5000}); ok {
		t.Error("a fee is covered that nobody knows")
	}
}

func TestASponsorAddsWithinTheLimitsWhateverTheOrder(t *testing.T) { // scenario 42
	m := Matching{Num: 1, Den: 1, DonorCap: 10_000, TotalCap: 1_000_000}
	for _, v := range []struct {
		name  string
		m     Matching
		given []int64
		want  int64
	}{
		{"A gave 60 twice, B 2000", m, []int64{12_000, 200_000}, 20_000},
		{"A's first was refunded", m, []int64{6_000, 200_000}, 16_000},
		{"somebody's net is below zero", m, []int64{-500, 6_000}, 6_000},
		{"two for one", Matching{Num: 2, Den: 1, DonorCap: 10_000, TotalCap: 1_000_000}, []int64{3_000, 6_000}, 16_000},
		{"one for three, rounded down", Matching{Num: 1, Den: 3, DonorCap: 10_000, TotalCap: 1_000_000}, []int64{1_000}, 333},
		{"the sum is used up", Matching{Num: 1, Den: 1, DonorCap: 10_000, TotalCap: 15_000}, []int64{9_000, 9_000}, 15_000},
		{"beyond int64", Matching{Num: 10, Den: 1, DonorCap: 10_000, TotalCap: 15_000}, []int64{1 << 62}, 10_000},
	} {
		if got := v.m.Matched(v.given); got != v.want {
			t.Errorf("%s: %d, want %d", v.name, got, v.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		m := Matching{Num: rapid.Int64Range(1, 10).Draw(t, "num"), Den: rapid.Int64Range(1, 10).Draw(t, "den"),
			DonorCap: rapid.Int64Range(1, 20_000).Draw(t, "cap"), TotalCap: rapid.Int64Range(1, 50_000).Draw(t, "total")}
		given := rapid.SliceOf(rapid.Int64Range(-1_000, 100_000)).Draw(t, "given")
		sum := m.Matched(given)
		if shuffled := m.Matched(rapid.Permutation(given).Draw(t, "order")); shuffled != sum || sum < 0 || sum > m.TotalCap || sum > m.DonorCap*int64(len(given)) {
			t.Fatalf("%d and %d of %+v", sum, shuffled, m)
		}
	})
}

func TestAPromiseGoesThroughItsStatesInOrder(t *testing.T) {
	m := Matching{From: day("2026-03-01"), To: day("2026-04-01"), TotalCap: 100, State: MatchingCommitted}
	for _, v := range []struct {
		state   MatchingState
		at      string
		matched int64
		want    MatchingState
	}{
		{MatchingCommitted, "2026-02-01", 0, MatchingCommitted}, {MatchingCommitted, "2026-03-01", 0, MatchingActive},
		{MatchingActive, "2026-03-02", 99, MatchingActive}, {MatchingActive, "2026-03-02", 100, MatchingExhausted},
		{MatchingActive, "2026-04-02", 99, MatchingEnded}, {MatchingExhausted, "2026-04-02", 50, MatchingExhausted},
		{MatchingInvoiced, "2027-01-01", 0, MatchingInvoiced},
	} {
		m.State = v.state
		if got := m.Due(day(v.at), v.matched); got != v.want {
			t.Errorf("%s on %s with %d: %s, want %s", v.state, v.at, v.matched, got, v.want)
		}
	}
	if _, err := MatchingActive.Move(MatchingReceived); !fault.Is(err, fault.Conflict) {
		t.Errorf("received before it was asked for: %v", err)
	}
}

func TestChurnIsTakenOffOnceAYearWasSeen(t *testing.T) {
	year := 365 * 24 * time.Hour
	if c := MeasureChurn(12, 120*month, year-time.Hour); c.Known || c.Survive(1000, 5) != 1000 {
		t.Errorf("a young newsroom measures %+v", c)
	}
	c := MeasureChurn(12, 120*month, year) // 12 ends in 120 months of plans
	if c.PerMillion != 100_000 || !c.Known {
		t.Errorf("%+v, want 10 %%", c)
	}
	if got := c.Survive(1000, 3); got != 729 {
		t.Errorf("of 1000 in three months %d are left, want 729", got)
	}
	list := []PlanMoney{{Minor: 1000, Every: Month, NextChargeAt: day("2026-03-15")}}
	campaign := Campaign{Counting: Projected, EndsAt: day("2026-05-20")}
	if got := campaign.Project(list, c, day("2026-03-01")); got != 900+810+729 {
		t.Errorf("three charges are expected to bring %d, want 2439", got)
	}
}

func TestAYearOfRunningGiftsHasACapForEachGiverAndLeavesOutWhatCame(t *testing.T) {
	c := Campaign{Counting: Annualised, DonorCap: 20_000}
	list := []PlanMoney{
		{Minor: 1000, Every: Month, Donor: "a", Paid: 3000}, // 12,000 a year, 9,000 to come
		{Minor: 5000, Every: Month, Donor: "b", Paid: 5000}, // capped at 20,000
		{Minor: 500, Every: Month, Donor: "b"},
		{Minor: 9000, Every: Year, Donor: "c", Paid: 9000},
	}
	if got := c.Project(list, Churn{}, day("2026-03-01")); got != 9_000+15_000 {
		t.Errorf("%d", got)
	}
}

func TestTheForecastIsTheSameForTheSameBooksAndItsBandHoldsTheMiddle(t *testing.T) {
	f := ForecastFacts{
		Now: day("2026-03-29"), End: day("2026-04-08"), Received: 100_000, Churn: Churn{PerMillion: 100_000, Known: true},
		Daily: []int64{0, 1000, 0, 3000, 2000, 0, 1000, 0, 0, 1000, 0, 3000, 2000, 0, 1000, 0, 0, 1000, 0, 3000, 2000, 0, 1000, 0, 0, 7000, 0, 0},
		Plans: []PlanMoney{{Minor: 1000, Every: Month, NextChargeAt: day("2026-04-01")}, {Minor: 2000, Every: Month, NextChargeAt: day("2026-04-20")}},
	}
	out, ok := f.Forecast(7)
	if !ok || out.Single != 10_000 || out.Renewals != 900 || out.Likely() != 110_900 || out.Days != 10 || out.Seen != 28 {
		t.Errorf("%+v", out)
	}
	if out.Low < 100_000 || out.Low >= out.Likely() || out.High <= out.Likely() || out.High > 181_000 {
		t.Errorf("the band is %d to %d round %d", out.Low, out.High, out.Likely())
	}
	if again, _ := f.Forecast(7); again != out {
		t.Errorf("%+v and then %+v", out, again)
	}
	if other, _ := f.Forecast(8); other.Likely() != out.Likely() {
		t.Errorf("another seed moves the middle to %d", other.Likely())
	}
	short := f
	short.Daily = f.Daily[:6]
	if _, ok := short.Forecast(7); ok {
		t.Error("six days make a forecast")
	}
	short = f
	short.Now = f.End
	if _, ok := short.Forecast(7); ok {
		t.Error("there is a forecast after the end")
	}
}

func TestAnAddressThatStopsUpdatesNamesOneDonorAndOneCampaign(t *testing.T) {
	key := NewsKey("secret")
	token := key.Token("camp", "donor")
	if c, d, ok := key.Read(token); !ok || c != "camp" || d != "donor" {
		t.Errorf("%s %s %v", c, d, ok)
	}
	for _, bad := range []string{"", "camp.donor", token + "x", "camp.other." + token[len("camp.donor."):], NewsKey("guess").Token("camp", "donor")} {
		if _, _, ok := key.Read(bad); ok {
			t.Errorf("%q is believed", bad)
		}
	}
}
