package document

import (
	"maps"
	"slices"
	"time"
)

// Description says of every object of the JSON form which fields it has. It is
// recorded from the same methods that write and read the form, so that another
// program (the editor in the browser) can be built on it and can't drift.
type Description struct {
	Schema    int                `json:"schema"`
	MaxDepth  int                `json:"max_depth"` // blocks inside one another
	Base      []Field            `json:"base"`      // of every block, besides "kind"
	Blocks    map[string][]Field `json:"blocks"`    // by kind, in the order of the canonical form
	Span      []Field            `json:"span"`
	Footnote  []Field            `json:"footnote"`
	Providers []string           `json:"providers"` // names that an embed's provider may have
}

// Field is one field of an object. Kind is the coder's word for it: text, name,
// code, url, enum, number, flag, time, inline, blocks, list or grid.
type Field struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"`
	Required bool     `json:"required,omitempty"` // has no empty value
	Values   []string `json:"values,omitempty"`   // of an enum
	Min      int      `json:"min,omitempty"`      // of a number
	Max      int      `json:"max,omitempty"`
	Fields   []Field  `json:"fields,omitempty"` // of the objects of a list, or the cells of a grid
}

// Describe records the description.
func Describe() Description {
	d := Description{Schema: Schema, MaxDepth: MaxDepth, Blocks: map[string][]Field{},
		Base: describe(new(Base).common), Span: describe(new(Span).fields), Footnote: describe(new(Footnote).fields)}
	for kind, maker := range makers {
		d.Blocks[kind] = describe(maker().fields)
	}
	names := map[string]bool{}
	for _, p := range providers {
		names[p.name] = true
	}
	d.Providers = slices.Sorted(maps.Keys(names))
	return d
}

func describe(fields func(coder)) []Field {
	r := &recorder{out: []Field{}}
	fields(r)
	return r.out
}

// recorder is a coder that notes what it is asked for.
type recorder struct{ out []Field }

func (r *recorder) add(key, kind string) *Field {
	r.out = append(r.out, Field{Name: key, Kind: kind})
	return &r.out[len(r.out)-1]
}

func (r *recorder) text(key string, _ *string)    { r.add(key, "text") }
func (r *recorder) name(key string, _ *string)    { r.add(key, "name") }
func (r *recorder) code(key string, _ *string)    { r.add(key, "code") }
func (r *recorder) url(key string, _ *string)     { r.add(key, "url") }
func (r *recorder) flag(key string, _ *bool)      { r.add(key, "flag") }
func (r *recorder) time(key string, _ *time.Time) { r.add(key, "time") }
func (r *recorder) inline(key string, _ *Inline)  { r.add(key, "inline") }
func (r *recorder) blocks(key string, _ *[]Block) { r.add(key, "blocks") }
func (r *recorder) fail(_, _ string, _ ...any)    {}
func (r *recorder) grid(key string, _ *[][]Cell) {
	r.add(key, "grid").Fields = describe(new(Cell).fields)
}
func (r *recorder) number(key string, _ *int, min, max int) {
	f := r.add(key, "number")
	f.Min, f.Max, f.Required = min, max, min > 0
}

func (r *recorder) enum(key string, _ *string, allowed ...string) {
	f := r.add(key, "enum")
	for _, v := range allowed {
		if v != "" {
			f.Values = append(f.Values, v)
		}
	}
	f.Required = len(f.Values) == len(allowed)
}

func (r *recorder) list(key string, _ int, make func(int), each func(int, coder)) {
	make(1)
	sub := &recorder{}
	each(0, sub)
	r.add(key, "list").Fields = sub.out
}
