package locale

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	// asked finds keys handed to T, N or H, in Go and in templates. What ends in
	// a dot is the beginning of a key whose rest is computed.
	asked = regexp.MustCompile(`\.[TNH](?:\("|\s\(print "|\s")([a-z][a-zA-Z0-9_.-]*)"`)
	// literal finds every string that may be a key, or the beginning of one.
	literal = regexp.MustCompile(`"([a-z][a-zA-Z0-9_-]*(?:\.[a-zA-Z0-9_-]*)*)"`)
	place   = regexp.MustCompile(`\{[a-z]+\}`)
)

// sources are all Go files but tests, and all templates.
func sources(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, root := range []string{"../../internal", "../../cmd"} {
		err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			ext := filepath.Ext(p)
			template := strings.Contains(filepath.ToSlash(p), "/web/templates/")
			if (ext != ".go" || strings.HasSuffix(p, "_test.go")) && !template {
				return nil
			}
			b, err := os.ReadFile(p)
			out[p] = string(b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func begins(keys map[string]message, prefix string) bool {
	for k := range keys {
		if strings.HasPrefix(k, prefix) {
			return true
		}
	}
	return false
}

func TestEveryKeyThatIsAskedForStandsInEveryCatalogue(t *testing.T) {
	all := sources(t)
	for _, lang := range Languages() {
		have := known[lang].messages
		for file, text := range all {
			for _, m := range asked.FindAllStringSubmatch(text, -1) {
				key := m[1]
				if _, ok := have[key]; !ok && (!strings.HasSuffix(key, ".") || !begins(have, key)) {
					t.Errorf("%s asks for %q, which %s does not have", file, key, lang)
				}
			}
		}
	}
}

func TestEveryKeyIsUsedSomewhere(t *testing.T) {
	used, beginnings := map[string]bool{}, []string{}
	for _, text := range sources(t) {
		for _, m := range literal.FindAllStringSubmatch(text, -1) {
			used[m[1]] = true
			if strings.HasSuffix(m[1], ".") {
				beginnings = append(beginnings, m[1])
			}
		}
	}
	for key := range known["en"].messages {
		if !used[key] && !slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasPrefix(key, b) }) {
			t.Errorf("nobody uses %q", key)
		}
	}
}

// places lists the {places} of a message, in all its forms.
func places(m message) []string {
	var out []string
	for _, text := range m {
		out = append(out, place.FindAllString(text, -1)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestAllCataloguesHoldTheSameKeysWithTheSamePlaces(t *testing.T) {
	en := known["en"].messages
	for _, lang := range Languages()[1:] {
		other := known[lang].messages
		for key, m := range en {
			o, ok := other[key]
			if !ok {
				t.Errorf("%s has no %q", lang, key)
				continue
			}
			if !slices.Equal(places(m), places(o)) {
				t.Errorf("%q has the places %v in English and %v in %s", key, places(m), places(o), lang)
			}
		}
		for key := range other {
			if _, ok := en[key]; !ok {
				t.Errorf("%s has %q, English does not", lang, key)
			}
		}
	}
}

func TestEveryMessageHasWordsAndTheFormsOfItsLanguage(t *testing.T) {
	for _, lang := range Languages() {
		for key, m := range known[lang].messages {
			for form, text := range m {
				if strings.TrimSpace(text) == "" || !slices.Contains([]string{"one", "other"}, form) {
					t.Errorf("%s: %q has the form %s: %q", lang, key, form, text)
				}
			}
			if len(m) == 1 && len(known["en"].messages[key]) > 1 {
				t.Errorf("%s: %q lacks the form one", lang, key)
			}
		}
	}
}
