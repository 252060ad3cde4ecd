package merge

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strconv"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/id"
)

// blocks merges the top-level blocks. They are told apart by their ids; what is
// inside a block goes with it.
func (m *merger) blocks(base, mine, theirs []document.Block) []document.Block {
	b, i, t := byID(base), byID(mine), byID(theirs)
	var out []document.Block
	for _, id := range order(ids(base), ids(mine), ids(theirs)) {
		if v := m.block(id, b[id], i[id], t[id]); v != nil {
			out = append(out, v)
		}
	}
	return out
}

func byID(list []document.Block) map[string]document.Block {
	out := make(map[string]document.Block, len(list))
	for _, b := range list {
		out[document.BaseOf(b).ID] = b
	}
	return out
}

// block decides what becomes of one block; nil where it is gone.
func (m *merger) block(id string, base, mine, theirs document.Block) document.Block {
	v, ok := pick(base, mine, theirs, sameBlock)
	switch {
	case ok:
		return v
	case mine == nil:
		return theirs // they changed what I took out
	case theirs == nil:
		return mine
	}
	if v := mergeText(base, mine, theirs); v != nil {
		return v
	}
	m.conflict("block:"+id, jsonOf(base), jsonOf(mine), jsonOf(theirs))
	return theirs
}

func jsonOf(b document.Block) []byte {
	if b == nil {
		return nil
	}
	return document.BlockJSON(b)
}

func sameBlock(a, b document.Block) bool { return bytes.Equal(jsonOf(a), jsonOf(b)) }

// mergeText merges paragraphs and headings of which both sides changed only the
// words, and different ones; nil where that is not so.
func mergeText(base, mine, theirs document.Block) document.Block {
	b, i, t := runningText(base), runningText(mine), runningText(theirs)
	if b == nil || i == nil || t == nil || !sameFrame(base, mine) || !sameFrame(base, theirs) {
		return nil
	}
	in, ok := mergeWords(*b, *i, *t)
	if !ok {
		return nil
	}
	out := document.Clone(theirs)
	*runningText(out) = in
	return out
}

// runningText is the text of a paragraph or heading; nil for other blocks.
func runningText(b document.Block) *document.Inline {
	switch b := b.(type) {
	case *document.Paragraph:
		return &b.Text
	case *document.Heading:
		return &b.Text
	}
	return nil
}

// sameFrame tells whether two such blocks differ in their words at most.
func sameFrame(a, b document.Block) bool {
	a, b = document.Clone(a), document.Clone(b)
	*runningText(a), *runningText(b) = nil, nil
	return sameBlock(a, b)
}

// order lists the ids of both sides: in their order, with what I moved or put in
// after that which stands before it in mine. What both moved stands where they
// moved it.
func order(base, mine, theirs []string) []string {
	movedByThem, movedByMe := moved(base, theirs), moved(base, mine)
	at := places(theirs)
	out, before := slices.Clone(theirs), ""
	for _, id := range mine {
		_, inTheirs := at[id]
		if inTheirs && movedByMe[id] && !movedByThem[id] {
			out = slices.DeleteFunc(out, func(s string) bool { return s == id })
			inTheirs = false
		}
		if !inTheirs {
			out = slices.Insert(out, slices.Index(out, before)+1, id) // at the start where nothing is before it
		}
		before = id
	}
	return out
}

func ids(list []document.Block) []string {
	out := make([]string, len(list))
	for i, b := range list {
		out[i] = document.BaseOf(b).ID
	}
	return out
}

func places(list []string) map[string]int {
	out := make(map[string]int, len(list))
	for i, s := range list {
		out[s] = i
	}
	return out
}

// moved are the ids that don't keep their order from one list to the next: all
// but a longest run that does.
func moved(from, to []string) map[string]bool {
	was := places(from)
	var common []string
	for _, s := range to {
		if _, ok := was[s]; ok {
			common = append(common, s)
		}
	}
	out := map[string]bool{}
	for _, s := range common {
		out[s] = true
	}
	for _, k := range rising(len(common), func(i int) int { return was[common[i]] }) {
		delete(out, common[k])
	}
	return out
}

// footnotes merges the footnotes. One that the merged text refers to stays, even
// where a side took it out.
func (m *merger) footnotes(blocks []document.Block, base, mine, theirs []document.Footnote) []document.Footnote {
	b, i, t := notes(base), notes(mine), notes(theirs)
	used := references(blocks)
	var out []document.Footnote
	for _, id := range order(noteIDs(base), noteIDs(mine), noteIDs(theirs)) {
		v := m.footnote(id, b[id], i[id], t[id])
		if v == nil && used[id] {
			v = b[id]
		}
		if v != nil {
			out = append(out, *v)
		}
	}
	return out
}

func noteIDs(list []document.Footnote) []string {
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = f.ID
	}
	return out
}

func notes(list []document.Footnote) map[string]*document.Footnote {
	out := make(map[string]*document.Footnote, len(list))
	for i := range list {
		out[list[i].ID] = &list[i]
	}
	return out
}

func references(blocks []document.Block) map[string]bool {
	out := map[string]bool{}
	(&document.Document{Blocks: blocks}).Inlines(func(in *document.Inline) {
		for _, s := range *in {
			out[s.Note] = true
		}
	})
	return out
}

func (m *merger) footnote(id string, base, mine, theirs *document.Footnote) *document.Footnote {
	v, ok := pick(base, mine, theirs, sameNote)
	switch {
	case ok:
		return v
	case mine == nil:
		return theirs
	case theirs == nil:
		return mine
	}
	if base != nil {
		if in, ok := mergeWords(base.Text, mine.Text, theirs.Text); ok {
			return &document.Footnote{ID: id, Text: in}
		}
	}
	m.conflict("footnote:"+id, noteJSON(base), noteJSON(mine), noteJSON(theirs))
	return theirs
}

func noteJSON(f *document.Footnote) []byte {
	if f == nil {
		return nil
	}
	return f.JSON()
}

func sameNote(a, b *document.Footnote) bool { return bytes.Equal(noteJSON(a), noteJSON(b)) }

// makeUnique gives new ids to blocks whose id stands twice: where one side moved
// a block into another and the other side changed it where it was, both are
// kept. Footnotes keep theirs, then top-level blocks.
func makeUnique(d *document.Document) {
	seen := map[string]bool{}
	for _, f := range d.Footnotes {
		seen[f.ID] = true
	}
	twice := map[string]bool{}
	for _, b := range d.Blocks {
		own := document.BaseOf(b).ID
		if seen[own] {
			twice[own] = true
		}
		seen[own] = true
	}
	for i, b := range d.Blocks {
		d.Blocks[i] = renamed(b, seen, twice)
	}
}

// renamed returns a block in which no id is taken. It is a copy where something
// had to change: the sides' own texts stay as they are.
func renamed(b document.Block, seen, twice map[string]bool) document.Block {
	clash := twice[document.BaseOf(b).ID]
	inside(b, func(v document.Block) { clash = clash || seen[document.BaseOf(v).ID] })
	if clash {
		b = document.Clone(b)
	}
	if own := document.BaseOf(b); twice[own.ID] {
		own.ID = freeID(own.ID, seen)
	}
	inside(b, func(v document.Block) {
		base := document.BaseOf(v)
		if seen[base.ID] {
			base.ID = freeID(base.ID, seen)
		}
		seen[base.ID] = true
	})
	return b
}

// inside visits the blocks inside a block.
func inside(b document.Block, visit func(document.Block)) {
	(&document.Document{Blocks: []document.Block{b}}).Walk(func(v document.Block) bool {
		if v != b {
			visit(v)
		}
		return true
	})
}

// freeID makes an id that follows from another one.
func freeID(from string, seen map[string]bool) string {
	for n := 2; ; n++ {
		sum := sha256.Sum256([]byte(from + "\x00" + strconv.Itoa(n)))
		if v := id.Encode(sum[:5]); !seen[v] {
			seen[v] = true
			return v
		}
	}
}
