package markdown

import (
	"regexp"
	"strings"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/merge"
)

// Read reads Markdown that was written from base and changed by somebody. Blocks
// that were not touched are those of base, with all that Markdown can't say;
// those that were changed keep their ids, so that two people's changes can be
// merged block by block. *UnknownMarker where a marker line names nothing of base.
func Read(source string, base *document.Document, newID func() string) (*document.Document, error) {
	if base == nil {
		base = &document.Document{Schema: document.Schema}
	}
	body, notes := takeNotes(tidy(source))
	known := map[string]bool{}
	for _, n := range notes {
		known[n.id] = true
	}
	r := &reader{base: base, notes: known}
	list, err := r.blocks(body)
	if err == nil {
		list, err = shallow(list, document.MaxDepth)
	}
	if err != nil {
		return nil, err
	}
	d := &document.Document{Schema: document.Schema, Lang: base.Lang}
	d.Blocks = adopt(base.Blocks, list)
	d.Footnotes = r.footnotes(notes, base)
	taken := onlyOnce(d)
	d.AssignIDs(func() string {
		for {
			if id := newID(); !taken[id] {
				taken[id] = true
				return id
			}
		}
	})
	return d, nil
}

// tidy takes out what is no text: a control character would be refused by the codec.
func tidy(source string) string {
	source = strings.ToValidUTF8(strings.ReplaceAll(source, "\r\n", "\n"), "\uFFFD")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r == '\r':
			return '\n'
		case r < 0x20, r == 0x7f, r == 0xfffe, r == 0xffff:
			return -1
		}
		return r
	}, source)
}

// adopt gives the new blocks what the old ones had.
func adopt(old, list []document.Block) []document.Block {
	was, is := keys(old), keys(list)
	taken := make([]bool, len(old))
	out := make([]document.Block, len(list))
	take := func(i, j int) { taken[i], out[j] = true, old[i] }
	pairs := merge.Common(was, is)
	for _, p := range pairs {
		take(p[0], p[1])
	}
	for j := range list { // what was only moved
		for i := range old {
			if out[j] == nil && !taken[i] && was[i] == is[j] {
				take(i, j)
			}
		}
	}
	i, j := 0, 0
	for _, p := range append(pairs, [2]int{len(old), len(list)}) {
		changed(old[i:p[0]], taken[i:p[0]], list[j:p[1]], out[j:p[1]])
		i, j = p[0]+1, p[1]+1
	}
	for j := range out {
		if out[j] == nil {
			out[j] = list[j]
		}
	}
	return out
}

// alike is the share of words that a changed block has in common with the one
// that it was, at least.
const alike = 0.25

// changed pairs what was changed between two landmarks: in order, the same kind,
// and enough words in common; one alone is what the one before it became.
func changed(old []document.Block, taken []bool, list, out []document.Block) {
	free, open := 0, 0
	for i := range old {
		if !taken[i] {
			free++
		}
	}
	for j := range list {
		if out[j] == nil {
			open++
		}
	}
	from := 0
	for j := range list {
		if out[j] != nil {
			continue
		}
		best, at := alike, -1
		if free == 1 && open == 1 {
			best = -1
		}
		for i := from; i < len(old) && i < from+50; i++ {
			if taken[i] || old[i].Kind() != list[j].Kind() || document.BaseOf(list[j]).ID != "" {
				continue
			}
			if s := likeness(old[i], list[j]); s > best {
				best, at = s, i
			}
		}
		if at >= 0 {
			taken[at], from = true, at+1
			inherit(list[j], old[at])
		}
		out[j] = list[j]
	}
}

// likeness is the share of words that two blocks have in common, 0 to 1.
func likeness(a, b document.Block) float64 {
	x, y := strings.Fields(document.BlockText(a)), strings.Fields(document.BlockText(b))
	if len(x)+len(y) == 0 {
		return 1
	}
	return 2 * float64(len(merge.Common(x, y))) / float64(len(x)+len(y))
}

// inherit gives a changed block the name, language and place of the old one, and
// the same to what is inside it.
func inherit(b, old document.Block) {
	*document.BaseOf(b) = *document.BaseOf(old)
	was, is := document.Parts(old), document.Parts(b)
	for i := range is {
		if i < len(was) {
			*is[i] = adopt(*was[i], *is[i])
		}
	}
}

// onlyOnce takes the ids from blocks whose marker line stands twice, so that
// they get new ones, and renames footnotes that are called like a block.
// It returns the ids that are in use.
func onlyOnce(d *document.Document) map[string]bool {
	seen := map[string]bool{}
	for _, f := range d.Footnotes {
		seen[f.ID] = true
	}
	for i := range d.Blocks {
		again := false
		(&document.Document{Blocks: d.Blocks[i : i+1]}).Walk(func(b document.Block) bool {
			again = again || seen[document.BaseOf(b).ID] && document.BaseOf(b).ID != ""
			return true
		})
		if again {
			d.Blocks[i] = document.Clone(d.Blocks[i])
		}
		(&document.Document{Blocks: d.Blocks[i : i+1]}).Walk(func(b document.Block) bool {
			base := document.BaseOf(b)
			if seen[base.ID] {
				base.ID = ""
			}
			seen[base.ID] = base.ID != ""
			return true
		})
	}
	return seen
}

// note is a footnote as it stands in the text.
type note struct{ id, text string }

var noteDefinition = regexp.MustCompile(`^\[\^([A-Za-z0-9_-]{1,64})\]:[ \t]*(.*)$`)

// takeNotes takes the footnotes' texts out of the source. A text goes on until
// an empty line or the next one; inside fenced code there is none.
func takeNotes(source string) (body string, notes []note) {
	var rest []string
	fence, inNote := "", false
	for _, line := range strings.Split(source, "\n") {
		m := noteDefinition.FindStringSubmatch(line)
		switch {
		case fence != "":
			if strings.HasPrefix(strings.TrimSpace(line), fence) {
				fence = ""
			}
		case m != nil:
			notes = append(notes, note{m[1], m[2]})
			inNote = true
			continue
		case strings.TrimSpace(line) == "":
			inNote = false
		case inNote:
			notes[len(notes)-1].text += " " + strings.TrimSpace(line)
			continue
		case strings.HasPrefix(line, "```"), strings.HasPrefix(line, "~~~"):
			fence = line[:len(line)-len(strings.TrimLeft(line, line[:1]))]
		}
		rest = append(rest, line)
	}
	return strings.Join(rest, "\n"), notes
}

// footnotes reads the footnotes' texts. One that was not touched is base's, and
// of two with the same name the second gets another one.
func (r *reader) footnotes(notes []note, base *document.Document) []document.Footnote {
	old := map[string]document.Footnote{}
	for _, f := range base.Footnotes {
		old[f.ID] = f
	}
	var out []document.Footnote
	seen := map[string]bool{}
	for _, n := range notes {
		inner := &reader{} // no footnotes inside footnotes
		in, _ := inner.line(n.text)
		f := document.Footnote{ID: n.id, Text: in}
		if was, ok := old[n.id]; ok && (n.text == keepNote || inlineKey(was.Text) == inlineKey(in)) {
			f = was
		}
		if seen[n.id] {
			f.ID = ""
		}
		seen[n.id] = true
		out = append(out, f)
	}
	return out
}
