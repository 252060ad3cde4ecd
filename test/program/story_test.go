package program

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"masthead.dev/masthead/internal/testkit/browser"
)

// presses counts what a person does beyond typing and signing in: each press of
// a button or a link, and each file that is chosen.
type presses struct {
	t    *testing.T
	said []string
}

func (p *presses) press(tab *browser.Tab, what, selector string) {
	p.t.Helper()
	if _, err := chromedp.Call(tab.Ctx, cdppage.BringToFront, cdp.Empty{}); err != nil { // what stands behind is not drawn
		p.t.Fatal(err)
	}
	tab.Do(chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
	p.said = append(p.said, what)
}

// fills puts text into a field as keys do.
func fills(tab *browser.Tab, selector, text string) {
	tab.Do(chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.SendKeys(chromedp.CSS(selector), text))
}

// photograph is a picture to bring in.
func photograph(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 1600, 900))
	for y := range 900 {
		for x := range 1600 {
			img.SetRGBA(x, y, color.RGBA{uint8(x / 8), uint8(y / 5), uint8((x + y) / 12), 255})
		}
	}
	path := filepath.Join(t.TempDir(), "quay.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	return path
}

// enter presses Enter as a keyboard does: a page that acts on the key keeps the
// browser from acting too.
func enter(t *testing.T, tab *browser.Tab) {
	t.Helper()
	down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r"}
	up := down
	up.Type, up.Text = input.DispatchKeyEventTypeKeyUp, ""
	for _, p := range []input.DispatchKeyEventParams{down, up} {
		if _, err := chromedp.Call(tab.Ctx, input.DispatchKeyEvent, p); err != nil {
			t.Fatal(err)
		}
	}
}

// chooses gives the next file chooser of the tab a file.
func (p *presses) chooses(tab *browser.Tab, file string, open func()) {
	p.t.Helper()
	if _, err := chromedp.Call(tab.Ctx, cdppage.SetInterceptFileChooserDialog, cdppage.SetInterceptFileChooserDialogParams{Enabled: true}); err != nil {
		p.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(tab.Ctx, patience)
	defer cancel()
	asked := make(chan *cdppage.EventFileChooserOpened, 1)
	if err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*cdppage.EventFileChooserOpened); ok {
			asked <- e
		}
	}); err != nil {
		p.t.Fatal(err)
	}
	open()
	select {
	case e := <-asked:
		if _, err := chromedp.Call(tab.Ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{file}, BackendNodeID: e.BackendNodeID}); err != nil {
			p.t.Fatal(err)
		}
	case <-ctx.Done():
		p.t.Fatal("no file was asked for")
	}
	p.said = append(p.said, "choose the file")
}

// enters takes a passkey by a link for one that was added to the newsroom.
func (s *server) enters(t *testing.T, b *browser.Browser, link string) *browser.Tab {
	t.Helper()
	tab := b.Tab(t, browser.Options{})
	phone(t, tab)
	silent(t, tab)
	tab.Go(link)
	keys(t, tab, "#passkey button", kb.Enter)
	arrives(t, tab, strings.TrimPrefix(link, s.Base)+"/passkey")
	keys(t, tab, "main .btn", kb.Enter)
	arrives(t, tab, "/desk")
	return tab
}

// silent keeps a device in software from taking an offer in the address field up
// by itself.
func silent(t *testing.T, tab *browser.Tab) {
	t.Helper()
	_, err := chromedp.Call(tab.Ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{
		Source: "if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false"})
	if err != nil {
		t.Fatal(err)
	}
}

// owned sets the newsroom up in a browser, with a passkey.
func (s *server) owned(t *testing.T, b *browser.Browser) *browser.Tab {
	t.Helper()
	tab := b.Tab(t, browser.Options{})
	phone(t, tab)
	silent(t, tab)
	tab.Go(s.Desk)
	for selector, value := range map[string]string{"#setup-name": "The Lantern", "#setup-person": "Dora Winslade", "#setup-email": "dora@lantern.example"} {
		fills(tab, selector, value)
	}
	keys(t, tab, "#setup button", kb.Enter)
	arrives(t, tab, "/desk/account/passkeys/new")
	keys(t, tab, "#passkey button", kb.Enter)
	arrives(t, tab, "/desk/account/passkeys")
	return tab
}

// TestFromTheFirstLinkToReadersInEightPressesOfTwoPeople is the way of a story in
// a newsroom that did not exist a minute ago.
func TestFromTheFirstLinkToReadersInEightPressesOfTwoPeople(t *testing.T) {
	s := start(t, "serve")
	b := browser.Start(t)
	dora := s.owned(t, b)
	ansel := s.enters(t, b, strings.TrimSpace(s.linkOf(t, "user", "add", "ansel@lantern.example", "--name", "Ansel Quay", "--role", "reporter", "--url", s.Base)))

	p := &presses{t: t}
	p.press(ansel, "new story", `main a[href="/desk/stories/new"]`)
	fills(ansel, "#new-headline", "Eight boats on the quay")
	sees(t, ansel, "story-new")
	p.press(ansel, "begin to write", "#new button")
	ansel.Do(chromedp.WaitVisible(chromedp.CSS("#editor[data-ready=true] #body")))
	fills(ansel, "#editor .dek", "The council wanted three")
	fills(ansel, "#body", "The council bought eight boats on Monday. They are dear, and nobody asked for them.")
	enter(t, ansel)
	fills(ansel, "#body", "> We had to act, and we did.")
	p.chooses(ansel, photograph(t), func() { p.press(ansel, "add a picture", ".lead-acts button") })
	fills(ansel, `dialog [name=alt], dialog textarea`, "Eight boats in a row at the quay")
	fills(ansel, `dialog [name=credit], dialog input[type=text]`, "Ansel Quay")
	sees(t, ansel, "story-picture")
	p.press(ansel, "use the picture", "dialog .acts .btn:not(.alt)")
	sees(t, ansel, "story-editor")
	p.press(ansel, "send to review", "#next")
	ansel.Do(chromedp.WaitVisible(chromedp.CSS("h1")))
	within(t, patience, func() error { return stands(ansel, "done=step_submit") })
	sees(t, ansel, "story-sent")

	dora.Go(s.Base + "/desk")
	sees(t, dora, "story-home")
	p.press(dora, "open the story", `main table a[href^="/desk/stories/"]`)
	dora.Do(chromedp.WaitVisible(chromedp.CSS(`form[action$="/step/approve"]:has([name=then]) button`)))
	sees(t, dora, "story-review")
	p.press(dora, "approve and publish", `form[action$="/step/approve"]:has([name=then]) button`)
	within(t, patience, func() error { return stands(dora, "done=step_publish") })
	sees(t, dora, "story-published")

	if len(p.said) > 8 {
		t.Errorf("%d presses: %s", len(p.said), strings.Join(p.said, ", "))
	}
	reader := b.Tab(t, browser.Options{Width: 390})
	reader.Go(s.Base + "/")
	tapped := browser.Get(reader, chromedp.Evaluate[string](`document.querySelector(".lead h2 a").href`))
	within(t, patience, func() error { // until the sizes of the picture are made
		reader.Go(tapped)
		if quote := browser.Get(reader, chromedp.Evaluate[string](`document.querySelector("main blockquote")?.innerText || ""`)); !strings.Contains(quote, "We had to act") {
			return fmt.Errorf("the quotation is %q", quote)
		}
		return shows(reader, "Eight boats on the quay", "The council wanted three", "We had to act, and we did.", "Eight boats in a row at the quay", "Ansel Quay")
	})
	sees(t, reader, "story-read")
}

func (s *server) linkOf(t *testing.T, args ...string) string {
	t.Helper()
	out := s.on(t, args...)
	i := strings.Index(out, s.Base)
	if i < 0 {
		t.Fatalf("no link in %q", out)
	}
	link, _, _ := strings.Cut(out[i:], "\n")
	return link
}

// stands tells whether the tab stands at an address that holds some text.
func stands(tab *browser.Tab, part string) error {
	if where := browser.Get(tab, chromedp.Location()); !strings.Contains(where, part) {
		return fmt.Errorf("the tab stands at %s: %.600s", where, browser.Get(tab, chromedp.Evaluate[string](`document.body ? document.body.innerText : ""`)))
	}
	return nil
}

// shows tells whether the page holds all texts, as words or as descriptions of
// pictures.
func shows(tab *browser.Tab, texts ...string) error {
	page := browser.Get(tab, chromedp.Evaluate[string](`document.querySelector("main").innerText + " " + [...document.querySelectorAll("main img")].filter(i => i.complete && i.naturalWidth).map(i => i.alt).join(" ")`))
	for _, text := range texts {
		if !strings.Contains(page, text) {
			return fmt.Errorf("the page does not hold %q: %.900s", text, page)
		}
	}
	return nil
}
