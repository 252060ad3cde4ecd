package bench

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkImport brings the largest real export (186 items, 600 KB) into an empty
// newsroom, with the start of the program.
func BenchmarkImport(b *testing.B) {
	corpora := os.Getenv("MASTHEAD_CORPORA")
	if corpora == "" {
		b.Skip("MASTHEAD_CORPORA is not set: no real export to import")
	}
	file := filepath.Join(corpora, "wxr", "themeunittestdata.wordpress.xml")
	for _, engine := range engines {
		b.Run(engine, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				flags := append([]string{"--data", filepath.Join(b.TempDir(), "n")}, database(b, engine)...)
				b.StartTimer()
				masthead(b, append([]string{"import", file}, flags...)...)
			}
			b.ReportMetric(186*float64(b.N)/b.Elapsed().Seconds(), "items/s")
		})
	}
}

const many = 10_000

// BenchmarkSearch searches 10,000 generated articles of about 300 words. What
// bringing them in took is told too.
func BenchmarkSearch(b *testing.B) {
	words := vocabulary()
	file := filepath.Join(b.TempDir(), "many.xml")
	if err := os.WriteFile(file, library(words), 0o600); err != nil {
		b.Fatal(err)
	}
	for _, engine := range engines {
		b.Run(engine, func(b *testing.B) {
			flags := append([]string{"--data", filepath.Join(b.TempDir(), "n")}, database(b, engine)...)
			begun := time.Now()
			masthead(b, append([]string{"import", file}, flags...)...)
			rate := many / time.Since(begun).Seconds()
			p := start(b, append([]string{"serve"}, flags...)...)
			for name, query := range map[string]string{
				"common-word": words[3], "rare-word": words[2000], "two-words": words[20] + " " + words[40], "phrase": `"` + words[5] + " " + words[6] + `"`, "nothing": "zzyzzy",
			} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						fetch(b, p.base+"/search?q="+url.QueryEscape(query))
					}
				})
			}
			b.Run("import-before", func(b *testing.B) {
				for b.Loop() {
				}
				b.ReportMetric(0, "ns/op") // it was done before
				b.ReportMetric(rate, "items/s")
			})
			b.Run("front/cold", func(b *testing.B) {
				for i := range b.N {
					fetch(b, fmt.Sprintf("%s/?cold=%d", p.base, i))
				}
			})
		})
	}
}

// vocabulary is made-up words; the earlier ones are used more often.
func vocabulary() []string {
	dice := rand.New(rand.NewPCG(1, 2))
	syllables := []string{"ba", "len", "tor", "mi", "ska", "run", "del", "fo", "wis", "ar", "ne", "quo", "hal", "im", "pet", "so", "gra", "lun", "ve", "dor"}
	seen, out := map[string]bool{}, []string{}
	for len(out) < 5000 {
		w := ""
		for range 2 + dice.IntN(3) {
			w += syllables[dice.IntN(len(syllables))]
		}
		if !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}

// library is a WordPress export of many articles.
func library(words []string) []byte {
	dice := rand.New(rand.NewPCG(3, 4))
	zipf := rand.NewZipf(dice, 1.1, 8, uint64(len(words)-1))
	text := func(b *bytes.Buffer, n int) {
		for range n {
			b.WriteString(words[zipf.Uint64()] + " ")
		}
	}
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Many</title><link>https://many.example</link><language>en</language><wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>https://many.example</wp:base_blog_url>`)
	for i := range many {
		at := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 5 * time.Hour)
		b.WriteString("<item><title>")
		text(&b, 8)
		fmt.Fprintf(&b, "</title><link>https://many.example/%s/a-%d/</link><dc:creator>mara</dc:creator><content:encoded><![CDATA[", at.Format("2006/01"), i)
		for range 5 {
			b.WriteString("<p>")
			text(&b, 60)
			b.WriteString("</p>\n")
		}
		fmt.Fprintf(&b, "]]></content:encoded><wp:post_id>%d</wp:post_id><wp:post_date_gmt>%s</wp:post_date_gmt><wp:post_name>a-%d</wp:post_name><wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>\n",
			i+1, at.Format(time.DateTime), i)
	}
	b.WriteString("</channel></rss>")
	return b.Bytes()
}
