package money

import "strings"

// The active currencies of ISO 4217 (list one, as of 2026) by the number of
// decimals of their minor unit. Metals, testing codes and bond units, which
// have none, are left out. MGA and MRU have fifths, which ISO counts as two
// decimals.
var isoByExponent = [...]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD
		BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP
		DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
		IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL
		MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR
		NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP
		SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD
		USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
	3: "BHD IQD JOD KWD LYD OMR TND",
	4: "CLF UYW",
}

var isoExponent = func() map[string]int {
	table := make(map[string]int)
	for exp, codes := range isoByExponent {
		for _, code := range strings.Fields(codes) {
			table[code] = exp
		}
	}
	return table
}()

// Exponent tells how many decimals a currency's minor unit has by ISO 4217:
// USD 2, JPY 0, KWD 3. False where the code is not an active currency's.
func Exponent(currency string) (int, bool) {
	exp, ok := isoExponent[currency]
	return exp, ok
}

// signs lists what people write beside an amount of a currency, in lower case,
// besides its code. A sign that several currencies use ($, kr) stands with each.
var signs = map[string]string{
	"AED": "د.إ dh dhs", "ARS": "$", "AUD": "$ a$ au$", "BDT": "৳", "BRL": "r$", "CAD": "$ c$ ca$",
	"CHF": "fr fr. sfr sfr.", "CLP": "$", "CNY": "¥ 元 圆 rmb", "COP": "$", "CRC": "₡", "CZK": "kč",
	"DKK": "kr kr.", "EGP": "£ e£ ج.م", "EUR": "€ euro euros یورو يورو", "GBP": "£", "GEL": "₾", "GHS": "₵",
	"HKD": "$ hk$", "HUF": "ft", "IDR": "rp rp.", "ILS": "₪", "INR": "₹ rs rs.", "IRR": "﷼ ریال ريال",
	"ISK": "kr kr.", "JPY": "¥ 円", "KES": "ksh", "KRW": "₩ 원", "KZT": "₸", "MXN": "$ mx$", "NGN": "₦",
	"NOK": "kr kr.", "NZD": "$ nz$", "PEN": "s/", "PHP": "₱", "PKR": "rs rs.", "PLN": "zł", "PYG": "₲",
	"RON": "lei", "RUB": "₽ руб руб.", "SAR": "﷼ ر.س", "SEK": "kr kr. :-", "SGD": "$ s$", "THB": "฿",
	"TRY": "₺ tl", "TWD": "$ nt$ 元", "UAH": "₴ грн", "USD": "$ us$ dollar dollars دلار دولار",
	"VND": "₫ đ", "ZAR": "r",
}

// signKind tells what a word beside an amount is: the currency's own sign,
// another currency's, or neither.
func signKind(word, currency string) (own, other bool) {
	word = strings.ToLower(word)
	if word == strings.ToLower(currency) || hasSign(currency, word) {
		return true, false
	}
	if _, ok := isoExponent[strings.ToUpper(word)]; ok {
		return false, true
	}
	for code := range signs {
		if hasSign(code, word) {
			return false, true
		}
	}
	return false, false
}

func hasSign(currency, word string) bool {
	for _, s := range strings.Fields(signs[currency]) {
		if s == word {
			return true
		}
	}
	return false
}
