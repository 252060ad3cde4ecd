package desk_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestAnInvitationLeadsToTheAddressThatTheNewsroomHasSetSinceTheStart(t *testing.T) {
	r := openAt(t, storetest.Open(t, storetest.SQLite(t)), "http://localhost:8080")
	r.found()
	b := r.signIn(r.hire("dora", staff.Owner))
	r.write(func(ctx context.Context, tx *store.Tx) error {
		o := outlet.Default()
		o.Name, o.BaseURL = "The Lantern", "https://lantern.example"
		return tx.PutOutlet(ctx, tester, o)
	})
	if a := b.send(b.get("/desk/people/new"), "/desk/people/new", "name", "Ansel", "email", "ansel@lantern.example", "role", "reporter"); a.to() != "/desk/people?done=invited" {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	mails, err := r.store.Mails(t.Context(), 10, 0)
	if err != nil || len(mails) != 1 || !strings.Contains(mails[0].Text, "https://lantern.example/desk/link/") || strings.Contains(mails[0].Text, "localhost") {
		t.Errorf("%v %+v", err, mails)
	}
}

func TestASlashTooManyIsTakenOffWithoutTouchingTheRest(t *testing.T) {
	r := open(t)
	r.found()
	for from, to := range map[string]string{"/desk/people/": "/desk/people", "/desk/a%3Fb%20c/": "/desk/a%3Fb%20c"} {
		if a := r.browser().get(from); a.status != http.StatusMovedPermanently || a.header.Get("Location") != to {
			t.Errorf("%s leads to %d %q", from, a.status, a.header.Get("Location"))
		}
	}
}

func TestOnceTheNewsroomHasAnAddressWithTLSCookiesAreBoundToIt(t *testing.T) {
	r := openAt(t, storetest.Open(t, storetest.SQLite(t)), "http://localhost:8080")
	r.found()
	dora := r.hire("dora", staff.Owner)
	b := r.browser()
	b.host = "lantern.example"
	b.fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", password)
	if a := b.get("/desk"); a.status != http.StatusOK {
		t.Fatalf("before: %d", a.status)
	}
	r.write(func(ctx context.Context, tx *store.Tx) error {
		o := outlet.Default()
		o.Name, o.BaseURL = "The Lantern", "https://lantern.example"
		return tx.PutOutlet(ctx, tester, o)
	})
	if a := b.get("/desk"); a.to() != "/desk/sign-in" {
		t.Errorf("a cookie that was sent in the clear still opens the desk: %d", a.status)
	}
	a := b.fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", password)
	if cookie := a.header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "__Host-masthead=") || !strings.Contains(cookie, "Secure") {
		t.Errorf("the cookie is %q", cookie)
	}
}
