package web

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/locale"
)

func templates(t *testing.T) *Templates {
	t.Helper()
	all, err := NewTemplates()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// templateOf is the template of a sample: "site/thanks-failed" is drawn by
// "site/thanks".
func templateOf(sample string) string {
	name, _, _ := strings.Cut(sample, "-")
	return name
}

// eachPage draws every sample in every language.
func eachPage(t *testing.T, check func(t *testing.T, name, lang string, html []byte)) {
	t.Helper()
	all := templates(t)
	for _, lang := range locale.Languages() {
		for name, data := range samplePages(lang) {
			t.Run(lang+"/"+name, func(t *testing.T) {
				b, err := all.Render(templateOf(name), data)
				if err != nil {
					t.Fatal(err)
				}
				check(t, name, lang, b)
			})
		}
	}
}

func TestEveryPageIsDrawnInEveryLanguageWithEveryWord(t *testing.T) {
	drawn := map[string]bool{}
	eachPage(t, func(t *testing.T, name, lang string, html []byte) {
		drawn[templateOf(name)] = true
		for _, bad := range []string{"⟨", "ZgotmplZ", "<no value>", "%!"} {
			if i := bytes.Index(html, []byte(bad)); i >= 0 {
				t.Errorf("%s in: %s", bad, html[max(0, i-80):min(len(html), i+80)])
			}
		}
		keepPage(t, name, lang, html)
	})
	for name := range kinds {
		if !drawn[name] {
			t.Errorf("%s has no sample", name)
		}
	}
}

// keepPage writes a page for looking at it in a browser.
func keepPage(t *testing.T, name, lang string, html []byte) {
	t.Helper()
	dir := os.Getenv("MASTHEAD_PAGES")
	if dir == "" {
		return
	}
	file := filepath.Join(dir, lang+"-"+strings.ReplaceAll(name, "/", "-")+".html")
	if err := os.WriteFile(file, html, 0o600); err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(name, "mail/") {
		return
	}
	if err := os.WriteFile(file+".csp", []byte(CSP(templateOf(name), lang)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func gzipped(t *testing.T, b []byte) int {
	t.Helper()
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

func TestPagesStayWithinTheirBudgets(t *testing.T) {
	all := templates(t)
	for _, lang := range locale.Languages() {
		pages := samplePages(lang)
		for name, limit := range map[string]int{"site/front": 13312, "site/give": 10240, "site/give-error": 10240, "site/books": 10240, "site/books-two": 10240, "site/verify": 10240, "site/thanks": 10240} {
			b, err := all.Render(templateOf(name), pages[name])
			if err != nil {
				t.Fatal(err)
			}
			if n := gzipped(t, b); n > limit {
				t.Errorf("%s in %s: %d bytes of gzip, budget %d", name, lang, n, limit)
			} else {
				t.Logf("%s in %s: %d bytes of %d", name, lang, n, limit)
			}
		}
	}
}
