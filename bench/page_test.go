package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// BenchmarkPage asks for pages of the demo over the loopback, one at a time:
// cold makes each anew (an address with a query is not kept), warm takes it from
// where finished pages are kept. The peer is net/http with the same bytes in a
// file: nobody who speaks HTTP with Go does less.
func BenchmarkPage(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine, func(b *testing.B) {
			p := start(b, append([]string{"demo", "--seed", "7", "--at", "2026-11-20T18:00:00Z", "--data", filepath.Join(b.TempDir(), "d")}, database(b, engine)...)...)
			front := fetch(b, p.base+"/")
			article := regexp.MustCompile(`href="(/\d{4}/\d\d/[^"]+)"`).FindSubmatch(front)
			if article == nil {
				b.Fatal("the front page has no article")
			}
			for name, path := range map[string]string{"article": string(article[1]), "front": "/"} {
				b.Run(name+"/cold", func(b *testing.B) {
					for i := range b.N {
						fetch(b, fmt.Sprintf("%s%s?cold=%d", p.base, path, i))
					}
				})
				b.Run(name+"/warm", func(b *testing.B) {
					for b.Loop() {
						fetch(b, p.base+path)
					}
				})
				b.Run(name+"/warm-16", func(b *testing.B) { concurrently(b, 16, "", b.N, func(int) { fetch(b, p.base+path) }) })
				b.Run(name+"/peer-static-file", func(b *testing.B) { static(b, fetch(b, p.base+path)) })
			}
			b.Run("memory", func(b *testing.B) {
				for b.Loop() {
					b.ReportMetric(p.memory()/(1<<20), "MB-RSS")
				}
			})
		})
	}
}

func static(b *testing.B, body []byte) {
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "page.html"), body, 0o600); err != nil {
		b.Fatal(err)
	}
	srv := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer srv.Close()
	for b.Loop() {
		fetch(b, srv.URL+"/page.html")
	}
}
