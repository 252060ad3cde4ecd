package news

import (
	"slices"
	"strings"
)

// Edit is a field, block or footnote that differs between two texts of an
// article. Package merge makes them of its word diff; see Newsroom.Diff.
type Edit struct {
	Part   string // "field:<name>", "block:<id>" or "footnote:<id>"
	Kind   string // of a block
	Whole  bool   // it came or went as a whole
	Moved  bool
	Silent bool   // changed in what is not words: marks, links, level, picture
	Was    string // all of its words before …
	Now    string // … and after
	Swaps  []Swap
}

// Swap is a run of words that gave way to another; one side may be empty.
type Swap struct {
	Was, Now     string
	AtWas, AtNow int // where it begins in Edit.Was and Edit.Now, in bytes
}

// Sign says what about a change speaks against calling it a typo.
type Sign string

// The signs of a change of fact. Editors are shown them by name.
const (
	SignNumber   Sign = "number"
	SignName     Sign = "name"
	SignDate     Sign = "date"
	SignNegation Sign = "negation"
	SignQuote    Sign = "quotation"
)

// Weight is what the program thinks of a change.
type Weight struct {
	// Class is the proposal: Correct where a number, name, date, negation or
	// quotation changed, Typo where only slips of the pen were mended, else Update.
	Class  Class
	Signs  []Sign
	Blocks []string // ids of the blocks that changed
	// Was and Now are the sentences in which the first sign stands.
	Was, Now string
	// Prominent tells that the headline, the summary or the beginning is concerned.
	Prominent bool
	// Address tells that the story's address, or the one that search engines are
	// sent to, is another one.
	Address bool
}

// Slight tells whether nobody else has to look at the change: slips of the pen,
// which readers are not told of, under the same address. Readers are not told of
// another address either, but it can lead them away from the story.
func (w Weight) Slight() bool { return w.Class == Typo && !w.Address }

// Empty tells that nothing changed at all.
func (w Weight) Empty() bool { return w.Class == "" }

// Weigh judges the edits between two texts. first is the id of the body's first
// paragraph.
func Weigh(edits []Edit, lang, first string) Weight {
	var w Weight
	slips := true
	for _, e := range edits {
		signs := e.signs(lang)
		for _, s := range signs {
			if !slices.Contains(w.Signs, s) {
				w.Signs = append(w.Signs, s)
			}
		}
		if id, ok := strings.CutPrefix(e.Part, "block:"); ok {
			w.Blocks = append(w.Blocks, id)
		}
		if len(signs) > 0 && w.Was+w.Now == "" {
			w.Was, w.Now = e.sentences()
		}
		if e.Part == "field:headline" || e.Part == "field:dek" || e.Part == "block:"+first {
			w.Prominent = true
		}
		w.Address = w.Address || e.Part == "field:slug" || e.Part == "field:canonical_url"
		slips = slips && e.slip()
	}
	slices.Sort(w.Signs)
	switch {
	case len(edits) == 0:
	case len(w.Signs) > 0:
		w.Class = Correct
	case slips:
		w.Class = Typo
	default:
		w.Class = Update
	}
	return w
}

// housekeeping are fields whose change no reader of the article sees as text.
var housekeeping = []string{"field:slug", "field:topics", "field:related", "field:more_sections", "field:appeal", "field:canonical_url"}

// slip tells whether an edit left the meaning as it was: words that are a letter
// or two off, signs and blanks, capitals, a word that stood twice.
func (e Edit) slip() bool {
	if slices.Contains(housekeeping, e.Part) {
		return true
	}
	if e.Whole || e.Moved || e.Silent || !e.prose() {
		return false
	}
	for _, s := range e.Swaps {
		if !s.slip(e) {
			return false
		}
	}
	return true
}

// prose tells whether the part is running text.
func (e Edit) prose() bool {
	name, field := strings.CutPrefix(e.Part, "field:")
	return !field || slices.Contains([]string{"headline", "short_headline", "seo_title", "social_title", "dek", "disclosure", "accessibility"}, name)
}

func (s Swap) slip(e Edit) bool {
	was, now := wordsIn(s.Was), wordsIn(s.Now)
	if len(now) == 0 && len(was) == 1 { // stood twice
		return lastOf(e.Was[:s.AtWas]) == was[0] || firstOf(e.Was[s.AtWas+len(s.Was):]) == was[0]
	}
	if strings.Join(was, "") == strings.Join(now, "") { // joined or parted: "a lot", "alot"
		return true
	}
	if len(was) != len(now) {
		return false
	}
	for i := range was {
		if !near(strings.ToLower(was[i]), strings.ToLower(now[i])) {
			return false
		}
	}
	return true
}

// near tells whether two words are one slip apart, two where they are long.
func near(a, b string) bool {
	x, y := []rune(a), []rune(b)
	most := 1
	if min(len(x), len(y)) >= 6 {
		most = 2
	}
	return min(len(x), len(y)) >= 2 && distance(x, y) <= most || a == b
}

// distance counts letters put in, left out, changed or swapped with their
// neighbour (Damerau–Levenshtein, each place edited once).
func distance(a, b []rune) int {
	if d := len(a) - len(b); d > 2 || d < -2 {
		return 3
	}
	before, row := []int(nil), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

// Around shows an edit: the sentences of its first change, before and after.
func Around(e Edit) (was, now string) { return e.sentences() }

// maxSentence bounds the sentences that a form is filled with, in bytes.
const maxSentence = 300

// sentences are those round the first swap, before and after.
func (e Edit) sentences() (was, now string) {
	if e.Whole || len(e.Swaps) == 0 {
		return short(Line(e.Was)), short(Line(e.Now))
	}
	s := e.Swaps[0]
	return sentence(e.Was, s.AtWas, len(s.Was)), sentence(e.Now, s.AtNow, len(s.Now))
}

func sentence(text string, at, n int) string {
	from := strings.LastIndexAny(text[:at], ".!?؟。\n") + 1
	for from < len(text) && from > 0 && text[from]&0xC0 == 0x80 { // within the sign
		from++
	}
	to := len(text)
	if i := strings.IndexAny(text[at+n:], ".!?؟。\n"); i >= 0 {
		to = at + n + i
	}
	if from > to {
		from = at
	}
	return short(Line(text[from:to]))
}

func short(s string) string {
	if len(s) <= maxSentence {
		return s
	}
	cut := strings.LastIndexByte(s[:maxSentence], ' ')
	return strings.ToValidUTF8(s[:max(cut, maxSentence/2)], "") + "…"
}
