package pdf

import "masthead.dev/masthead/internal/receipt"

// block draws one part of the document below what is there.
func (w *writer) block(b receipt.Block) {
	switch b.Kind {
	case receipt.Issuer:
		w.issuer(b.Lines)
	case receipt.Heading:
		w.styled(15, true, func() { w.room(20); w.y += 3; w.text(b.Text, 0); w.y += 3 })
	case receipt.Small:
		w.styled(8, false, func() { w.text(b.Text, 0); w.y += 1.2 })
	case receipt.Framed:
		w.framed(b.Text)
	case receipt.Pairs:
		w.facts(b.Rows)
	case receipt.Boxed:
		for _, row := range b.Rows {
			w.boxed(row[0], row[1])
		}
		w.y += 1.5
	case receipt.List:
		w.list(b)
	case receipt.Tick:
		w.tick(b.Text, b.Ticked)
	case receipt.Sign:
		w.sign(b)
	case receipt.Sheet:
		w.sheet()
	default:
		w.text(b.Text, 0)
		w.y += 2
	}
}

// styled draws with other letters.
func (w *writer) styled(size float64, bold bool, draw func()) {
	was, wasBold := w.size, w.bold
	w.size, w.bold = size, bold
	draw()
	w.size, w.bold = was, wasBold
}

// text draws a paragraph, set in from the start of the lines.
func (w *writer) text(text string, in float64) {
	for _, line := range w.wrapped(text, w.wide-in) {
		w.room(w.leading())
		w.y += w.leading()
		w.line(line, w.from(in), w.y-w.drop(), w.wide-in, atStart)
	}
}

// from is the left edge of what is set in from the start of the lines.
func (w *writer) from(in float64) float64 {
	if w.rtl {
		return marginSide
	}
	return marginSide + in
}

// drop is how far above the end of its row a line stands.
func (w *writer) drop() float64 { return w.leading() * 0.3 }

func (w *writer) issuer(lines []string) {
	for i, line := range lines {
		size := 9.0
		if i == 0 {
			size = 13
		}
		w.styled(size, i == 0, func() { w.text(line, 0) })
	}
	w.y += 2
	w.rule(w.y)
	w.y += 4
}

func (w *writer) rule(y float64) {
	w.SetLineWidth(0.25)
	w.Line(marginSide, y, marginSide+w.wide, y)
}

// framed draws a text in a frame.
func (w *writer) framed(text string) {
	const pad = 3.0
	lines := w.wrapped(text, w.wide-2*pad)
	height := float64(len(lines))*w.leading() + 2*pad
	w.room(height + 2)
	w.y++
	w.frame(w.y, height)
	y := w.y + pad
	for _, line := range lines {
		y += w.leading()
		w.line(line, marginSide+pad, y-w.drop(), w.wide-2*pad, atStart)
	}
	w.y += height + 3
}

func (w *writer) frame(y, height float64) {
	w.SetLineWidth(0.25)
	w.Rect(marginSide, y, w.wide, height, "D")
}

// facts draws names and values in two columns.
func (w *writer) facts(rows [][]string) {
	column := 0.0
	for _, row := range rows {
		column = max(column, w.width(row[0]))
	}
	column = min(column+5, w.wide*0.45)
	w.y++
	for _, row := range rows {
		names, values := w.wrapped(row[0], column-3), []string(nil)
		w.styled(w.size, true, func() { values = w.wrapped(row[1], w.wide-column) })
		w.room(float64(max(len(names), len(values))) * w.leading())
		top := w.y
		for i := range max(len(names), len(values)) {
			y := top + float64(i+1)*w.leading() - w.drop()
			if i < len(names) {
				w.line(names[i], w.atColumn(0, column-3), y, column-3, atStart)
			}
			if i < len(values) {
				w.styled(w.size, true, func() { w.line(values[i], w.atColumn(column, w.wide-column), y, w.wide-column, atStart) })
			}
		}
		w.y += float64(max(len(names), len(values)))*w.leading() + 0.6
	}
	w.y += 2
}

// atColumn is the left edge of a column that begins so far from the start of
// the lines.
func (w *writer) atColumn(in, wide float64) float64 {
	if w.rtl {
		return marginSide + w.wide - in - wide
	}
	return marginSide + in
}

// boxed draws one field of an official form: its name in small print and what
// was filled in, in a frame.
func (w *writer) boxed(name, value string) {
	const pad = 1.5
	lines := w.wrapped(value, w.wide-2*pad)
	small := 0.0
	w.styled(7.5, false, func() { small = w.leading() })
	height := small + float64(len(lines))*w.leading() + 2*pad
	w.room(height)
	w.frame(w.y, height)
	y := w.y + pad
	w.styled(7.5, false, func() { w.line(name, marginSide+pad, y+small-w.drop(), w.wide-2*pad, atStart) })
	y += small
	for _, line := range lines {
		y += w.leading()
		w.line(line, marginSide+pad, y-w.drop(), w.wide-2*pad, atStart)
	}
	w.y += height
}

// list draws a table; its heads are repeated on each sheet.
func (w *writer) list(b receipt.Block) {
	w.styled(9, false, func() {
		columns := w.columns(b)
		w.row(b.Heads, columns, true)
		for _, row := range b.Rows {
			if w.y+w.leading()+2 > w.high-marginFoot {
				w.sheet()
				w.row(b.Heads, columns, true)
			}
			w.row(row, columns, false)
		}
	})
	w.y += 3
}

// columns shares the width out by the longest text of each column.
func (w *writer) columns(b receipt.Block) []float64 {
	out := make([]float64, len(b.Heads))
	sum := 0.0
	for i, head := range b.Heads {
		w.styled(w.size, true, func() { out[i] = w.width(head) })
		for _, row := range b.Rows {
			out[i] = max(out[i], w.width(row[i]))
		}
		out[i] += 3
		sum += out[i]
	}
	for i := range out {
		out[i] *= w.wide / sum
	}
	return out
}

func (w *writer) row(cells []string, columns []float64, head bool) {
	w.styled(w.size, head, func() {
		cut, most := make([][]string, len(columns)), 1
		for i := range columns {
			cut[i] = w.wrapped(cells[i], columns[i]-1.5)
			most = max(most, len(cut[i]))
		}
		in := 0.0
		for i, wide := range columns {
			a := atStart
			if i == len(columns)-1 {
				a = atEnd
			}
			for n, line := range cut[i] {
				w.line(line, w.atColumn(in, wide-1), w.y+float64(n+1)*w.leading()-w.drop(), wide-1, a)
			}
			in += wide
		}
		w.y += float64(most)*w.leading() + 0.8
		if head {
			w.rule(w.y)
		}
		w.y += 0.8
	})
}

// tick draws a box, crossed or empty, with the text beside it.
func (w *writer) tick(text string, on bool) {
	const side, in = 3.2, 6.0
	w.room(w.leading() * float64(len(w.wrapped(text, w.wide-in))))
	x, y := w.atColumn(0, side), w.y+w.leading()-w.drop()-side+0.4
	w.SetLineWidth(0.3)
	w.Rect(x, y, side, side, "D")
	if on {
		w.Line(x, y, x+side, y+side)
		w.Line(x, y+side, x+side, y)
	}
	w.text(text, in)
	w.y += 1.5
}

// sign draws the place for a signature.
func (w *writer) sign(b receipt.Block) {
	w.room(24)
	w.y += 3
	for _, line := range b.Lines {
		w.text(line, 0)
	}
	w.y += 1
	w.SetLineWidth(0.25)
	w.Line(w.atColumn(0, 90), w.y, w.atColumn(0, 90)+90, w.y)
	w.styled(8, false, func() { w.text(b.Text, 0) })
	w.y += 2
}
