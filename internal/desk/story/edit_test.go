package story_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/testkit/browser"
	"masthead.dev/masthead/internal/web"
)

// handed is what a page hands to the editor.
func handed(t *testing.T, a desktest.Answer) (out web.EditStory) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Find("script#story").Text()), &out); err != nil {
		t.Fatalf("%d: %v\n%s", a.Status, err, a.Body)
	}
	return out
}

func TestTheEditorsPageHandsOutTheNewestTextAndWhatCanBeChosen(t *testing.T) {
	r, nell, _, story := openDesk(t)
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.PutSection(ctx, news.Section{Slug: "town", Name: map[string]string{"en": "Town"}})
		return err
	})
	a := nell.Get(story + "/edit")
	s := handed(t, a)
	var c news.Content
	if err := json.Unmarshal(s.Content, &c); err != nil || c.Headline != newest(r, story).Headline || s.Base == "" || s.Number != 1 || len(s.Sections) != 1 || s.Words["save"] != "Save" {
		t.Errorf("handed out %+v, %v", s, err)
	}
	if csp := a.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self'; connect-src 'self'") || strings.Contains(csp, "unsafe") {
		t.Errorf("the policy is %s", csp)
	}
	if _, without, _ := strings.Cut(a.Body, "<noscript>"); !strings.Contains(without, `href="`+story+`/text"`) {
		t.Error("without script it does not lead to the plain form")
	}
}

// send sends JSON as the editor does.
func send(b *desktest.Browser, path string, in map[string]any) (int, map[string]any) {
	b.T.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		b.T.Fatal(err)
	}
	req, err := http.NewRequestWithContext(b.T.Context(), http.MethodPost, b.Server.URL+path, bytes.NewReader(body))
	if err != nil {
		b.T.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := b.HTTP.Do(req)
	if err != nil {
		b.T.Fatal(err)
	}
	defer res.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		b.T.Fatal(err)
	}
	return res.StatusCode, out
}

func TestPastedHTMLComesBackAsBlocksForWhoIsSignedIn(t *testing.T) {
	r, nell, _, story := openDesk(t)
	nonce := handed(t, nell.Get(story+"/edit")).Nonce
	in := map[string]any{"nonce": nonce, "html": `<blockquote><p>said</p></blockquote><p><a href="https://example.org/">x</a></p>`, "lang": "en"}
	status, out := send(nell, "/desk/stories/paste", in)
	if b, _ := json.Marshal(out); status != 200 || !strings.Contains(string(b), `"kind":"quote"`) || !strings.Contains(string(b), `"links"`) {
		t.Errorf("%d %s", status, b)
	}
	in["nonce"] = "old"
	if status, out := send(nell, "/desk/stories/paste", in); status != 403 || out["state"] != "stale" || out["nonce"] == "" {
		t.Errorf("with an old nonce: %d %v", status, out)
	}
	if status, out := send(r.Browser(), "/desk/stories/paste", in); status != 401 || out["state"] != "signed_out" {
		t.Errorf("signed out: %d %v", status, out)
	}
}

// bring uploads a file as the editor does.
func bring(b *desktest.Browser, nonce, name string, data []byte) (int, map[string]any) {
	b.T.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("nonce", nonce); err != nil {
		b.T.Fatal(err)
	}
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		b.T.Fatal(err)
	}
	if _, err := part.Write(data); err != nil {
		b.T.Fatal(err)
	}
	if err := form.Close(); err != nil {
		b.T.Fatal(err)
	}
	res, err := b.HTTP.Post(b.Server.URL+"/desk/stories/pictures", form.FormDataContentType(), &body)
	if err != nil {
		b.T.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.T.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		b.T.Fatalf("%d %s", res.StatusCode, text)
	}
	return res.StatusCode, out
}

func drawing(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	img.Set(3, 3, color.RGBA{200, 10, 10, 255})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAPictureIsBroughtInDescribedAndSeenByTheNewsroomOnly(t *testing.T) {
	r, nell, _, story := openDesk(t)
	nonce := handed(t, nell.Get(story+"/edit")).Nonce
	status, out := bring(nell, nonce, "bus.png", drawing(t))
	if status != 200 || out["width"] != 64.0 || out["height"] != 48.0 {
		t.Fatalf("%d %v", status, out)
	}
	id := out["id"].(string)
	path := "/desk/pictures/" + id
	if a := nell.Get(path); a.Status != 404 {
		t.Errorf("before its sizes are made: %d", a.Status)
	}
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		if err := r.Blobs.Put(ctx, "rendition/x/64.png", bytes.NewReader(drawing(t))); err != nil {
			return err
		}
		return tx.MediaRendered(ctx, id, "p", []media.Stored{{Size: media.Size{Width: 64, Height: 48}, Ext: "png", Bytes: 1, Key: "rendition/x/64.png"}})
	})
	if a := nell.Get(path); a.Status != 200 || a.Header.Get("Content-Type") != "image/png" {
		t.Errorf("afterwards: %d %s", a.Status, a.Header.Get("Content-Type"))
	}
	if a := r.Browser().Get(path); a.Status != http.StatusSeeOther {
		t.Errorf("for whom nobody knows: %d", a.Status)
	}
	if status, out := send(nell, path, map[string]any{"nonce": nonce, "credit": " Ines\nHallow ", "focal": []int{2500, 99999}}); status != 200 {
		t.Errorf("%d %v", status, out)
	}
	p, err := r.Store.Media(t.Context(), id)
	if err != nil || p.Credit != "Ines Hallow" || p.FocalX != 2500 || p.FocalY != 10000 {
		t.Errorf("kept %+v, %v", p, err)
	}
	if status, out := bring(nell, nonce, "not.png", []byte("no picture")); status != 422 || out["say"] == "" {
		t.Errorf("no picture: %d %v", status, out)
	}
	if status, _ := bring(r.Browser(), nonce, "bus.png", drawing(t)); status != 401 {
		t.Errorf("signed out: %d", status)
	}
}

// served is the desk with the files of its pages, as the program serves both.
func served(t *testing.T, r *desktest.Room) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/", r.Server.Config.Handler)
	mux.HandleFunc("GET /assets/{name}", func(w http.ResponseWriter, q *http.Request) {
		body, kind, ok := web.Asset(q.PathValue("name"))
		if !ok {
			http.NotFound(w, q)
			return
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(body)
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

// writing opens the editor in a browser for somebody who is signed in.
func writing(t *testing.T, b *browser.Browser, as *desktest.Browser, base, story string) *browser.Tab {
	t.Helper()
	tab := b.Tab(t, browser.Options{})
	from, err := url.Parse(as.Server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range as.HTTP.Jar.Cookies(from) {
		if _, err := chromedp.Call(tab.Ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: base}); err != nil {
			t.Fatal(err)
		}
	}
	tab.Go(base + story + "/edit")
	until(t, tab, `document.querySelector("#editor[data-ready]")!==null`)
	return tab
}

func until(t *testing.T, tab *browser.Tab, expression string) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		if browser.Get(tab, chromedp.Evaluate[bool](expression)) {
			return
		}
	}
	t.Fatalf("not within 15 s: %s\n%s", expression, browser.Get(tab, chromedp.Evaluate[string](`document.body.innerText.slice(0,2000)`)))
}

// at puts the cursor at the end of a paragraph and types.
func at(tab *browser.Tab, n int, text string) {
	browser.Get(tab, chromedp.Evaluate[bool](`new Promise(done=>{const b=document.getElementById("body");b.focus();const p=b.querySelectorAll("p")[`+string(rune('0'+n))+`];const r=document.createRange();r.selectNodeContents(p);r.collapse(false);const s=getSelection();s.removeAllRanges();s.addRange(r);setTimeout(()=>done(true),150)})`, chromedp.EvalAwaitPromise))
	for _, c := range text {
		tab.Do(chromedp.KeyEvent(string(c)))
	}
	tab.Do(chromedp.KeyEvent("s", chromedp.KeyModifiers(kb.ModifierCtrl)))
}

func TestTwoBrowsersWriteOneStoryAndLoseNothing(t *testing.T) {
	b := browser.Start(t)
	r, nell, omid, story := openDesk(t)
	base := served(t, r)
	first, second := writing(t, b, nell, base, story), writing(t, b, omid, base, story)
	until(t, second, `document.getElementById("lock").innerText.includes("nell")`)
	at(first, 0, " of nell")
	until(t, first, `document.getElementById("save-state").dataset.state==="saved"&&/\d:/.test(document.getElementById("save-state").innerText)`)
	at(second, 1, " of omid")
	until(t, second, `document.getElementById("body").innerText.includes("of nell")`)
	paragraph := func(n int) string { return newest(r, story).Body.Blocks[n].(*document.Paragraph).Text.String() }
	if a, o := paragraph(0), paragraph(1); !strings.HasSuffix(a, " of nell") || !strings.HasSuffix(o, " of omid") {
		t.Errorf("the story is %q, %q", a, o)
	}
	at(first, 0, " once more")
	until(t, first, `document.getElementById("body").innerText.includes("of omid")`)
	at(second, 0, " and mine")
	until(t, second, `document.querySelectorAll(".clash article").length===1`)
	browser.Get(second, chromedp.Evaluate[bool](`[...document.querySelectorAll(".clash button")].find(b=>b.textContent==="Take both, to edit").click()||true`))
	second.Do(chromedp.KeyEvent("s", chromedp.KeyModifiers(kb.ModifierCtrl)))
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end) && !strings.HasSuffix(paragraph(1), " and mine"); time.Sleep(50 * time.Millisecond) {
	}
	if a, o := paragraph(0), paragraph(1); !strings.HasSuffix(a, " once more") || !strings.HasSuffix(o, " of nell and mine") {
		t.Errorf("after the choice the story is %q, %q", a, o)
	}
}
