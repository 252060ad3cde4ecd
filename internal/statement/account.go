package statement

import (
	"regexp"
	"strings"

	"masthead.dev/masthead/internal/money"
)

var (
	ibanShape = regexp.MustCompile(`^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$`)
	bicShape  = regexp.MustCompile(`^[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$`)
)

// bare is an account number or reference in upper case without spaces.
func bare(s string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == ' ' || r == '\u00a0' || r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, s))
}

// isIBAN looks at the shape and ISO 13616's check digits (mod 97).
func isIBAN(s string) bool {
	if !ibanShape.MatchString(s) {
		return false
	}
	rest := 0
	for _, c := range s[4:] + s[:4] {
		if c >= 'A' {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	return rest == 1
}

// number files an account number of the other side under what it is.
func (p *Party) number(s string) {
	switch s = bare(s); {
	case s == "":
	case ibanShape.MatchString(s):
		p.IBAN = s
	default:
		p.Account = s
	}
}

// ownAccount reads MT940's :25: as banks fill it: an IBAN, bank code/number,
// BIC/IBAN, with dots, with the currency glued on.
func ownAccount(field string) (account, currency string) {
	s := strings.Trim(strings.ReplaceAll(bare(field), ".", ""), "/")
	if n := len(s) - 3; n >= 5 && !isIBAN(s) {
		if _, ok := money.Exponent(s[n:]); ok && (isIBAN(s[:n]) || strings.Trim(s[:n], "0123456789/-") == "") {
			s, currency = s[:n], s[n:]
		}
	}
	if _, after, ok := strings.Cut(s, "/"); ok && isIBAN(after) {
		s = after
	}
	return s, currency
}

// SameAccount tells whether two ways of writing an account number can mean the
// same one: equal but for spaces and signs, or an IBAN and the national number
// inside it (as German 10050000/1234567890 in DE…100500001234567890). False for
// an empty one.
func SameAccount(a, b string) bool {
	a, b = plainNumber(a), plainNumber(b)
	if a == "" || b == "" {
		return false
	}
	return a == b || isInside(a, b) || isInside(b, a)
}

func plainNumber(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '/' { // the place where zeros may be missing
			return r
		}
		if (r >= '0' && r <= '9') || (r >= 'A' && r <= 'Z') {
			return r
		}
		return -1
	}, bare(s))
}

// isInside looks for a national number at the end of an IBAN. Short numbers
// prove nothing.
func isInside(iban, number string) bool {
	if !isIBAN(iban) {
		return false
	}
	bank, account, split := strings.Cut(number, "/")
	if !split {
		number = strings.TrimLeft(number, "0")
		return len(number) >= 7 && strings.HasSuffix(iban, number)
	}
	rest, ok := strings.CutPrefix(iban[4:], bank)
	return ok && bank != "" && strings.Trim(account, "0") != "" && strings.TrimLeft(rest, "0") == strings.TrimLeft(account, "0")
}
