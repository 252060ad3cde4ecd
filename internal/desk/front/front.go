package front

import (
	"context"
	"maps"
	"strconv"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// of is a language's front as the desk works on it.
type of struct {
	store.Front
	home     string // of the desk's pages about it
	sections []news.Section
}

// open reads the front that an address names, the default language's where it
// names none.
func (d *Pages) open(ctx context.Context, v *visit) (of, error) {
	lang := v.PathValue("lang")
	if lang == "" {
		lang = v.Outlet.Language
	}
	if !v.Outlet.Speaks(lang) {
		return of{}, fault.New(fault.NotFound, "")
	}
	f, err := d.Store.Front(ctx, lang)
	if err != nil {
		return of{}, err
	}
	sections, err := d.Store.FrontSections(ctx, v.Outlet, lang)
	return of{f, "/desk/front/" + lang, sections}, err
}

// seen is the hidden field that tells what somebody had in front of them.
func (o of) seen() web.HiddenField {
	return web.HiddenField{Name: "seen", Value: strconv.FormatInt(o.Edit, 10)}
}

func (o of) slotPath(s news.Slot) string { return o.home + "/slot/" + string(s) }

// seenOf reads it back.
func (v *visit) seenOf() store.FrontSeen {
	return store.FrontSeen{Lang: v.PathValue("lang"), Edit: desk.ToNumber(v.Field("seen"))}
}

// slotName is a slot in words.
func (v *visit) slotName(s news.Slot, sections []news.Section) string {
	if id := s.Section(); id != "" {
		return v.Loc.T("arrange.slot.section", "section", v.SectionName(id, sections))
	}
	return v.Loc.T("arrange.slot." + string(s))
}

// front shows the slots with what stands there now and why, and what can be done.
func (d *Pages) front(ctx context.Context, v *visit) (web.Page, error) {
	o, err := d.open(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "arrange.heading")
	p := web.ViewPage{DeskFrame: f, Heading: f.Title}
	if len(v.Outlet.Langs()) > 1 {
		for _, l := range v.Outlet.Langs() {
			p.Tabs = append(p.Tabs, web.Tab{Text: locale.NameOf(l), Href: "/desk/front/" + l, Current: l == o.Lang})
		}
	}
	p.Facts = v.standing(f, o)
	slots, waiting, err := d.slotsPanel(ctx, v, f, o)
	if err != nil {
		return web.Page{}, err
	}
	p.Ways = v.ways(o, waiting)
	p.Panels = append(p.Panels, slots)
	plans, err := d.plansPanel(ctx, v, f, o)
	if err != nil {
		return web.Page{}, err
	}
	if plans.Table != nil {
		p.Panels = append(p.Panels, plans)
	}
	list, err := d.Store.FrontVersions(ctx, o.Lang, someVersions, 0)
	if err != nil {
		return web.Page{}, err
	}
	if len(list) > 0 {
		p.Panels = append(p.Panels, web.Panel{ID: "versions", Heading: v.Loc.T("arrange.versions"), Table: v.versionTable(o, list),
			Links: []web.Link{{Text: v.Loc.T("arrange.versions.all"), Href: o.home + "/versions"}}})
	}
	return v.Draw("desk/view", p)
}

// standing says who arranged what readers see, and who works on it.
func (v *visit) standing(f web.DeskFrame, o of) []web.Fact {
	live := v.Loc.T("arrange.live.none")
	if o.Live.Number > 0 {
		live = v.Loc.T("arrange.live.by", "number", v.Loc.Count(o.Live.Number), "name", o.Live.By.Name, "at", f.At(o.Live.At))
	}
	facts := []web.Fact{{Name: v.Loc.T("arrange.live"), Value: live}}
	draft := v.Loc.T("arrange.draft.none")
	if o.Begun {
		draft = v.Loc.T("arrange.draft.by", "name", o.By.Name, "at", f.At(o.At))
	}
	return append(facts, web.Fact{Name: v.Loc.T("arrange.draft"), Value: draft})
}

// ways are the buttons: where there is a draft publishing it comes first.
func (v *visit) ways(o of, waiting bool) []web.Way {
	button := func(key, path string, main bool) web.Way {
		b := v.Button(key, o.home+path, "", o.seen())
		b.Main = main
		return web.Way{Button: b, Main: main}
	}
	link := func(key, path string) web.Way {
		return web.Way{Link: &web.Link{Text: v.Loc.T(key), Href: o.home + path}}
	}
	var out []web.Way
	if o.Begun {
		out = append(out, button("arrange.publish", "/publish", true))
	}
	if v.d.Front != nil {
		out = append(out, link("arrange.preview", "/preview"))
		if waiting {
			out = append(out, link("arrange.preview.coming", "/preview?coming=1"))
		}
	}
	out = append(out, link("arrange.schedule", "/schedule"))
	if o.Begun {
		out = append(out, button("arrange.drop", "/drop", false))
	}
	if _, ok := o.Live.Former(); ok {
		out = append(out, button("arrange.undo", "/undo", false))
	}
	return out
}

// slotsPanel is the table of slots. waiting tells that one is kept for a story
// that is not public yet.
func (d *Pages) slotsPanel(ctx context.Context, v *visit, f web.DeskFrame, o of) (p web.Panel, waiting bool, err error) {
	filled, err := d.Store.FillFront(ctx, store.FrontWish{Lang: o.Lang, Slots: o.Draft, Sections: o.sections, Now: d.Clock.Now()})
	if err != nil {
		return p, false, err
	}
	seats := filled.Top
	for _, b := range filled.Blocks {
		seat := store.FilledSeat{Slot: news.SectionSlot(b.Section.ID)}
		if len(b.Seats) > 0 {
			seat = b.Seats[0]
		}
		seats = append(seats, seat)
	}
	table := &web.Table{Caption: v.Loc.T("arrange.slots"), Columns: v.Columns("arrange.story", "arrange.slot", "arrange.why", "arrange.do")}
	for i, seat := range seats {
		row, waits, err := d.slotRow(ctx, v, f, o, seat, i)
		if err != nil {
			return p, false, err
		}
		waiting = waiting || waits
		table.Rows = append(table.Rows, row)
	}
	p = web.Panel{ID: "slots", Heading: v.Loc.T("arrange.slots"), Text: v.Loc.T("arrange.slots.say"), Table: table}
	return p, waiting, nil
}

func (d *Pages) slotRow(ctx context.Context, v *visit, f web.DeskFrame, o of, seat store.FilledSeat, i int) (row web.Row, waits bool, err error) {
	name := v.slotName(seat.Slot, o.sections)
	story := web.Cell{Text: v.Loc.T("arrange.empty")}
	if t := seat.Story; t.Article != "" {
		story = web.Cell{Text: t.Headline, Href: "/desk/stories/" + t.Article, Lang: t.Lang, Dir: "auto", Small: v.ownWords(f, seat.Placed)}
	}
	why := web.Cell{Tag: &web.Tag{Text: v.Loc.T("arrange.why.auto")}}
	placed, has := o.Draft[seat.Slot]
	switch {
	case seat.Hand:
		why.Tag = &web.Tag{Text: v.Loc.T("arrange.why.hand"), Kind: "ok"}
	case has:
		why.Tag.Kind = "warn"
		if story.Small, waits, err = d.whyNot(ctx, v, f, placed); err != nil {
			return row, false, err
		}
	}
	do := web.Cell{Ways: []web.Way{{Link: &web.Link{Text: v.Loc.T(map[bool]string{true: "arrange.change", false: "arrange.choose"}[has]), Href: o.slotPath(seat.Slot)}}}}
	if has {
		do.Ways = append(do.Ways, v.slotButtons(o, seat.Slot, name, i)...)
	}
	return web.Row{On: has, Cells: []web.Cell{story, {Text: name}, why, do}}, waits, nil
}

// slotButtons move a story up and down and take it out.
func (v *visit) slotButtons(o of, s news.Slot, name string, i int) []web.Way {
	var out []web.Way
	add := func(key, path string, fields ...web.HiddenField) {
		out = append(out, web.Way{Button: v.Button(key, o.slotPath(s)+path, name, append(fields, o.seen())...)})
	}
	if s.Section() == "" && i > 0 {
		add("arrange.up", "/move", web.HiddenField{Name: "by", Value: "-1"})
	}
	if s.Section() == "" && i+1 < len(news.FrontSlots) {
		add("arrange.down", "/move", web.HiddenField{Name: "by", Value: "1"})
	}
	add("arrange.clear", "/clear")
	return out
}

// ownWords tells what a story has for the front alone.
func (v *visit) ownWords(f web.DeskFrame, p news.Placed) string {
	var parts []string
	if p.Headline != "" {
		parts = append(parts, v.Loc.T("arrange.own.headline", "text", p.Headline))
	}
	if p.Dek != "" {
		parts = append(parts, v.Loc.T("arrange.own.dek", "text", p.Dek))
	}
	if !p.Until.IsZero() {
		parts = append(parts, v.Loc.T("arrange.own.until", "at", f.At(p.Until)))
	}
	return desk.Join(parts...)
}

// whyNot says why a story that was put into a slot is not there.
func (d *Pages) whyNot(ctx context.Context, v *visit, f web.DeskFrame, p news.Placed) (say string, waits bool, err error) {
	a, err := d.Store.Article(ctx, p.Article)
	if fault.Is(err, fault.NotFound) {
		return v.Loc.T("arrange.why.removed"), false, nil
	}
	if err != nil {
		return "", false, err
	}
	title := v.title(a)
	switch {
	case p.Ended(d.Clock.Now()):
		return v.Loc.T("arrange.why.over", "story", title, "at", f.At(p.Until)), false, nil
	case a.State == news.Scheduled:
		return v.Loc.T("arrange.why.scheduled", "story", title, "at", f.At(a.PublishAt)), true, nil
	case a.State.Phase() == news.PhaseOpen:
		return v.Loc.T("arrange.why.waits", "story", title), true, nil
	case a.State == news.Published:
		return v.Loc.T("arrange.why.elsewhere", "story", title), false, nil
	}
	return v.Loc.T("arrange.why.gone", "story", title, "state", v.Loc.T("state."+string(a.State))), false, nil
}

// reads tells whether this person may read what is not public of a section.
func (v *visit) reads(section string) bool {
	return v.May(staff.ReadDrafts, staff.Object{Section: section}).OK()
}

// title is the headline of a story for somebody who may read what is not public
// of it.
func (v *visit) title(a news.Article) string {
	if !v.reads(a.Section) {
		return v.Loc.T("arrange.secret")
	}
	return a.Headline
}

// done goes back to the front after a form; where somebody else was faster it
// says so, beside the front as it is now.
func (v *visit) done(lang, key string, err error) (web.Page, error) {
	home := "/desk/front/" + lang
	switch {
	case err == nil:
		return desk.See(home + "?done=" + key), nil
	case fault.Is(err, fault.Conflict):
		return desk.See(home + "?not=arrange_conflict"), nil
	case fault.Is(err, fault.Invalid) && key == "arrange_undone":
		return desk.See(home + "?not=arrange_undone"), nil
	case fault.Is(err, fault.Invalid):
		return desk.See(home + "?not=arrange_same"), nil
	}
	return web.Page{}, err
}

// edit changes the draft.
func (d *Pages) edit(ctx context.Context, v *visit, change func(news.Arrangement) (news.Arrangement, error)) error {
	return d.Store.Write(ctx, func(tx *store.Tx) error { return tx.EditFront(ctx, v.By(), v.seenOf(), change) })
}

func (d *Pages) doClear(ctx context.Context, v *visit) (web.Page, error) {
	err := d.edit(ctx, v, func(a news.Arrangement) (news.Arrangement, error) {
		return a.Clear(news.Slot(v.PathValue("slot"))), nil
	})
	return v.done(v.PathValue("lang"), "arranged", err)
}

func (d *Pages) doMove(ctx context.Context, v *visit) (web.Page, error) {
	by := 1
	if v.Field("by") == "-1" {
		by = -1
	}
	err := d.edit(ctx, v, func(a news.Arrangement) (news.Arrangement, error) {
		return a.Move(news.Slot(v.PathValue("slot")), by), nil
	})
	return v.done(v.PathValue("lang"), "arranged", err)
}

func (d *Pages) doPublish(ctx context.Context, v *visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { _, err := tx.PublishFront(ctx, v.By(), v.seenOf()); return err })
	return v.done(v.PathValue("lang"), "arrange_published", err)
}

func (d *Pages) doDrop(ctx context.Context, v *visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.DropFrontDraft(ctx, v.By(), v.seenOf()) })
	return v.done(v.PathValue("lang"), "arrange_dropped", err)
}

func (d *Pages) doUndo(ctx context.Context, v *visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { _, err := tx.UndoFront(ctx, v.By(), v.seenOf()); return err })
	return v.done(v.PathValue("lang"), "arrange_undone", err)
}

// preview draws the real front as the draft, a version or what is scheduled would
// make it. Only who is signed in here may see it.
func (d *Pages) preview(ctx context.Context, v *visit) (web.Page, error) {
	o, err := d.open(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	if d.Front == nil {
		return web.Page{}, fault.New(fault.NotFound, "")
	}
	slots := o.Draft
	switch q := v.URL.Query(); {
	case q.Get("plan") != "":
		p, err := d.Store.FrontPlan(ctx, q.Get("plan"))
		if err != nil {
			return web.Page{}, err
		}
		slots = p.Slots
	case q.Get("version") != "":
		n, err := d.Store.FrontVersion(ctx, o.Lang, int(desk.ToNumber(q.Get("version"))))
		if err != nil {
			return web.Page{}, err
		}
		slots = n.Slots
	}
	coming := map[string]store.Teaser{}
	if v.URL.Query().Get("coming") != "" {
		var ids []string
		for _, p := range slots {
			ids = append(ids, p.Article)
		}
		if coming, err = d.Store.ComingStories(ctx, o.Lang, ids); err != nil {
			return web.Page{}, err
		}
		maps.DeleteFunc(coming, func(_ string, t store.Teaser) bool { return !v.reads(t.Section) })
	}
	return d.Front(ctx, v.Request, o.Lang, slots, coming)
}
