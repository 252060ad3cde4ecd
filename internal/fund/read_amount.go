package fund

import (
	"strings"
	"unicode/utf8"

	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
)

// ReadAmount reads an amount as a donor typed it, by the same rules as the form
// of a gift; say is what is wrong with it, in l's language.
func ReadAmount(l *locale.Locale, caps Caps, lim Limits, currency, typed string) (a money.Amount, say string) {
	return Form{Currency: currency, Choice: Own, Own: typed}.amount(l, caps, lim)
}

// CheckName says what is wrong with a donor's name, in l's language; "" where it
// is in order, as no name is.
func CheckName(l *locale.Locale, name string) string {
	switch {
	case utf8.RuneCountInString(name) > maxName:
		return l.T("fund.name.long", "max", maxName)
	case strings.ContainsFunc(name, unprintable):
		return l.T("fund.name.control")
	}
	return ""
}
