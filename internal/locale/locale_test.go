package locale

import (
	"testing"
	"testing/fstest"
	"time"

	"masthead.dev/masthead/internal/money"
)

func TestALanguageIsFoundByItsTagAndEnglishStandsInForOthers(t *testing.T) {
	for tag, want := range map[string]string{"de": "de", "de-AT": "de", "FA": "fa", "fa_IR": "fa", "fr": "en", "": "en"} {
		if got := For(tag).Lang(); got != want {
			t.Errorf("For(%q) speaks %s, want %s", tag, got, want)
		}
	}
	for tag, want := range map[string]string{"fa": "rtl", "ar-EG": "rtl", "he": "rtl", "de": "ltr", "zz": "ltr"} {
		if got := DirOf(tag); got != want {
			t.Errorf("%s runs %s, want %s", tag, got, want)
		}
	}
	if For("fa").Dir() != "rtl" || For("fa").Name() != "فارسی" || NameOf("xx") != "xx" {
		t.Error("direction or name of a language is wrong")
	}
}

func TestPlacesInASentenceAreFilledOnce(t *testing.T) {
	l := &Locale{lang: "en", plural: oneIsOne, figures: allFigures["en"], messages: map[string]message{
		"a": {"other": "{who} gave {what} to {who}"},
		"n": {"one": "{n} day for {who}", "other": "{n} days for {who}"},
	}}
	if got := l.T("a", "who", "{what}", "what", 1234); got != "{what} gave 1,234 to {what}" {
		t.Errorf("wrote %q", got)
	}
	if one, many := l.N("n", 1, "who", "x"), l.N("n", 2000, "who", "y"); one != "1 day for x" || many != "2,000 days for y" {
		t.Errorf("wrote %q and %q", one, many)
	}
	if got := l.T("none"); got != "⟨none⟩" {
		t.Errorf("a missing key came back as %q", got)
	}
}

func TestPersianWritesItsOwnDigits(t *testing.T) {
	l := For("fa")
	at := time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)
	if got := l.DateTime(at); got != "۲۰ نوامبر ۲۰۲۶، ساعت ۱۴:۰۵" {
		t.Errorf("wrote %q", got)
	}
	if got := l.T("give.own.hint", "currency", "دلار", "min", l.MoneyWhole(money.Amount{Currency: "USD", Minor: 300})); got != "به دلار، دست‌کم \u200e$۳." {
		t.Errorf("wrote %q", got)
	}
}

func TestAKeyMayStandInOneFileOfALanguageOnly(t *testing.T) {
	files := fstest.MapFS{
		"catalogue/en.json":      {Data: []byte(`{"a": "x"}`)},
		"catalogue/en.more.json": {Data: []byte(`{"b": {"one": "y", "other": "z"}}`)},
		"catalogue/eng.json":     {Data: []byte(`not of this language`)},
	}
	m, err := readCatalogue(files, "en")
	if err != nil || len(m) != 2 || m["b"]["one"] != "y" {
		t.Fatalf("read %v, %v", m, err)
	}
	files["catalogue/en.more.json"].Data = []byte(`{"a": "y"}`)
	if _, err := readCatalogue(files, "en"); err == nil {
		t.Error("the key a stands in two files and nobody said so")
	}
	files["catalogue/en.more.json"].Data = []byte(`{"b": {"one": "y"}}`)
	if _, err := readCatalogue(files, "en"); err == nil {
		t.Error("a message without the form other was accepted")
	}
}
