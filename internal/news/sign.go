package news

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"masthead.dev/masthead/internal/document"
)

// wordsIn cuts a text into its words, without blanks and signs.
func wordsIn(text string) []string {
	var out []string
	state := -1
	for text != "" {
		var w string
		w, text, state = uniseg.FirstWordInString(text, state)
		if isWord(w) {
			out = append(out, w)
		}
	}
	return out
}

func isWord(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}

// nearby is how far, in bytes, the neighbour of a word is looked for: texts are
// long, and it is asked for each of their words.
const nearby = 200

func firstOf(text string) string {
	if w := wordsIn(text[:min(nearby, len(text))]); len(w) > 0 {
		return w[0]
	}
	return ""
}

func lastOf(text string) string {
	if w := wordsIn(text[max(0, len(text)-nearby):]); len(w) > 0 {
		return w[len(w)-1]
	}
	return ""
}

// signs finds what about an edit is a matter of fact.
func (e Edit) signs(lang string) []Sign {
	switch e.Part {
	case "field:bylines":
		return []Sign{SignName}
	case "field:dateline":
		return []Sign{SignDate}
	}
	if !e.prose() {
		return nil
	}
	var out []Sign
	add := func(s Sign, found bool) {
		if found && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	if e.Whole { // new text is news, not a mistake; text that is gone may have been one
		e.Swaps = []Swap{{Was: e.Was, Now: e.Now}}
		if e.Was == "" {
			return nil
		}
	}
	known := sync.OnceValue(e.known)
	quoted := e.Kind == document.KindQuote || e.Kind == document.KindPullQuote
	add(SignQuote, quoted && !e.Moved && !e.Silent || !slices.Equal(quotations(e.Was), quotations(e.Now)))
	for _, s := range e.Swaps {
		was, now := wordsIn(s.Was), wordsIn(s.Now)
		if len(was) == 0 && len(now) > longAddition { // a sentence more
			continue
		}
		add(SignNumber, !same(pick(was, isNumber), pick(now, isNumber)))
		add(SignDate, !same(pick(was, isDate), pick(now, isDate)))
		add(SignNegation, !same(pick(was, isNegation), pick(now, isNegation)) || prefixed(was, now))
		add(SignName, e.renamed(s, lang, known))
	}
	return out
}

// known are the words of both texts as they stand.
func (e Edit) known() map[string]bool {
	out := map[string]bool{}
	for _, w := range append(wordsIn(e.Was), wordsIn(e.Now)...) {
		out[w] = true
	}
	return out
}

// longAddition is the number of words from which on what was put in is new text
// rather than a change of the old.
const longAddition = 6

func pick(list []string, is func(string) bool) []string {
	var out []string
	for _, w := range list {
		if is(w) {
			out = append(out, strings.ToLower(w))
		}
	}
	return out
}

func same(a, b []string) bool {
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

func isNumber(w string) bool {
	return strings.ContainsFunc(w, unicode.IsNumber) || slices.Contains(numerals, strings.ToLower(w))
}

// isDate: two of the English months are words of every day, but for the capital.
func isDate(w string) bool {
	low := strings.ToLower(w)
	return slices.Contains(calendar, low) && (w != low || low != "may" && low != "march")
}

func isNegation(w string) bool {
	w = strings.ToLower(strings.ReplaceAll(w, "’", "'"))
	return slices.Contains(negations, w) || strings.HasSuffix(w, "n't")
}

// prefixed tells whether a Persian verb was negated by its prefix.
func prefixed(was, now []string) bool {
	for i := range min(len(was), len(now)) {
		if was[i] == "ن"+now[i] || now[i] == "ن"+was[i] {
			return true
		}
	}
	return false
}

// quotations are what stands between marks of quotation, without the marks:
// another shape of mark is no other quotation.
func quotations(text string) []string {
	const opens, closes = "\"“„«»「『", "\"”“»«」』"
	var out []string
	for {
		at := strings.IndexAny(text, opens)
		if at < 0 {
			return out
		}
		_, n := utf8.DecodeRuneInString(text[at:])
		text = text[at+n:]
		end := strings.IndexAny(text, closes)
		if end < 0 {
			return out
		}
		if w := wordsIn(text[:end]); len(w) > 0 {
			out = append(out, strings.Join(w, " "))
		}
		_, n = utf8.DecodeRuneInString(text[end:])
		text = text[end+n:]
	}
}

// renamed tells whether a swap touches a name: a word with a capital that is not
// just one at the beginning of a sentence.
func (e Edit) renamed(s Swap, lang string, known func() map[string]bool) bool {
	if one, other := wordsIn(s.Was), wordsIn(s.Now); len(one) == 1 && len(other) == 1 && begins(e.Was[:s.AtWas]) &&
		(slices.Contains(ordinary, strings.ToLower(one[0])) || slices.Contains(ordinary, strings.ToLower(other[0]))) {
		return false // a slip in a word that is no name
	}
	was, now := e.names(s.Was, e.Was, s.AtWas, lang, known), e.names(s.Now, e.Now, s.AtNow, lang, known)
	return !same(was, now)
}

func (e Edit) names(run, all string, at int, lang string, known func() map[string]bool) []string {
	var out []string
	state := -1
	for rest := run; rest != ""; {
		var w string
		w, rest, state = uniseg.FirstWordInString(rest, state)
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsUpper(r) && !e.common(w, all[:at], lang, known) {
			out = append(out, w)
		}
		at += len(w)
	}
	return out
}

// common tells whether a word with a capital is an ordinary one all the same.
func (e Edit) common(w, before, lang string, known func() map[string]bool) bool {
	low := strings.ToLower(w)
	if slices.Contains(ordinary, low) || isDate(w) || isNegation(w) || isNumber(w) {
		return true
	}
	if strings.HasPrefix(lang, "de") { // nouns have capitals: after an article it is one
		return slices.Contains(germanArticles, strings.ToLower(lastOf(before))) && !begins(before)
	}
	if !begins(before) && e.Part != "field:headline" {
		return false
	}
	return known()[low]
}

// begins tells whether a sentence begins after a text.
func begins(before string) bool {
	before = strings.TrimRightFunc(before, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("\"“„«»(‘'", r) })
	return before == "" || strings.ContainsRune(".!?:。\n", rune(before[len(before)-1]))
}

// The lists are short on purpose: what is missing makes the program propose a
// correction too rarely or too often, and a person decides.
var (
	numerals = strings.Fields(`zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
		twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion dozen half third quarter twice double first second
		null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig
		vierzig fünfzig sechzig siebzig achtzig neunzig hundert tausend million millionen milliarde milliarden dutzend halb drittel viertel doppelt
		یک دو سه چهار پنج شش هفت هشت نه ده یازده دوازده سیزده چهارده پانزده شانزده هفده هجده نوزده بیست سی چهل پنجاه شصت هفتاد هشتاد نود صد هزار میلیون میلیارد نیم`)
	calendar = strings.Fields(`january february march april may june july august september october november december
		monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow tonight
		januar februar märz mai juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag heute gestern morgen
		فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند شنبه یکشنبه دوشنبه سه‌شنبه چهارشنبه پنجشنبه جمعه امروز دیروز فردا
		ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر`)
	negations = strings.Fields(`not no never none nobody nothing nowhere neither nor without cannot hardly fails failed denies denied
		nicht kein keine keinen keinem keiner keines nie niemals nichts niemand ohne weder kaum
		نه نیست نیستند نبود نبودند هرگز بدون هیچ هیچ‌کس نمی`)
	ordinary = strings.Fields(`a an and are as at be but by for from had has have he her his i if in is it its of on or our she so that the their there they this to was we were which who will with you
		aber als am auch auf aus bei das dem den der des die ein eine einem einen einer er es für im in ist mit nach sie sind und von vor war wie wir zu zum zur`)
	germanArticles = strings.Fields(`der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner im am zum zur beim vom ins
		dieser diese dieses diesen diesem jeder jede jedes jeden mein sein ihr unser ihre seine`)
)
