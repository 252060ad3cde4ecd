package locale

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strings"
)

//go:embed catalogue/*.json
var catalogues embed.FS

// message is one sentence, or one for each plural form. A sentence without
// forms has only "other".
type message map[string]string

// UnmarshalJSON reads a sentence or an object of plural forms.
func (m *message) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*m = message{"other": one}
		return nil
	}
	var forms map[string]string
	if err := json.Unmarshal(b, &forms); err != nil {
		return err
	}
	if forms["other"] == "" {
		return fmt.Errorf("a message with plural forms needs the form other")
	}
	*m = forms
	return nil
}

// load reads all catalogues. They are part of the binary and checked by tests,
// so a fault in them is a defect that must not start.
func load() map[string]*Locale {
	out := map[string]*Locale{}
	for _, lang := range Languages() {
		m, err := readCatalogue(catalogues, lang)
		if err != nil {
			panic(err)
		}
		out[lang] = &Locale{
			lang: lang, name: ownNames[lang], messages: m,
			plural: plurals[lang], figures: allFigures[lang], dates: allDates[lang], lists: allLists[lang],
		}
	}
	return out
}

// readCatalogue joins the files {lang}.json and {lang}.*.json of a folder.
func readCatalogue(files fs.FS, lang string) (map[string]message, error) {
	names, err := fs.Glob(files, "catalogue/"+lang+"*.json")
	if err != nil {
		return nil, err
	}
	out := map[string]message{}
	for _, name := range names {
		if base, _, _ := strings.Cut(path.Base(name), "."); base != lang {
			continue
		}
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		var part map[string]message
		if err := json.Unmarshal(b, &part); err != nil {
			return nil, fmt.Errorf("locale: %s: %w", name, err)
		}
		for key, m := range part {
			if _, twice := out[key]; twice {
				return nil, fmt.Errorf("locale: %s: the key %q stands in another file of %s too", name, key, lang)
			}
			out[key] = m
		}
	}
	return out, nil
}

// plurals choose the CLDR plural form of a whole number (CLDR 48,
// plurals.xml, cardinal): en and de "i = 1 and v = 0", fa "i = 0 or n = 1".
var plurals = map[string]func(n int) string{
	"en": oneIsOne,
	"de": oneIsOne,
	"fa": func(n int) string {
		if n == 0 || n == 1 {
			return "one"
		}
		return "other"
	},
}

func oneIsOne(n int) string {
	if n == 1 {
		return "one"
	}
	return "other"
}

// Has tells whether the catalogue holds a key.
func (l *Locale) Has(key string) bool { return l.messages[key] != nil }

// Messages returns all messages whose keys begin with prefix, each as its plural
// forms ("other" alone where it has none). For programs in the browser, which
// fill in the {places} themselves.
func (l *Locale) Messages(prefix string) map[string]map[string]string {
	out := map[string]map[string]string{}
	for key, m := range l.messages {
		if strings.HasPrefix(key, prefix) {
			out[key] = maps.Clone(m)
		}
	}
	return out
}

// T returns the sentence of a key. Places are filled from pairs of name and
// value: T("give.least", "min", l.Money(a)). Whole numbers among the values
// are written in the language's digits. A key that is missing comes back as
// ⟨key⟩; tests see to it that none is.
func (l *Locale) T(key string, args ...any) string {
	m, ok := l.messages[key]
	if !ok {
		return "⟨" + key + "⟩"
	}
	return l.fill(m["other"], args)
}

// N is T with a count: it picks the plural form, and {n} is the count.
func (l *Locale) N(key string, n int, args ...any) string {
	m, ok := l.messages[key]
	if !ok {
		return "⟨" + key + "⟩"
	}
	text, ok := m[l.plural(n)]
	if !ok {
		text = m["other"]
	}
	return l.fill(text, append([]any{"n", n}, args...))
}

// fill puts values into the {places} of a sentence, in one pass, so that a
// value which looks like a place stays what it is.
func (l *Locale) fill(text string, args []any) string {
	if len(args) < 2 || !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		name, _ := args[i].(string)
		pairs = append(pairs, "{"+name+"}", l.value(args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func (l *Locale) value(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return l.Number(int64(v))
	case int64:
		return l.Number(v)
	}
	return fmt.Sprint(v)
}
