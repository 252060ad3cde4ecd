package money

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"masthead.dev/masthead/internal/fault"
)

// Style is the decimal sign of the reader's locale. It matters only where a
// text can be read in two ways.
type Style rune

// The two styles. Anything else counts as DecimalPoint.
const (
	DecimalPoint Style = '.' // 1,000.00
	DecimalComma Style = ',' // 1.000,00
)

// Reason says why a text is not an amount, so that a form can say it in the
// reader's language.
type Reason string

// The reasons. Low and High of the ParseError are set where it is said.
const (
	Empty         Reason = "empty"          // nothing was typed
	NotANumber    Reason = "not_a_number"   // letters, 1e9, NaN, groups that make no sense
	MixedDigits   Reason = "mixed_digits"   // digits of two scripts
	NotPositive   Reason = "not_positive"   // zero or below
	OtherCurrency Reason = "other_currency" // the sign of another currency stands beside it
	Ambiguous     Reason = "ambiguous"      // two readings: Low and High
	TooFine       Reason = "too_fine"       // too many decimals: the nearest amounts are Low and High
	TooLarge      Reason = "too_large"      // beyond 10^18 - 1 minor units
)

// ParseError is the cause inside the fault.Invalid that Parse and ToProvider
// return.
type ParseError struct {
	Reason    Reason
	Low, High Amount // zero values where the Reason has no such amounts
}

// Error implements error, for the log.
func (e *ParseError) Error() string { return "amount: " + string(e.Reason) }

// maxTyped is the longest text that is looked at, in bytes.
const maxTyped = 120

// Parse reads the positive amount that a person typed. Decimal digits of any
// one script are read (25, ٢٥, ２５), grouping signs where they make whole
// groups, a currency sign or code on either side if it is this currency's. It
// never rounds and never guesses: "1,000" has two readings and is refused with
// both of them, "25.001" with the amounts on either side of it. The error is
// fault.Invalid around a *ParseError. Least and greatest amounts are the
// caller's.
func Parse(text, currency string, style Style) (Amount, error) {
	exp, ok := Exponent(currency)
	if !ok {
		return Amount{}, unknownCurrency(currency)
	}
	if len(text) > maxTyped || !utf8.ValidString(text) {
		return Amount{}, refuse(NotANumber, Amount{}, Amount{})
	}
	plain, reason := normalise(text)
	if reason != "" {
		return Amount{}, refuse(reason, Amount{}, Amount{})
	}
	body, reason := strip(plain, currency)
	if reason != "" {
		return Amount{}, refuse(reason, Amount{}, Amount{})
	}
	return read(body, currency, exp, style)
}

// The signs that normalise leaves between digits. Arabic has a decimal and a
// thousands sign of its own, which can be read in one way only.
const (
	arabicDecimal  = '٫'
	arabicGrouping = '٬'
	decimalSigns   = ".,٫"
)

// normalise turns digits of one script into ASCII, look-alike signs into one
// form, drops marks that only steer direction, and trims.
func normalise(text string) (string, Reason) {
	var b strings.Builder
	zero := rune(-1)
	for _, r := range text {
		if v := digitValue(r); v >= 0 {
			if zero >= 0 && r-rune(v) != zero {
				return "", MixedDigits
			}
			zero = r - rune(v)
			r = '0' + rune(v)
		} else if r = plainSign(r); r < 0 {
			continue
		}
		b.WriteRune(r)
	}
	plain := strings.TrimSpace(b.String())
	if plain == "" {
		return "", Empty
	}
	if zero < 0 {
		return "", NotANumber
	}
	return plain, ""
}

// digitValue is the value of a decimal digit (Unicode Nd) or -1. Each range of
// Nd holds whole runs from zero to nine.
func digitValue(r rune) int {
	if !unicode.Is(unicode.Nd, r) {
		return -1
	}
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return int(r-rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return int(r-rune(t.Lo)) % 10
		}
	}
	return -1
}

// plainSign maps a sign to the one that stands for its kind, -1 to drop it.
func plainSign(r rune) rune {
	switch r {
	case '．', '。':
		return '.'
	case '，', '،', '、':
		return ','
	case '’', 'ʼ', '＇', '‘', '´', '`':
		return '\''
	case '−', '‐', '‑', '‒', '–', '—', '－', '﹣':
		return '-'
	case '＄':
		return '$'
	case '￥':
		return '¥'
	case '￡':
		return '£'
	case '\u200b', '\u200c', '\u200d', '\ufeff':
		return -1
	}
	if unicode.IsSpace(r) || unicode.Is(unicode.Zs, r) {
		return ' '
	}
	if unicode.Is(unicode.Bidi_Control, r) {
		return -1
	}
	return r
}

// strip takes currency signs, a minus and the dashes of "25,–" away from what
// stands between the first and the last digit.
func strip(plain, currency string) (body string, reason Reason) {
	first := strings.IndexAny(plain, "0123456789")
	last := strings.LastIndexAny(plain, "0123456789")
	before, body := openFraction(plain[:first], plain[first:last+1], currency)
	if word, minus := cutMinus(before); minus {
		if own, _ := signKind(word, currency); word == "" || own {
			return "", NotPositive
		}
	}
	for _, word := range []string{before, openEnd(plain[last+1:], currency)} {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		switch own, other := signKind(word, currency); {
		case other && !own:
			return "", OtherCurrency
		case !own:
			return "", NotANumber
		}
	}
	return body, ""
}

func isSign(word, currency string) bool {
	own, other := signKind(strings.TrimSpace(word), currency)
	return own || other
}

// openFraction moves the decimal sign of ".50" from what stands before the
// first digit to the digits. The point of a sign like "Rs." stays with it.
func openFraction(before, body, currency string) (string, string) {
	mark, width := utf8.DecodeLastRuneInString(before)
	if before == "" || !strings.ContainsRune(decimalSigns, mark) || isSign(before, currency) {
		return before, body
	}
	cut := len(before) - width
	return before[:cut], "0" + before[cut:] + body
}

// openEnd takes the decimal sign of "25." and the dash of "25,–" away from what
// stands behind the last digit.
func openEnd(behind, currency string) string {
	if isSign(behind, currency) {
		return behind
	}
	rest := strings.TrimLeft(behind, decimalSigns)
	if rest != behind {
		rest = strings.TrimLeft(rest, "-")
	}
	return rest
}

// cutMinus takes a minus from either end of what stands before the digits.
func cutMinus(s string) (word string, minus bool) {
	s = strings.TrimSpace(s)
	word = strings.TrimSpace(strings.Trim(s, "-"))
	return word, word != s
}

// read makes an amount of digits and the signs between them.
func read(body, currency string, exp int, style Style) (Amount, error) {
	whole, frac, double := split(body, exp, style)
	if whole == "" {
		return Amount{}, refuse(NotANumber, Amount{}, Amount{})
	}
	minor, rest, ok := assemble(whole, frac, exp)
	grouped, _, fits := assemble(whole+frac, "", exp)
	a := Amount{currency, minor}
	switch {
	case !ok || (double && !fits):
		return Amount{}, refuse(TooLarge, Amount{}, Amount{})
	case double:
		return Amount{}, refuse(Ambiguous, a, Amount{currency, grouped})
	case rest:
		return Amount{}, refuse(TooFine, a, Amount{currency, minor + 1})
	case minor == 0:
		return Amount{}, refuse(NotPositive, Amount{}, Amount{})
	}
	return a, nil
}

func refuse(reason Reason, low, high Amount) error {
	var say string
	switch reason {
	case Empty:
		say = "enter an amount"
	case MixedDigits:
		say = "write the amount in the digits of one script"
	case NotPositive:
		say = "enter an amount above zero"
	case OtherCurrency:
		say = "the amount carries the sign of another currency; enter only the number"
	case Ambiguous:
		say = fmt.Sprintf("this can be read as %s or as %s; write which one you mean", low, high)
	case TooFine:
		say = fmt.Sprintf("this amount is too finely divided; the nearest ones are %s and %s", low, high)
	case TooLarge:
		say = "the amount is too large to be counted"
	default:
		say = "enter the amount as a number, like 25 or 25.00"
	}
	return fault.Wrap(fault.Invalid, &ParseError{reason, low, high}, "%s", say)
}
