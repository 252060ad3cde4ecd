package locale_test

import (
	"slices"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
)

func TestANewsroomsOwnSentenceStandsForTheCatalogues(t *testing.T) {
	l := locale.For("en")
	const key = "mail.gift.subject"
	base, one := l.Sentence(key)
	if !one || !slices.Contains(locale.Places(base), "{amount}") {
		t.Fatalf("%q has the places %v", base, locale.Places(base))
	}
	own := l.With(locale.Wording{key: "You gave {amount}. Hurrah!", "no.such.key": "x", "mail.wrong": ""})
	if got := own.T(key, "amount", "25"); got != "You gave 25. Hurrah!" {
		t.Errorf("%q", got)
	}
	if own.Has("no.such.key") || own.T("mail.wrong") != l.T("mail.wrong") || l.T(key) != base {
		t.Error("more was changed than was asked for")
	}
	for text, good := range map[string]bool{
		"Thank you for {amount}": true, "Thank you": true, "": true,
		"Thank you {name}": false, "two\nlines": false, strings.Repeat("x", 2001): false,
	} {
		if err := l.CheckWording(key, text); (err == nil) != good || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}
