// Package money holds amounts: int64 minor units with their currency, never a float.
package money

import (
	"math"
	"math/bits"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/fault"
)

// Amount is so many minor units (cents) of a currency. JPY 3000 is
// {"JPY", 3000}; USD 25.00 is {"USD", 2500}; KWD 5.125 is {"KWD", 5125}.
type Amount struct {
	Currency string `json:"currency"` // ISO 4217
	Minor    int64  `json:"minor"`
}

func tooLarge() error {
	return fault.New(fault.Invalid, "the amount is too large to be counted")
}

// Add returns the sum; fault.Invalid where the currencies differ or int64 overflows.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, fault.New(fault.Invalid, "amounts of %s and %s cannot be added", a.Currency, b.Currency)
	}
	s, ok := AddMinor(a.Minor, b.Minor)
	if !ok {
		return Amount{}, tooLarge()
	}
	return Amount{a.Currency, s}, nil
}

// AddMinor adds two counts of minor units; false where int64 overflows.
func AddMinor(a, b int64) (int64, bool) {
	s := a + b
	return s, (s > a) == (b > 0)
}

// Sub returns the difference; fault.Invalid where the currencies differ or
// int64 overflows.
func (a Amount) Sub(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, fault.New(fault.Invalid, "amounts of %s and %s cannot be subtracted", a.Currency, b.Currency)
	}
	d := a.Minor - b.Minor
	if (d < a.Minor) != (b.Minor > 0) {
		return Amount{}, tooLarge()
	}
	return Amount{a.Currency, d}, nil
}

// Mul returns n times the amount; fault.Invalid where int64 overflows.
func (a Amount) Mul(n int64) (Amount, error) { return a.MulRatio(n, 1) }

// MulRatio returns the amount × num / den, rounded to whole minor units. A half
// goes away from zero, so that a reversed amount gives the exact opposite.
// fault.Invalid where den is 0 or the result does not fit.
func (a Amount) MulRatio(num, den int64) (Amount, error) {
	if den == 0 {
		return Amount{}, fault.New(fault.Invalid, "an amount cannot be divided by zero")
	}
	negative := (a.Minor < 0) != (num < 0) != (den < 0)
	d := magnitude(den)
	hi, lo := bits.Mul64(magnitude(a.Minor), magnitude(num))
	if hi >= d {
		return Amount{}, tooLarge()
	}
	q, rest := bits.Div64(hi, lo, d)
	if rest >= d-rest && q < math.MaxUint64 { // one more would begin again at zero
		q++
	}
	if q > math.MaxInt64 {
		return Amount{}, tooLarge()
	}
	if negative {
		return Amount{a.Currency, -int64(q)}, nil
	}
	return Amount{a.Currency, int64(q)}, nil
}

// magnitude is |n|, also for the least int64, which has no positive twin.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// Sum adds amounts that must all be of the given currency; none sum to zero.
func Sum(currency string, amounts ...Amount) (Amount, error) {
	total := Amount{Currency: currency}
	var err error
	for _, a := range amounts {
		if total, err = total.Add(a); err != nil {
			return Amount{}, err
		}
	}
	return total, nil
}

// Neg returns the amount with the other sign. The least int64 has no opposite;
// the ledger refuses it.
func (a Amount) Neg() Amount { return Amount{a.Currency, -a.Minor} }

// Decimal writes the amount with a point and the currency's number of decimals
// and without its code: "25.00", "-3000", "5.125". It is for files and APIs;
// people get locale's Money. An unknown currency has no decimals.
func (a Amount) Decimal() string {
	exp, _ := Exponent(a.Currency)
	digits := strconv.FormatUint(magnitude(a.Minor), 10)
	if exp > 0 {
		if short := exp + 1 - len(digits); short > 0 {
			digits = strings.Repeat("0", short) + digits
		}
		cut := len(digits) - exp
		digits = digits[:cut] + "." + digits[cut:]
	}
	if a.Minor < 0 {
		return "-" + digits
	}
	return digits
}

// String is Decimal with the code: "25.00 USD".
func (a Amount) String() string { return strings.TrimSpace(a.Decimal() + " " + a.Currency) }
