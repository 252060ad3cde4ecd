package editor

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/testkit/browser"
)

// change alters the server's text as a colleague would.
func (p *paper) change(alter func(c *news.Content)) {
	p.with(func() {
		b, _ := json.Marshal(p.content)
		var c news.Content
		if err := json.Unmarshal(b, &c); err != nil {
			p.t.Fatal(err)
		}
		alter(&c)
		p.content = c
		p.number++
	})
}

func set(c *news.Content, block int, text string) {
	c.Body.Blocks[block].(*document.Paragraph).Text = document.Plain(text)
}

func TestOfflineTypingIsKeptAndSavedWhenTheServerIsBack(t *testing.T) {
	p := open(t, "en", draft("en", "Offline", "one"))
	w := p.open(browser.Start(t), browser.Options{})
	p.with(func() { p.down = true })
	w.body("p")
	w.typed(" typed without a server")
	w.key(kb.ModifierCtrl, "s")
	w.wait("it is said", `document.getElementById("save-state").dataset.state==="offline"`)
	w.Screenshot("editor-offline")
	w.typed(" and more")
	if got := w.text("#body p"); got != "one typed without a server and more" {
		t.Errorf("the text is %q", got)
	}
	p.with(func() { p.down = false })
	w.run(`dispatchEvent(new Event("online"))`)
	p.saved("all of it", func(c news.Content) bool { return first(c) == "one typed without a server and more" })
	w.wait("it is said", `document.getElementById("save-state").dataset.state==="saved"`)
}

func TestAServerThatComesBackByItselfGetsTheText(t *testing.T) {
	p := open(t, "en", draft("en", "Back", "one"))
	w := p.open(browser.Start(t), browser.Options{})
	failing := 2
	p.with(func() {
		p.answer = func(save) (int, any) {
			if failing--; failing >= 0 {
				return 503, map[string]any{"state": "unavailable", "say": "wait"}
			}
			return 0, nil
		}
	})
	w.body("p")
	w.typed("!")
	w.key(kb.ModifierCtrl, "s")
	p.saved("after two refusals", func(c news.Content) bool { return first(c) == "one!" })
}

func TestATabThatWasKilledGivesItsTextToTheNext(t *testing.T) {
	p := open(t, "en", draft("en", "Crash", "one"))
	b := browser.Start(t)
	w := p.open(b, browser.Options{})
	p.with(func() { p.down = true })
	w.body("p")
	w.typed(" before the crash")
	time.Sleep(350 * time.Millisecond)         // what was typed is kept within 300 ms
	next, cancel := chromedp.NewContext(w.Ctx) // of the same profile
	t.Cleanup(cancel)
	if err := chromedp.Do(next); err != nil {
		t.Fatal(err)
	}
	dying, stop := context.WithTimeout(w.Ctx, 2*time.Second)
	_, _ = chromedp.Call(dying, page.Crash, cdp.Empty{}) // it can't answer any more
	stop()
	p.with(func() { p.down = false })
	again := writer{w.Beside(next), t}
	again.Go(p.URL + "/desk/stories/1/edit")
	again.wait("the text is there", `document.querySelector("#body p")?.innerText==="one before the crash"`)
	again.wait("it is said", `document.getElementById("notices").innerText.includes("put back")`)
	p.saved("and on the server", func(c news.Content) bool { return first(c) == "one before the crash" })
	again.press("Take it out again")
	p.saved("or not", func(c news.Content) bool { return first(c) == "one" })
}

// What an earlier tab left is put in place of a text that the server does not
// have yet: both must be there afterwards.
func TestTakingAnotherTabsTextKeepsTheOneThatIsShown(t *testing.T) {
	p := open(t, "en", draft("en", "Two", "one"))
	w := p.open(browser.Start(t), browser.Options{})
	c, err := json.Marshal(p.content)
	if err != nil {
		t.Fatal(err)
	}
	kept := func(do string) string {
		return `const r=indexedDB.open("masthead-desk",1);r.onupgradeneeded=()=>r.result.createObjectStore("kept",{keyPath:"key"});r.onsuccess=()=>{const all=r.result.transaction("kept","readwrite").objectStore("kept");` + do + `}`
	}
	for i, text := range []string{"left long ago", "left lately"} {
		w.run(kept(fmt.Sprintf(`all.put({key:"1:old%d",article:"1",client:"old%d",base:"r1",number:1,seq:1,at:%d,conflicts:[],dirty:true,content:%s}).onsuccess=()=>{window.put=%d}`,
			i, i, i+1, strings.Replace(string(c), "one", text, 1), i+1)))
		w.wait("it is kept", fmt.Sprintf(`window.put===%d`, i+1))
	}
	w.Go(p.URL + "/desk/stories/1/edit")
	w.wait("the newest is put back", `document.querySelector("#body p")?.innerText==="left lately"`)
	p.saved("and saved", func(c news.Content) bool { return first(c) == "left lately" })
	p.with(func() { p.down = true })
	w.body("p")
	w.typed(", and mine")
	w.press("Put it into the text")
	w.wait("the older one is shown", `document.querySelector("#body p").innerText==="left long ago"`)
	w.wait("the text that was shown is kept", `(()=>{`+kept(`all.getAll().onsuccess=e=>{window.found=e.target.result.some(k=>JSON.stringify(k.content).includes("left lately, and mine"))}`)+`;return window.found===true})()`)
}

func TestTextWrittenOnAnOldBaseIsMergedWhenItIsReplayed(t *testing.T) {
	p := open(t, "en", draft("en", "Base", "one", "two"))
	b := browser.Start(t)
	w := p.open(b, browser.Options{})
	p.with(func() { p.down = true })
	w.body("p")
	w.typed(" mine")
	time.Sleep(350 * time.Millisecond)
	p.change(func(c *news.Content) { set(c, 1, "two theirs") })
	p.with(func() {
		p.down = false
		p.answer = func(s save) (int, any) {
			if s.Base != "r1" {
				return 0, nil
			}
			var mine news.Content
			if err := json.Unmarshal(s.Content, &mine); err != nil {
				t.Error(err)
			}
			set(&p.content, 0, first(mine))
			p.number++
			return 200, map[string]any{"state": "merged", "revision": p.revision(), "number": p.number, "seq": s.Seq, "content": p.content, "by": []string{"Ansel Quay"}}
		}
	})
	w.Go(p.URL + "/desk/stories/1/edit")
	w.wait("both changes", `[...document.querySelectorAll("#body > p")].map(p=>p.innerText).join("|")==="one mine|two theirs"`)
	w.wait("it is said", `document.getElementById("notices").innerText.includes("Ansel Quay saved too")`)
}

func TestAMergedTextIsTakenOverAndWhatIsTypedMeanwhileStays(t *testing.T) {
	p := open(t, "en", draft("en", "Merge", "one", "two", "three"))
	w := p.open(browser.Start(t), browser.Options{})
	answered := make(chan bool)
	p.with(func() {
		p.answer = func(s save) (int, any) {
			if s.Base != "r1" {
				return 0, nil
			}
			p.mu.Unlock()
			<-answered
			p.mu.Lock()
			c := draft("en", "Merge", "one!", "two of theirs", "three")
			c.Body.Blocks = append(c.Body.Blocks, &document.Paragraph{Base: document.Base{ID: "p9"}, Text: document.Plain("four of theirs")})
			c.Dek = "their dek"
			p.content, p.number = c, 2
			return 200, map[string]any{"state": "merged", "revision": "r2", "number": 2, "seq": s.Seq, "content": c, "by": []string{"Ansel Quay"}}
		}
	})
	w.body("p")
	w.typed("!")
	w.key(kb.ModifierCtrl, "s")
	w.wait("it is being saved", `document.getElementById("save-state").dataset.state==="saving"`)
	w.typed("?")
	close(answered)
	w.wait("both are there", `[...document.querySelectorAll("#body > p")].map(p=>p.innerText).join("|")==="one!?|two of theirs|three|four of theirs"`)
	w.typed("+")
	if got := w.text("#body > p:first-child"); got != "one!?+" {
		t.Errorf("the cursor moved: %q", got)
	}
	p.saved("the rest", func(c news.Content) bool {
		return first(c) == "one!?+" && c.Dek == "their dek" && len(c.Body.Blocks) == 4
	})
}

func TestAConflictShowsAllThreeVersionsAndNothingIsDropped(t *testing.T) {
	block := func(text string) any {
		return map[string]any{"kind": "paragraph", "id": "p1", "text": []any{map[string]any{"text": text}}}
	}
	for choice, want := range map[string][]string{"Use yours": {"one mine", "two"}, "Use the other": {"one theirs", "two"}, "Take both, to edit": {"one theirs", "one mine", "two"}} {
		t.Run(choice, func(t *testing.T) {
			p := open(t, "en", draft("en", "Clash", "one", "two"))
			w := p.open(browser.Start(t), browser.Options{})
			p.with(func() {
				p.answer = func(s save) (int, any) {
					if s.Base != "r1" {
						return 0, nil
					}
					c := draft("en", "Clash theirs", "one theirs", "two")
					p.content, p.number = c, 2
					return 409, map[string]any{"state": "conflict", "revision": "r2", "number": 2, "seq": s.Seq, "content": c, "kept": "k",
						"conflicts": []any{map[string]any{"part": "block:p1", "base": block("one"), "mine": block("one mine"), "theirs": block("one theirs")},
							map[string]any{"part": "field:headline", "base": "Clash", "mine": "Clash mine", "theirs": "Clash theirs"}}}
				}
			})
			w.body("p")
			w.typed(" mine")
			w.key(kb.ModifierCtrl, "s")
			w.wait("the three versions", `document.querySelectorAll(".clash article").length===2`)
			if got := w.text(".clash .prose"); got != "one|one mine|one theirs" {
				t.Errorf("shows %q", got)
			}
			for _, fault := range w.Axe() {
				t.Error(fault)
			}
			w.Screenshot("editor-conflict")
			// a reload in the middle loses no choice
			w.run(`[...document.querySelectorAll(".clash article")].find(a=>a.dataset.part==="field:headline").querySelectorAll("button")[0].click()`)
			time.Sleep(400 * time.Millisecond)
			w.Go(p.URL + "/desk/stories/1/edit")
			w.wait("the open conflict again", `document.querySelectorAll(".clash article").length===1`)
			w.press(choice)
			w.key(kb.ModifierCtrl, "s")
			p.saved("the choice", func(c news.Content) bool {
				if len(c.Body.Blocks) != len(want) || c.Headline != "Clash mine" {
					return false
				}
				for i, text := range want {
					if c.Body.Blocks[i].(*document.Paragraph).Text.String() != text {
						return false
					}
				}
				return true
			})
			if !w.js(`document.querySelector(".clash")===null`) {
				t.Error("the conflict is still shown")
			}
		})
	}
}

func TestWhatIsTypedWhileAConflictComesBackIsPartOfMine(t *testing.T) {
	block := func(text string) any {
		return map[string]any{"kind": "paragraph", "id": "p1", "text": []any{map[string]any{"text": text}}}
	}
	p := open(t, "en", draft("en", "Clash", "one", "two"))
	w := p.open(browser.Start(t), browser.Options{})
	answered := make(chan bool)
	p.with(func() {
		p.answer = func(s save) (int, any) {
			if s.Base != "r1" {
				return 0, nil
			}
			p.mu.Unlock()
			<-answered
			p.mu.Lock()
			p.content, p.number = draft("en", "Clash", "one theirs", "two"), 2
			return 409, map[string]any{"state": "conflict", "revision": "r2", "number": 2, "seq": s.Seq, "content": p.content, "kept": "k",
				"conflicts": []any{map[string]any{"part": "block:p1", "base": block("one"), "mine": block("one mine"), "theirs": block("one theirs")}}}
		}
	})
	w.body("p")
	w.typed(" mine")
	w.key(kb.ModifierCtrl, "s")
	w.wait("it is being saved", `document.getElementById("save-state").dataset.state==="saving"`)
	w.typed(" and more")
	close(answered)
	w.wait("the three versions", `document.querySelectorAll(".clash article").length===1`)
	if got := w.text(".clash .prose"); got != "one|one mine and more|one theirs" {
		t.Errorf("shows %q", got)
	}
	w.press("Use yours")
	w.key(kb.ModifierCtrl, "s")
	p.saved("all that was typed", func(c news.Content) bool { return first(c) == "one mine and more" })
}

func TestWhoIsSignedOutKeepsTheirTextAndGoesOnAfterSigningIn(t *testing.T) {
	p := open(t, "en", draft("en", "Out", "one"))
	w := p.open(browser.Start(t), browser.Options{})
	state := "out"
	p.with(func() {
		p.answer = func(s save) (int, any) {
			switch {
			case state == "out":
				return 401, map[string]any{"state": "signed_out"}
			case s.Nonce == "n":
				return 403, map[string]any{"state": "stale", "nonce": "fresh"}
			}
			return 0, nil
		}
	})
	w.body("p")
	w.typed(" kept")
	w.key(kb.ModifierCtrl, "s")
	w.wait("it is said, with a way in", `document.querySelector("#save-state a[href='/desk/sign-in'][target=_blank]")!==null`)
	p.with(func() { state = "in" })
	w.run(`dispatchEvent(new Event("focus"))`)
	p.saved("after signing in, with a fresh nonce", func(c news.Content) bool { return first(c) == "one kept" })
}

func TestWhatTheServerRefusesIsSaidBesideItsField(t *testing.T) {
	p := open(t, "en", draft("en", "Refused", "one"))
	w := p.open(browser.Start(t), browser.Options{})
	p.with(func() {
		p.answer = func(save) (int, any) {
			return 422, map[string]any{"state": "invalid", "say": "Look at the address.", "fields": map[string]string{"slug": "Write it in small letters."}}
		}
	})
	w.body("p")
	w.typed("!")
	w.key(kb.ModifierCtrl, "s")
	w.wait("the sentence", `document.querySelector('[data-field=slug] .err')?.textContent==="Write it in small letters." && document.querySelector('[data-field=slug]').closest("details").open`)
	if got := w.text("#save-state"); !strings.Contains(got, "Look at the address.") {
		t.Errorf("says %q", got)
	}
	p.with(func() { p.answer = nil })
	w.typed("?")
	p.saved("the next try", func(c news.Content) bool { return first(c) == "one!?" })
}

func TestTheLockTellsWhoWritesAndIsAskedForAndTakenOver(t *testing.T) {
	p := open(t, "en", draft("en", "Lock", "one"))
	p.lock = map[string]any{"holder": "Ansel Quay", "mine": false}
	w := p.open(browser.Start(t), browser.Options{})
	w.wait("the banner", `document.getElementById("lock").innerText.includes("Ansel Quay is writing here")`)
	w.Screenshot("editor-lock")
	w.press("Ask for it")
	w.wait("it was asked", `document.getElementById("lock").innerText.includes("You have asked")`)
	w.press("Take over")
	w.wait("no banner", `document.getElementById("lock").innerText===""`)
	p.with(func() {
		if got := strings.Join(p.locks, " "); !strings.HasPrefix(got, "hold ask take") {
			t.Errorf("asked for %s", got)
		}
	})
}

func TestFieldsBesideTheTextAreSavedWithIt(t *testing.T) {
	c := draft("en", "Fields", "one")
	c.Section, c.Topics = "gone", []string{"old"}
	p := open(t, "en", c)
	w := p.open(browser.Start(t), browser.Options{})
	w.run(`const f=(n,v)=>{const e=document.querySelector('[data-field="'+n+'"] .in');e.value=v;e.dispatchEvent(new Event("input"));e.dispatchEvent(new Event("change"))};
		f("headline","A new headline");f("dek","A dek");f("short_headline","Short");f("slug","late-bus");f("dateline.place","Alderwick");f("dateline.date","2026-11-05");f("kind","opinion");f("seo_title","For search")`)
	w.press("Add a byline")
	w.run(`const b=document.querySelector(".byline");b.querySelector("[name=person]").value="p1";b.querySelector("[name=person]").dispatchEvent(new Event("change"));b.querySelector("[name=role]").value="photos";
		const tick=document.querySelector('[data-field=topics] input[value=t1]');tick.checked=true;tick.dispatchEvent(new Event("change"))`)
	w.key(kb.ModifierCtrl, "s")
	p.saved("fields", func(c news.Content) bool {
		return c.Headline == "A new headline" && c.Dek == "A dek" && c.Short == "Short" && c.Slug == "late-bus" && c.Dateline == news.Dateline{Place: "Alderwick", Date: "2026-11-05"} &&
			c.Kind == news.Opinion && c.SEOTitle == "For search" && fmt.Sprint(c.Bylines) == "[{p1 Ansel Quay photos}]" && fmt.Sprint(c.Topics) == "[old t1]" && c.Section == "gone"
	})
	if got := w.text("#editor h1"); got != "Edit: A new headline" {
		t.Errorf("the page's heading is %q", got)
	}
}
