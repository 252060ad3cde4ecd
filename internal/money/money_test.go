package money

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"masthead.dev/masthead/internal/fault"
)

func usd(minor int64) Amount { return Amount{"USD", minor} }

func TestAmountsAreWrittenWithTheirCurrencysDecimals(t *testing.T) {
	for a, want := range map[Amount]string{
		{"USD", 2500}:          "25.00 USD",
		{"USD", -5}:            "-0.05 USD",
		{"JPY", 3000}:          "3000 JPY",
		{"KWD", 5125}:          "5.125 KWD",
		{"CLF", 1}:             "0.0001 CLF",
		{"USD", 0}:             "0.00 USD",
		{"USD", math.MinInt64}: "-92233720368547758.08 USD",
		{"ZZZ", 25}:            "25 ZZZ",
		{}:                     "0",
	} {
		if got := a.String(); got != want {
			t.Errorf("%#v is written %q, want %q", a, got, want)
		}
	}
}

func TestSumsThatDoNotFitOrMixCurrenciesAreRefused(t *testing.T) {
	for name, f := range map[string]func() (Amount, error){
		"add currencies": func() (Amount, error) { return usd(1).Add(Amount{"EUR", 1}) },
		"sub currencies": func() (Amount, error) { return usd(1).Sub(Amount{"EUR", 1}) },
		"add over":       func() (Amount, error) { return usd(math.MaxInt64).Add(usd(1)) },
		"add under":      func() (Amount, error) { return usd(math.MinInt64).Add(usd(-1)) },
		"sub over":       func() (Amount, error) { return usd(0).Sub(usd(math.MinInt64)) },
		"sub under":      func() (Amount, error) { return usd(math.MinInt64).Sub(usd(1)) },
		"mul over":       func() (Amount, error) { return usd(math.MaxInt64).Mul(2) },
		"mul least":      func() (Amount, error) { return usd(math.MinInt64).Mul(-1) },
		"by zero":        func() (Amount, error) { return usd(1).MulRatio(1, 0) },
		"sum":            func() (Amount, error) { return Sum("USD", usd(1), Amount{"EUR", 1}) },
	} {
		if a, err := f(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s gives %v, %v", name, a, err)
		}
	}
}

func TestArithmeticAgreesWithUnboundedIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		x, y := big.NewInt(a), big.NewInt(b)
		got, err := usd(a).Add(usd(b))
		agree(t, "add", new(big.Int).Add(x, y), got, err)
		got, err = usd(a).Sub(usd(b))
		agree(t, "sub", new(big.Int).Sub(x, y), got, err)
		got, err = usd(a).Mul(b)
		agree(t, "mul", new(big.Int).Mul(x, y), got, err)
	})
}

func TestARatioRoundsHalvesAwayFromZero(t *testing.T) {
	for _, c := range []struct{ minor, num, den, want int64 }{
		{2500, 29, 1000, 73}, {3000, 36, 1000, 108}, {1, 1, 2, 1}, {-1, 1, 2, -1}, {1, 1, 3, 0}, {2, 1, 3, 1},
		{5, -1, 2, -3}, {5, 1, -2, -3}, {math.MaxInt64, 7, 7, math.MaxInt64}, {0, 5, 7, 0},
	} {
		if got, err := usd(c.minor).MulRatio(c.num, c.den); err != nil || got.Minor != c.want {
			t.Errorf("%d × %d / %d = %v, %v; want %d", c.minor, c.num, c.den, got, err, c.want)
		}
	}
	// The quotient is 2^64 - 1 and is rounded up: it must not begin again at zero.
	if got, err := usd(1<<33-1).MulRatio(1<<33+1, 4); err == nil {
		t.Errorf("a ratio beyond every bound gives %v", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, num := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "num")
		den := rapid.Int64().Filter(func(n int64) bool { return n != 0 }).Draw(t, "den")
		// (2·|product| + |den|) / (2·|den|), with the product's sign
		p := new(big.Int).Mul(big.NewInt(a), big.NewInt(num))
		d := new(big.Int).Abs(big.NewInt(den))
		sign := p.Sign() * big.NewInt(den).Sign()
		p.Abs(p).Lsh(p, 1).Add(p, d).Quo(p, d.Lsh(d, 1))
		got, err := usd(a).MulRatio(num, den)
		agree(t, "ratio", p.Mul(p, big.NewInt(int64(sign))), got, err)
	})
}

// agree compares with the exact result; one beyond int64 (or its least value,
// which the sign-and-magnitude functions leave out) must have been refused.
func agree(t *rapid.T, what string, want *big.Int, got Amount, err error) {
	if err == nil {
		if !want.IsInt64() || want.Int64() != got.Minor {
			t.Fatalf("%s gives %d, want %s", what, got.Minor, want)
		}
		return
	}
	if want.IsInt64() && want.Int64() != math.MinInt64 {
		t.Fatalf("%s refuses %s: %v", what, want, err)
	}
}
