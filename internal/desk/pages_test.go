package desk_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

func TestEveryPageIsWholeInEveryLanguageAndShowsTextAsText(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.FillAll()
	p := r.Hire("owner", staff.Owner)
	b := r.SignIn(p)
	other := r.Hire("ansel", staff.Reporter)
	list := []string{"/desk", "/desk?done=saved", "/desk/account", "/desk/account/second-step", "/desk/prove", "/desk/stories", "/desk/stories?view=ended",
		"/desk/imports", "/desk/money", "/desk/people", "/desk/people/new", "/desk/people/" + other.ID, "/desk/people/" + p.ID, "/desk/settings",
		"/desk/sections", "/desk/sections/new", "/desk/navigation", "/desk/redirects", "/desk/redirects?of=all", "/desk/redirects/file", "/desk/settings/addresses", "/desk/settings/look", "/desk/settings/retention",
		"/desk/settings/mail", "/desk/mailbox", "/desk/jobs", "/desk/audit", "/desk/nowhere", "/desk/sign-in?x"}
	mails, err := r.Store.Mails(t.Context(), 10, 0)
	if err != nil || len(mails) != 3 {
		t.Fatal(mails, err)
	}
	for _, m := range mails {
		list = append(list, "/desk/mailbox/"+m.ID)
	}
	for _, lang := range []string{"en", "de", "fa"} {
		r.Write(func(ctx context.Context, tx *store.Tx) error { return tx.SetStaffLang(ctx, p.ID, lang) })
		for _, path := range list {
			a := b.Get(path)
			if strings.HasPrefix(path, "/desk/sign-in") && a.Status == http.StatusSeeOther {
				continue
			}
			if i := strings.Index(a.Body, "⟨"); i >= 0 {
				t.Errorf("%s in %s has no word for %.60s", path, lang, a.Body[i:])
			}
			if a.Find("h1").Length() != 1 || a.Find("script").Length() > 0 || a.Find("html").AttrOr("lang", "") != lang {
				t.Errorf("%s in %s: %d h1, %d scripts, lang %s", path, lang, a.Find("h1").Length(), a.Find("script").Length(), a.Find("html").AttrOr("lang", ""))
			}
			if a.Find(".skip[href='#main']").Length()+a.Find("#main").Length() != 2 {
				t.Errorf("%s: no way past the rail", path)
			}
			if path != "/desk/nowhere" && a.Status != http.StatusOK {
				t.Errorf("%s in %s: %d", path, lang, a.Status)
			}
		}
	}
}

func TestAnAddressWithASlashTooManyIsSentToTheRightOne(t *testing.T) {
	b := desktest.Open(t).Browser()
	if a := b.Get("/desk/"); a.Status != http.StatusMovedPermanently || a.To() != "/desk" {
		t.Errorf("%d to %q", a.Status, a.To())
	}
	if a := b.Get("/desk/nowhere"); a.Status != http.StatusNotFound {
		t.Errorf("%d", a.Status)
	}
}

func TestSettingsAreKeptOrShownAgainWithTheInput(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("boss", staff.Publisher))
	const path = "/desk/settings"
	bad := b.Fill(path, path, "name", "", "zone", "Moon/Crater", "motto_fa", "روشن", "founded_en", "We are <b>us</b>.", "name_fa", "فانوس")
	if bad.Status != http.StatusUnprocessableEntity || bad.Find(".errors li").Length() != 2 {
		t.Fatalf("%d\n%s", bad.Status, bad.Find(".errors").Text())
	}
	if bad.Find("[name=zone]").AttrOr("value", "") != "Moon/Crater" || bad.Find("[name=motto_fa]").AttrOr("value", "") != "روشن" ||
		!strings.Contains(bad.Find("[name=founded_en]").Text(), "<b>us</b>") {
		t.Error("what was put in is lost")
	}
	if a := b.Send(bad, path, "name", "The Evening Lantern", "zone", "Asia/Tehran"); a.To() != path+"?done=saved" {
		t.Fatalf("%d\n%s", a.Status, a.Find(".errors").Text())
	}
	o, err := r.Store.Outlet(t.Context())
	if err != nil || o.Name != "The Evening Lantern" || o.Motto["fa"] != "روشن" || o.In("fa").Name != "فانوس" || o.Language != "en" || len(o.Languages) != 1 || o.Robots != outlet.RobotsNoTrain {
		t.Errorf("%+v %v", o, err)
	}
	if a := b.Get(path + "?done=saved"); a.Find(".note[role=status]").Length() != 1 || a.Find("[name=motto_fa]").Length() != 1 {
		t.Error("no word that it was saved, or no fields for a further language")
	}
	if !strings.Contains(r.Log(), "settings.changed") {
		t.Errorf("logged: %s", r.Log())
	}
}

func TestTheMailServersPasswordIsSealedAndGoesToNoOtherServer(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("tech", staff.Admin))
	r.FillAll()
	const path = "/desk/settings/mail"
	if a := b.Fill(path, path, "host", "https://smtp", "port", "0"); a.Status != http.StatusUnprocessableEntity || a.Find(".errors li").Length() < 3 {
		t.Errorf("wrong settings: %d\n%s", a.Status, a.Find(".errors").Text())
	}
	good := []string{"host", "smtp.lantern.example", "port", "587", "security", "starttls", "user", "desk", "from", "desk@lantern.example"}
	secret := func() string {
		t.Helper()
		text, err := r.Secrets.Get(t.Context(), mail.Secret)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if a := b.Fill(path, path, append(good, "password", "hunter2 hunter2")...); a.To() != path+"?done=saved" || secret() != "hunter2 hunter2" {
		t.Fatalf("%d %q\n%s", a.Status, secret(), a.Find(".errors").Text())
	}
	page := b.Get(path)
	if strings.Contains(page.Body, "hunter2") {
		t.Error("the page shows the password")
	}
	if b.Send(page, path); secret() != "hunter2 hunter2" {
		t.Error("saving without a password lost the stored one")
	}
	if b.Send(page, path, "host", "smtp.evil.example"); secret() != "" {
		t.Error("the stored password would be sent to another server")
	}
	if a := b.Send(b.Get(path), path+"/test"); a.To() != "/desk/mailbox?done=test" {
		t.Errorf("a test mail: %d", a.Status)
	}
}

func TestAMailIsReadByThoseWhomItConcerns(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.FillAll()
	r.Hire("dora", staff.Editor)
	mails, err := r.Store.Mails(t.Context(), 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		role staff.Role
		may  string
	}{{staff.Treasurer, "gift"}, {staff.Admin, "test"}, {staff.Owner, "gift staff test"}} {
		b := r.SignIn(r.Hire("the-"+string(c.role), c.role))
		box := b.Get("/desk/mailbox")
		for _, m := range mails {
			may := strings.Contains(c.may, m.Kind)
			a := b.Get("/desk/mailbox/" + m.ID)
			if (a.Status == http.StatusOK) != may || !may && a.Status != http.StatusForbidden {
				t.Errorf("%s reads %s: %d", c.role, m.Kind, a.Status)
			}
			if strings.Contains(box.Body, m.ToAddress) != may {
				t.Errorf("the list shows %s to %s: %v", m.ToAddress, c.role, !may)
			}
			if may && a.Find(".letter a[href='https://lantern.example/x']").Length() != 1 {
				t.Errorf("the link in the mail is none:\n%s", a.Body)
			}
		}
	}
}

func TestAMailThatIsUncertainWaitsForAPersonsWord(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.FillAll()
	b := r.SignIn(r.Hire("kim", staff.Treasurer))
	mails, err := r.Store.Mails(t.Context(), 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		if m.Kind != "gift" {
			continue
		}
		r.Write(func(ctx context.Context, tx *store.Tx) error {
			if _, err := tx.TakeMail(ctx, m.ID); err != nil {
				return err
			}
			return tx.SettleMail(ctx, m.ID, store.MailUncertain, "the line broke")
		})
		path := "/desk/mailbox/" + m.ID
		page := b.Get(path)
		if page.Status != http.StatusOK || !strings.Contains(page.Body, "the line broke") {
			t.Fatalf("%d\n%s", page.Status, page.Body)
		}
		if a := b.Send(page, path); a.To() != "/desk/mailbox?done=saved" { // the first button: again
			t.Errorf("%d", a.Status)
		}
		if got, _ := r.Store.Mail(t.Context(), m.ID); got.State != store.MailWaiting {
			t.Errorf("the mail is %s", got.State)
		}
		if a := b.Send(page, path); a.Status != http.StatusConflict {
			t.Errorf("decided twice: %d", a.Status)
		}
	}
}

func TestATaskIsSettledByThoseWhomItConcerns(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.FillAll()
	tasks := func(b *desktest.Browser) int { return b.Get("/desk").Find("#tasks").Parent().Find("form").Length() }
	kim, boss := r.SignIn(r.Hire("kim", staff.Treasurer)), r.SignIn(r.Hire("boss", staff.Publisher))
	if tasks(kim) != 1 || tasks(boss) != 1 {
		t.Fatalf("the treasurer sees %d, the publisher %d", tasks(kim), tasks(boss))
	}
	page := kim.Get("/desk")
	action := page.Find("#tasks").Parent().Find("form").AttrOr("action", "")
	forged := boss.Post(action, map[string][]string{"nonce": {boss.Get("/desk").Find(".who input[name=nonce]").AttrOr("value", "")}})
	if forged.Status != http.StatusForbidden {
		t.Errorf("the publisher settles a task about money: %d", forged.Status)
	}
	if a := kim.Send(page, action); a.To() != "/desk?done=task" || tasks(kim) != 0 {
		t.Errorf("%d, %d left", a.Status, tasks(kim))
	}
}

func TestTheLogShowsAnEditorOnlyArticles(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Audit(ctx, desktest.Tester, "article.read", "article", "a1", nil)
	})
	editor, boss := r.SignIn(r.Hire("dora", staff.Editor)), r.SignIn(r.Hire("boss", staff.Publisher))
	for b, want := range map[*desktest.Browser]bool{editor: false, boss: true} {
		a := b.Get("/desk/audit")
		if !strings.Contains(a.Body, "article.read") || strings.Contains(a.Body, "staff.added") != want {
			t.Errorf("the log shows staff: %v\n%s", !want, a.Find("table").Text())
		}
	}
}
