package store

import (
	"context"
	"slices"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
)

// FilledSeat is a slot of a front with the story that stands in it now.
type FilledSeat struct {
	Slot   news.Slot
	Story  Teaser // the zero value where there is nothing to show
	Placed news.Placed
	Hand   bool // an editor put it there; else it fills itself
}

// FilledBlock is a section's part of a front.
type FilledBlock struct {
	Section news.Section
	Seats   []FilledSeat // the first is the section's slot
	Size    int          // how many stories it has room for
}

// FilledFront is a front with all its stories, none of them twice.
type FilledFront struct {
	Top    []FilledSeat
	Blocks []FilledBlock
	Until  time.Time // when a story leaves its slot by itself; zero is never
}

// FrontWish says how a front is to be filled.
type FrontWish struct {
	Lang     string
	Slots    news.Arrangement
	Sections []news.Section // that have blocks, in their order
	Now      time.Time
	// Coming stands in for stories of the slots that are not public yet, as a
	// preview shows them; by article.
	Coming map[string]Teaser
}

const (
	frontLooked = 6 // newest stories among which one with a picture may lead
	// frontThin is the number of stories from which on a section has a block that
	// counts for the size of the next one.
	frontThin = 2
)

// frontSizes are how many stories the blocks of a front show, by turns, so that
// no two neighbours look alike.
var frontSizes = []int{3, 6, 4}

// FillFront puts stories on a front: by hand where the arrangement has one that
// is public in the language, else by itself: at the top what is kept there, then
// the newest, led by one with a picture; in a section's block the section's newest.
func (s *Store) FillFront(ctx context.Context, w FrontWish) (FilledFront, error) {
	w.Slots = w.shown()
	hand, err := s.handPicked(ctx, w)
	if err != nil {
		return FilledFront{}, err
	}
	auto, err := s.frontNewest(ctx, w, hand)
	if err != nil {
		return FilledFront{}, err
	}
	known, ids := map[string]Teaser{}, make([]string, 0, len(auto))
	for _, t := range auto {
		known[t.Article] = t
		ids = append(ids, t.Article)
	}
	for id, t := range hand {
		known[id] = t
	}
	used, shown := map[string]bool{}, func(id string) bool { _, ok := hand[id]; return ok }
	out := FilledFront{Until: w.Slots.Ends(w.Now)}
	for _, seat := range w.Slots.Seats(shown, w.Now, ids, used) {
		f := FilledSeat{Slot: seat.Slot, Story: known[seat.Article], Hand: seat.Hand}
		if seat.Hand {
			f.Placed = w.Slots[seat.Slot]
		}
		out.Top = append(out.Top, f)
	}
	thick := 0
	for _, v := range w.Sections {
		b, err := s.fillBlock(ctx, w, v, hand, used, frontSizes[thick%len(frontSizes)])
		if err != nil {
			return out, err
		}
		if len(b.Seats) >= frontThin {
			thick++
		}
		out.Blocks = append(out.Blocks, b)
	}
	return out, nil
}

// shown is the arrangement without the slots of sections that have no block any
// more: what was put there stands where it would by itself.
func (w FrontWish) shown() news.Arrangement {
	out := news.Arrangement{}
	for slot, p := range w.Slots {
		id := slot.Section()
		if id == "" || slices.ContainsFunc(w.Sections, func(v news.Section) bool { return v.ID == id }) {
			out[slot] = p
		}
	}
	return out
}

// handPicked are the stories of the slots that may be shown: public and not
// retracted, in the front's language, and no pages, which stand outside of time.
func (s *Store) handPicked(ctx context.Context, w FrontWish) (map[string]Teaser, error) {
	var ids []string
	for _, p := range w.Slots {
		ids = append(ids, p.Article)
	}
	slices.Sort(ids)
	list, err := s.Teasers(ctx, slices.Compact(ids))
	out := map[string]Teaser{}
	for id, t := range w.Coming {
		out[id] = t
	}
	for _, t := range list {
		if t.State == news.Published && t.Lang == w.Lang && t.Kind != news.Page {
			out[t.Article] = t
		}
	}
	return out, err
}

// frontNewest is what fills the top by itself: the stories that are kept there,
// then the newest; where none is kept and nobody leads by hand, the newest few are
// led by one with a picture.
func (s *Store) frontNewest(ctx context.Context, w FrontWish, hand map[string]Teaser) ([]Teaser, error) {
	sticky, err := s.Sticky(ctx, w.Lang, len(news.FrontSlots)+len(w.Slots))
	if err != nil {
		return nil, err
	}
	page, err := s.List(ctx, Listing{Lang: w.Lang, Limit: frontLooked + len(news.FrontSlots) + len(w.Slots), NoRetracted: true})
	if err != nil {
		return nil, err
	}
	placed := map[string]bool{}
	for _, p := range w.Slots {
		placed[p.Article] = placed[p.Article] || !p.Ended(w.Now)
	}
	rest := slices.DeleteFunc(page.Stories, func(t Teaser) bool { return placed[t.Article] })
	lead := w.Slots[news.LeadSlot]
	_, led := hand[lead.Article]
	return append(sticky, withPicture(rest, len(sticky) == 0 && (!led || lead.Ended(w.Now)))...), nil
}

// withPicture brings the newest story with a picture to the head of the list, if
// it is among the newest few.
func withPicture(list []Teaser, choose bool) []Teaser {
	for i, t := range list[:min(frontLooked, len(list))] {
		if choose && t.Lead != "" {
			out := []Teaser{t}
			return append(append(out, list[:i]...), list[i+1:]...)
		}
	}
	return list
}

// fillBlock fills a section's part with stories that the front does not have yet.
func (s *Store) fillBlock(ctx context.Context, w FrontWish, v news.Section, hand map[string]Teaser, used map[string]bool, size int) (FilledBlock, error) {
	b := FilledBlock{Section: v, Size: size}
	slot := news.SectionSlot(v.ID)
	if p, ok := w.Slots[slot]; ok && !p.Ended(w.Now) {
		if t, ok := hand[p.Article]; ok {
			b.Seats = append(b.Seats, FilledSeat{slot, t, p, true})
		}
	}
	page, err := s.List(ctx, Listing{Lang: w.Lang, Section: v.ID, Limit: size + len(used), NoRetracted: true})
	if err != nil {
		return b, err
	}
	for _, t := range page.Stories {
		if len(b.Seats) < size && !used[t.Article] {
			used[t.Article] = true
			b.Seats = append(b.Seats, FilledSeat{Slot: slot, Story: t})
		}
	}
	return b, nil
}

// frontSections is how many sections have a block by themselves; an imported site
// may have dozens.
const frontSections = 8

// FrontSections are the sections that have a block on a language's front: those of
// the navigation, in its order; where nobody has chosen all that stand below no
// other, or of many those with the most articles.
func (s *Store) FrontSections(ctx context.Context, o outlet.Outlet, lang string) ([]news.Section, error) {
	all, err := s.Sections(ctx)
	if err != nil {
		return nil, err
	}
	if len(o.Nav) > 0 {
		var out []news.Section
		for _, n := range o.Nav {
			i := slices.IndexFunc(all, func(v news.Section) bool { return n.Section != "" && (v.ID == n.Section || v.Slug == n.Section) })
			if i >= 0 && !slices.ContainsFunc(out, func(v news.Section) bool { return v.ID == all[i].ID }) {
				out = append(out, all[i])
			}
		}
		if len(out) > 0 { // a navigation without any section says nothing of the front
			return out, nil
		}
	}
	top := slices.DeleteFunc(all, func(v news.Section) bool { return v.Parent != "" })
	if len(top) <= frontSections {
		return top, nil
	}
	counts, err := s.SectionSizes(ctx, lang)
	top = slices.DeleteFunc(top, func(v news.Section) bool { return counts[v.ID] == 0 })
	slices.SortStableFunc(top, func(a, b news.Section) int { return counts[b.ID] - counts[a.ID] })
	return top[:min(frontSections, len(top))], err
}

// ComingStories describes articles that are not public, by their newest text, as
// a preview at the desk shows them.
func (s *Store) ComingStories(ctx context.Context, lang string, ids []string) (map[string]Teaser, error) {
	out := map[string]Teaser{}
	for _, articleID := range ids {
		a, err := s.Article(ctx, articleID)
		if fault.Is(err, fault.NotFound) { // removed since
			continue
		}
		if err != nil {
			return out, err
		}
		if a.Lang != lang || a.State.Phase() == news.PhasePublic || a.State.Phase() == news.PhaseEnded {
			continue
		}
		r, err := s.Revision(ctx, a.Working)
		if err != nil {
			return out, err
		}
		c, at := r.Content, a.PublishAt
		if at.IsZero() {
			at = s.Clock.Now()
		}
		k := cardOf(c)
		t := Teaser{Article: a.ID, Group: a.Group, Lang: a.Lang, Kind: a.Kind, State: news.Published, Path: "/desk/stories/" + a.ID, Section: c.Section,
			Headline: c.Headline, Short: k.Short, Dek: c.Dek, LeadAlt: k.Alt, By: k.By, First: at, Modified: a.Modified}
		if c.Lead != nil {
			t.Lead = c.Lead.Media
		}
		out[a.ID] = t
	}
	return out, nil
}

// frontsWith tells on which fronts a story stands by hand: live, in a draft or
// scheduled. Newsrooms have few fronts, so all are looked at.
func (tx *Tx) frontsWith(ctx context.Context, articleID string) (langs []string, by []string, err error) {
	type standing struct {
		lang, by string
		slots    news.Arrangement
	}
	list, err := db.Rows(ctx, tx, func(r db.Scanner) (v standing, err error) {
		return v, r.Scan(&v.lang, &v.by, db.FromJSON(&v.slots))
	}, `SELECT f.lang, v.by_id, v.slots FROM front f JOIN front_version v ON v.lang = f.lang AND v.number = f.live
		UNION ALL SELECT lang, by_id, draft FROM front WHERE draft <> ''
		UNION ALL SELECT lang, by_id, slots FROM front_plan`)
	for _, v := range list {
		for _, p := range v.slots {
			if p.Article == articleID {
				langs, by = append(langs, v.lang), append(by, v.by)
			}
		}
	}
	slices.Sort(langs)
	return slices.Compact(langs), by, err
}
