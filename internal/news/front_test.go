package news_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
)

var frontNow = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func everything(string) bool { return true }

func TestAStoryStandsInOneSlotAtATime(t *testing.T) {
	a, err := news.Arrangement{}.Put(news.LeadSlot, news.Placed{Article: "bus", Headline: " Two\nlines "}, frontNow)
	if err != nil || a[news.LeadSlot].Headline != "Two lines" {
		t.Fatal(a, err)
	}
	b, err := a.Put(news.BesideLast, news.Placed{Article: "bus"}, frontNow)
	if err != nil || len(b) != 1 || b[news.BesideLast].Article != "bus" || len(a) != 1 || a[news.LeadSlot].Article != "bus" {
		t.Fatal(a, b, err)
	}
}

func TestWhatASlotCannotHoldIsNamedFieldByField(t *testing.T) {
	for field, p := range map[string]news.Placed{
		"article":  {},
		"headline": {Article: "a", Headline: strings.Repeat("ä", 201)},
		"dek":      {Article: "a", Dek: strings.Repeat("x", 401)},
		"until":    {Article: "a", Until: frontNow},
	} {
		var bad fault.Fields
		if _, err := (news.Arrangement{}).Put(news.LeadSlot, p, frontNow); !errors.As(err, &bad) || bad[field] == "" || len(bad) != 1 {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := (news.Arrangement{}).Put("cellar", news.Placed{Article: "a"}, frontNow); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	if a, err := (news.Arrangement{}).Put(news.SectionSlot("town"), news.Placed{Article: "a", Headline: strings.Repeat("ä", 200)}, frontNow); err != nil || a["section:town"].Article != "a" {
		t.Error(a, err)
	}
}

func TestMovingChangesPlacesWithTheNeighbourAndStopsAtTheEnds(t *testing.T) {
	a := news.Arrangement{news.LeadSlot: {Article: "a"}, news.BesideFirst: {Article: "b"}, "section:town": {Article: "c"}}
	down := a.Move(news.LeadSlot, 1)
	if down[news.LeadSlot].Article != "b" || down[news.BesideFirst].Article != "a" || !down.Move(news.BesideFirst, -1).Same(a) {
		t.Error(down)
	}
	free := a.Move(news.BesideFirst, 1)
	if _, there := free[news.BesideFirst]; there || free[news.BesideNext].Article != "b" {
		t.Error(free)
	}
	for _, same := range []news.Arrangement{a.Move(news.LeadSlot, -1), a.Move(news.BesideLast, 1), a.Move("section:town", 1)} {
		if !same.Same(a) {
			t.Error(same)
		}
	}
}

func TestAnEmptySlotIsFilledByItself(t *testing.T) {
	a := news.Arrangement{
		news.BesideFirst: {Article: "hand"}, news.BesideNext: {Article: "secret"},
		news.BesideLast: {Article: "over", Until: frontNow}, "section:town": {Article: "below"},
	}
	used := map[string]bool{}
	shown := func(id string) bool { return id != "secret" }
	got := a.Seats(shown, frontNow, []string{"hand", "below", "one", "over", "two", "three"}, used)
	want := []news.Seat{{news.LeadSlot, "one", false}, {news.BesideFirst, "hand", true}, {news.BesideNext, "over", false}, {news.BesideLast, "two", false}}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: %+v, want %+v", i, got[i], want[i])
		}
	}
	if !used["below"] || used["three"] || used["secret"] {
		t.Error(used)
	}
	few := news.Arrangement{}.Seats(everything, frontNow, []string{"only"}, map[string]bool{})
	if few[0].Article != "only" || few[1].Article != "" || few[3].Article != "" {
		t.Error(few)
	}
}

func TestNoStoryEverStandsTwiceAtTheTop(t *testing.T) {
	story := rapid.StringMatching(`[a-h]`)
	slot := rapid.SampledFrom(append([]news.Slot{news.SectionSlot("town")}, news.FrontSlots...))
	rapid.Check(t, func(t *rapid.T) {
		a := news.Arrangement{}
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				a, _ = a.Put(slot.Draw(t, "slot"), news.Placed{Article: story.Draw(t, "story")}, frontNow)
			case 1:
				a = a.Clear(slot.Draw(t, "slot"))
			case 2:
				a = a.Move(slot.Draw(t, "slot"), rapid.SampledFrom([]int{-1, 1}).Draw(t, "by"))
			}
		}
		hidden := story.Draw(t, "hidden")
		seen := map[string]bool{}
		for _, s := range a.Seats(func(id string) bool { return id != hidden }, frontNow, rapid.SliceOf(story).Draw(t, "auto"), map[string]bool{hidden: true}) {
			if s.Article != "" && (seen[s.Article] || s.Article == hidden) {
				t.Fatalf("%s stands twice or is hidden: %v", s.Article, a)
			}
			seen[s.Article] = true
			if s.Hand != (a[s.Slot].Article == s.Article && s.Article != "") {
				t.Fatalf("%+v of %v", s, a)
			}
		}
	})
}

func TestUndoingAgainAndAgainWalksBack(t *testing.T) {
	for _, c := range []struct {
		v    news.FrontVersion
		want int
		ok   bool
	}{
		{news.FrontVersion{Number: 3, Origin: news.FrontByHand}, 2, true},
		{news.FrontVersion{Number: 4, Origin: news.FrontRestored, Restores: 2}, 1, true},
		{news.FrontVersion{Number: 5, Origin: news.FrontRestored, Restores: 1}, 0, true},
		{news.FrontVersion{Number: 6, Origin: news.FrontRestored, Restores: 0}, -1, false},
		{news.FrontVersion{Number: 7, Origin: news.FrontScheduled}, 6, true},
		{news.FrontVersion{}, -1, false},
	} {
		if got, ok := c.v.Former(); got != c.want || ok != c.ok {
			t.Errorf("%+v: %d %v", c.v, got, ok)
		}
	}
}

func TestAFrontLooksDifferentWhenTheNextSlotEnds(t *testing.T) {
	at := func(h int) time.Time { return frontNow.Add(time.Duration(h) * time.Hour) }
	a := news.Arrangement{news.LeadSlot: {Article: "a", Until: at(3)}, news.BesideFirst: {Article: "b", Until: at(1)}, news.BesideNext: {Article: "c", Until: at(-1)}, news.BesideLast: {Article: "d"}}
	if got := a.Ends(frontNow); !got.Equal(at(1)) {
		t.Error(got)
	}
	if got := (news.Arrangement{}).Ends(frontNow); !got.IsZero() {
		t.Error(got)
	}
}
