package desk_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestTheFirstStartMakesANewsroomOfFiveAnswers(t *testing.T) {
	r := open(t)
	path := r.link(store.LinkSetup, "")
	b := r.browser()
	answers := []string{"name", "The Lantern", "language", "fa", "zone", "Asia/Tehran", "currency", "eur", "person", "Dora Winslade",
		"email", "Dora@lantern.example", "password", password}
	bad := b.fill(path, path, append(answers, "zone", "Nowhere/Land", "currency", "money", "password", "short")...)
	if bad.status != http.StatusUnprocessableEntity || bad.Find(".errors li").Length() != 3 {
		t.Fatalf("wrong answers: %d\n%s", bad.status, bad.body)
	}
	if bad.Find("[name=person]").AttrOr("value", "") != "Dora Winslade" || strings.Contains(bad.body, `value="short"`) {
		t.Error("the answers were not kept, or the password was")
	}
	a := b.send(bad, path, answers...)
	if a.status != http.StatusSeeOther || a.to() != "/desk?done=setup" {
		t.Fatalf("right answers: %d\n%s", a.status, a.body)
	}
	home := b.get("/desk")
	if home.status != http.StatusOK || home.Find("html").AttrOr("dir", "") != "rtl" {
		t.Errorf("the desk: %d, %s", home.status, home.Find("html").AttrOr("dir", ""))
	}
	o, err := r.store.Outlet(t.Context())
	if err != nil || o.Name != "The Lantern" || o.Currency != "EUR" || o.Zone != "Asia/Tehran" || o.Language != "fa" {
		t.Errorf("%+v %v", o, err)
	}
	if owners, err := r.store.Owners(t.Context()); err != nil || len(owners) != 1 || owners[0].Email != "dora@lantern.example" {
		t.Errorf("owners: %+v %v", owners, err)
	}
	if again := b.get(path); again.status != http.StatusGone {
		t.Errorf("the link goes on: %d", again.status)
	}
	other := r.link(store.LinkSetup, "")
	if a := r.browser().get(other); a.status != http.StatusGone {
		t.Errorf("a newsroom with an owner shows its set-up again: %d", a.status)
	}
}

func TestOfTwentyWhoPressTheButtonOfALinkAtOnceOneIsSignedIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := openAt(t, s, "")
		r.found()
		dora := r.hire("dora", staff.Owner)
		path := r.link(store.LinkSignIn, dora.ID)
		page := r.browser().get(path)
		for range 3 {
			if again := r.browser().get(path); again.status != http.StatusOK {
				t.Fatalf("looking used the link up: %d", again.status)
			}
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		got := map[int]int{}
		for range 20 {
			wg.Go(func() {
				a := r.browser().send(page, path)
				mu.Lock()
				defer mu.Unlock()
				got[a.status]++
			})
		}
		wg.Wait()
		if got[http.StatusSeeOther] != 1 || got[http.StatusGone] != 19 {
			t.Errorf("answers: %v", got)
		}
	})
}

func TestALinkForANewPasswordIsSpentOnlyByAGoodOne(t *testing.T) {
	r := open(t)
	r.found()
	r.hire("owner", staff.Owner)
	dora := r.hire("dora", staff.Editor)
	old := r.signIn(dora)
	path := r.link(store.LinkReset, dora.ID)
	b := r.browser()
	if a := b.fill(path, path, "password", "The Lantern 2026"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a guessable password: %d", a.status)
	}
	const next = "seven walks in short days"
	if a := b.fill(path, path, "password", next); a.to() != "/desk" {
		t.Fatalf("a good one: %d\n%s", a.status, a.body)
	}
	if a := old.get("/desk"); a.status != http.StatusSeeOther {
		t.Error("the old session goes on")
	}
	c := r.browser()
	if a := c.fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", next); a.to() != "/desk" {
		t.Errorf("signing in with it: %d", a.status)
	}
}

func TestALinkDoesNotPassBySecondStepNorASwitchedOffAccount(t *testing.T) {
	r := open(t)
	r.found()
	r.hire("owner", staff.Owner)
	dora := r.hire("dora", staff.Editor)
	r.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetTOTP(ctx, tester, dora.ID, r.secrets.Seal(store.TOTPName(dora.ID), staff.NewTOTPSecret()), 0)
	})
	path := r.link(store.LinkSignIn, dora.ID)
	if a := r.browser().fill(path, path); a.to() != "/desk/code" {
		t.Errorf("with a second step: %d to %q", a.status, a.to())
	}
	path = r.link(store.LinkSignIn, dora.ID)
	page := r.browser().get(path)
	r.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetStaffState(ctx, tester, dora.ID, staff.Disabled)
	})
	if a := r.browser().send(page, path); a.status != http.StatusGone {
		t.Errorf("a switched-off account: %d", a.status)
	}
}
