package editor

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/testkit/browser"
)

func first(c news.Content) string {
	return c.Body.Blocks[0].(*document.Paragraph).Text.String()
}

func TestWhatIsTypedIsSavedByItselfAndByTheKey(t *testing.T) {
	p := open(t, "en", draft("en", "The late bus stays", "At twenty to twelve.", "He will have company."))
	w := p.open(browser.Start(t), browser.Options{})
	w.body("p")
	w.typed(" Rain.")
	w.wait("the state says that it is not saved", `document.getElementById("save-state").dataset.state==="typing"`)
	p.saved("after five seconds of rest", func(c news.Content) bool { return first(c) == "At twenty to twelve. Rain." })
	w.wait("the state says when", `/^Saved \d/.test(document.getElementById("save-state").textContent)`)
	w.typed("X")
	w.run(`addEventListener("keydown", e => { if (e.key === "s") setTimeout(() => window.saidAtOnce = document.getElementById("save-state").dataset.state) }, true)`)
	w.key(kb.ModifierCtrl, "s")
	w.wait("the key itself is answered, before the server is", `["saving","saved"].includes(window.saidAtOnce)`)
	p.saved("by the key", func(c news.Content) bool { return first(c) == "At twenty to twelve. Rain.X" })
	p.with(func() {
		last := p.saves[len(p.saves)-1]
		if !last.Cut || last.Seq != len(p.saves) || len(last.Client) != 26 || last.Nonce != "n" {
			t.Errorf("the save was %+v", last)
		}
		if id := document.BaseOf(p.content.Body.Blocks[0]).ID; id != "p1" {
			t.Errorf("the paragraph's id became %s", id)
		}
	})
	w.Screenshot("editor-1440")
}

// An empty story is begun, with a heading and with Enter at the end: paragraphs
// come, and no footnote.
func TestEnterAtTheEndBeginsAParagraph(t *testing.T) {
	p := open(t, "en", draft("en", "Eight boats"))
	w := p.open(browser.Start(t), browser.Options{})
	w.body("p")
	w.typed("One.")
	w.enter()
	w.typed("## Two")
	w.enter()
	w.typed("Three.")
	w.enter()
	w.enter()
	w.typed("> Four")
	w.key(kb.ModifierCtrl, "s")
	p.saved("what was written", func(c news.Content) bool { return len(c.Body.Blocks) >= 4 })
	p.with(func() {
		kinds := []string{}
		for _, b := range p.content.Body.Blocks {
			kinds = append(kinds, b.Kind())
		}
		if got := strings.Join(kinds, " "); got != "paragraph heading paragraph paragraph quote" && got != "paragraph heading paragraph quote" || len(p.content.Body.Footnotes) != 0 {
			t.Errorf("the text is %s, with %d footnotes", got, len(p.content.Body.Footnotes))
		}
	})
}

func TestASplitKeepsTheFirstIdAndAJoinToo(t *testing.T) {
	p := open(t, "en", draft("en", "Ids", "one two", "three"))
	w := p.open(browser.Start(t), browser.Options{})
	w.body("p")
	for range 3 {
		w.key(0, kb.ArrowLeft)
		w.settle()
	}
	w.enter()
	w.key(kb.ModifierCtrl, "s")
	p.saved("split", func(c news.Content) bool { return len(c.Body.Blocks) == 3 })
	p.with(func() {
		ids := []string{}
		for _, b := range p.content.Body.Blocks {
			ids = append(ids, document.BaseOf(b).ID)
		}
		if ids[0] != "p1" || ids[2] != "p2" || len(ids[1]) != 8 {
			t.Errorf("the ids are %q", ids)
		}
	})
	w.key(0, kb.Backspace)
	w.key(kb.ModifierCtrl, "s")
	p.saved("join", func(c news.Content) bool {
		return len(c.Body.Blocks) == 2 && first(c) == "one two" && document.BaseOf(c.Body.Blocks[0]).ID == "p1"
	})
}

func TestQuotationMarksFollowTheLanguageAndBackspaceTakesThemBack(t *testing.T) {
	b := browser.Start(t)
	const typed = `"Ja", sagt er. 'So' -- und... l'air`
	for lang, want := range map[string]string{
		"en": `“Ja”, sagt er. ‘So’ — und… l’air`,
		"de": `„Ja“, sagt er. ‚So‘ – und… l’air`,
		"fr": "«\u00a0Ja\u00a0», sagt er. “So” – und… l’air",
		"es": `«Ja», sagt er. “So” — und… l’air`,
		"ru": `«Ja», sagt er. „So“ — und… l’air`,
		"fa": `«Ja», sagt er. ‹So› — und… l’air`,
		"ar": `«Ja», sagt er. “So” — und… l’air`,
	} {
		t.Run(lang, func(t *testing.T) {
			p := open(t, "en", draft(lang, "Marks", ""))
			w := p.open(b, browser.Options{})
			w.body("p")
			w.typed(typed)
			if got := w.text("#body p"); got != want {
				t.Errorf("wrote %q, want %q", got, want)
			}
			w.typed(` "`)
			w.key(0, kb.Backspace)
			if got := w.text("#body p"); got != want+` "` {
				t.Errorf("after backspace it is %q", got)
			}
		})
	}
}

func TestInCodeNothingIsReplaced(t *testing.T) {
	c := draft("en", "Code")
	c.Body.Blocks = append(c.Body.Blocks, &document.Code{Base: document.Base{ID: "c1"}, Text: "x"})
	p := open(t, "en", c)
	w := p.open(browser.Start(t), browser.Options{})
	w.body("code")
	w.typed(`="a"--`)
	w.key(kb.ModifierCtrl, "s")
	p.saved("code", func(c news.Content) bool { return c.Body.Blocks[0].(*document.Code).Text == `x="a"--` })
}

func TestBlocksAreMovedByTheKeyboardAndItIsSaid(t *testing.T) {
	p := open(t, "en", draft("en", "Moves", "one", "two", "three"))
	w := p.open(browser.Start(t), browser.Options{})
	order := func() string { return w.text("#body > p") }
	w.body("p")
	w.key(kb.ModifierAlt, kb.ArrowDown)
	if got := order(); got != "two|one|three" || w.text("#live") != "Paragraph moved down, now 2 of 3." {
		t.Errorf("the order is %s; said: %s", got, w.text("#live"))
	}
	w.typed("!")
	w.key(kb.ModifierAlt, kb.ArrowDown)
	w.key(kb.ModifierAlt, kb.ArrowDown)
	if got := order(); got != "two|three|one!" || !strings.Contains(w.text("#live"), "last") {
		t.Errorf("the order is %s; said: %s", got, w.text("#live"))
	}
	w.press("Move up")
	if got := order(); got != "two|one!|three" {
		t.Errorf("the button made %s", got)
	}
	w.key(kb.ModifierCtrl, "z")
	w.key(kb.ModifierCtrl, "s")
	p.saved("moved", func(c news.Content) bool {
		ids := ""
		for _, b := range c.Body.Blocks {
			ids += document.BaseOf(b).ID
		}
		return ids == "p2p3p1"
	})
}

func TestEverythingIsReachedByTheKeyboard(t *testing.T) {
	p := open(t, "en", draft("en", "Keys", "one two"))
	w := p.open(browser.Start(t), browser.Options{})
	w.body("p")
	w.key(0, kb.Escape)
	if !w.js(`document.activeElement.closest("[role=toolbar]")!==null`) {
		t.Fatal("Escape does not lead to the toolbar")
	}
	w.key(0, kb.End)
	w.key(0, kb.Home)
	w.key(0, kb.ArrowRight)
	if got := w.text("[role=toolbar] button:focus"); got != "Heading 2" {
		t.Errorf("the arrow leads to %q", got)
	}
	if !w.js(`document.querySelectorAll("[role=toolbar] button[tabindex='0']").length===1`) {
		t.Error("the toolbar is not one stop of the tab key")
	}
	w.enter()
	if !w.js(`document.querySelector("#body h2")!==null && document.activeElement.id==="body"`) {
		t.Error("the toolbar's button made no heading, or kept the focus")
	}
	w.key(kb.ModifierCtrl, "k")
	w.wait("a form for the link", `document.querySelector("dialog[open] input")===document.activeElement`)
	w.typed("nonsense here")
	w.enter()
	if !w.js(`document.querySelector("dialog[open] .err:not([hidden])")!==null`) {
		t.Error("a bad address was taken")
	}
	w.key(0, kb.Escape)
	w.wait("the text again", `document.querySelector("dialog")===null && document.activeElement.id==="body"`)
	small := browser.Get(w.Tab, chromedp.Evaluate[string](`[...document.querySelectorAll("#editor button,#editor select,#editor a,#editor summary,#editor input,#editor textarea")].filter(e=>e.offsetParent&&(e.closest(".tick")||e).getBoundingClientRect().height<24).map(e=>e.outerHTML.slice(0,120)).join("\n")`))
	if small != "" {
		t.Errorf("these are lower than 24 pixels:\n%s", small)
	}
	before := w.js(`document.activeElement.id==="body"`)
	w.key(0, kb.Tab)
	if !before || w.js(`document.activeElement.id==="body"`) {
		t.Error("the tab key does not lead out of the text")
	}
}

func TestTheMenuPutsEveryBlockIntoTheText(t *testing.T) {
	b := browser.Start(t)
	for name, kind := range map[string]string{"Quote": "quote", "Pull quote": "pullquote", "Heading": "heading", "List": "list", "Numbered list": "list", "List of terms": "list", "Footnote": "",
		"Fact box": "factbox", "Table": "table", "Embed": "embed", "Divider": "divider", "Related stories": "related", "Appeal": "appeal", "Live entry": "live", "Code": "code", "File": "document", "Sound": "audio", "Film": "video"} {
		t.Run(name, func(t *testing.T) {
			p := open(t, "en", draft("en", "Blocks", ""))
			w := p.open(b, browser.Options{})
			w.body("p")
			w.typed("/")
			w.wait("the menu", `document.querySelector("dialog[open] [role=listbox]")!==null`)
			w.run(`[...document.querySelectorAll("dialog [role=option]")].find(o=>o.querySelector("b").textContent===` + string(must(json.Marshal(name))) + `).click()`)
			switch kind {
			case "embed", "document", "audio", "video", "pullquote", "related", "appeal":
				if kind == "pullquote" {
					break
				}
				w.wait("the form", `document.querySelector("dialog[open] form")!==null`)
				w.run(`const i=document.querySelector("dialog[open] input[inputmode=url],dialog[open] textarea");if(i){i.value="https://www.youtube.com/watch?v=abc";i.dispatchEvent(new Event("input"))}document.querySelector("dialog[open] form").requestSubmit()`)
			}
			w.wait("the block", `document.querySelector("dialog")===null`)
			w.key(kb.ModifierCtrl, "s")
			p.saved(name, func(c news.Content) bool {
				if kind == "" {
					return len(c.Body.Footnotes) == 1
				}
				for _, b := range c.Body.Blocks {
					if b.Kind() == kind {
						return true
					}
				}
				return false
			})
		})
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
