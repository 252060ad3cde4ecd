package giro

import (
	"regexp"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/fault"
)

// ibanLengths are the lengths of IBANs by country, from the registry that SWIFT
// keeps for ISO 13616.
var ibanLengths = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28, "CH": 21, "CR": 22,
	"CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22,
	"GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30,
	"KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20,
	"MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22,
	"RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26,
	"UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}

// IBAN is an account number by ISO 13616, in capitals without spaces.
type IBAN string

// What is wrong with a text that should be an IBAN.
const (
	IBANNone    = "none"    // it does not look like one
	IBANCountry = "country" // its country has none
	IBANLength  = "length"  // it is too short or too long for its country
	IBANDigits  = "digits"  // its check digits do not fit: a typing error
)

// IBANError says what is wrong with an IBAN; Want is the length of its country,
// in characters, for IBANLength.
type IBANError struct {
	Reason string
	Have   int
	Want   int
}

func (e *IBANError) Error() string { return "not an IBAN: " + e.Reason }

// ParseIBAN reads an IBAN as people write it. The error is *IBANError.
func ParseIBAN(text string) (IBAN, error) {
	s := bare(text)
	if len(s) < 5 || !letters(s[:2]) || !allDigits(s[2:4]) {
		return "", &IBANError{Reason: IBANNone}
	}
	want, known := ibanLengths[s[:2]]
	switch {
	case !known:
		return "", &IBANError{Reason: IBANCountry}
	case len(s) != want:
		return "", &IBANError{Reason: IBANLength, Have: len(s), Want: want}
	case mod97(spelt(s[4:]+s[:4])) != 1 || s[2:4] < "02" || s[2:4] > "98":
		return "", &IBANError{Reason: IBANDigits}
	}
	return IBAN(s), nil
}

func letters(s string) bool {
	for _, c := range s {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}

// spelt writes letters as numbers, A as 10 up to Z as 35.
func spelt(s string) string {
	var b strings.Builder
	for _, c := range s {
		if c >= 'A' {
			b.WriteString(strconv.Itoa(int(c-'A') + 10))
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// Grouped is the IBAN in groups of four, as the standard prints it.
func (i IBAN) Grouped() string { return groups(string(i), 4) }

// Tail is the last four characters, by which people know an account.
func (i IBAN) Tail() string { return Tail(string(i)) }

// Country is the ISO 3166 code that the IBAN begins with.
func (i IBAN) Country() string {
	if len(i) < 2 {
		return ""
	}
	return string(i[:2])
}

// IsQR tells whether it is a Swiss QR-IBAN: one whose institution (IID) lies
// from 30000 to 31999. Such an account takes transfers with a QR reference only.
func (i IBAN) IsQR() bool {
	if c := i.Country(); c != "CH" && c != "LI" || len(i) < 9 {
		return false
	}
	return i[4:9] >= "30000" && i[4:9] <= "31999"
}

// Tail is the last four letters and digits of an account number; of a very short
// one only the last two, so that it stays untold.
func Tail(number string) string {
	s := bare(number)
	n := 4
	if len(s) < 8 {
		n = min(2, len(s))
	}
	return s[len(s)-n:]
}

var bicForm = regexp.MustCompile(`^[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$`)

// ParseBIC reads a BIC (ISO 9362) of 8 or 11 characters; "" stays "".
// fault.Invalid where it does not look like one.
func ParseBIC(text string) (string, error) {
	s := bare(text)
	if s != "" && !bicForm.MatchString(s) {
		return "", fault.New(fault.Invalid, "a BIC has 8 or 11 letters and digits, such as GENODEM1GLS")
	}
	return s, nil
}

// Plain is a number of an account in the one way in which it is compared:
// capitals and digits only.
func Plain(number string) string { return bare(number) }
