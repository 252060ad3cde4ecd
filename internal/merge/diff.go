package merge

import (
	"bytes"
	"encoding/json"
	"sort"
	"strings"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
)

// Op says what became of a piece of text.
type Op string

// The ops.
const (
	Same    Op = "same"
	Added   Op = "added"
	Removed Op = "removed"
)

// Piece is a run of text with one fate.
type Piece struct {
	Op   Op
	Text string
}

// Part is a field, block or footnote as it changed from one text to another.
// Where its Pieces are all Same, only its marks, order or settings changed.
type Part struct {
	Name   string // "field:<name>", "block:<id>", "footnote:<id>"
	Kind   string // of a block
	Op     Op     // Same: it is in both, changed or not
	Moved  bool
	Silent bool // changed in what is not words: marks, links, level, picture
	Pieces []Piece
}

// Changed tells whether there is anything to show.
func (p Part) Changed() bool {
	if p.Op != Same || p.Moved || p.Silent {
		return true
	}
	for _, v := range p.Pieces {
		if v.Op != Same {
			return true
		}
	}
	return false
}

// Diff shows what changed from one text to another, word by word: fields first,
// then blocks in the order of the newer text, what was taken out where it stood,
// then footnotes. Words are those of Unicode annex 29, so that scripts without
// spaces are compared by character and those from right to left like any other.
func Diff(from, to news.Content) []Part {
	var out []Part
	old, now := Fields(from), Fields(to)
	for _, name := range names(old, now) {
		out = append(out, part("field:"+name, "", FieldText(old[name]), FieldText(now[name]), old[name], now[name]))
	}
	a, b := orEmpty(from.Body), orEmpty(to.Body)
	out = append(out, diffBlocks(a.Blocks, b.Blocks)...)
	was, is := notes(a.Footnotes), notes(b.Footnotes)
	for _, id := range order(noteIDs(a.Footnotes), noteIDs(a.Footnotes), noteIDs(b.Footnotes)) {
		out = append(out, part("footnote:"+id, "", noteText(was[id]), noteText(is[id]), noteJSON(was[id]), noteJSON(is[id])))
	}
	return out
}

func diffBlocks(a, b []document.Block) []Part {
	was, is, shifted := byID(a), byID(b), moved(ids(a), ids(b))
	var out []Part
	for _, id := range order(ids(a), ids(a), ids(b)) {
		x, y := was[id], is[id]
		p := part("block:"+id, kindOf(x, y), blockText(x), blockText(y), jsonOf(x), jsonOf(y))
		p.Moved = shifted[id]
		out = append(out, p)
	}
	return out
}

func part(name, kind, old, now string, oldJSON, nowJSON []byte) Part {
	p := Part{Name: name, Kind: kind, Op: Same}
	switch {
	case oldJSON == nil:
		p.Op, p.Pieces = Added, []Piece{{Added, now}}
	case nowJSON == nil:
		p.Op, p.Pieces = Removed, []Piece{{Removed, old}}
	default:
		p.Pieces = Words(old, now)
		p.Silent = old == now && !bytes.Equal(oldJSON, nowJSON)
	}
	return p
}

// Words compares two plain texts word by word. Changes with nothing but spaces
// and signs between them are shown as one.
func Words(old, now string) []Piece {
	a, b := split(old), split(now)
	var out []Piece
	add := func(op Op, words []string) {
		if text := strings.Join(words, ""); text != "" {
			out = append(out, Piece{op, text})
		}
	}
	at := 0
	for _, c := range readable(a, compare(a, b)) {
		add(Same, a[at:c.a0])
		add(Removed, a[c.a0:c.a1])
		add(Added, b[c.b0:c.b1])
		at = c.a1
	}
	add(Same, a[at:])
	return out
}

// readable joins changes that have no word between them.
func readable(a []string, list []change) []change {
	var out []change
	for _, c := range list {
		if n := len(out); n > 0 && !isWord(strings.Join(a[out[n-1].a1:c.a0], "")) && len(a[out[n-1].a1:c.a0]) <= 2 {
			out[n-1].a1, out[n-1].b1 = c.a1, c.b1
			continue
		}
		out = append(out, c)
	}
	return out
}

// Size counts the words that came and went from one text to another.
func Size(from, to news.Content) (added, removed int) {
	for _, p := range Diff(from, to) {
		if p.Moved && p.Op == Same {
			continue
		}
		for _, v := range p.Pieces {
			switch v.Op {
			case Added:
				added += document.CountWords(v.Text)
			case Removed:
				removed += document.CountWords(v.Text)
			}
		}
	}
	return added, removed
}

func kindOf(x, y document.Block) string {
	if y != nil {
		return y.Kind()
	}
	return x.Kind()
}

func blockText(b document.Block) string {
	if b == nil {
		return ""
	}
	return document.BlockText(b)
}

func noteText(f *document.Footnote) string {
	if f == nil {
		return ""
	}
	return f.Text.String()
}

// FieldText writes a field as people read it: the texts in it, joined.
func FieldText(raw json.RawMessage) string {
	var v any
	if raw == nil || json.Unmarshal(raw, &v) != nil {
		return ""
	}
	var out []string
	collect(v, &out)
	return strings.Join(out, ", ")
}

func collect(v any, out *[]string) {
	switch v := v.(type) {
	case string:
		*out = append(*out, v)
	case []any:
		for _, e := range v {
			collect(e, out)
		}
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			collect(v[k], out)
		}
	}
}
