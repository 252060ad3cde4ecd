package desk_test

import (
	"strings"
	"testing"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/staff"
)

func TestMailsAreSignedOnlyOnceTheDNSHasTheKey(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("tech", staff.Admin))
	const path = "/desk/settings/mail"
	b.Fill(path, path, "host", "smtp.lantern.example", "port", "587", "security", "starttls", "from", "desk@lantern.example")
	secret := func(name string) string {
		t.Helper()
		text, err := r.Secrets.Get(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	const next = mail.DKIMSecret + ".next"
	b.Fill(path, path+"/dkim", "do", "make")
	page := b.Get(path)
	made := secret(next)
	key, err := mail.OpenDKIM("desk@lantern.example", made)
	if err != nil {
		t.Fatal(err)
	}
	record, err := key.Record()
	if err != nil {
		t.Fatal(err)
	}
	if secret(mail.DKIMSecret) != "" || !strings.Contains(page.Find("#dkim").Parent().Text(), record) || strings.Contains(page.Body, "PRIVATE") {
		t.Fatalf("after a key was made:\n%s", page.Find("main").Text())
	}
	if a := b.Send(page, path+"/dkim", "do", "check"); a.To() != path+"?not=dkim" || secret(mail.DKIMSecret) != "" {
		t.Errorf("a key that the DNS does not know is used: %q", a.To())
	}
	if b.Get(path+"?not=dkim").Find(".note.warn").Length() != 1 {
		t.Error("nothing says that the record is not there")
	}
	r.DNS["masthead._domainkey.lantern.example"] = strings.ReplaceAll(record, "; ", ";")
	if a := b.Send(page, path+"/dkim", "do", "check"); a.To() != path+"?done=saved" || secret(mail.DKIMSecret) != made || secret(next) != "" {
		t.Errorf("a key that the DNS knows is not used: %q", a.To())
	}
	b.Fill(path, path, "from", "desk@other.example")
	if secret(mail.DKIMSecret) != "" || secret(next) != made {
		t.Error("a key signs for a domain whose DNS does not know it")
	}
	b.Fill(path, path, "from", "desk@lantern.example")
	b.Fill(path, path+"/dkim", "do", "check")
	b.Fill(path, path+"/dkim", "do", "make")
	if secret(mail.DKIMSecret) != made || secret(next) == "" {
		t.Error("a new key took over before its record was there")
	}
	b.Fill(path, path+"/dkim", "do", "drop")
	b.Fill(path, path+"/dkim", "do", "off")
	if secret(mail.DKIMSecret) != "" || secret(next) != "" {
		t.Error("the key signs on")
	}
}

func TestEveryPageSaysThatNobodySendsMails(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.FillAll()
	tech, writer := r.SignIn(r.Hire("tech", staff.Admin)), r.SignIn(r.Hire("writer", staff.Reporter))
	if a := tech.Get("/desk/account"); a.Find(`.note.stop a[href="/desk/settings/mail"]`).Length() != 1 || !strings.Contains(a.Find(".note.stop").Text(), "wait") {
		t.Errorf("no line about the missing server:\n%s", a.Find("main").Text())
	}
	if writer.Get("/desk/account").Find(".note.stop").Length() != 0 {
		t.Error("a reporter, who can do nothing about it, is alarmed")
	}
	const path = "/desk/settings/mail"
	tech.Fill(path, path, "host", "smtp.lantern.example", "port", "587", "security", "starttls", "from", "desk@lantern.example")
	if tech.Get("/desk/account").Find(".note.stop").Length() != 0 {
		t.Error("the line stays when a server is set")
	}
}
