package statement

import (
	"regexp"
	"slices"
	"strings"
)

// information takes the :86: behind a line. A second one in a row adds to the
// first.
func (e *Entry) information(lines []string) {
	x := informationOf(lines)
	whole := joinCut(lines, 65)
	if x.title != "" { // subfields are for machines
		whole = words(x.title + " " + x.remittance)
	}
	e.Text = joinWords(whole, e.Text)
	if e.BankCode == "" {
		e.BankCode = x.code
	}
	x.fill(&e.Details[0])
}

// info is what one :86: says.
type info struct {
	code       string // the bank's three digits before the first subfield
	title      string // what kind of booking it is, in words
	name       string
	account    string
	bic        string
	remittance string
	reference  string
	eref       string
	mandate    string
	purpose    string
	returned   string
	ultimate   string
}

func (x *info) fill(d *Detail) {
	set := func(to *string, v string) {
		if v != "" {
			*to = v
		}
	}
	set(&d.Counterparty.Name, words(x.name))
	set(&d.Counterparty.BIC, x.bic)
	d.Counterparty.number(x.account)
	set(&d.EndToEndID, given(x.eref))
	set(&d.MandateID, given(x.mandate))
	set(&d.Reference, bare(x.reference))
	set(&d.Purpose, x.purpose)
	set(&d.ReturnReason, x.returned)
	set(&d.Ultimate, words(x.ultimate))
	d.Remittance = joinWords(d.Remittance, words(x.remittance))
}

var (
	// 166?00…, 020<00…, 020~00…: a code, then a sign with two digits.
	subfields = regexp.MustCompile(`^(\d{3})?([?<~^])(\d{2})`)
	slashes   = regexp.MustCompile(`^/([A-Z]{3,4}|ID|BO)/`)
)

// informationOf tells the banks' habits apart: subfields by number (Germany,
// Austria, Poland …), words between slashes (Netherlands, SWIFT), labels (old
// Dutch files), free text (everyone else).
func informationOf(lines []string) info {
	whole := strings.Join(lines, "")
	if m := subfields.FindStringSubmatch(whole); m != nil {
		return bySubfield(m[1], whole[len(m[1]):], m[2])
	}
	if slashes.MatchString(whole) {
		if x, ok := byTag(joinCut(lines, 65)); ok {
			return x
		}
	}
	return byLabel(joinCut(lines, 65))
}

// bySubfield reads German ?20–?29, ?60–?63 remittance, ?30 bank, ?31 account,
// ?32–?33 name, and the Polish use of the same numbers with other signs, where
// 27–29 are name and address and 38 is the full account number.
func bySubfield(code, s, sign string) info {
	parts := map[string]string{}
	var remit []string
	for _, p := range strings.Split(s, sign) {
		if len(p) < 2 || strings.Trim(p[:2], "0123456789") != "" {
			if n := len(remit); n > 0 { // the sign itself stood in the text
				remit[n-1] += sign + p
			}
			continue
		}
		n, v := p[:2], p[2:]
		parts[n] += v
		if isRemittance(n, sign) {
			remit = append(remit, v)
		}
	}
	x := info{code: code, title: parts["00"], account: parts["31"], name: parts["32"] + parts["33"]}
	if len([]rune(parts["32"])) < 27 {
		x.name = joinWords(parts["32"], parts["33"])
	}
	if bic := bare(parts["30"]); bicShape.MatchString(bic) {
		x.bic = bic
	}
	if sign != "?" {
		if x.name == "" {
			x.name = parts["27"]
		}
		if iban := bare(parts["38"]); iban != "" {
			x.account = polish(iban)
		}
	}
	x.sepa(remit)
	return x
}

// polish completes a number that Polish banks write without the country.
func polish(number string) string {
	if len(number) == 26 && isIBAN("PL"+number) {
		return "PL" + number
	}
	return number
}

func isRemittance(n, sign string) bool {
	switch {
	case sign == "?":
		return (n >= "20" && n <= "29") || (n >= "60" && n <= "63")
	default:
		return (n >= "20" && n <= "26") || (n >= "60" && n <= "63")
	}
}

// sepaWords are the keywords of the German banking industry's :86:.
var sepaWords = []string{"EREF", "KREF", "MREF", "CRED", "DEBT", "COAM", "OAMT", "SVWZ", "ABWA", "ABWE", "IBAN", "BIC", "PURP", "RTRN"}

// sepaWord finds a keyword at the beginning of s, and how wide it is with its sign.
func sepaWord(s string) (string, int) {
	for _, w := range sepaWords {
		if rest, ok := strings.CutPrefix(s, w); ok && (strings.HasPrefix(rest, "+") || (strings.HasPrefix(rest, ":") && len(w) == 4 && w != "IBAN")) {
			return w, len(w) + 1
		}
	}
	return "", 0
}

// sepa splits remittance lines at EREF+, SVWZ+ …
func (x *info) sepa(lines []string) {
	for i := 1; i < len(lines); i++ {
		if _, width := sepaWord(lines[i]); width > 0 {
			lines[i-1] += " "
		}
	}
	whole := joinCut(lines, 27)
	tags := find(whole, "SVWZ", func(i int) (string, int) { return sepaWord(whole[i:]) })
	if len(tags) == 0 {
		x.remittance = whole
		return
	}
	pick := func(name string) string { return value(tags, name, "SVWZ") }
	x.eref, x.mandate, x.ultimate = pick("EREF"), pick("MREF"), pick("ABWA")
	x.remittance, x.purpose, x.returned = joinWords(strings.TrimSpace(whole[:tags[0].at]), pick("SVWZ")), pick("PURP"), pick("RTRN")
	if iban := bare(pick("IBAN")); x.account == "" && ibanShape.MatchString(iban) {
		x.account = iban
	}
	if bic := bare(pick("BIC")); x.bic == "" && bicShape.MatchString(bic) {
		x.bic = bic
	}
}

// tag is one keyword with what follows it.
type tag struct {
	name, value string
	at          int
}

// find collects the keywords that match gives at word starts; match returns the
// name and the width of the keyword with its sign. Behind payersWords, where the
// payer's own words begin, a keyword that the bank has used before is only one
// of those words: a payer can write keywords too.
func find(s, payersWords string, match func(i int) (string, int)) []tag {
	var tags []tag
	from := 0
	banks := map[string]bool{}
	payer := false
	for i := 0; i < len(s); i++ {
		if i > 0 && s[i] != '/' && isWord(s[i-1]) {
			continue
		}
		name, width := match(i)
		if name == "" || (payer && banks[name]) {
			continue
		}
		if payer = payer || name == payersWords; !payer || name == payersWords {
			banks[name] = true
		}
		if n := len(tags); n > 0 {
			tags[n-1].value = strings.TrimSpace(s[min(from, i):i])
		}
		tags = append(tags, tag{name: name, at: i})
		from = i + width
		i = from - 1
		if i > 0 && s[i] == '/' { // the slash that ends one keyword begins the next
			i--
		}
	}
	if n := len(tags); n > 0 {
		tags[n-1].value = strings.TrimSpace(s[min(from, len(s)):])
	}
	return tags
}

func isWord(b byte) bool { return letter(b) || (b >= '0' && b <= '9') }

// value is what a keyword says: the one before the payer's own words, or the
// last one behind them, where the bank writes after the payer.
func value(tags []tag, name, payersWords string) string {
	words := slices.IndexFunc(tags, func(t tag) bool { return t.name == payersWords })
	out := ""
	for i, t := range tags {
		if t.name == name {
			out = t.value
			if words < 0 || i <= words {
				break
			}
		}
	}
	return out
}

// slashWords are the keywords of Dutch banks and of SWIFT.
var slashWords = []string{"TRTP", "IBAN", "BIC", "NAME", "REMI", "EREF", "MARF", "CSID", "ORDP", "BENM", "CNTP", "RTRN", "PREF", "KREF", "ADDR",
	"ISDT", "PURP", "SVCL", "ULTD", "ULTC", "ULTB", "EXCH", "OCMT", "CHGS", "CHGT", "NRTX", "BO", "ID", "INIT", "TRCD", "SUM", "AMNT", "UDTR", "UCRD"}

// byTag reads /TRTP/…/IBAN/…/NAME/…/REMI/…; false where the slashes mean
// something else.
func byTag(s string) (info, bool) {
	tags := find(s, "REMI", func(i int) (string, int) {
		if s[i] != '/' {
			return "", 0
		}
		word, _, ok := strings.Cut(s[i+1:min(len(s), i+7)], "/")
		if !ok || !slices.Contains(slashWords, word) {
			return "", 0
		}
		return word, len(word) + 2
	})
	if len(tags) == 0 || tags[0].at != 0 {
		return info{}, false
	}
	pick := func(name string) string { return strings.Trim(value(tags, name, "REMI"), "/ ") }
	x := info{account: pick("IBAN"), name: pick("NAME"), bic: bare(pick("BIC")), eref: pick("EREF"), mandate: pick("MARF"),
		purpose: pick("PURP"), returned: pick("RTRN"), ultimate: pick("ULTD")}
	if cntp := strings.Split(value(tags, "CNTP", "REMI"), "/"); len(cntp) >= 3 { // ING: IBAN/BIC/name/city
		x.account, x.bic, x.name = cntp[0], bare(cntp[1]), cntp[2]
	}
	x.structured(value(tags, "REMI", "REMI"))
	return x, true
}

// structured reads REMI: text, USTD//text, or STRD/issuer/reference.
func (x *info) structured(remi string) {
	remi = strings.Trim(remi, " ")
	if rest, ok := strings.CutPrefix(remi, "STRD/"); ok {
		if _, ref, ok := strings.Cut(rest, "/"); ok {
			x.reference = strings.Trim(ref, "/ ")
		}
		return
	}
	remi = strings.TrimPrefix(remi, "USTD/")
	x.remittance = strings.Trim(remi, "/ ")
}

// labels of ABN AMRO's and others' older files, in capitals with a colon.
var labels = map[string]string{"IBAN": "IBAN", "BIC": "BIC", "NAAM": "NAME", "NAME": "NAME", "OMSCHRIJVING": "REMI", "KENMERK": "EREF",
	"MACHTIGING": "MARF", "INCASSANT": "CSID", "BETALINGSKENM.": "REF", "VOOR": "ULTC", "DATUM/TIJD": "TIME"}

// byLabel reads IBAN: … NAAM: … OMSCHRIJVING: …, and otherwise takes all of it
// as the payer's words.
func byLabel(s string) info {
	tags := find(s, "REMI", func(i int) (string, int) {
		word, _, ok := strings.Cut(s[i:min(len(s), i+16)], ":")
		if name := labels[word]; ok && name != "" {
			return name, len(word) + 1
		}
		return "", 0
	})
	if len(tags) < 2 {
		return info{remittance: s}
	}
	pick := func(name string) string { return value(tags, name, "REMI") }
	return info{account: pick("IBAN"), bic: bare(pick("BIC")), name: pick("NAME"), eref: pick("EREF"), mandate: pick("MARF"),
		reference: pick("REF"), remittance: pick("REMI")}
}
