package editor

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/testkit/browser"
)

// shape writes lists and what is in them in one line.
func shape(blocks []document.Block) string {
	out := ""
	for _, b := range blocks {
		switch b := b.(type) {
		case *document.Paragraph:
			out += "p(" + b.Text.String() + ")"
		case *document.List:
			out += b.Style + "["
			for _, it := range b.Items {
				out += "(" + it.Text.String() + shape(it.Blocks) + ")"
			}
			out += "]"
		default:
			out += b.Kind()
		}
	}
	return out
}

func (p *paper) shaped(w writer, want string) {
	p.t.Helper()
	w.key(kb.ModifierCtrl, "s")
	p.saved(want, func(c news.Content) bool { return shape(c.Body.Blocks) == want })
}

func TestAListIsWrittenIndentedAndLeftByTheKeyboard(t *testing.T) {
	p := open(t, "en", draft("en", "List", ""))
	w := p.open(browser.Start(t), browser.Options{})
	w.body("p")
	w.typed("- one")
	w.enter()
	w.typed("two")
	w.key(0, kb.Tab)
	w.enter()
	w.typed("three")
	p.shaped(w, "bullets[(onebullets[(two)(three)])]")
	w.key(kb.ModifierShift, kb.Tab)
	w.typed("!")
	p.shaped(w, "bullets[(onebullets[(two)])(three!)]")
	w.enter()
	w.enter()
	w.typed("after")
	p.shaped(w, "bullets[(onebullets[(two)])(three!)]p(after)")
	w.key(kb.ModifierAlt, kb.ArrowUp)
	p.shaped(w, "p(after)bullets[(onebullets[(two)])(three!)]")
	w.body("li p")
	w.press("Numbers")
	p.shaped(w, "p(after)numbers[(onebullets[(two)])(three!)]")
	w.key(0, kb.Home)
	w.settle()
	w.key(0, kb.Backspace)
	p.shaped(w, "p(after)p(one)bullets[(two)]numbers[(three!)]")
}

func TestAFootnoteIsNumberedReferredToAndGoesWithItsReferences(t *testing.T) {
	p := open(t, "en", draft("en", "Notes", "one", "two"))
	w := p.open(browser.Start(t), browser.Options{})
	w.body("p:nth-of-type(2)")
	w.press("Footnote")
	w.typed("second source")
	w.enter() // back to the text
	w.typed("!")
	w.body("p")
	w.press("Footnote")
	w.typed("first source")
	if got := w.js(`[...document.querySelectorAll("#body sup")].map(s=>s.dataset.n).join()==="1,2"&&[...document.querySelectorAll(".fn")].map(s=>s.dataset.n).join()==="2,1"&&document.querySelector("#body sup").getAttribute("aria-label")==="Footnote 1"`); !got {
		t.Error("the footnotes are not numbered by their references")
	}
	w.key(kb.ModifierCtrl, "s")
	p.saved("two footnotes", func(c news.Content) bool {
		return len(c.Body.Footnotes) == 2 && c.Body.Footnotes[0].Text.String() == "second source" && c.Body.Blocks[1].(*document.Paragraph).Text.String() == "two!"
	})
	w.run(`document.querySelectorAll(".fn button")[1].click()`)
	w.key(kb.ModifierCtrl, "s")
	p.saved("one footnote", func(c news.Content) bool {
		return len(c.Body.Footnotes) == 1 && len(c.Body.Blocks[1].(*document.Paragraph).Text) == 1
	})
	w.press("Undo")
	w.key(kb.ModifierCtrl, "s")
	p.saved("both again", func(c news.Content) bool { return len(c.Body.Footnotes) == 2 })
}

func TestBoxesAreFilledAndLeftByTheKeyboard(t *testing.T) {
	c := draft("en", "Boxes", "one")
	c.Body.Blocks = append(c.Body.Blocks,
		&document.Image{Base: document.Base{ID: "i"}, Photo: document.Photo{Source: "https://img.example/a.jpg"}},
		&document.Factbox{Base: document.Base{ID: "f"}, Blocks: []document.Block{&document.Paragraph{Base: document.Base{ID: "fp"}, Text: document.Plain("inside")}}})
	p := open(t, "en", c)
	w := p.open(browser.Start(t), browser.Options{})
	w.body("[data-mh=image_caption]")
	w.typed("A caption")
	w.enter()
	w.typed("behind")
	w.body("[data-mh=factbox] p")
	w.enter()
	w.enter()
	w.typed("out")
	w.key(kb.ModifierCtrl, "s")
	p.saved("all of it", func(c news.Content) bool {
		return shape(c.Body.Blocks) == "p(one)imagep(behind)factboxp(out)" && c.Body.Blocks[1].(*document.Image).Caption.String() == "A caption" &&
			shape(c.Body.Blocks[3].(*document.Factbox).Blocks) == "p(inside)"
	})
	w.press("Remove block")
	w.key(kb.ModifierCtrl, "s")
	p.saved("one less", func(c news.Content) bool { return shape(c.Body.Blocks) == "p(one)imagep(behind)factbox" })
}

func TestATableIsWalkedThroughAndGrows(t *testing.T) {
	c := draft("en", "Table")
	cell := func(text string) document.Cell { return document.Cell{Text: document.Plain(text)} }
	c.Body.Blocks = append(c.Body.Blocks, &document.Table{Base: document.Base{ID: "t"}, HeaderRows: 2, Rows: [][]document.Cell{{cell("a"), cell("b")}, {cell("c"), cell("d")}}})
	p := open(t, "en", c)
	w := p.open(browser.Start(t), browser.Options{})
	w.body("td p")
	w.key(0, kb.Tab)
	w.typed("x")
	w.press("Add row")
	w.press("Add column")
	w.key(kb.ModifierCtrl, "s")
	table := func(c news.Content) *document.Table { return c.Body.Blocks[0].(*document.Table) }
	p.saved("a row and a column more", func(c news.Content) bool {
		t := table(c)
		return len(t.Rows) == 3 && len(t.Rows[0]) == 3 && t.HeaderRows == 2
	})
	w.press("Remove row")
	w.press("Remove row")
	w.key(kb.ModifierCtrl, "s")
	p.saved("a head that fits", func(c news.Content) bool { t := table(c); return len(t.Rows) == 1 && t.HeaderRows == 1 })
}

func TestABlockIsDraggedByItsHandle(t *testing.T) {
	p := open(t, "en", draft("en", "Drag", "one", "two", "three"))
	w := p.open(browser.Start(t), browser.Options{})
	w.run(`const ps=document.querySelectorAll("#body > p");const r=e=>e.getBoundingClientRect();const place=document.getElementById("body").parentElement;
		ps[0].dispatchEvent(new MouseEvent("mousemove",{bubbles:true,clientX:r(ps[0]).left+4,clientY:r(ps[0]).top+4}));
		const grip=document.querySelector(".grip");const d=new DataTransfer();
		grip.dispatchEvent(new DragEvent("dragstart",{bubbles:true,dataTransfer:d}));
		const to={bubbles:true,cancelable:true,dataTransfer:d,clientX:r(ps[2]).right-4,clientY:r(ps[2]).bottom-4};
		ps[2].dispatchEvent(new DragEvent("dragover",to));ps[2].dispatchEvent(new DragEvent("drop",to))`)
	w.key(kb.ModifierCtrl, "s")
	p.saved("the first is the last", func(c news.Content) bool {
		ids := ""
		for _, b := range c.Body.Blocks {
			ids += document.BaseOf(b).ID
		}
		return ids == "p2p3p1"
	})
}
