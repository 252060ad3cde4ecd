// Package document is the body of an article: a list of typed blocks, never free
// HTML. It holds the strict JSON codec, the HTML that readers get, the plain
// text, and the import of foreign HTML. It is pure: no clock, no files, no
// network; what it needs from outside (pictures, words of the interface, ids)
// the caller hands in.
package document

import (
	"masthead.dev/masthead/internal/id"
)

// Schema is the version of the JSON form that this code writes and reads.
const Schema = 1

// Limits of a document. They keep every walk over one cheap and safe.
const (
	MaxDepth = 16       // blocks inside blocks; a top-level block has depth 1
	MaxBytes = 16 << 20 // of the JSON form
)

// Document is a body. The zero value with Schema set is an empty one.
type Document struct {
	Schema    int
	Lang      string // BCP 47 tag of the text; "" is unknown
	Blocks    []Block
	Footnotes []Footnote // in no particular order; numbered by first reference
}

// Footnote is a source or remark that spans refer to by its id. Its text may not
// refer to footnotes itself.
type Footnote struct {
	ID   string
	Text Inline
}

// Block is one of the block types of this package, always as a pointer.
type Block interface {
	Kind() string // stable name in JSON, such as "paragraph"
	base() *Base
	fields(c coder)
}

// Base is what every block has. ID is short, unique in its document and stays
// with the block for its life, so that notes, diffs and corrections can point at
// it. Lang and Dir ("ltr", "rtl") are set where they differ from the document's.
// Anchor is a name that links inside the text point at.
type Base struct {
	ID     string
	Lang   string
	Dir    string
	Anchor string
}

func (b *Base) base() *Base { return b }

// BaseOf gives access to what all blocks share.
func BaseOf(b Block) *Base { return b.base() }

// New returns an empty document in a language.
func New(lang string, blocks ...Block) *Document {
	d := &Document{Schema: Schema, Lang: lang, Blocks: blocks}
	d.AssignIDs(NewID)
	return d
}

// NewID returns 40 random bits as 8 characters: unique enough inside one document.
func NewID() string { return id.Secret(5) }

// AssignIDs gives an id from newID to each block and footnote that has none.
// Footnotes must have theirs already where spans refer to them.
func (d *Document) AssignIDs(newID func() string) {
	d.Walk(func(b Block) bool {
		if b.base().ID == "" {
			b.base().ID = newID()
		}
		return true
	})
	for i := range d.Footnotes {
		if d.Footnotes[i].ID == "" {
			d.Footnotes[i].ID = newID()
		}
	}
}

// Walk calls visit for every block in reading order, a parent before its
// children. Where visit returns false the children are left out.
func (d *Document) Walk(visit func(Block) bool) { walkBlocks(d.Blocks, visit) }

func walkBlocks(blocks []Block, visit func(Block) bool) {
	for _, b := range blocks {
		if b != nil && visit(b) {
			for _, group := range children(b) {
				walkBlocks(group, visit)
			}
		}
	}
}

// Inlines calls visit for every run of inline text that readers could see, the
// footnotes last. The pointers may be written through.
func (d *Document) Inlines(visit func(*Inline)) {
	v := &inlineVisitor{visit: visit}
	v.blocks("blocks", &d.Blocks)
	for i := range d.Footnotes {
		visit(&d.Footnotes[i].Text)
	}
}

// Photos calls visit for every picture, in reading order; each may be changed.
func (d *Document) Photos(visit func(*Photo)) {
	d.Walk(func(b Block) bool {
		switch b := b.(type) {
		case *Image:
			visit(&b.Photo)
		case *Gallery:
			for i := range b.Images {
				visit(&b.Images[i])
			}
		}
		return true
	})
}

// Media returns the ids of all media that the document uses (pictures, files,
// sound, film), each once, in reading order.
func (d *Document) Media() []string {
	var out []string
	seen := map[string]bool{"": true}
	add := func(id string) {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	d.Walk(func(b Block) bool {
		switch b := b.(type) {
		case *Image:
			add(b.Media)
		case *Gallery:
			for _, p := range b.Images {
				add(p.Media)
			}
		case *File:
			add(b.Media)
		case *Audio:
			add(b.Media)
		case *Video:
			add(b.Media)
			add(b.Poster)
		}
		return true
	})
	return out
}
