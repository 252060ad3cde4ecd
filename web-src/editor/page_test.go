package editor

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/testkit/browser"
	"masthead.dev/masthead/internal/web"
)

// paper is a server that answers the editor's protocol: it keeps one story, and
// does on a save what a test tells it to.
type paper struct {
	*httptest.Server
	t         testing.TB
	templates *web.Templates
	lang      string // of the interface

	mu      sync.Mutex
	content news.Content
	number  int
	saves   []save
	answer  func(s save) (int, any) // nil: save it
	lock    map[string]any
	locks   []string // what was asked of the lock
	down    bool
	client  string // whose save was the last
}

// save is what the browser sends.
type save struct {
	Nonce, Client, Base string
	Seq                 int
	Content             json.RawMessage
	Cut                 bool
}

func open(t testing.TB, lang string, content news.Content) *paper {
	t.Helper()
	all, err := web.NewTemplates()
	if err != nil {
		t.Fatal(err)
	}
	p := &paper{t: t, templates: all, lang: lang, content: content, number: 1, lock: map[string]any{"holder": "", "mine": true}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /desk/stories/1/edit", p.page)
	mux.HandleFunc("POST /desk/stories/1/save", p.save)
	mux.HandleFunc("POST /desk/stories/1/lock", p.doLock)
	mux.HandleFunc("POST /desk/stories/paste", p.paste)
	mux.HandleFunc("POST /desk/stories/pictures", p.picture)
	mux.HandleFunc("POST /desk/pictures/m1", func(w http.ResponseWriter, r *http.Request) { reply(w, 200, map[string]any{}) })
	mux.HandleFunc("GET /assets/{name}", func(w http.ResponseWriter, r *http.Request) {
		body, kind, ok := web.Asset(r.PathValue("name"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		w.Write(body)
	})
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		down := p.down
		p.mu.Unlock()
		if down {
			panic(http.ErrAbortHandler)
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (p *paper) revision() string { return fmt.Sprintf("r%d", p.number) }

func (p *paper) page(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := locale.For(p.lang)
	text, err := json.Marshal(p.content)
	if err != nil {
		p.t.Error(err)
	}
	frame := web.DeskFrame{Locale: l, Outlet: "The Alderwick Lantern", Title: l.T("editor.page"), Home: "/desk", Nav: []web.DeskNav{{Text: l.T("nav.stories"), Href: "/desk/stories", Current: true}}}
	body, err := p.templates.Render("desk/edit", web.EditPage{DeskFrame: frame, Heading: l.T("editor.title", "headline", p.content.Headline),
		Plain: web.Link{Text: l.T("editor.plain"), Href: "/desk/stories/1/text"},
		Story: web.EditStory{ID: "1", Nonce: "n", Base: p.revision(), Number: p.number, Content: text, Lang: l.Lang(), Dir: l.Dir(), Words: web.EditWords(l),
			URLs:  web.EditURLs{Save: "/desk/stories/1/save", Lock: "/desk/stories/1/lock", Pictures: "/desk/stories/pictures", Picture: "/desk/pictures/", Paste: "/desk/stories/paste", Text: "/desk/stories/1/text", SignIn: "/desk/sign-in"},
			Media: map[string]web.EditMedium{}, Sections: []web.EditChoice{{ID: "s1", Name: "Town"}, {ID: "s2", Name: "Culture"}}, Topics: []web.EditChoice{{ID: "t1", Name: "Buses"}},
			People: []web.EditChoice{{ID: "p1", Name: "Ansel Quay"}}, Campaigns: []web.EditChoice{{ID: "c1", Name: "Night desk"}}}})
	if err != nil {
		p.t.Error(err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", web.CSP("desk/edit", p.lang))
	w.Write(body)
}

func (p *paper) save(w http.ResponseWriter, r *http.Request) {
	var s save
	b, _ := io.ReadAll(r.Body)
	if err := json.Unmarshal(b, &s); err != nil {
		p.t.Errorf("the browser sent %.200s: %v", b, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.saves = append(p.saves, s)
	if p.answer != nil {
		status, v := p.answer(s)
		if status != 0 {
			reply(w, status, v)
			return
		}
	}
	var c news.Content
	if err := json.Unmarshal(s.Content, &c); err != nil {
		p.t.Errorf("the browser sent a text that is refused: %v\n%s", err, s.Content)
		reply(w, 422, map[string]any{"state": "invalid", "say": err.Error()})
		return
	}
	// a tab that did not hear the answer to its last save goes on from its old base
	last := p.client
	p.client = s.Client
	if s.Base != p.revision() && s.Client != last {
		p.t.Errorf("saved on base %s, the newest is %s", s.Base, p.revision())
	}
	p.content = c
	p.number++
	reply(w, 200, map[string]any{"state": "saved", "revision": p.revision(), "number": p.number, "seq": s.Seq, "at": time.Now().UTC()})
}

func (p *paper) doLock(w http.ResponseWriter, r *http.Request) {
	var in struct{ Do, Client, Nonce string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.locks = append(p.locks, in.Do)
	if in.Do == "take" {
		p.lock = map[string]any{"holder": "Me", "mine": true}
	}
	if in.Do == "ask" {
		p.lock["asked"] = "Me"
	}
	reply(w, 200, p.lock)
}

func (p *paper) paste(w http.ResponseWriter, r *http.Request) {
	var in struct{ HTML, Nonce string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		p.t.Error(err)
	}
	out, err := document.Paste(in.HTML, "en").JSON()
	if err != nil {
		p.t.Error(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(out)
}

func (p *paper) picture(w http.ResponseWriter, r *http.Request) {
	f, head, err := r.FormFile("file")
	if err != nil || r.FormValue("nonce") == "" {
		reply(w, 422, map[string]any{"say": "There is no file."})
		return
	}
	defer f.Close()
	reply(w, 200, map[string]any{"id": "m1", "src": "", "width": 4, "height": 3, "name": head.Filename, "focal": []int{5000, 5000}, "mine": true})
}

// saved waits until the server has a text that fits.
func (p *paper) saved(what string, fits func(c news.Content) bool) {
	p.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		p.mu.Lock()
		ok := fits(p.content)
		p.mu.Unlock()
		if ok {
			return
		}
	}
	b, _ := json.Marshal(p.content)
	p.t.Fatalf("%s: the server never got that; it has %s", what, b)
}

func (p *paper) with(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

// writer is a browser tab with the editor open.
type writer struct {
	*browser.Tab
	t testing.TB
}

func (p *paper) open(b *browser.Browser, o browser.Options) writer {
	p.t.Helper()
	w := writer{b.Tab(p.t, o), p.t}
	w.Go(p.URL + "/desk/stories/1/edit")
	w.wait("the editor is there", `document.querySelector("#editor[data-ready]") !== null`)
	return w
}

// wait waits until a script's expression is true.
func (w writer) wait(what, expression string) {
	w.t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(25 * time.Millisecond) {
		if w.js(expression) {
			return
		}
	}
	w.t.Fatalf("%s: not within 10 s: %s\n%s", what, expression, browser.Get(w.Tab, chromedp.Evaluate[string](`document.querySelector("#editor").innerText.slice(0, 3000)`)))
}

func (w writer) js(expression string) bool {
	w.t.Helper()
	return browser.Get(w.Tab, chromedp.Evaluate[bool](expression))
}

func (w writer) run(script string) {
	w.t.Helper()
	browser.Get(w.Tab, chromedp.Evaluate[bool]("(()=>{"+script+";return true})()"))
}

func (w writer) text(selector string) string {
	w.t.Helper()
	return browser.Get(w.Tab, chromedp.Evaluate[string](fmt.Sprintf("[...document.querySelectorAll(%q)].map(e=>e.innerText).join('|')", selector)))
}

// body puts the cursor at the end of the text's first block that fits.
func (w writer) body(selector string) {
	w.t.Helper()
	w.run(fmt.Sprintf(`const b=document.getElementById("body");b.focus();const e=b.querySelector(%q)||b;const r=document.createRange();r.selectNodeContents(e);r.collapse(false);const s=getSelection();s.removeAllRanges();s.addRange(r)`, selector))
	w.settle()
}

// settle waits until the browser has drawn and told the editor of its selection.
func (w writer) settle() {
	w.t.Helper()
	browser.Get(w.Tab, chromedp.Evaluate[bool](`new Promise(r=>requestAnimationFrame(()=>requestAnimationFrame(()=>setTimeout(()=>r(true),60))))`, chromedp.EvalAwaitPromise))
}

// enter presses Enter as a keyboard does: a page that acts on the key keeps the
// browser from acting too.
func (w writer) enter() {
	w.t.Helper()
	down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r"}
	up := down
	up.Type, up.Text = input.DispatchKeyEventTypeKeyUp, ""
	for _, p := range []input.DispatchKeyEventParams{down, up} {
		if _, err := chromedp.Call(w.Ctx, input.DispatchKeyEvent, p); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w writer) typed(text string) {
	w.t.Helper()
	for _, r := range text {
		w.Do(chromedp.KeyEvent(string(r)))
	}
}

// inserted puts text in as an input method does.
func (w writer) inserted(text string) {
	w.t.Helper()
	if _, err := chromedp.Call(w.Ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		w.t.Fatal(err)
	}
}

// key presses a key with modifiers: "Alt+ArrowUp".
func (w writer) key(mod kb.Modifier, key string) {
	w.t.Helper()
	w.Do(chromedp.KeyEvent(key, chromedp.KeyModifiers(mod)))
}

// press clicks the button with a text.
func (w writer) press(text string) {
	w.t.Helper()
	w.wait("the button "+text, fmt.Sprintf(`[...document.querySelectorAll("#editor button")].some(b=>b.textContent.trim()===%q&&b.offsetParent!==null)`, text))
	w.run(fmt.Sprintf(`[...document.querySelectorAll("#editor button")].filter(b=>b.textContent.trim()===%q&&b.offsetParent!==null).at(-1).click()`, text))
}

// draft is a story in a language with paragraphs.
func draft(lang, headline string, paragraphs ...string) news.Content {
	d := document.New(lang)
	for i, text := range paragraphs {
		b := document.P(text)
		b.ID = fmt.Sprintf("p%d", i+1)
		d.Blocks = append(d.Blocks, b)
	}
	return news.Content{Schema: 1, Lang: lang, Kind: news.Report, Headline: headline, Body: d}
}
