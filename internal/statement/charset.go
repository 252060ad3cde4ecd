package statement

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// charsets are the encodings that banks use, under the names that XML and a
// saved mapping use for them.
var charsets = map[string]*charmap.Charmap{
	"iso-8859-1": charmap.Windows1252, "latin1": charmap.Windows1252, "us-ascii": charmap.Windows1252, "ascii": charmap.Windows1252,
	"windows-1252": charmap.Windows1252, "cp1252": charmap.Windows1252, // as browsers do: the one's letters are the other's
	"iso-8859-15": charmap.ISO8859_15, "iso-8859-2": charmap.ISO8859_2,
	"windows-1250": charmap.Windows1250, "cp1250": charmap.Windows1250,
	"ibm850": charmap.CodePage850, "cp850": charmap.CodePage850, "ibm852": charmap.CodePage852, "cp852": charmap.CodePage852,
	"ibm437": charmap.CodePage437, "cp437": charmap.CodePage437,
}

// text turns a file into UTF-8. A byte order mark decides; then the named
// charset; then valid UTF-8; then a guess by the bytes. What is no character
// becomes U+FFFD: a letter lost from a name must not keep the money out.
func text(data []byte, charset string) string {
	switch charset = strings.ToLower(charset); {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return wide(data[2:], 0)
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return wide(data[2:], 1)
	case charset == "utf-16" || charset == "utf-16le":
		return wide(data, 0)
	case charset == "utf-16be":
		return wide(data, 1)
	case charsets[charset] != nil:
		return narrow(data, charsets[charset])
	}
	if utf8.Valid(data) || charset == "utf-8" || charset == "utf8" {
		return strings.ToValidUTF8(string(data), "\ufffd")
	}
	return narrow(data, charsets[guessCharset(data)])
}

// wide reads UTF-16; low is the place of the low byte's partner (0 little endian).
func wide(data []byte, bigEndian int) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = uint16(data[2*i+bigEndian]) | uint16(data[2*i+1-bigEndian])<<8
	}
	return string(utf16.Decode(units))
}

func narrow(data []byte, m *charmap.Charmap) string {
	out, err := m.NewDecoder().Bytes(data)
	if err != nil { // a charmap's decoder knows all 256 bytes
		return strings.ToValidUTF8(string(data), "\ufffd")
	}
	return string(out)
}

// eastern are countries whose banks write their letters in the 125x, 852 or
// 8859-2 pages of central Europe.
var eastern = regexp.MustCompile(`(?:^|[^A-Z])(?:PL|CZ|SK|HU|RO|HR|SI)\d{2} ?[0-9A-Z]{4}`)

// common letters of the languages that a page serves.
const (
	western = "äöüßéèêëàâáçñóòôøåæíìîïúùûšžÿœÄÖÜÉÈÀÁÇÑÓÅØÆÍÚŠŽ"
	central = "ąćęłńóśźżěščřžýáíéúůťďňőűäöüßôľĺŕâăîșțđĄĆĘŁŃÓŚŹŻŠČŘŽÝÁÍÉÚŮĎŇŐŰÄÖÜĐ"
)

// guessSize is how much of a file the guess looks at.
const guessSize = 1 << 20

// guessCharset takes the page under which a file that is not UTF-8 looks most
// like words. The country of an IBAN tells which pages come into question.
func guessCharset(data []byte) string {
	data = data[:min(len(data), guessSize)]
	pages, letters := []string{"windows-1252", "cp850"}, western
	if eastern.Match(data) {
		pages, letters = []string{"windows-1250", "iso-8859-2", "cp852"}, central
	}
	best, most := pages[0], 0
	for i, p := range pages {
		if n := likeWords(narrow(data, charsets[p]), letters); i == 0 || n > most {
			best, most = p, n
		}
	}
	return best
}

// likeWords is how well the letters beyond ASCII fit: known letters and quotes
// around words speak for a page, control characters and small letters before
// capitals against it.
func likeWords(s, letters string) (score int) {
	before := ' '
	runes := []rune(s)
	for i, r := range runes {
		after := ' '
		if i+1 < len(runes) {
			after = runes[i+1]
		}
		switch {
		case r < 0x80:
		case unicode.IsLower(r) && unicode.IsUpper(after):
			score -= 3
		case strings.ContainsRune(letters, r):
			score += 2
		case unicode.IsLetter(r):
		case unicode.IsControl(r):
			score -= 3
		case unicode.IsLetter(before) != unicode.IsLetter(after):
			score++
		}
		before = r
	}
	return score
}

func letter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// words collapses white space.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }

// joinWords appends more to s, unless it says nothing new.
func joinWords(s, more string) string {
	switch {
	case more == "" || strings.Contains(s, more):
		return s
	case s == "":
		return more
	}
	return s + " " + more
}

// joinCut puts back together what a bank cut into lines of so many characters:
// a full line goes on without a gap, behind a shorter one a word ended.
func joinCut(lines []string, width int) string {
	var out strings.Builder
	for i, line := range lines {
		out.WriteString(line)
		if i+1 < len(lines) && utf8.RuneCountInString(line) < width {
			out.WriteByte(' ')
		}
	}
	return words(out.String())
}
