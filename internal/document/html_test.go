package document

import (
	"reflect"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

// checkSafe parses rendered HTML as a browser would and looks for anything that
// could run.
func checkSafe(t interface{ Fatalf(string, ...any) }, out string) {
	doc, err := html.Parse(strings.NewReader(out))
	if err != nil {
		t.Fatalf("output is not HTML: %v", err)
	}
	for n := range doc.Descendants() {
		switch n.Data {
		case "script", "style", "iframe", "object", "embed", "form", "svg", "math", "base", "link", "meta":
			if n.Type == html.ElementNode {
				t.Fatalf("<%s> in %s", n.Data, out)
			}
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" {
				t.Fatalf("attribute %s in %s", a.Key, out)
			}
			if (a.Key == "href" || a.Key == "src" || a.Key == "cite" || a.Key == "poster") && urlFault(a.Val) != "" {
				t.Fatalf("address %q in %s", a.Val, out)
			}
		}
	}
	if strings.Contains(strings.ToLower(out), "<script") {
		t.Fatalf("<script in %s", out)
	}
}

func render(d *Document) string { return HTML(d, HTMLOptions{Sources: true}) }

// sameIDs gives two documents ids by position, to compare all else.
func sameIDs(d *Document) *Document {
	b, err := d.Encode()
	if err != nil {
		panic(err)
	}
	c, _ := Decode(b)
	notes := map[string]string{}
	r := newRenderer(c, HTMLOptions{})
	c.Footnotes = nil
	for i, n := range r.order {
		notes[n.ID] = "n" + string(rune('a'+i))
		c.Footnotes = append(c.Footnotes, Footnote{ID: notes[n.ID], Text: n.Text})
	}
	c.Inlines(func(in *Inline) {
		for i := range *in {
			(*in)[i].Note = notes[(*in)[i].Note]
		}
	})
	c.Walk(func(b Block) bool { b.base().ID = ""; return true })
	return c
}

func TestRenderingAndImportingAgainGivesTheSameDocument(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := AnyDocument().Draw(t, "document")
		normaliseHeadings(d)
		out := render(d)
		checkSafe(t, out)
		again, rep := ImportHTML(out, ImportOptions{Lang: d.Lang})
		if len(rep.Raw) > 0 {
			t.Fatalf("raw blocks %v from %s", rep.Raw, out)
		}
		a, b := sameIDs(d), sameIDs(again)
		if !reflect.DeepEqual(a, b) {
			x, _ := d.Encode()
			y, _ := again.Encode()
			t.Fatalf("differs after a round trip\nbefore %s\nafter  %s\nHTML %s", x, y, out)
		}
	})
}

func TestReadersGetTheShapeOfTheArticlePage(t *testing.T) {
	pic := func(id string) (Picture, bool) {
		return Picture{Src: "/media/h/800.jpg", SrcSet: "/media/h/400.jpg 400w", Width: 800, Height: 450, Alt: "Library alt", Credit: "Ines Hallow"}, id == "m1"
	}
	note := Span{Note: "n1"}
	d := New("en",
		&Paragraph{Text: Inline{{Text: "Vote 7 < 2."}, note, {Text: " See "}, {Text: "it", Link: Link{Href: "https://x.example/?a=1&b=2"}}}},
		&Image{Photo: Photo{Media: "m1", Caption: Plain("The 23:40.")}},
		&Image{Photo: Photo{Media: "gone", Caption: Plain("Lost")}},
		&PullQuote{Text: Plain("Good evening"), Speaker: Plain("Tomas Ferrow, driver")},
		&Quote{Blocks: []Block{P("Nobody.")}, Speaker: Plain("Piers Haldane"), Role: "member"},
		&Factbox{Title: Plain("Line 7"), Blocks: []Block{&List{Style: Terms, Items: []Item{{Term: Plain("Fare"), Text: Plain("$2")}}}}},
		&Table{Caption: Plain("Passengers"), HeaderRows: 1, HeaderColumn: true, Rows: [][]Cell{{{Text: Plain("Month")}, {Text: Plain("Trips")}}, {{Text: Plain("May")}, {Text: Plain("1,140")}}}},
		&Embed{URL: "https://maps.example/7", Title: "Map"},
		&Raw{HTML: "<script>alert(1)</script>", Reason: "x"},
		&Paragraph{Base: Base{Lang: "fa"}, Text: Plain("سلام")},
		&Appeal{Campaign: "c1"},
	)
	d.Footnotes = []Footnote{{ID: "n1", Text: Plain("Minutes.")}}
	out := HTML(d, HTMLOptions{Picture: pic, Appeal: func(c string) string { return "<p>appeal " + c + "</p>" }})
	for _, want := range []string{
		`<p>Vote 7 &lt; 2.<sup><a href="#fn1" id="r1" aria-label="Source 1">1</a></sup> See <a href="https://x.example/?a=1&amp;b=2" rel="noopener">it</a></p>`,
		`<figure><img src="/media/h/800.jpg" srcset="/media/h/400.jpg 400w" sizes="(min-width: 42rem) 38rem, 100vw" width="800" height="450" alt="Library alt" loading="lazy" decoding="async"><figcaption>The 23:40. <span class="credit">Ines Hallow</span></figcaption></figure>`,
		`<figure><figcaption>Lost</figcaption></figure>`,
		`<p class="pull side">Good evening<cite>Tomas Ferrow, driver</cite></p>`,
		`<footer>Piers Haldane<span class="role">, member</span></footer></blockquote>`,
		`<div class="box side" data-kind="factbox"><h2>Line 7</h2>`,
		`<dl><dt>Fare</dt><dd>$2</dd></dl>`,
		`<th scope="row">May</th><td class="n">1,140</td>`,
		`<div class="embed" data-kind="embed" role="group" aria-label="Map"><strong>Map</strong><p class="warning">This comes from maps.example.`,
		`<p lang="fa" dir="rtl">سلام</p>`,
		`<p>appeal c1</p>`,
		`<section class="src" aria-labelledby="sources"><h2 id="sources">Sources</h2><ol><li id="fn1">Minutes. <a href="#r1" aria-label="Back to text, source 1">↩</a></li></ol></section>`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s\nin %s", want, out)
		}
	}
	if strings.Contains(out, "alert") {
		t.Error("a raw block was rendered")
	}
	checkSafe(t, out)
}

func TestForeignMediaAreNeverLoadedForReaders(t *testing.T) {
	d := New("en",
		&Image{Photo: Photo{Source: "https://old.example/a.jpg", Alt: "A bus"}},
		&Audio{Recording: Recording{Source: "https://old.example/a.mp3", Title: "Talk"}},
		&Video{Recording: Recording{Source: "https://old.example/a.mp4"}})
	out := HTML(d, HTMLOptions{})
	if strings.Contains(out, "<img") || strings.Contains(out, "<audio") || strings.Contains(out, "<video") {
		t.Errorf("a foreign address would be loaded: %s", out)
	}
	for _, want := range []string{`<a href="https://old.example/a.jpg" rel="noopener">A bus</a>`, `href="https://old.example/a.mp3"`, `href="https://old.example/a.mp4"`} {
		if !strings.Contains(out, want) {
			t.Errorf("no way to %s in %s", want, out)
		}
	}
}

func TestAFeedGetsAbsoluteAddressesAndNoPageFurniture(t *testing.T) {
	d := New("en",
		&Paragraph{Text: Inline{{Text: "a", Link: Link{Href: "/b"}}, {Note: "n"}}},
		&Embed{URL: "https://www.youtube.com/watch?v=1", Title: "Film"},
		&Table{Rows: [][]Cell{{{Text: Plain("x")}}}}, &PullQuote{Text: Plain("again")})
	d.Footnotes = []Footnote{{ID: "n", Text: Plain("note")}}
	out := HTML(d, HTMLOptions{Feed: true, Base: "https://paper.example/2026/11/bus"})
	for _, want := range []string{`<a href="https://paper.example/b">a</a>`, `<sup>[1]</sup>`, `<a href="https://www.youtube.com/watch?v=1" rel="noopener">Film</a>`, `<li>note</li>`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in %s", want, out)
		}
	}
	for _, not := range []string{"tabindex", "role=", "aria-", " id=", "again", "class=\"btn"} {
		if strings.Contains(out, not) {
			t.Errorf("%s in %s", not, out)
		}
	}
}

func TestHeadingsNeverSkipALevelAndFollowTheBase(t *testing.T) {
	d := New("en", H(4, "a"), H(4, "b"), H(2, "c"), &Factbox{Title: Plain("t"), Blocks: []Block{H(2, "d")}})
	out := HTML(d, HTMLOptions{HeadingBase: 3})
	var got []string
	for _, part := range strings.Split(out, "<h")[1:] {
		got = append(got, part[:3])
	}
	if want := []string{"3>a", "4>b", "3>c", "3>t", "4>d"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnUncheckedDocumentStillCantCarryAScriptAddress(t *testing.T) {
	d := New("en", &Paragraph{Text: Inline{{Text: "x", Link: Link{Href: "javascript:alert(1)"}}}}, &Quote{Blocks: []Block{P("y")}, Source: "data:x"})
	checkSafe(t, HTML(d, HTMLOptions{}))
}

func TestWordsAreCountedInEveryScript(t *testing.T) {
	for text, want := range map[string]int{
		"The late bus stays, they say.": 6, "日本語": 3, "سلام به همه": 3, "": 0, "– … !": 0, "naïve co-op": 3, "可以 now": 3, "می\u200cرود": 1,
	} {
		if got := CountWords(text); got != want {
			t.Errorf("%q has %d words, want %d", text, got, want)
		}
	}
}

func TestPlainTextKeepsTheReadingOrder(t *testing.T) {
	d := New("en", H(2, "Head"), &Image{Photo: Photo{Media: "m", Caption: Plain("Cap"), Credit: "Who"}},
		&List{Style: Bullets, Items: []Item{{Text: Plain("one"), Blocks: []Block{P("two")}}}}, &Code{Text: "x := 1"},
		&Raw{HTML: "hidden", Reason: "r"}, P("end"))
	if got, want := strings.ReplaceAll(Text(d), "\n\n", "|"), "Head|Cap|Who|one|two|x := 1|end"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if d.FirstParagraph() != "two" {
		t.Errorf("first paragraph %q", d.FirstParagraph())
	}
	if got := d.Media(); !reflect.DeepEqual(got, []string{"m"}) {
		t.Errorf("media %q", got)
	}
}

func TestDirectionFollowsLanguageAndScript(t *testing.T) {
	for tag, want := range map[string]string{"fa": "rtl", "ar-EG": "rtl", "he": "rtl", "en": "ltr", "az-Arab": "rtl", "ku-Latn": "ltr", "pa-Arab-PK": "rtl", "": "ltr"} {
		if got := Dir(tag); got != want {
			t.Errorf("%s is %s, want %s", tag, got, want)
		}
	}
}
