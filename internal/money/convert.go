package money

import (
	"math/big"
	"strings"

	"masthead.dev/masthead/internal/fault"
)

// Rate is an exchange rate: so many units of one currency for one unit of
// another, exactly as it was written, like "1.0842".
type Rate string

// maxRate bounds the digits on each side of a rate's point.
const maxRate = 12

// Valid tells whether the rate is a plain decimal above zero, with at most
// twelve digits on each side of its point.
func (r Rate) Valid() bool {
	_, ok := r.ratio()
	return ok
}

func (r Rate) ratio() (*big.Rat, bool) {
	whole, frac, point := strings.Cut(string(r), ".")
	if whole == "" || len(whole) > maxRate || len(frac) > maxRate || point && frac == "" || !asciiDigits(whole+frac) {
		return nil, false
	}
	x, ok := new(big.Rat).SetString(string(r))
	return x, ok && x.Sign() > 0
}

// Convert turns an amount into another currency at a rate of so many units of
// that currency for one of the amount's, rounded half away from zero to its
// minor unit. fault.Invalid for a rate that is none, an unknown currency, or a
// result that is too large.
func (a Amount) Convert(r Rate, to string) (Amount, error) {
	x, ok := r.ratio()
	if !ok {
		return Amount{}, fault.New(fault.Invalid, "write the rate as a plain number above zero, like 1.0842")
	}
	from, known := Exponent(a.Currency)
	into, also := Exponent(to)
	if !known || !also {
		return Amount{}, fault.New(fault.Invalid, "%.3s and %.3s are not both currencies", a.Currency, to)
	}
	x.Mul(x, new(big.Rat).SetInt64(a.Minor))
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(into-from, from-into))), nil)
	if into >= from {
		x.Mul(x, new(big.Rat).SetInt(scale))
	} else {
		x.Quo(x, new(big.Rat).SetInt(scale))
	}
	n := halfUp(x)
	if !n.IsInt64() {
		return Amount{}, tooLarge()
	}
	return Amount{to, n.Int64()}, nil
}

// halfUp rounds half away from zero.
func halfUp(x *big.Rat) *big.Int {
	n := new(big.Int).Abs(x.Num())
	n.Lsh(n, 1).Add(n, x.Denom()).Quo(n, new(big.Int).Lsh(x.Denom(), 1))
	if x.Sign() < 0 {
		n.Neg(n)
	}
	return n
}
