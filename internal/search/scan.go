package search

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of one token and of one compound. Longer words are cut, longer chains
// are indexed by their parts only; text and query are treated alike.
const (
	maxTokenRunes    = 64 // at most 256 bytes: far below tsvector's 2,046
	maxCompoundParts = 8
)

// Token is one word of a text in its search form.
type Token struct {
	Text       string
	Start, End int // bytes of the original text that it stands for
}

// unit is what belongs together: a word, a compound with its parts, or a run
// of unspaced script with its pairs of characters.
type unit struct {
	parts  []Token
	joined Token // the compound written as one word; Text is "" where there is none
	pairs  bool  // parts are pairs of characters, the last part is one character
}

// scanner cuts a text into units in one pass.
type scanner struct {
	emit func(unit)

	parts      []Token
	buf        []byte
	runes      int
	start, end int   // of the part being read
	at, to     int   // of the original characters being folded
	last       class // of the rune before; joiner or point while one is pending
	pending    rune
	cells      []Token // characters of the unspaced run being read
}

// scan calls emit for each unit of text. emit must not keep u.parts.
func scan(text string, emit func(u unit)) {
	s := &scanner{emit: emit}
	f := folder{put: s.put}
	var it norm.Iter
	it.InitString(norm.NFKC, text)
	for !it.Done() {
		s.at = it.Pos()
		seg := it.Next()
		r, n := utf8.DecodeRuneInString(text[s.at:])
		s.to = max(it.Pos(), s.at+n) // the iterator stands still inside a rune that becomes several words
		if noise(r) {
			s.put(r, gap)
			continue
		}
		for len(seg) > 0 {
			r, n := utf8.DecodeRune(seg)
			f.fold(r)
			seg = seg[n:]
		}
	}
	s.put(' ', gap)
}

func (s *scanner) put(r rune, c class) {
	switch c {
	case skip:
	case mark:
		s.mark(r)
	case letter, digit:
		s.endRun()
		s.word(r, c)
	case unspaced:
		s.endUnit()
		s.cells = append(s.cells, Token{string(r), s.at, s.to})
	case joiner, point:
		s.endRun()
		s.join(r, c)
	default:
		s.endRun()
		s.endUnit()
	}
}

// mark adds a sign to the character before it; one that stands alone is lost.
func (s *scanner) mark(r rune) {
	if n := len(s.cells); n > 0 {
		if c := &s.cells[n-1]; len(c.Text) < utf8.UTFMax*4 {
			c.Text += string(r)
		}
		s.cells[n-1].End = s.to
		return
	}
	if len(s.buf) > 0 && s.last != joiner && s.last != point {
		s.add(r)
	}
}

func (s *scanner) word(r rune, c class) {
	switch s.last {
	case joiner:
		s.endPart()
	case point:
		if c == digit || s.pending == '.' && s.runes == 1 {
			s.endPart()
		} else {
			s.endUnit()
		}
	}
	if len(s.buf) == 0 {
		s.start = s.at
	}
	s.last = c
	s.add(r)
}

func (s *scanner) add(r rune) {
	if s.runes < maxTokenRunes {
		s.buf = utf8.AppendRune(s.buf, r)
	}
	s.runes++
	s.end = s.to
}

// join notes that the next letter may go on with the same compound.
func (s *scanner) join(r rune, c class) {
	open := len(s.buf) > 0 && s.last != joiner && s.last != point
	if open && c == point {
		open = s.last == digit || r == '.' && s.runes == 1
	}
	if !open {
		s.endUnit()
		return
	}
	s.last, s.pending = c, r
}

func (s *scanner) endPart() {
	if len(s.buf) > 0 {
		s.parts = append(s.parts, Token{string(s.buf), s.start, s.end})
	}
	s.buf, s.runes, s.last = s.buf[:0], 0, gap
}

func (s *scanner) endUnit() {
	s.endPart()
	if len(s.parts) == 0 {
		return
	}
	s.emit(unit{parts: s.parts, joined: compound(s.parts)})
	s.parts = s.parts[:0]
}

// endRun emits a run of unspaced script: each two neighbours as one token, and
// the last character alone, so that every character begins some token.
func (s *scanner) endRun() {
	if len(s.cells) == 0 {
		return
	}
	for i := range len(s.cells) - 1 {
		s.cells[i].Text += s.cells[i+1].Text
		s.cells[i].End = s.cells[i+1].End
	}
	s.emit(unit{parts: s.cells, pairs: true})
	s.cells = s.cells[:0]
}

// compound writes the parts as one word, or returns none.
func compound(parts []Token) Token {
	if len(parts) < 2 || len(parts) > maxCompoundParts {
		return Token{}
	}
	var b []byte
	for _, p := range parts {
		b = append(b, p.Text...)
	}
	if utf8.RuneCount(b) > maxTokenRunes {
		return Token{}
	}
	return Token{string(b), parts[0].Start, parts[len(parts)-1].End}
}
