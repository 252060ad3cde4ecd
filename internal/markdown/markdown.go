// Package markdown writes a document as Markdown for a plain text area and reads
// it back. Nothing is lost on the way: what Markdown can't say stands as a marker
// line with the block's id, such as {{image k3f9 The night bus}}, and a block whose
// words were not touched comes back with everything that it had. It is pure.
//
// The dialect is CommonMark with headings ## to ####, lists, quotes, fenced
// code, ---, **strong**, *emphasis*, ~~struck~~, links and footnotes [^id], the
// tags sub, sup, bdi and span with lang and dir, and {{by Name | role | address}}
// as the last line of a quote. Lines that are indented are no code.
package markdown

import (
	"strings"

	"masthead.dev/masthead/internal/document"
)

// Write returns the document as Markdown. Read with the same document gives it
// back, byte for byte.
func Write(d *document.Document) string {
	if d == nil {
		return ""
	}
	want := keys(d.Blocks)
	for _, plain := range []func(document.Block) bool{all, running, nothing} {
		chunks := make([]string, 0, len(d.Blocks)+len(d.Footnotes))
		for i, b := range d.Blocks {
			chunks = append(chunks, chunk(b, plain(b), beside(d.Blocks, i)))
		}
		text := strings.Join(chunks, "\n\n")
		got, err := (&reader{base: d, notes: noteIDs(d)}).blocks(text)
		if err == nil && equal(keys(got), want) {
			return finish(text, d)
		}
	}
	panic("markdown: marker lines can't be read back") // they are letters, digits and braces
}

func all(document.Block) bool     { return true }
func nothing(document.Block) bool { return false }

// running are the blocks that no neighbour changes the meaning of.
func running(b document.Block) bool {
	return b.Kind() == document.KindParagraph || b.Kind() == document.KindHeading
}

func equal(a, b []string) bool { return strings.Join(a, "\x00") == strings.Join(b, "\x00") }

// finish puts the footnotes below the text.
func finish(text string, d *document.Document) string {
	lines := []string{}
	for _, f := range d.Footnotes {
		lines = append(lines, "[^"+f.ID+"]: "+noteLine(f, noteIDs(d)))
	}
	if len(lines) > 0 {
		text = strings.TrimLeft(text+"\n\n"+strings.Join(lines, "\n"), "\n")
	}
	if text == "" {
		return ""
	}
	return text + "\n"
}

// keepNote stands for the text of a footnote that can't be written.
const keepNote = "{{footnote}}"

func noteLine(f document.Footnote, notes map[string]bool) string {
	want := inlineKey(f.Text)
	for _, s := range styles {
		line := (&writer{style: s, oneLine: true}).inline(f.Text)
		got, ok := (&reader{notes: notes}).line(line)
		if ok && inlineKey(got) == want && line != keepNote {
			return line
		}
	}
	return keepNote
}

func noteIDs(d *document.Document) map[string]bool {
	out := map[string]bool{}
	if d != nil {
		for _, f := range d.Footnotes {
			out[f.ID] = true
		}
	}
	return out
}

// chunk is one block: in the lightest style that says all of it, else a marker.
func chunk(b document.Block, plain bool, odd bool) string {
	if !plain || !sayable(b) {
		return marker(b)
	}
	notes := referred(b)
	want := key(b)
	for _, s := range styles {
		text := (&writer{style: s, odd: odd}).block(b)
		r := &reader{base: &document.Document{Blocks: []document.Block{b}}, notes: notes}
		if got, err := r.blocks(text); err == nil && len(got) == 1 && key(got[0]) == want {
			return text
		}
	}
	return marker(b)
}

func referred(b document.Block) map[string]bool {
	out := map[string]bool{}
	(&document.Document{Blocks: []document.Block{b}}).Inlines(func(in *document.Inline) {
		for _, s := range *in {
			if s.Note != "" {
				out[s.Note] = true
			}
		}
	})
	return out
}

// sayable are the kinds that Markdown has a form for.
func sayable(b document.Block) bool {
	switch b := b.(type) {
	case *document.Paragraph, *document.Heading, *document.Quote, *document.Code, *document.Divider:
		return true
	case *document.List:
		return b.Style != document.Terms
	}
	return false
}

// beside tells a list that follows a list of the same sort, which Markdown would
// take for one: every other one has other signs.
func beside(list []document.Block, i int) bool {
	n := 0
	for ; i > 0; i-- {
		a, ok := list[i].(*document.List)
		b, also := list[i-1].(*document.List)
		if !ok || !also || a.Style != b.Style {
			break
		}
		n++
	}
	return n%2 == 1
}

// key is what Markdown says of a block: its form without ids, languages and
// anchors, and without spaces where nobody sees them. Equal keys are the same text.
func key(b document.Block) string {
	if b == nil {
		return ""
	}
	c := document.Clone(b)
	d := &document.Document{Blocks: []document.Block{c}}
	d.Walk(func(v document.Block) bool {
		*document.BaseOf(v) = document.Base{ID: "x"} // an id, so that a nested block can be read back
		if l, ok := v.(*document.List); ok && l.Start == 1 {
			l.Start = 0
		}
		return true
	})
	d.Inlines(func(in *document.Inline) { *in = trimmed(*in) })
	return string(document.BareJSON(c))
}

func keys(list []document.Block) []string {
	out := make([]string, len(list))
	for i, b := range list {
		out[i] = key(b)
	}
	return out
}

func inlineKey(in document.Inline) string {
	return key(&document.Paragraph{Text: in})
}

// trimmed takes spaces from the ends of lines, and marks from spaces at the ends
// of marked words.
func trimmed(in document.Inline) document.Inline {
	var out document.Inline
	for _, s := range in {
		lead, word, trail := cutSpaces(s.Text)
		if s.Text == "" || foreign(s) || (lead == "" && trail == "") {
			out = append(out, s)
			continue
		}
		out = append(out, document.Span{Text: lead})
		s.Text = word
		out = append(out, s, document.Span{Text: trail})
	}
	out = out.Normal()
	for i := range out {
		if foreign(out[i]) {
			continue
		}
		if i == 0 || out[i-1].Break {
			out[i].Text = strings.TrimLeft(out[i].Text, " \t")
		}
		if i == len(out)-1 || out[i+1].Break {
			out[i].Text = strings.TrimRight(out[i].Text, " \t")
		}
	}
	return out.Normal()
}

// foreign spans keep their spaces: code, and words of another language.
func foreign(s document.Span) bool { return s.Code || s.BDI || s.Lang != "" || s.Dir != "" }

func cutSpaces(s string) (lead, word, trail string) {
	word = strings.TrimLeft(s, " \t")
	lead = s[:len(s)-len(word)]
	trimmed := strings.TrimRight(word, " \t")
	return lead, trimmed, word[len(trimmed):]
}
