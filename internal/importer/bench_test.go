package importer

import (
	"fmt"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/store/storetest"
)

// BenchmarkImport brings in 200 stories of about 600 words each, and then the
// same again, on SQLite with full durability.
func BenchmarkImport(b *testing.B) {
	var posts []post
	para := "<p>" + strings.Repeat("The council met on the bridge and said that it would not close before spring came. ", 10) + "</p>\n"
	for i := range 200 {
		posts = append(posts, post{id: fmt.Sprint(1000 + i), title: fmt.Sprintf("Story number %d", i), slug: fmt.Sprintf("story-%d", i),
			body: strings.Repeat(para, 4), cats: []string{"town=Town"}, tags: []string{"bridge=The bridge"}})
	}
	text := export1(monday, posts...)
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			d := newDesk(b, storetest.Open(b, storetest.SQLite(b)))
			path := d.file("site.xml", text)
			b.StartTimer()
			if rep := d.run(Options{Path: path}); rep.Items["post"].Written != len(posts) {
				b.Fatalf("%+v", *rep.Items["post"])
			}
		}
		b.ReportMetric(float64(len(posts)*b.N)/b.Elapsed().Seconds(), "stories/s")
	})
	b.Run("again", func(b *testing.B) {
		d := newDesk(b, storetest.Open(b, storetest.SQLite(b)))
		path := d.file("site.xml", text)
		d.run(Options{Path: path})
		for b.Loop() {
			if rep := d.run(Options{Path: path}); rep.Written != 0 {
				b.Fatalf("%d items were written", rep.Written)
			}
		}
		b.ReportMetric(float64(len(posts)*b.N)/b.Elapsed().Seconds(), "stories/s")
	})
}
