package store_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// tab is a browser's tab on an article.
type tab struct {
	*room
	article, client, base string
	by                    news.Author
	seq                   int64
	text                  news.Content
}

func (r *room) tab(article, name string) *tab {
	t := &tab{room: r, article: article, client: id.New(), by: news.Author{ID: name, Name: name}}
	r.do(func(tx *store.Tx) error {
		h, err := t.writing().Open(r.t.Context(), tx, article)
		t.base, t.text = h.ID, h.Content
		return err
	})
	return t
}

func (t *tab) writing() draft.Writing { return draft.Writing{Clock: t.clock} }

// types appends to a paragraph; the text is the tab's own copy.
func (t *tab) types(block int, words string) *tab {
	t.t.Helper()
	b, err := json.Marshal(t.text)
	if err != nil {
		t.t.Fatal(err)
	}
	var own news.Content
	if err := json.Unmarshal(b, &own); err != nil {
		t.t.Fatal(err)
	}
	p := own.Body.Blocks[block].(*document.Paragraph)
	p.Text = document.Plain(p.Text.String() + words)
	t.text = own
	return t
}

func (t *tab) send(cut bool) (draft.Answer, error) {
	t.t.Helper()
	var out draft.Answer
	err := t.try(func(tx *store.Tx) (err error) {
		out, err = t.writing().Save(t.t.Context(), tx, draft.Save{Article: t.article, By: t.by, Client: t.client, Seq: t.seq, Base: t.base, Content: t.text, Cut: cut})
		return err
	})
	return out, err
}

// save sends the text and hears the answer.
func (t *tab) save(cut bool) draft.Answer {
	t.t.Helper()
	t.seq++
	out, err := t.send(cut)
	if err != nil {
		t.t.Fatal(err)
	}
	t.base = out.Revision
	if out.Content != nil {
		t.text = *out.Content
	}
	return out
}

func paragraphs(texts ...string) news.Content {
	d := &document.Document{Schema: document.Schema, Lang: "en"}
	for i, s := range texts {
		p := document.P(s)
		p.ID = fmt.Sprint("p", i)
		d.Blocks = append(d.Blocks, p)
	}
	return news.Content{Lang: "en", Kind: news.Report, Headline: "Bus", Body: d}
}

func (r *room) story(texts ...string) string { return r.create(paragraphs(texts...), "").ID }

func (r *room) revisions(article string) []news.Revision {
	r.t.Helper()
	all, err := r.s.Revisions(r.t.Context(), article)
	if err != nil {
		r.t.Fatal(err)
	}
	if n := news.VerifyRevisions(all); n != 0 {
		r.t.Errorf("the chain breaks at %d", n)
	}
	return all
}

func (r *room) newest(article string) draft.Head {
	r.t.Helper()
	var h draft.Head
	r.do(func(tx *store.Tx) (err error) {
		h, err = (draft.Writing{Clock: r.clock}).Open(r.t.Context(), tx, article)
		return err
	})
	return h
}

func TestTypingMakesOneDraftAndARevisionNowAndThen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		a := r.tab(r.story("one"), "nell")
		for range 20 {
			r.clock.Add(5 * time.Second)
			if out := a.types(0, " more").save(false); out.State != draft.Saved || out.Number != 2 {
				t.Fatalf("%+v", out)
			}
		}
		if got := len(r.revisions(a.article)); got != 1 {
			t.Errorf("%d revisions while typing", got)
		}
		for range 60 { // five minutes and more
			r.clock.Add(5 * time.Second)
			a.types(0, " on").save(false)
		}
		all := r.revisions(a.article)
		if len(all) != 2 || all[1].Origin != news.Typed || all[1].Added < 20 || all[1].Removed != 0 || all[1].By.Name != "nell" {
			t.Errorf("%d revisions, the last %+v", len(all), all[len(all)-1])
		}
		out := a.types(0, " end").save(true)
		all = r.revisions(a.article)
		if len(all) != 3 || all[2].ID != out.Revision || all[2].Number != out.Number || !strings.HasSuffix(all[2].Content.Text(), " end") {
			t.Errorf("%+v", out)
		}
		if _, err := s.Draft(t.Context(), a.article); !fault.Is(err, fault.NotFound) {
			t.Errorf("a draft is left: %v", err)
		}
	})
}

func TestASaveSentTwiceIsOneWithTheSameAnswer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		story := r.story("one", "two")
		a, b := r.tab(story, "nell"), r.tab(story, "omid")
		b.types(1, " b1").save(true)
		a.types(0, " a1")
		a.seq = 1
		first, err := a.send(false)
		again, err2 := a.send(true)
		if err != nil || err2 != nil || first.State != draft.WasMixed || !slices.Equal(first.By, []string{"omid"}) {
			t.Fatalf("%+v %v %v", first, err, err2)
		}
		x, _ := json.Marshal(first)
		y, _ := json.Marshal(again)
		if string(x) != string(y) || len(r.revisions(story)) != 3 {
			t.Errorf("%s\n%s\n%d revisions", x, y, len(r.revisions(story)))
		}
	})
}

func TestAnOldBaseIsMergedAndNeverPutOverNewerText(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		story := r.story("one", "two")
		a, b := r.tab(story, "nell"), r.tab(story, "omid")
		a.types(0, " a1").save(false) // a draft is open
		out := b.types(1, " b1").save(false)
		if out.State != draft.WasMixed || out.Content.Text() != "one a1\n\ntwo b1" || !slices.Equal(out.By, []string{"nell"}) {
			t.Fatalf("%+v", out)
		}
		if out := a.types(0, " a2").save(false); out.State != draft.WasMixed || out.Content.Text() != "one a1 a2\n\ntwo b1" {
			t.Fatalf("%+v", out)
		}
		out = b.types(0, " b2").save(true)
		if out.State != draft.Clash || len(out.Conflicts) != 1 || out.Conflicts[0].Part != "block:p0" || out.Content.Text() != "one a1 a2\n\ntwo b1" {
			t.Fatalf("%+v", out)
		}
		all := r.revisions(story)
		i := slices.IndexFunc(all, func(v news.Revision) bool { return v.ID == out.Kept })
		if i < 0 || all[i].Origin != news.Aside || all[i].Content.Text() != "one a1 b2\n\ntwo b1" || all[i].By.Name != "omid" {
			t.Errorf("kept is %d", i)
		}
		if h := r.newest(story); h.Content.Text() != "one a1 a2\n\ntwo b1" || h.ID != out.Revision {
			t.Errorf("%+v", h)
		}
		if out := b.types(0, " b3").save(true); out.State != draft.Saved {
			t.Errorf("after the conflict: %+v", out)
		}
	})
}

func TestALostAnswerIsUnderstood(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		story := r.story("one", "two")
		a := r.tab(story, "nell")
		a.types(0, " a1")
		a.seq = 1
		if _, err := a.send(false); err != nil { // the answer never comes
			t.Fatal(err)
		}
		out := a.types(0, " a2").save(false)
		if out.State != draft.Saved || r.newest(story).Content.Text() != "one a1 a2\n\ntwo" {
			t.Fatalf("%+v", out)
		}
		b := r.tab(story, "omid")
		b.types(0, " b1").save(true)
		a.types(0, " a3")
		a.seq++
		if out, err := a.send(false); err != nil || out.State != draft.Clash {
			t.Fatalf("%+v %v", out, err)
		}
		out = a.types(0, " a4").save(false) // it never heard of the conflict and must hear of it now
		if out.State != draft.Clash || !strings.Contains(string(out.Conflicts[0].Mine), "a3 a4") {
			t.Errorf("%+v", out)
		}
	})
}

func TestACopyOfATabLosesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		story := r.story("one", "two")
		a := r.tab(story, "nell")
		a.types(0, " a1").save(false)
		b := *a // the browser's “duplicate tab” copies the storage
		a.types(0, " a2").save(false)
		b.types(0, " b2").save(false)
		a.types(1, " a3").save(false)
		b.types(1, " b3").save(true)
		a.save(true)
		all, _ := json.Marshal(r.revisions(story))
		for _, w := range []string{"a1", "a2", "a3", "b2", "b3"} {
			if !strings.Contains(string(all), w) {
				t.Errorf("%s is lost", w)
			}
		}
	})
}

func TestATextOfAnUnknownBaseIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		story := r.story("one", "two")
		a := r.tab(story, "nell")
		a.base = id.New() // the database was restored from yesterday
		out := a.types(0, " a1").save(false)
		if out.State != draft.Clash || out.Kept == "" || out.Content.Text() != "one\n\ntwo" {
			t.Errorf("%+v", out)
		}
		a.base = r.tab(r.story("other"), "omid").base // a revision of another story is no base either
		if out := a.types(0, " a2").save(false); out.State != draft.Clash {
			t.Errorf("%+v", out)
		}
	})
}

func TestWhatWasTypedAndLeftBecomesARevision(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		a := r.tab(r.story("one"), "nell")
		a.types(0, " a1").save(false)
		quiet := func() (wait time.Duration) {
			r.do(func(tx *store.Tx) (err error) {
				wait, err = a.writing().CutQuiet(t.Context(), tx, a.article)
				return err
			})
			return wait
		}
		r.clock.Add(time.Minute)
		if wait := quiet(); wait != draft.Quiet-time.Minute || len(r.revisions(a.article)) != 1 {
			t.Errorf("to wait: %s", wait)
		}
		r.clock.Add(draft.Quiet)
		if wait := quiet(); wait != 0 || len(r.revisions(a.article)) != 2 {
			t.Errorf("to wait: %s", wait)
		}
		if got := r.revisions(a.article)[1]; !got.At.Equal(noon) {
			t.Errorf("it says %s, and was typed at %s", got.At, noon)
		}
		if out := a.types(0, " a2").save(false); out.State != draft.Saved {
			t.Errorf("typing on: %+v", out)
		}
		if next, err := s.NextJob(t.Context()); err != nil || next.IsZero() {
			t.Errorf("nobody will look: %v %v", next, err)
		}
	})
}

func TestWhatAnImportWritesBesideADraftIsMergedWithIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		story := r.story("one", "two")
		a := r.tab(story, "nell")
		a.types(0, " a1").save(false)
		r.do(func(tx *store.Tx) error {
			v, err := tx.Article(t.Context(), story)
			if err != nil {
				return err
			}
			_, err = r.Save(t.Context(), tx, news.Author{Name: "import"}, news.Change{Article: story, Base: v.Working, Content: paragraphs("one", "two i1")})
			return err
		})
		if got := r.newest(story).Content.Text(); got != "one a1\n\ntwo i1" {
			t.Errorf("%q", got)
		}
		if out := a.types(0, " a2").save(true); out.State != draft.WasMixed || out.Content.Text() != "one a1 a2\n\ntwo i1" {
			t.Errorf("%+v", out)
		}
		r.revisions(story)
	})
}

func TestAnOldRevisionComesBackAsANewOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		story := r.story("one")
		a := r.tab(story, "nell")
		first := a.base
		a.types(0, " a1").save(false)
		r.do(func(tx *store.Tx) error {
			_, err := a.writing().Restore(t.Context(), tx, news.Author{ID: "omid", Name: "omid"}, story, first)
			return err
		})
		all := r.revisions(story)
		if len(all) != 3 || all[1].Content.Text() != "one a1" || all[2].Content.Text() != "one" || all[2].Origin != news.Restored || all[2].Removed != 1 {
			t.Errorf("%d revisions, %+v", len(all), all[len(all)-1])
		}
		other := r.story("other")
		err := r.try(func(tx *store.Tx) error {
			_, err := a.writing().Restore(t.Context(), tx, a.by, other, first)
			return err
		})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("a revision of another story: %v", err)
		}
	})
}

func TestALiveStoryIsWorkedOnBehindItsPublication(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		p := r.published(report("en", "Bus", "one"))
		a := r.tab(p.Article, "nell")
		a.types(0, " a1").save(true)
		a.types(0, " a2").save(false)
		now, err := s.Publication(t.Context(), p.Article)
		if err != nil || now.Revision != p.Revision || now.Content.Text() != "one" {
			t.Errorf("%+v %v", now, err)
		}
		a.text.Lang = "de"
		a.seq++
		if _, err := a.send(true); !fault.Is(err, fault.Conflict) {
			t.Errorf("another language: %v", err)
		}
	})
}

func TestAnEndedStoryTakesNoText(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		a := r.tab(r.story("one"), "nell")
		r.do(func(tx *store.Tx) error {
			v, err := tx.Article(t.Context(), a.article)
			if err != nil {
				return err
			}
			v.State = news.Spiked
			return tx.ChangeArticle(t.Context(), v, v.Working)
		})
		if _, err := a.types(0, " a1").send(true); !fault.Is(err, fault.Gone) {
			t.Errorf("%v", err)
		}
	})
}

func (t *tab) lock(do string, brk bool) (draft.Held, error) {
	var out draft.Held
	err := t.try(func(tx *store.Tx) (err error) {
		out, err = t.writing().Lock(t.t.Context(), tx, draft.Wish{Article: t.article, Client: t.client, By: t.by, Do: do, Break: brk})
		return err
	})
	return out, err
}

func TestALockTellsAndIsAskedForAndTakenOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		story := r.story("one")
		a, b := r.tab(story, "nell"), r.tab(story, "omid")
		step := func(what, want string, of *tab, do string, brk bool) {
			t.Helper()
			h, err := of.lock(do, brk)
			got := fmt.Sprintf("%s %v %s", h.Holder, h.Mine, h.Asked)
			if err != nil {
				got = string(fault.KindOf(err))
			}
			if strings.TrimSpace(got) != want {
				t.Errorf("%s: %q, not %q", what, got, want)
			}
		}
		step("nell opens", "nell true", a, draft.Hold, false)
		step("omid opens", "nell false", b, draft.Hold, false)
		step("omid takes", "denied", b, draft.Take, false)
		step("omid asks", "nell false omid", b, draft.Ask, false)
		r.clock.Add(draft.Heartbeat)
		step("nell hears it", "nell true omid", a, draft.Hold, false)
		a.types(0, " a1").save(false)
		step("an editor takes", "omid true", b, draft.Take, true)
		if n := len(r.revisions(story)); n != 2 {
			t.Errorf("%d revisions after the lock was taken", n)
		}
		step("nell hears that too", "omid false", a, draft.Hold, false)
		r.clock.Add(draft.Expiry)
		step("omid is silent", "nell true", a, draft.Take, false)
		step("nell goes", "false", a, draft.Leave, false)
		step("omid is back", "omid true", b, draft.Hold, false)
		c := r.tab(story, "omid")
		step("in another window", "omid false", c, draft.Hold, false)
		step("one's own is taken by oneself", "omid true", c, draft.Take, false)
		step("nonsense", "invalid", c, "grab", false)
	})
}

func TestTabsAndLocksThatAreLongOverAreForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		a := r.tab(r.story("one"), "nell")
		a.types(0, " a1").save(true)
		if _, err := a.lock(draft.Hold, false); err != nil {
			t.Fatal(err)
		}
		r.clock.Add(31 * 24 * time.Hour)
		r.do(func(tx *store.Tx) error { return tx.PruneTabs(t.Context()) })
		if dump := storetest.Dump(t, s); strings.Contains(dump, "\ndraft_tab") || strings.Contains(dump, "\narticle_lock") {
			t.Error("they are still there")
		}
	})
}
