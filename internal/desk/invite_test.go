package desk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/staff"
)

// invite makes an account for somebody and returns the page that answers.
func invite(b *desktest.Browser, name, how string) desktest.Answer {
	b.T.Helper()
	return b.Fill("/desk/people/new", "/desk/people/new", "name", name, "email", name+"@lantern.example", "role", "contributor", "by", how)
}

func idOf(r *desktest.Room, name string) string {
	r.T.Helper()
	a, err := r.Store.AccountByEmail(r.T.Context(), name+"@lantern.example")
	if err != nil {
		r.T.Fatal(err)
	}
	return a.ID
}

// linkIn is the path of the one-time link that a page shows.
func linkIn(a desktest.Answer) string {
	text := a.Find("main").Text()
	i := strings.Index(text, "/desk/link/")
	if i < 0 {
		return ""
	}
	return strings.Fields(text[i:])[0]
}

func TestAnInvitationIsShownToPassOnAndEndsAfterAWeek(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("owner", staff.Owner))
	shown := invite(b, "ansel", "link")
	first := linkIn(shown)
	if shown.Status != http.StatusOK || first == "" || len(mailsTo(r, "ansel@lantern.example")) != 0 {
		t.Fatalf("%d\n%s", shown.Status, shown.Find("main").Text())
	}
	path := "/desk/people/" + idOf(r, "ansel")
	if a := b.Get(path); linkIn(a) != "" || a.Find("#invitation").Length() != 1 {
		t.Error("the link is shown twice, or the invitation not at all")
	}
	r.Clock.Add(7*24*time.Hour - time.Minute)
	if a := r.Browser().Get(first); a.Status != http.StatusOK {
		t.Errorf("within the week: %d", a.Status)
	}
	r.Clock.Add(2 * time.Minute)
	if a := r.Browser().Get(first); a.Status != http.StatusGone {
		t.Errorf("after a week: %d", a.Status)
	}
	b = r.SignIn(r.Hire("second", staff.Owner))
	if a := b.Get(path); !strings.Contains(a.Find("#invitation").Parent().Text(), "Ended") {
		t.Errorf("the page says %s", a.Find("#invitation").Parent().Text())
	}
	again := b.Send(b.Get(path), path+"/invite", "by", "link")
	second := linkIn(again)
	if second == "" || second == first {
		t.Fatalf("again: %d", again.Status)
	}
	if a := b.Send(b.Get(path), path+"/invite", "by", "mail"); a.To() != path+"?done=saved" {
		t.Errorf("by mail: %d", a.Status)
	}
	if a := r.Browser().Get(second); a.Status != http.StatusGone {
		t.Errorf("the link before the newest: %d", a.Status)
	}
	for _, want := range []string{"staff.invited", "staff.added"} {
		if !strings.Contains(r.Log(), want) {
			t.Errorf("%s is not in the log", want)
		}
	}
}

func TestAnInvitationIsWithdrawnAndNeverOpensAnAccountInUse(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("owner", staff.Owner))
	link := linkIn(invite(b, "ansel", "link"))
	path := "/desk/people/" + idOf(r, "ansel")
	page := b.Get(path)
	if a := b.Send(page, path+"/withdraw"); a.To() != path+"?done=saved" {
		t.Fatalf("%d", a.Status)
	}
	if a := r.Browser().Get(link); a.Status != http.StatusGone {
		t.Errorf("the withdrawn link: %d", a.Status)
	}
	if a, err := r.Store.Account(t.Context(), idOf(r, "ansel")); err != nil || a.State != staff.Disabled {
		t.Errorf("%+v %v", a, err)
	}
	link = linkIn(invite(b, "berta", "link"))
	path = "/desk/people/" + idOf(r, "berta")
	page = b.Get(path)
	r.Browser().Fill(link, link, "password", "nine plots for ninety names")
	for _, do := range []string{"/invite", "/withdraw"} {
		if a := b.Send(page, path+do); a.Status != http.StatusGone {
			t.Errorf("%s of an account in use: %d", do, a.Status)
		}
	}
	if a := b.Get(path); a.Find("#invitation").Length() != 0 {
		t.Error("an account in use shows an invitation")
	}
}
