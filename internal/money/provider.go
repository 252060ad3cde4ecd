package money

import (
	"masthead.dev/masthead/internal/fault"
)

// Use says what a provider is asked to do with an amount; the same currency may
// have a coarser step for one than for the other.
type Use string

// The uses of an amount at a provider.
const (
	Charge Use = "charge"
	Payout Use = "payout"
)

// scale is how a provider writes a currency: the decimals of its integers, and
// the step in those integers that it accepts.
type scale struct {
	exponent       int
	charge, payout int64
}

// Providers that differ from ISO 4217, and only where they differ.
// Stripe: docs.stripe.com/currencies ("zero-decimal", "three-decimal" and
// "special cases"). UGX and ISK have no minor unit, yet Stripe wants them ×100
// with the last two digits 00; taking UGX for a zero-decimal currency charges
// 1 % of the gift. MGA is the opposite: ISO has two decimals, Stripe none.
var providerScale = map[string]map[string]scale{
	"stripe": {
		"UGX": {2, 100, 100}, "ISK": {2, 100, 100}, "MGA": {0, 1, 1},
		"HUF": {2, 1, 100}, "TWD": {2, 1, 100},
		"BHD": {3, 10, 10}, "JOD": {3, 10, 10}, "KWD": {3, 10, 10}, "OMR": {3, 10, 10}, "TND": {3, 10, 10},
	},
}

// ProviderExponent tells how many decimals a provider's integer amounts of a
// currency have. It is ISO's number where the provider has no rule of its own;
// false where the currency is unknown.
func ProviderExponent(provider, currency string) (int, bool) {
	if s, ok := providerScale[provider][currency]; ok {
		return s.exponent, true
	}
	return Exponent(currency)
}

// ToProvider turns an amount into the integer that a provider's API takes. It
// never rounds: an amount that the provider cannot take is refused with a
// *ParseError (Reason TooFine) that holds the nearest amounts on either side.
func ToProvider(provider string, use Use, a Amount) (int64, error) {
	iso, ok := Exponent(a.Currency)
	if !ok {
		return 0, unknownCurrency(a.Currency)
	}
	s, ok := providerScale[provider][a.Currency]
	if !ok {
		return a.Minor, nil
	}
	step := s.charge
	if use == Payout {
		step = s.payout
	}
	minorStep := max(1, rescale(step, s.exponent, iso))
	if a.Minor%minorStep != 0 {
		low := floorTo(a.Minor, minorStep)
		return 0, refuse(TooFine, Amount{a.Currency, low}, Amount{a.Currency, low + minorStep})
	}
	if s.exponent <= iso {
		return a.Minor / pow10(iso-s.exponent), nil
	}
	scaled, err := a.Mul(pow10(s.exponent - iso))
	return scaled.Minor, err
}

// FromProvider turns a provider's integer into an amount, exactly. An integer
// finer than the currency's minor unit is fault.Invalid: it means that the
// table here and the provider disagree, and guessing would be wrong by a factor.
func FromProvider(provider, currency string, n int64) (Amount, error) {
	iso, ok := Exponent(currency)
	if !ok {
		return Amount{}, unknownCurrency(currency)
	}
	exp, _ := ProviderExponent(provider, currency)
	if exp < iso {
		return Amount{currency, n}.Mul(pow10(iso - exp))
	}
	unit := pow10(exp - iso)
	if n%unit != 0 {
		return Amount{}, fault.New(fault.Invalid, "%s sent %d for %s, which is finer than its smallest unit", provider, n, currency)
	}
	return Amount{currency, n / unit}, nil
}

// rescale turns a count of 10^-from units into 10^-to units, at least 1 where
// it would be a fraction.
func rescale(n int64, from, to int) int64 {
	if to >= from {
		return n * pow10(to-from)
	}
	return n / pow10(from-to)
}

func floorTo(n, step int64) int64 {
	low := n - n%step
	if n < 0 && low != n {
		low -= step
	}
	return low
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

func unknownCurrency(code string) error {
	return fault.New(fault.Invalid, "%q is not the code of a currency; use one like USD or EUR", code)
}
