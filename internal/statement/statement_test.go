package statement

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/fault"
)

func sampleFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func mustParse(t testing.TB, data []byte, hint Hint) []Statement {
	t.Helper()
	all, err := Parse(data, hint)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// refused asserts that a file is refused whole, with one sentence that holds
// each of the words.
func refused(t testing.TB, data []byte, hint Hint, say ...string) {
	t.Helper()
	all, err := Parse(data, hint)
	if !fault.Is(err, fault.Invalid) || all != nil {
		t.Fatalf("%d statements and %v; want a refusal", len(all), err)
	}
	for _, w := range say {
		if !strings.Contains(fault.Say(err), w) {
			t.Errorf("the refusal %q does not say %q", fault.Say(err), w)
		}
	}
}

func TestEachFormatIsRecognisedByItsBytes(t *testing.T) {
	for name, want := range map[string]Kind{
		"de-camt.xml": CAMT053, "de-sparkasse.sta": MT940, "de-swift-envelope.txt": MT940, "nl-ing.940": MT940, "nl-abn-amro.sta": MT940,
		"nl-rabobank.swi": MT940, "gb-multi.txt": MT940, "de-sparkasse.csv": CSV, "ch-postfinance.csv": CSV, "us-bank.csv": CSV, "abn-no-header.tab": CSV,
	} {
		if got := Sniff(sampleFile(t, name)); got != want {
			t.Errorf("%s is taken for %q, want %q", name, got, want)
		}
	}
	wide := []byte{0xff, 0xfe}
	for _, b := range camt(balance("OPBD", "0"), balance("CLBD", "0")) {
		wide = append(wide, b, 0)
	}
	for text, want := range map[string]Kind{
		string(wide): CAMT053,
		`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.04"><x/></Document>`:         CAMT054,
		`<ns2:Document><ns2:BkToCstmrAcctRpt/></ns2:Document>`:                                     CAMT052,
		":20:X\r\n:25:DE\r\n:28C:1\r\n:34F:EUR0,\r\n:13D:2601151200+0100\r\n:61:260115C1,NTRF\r\n": MT942,
		"%PDF-1.7 a;b;c\n1;2;3": Unknown, "": Unknown, "hello": Unknown, "<html><p>": Unknown,
	} {
		if got := Sniff([]byte(text)); got != want {
			t.Errorf("%.40q is taken for %q, want %q", text, got, want)
		}
	}
}

func TestAFileOfAnotherKindIsRefusedWithWhatToAskFor(t *testing.T) {
	for text, want := range map[string]string{
		"<Document><BkToCstmrAcctRpt/></Document>":      "CAMT.053, the final statement",
		"<Document><BkToCstmrDbtCdtNtfctn/></Document>": "CAMT.053, the statement",
		":20:X\n:25:1\n:34F:EUR0,\n":                    "MT940, the final statement",
		"PK\x03\x04...":                                 "ZIP",
		"%PDF-1.7":                                      "PDF",
		"OFXHEADER:100":                                 "OFX",
		" \n ":                                          "empty",
		"hello":                                         "no bank statement that is known",
		"<html></html>":                                 "no bank statement that is known",
		"a;b\n1;2\n":                                    "mapping",
	} {
		refused(t, []byte(text), Hint{}, want)
	}
}

func TestAStatementThatStandsTwiceInAFileIsTakenOnce(t *testing.T) {
	one := string(sampleFile(t, "de-swift-envelope.txt"))
	if all := mustParse(t, []byte(one+"\n"+one), Hint{}); len(all) != 2 {
		t.Errorf("%d statements, want the two different ones", len(all))
	}
}

func TestAnAccountIsTheSameInEveryWayOfWriting(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"DE72 5007 0010 0123 4567 00", "de72500700100123456700", true},
		{"DE72500700100123456700", "50070010/0123456700", true},
		{"50070010/123456700", "DE72500700100123456700", true},
		{"DE72500700100123456700", "50070010/123456701", false},
		{"NL25ABNA0487654321", "48.76.54.321", true},
		{"NL25ABNA0487654321", "4321", false},
		{"DE72500700100123456700", "DE89370400440532013000", false},
		{"", "", false},
	} {
		if got := SameAccount(c.a, c.b); got != c.same {
			t.Errorf("%q and %q: %v, want %v", c.a, c.b, got, c.same)
		}
	}
}

func TestTheAccountFieldOfMT940IsReadInItsManyForms(t *testing.T) {
	for field, want := range map[string][2]string{
		"DE72500700100123456700":              {"DE72500700100123456700", ""},
		"NL35INGB0004455667EUR":               {"NL35INGB0004455667", "EUR"},
		"NL30RABO0301234567 EUR":              {"NL30RABO0301234567", "EUR"},
		"0129.28.0002 EUR":                    {"0129280002", "EUR"},
		"/PL60102010260000042270201111":       {"PL60102010260000042270201111", ""},
		"DEUTDEFFXXX/DE72500700100123456700":  {"DE72500700100123456700", ""},
		"50070010/0123456700":                 {"50070010/0123456700", ""},
		"50070010/0123456700EUR":              {"50070010/0123456700", "EUR"},
		"GB29 NWBK 6016 1331 9268 19":         {"GB29NWBK60161331926819", ""},
		"GIRO OF SOMEONE":                     {"GIROOFSOMEONE", ""},
		"DEUTDEFFXXX/DE7250070010012345670 0": {"DE72500700100123456700", ""},
	} {
		if account, currency := ownAccount(field); account != want[0] || currency != want[1] {
			t.Errorf("%q is read as %q in %q, want %q", field, account, currency, want)
		}
	}
}
