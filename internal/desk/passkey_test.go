package desk_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/passkey"
	"masthead.dev/masthead/internal/passkey/passkeytest"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

const named = "desk.example.org" // the host that browsers ask for

// at is a browser that asks for the newsroom by its name.
func at(r *desktest.Room) *desktest.Browser {
	b := r.Browser()
	b.Host = named
	return b
}

// signInAt signs in by password at the newsroom's name.
func signInAt(r *desktest.Room, p staff.Person) *desktest.Browser {
	r.T.Helper()
	b := at(r)
	if a := b.Fill("/desk/sign-in", "/desk/sign-in", "email", p.Email, "password", desktest.Password); a.To() != "/desk" {
		r.T.Fatalf("signing in: %d to %q", a.Status, a.To())
	}
	return b
}

func device(t *testing.T) *passkeytest.Device { return passkeytest.New(t, "https://"+named) }

// question is what the page's script fetches before it asks for a passkey.
type question struct {
	Token   string
	Options json.RawMessage
	Say     string
}

// ask does what the script of a page does.
func ask(b *desktest.Browser, page desktest.Answer) question {
	b.T.Helper()
	form := page.Find("form[data-ask]")
	a := b.Post(form.AttrOr("data-ask", ""), map[string][]string{"nonce": {form.Find("[name=nonce]").AttrOr("value", "")}})
	var q question
	if err := json.Unmarshal([]byte(a.Body), &q); err != nil || !strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
		b.T.Fatalf("the question: %d to %q, %v\n%.300s", a.Status, a.To(), err, a.Body)
	}
	return q
}

// answer sends the passkey's answer in the page's form.
func answer(b *desktest.Browser, page desktest.Answer, q question, text []byte) desktest.Answer {
	b.T.Helper()
	return b.Send(page, page.Find("form[data-ask]").AttrOr("action", ""), "question", q.Token, "answer", string(text))
}

// enrol adds a passkey on the page of the account.
func enrol(b *desktest.Browser, d *passkeytest.Device) desktest.Answer {
	b.T.Helper()
	page := b.Get("/desk/account/passkeys/new")
	q := ask(b, page)
	return answer(b, page, q, d.Make(b.T, q.Options))
}

// by signs in by a passkey in a fresh browser.
func by(r *desktest.Room, d *passkeytest.Device) (*desktest.Browser, desktest.Answer) {
	r.T.Helper()
	b := at(r)
	page := b.Get("/desk/sign-in?next=/desk/stories")
	q := ask(b, page)
	return b, answer(b, page, q, d.Sign(r.T, q.Options))
}

func TestAPasskeyIsAddedAndSignsInAndProvesAsBothSteps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := desktest.OpenAt(t, s, "")
		r.Found()
		dora := r.Hire("dora", staff.Owner)
		b, d := signInAt(r, dora), device(t)
		made := enrol(b, d)
		if made.Status != http.StatusOK || made.Find(".codes li").Length() != staff.RecoveryCodes {
			t.Fatalf("adding it: %d to %q\n%s", made.Status, made.To(), made.Find("main").Text())
		}
		if again := enrol(b, device(t)); again.To() != "/desk/account?done=passkey" {
			t.Errorf("a second one shows codes again: %d", again.Status)
		}
		r.Write(func(ctx context.Context, tx *store.Tx) error { // who has a passkey is asked for no code
			return tx.SetTOTP(ctx, desktest.Tester, dora.ID, r.Secrets.Seal(store.TOTPName(dora.ID), staff.NewTOTPSecret()), 0)
		})
		c, in := by(r, d)
		if in.To() != "/desk/stories" {
			t.Fatalf("signing in: %d to %q\n%s", in.Status, in.To(), in.Find("main").Text())
		}
		r.Clock.Add(staff.ProofLasts + time.Second)
		if a := c.Get("/desk/people/new"); !strings.HasPrefix(a.To(), "/desk/prove") {
			t.Fatalf("a quarter of an hour later: %d", a.Status)
		}
		page := c.Get("/desk/prove?next=/desk/people/new")
		q := ask(c, page)
		if a := answer(c, page, q, d.Sign(t, q.Options)); a.To() != "/desk/people/new" {
			t.Fatalf("proving: %d\n%s", a.Status, a.Find("main").Text())
		}
		if a := c.Get("/desk/people/new"); a.Status != http.StatusOK {
			t.Errorf("after the proof: %d to %q", a.Status, a.To())
		}
		for _, want := range []string{"staff.passkey_added", "staff.recovery_made", "staff.signed_in"} {
			if !strings.Contains(r.Log(), want) {
				t.Errorf("%s is not in the log", want)
			}
		}
	})
}

func TestAPasskeyThatDoesNotFitSignsNobodyIn(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.Hire("owner", staff.Owner)
	dora := r.Hire("dora", staff.Editor)
	d := device(t)
	enrol(signInAt(r, dora), d)
	refused := func(name string, a desktest.Answer) {
		t.Helper()
		if a.Status != http.StatusUnprocessableEntity || a.Header.Get("Set-Cookie") != "" || a.Find(".errors").Text() == "" {
			t.Errorf("%s: %d to %q, %q", name, a.Status, a.To(), a.Find(".errors").Text())
		}
	}
	for name, change := range map[string]func(d *passkeytest.Device){
		"of another page":             func(d *passkeytest.Device) { d.Origin = "https://evil.example" },
		"for another site":            func(d *passkeytest.Device) { d.Host = "evil.example" },
		"without the person verified": func(d *passkeytest.Device) { d.Verified = false },
		"of somebody else":            func(d *passkeytest.Device) { d.User = []byte("x") },
		"unknown":                     func(d *passkeytest.Device) { *d = *device(t); d.User = []byte(dora.ID) },
	} {
		wrong := *d
		change(&wrong)
		_, a := by(r, &wrong)
		refused(name, a)
	}
	b := at(r)
	page := b.Get("/desk/sign-in")
	q := ask(b, page)
	signed := d.Sign(t, q.Options)
	if a := answer(b, page, q, signed); a.To() != "/desk" {
		t.Fatalf("the right one: %d", a.Status)
	}
	c := at(r)
	refused("sent twice", answer(c, c.Get("/desk/sign-in"), q, signed))
	page = c.Get("/desk/sign-in")
	late := ask(c, page)
	r.Clock.Add(passkey.Lasts)
	refused("after five minutes", answer(c, page, late, d.Sign(t, late.Options)))
	refused("without an answer", c.Send(c.Get("/desk/sign-in"), "/desk/passkey"))
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetStaffState(ctx, desktest.Tester, dora.ID, staff.Disabled)
	})
	_, a := by(r, d)
	refused("of an account that is switched off", a)
}

func TestACopiedPasskeyIsRefusedWithASentenceAndALine(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.Hire("dora", staff.Owner)
	d := device(t)
	d.Count = 5
	enrol(signInAt(r, dora), d)
	copied := *d
	if _, a := by(r, d); a.To() != "/desk/stories" {
		t.Fatalf("signing in: %d", a.Status)
	}
	_, a := by(r, &copied)
	if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Find(".errors").Text(), "counter") || a.Header.Get("Set-Cookie") != "" {
		t.Errorf("the copy: %d, %q", a.Status, a.Find(".errors").Text())
	}
	if !strings.Contains(r.Log(), "staff.passkey_copied") {
		t.Errorf("the log: %s", r.Log())
	}
	if _, a := by(r, d); a.To() != "/desk/stories" {
		t.Errorf("the true one afterwards: %d", a.Status)
	}
}

func TestAnInvitationIsTakenUpWithAPasskeyAlone(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.Hire("owner", staff.Owner)
	var ansel staff.Person
	r.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		ansel = staff.Person{Email: "ansel@lantern.example", Name: "Ansel", Grants: []staff.Grant{{Role: staff.Reporter}}}
		ansel.ID, err = tx.AddStaff(ctx, desktest.Tester, ansel)
		return err
	})
	path := r.Link(store.LinkInvite, ansel.ID)
	b, d := at(r), device(t)
	page := b.Get(path)
	q := ask(b, page)
	wrong := *d
	wrong.Origin = "https://evil.example"
	if a := answer(b, page, q, wrong.Make(t, q.Options)); a.Status != http.StatusUnprocessableEntity || a.Find("form[data-ask]").Length() != 1 {
		t.Fatalf("a passkey of elsewhere: %d", a.Status)
	}
	page = b.Get(path) // the link was not used up by that
	q = ask(b, page)
	if a := answer(b, page, q, d.Make(t, q.Options)); a.Status != http.StatusOK || a.Find(".codes li").Length() != staff.RecoveryCodes {
		t.Fatalf("choosing: %d\n%s", a.Status, a.Find("main").Text())
	}
	if a := b.Get("/desk"); a.Status != http.StatusOK {
		t.Errorf("signed in: %d", a.Status)
	}
	if a := b.Get(path); a.Status != http.StatusGone {
		t.Errorf("the link afterwards: %d", a.Status)
	}
	if _, a := by(r, d); a.To() != "/desk/stories" {
		t.Errorf("the passkey afterwards: %d", a.Status)
	}
	if a, err := r.Store.Account(t.Context(), ansel.ID); err != nil || a.PasswordHash != "" {
		t.Errorf("%+v %v", a, err)
	}
}

func TestALinkInAMailMakesNoPasskeyBesideASecondStep(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.Hire("owner", staff.Owner)
	dora := r.Hire("dora", staff.Editor)
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetTOTP(ctx, desktest.Tester, dora.ID, r.Secrets.Seal(store.TOTPName(dora.ID), staff.NewTOTPSecret()), 0)
	})
	path := r.Link(store.LinkReset, dora.ID)
	b := at(r)
	page := b.Get(path)
	if page.Find("form[data-ask]").Length() != 0 {
		t.Error("a passkey is offered")
	}
	nonce := page.Find("[name=nonce]").AttrOr("value", "")
	if a := b.Post(path+"/ask", map[string][]string{"nonce": {nonce}}); a.Status != http.StatusForbidden {
		t.Errorf("asking for one all the same: %d", a.Status)
	}
	if a := b.Post(path+"/passkey", map[string][]string{"nonce": {nonce}, "answer": {"{}"}}); a.Status != http.StatusForbidden {
		t.Errorf("sending one all the same: %d", a.Status)
	}
	if a := b.Send(page, path, "password", "seven walks in short days"); a.To() != "/desk/code" {
		t.Errorf("a password: %d to %q", a.Status, a.To())
	}
	if a := at(r).Post(r.Link(store.LinkSignIn, dora.ID)+"/ask", map[string][]string{"nonce": {at(r).Get("/desk/sign-in").Find("[name=nonce]").AttrOr("value", "")}}); a.Status != http.StatusForbidden {
		t.Errorf("by a link that only signs in: %d", a.Status)
	}
}

func TestTheLastWayToSignInStays(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.Hire("dora", staff.Owner)
	b, d := signInAt(r, dora), device(t)
	if a := b.Get("/desk/account"); a.Find(`form[action="/desk/account/password/remove"]`).Length() != 0 {
		t.Error("who has a password alone may remove it")
	}
	enrol(b, d)
	remove := func() desktest.Answer {
		page := b.Get("/desk/account")
		return b.Send(page, page.Find(`form[action$="/remove"][action*="passkeys"]`).First().AttrOr("action", ""))
	}
	if a := b.Send(b.Get("/desk/account"), "/desk/account/password/remove"); a.To() != "/desk/account?done=password-off" {
		t.Fatalf("removing the password: %d", a.Status)
	}
	if a := remove(); a.Status != http.StatusConflict {
		t.Errorf("removing the last passkey: %d", a.Status)
	}
	if a := r.Browser().Fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", desktest.Password); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("the old password: %d", a.Status)
	}
	r.Clock.Add(staff.ProofLasts + time.Second)
	if a := b.Fill("/desk/account", "/desk/account/password", "password", "seven walks in short days"); !strings.HasPrefix(a.To(), "/desk/prove") {
		t.Errorf("a first password at a desk that was left open: %d to %q", a.Status, a.To())
	}
	page := b.Get("/desk/prove")
	q := ask(b, page)
	answer(b, page, q, d.Sign(t, q.Options))
	if a := b.Fill("/desk/account", "/desk/account/password", "password", "seven walks in short days"); a.To() != "/desk/account?done=password" {
		t.Fatalf("a password: %d to %q", a.Status, a.To())
	}
	if a := remove(); a.To() != "/desk/account?done=passkey-off" {
		t.Errorf("the passkey beside a password: %d", a.Status)
	}
}

func TestPasskeysNeedANameAndStayBehindWhenItChanges(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.Hire("dora", staff.Owner)
	bare := r.SignIn(dora) // at an IP
	for _, path := range []string{"/desk/account/passkeys/new", "/desk/account"} {
		if a := bare.Get(path); a.Find("form[data-ask]").Length() != 0 || !strings.Contains(a.Body, "localhost") {
			t.Errorf("%s at an IP does not say why: %d", path, a.Status)
		}
	}
	if a := r.Browser().Get("/desk/sign-in"); a.Find("form[data-ask]").Length() != 0 || !strings.Contains(a.Body, "localhost") || a.Find("#password").Length() != 1 {
		t.Error("the gate at an IP does not say why")
	}
	b, d := signInAt(r, dora), device(t)
	enrol(b, d)
	page := b.Get("/desk/settings")
	if a := b.Send(page, "/desk/settings", "name", "The Lantern", "base_url", "https://new.example.org"); a.To() != "/desk/settings?done=moved" {
		t.Fatalf("the move: %d to %q", a.Status, a.To())
	}
	if a := b.Get("/desk/account"); !strings.Contains(a.Find("#passkeys").Parent().Text(), named) {
		t.Errorf("the account does not say where the passkey works: %s", a.Find("#passkeys").Parent().Text())
	}
	if _, a := by(r, d); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("the passkey of the old name: %d", a.Status)
	}
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		o := outlet.Default()
		o.Name, o.BaseURL = "The Lantern", "http://plain.example.org"
		return tx.PutOutlet(ctx, desktest.Tester, o)
	})
	if a := at(r).Get("/desk/sign-in"); !strings.Contains(a.Find("main").Text(), "https") || a.Find("form[data-ask]").Length() != 0 {
		t.Errorf("without TLS: %s", a.Find("main").Text())
	}
}

func TestTheFirstStartEndsWithAPasskeyAndNoPassword(t *testing.T) {
	r := desktest.Open(t)
	path := r.Link(store.LinkSetup, "")
	b, d := at(r), device(t)
	answers := []string{"name", "The Lantern", "language", "en", "zone", "UTC", "currency", "eur", "person", "Dora Winslade", "email", "dora@lantern.example"}
	if a := r.Browser().Fill(path, path, answers...); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a password where there are no passkeys: %d", a.Status)
	}
	a := b.Fill(path, path, answers...)
	if a.To() != "/desk/account/passkeys/new?done=setup" {
		t.Fatalf("without a password: %d to %q\n%s", a.Status, a.To(), a.Find(".errors").Text())
	}
	page := b.Get(a.To())
	if page.Find("#choose-password").Length() != 1 {
		t.Error("no password is offered beside it")
	}
	q := ask(b, page)
	if a := answer(b, page, q, d.Make(t, q.Options)); a.Find(".codes li").Length() != staff.RecoveryCodes {
		t.Fatalf("the passkey: %d", a.Status)
	}
	if _, a := by(r, d); a.To() != "/desk/stories" {
		t.Errorf("signing in: %d", a.Status)
	}
}

func TestNobodyAsksForQuestionsWithoutEnd(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.Hire("owner", staff.Owner)
	b := at(r)
	page := b.Get("/desk/sign-in")
	form := map[string][]string{"nonce": {page.Find("form[data-ask] [name=nonce]").AttrOr("value", "")}}
	if a := b.Post("/desk/passkey/ask", nil); a.Status != http.StatusBadRequest {
		t.Errorf("without the page's token: %d", a.Status)
	}
	for range 200 {
		if a := b.Post("/desk/passkey/ask", form); a.Status != http.StatusOK {
			t.Fatalf("%d", a.Status)
		}
	}
	if a := b.Post("/desk/passkey/ask", form); a.Status != http.StatusTooManyRequests || !strings.Contains(a.Body, `"say"`) {
		t.Errorf("one too many: %d %s", a.Status, a.Body)
	}
}
