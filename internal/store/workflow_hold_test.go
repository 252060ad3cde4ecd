package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// rewrite saves the story with something else of it changed.
func (d *newsdesk) rewrite(article, by string, change func(*news.Content)) {
	d.t.Helper()
	d.do(func(tx *store.Tx) error {
		a, err := tx.Article(d.t.Context(), article)
		if err != nil {
			return err
		}
		r, err := tx.Revision(d.t.Context(), a.Working)
		if err != nil {
			return err
		}
		change(&r.Content)
		_, err = d.Save(d.t.Context(), tx, d.by(by), news.Change{Article: article, Base: a.Working, Content: r.Content})
		return err
	})
}

func TestAnotherAddressIsLetThroughBySomebodyElseAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		for name, change := range map[string]func(*news.Content){
			"slug":      func(c *news.Content) { c.Slug = "the-mayor-is-a-crook" },
			"canonical": func(c *news.Content) { c.Canonical = "https://elsewhere.example/story" },
		} {
			a := d.story("ada", "They will receive 8 boats.")
			d.steps(a.ID, "ada submit", "dora approve")
			d.rewrite(a.ID, "ada", change)
			if d.state(a.ID) != news.CopyDesk {
				t.Errorf("%s: it is still %s", name, d.state(a.ID))
			}
			b := d.story("ada", "The ferry runs.")
			d.steps(b.ID, "ada submit", "dora approve", "max publish")
			d.rewrite(b.ID, "dora", change)
			typo := func(a *news.Act) { a.Class = news.Typo }
			if _, err := d.step(b.ID, "dora", news.ChangeLive, typo); !slices.Equal(refusedBy(err), []string{"flow.no.second"}) {
				t.Errorf("%s of a live story: %v", name, err)
			}
			d.steps(b.ID, "max vouch")
			if _, err := d.step(b.ID, "dora", news.ChangeLive, typo); err != nil {
				t.Errorf("%s, once it was looked at: %v", name, err)
			}
		}
	})
}

func TestWhatAPublisherLetPassWhenPlanningPassesAtTheHourForThatTextAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		first := d.clock.Now()
		d.Gate = func(m news.Matter) []news.Finding { // stands for a picture whose rights have ended since the approval
			if m.Now.Equal(first) {
				return nil
			}
			return []news.Finding{{Rule: "rights", Severity: news.Stop, Text: m.Content.Text()}, {Rule: "style", Severity: news.Warn, Text: "boats"}}
		}
		due := func(text string) (news.Fate, news.Article) {
			t.Helper()
			a := d.story("ada", "They will receive 8 boats.")
			d.steps(a.ID, "ada submit", "dora approve")
			d.clock.Add(time.Minute)
			at := d.clock.Now().Add(time.Hour)
			if _, err := d.step(a.ID, "boss", news.Plan, func(x *news.Act) {
				x.At, x.Override, x.Reason, x.Acknowledged = at, true, "The agency said yes.", []string{"style::boats"}
			}); err != nil {
				t.Fatal(err)
			}
			if text != "" {
				d.edit(a.ID, "ada", text)
			}
			d.clock.Add(time.Hour)
			var fate news.Fate
			d.do(func(tx *store.Tx) (err error) { fate, err = d.Due(t.Context(), tx, a.ID, at); return err })
			first = d.clock.Now()
			return fate, a
		}
		fate, a := due("")
		if fate != news.Out {
			t.Errorf("at its hour it was %q", fate)
		}
		log, err := s.AuditLog(t.Context(), store.AuditQuery{Limit: 20})
		if err != nil || !slices.ContainsFunc(log, func(e store.AuditEntry) bool {
			return e.Action == "article.scheduled" && e.ID == a.ID && e.By.Name == "boss" && e.Detail["reason"] == "The agency said yes." && strings.Contains(fmt.Sprint(e.Detail["override"]), "rights")
		}) {
			t.Errorf("the log does not say who let it pass, and why: %v", err)
		}
		if fate, _ := due("They will recieve 8 boats."); fate != news.Held {
			t.Errorf("with another text it was %q", fate)
		}
	})
}

func TestASpikedStoryStaysWhereItIsWhileAnotherHasItsPlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		en := d.story("ada", "Late bus.")
		begin := func() (a news.Article) {
			d.do(func(tx *store.Tx) (err error) {
				c := report("fa", "اتوبوس", "x")
				c.Section = d.section
				a, err = d.Create(t.Context(), tx, d.by("ada"), news.New{Content: c, Group: en.ID})
				return err
			})
			return a
		}
		one := begin()
		d.steps(one.ID, "dora spike")
		two := begin()
		if _, err := d.step(one.ID, "dora", news.Revive); !slices.Equal(refusedBy(err), []string{"flow.no.twin"}) {
			t.Errorf("beside another one: %v", err)
		}
		d.steps(two.ID, "dora spike")
		d.steps(one.ID, "dora revive")
	})
}
