package story_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/worker"
)

// paper is a newsroom with a section and stories that have all they need.
type paper struct {
	*desktest.Room
	section string
	room    news.Newsroom
}

func openPaper(t *testing.T) *paper {
	t.Helper()
	r := desktest.Open(t)
	r.Found()
	p := &paper{Room: r, room: news.Newsroom{Clock: r.Clock}}
	r.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		p.section, err = tx.PutSection(ctx, news.Section{Slug: "town", Name: outlet.Words{"en": "Town"}})
		return err
	})
	return p
}

// story is one by somebody, in a state that it has come to by itself.
func (p *paper) story(by staff.Person, state news.State) string {
	p.T.Helper()
	var a news.Article
	p.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		begin := news.Draft
		if state == news.Pitch {
			begin = news.Pitch
		}
		a, err = p.room.Create(ctx, tx, news.Author{ID: by.ID, Name: by.Name}, news.New{State: begin, Content: news.Content{Lang: "en", Kind: news.Report,
			Headline: "Boats on the quay", Section: p.section, Body: document.New("en", document.P("The council bought 8 boats."))}})
		if err != nil || state == begin {
			return err
		}
		switch state {
		case news.Scheduled:
			_, err = p.room.Schedule(ctx, tx, a.ID, p.Clock.Now().Add(time.Hour), false)
		case news.Published, news.Retracted:
			if _, err = p.room.Publish(ctx, tx, news.Order{Article: a.ID, Suffix: true}); err == nil && state == news.Retracted {
				_, err = p.room.Retract(ctx, tx, a.ID, "Wrong.")
			}
		default:
			_, err = p.room.Move(ctx, tx, a.ID, state)
		}
		return err
	})
	return a.ID
}

func (p *paper) state(id string) news.State {
	p.T.Helper()
	a, err := p.Store.Article(p.T.Context(), id)
	if err != nil {
		p.T.Fatal(err)
	}
	return a.State
}

func stepPath(id string, step news.Step) string {
	return "/desk/stories/" + id + "/step/" + string(step)
}

// press sends the button or form of a step from the story's page, as whoever
// looks at it would.
func press(b *desktest.Browser, id string, step news.Step, fields ...string) desktest.Answer {
	page := b.Get("/desk/stories/" + id)
	if page.Find("form[action='"+stepPath(id, step)+"']").Length() == 0 {
		page = b.Get(stepPath(id, step))
	}
	return b.Send(page, stepPath(id, step), fields...)
}

func done(t *testing.T, a desktest.Answer, id, what string) {
	t.Helper()
	if want := "/desk/stories/" + id + "?done=" + what; a.To() != want {
		t.Fatalf("%d to %q, want %q\n%s", a.Status, a.To(), want, a.Find(".errors").Text())
	}
}

// Who gets past the door of each step on a story of somebody else, in a state
// where it can be made: the columns of the newsroom's table.
const doors = `
step       | in        | contributor | reporter | editor | publishing | publisher | admin | treasurer
accept     | pitch     | –           | –        | yes    | yes        | yes       | –     | –
submit     | draft     | –           | –        | yes    | yes        | yes       | –     | –
send_back  | in_review | –           | –        | yes    | yes        | yes       | –     | –
pass       | in_review | –           | –        | yes    | yes        | yes       | –     | –
approve    | copy_desk | –           | –        | yes    | yes        | yes       | –     | –
reopen     | approved  | –           | –        | yes    | yes        | yes       | –     | –
schedule   | approved  | –           | –        | –      | yes        | yes       | –     | –
unschedule | scheduled | –           | –        | –      | yes        | yes       | –     | –
publish    | approved  | –           | –        | –      | yes        | yes       | –     | –
spike      | draft     | –           | –        | yes    | yes        | yes       | –     | –
revive     | spiked    | –           | –        | yes    | yes        | yes       | –     | –
change     | published | –           | –        | yes    | yes        | yes       | –     | –
vouch      | published | –           | –        | yes    | yes        | yes       | –     | –
retract    | published | –           | –        | –      | –          | yes       | –     | –
withdraw   | published | –           | –        | –      | –          | yes       | –     | –
confirm    | published | –           | –        | yes    | yes        | yes       | –     | –
take_back  | published | –           | –        | yes    | yes        | yes       | –     | –
`

func TestEveryStepOpensForThoseWhoMayAndForNobodyElse(t *testing.T) {
	p := openPaper(t)
	author := p.Hire("author", staff.Reporter)
	lines := strings.Split(strings.TrimSpace(doors), "\n")
	head := strings.Split(lines[0], "|")
	browsers := map[string]*desktest.Browser{}
	for _, h := range head[2:] {
		role := strings.TrimSpace(h)
		roles := []staff.Role{staff.Role(role)}
		if role == "publishing" {
			roles = append(roles, staff.Editor)
		}
		browsers[role] = p.SignIn(p.Hire(role, roles...))
	}
	for _, line := range lines[1:] {
		cells := strings.Split(line, "|")
		step, state := news.Step(strings.TrimSpace(cells[0])), news.State(strings.TrimSpace(cells[1]))
		for i, h := range head[2:] {
			role, want := strings.TrimSpace(h), strings.TrimSpace(cells[i+2]) == "yes"
			id := p.story(author, state)
			b := browsers[role]
			if got := b.Get(stepPath(id, step)).Status; (got == http.StatusOK) != want || !want && got != http.StatusForbidden {
				t.Errorf("%s opens %s: %d, want %v", role, step, got, want)
			}
			nonce := b.Get("/desk").Find(".who input[name=nonce]").AttrOr("value", "")
			if got := b.Post(stepPath(id, step), map[string][]string{"nonce": {nonce}}).Status; (got != http.StatusForbidden) != want {
				t.Errorf("%s sends %s: %d, want %v", role, step, got, want)
			}
			if !want && p.state(id) != state {
				t.Errorf("%s brought it to %s", role, p.state(id))
			}
			page := b.Get("/desk/stories/" + id)
			offered := page.Find("[action='"+stepPath(id, step)+"'], a[href='"+stepPath(id, step)+"']").Length() > 0
			if offered && !want {
				t.Errorf("%s is offered %s", role, step)
			}
		}
	}
}

// Presses are counted as people would: what is typed does not count.
func TestFromANewStoryToReadersInEightPresses(t *testing.T) {
	p := openPaper(t)
	ansel, dora := p.Hire("ansel", staff.Reporter), p.Hire("dora", staff.Editor, staff.Publishing)
	reporter, editor := p.SignIn(ansel), p.SignIn(dora)
	presses := 0
	press1 := func(a desktest.Answer) desktest.Answer { presses++; return a }

	page := press1(reporter.Get("/desk/stories/new"))
	begun := press1(reporter.Send(page, "/desk/stories/new", "headline", "Boats on the quay", "lang", "en"))
	id := strings.Split(begun.To(), "/")[3]
	p.write(id, ansel)        // picture, quotation, text: typed, and saved by the editor itself
	press1(desktest.Answer{}) // the picture is put in by one press of its own
	done(t, press1(press(reporter, id, news.Submit)), id, "step_submit")

	home := editor.Get("/desk")
	if home.Find("#notices ~ * a[href='/desk/stories/"+id+"'], .panel a[href='/desk/stories/"+id+"']").Length() == 0 {
		t.Fatal("the editor's first page does not lead to the story")
	}
	press1(desktest.Answer{}) // that link
	done(t, press1(press(editor, id, news.Approve)), id, "step_approve")
	done(t, press1(press(editor, id, news.GoLive)), id, "step_publish")
	if presses > 8 {
		t.Errorf("%d presses", presses)
	}
	pub, err := p.Store.Publication(t.Context(), id)
	if err != nil || pub.Version != 1 || pub.Content.Lead == nil {
		t.Errorf("%+v %v", pub, err)
	}
	if want := "article.published article.approved article.submitted article.begun"; !strings.HasPrefix(p.Log(), want) {
		t.Errorf("logged: %s", p.Log())
	}
}

// write gives a story a picture with its credit, a quotation and a section.
func (p *paper) write(id string, by staff.Person) {
	p.T.Helper()
	p.Write(func(ctx context.Context, tx *store.Tx) error {
		pic, err := tx.AddMedia(ctx, media.Picture{ID: "pic-" + id[:8], Hash: id, Mime: "image/png", Width: 1600, Height: 900, Credit: "Mara Feld", Alt: map[string]string{"en": "Boats"}, State: "ready"})
		if err != nil {
			return err
		}
		a, err := tx.Article(ctx, id)
		if err != nil {
			return err
		}
		_, err = p.room.Save(ctx, tx, news.Author{ID: by.ID, Name: by.Name}, news.Change{Article: id, Base: a.Working, Content: news.Content{Lang: "en", Kind: news.Report,
			Headline: "Boats on the quay", Section: p.section, Lead: &news.Lead{Media: pic.ID},
			Body: document.New("en", document.P("The council bought 8 boats, and they are dear."), &document.Quote{Blocks: []document.Block{document.P("We had to.")}, Speaker: document.Plain("The mayor")},
				&document.PullQuote{Text: document.Plain("they are dear")})}})
		return err
	})
}

func TestWhatIsMissingIsSaidInSentencesAndHoldsTheStep(t *testing.T) {
	p := openPaper(t)
	ansel, dora := p.Hire("ansel", staff.Reporter), p.SignIn(p.Hire("dora", staff.Editor))
	boss := p.SignIn(p.Hire("boss", staff.Publisher))
	id := p.story(ansel, news.InReview)
	p.Write(func(ctx context.Context, tx *store.Tx) error {
		a, err := tx.Article(ctx, id)
		if err != nil {
			return err
		}
		_, err = p.room.Save(ctx, tx, news.Author{ID: ansel.ID, Name: ansel.Name}, news.Change{Article: id, Base: a.Working, Content: news.Content{Lang: "en", Kind: news.Report, Headline: "Boats",
			Section: p.section, Body: document.New("en", document.P("It rained."), &document.PullQuote{Text: document.Plain("It never rained")}, &document.Image{Photo: document.Photo{Media: "m"}})}})
		return err
	})
	page := dora.Get("/desk/stories/" + id)
	if got := page.Find("#missing").Parent().Find("tbody tr").Length(); got != 3 {
		t.Errorf("%d things are said to be missing", got)
	}
	a := press(dora, id, news.Approve, "override", "on", "reason", "It is urgent.")
	if a.Status != http.StatusUnprocessableEntity || a.Find(".errors li").Length() != 3 || p.state(id) != news.InReview {
		t.Fatalf("an editor lets it pass: %d, %d errors", a.Status, a.Find(".errors li").Length())
	}
	if a := press(boss, id, news.Approve, "override", "on"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a publisher without a reason: %d", a.Status)
	}
	done(t, press(boss, id, news.Approve, "override", "on", "reason", "It is urgent."), id, "step_approve")
	log, err := p.Store.AuditLog(t.Context(), store.AuditQuery{Limit: 1, Articles: true})
	if err != nil || log[0].Detail["reason"] != "It is urgent." || len(log[0].Detail["override"].([]any)) != 3 {
		t.Errorf("%+v %v", log, err)
	}
	done(t, press(boss, id, news.GoLive), id, "step_publish")
}

func TestChangesAreAskedForWithANoteThatTheWriterFinds(t *testing.T) {
	p := openPaper(t)
	ansel := p.Hire("ansel", staff.Reporter)
	dora := p.SignIn(p.Hire("dora", staff.Editor))
	id := p.story(ansel, news.InReview)
	if a := press(dora, id, news.SendBack); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Find(".errors").Text(), "Say what should be changed") {
		t.Fatalf("without a note: %d %s", a.Status, a.Find(".errors").Text())
	}
	done(t, press(dora, id, news.SendBack, "note", "Ask the mayor too."), id, "step_send_back")
	writer := p.SignIn(ansel)
	if home := writer.Get("/desk"); home.Find("a[href='/desk/stories/"+id+"']").Length() == 0 || !strings.Contains(home.Find(".rail").Text(), "1") {
		t.Error("the writer is not told")
	}
	if page := writer.Get("/desk/stories/" + id); !strings.Contains(page.Find("#notes").Parent().Text(), "Ask the mayor too.") {
		t.Error("the note is not at the story")
	}
	if n, err := p.Store.CountNotices(t.Context(), ansel.ID); err != nil || n != 0 {
		t.Errorf("having seen it, %d are unread, %v", n, err)
	}
}

func TestATimeThatDoesNotExistOrComesTwiceIsAskedAbout(t *testing.T) {
	p := openPaper(t)
	o, err := p.Store.Outlet(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.Zone = "Europe/Berlin"
	p.Write(func(ctx context.Context, tx *store.Tx) error { return tx.PutOutlet(ctx, store.System, o) })
	boss := p.SignIn(p.Hire("boss", staff.Publisher))
	id := p.story(p.Hire("ansel", staff.Reporter), news.Approved)
	at := stepPath(id, news.Plan)

	gap := boss.Fill(at, at, "date", "2027-03-28", "time", "02:30")
	if gap.Status != http.StatusUnprocessableEntity || gap.Find("[name=time]").AttrOr("value", "") != "03:00" || !strings.Contains(gap.Find(".errors").Text(), "does not exist") {
		t.Fatalf("%d %q %s", gap.Status, gap.Find("[name=time]").AttrOr("value", ""), gap.Find(".errors").Text())
	}
	done(t, boss.Send(gap, at), id, "step_schedule")
	if a, _ := p.Store.Article(t.Context(), id); !a.PublishAt.Equal(time.Date(2027, 3, 28, 1, 0, 0, 0, time.UTC)) {
		t.Errorf("scheduled for %s", a.PublishAt)
	}

	twice := boss.Fill(at, at, "date", "2027-10-31", "time", "02:30", "embargoed", "on")
	if twice.Status != http.StatusUnprocessableEntity || twice.Find("[name=which]").Length() != 2 {
		t.Fatalf("%d\n%s", twice.Status, twice.Find(".errors").Text())
	}
	done(t, boss.Send(twice, at, "which", "second"), id, "step_schedule")
	if a, _ := p.Store.Article(t.Context(), id); !a.PublishAt.Equal(time.Date(2027, 10, 31, 1, 30, 0, 0, time.UTC)) || !a.Embargoed {
		t.Errorf("scheduled for %s, embargoed %v", a.PublishAt, a.Embargoed)
	}
	if page := boss.Get("/desk/stories/" + id); !strings.Contains(page.Find(".note.stop").Text(), "EMBARGO") || !strings.Contains(page.Body, "Europe/Berlin") {
		t.Error("the embargo or the zone is not shown")
	}
	if a := boss.Fill(at, at, "date", "2026-01-01", "time", "09:00"); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Find(".errors").Text(), "still to come") {
		t.Errorf("a time that is over: %d", a.Status)
	}
	early := press(boss, id, news.GoLive)
	if early.Status != http.StatusUnprocessableEntity || !strings.Contains(early.Body, "under embargo") {
		t.Errorf("before the embargo is over: %d", early.Status)
	}
	done(t, press(boss, id, news.Unplan), id, "step_unschedule")
}

func TestAChangeOfALiveStoryIsProposedAsACorrectionAndPublishedWithItsWords(t *testing.T) {
	p := openPaper(t)
	ansel := p.Hire("ansel", staff.Reporter)
	dora := p.SignIn(p.Hire("dora", staff.Editor))
	id := p.story(ansel, news.Published)
	if page := dora.Get(stepPath(id, news.ChangeLive)); page.Find("[name=class]").Length() != 3 {
		t.Errorf("with nothing changed %d classes are offered", page.Find("[name=class]").Length())
	}
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
		body := *c.Body
		para := document.P("The council bought 9 boats.")
		para.ID = document.BaseOf(c.Body.Blocks[0]).ID
		body.Blocks = []document.Block{para}
		c.Body = &body
		_, err = p.room.Save(ctx, tx, news.Author{ID: ansel.ID, Name: ansel.Name}, news.Change{Article: id, Base: a.Working, Content: c})
		return err
	})
	form := dora.Get(stepPath(id, news.ChangeLive))
	if got := form.Find("[name=class]:checked").AttrOr("value", ""); got != "correction" || !strings.Contains(form.Body, "A number changed.") {
		t.Fatalf("proposed as %q", got)
	}
	if form.Find("[name=was]").Text() != "\nThe council bought 8 boats" && form.Find("[name=was]").Text() != "The council bought 8 boats" {
		t.Errorf("was: %q", form.Find("[name=was]").Text())
	}
	if a := dora.Send(form, stepPath(id, news.ChangeLive), "class", "typo"); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Find(".errors").Text(), "choose “Correction”") {
		t.Errorf("as a typo: %d %s", a.Status, a.Find(".errors").Text())
	}
	if a := dora.Send(form, stepPath(id, news.ChangeLive), "was", ""); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Find(".errors").Text(), "what was wrong") {
		t.Errorf("without what was wrong: %d", a.Status)
	}
	done(t, dora.Send(form, stepPath(id, news.ChangeLive)), id, "step_change")
	pub, err := p.Store.Publication(t.Context(), id)
	if err != nil || pub.Version != 2 || !strings.Contains(pub.Content.Text(), "9 boats") || pub.Updated.IsZero() {
		t.Errorf("%+v %v", pub, err)
	}
	boss := p.SignIn(p.Hire("boss", staff.Publisher))
	done(t, press(boss, id, news.Retire, "note", "The council bought none.", "blank", "yes"), id, "step_retract")
	if pub, err = p.Store.Publication(t.Context(), id); err != nil || pub.State != news.Retracted || strings.Contains(pub.Content.Text(), "boats") {
		t.Errorf("%s %q %v", pub.State, pub.Content.Text(), err)
	}
	done(t, press(boss, id, news.TakeDown, "note", "By order of a court.", "reason", "File 7", "legal", "on"), id, "step_asked")
	done(t, press(dora, id, news.Confirm), id, "step_confirm")
	if p.state(id) != news.Withdrawn {
		t.Errorf("it is %s", p.state(id))
	}
}

func TestWhoIsAloneProvesThemselvesGivesAReasonAndCanTakeItBack(t *testing.T) {
	p := openPaper(t)
	boss := p.Hire("boss", staff.Owner)
	all, err := p.Store.Staff(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Write(func(ctx context.Context, tx *store.Tx) error {
		for _, other := range all {
			if other.ID != boss.ID {
				if err := tx.SetStaffState(ctx, desktest.Tester, other.ID, staff.Disabled); err != nil {
					return err
				}
			}
		}
		return nil
	})
	b := p.SignIn(boss)
	id := p.story(boss, news.InReview)
	p.Clock.Add(staff.ProofLasts + time.Second)
	if a := b.Get(stepPath(id, news.Approve)); !strings.HasPrefix(a.To(), "/desk/prove") {
		t.Fatalf("without proof: %d %s", a.Status, a.To())
	}
	b.Fill("/desk/prove?next=/desk", "/desk/prove", "password", desktest.Password)
	if a := press(b, id, news.Approve); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d to %s", a.Status, a.To())
	}
	done(t, press(b, id, news.Approve, "reason", "The ferry sinks."), id, "step_approve")
	done(t, press(b, id, news.GoLive), id, "step_waits")
	a, err := p.Store.Article(t.Context(), id)
	if err != nil || a.State != news.Scheduled || a.PublishAt.Sub(p.Clock.Now()) != news.UndoLasts {
		t.Fatalf("%s at %s, %v", a.State, a.PublishAt, err)
	}
	p.Clock.Add(news.UndoLasts)
	if err := (&worker.Publisher{Store: p.Store, Newsroom: p.room}).CatchUp(t.Context()); err != nil || p.state(id) != news.Published {
		t.Errorf("%s, %v", p.state(id), err)
	}
}

func TestASuggestionIsAcceptedIntoTheTextAndANoteIsResolvedAndOpenedAgain(t *testing.T) {
	p := openPaper(t)
	ansel, dora := p.Hire("Ansel Roth", staff.Reporter), p.Hire("dora", staff.Editor)
	writer, editor := p.SignIn(ansel), p.SignIn(dora)
	id := p.story(ansel, news.Draft)
	notes := "/desk/stories/" + id + "/notes"
	page := editor.Get(notes)
	block := page.Find("[name=block] option").Last().AttrOr("value", "")
	if a := editor.Send(page, notes, "kind", "suggestion", "block", block, "quoted", "10 boats", "proposed", "9 boats"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("words that are not there: %d", a.Status)
	}
	if a := editor.Send(page, notes, "kind", "suggestion", "block", block, "quoted", "8 boats", "proposed", "9 boats", "text", "See the minutes, @anselroth."); a.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", a.Status, a.Find(".errors").Text())
	}
	if n, err := p.Store.CountNotices(t.Context(), ansel.ID); err != nil || n != 1 {
		t.Errorf("mentioned, %d notices, %v", n, err)
	}
	story := writer.Get("/desk/stories/" + id)
	action, _ := story.Find("#notes").Parent().Find("form").First().Attr("action")
	if a := writer.Send(story, action); !strings.HasPrefix(a.To(), "/desk/stories/"+id+"?done=settled") {
		t.Fatalf("%d %s\n%s", a.Status, action, a.Body)
	}
	a, err := p.Store.Article(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Store.Revision(t.Context(), a.Working)
	if err != nil || !strings.Contains(r.Content.Text(), "bought 9 boats.") || r.By.ID != ansel.ID {
		t.Errorf("%q by %s, %v", r.Content.Text(), r.By.Name, err)
	}
	if a := editor.Fill(notes, notes, "kind", "note", "text", "Call the mayor."); a.Status != http.StatusSeeOther {
		t.Fatalf("%d", a.Status)
	}
	for _, want := range []store.NoteState{store.NoteResolved, store.NoteOpen} {
		story = writer.Get("/desk/stories/" + id)
		action, _ = story.Find("#notes").Parent().Find("tr:contains('Call the mayor') form").First().Attr("action")
		writer.Send(story, action)
		list, err := p.Store.Notes(t.Context(), id)
		if err != nil || !slices.ContainsFunc(list, func(n store.Note) bool { return n.Body == "Call the mayor." && n.State == want }) {
			t.Errorf("%+v, want %s, %v", list, want, err)
		}
	}
}

func TestAStoryIsAssignedAndItsWriterMayThenWrite(t *testing.T) {
	p := openPaper(t)
	dora, cleo := p.Hire("dora", staff.Editor), p.Hire("cleo", staff.Contributor)
	editor, writer := p.SignIn(dora), p.SignIn(cleo)
	id := p.story(dora, news.Draft)
	if a := writer.Get("/desk/stories/" + id); a.Status != http.StatusForbidden {
		t.Fatalf("a contributor reads a foreign draft: %d", a.Status)
	}
	at := "/desk/stories/" + id + "/assign"
	if a := editor.Fill(at, at, "owner", cleo.ID, "date", "2026-11-21", "words", "600"); a.To() != "/desk/stories/"+id+"?done=assigned" {
		t.Fatalf("%d\n%s", a.Status, a.Find(".errors").Text())
	}
	a, err := p.Store.Article(t.Context(), id)
	if err != nil || a.Owner != cleo.ID || a.WordTarget != 600 || a.Deadline.IsZero() {
		t.Errorf("%+v %v", store.AssignmentOf(a), err)
	}
	if a := writer.Get("/desk/stories/" + id); a.Status != http.StatusOK {
		t.Errorf("the assigned contributor: %d", a.Status)
	}
	if home := writer.Get("/desk"); home.Find("#mine").Length() == 0 {
		t.Error("it is not among her stories")
	}
	if a := editor.Fill(at, at, "words", "many"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("many words: %d", a.Status)
	}
}

func TestAListHasFiltersAndIsKeptUnderAName(t *testing.T) {
	p := openPaper(t)
	dora := p.Hire("dora", staff.Editor)
	b := p.SignIn(dora)
	id := p.story(dora, news.InReview)
	p.story(p.Hire("ansel", staff.Reporter), news.Draft)
	rows := func(query string) int { return b.Get("/desk/stories?" + query).Find("tbody tr").Length() }
	for query, want := range map[string]int{"": 2, "state=in_review": 1, "author=" + dora.ID: 1, "q=quay+boat": 2, "q=ferry": 0, "lang=de": 0, "kind=report": 2,
		"section=" + p.section: 2, "mine=on": 0, "view=published": 0, "q=" + strings.Repeat("x%25_", 3): 0} {
		if got := rows(query); got != want {
			t.Errorf("%q shows %d, want %d", query, got, want)
		}
	}
	page := b.Get("/desk/stories?state=in_review")
	if a := b.Send(page, "/desk/views", "name", "To review"); !strings.Contains(a.To(), "done=view") {
		t.Fatalf("%d %s", a.Status, a.To())
	}
	kept := b.Get("/desk/stories").Find(".kept a")
	if kept.Text() != "To review" || !strings.Contains(kept.AttrOr("href", ""), "state=in_review") {
		t.Errorf("%q %q", kept.Text(), kept.AttrOr("href", ""))
	}
	if other := p.SignIn(p.Hire("max", staff.Editor)).Get("/desk/stories").Find(".kept a"); other.Length() != 0 {
		t.Error("somebody else sees it")
	}
	if a := b.Fill("/desk/stories", b.Get("/desk/stories").Find(".kept form").AttrOr("action", "")); !strings.Contains(a.To(), "done=saved") || b.Get("/desk/stories").Find(".kept").Length() != 0 {
		t.Errorf("it is not forgotten: %d", a.Status)
	}
	for _, look := range []string{"board", "calendar"} {
		if a := b.Get("/desk/stories/" + look); a.Status != http.StatusOK || look == "board" && a.Find("#in_review ~ ul a[href='/desk/stories/"+id+"'], #in_review + ul a").Length() == 0 {
			t.Errorf("%s: %d", look, a.Status)
		}
	}
}

func TestALongListIsReadPageByPageWithoutRepeating(t *testing.T) {
	p := openPaper(t)
	dora := p.Hire("dora", staff.Editor)
	want := map[string]bool{}
	for range 120 {
		want[p.story(dora, news.Draft)] = true // all at one moment of the clock
	}
	b := p.SignIn(dora)
	seen, next := map[string]int{}, "/desk/stories"
	for pages := 0; next != "" && pages < 5; pages++ {
		page := b.Get(next)
		for _, a := range page.Find("tbody a").EachIter() {
			seen[strings.TrimPrefix(a.AttrOr("href", ""), "/desk/stories/")]++
		}
		next = page.Find("a[rel=next]").AttrOr("href", "")
	}
	if len(seen) != len(want) {
		t.Errorf("%d of %d stories are seen", len(seen), len(want))
	}
	for id, n := range seen {
		if n != 1 || !want[id] {
			t.Errorf("%s stands %d times", id, n)
		}
	}
}

func TestAnOldTextIsNotApprovedByMistake(t *testing.T) {
	p := openPaper(t)
	ansel, dora := p.Hire("ansel", staff.Reporter), p.SignIn(p.Hire("dora", staff.Editor))
	id := p.story(ansel, news.InReview)
	page := dora.Get("/desk/stories/" + id)
	p.write(id, ansel)
	a := dora.Send(page, stepPath(id, news.Approve))
	if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Find(".errors").Text(), "changed the text") || p.state(id) != news.InReview {
		t.Errorf("%d %s: %s", a.Status, p.state(id), fmt.Sprint(a.Find(".errors").Text()))
	}
}
