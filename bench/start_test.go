package bench

import (
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkStart starts the program on a newsroom that is there, until it answers;
// it tells the size of the program and its memory at rest too.
func BenchmarkStart(b *testing.B) {
	info, err := os.Stat(binary(b))
	if err != nil {
		b.Fatal(err)
	}
	for _, engine := range engines {
		b.Run(engine, func(b *testing.B) {
			flags := append([]string{"serve", "--sandbox", "--data", filepath.Join(b.TempDir(), "n")}, database(b, engine)...)
			start(b, flags...).stop() // makes it
			var memory, started float64
			for b.Loop() {
				p := start(b, flags...)
				started += float64(p.started.Microseconds()) / 1000
				b.StopTimer()
				fetch(b, p.base+"/")
				memory += p.memory()
				p.stop()
				b.StartTimer()
			}
			b.ReportMetric(started/float64(b.N), "ms-until-ready")
			b.ReportMetric(memory/float64(b.N)/(1<<20), "MB-RSS")
			b.ReportMetric(float64(info.Size())/(1<<20), "MB-program")
		})
	}
}

// BenchmarkDemo plants and starts the demo.
func BenchmarkDemo(b *testing.B) {
	for b.Loop() {
		start(b, "demo", "--seed", "7", "--at", "2026-11-20T18:00:00Z", "--data", filepath.Join(b.TempDir(), "d")).stop()
	}
}
