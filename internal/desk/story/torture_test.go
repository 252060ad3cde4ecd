package story_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// interleavings is how many are tried on each engine.
func interleavings() int {
	if os.Getenv("MASTHEAD_TORTURE") != "" {
		return 1000
	}
	return 50
}

// begin makes a story of a few paragraphs.
func begin(r *desktest.Room, by staff.Person) string {
	body := &document.Document{Schema: document.Schema, Lang: "en"}
	for _, s := range []string{"one two three four", "five six seven eight", "nine ten"} {
		body.Blocks = append(body.Blocks, document.P(s))
	}
	body.AssignIDs(document.NewID)
	var a news.Article
	r.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		a, err = news.Newsroom{Clock: r.Clock}.Create(ctx, tx, news.Author{ID: by.ID, Name: by.Name}, news.New{Content: news.Content{Lang: "en", Kind: news.Report, Headline: "Bus", Body: body}})
		return err
	})
	return a.ID
}

func TestTwoBrowsersOnOneStoryLoseNoCharacter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := desktest.OpenAt(t, s, "")
		r.Found()
		nell, omid := r.Hire("nell", staff.Editor), r.Hire("omid", staff.Editor)
		a, b := r.SignIn(nell), r.SignIn(omid)
		for seed := range interleavings() {
			if interleave(r, begin(r, nell), uint64(seed), a, b); t.Failed() {
				t.Fatalf("with the seed %d", seed)
			}
		}
	})
}

// interleave lets two people work on one story, with whatever can happen to
// them, brings everybody back at the end and looks for every word.
func interleave(r *desktest.Room, article string, seed uint64, people ...*desktest.Browser) {
	dice := rand.New(rand.NewPCG(seed, 7))
	var typed []string
	var all []*editor
	for i, b := range people {
		e := &editor{Browser: b, r: dice, name: string(rune('a' + i)), story: "/desk/stories/" + article, typed: &typed}
		e.load()
		all = append(all, e)
	}
	for range 20 + dice.IntN(30) {
		e := all[dice.IntN(len(all))]
		if e.mem == nil {
			if dice.IntN(3) == 0 {
				e.load()
			}
			continue
		}
		if more := happen(r, article, e, dice); more != nil && len(all) < 4 {
			all = append(all, more)
		}
		r.Clock.Add(time.Duration(dice.IntN(20)) * time.Second)
	}
	for _, e := range all { // the wifi is back, laptops are opened again
		e.lost = 0
		if e.mem == nil {
			e.load()
		}
		for tries := 0; e.mem.unsaved; tries++ {
			if e.save(true); tries == 50 {
				r.T.Fatal("a save is never done")
			}
		}
	}
	everyWord(r, article, typed)
}

// happen does one thing. It returns another tab where one was made.
func happen(r *desktest.Room, article string, e *editor, dice *rand.Rand) *editor {
	switch n := dice.IntN(100); {
	case n < 40:
		e.types()
	case n < 65:
		e.save(false)
	case n < 72:
		e.save(true)
	case n < 78:
		e.lost = 1 + dice.IntN(4) // offline
	case n < 83:
		e.mem = nil // crash
	case n < 89:
		e.lock([]string{draft.Hold, draft.Ask, draft.Take, draft.Leave}[dice.IntN(4)])
	case n < 92:
		e.plain(func() {
			if dice.IntN(2) == 0 {
				e.types()
				e.save(false)
			}
		})
	case n < 94:
		twin := *e // “duplicate tab” copies what the tab has
		twin.mem, twin.name = e.mem.copy(), e.name+"c"
		twin.store = e.store
		return &twin
	case n < 96:
		restore(r, article, e, dice)
	case n < 98:
		r.Clock.Add(time.Duration(1+dice.IntN(600)) * time.Second)
	default:
		r.Write(func(ctx context.Context, tx *store.Tx) error {
			_, err := draft.Writing{Clock: r.Clock}.CutQuiet(ctx, tx, article)
			return err
		})
	}
	return nil
}

// restore brings some older revision back, by the button on its page.
func restore(r *desktest.Room, article string, e *editor, dice *rand.Rand) {
	list, err := r.Store.RevisionLines(r.T.Context(), article, 100, 0)
	if err != nil {
		r.T.Fatal(err)
	}
	path := fmt.Sprintf("%s/revisions/%d/restore", e.story, list[dice.IntN(len(list))].Number)
	e.Post(path, url.Values{"nonce": {e.nonce}})
}

// everyWord looks for each word in the newest text and in the revisions that the
// story's pages list.
func everyWord(r *desktest.Room, article string, typed []string) {
	r.T.Helper()
	kept, err := r.Store.Revisions(r.T.Context(), article)
	if err != nil {
		r.T.Fatal(err)
	}
	if n := news.VerifyRevisions(kept); n != 0 {
		r.T.Errorf("the chain of revisions breaks at %d", n)
	}
	lines, err := r.Store.RevisionLines(r.T.Context(), article, 1000, 0)
	if err != nil || len(lines) != len(kept) {
		r.T.Errorf("%d of %d revisions are listed: %v", len(lines), len(kept), err)
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	for _, v := range kept {
		if err := enc.Encode(v.Content); err != nil {
			r.T.Fatal(err)
		}
	}
	if d, err := r.Store.Draft(r.T.Context(), article); err == nil {
		if err := enc.Encode(d.Content); err != nil {
			r.T.Fatal(err)
		}
	}
	for _, w := range typed {
		if !strings.Contains(b.String(), w) {
			r.T.Errorf("%s is lost", w)
		}
	}
}

func TestManyTabsThatSaveAtTheSameMomentLoseNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := desktest.OpenAt(t, s, "")
		r.Found()
		nell := r.Hire("nell", staff.Editor)
		article := begin(r, nell)
		r.SignIn(nell)
		var all sync.WaitGroup
		typed := make([][]string, 6)
		for i := range typed {
			all.Go(func() { typed[i] = hammer(t, s, r, article, i, nell) })
		}
		all.Wait()
		for _, words := range typed {
			everyWord(r, article, words)
		}
	})
}

// hammer saves again and again, each time with one more word.
func hammer(t *testing.T, s *store.Store, r *desktest.Room, article string, n int, by staff.Person) (typed []string) {
	w := draft.Writing{Clock: r.Clock}
	var h draft.Head
	if err := s.Write(t.Context(), func(tx *store.Tx) (err error) { h, err = w.Open(t.Context(), tx, article); return err }); err != nil {
		t.Error(err)
		return nil
	}
	base, c, client := h.ID, h.Content, id.New()
	for seq := range int64(8) {
		word := fmt.Sprintf("t%dw%dx", n, seq)
		c = copyOf(t.Errorf, c)
		p := c.Body.Blocks[n%len(c.Body.Blocks)].(*document.Paragraph)
		p.Text = document.Plain(p.Text.String() + " " + word)
		var out draft.Answer
		err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
			out, err = w.Save(t.Context(), tx, draft.Save{Article: article, By: news.Author{ID: by.ID, Name: fmt.Sprint(n)}, Client: client, Seq: seq + 1, Base: base, Content: c})
			return err
		})
		if err != nil {
			t.Error(err)
			return typed
		}
		typed = append(typed, word)
		base = out.Revision
		if out.Content != nil {
			c = *out.Content
		}
	}
	return typed
}
