package document

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// tableParts gathers what a table element holds.
type tableParts struct {
	head, body, foot [][]Cell
	firsts           []bool // of body rows: the first cell was a header
	caption          captionText
}

// table reads a table. One that only lays out a page is taken apart.
func (f *flow) table(n *html.Node, m Span) {
	if f.depth >= MaxDepth || attr(n, "role") == "presentation" || onlyCell(n) {
		f.wrap(n, m)
		return
	}
	f.flush()
	var t tableParts
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Caption:
			if !f.im.skip[c] {
				f.caption(&t.caption, c, m)
			}
		case atom.Thead:
			t.head = append(t.head, f.rows(c, m, nil)...)
		case atom.Tfoot:
			t.foot = append(t.foot, f.rows(c, m, nil)...)
		case atom.Tbody:
			t.body = append(t.body, f.rows(c, m, &t.firsts)...)
		}
	}
	b := t.table()
	if len(b.Rows) == 0 {
		f.im.drop("empty table")
		for _, x := range attach(nil, &t.caption) {
			f.block(x)
		}
		return
	}
	v := f.voiceOf(n)
	b.Lang, b.Dir = v.lang, v.dir
	for _, x := range attach([]Block{b}, &t.caption) {
		f.block(x)
	}
}

// onlyCell tells whether a table has one cell at most: a frame, not a table.
func onlyCell(n *html.Node) bool {
	cells := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		for tr := c.FirstChild; tr != nil; tr = tr.NextSibling {
			for td := tr.FirstChild; td != nil; td = td.NextSibling {
				if td.DataAtom == atom.Td || td.DataAtom == atom.Th {
					if cells++; cells > 1 {
						return false
					}
				}
			}
		}
	}
	caption := firstChild(n, isAtom(atom.Caption))
	return caption == nil || !wordRunes(textOf(caption))
}

func (f *flow) rows(section *html.Node, m Span, firsts *[]bool) [][]Cell {
	var rows [][]Cell
	for tr := section.FirstChild; tr != nil; tr = tr.NextSibling {
		if tr.DataAtom != atom.Tr || f.im.skip[tr] {
			continue
		}
		var row []Cell
		for c := tr.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
				row = append(row, f.cell(c, m))
			}
		}
		if len(row) == 0 {
			continue
		}
		rows = append(rows, row)
		if firsts != nil {
			*firsts = append(*firsts, row[0].Header || row[0].empty())
		}
	}
	return rows
}

func (f *flow) cell(n *html.Node, m Span) Cell {
	f.mind(n)
	var c Cell
	if !f.im.skip[n] && f.im.notes[n] == "" {
		c.Text, c.Blocks = f.lead(f.collectItem(n, m, f.depth+1))
	}
	c.Header = n.DataAtom == atom.Th && !c.empty()
	c.Cols, c.Rows = spanOf(n, "colspan"), spanOf(n, "rowspan")
	return c
}

func (c *Cell) empty() bool { return len(c.Text) == 0 && len(c.Blocks) == 0 }

func spanOf(n *html.Node, name string) int {
	v, err := strconv.Atoi(strings.TrimSpace(attr(n, name)))
	if err != nil || v < 2 {
		return 0
	}
	return min(v, 1000)
}

// table puts the parts together and finds which rows and columns are headers.
func (t *tableParts) table() *Table {
	for len(t.head) == 0 && len(t.body) > 1 && len(t.body[0]) > 1 && allHeaders(t.body[0]) {
		t.head, t.body, t.firsts = t.body[:1], t.body[1:], t.firsts[1:]
	}
	b := &Table{HeaderRows: len(t.head), FooterRows: len(t.foot)}
	column, some := len(t.body) > 0, false
	for i, first := range t.firsts {
		column = column && first
		some = some || t.body[i][0].Header
	}
	b.HeaderColumn = column && some
	for _, row := range t.head {
		clearHeaders(row)
	}
	if b.HeaderColumn {
		for _, rows := range [][][]Cell{t.body, t.foot} {
			for _, row := range rows {
				row[0].Header = false
			}
		}
	}
	b.Rows = append(append(append([][]Cell{}, t.head...), t.body...), t.foot...)
	b.HeaderRows, b.FooterRows = min(b.HeaderRows, 1000), min(b.FooterRows, 1000)
	if allEmpty(b.Rows) {
		b.Rows = nil
	}
	return b
}

func allHeaders(row []Cell) bool {
	some := false
	for i := range row {
		if !row[i].Header && !row[i].empty() {
			return false
		}
		some = some || row[i].Header
	}
	return some
}

func clearHeaders(row []Cell) {
	for i := range row {
		row[i].Header = false
	}
}

func allEmpty(rows [][]Cell) bool {
	for _, row := range rows {
		for i := range row {
			if !row[i].empty() {
				return false
			}
		}
	}
	return true
}
