package fund

import (
	"iter"
	"math/bits"
	"time"

	"masthead.dev/masthead/internal/money"
)

// Open tells whether a gift for the campaign may be begun at a time.
func (c Campaign) Open(now time.Time) bool {
	return c.State == CampaignLive && !now.Before(c.StartsAt) && !now.After(c.EndsAt)
}

// Over tells whether the campaign's end has passed, whatever its row says yet.
func (c Campaign) Over(now time.Time) bool {
	return c.State == CampaignEnded || c.State == CampaignArchived || now.After(c.EndsAt)
}

// Counts tells whether a payment counts for the campaign: paid within its
// window, or within the grace after its end where the session was opened before
// the end. Both times are the provider's. opened is zero for renewals, which
// have no session and so no grace.
func (c Campaign) Counts(paid, opened time.Time) bool {
	if paid.Before(c.StartsAt) {
		return false
	}
	if !paid.After(c.EndsAt) {
		return true
	}
	inTime := !opened.IsZero() && !opened.After(c.EndsAt)
	return inTime && !paid.After(c.EndsAt.Add(c.Grace))
}

// Meter is the money of a campaign, or of the general fund, at one moment. All
// amounts are minor units of Currency. Received is a pure function of the books:
// gifts − refunds − lost and open disputes.
type Meter struct {
	Campaign Campaign // zero for the general fund
	Currency string
	Received int64
	// Converting is what was given in other currencies and does not count yet,
	// because nobody has said what it is worth in this one.
	Converting []money.Amount
	Donors     int   // givers whose net is above zero
	Monthly    int64 // what running plans bring in a month
	Projected  int64 // what running plans should still bring, by the counting policy; see Campaign.Project
	Churn      Churn // that Projected was made with
}

// Goal is the campaign's goal in minor units, 0 for none.
func (m Meter) Goal() int64 { return m.Campaign.Goal }

// Reached tells whether what was received has reached the goal.
func (m Meter) Reached() bool { return m.Goal() > 0 && m.Received >= m.Goal() }

// Percent is the received share of the goal, rounded down, so that 100 means
// that it was reached; more than 100 is shown as it is. 0 without a goal.
func (m Meter) Percent() int64 {
	if m.Goal() <= 0 || m.Received <= 0 {
		return 0
	}
	whole, rest := m.Received/m.Goal(), m.Received%m.Goal()
	hi, lo := bits.Mul64(uint64(rest), 100)
	part, _ := bits.Div64(hi, lo, uint64(m.Goal())) // rest < goal, so it fits
	return whole*100 + int64(part)
}

// PlanMoney is what Project needs of a running plan.
type PlanMoney struct {
	Minor        int64
	Every        Every
	NextChargeAt time.Time
	Donor        string // id; for Annualised
	Paid         int64  // what the plan has brought to the campaign already, minor units; for Annualised
}

// due yields the charges until an end.
func (p PlanMoney) due(end time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for n := 0; n <= 240 && !p.NextChargeAt.IsZero(); n++ {
			at := AddPeriods(p.NextChargeAt, p.Every, n)
			if at.After(end) || !yield(at) {
				return
			}
		}
	}
}

// MonthlyRate sums what running plans bring in a month: yearly ones count with
// a twelfth, rounded down.
func MonthlyRate(list []PlanMoney) int64 {
	var month, year int64
	for _, p := range list {
		if p.Every == Year {
			year += p.Minor
		} else {
			month += p.Minor
		}
	}
	return month + year/12
}

// Project sums what running plans should still bring by a campaign's policy: the
// charges due before its end, each × (1 − churn) for every month until it; or a
// year of every plan less what it has brought already, with a cap for each donor.
// It is shown as expected, beside what was raised and never in it.
func (c Campaign) Project(list []PlanMoney, churn Churn, now time.Time) int64 {
	switch c.Counting {
	case Annualised:
		return c.annualise(list)
	case Projected:
		var sum int64
		for _, p := range list {
			for at := range p.due(c.EndsAt) {
				sum += churn.Survive(p.Minor, monthsUntil(now, at))
			}
		}
		return sum
	}
	return 0
}

func (c Campaign) annualise(list []PlanMoney) int64 {
	type donor struct{ year, paid int64 }
	donors := map[string]donor{}
	for _, p := range list {
		d := donors[p.Donor]
		d.year += p.Minor
		if p.Every == Month {
			d.year += 11 * p.Minor
		}
		d.paid += p.Paid
		donors[p.Donor] = d
	}
	var sum int64
	for _, d := range donors {
		if c.DonorCap > 0 {
			d.year = min(d.year, c.DonorCap)
		}
		sum += max(0, d.year-d.paid)
	}
	return sum
}

// AddPeriods returns the time n months or years after an anchor. A day that the
// month does not have becomes its last one: 31 January, 28 February, 31 March.
func AddPeriods(anchor time.Time, every Every, n int) time.Time {
	if every == Year {
		n *= 12
	}
	first := time.Date(anchor.Year(), anchor.Month()+time.Month(n), 1, anchor.Hour(), anchor.Minute(), anchor.Second(), anchor.Nanosecond(), anchor.Location())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(anchor.Day(), last)-1)
}

// Due is the state that a campaign should be in at a time, by its dates. A
// campaign that a person paused stays so until its end.
func (c Campaign) Due(now time.Time) CampaignState {
	switch {
	case c.State == CampaignScheduled && !now.Before(c.StartsAt):
		return CampaignLive
	case (c.State == CampaignLive || c.State == CampaignPaused) && now.After(c.EndsAt):
		return CampaignEnded
	}
	return c.State
}
