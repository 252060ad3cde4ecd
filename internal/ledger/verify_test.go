package ledger

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func fiveGifts() ([]Stored, Head) {
	var all []Stored
	head := Head{Hash: Genesis}
	for n := range 5 {
		s := Source{Provider: "stripe", Object: fmt.Sprintf("ch_%d", n), Date: "2026-01-15", Tags: map[string]string{"campaign": "c1"}}
		all, head = extend(all, head, PaymentSucceeded(s, usd(2500)))
	}
	return all, head
}

// rehash makes a forged row agree with itself and with the row before it.
func rehash(all []Stored, i int) {
	prev := Genesis
	if i > 0 {
		prev = all[i-1].Hash
	}
	all[i].Content, all[i].Hash = ContentHash(all[i].Entry), Chain(prev, Canonical(all[i].Entry))
}

func TestDamageIsFoundAndTheFirstBadEntryNamed(t *testing.T) { // scenario 50
	move := func(r *Stored, minor int64) {
		r.Postings = []Posting{{"Assets:PSP:Stripe", "USD", minor}, {"Income:Donations", "USD", -minor}}
	}
	for name, c := range map[string]struct {
		harm func(all *[]Stored, head *Head)
		seq  int64
		kind string
	}{
		"amount":   {func(a *[]Stored, _ *Head) { move(&(*a)[2], 250000) }, 3, Altered},
		"one side": {func(a *[]Stored, _ *Head) { (*a)[2].Postings = []Posting{{"Assets:PSP:Stripe", "USD", 1}} }, 3, Altered},
		"one side, rehashed": {func(a *[]Stored, _ *Head) {
			(*a)[2].Postings = []Posting{{"Assets:PSP:Stripe", "USD", 1}}
			rehash(*a, 2)
		}, 3, Altered},
		"date":                {func(a *[]Stored, _ *Head) { (*a)[0].Date = "2025-12-31" }, 1, Altered},
		"key":                 {func(a *[]Stored, _ *Head) { (*a)[4].Key = "stripe:x:charge" }, 5, Altered},
		"campaign":            {func(a *[]Stored, _ *Head) { (*a)[1].Tags = map[string]string{"campaign": "c2"} }, 2, Altered},
		"tags gone":           {func(a *[]Stored, _ *Head) { (*a)[1].Tags = nil }, 2, Altered},
		"flaw in the rows":    {func(a *[]Stored, _ *Head) { (*a)[1].Flaw = "x" }, 2, Altered},
		"content hash":        {func(a *[]Stored, _ *Head) { (*a)[1].Content = Genesis }, 2, Altered},
		"chain hash":          {func(a *[]Stored, _ *Head) { (*a)[1].Hash = Genesis }, 2, Replaced},
		"last chain hash":     {func(a *[]Stored, _ *Head) { (*a)[4].Hash = Genesis }, 5, Replaced},
		"replaced, rehashed":  {func(a *[]Stored, _ *Head) { move(&(*a)[1], 9900); rehash(*a, 1) }, 2, Replaced},
		"first one replaced":  {func(a *[]Stored, _ *Head) { move(&(*a)[0], 9900); rehash(*a, 0) }, 1, Replaced},
		"last but one":        {func(a *[]Stored, _ *Head) { move(&(*a)[3], 9900); rehash(*a, 3) }, 4, Replaced},
		"last one replaced":   {func(a *[]Stored, _ *Head) { move(&(*a)[4], 9900); rehash(*a, 4) }, 5, Replaced},
		"two rehashed":        {func(a *[]Stored, _ *Head) { move(&(*a)[2], 9900); rehash(*a, 2); rehash(*a, 3) }, 4, Replaced},
		"removed":             {func(a *[]Stored, _ *Head) { *a = append((*a)[:2], (*a)[3:]...) }, 3, Missing},
		"first removed":       {func(a *[]Stored, _ *Head) { *a = (*a)[1:] }, 1, Missing},
		"last removed":        {func(a *[]Stored, _ *Head) { *a = (*a)[:4] }, 5, Missing},
		"all removed":         {func(a *[]Stored, _ *Head) { *a = nil }, 1, Missing},
		"removed, renumbered": {func(a *[]Stored, _ *Head) { *a = append((*a)[:2], (*a)[3:]...); (*a)[2].Seq, (*a)[3].Seq = 3, 4 }, 3, Replaced},
		"one behind the head": {func(a *[]Stored, _ *Head) { *a, _ = extend(*a, Head{Seq: 5, Hash: (*a)[4].Hash}, gift()) }, 6, Foreign},
		"one far behind":      {func(a *[]Stored, _ *Head) { *a, _ = extend(*a, Head{Seq: 50}, gift()) }, 51, Foreign},
		"number zero":         {func(a *[]Stored, _ *Head) { *a = append([]Stored{{Entry: gift()}}, *a...); (*a)[0].Seq = 0 }, 0, Foreign},
		"head hash":           {func(_ *[]Stored, h *Head) { h.Hash = Genesis }, 5, Replaced},
		"head put back":       {func(a *[]Stored, h *Head) { *h = Head{Seq: 4, Hash: (*a)[3].Hash} }, 5, Foreign},
		"head put forward":    {func(_ *[]Stored, h *Head) { h.Seq = 7 }, 6, Missing},
	} {
		t.Run(name, func(t *testing.T) {
			all, head := fiveGifts()
			c.harm(&all, &head)
			d := verify(t, all, head)
			if d == nil || d.Seq != c.seq || d.Kind != c.kind || !strings.Contains(d.Why, fmt.Sprint(c.seq)) {
				t.Errorf("found %+v, want %s at %d", d, c.kind, c.seq)
			}
		})
	}
}

func TestSoundBooksAreFoundSound(t *testing.T) {
	if d := verify(t, nil, Head{Hash: Genesis}); d != nil {
		t.Errorf("empty books: %+v", d)
	}
	rapid.Check(t, func(t *rapid.T) {
		all, head := books(t, 0)
		if d, err := Verify(rows(all), head); d != nil || err != nil {
			t.Fatalf("%+v, %v", d, err)
		}
	})
}

func TestAnyAlterationOfAnyEntryIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, head := books(t, 1)
		i := rapid.IntRange(0, len(all)-1).Draw(t, "which")
		r := &all[i]
		r.Postings = append([]Posting(nil), r.Postings...)
		p := &r.Postings[rapid.IntRange(0, len(r.Postings)-1).Draw(t, "posting")]
		switch rapid.IntRange(0, 4).Draw(t, "what") {
		case 0:
			p.Minor += rapid.Int64Range(1, 1e6).Draw(t, "more")
		case 1:
			p.Account += "X"
		case 2:
			p.Currency = "CHF"
		case 3:
			r.Tags = map[string]string{"moved": "x"}
		case 4:
			r.Date = "2027-01-01"
		}
		want := Altered
		if rapid.Bool().Draw(t, "rehashed") {
			rehash(all, i)
			if r.balanced() == nil {
				want = Replaced
			}
		}
		d, err := Verify(rows(all), head)
		if err != nil || d == nil || d.Seq != r.Seq || d.Kind != want {
			t.Fatalf("entry %d of %d: found %+v, %v; want %s", r.Seq, len(all), d, err, want)
		}
	})
}

func TestAFailureToReadIsNoDamage(t *testing.T) {
	broken := errors.New("disk")
	var source iter.Seq2[Stored, error] = func(yield func(Stored, error) bool) { yield(Stored{}, broken) }
	if d, err := Verify(source, Head{Seq: 3}); d != nil || !errors.Is(err, broken) {
		t.Errorf("%+v, %v", d, err)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(2, 0, "Assets:PSP:Stripe", int64(2501), "2026-01-15", "c1", false)
	f.Add(0, 1, "Income:X", int64(-1), "2026-01-16", "", true)
	f.Fuzz(func(t *testing.T, i, n int, account string, minor int64, date, campaign string, redo bool) {
		all, head := fiveGifts()
		if i < 0 || i >= len(all) || n < 0 || n > 1 {
			return
		}
		before := all[i].Entry
		all[i].Postings = append([]Posting(nil), before.Postings...)
		all[i].Postings[n] = Posting{account, "USD", minor}
		all[i].Date, all[i].Tags = date, map[string]string{"campaign": campaign}
		same := string(Canonical(before)) == string(Canonical(all[i].Entry))
		if redo {
			rehash(all, i)
		}
		if d := verify(t, all, head); (d == nil) != same || (d != nil && d.Seq != int64(i)+1) {
			t.Fatalf("%+v; the row is unchanged: %v", d, same)
		}
	})
}

// Under the name that the row gives to what is reversed, a tag would hash alike,
// and the entry could be reversed a second time.
func TestAReversalThatWasMovedIntoTheTagsIsFound(t *testing.T) {
	all, head := fiveGifts()
	all, head = extend(all, head, Reverse(all[0].Entry, "stripe:ch_0:back", "2026-01-16", ""))
	check := func() *Damage {
		t.Helper()
		found, err := Verify(rows(all), head)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if found := check(); found != nil {
		t.Fatalf("sound books: %+v", found)
	}
	all[5].Tags["reverses"], all[5].Reverses = all[5].Reverses, ""
	if found := check(); found == nil || found.Seq != 6 || found.Kind != Altered {
		t.Errorf("found %+v", found)
	}
}
