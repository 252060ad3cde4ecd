package pdf_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/pdf"
	"masthead.dev/masthead/internal/receipt"
)

var day = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func draw(t testing.TB, d receipt.Document) []byte {
	t.Helper()
	b, err := pdf.Draw(d)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// words are what pdftotext reads in a file.
func words(t testing.TB, file []byte) string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("pdftotext is missing; install poppler-utils")
		}
		t.Skip("pdftotext is not installed (package poppler-utils)")
	}
	name := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "-enc", "UTF-8", name, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

func TestTheSameDocumentGivesTheSameBytes(t *testing.T) {
	for _, d := range append(specimens(t), english, german, persian) {
		first := draw(t, d)
		for range 5 {
			if !bytes.Equal(first, draw(t, d)) {
				t.Fatalf("%s: two drawings differ", d.Lang)
			}
		}
	}
}

var english = receipt.Document{
	Lang: "en", Paper: receipt.Letter, Title: "Receipt R-2026-00042", Author: "The Lantern", Date: day, Foot: "R-2026-00042",
	Blocks: []receipt.Block{
		{Kind: receipt.Issuer, Lines: []string{"The Lantern", "1 Weir Lane, Alder"}},
		{Kind: receipt.Heading, Text: "Receipt for your contribution"},
		{Kind: receipt.Pairs, Rows: [][]string{{"Number", "R-2026-00042"}, {"Amount", "$1,234.50"}, {"From", "Zoë O’Brien-Łukasz"}}},
		{Kind: receipt.Framed, Text: "This is not a charitable donation receipt; contributions are not tax-deductible."},
	},
}

var german = receipt.Document{
	Lang: "de", Paper: receipt.A4, Title: "Bestätigung", Date: day,
	Blocks: []receipt.Block{
		{Kind: receipt.Boxed, Rows: [][]string{{"Betrag der Zuwendung – in Buchstaben –", "eintausendzweihundertvierunddreißig Euro und fünfzig Cent"}}},
		{Kind: receipt.Tick, Text: "Größe, Maß und Überfluss", Ticked: true},
		{Kind: receipt.List, Heads: []string{"Tag", "Betrag"}, Rows: [][]string{{"1. März 2026", "10,00 €"}, {"2. März 2026", "1.234,50 €"}}},
	},
}

var persian = receipt.Document{
	Lang: "fa", Paper: receipt.A4, Title: "رسید", Date: day, Foot: "R-2026-00042",
	Blocks: []receipt.Block{
		{Kind: receipt.Issuer, Lines: []string{"فانوس", "خیابان بند، شمارهٔ ۱۲"}},
		{Kind: receipt.Heading, Text: "رسید کمک شما"},
		{Kind: receipt.Pairs, Rows: [][]string{
			{"شماره", "R-2026-00042"}, {"مبلغ", "\u200e$۱٬۲۳۴٫۵۰"}, {"به حروف", "یک هزار و دویست و سی و چهار دلار آمریکا و پنجاه سنت"},
			{"از", "لیلا رضایی (Leila Rezaei)"}, {"ایمیل", "leila@example.org"}, {"تاریخ", "۲۰ نوامبر ۲۰۲۶"},
		}},
		{Kind: receipt.Framed, Text: "این رسیدِ کمک به خیریه نیست؛ لطفاً آن را برای مالیات به کار نبرید. می‌توانید به نشانی desk@lantern.example بنویسید (هر روز، ساعت ۹ تا ۱۷)."},
		{Kind: receipt.List, Heads: []string{"روز", "برای", "مبلغ"}, Rows: [][]string{{"۱ مارس ۲۰۲۶", "هزینه‌های انتشار", "\u200e€۱۰٫۰۰"}}},
	},
}

func TestEveryWordOfAFileCanBeReadBack(t *testing.T) {
	for _, v := range []struct {
		d    receipt.Document
		want []string
	}{
		{english, []string{"Receipt for your contribution", "$1,234.50", "Zoë O’Brien-Łukasz", "This is not a charitable donation receipt; contributions are not tax-deductible."}},
		{german, []string{"eintausendzweihundertvierunddreißig Euro und fünfzig Cent", "Größe, Maß und Überfluss", "1.234,50 €", "2. März 2026"}},
	} {
		got := words(t, draw(t, v.d))
		for _, w := range v.want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q is not in %q", v.d.Lang, w, got)
			}
		}
	}
}

// specimens are one document of each regime, single and for a year.
func specimens(t testing.TB) []receipt.Document {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	var out []receipt.Document
	for _, v := range []struct {
		regime, lang, currency string
		year                   int
	}{{"plain", "en", "USD", 0}, {"plain", "de", "EUR", 0}, {"plain", "fa", "USD", 0}, {"us", "en", "USD", 0}, {"us", "en", "USD", 2026}, {"uk", "en", "GBP", 0},
		{"de", "de", "EUR", 0}, {"de", "de", "EUR", 2026}, {"ca", "en", "CAD", 0}, {"ca", "en", "CAD", 2026}} {
		r, err := receipt.RegimeOf(v.regime)
		if err != nil {
			t.Fatal(err)
		}
		d := receipt.Draft{
			Kind: receipt.Official, Regime: r, Lang: v.lang, At: day.In(berlin), Year: v.year,
			Party:  receipt.Party{Name: "Dr. Johanna F. Größlich-Łukasz", Address: "Wehrgasse 14\n12345 Erlenau an der Erle"},
			Issuer: receipt.Issuing{Name: "Laterne e. V.", Address: []string{"Wehrgasse 4", "12345 Erlenau"}},
		}
		if v.lang == "fa" {
			d.Party, d.Issuer = receipt.Party{Name: "لیلا رضایی (Leila Rezaei)"}, receipt.Issuing{Name: "انجمن خوانندگان فانوس", Address: []string{"آلدرویک، کوچهٔ آسیاب، شمارهٔ ۴"}}
		}
		n := 1
		if v.year != 0 {
			n = 14
		}
		for i := range n {
			d.Gifts = append(d.Gifts, receipt.Gift{Payment: "p", Paid: money.Amount{Currency: v.currency, Minor: 123450}, Due: 123450, At: day.AddDate(0, 0, i-20), For: "2026"})
		}
		d.Settings = receipt.Settings{}.With(r, map[string]string{
			"name": "Laterne e. V.", "ein": "12-3456789", "signer": "R. Pell", "goods": "a tote bag", "goods_value": "15.00", "goods_from": "50.00",
			"charity_number": "1234567", "hmrc_reference": "AB12345", "purposes": "der Volks- und Berufsbildung einschließlich der Studentenhilfe (§ 52 Abs. 2 Satz 1 Nr. 7 AO)",
			"office": "Erlenau", "tax_number": "12/345/67890", "notice": "exemption", "notice_date": "2025-02-01", "period": "2021 bis 2023", "place": "Erlenau", "registration": "12345 6789 RJ 0001",
		}, day)
		out = append(out, d.Compose("X-2026-00042"))
	}
	return out
}

func TestTheGermanFormFitsOnOneSheetAndItsAnnexOnAnother(t *testing.T) {
	for _, d := range specimens(t) {
		if d.Lang != "de" || !strings.Contains(d.Title, "estätigung") {
			continue
		}
		want := 1
		if strings.HasPrefix(d.Title, "Sammel") {
			want = 2
		}
		if got := bytes.Count(draw(t, d), []byte("/Type /Page\n")); got != want {
			t.Errorf("%s has %d sheets, want %d", d.Title, got, want)
		}
	}
}

func TestEachRegimeSaysWhatItsLawDemands(t *testing.T) {
	want := [][]string{
		{"not tax-deductible", "X-2026-00042", "$1,234.50", "one thousand two hundred and thirty-four US dollars and fifty cents"},
		{"nicht steuerlich absetzbar", "1.234,50 €", "eintausendzweihundertvierunddreißig Euro und fünfzig Cent", "20. November 2026"},
		{},
		{"501(c)(3)", "EIN 12-3456789", "a tote bag", "good-faith estimate of its value is $15.00", "limited to the excess", "31 October 2026"},
		{"Summary of your contributions", "$17,283.00", "contributions marked *", "1 January 2026 – 31 December 2026"},
		{"registered charity (number 1234567)", "We do not claim Gift Aid", "£1,234.50"},
		{"Bestätigung über Geldzuwendungen/Mitgliedsbeitrag", "im Sinne des § 10b", "1.234,50 €", "eintausendzweihundertvierunddreißig Euro und fünfzig Cent", "31.10.2026",
			"nach dem Freistellungsbescheid", "vom 01.02.2025 für den letzten Veranlagungszeitraum 2021 bis 2023", "haftet für die entgangene Steuer", "länger als 5 Jahre", "Dr. Johanna F. Größlich-Łukasz"},
		{"Sammelbestätigung", "17.283,00 €", "siebzehntausendzweihundertdreiundachtzig Euro", "keine weiteren Bestätigungen, weder formelle Zuwendungsbestätigungen noch Beitragsquittungen oder Ähnliches", "Anlage zur Sammelbestätigung X-2026-00042", "Art der Zuwendung"},
		{"Official receipt for income tax purposes", "12345 6789 RJ 0001", "Eligible amount of gift for tax purposes", "1,219.50", "canada.ca/charities-giving"},
		{"Official receipt for income tax purposes", "Year in which the gifts were received", "17,073.00"},
	}
	for i, d := range specimens(t) {
		got := words(t, draw(t, d))
		for _, w := range want[i] {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q is not in %q", d.Title, w, got)
			}
		}
		if strings.HasPrefix(d.Title, "Bestätigung über") || strings.HasPrefix(d.Title, "Sammel") {
			for _, no := range []string{"Dank", "unterstütz"} {
				if strings.Contains(got, no) {
					t.Errorf("the official form says %q: %s", no, got)
				}
			}
		}
		if os.Getenv("MASTHEAD_PDF_OUT") != "" {
			os.WriteFile(filepath.Join(os.Getenv("MASTHEAD_PDF_OUT"), fmt.Sprintf("s%d.pdf", i)), draw(t, d), 0o600)
		}
	}
}

// TestLettersOfPersianAreJoinedAndInOrder reads a file back by its letters: the
// presentation forms are brought to plain letters, as readers do when they search.
func TestLettersOfPersianAreJoinedAndInOrder(t *testing.T) {
	got := words(t, draw(t, persian))
	plain := norm.NFKC.String(strings.Map(func(r rune) rune {
		if r >= '\u202a' && r <= '\u202e' || r == '\u200e' || r == '\u200f' {
			return -1
		}
		return r
	}, got))
	for _, w := range []string{"فانوس", "رسید کمک شما", "یک هزار و دویست و سی و چهار دلار آمریکا و پنجاه سنت", "R-2026-00042", "۱٬۲۳۴٫۵۰", "leila@example.org", "(Leila Rezaei", "لیلا رضایی", "۲۰۲۶", "desk@lantern.example"} {
		if !strings.Contains(plain, w) {
			t.Errorf("%q is not in %q", w, plain)
		}
	}
	for _, alone := range []string{"ف ا", "ر س ی"} {
		if strings.Contains(plain, alone) {
			t.Errorf("letters stand alone: %q", plain)
		}
	}
}

func TestLettersThatNoFontHasAreNamed(t *testing.T) {
	d := english
	d.Author = ""
	d.Blocks = append([]receipt.Block{{Kind: receipt.Text, Text: "田中 Дмитрий Ελένη Nguyễn لیلا"}}, d.Blocks...)
	if got := string(pdf.Missing(d)); got != "田中" {
		t.Errorf("missing are %q", got)
	}
	if !strings.Contains(words(t, draw(t, d)), "Дмитрий Ελένη Nguyễn") {
		t.Error("Russian, Greek and Vietnamese are not there")
	}
}

func BenchmarkDrawing(b *testing.B) {
	for b.Loop() {
		draw(b, persian)
	}
}
