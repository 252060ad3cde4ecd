package news

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"masthead.dev/masthead/internal/document"
)

// Replace puts other words in place of some in a top-level block and returns the
// new text; what was given stays as it is. near is where the words stood in the
// block's text, in characters: of several places the nearest is taken. The new
// words have the marks of the first old one. ok is false where the words are not
// in the block any more.
func Replace(c Content, block, old, now string, near int) (out Content, ok bool) {
	raw, err := json.Marshal(c)
	if err != nil || old == "" || json.Unmarshal(raw, &out) != nil || out.Body == nil {
		return c, false
	}
	for _, b := range out.Body.Blocks {
		if blockID(b) == block {
			ok = replaceIn(b, old, now, near)
		}
	}
	if !ok {
		return c, false
	}
	return out, true
}

func replaceIn(b document.Block, old, now string, near int) bool {
	var in *document.Inline
	at, best, before := 0, -1, 0
	(&document.Document{Blocks: []document.Block{b}}).Inlines(func(x *document.Inline) {
		text := x.String()
		for from := 0; ; {
			i := strings.Index(text[from:], old)
			if i < 0 {
				break
			}
			from += i
			away := before + utf8.RuneCountInString(text[:from]) - near
			if away = max(away, -away); best < 0 || away < best {
				in, at, best = x, from, away
			}
			from += len(old)
		}
		before += utf8.RuneCountInString(text) + 2 // as document.Text parts them
	})
	if in == nil {
		return false
	}
	*in = splice(*in, at, at+len(old), now)
	return true
}

// splice replaces the bytes from begin to end of a running text.
func splice(in document.Inline, begin, end int, now string) document.Inline {
	var out document.Inline
	pos, put := 0, false
	for _, s := range in {
		n := len(document.Inline{s}.String())
		lo, hi := max(begin-pos, 0), min(end-pos, n)
		pos += n
		if s.Text == "" || lo >= hi { // untouched, or not text
			if s.Text == "" && n > 0 && lo < hi {
				continue // a line break within the words
			}
			out = append(out, s)
			continue
		}
		head, tail := s, s
		head.Text, tail.Text = s.Text[:lo], s.Text[hi:]
		if !put {
			head.Text, put = head.Text+now, true
		}
		out = append(out, head, tail)
	}
	return out.Normal()
}
