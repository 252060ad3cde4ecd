package pdf

import (
	"slices"

	"golang.org/x/text/unicode/bidi"
)

// visualOrder brings a line into the order in which it is drawn from left to
// right, by the Unicode Bidirectional Algorithm (UAX #9) for one line without
// explicit embeddings: the rules W1–W7, N0–N2, I1, I2 and L1, L2. Letters that
// are mirrored are exchanged (L4). The characters that only steer the algorithm
// are gone from the result.
func visualOrder(line []rune, rtl bool) []rune {
	p := newParagraph(line, rtl)
	p.weak()
	p.brackets()
	p.neutral()
	p.levels()
	return p.reordered()
}

type paragraph struct {
	text  []rune
	class []bidi.Class
	base  uint8 // 1 from right to left
	level []uint8
}

func newParagraph(line []rune, rtl bool) *paragraph {
	p := &paragraph{text: line, class: make([]bidi.Class, len(line)), level: make([]uint8, len(line))}
	if rtl {
		p.base = 1
	}
	for i, r := range line {
		props, _ := bidi.LookupRune(r)
		p.class[i] = props.Class()
	}
	return p
}

// edge is the class of the paragraph's own direction.
func (p *paragraph) edge() bidi.Class {
	if p.base == 1 {
		return bidi.R
	}
	return bidi.L
}

// weak are the rules W1 to W7.
func (p *paragraph) weak() {
	c, n := p.class, len(p.class)
	prev := p.edge()
	for i := range c { // W1
		if c[i] == bidi.NSM {
			c[i] = prev
		}
		prev = c[i]
	}
	strong := p.edge()
	for i := range c { // W2
		switch c[i] {
		case bidi.L, bidi.R, bidi.AL:
			strong = c[i]
		case bidi.EN:
			if strong == bidi.AL {
				c[i] = bidi.AN
			}
		}
	}
	for i := range c { // W3
		if c[i] == bidi.AL {
			c[i] = bidi.R
		}
	}
	for i := 1; i < n-1; i++ { // W4
		if c[i-1] != c[i+1] {
			continue
		}
		if c[i-1] == bidi.EN && (c[i] == bidi.ES || c[i] == bidi.CS) || c[i-1] == bidi.AN && c[i] == bidi.CS {
			c[i] = c[i-1]
		}
	}
	p.terminators()
	strong = p.edge()
	for i := range c { // W6 and W7
		switch c[i] {
		case bidi.ES, bidi.ET, bidi.CS:
			c[i] = bidi.ON
		case bidi.L, bidi.R:
			strong = c[i]
		case bidi.EN:
			if strong == bidi.L {
				c[i] = bidi.L
			}
		}
	}
}

// terminators is the rule W5: what stands beside a number, such as a percent
// sign, belongs to it.
func (p *paragraph) terminators() {
	c := p.class
	for i := 0; i < len(c); i++ {
		if c[i] != bidi.ET {
			continue
		}
		end := i
		for end < len(c) && c[end] == bidi.ET {
			end++
		}
		if i > 0 && c[i-1] == bidi.EN || end < len(c) && c[end] == bidi.EN {
			for k := i; k < end; k++ {
				c[k] = bidi.EN
			}
		}
		i = end - 1
	}
}

// strongOf is how a class counts among neutrals; numbers count as R.
func strongOf(c bidi.Class) (bidi.Class, bool) {
	switch c {
	case bidi.L:
		return bidi.L, true
	case bidi.R, bidi.EN, bidi.AN:
		return bidi.R, true
	}
	return 0, false
}

var pairs = map[rune]rune{'(': ')', '[': ']', '{': '}', '«': '»', '‹': '›'}

var mirrored = func() map[rune]rune {
	out := map[rune]rune{'<': '>', '>': '<'}
	for open, shut := range pairs {
		out[open], out[shut] = shut, open
	}
	return out
}()

// brackets is the rule N0: the two of a pair go the same way. Quotation marks
// are no brackets to Unicode, and are left to N1.
func (p *paragraph) brackets() {
	type opened struct {
		at   int
		shut rune
	}
	var stack []opened
	var found [][2]int
	for i, r := range p.text {
		if p.class[i] != bidi.ON {
			continue
		}
		if shut, ok := pairs[r]; ok && r != '«' && r != '‹' {
			stack = append(stack, opened{i, shut})
			continue
		}
		for k := len(stack) - 1; k >= 0; k-- {
			if stack[k].shut == r {
				found = append(found, [2]int{stack[k].at, i})
				stack = stack[:k]
				break
			}
		}
	}
	slices.SortFunc(found, func(a, b [2]int) int { return a[0] - b[0] })
	for _, f := range found {
		p.pair(f[0], f[1])
	}
}

// pair sets the two of a pair: to the paragraph's direction where that is found
// between them, else to that of the text before where the other is.
func (p *paragraph) pair(open, shut int) {
	other := false
	for i := open + 1; i < shut; i++ {
		c, ok := strongOf(p.class[i])
		if ok && c == p.edge() {
			p.class[open], p.class[shut] = c, c
			return
		}
		other = other || ok
	}
	if !other {
		return
	}
	before := p.edge()
	for i := open - 1; i >= 0; i-- {
		if c, ok := strongOf(p.class[i]); ok {
			before = c
			break
		}
	}
	p.class[open], p.class[shut] = before, before
}

// neutral are the rules N1 and N2: what stands between two of a kind goes with
// them, all else with the paragraph.
func (p *paragraph) neutral() {
	c := p.class
	before := p.edge()
	for i := 0; i < len(c); i++ {
		if s, ok := strongOf(c[i]); ok {
			before = s
			continue
		}
		end, after := i, p.edge()
		for end < len(c) {
			if s, ok := strongOf(c[end]); ok {
				after = s
				break
			}
			end++
		}
		set := p.edge()
		if before == after {
			set = before
		}
		for k := i; k < end; k++ {
			c[k] = set
		}
		i = end - 1
	}
}

// levels are the rules I1, I2 and, for the blanks at the end of the line, L1.
func (p *paragraph) levels() {
	for i, c := range p.class {
		switch {
		case p.base == 0 && c == bidi.R, p.base == 1 && c != bidi.R:
			p.level[i] = p.base + 1
		case p.base == 0 && (c == bidi.AN || c == bidi.EN):
			p.level[i] = 2
		default:
			p.level[i] = p.base
		}
	}
	for i := len(p.text) - 1; i >= 0 && (p.text[i] == ' ' || p.text[i] == '\u00a0'); i-- {
		p.level[i] = p.base
	}
}

// reordered is the rule L2, from the highest level down to the lowest odd one.
func (p *paragraph) reordered() []rune {
	index := make([]int, len(p.text))
	top := p.base
	for i := range index {
		index[i] = i
		top = max(top, p.level[i])
	}
	for level := top; level >= 1; level-- {
		for i := 0; i < len(index); i++ {
			end := i
			for end < len(index) && p.level[index[end]] >= level {
				end++
			}
			slices.Reverse(index[i:end])
			i = max(i, end)
		}
	}
	out := make([]rune, 0, len(index))
	for _, i := range index {
		r := p.text[i]
		if steers(r) {
			continue
		}
		if m, ok := mirrored[r]; ok && p.level[i]%2 == 1 {
			r = m
		}
		out = append(out, r)
	}
	return out
}

// steers tells whether a character only steers joining and order and has no
// shape of its own.
func steers(r rune) bool {
	return r == '\u200c' || r == '\u200d' || r == '\u200e' || r == '\u200f' || r == '\u061c' || r == '\ufeff' || r == '\u00ad' ||
		r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}
