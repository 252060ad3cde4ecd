package giro

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/money"
)

func eur(minor int64) money.Amount { return money.Amount{Currency: "EUR", Minor: minor} }

func transfer() Transfer {
	return Transfer{BIC: "COBADEFFXXX", Name: "Verein Laterne für Öffentlichkeit e. V.", IBAN: "DE89370400440532013000", Amount: eur(5000), Reference: "RF71480173529"}
}

func bill() Bill {
	return Bill{
		IBAN: "CH9300762011623852957", Name: "Verein Zürcher Laterne", Amount: money.Amount{Currency: "CHF", Minor: 5000}, Reference: "71480173529",
		Address: Address{Street: "Löwenstraße", Number: "12a", Postcode: "8001", Town: "Zürich", Country: "CH"}, Text: "Für Recherche: ÄÖÜ é",
	}
}

func TestTheEuroCodeHasItsLinesAndDropsTheTrailingOnes(t *testing.T) {
	got, err := transfer().Payload()
	want := "BCD\n002\n1\nSCT\nCOBADEFFXXX\nVerein Laterne für Öffentlichkeit e. V.\nDE89370400440532013000\nEUR50.00\n\nRF71480173529"
	if err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
	text := transfer()
	text.Reference, text.BIC, text.Text = "", "", "Spende\r\n714-8017-3529"
	if got, err = text.Payload(); err != nil || !strings.HasSuffix(got, "EUR50.00\n\n\nSpende  714-8017-3529") || !strings.Contains(got, "\nSCT\n\nVerein") {
		t.Errorf("%q, %v", got, err)
	}
}

func TestWhatTheEuroCodeCannotCarryIsRefused(t *testing.T) {
	cases := map[string]func(*Transfer){
		"nothing":            func(x *Transfer) { x.Amount = eur(0) },
		"a billion":          func(x *Transfer) { x.Amount = eur(maxAmount + 1) },
		"another currency":   func(x *Transfer) { x.Amount.Currency = "CHF" },
		"reference and text": func(x *Transfer) { x.Text = "both" },
		"a long name":        func(x *Transfer) { x.Name = strings.Repeat("n", 71) },
		"no name":            func(x *Transfer) { x.Name = "" },
		"a long purpose":     func(x *Transfer) { x.Purpose = "CHARY" },
		"a bad BIC":          func(x *Transfer) { x.BIC = "COBA" },
		"a long note":        func(x *Transfer) { x.Info = strings.Repeat("i", 71) },
		"more than 331 bytes": func(x *Transfer) {
			x.Name, x.Info, x.Reference, x.Text = strings.Repeat("ö", 70), strings.Repeat("ü", 70), "", strings.Repeat("t", 30)
		},
		"a text of 141 runes":  func(x *Transfer) { x.Reference, x.Text = "", strings.Repeat("x", 141) },
		"a reference too long": func(x *Transfer) { x.Reference = strings.Repeat("1", 36) },
	}
	for name, spoil := range cases {
		x := transfer()
		spoil(&x)
		if got, err := x.Payload(); err == nil {
			t.Errorf("%s is taken: %q", name, got)
		}
	}
	for _, minor := range []int64{1, maxAmount} {
		x := transfer()
		x.Amount = eur(minor)
		if _, err := x.Payload(); err != nil {
			t.Errorf("%d cents: %v", minor, err)
		}
	}
}

func TestTheFullestEuroCodeIsStillOfVersion13(t *testing.T) {
	x := transfer()
	x.Name, x.Reference, x.Text, x.Info = strings.Repeat("N", 70), "", strings.Repeat("t", 140), ""
	base, err := x.Payload()
	if err != nil {
		t.Fatal(err)
	}
	x.Info = strings.Repeat("i", EPCMaxBytes-len(base)-1)
	c, err := EPCCode(x)
	if err != nil || len(c.Payload) != EPCMaxBytes || c.Version > EPCMaxVersion {
		t.Errorf("%d bytes make version %d: %v", len(c.Payload), c.Version, err)
	}
}

func TestTheSwissCodeHasItsLines(t *testing.T) {
	got, err := bill().Payload()
	want := "SPC\n0200\n1\nCH9300762011623852957\nS\nVerein Zürcher Laterne\nLöwenstraße\n12a\n8001\nZürich\nCH\n\n\n\n\n\n\n\n50.00\nCHF\n\n\n\n\n\n\n\nSCOR\nRF71480173529\nFür Recherche: ÄÖÜ é\nEPD"
	if err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
	qr := bill()
	qr.IBAN = "CH4431999123000889012"
	if got, err = qr.Payload(); err != nil || !strings.Contains(got, "\nQRR\n000000000000000004801735290\n") {
		t.Errorf("%q, %v", got, err)
	}
	none := bill()
	none.Reference, none.Text = "", ""
	if got, err = none.Payload(); err != nil || !strings.HasSuffix(got, "\nNON\n\n\nEPD") || len(strings.Split(got, "\n")) != 31 {
		t.Errorf("%q, %v", got, err)
	}
}

func TestWhatTheSwissCodeCannotCarryIsRefused(t *testing.T) {
	cases := map[string]func(*Bill){
		"a German account":             func(x *Bill) { x.IBAN = "DE89370400440532013000" },
		"dollars":                      func(x *Bill) { x.Amount.Currency = "USD" },
		"nothing":                      func(x *Bill) { x.Amount.Minor = 0 },
		"no town":                      func(x *Bill) { x.Address.Town = "" },
		"no postcode":                  func(x *Bill) { x.Address.Postcode = "" },
		"a country in words":           func(x *Bill) { x.Address.Country = "Switzerland" },
		"Persian letters":              func(x *Bill) { x.Name = "فانوس" },
		"a long town":                  func(x *Bill) { x.Address.Town = strings.Repeat("t", 36) },
		"a long house number":          func(x *Bill) { x.Address.Number = strings.Repeat("1", 17) },
		"a QR-IBAN without reference":  func(x *Bill) { x.IBAN, x.Reference = "CH4431999123000889012", "" },
		"a text of 141 characters":     func(x *Bill) { x.Text = strings.Repeat("x", 141) },
		"a billion":                    func(x *Bill) { x.Amount.Minor = maxAmount + 1 },
		"a street of 71 characters":    func(x *Bill) { x.Address.Street = strings.Repeat("s", 71) },
		"a postcode of 17 characters":  func(x *Bill) { x.Address.Postcode = strings.Repeat("8", 17) },
		"nobody":                       func(x *Bill) { x.Name = "" },
		"a country that is no letters": func(x *Bill) { x.Address.Country = "12" },
	}
	for name, spoil := range cases {
		x := bill()
		spoil(&x)
		if got, err := x.Payload(); err == nil {
			t.Errorf("%s is taken: %q", name, got)
		}
	}
}

// The codes are read by a program that shares nothing with what drew them.
func TestAReaderOfCodesFindsThePayload(t *testing.T) {
	long := transfer()
	long.Name, long.Reference, long.Text = strings.Repeat("Ä", 40), "", strings.Repeat("Grüße ", 15)
	qr := bill()
	qr.IBAN, qr.Amount = "CH4431999123000889012", eur(12345678)
	for name, make := range map[string]func() (Code, error){
		"euro":            func() (Code, error) { return EPCCode(transfer()) },
		"euro, full":      func() (Code, error) { return EPCCode(long) },
		"Swiss, RF":       func() (Code, error) { return SwissCode(bill()) },
		"Swiss, QR, euro": func() (Code, error) { return SwissCode(qr) },
	} {
		c, err := make()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if (c.Cross != nil) != strings.HasPrefix(name, "Swiss") {
			t.Errorf("%s: the Swiss cross stands in the wrong code", name)
		}
		for _, scale := range []int{3, 4, 6, 10} {
			if got := scan(t, raster(t, c, scale)); got != c.Payload {
				t.Errorf("%s: at %d pixels a module read as\n%q, drawn was\n%q", name, scale, got, c.Payload)
			}
		}
	}
}

func scan(t *testing.T, pic []byte) string {
	t.Helper()
	bin, err := exec.LookPath("zbarimg")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("zbarimg is missing; install zbar-tools")
		}
		t.Skip("zbarimg is missing, so the codes were NOT read back; install zbar-tools")
	}
	file := filepath.Join(t.TempDir(), "code.png")
	if err := os.WriteFile(file, pic, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), bin, "--raw", "-q", "-Sbinary", "--oneshot", file).Output()
	if err != nil {
		t.Fatalf("no code was found: %v", err)
	}
	return string(out)
}

var runForm = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)

// raster draws what the path says, as a browser would, with some pixels a module.
func raster(t *testing.T, c Code, scale int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, c.Size*scale, c.Size*scale))
	fill := func(b Box, shade uint8) {
		for y := int(b.Y * float64(scale)); y < int((b.Y+b.H)*float64(scale)); y++ {
			for x := int(b.X * float64(scale)); x < int((b.X+b.W)*float64(scale)); x++ {
				img.SetGray(x, y, color.Gray{Y: shade})
			}
		}
	}
	fill(Box{0, 0, float64(c.Size), float64(c.Size)}, 255)
	runs := runForm.FindAllStringSubmatch(c.Path, -1)
	if strings.Join(runForm.FindAllString(c.Path, -1), "") != c.Path || len(runs) == 0 {
		t.Fatalf("the path has other strokes: %.80s", c.Path)
	}
	for _, m := range runs {
		n := [5]float64{}
		for i := 1; i < 5; i++ {
			v, err := strconv.Atoi(m[i])
			if err != nil {
				t.Fatal(err)
			}
			n[i] = float64(v)
		}
		if n[3] != n[4] {
			t.Fatalf("an open run: %s", m[0])
		}
		fill(Box{n[1], n[2], n[3], 1}, 0)
	}
	if x := c.Cross; x != nil {
		fill(x.White, 255)
		fill(x.Black, 0)
		fill(x.Bars[0], 255)
		fill(x.Bars[1], 255)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
