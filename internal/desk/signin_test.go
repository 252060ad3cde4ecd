package desk_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestSomebodySignsInSeesTheDeskAndSignsOut(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.Hire("dora", staff.Editor)
	b := r.Browser()
	a := b.Get("/desk/stories?view=open")
	if a.Status != http.StatusSeeOther || a.To() != "/desk/sign-in?next=%2Fdesk%2Fstories%3Fview%3Dopen" {
		t.Fatalf("a stranger: %d to %q", a.Status, a.To())
	}
	a = b.Fill(a.To(), "/desk/sign-in", "email", " DORA@lantern.example ", "password", desktest.Password)
	if a.Status != http.StatusSeeOther || a.To() != "/desk/stories?view=open" {
		t.Fatalf("signing in: %d to %q", a.Status, a.To())
	}
	cookie := a.Header.Get("Set-Cookie")
	for _, want := range []string{"masthead=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie %q is without %s", cookie, want)
		}
	}
	home := b.Get("/desk")
	if home.Status != http.StatusOK || home.Find("h1").Length() != 1 || !strings.Contains(home.Find(".who").Text(), dora.Name) {
		t.Errorf("home: %d\n%s", home.Status, home.Body)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"} {
		if home.Header.Get(name) != want {
			t.Errorf("%s: %q", name, home.Header.Get(name))
		}
	}
	csp := home.Header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "script-src") || strings.Contains(csp, "unsafe") {
		t.Errorf("the policy is %q", csp)
	}
	if a := b.Send(home, "/desk/sign-out"); a.To() != "/desk/sign-in?done=signed-out" || !strings.Contains(a.Header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("signing out: %d %v", a.Status, a.Header)
	}
	if a := b.Get("/desk"); a.Status != http.StatusSeeOther {
		t.Errorf("after signing out: %d", a.Status)
	}
	if got := r.Log(); !strings.Contains(got, "staff.signed_in") {
		t.Errorf("logged: %s", got)
	}
}

func TestNothingTellsWhetherAnAddressHasAnAccount(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.Hire("dora", staff.Owner)
	gone := r.Hire("gone", staff.Editor)
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetStaffState(ctx, desktest.Tester, gone.ID, staff.Disabled)
	})
	bare := staff.Person{Email: "bare@lantern.example", Name: "Bare"}
	r.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		bare.ID, err = tx.AddStaff(ctx, desktest.Tester, bare)
		return err
	})
	said := map[string]bool{}
	for email, word := range map[string]string{"dora@lantern.example": "wrong wrong wrong", "nobody@lantern.example": desktest.Password,
		"gone@lantern.example": desktest.Password, "bare@lantern.example": "", "": ""} {
		b := r.Browser()
		a := b.Fill("/desk/sign-in", "/desk/sign-in", "email", email, "password", word)
		if a.Status != http.StatusUnprocessableEntity || a.Header.Get("Set-Cookie") != "" {
			t.Errorf("%q: %d, cookie %q", email, a.Status, a.Header.Get("Set-Cookie"))
		}
		if a.Find("#email").AttrOr("value", "") != email || strings.Contains(a.Body, "wrong wrong") {
			t.Errorf("%q: the address was not kept, or the password was", email)
		}
		said[a.Find("[role=alert]").Text()] = true
	}
	if len(said) != 1 {
		t.Errorf("there are several answers: %v", said)
	}
}

func TestTriesAreCountedAndTheCountRunsOut(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.Hire("dora", staff.Owner)
	try := func(word string) int {
		b := r.Browser()
		return b.Fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", word).Status
	}
	for i := range 5 {
		if got := try("wrong"); got != http.StatusUnprocessableEntity {
			t.Fatalf("try %d: %d", i+1, got)
		}
	}
	if got := try(desktest.Password); got != http.StatusTooManyRequests {
		t.Errorf("the right password after five wrong ones: %d", got)
	}
	r.Clock.Add(15 * time.Minute)
	if got := try(desktest.Password); got != http.StatusSeeOther {
		t.Errorf("a quarter of an hour later: %d", got)
	}
	for i := range 30 {
		r.Browser().Fill("/desk/sign-in", "/desk/sign-in", "email", fmt.Sprintf("x%d@x.example", i), "password", "x")
	}
	if got := try(desktest.Password); got != http.StatusTooManyRequests {
		t.Errorf("after thirty wrong tries from this network: %d", got)
	}
}

func TestManyTriesAtOnceAreNoMoreTries(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.Hire("dora", staff.Owner)
	b := r.Browser()
	page := b.Get("/desk/sign-in")
	var wg sync.WaitGroup
	var mu sync.Mutex
	got := map[int]int{}
	for range 20 {
		wg.Go(func() {
			a := r.Browser().Send(page, "/desk/sign-in", "email", dora.Email, "password", "wrong wrong wrong")
			mu.Lock()
			defer mu.Unlock()
			got[a.Status]++
		})
	}
	wg.Wait()
	if got[http.StatusUnprocessableEntity] != 5 || got[http.StatusTooManyRequests] != 15 {
		t.Errorf("answers: %v", got)
	}
}

func TestTheSecondStepIsSetUpAskedForAndCountsOnce(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.Hire("dora", staff.Owner)
	b := r.SignIn(dora)
	page := b.Get("/desk/account/second-step")
	secret := strings.ReplaceAll(page.Find("code.ref").Text(), " ", "")
	if len(secret) != 32 || page.Find("svg.qr path").Length() != 1 {
		t.Fatalf("the page shows %q\n%s", secret, page.Body)
	}
	if a := b.Send(page, "/desk/account/second-step", "code", "000000"); a.Status != http.StatusUnprocessableEntity || !strings.Contains(strings.ReplaceAll(a.Find("code.ref").Text(), " ", ""), secret) {
		t.Fatalf("a wrong code: %d, and the secret changed", a.Status)
	}
	now := func() string { return staff.TOTPCode(secret, staff.TOTPStep(r.Clock.Now())) }
	if a := b.Send(page, "/desk/account/second-step", "code", now()); a.Status != http.StatusOK || a.Find(".codes li").Length() != staff.RecoveryCodes {
		t.Fatalf("the right code: %d %s", a.Status, a.Body)
	}
	used := now()
	half := r.Browser()
	a := half.Fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", desktest.Password)
	if a.To() != "/desk/code" {
		t.Fatalf("the password leads to %q", a.To())
	}
	for _, path := range []string{"/desk", "/desk/people", "/desk/account"} {
		if a := half.Get(path); a.To() != "/desk/code" {
			t.Errorf("half signed in, %s: %d to %q", path, a.Status, a.To())
		}
	}
	if a := half.Fill("/desk/code", "/desk/code", "code", used); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a used code: %d", a.Status)
	}
	r.Clock.Add(30 * time.Second)
	if a := half.Fill("/desk/code", "/desk/code", "code", now()); a.To() != "/desk" {
		t.Fatalf("the next code: %d\n%s", a.Status, a.Body)
	}
	if a := half.Get("/desk"); a.Status != http.StatusOK {
		t.Errorf("the desk: %d", a.Status)
	}
	kept, err := r.Store.Account(t.Context(), dora.ID)
	if err != nil || kept.TOTPBox == "" || strings.Contains(kept.TOTPBox, secret) {
		t.Errorf("kept: %q %v", kept.TOTPBox, err)
	}
}

func TestGuessingCodesEndsTheHalfSession(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.Hire("dora", staff.Owner)
	secret := staff.NewTOTPSecret()
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetTOTP(ctx, desktest.Tester, dora.ID, r.Secrets.Seal(store.TOTPName(dora.ID), secret), 0)
	})
	b := r.Browser()
	b.Fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", desktest.Password)
	for range 6 {
		if a := b.Fill("/desk/code", "/desk/code", "code", "000000"); a.Status != http.StatusUnprocessableEntity {
			t.Fatalf("a wrong code: %d", a.Status)
		}
	}
	if a := b.Fill("/desk/code", "/desk/code", "code", staff.TOTPCode(secret, staff.TOTPStep(r.Clock.Now()))); a.Status != http.StatusTooManyRequests {
		t.Errorf("the seventh try: %d", a.Status)
	}
	if a := b.Get("/desk/code"); a.Status != http.StatusSeeOther || !strings.HasPrefix(a.To(), "/desk/sign-in") {
		t.Errorf("the half session goes on: %d to %q", a.Status, a.To())
	}
}

func TestAFormOfAnotherSiteOrSessionIsRefused(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.Hire("dora", staff.Owner)
	b, other := r.SignIn(dora), r.SignIn(r.Hire("ansel", staff.Owner))
	nonce := func(b *desktest.Browser) string {
		return b.Get("/desk/account").Find("#lang input[name=nonce]").AttrOr("value", "")
	}
	form := func(nonce string) url.Values { return url.Values{"lang": {"de"}, "nonce": {nonce}} }
	const path = "/desk/account/language"
	for name, got := range map[string]int{
		"without a token":          b.Post(path, form("")).Status,
		"with another's token":     b.Post(path, form(nonce(other))).Status,
		"with a token of the gate": b.Post(path, form(r.Browser().Get("/desk/sign-in").Find("input[name=nonce]").AttrOr("value", ""))).Status,
	} {
		if got != http.StatusBadRequest {
			t.Errorf("%s: %d", name, got)
		}
	}
	for name, headers := range map[string][]string{
		"from another site":   {"Sec-Fetch-Site", "cross-site"},
		"from a sister site":  {"Sec-Fetch-Site", "same-site"},
		"from another origin": {"Origin", "https://evil.example"},
		"from an old browser": {"Origin", "null"},
	} {
		if got := b.Post(path, form(nonce(b)), headers...).Status; got != http.StatusForbidden {
			t.Errorf("%s: %d", name, got)
		}
	}
	if a, err := r.Store.Account(t.Context(), dora.ID); err != nil || a.Lang != "en" {
		t.Errorf("the language became %q, %v", a.Lang, err)
	}
	if a := b.Post(path, form(nonce(b)), "Sec-Fetch-Site", "same-origin"); a.Status != http.StatusSeeOther {
		t.Errorf("from the page itself: %d", a.Status)
	}
}

func TestSigningInGivesAFreshTokenAndNoLinkLeadsOutOfTheDesk(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.Hire("dora", staff.Owner)
	b := r.SignIn(dora)
	at, _ := url.Parse(r.Server.URL)
	first := b.HTTP.Jar.Cookies(at)[0].Value
	page := b.Get("/desk/account/sessions")
	if a := b.Send(page, "/desk/account/sign-out-everywhere"); a.Status != http.StatusSeeOther {
		t.Fatalf("%d", a.Status)
	}
	if _, err := r.Store.Session(t.Context(), first); err == nil {
		t.Error("the session goes on")
	}
	for _, next := range []string{"//evil.example", "https://evil.example/desk", "/\\evil.example", "/desk\\..\\", "/other", "/desk/../x", "javascript:alert(1)", "/deskx", "/desk/sign-out"} {
		c := r.Browser()
		a := c.Fill("/desk/sign-in?next="+url.QueryEscape(next), "/desk/sign-in", "email", dora.Email, "password", desktest.Password, "next", next)
		if to := a.To(); to != "/desk" {
			t.Errorf("next=%q leads to %q", next, to)
		}
	}
}

func TestOverTLSTheCookieIsBoundToTheHost(t *testing.T) {
	r := desktest.OpenAt(t, storetest.Open(t, storetest.SQLite(t)), "https://lantern.example")
	r.Found()
	dora := r.Hire("dora", staff.Owner)
	b := r.Browser()
	b.Host = "lantern.example"
	a := b.Fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", desktest.Password)
	cookie := a.Header.Get("Set-Cookie")
	if !strings.HasPrefix(cookie, "__Host-masthead=") || !strings.Contains(cookie, "Secure") || !strings.Contains(cookie, "Path=/;") || strings.Contains(cookie, "Domain") {
		t.Errorf("the cookie is %q", cookie)
	}
	a = r.Browser().Fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", desktest.Password)
	if cookie := a.Header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "masthead=") || strings.Contains(cookie, "Secure") {
		t.Errorf("on this machine, without TLS, the cookie is %q", cookie)
	}
}
