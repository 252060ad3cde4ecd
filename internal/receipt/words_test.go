package receipt

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"masthead.dev/masthead/internal/money"
)

func TestAmountsAreWrittenInTheWordsOfEachLanguage(t *testing.T) {
	for _, v := range []struct {
		lang, currency string
		minor          int64
		want           string
	}{
		{"de", "EUR", 123450, "eintausendzweihundertvierunddreißig Euro und fünfzig Cent"},
		{"de", "EUR", 100, "ein Euro"},
		{"de", "EUR", 101, "ein Euro und ein Cent"},
		{"de", "EUR", 0, "null Euro"},
		{"de", "EUR", 10100, "einhunderteins Euro"},
		{"de", "EUR", 2100000, "einundzwanzigtausend Euro"},
		{"de", "EUR", 10100000, "einhunderteintausend Euro"},
		{"de", "EUR", 1600, "sechzehn Euro"},
		{"de", "EUR", 1700, "siebzehn Euro"},
		{"de", "EUR", 100000000, "eine Million Euro"},
		{"de", "EUR", 200000100, "zwei Millionen eins Euro"},
		{"de", "EUR", 123456700, "eine Million zweihundertvierunddreißigtausendfünfhundertsiebenundsechzig Euro"},
		{"de", "EUR", 100_000_000_000_000, "eine Billion Euro"},
		{"de", "CHF", 2005, "zwanzig Schweizer Franken und fünf Rappen"},
		{"de", "GBP", 101, "ein Pfund und ein Penny"},
		{"de", "JPY", 3000, "dreitausend Yen"},
		{"en", "EUR", 123450, "one thousand two hundred and thirty-four euros and fifty cents"},
		{"en", "USD", 100, "one US dollar"},
		{"en", "USD", 2599, "twenty-five US dollars and ninety-nine cents"},
		{"en", "GBP", 100101, "one thousand and one pounds and one penny"},
		{"en", "KWD", 5120, "five Kuwaiti dinars and one hundred and twenty fils"},
		{"en", "CZK", 120050, "one thousand two hundred CZK and 50/100"},
		{"en", "CZK", 1205, "twelve CZK and 05/100"},
		{"en", "USD", 100_000_000_000_000, "one trillion US dollars"},
		{"fa", "EUR", 123450, "یک هزار و دویست و سی و چهار یورو و پنجاه سنت"},
		{"fa", "USD", 2500, "بیست و پنج دلار آمریکا"},
		{"fa", "IRR", 15000000, "یکصد و پنجاه هزار ریال"},
		{"fa", "EUR", 100_000_000_000_000, "یک هزار میلیارد یورو"},
		{"fr", "EUR", 200, "two euros"},
		{"en", "EUR", -1, ""},
	} {
		if got := InWords(v.lang, money.Amount{Currency: v.currency, Minor: v.minor}); got != v.want {
			t.Errorf("%s %d %s: %q, want %q", v.lang, v.minor, v.currency, got, v.want)
		}
	}
}

// read understands the words of a number below a thousand again, by a way of its
// own: it takes the longest word that fits, and adds up.
func read(text string, words map[string]int64, hundred string) (int64, bool) {
	total := int64(0)
	for text != "" {
		best := ""
		for w := range words {
			if strings.HasPrefix(text, w) && len(w) > len(best) {
				best = w
			}
		}
		switch {
		case hundred != "" && strings.HasPrefix(text, hundred):
			best, total = hundred, total*100
		case best == "":
			return 0, false
		default:
			total += words[best]
		}
		text = text[len(best):]
	}
	return total, true
}

func TestEveryNumberInWordsCanBeReadBack(t *testing.T) {
	en, de, fa := map[string]int64{" ": 0, "-": 0, "and": 0}, map[string]int64{" ": 0, "und": 0, "ein": 1, "eine": 1}, map[string]int64{" ": 0, "و": 0}
	for i, w := range englishOnes {
		en[w], de[germanOnes[i]], fa[persianOnes[i]] = int64(i), int64(i), int64(i)
	}
	for i := 2; i < 10; i++ {
		en[englishTens[i]], de[germanTens[i]], fa[persianTens[i]] = int64(10*i), int64(10*i), int64(10*i)
	}
	for i := 1; i < 10; i++ {
		fa[persianHuns[i]] = int64(100 * i)
	}
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.OneOf(rapid.Int64Range(0, 9999), rapid.Int64Range(0, 1e6), rapid.Int64Range(0, 1e12)).Draw(r, "n")
		for lang, text := range map[string]string{"en": english(n), "de": german(n), "fa": persian(n)} {
			if got, ok := readBack(lang, text, en, de, fa); !ok || got != n {
				r.Fatalf("%s: %d is %q, which reads as %d", lang, n, text, got)
			}
		}
	})
}

// readBack reads each power of a thousand by itself, so that "thousand" always
// multiplies what stands before it in its own group.
func readBack(lang, text string, en, de, fa map[string]int64) (int64, bool) {
	type scale struct {
		names []string
		size  int64
	}
	words, hundred, scales := en, "hundred", []scale{{[]string{"trillion"}, 1e12}, {[]string{"billion"}, 1e9}, {[]string{"million"}, 1e6}, {[]string{"thousand"}, 1e3}}
	switch lang {
	case "de":
		words, hundred = de, "hundert"
		scales = []scale{{[]string{"Billionen", "Billion"}, 1e12}, {[]string{"Milliarden", "Milliarde"}, 1e9}, {[]string{"Millionen", "Million"}, 1e6}, {[]string{"tausend"}, 1e3}}
	case "fa":
		words, hundred = fa, ""
		scales = []scale{{[]string{"هزار میلیارد و ", "هزار میلیارد"}, 1e12}, {[]string{"میلیارد"}, 1e9}, {[]string{"میلیون"}, 1e6}, {[]string{"هزار"}, 1e3}}
	}
	total := int64(0)
	for _, s := range scales {
		for _, name := range s.names {
			if lang == "fa" && s.size == 1e12 && !strings.HasPrefix(strings.TrimPrefix(text, "یک "), "هزار میلیارد") {
				continue // "thousands of milliards" of other numbers are read below
			}
			if head, rest, found := strings.Cut(text, name); found {
				n, ok := read(head, words, hundred)
				if !ok {
					return 0, false
				}
				total, text = total+n*s.size, rest
				break
			}
		}
	}
	n, ok := read(text, words, hundred)
	return total + n, ok
}
