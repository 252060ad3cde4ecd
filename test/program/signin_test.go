package program

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"masthead.dev/masthead/internal/testkit/browser"
)

// phone puts a device with passkeys into a browser: one that has seen its owner.
func phone(t *testing.T, tab *browser.Tab) webauthn.AuthenticatorID {
	t.Helper()
	if _, err := chromedp.Call(tab.Ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	made, err := chromedp.Call(tab.Ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true,
		IsUserVerified: true, AutomaticPresenceSimulation: true}})
	if err != nil {
		t.Fatal(err)
	}
	return made.AuthenticatorID
}

// verifies tells whether the device confirms that it has verified its owner.
func verifies(t *testing.T, tab *browser.Tab, device webauthn.AuthenticatorID, yes bool) {
	t.Helper()
	if _, err := chromedp.Call(tab.Ctx, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: device, IsUserVerified: yes}); err != nil {
		t.Fatal(err)
	}
}

// arrives waits until the tab stands at a path.
func arrives(t *testing.T, tab *browser.Tab, path string) {
	t.Helper()
	within(t, patience, func() error {
		if at := browser.Get(tab, chromedp.Evaluate[string](`document.readyState === "complete" ? location.pathname : "loading " + location.pathname`)); at != path {
			return fmt.Errorf("the tab stands at %s, not at %s: %s", at, path, browser.Get(tab, chromedp.Evaluate[string](`document.body ? document.body.innerText.slice(0, 600) : ""`)))
		}
		return nil
	})
}

// keys types by keyboard alone: tabs to the element and sends the keys.
func keys(t *testing.T, tab *browser.Tab, selector string, text ...string) {
	t.Helper()
	within := fmt.Sprintf("document.activeElement === document.querySelector(%q)", selector)
	for range 60 {
		if browser.Get(tab, chromedp.Evaluate[bool](within)) {
			for _, k := range text {
				tab.Do(chromedp.KeyEvent(k))
			}
			return
		}
		tab.Do(chromedp.KeyEvent(kb.Tab))
	}
	t.Fatalf("the tabulator key does not reach %s at %s", selector, browser.Get(tab, chromedp.Location()))
}

// set fills a field of the page in.
func set(tab *browser.Tab, selector, value string) {
	tab.Do(chromedp.SetValue(chromedp.CSS(selector), value))
}

// TestFromTheFirstLinkToAPasskeyByKeyboardAlone is the way of a newsroom's first
// owner: set-up, passkey, recovery codes, signing out and in, a second device.
func TestFromTheFirstLinkToAPasskeyByKeyboardAlone(t *testing.T) {
	s := start(t, "serve")
	b := browser.Start(t)
	tab := b.Tab(t, browser.Options{})
	device := phone(t, tab)
	// The device in software would take an offer in the address field up by itself.
	_, err := chromedp.Call(tab.Ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{
		Source: "if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false"})
	if err != nil {
		t.Fatal(err)
	}
	tab.Go(s.Desk)
	sees(t, tab, "signin-setup")
	for selector, value := range map[string]string{"#setup-name": "The Lantern", "#setup-person": "Dora Winslade", "#setup-email": "dora@lantern.example"} {
		keys(t, tab, selector, strings.Split(value, "")...)
	}
	keys(t, tab, "#setup button", kb.Enter)
	arrives(t, tab, "/desk/account/passkeys/new")
	sees(t, tab, "signin-new")
	keys(t, tab, "#passkey button", kb.Enter)
	arrives(t, tab, "/desk/account/passkeys")
	if got := browser.Get(tab, chromedp.Evaluate[int64](`document.querySelectorAll(".codes li").length`)); got != 10 {
		t.Fatalf("%d recovery codes: %s", got, tab.Text("main"))
	}
	sees(t, tab, "signin-codes")
	keys(t, tab, "main .btn", kb.Enter)
	arrives(t, tab, "/desk/account")
	sees(t, tab, "signin-account")
	signOut(t, tab)
	sees(t, tab, "signin-gate")
	keys(t, tab, "#passkey button", kb.Enter)
	arrives(t, tab, "/desk")

	verifies(t, tab, device, false) // somebody else holds the phone
	signOut(t, tab)
	keys(t, tab, "#passkey button", kb.Enter)
	within(t, patience, func() error {
		if say := tab.Text("#passkey [role=alert]"); !strings.Contains(say, "other way") {
			return fmt.Errorf("the page says %q", say)
		}
		return nil
	})
	verifies(t, tab, device, true)
	keys(t, tab, "#passkey button", kb.Enter)
	arrives(t, tab, "/desk")
	tab.Go(s.Base + "/desk/prove?next=/desk/people/new")
	sees(t, tab, "signin-prove")
	keys(t, tab, "#passkey button", kb.Enter)
	arrives(t, tab, "/desk/people/new")
	tab.Go(s.Base + "/desk/account/sessions")
	sees(t, tab, "signin-sessions")
	s.secondDevice(t, b)
	if f := tab.Foreign(s.Base); len(f) > 0 {
		t.Errorf("requests that left the site: %q", f)
	}
}

func signOut(t *testing.T, tab *browser.Tab) {
	t.Helper()
	keys(t, tab, ".who button", kb.Enter)
	arrives(t, tab, "/desk/sign-in")
	within(t, patience, func() error {
		if hidden := browser.Get(tab, chromedp.Evaluate[bool](`document.querySelector("#passkey").hidden`)); hidden {
			return fmt.Errorf("no passkey is offered")
		}
		return nil
	})
}

// secondDevice resets the owner at the server and takes a passkey of another
// device by the printed link; afterwards it signs in and the first one is gone.
func (s *server) secondDevice(t *testing.T, b *browser.Browser) {
	t.Helper()
	out := s.on(t, "user", "reset", "dora@lantern.example", "--url", s.Base)
	link := out[strings.Index(out, s.Base):]
	tab := b.Tab(t, browser.Options{Width: 390, Height: 844, Dark: true})
	phone(t, tab)
	tab.Go(strings.TrimSpace(link))
	sees(t, tab, "signin-link")
	keys(t, tab, "#passkey button", kb.Enter)
	arrives(t, tab, strings.TrimPrefix(strings.TrimSpace(link), s.Base)+"/passkey")
	if got := browser.Get(tab, chromedp.Evaluate[int64](`document.querySelectorAll(".codes li").length`)); got != 10 {
		t.Fatalf("%d recovery codes: %s", got, tab.Text("main"))
	}
	keys(t, tab, "main .btn", kb.Enter)
	arrives(t, tab, "/desk")
	browser.Get(tab, chromedp.Evaluate[bool]("document.body.dataset.before = true"))
	keys(t, tab, ".who button", kb.Enter)
	within(t, patience, func() error { // by the offer in the address field, which this device takes up
		if !browser.Get(tab, chromedp.Evaluate[bool](`document.readyState === "complete" && location.pathname === "/desk" && !document.body.dataset.before`)) {
			return fmt.Errorf("the passkey was not taken up: %s", browser.Get(tab, chromedp.Location()))
		}
		return nil
	})
	tab.Go(s.Base + "/desk/account/sessions")
	if how := tab.Text("tr.on"); !strings.Contains(how, "by a passkey") {
		t.Errorf("the session is %q", how)
	}
}

// TestWithoutPasskeysTheOtherWayIsThere: without script, and at a bare IP.
func TestWithoutPasskeysTheOtherWayIsThere(t *testing.T) {
	s := start(t, "serve")
	s.founded(t)
	b := browser.Start(t)
	plain := b.Tab(t, browser.Options{NoScript: true})
	plain.Go(s.Base + "/desk/sign-in")
	sees := plain.Text("main")
	if !strings.Contains(sees, "JavaScript") {
		t.Errorf("without script the page says %s", sees)
	}
	set(plain, "#email", "dora@lantern.example")
	set(plain, "#password", "ferry bell at the bend 6")
	if path, status := press(t, plain, `form[action="/desk/sign-in"] button`); path != "/desk" || status != 200 {
		t.Errorf("the password leads to %s, %d", path, status)
	}
	number := b.Tab(t, browser.Options{})
	number.Go(strings.Replace(s.Base, "localhost", "127.0.0.1", 1) + "/desk/sign-in")
	ctx, cancel := context.WithTimeout(number.Ctx, 10*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("main")))
	if err != nil || !strings.Contains(text, "localhost") || !strings.Contains(text, "Password") {
		t.Errorf("at an IP: %q, %v", text, err)
	}
}
