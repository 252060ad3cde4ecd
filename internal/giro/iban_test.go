package giro

import (
	"errors"
	"testing"
)

// The examples of SWIFT's registry, and one more for each odd length.
var ibans = []string{
	"DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19", "FR14 2004 1010 0505 0001 3M02 606", "CH93 0076 2011 6238 5295 7", "NL91 ABNA 0417 1643 00",
	"NO93 8601 1117 947", "MT84 MALT 0110 0001 2345 MTLC AST0 01S", "LI21 0881 0000 2324 013A A", "AT61 1904 3002 3457 3201", "BE68 5390 0754 7034",
}

func TestIBANsOfManyCountriesAreRead(t *testing.T) {
	for _, text := range ibans {
		i, err := ParseIBAN(text)
		if err != nil || i.Grouped() != text {
			t.Errorf("%s: %s, %v", text, i.Grouped(), err)
		}
	}
}

func TestWhatIsNoIBANIsSaid(t *testing.T) {
	for text, want := range map[string]string{
		"":                            IBANNone,
		"hello":                       IBANNone,
		"US12 3456 7890 1234":         IBANCountry,
		"DE89 3704 0044 0532 0130 0":  IBANLength,
		"DE89 3704 0044 0532 0130 01": IBANDigits,
		"DE98 3704 0044 0532 0130 00": IBANDigits,
	} {
		_, err := ParseIBAN(text)
		var e *IBANError
		if !errors.As(err, &e) || e.Reason != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestNoSingleWrongDigitOfAnIBANPasses(t *testing.T) {
	s := bare(ibans[0])
	for i := range s {
		for _, c := range "0123456789ABCXYZ" {
			if wrong := s[:i] + string(c) + s[i+1:]; wrong != s {
				if _, err := ParseIBAN(wrong); err == nil {
					t.Errorf("%s passes", wrong)
				}
			}
		}
	}
}

func TestAQRIBANIsKnownByItsInstitution(t *testing.T) {
	for text, want := range map[string]bool{
		"CH44 3199 9123 0008 8901 2": true, "CH93 0076 2011 6238 5295 7": false, "DE89 3704 0044 0532 0130 00": false, "LI21 0881 0000 2324 013A A": false,
	} {
		i, err := ParseIBAN(text)
		if err != nil || i.IsQR() != want {
			t.Errorf("%s: %v, %v", text, i.IsQR(), err)
		}
	}
	for iid, want := range map[string]bool{"29999": false, "30000": true, "31999": true, "32000": false} {
		if got := IBAN("CH00" + iid + "000000000000").IsQR(); got != want {
			t.Errorf("IID %s: %v", iid, got)
		}
	}
}

func TestABICHasEightOrElevenCharacters(t *testing.T) {
	for text, want := range map[string]bool{"": true, "genodem1gls": true, "COBADEFF": true, "COBADEFFX": false, "12345678": false, "COBADEFFXXX1": false} {
		if _, err := ParseBIC(text); (err == nil) != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestTheTailOfAShortNumberStaysShort(t *testing.T) {
	for number, want := range map[string]string{"DE89370400440532013000": "3000", "12-34 5678": "5678", "1234567": "67", "1": "1", "": ""} {
		if got := Tail(number); got != want {
			t.Errorf("%q ends in %q, want %q", number, got, want)
		}
	}
}
