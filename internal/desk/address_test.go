package desk_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestAnInvitationLeadsToTheAddressThatTheNewsroomHasSetSinceTheStart(t *testing.T) {
	r := desktest.OpenAt(t, storetest.Open(t, storetest.SQLite(t)), "http://localhost:8080")
	r.Found()
	b := r.SignIn(r.Hire("dora", staff.Owner))
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		o := outlet.Default()
		o.Name, o.BaseURL = "The Lantern", "https://lantern.example"
		return tx.PutOutlet(ctx, desktest.Tester, o)
	})
	if a := b.Send(b.Get("/desk/people/new"), "/desk/people/new", "name", "Ansel", "email", "ansel@lantern.example", "role", "reporter"); a.To() != "/desk/people?done=invited" {
		t.Fatalf("%d\n%s", a.Status, a.Body)
	}
	mails, err := r.Store.Mails(t.Context(), 10, 0)
	if err != nil || len(mails) != 1 || !strings.Contains(mails[0].Text, "https://lantern.example/desk/link/") || strings.Contains(mails[0].Text, "localhost") {
		t.Errorf("%v %+v", err, mails)
	}
}

func TestASlashTooManyIsTakenOffWithoutTouchingTheRest(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	for from, to := range map[string]string{"/desk/people/": "/desk/people", "/desk/a%3Fb%20c/": "/desk/a%3Fb%20c"} {
		if a := r.Browser().Get(from); a.Status != http.StatusMovedPermanently || a.Header.Get("Location") != to {
			t.Errorf("%s leads to %d %q", from, a.Status, a.Header.Get("Location"))
		}
	}
}

func TestOnceTheNewsroomHasAnAddressWithTLSCookiesAreBoundToIt(t *testing.T) {
	r := desktest.OpenAt(t, storetest.Open(t, storetest.SQLite(t)), "http://localhost:8080")
	r.Found()
	dora := r.Hire("dora", staff.Owner)
	b := r.Browser()
	b.Host = "lantern.example"
	b.Fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", desktest.Password)
	if a := b.Get("/desk"); a.Status != http.StatusOK {
		t.Fatalf("before: %d", a.Status)
	}
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		o := outlet.Default()
		o.Name, o.BaseURL = "The Lantern", "https://lantern.example"
		return tx.PutOutlet(ctx, desktest.Tester, o)
	})
	if a := b.Get("/desk"); a.To() != "/desk/sign-in" {
		t.Errorf("a cookie that was sent in the clear still opens the desk: %d", a.Status)
	}
	a := b.Fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", desktest.Password)
	if cookie := a.Header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "__Host-masthead=") || !strings.Contains(cookie, "Secure") {
		t.Errorf("the cookie is %q", cookie)
	}
}
