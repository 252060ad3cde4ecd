package editor

import (
	"strings"
	"testing"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/testkit/browser"

	"github.com/chromedp/chromedp"
)

// rich is a story with all sorts of blocks in it.
func rich(lang string) news.Content {
	word := map[string][]string{
		"en": {"The late bus stays: Line 7 will run past midnight for three more years", "A trial that few expected to outlive its first winter now carries 16 people a trip.", "At twenty to twelve on a wet Wednesday there are nineteen people on the bus.", "The driver", "What it costs"},
		"fa": {"اتوبوس شبانه می‌ماند: خط ۷ سه سال دیگر پس از نیمه‌شب هم می‌رود", "آزمایشی که کمتر کسی به دوام آن امید داشت اکنون در هر سفر ۱۶ نفر را می‌برد.", "بیست دقیقه به نیمه‌شب چهارشنبه‌ای بارانی، نوزده نفر در اتوبوس نشسته‌اند.", "راننده", "هزینهٔ آن"},
	}[lang]
	c := draft(lang, word[0])
	c.Dek, c.Section = word[1], "s1"
	c.Bylines = []news.Byline{{Person: "p1", Name: "Ansel Quay", Role: "by"}, {Name: "Ines Hallow", Role: "photos"}}
	p := func(text string) *document.Paragraph { return document.P(text) }
	d := c.Body
	d.Footnotes = []document.Footnote{{ID: "n1", Text: document.Plain(word[3])}}
	marked := p(word[2])
	marked.Text = append(marked.Text, document.Span{Note: "n1"}, document.Span{Text: " " + word[3], Strong: true}, document.Span{Text: " https://example.org", Link: document.Link{Href: "https://example.org"}}, document.Span{Text: " Straße", Lang: "de"})
	d.Blocks = []document.Block{marked, document.H(2, word[4]), p(word[2]),
		&document.List{Style: document.Bullets, Items: []document.Item{{Text: document.Plain(word[3])}, {Text: document.Plain(word[4]), Blocks: []document.Block{&document.List{Style: document.Numbers, Items: []document.Item{{Text: document.Plain(word[3])}}}}}}},
		&document.Quote{Blocks: []document.Block{p(word[2])}, Speaker: document.Plain("Nell Rowan"), Role: word[3], Source: "https://example.org/speech"},
		&document.PullQuote{Text: document.Plain(word[1])},
		&document.Image{Photo: document.Photo{Source: "https://img.example/bus.jpg", Caption: document.Plain(word[3])}},
		&document.Table{Caption: document.Plain(word[4]), HeaderRows: 1, Rows: [][]document.Cell{{{Text: document.Plain(word[3])}, {Text: document.Plain(word[4])}}, {{Text: document.Plain("23:40")}, {Text: document.Plain("19")}}}},
		&document.Factbox{Title: document.Plain(word[4]), Blocks: []document.Block{p(word[1])}},
		&document.Embed{URL: "https://www.youtube.com/watch?v=abc", Provider: "youtube", Title: word[3]},
		&document.Code{Text: "a := 1\n\tb"}, &document.Divider{}, &document.Appeal{},
		&document.Related{Items: []document.Reference{{Href: "/2026/11/x", Title: word[0]}}},
		&document.Raw{HTML: "<marquee>x</marquee>", Reason: "a marquee"}}
	d.AssignIDs(document.NewID)
	return c
}

func TestTheEditorIsWithoutFaultForAxe(t *testing.T) {
	b := browser.Start(t)
	for _, look := range []struct {
		name, ui, lang string
		width          int64
		dark           bool
	}{{"en-1440-light", "en", "en", 1440, false}, {"en-1440-dark", "en", "en", 1440, true}, {"de-390-light", "de", "en", 390, false}, {"en-390-dark", "en", "en", 390, true},
		{"fa-1440-light", "fa", "fa", 1440, false}, {"fa-390-dark", "fa", "fa", 390, true}, {"fa-in-en", "en", "fa", 1440, false}} {
		t.Run(look.name, func(t *testing.T) {
			p := open(t, look.ui, rich(look.lang))
			w := p.open(b, browser.Options{Width: look.width, Height: 900, Dark: look.dark})
			w.wait("words for everything", `!document.body.innerText.includes("⟨")`)
			w.Screenshot("editor-" + look.name)
			for _, fault := range w.Axe() {
				t.Error(fault)
			}
			if wide := browser.Get(w.Tab, chromedp.Evaluate[int64]("document.documentElement.scrollWidth")); wide > look.width {
				t.Errorf("the page is %d pixels wide", wide)
			}
			if foreign := w.Foreign(p.URL); len(foreign) > 0 && !strings.HasPrefix(foreign[0], "blob:") {
				t.Errorf("asked elsewhere: %q", foreign)
			}
			if look.width == 1440 && look.ui == "en" {
				w.body("p")
				w.typed("/")
				if !strings.Contains(w.text("dialog"), "Pull quote") {
					w.run(`[...document.querySelectorAll(".tool")].find(b=>b.textContent==="Add a block").click()`)
				}
				w.settle()
				for _, fault := range w.Axe() {
					t.Error("the menu: ", fault)
				}
				w.Screenshot("editor-menu-" + look.name)
			}
		})
	}
}
