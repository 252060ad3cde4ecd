package fund

import (
	"math/rand/v2"
	"slices"
	"time"
)

// ForecastFacts is what a forecast is made of; all of it is in the books.
type ForecastFacts struct {
	Now, End time.Time
	Received int64   // minor units
	Daily    []int64 // net single gifts of each of the last days, at most 28, also of those with none
	Plans    []PlanMoney
	Churn    Churn
}

// Forecast is what a campaign should have at its end, in minor units.
type Forecast struct {
	Received int64 // already there
	Renewals int64 // charges of running plans that are due before the end, × survival
	Single   int64 // single gifts, at the rate of the last days
	Low      int64 // four of five outcomes lie between Low
	High     int64 // and High
	Days     int   // that are left
	Seen     int   // days that the rate is of
}

// Likely is the middle of the forecast.
func (f Forecast) Likely() int64 { return f.Received + f.Renewals + f.Single }

const (
	// ForecastDays are the days whose gifts make the rate.
	ForecastDays = 28
	forecastFrom = 7 // days that must have been seen
	draws        = 1000
	manyPlans    = 500 // beyond so many, chance evens out
)

// Forecast looks ahead to the end: what was received, the charges of running
// plans that are due by then and survive, and single gifts as in the last days.
// The band holds 80 of 100 futures drawn from those days with replacement
// (bootstrap); the same seed draws the same ones. ok is false before a week was
// seen, and at the end.
func (f ForecastFacts) Forecast(seed uint64) (out Forecast, ok bool) {
	days := int((f.End.Sub(f.Now) + 24*time.Hour - 1) / (24 * time.Hour))
	if len(f.Daily) < forecastFrom || days <= 0 {
		return out, false
	}
	out = Forecast{Received: f.Received, Days: days, Seen: len(f.Daily)}
	var sum int64
	for _, d := range f.Daily {
		sum += d
	}
	out.Single = sum * int64(days) / int64(len(f.Daily))
	charges := f.charges()
	for _, c := range charges {
		out.Renewals += f.Churn.Survive(c.minor, c.months)
	}
	out.Low, out.High = f.band(rand.New(rand.NewPCG(seed, 80)), days, charges, out.Renewals) //nolint:gosec // futures, not secrets
	out.Low, out.High = min(out.Low, out.Likely()), max(out.High, out.Likely())
	return out, true
}

// charge is one that a plan is due to bring, so many months from now.
type charge struct {
	plan   int
	minor  int64
	months int
}

// charges lists what running plans are due to bring before the end.
func (f ForecastFacts) charges() []charge {
	var out []charge
	for i, p := range f.Plans {
		for at := range p.due(f.End) {
			out = append(out, charge{i, p.Minor, monthsUntil(f.Now, at)})
		}
	}
	return out
}

// band draws futures and returns their 10th and 90th percentile.
func (f ForecastFacts) band(dice *rand.Rand, days int, charges []charge, renewals int64) (low, high int64) {
	ends := make([]int64, draws)
	for i := range ends {
		ends[i] = f.Received
		for range days {
			ends[i] += f.Daily[dice.IntN(len(f.Daily))]
		}
		if len(f.Plans) > manyPlans {
			ends[i] += renewals
		} else {
			ends[i] += f.survivors(dice, charges)
		}
	}
	slices.Sort(ends)
	return ends[draws/10], ends[draws-1-draws/10]
}

// survivors draws for each plan the month in which it ends, and adds up the
// charges before it.
func (f ForecastFacts) survivors(dice *rand.Rand, charges []charge) (sum int64) {
	plan, lived := -1, 0
	alive := true
	for _, c := range charges { // those of a plan follow each other, the nearest first
		if c.plan != plan {
			plan, lived, alive = c.plan, 0, true
		}
		for ; alive && lived < c.months; lived++ {
			alive = dice.Int64N(1_000_000) >= f.Churn.PerMillion
		}
		if alive {
			sum += c.minor
		}
	}
	return sum
}
