package money

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"masthead.dev/masthead/internal/fault"
)

func TestDecimalStringsOfFilesAreReadExactly(t *testing.T) {
	for _, c := range []struct {
		text, currency string
		want           int64
	}{
		{"25.00", "USD", 2500}, {"25", "USD", 2500}, {"25.5", "USD", 2550}, {"-0.05", "USD", -5}, {"0", "USD", 0},
		{"25.5000", "USD", 2550}, {"3000", "JPY", 3000}, {"3000.00", "JPY", 3000}, {"5.125", "KWD", 5125}, {"007", "JPY", 7},
		{"9999999999999999.99", "USD", 999999999999999999},
	} {
		if got, err := ParseExact(c.text, c.currency); err != nil || got != (Amount{c.currency, c.want}) {
			t.Errorf("ParseExact(%q, %s) = %v, %v; want %d", c.text, c.currency, got, err, c.want)
		}
	}
	for _, text := range []string{"", "-", ".", ".5", "5.", "1,000.00", "1e3", "+5", " 5", "5 ", "--5", "١٠", "0x1", "NaN",
		"25.001", "1.2.3", "99999999999999999.00"} {
		if got, err := ParseExact(text, "USD"); !fault.Is(err, fault.Invalid) {
			t.Errorf("ParseExact(%q) = %v, %v; want a refusal", text, got, err)
		}
	}
	if _, err := ParseExact("1", "ZZZ"); !fault.Is(err, fault.Invalid) {
		t.Error("an unknown currency was read")
	}
}

func TestEveryAmountIsReadBackFromItsDecimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Amount{rapid.SampledFrom([]string{"USD", "JPY", "KWD", "CLF"}).Draw(t, "currency"),
			rapid.Int64Range(-1e18+1, 1e18-1).Draw(t, "minor")}
		if got, err := ParseExact(a.Decimal(), a.Currency); err != nil || got != a {
			t.Fatalf("%s is read back as %v, %v", a, got, err)
		}
	})
}

func TestTheTableHoldsEachCurrencyOnce(t *testing.T) {
	seen := 0
	for exp, want := range map[int]int{0: 17, 2: 139, 3: 7, 4: 2} {
		n := 0
		for code, e := range isoExponent {
			if len(code) != 3 {
				t.Errorf("%q is no code", code)
			}
			if e == exp {
				n++
			}
		}
		if n != want {
			t.Errorf("%d currencies with %d decimals, want %d", n, exp, want)
		}
		seen += n
	}
	if seen != len(isoExponent) {
		t.Errorf("%d of %d currencies have an exponent of their own", len(isoExponent)-seen, len(isoExponent))
	}
	for code := range signs {
		if _, ok := Exponent(code); !ok {
			t.Errorf("a sign for %s, which is no currency", code)
		}
	}
	for provider, table := range providerScale {
		for code := range table {
			if _, ok := Exponent(code); !ok {
				t.Errorf("%s has a rule for %s, which is no currency", provider, code)
			}
		}
	}
}

func TestProvidersGetTheirOwnIntegers(t *testing.T) {
	for _, c := range []struct {
		provider string
		use      Use
		in       Amount
		want     int64
	}{
		{"stripe", Charge, Amount{"USD", 2500}, 2500},
		{"stripe", Charge, Amount{"JPY", 3000}, 3000},
		{"stripe", Charge, Amount{"UGX", 5000}, 500000},
		{"stripe", Charge, Amount{"ISK", 700}, 70000},
		{"stripe", Charge, Amount{"MGA", 50000}, 500},
		{"stripe", Charge, Amount{"KWD", 5120}, 5120},
		{"stripe", Charge, Amount{"HUF", 12345}, 12345},
		{"stripe", Payout, Amount{"HUF", 12300}, 12300},
		{"sandbox", Charge, Amount{"UGX", 5000}, 5000},
		{"sandbox", Charge, Amount{"KWD", 5125}, 5125},
	} {
		got, err := ToProvider(c.provider, c.use, c.in)
		if err != nil || got != c.want {
			t.Errorf("%s gets %d for %v (%v), want %d", c.provider, got, c.in, err, c.want)
		}
		if back, err := FromProvider(c.provider, c.in.Currency, got); err != nil || back != c.in {
			t.Errorf("%s's %d is read back as %v, %v", c.provider, got, back, err)
		}
	}
}

func TestWhatAProviderCannotTakeIsRefusedWithTheNearestAmounts(t *testing.T) {
	for _, c := range []struct {
		use           Use
		in, low, high Amount
	}{
		{Charge, Amount{"KWD", 5125}, Amount{"KWD", 5120}, Amount{"KWD", 5130}},
		{Charge, Amount{"MGA", 150}, Amount{"MGA", 100}, Amount{"MGA", 200}},
		{Charge, Amount{"KWD", -5125}, Amount{"KWD", -5130}, Amount{"KWD", -5120}},
		{Payout, Amount{"TWD", 1250}, Amount{"TWD", 1200}, Amount{"TWD", 1300}},
	} {
		_, err := ToProvider("stripe", c.use, c.in)
		var p *ParseError
		if !errors.As(err, &p) || *p != (ParseError{TooFine, c.low, c.high}) {
			t.Errorf("%v gives %v, want %v and %v", c.in, err, c.low, c.high)
		}
	}
	for name, f := range map[string]func() error{
		"unknown currency out": func() error { _, err := ToProvider("stripe", Charge, Amount{"ZZZ", 1}); return err },
		"unknown currency in":  func() error { _, err := FromProvider("stripe", "ZZZ", 1); return err },
		"hundredths of UGX":    func() error { _, err := FromProvider("stripe", "UGX", 5050); return err },
		"too many UGX":         func() error { _, err := ToProvider("stripe", Charge, Amount{"UGX", math.MaxInt64 / 10}); return err },
		"too many MGA":         func() error { _, err := FromProvider("stripe", "MGA", math.MaxInt64/10); return err },
	} {
		if err := f(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProviderExponentsDifferFromISOWhereStripeSaysSo(t *testing.T) {
	for code, want := range map[string]int{"USD": 2, "JPY": 0, "UGX": 2, "ISK": 2, "MGA": 0, "KWD": 3, "VND": 0, "XOF": 0} {
		if got, ok := ProviderExponent("stripe", code); !ok || got != want {
			t.Errorf("%s at stripe: %d, want %d", code, got, want)
		}
	}
	if _, ok := ProviderExponent("stripe", "ZZZ"); ok {
		t.Error("an unknown currency has an exponent")
	}
}
