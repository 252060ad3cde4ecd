package locale

import (
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"masthead.dev/masthead/internal/money"
)

const (
	nbsp = "\u00a0" // no-break space
	lrm  = "\u200e" // left-to-right mark: keeps a sign or symbol on its side of Persian digits
)

// figures are a language's way to write numbers, as Intl.NumberFormat of
// CLDR 48 gives it; golden_test.go compares.
type figures struct {
	zero     rune // the digit zero
	group    string
	decimal  string
	minus    string
	percent  string            // after the number
	mark     string            // before each part of an amount that starts it
	trailing bool              // the currency follows the number
	symbols  map[string]string // where they differ from the common ones
}

// commonSymbols are the currency signs of CLDR's root and English.
var commonSymbols = map[string]string{
	"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "MXN": "MX$",
	"BRL": "R$", "INR": "₹", "KRW": "₩", "ILS": "₪", "CNY": "CN¥", "HKD": "HK$", "TWD": "NT$", "VND": "₫",
	"PHP": "₱", "XCD": "EC$", "XAF": "FCFA",
}

var allFigures = map[string]figures{
	"en": {zero: '0', group: ",", decimal: ".", minus: "-", percent: "%"},
	"de": {zero: '0', group: ".", decimal: ",", minus: "-", percent: nbsp + "%", trailing: true,
		symbols: map[string]string{"AUD": "AU$", "PHP": "₱"}},
	"fa": {zero: '۰', group: "٬", decimal: "٫", minus: lrm + "−", percent: "٪", mark: lrm,
		symbols: map[string]string{"CAD": "$CA", "NZD": "$NZ", "MXN": "$MX", "CNY": "¥CN", "HKD": "$HK",
			"IRR": "ریال", "AFN": "؋", "TWD": "NT$"}},
}

// Digits writes the ASCII digits of a text in the language's own.
func (l *Locale) Digits(s string) string {
	if l.figures.zero == '0' {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return l.figures.zero + r - '0'
		}
		return r
	}, s)
}

// Number writes a whole number with the language's grouping and digits.
func (l *Locale) Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		digits, sign = digits[1:], l.figures.minus
	}
	return sign + l.Digits(l.grouped(digits))
}

// Count writes a small whole number, as Number does.
func (l *Locale) Count(n int) string { return l.Number(int64(n)) }

// grouped puts the group mark between thousands of a row of digits.
func (l *Locale) grouped(digits string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(l.figures.group)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Percent writes whole per cent: 64 is "64%".
func (l *Locale) Percent(n int) string { return l.Number(int64(n)) + l.figures.percent }

// Share writes part of whole in per cent with one decimal, rounded half away
// from zero, as books do: 6240 of 17880 is "34.9%". Of nothing it is "–".
func (l *Locale) Share(part, whole int64) string {
	if whole == 0 {
		return "–"
	}
	halves := new(big.Int).Mul(big.NewInt(part), big.NewInt(2000))
	tenths := halves.Quo(halves, big.NewInt(whole)).Int64()
	tenths = (tenths + int64(halves.Sign())) / 2
	return l.decimal(tenths, 1, 1) + l.figures.percent
}

// Tenths writes a number of tenths with one decimal: 42 is "4.2".
func (l *Locale) Tenths(n int) string { return l.decimal(int64(n), 1, 1) }

// Money writes an amount with all its decimals: "$25.00", "25,00 €", "¥3,000".
func (l *Locale) Money(a money.Amount) string { return l.amount(a, false) }

// MoneyWhole is Money without decimals where they are all zero: "$25".
func (l *Locale) MoneyWhole(a money.Amount) string { return l.amount(a, true) }

func (l *Locale) amount(a money.Amount, whole bool) string {
	places, _ := money.Exponent(a.Currency)
	shown := places
	if whole && a.Minor%pow10(places) == 0 {
		shown = 0
	}
	f, sign, number := l.figures, "", l.decimal(a.Minor, places, shown)
	if a.Minor < 0 {
		sign, number = f.minus, strings.TrimPrefix(number, f.minus)
	}
	symbol := l.Symbol(a.Currency)
	if f.trailing {
		return sign + number + nbsp + symbol
	}
	if last, _ := utf8.DecodeLastRuneInString(symbol); unicode.IsLetter(last) {
		symbol += nbsp
	}
	return sign + f.mark + symbol + number
}

// decimal writes minor units with so many places, of which shown are kept.
func (l *Locale) decimal(minor int64, places, shown int) string {
	digits := strings.TrimPrefix(strconv.FormatInt(minor, 10), "-")
	if len(digits) <= places {
		digits = strings.Repeat("0", places-len(digits)+1) + digits
	}
	cut := len(digits) - places
	out := l.grouped(digits[:cut])
	if shown > 0 {
		out += l.figures.decimal + digits[cut:cut+shown]
	}
	if minor < 0 {
		return l.figures.minus + l.Digits(out)
	}
	return l.Digits(out)
}

// Symbol is the sign of a currency, or its code where it has none here.
func (l *Locale) Symbol(currency string) string {
	if s, ok := l.figures.symbols[currency]; ok {
		return s
	}
	if s, ok := commonSymbols[currency]; ok {
		return s
	}
	return currency
}

// SymbolTrails tells whether the currency is written after the number, for
// forms that show it beside a field.
func (l *Locale) SymbolTrails() bool { return l.figures.trailing }

// DecimalComma tells whether this language writes 10,00 for ten.
func (l *Locale) DecimalComma() bool { return l.figures.decimal == "," }

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// CurrencyName is the name of a currency for running text: "US dollars". It is
// the code where the catalogue has none.
func (l *Locale) CurrencyName(currency string) string {
	if key := "currency." + currency; l.Has(key) {
		return l.T(key)
	}
	return currency
}
