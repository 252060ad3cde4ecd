package fund

import (
	"slices"

	"masthead.dev/masthead/internal/money"
)

// ladderFrom is how many gifts must be known before amounts are suggested from
// them: fewer would make a rule of chance.
const ladderFrom = 20

// MaxAmounts is how many amounts a form suggests at most.
const MaxAmounts = 6

// Ladder suggests amounts for a form from gifts that were given, in minor
// units: half their median, the median, twice and four times it, each rounded to
// an amount that people say. nil where fewer than 20 gifts are known.
func Ladder(given []int64, currency string) []int64 {
	if len(given) < ladderFrom {
		return nil
	}
	list := slices.Sorted(slices.Values(given))
	median := (list[(len(list)-1)/2] + list[len(list)/2]) / 2
	least := DefaultLimits(currency).Min
	var out []int64
	for _, minor := range []int64{median / 2, median, 2 * median, 4 * median} {
		if n := spoken(minor, currency); n >= least && (len(out) == 0 || n > out[len(out)-1]) {
			out = append(out, n)
		}
	}
	return out
}

// spoken rounds to the nearest of 1, 1.5, 2, 3, 4, 5, 6, 8 × a power of ten in
// whole units of the currency, and 25 and 75.
func spoken(minor int64, currency string) int64 {
	exp, _ := money.Exponent(currency)
	unit := int64(1)
	for range exp {
		unit *= 10
	}
	best := unit
	for scale := unit; scale <= 8*max(minor, unit); scale *= 10 {
		for _, tenths := range []int64{10, 15, 20, 25, 30, 40, 50, 60, 75, 80} {
			n := scale * tenths / 10
			if n%unit == 0 && distance(n, minor) < distance(best, minor) {
				best = n
			}
		}
	}
	return best
}

func distance(a, b int64) int64 { return max(a-b, b-a) }
