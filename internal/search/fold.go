package search

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// class says what a folded rune does to the words around it.
type class uint8

const (
	gap      class = iota // ends a word
	letter                // part of a word
	digit                 // part of a word; also lets . and , join numbers
	unspaced              // a character of a script that is written without spaces
	mark                  // a sign that belongs to the character before it
	joiner                // apostrophe, hyphen, ZWNJ: joins two parts to one compound
	point                 // . and ,: join digits; . also joins single letters
	skip                  // nothing: a tatweel, a soft hyphen, a dropped mark
)

// markPlane moves the signs of Indic and south-east Asian scripts, which FTS5's
// unicode61 would take for separators, into the private-use plane that it takes
// for letters. U+0941 becomes U+F0941. Nothing else can produce these runes,
// for private-use characters in a text are gaps.
const markPlane = 0xF0000

// scripts whose Mn marks are pronunciation or emphasis and may be left out by
// people who type: there é is looked for as e. Elsewhere (Devanagari, Thai …) a
// mark is a vowel and stays.
var markless = []*unicode.RangeTable{
	unicode.Inherited, unicode.Latin, unicode.Greek, unicode.Cyrillic,
	unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Coptic,
}

// scripts that are written without spaces between words, and Hangul, whose
// particles stick to the word.
var spaceless = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

// letters that mean the same to a searcher and that Unicode does not relate.
var same = map[rune]string{
	'ß': "ss", 'ı': "i", 'ł': "l", 'ø': "o", 'đ': "d", 'ħ': "h", 'ð': "d", 'þ': "th", 'æ': "ae", 'œ': "oe",
	'ς': "σ",
	// Arabic script: the letter forms of Arabic, Persian and Urdu keyboards.
	'ي': "ی", 'ى': "ی", 'ے': "ی", 'ك': "ک", 'ڪ': "ک", 'ة': "ه", 'ۃ': "ه", 'ە': "ه", 'ہ': "ه", 'ھ': "ه", 'ٱ': "ا",
}

// folder turns runes into their search form and passes each on with its class.
type folder struct {
	put func(r rune, c class)
}

// fold handles one rune of an NFKC text. Hangul and kana stay composed; all
// others are taken apart so that their marks can be dropped.
func (f folder) fold(r rune) {
	switch {
	case r < utf8.RuneSelf:
		f.ascii(r)
		return
	case r == utf8.RuneError:
		f.put(r, gap)
		return
	case unicode.In(r, unicode.Hangul, unicode.Hiragana, unicode.Katakana):
		f.plain(r)
		return
	}
	var buf [utf8.UTFMax]byte
	n := utf8.EncodeRune(buf[:], r)
	parts := norm.NFD.Properties(buf[:n]).Decomposition()
	if parts == nil {
		f.plain(r)
		return
	}
	for len(parts) > 0 {
		p, n := utf8.DecodeRune(parts)
		f.plain(p)
		parts = parts[n:]
	}
}

func (f folder) ascii(r rune) {
	switch {
	case 'a' <= r && r <= 'z':
		f.put(r, letter)
	case 'A' <= r && r <= 'Z':
		f.put(r+'a'-'A', letter)
	case '0' <= r && r <= '9':
		f.put(r, digit)
	case r == '\'' || r == '-':
		f.put(r, joiner)
	case r == '.' || r == ',':
		f.put(r, point)
	default:
		f.put(r, gap)
	}
}

// plain handles a rune that has no decomposition, or is left composed.
func (f folder) plain(r rune) {
	if r < utf8.RuneSelf {
		f.ascii(r)
		return
	}
	switch c := classify(r); c {
	case digit:
		f.put('0'+digitValue(r), digit)
	case mark:
		f.put(markPlane+r, mark)
	case letter, unspaced:
		r = unicode.ToLower(r)
		s, ok := same[r]
		if !ok {
			f.put(r, c)
		}
		for _, r := range s {
			f.put(r, c)
		}
	default:
		f.put(r, c)
	}
}

func classify(r rune) class {
	switch r {
	case '’', '‘', 'ʼ', 'ʻ', 'ʹ', '׳', '״', '·', '‐', '\u200c':
		return joiner
	case '٫', '٬', '،':
		return point
	case 'ـ': // tatweel only stretches a word
		return skip
	case '\u200b':
		return gap
	}
	switch {
	case unicode.Is(unicode.Nd, r):
		return digit
	case unicode.In(r, unicode.Mn, unicode.Me) && unicode.In(r, markless...), unicode.Is(unicode.Cf, r):
		return skip
	case unicode.IsMark(r) && r < 0xFFFE:
		return mark
	case r == 'ー' || unicode.IsLetter(r) && unicode.In(r, spaceless...):
		return unspaced
	case unicode.IsLetter(r), unicode.IsNumber(r):
		return letter
	}
	return gap
}

// digitValue relies on decimal digits standing in blocks of ten, which Unicode
// guarantees (stability policy, Numeric_Type=Decimal).
func digitValue(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	return 0
}

// noise tells whether a rune is dropped before compatibility forms are undone,
// because it would otherwise grow onto the word before it: Foo™ is not footm,
// and a footnote's mark is not a digit of the word.
func noise(r rune) bool {
	switch r {
	case '™', '℠', '¹', '²', '³':
		return true
	}
	return '⁰' <= r && r <= '⁹'
}
