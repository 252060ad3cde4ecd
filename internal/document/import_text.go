package document

import "strings"

// lead takes a leading paragraph off a list of blocks: the line of an item or cell.
func (f *flow) lead(blocks []Block) (Inline, []Block) {
	if len(blocks) == 0 {
		return nil, nil
	}
	p, ok := blocks[0].(*Paragraph)
	if !ok || p.Lang != "" || p.Dir != "" {
		return nil, blocks
	}
	if f.anchor == "" {
		f.anchor = p.Anchor
	}
	return p.Text, blocks[1:]
}

// merge joins all paragraphs to one run, and returns the other blocks.
func (f *flow) merge(blocks []Block) (in Inline, rest []Block) {
	for _, b := range blocks {
		var text Inline
		switch b := b.(type) {
		case *Paragraph:
			text = b.Text
		case *Heading:
			text = b.Text
		default:
			rest = append(rest, b)
			continue
		}
		if f.anchor == "" {
			f.anchor = b.base().Anchor
		}
		if len(in) > 0 {
			in = append(in, Span{Break: true})
		}
		in = append(in, voiced(text, b.base())...)
	}
	return in, rest
}

// voiced moves the language and direction of a block to its spans.
func voiced(in Inline, b *Base) Inline {
	if b.Lang == "" && b.Dir == "" {
		return in
	}
	out := append(Inline(nil), in...)
	for i := range out {
		if s := &out[i]; s.Note == "" && s.Lang == "" && s.Dir == "" {
			s.Lang, s.Dir = b.Lang, b.Dir
		}
	}
	return out
}

// joinSpace makes every run of HTML white space one space and drops characters
// that are none.
func joinSpace(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s {
		switch {
		case r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f':
			space = true
			continue
		case !isText(r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	if space {
		b.WriteByte(' ')
	}
	return b.String()
}

// splitLines cuts a run at double line breaks and trims the parts.
func splitLines(run Inline) []Inline {
	var parts []Inline
	var part Inline
	breaks := 0
	for _, s := range run {
		switch {
		case s.Break:
			if breaks++; breaks == 2 {
				parts = append(parts, part)
				part = nil
			}
		case s.Note == "" && strings.Trim(s.Text, " ") == "":
		default:
			breaks = 0
		}
		part = append(part, s)
	}
	parts = append(parts, part)
	for i := range parts {
		parts[i] = trimLines(parts[i])
	}
	return parts
}

// trimLines drops spaces and breaks at both ends, and spaces around breaks and
// after spaces.
func trimLines(in Inline) Inline {
	out := make(Inline, 0, len(in))
	atStart := true
	for _, s := range in {
		if s.Break {
			out = trimRight(out)
			if len(out) > 0 {
				out = append(out, s)
			}
			atStart = true
			continue
		}
		if atStart {
			s.Text = strings.TrimLeft(s.Text, " ")
		}
		if s.Text == "" && s.Note == "" {
			continue
		}
		out = append(out, s)
		atStart = strings.HasSuffix(s.Text, " ")
	}
	out = trimRight(out)
	for len(out) > 0 && out[len(out)-1].Break {
		out = trimRight(out[:len(out)-1])
	}
	return out.Normal()
}

func trimRight(in Inline) Inline {
	for len(in) > 0 {
		last := &in[len(in)-1]
		if last.Break || last.Note != "" {
			return in
		}
		if last.Text = strings.TrimRight(last.Text, " "); last.Text != "" {
			return in
		}
		in = in[:len(in)-1]
	}
	return in
}
