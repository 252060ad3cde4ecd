package news

import (
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// Slot is a place on the front that an editor may fill by hand.
type Slot string

// The slots at the top of the front, in the order in which readers meet them.
const (
	LeadSlot    Slot = "lead"
	BesideFirst Slot = "beside-1" // beside the lead, with a picture
	BesideNext  Slot = "beside-2"
	BesideLast  Slot = "beside-3"
)

// FrontSlots is the table of slots at the top of every front. Beside them each
// section that has a block has one, see SectionSlot.
var FrontSlots = []Slot{LeadSlot, BesideFirst, BesideNext, BesideLast}

const sectionSlot = "section:"

// SectionSlot is the first place in a section's block.
func SectionSlot(sectionID string) Slot { return Slot(sectionSlot + sectionID) }

// Section is the section whose block the slot begins; "" for a slot at the top.
func (s Slot) Section() string {
	id, ok := strings.CutPrefix(string(s), sectionSlot)
	if !ok {
		return ""
	}
	return id
}

// Known tells whether it is a slot at all.
func (s Slot) Known() bool { return slices.Contains(FrontSlots, s) || s.Section() != "" }

// Placed is a story in a slot.
type Placed struct {
	Article  string    `json:"article"`
	Headline string    `json:"headline,omitempty"` // for the front alone
	Dek      string    `json:"dek,omitempty"`      // for the front alone
	Until    time.Time `json:"until,omitzero"`     // leaves the slot by itself
}

// Ended tells whether the story has left its slot.
func (p Placed) Ended(now time.Time) bool { return !p.Until.IsZero() && !now.Before(p.Until) }

// Arrangement is what an editor has put on a front by hand, slot by slot. What
// is not in it fills itself.
type Arrangement map[Slot]Placed

// Bounds of what a slot may have of its own, in characters.
const (
	maxFrontHeadline = 200
	maxFrontDek      = 400
)

// Put gives a story a slot. A story stands once on a front: it leaves the slot
// that it had. fault.Fields where what is its own is not in order; fault.NotFound
// where there is no such slot.
func (a Arrangement) Put(s Slot, p Placed, now time.Time) (Arrangement, error) {
	if !s.Known() {
		return a, fault.New(fault.NotFound, "the front has no such place")
	}
	p.Headline, p.Dek, p.Until = Line(p.Headline), Line(p.Dek), p.Until.UTC()
	bad := fault.Fields{}
	if p.Article == "" {
		bad["article"] = "Choose a story."
	}
	if len([]rune(p.Headline)) > maxFrontHeadline {
		bad["headline"] = "Shorten the headline to at most 200 characters."
	}
	if len([]rune(p.Dek)) > maxFrontDek {
		bad["dek"] = "Shorten the sentence to at most 400 characters."
	}
	if p.Ended(now) {
		bad["until"] = "Choose an end that is still to come, or leave it open."
	}
	if err := bad.Err(); err != nil {
		return a, err
	}
	out := a.Without(p.Article)
	out[s] = p
	return out, nil
}

// Clear takes out what stands in a slot.
func (a Arrangement) Clear(s Slot) Arrangement {
	out := a.copy()
	delete(out, s)
	return out
}

// Without is the arrangement without a story.
func (a Arrangement) Without(article string) Arrangement {
	out := a.copy()
	for s, p := range out {
		if p.Article == article {
			delete(out, s)
		}
	}
	return out
}

func (a Arrangement) copy() Arrangement {
	out := make(Arrangement, len(a)+1)
	for s, p := range a {
		out[s] = p
	}
	return out
}

// Move exchanges a slot at the top with the one by places before (-1) or after
// it (1); whoever fills the other by hand comes here. It is the arrangement as it
// was where there is no such neighbour.
func (a Arrangement) Move(s Slot, by int) Arrangement {
	i := slices.Index(FrontSlots, s)
	if i < 0 || i+by < 0 || i+by >= len(FrontSlots) {
		return a
	}
	out, other := a.copy(), FrontSlots[i+by]
	here, hasHere := a[s]
	there, hasThere := a[other]
	delete(out, s)
	delete(out, other)
	if hasHere {
		out[other] = here
	}
	if hasThere {
		out[s] = there
	}
	return out
}

// Same tells whether two arrangements put the same on the front.
func (a Arrangement) Same(b Arrangement) bool {
	if len(a) != len(b) {
		return false
	}
	for s, p := range a {
		q, ok := b[s]
		if !ok || p.Article != q.Article || p.Headline != q.Headline || p.Dek != q.Dek || !p.Until.Equal(q.Until) {
			return false
		}
	}
	return true
}

// Ends is when the next story leaves its slot by itself; zero where none does.
func (a Arrangement) Ends(now time.Time) (next time.Time) {
	for _, p := range a {
		if !p.Until.IsZero() && now.Before(p.Until) && (next.IsZero() || p.Until.Before(next)) {
			next = p.Until
		}
	}
	return next
}

// Seat is a slot with the story that stands in it now.
type Seat struct {
	Slot    Slot
	Article string // "" where there is nothing to show
	Hand    bool   // an editor put it there; else it fills itself
}

// Seats fills the slots at the top: by hand where the story may be shown and its
// time is not over, else with the next of auto. No story is taken twice, nor one
// that used holds, which afterwards holds them all: also those that stand by hand
// further down.
func (a Arrangement) Seats(shown func(article string) bool, now time.Time, auto []string, used map[string]bool) []Seat {
	byHand := Arrangement{}
	for s, p := range a {
		if shown(p.Article) && !p.Ended(now) {
			byHand[s] = p
			used[p.Article] = true
		}
	}
	out := make([]Seat, 0, len(FrontSlots))
	for _, s := range FrontSlots {
		if p, ok := byHand[s]; ok {
			out = append(out, Seat{s, p.Article, true})
			continue
		}
		next := ""
		for next == "" && len(auto) > 0 {
			if !used[auto[0]] {
				next = auto[0]
				used[next] = true
			}
			auto = auto[1:]
		}
		out = append(out, Seat{Slot: s, Article: next})
	}
	return out
}

// FrontOrigin is how a version of a front came to be.
type FrontOrigin string

// The origins.
const (
	FrontByHand    FrontOrigin = "hand"
	FrontScheduled FrontOrigin = "scheduled"
	FrontRestored  FrontOrigin = "restored" // an earlier one brought back
)

// FrontVersion is one public arrangement of a language's front. Number 0 is the
// front before anybody arranged it.
type FrontVersion struct {
	Lang     string
	Number   int
	Slots    Arrangement
	Origin   FrontOrigin
	Restores int // number of the version that was brought back; 0 may be one
	By       Author
	At       time.Time
}

// Former is the number of the version that an undo brings back: the one before
// this, or, where this one was brought back itself, the one before that. ok is
// false where there is nothing before.
func (v FrontVersion) Former() (number int, ok bool) {
	n := v.Number
	if v.Origin == FrontRestored {
		n = v.Restores
	}
	return n - 1, n > 0
}

// OnFront tells whether a story may stand on the front of a language.
func (a Article) OnFront(lang string) bool { return a.Lang == lang && a.Kind != Page }
