package giro

import (
	"errors"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
)

// Line is a part of what a donor types where there is no IBAN: "Routing number",
// "021000021".
type Line struct {
	Label string `json:"label"`
	Text  string `json:"text"`
}

// Account is a bank account of the outlet.
type Account struct {
	ID       string
	Name     string // part of the ledger account Assets:Bank:{Name}; never changes
	Title    string // what people call it
	Currency string
	Holder   string
	IBAN     IBAN   // "" where the country has none
	QRIBAN   IBAN   // Swiss, for payments with a QR reference; may be ""
	Lines    []Line // where there is no IBAN
	BIC      string
	BankName string
	Address  Address
	Shown    bool // offered to donors
	// StatementsFrom is the day from which statements are read in (YYYY-MM-DD), or
	// "": payouts and transfers then wait for their line.
	StatementsFrom string
	CreatedAt      time.Time
	ClosedAt       time.Time // zero: open
}

// Tail is how lists name the account: the last characters of its number.
func (a Account) Tail() string {
	if a.IBAN != "" {
		return a.IBAN.Tail()
	}
	return Tail(a.Number())
}

// Number is what a statement calls the account: its IBAN, else the longest
// number among its lines.
func (a Account) Number() string {
	if a.IBAN != "" {
		return string(a.IBAN)
	}
	best := ""
	for _, l := range a.Lines {
		if s := bare(l.Text); strings.ContainsAny(s, "0123456789") && len(s) >= len(best) {
			best = s
		}
	}
	return best
}

// Numbers are all numbers by which a statement may call the account.
func (a Account) Numbers() []string {
	var out []string
	for _, n := range []string{string(a.IBAN), string(a.QRIBAN)} {
		if n != "" {
			out = append(out, n)
		}
	}
	if len(out) == 0 && a.Number() != "" {
		out = append(out, a.Number())
	}
	return out
}

// Offered tells whether donors can be asked to pay to the account.
func (a Account) Offered() bool { return a.Shown && a.ClosedAt.IsZero() }

var nameForm = regexp.MustCompile(`^[A-Z0-9][A-Za-z0-9-]{0,30}$`)

// NameOf makes a name for the books out of a title: "GLS, Bochum" is GLS-Bochum.
// "" where nothing of the title serves.
func NameOf(title string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(title, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if b.Len() > 0 {
			b.WriteByte('-')
		}
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	s := b.String()
	return strings.TrimRight(s[:min(len(s), 31)], "-")
}

// Check looks at every field; the error is fault.Fields in l's language.
func (a Account) Check(l *locale.Locale) error {
	f := fault.Fields{}
	say := func(field, key string, args ...any) {
		if f[field] == "" {
			f[field] = l.T("bank.bad."+key, args...)
		}
	}
	if a.Title == "" || utf8.RuneCountInString(a.Title) > 60 {
		say("title", "title")
	}
	if !nameForm.MatchString(a.Name) {
		say("name", "name")
	}
	if _, ok := money.Exponent(a.Currency); !ok {
		say("currency", "currency")
	}
	if n := utf8.RuneCountInString(a.Holder); n > 70 || n == 0 {
		say("holder", "holder")
	}
	if _, err := ParseBIC(a.BIC); err != nil {
		say("bic", "bic")
	}
	a.checkNumbers(say)
	a.checkAddress(say)
	return f.Err()
}

func (a Account) checkNumbers(say func(field, key string, args ...any)) {
	switch {
	case a.IBAN == "" && len(a.Lines) == 0:
		say("iban", "number")
	case a.IBAN != "" && a.IBAN.IsQR():
		say("iban", "isqr")
	}
	if a.QRIBAN != "" && (!a.QRIBAN.IsQR() || a.IBAN.Country() != a.QRIBAN.Country()) {
		say("qr", "qr")
	}
	if len(a.Lines) > 8 {
		say("lines", "lines")
	}
	for _, x := range a.Lines {
		if x.Label == "" || x.Text == "" || utf8.RuneCountInString(x.Label) > 40 || utf8.RuneCountInString(x.Text) > 70 {
			say("lines", "lines")
		}
	}
}

// checkAddress asks for the holder's address where the Swiss code needs it.
func (a Account) checkAddress(say func(field, key string, args ...any)) {
	if !Swiss(a.IBAN, a.Currency) || !a.Shown {
		return
	}
	if field := a.Address.missing(); field != "" {
		say(field, "address")
	}
	b := Bill{IBAN: a.IBAN, Name: a.Holder, Address: a.Address, Amount: money.Amount{Currency: a.Currency, Minor: 1}}
	if a.Address.Complete() && a.Holder != "" && b.check() != nil {
		say("street", "latin")
	}
}

// SayIBAN is what is wrong with an IBAN, in l's language.
func SayIBAN(l *locale.Locale, err error) string {
	var e *IBANError
	if !errors.As(err, &e) {
		return l.T("bank.bad.iban.none")
	}
	return l.T("bank.bad.iban."+e.Reason, "have", e.Have, "want", e.Want)
}

// Choose finds the account to pay a gift to: the one with the id where it is
// offered still, else the first one offered in the currency; fault.NotFound.
func Choose(list []Account, id, currency string) (Account, error) {
	var best *Account
	for i := range list {
		a := &list[i]
		if !a.Offered() || a.Currency != currency {
			continue
		}
		if a.ID == id {
			return *a, nil
		}
		if best == nil {
			best = a
		}
	}
	if best == nil {
		return Account{}, fault.New(fault.NotFound, "no bank account in %s is shown to donors", currency)
	}
	return *best, nil
}
