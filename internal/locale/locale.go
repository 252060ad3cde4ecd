// Package locale speaks to people: sentences from the message catalogues, and
// amounts, numbers, dates and lists the way each language writes them.
//
// The sentences are flat JSON files in catalogue/, named {lang}.json or
// {lang}.{subject}.json; every file of a language is read, and a key may stand
// in one of them only. A value is a sentence with {named} places, or an object
// of CLDR plural forms ({"one": …, "other": …}). A test fails when a key that
// code or templates use is missing in any language, when one is unused, or
// when its places differ between languages.
package locale

import "strings"

// Locale is one language of the interface. It is immutable and safe for use by
// many goroutines.
type Locale struct {
	lang     string
	name     string // the language's own name
	messages map[string]message
	plural   func(n int) string
	figures  figures
	dates    dates
	lists    listing
}

// Languages lists the languages of the interface, the fall-back first.
func Languages() []string { return []string{"en", "de", "fa"} }

var known = load()

// For returns the locale of a language tag such as "de" or "fa-IR"; English
// where the interface has not been translated into that language.
func For(tag string) *Locale {
	if l, ok := known[Base(tag)]; ok {
		return l
	}
	return known["en"]
}

// Base returns the language of a tag without region or script, in lower case:
// "de" for "de-AT".
func Base(tag string) string {
	base, _, _ := strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	return strings.ToLower(base)
}

// Lang is the language tag, for lang attributes.
func (l *Locale) Lang() string { return l.lang }

// Dir is the direction of the script, "ltr" or "rtl".
func (l *Locale) Dir() string { return DirOf(l.lang) }

// Name is the language's name in itself: "Deutsch".
func (l *Locale) Name() string { return l.name }

// rtlLanguages are those usually written from right to left (CLDR,
// characterOrder of each language's likely script).
var rtlLanguages = map[string]bool{
	"ar": true, "ckb": true, "dv": true, "fa": true, "he": true, "ks": true, "ps": true,
	"sd": true, "ug": true, "ur": true, "yi": true,
}

// DirOf is the direction that a language is written in, also of languages that
// the interface does not speak.
func DirOf(tag string) string {
	if rtlLanguages[Base(tag)] {
		return "rtl"
	}
	return "ltr"
}

// ownNames are the names of languages in themselves, for language switchers.
var ownNames = map[string]string{
	"ar": "العربية", "ckb": "کوردی", "cs": "Čeština", "da": "Dansk", "de": "Deutsch", "el": "Ελληνικά",
	"en": "English", "es": "Español", "fa": "فارسی", "fi": "Suomi", "fr": "Français", "he": "עברית",
	"hi": "हिन्दी", "hu": "Magyar", "id": "Bahasa Indonesia", "it": "Italiano", "ja": "日本語", "ko": "한국어",
	"nl": "Nederlands", "no": "Norsk", "pl": "Polski", "ps": "پښتو", "pt": "Português", "ro": "Română",
	"ru": "Русский", "sr": "Српски", "sv": "Svenska", "tr": "Türkçe", "uk": "Українська", "ur": "اردو",
	"vi": "Tiếng Việt", "zh": "中文",
}

// NameOf is the name of a language in itself; the tag where we do not know it.
func NameOf(tag string) string {
	if n, ok := ownNames[Base(tag)]; ok {
		return n
	}
	return tag
}
