package story

import (
	"context"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/web"
)

// columns of the board, and how many stories each shows.
var columns = []news.State{news.Pitch, news.Draft, news.InReview, news.CopyDesk, news.Approved, news.Scheduled}

const columnSize = 50

// board shows the stories in the works by state.
func (d *Pages) board(ctx context.Context, v *visit) (web.Page, error) {
	f, _ := v.filter()
	counts, err := d.Store.CountStories(ctx, f)
	if err != nil {
		return web.Page{}, err
	}
	names, err := d.names(ctx)
	if err != nil {
		return web.Page{}, err
	}
	frame := v.Frame(ctx, "stories.board")
	p := web.BoardPage{DeskFrame: frame, Heading: frame.Title, Looks: v.looks("/desk/stories/board"), Empty: v.Loc.T("board.none")}
	for _, s := range columns {
		list, err := d.Store.Board(ctx, s, f, columnSize)
		if err != nil {
			return web.Page{}, err
		}
		lane := web.Lane{ID: string(s), Name: v.Loc.T("state." + string(s)), Count: len(list)}
		if f.Mine == "" {
			lane.Count = counts[s]
		}
		for _, a := range list {
			lane.Cards = append(lane.Cards, v.card(a, names))
		}
		if lane.Count > len(list) {
			lane.More = &web.Link{Text: v.Loc.T("board.more"), Href: "/desk/stories?view=" + tabOf(s) + "&state=" + string(s)}
		}
		p.Lanes = append(p.Lanes, lane)
	}
	return v.Draw("desk/board", p)
}

func tabOf(s news.State) string {
	for name, p := range phases {
		if p == s.Phase() {
			return name
		}
	}
	return ""
}

// card is a story on the board or in the calendar.
func (v *visit) card(a news.Article, names map[string]string) web.Card {
	c := web.Card{Link: web.Link{Text: v.headline(a), Href: "/desk/stories/" + a.ID, Lang: a.Lang, Dir: locale.DirOf(a.Lang)}, Who: names[a.Owner]}
	if c.Who == "" {
		c.Who = names[a.Author]
	}
	now := v.d.Clock.Now()
	switch {
	case !a.PublishAt.IsZero():
		c.At = a.PublishAt
	case !a.Deadline.IsZero() && a.State.Phase() == news.PhaseOpen:
		c.At, c.AtName = a.Deadline, v.Loc.T("assign.deadline")
		if a.Deadline.Before(now) {
			c.Tag = &web.Tag{Text: v.Loc.T("assign.late"), Kind: "stop"}
		}
	}
	if a.Embargoed {
		c.Tag = &web.Tag{Text: v.Loc.T("flow.embargoed"), Kind: "stop"}
	}
	if a.Hold != "" {
		c.Tag = &web.Tag{Text: v.Loc.T("flow.held"), Kind: "stop"}
	}
	return c
}

// calendar shows a week by day: what came out, what is planned, what is due.
func (d *Pages) calendar(ctx context.Context, v *visit) (web.Page, error) {
	zone := v.Outlet.Location()
	begin, err := time.ParseInLocation(time.DateOnly, v.URL.Query().Get("from"), zone)
	if err != nil {
		begin = monday(day(d.Clock.Now(), zone))
	}
	end := begin.AddDate(0, 0, 7)
	f, _ := v.filter()
	list, err := d.Store.Calendar(ctx, f, begin, end)
	if err != nil {
		return web.Page{}, err
	}
	names, err := d.names(ctx)
	if err != nil {
		return web.Page{}, err
	}
	frame := v.Frame(ctx, "stories.calendar")
	link := func(key string, t time.Time) *web.Link {
		return &web.Link{Text: v.Loc.T(key), Href: "/desk/stories/calendar?from=" + t.Format(time.DateOnly)}
	}
	p := web.BoardPage{DeskFrame: frame, Heading: frame.Title, Intro: v.Loc.T("calendar.say", "zone", v.Outlet.Zone), Looks: v.looks("/desk/stories/calendar"),
		Back: link("calendar.back", begin.AddDate(0, 0, -7)), On: link("calendar.on", end), Empty: v.Loc.T("calendar.none"), Week: true}
	today := day(d.Clock.Now(), zone)
	for at := begin; at.Before(end); at = at.AddDate(0, 0, 1) {
		p.Lanes = append(p.Lanes, v.dayLane(at, today, list, names))
	}
	return v.Draw("desk/board", p)
}

// monday is the day on which a week begins (ISO 8601).
func monday(t time.Time) time.Time { return t.AddDate(0, 0, -(int(t.Weekday())+6)%7) }

func (v *visit) dayLane(at, today time.Time, list []news.Article, names map[string]string) web.Lane {
	lane := web.Lane{ID: "d" + at.Format("20060102"), Name: v.Loc.Date(at, locale.Long), Current: at.Equal(today)}
	next := at.AddDate(0, 0, 1)
	within := func(t time.Time) bool { return !t.Before(at) && t.Before(next) }
	seen := map[string]bool{}
	for _, a := range list {
		c := v.card(a, names)
		switch {
		case seen[a.ID]:
			continue
		case a.State.Phase() == news.PhaseScheduled && within(a.PublishAt):
			c.State = v.Loc.T("state.scheduled")
		case a.State.Phase() == news.PhasePublic && within(a.First):
			c.State, c.At, c.AtName, c.Tag = v.Loc.T("state."+string(a.State)), a.First, "", nil
		case a.State.Phase() == news.PhaseOpen && within(a.Deadline):
			c.State = v.Loc.T("state." + string(a.State))
		default:
			continue
		}
		seen[a.ID] = true
		lane.Cards = append(lane.Cards, c)
	}
	slices.SortStableFunc(lane.Cards, func(a, b web.Card) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.Href, b.Href)
	})
	lane.Count = len(lane.Cards)
	return lane
}
