package story_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/merge"
	"masthead.dev/masthead/internal/news"
)

// editor is a model of the editor in a browser's tab: a text in memory, and what
// the browser's storage keeps over a crash.
type editor struct {
	*desktest.Browser
	r     *rand.Rand
	name  string
	story string // its path
	nonce string

	mem   *page // nil: crashed, or not open
	store *page // what storage has: unsaved work; nil is none
	typed *[]string
	lost  int // how many of the next requests fail
}

// page is a text and how far the server knows it.
type page struct {
	client  string
	seq     int64
	base    string
	text    news.Content
	unsaved bool
}

func (p *page) copy() *page { c := *p; return &c } // texts are never changed in place

// load opens the story: the newest text, or unsaved work that storage kept.
func (e *editor) load() {
	a := e.Get(e.story + "/text") // hands out what …/edit does, and is drawn without script
	if a.Status != http.StatusOK {
		e.T.Fatalf("%s: %d\n%s", e.story, a.Status, a.Body)
	}
	e.nonce = a.Find("#text input[name=nonce]").AttrOr("value", "")
	base := a.Find("input[name=base]").AttrOr("value", "")
	r, err := e.Store.Revision(e.T.Context(), base)
	if err != nil {
		e.T.Fatal(err) // what is handed out is a revision
	}
	e.mem = &page{client: id.New(), base: base, text: r.Content}
	if e.store != nil {
		e.mem = e.store.copy()
	}
}

// types puts a new word somewhere: storage has it at once.
func (e *editor) types() {
	word := fmt.Sprintf("%s%dx", e.name, len(*e.typed))
	*e.typed = append(*e.typed, word)
	c := copyOf(e.T.Fatalf, e.mem.text)
	switch n := len(c.Body.Blocks); {
	case e.r.IntN(8) == 0:
		c.Headline = strings.TrimSpace(c.Headline + " " + word)
	case n == 0 || e.r.IntN(5) == 0:
		p := document.P(word)
		p.ID = document.NewID()
		at := e.r.IntN(n + 1)
		c.Body.Blocks = append(c.Body.Blocks[:at:at], append([]document.Block{p}, c.Body.Blocks[at:]...)...)
	case n > 1 && e.r.IntN(8) == 0: // and something is moved
		i, j := e.r.IntN(n), e.r.IntN(n)
		c.Body.Blocks[i], c.Body.Blocks[j] = c.Body.Blocks[j], c.Body.Blocks[i]
		c.Dek = strings.TrimSpace(c.Dek + " " + word)
	default:
		if p, ok := c.Body.Blocks[e.r.IntN(n)].(*document.Paragraph); ok {
			words := strings.Fields(p.Text.String())
			at := e.r.IntN(len(words) + 1)
			words = append(words[:at:at], append([]string{word}, words[at:]...)...)
			p.Text = document.Plain(strings.Join(words, " "))
		} else {
			c.Dek = strings.TrimSpace(c.Dek + " " + word)
		}
	}
	e.mem.text, e.mem.unsaved = c, true
	e.store = e.mem.copy()
}

func copyOf(fatal func(string, ...any), c news.Content) news.Content {
	var out news.Content
	b, err := json.Marshal(c)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		fatal("%v", err)
	}
	return out
}

// send posts a message as JSON. ok is false where the answer never came.
func (e *editor) send(path string, in map[string]any) (status int, body []byte, ok bool) {
	if e.lost > 0 {
		e.lost--
		if e.r.IntN(2) == 0 {
			return 0, nil, false // it does not even arrive
		}
		e.post(path, in)
		return 0, nil, false
	}
	status, body = e.post(path, in)
	return status, body, true
}

func (e *editor) post(path string, in map[string]any) (int, []byte) {
	in["nonce"] = e.nonce
	b, err := json.Marshal(in)
	if err != nil {
		e.T.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, e.Server.URL+path, bytes.NewReader(b))
	if err != nil {
		e.T.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	a := e.Do(req)
	if a.Status == http.StatusForbidden && strings.Contains(a.Body, `"stale"`) { // hours have gone by
		var fresh struct{ Nonce string }
		if err := json.Unmarshal([]byte(a.Body), &fresh); err != nil {
			e.T.Fatal(err)
		}
		e.nonce = fresh.Nonce
		return e.post(path, in)
	}
	return a.Status, []byte(a.Body)
}

// save sends the text. Now and then the person types on before the answer comes,
// and now and then a save whose answer was lost is sent again as it was.
func (e *editor) save(cut bool) {
	m := e.mem
	if !m.unsaved {
		return
	}
	m.seq++
	e.store = m.copy()
	sent := m.text
	in := map[string]any{"client": m.client, "seq": m.seq, "base": m.base, "content": sent, "cut": cut}
	status, body, ok := e.send(e.story+"/save", in)
	if !ok && e.r.IntN(2) == 0 {
		status, body, ok = e.send(e.story+"/save", in)
	}
	if !ok {
		return
	}
	if e.r.IntN(6) == 0 {
		e.types()
	}
	e.heard(status, body, sent)
}

// heard takes an answer over. What was typed since stays as it was typed.
func (e *editor) heard(status int, body []byte, sent news.Content) {
	var out draft.Answer
	if err := json.Unmarshal(body, &out); err != nil || status != http.StatusOK && status != http.StatusConflict {
		e.T.Fatalf("a save was answered with %d\n%s", status, body)
	}
	m := e.mem
	m.base = out.Revision
	local := m.text
	m.unsaved = !sameText(local, sent)
	if out.Content != nil {
		r, err := merge.Merge(sent, *out.Content, local)
		if err != nil {
			e.T.Fatal(err)
		}
		m.text = r.Content
	}
	e.store = nil
	if m.unsaved {
		e.store = m.copy()
	}
}

func sameText(a, b news.Content) bool {
	x, err := json.Marshal(a)
	if err != nil {
		return false
	}
	y, err := json.Marshal(b)
	return err == nil && bytes.Equal(x, y)
}

func (e *editor) lock(do string) {
	e.send(e.story+"/lock", map[string]any{"client": e.mem.client, "do": do})
}

// plain writes a word in the plain way, with the form as it was loaded or as
// somebody had left it open for a while.
func (e *editor) plain(meanwhile func()) {
	a := e.Get(e.story + "/text")
	form := url.Values{}
	for _, name := range []string{"nonce", "base", "client", "lang", "headline", "dek"} {
		form.Set(name, a.Find("#text [name="+name+"]").AttrOr("value", ""))
	}
	word := fmt.Sprintf("%s%dx", e.name, len(*e.typed))
	*e.typed = append(*e.typed, word)
	paragraphs := strings.Split(strings.TrimSpace(a.Find("#text textarea[name=body]").Text()), "\n\n")
	paragraphs[e.r.IntN(len(paragraphs))] += " " + word
	form.Set("body", strings.Join(paragraphs, "\n\n"))
	meanwhile()
	for a = e.Post(e.story+"/text", form); a.Status == http.StatusForbidden; a = e.Post(e.story+"/text", form) { // too old: it comes back with all that was typed
		if got := strings.TrimSpace(a.Find("#text textarea[name=body]").Text()); got != form.Get("body") {
			e.T.Fatalf("the form came back with %q", got)
		}
		form.Set("nonce", a.Find("#text input[name=nonce]").AttrOr("value", ""))
	}
	if a.Status != http.StatusSeeOther {
		e.T.Fatalf("the plain way: %d\n%s", a.Status, a.Body)
	}
}
