package statement

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// many is what a large newsroom's year may be.
const many = 100_000

func largeCAMT(lines int) []byte {
	var b bytes.Buffer
	b.WriteString(`<Document><BkToCstmrStmt>`)
	parts := []string{balance("OPBD", "0"), balance("CLBD", fmt.Sprintf("%d.00", lines))}
	for i := range lines {
		parts = append(parts, lineWith("1.00", fmt.Sprintf("<AcctSvcrRef>REF%010d</AcctSvcrRef>", i), fmt.Sprintf(`<Refs><EndToEndId>GIFT-%d</EndToEndId></Refs><Amt Ccy="EUR">1.00</Amt>`+
			`<RltdPties><Dbtr><Pty><Nm>Reader %d</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>%s</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>Monthly support %d</Ustrd></RmtInf>`, i, i, erika, i)))
	}
	b.WriteString(stmt("1", parts...) + `</BkToCstmrStmt></Document>`)
	return b.Bytes()
}

func largeMT940(lines int) []byte {
	text := make([]string, 0, 3*lines)
	for i := range lines {
		text = append(text, fmt.Sprintf(":61:2601150115C1,NTRFNONREF//REF%010d", i),
			fmt.Sprintf(":86:166?00GUTSCHRIFT?20EREF+GIFT-%d?21SVWZ+Monthly support %d", i, i), "?30COBADEFFXXX?31"+erika+fmt.Sprintf("?32Reader %d", i))
	}
	return mt940(fmt.Sprintf("C260115EUR%d,", lines), text...)
}

func largeCSV(lines int) []byte {
	var b strings.Builder
	b.WriteString("Datum;Betrag;Text;Saldo\n")
	for i := range lines {
		fmt.Fprintf(&b, "15.01.2026;1,00;Monthly support %d;%d,00\n", i, i+1)
	}
	return []byte(b.String())
}

func benchmarkParse(b *testing.B, data []byte, hint Hint) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		all := mustParse(b, data, hint)
		if len(all[0].Entries) != many {
			b.Fatal(len(all[0].Entries))
		}
		b.StopTimer()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapAlloc-uint64(len(data)))/1e6, "MB-kept")
		runtime.KeepAlive(all)
		b.StartTimer()
	}
	b.ReportMetric(float64(many)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

func BenchmarkCAMTOf100000Lines(b *testing.B)  { benchmarkParse(b, largeCAMT(many), Hint{}) }
func BenchmarkMT940Of100000Lines(b *testing.B) { benchmarkParse(b, largeMT940(many), Hint{}) }
func BenchmarkCSVOf100000Lines(b *testing.B) {
	m := plainMapping()
	m.Balance = "Saldo"
	benchmarkParse(b, largeCSV(many), Hint{Mapping: m})
}

func BenchmarkKnownAmong100000Lines(b *testing.B) {
	camt, swift := mustParse(b, largeCAMT(many), Hint{})[0].Entries, mustParse(b, largeMT940(many), Hint{})[0].Entries
	b.ReportAllocs()
	for b.Loop() {
		Known(camt, swift)
	}
	b.ReportMetric(float64(many)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// A file ten times as long must not cost more than its length.
func TestTheCostOfAFileGrowsWithItsLength(t *testing.T) {
	cost := func(data []byte) float64 {
		return testing.AllocsPerRun(1, func() { mustParse(t, data, Hint{}) })
	}
	for name, large := range map[string]func(int) []byte{"CAMT": largeCAMT, "MT940": largeMT940} {
		small, big := cost(large(300)), cost(large(3000))
		if big > 12*small {
			t.Errorf("%s: %.0f allocations for 300 lines, %.0f for 3000", name, small, big)
		}
	}
}
