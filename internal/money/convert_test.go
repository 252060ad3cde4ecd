package money

import (
	"testing"

	"masthead.dev/masthead/internal/fault"
)

func TestConversionIsExactAndRoundsHalfAwayFromZero(t *testing.T) {
	for _, v := range []struct {
		from  Amount
		rate  Rate
		to    string
		minor int64
	}{
		{Amount{"EUR", 2000}, "1.08", "USD", 2160},
		{Amount{"EUR", 1}, "1.5", "USD", 2},
		{Amount{"EUR", -1}, "1.5", "USD", -2},
		{Amount{"EUR", 1}, "1.4999", "USD", 1},
		{Amount{"JPY", 3000}, "0.0063", "EUR", 1890},
		{Amount{"EUR", 1890}, "158.73", "JPY", 3000},
		{Amount{"KWD", 5120}, "3.2", "USD", 1638},
		{Amount{"EUR", 0}, "1.08", "USD", 0},
		{Amount{"EUR", 9007199254740993}, "1", "USD", 9007199254740993}, // more than a float holds
	} {
		got, err := v.from.Convert(v.rate, v.to)
		if err != nil || got != (Amount{v.to, v.minor}) {
			t.Errorf("%s at %s is %v, %v; want %d", v.from, v.rate, got, err, v.minor)
		}
	}
}

func TestWhatIsNoRateIsRefused(t *testing.T) {
	for _, r := range []Rate{"", "0", "0.00", "-1", "+1", "1,08", "1.", ".5", "1e3", "1/2", "NaN", "1_0", "0x10", "1234567890123", "0.1234567890123"} {
		if _, err := (Amount{"EUR", 100}).Convert(r, "USD"); !fault.Is(err, fault.Invalid) || r.Valid() {
			t.Errorf("%q is answered with %v", r, err)
		}
	}
	if _, err := (Amount{"EUR", 1 << 62}).Convert("1000", "USD"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a result that is too large is answered with %v", err)
	}
	if _, err := (Amount{"EUR", 100}).Convert("1", "ZZZ"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a currency of nowhere is answered with %v", err)
	}
}
