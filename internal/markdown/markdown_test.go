package markdown

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/document/documenttest"
)

func ids() func() string {
	n := 0
	return func() string { n++; return fmt.Sprint("new", n) }
}

func encoded(t interface{ Fatalf(string, ...any) }, d *document.Document) string {
	b, err := d.Encode()
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(b)
}

func read(t interface{ Fatalf(string, ...any) }, text string, base *document.Document) *document.Document {
	d, err := Read(text, base, ids())
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	encoded(t, d)
	return d
}

func TestAnyDocumentComesBackByteForByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := documenttest.Any().Draw(t, "document")
		text := Write(d)
		if got, want := encoded(t, read(t, text, d)), encoded(t, d); got != want {
			t.Fatalf("%s\n%s\nbecame\n%s", text, want, got)
		}
	})
}

// What Markdown can say is not only kept by its id: it is read from the text.
func TestWhatMarkdownCanSayIsInTheText(t *testing.T) {
	said, kept := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		d := documenttest.Any().Draw(t, "document")
		text := Write(d)
		base := &document.Document{Schema: document.Schema, Lang: d.Lang} // only what stands as a marker
		for _, b := range d.Blocks {
			if strings.Contains(text, "{{"+b.Kind()+" "+document.BaseOf(b).ID) {
				base.Blocks = append(base.Blocks, b)
				kept++
				if b.Kind() == document.KindParagraph && !b.(*document.Paragraph).Text.Empty() {
					t.Fatalf("a paragraph is a marker: %s", document.BlockJSON(b))
				}
			} else {
				d.Walk(func(v document.Block) bool { // what is nested may be a marker too
					if strings.Contains(text, "{{"+v.Kind()+" "+document.BaseOf(v).ID+"}}") || strings.Contains(text, "{{"+v.Kind()+" "+document.BaseOf(v).ID+" ") {
						base.Blocks = append(base.Blocks, v)
						return false
					}
					return true
				})
				said++
			}
		}
		got := read(t, text, base)
		if !equal(keys(got.Blocks), keys(d.Blocks)) {
			t.Fatalf("%s\n%s\nbecame\n%s", text, strings.Join(keys(d.Blocks), "\n"), strings.Join(keys(got.Blocks), "\n"))
		}
	})
	if said < kept/3 {
		t.Errorf("%d blocks are said and %d kept", said, kept)
	}
}

// sample is a story with a bit of everything.
func sample() *document.Document {
	return &document.Document{Schema: document.Schema, Lang: "en", Footnotes: []document.Footnote{{ID: "src", Text: document.Plain("Minutes, 3 May")}}, Blocks: []document.Block{
		&document.Paragraph{Base: document.Base{ID: "p1"}, Text: document.Inline{{Text: "The "}, {Text: "late", Strong: true}, {Text: " bus "}, {Text: "stays", Link: document.Link{Href: "https://x.example/a_(b)"}}, {Text: "."}, {Note: "src"}}},
		&document.Heading{Base: document.Base{ID: "h1"}, Level: 2, Text: document.Plain("Line 7")},
		&document.Image{Base: document.Base{ID: "k3f9"}, Photo: document.Photo{Media: "m1", Alt: "The night bus"}},
		&document.Paragraph{Base: document.Base{ID: "p2", Lang: "fa", Dir: "rtl", Anchor: "here"}, Text: document.Plain("اتوبوس شب می‌ماند.")},
		&document.List{Base: document.Base{ID: "l1"}, Style: document.Bullets, Items: []document.Item{{Text: document.Plain("one")}, {Text: document.Plain("two"),
			Blocks: []document.Block{&document.List{Base: document.Base{ID: "l2"}, Style: document.Numbers, Items: []document.Item{{Text: document.Plain("deep")}}}}}}},
		&document.Quote{Base: document.Base{ID: "q1"}, Blocks: []document.Block{&document.Paragraph{Base: document.Base{ID: "q2"}, Text: document.Plain("We wait.")}}, Speaker: document.Plain("Maria Okoye"), Role: "driver"},
		&document.Divider{Base: document.Base{ID: "d1"}},
		&document.Code{Base: document.Base{ID: "c1"}, Language: "go", Text: "a\n\n\tb"},
	}}
}

const sampleText = `The **late** bus [stays](<https://x.example/a_(b)>).[^src]

## Line 7

{{image k3f9 The night bus}}

اتوبوس شب می‌ماند.

- one
- two
  1. deep

> We wait.
>
> {{by Maria Okoye | driver}}

---

` + "```go\na\n\n\tb\n```" + `

[^src]: Minutes, 3 May
`

func TestAStoryReadsAsPeopleWouldWriteIt(t *testing.T) {
	if got := Write(sample()); got != sampleText {
		t.Errorf("%s", got)
	}
}

func TestWhatIsChangedKeepsItsNameAndItsLanguage(t *testing.T) {
	base := sample()
	text := strings.NewReplacer("bus [stays]", "bus truly [stays]", "می‌ماند", "نمی‌ماند", "- one", "- one more", "We wait.", "We still wait.", "## Line 7\n\n", "## Line 8\n\nNew words.\n\n").Replace(sampleText)
	d := read(t, text, base)
	var got []string
	d.Walk(func(b document.Block) bool { got = append(got, document.BaseOf(b).ID); return true })
	if s := strings.Join(got, " "); s != "p1 h1 new1 k3f9 p2 l1 l2 q1 q2 d1 c1" {
		t.Errorf("%s", s)
	}
	p2 := document.BaseOf(d.Blocks[4])
	if p2.Lang != "fa" || p2.Dir != "rtl" || p2.Anchor != "here" {
		t.Errorf("%+v", p2)
	}
	if im := d.Blocks[3].(*document.Image); im.Media != "m1" {
		t.Errorf("%+v", im)
	}
}

func TestMarkersAreMovedTakenOutAndDoubled(t *testing.T) {
	base := sample()
	line := "{{image k3f9 The night bus}}"
	d := read(t, line+"\n\n"+strings.Replace(sampleText, line+"\n\n", "", 1), base)
	if document.BaseOf(d.Blocks[0]).ID != "k3f9" || len(d.Blocks) != 8 {
		t.Errorf("moved: %s", encoded(t, d))
	}
	if d := read(t, strings.Replace(sampleText, line+"\n\n", "", 1), base); len(d.Blocks) != 7 {
		t.Errorf("taken out: %s", encoded(t, d))
	}
	d = read(t, sampleText+"\n{{image k3f9}}\n", base)
	if last := d.Blocks[len(d.Blocks)-1]; last.Kind() != document.KindImage || document.BaseOf(last).ID == "k3f9" {
		t.Errorf("doubled: %s", encoded(t, d))
	}
	if d := read(t, "before\n{{image k3f9 x}}\nafter", base); len(d.Blocks) != 3 || d.Blocks[1].Kind() != document.KindImage {
		t.Errorf("without empty lines: %s", encoded(t, d))
	}
	var unknown *UnknownMarker
	if _, err := Read("{{image zzz A cat}}", base, ids()); !errors.As(err, &unknown) || unknown.Line != "{{image zzz A cat}}" {
		t.Errorf("%v", err)
	}
}

func TestMarkdownIsReadAsPeopleType(t *testing.T) {
	none := &document.Document{Schema: document.Schema}
	for in, want := range map[string]string{
		"# One\n\n###### Six":            `{"kind":"heading","level":2,"text":[{"text":"One"}]} {"kind":"heading","level":4,"text":[{"text":"Six"}]}`,
		"a\nb  \nc":                      `{"kind":"paragraph","text":[{"text":"a b"},{"break":true},{"text":"c"}]}`,
		"    indented":                   `{"kind":"paragraph","text":[{"text":"indented"}]}`,
		"AT&T &amp; snake_case <b>x</b>": `{"kind":"paragraph","text":[{"text":"AT\u0026T \u0026 snake_case "},{"text":"x","strong":true}]}`,
		"<script>alert(1)</script>":      `{"kind":"paragraph","text":[{"text":"\u003cscript\u003ealert(1)\u003c/script\u003e"}]}`,
		"[x](javascript:alert(1))":       `{"kind":"paragraph","text":[{"text":"x (javascript:alert(1))"}]}`,
		"a\x01b\ufffe":                   `{"kind":"paragraph","text":[{"text":"ab"}]}`,
		"> a\n> {{by B}}\n\n> {{by B | c | javascript:x}}": `{"kind":"quote","blocks":[{"kind":"paragraph","text":[{"text":"a {{by B}}"}]}]} {"kind":"quote","blocks":[{"kind":"paragraph","text":[{"text":"{{by B | c | javascript:x}}"}]}]}`,
		"<https://x.example/?a=1&b=2>":                     `{"kind":"paragraph","text":[{"text":"https://x.example/?a=1\u0026b=2","href":"https://x.example/?a=1\u0026b=2"}]}`,
		"H<sub>2</sub>O <sub>x":                            `{"kind":"paragraph","text":[{"text":"H"},{"text":"2","sub":true},{"text":"O \u003csub\u003ex"}]}`,
		"![cat](https://x.example/c.jpg)":                  `{"kind":"paragraph","text":[{"text":"!"},{"text":"cat","href":"https://x.example/c.jpg"}]}`,
		"no note[^x]":                                      `{"kind":"paragraph","text":[{"text":"no note[^x]"}]}`,
		"5. five\n6. six":                                  `{"kind":"list","style":"numbers","start":5,"items":[{"text":[{"text":"five"}]},{"text":[{"text":"six"}]}]}`,
		"{{image zz}}":                                     "",
		"{{not a marker}}":                                 `{"kind":"paragraph","text":[{"text":"{{not a marker}}"}]}`,
		"<span lang=\"fa\">سلام</span>":                    `{"kind":"paragraph","text":[{"text":"سلام","lang":"fa"}]}`,
		"text {{image k}} text":                            `{"kind":"paragraph","text":[{"text":"text {{image k}} text"}]}`,
	} {
		d, err := Read(in, none, ids())
		if want == "" {
			if err == nil {
				t.Errorf("%q: %s", in, encoded(t, d))
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		var got []string
		for _, b := range d.Blocks {
			got = append(got, string(document.BareJSON(b)))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q:\n%s\nnot\n%s", in, s, want)
		}
	}
}

func TestFootnotesAreAddedAndChanged(t *testing.T) {
	d := read(t, "One[^src] two[^1].\n\n[^src]: Minutes, 4 May\n[^1]: New\nand longer\n\n[^1]: Twice\n", sample())
	if len(d.Footnotes) != 3 || d.Footnotes[0].Text.String() != "Minutes, 4 May" || d.Footnotes[1].Text.String() != "New and longer" || d.Footnotes[2].Text.String() != "Twice" {
		t.Errorf("%s", encoded(t, d))
	}
}

// A row of > is how mails quote, and how people draw a line.
func TestWhatStandsDeeperThanADocumentMayGoLosesItsFrameAndNoWord(t *testing.T) {
	for _, text := range []string{strings.Repeat(">", 40) + " deep", strings.Repeat("- ", 30) + "deep", strings.Repeat("> - ", 20) + "deep",
		strings.Repeat("> ", document.MaxDepth-1) + "deep", strings.Repeat("> ", document.MaxDepth) + "deep\n\nafter"} {
		d := read(t, "before\n\n"+text+"\n", sample())
		if got := document.Text(d); !strings.Contains(got, "before") || !strings.Contains(got, "deep") {
			t.Errorf("%q became %q", text, got)
		}
		encoded(t, d)
	}
	if _, err := Read(strings.Repeat("> ", document.MaxDepth+1)+"{{image k3f9 x}}", sample(), ids()); err != nil {
		t.Errorf("a picture: %v", err)
	}
}

// Whatever somebody types is a valid document or names a marker.
func TestAnyTextIsReadOrRefusedInWords(t *testing.T) {
	piece := rapid.SampledFrom([]string{"*", "**", "_", "[", "](", ")", "^1]", ": ", "`", "```\n", "~~", "> ", "- ", "1. ", "# ", "{{", "}}", "by ", "image k3f9", "<sub>", "</sub>", "<a href=\"x\">", "</a>",
		"\n", "\n\n", "  ", "\t", "&amp;", "\\", "word", "سلام", "夜", "|", "<br>", "javascript:x"})
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(piece, 0, 40).Draw(t, "text")
		var typed []string
		for i, p := range pieces {
			if p == "word" {
				pieces[i] = fmt.Sprintf("w%dx", i)
				typed = append(typed, pieces[i])
			}
		}
		text := strings.Join(pieces, "")
		d, err := Read(text, sample(), ids())
		var unknown *UnknownMarker
		if errors.As(err, &unknown) {
			return
		}
		if err != nil {
			t.Fatalf("%v", err)
		}
		want := encoded(t, d)
		for _, w := range typed {
			if !strings.Contains(want, w) {
				t.Fatalf("%s is lost in\n%s\n%s", w, text, want)
			}
		}
		if got := encoded(t, read(t, Write(d), d)); got != want {
			t.Fatalf("%s\nbecame\n%s", want, got)
		}
	})
}
