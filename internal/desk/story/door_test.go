package story_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// rewrite saves a change of a story's newest text.
func (p *paper) rewrite(id string, by staff.Person, change func(*news.Content)) {
	p.T.Helper()
	p.Write(func(ctx context.Context, tx *store.Tx) error {
		a, err := tx.Article(ctx, id)
		if err != nil {
			return err
		}
		r, err := tx.Revision(ctx, a.Working)
		if err != nil {
			return err
		}
		c := r.Content
		change(&c)
		_, err = p.room.Save(ctx, tx, news.Author{ID: by.ID, Name: by.Name}, news.Change{Article: id, Base: a.Working, Content: c})
		return err
	})
}

func TestOfALiveStoryOthersSeeWhatReadersSeeAndNoMore(t *testing.T) {
	p := openPaper(t)
	ansel := p.Hire("ansel", staff.Reporter)
	id := p.story(ansel, news.Published)
	p.rewrite(id, ansel, func(c *news.Content) {
		c.Headline, c.Body = "HUSH the mayor resigns", document.New("en", document.P("HUSH at noon."))
	})
	note := ""
	p.Write(func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.AddNote(ctx, store.Note{Article: id, Kind: store.PlainNote, Body: "HUSH until noon.", By: desktest.Tester})
		note = n.ID
		return err
	})
	elsewhere := p.Hire("ella")
	p.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Grant(ctx, desktest.Tester, elsewhere.ID, staff.Grant{Role: staff.Editor, Section: "river"})
	})
	story := "/desk/stories/" + id
	for _, who := range []staff.Person{p.Hire("cora", staff.Contributor), elsewhere} {
		b := p.SignIn(who)
		if a := b.Get(story); a.Status != http.StatusOK || !strings.Contains(a.Body, "Boats on the quay") || a.Find("a[href*='/revisions']").Length() > 0 || strings.Contains(a.Body, "HUSH") {
			t.Errorf("%s sees %d\n%s", who.Name, a.Status, a.Find("main").Text())
		}
		for _, path := range []string{"/revisions", "/revisions/1", "/revisions/2", "/changes?from=1&to=2", "/versions", "/notes", "/edit", "/text", "/step/change"} {
			if a := b.Get(story + path); a.Status != http.StatusForbidden || strings.Contains(a.Body, "HUSH") {
				t.Errorf("%s opens %s: %d", who.Name, path, a.Status)
			}
		}
		for _, path := range []string{"/desk/stories?view=published", "/desk/stories/calendar", "/desk/corrections"} {
			if a := b.Get(path); a.Status != http.StatusOK || strings.Contains(a.Body, "HUSH") {
				t.Errorf("%s at %s: %d, or the new headline is there", who.Name, path, a.Status)
			}
		}
		nonce := b.Get("/desk").Find(".who input[name=nonce]").AttrOr("value", "")
		if a := b.Post(story+"/notes/"+note, map[string][]string{"nonce": {nonce}, "to": {"resolved"}}); a.Status != http.StatusForbidden {
			t.Errorf("%s settles a note: %d", who.Name, a.Status)
		}
	}
	if a := p.SignIn(p.Hire("rina", staff.Reporter)).Get(story); !strings.Contains(a.Body, "HUSH") {
		t.Error("a reporter of all sections does not see the change")
	}
}

// A writer may put a text into another section, where they are the editor.
func TestAnotherSectionInTheTextOpensNoDoorToTheLiveStory(t *testing.T) {
	p := openPaper(t)
	rita, river := p.Hire("rita", staff.Contributor), ""
	p.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		if river, err = tx.PutSection(ctx, news.Section{Slug: "river", Name: outlet.Words{"en": "River"}}); err != nil {
			return err
		}
		return tx.Grant(ctx, desktest.Tester, rita.ID, staff.Grant{Role: staff.Editor, Section: river})
	})
	id := p.story(rita, news.Published)
	p.rewrite(id, rita, func(c *news.Content) { c.Section, c.Headline = river, "Boats in the river" })
	b := p.SignIn(rita)
	nonce := b.Get("/desk").Find(".who input[name=nonce]").AttrOr("value", "")
	for _, step := range []news.Step{news.ChangeLive, news.Vouch, news.TakeBack} {
		if a := b.Get(stepPath(id, step)); a.Status != http.StatusForbidden {
			t.Errorf("%s opens: %d", step, a.Status)
		}
		if a := b.Post(stepPath(id, step), map[string][]string{"nonce": {nonce}, "class": {"update"}, "note": {"x"}}); a.Status != http.StatusForbidden {
			t.Errorf("%s is made: %d", step, a.Status)
		}
	}
	if a := p.SignIn(p.Hire("dora", staff.Editor)).Get(stepPath(id, news.ChangeLive)); a.Status != http.StatusOK {
		t.Errorf("an editor of all sections: %d", a.Status)
	}
}

func TestAReadersReportIsSettledByTheChangeThatItLedTo(t *testing.T) {
	p := openPaper(t)
	ansel := p.Hire("ansel", staff.Reporter)
	dora := p.SignIn(p.Hire("dora", staff.Editor))
	id, other := p.story(ansel, news.Published), p.story(ansel, news.Published)
	p.Write(func(ctx context.Context, tx *store.Tx) error {
		for report, about := range map[string]string{"rep1": id, "rep2": other} {
			if _, err := tx.AddReport(ctx, store.Report{ID: report, Article: about, Version: 1, Lang: "en", Wrong: "It was 9."}); err != nil {
				return err
			}
		}
		return nil
	})
	p.rewrite(id, ansel, func(c *news.Content) { c.Body = document.New("en", document.P("The council bought 9 boats.")) })
	story := dora.Get(dora.Get("/desk/reports/rep1").Find("a[href*='report=']").AttrOr("href", ""))
	form := dora.Get(story.Find("a[href*='/step/change']").AttrOr("href", ""))
	if f := form.Find("[name=report]"); f.Find("option").Length() != 2 || f.Find("option[selected]").AttrOr("value", "") != "rep1" {
		t.Fatalf("the form offers %s", f.Text())
	}
	at := stepPath(id, news.ChangeLive)
	if a := dora.Send(form, at, "was", "", "is", "", "class", "correction"); a.Status != http.StatusUnprocessableEntity || a.Find("[name=report] option[selected]").AttrOr("value", "") != "rep1" {
		t.Errorf("%d: what was chosen is forgotten", a.Status)
	}
	done(t, dora.Send(form, at, "class", "correction", "was", "8 boats", "is", "9 boats"), id, "step_change")
	if r, err := p.Store.Report(t.Context(), "rep1"); err != nil || r.State != store.ReportCorrected || r.Correction == "" {
		t.Errorf("%+v %v", r, err)
	}
	if page := dora.Get(at); page.Find("[name=report]").Length() != 0 {
		t.Error("a report that is settled is offered again")
	}
}

func TestWhoAcceptsTheirOwnPitchIsToWriteItAndNobodyElse(t *testing.T) {
	p := openPaper(t)
	ansel, nell := p.Hire("ansel", staff.Reporter), p.Hire("nell", staff.Reporter)
	id := p.story(ansel, news.Pitch)
	done(t, press(p.SignIn(ansel), id, news.Accept, "owner", nell.ID), id, "step_accept")
	if a, err := p.Store.Article(t.Context(), id); err != nil || a.Owner != ansel.ID {
		t.Errorf("%s is to write it, %v", a.Owner, err)
	}
	second, dora := p.story(ansel, news.Pitch), p.SignIn(p.Hire("dora", staff.Editor))
	if a := press(dora, second, news.Accept, "owner", "nobody-at-all"); a.Status != http.StatusUnprocessableEntity || p.state(second) != news.Pitch {
		t.Errorf("somebody who does not work here: %d", a.Status)
	}
	done(t, press(dora, second, news.Accept, "owner", nell.ID), second, "step_accept")
}

// Of what strangers send nothing is read: a picture may have 41 MB.
func TestWhatAStrangerSendsIsNotRead(t *testing.T) {
	p := openPaper(t)
	id := p.story(p.Hire("ansel", staff.Reporter), news.Draft)
	for _, path := range []string{"/desk/stories/pictures", "/desk/stories/paste", "/desk/stories/" + id + "/save", "/desk/stories/" + id + "/lock"} {
		if a := p.Browser().Post(path, nil, "Content-Type", "multipart/form-data; boundary=x"); a.Status != http.StatusUnauthorized || !strings.Contains(a.Body, "signed_out") {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	long := map[string][]string{"body": {strings.Repeat("x", 3<<20)}}
	if a := p.Browser().Post("/desk/stories/"+id+"/text", long); a.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a text of 3 MB: %d", a.Status)
	}
	long["body"] = []string{"KEPT"}
	if a := p.Browser().Post("/desk/stories/"+id+"/text", long); a.Status != http.StatusUnauthorized || !strings.Contains(a.Body, "KEPT") {
		t.Errorf("a text: %d", a.Status)
	}
}

func TestWhatWasWrittenStaysWhereSomebodyHasToProveThemselvesFirst(t *testing.T) {
	p := openPaper(t)
	b := p.SignIn(p.Hire("boss", staff.Owner)) // there is nobody else
	id := p.story(staff.Person{}, news.Published)
	at := stepPath(id, news.TakeDown)
	form := b.Get(at)
	p.Clock.Add(staff.ProofLasts + time.Minute)
	a := b.Send(form, at, "note", "A court says so.", "reason", "Letter of 4 May.")
	if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Find("[name=note]").Text(), "A court says so.") || a.Find("a[href^='/desk/prove']").Length() != 1 {
		t.Fatalf("%d to %q", a.Status, a.To())
	}
	b.Fill("/desk/prove", "/desk/prove", "password", desktest.Password)
	done(t, b.Send(a, at), id, "step_waits")
}

func TestANoteIsAnsweredAndTheAnswerStandsBelowIt(t *testing.T) {
	p := openPaper(t)
	ansel := p.Hire("ansel", staff.Reporter)
	id := p.story(ansel, news.Draft)
	writer, dora := p.SignIn(ansel), p.SignIn(p.Hire("dora", staff.Editor))
	story := "/desk/stories/" + id
	dora.Fill(story+"/notes", story+"/notes", "text", "Ask the mayor.")
	page := writer.Get(story)
	form := writer.Get(page.Find("a[href*='/notes?to=']").AttrOr("href", ""))
	if a := writer.Send(form, story+"/notes", "text", ""); a.Status != http.StatusUnprocessableEntity || a.Find("input[name=reply_to]").Length() != 1 {
		t.Errorf("nothing: %d", a.Status)
	}
	if a := writer.Send(form, story+"/notes", "text", "She says no."); a.To() != story+"?done=noted#notes" {
		t.Fatalf("%d to %q", a.Status, a.To())
	}
	rows := dora.Get(story).Find("#notes").Parent().Find("tbody tr")
	if rows.Length() != 2 || !strings.Contains(rows.Eq(1).Text(), "She says no.") || rows.Eq(1).Find("form").Length() != 0 {
		t.Errorf("%s", rows.Text())
	}
	if home := dora.Get("/desk/notices"); !strings.Contains(home.Body, "ansel has replied") {
		t.Error("the editor is not told")
	}
	if a := writer.Get(story + "/notes?to=none"); a.Status != http.StatusNotFound {
		t.Errorf("an answer to nothing: %d", a.Status)
	}
}

func TestWhoMayOnlyProposeIsHeardAndWhatTheyWroteFillsTheForm(t *testing.T) {
	p := openPaper(t)
	ansel, rina, dora := p.Hire("ansel", staff.Reporter), p.Hire("rina", staff.Reporter), p.Hire("dora", staff.Editor)
	id := p.story(ansel, news.Published)
	story, at := "/desk/stories/"+id, stepPath(id, news.ChangeLive)
	reporter, editor, boss := p.SignIn(rina), p.SignIn(dora), p.SignIn(p.Hire("boss", staff.Publisher))

	page := reporter.Get(story)
	if page.Find("a[href*='/propose/']").Length() != 1 {
		t.Fatalf("a reporter may propose %s", page.Find("a[href*='/propose/']").Text())
	}
	form := reporter.Get(page.Find("a[href*='/propose/']").AttrOr("href", ""))
	if a := reporter.Send(form, story+"/propose/change", "was", "8 boats", "is", ""); a.Status != http.StatusUnprocessableEntity || a.Find("[name=was]").Text() != "8 boats" {
		t.Errorf("half of it: %d", a.Status)
	}
	if a := reporter.Send(form, story+"/propose/change", "was", "8 boats", "is", "9 boats", "note", "The clerk called."); a.To() != story+"?done=proposed" {
		t.Fatalf("%d to %q", a.Status, a.To())
	}
	nonce := reporter.Get("/desk").Find(".who input[name=nonce]").AttrOr("value", "")
	list, err := p.Store.Proposals(t.Context(), id)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v %v", list, err)
	}
	decide := story + "/proposals/" + list[0].ID
	if a := reporter.Post(decide, map[string][]string{"nonce": {nonce}, "to": {"done"}}); a.Status != http.StatusForbidden {
		t.Errorf("a reporter decides: %d", a.Status)
	}
	for _, step := range []string{"retract", "withdraw", "publish"} {
		if a := reporter.Get(story + "/propose/" + step); a.Status != http.StatusForbidden && a.Status != http.StatusNotFound {
			t.Errorf("a reporter proposes %s: %d", step, a.Status)
		}
	}

	p.rewrite(id, ansel, func(c *news.Content) { c.Body = document.New("en", document.P("The council bought 9 boats.")) })
	link := editor.Get(story).Find("#proposals").Parent().Find("a[href*='proposal=']").AttrOr("href", "")
	change := editor.Get(link)
	if change.Find("[name=was]").Text() != "8 boats" || change.Find("[name=class][checked]").AttrOr("value", "") != "correction" {
		t.Fatalf("the form has %q", change.Find("[name=was]").Text())
	}
	done(t, editor.Send(change, at), id, "step_change")
	if list, err := p.Store.Proposals(t.Context(), id); err != nil || list[0].State != store.ProposalDone || list[0].Settled.Name != "dora" {
		t.Errorf("%+v %v", list, err)
	}

	if a := editor.Fill(story+"/propose/retract", story+"/propose/retract", "note", "The source lied."); a.To() != story+"?done=proposed" {
		t.Fatalf("an editor proposes to retract: %d", a.Status)
	}
	if a := boss.Get(story + "/propose/retract"); a.To() != stepPath(id, news.Retire) {
		t.Errorf("who may retract is led to %q", a.To())
	}
	refuse := boss.Get(story).Find("#proposals").Parent().Find("form[action*='/proposals/']").Last().AttrOr("action", "")
	b := boss.Get(story)
	if a := b.Find("form[action='" + refuse + "'] input[value=refused]"); a.Length() != 1 {
		t.Fatalf("it can't be refused")
	}
	nonce = b.Find(".who input[name=nonce]").AttrOr("value", "")
	if a := boss.Post(refuse, map[string][]string{"nonce": {nonce}, "to": {"refused"}}); a.To() != story+"?done=decided_proposal#proposals" {
		t.Errorf("%d to %q", a.Status, a.To())
	}
	if home := editor.Get("/desk/notices"); !strings.Contains(home.Body, "boss has refused your proposal") {
		t.Error("the editor is not told")
	}
}
