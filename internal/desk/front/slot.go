package front

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// offered is how many stories are offered for a slot at once.
const offered = 20

// ownForm is what a story in a slot has for the front alone, as it was put in.
type ownForm struct{ headline, dek, date, clock string }

// slot is the page of one slot: what its story has for the front alone, and the
// stories that could stand there.
func (d *Pages) slot(ctx context.Context, v *visit) (web.Page, error) {
	o, s, err := d.openSlot(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	p, err := d.slotPage(ctx, v, o, s, nil, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/list", p)
}

func (d *Pages) openSlot(ctx context.Context, v *visit) (of, news.Slot, error) {
	o, err := d.open(ctx, v)
	s := news.Slot(v.PathValue("slot"))
	if err != nil {
		return o, s, err
	}
	section := s.Section()
	if !s.Known() || section != "" && !slices.ContainsFunc(o.sections, func(x news.Section) bool { return x.ID == section }) {
		return o, s, fault.New(fault.NotFound, "")
	}
	return o, s, nil
}

// slotPage draws it. in is what was put in where it could not be taken, with what
// is wrong.
func (d *Pages) slotPage(ctx context.Context, v *visit, o of, s news.Slot, in *ownForm, bad fault.Fields) (web.ListDeskPage, error) {
	f := v.Frame(ctx, "arrange.heading")
	name := v.slotName(s, o.sections)
	p := web.ListDeskPage{DeskFrame: f, Heading: v.Loc.T("arrange.slot.heading", "slot", name),
		Tabs:   []web.Tab{{Text: v.Loc.T("arrange.back"), Href: o.home}},
		Search: &web.SearchBox{Action: o.slotPath(s), Label: v.Loc.T("arrange.search"), Query: v.URL.Query().Get("q")}}
	placed, has := o.Draft[s]
	if has {
		a, err := d.Store.Article(ctx, placed.Article)
		switch {
		case fault.Is(err, fault.NotFound):
			p.Intro = v.Loc.T("arrange.why.removed")
		case err != nil:
			return p, err
		default:
			p.Intro = v.Loc.T("arrange.slot.has", "story", v.title(a))
		}
		if in == nil {
			in = &ownForm{headline: placed.Headline, dek: placed.Dek}
			in.date, in.clock = wall(placed.Until, v.Outlet.Location())
		}
		p.Forms = []web.Form{v.ownWordsForm(o, s, *in, bad)}
	}
	list, err := d.offer(ctx, v, o)
	if err != nil {
		return p, err
	}
	p.Table = web.Table{Caption: v.Loc.T("arrange.stories"), Columns: v.Columns("arrange.story", "arrange.state", "arrange.stands", "arrange.do"), Empty: v.Loc.T("arrange.stories.none")}
	for _, a := range list {
		p.Table.Rows = append(p.Table.Rows, v.offerRow(f, o, s, a))
	}
	return p, nil
}

// ownWordsForm asks for what the story has for the front alone.
func (v *visit) ownWordsForm(o of, s news.Slot, in ownForm, bad fault.Fields) web.Form {
	text := func(name, value string, rows int) web.Field {
		f := web.Field{Name: name, Label: v.Loc.T("arrange.field." + name), Hint: v.Loc.T("arrange.field." + name + ".hint"), Value: value, Optional: true,
			Lang: o.Lang, Dir: locale.DirOf(o.Lang), Rows: rows}
		if rows > 0 {
			f.Kind = "area"
		}
		return f
	}
	return web.Form{ID: "own", Action: o.slotPath(s), Nonce: v.Nonce(), Submit: v.Loc.T("settings.act"), Hidden: []web.HiddenField{o.seen()},
		Errors: desk.ErrorsOf(bad, "", "headline", "dek", "date", "time"),
		Groups: []web.FieldGroup{{Legend: v.Loc.T("arrange.own"), Fields: []web.Field{text("headline", in.headline, 0), text("dek", in.dek, 2)}},
			{Legend: v.Loc.T("arrange.until"), Hint: v.Loc.T("arrange.until.say", "zone", v.Outlet.Zone), Fields: []web.Field{
				{Name: "date", Kind: "date", Label: v.Loc.T("flow.field.date"), Value: in.date, Optional: true, Dir: "ltr"},
				{Name: "time", Kind: "time", Label: v.Loc.T("flow.field.time"), Value: in.clock, Optional: true, Dir: "ltr"}}}}}
}

// offer lists the stories that could stand in a slot: what is published, the
// newest first, after what is scheduled.
func (d *Pages) offer(ctx context.Context, v *visit, o of) ([]news.Article, error) {
	var out []news.Article
	for _, phase := range []news.Phase{news.PhaseScheduled, news.PhasePublic} {
		filter := store.StoryFilter{Phase: phase, Lang: o.Lang, Text: strings.TrimSpace(v.URL.Query().Get("q"))}
		editorial.Limit(v.Person(), &filter)
		list, err := d.Store.Stories(ctx, filter, store.StoryKey{}, offered)
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			if a.Kind != news.Page && a.State != news.Retracted {
				out = append(out, a)
			}
		}
	}
	return out[:min(offered, len(out))], nil
}

func (v *visit) offerRow(f web.DeskFrame, o of, s news.Slot, a news.Article) web.Row {
	state := web.Cell{Text: v.Loc.T("state." + string(a.State)), At: a.First}
	if a.State == news.Scheduled {
		state.At = a.PublishAt
	}
	stands := web.Cell{}
	for slot, p := range o.Draft {
		if p.Article == a.ID {
			stands.Text = v.slotName(slot, o.sections)
		}
	}
	return web.Row{On: o.Draft[s].Article == a.ID, Cells: []web.Cell{{Text: a.Headline, Href: "/desk/stories/" + a.ID, Lang: a.Lang, Dir: "auto"}, state, stands,
		{Button: v.Button("arrange.put", o.slotPath(s), a.Headline, web.HiddenField{Name: "article", Value: a.ID}, o.seen())}}}
}

// doSlot puts a story into a slot, or changes what the one there has of its own.
func (d *Pages) doSlot(ctx context.Context, v *visit) (web.Page, error) {
	o, s, err := d.openSlot(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	if article := v.Field("article"); article != "" {
		a, err := d.Store.Article(ctx, article)
		if err != nil || !a.OnFront(o.Lang) {
			return web.Page{}, orNotFound(err)
		}
		err = d.edit(ctx, v, func(now news.Arrangement) (news.Arrangement, error) {
			p := news.Placed{Article: a.ID}
			for _, was := range now { // it brings its own words along
				if was.Article == a.ID {
					p = was
				}
			}
			if p.Ended(d.Clock.Now()) { // but not an end that is over
				p.Until = time.Time{}
			}
			return now.Put(s, p, d.Clock.Now())
		})
		return v.done(o.Lang, "arranged", err)
	}
	in := ownForm{v.Field("headline"), v.Field("dek"), v.Field("date"), v.Field("time")}
	until, bad := v.untilOf(in)
	if len(bad) == 0 {
		err = d.edit(ctx, v, func(now news.Arrangement) (news.Arrangement, error) {
			p, ok := now[s]
			if !ok {
				return now, fault.New(fault.Conflict, "this place is empty by now")
			}
			p.Headline, p.Dek, p.Until = in.headline, in.dek, until
			return now.Put(s, p, d.Clock.Now())
		})
		if err == nil {
			return v.done(o.Lang, "arranged", nil)
		}
		if bad = v.slotFaults(err); len(bad) == 0 {
			return web.Page{}, err
		}
	}
	return d.slotAgain(ctx, v, s, in, bad)
}

func orNotFound(err error) error {
	if err == nil {
		err = fault.New(fault.NotFound, "")
	}
	return err
}

// slotAgain shows the form with what was put in, over the front as it is now.
func (d *Pages) slotAgain(ctx context.Context, v *visit, s news.Slot, in ownForm, bad fault.Fields) (web.Page, error) {
	o, err := d.open(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	p, err := d.slotPage(ctx, v, o, s, &in, bad)
	if err != nil {
		return web.Page{}, err
	}
	if len(p.Forms) == 0 { // somebody has taken the story out: what was typed is shown all the same
		p.Forms = []web.Form{v.ownWordsForm(o, s, in, bad)}
	}
	page, err := v.Again("desk/list", p)
	if bad[""] != "" {
		page.Status = http.StatusConflict
	}
	return page, err
}

// slotFaults are the sentences about what was put in, in the person's language;
// under "" that somebody else was faster.
func (v *visit) slotFaults(err error) fault.Fields {
	var found fault.Fields
	out := fault.Fields{}
	switch {
	case errors.As(err, &found):
		for name := range found {
			if name == "until" {
				out["time"] = v.Loc.T("arrange.bad.until")
				continue
			}
			out[name] = v.Loc.T("arrange.bad." + name)
		}
	case fault.Is(err, fault.Conflict):
		out[""] = v.Loc.T("not.arrange_conflict")
	}
	return out
}

// untilOf reads when a story leaves its slot; zero where that is left open. A time
// that does not exist is the next one that does, of one that comes twice the first.
func (v *visit) untilOf(in ownForm) (time.Time, fault.Fields) {
	if in.date == "" && in.clock == "" {
		return time.Time{}, nil
	}
	m, err := news.WallTime(in.date, in.clock, v.Outlet.Location())
	return m.At, v.timeFaults(err)
}

// timeFaults are the sentences about a day and a time.
func (v *visit) timeFaults(err error) fault.Fields {
	var found fault.Fields
	out := fault.Fields{}
	if errors.As(err, &found) {
		for name := range found {
			out[name] = v.Loc.T("arrange.bad." + name)
		}
	}
	return out
}

// wall is an instant as the newsroom's clocks show it.
func wall(t time.Time, l *time.Location) (date, clock string) {
	if t.IsZero() {
		return "", ""
	}
	return t.In(l).Format(time.DateOnly), t.In(l).Format("15:04")
}
