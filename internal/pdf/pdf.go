// Package pdf draws documents as PDF files: with embedded fonts, letters of the
// Arabic script joined and ordered, and always the same bytes for the same
// document.
//
// What the files have: title, language, dates, the text of each line that runs
// from right to left in its logical order (/ActualText), and no outside
// references. What they lack, because the library beneath can't write it: a tree
// of tags (so they are not PDF/UA), and the identifier and colour profile of
// PDF/A.
package pdf

import (
	"bytes"
	_ "embed"
	"sync"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/receipt"
)

// The fonts are cut down to the letters that receipts need; see fonts/README.md.
var (
	//go:embed fonts/noto-sans-regular.ttf
	sansRegular []byte
	//go:embed fonts/noto-sans-bold.ttf
	sansBold []byte
	//go:embed fonts/noto-naskh-regular.ttf
	naskhRegular []byte
	//go:embed fonts/noto-naskh-bold.ttf
	naskhBold []byte
)

// The families, by the name that the file knows them by.
const (
	sans  = "sans"
	naskh = "naskh"
)

// letters are which letters the fonts have.
type letters struct{ sans, naskh *sfnt.Font }

var known = sync.OnceValues(func() (letters, error) {
	s, err := sfnt.Parse(sansRegular)
	if err != nil {
		return letters{}, err
	}
	n, err := sfnt.Parse(naskhRegular)
	return letters{s, n}, err
})

// Draw makes the file of a document; fault.Internal where it can't be drawn.
// The same document gives the same bytes. Letters that no font here has are
// drawn as U+FFFD; Missing names them.
func Draw(d receipt.Document) ([]byte, error) {
	have, err := known()
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the fonts of receipts can't be read")
	}
	w := newWriter(d, have)
	for _, b := range d.Blocks {
		w.block(b)
	}
	var out bytes.Buffer
	if err := w.Output(&out); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the document %q can't be drawn", d.Title)
	}
	return out.Bytes(), nil
}

// Missing lists the letters of a document that the fonts do not have, each once
// and in the order of their first appearance.
func Missing(d receipt.Document) []rune {
	have, err := known()
	if err != nil {
		return nil
	}
	var out []rune
	seen := map[rune]bool{}
	for _, text := range texts(d) {
		for _, r := range visible(text) {
			if !seen[r] && !have.has(sans, r) && !have.has(naskh, r) {
				out = append(out, r)
			}
			seen[r] = true
		}
	}
	return out
}

func texts(d receipt.Document) []string {
	out := []string{d.Title, d.Foot}
	for _, b := range d.Blocks {
		out = append(append(append(out, b.Text), b.Lines...), b.Heads...)
		for _, row := range b.Rows {
			out = append(out, row...)
		}
	}
	return out
}

func (l letters) has(family string, r rune) bool {
	font := l.sans
	if family == naskh {
		font = l.naskh
	}
	var buf sfnt.Buffer
	i, err := font.GlyphIndex(&buf, r)
	return err == nil && i != 0
}

// Measures in millimetres.
const (
	marginSide = 22.0
	marginTop  = 20.0
	marginFoot = 20.0
)

// writer is a file in the making.
type writer struct {
	*fpdf.Fpdf
	doc   receipt.Document
	have  letters
	rtl   bool
	wide  float64 // of the text
	high  float64 // of the sheet
	y     float64 // top of what comes next
	size  float64 // of the letters, in points
	bold  bool
	pages int
}

func newWriter(d receipt.Document, have letters) *writer {
	paper := "A4"
	if d.Paper == receipt.Letter {
		paper = "Letter"
	}
	f := fpdf.New("P", "mm", paper, "")
	f.SetCatalogSort(true)
	f.SetCreationDate(d.Date.UTC())
	f.SetModificationDate(d.Date.UTC())
	f.SetProducer("Masthead", true)
	f.SetTitle(d.Title, true)
	f.SetAuthor(d.Author, true)
	f.SetLang(d.Lang)
	f.SetAutoPageBreak(false, 0)
	f.SetMargins(0, 0, 0)
	for _, font := range []struct {
		family, style string
		file          []byte
	}{{sans, "", sansRegular}, {sans, "B", sansBold}, {naskh, "", naskhRegular}, {naskh, "B", naskhBold}} {
		f.AddUTF8FontFromBytes(font.family, font.style, font.file)
	}
	w := &writer{Fpdf: f, doc: d, have: have, rtl: locale.DirOf(d.Lang) == "rtl", size: 10.5}
	width, height := f.GetPageSize()
	w.wide, w.high = width-2*marginSide, height
	w.sheet()
	return w
}

// sheet begins a new sheet and writes its foot.
func (w *writer) sheet() {
	w.AddPage()
	w.pages++
	if w.doc.Foot != "" {
		size, bold := w.size, w.bold
		w.size, w.bold = 8, false
		w.line(w.doc.Foot, marginSide, w.high-12, w.wide, atStart)
		if w.pages > 1 {
			w.line(locale.For(w.doc.Lang).Number(int64(w.pages)), marginSide, w.high-12, w.wide, atEnd)
		}
		w.size, w.bold = size, bold
	}
	w.y = marginTop
}

// room begins a new sheet where so many millimetres are not left on this one.
func (w *writer) room(height float64) {
	if w.y+height > w.high-marginFoot {
		w.sheet()
	}
}
