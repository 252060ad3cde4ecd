package money

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"masthead.dev/masthead/internal/fault"
)

func TestWhatPeopleTypeIsReadOrExplained(t *testing.T) {
	const point, comma = DecimalPoint, DecimalComma
	for _, c := range []struct {
		text, currency string
		style          Style
		want           string // an amount, or a reason with its two amounts
	}{
		// the list of amounts that the funding specification names
		{"−5", "USD", point, "not_positive"},
		{"-5", "EUR", comma, "not_positive"},
		{"0", "USD", point, "not_positive"},
		{"0.00", "USD", point, "not_positive"},
		{"1e9", "USD", point, "not_a_number"},
		{"10,00", "EUR", comma, "10.00 EUR"},
		{"١٠", "USD", point, "10.00 USD"},
		{"NaN", "USD", point, "not_a_number"},
		{"25.001", "USD", point, "too_fine 25.00 USD 25.01 USD"},
		{"25.001", "EUR", comma, "ambiguous 25.00 EUR 25001.00 EUR"},
		{"1,000", "USD", point, "ambiguous 1.00 USD 1000.00 USD"},
		{"1,000", "EUR", comma, "ambiguous 1.00 EUR 1000.00 EUR"},
		{"1.000", "EUR", comma, "ambiguous 1.00 EUR 1000.00 EUR"},
		{"1.000", "USD", point, "ambiguous 1.00 USD 1000.00 USD"},
		{"5.125", "KWD", point, "5.125 KWD"},
		// plain
		{"25", "USD", point, "25.00 USD"},
		{"25.5", "USD", point, "25.50 USD"},
		{"25.50", "USD", point, "25.50 USD"},
		{"25.500", "EUR", comma, "ambiguous 25.50 EUR 25500.00 EUR"},
		{"025", "USD", point, "25.00 USD"},
		{".50", "USD", point, "0.50 USD"},
		{"0.125", "USD", point, "too_fine 0.12 USD 0.13 USD"},
		{"25.", "USD", point, "25.00 USD"},
		{"10,00", "USD", point, "10.00 USD"},
		{"10.00", "EUR", comma, "10.00 EUR"},
		// groups
		{"1,000.00", "USD", point, "1000.00 USD"},
		{"1.000,00", "USD", point, "1000.00 USD"},
		{"1.000,00", "EUR", comma, "1000.00 EUR"},
		{"1,234,567", "USD", comma, "1234567.00 USD"},
		{"12,34,567.89", "INR", point, "1234567.89 INR"},
		{"1 000", "EUR", comma, "1000.00 EUR"},
		{"1\u00a0000,50", "EUR", comma, "1000.50 EUR"},
		{"1\u202f000", "EUR", comma, "1000.00 EUR"},
		{"1'000.50", "CHF", point, "1000.50 CHF"},
		{"1’000.–", "CHF", point, "1000.00 CHF"},
		{"10 00", "EUR", comma, "not_a_number"},
		{"1,00,0", "USD", point, "not_a_number"},
		{"1,000,00", "USD", point, "not_a_number"},
		{"1..5", "USD", point, "not_a_number"},
		{"1.2.3", "USD", point, "not_a_number"},
		{"0,000,001", "USD", point, "not_a_number"},
		// no minor unit: three digits behind the grouping sign are thousands
		{"3,000", "JPY", point, "3000 JPY"},
		{"3.000", "JPY", comma, "3000 JPY"},
		{"3.000", "JPY", point, "ambiguous 3 JPY 3000 JPY"},
		{"3.5", "JPY", point, "too_fine 3 JPY 4 JPY"},
		{"3000.00", "JPY", point, "3000 JPY"},
		// scripts
		{"۲۵", "USD", point, "25.00 USD"},
		{"۱٬۰۰۰٫۵۰", "USD", point, "1000.50 USD"},
		{"١٠٫٥٠", "EUR", comma, "10.50 EUR"},
		{"٫٥", "EUR", comma, "0.50 EUR"},
		{"１０．００", "JPY", point, "10 JPY"},
		{"￥３，０００", "JPY", point, "3000 JPY"},
		{"१०", "INR", point, "10.00 INR"},
		{"1٠", "USD", point, "mixed_digits"},
		{"١۰", "USD", point, "mixed_digits"},
		{"½", "USD", point, "not_a_number"},
		{"Ⅹ", "USD", point, "not_a_number"},
		{"十", "JPY", point, "not_a_number"},
		// signs of the currency, and what comes along when pasting
		{"$25", "USD", point, "25.00 USD"},
		{"US$ 25", "USD", point, "25.00 USD"},
		{"25 USD", "USD", point, "25.00 USD"},
		{"usd 25", "USD", point, "25.00 USD"},
		{"$25 USD", "USD", point, "25.00 USD"},
		{"$.50", "USD", point, "0.50 USD"},
		{"25 €", "EUR", comma, "25.00 EUR"},
		{"25,– €", "EUR", comma, "25.00 EUR"},
		{"kr. 25", "DKK", comma, "25.00 DKK"},
		{"25:-", "SEK", comma, "25.00 SEK"},
		{"Rs.500", "INR", point, "500.00 INR"},
		{"\u200e25\u200f", "USD", point, "25.00 USD"},
		{"\u2067۲۵\u2069", "USD", point, "25.00 USD"},
		{" \t25\n", "USD", point, "25.00 USD"},
		{"€25", "USD", point, "other_currency"},
		{"25 EUR", "USD", point, "other_currency"},
		{"$-5", "USD", point, "not_positive"},
		{"-$5", "USD", point, "not_positive"},
		{"- 5", "USD", point, "not_positive"},
		{"x5", "USD", point, "not_a_number"},
		{"5x", "USD", point, "not_a_number"},
		{"0x10", "USD", point, "not_a_number"},
		{"+5", "USD", point, "not_a_number"},
		{"5-", "USD", point, "not_a_number"},
		{"5%", "USD", point, "not_a_number"},
		{"5/2", "USD", point, "not_a_number"},
		{"Infinity", "USD", point, "not_a_number"},
		{"", "USD", point, "empty"},
		{" \u00a0 ", "USD", point, "empty"},
		{"$", "USD", point, "not_a_number"},
		{"\xff5", "USD", point, "not_a_number"},
		{strings.Repeat("9", 200), "USD", point, "not_a_number"},
		{strings.Repeat("9", 16), "USD", point, "9999999999999999.00 USD"},
		{strings.Repeat("9", 17), "USD", point, "too_large"},
		{strings.Repeat("9", 40), "USD", point, "too_large"},
	} {
		t.Run(c.text+" "+c.currency+string(c.style), func(t *testing.T) {
			got, err := Parse(c.text, c.currency, c.style)
			if s := outcome(t, got, err); s != c.want {
				t.Errorf("Parse(%q, %s, %c) = %s, want %s", c.text, c.currency, c.style, s, c.want)
			}
		})
	}
}

// outcome writes a result in the form of the tables above and checks what holds
// for each refusal: its kind, and a sentence that names both amounts.
func outcome(t *testing.T, a Amount, err error) string {
	t.Helper()
	if err == nil {
		return a.String()
	}
	var p *ParseError
	if !errors.As(err, &p) || !fault.Is(err, fault.Invalid) {
		t.Fatalf("the error %v is not an Invalid with a ParseError", err)
	}
	if a != (Amount{}) {
		t.Errorf("an amount %v came with the error %v", a, err)
	}
	out := string(p.Reason)
	for _, near := range []Amount{p.Low, p.High} {
		if near.Currency == "" {
			continue
		}
		out += " " + near.String()
		if !strings.Contains(fault.Say(err), near.String()) {
			t.Errorf("the sentence %q does not name %s", fault.Say(err), near)
		}
	}
	return out
}

func TestAnUnknownCurrencyIsRefused(t *testing.T) {
	for _, code := range []string{"", "usd", "ZZZ", "XAU", "BTC"} {
		if _, err := Parse("25", code, DecimalPoint); !fault.Is(err, fault.Invalid) {
			t.Errorf("Parse in %q: %v, want an Invalid", code, err)
		}
	}
}

func TestAnAmountWrittenInAnyScriptAndGroupingIsReadBack(t *testing.T) {
	codes := []string{"USD", "EUR", "JPY", "KWD", "CLF", "INR"}
	zeros := []rune{'0', '٠', '۰', '०', '０', '๐', '߀', '𝟎'}
	rapid.Check(t, func(t *rapid.T) {
		a := Amount{rapid.SampledFrom(codes).Draw(t, "currency"), rapid.Int64Range(1, 1e15).Draw(t, "minor")}
		style := rapid.SampledFrom([]Style{DecimalPoint, DecimalComma}).Draw(t, "style")
		whole, frac, _ := strings.Cut(a.Decimal(), ".")
		whole = thousands(whole, rapid.SampledFrom([]string{"", " ", "'", "٬", "\u202f"}).Draw(t, "grouping"))
		text := whole
		if frac != "" {
			text += string(style) + frac
		}
		zero := rapid.SampledFrom(zeros).Draw(t, "zero")
		text = strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return zero + r - '0'
			}
			return r
		}, text)
		got, err := Parse(text, a.Currency, style)
		if err != nil || got != a {
			t.Fatalf("Parse(%q) = %v, %v; want %v", text, got, err, a)
		}
	})
}

func thousands(digits, sign string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + sign + digits[i:]
	}
	return digits
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"25", "1,000", "1.000,00", "١٠٫٥٠", "$.50", "25,–", "1e9", "−5", "kr. 1 000", "\u206725\u2069", "𝟙𝟚"} {
		f.Add(s, "USD", true)
		f.Add(s, "KWD", false)
		f.Add(s, "JPY", false)
	}
	f.Fuzz(func(t *testing.T, text, currency string, comma bool) {
		style := DecimalPoint
		if comma {
			style = DecimalComma
		}
		a, err := Parse(text, currency, style)
		if _, known := Exponent(currency); !known {
			if err == nil {
				t.Fatalf("an amount in %q", currency)
			}
			return
		}
		if err == nil {
			if a.Minor <= 0 || a.Currency != currency {
				t.Fatalf("Parse(%q) = %v", text, a)
			}
			if again, err := ParseExact(a.Decimal(), currency); err != nil || again != a {
				t.Fatalf("%v is read back as %v, %v", a, again, err)
			}
			return
		}
		var p *ParseError
		if !errors.As(err, &p) || !fault.Is(err, fault.Invalid) || fault.Say(err) == "" {
			t.Fatalf("Parse(%q): %v", text, err)
		}
		switch p.Reason {
		case TooFine:
			if p.High.Minor != p.Low.Minor+1 {
				t.Fatalf("Parse(%q): %v and %v are no neighbours", text, p.Low, p.High)
			}
		case Ambiguous:
			if p.High.Minor <= p.Low.Minor {
				t.Fatalf("Parse(%q): readings %v and %v", text, p.Low, p.High)
			}
		}
	})
}
