package merge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
)

// writer draws articles and changes of them, and remembers each word that it typed.
type writer struct {
	t    *rapid.T
	side string
	n    int
}

func (w *writer) word() string {
	w.n++
	return fmt.Sprintf("%s%dx", w.side, w.n) // no word is part of another one
}

func (w *writer) pick(n int, name string) int { return rapid.IntRange(0, n-1).Draw(w.t, name) }

func (w *writer) line() document.Inline {
	var in document.Inline
	for i := range 1 + w.pick(6, "words") {
		if i > 0 {
			in = append(in, document.Span{Text: " "})
		}
		in = append(in, document.Span{Text: w.word(), Strong: w.pick(5, "strong") == 0})
	}
	return in.Normal()
}

func (w *writer) block() document.Block {
	base := document.Base{ID: fmt.Sprintf("%s-%d", w.side, w.n)}
	w.n++
	switch w.pick(6, "kind") {
	case 0:
		return &document.Heading{Base: base, Level: 2, Text: w.line()}
	case 1:
		w.n++
		inner := document.Base{ID: fmt.Sprintf("%s-in%d", w.side, w.n)}
		return &document.Quote{Base: base, Blocks: []document.Block{&document.Paragraph{Base: inner, Text: w.line()}}, Speaker: w.line()}
	case 2:
		return &document.List{Base: base, Style: document.Bullets, Items: []document.Item{{Text: w.line()}, {Text: w.line()}}}
	}
	return &document.Paragraph{Base: base, Text: w.line()}
}

func (w *writer) article() news.Content {
	d := &document.Document{Schema: document.Schema, Lang: "en"}
	for range w.pick(6, "blocks") {
		d.Blocks = append(d.Blocks, w.block())
	}
	return news.Content{Schema: 1, Lang: "en", Kind: news.Report, Headline: w.word(), Dek: w.word(), Topics: []string{"a", "b"}, Body: d}
}

// change returns the article after a few changes by this side.
func (w *writer) change(c news.Content) news.Content {
	c = clone(w.t, c)
	for range w.pick(6, "changes") {
		w.once(&c)
	}
	return clone(w.t, c)
}

func (w *writer) once(c *news.Content) {
	d := c.Body
	n := len(d.Blocks)
	do := w.pick(9, "change")
	switch {
	case do == 0:
		c.Headline += " " + w.word()
	case do == 1:
		c.Topics = slices.Compact([]string{"b", w.word()})
	case do == 2:
		i := w.pick(n+1, "where")
		d.Blocks = slices.Insert(d.Blocks, i, w.block())
	case n == 0:
		c.Dek = w.word()
	case do == 3:
		i := w.pick(n, "which")
		d.Blocks = slices.Delete(d.Blocks, i, i+1)
	case do == 4:
		i, j := w.pick(n, "from"), w.pick(n, "to")
		b := d.Blocks[i]
		d.Blocks = slices.Insert(slices.Delete(d.Blocks, i, i+1), j, b)
	case do == 5:
		w.wrap(d, w.pick(n, "which"))
	case do == 6:
		w.note(d, w.pick(n, "which"))
	default:
		w.edit(d.Blocks[w.pick(n, "which")])
	}
}

// wrap moves a block into a quote.
func (w *writer) wrap(d *document.Document, i int) {
	w.n++
	d.Blocks[i] = &document.Quote{Base: document.Base{ID: fmt.Sprintf("%s-w%d", w.side, w.n)}, Blocks: []document.Block{d.Blocks[i]}}
}

// note puts a footnote behind a paragraph, with an id that the other side may use too.
func (w *writer) note(d *document.Document, i int) {
	p, ok := d.Blocks[i].(*document.Paragraph)
	id := fmt.Sprintf("n%d", len(d.Footnotes))
	if !ok || slices.ContainsFunc(d.Footnotes, func(f document.Footnote) bool { return f.ID == id }) {
		return
	}
	d.Footnotes = append(d.Footnotes, document.Footnote{ID: id, Text: w.line()})
	p.Text = append(p.Text, document.Span{Note: id})
}

func (w *writer) edit(b document.Block) {
	var texts []*document.Inline
	(&document.Document{Blocks: []document.Block{b}}).Inlines(func(in *document.Inline) {
		if len(*in) > 0 { // an empty one is a term, or a caption, that does not belong here
			texts = append(texts, in)
		}
	})
	if len(texts) == 0 {
		return
	}
	in := texts[w.pick(len(texts), "text")]
	pieces := words(*in)
	at := w.pick(len(pieces)+1, "at")
	pieces = slices.Insert(pieces, at, document.Span{Text: " "}, document.Span{Text: w.word()}, document.Span{Text: " "})
	if w.pick(3, "cut") == 0 && len(pieces) > at+3 {
		pieces = slices.Delete(pieces, at+3, at+4)
	}
	*in = document.Inline(pieces).Normal()
}

func clone(t fatal, c news.Content) news.Content {
	var out news.Content
	if err := json.Unmarshal([]byte(text(t, c)), &out); err != nil {
		t.Fatalf("%v", err)
	}
	return out
}

type fatal interface{ Fatalf(string, ...any) }

func text(t fatal, c news.Content) string {
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(b)
}

func merged(t fatal, base, mine, theirs news.Content) (string, Result) {
	r, err := Merge(base, mine, theirs)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return text(t, r.Content), r
}

// three draws an article and two changes of it.
func three(t *rapid.T) (base, mine, theirs news.Content) {
	w := &writer{t: t, side: "b"}
	base = clone(t, w.article())
	m, o := &writer{t: t, side: "m"}, &writer{t: t, side: "t"}
	mine, theirs = m.change(base), o.change(base)
	return base, mine, theirs
}

func TestWhoChangedNothingGetsWhatTheOtherWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, a, _ := three(t)
		for name, c := range map[string][3]news.Content{"both the same": {b, a, a}, "mine": {b, a, b}, "theirs": {b, b, a}} {
			got, r := merged(t, c[0], c[1], c[2])
			if want := text(t, a); got != want || len(r.Conflicts) > 0 {
				t.Fatalf("%s:\n%s\nnot\n%s\n%d conflicts", name, got, want, len(r.Conflicts))
			}
		}
	})
}

func TestNothingThatEitherSideTypedIsMissing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, m, o := three(t)
		got, r := merged(t, b, m, o)
		all := got + inConflicts(r)
		old := text(t, b)
		for _, side := range []news.Content{m, o} {
			for _, w := range tokens(text(t, side)) {
				if !strings.Contains(old, w) && !strings.Contains(all, w) {
					t.Fatalf("%s is lost in\n%s", w, all)
				}
			}
		}
		again, _ := merged(t, b, m, o)
		if again != got {
			t.Fatalf("the second time it is\n%s\nand not\n%s", again, got)
		}
	})
}

func TestWithoutACommonTextEverythingOfBothIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, m, o := three(t)
		got, r := merged(t, news.Content{Lang: "en", Kind: news.Report}, m, o)
		all := got + inConflicts(r)
		for _, w := range slices.Concat(tokens(text(t, m)), tokens(text(t, o))) {
			if !strings.Contains(all, w) {
				t.Fatalf("%s is lost in\n%s", w, all)
			}
		}
	})
}

func inConflicts(r Result) string {
	b, _ := json.Marshal(r.Conflicts)
	return string(b)
}

// tokens are the words that a writer typed.
func tokens(text string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(text, func(r rune) bool { return (r < '0' || r > '9') && (r < 'a' || r > 'z') }), func(s string) bool {
		return !strings.HasSuffix(s, "x") || strings.Trim(s, "bmt0123456789") != "x"
	})
}

func paragraphs(texts ...string) news.Content {
	d := &document.Document{Schema: document.Schema}
	for i, s := range texts {
		p := document.P(s)
		p.ID = string(rune('a' + i))
		d.Blocks = append(d.Blocks, p)
	}
	return news.Content{Lang: "en", Kind: news.Report, Body: d}
}

func TestOneParagraphIsMergedWordByWordWhereTheWordsAreApart(t *testing.T) {
	for _, c := range []struct{ base, mine, theirs, want string }{
		{"The bus ran late on Monday.", "The bus ran very late on Monday.", "The bus ran late on Tuesday.", "The bus ran very late on Tuesday."},
		{"اتوبوس شب دوشنبه دیر رسید", "اتوبوس آخر شب دوشنبه دیر رسید", "اتوبوس شب دوشنبه خیلی دیر رسید", "اتوبوس آخر شب دوشنبه خیلی دیر رسید"},
		{"夜のバスは月曜日に遅れた", "深夜のバスは月曜日に遅れた", "夜のバスは火曜日に遅れた", "深夜のバスは火曜日に遅れた"},
		{"one two three", "ONE two three", "uno two three", ""},      // the same word
		{"one two three", "one 2 three", "one two 3", ""},            // neighbours
		{"one, two", "one and, two", "one or, two", ""},              // at the same place
		{"one two three", "one three", "one two big three", ""},      // taken out beside what was put in
		{"one two three four", "one four", "one TWO three four", ""}, // taken out and changed
	} {
		got, r := merged(t, paragraphs(c.base), paragraphs(c.mine), paragraphs(c.theirs))
		if c.want == "" {
			if len(r.Conflicts) != 1 || r.Conflicts[0].Part != "block:a" || !strings.Contains(got, c.theirs) || !strings.Contains(string(r.Conflicts[0].Mine), c.mine) {
				t.Errorf("%s + %s: %s %s", c.mine, c.theirs, got, inConflicts(r))
			}
			continue
		}
		if len(r.Conflicts) != 0 || !strings.Contains(got, c.want) {
			t.Errorf("%s + %s: %s %s", c.mine, c.theirs, got, inConflicts(r))
		}
	}
}

func TestWhatOneTookOutAndTheOtherChangedStays(t *testing.T) {
	base, without, changed := paragraphs("one", "two", "three"), paragraphs("one"), paragraphs("one", "two!", "three")
	for name, c := range map[string][2]news.Content{"mine": {changed, without}, "theirs": {without, changed}} {
		got, r := merged(t, base, c[0], c[1])
		if !strings.Contains(got, "two!") || strings.Contains(got, "three") || len(r.Conflicts) > 0 {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestBothMayMoveAndInsert(t *testing.T) {
	base := paragraphs("a", "b", "c", "d")
	mine, theirs := clone(t, base), clone(t, base)
	mine.Body.Blocks = []document.Block{base.Body.Blocks[3], base.Body.Blocks[0], base.Body.Blocks[1], base.Body.Blocks[2]}
	p := document.P("new")
	p.ID = "z"
	theirs.Body.Blocks = append(theirs.Body.Blocks, p)
	_, r := merged(t, base, mine, theirs)
	if got := strings.Join(ids(r.Content.Body.Blocks), ""); got != "dabcz" {
		t.Errorf("%s", got)
	}
}

func TestEachFieldIsMergedByItself(t *testing.T) {
	base := news.Content{Lang: "en", Kind: news.Report, Headline: "Bus", Topics: []string{"x", "y"}}
	mine, theirs := base, base
	mine.Dek, mine.Topics, mine.Headline = "Late", []string{"y", "m"}, "Bus stays"
	theirs.Section, theirs.Topics, theirs.Headline = "city", []string{"x", "y", "t"}, "Bus goes"
	_, r := merged(t, base, mine, theirs)
	c := r.Content
	if c.Dek != "Late" || c.Section != "city" || strings.Join(c.Topics, "") != "ytm" || c.Headline != "Bus goes" {
		t.Errorf("%+v", c)
	}
	if len(r.Conflicts) != 1 || r.Conflicts[0].Part != "field:headline" || string(r.Conflicts[0].Mine) != `"Bus stays"` || string(r.Conflicts[0].Base) != `"Bus"` {
		t.Errorf("%s", inConflicts(r))
	}
}

func TestAComparisonTellsHowToMakeOneListOfTheOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gen := rapid.SliceOfN(rapid.IntRange(0, 12), 0, 60)
		a, b := gen.Draw(t, "a"), gen.Draw(t, "b")
		var out []int
		at, bt := 0, 0
		for _, c := range compare(a, b) {
			if c.a0 < at || c.b0 < bt || c.a1 < c.a0 || c.b1 < c.b0 || !slices.Equal(a[at:c.a0], b[bt:c.b0]) {
				t.Fatalf("%v of %v and %v", c, a, b)
			}
			out = append(append(out, a[at:c.a0]...), b[c.b0:c.b1]...)
			at, bt = c.a1, c.b1
		}
		if out = append(out, a[at:]...); !slices.Equal(out, b) {
			t.Fatalf("%v, not %v", out, b)
		}
	})
}
