package desk_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// mailsTo lists the subjects of the mails to somebody.
func mailsTo(r *desktest.Room, email string) (subjects []string) {
	r.T.Helper()
	list, err := r.Store.Mails(r.T.Context(), 100, 0)
	if err != nil {
		r.T.Fatal(err)
	}
	for _, m := range list {
		if m.ToAddress == email {
			subjects = append(subjects, m.Subject)
			if strings.Contains(m.Text, "/link/") {
				r.T.Errorf("%q holds a link that signs in", m.Subject)
			}
		}
	}
	return subjects
}

func TestANewBrowserIsToldByMailAndAKnownOneIsNot(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.Hire("dora", staff.Owner)
	b := r.SignIn(dora)
	again := func(b *desktest.Browser) {
		t.Helper()
		if a := b.Fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", desktest.Password); a.To() != "/desk" {
			t.Fatalf("%d", a.Status)
		}
	}
	if got := mailsTo(r, dora.Email); len(got) != 0 {
		t.Errorf("at the very first time: %q", got)
	}
	b.Send(b.Get("/desk"), "/desk/sign-out")
	again(b)
	if got := mailsTo(r, dora.Email); len(got) != 0 {
		t.Errorf("with the same browser: %q", got)
	}
	again(r.Browser())
	if got := mailsTo(r, dora.Email); len(got) != 1 {
		t.Errorf("with a new browser: %q", got)
	}
	ansel := r.Hire("ansel", staff.Editor)
	r.SignIn(ansel)
	b.Send(b.Get("/desk"), "/desk/sign-out")
	if a := b.Fill("/desk/sign-in", "/desk/sign-in", "email", ansel.Email, "password", desktest.Password); a.To() != "/desk" {
		t.Fatal(a.Status)
	}
	if got := mailsTo(r, ansel.Email); len(got) != 1 {
		t.Errorf("another account in a browser that is known for dora: %q", got)
	}
	b.Send(b.Get("/desk"), "/desk/sign-out")
	again(b)
	if got := mailsTo(r, dora.Email); len(got) != 1 {
		t.Errorf("the browser was forgotten for the other account: %q", got)
	}
}

func TestSessionsAreListedAndEndedOneByOne(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.Hire("dora", staff.Owner)
	b, other := r.SignIn(dora), r.SignIn(dora)
	stranger := r.SignIn(r.Hire("ansel", staff.Editor))
	page := b.Get("/desk/account/sessions")
	if rows := page.Find("tbody tr"); rows.Length() != 2 || rows.Find("form").Length() != 1 || page.Find("tr.on").Length() != 1 {
		t.Fatalf("%s", page.Find("table").Text())
	}
	if say := page.Find("main").Text(); !strings.Contains(say, "12 hours") || !strings.Contains(say, "14 days") || strings.Contains(say, "127.0.0.1") {
		t.Errorf("the page says %s", say)
	}
	path := page.Find("tbody form").AttrOr("action", "")
	nonce := stranger.Get("/desk/account").Find("[name=nonce]").AttrOr("value", "")
	stranger.Post(path, map[string][]string{"nonce": {nonce}})
	if a := other.Get("/desk"); a.Status != http.StatusOK {
		t.Error("a stranger ended it")
	}
	if a := b.Send(page, path); a.To() != "/desk/account/sessions?done=session-ended" {
		t.Errorf("ending it: %d", a.Status)
	}
	if a := other.Get("/desk"); a.Status != http.StatusSeeOther {
		t.Error("the session goes on")
	}
	if a := b.Get("/desk"); a.Status != http.StatusOK {
		t.Error("one's own session ended with it")
	}
}

// codesOf makes recovery codes for somebody with an app, and returns them.
func codesOf(r *desktest.Room, p staff.Person) []string {
	r.T.Helper()
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetTOTP(ctx, desktest.Tester, p.ID, r.Secrets.Seal(store.TOTPName(p.ID), staff.NewTOTPSecret()), 0)
	})
	codes := staff.NewRecoveryCodes()
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetRecovery(ctx, desktest.Tester, p.ID, codes)
	})
	return codes
}

func TestARecoveryCodeStandsInForTheAppOnceAfterThePassword(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.Hire("dora", staff.Owner)
	codes := codesOf(r, dora)
	half := func() *desktest.Browser {
		b := r.Browser()
		if a := b.Fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", desktest.Password); a.To() != "/desk/code" {
			t.Fatal(a.To())
		}
		return b
	}
	if a := r.Browser().Fill("/desk/recover", "/desk/recover", "email", dora.Email, "recovery", codes[0]); a.Status != http.StatusUnprocessableEntity {
		t.Fatalf("without the password: %d to %q", a.Status, a.To())
	}
	b := half()
	way := b.Get("/desk/code").Find(`a[href*="recovery"]`).AttrOr("href", "")
	if a := b.Fill(way, "/desk/code", "recovery", "0000-0000-0000-0000"); a.Status != http.StatusUnprocessableEntity || a.Find("[name=recovery]").Length() != 1 {
		t.Errorf("a wrong one: %d", a.Status)
	}
	if a := b.Fill(way, "/desk/code", "recovery", strings.ToUpper(codes[0])); a.To() != "/desk" {
		t.Fatalf("the right one: %d", a.Status)
	}
	if a := b.Get("/desk"); a.Status != http.StatusOK {
		t.Errorf("%d", a.Status)
	}
	if a := half().Fill(way, "/desk/code", "recovery", codes[0]); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("the same once more: %d", a.Status)
	}
	if got := mailsTo(r, dora.Email); len(got) != 1 || !strings.Contains(got[0], "recovery") {
		t.Errorf("mails: %q", got)
	}
	c := half()
	for range 6 {
		c.Fill(way, "/desk/code", "recovery", "0000-0000-0000-0000")
	}
	if a := c.Get("/desk/code"); !strings.HasPrefix(a.To(), "/desk/sign-in") {
		if a := c.Fill(way, "/desk/code", "recovery", codes[1]); a.Status != http.StatusTooManyRequests {
			t.Errorf("the right one after six wrong ones: %d to %q", a.Status, a.To())
		}
	}
}

func TestARecoveryCodeSignsInWhoHasLostThePasskey(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.Hire("dora", staff.Owner)
	r.Hire("ansel", staff.Owner)
	b := signInAt(r, dora)
	var codes []string
	enrol(b, device(t)).Find(".codes code").Each(func(_ int, s *goquery.Selection) { codes = append(codes, s.Text()) })
	b.Send(b.Get("/desk/account"), "/desk/account/password/remove")
	try := func(email, code string) desktest.Answer {
		return at(r).Fill("/desk/recover", "/desk/recover", "email", email, "recovery", code)
	}
	said := map[string]bool{}
	for email, code := range map[string]string{dora.Email: "0000-0000-0000-0000", "ansel@lantern.example": codes[0], "nobody@lantern.example": codes[0]} {
		a := try(email, code)
		if a.Status != http.StatusUnprocessableEntity || a.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d", email, a.Status)
		}
		said[a.Find(".errors").Text()] = true
	}
	if len(said) != 1 {
		t.Errorf("there are several answers: %v", said)
	}
	if a := try(" DORA@lantern.example ", codes[3]); a.To() != "/desk/account?done=recovered" {
		t.Fatalf("%d to %q", a.Status, a.To())
	}
	fresh := b.Send(b.Get("/desk/account"), "/desk/account/codes")
	if fresh.Find(".codes li").Length() != staff.RecoveryCodes || strings.Contains(fresh.Body, codes[0]) {
		t.Errorf("new codes: %d", fresh.Status)
	}
	if a := try(dora.Email, codes[0]); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("an old code beside new ones: %d", a.Status)
	}
	r.Clock.Add(staff.ProofLasts + time.Second)
	if a := b.Fill("/desk/prove", "/desk/prove", "recovery", fresh.Find(".codes code").First().Text()); a.To() != "/desk" {
		t.Errorf("proving by a code: %d", a.Status)
	}
}
