package desk_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// fillAll puts one of everything into the newsroom. The names try to be more
// than text.
func (r *room) fillAll() (draft string) {
	const naughty = `<script>alert(1)</script>"'&`
	r.write(func(ctx context.Context, tx *store.Tx) error {
		section, err := tx.PutSection(ctx, news.Section{Slug: "town", Name: outlet.Words{"en": "Town " + naughty}})
		if err != nil {
			return err
		}
		room := news.Newsroom{Clock: r.clock}
		a, err := room.Create(ctx, tx, news.Author{ID: "x", Name: "X"}, news.New{Content: news.Content{Lang: "en", Kind: news.Report, Headline: "Bus " + naughty,
			Section: section, Body: &document.Document{Schema: 1, Lang: "en"}}})
		if err != nil {
			return err
		}
		draft = a.ID
		if err := tx.AddTask(ctx, store.Task{Key: "a", Kind: fund.TaskSuspense, ObjectKind: "movement", ObjectID: naughty}); err != nil {
			return err
		}
		if err := tx.AddTask(ctx, store.Task{Key: "b", Kind: "odd", ObjectKind: "thing", ObjectID: "1"}); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, job.Job{Kind: "test " + naughty}); err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, `INSERT INTO import_need (source, kind, source_id, n, object_kind, object_id, title, reason, detail, created_at)
			VALUES ('s', 'post', '7', 0, 'article', 'a', $1, 'raw', $1, 1)`, naughty); err != nil {
			return err
		}
		for kind, to := range map[string]string{"gift": "rowan@pell.example", store.MailKindStaff: "dora@lantern.example", "test": "tech@lantern.example"} {
			err := tx.QueueMail(ctx, store.Mail{Key: kind, Kind: kind, ToAddress: to, ToName: naughty, Subject: kind + " " + naughty,
				Text: "https://lantern.example/x " + naughty, HTML: "<script>alert(2)</script>"})
			if err != nil {
				return err
			}
		}
		return tx.PutCampaign(ctx, fund.Campaign{ID: "c1", Slug: "costs", Currency: "USD", State: fund.CampaignLive, Counting: fund.ReceivedOnly,
			Title: map[string]string{"en": "Costs " + naughty}, StartsAt: r.clock.Now().AddDate(0, -1, 0), EndsAt: r.clock.Now().AddDate(0, 1, 0), CreatedAt: r.clock.Now()})
	})
	return draft
}

func TestEveryPageIsWholeInEveryLanguageAndShowsTextAsText(t *testing.T) {
	r := open(t)
	r.found()
	r.fillAll()
	p := r.hire("owner", staff.Owner)
	b := r.signIn(p)
	other := r.hire("ansel", staff.Reporter)
	list := []string{"/desk", "/desk?done=saved", "/desk/account", "/desk/account/second-step", "/desk/prove", "/desk/stories", "/desk/stories?view=ended",
		"/desk/imports", "/desk/money", "/desk/people", "/desk/people/new", "/desk/people/" + other.ID, "/desk/people/" + p.ID, "/desk/settings",
		"/desk/settings/mail", "/desk/mailbox", "/desk/jobs", "/desk/audit", "/desk/nowhere", "/desk/sign-in?x"}
	mails, err := r.store.Mails(t.Context(), 10, 0)
	if err != nil || len(mails) != 3 {
		t.Fatal(mails, err)
	}
	for _, m := range mails {
		list = append(list, "/desk/mailbox/"+m.ID)
	}
	for _, lang := range []string{"en", "de", "fa"} {
		r.write(func(ctx context.Context, tx *store.Tx) error { return tx.SetStaffLang(ctx, p.ID, lang) })
		for _, path := range list {
			a := b.get(path)
			if strings.HasPrefix(path, "/desk/sign-in") && a.status == http.StatusSeeOther {
				continue
			}
			if i := strings.Index(a.body, "⟨"); i >= 0 {
				t.Errorf("%s in %s has no word for %.60s", path, lang, a.body[i:])
			}
			if a.Find("h1").Length() != 1 || a.Find("script").Length() > 0 || a.Find("html").AttrOr("lang", "") != lang {
				t.Errorf("%s in %s: %d h1, %d scripts, lang %s", path, lang, a.Find("h1").Length(), a.Find("script").Length(), a.Find("html").AttrOr("lang", ""))
			}
			if a.Find(".skip[href='#main']").Length()+a.Find("#main").Length() != 2 {
				t.Errorf("%s: no way past the rail", path)
			}
			if path != "/desk/nowhere" && a.status != http.StatusOK {
				t.Errorf("%s in %s: %d", path, lang, a.status)
			}
		}
	}
}

func TestAnAddressWithASlashTooManyIsSentToTheRightOne(t *testing.T) {
	b := open(t).browser()
	if a := b.get("/desk/"); a.status != http.StatusMovedPermanently || a.to() != "/desk" {
		t.Errorf("%d to %q", a.status, a.to())
	}
	if a := b.get("/desk/nowhere"); a.status != http.StatusNotFound {
		t.Errorf("%d", a.status)
	}
}

func TestSettingsAreKeptOrShownAgainWithTheInput(t *testing.T) {
	r := open(t)
	r.found()
	b := r.signIn(r.hire("boss", staff.Publisher))
	const path = "/desk/settings"
	bad := b.fill(path, path, "name", "", "zone", "Moon/Crater", "motto_fa", "روشن", "about_en", "We are <b>us</b>.", "languages", "fa, fa")
	if bad.status != http.StatusUnprocessableEntity || bad.Find(".errors li").Length() != 3 {
		t.Fatalf("%d\n%s", bad.status, bad.Find(".errors").Text())
	}
	if bad.Find("[name=zone]").AttrOr("value", "") != "Moon/Crater" || bad.Find("[name=motto_fa]").AttrOr("value", "") != "روشن" ||
		!strings.Contains(bad.Find("[name=about_en]").Text(), "<b>us</b>") {
		t.Error("what was put in is lost")
	}
	if a := b.send(bad, path, "name", "The Evening Lantern", "zone", "Asia/Tehran", "languages", "fa de"); a.to() != path+"?done=saved" {
		t.Fatalf("%d\n%s", a.status, a.Find(".errors").Text())
	}
	o, err := r.store.Outlet(t.Context())
	if err != nil || o.Name != "The Evening Lantern" || o.Motto["fa"] != "روشن" || strings.Join(o.Languages, " ") != "fa de" || o.Robots != outlet.RobotsNoTrain {
		t.Errorf("%+v %v", o, err)
	}
	if a := b.get(path + "?done=saved"); a.Find(".note[role=status]").Length() != 1 || a.Find("[name=motto_de]").Length() != 1 {
		t.Error("no word that it was saved, or no fields for the new language")
	}
	if !strings.Contains(r.log(), "settings.changed") {
		t.Errorf("logged: %s", r.log())
	}
}

func TestTheMailServersPasswordIsSealedAndGoesToNoOtherServer(t *testing.T) {
	r := open(t)
	r.found()
	b := r.signIn(r.hire("tech", staff.Admin))
	r.fillAll()
	const path = "/desk/settings/mail"
	if a := b.fill(path, path, "host", "https://smtp", "port", "0"); a.status != http.StatusUnprocessableEntity || a.Find(".errors li").Length() < 3 {
		t.Errorf("wrong settings: %d\n%s", a.status, a.Find(".errors").Text())
	}
	good := []string{"host", "smtp.lantern.example", "port", "587", "security", "starttls", "user", "desk", "from", "desk@lantern.example"}
	secret := func() string {
		t.Helper()
		text, err := r.secrets.Get(t.Context(), mail.Secret)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if a := b.fill(path, path, append(good, "password", "hunter2 hunter2")...); a.to() != path+"?done=saved" || secret() != "hunter2 hunter2" {
		t.Fatalf("%d %q\n%s", a.status, secret(), a.Find(".errors").Text())
	}
	page := b.get(path)
	if strings.Contains(page.body, "hunter2") {
		t.Error("the page shows the password")
	}
	if b.send(page, path); secret() != "hunter2 hunter2" {
		t.Error("saving without a password lost the stored one")
	}
	if b.send(page, path, "host", "smtp.evil.example"); secret() != "" {
		t.Error("the stored password would be sent to another server")
	}
	if a := b.send(b.get(path), path+"/test"); a.to() != "/desk/mailbox?done=test" {
		t.Errorf("a test mail: %d", a.status)
	}
}

func TestAMailIsReadByThoseWhomItConcerns(t *testing.T) {
	r := open(t)
	r.found()
	r.fillAll()
	r.hire("dora", staff.Editor)
	mails, err := r.store.Mails(t.Context(), 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		role staff.Role
		may  string
	}{{staff.Treasurer, "gift"}, {staff.Admin, "test"}, {staff.Owner, "gift staff test"}} {
		b := r.signIn(r.hire("the-"+string(c.role), c.role))
		box := b.get("/desk/mailbox")
		for _, m := range mails {
			may := strings.Contains(c.may, m.Kind)
			a := b.get("/desk/mailbox/" + m.ID)
			if (a.status == http.StatusOK) != may || !may && a.status != http.StatusForbidden {
				t.Errorf("%s reads %s: %d", c.role, m.Kind, a.status)
			}
			if strings.Contains(box.body, m.ToAddress) != may {
				t.Errorf("the list shows %s to %s: %v", m.ToAddress, c.role, !may)
			}
			if may && a.Find(".letter a[href='https://lantern.example/x']").Length() != 1 {
				t.Errorf("the link in the mail is none:\n%s", a.body)
			}
		}
	}
}

func TestAMailThatIsUncertainWaitsForAPersonsWord(t *testing.T) {
	r := open(t)
	r.found()
	r.fillAll()
	b := r.signIn(r.hire("kim", staff.Treasurer))
	mails, err := r.store.Mails(t.Context(), 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		if m.Kind != "gift" {
			continue
		}
		r.write(func(ctx context.Context, tx *store.Tx) error {
			if _, err := tx.TakeMail(ctx, m.ID); err != nil {
				return err
			}
			return tx.SettleMail(ctx, m.ID, store.MailUncertain, "the line broke")
		})
		path := "/desk/mailbox/" + m.ID
		page := b.get(path)
		if page.status != http.StatusOK || !strings.Contains(page.body, "the line broke") {
			t.Fatalf("%d\n%s", page.status, page.body)
		}
		if a := b.send(page, path); a.to() != "/desk/mailbox?done=saved" { // the first button: again
			t.Errorf("%d", a.status)
		}
		if got, _ := r.store.Mail(t.Context(), m.ID); got.State != store.MailWaiting {
			t.Errorf("the mail is %s", got.State)
		}
		if a := b.send(page, path); a.status != http.StatusConflict {
			t.Errorf("decided twice: %d", a.status)
		}
	}
}

func TestAStoryIsPublishedByWhoeverMay(t *testing.T) {
	r := open(t)
	r.found()
	draft := r.fillAll()
	editor, boss := r.signIn(r.hire("dora", staff.Editor)), r.signIn(r.hire("boss", staff.Publisher))
	path := "/desk/stories/" + draft + "/publish"
	if editor.get("/desk/stories").Find("form[action='"+path+"']").Length() > 0 {
		t.Error("an editor is offered to publish")
	}
	if a := boss.fill("/desk/stories", path); a.to() != "/desk/stories?view=published&done=published" {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	p, err := r.store.Publication(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	if a := editor.get("/desk/stories?view=published"); a.Find("a[href='"+p.Path+"']").Length() != 1 {
		t.Errorf("no link to %s", p.Path)
	}
	if !strings.Contains(r.log(), "article.published") {
		t.Errorf("logged: %s", r.log())
	}
}

func TestAReporterOfOneSectionSeesNoForeignDrafts(t *testing.T) {
	r := open(t)
	r.found()
	r.fillAll()
	p := r.hire("ansel")
	r.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Grant(ctx, tester, p.ID, staff.Grant{Role: staff.Reporter, Section: "elsewhere"})
	})
	if a := r.signIn(p).get("/desk/stories"); a.status != http.StatusOK || strings.Contains(a.body, "Bus ") {
		t.Errorf("%d: a foreign draft is listed", a.status)
	}
}

func TestATaskIsSettledByThoseWhomItConcerns(t *testing.T) {
	r := open(t)
	r.found()
	r.fillAll()
	tasks := func(b *browser) int { return b.get("/desk").Find("#tasks").Parent().Find("form").Length() }
	kim, boss := r.signIn(r.hire("kim", staff.Treasurer)), r.signIn(r.hire("boss", staff.Publisher))
	if tasks(kim) != 1 || tasks(boss) != 1 {
		t.Fatalf("the treasurer sees %d, the publisher %d", tasks(kim), tasks(boss))
	}
	page := kim.get("/desk")
	action := page.Find("#tasks").Parent().Find("form").AttrOr("action", "")
	forged := boss.post(action, map[string][]string{"nonce": {boss.get("/desk").Find(".who input[name=nonce]").AttrOr("value", "")}})
	if forged.status != http.StatusForbidden {
		t.Errorf("the publisher settles a task about money: %d", forged.status)
	}
	if a := kim.send(page, action); a.to() != "/desk?done=task" || tasks(kim) != 0 {
		t.Errorf("%d, %d left", a.status, tasks(kim))
	}
}

func TestWhatAnImportLeftIsMarkedAsDone(t *testing.T) {
	r := open(t)
	r.found()
	r.fillAll()
	b := r.signIn(r.hire("dora", staff.Editor))
	if a := b.fill("/desk/imports", "/desk/imports/done"); a.to() != "/desk/imports?done=task" {
		t.Fatalf("%d", a.status)
	}
	if n, err := r.store.CountNeeds(t.Context()); err != nil || n != 0 {
		t.Errorf("%d left, %v", n, err)
	}
}

func TestTheLogShowsAnEditorOnlyArticles(t *testing.T) {
	r := open(t)
	r.found()
	r.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Audit(ctx, tester, "article.read", "article", "a1", nil)
	})
	editor, boss := r.signIn(r.hire("dora", staff.Editor)), r.signIn(r.hire("boss", staff.Publisher))
	for b, want := range map[*browser]bool{editor: false, boss: true} {
		a := b.get("/desk/audit")
		if !strings.Contains(a.body, "article.read") || strings.Contains(a.body, "staff.added") != want {
			t.Errorf("the log shows staff: %v\n%s", !want, a.Find("table").Text())
		}
	}
}
