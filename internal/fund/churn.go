package fund

import "time"

// Churn is how many plans end in a month, in millionths of those that run. It is
// unknown, and zero, until a year was seen.
type Churn struct {
	PerMillion int64
	Known      bool
}

const (
	churnAfter = 365 * 24 * time.Hour
	month      = 365 * 24 * time.Hour / 12
)

// MeasureChurn takes what was seen in the last twelve months: how many plans
// ended, how long all plans ran together, and how long ago the first plan of
// all began.
func MeasureChurn(ended int64, ran, since time.Duration) Churn {
	if since < churnAfter || ran <= 0 {
		return Churn{}
	}
	months := max(1, int64(ran/month))
	return Churn{PerMillion: min(1_000_000, ended*1_000_000/months), Known: true}
}

// Survive is what is left of an amount that is due in so many months, by
// (1 − churn) for each month that begins until then.
func (c Churn) Survive(minor int64, months int) int64 {
	for range months {
		minor = times(max(0, minor), 1_000_000-c.PerMillion, 1_000_000)
	}
	return minor
}

// monthsUntil counts months that begin until a time, at least one.
func monthsUntil(from, at time.Time) int {
	const long = 31 * 24 * time.Hour
	return max(1, int((at.Sub(from)+long-1)/long))
}
