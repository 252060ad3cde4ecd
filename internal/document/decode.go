package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"masthead.dev/masthead/internal/fault"
)

// Decode reads the JSON form. It is strict about shape: an unknown field or kind
// of block, a field given twice, a doubled id, a bad level, address or limit is
// fault.Invalid with one sentence that names the place, such as
// "blocks[3].level". A missing alt text or credit is no error here: the
// publishing gate asks for them.
func Decode(data []byte) (*Document, error) {
	if len(data) > MaxBytes {
		return nil, fault.New(fault.TooLarge, "The text is over %d MB; split it into several articles.", MaxBytes>>20)
	}
	if !utf8.Valid(data) {
		return nil, fault.New(fault.Invalid, "The document is not UTF-8; save it as UTF-8 and send it again.")
	}
	root, err := readTree(data)
	if err != nil {
		return nil, err
	}
	d, err := decodeDocument(root)
	if err != nil {
		return nil, err
	}
	return d, d.Validate()
}

func decodeDocument(root any) (*Document, error) {
	st := &decodeState{}
	c, ok := st.object("", root)
	if !ok {
		return nil, st.err
	}
	d := &Document{}
	c.number("schema", &d.Schema, 0, 0)
	c.name("lang", &d.Lang)
	c.blocks("blocks", &d.Blocks)
	c.list("footnotes", 0, func(n int) { d.Footnotes = make([]Footnote, n) },
		func(i int, c coder) { d.Footnotes[i].fields(c) })
	c.finish()
	return d, st.err
}

// object is a JSON object as read: its fields in a map, refusing doubles.
type object map[string]any

// maxNesting bounds the JSON; one block level costs at most four of its levels.
const maxNesting = 4*MaxDepth + 8

func readTree(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	v, err := readValue(dec, 0)
	if err == nil {
		if _, extra := dec.Token(); extra != io.EOF {
			err = fault.New(fault.Invalid, "The document goes on after its end, at byte %d; send one JSON object.", dec.InputOffset())
		}
	}
	if err == nil || fault.Say(err) != "" {
		return v, err
	}
	return nil, fault.Wrap(fault.Invalid, err, "The document is not valid JSON near byte %d; send one JSON object.", dec.InputOffset())
}

func readValue(dec *json.Decoder, depth int) (any, error) {
	if depth > maxNesting {
		return nil, fault.New(fault.Invalid, "The document is nested too deeply near byte %d; at most %d blocks may stand inside one another.", dec.InputOffset(), MaxDepth)
	}
	t, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		return readObject(dec, depth)
	case json.Delim('['):
		return readArray(dec, depth)
	}
	return t, nil
}

func readObject(dec *json.Decoder, depth int) (any, error) {
	o := object{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := t.(string)
		if _, twice := o[key]; twice {
			return nil, fault.New(fault.Invalid, "The field %q stands twice in one object near byte %d; give it once.", key, dec.InputOffset())
		}
		if o[key], err = readValue(dec, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := dec.Token()
	return o, err
}

func readArray(dec *json.Decoder, depth int) (any, error) {
	list := []any{}
	for dec.More() {
		v, err := readValue(dec, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := dec.Token()
	return list, err
}

// decodeState keeps the first fault; after it nothing more is read.
type decodeState struct{ err error }

func (st *decodeState) failf(path, format string, args ...any) {
	if st.err == nil {
		st.err = invalid(path, format, args...)
	}
}

func invalid(path, format string, args ...any) error {
	if path == "" {
		path = "the document"
	}
	return fault.New(fault.Invalid, "%s %s.", path, fmt.Sprintf(format, args...))
}

func (st *decodeState) object(path string, v any) (*decoder, bool) {
	o, ok := v.(object)
	if !ok {
		st.failf(path, "must be an object")
	}
	return &decoder{st: st, path: path, from: o}, ok
}

// decoder reads the fields of one object.
type decoder struct {
	st   *decodeState
	path string
	from object
	used []string
}

func (c *decoder) at(key string) string {
	if c.path == "" {
		return key
	}
	return c.path + "." + key
}

// take returns a field and remembers that it is known.
func (c *decoder) take(key string) (any, bool) {
	c.used = append(c.used, key)
	v, ok := c.from[key]
	return v, ok && c.st.err == nil
}

// finish refuses what no field asked for.
func (c *decoder) finish() {
	unknown := ""
	for key := range c.from {
		if !slices.Contains(c.used, key) && (unknown == "" || key < unknown) {
			unknown = key
		}
	}
	if unknown != "" {
		c.st.failf(c.at(unknown), "is not a known field; take it out")
	}
}

func (c *decoder) text(key string, p *string) {
	v, ok := c.take(key)
	if !ok {
		return
	}
	if *p, ok = v.(string); !ok {
		c.st.failf(c.at(key), "must be a string")
	}
}

func (c *decoder) name(key string, p *string)              { c.text(key, p) }
func (c *decoder) code(key string, p *string)              { c.text(key, p) }
func (c *decoder) url(key string, p *string)               { c.text(key, p) }
func (c *decoder) enum(key string, p *string, _ ...string) { c.text(key, p) }
func (c *decoder) fail(string, string, ...any)             {}

func (c *decoder) number(key string, p *int, _, _ int) {
	v, ok := c.take(key)
	if !ok {
		return
	}
	n, _ := v.(json.Number)
	i, err := strconv.Atoi(n.String())
	if err != nil {
		c.st.failf(c.at(key), "must be a whole number")
	}
	*p = i
}

func (c *decoder) flag(key string, p *bool) {
	v, ok := c.take(key)
	if !ok {
		return
	}
	if *p, ok = v.(bool); !ok {
		c.st.failf(c.at(key), "must be true or false")
	}
}

func (c *decoder) time(key string, p *time.Time) {
	v, ok := c.take(key)
	if !ok {
		return
	}
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		c.st.failf(c.at(key), "must be a time such as 2026-11-20T14:05:00Z")
	}
	*p = t.UTC()
}

// items returns a field as an array, nil when it is not there.
func (c *decoder) items(key string) []any {
	v, ok := c.take(key)
	if !ok {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		c.st.failf(c.at(key), "must be an array")
	}
	return list
}

func (c *decoder) list(key string, _ int, make func(int), each func(int, coder)) {
	list := c.items(key)
	if len(list) == 0 {
		return
	}
	make(len(list))
	for i, v := range list {
		sub, ok := c.st.object(fmt.Sprintf("%s[%d]", c.at(key), i), v)
		if !ok || c.st.err != nil {
			return
		}
		each(i, sub)
		sub.finish()
	}
}

func (c *decoder) inline(key string, p *Inline) {
	var in Inline
	c.list(key, 0, func(n int) { in = make(Inline, n) }, func(i int, c coder) { in[i].fields(c) })
	*p = in
}

func (c *decoder) blocks(key string, p *[]Block) {
	for i, v := range c.items(key) {
		b := c.block(fmt.Sprintf("%s[%d]", c.at(key), i), v)
		if b == nil {
			return
		}
		*p = append(*p, b)
	}
}

func (c *decoder) block(path string, v any) Block {
	sub, ok := c.st.object(path, v)
	if !ok || c.st.err != nil {
		return nil
	}
	var kind string
	sub.text("kind", &kind)
	maker, ok := makers[kind]
	if !ok {
		c.st.failf(path+".kind", "is %q, which is not a kind of block", kind)
		return nil
	}
	b := maker()
	b.base().common(sub)
	b.fields(sub)
	sub.finish()
	return b
}

func (c *decoder) grid(key string, p *[][]Cell) {
	for i, v := range c.items(key) {
		path := fmt.Sprintf("%s[%d]", c.at(key), i)
		cells, ok := v.([]any)
		if !ok {
			c.st.failf(path, "must be an array of cells")
			return
		}
		row := make([]Cell, len(cells))
		for j, cell := range cells {
			sub, ok := c.st.object(fmt.Sprintf("%s[%d]", path, j), cell)
			if !ok || c.st.err != nil {
				return
			}
			row[j].fields(sub)
			sub.finish()
		}
		*p = append(*p, row)
	}
}
