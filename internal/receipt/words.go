package receipt

import (
	"strings"

	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
)

// InWords writes an amount in the words of a language, as some laws want it
// beside the figures: "eintausendzweihundertvierunddreißig Euro und fünfzig
// Cent". It knows English, German and Persian and falls back to English; a
// currency without a name of its own there is written by its code, with its
// minor units as a fraction: "twelve CZK and 50/100". Amounts are from 0 up to
// 10^15 minor units; "" beyond, and for negative ones.
func InWords(lang string, a money.Amount) string {
	s, ok := speakers[locale.Base(lang)]
	if !ok {
		s = speakers["en"]
	}
	if a.Minor < 0 || a.Minor > 1_000_000_000_000_000 {
		return ""
	}
	places, _ := money.Exponent(a.Currency)
	unit := int64(1)
	for range places {
		unit *= 10
	}
	whole, part := a.Minor/unit, a.Minor%unit
	c, named := s.coins[a.Currency]
	if !named {
		out := s.counted(whole) + " " + a.Currency
		if part > 0 {
			out += s.and + padded(part, places) + "/" + padded(unit, 0)
		}
		return out
	}
	out := s.counted(whole) + " " + c.whole.of(whole)
	if part > 0 {
		out += s.and + s.counted(part) + " " + c.part.of(part)
	}
	return out
}

func padded(n int64, places int) string {
	digits := money.Amount{Minor: n}.Decimal() // an unknown currency has no decimals
	if short := places - len(digits); short > 0 {
		digits = strings.Repeat("0", short) + digits
	}
	return digits
}

// noun is a thing that is counted.
type noun struct{ one, many string }

func (n noun) of(count int64) string {
	if count == 1 {
		return n.one
	}
	return n.many
}

// coin names a currency and its minor unit.
type coin struct{ whole, part noun }

// speaker counts in a language.
type speaker struct {
	number  func(n int64) string
	counted func(n int64) string // before a noun
	and     string
	coins   map[string]coin
}

var speakers = map[string]speaker{
	"en": {number: english, counted: english, and: " and ", coins: map[string]coin{
		"USD": {noun{"US dollar", "US dollars"}, noun{"cent", "cents"}}, "CAD": {noun{"Canadian dollar", "Canadian dollars"}, noun{"cent", "cents"}},
		"AUD": {noun{"Australian dollar", "Australian dollars"}, noun{"cent", "cents"}}, "EUR": {noun{"euro", "euros"}, noun{"cent", "cents"}},
		"GBP": {noun{"pound", "pounds"}, noun{"penny", "pence"}}, "CHF": {noun{"Swiss franc", "Swiss francs"}, noun{"centime", "centimes"}},
		"JPY": {noun{"yen", "yen"}, noun{}}, "KWD": {noun{"Kuwaiti dinar", "Kuwaiti dinars"}, noun{"fils", "fils"}},
		"IRR": {noun{"Iranian rial", "Iranian rials"}, noun{"dinar", "dinars"}},
	}},
	"de": {number: german, counted: germanBefore, and: " und ", coins: map[string]coin{
		"USD": {noun{"US-Dollar", "US-Dollar"}, noun{"Cent", "Cent"}}, "CAD": {noun{"kanadischer Dollar", "kanadische Dollar"}, noun{"Cent", "Cent"}},
		"AUD": {noun{"australischer Dollar", "australische Dollar"}, noun{"Cent", "Cent"}}, "EUR": {noun{"Euro", "Euro"}, noun{"Cent", "Cent"}},
		"GBP": {noun{"Pfund", "Pfund"}, noun{"Penny", "Pence"}}, "CHF": {noun{"Schweizer Franken", "Schweizer Franken"}, noun{"Rappen", "Rappen"}},
		"JPY": {noun{"Yen", "Yen"}, noun{}}, "KWD": {noun{"Kuwait-Dinar", "Kuwait-Dinar"}, noun{"Fils", "Fils"}},
		"IRR": {noun{"iranischer Rial", "iranische Rial"}, noun{"Dinar", "Dinar"}},
	}},
	"fa": {number: persian, counted: persian, and: " و ", coins: map[string]coin{
		"USD": {noun{"دلار آمریکا", "دلار آمریکا"}, noun{"سنت", "سنت"}}, "CAD": {noun{"دلار کانادا", "دلار کانادا"}, noun{"سنت", "سنت"}},
		"AUD": {noun{"دلار استرالیا", "دلار استرالیا"}, noun{"سنت", "سنت"}}, "EUR": {noun{"یورو", "یورو"}, noun{"سنت", "سنت"}},
		"GBP": {noun{"پوند", "پوند"}, noun{"پنی", "پنی"}}, "CHF": {noun{"فرانک سوئیس", "فرانک سوئیس"}, noun{"سانتیم", "سانتیم"}},
		"JPY": {noun{"ین", "ین"}, noun{}}, "KWD": {noun{"دینار کویت", "دینار کویت"}, noun{"فلس", "فلس"}},
		"IRR": {noun{"ریال", "ریال"}, noun{"دینار", "دینار"}},
	}},
}

var (
	englishOnes = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
	englishTens = strings.Fields("- - twenty thirty forty fifty sixty seventy eighty ninety")
	germanOnes  = strings.Fields("null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn")
	germanTens  = strings.Fields("- - zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
	persianOnes = strings.Fields("صفر یک دو سه چهار پنج شش هفت هشت نه ده یازده دوازده سیزده چهارده پانزده شانزده هفده هجده نوزده")
	persianTens = strings.Fields("- - بیست سی چهل پنجاه شصت هفتاد هشتاد نود")
	persianHuns = strings.Fields("- یکصد دویست سیصد چهارصد پانصد ششصد هفتصد هشتصد نهصد")
)

// english counts with "and" before tens and ones, as in Britain.
func english(n int64) string {
	for _, big := range []struct {
		size int64
		name string
	}{{1e12, "trillion"}, {1e9, "billion"}, {1e6, "million"}, {1e3, "thousand"}, {100, "hundred"}} {
		if n < big.size {
			continue
		}
		out, rest := english(n/big.size)+" "+big.name, n%big.size
		switch {
		case rest == 0:
			return out
		case rest < 100:
			return out + " and " + english(rest)
		}
		return out + " " + english(rest)
	}
	if n < 20 {
		return englishOnes[n]
	}
	if n%10 == 0 {
		return englishTens[n/10]
	}
	return englishTens[n/10] + "-" + englishOnes[n%10]
}

// german writes numbers below a million as one word.
func german(n int64) string {
	for _, big := range []struct {
		size      int64
		one, many string
	}{{1e12, "Billion", "Billionen"}, {1e9, "Milliarde", "Milliarden"}, {1e6, "Million", "Millionen"}} {
		if n < big.size {
			continue
		}
		out := "eine " + big.one
		if n >= 2*big.size {
			out = german(n/big.size) + " " + big.many
		}
		if rest := n % big.size; rest > 0 {
			out += " " + german(rest)
		}
		return out
	}
	return germanSmall(n)
}

// germanSmall counts below a million. "eins" loses its s where a part of the
// number follows.
func germanSmall(n int64) string {
	switch {
	case n < 20:
		return germanOnes[n]
	case n < 100 && n%10 == 0:
		return germanTens[n/10]
	case n < 100:
		return bare(germanOnes[n%10]) + "und" + germanTens[n/10]
	case n < 1000:
		return bare(germanOnes[n/100]) + "hundert" + germanRest(n%100)
	}
	return bare(germanSmall(n/1000)) + "tausend" + germanRest(n%1000)
}

func germanRest(n int64) string {
	if n == 0 {
		return ""
	}
	return germanSmall(n)
}

func bare(word string) string {
	if strings.HasSuffix(word, "eins") {
		return strings.TrimSuffix(word, "s")
	}
	return word
}

// germanBefore is german before a noun, all of which here are masculine or
// neuter: "ein Euro", but "einhunderteins Euro".
func germanBefore(n int64) string {
	if n == 1 {
		return "ein"
	}
	return german(n)
}

// persian joins the groups of three with "و"; above 10^9 it counts thousands of
// milliards, as is usual in Iran.
func persian(n int64) string {
	for _, big := range []struct {
		size int64
		name string
	}{{1e9, "میلیارد"}, {1e6, "میلیون"}, {1e3, "هزار"}} {
		if n >= big.size {
			return persianJoin(persian(n/big.size)+" "+big.name, n%big.size)
		}
	}
	switch {
	case n < 20:
		return persianOnes[n]
	case n < 100:
		return persianJoin(persianTens[n/10], n%10)
	}
	return persianJoin(persianHuns[n/100], n%100)
}

func persianJoin(head string, rest int64) string {
	if rest == 0 {
		return head
	}
	return head + " و " + persian(rest)
}
