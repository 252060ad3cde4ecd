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

	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestSomebodySignsInSeesTheDeskAndSignsOut(t *testing.T) {
	r := open(t)
	r.found()
	dora := r.hire("dora", staff.Editor)
	b := r.browser()
	a := b.get("/desk/stories?view=open")
	if a.status != http.StatusSeeOther || a.to() != "/desk/sign-in?next=%2Fdesk%2Fstories%3Fview%3Dopen" {
		t.Fatalf("a stranger: %d to %q", a.status, a.to())
	}
	a = b.fill(a.to(), "/desk/sign-in", "email", " DORA@lantern.example ", "password", password)
	if a.status != http.StatusSeeOther || a.to() != "/desk/stories?view=open" {
		t.Fatalf("signing in: %d to %q", a.status, a.to())
	}
	cookie := a.header.Get("Set-Cookie")
	for _, want := range []string{"masthead=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie %q is without %s", cookie, want)
		}
	}
	home := b.get("/desk")
	if home.status != http.StatusOK || home.Find("h1").Length() != 1 || !strings.Contains(home.Find(".who").Text(), dora.Name) {
		t.Errorf("home: %d\n%s", home.status, home.body)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"} {
		if home.header.Get(name) != want {
			t.Errorf("%s: %q", name, home.header.Get(name))
		}
	}
	csp := home.header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "script-src") || strings.Contains(csp, "unsafe") {
		t.Errorf("the policy is %q", csp)
	}
	if a := b.send(home, "/desk/sign-out"); a.to() != "/desk/sign-in?done=signed-out" || !strings.Contains(a.header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("signing out: %d %v", a.status, a.header)
	}
	if a := b.get("/desk"); a.status != http.StatusSeeOther {
		t.Errorf("after signing out: %d", a.status)
	}
	if got := r.log(); !strings.Contains(got, "staff.signed_in") {
		t.Errorf("logged: %s", got)
	}
}

func TestNothingTellsWhetherAnAddressHasAnAccount(t *testing.T) {
	r := open(t)
	r.found()
	r.hire("dora", staff.Owner)
	gone := r.hire("gone", staff.Editor)
	r.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetStaffState(ctx, tester, gone.ID, staff.Disabled)
	})
	bare := staff.Person{Email: "bare@lantern.example", Name: "Bare"}
	r.write(func(ctx context.Context, tx *store.Tx) (err error) {
		bare.ID, err = tx.AddStaff(ctx, tester, bare)
		return err
	})
	said := map[string]bool{}
	for email, word := range map[string]string{"dora@lantern.example": "wrong wrong wrong", "nobody@lantern.example": password,
		"gone@lantern.example": password, "bare@lantern.example": "", "": ""} {
		b := r.browser()
		a := b.fill("/desk/sign-in", "/desk/sign-in", "email", email, "password", word)
		if a.status != http.StatusUnprocessableEntity || a.header.Get("Set-Cookie") != "" {
			t.Errorf("%q: %d, cookie %q", email, a.status, a.header.Get("Set-Cookie"))
		}
		if a.Find("#email").AttrOr("value", "") != email || strings.Contains(a.body, "wrong wrong") {
			t.Errorf("%q: the address was not kept, or the password was", email)
		}
		said[a.Find("[role=alert]").Text()] = true
	}
	if len(said) != 1 {
		t.Errorf("there are several answers: %v", said)
	}
}

func TestTriesAreCountedAndTheCountRunsOut(t *testing.T) {
	r := open(t)
	r.found()
	dora := r.hire("dora", staff.Owner)
	try := func(word string) int {
		b := r.browser()
		return b.fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", word).status
	}
	for i := range 5 {
		if got := try("wrong"); got != http.StatusUnprocessableEntity {
			t.Fatalf("try %d: %d", i+1, got)
		}
	}
	if got := try(password); got != http.StatusTooManyRequests {
		t.Errorf("the right password after five wrong ones: %d", got)
	}
	r.clock.Add(15 * time.Minute)
	if got := try(password); got != http.StatusSeeOther {
		t.Errorf("a quarter of an hour later: %d", got)
	}
	for i := range 30 {
		r.browser().fill("/desk/sign-in", "/desk/sign-in", "email", fmt.Sprintf("x%d@x.example", i), "password", "x")
	}
	if got := try(password); got != http.StatusTooManyRequests {
		t.Errorf("after thirty wrong tries from this network: %d", got)
	}
}

func TestManyTriesAtOnceAreNoMoreTries(t *testing.T) {
	r := open(t)
	r.found()
	dora := r.hire("dora", staff.Owner)
	b := r.browser()
	page := b.get("/desk/sign-in")
	var wg sync.WaitGroup
	var mu sync.Mutex
	got := map[int]int{}
	for range 20 {
		wg.Go(func() {
			a := r.browser().send(page, "/desk/sign-in", "email", dora.Email, "password", "wrong wrong wrong")
			mu.Lock()
			defer mu.Unlock()
			got[a.status]++
		})
	}
	wg.Wait()
	if got[http.StatusUnprocessableEntity] != 5 || got[http.StatusTooManyRequests] != 15 {
		t.Errorf("answers: %v", got)
	}
}

func TestTheSecondStepIsSetUpAskedForAndCountsOnce(t *testing.T) {
	r := open(t)
	r.found()
	dora := r.hire("dora", staff.Owner)
	b := r.signIn(dora)
	page := b.get("/desk/account/second-step")
	secret := strings.ReplaceAll(page.Find("code.ref").Text(), " ", "")
	if len(secret) != 32 || page.Find("svg.qr path").Length() != 1 {
		t.Fatalf("the page shows %q\n%s", secret, page.body)
	}
	if a := b.send(page, "/desk/account/second-step", "code", "000000"); a.status != http.StatusUnprocessableEntity || !strings.Contains(strings.ReplaceAll(a.Find("code.ref").Text(), " ", ""), secret) {
		t.Fatalf("a wrong code: %d, and the secret changed", a.status)
	}
	now := func() string { return staff.TOTPCode(secret, staff.TOTPStep(r.clock.Now())) }
	if a := b.send(page, "/desk/account/second-step", "code", now()); a.to() != "/desk/account?done=totp-on" {
		t.Fatalf("the right code: %d %s", a.status, a.body)
	}
	used := now()
	half := r.browser()
	a := half.fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", password)
	if a.to() != "/desk/code" {
		t.Fatalf("the password leads to %q", a.to())
	}
	for _, path := range []string{"/desk", "/desk/people", "/desk/account"} {
		if a := half.get(path); a.to() != "/desk/code" {
			t.Errorf("half signed in, %s: %d to %q", path, a.status, a.to())
		}
	}
	if a := half.fill("/desk/code", "/desk/code", "code", used); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a used code: %d", a.status)
	}
	r.clock.Add(30 * time.Second)
	if a := half.fill("/desk/code", "/desk/code", "code", now()); a.to() != "/desk" {
		t.Fatalf("the next code: %d\n%s", a.status, a.body)
	}
	if a := half.get("/desk"); a.status != http.StatusOK {
		t.Errorf("the desk: %d", a.status)
	}
	kept, err := r.store.Account(t.Context(), dora.ID)
	if err != nil || kept.TOTPBox == "" || strings.Contains(kept.TOTPBox, secret) {
		t.Errorf("kept: %q %v", kept.TOTPBox, err)
	}
}

func TestGuessingCodesEndsTheHalfSession(t *testing.T) {
	r := open(t)
	r.found()
	dora := r.hire("dora", staff.Owner)
	secret := staff.NewTOTPSecret()
	r.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetTOTP(ctx, tester, dora.ID, r.secrets.Seal(store.TOTPName(dora.ID), secret), 0)
	})
	b := r.browser()
	b.fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", password)
	for range 6 {
		if a := b.fill("/desk/code", "/desk/code", "code", "000000"); a.status != http.StatusUnprocessableEntity {
			t.Fatalf("a wrong code: %d", a.status)
		}
	}
	if a := b.fill("/desk/code", "/desk/code", "code", staff.TOTPCode(secret, staff.TOTPStep(r.clock.Now()))); a.status != http.StatusTooManyRequests {
		t.Errorf("the seventh try: %d", a.status)
	}
	if a := b.get("/desk/code"); a.status != http.StatusSeeOther || !strings.HasPrefix(a.to(), "/desk/sign-in") {
		t.Errorf("the half session goes on: %d to %q", a.status, a.to())
	}
}

func TestAFormOfAnotherSiteOrSessionIsRefused(t *testing.T) {
	r := open(t)
	r.found()
	dora := r.hire("dora", staff.Owner)
	b, other := r.signIn(dora), r.signIn(r.hire("ansel", staff.Owner))
	nonce := func(b *browser) string {
		return b.get("/desk/account").Find("#lang input[name=nonce]").AttrOr("value", "")
	}
	form := func(nonce string) url.Values { return url.Values{"lang": {"de"}, "nonce": {nonce}} }
	const path = "/desk/account/language"
	for name, got := range map[string]int{
		"without a token":          b.post(path, form("")).status,
		"with another's token":     b.post(path, form(nonce(other))).status,
		"with a token of the gate": b.post(path, form(r.browser().get("/desk/sign-in").Find("input[name=nonce]").AttrOr("value", ""))).status,
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
		if got := b.post(path, form(nonce(b)), headers...).status; got != http.StatusForbidden {
			t.Errorf("%s: %d", name, got)
		}
	}
	if a, err := r.store.Account(t.Context(), dora.ID); err != nil || a.Lang != "en" {
		t.Errorf("the language became %q, %v", a.Lang, err)
	}
	if a := b.post(path, form(nonce(b)), "Sec-Fetch-Site", "same-origin"); a.status != http.StatusSeeOther {
		t.Errorf("from the page itself: %d", a.status)
	}
}

func TestSigningInGivesAFreshTokenAndNoLinkLeadsOutOfTheDesk(t *testing.T) {
	r := open(t)
	r.found()
	dora := r.hire("dora", staff.Owner)
	b := r.signIn(dora)
	at, _ := url.Parse(r.server.URL)
	first := b.http.Jar.Cookies(at)[0].Value
	page := b.get("/desk/account")
	if a := b.send(page, "/desk/account/sign-out-everywhere"); a.status != http.StatusSeeOther {
		t.Fatalf("%d", a.status)
	}
	if _, err := r.store.Session(t.Context(), first); err == nil {
		t.Error("the session goes on")
	}
	for _, next := range []string{"//evil.example", "https://evil.example/desk", "/\\evil.example", "/desk\\..\\", "/other", "/desk/../x", "javascript:alert(1)", "/deskx", "/desk/sign-out"} {
		c := r.browser()
		a := c.fill("/desk/sign-in?next="+url.QueryEscape(next), "/desk/sign-in", "email", dora.Email, "password", password, "next", next)
		if to := a.to(); to != "/desk" {
			t.Errorf("next=%q leads to %q", next, to)
		}
	}
}

func TestOverTLSTheCookieIsBoundToTheHost(t *testing.T) {
	r := openAt(t, storetest.Open(t, storetest.SQLite(t)), "https://lantern.example")
	r.found()
	dora := r.hire("dora", staff.Owner)
	b := r.browser()
	b.host = "lantern.example"
	a := b.fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", password)
	cookie := a.header.Get("Set-Cookie")
	if !strings.HasPrefix(cookie, "__Host-masthead=") || !strings.Contains(cookie, "Secure") || !strings.Contains(cookie, "Path=/;") || strings.Contains(cookie, "Domain") {
		t.Errorf("the cookie is %q", cookie)
	}
	a = r.browser().fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", password)
	if cookie := a.header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "masthead=") || strings.Contains(cookie, "Secure") {
		t.Errorf("on this machine, without TLS, the cookie is %q", cookie)
	}
}
