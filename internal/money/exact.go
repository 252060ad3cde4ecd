package money

import (
	"strings"

	"masthead.dev/masthead/internal/fault"
)

// ParseExact reads a decimal string of a bank file or a provider: ASCII digits,
// at most one point, at most one leading minus, nothing else. Zeros beyond the
// currency's decimals are read, other digits there are fault.Invalid, as is all
// else. Nothing is rounded.
func ParseExact(decimal, currency string) (Amount, error) {
	exp, ok := Exponent(currency)
	if !ok {
		return Amount{}, unknownCurrency(currency)
	}
	body, negative := strings.CutPrefix(decimal, "-")
	whole, frac, point := strings.Cut(body, ".")
	if whole == "" || (point && frac == "") || !asciiDigits(whole) || !asciiDigits(frac) {
		return Amount{}, fault.New(fault.Invalid, "%q is not a decimal amount like 25.00", decimal)
	}
	minor, rest, ok := assemble(whole, frac, exp)
	switch {
	case !ok:
		return Amount{}, tooLarge()
	case rest:
		return Amount{}, fault.New(fault.Invalid, "%q has more decimals than %s knows (%d)", decimal, currency, exp)
	case negative:
		minor = -minor
	}
	return Amount{currency, minor}, nil
}

func asciiDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// assemble makes minor units of ASCII digits before and behind the point, cut
// off behind exp decimals. rest tells whether the cut lost something; ok is
// false where it does not fit.
func assemble(whole, frac string, exp int) (minor int64, rest, ok bool) {
	frac = strings.TrimRight(frac, "0")
	rest = len(frac) > exp
	if rest {
		frac = frac[:exp]
	}
	digits := strings.TrimLeft(whole+frac+strings.Repeat("0", exp-len(frac)), "0")
	if len(digits) > 18 { // 10^18 - 1 is the greatest round bound below 2^63
		return 0, rest, false
	}
	for _, d := range digits {
		minor = minor*10 + int64(d-'0')
	}
	return minor, rest, true
}
