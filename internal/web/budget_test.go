package web

import (
	"html/template"
	"math/rand/v2"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/locale"
)

// prose makes so many words that compress no better than natural text does:
// words of two to four syllables out of 3,000, the frequent ones frequent.
func prose(seed uint64, words int) string {
	r := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // a test's text
	syllables := strings.Fields("the an to in re con ver ma la ti on est er bus lane quay mill ter der ing tion al ous ent mar ket vo ted win ter fa re coun cil stop lamp bri dge")
	vocabulary := make([]string, 3000)
	for i := range vocabulary {
		for range 1 + r.IntN(3) {
			vocabulary[i] += syllables[r.IntN(len(syllables))]
		}
	}
	zipf := rand.NewZipf(r, 1.03, 10, uint64(len(vocabulary)-1))
	var b strings.Builder
	for i := range words {
		if i%60 == 0 {
			b.WriteString("</p>\n<p>")
		}
		b.WriteString(vocabulary[zipf.Uint64()])
		b.WriteByte(" .,"[min(2, max(0, r.IntN(16)-13))])
		b.WriteByte(' ')
	}
	return "<p>" + b.String() + "</p>"
}

// TestAnArticleOf900WordsFitsIntoTheFirstFlight holds the article to 13 KiB of
// gzip with its style: ten packets of 1,460 bytes less headers arrive before
// the reader's first acknowledgement.
func TestAnArticleOf900WordsFitsIntoTheFirstFlight(t *testing.T) {
	all := templates(t)
	for _, lang := range locale.Languages() {
		page := sampleArticle(lang, 0)
		page.Body += template.HTML(prose(1, 900)) //nolint:gosec // our own words
		b, err := all.Render("site/article", page)
		if err != nil {
			t.Fatal(err)
		}
		if n := gzipped(t, b); n > 13312 {
			t.Errorf("in %s: %d bytes of gzip, budget 13312", lang, n)
		} else {
			t.Logf("in %s: %d bytes of 13312", lang, n)
		}
	}
}

// TestTheTextOfTheBudgetIsNoEasierThanProse compares with the about 2.6 bytes a
// word that the same compression needs for English newspaper text.
func TestTheTextOfTheBudgetIsNoEasierThanProse(t *testing.T) {
	if perWord := float64(gzipped(t, []byte(prose(1, 900)))) / 900; perWord < 2.6 {
		t.Errorf("%.2f bytes a word are too few", perWord)
	}
}

func BenchmarkArticle(b *testing.B) {
	all, err := NewTemplates()
	if err != nil {
		b.Fatal(err)
	}
	page := sampleArticle("en", 12)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := all.Render("site/article", page); err != nil {
			b.Fatal(err)
		}
	}
}
