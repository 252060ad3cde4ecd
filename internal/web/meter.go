package web

import (
	"math/big"
	"strconv"

	"masthead.dev/masthead/internal/money"
)

// HasGoal tells whether there is a bar to draw.
func (m Meter) HasGoal() bool { return m.Goal.Minor > 0 }

// Passed tells whether the goal has been reached.
func (m Meter) Passed() bool { return m.HasGoal() && m.Raised.Minor >= m.Goal.Minor }

// Filled is the bar's value: what was raised, kept between nothing and the
// goal, since refunds may outweigh gifts and gifts may pass the goal.
func (m Meter) Filled() int64 { return max(0, min(m.Raised.Minor, m.Goal.Minor)) }

// Percent is what was raised in whole per cent of the goal, rounded down, so
// that 100 means reached.
func (m Meter) Percent() int { return int(ratio(max(0, m.Raised.Minor), 100, m.Goal.Minor)) }

// Missing is what has yet to come in.
func (m Meter) Missing() money.Amount {
	return money.Amount{Currency: m.Goal.Currency, Minor: max(0, m.Goal.Minor-m.Raised.Minor)}
}

// Hatched tells whether the expected part shows: money that has not been
// received is drawn beside the received and never added to it.
func (m Meter) Hatched() bool {
	return m.HasGoal() && !m.Ended && !m.Passed() && m.Expected.Minor > 0
}

// HatchX is where the hatched part begins, in per cent of the bar.
func (m Meter) HatchX() string { return m.permille(m.Filled()) }

// HatchWidth is how wide the hatched part is; it ends at the goal.
func (m Meter) HatchWidth() string { return m.permille(min(m.Expected.Minor, m.Missing().Minor)) }

// permille writes a part of the goal in per cent with one decimal, for SVG.
func (m Meter) permille(part int64) string {
	return inTenths(ratio(part, 1000, m.Goal.Minor))
}

// inTenths writes tenths of a per cent for SVG: 642 is "64.2%".
func inTenths(t int64) string {
	return strconv.FormatInt(t/10, 10) + "." + strconv.FormatInt(t%10, 10) + "%"
}

// ratio is part × scale ÷ whole, rounded down, without overflow on the way.
func ratio(part, scale, whole int64) int64 {
	if whole <= 0 {
		return 0
	}
	n := new(big.Int).Mul(big.NewInt(part), big.NewInt(scale))
	return n.Quo(n, big.NewInt(whole)).Int64()
}
