package fund

import (
	"errors"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
)

// Form is a gift as a person filled it in, before anything of it is believed.
type Form struct {
	Nonce    string        // the id inside the form's token, checked by the caller
	Age      time.Duration // how long ago the form was made
	Campaign Campaign      // zero for the general fund
	Currency string        // the campaign's, or the outlet's for the general fund
	Every    string
	Choice   string // a suggested amount as a plain decimal, or "own"; may be ""
	Own      string // as typed
	Email    string
	Name     string
	ShowName bool
	Provider string // key
	Appeal   string
	Consent  string // the terms as they were shown
	News     bool   // the donor ticked to hear what becomes of the campaign
	Remind   bool   // the donor ticked to be reminded of transfers of a standing order that have not come
	Cover    bool   // the donor ticked to cover the fee
	Total    string // the whole sum that the form named, a plain decimal; for Cover
	// Admit is asked about a form that is in order, just before anything of it is
	// written; its error is Begin's. nil admits all.
	Admit func(a money.Amount) error
}

// Own is what Form.Choice says when the amount was typed.
const Own = "own"

// Limits bound a gift, in minor units.
type Limits struct{ Min, Max int64 }

// DefaultLimits are 3.00 and 50,000.00 of a currency with two decimals, the
// same number of minor units for one without, and 3.000 and 50,000.000 for
// three decimals.
func DefaultLimits(currency string) Limits {
	if exp, _ := money.Exponent(currency); exp >= 3 {
		return Limits{3_000, 50_000_000}
	}
	return Limits{300, 5_000_000}
}

// The longest texts that a form may carry, in characters.
const (
	maxName   = 100
	maxEmail  = 254 // RFC 5321, 4.5.3.1.3, less the brackets
	maxAppeal = 100
)

// gift is a form that was believed.
type gift struct {
	amount money.Amount // with the cover
	cover  int64        // minor units of amount that cover the fee
	every  Every
	email  string
	name   string
}

// check looks at every field and says all that is wrong at once, in l's language.
func (f Form) check(l *locale.Locale, caps Caps, lim Limits) (gift, error) {
	faults := fault.Fields{}
	g := gift{every: Every(f.Every), name: strings.TrimSpace(f.Name)}
	if g.every != Once && g.every != Month && g.every != Year || !caps.Takes(f.Currency, g.every) {
		faults["every"] = l.T("fund.every")
	}
	var say string
	if g.amount, say = f.amount(l, caps, lim); say != "" {
		faults["amount"] = say
	}
	if g.email = Email(f.Email); g.email == "" {
		faults["email"] = l.T("fund.email")
	}
	if say = CheckName(l, g.name); say != "" {
		faults["name"] = say
	}
	return g, faults.Err()
}

// unprintable are control characters, and marks that turn the text around them.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError
}

// amount reads the chosen or typed amount; say is what is wrong with it.
func (f Form) amount(l *locale.Locale, caps Caps, lim Limits) (a money.Amount, say string) {
	if f.Choice == "" && strings.TrimSpace(f.Own) == "" {
		return a, l.T("fund.amount.none")
	}
	if f.Choice != "" && f.Choice != Own && strings.TrimSpace(f.Own) != "" {
		return a, l.T("fund.amount.both")
	}
	var err error
	if f.Choice != "" && f.Choice != Own {
		a, err = money.ParseExact(f.Choice, f.Currency)
	} else {
		style := money.DecimalPoint
		if l.DecimalComma() {
			style = money.DecimalComma
		}
		a, err = money.Parse(f.Own, f.Currency, style)
	}
	if err == nil {
		_, err = money.ToProvider(caps.Scale, money.Charge, a)
	}
	low, high := money.Amount{Currency: f.Currency, Minor: lim.Min}, money.Amount{Currency: f.Currency, Minor: lim.Max}
	switch {
	case err != nil:
		return a, sayAmount(l, err, low, high)
	case a.Minor < lim.Min:
		return a, l.T("fund.amount.least", "min", l.MoneyWhole(low))
	case a.Minor > lim.Max:
		return a, l.T("fund.amount.most", "max", l.MoneyWhole(high))
	}
	return a, ""
}

func sayAmount(l *locale.Locale, err error, low, high money.Amount) string {
	var p *money.ParseError
	if !errors.As(err, &p) {
		return l.T("fund.amount.number", "example", l.Money(money.Amount{Currency: low.Currency, Minor: 10 * low.Minor}))
	}
	switch p.Reason {
	case money.Empty:
		return l.T("fund.amount.none")
	case money.NotPositive:
		return l.T("fund.amount.least", "min", l.MoneyWhole(low))
	case money.TooLarge:
		return l.T("fund.amount.most", "max", l.MoneyWhole(high))
	case money.MixedDigits:
		return l.T("fund.amount.script")
	case money.OtherCurrency:
		return l.T("fund.amount.currency", "currency", low.Currency)
	case money.Ambiguous:
		return l.T("fund.amount.ambiguous", "low", l.Money(p.Low), "high", l.Money(p.High))
	case money.TooFine:
		return l.T("fund.amount.fine", "low", l.Money(p.Low), "high", l.Money(p.High))
	}
	return l.T("fund.amount.number", "example", l.Money(money.Amount{Currency: low.Currency, Minor: 10 * low.Minor}))
}

// Email returns an address in the form in which it is kept, lower case without
// white space around it, or "" where it is none. Whether it exists is another
// matter.
func Email(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > maxEmail || strings.ContainsFunc(s, unprintable) || strings.ContainsAny(s, " \"") {
		return ""
	}
	local, domain, _ := strings.Cut(s, "@")
	labels := strings.Split(domain, ".")
	if len(local) > 64 || len(labels) < 2 || has(labels, "") || strings.ContainsAny(domain, "[]@_") {
		return ""
	}
	return s
}
