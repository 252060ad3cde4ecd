package locale

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"masthead.dev/masthead/internal/fault"
)

// Wording is what a newsroom says instead of the catalogue: key → sentence.
type Wording map[string]string

// With returns the locale with some sentences of the newsroom's own. Keys that
// the catalogue does not have, and sentences that are empty, are passed over.
func (l *Locale) With(w Wording) *Locale {
	if len(w) == 0 {
		return l
	}
	own := *l
	own.messages = maps.Clone(l.messages)
	for key, text := range w {
		if l.Has(key) && text != "" {
			own.messages[key] = message{"other": text}
		}
	}
	return &own
}

// Sentence returns the sentence of a key with its {places}. one is false where
// the catalogue has several forms of it, by number; those can't be worded anew.
func (l *Locale) Sentence(key string) (text string, one bool) {
	m := l.messages[key]
	return m["other"], len(m) == 1
}

var placeForm = regexp.MustCompile(`\{[a-z_]+\}`)

// Places lists the {places} of a sentence, each once.
func Places(text string) []string {
	out := placeForm.FindAllString(text, -1)
	slices.Sort(out)
	return slices.Compact(out)
}

// maxSentence is the longest sentence of a newsroom's own, in characters.
const maxSentence = 2000

// CheckWording tells whether a sentence can stand for a key's: it is one line,
// and has no places that the program does not fill. "" is the catalogue's own.
func (l *Locale) CheckWording(key, text string) error {
	base, one := l.Sentence(key)
	if !one {
		return fault.New(fault.Invalid, "the sentence %s can't be worded anew", key)
	}
	if utf8.RuneCountInString(text) > maxSentence || strings.ContainsFunc(text, unicode.IsControl) {
		return fault.New(fault.Invalid, "a sentence is one line of %d characters at most", maxSentence)
	}
	known := Places(base)
	for _, p := range Places(text) {
		if !slices.Contains(known, p) {
			return fault.New(fault.Invalid, "%s is not filled in here; this sentence may use %s", p, strings.Join(known, " "))
		}
	}
	return nil
}
