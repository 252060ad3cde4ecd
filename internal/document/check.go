package document

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"masthead.dev/masthead/internal/fault"
)

// Lengths of single fields, in bytes.
const (
	maxName = 64
	maxURL  = 8192
)

// Validate tells whether the document keeps to the rules of the codec. The fault
// is Invalid and names the place.
func (d *Document) Validate() error {
	if d.Schema != Schema {
		return fault.New(fault.Invalid, "schema must be %d, and is %d.", Schema, d.Schema)
	}
	k := &checkState{ids: map[string]bool{}, notes: map[string]bool{}}
	for i := range d.Footnotes {
		k.notes[d.Footnotes[i].ID] = true
	}
	c := &checker{checkState: k}
	c.name("lang", &d.Lang)
	c.blocks("blocks", &d.Blocks)
	k.inNote = true
	c.list("footnotes", len(d.Footnotes), nil, func(i int, c coder) {
		d.Footnotes[i].fields(c)
		c.(*checker).id(d.Footnotes[i].ID)
	})
	return k.err
}

type checkState struct {
	err    error
	ids    map[string]bool
	notes  map[string]bool
	inNote bool
	depth  int
}

func (k *checkState) failf(path, format string, args ...any) {
	if k.err == nil {
		k.err = invalid(path, format, args...)
	}
}

func (c *checker) id(id string) {
	switch {
	case id == "":
		c.fail("id", "is missing; every block and footnote has one")
	case c.ids[id]:
		c.fail("id", "%q is used twice; ids are unique in a document", id)
	}
	c.ids[id] = true
}

// checker checks the fields of one object; at builds the path only for a fault.
type checker struct {
	*checkState
	parent *checker
	key    string
	index  int
	column int // -1 where the object is not a cell
}

func (c *checker) at(key string) string {
	if c.parent == nil {
		return key
	}
	path := fmt.Sprintf("%s[%d]", c.parent.at(c.key), c.index)
	if c.column >= 0 {
		path += fmt.Sprintf("[%d]", c.column)
	}
	if key == "" {
		return path
	}
	return path + "." + key
}

func (c *checker) child(key string, i int) *checker {
	return &checker{checkState: c.checkState, parent: c, key: key, index: i, column: -1}
}

func (c *checker) fail(key, format string, args ...any) {
	if c.err == nil {
		c.failf(c.at(key), format, args...)
	}
}

func (c *checker) text(key string, p *string) {
	c.characters(key, *p, "\t")
}

func (c *checker) code(key string, p *string) {
	c.characters(key, *p, "\t\n")
}

// characters refuses what is not text: control characters break databases,
// feeds (XML 1.0 forbids them) and pages.
func (c *checker) characters(key, s, allowed string) {
	if !utf8.ValidString(s) {
		c.fail(key, "holds bytes that are not UTF-8")
	}
	for _, r := range s {
		if !isText(r) && !strings.ContainsRune(allowed, r) {
			c.fail(key, "holds the control character U+%04X; take it out", r)
			return
		}
	}
}

// isText tells whether a character may stand in a text. Line ends are no
// characters of a line.
func isText(r rune) bool {
	return r >= 0x20 && r != 0x7f && r != 0xfffe && r != 0xffff
}

func (c *checker) name(key string, p *string) {
	if len(*p) > maxName {
		c.fail(key, "is longer than %d characters", maxName)
	}
	if strings.ContainsFunc(*p, func(r rune) bool { return !isNameRune(r) }) {
		c.fail(key, "may hold only letters a to z, digits, - and _")
	}
}

func isNameRune(r rune) bool {
	return r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func (c *checker) url(key string, p *string) {
	if *p == "" {
		return
	}
	if why := urlFault(*p); why != "" {
		c.fail(key, "%s", why)
	}
}

func (c *checker) enum(key string, p *string, allowed ...string) {
	if !slices.Contains(allowed, *p) {
		c.fail(key, "is %q, and must be one of %q", *p, allowed)
	}
}

func (c *checker) number(key string, p *int, min, max int) {
	if *p < min || *p > max {
		c.fail(key, "is %d, and must be %d to %d", *p, min, max)
	}
}

func (c *checker) flag(string, *bool) {}

func (c *checker) time(key string, p *time.Time) {
	if y := p.Year(); !p.IsZero() && (y < 1000 || y > 9999) {
		c.fail(key, "must lie between the years 1000 and 9999")
	}
}

func (c *checker) inline(key string, p *Inline) {
	for i := range *p {
		s := &(*p)[i]
		sub := c.child(key, i)
		s.fields(sub)
		if s.Note != "" && (c.inNote || !c.notes[s.Note]) {
			sub.fail("note", "%q is not a footnote that may be referred to here", s.Note)
		}
	}
}

func (c *checker) blocks(key string, p *[]Block) {
	c.depth++
	if c.depth > MaxDepth && len(*p) > 0 {
		c.fail(key, "stands deeper than %d blocks inside one another", MaxDepth)
	}
	for i, b := range *p {
		if c.err != nil {
			break
		}
		sub := c.child(key, i)
		if b == nil {
			sub.fail("", "must be a block")
			break
		}
		b.base().common(sub)
		sub.id(b.base().ID)
		b.fields(sub)
	}
	c.depth--
}

func (c *checker) list(key string, n int, _ func(int), each func(int, coder)) {
	for i := range n {
		if c.err != nil {
			return
		}
		each(i, c.child(key, i))
	}
}

func (c *checker) grid(key string, p *[][]Cell) {
	for i, row := range *p {
		for j := range row {
			sub := c.child(key, i)
			sub.column = j
			row[j].fields(sub)
		}
	}
}
