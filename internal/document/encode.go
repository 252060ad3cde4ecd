package document

import (
	"encoding/json"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// Encode writes the canonical JSON form: fixed order of fields, nothing that is
// empty, neighbouring spans with equal marks joined. Equal documents give equal
// bytes. It fails as Decode would: what Encode wrote, Decode reads.
func (d *Document) Encode() ([]byte, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	e := &encoder{}
	e.document(d)
	if len(e.buf) > MaxBytes {
		return nil, fault.New(fault.TooLarge, "The text is over %d MB; split it into several articles.", MaxBytes>>20)
	}
	return e.buf, nil
}

type encoder struct {
	buf   []byte
	bare  bool // leave ids out: to compare blocks by content
	comma bool
}

func (e *encoder) document(d *Document) {
	e.open('{')
	e.key("schema")
	e.buf = strconv.AppendInt(e.buf, Schema, 10)
	e.name("lang", &d.Lang)
	e.blocks("blocks", &d.Blocks)
	e.list("footnotes", len(d.Footnotes), nil, func(i int, c coder) { d.Footnotes[i].fields(c) })
	e.close('}')
}

func (e *encoder) block(b Block) {
	e.open('{')
	e.key("kind")
	e.string(b.Kind())
	b.base().common(e)
	b.fields(e)
	e.close('}')
}

func (e *encoder) open(c byte) {
	if e.comma {
		e.buf = append(e.buf, ',')
	}
	e.buf = append(e.buf, c)
	e.comma = false
}

func (e *encoder) close(c byte) {
	e.buf = append(e.buf, c)
	e.comma = true
}

func (e *encoder) key(k string) {
	if e.comma {
		e.buf = append(e.buf, ',')
	}
	e.buf = append(e.buf, '"')
	e.buf = append(e.buf, k...)
	e.buf = append(e.buf, '"', ':')
	e.comma = true
}

// string uses the library's escapes: the result is safe inside a page's script.
func (e *encoder) string(s string) {
	b, _ := json.Marshal(s) // a string never fails
	e.buf = append(e.buf, b...)
}

func (e *encoder) text(key string, p *string) {
	if *p == "" || (e.bare && key == "id") {
		return
	}
	e.key(key)
	e.string(*p)
}

func (e *encoder) name(key string, p *string)              { e.text(key, p) }
func (e *encoder) code(key string, p *string)              { e.text(key, p) }
func (e *encoder) url(key string, p *string)               { e.text(key, p) }
func (e *encoder) enum(key string, p *string, _ ...string) { e.text(key, p) }
func (e *encoder) fail(string, string, ...any)             {}

func (e *encoder) number(key string, p *int, _, _ int) {
	if *p != 0 {
		e.key(key)
		e.buf = strconv.AppendInt(e.buf, int64(*p), 10)
	}
}

func (e *encoder) flag(key string, p *bool) {
	if *p {
		e.key(key)
		e.buf = append(e.buf, "true"...)
	}
}

func (e *encoder) time(key string, p *time.Time) {
	if !p.IsZero() {
		e.key(key)
		e.string(p.UTC().Format(time.RFC3339Nano))
	}
}

func (e *encoder) inline(key string, p *Inline) {
	in := p.Normal()
	e.list(key, len(in), nil, func(i int, c coder) { in[i].fields(c) })
}

func (e *encoder) blocks(key string, p *[]Block) {
	if len(*p) == 0 {
		return
	}
	e.array(key, func() {
		for _, b := range *p {
			e.block(b)
		}
	})
}

func (e *encoder) list(key string, n int, _ func(int), each func(int, coder)) {
	if n == 0 {
		return
	}
	e.array(key, func() {
		for i := range n {
			e.open('{')
			each(i, e)
			e.close('}')
		}
	})
}

func (e *encoder) grid(key string, p *[][]Cell) {
	if len(*p) == 0 {
		return
	}
	e.array(key, func() {
		for _, row := range *p {
			e.open('[')
			for i := range row {
				e.open('{')
				row[i].fields(e)
				e.close('}')
			}
			e.close(']')
		}
	})
}

func (e *encoder) array(key string, body func()) {
	e.key(key)
	e.comma = false
	e.open('[')
	body()
	e.close(']')
}
