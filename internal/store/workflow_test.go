package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/merge"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// newsdesk is a newsroom with people and a section, where four eyes are asked for.
type newsdesk struct {
	*room
	section string
	people  map[string]staff.Person
}

func openDesk(t *testing.T, s *store.Store) *newsdesk {
	t.Helper()
	r := newRoom(t, s)
	r.Diff = merge.Edits
	d := &newsdesk{room: r, people: map[string]staff.Person{}}
	r.do(func(tx *store.Tx) (err error) {
		d.section, err = tx.PutSection(t.Context(), news.Section{Slug: "town", Name: outlet.Words{"en": "Town"}})
		return err
	})
	for name, role := range map[string]staff.Role{"ada": staff.Reporter, "dora": staff.Editor, "max": staff.Editor, "boss": staff.Publisher} {
		p := staff.Person{Name: name, Email: name + "@lantern.example", State: staff.Active, Grants: []staff.Grant{{Role: role}}}
		if name == "max" {
			p.Grants = append(p.Grants, staff.Grant{Role: staff.Publishing})
		}
		r.do(func(tx *store.Tx) (err error) {
			p.ID, err = tx.AddStaff(t.Context(), store.System, p)
			return err
		})
		d.people[name] = p
	}
	return d
}

func (d *newsdesk) by(name string) news.Author { return news.Author{ID: d.people[name].ID, Name: name} }

func (d *newsdesk) story(by string, text string) news.Article {
	d.t.Helper()
	var a news.Article
	d.do(func(tx *store.Tx) (err error) {
		c := report("en", "Boats on the quay", text)
		c.Section = d.section
		a, err = d.Create(d.t.Context(), tx, d.by(by), news.New{Content: c})
		return err
	})
	return a
}

// edit saves another text of the one paragraph.
func (d *newsdesk) edit(article, by, text string) {
	d.t.Helper()
	d.do(func(tx *store.Tx) error {
		ctx := d.t.Context()
		a, err := tx.Article(ctx, article)
		if err != nil {
			return err
		}
		r, err := tx.Revision(ctx, a.Working)
		if err != nil {
			return err
		}
		c := r.Content
		p := &document.Paragraph{Text: document.Plain(text)}
		p.ID = document.BaseOf(c.Body.Blocks[0]).ID
		c.Body = &document.Document{Schema: document.Schema, Lang: "en", Blocks: []document.Block{p}}
		_, err = d.Save(ctx, tx, d.by(by), news.Change{Article: article, Base: a.Working, Content: c})
		return err
	})
}

func (d *newsdesk) step(article, by string, step news.Step, more ...func(*news.Act)) (news.Outcome, error) {
	act := news.Act{Article: article, Step: step, By: d.by(by), Note: "A note.", At: d.clock.Now().Add(time.Hour)}
	for _, m := range more {
		m(&act)
	}
	var out news.Outcome
	err := d.try(func(tx *store.Tx) (err error) { out, err = d.Do(d.t.Context(), tx, act); return err })
	return out, err
}

func (d *newsdesk) steps(article string, list ...string) {
	d.t.Helper()
	for _, s := range list {
		by, step, _ := strings.Cut(s, " ")
		if _, err := d.step(article, by, news.Step(step)); err != nil {
			d.t.Fatalf("%s: %v", s, err)
		}
	}
}

func (d *newsdesk) state(article string) news.State {
	d.t.Helper()
	a, err := d.s.Article(d.t.Context(), article)
	if err != nil {
		d.t.Fatal(err)
	}
	return a.State
}

// refusedBy tells by which obstacles a step was refused.
func refusedBy(err error) []string {
	var r *news.Refusal
	var out []string
	if errors.As(err, &r) {
		for _, o := range r.Obstacles {
			out = append(out, o.Key)
		}
	}
	return out
}

func TestAStoryTravelsFromDraftToReadersAndEachStepIsLogged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		a := d.story("ada", "The ferry runs.")
		d.steps(a.ID, "ada submit", "dora pass", "dora approve", "max publish")
		if d.state(a.ID) != news.Published {
			t.Fatalf("it is %s", d.state(a.ID))
		}
		list, err := s.AuditLog(t.Context(), store.AuditQuery{Limit: 20, Articles: true})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range list {
			got = append(got, fmt.Sprintf("%s %s %v>%v", e.By.Name, e.Action, e.Detail["from"], e.Detail["to"]))
			if e.Detail["after"] == nil {
				t.Errorf("%s is logged without the text's hash", e.Action)
			}
		}
		slices.Reverse(got)
		want := []string{"ada article.submitted draft>in_review", "dora article.passed in_review>copy_desk", "dora article.approved copy_desk>approved", "max article.published approved>published"}
		if !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		if last := list[0]; last.Detail["before"] != last.Detail["after"] {
			t.Errorf("what was published is not what was approved: %v", last.Detail)
		}
	})
}

func TestWhoWroteATextAloneCanNotLetItThrough(t *testing.T) {
	d := openDesk(t, storetest.Open(t, storetest.SQLite(t)))
	a := d.story("dora", "The ferry runs.")
	d.steps(a.ID, "dora submit")
	for _, step := range []news.Step{news.Pass, news.Approve} {
		if _, err := d.step(a.ID, "dora", step); !slices.Equal(refusedBy(err), []string{"flow.no.second"}) {
			t.Errorf("%s: %v", step, err)
		}
	}
	d.steps(a.ID, "max pass")
	if _, err := d.step(a.ID, "dora", news.Approve); err == nil {
		t.Error("passed by somebody else, she approved her own text")
	}
	d.steps(a.ID, "max approve")
	o, err := d.s.Outlet(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.OwnWork = true
	d.do(func(tx *store.Tx) error { return tx.PutOutlet(t.Context(), store.System, o) })
	b := d.story("dora", "The bus runs.")
	d.steps(b.ID, "dora submit", "dora approve")
}

func TestAnEditAfterTheApprovalTakesItBackUnlessOnlyASlipWasMended(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		a := d.story("ada", "They will recieve 8 boats.")
		d.steps(a.ID, "ada submit", "dora approve")
		d.edit(a.ID, "ada", "They will receive 8 boats.")
		if d.state(a.ID) != news.Approved {
			t.Fatalf("a mended slip brought it to %s", d.state(a.ID))
		}
		d.steps(a.ID, "max schedule")
		d.edit(a.ID, "ada", "They will receive 9 boats.")
		if d.state(a.ID) != news.CopyDesk {
			t.Fatalf("another number left it %s", d.state(a.ID))
		}
		if _, err := d.step(a.ID, "max", news.GoLive); err == nil {
			t.Error("it was published all the same")
		}
		d.clock.Add(2 * time.Hour)
		if due, err := s.DueArticles(t.Context(), d.clock.Now()); err != nil || len(due) != 0 {
			t.Errorf("it is still due: %v %v", due, err)
		}
		notices, err := s.Notices(t.Context(), d.people["ada"].ID, 10, 0)
		if err != nil || len(notices) == 0 || !slices.ContainsFunc(notices, func(n store.Notice) bool { return n.Detail == string(news.Scheduled) }) {
			t.Errorf("the writer was told %v %v", notices, err)
		}
	})
}

func TestChangesOfALiveStoryAreNamedForWhatTheyAre(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		a := d.story("ada", "The council bought 8 boats from Ibrahim Sol.")
		d.steps(a.ID, "ada submit", "dora approve", "max publish")
		d.edit(a.ID, "ada", "The council bought 8 boats from Ebrahim Sol.")
		as := func(class news.Class, was, is string) func(*news.Act) {
			return func(a *news.Act) { a.Class, a.Was, a.Is = class, was, is }
		}
		if _, err := d.step(a.ID, "dora", news.ChangeLive, as(news.Typo, "", "")); !slices.Equal(refusedBy(err), []string{"flow.no.typo"}) {
			t.Errorf("another name as a typo: %v", err)
		}
		for _, class := range []news.Class{news.Correct, news.Clarification} {
			if _, err := d.step(a.ID, "dora", news.ChangeLive, as(class, "Ibrahim", "")); !slices.Equal(refusedBy(err), []string{"flow.no.is"}) {
				t.Errorf("%s without what is right: %v", class, err)
			}
		}
		out, err := d.step(a.ID, "dora", news.ChangeLive, as(news.Correct, "Ibrahim Sol", "Ebrahim Sol"))
		if err != nil || out.Live.Version != 2 {
			t.Fatalf("%+v %v", out.Live.Version, err)
		}
		d.edit(a.ID, "dora", "The council bought 8 boats from Ebrahim Sol. It was dear.")
		if _, err := d.step(a.ID, "dora", news.ChangeLive, as(news.Update, "", "")); !slices.Equal(refusedBy(err), []string{"flow.no.second"}) {
			t.Errorf("her own update: %v", err)
		}
		if _, err := d.step(a.ID, "max", news.Vouch); err != nil {
			t.Fatal(err)
		}
		if _, err := d.step(a.ID, "dora", news.ChangeLive, as(news.Update, "", "")); err != nil {
			t.Errorf("after somebody else has read it: %v", err)
		}
	})
}

func TestAWithdrawalNeedsTwoPeopleAndTheLawIsNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		a := d.story("ada", "The ferry runs.")
		d.steps(a.ID, "ada submit", "dora approve", "max publish")
		legal := func(a *news.Act) { a.Reason, a.Legal = "Order of the court", true }
		if _, err := d.step(a.ID, "boss", news.TakeDown); !slices.Equal(refusedBy(err), []string{"flow.no.reason"}) {
			t.Errorf("without a reason: %v", err)
		}
		if _, err := d.step(a.ID, "boss", news.TakeDown, legal); err != nil || d.state(a.ID) != news.Published {
			t.Fatalf("asked for: %s, %v", d.state(a.ID), err)
		}
		if _, err := d.step(a.ID, "boss", news.Confirm); !slices.Equal(refusedBy(err), []string{"flow.no.other"}) {
			t.Errorf("confirmed by the same person: %v", err)
		}
		d.steps(a.ID, "dora confirm")
		got, err := s.Article(t.Context(), a.ID)
		if err != nil || got.State != news.Withdrawn || !got.Legal {
			t.Errorf("%s legal %v, %v", got.State, got.Legal, err)
		}
		if _, err := s.Publication(t.Context(), a.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("it is still public: %v", err)
		}
	})
}

func TestWhoIsAloneWaitsTenMinutesInWhichItCanBeTakenBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		alone := func(a *news.Act) { a.Alone = true }
		because := func(a *news.Act) { a.Alone, a.Reason = true, "The ferry sinks." }
		a := d.story("boss", "The ferry sinks.")
		d.steps(a.ID, "boss submit")
		if _, err := d.step(a.ID, "boss", news.Approve, alone); !slices.Equal(refusedBy(err), []string{"flow.no.alone"}) {
			t.Errorf("without a reason: %v", err)
		}
		if _, err := d.step(a.ID, "boss", news.Approve, because); err != nil {
			t.Fatal(err)
		}
		out, err := d.step(a.ID, "boss", news.GoLive, alone)
		if err != nil || d.state(a.ID) != news.Scheduled || out.Due.Sub(d.clock.Now()) != news.UndoLasts {
			t.Fatalf("%s, due %v, %v", d.state(a.ID), out.Due, err)
		}
		d.steps(a.ID, "boss unschedule")
		d.clock.Add(time.Hour)
		if due, err := s.DueArticles(t.Context(), d.clock.Now()); err != nil || len(due) != 0 {
			t.Errorf("taken back, it is due: %v %v", due, err)
		}
	})
}

// What is let through is judged by hand here: each text has a number in it that
// stands for its meaning; slips of the pen keep it.
func TestNoSequenceOfStepsPublishesATextThatNobodyElseHasRead(t *testing.T) {
	for name, runs := range map[string]int{"sqlite": 60, "postgres": 12} {
		t.Run(name, func(t *testing.T) {
			url := storetest.SQLite(t)
			if name == "postgres" {
				url = storetest.Postgres(t)
			}
			d := openDesk(t, storetest.Open(t, url))
			published := 0
			for seed := range runs {
				published += d.wander(rand.New(rand.NewPCG(uint64(seed), 7)))
			}
			if published < runs/4 {
				t.Errorf("of %d sequences %d published anything: the test tests nothing", runs, published)
			}
		})
	}
}

// wander makes random steps and edits on one story and checks each publication.
func (d *newsdesk) wander(rnd *rand.Rand) (published int) {
	d.t.Helper()
	ctx := d.t.Context()
	names := []string{"ada", "dora", "max", "boss"}
	meaning, slip := 1, false
	text := func() string {
		return fmt.Sprintf("They will %s %d boats today.", map[bool]string{true: "recieve", false: "receive"}[slip], meaning)
	}
	who := names[rnd.IntN(4)]
	a := d.story(who, text())
	wrote := map[int][]string{1: {who}} // hands since the last version, when a meaning came up
	hands, read := []string{who}, map[int]bool{}
	for range 24 {
		by := names[rnd.IntN(4)]
		if rnd.IntN(5) == 0 {
			if slip = rnd.IntN(2) == 0; rnd.IntN(3) > 0 {
				meaning++
			}
			d.edit(a.ID, by, text())
			if !slices.Contains(hands, by) {
				hands = append(hands, by)
			}
			wrote[meaning] = slices.Clone(hands)
			continue
		}
		list := news.Steps()
		if likely := news.StepsFrom(d.state(a.ID)); rnd.IntN(6) > 0 && len(likely) > 0 { // any step now and then, else one that leads on
			list = likely[:1+rnd.IntN(len(likely))]
		}
		step := list[rnd.IntN(len(list))]
		alone := slices.Equal(hands, []string{by})
		if !staff.MayStep(d.people[by], string(step), staff.Object{Section: d.section, Authors: []string{d.people[who].ID}, Invited: nil}).OK() {
			continue
		}
		class := []news.Class{news.Typo, news.Update, news.Correct, news.EditorsNote}[rnd.IntN(4)]
		out, err := d.step(a.ID, by, step, func(a *news.Act) { a.Class, a.Was, a.Is = class, "It was wrong.", "It is right." })
		if err != nil && refusedBy(err) == nil {
			d.t.Fatalf("%s %s: %v", by, step, err)
		}
		if err != nil {
			continue
		}
		switch {
		case step == news.Approve || step == news.Vouch:
			if alone {
				d.t.Fatalf("%s let a text through that nobody else has a hand in", by)
			}
			read[meaning] = true
		case out.Live.Version > 0 && (step == news.GoLive || step == news.ChangeLive):
			published++
			if got := document.BlockText(out.Live.Content.Body.Blocks[0]); got != text() {
				d.t.Fatalf("%q was published, %q is the newest text", got, text())
			}
			if !read[meaning] && (step == news.GoLive || alone) && wrote[meaning] != nil {
				d.t.Fatalf("%s by %s published what nobody else has read; hands: %v", step, by, hands)
			}
			hands, wrote = nil, map[int][]string{}
		}
	}
	if _, err := d.s.Article(ctx, a.ID); err != nil {
		d.t.Fatal(err)
	}
	return min(published, 1)
}

func TestTwoWhoActAtOnceDoNotUndoEachOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		a := d.story("ada", "The ferry runs.")
		d.steps(a.ID, "ada submit", "dora approve")
		done := make(chan error, 2)
		for _, step := range []news.Step{news.GoLive, news.SendBack} {
			go func() {
				done <- s.Write(context.Background(), func(tx *store.Tx) error {
					_, err := d.Do(context.Background(), tx, news.Act{Article: a.ID, Step: step, By: d.by("boss"), Note: "No."})
					return err
				})
			}()
		}
		one, two := <-done, <-done
		if (one == nil) == (two == nil) {
			t.Fatalf("both or neither were made: %v, %v", one, two)
		}
		_, err := s.Publication(t.Context(), a.ID)
		if public := err == nil; public != (d.state(a.ID) == news.Published) {
			t.Errorf("public is %v, the state %s", public, d.state(a.ID))
		}
	})
}
