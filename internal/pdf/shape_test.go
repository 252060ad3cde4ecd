package pdf

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// codes writes runes as their code points, so that a failure can be read.
func codes(runes []rune) string {
	var out []string
	for _, r := range runes {
		out = append(out, strings.ToUpper(string([]byte{"0123456789abcdef"[r>>12&15], "0123456789abcdef"[r>>8&15], "0123456789abcdef"[r>>4&15], "0123456789abcdef"[r&15]})))
	}
	return strings.Join(out, " ")
}

func TestLettersTakeTheFormThatTheirNeighboursAllow(t *testing.T) {
	for _, v := range []struct{ text, want string }{
		{"ب", "FE8F"}, {"بب", "FE91 FE90"}, {"ببب", "FE91 FE92 FE90"}, // isolated; initial and final; medial
		{"دب", "FEA9 FE8F"},        // dal does not reach on
		{"سلام", "FEB3 FEFC FEE1"}, // lam-alef, final form, after seen
		{"لا", "FEFB"}, {"لآ", "FEF5"}, {"لأ", "FEF7"}, {"لإ", "FEF9"},
		{"می\u200cشود", "FEE3 FBFD 200C FEB7 FEEE FEA9"}, // the non-joiner keeps apart
		{"ـب", "0640 FE90"},                          // tatweel joins
		{"بَب", "FE91 064E FE90"},                    // a mark is passed by
		{"ژانویهٔ", "FB8A FE8D FEE7 FEEE FBFE FBA5"}, // heh with hamza is one letter
		{"گچپژک", "FB94 FB7D FB59 FB8B FB8E"},
		{"abc 12", "0061 0062 0063 0020 0031 0032"},
		{"ئ", "FE89"}, {"ۀ", "FBA4"}, {"ء", "FE80"},
	} {
		if got := codes(shaped(v.text)); got != v.want {
			t.Errorf("%q is %s, want %s", v.text, got, v.want)
		}
	}
}

// Each presentation form decomposes to its letter by Unicode's own table.
func TestEveryPresentationFormIsThatOfItsLetter(t *testing.T) {
	for letter, s := range forms {
		for i := range s.count {
			if got := norm.NFKC.String(string(s.first + rune(i))); got != norm.NFKC.String(string(letter)) {
				t.Errorf("%04X is a form of %q, not of %q", s.first+rune(i), got, string(letter))
			}
		}
	}
	for alef, ligature := range lamAlef {
		for i := range rune(2) {
			if got := norm.NFKC.String(string(ligature + i)); got != "ل"+string(alef) {
				t.Errorf("%04X is %q", ligature+i, got)
			}
		}
	}
	have, err := known()
	if err != nil {
		t.Fatal(err)
	}
	for letter, s := range forms {
		for i := range s.count {
			if r := s.first + rune(i); !have.has(naskh, r) {
				t.Errorf("the font lacks the form %d of %q", i, string(letter))
			}
		}
	}
}

func TestALineIsBroughtIntoVisualOrder(t *testing.T) {
	// Capitals stand for letters that run from right to left, as in UAX #9.
	for _, v := range []struct {
		text string
		rtl  bool
		want string
	}{
		{"abc", false, "abc"},
		{"car is THE CAR in arabic", false, "car is RAC EHT in arabic"},
		{"THE CAR", true, "RAC EHT"},
		{"he said IT IS 123, 456, OK.", false, "he said KO ,456 ,123 SI TI."}, // numbers keep their order, text round them turns
		{"IT IS 12.50", true, "12.50 SI TI"},
		{"PRICE $12", true, "$12 ECIRP"},
		{"NAME (abc def) END", true, "DNE (abc def) EMAN"},
		{"NAME (SHORT)", true, "(TROHS) EMAN"},
		{"abc (DEF)", false, "abc (FED)"},
		{"MAIL a@b.example NOW", true, "WON a@b.example LIAM"},
		{"r-2026-00042", true, "r-2026-00042"},
		{"ONE 1 TWO 2", false, "2 OWT 1 ENO"},
		{"abc ", true, " abc"},
	} {
		hebrew := func(text string) []rune {
			return []rune(strings.Map(func(r rune) rune {
				if unicode.IsUpper(r) {
					return 'א' + r - 'A'
				}
				return r
			}, text))
		}
		back := strings.Map(func(r rune) rune {
			if r >= 'א' && r <= 'א'+25 {
				return 'A' + r - 'א'
			}
			return r
		}, string(visualOrder(hebrew(v.text), v.rtl)))
		if back != v.want {
			t.Errorf("%q is %q, want %q", v.text, back, v.want)
		}
	}
}
