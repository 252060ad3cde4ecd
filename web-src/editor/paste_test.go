package editor

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/testkit/browser"
)

// paste puts something on the clipboard of the page and pastes it.
func (w writer) paste(html, plain string) {
	w.t.Helper()
	quoted := func(s string) string { return string(must(json.Marshal(s))) }
	w.run(`const d=new DataTransfer();` + func() string {
		if html != "" {
			return `d.setData("text/html",` + quoted(html) + `);`
		}
		return ""
	}() + `d.setData("text/plain",` + quoted(plain) + `);document.getElementById("body").dispatchEvent(new ClipboardEvent("paste",{clipboardData:d,bubbles:true,cancelable:true}))`)
}

func TestEverySampleIsPastedIntoTheText(t *testing.T) {
	files, err := filepath.Glob("../../internal/document/testdata/paste/*.html")
	if err != nil || len(files) < 12 {
		t.Fatalf("%d samples: %v", len(files), err)
	}
	b := browser.Start(t)
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			html := must(os.ReadFile(f))
			want := document.Paste(string(html), "en")
			p := open(t, "en", draft("en", "Paste", ""))
			w := p.open(b, browser.Options{})
			w.body("p")
			w.paste(string(html), "plain")
			w.wait("it is there", `document.getElementById("body").innerText.trim()!==""`)
			w.key(kb.ModifierCtrl, "s")
			p.saved("the pasted text", func(c news.Content) bool {
				return c.Body.Count() == want.Document.Count() && len(c.Body.Footnotes) == len(want.Document.Footnotes)
			})
			if told := w.text("#notices"); (len(want.Lost) > 0) != strings.Contains(told, "could not be kept") {
				t.Errorf("lost %v; the page says %q", want.Lost, told)
			}
		})
	}
}

func TestAPastedPhraseFlowsIntoTheSentence(t *testing.T) {
	p := open(t, "en", draft("en", "Paste", "The bus stays."))
	w := p.open(browser.Start(t), browser.Options{})
	w.body("p")
	w.paste(`<p>So it is <b>said</b>.</p>`, "So it is said.")
	w.wait("it is there", `document.querySelectorAll("#body p").length===1&&document.querySelector("#body p").innerText==="The bus stays.So it is said."`)
	w.key(kb.ModifierCtrl, "s")
	p.saved("with its mark", func(c news.Content) bool {
		in := c.Body.Blocks[0].(*document.Paragraph).Text
		return len(in) == 3 && in[1].Strong && document.BaseOf(c.Body.Blocks[0]).ID == "p1"
	})
}

func TestWithoutTheServerPlainTextIsPastedAndItIsSaid(t *testing.T) {
	p := open(t, "en", draft("en", "Paste", ""))
	w := p.open(browser.Start(t), browser.Options{})
	p.with(func() { p.down = true })
	w.body("p")
	w.paste(`<ul><li>one</li></ul>`, "one")
	w.wait("the plain text", `document.querySelector("#body p")?.innerText==="one"`)
	w.wait("the notice", `document.getElementById("notices").innerText.includes("Pasted as plain text")`)
	p.with(func() { p.down = false })
	w.press("Insert it with them at the cursor")
	w.wait("the list", `document.querySelector("#body ul li")?.innerText.trim()==="one"`)
}

func TestPlainMailBecomesQuotesListsAndLinks(t *testing.T) {
	p := open(t, "en", draft("en", "Mail", ""))
	w := p.open(browser.Start(t), browser.Options{})
	w.body("p")
	w.paste("", "Hello,\n\n> It stays.\n> It does.\n>> Really?\n\n- one\n- two\n\nSee https://example.org/a.\n\nA line that a mail program has broken somewhere near its\nseventy-second character and that goes on here.")
	w.key(kb.ModifierCtrl, "s")
	p.saved("blocks", func(c news.Content) bool {
		if len(c.Body.Blocks) != 5 {
			return false
		}
		q, ok := c.Body.Blocks[1].(*document.Quote)
		l, ok2 := c.Body.Blocks[2].(*document.List)
		link, ok3 := c.Body.Blocks[3].(*document.Paragraph)
		last, ok4 := c.Body.Blocks[4].(*document.Paragraph)
		return ok && ok2 && ok3 && ok4 && len(q.Blocks) == 3 && q.Blocks[2].Kind() == "quote" && len(l.Items) == 2 && link.Text[1].Link.Href == "https://example.org/a" &&
			strings.HasSuffix(last.Text.String(), "somewhere near its seventy-second character and that goes on here.")
	})
}

func TestACopyInTheTextGetsNewIdsAndTheFirstKeepsIts(t *testing.T) {
	p := open(t, "en", draft("en", "Copy", "one", "two"))
	w := p.open(browser.Start(t), browser.Options{})
	w.body("p")
	w.run(`const b=document.getElementById("body");const s=getSelection();s.selectAllChildren(b)`)
	w.settle()
	w.run(`const d=new DataTransfer();const b=document.getElementById("body");b.dispatchEvent(new ClipboardEvent("copy",{clipboardData:d,bubbles:true,cancelable:true}));window.copied=d.getData("text/html")`)
	w.body("p")
	w.run(`const d=new DataTransfer();d.setData("text/html",window.copied);document.getElementById("body").dispatchEvent(new ClipboardEvent("paste",{clipboardData:d,bubbles:true,cancelable:true}))`)
	w.key(kb.ModifierCtrl, "s")
	p.saved("the copy", func(c news.Content) bool {
		ids := map[string]bool{}
		for _, b := range c.Body.Blocks {
			ids[document.BaseOf(b).ID] = true
		}
		return len(c.Body.Blocks) >= 3 && len(ids) == len(c.Body.Blocks) && ids["p1"] && ids["p2"]
	})
}

func TestADroppedPictureIsBroughtInAndAskedAbout(t *testing.T) {
	p := open(t, "en", draft("en", "Picture", "one"))
	w := p.open(browser.Start(t), browser.Options{})
	w.body("p")
	drop := `new Promise(done=>{const c=document.createElement("canvas");c.width=400;c.height=300;c.getContext("2d").fillRect(9,9,99,99);c.toBlob(blob=>{const d=new DataTransfer();d.items.add(new File([blob],"bus.png",{type:"image/png"}));const b=document.getElementById("body");const r=b.getBoundingClientRect();b.dispatchEvent(new DragEvent("drop",{dataTransfer:d,bubbles:true,cancelable:true,clientX:r.left+5,clientY:r.top+5}));done(true)})})`
	browser.Get(w.Tab, chromedp.Evaluate[bool](drop, chromedp.EvalAwaitPromise))
	w.wait("the questions", `document.querySelector("dialog[open] textarea[name=alt]")!==null`)
	w.Screenshot("editor-picture")
	for _, fault := range w.Axe() {
		t.Error(fault)
	}
	w.run(`document.querySelector(".focal").focus()`)
	w.key(0, kb.ArrowRight)
	if got := w.text("#live"); got != "53 % from the left, 50 % from the top" {
		t.Errorf("the focal point is said to be %q", got)
	}
	w.run(`document.querySelector("dialog [name=alt]").value="A lit bus";document.querySelector("dialog [name=credit]").value="Ines Hallow";document.querySelector("dialog form").requestSubmit()`)
	w.key(kb.ModifierCtrl, "s")
	p.saved("the picture", func(c news.Content) bool {
		for _, b := range c.Body.Blocks {
			if i, ok := b.(*document.Image); ok {
				return i.Media == "m1" && i.Alt == "A lit bus" && i.Credit == "Ines Hallow"
			}
		}
		return false
	})
	if got := w.text(".bx-lacks"); got != "" {
		t.Errorf("still says %q", got)
	}
}

func TestPersianRunsFromTheRight(t *testing.T) {
	p := open(t, "en", draft("fa", "فارسی", "سلام"))
	w := p.open(browser.Start(t), browser.Options{})
	if !w.js(`getComputedStyle(document.getElementById("body")).direction==="rtl"&&document.getElementById("body").lang==="fa"&&getComputedStyle(document.querySelector("textarea.t")).direction==="rtl"&&getComputedStyle(document.querySelector(".copy")).direction==="ltr"`) {
		t.Error("a Persian text in an English interface does not run from the right")
	}
	w.body("p")
	w.inserted(" می\u200cرود") // as an input method does: no key makes the joiner
	w.key(kb.ModifierCtrl, "s")
	p.saved("with its joiner", func(c news.Content) bool { return first(c) == "سلام می\u200cرود" })
}
