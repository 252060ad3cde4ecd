package giro

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// The largest amount that the codes and the schemes behind them take, in cents
// or centimes.
const maxAmount = 99_999_999_999

// Transfer is what the code for euro payments says (EPC069-12, version 2.1 of
// the guidelines, code version 002).
type Transfer struct {
	BIC       string // may be "" within the EEA
	Name      string // of the account's holder, at most 70 characters
	IBAN      IBAN
	Amount    money.Amount // EUR 0.01 to 999,999,999.99
	Purpose   string       // ISO 20022 purpose, at most 4 letters: CHAR for gifts to charities
	Reference string       // RF creditor reference; or
	Text      string       // at most 140 characters
	Info      string       // for the payer's eyes, at most 70 characters
}

// Bounds of the code: level M up to version 13 holds so many bytes.
const (
	EPCMaxBytes   = 331
	EPCMaxVersion = 13
)

// Payload is the text of the code; fault.Invalid where it can't be made.
func (t Transfer) Payload() (string, error) {
	switch {
	case t.Amount.Currency != "EUR" || t.Amount.Minor < 1 || t.Amount.Minor > maxAmount:
		return "", fault.New(fault.Invalid, "this code takes amounts from EUR 0.01 to 999,999,999.99")
	case t.Reference != "" && t.Text != "":
		return "", fault.New(fault.Invalid, "this code takes a reference or a text, not both")
	case t.IBAN == "" || t.Name == "":
		return "", fault.New(fault.Invalid, "this code needs an IBAN and the name of its holder")
	}
	if _, err := ParseBIC(t.BIC); err != nil {
		return "", err
	}
	lines := []string{
		"BCD", "002", "1", "SCT", t.BIC, line(t.Name), string(t.IBAN), "EUR" + t.Amount.Decimal(), t.Purpose, t.Reference, line(t.Text), line(t.Info),
	}
	for i, most := range map[int]int{5: 70, 8: 4, 9: 35, 10: 140, 11: 70} {
		if n := utf8.RuneCountInString(lines[i]); n > most {
			return "", fault.New(fault.Invalid, "line %d of this code is %d characters long; it takes %d", i+1, n, most)
		}
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	s := strings.Join(lines, "\n")
	if len(s) > EPCMaxBytes {
		return "", fault.New(fault.Invalid, "this code would be %d bytes long; it takes %d", len(s), EPCMaxBytes)
	}
	return s, nil
}

// line is a text on one line.
func line(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, s))
}

// Address is where a holder of an account lives, in fields. The Swiss code has
// taken no other form since November 2025.
type Address struct {
	Street   string `json:"street,omitempty"`   // at most 70 characters
	Number   string `json:"number,omitempty"`   // of the house, at most 16
	Postcode string `json:"postcode,omitempty"` // without the country, at most 16
	Town     string `json:"town,omitempty"`     // at most 35
	Country  string `json:"country,omitempty"`  // ISO 3166, two letters
}

// Bill is what the Swiss payment code says (Swiss Implementation Guidelines
// QR-bill, version 2.3, code version 0200).
type Bill struct {
	IBAN      IBAN // of Switzerland or Liechtenstein
	Name      string
	Address   Address
	Amount    money.Amount // CHF or EUR, 0.01 to 999,999,999.99
	Reference Reference    // becomes QRR with a QR-IBAN, else SCOR; "" is none
	Text      string       // at most 140 characters
}

// Swiss tells whether the Swiss code can be made for an account and currency.
func Swiss(i IBAN, currency string) bool {
	return (i.Country() == "CH" || i.Country() == "LI") && (currency == "CHF" || currency == "EUR")
}

// Payload is the text of the code; fault.Invalid where it can't be made.
func (b Bill) Payload() (string, error) {
	kind, ref := "NON", ""
	switch {
	case b.IBAN.IsQR() && b.Reference == "":
		return "", fault.New(fault.Invalid, "a QR-IBAN takes payments with a QR reference only")
	case b.IBAN.IsQR():
		kind, ref = "QRR", b.Reference.QRR()
	case b.Reference != "":
		kind, ref = "SCOR", b.Reference.RF()
	}
	if err := b.check(); err != nil {
		return "", err
	}
	a := b.Address
	lines := []string{"SPC", "0200", "1", string(b.IBAN), "S", line(b.Name), line(a.Street), line(a.Number), line(a.Postcode), line(a.Town), a.Country}
	lines = append(lines, make([]string, 7)...) // the ultimate creditor, for future use
	lines = append(lines, b.Amount.Decimal(), b.Amount.Currency)
	lines = append(lines, make([]string, 7)...) // the payer fills in the payer
	lines = append(lines, kind, ref, line(b.Text), "EPD")
	return strings.Join(lines, "\n"), nil
}

func (b Bill) check() error {
	if !Swiss(b.IBAN, b.Amount.Currency) {
		return fault.New(fault.Invalid, "the Swiss code needs an IBAN of Switzerland or Liechtenstein, and CHF or EUR")
	}
	if b.Amount.Minor < 1 || b.Amount.Minor > maxAmount {
		return fault.New(fault.Invalid, "the Swiss code takes amounts from 0.01 to 999,999,999.99")
	}
	if field := b.Address.missing(); b.Name == "" || field != "" {
		return fault.New(fault.Invalid, "the Swiss code needs the holder's name, postcode, town and country")
	}
	for _, f := range []struct {
		text string
		most int
	}{{b.Name, 70}, {b.Address.Street, 70}, {b.Address.Number, 16}, {b.Address.Postcode, 16}, {b.Address.Town, 35}, {b.Text, 140}} {
		if utf8.RuneCountInString(f.text) > f.most {
			return fault.New(fault.Invalid, "%q is too long for the Swiss code, which takes %d characters of it", f.text, f.most)
		}
		if !Latin(f.text) {
			return fault.New(fault.Invalid, "%q has characters that the Swiss code does not take; write it in Latin letters", f.text)
		}
	}
	return nil
}

// missing is the first field that the Swiss code can't do without, or "".
func (a Address) missing() string {
	switch {
	case a.Postcode == "":
		return "postcode"
	case a.Town == "":
		return "town"
	case len(a.Country) != 2 || !letters(a.Country):
		return "country"
	}
	return ""
}

// Complete tells whether the address serves for the Swiss code.
func (a Address) Complete() bool { return a.missing() == "" }

// Latin tells whether a text has only characters that the Swiss standard takes:
// Basic Latin, Latin-1, Latin Extended-A, four Romanian letters and the euro sign.
func Latin(s string) bool {
	for _, r := range s {
		if !(r >= 0x20 && r <= 0x7e || r >= 0xa0 && r <= 0x17f || strings.ContainsRune("ȘșȚț€", r)) {
			return false
		}
	}
	return true
}

// Fields are those of the address that are filled in, in the order of a letter.
func (a Address) Fields() []string {
	var out []string
	for _, s := range []string{strings.TrimSpace(a.Street + " " + a.Number), strings.TrimSpace(a.Postcode + " " + a.Town), a.Country} {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
