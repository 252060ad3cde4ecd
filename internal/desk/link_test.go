package desk_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestTheFirstStartMakesANewsroomOfFiveAnswers(t *testing.T) {
	r := desktest.Open(t)
	path := r.Link(store.LinkSetup, "")
	b := r.Browser()
	answers := []string{"name", "The Lantern", "language", "fa", "zone", "Asia/Tehran", "currency", "eur", "person", "Dora Winslade",
		"email", "Dora@lantern.example", "password", desktest.Password}
	bad := b.Fill(path, path, append(answers, "zone", "Nowhere/Land", "currency", "money", "password", "short")...)
	if bad.Status != http.StatusUnprocessableEntity || bad.Find(".errors li").Length() != 3 {
		t.Fatalf("wrong answers: %d\n%s", bad.Status, bad.Body)
	}
	if bad.Find("[name=person]").AttrOr("value", "") != "Dora Winslade" || strings.Contains(bad.Body, `value="short"`) {
		t.Error("the answers were not kept, or the password was")
	}
	a := b.Send(bad, path, answers...)
	if a.Status != http.StatusSeeOther || a.To() != "/desk?done=setup" {
		t.Fatalf("right answers: %d\n%s", a.Status, a.Body)
	}
	home := b.Get("/desk")
	if home.Status != http.StatusOK || home.Find("html").AttrOr("dir", "") != "rtl" {
		t.Errorf("the desk: %d, %s", home.Status, home.Find("html").AttrOr("dir", ""))
	}
	o, err := r.Store.Outlet(t.Context())
	if err != nil || o.Name != "The Lantern" || o.Currency != "EUR" || o.Zone != "Asia/Tehran" || o.Language != "fa" {
		t.Errorf("%+v %v", o, err)
	}
	if owners, err := r.Store.Owners(t.Context()); err != nil || len(owners) != 1 || owners[0].Email != "dora@lantern.example" {
		t.Errorf("owners: %+v %v", owners, err)
	}
	if again := b.Get(path); again.Status != http.StatusGone {
		t.Errorf("the link goes on: %d", again.Status)
	}
	other := r.Link(store.LinkSetup, "")
	if a := r.Browser().Get(other); a.Status != http.StatusGone {
		t.Errorf("a newsroom with an owner shows its set-up again: %d", a.Status)
	}
}

func TestOfTwentyWhoPressTheButtonOfALinkAtOnceOneIsSignedIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := desktest.OpenAt(t, s, "")
		r.Found()
		dora := r.Hire("dora", staff.Owner)
		path := r.Link(store.LinkSignIn, dora.ID)
		page := r.Browser().Get(path)
		for range 3 {
			if again := r.Browser().Get(path); again.Status != http.StatusOK {
				t.Fatalf("looking used the link up: %d", again.Status)
			}
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		got := map[int]int{}
		for range 20 {
			wg.Go(func() {
				a := r.Browser().Send(page, path)
				mu.Lock()
				defer mu.Unlock()
				got[a.Status]++
			})
		}
		wg.Wait()
		if got[http.StatusSeeOther] != 1 || got[http.StatusGone] != 19 {
			t.Errorf("answers: %v", got)
		}
	})
}

func TestALinkForANewPasswordIsSpentOnlyByAGoodOne(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.Hire("owner", staff.Owner)
	dora := r.Hire("dora", staff.Editor)
	old := r.SignIn(dora)
	path := r.Link(store.LinkReset, dora.ID)
	b := r.Browser()
	if a := b.Fill(path, path, "password", "The Lantern 2026"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a guessable password: %d", a.Status)
	}
	const next = "seven walks in short days"
	if a := b.Fill(path, path, "password", next); a.To() != "/desk" {
		t.Fatalf("a good one: %d\n%s", a.Status, a.Body)
	}
	if a := old.Get("/desk"); a.Status != http.StatusSeeOther {
		t.Error("the old session goes on")
	}
	c := r.Browser()
	if a := c.Fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", next); a.To() != "/desk" {
		t.Errorf("signing in with it: %d", a.Status)
	}
}

func TestALinkDoesNotPassBySecondStepNorASwitchedOffAccount(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.Hire("owner", staff.Owner)
	dora := r.Hire("dora", staff.Editor)
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetTOTP(ctx, desktest.Tester, dora.ID, r.Secrets.Seal(store.TOTPName(dora.ID), staff.NewTOTPSecret()), 0)
	})
	path := r.Link(store.LinkSignIn, dora.ID)
	if a := r.Browser().Fill(path, path); a.To() != "/desk/code" {
		t.Errorf("with a second step: %d to %q", a.Status, a.To())
	}
	path = r.Link(store.LinkSignIn, dora.ID)
	page := r.Browser().Get(path)
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetStaffState(ctx, desktest.Tester, dora.ID, staff.Disabled)
	})
	if a := r.Browser().Send(page, path); a.Status != http.StatusGone {
		t.Errorf("a switched-off account: %d", a.Status)
	}
}
