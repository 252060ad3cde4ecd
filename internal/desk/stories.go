package desk

import (
	"context"
	"slices"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// listSize is how many rows a list shows at once.
const listSize = 50

// view is a tab of the list of stories.
type view struct {
	name   string
	states []news.State
}

var views = []view{
	{"open", []news.State{news.Pitch, news.Draft, news.InReview, news.CopyDesk, news.Approved}},
	{"scheduled", []news.State{news.Scheduled}},
	{"published", []news.State{news.Published, news.Retracted}},
	{"ended", []news.State{news.Spiked, news.Withdrawn}},
}

// stories lists the articles that this person may see.
func (d *Desk) stories(ctx context.Context, v *visit) (web.Page, error) {
	now := views[max(0, slices.IndexFunc(views, func(w view) bool { return w.name == v.URL.Query().Get("view") }))]
	list, err := d.Store.Desk(ctx, now.states, listSize+1, (pageNumber(v)-1)*listSize)
	if err != nil {
		return web.Page{}, err
	}
	counts, err := d.Store.CountByState(ctx)
	if err != nil {
		return web.Page{}, err
	}
	sections, err := d.Store.Sections(ctx)
	if err != nil {
		return web.Page{}, err
	}
	f := d.frame(ctx, v, "nav.stories")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Tabs: v.viewTabs(now, counts), Pager: pages(v, len(list), listSize),
		Table: web.Table{Caption: f.Title, Columns: v.columns("stories.headline", "stories.state", "stories.section", "stories.changed", "stories.act"),
			Empty: v.loc.T("stories.none")}}
	for _, a := range list[:min(len(list), listSize)] {
		row, err := d.storyRow(ctx, v, a, sections)
		if err != nil {
			return web.Page{}, err
		}
		if row != nil {
			p.Table.Rows = append(p.Table.Rows, *row)
		}
	}
	return d.draw(v, "desk/list", p)
}

func (v *visit) viewTabs(now view, counts map[news.State]int) []web.Tab {
	var tabs []web.Tab
	for _, w := range views {
		tab := web.Tab{Text: v.loc.T("stories.view." + w.name), Href: "/desk/stories?view=" + w.name, Current: w.name == now.name}
		for _, s := range w.states {
			tab.Count += counts[s]
		}
		tabs = append(tabs, tab)
	}
	return tabs
}

// storyRow is one article, or nil where this person may not see it.
func (d *Desk) storyRow(ctx context.Context, v *visit, a store.Desked, sections []news.Section) (*web.Row, error) {
	o := staff.Object{Section: a.Section}
	if !v.may(staff.ReadDrafts, o).OK() && !a.State.Public() {
		authors, err := d.Store.Authors(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		if o.Authors = authors; !slices.Contains(authors, v.account.ID) || !v.may(staff.WriteOwn, o).OK() {
			return nil, nil
		}
	}
	head := web.Cell{Text: a.Headline, Lang: a.Lang, Dir: locale.DirOf(a.Lang)}
	if a.State.Public() {
		p, err := d.Store.Publication(ctx, a.ID)
		if err == nil {
			head.Href = p.Path
		} else if !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	state := web.Cell{Text: v.loc.T("state." + string(a.State)), At: a.PublishAt}
	if a.Locked {
		state.Tag = &web.Tag{Text: v.loc.T("stories.locked"), Kind: "warn"}
	}
	row := &web.Row{Cells: []web.Cell{head, state, {Text: v.sectionName(a.Section, sections)}, {At: a.Modified}, {}}}
	if !a.Locked && a.Live == "" && news.CanMove(a.State, news.Published) && v.may(staff.Publish, o).OK() {
		row.Cells[4].Button = v.button("stories.publish", "/desk/stories/"+a.ID+"/publish", a.Headline)
	}
	return row, nil
}

// doPublish makes a story public as it is.
func (d *Desk) doPublish(ctx context.Context, v *visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Article(ctx, v.PathValue("id"))
		if err != nil {
			return err
		}
		if may := v.may(staff.Publish, staff.Object{Section: a.Section}); !may.OK() {
			return v.refuse(fault.Denied, may.Why)
		}
		if _, err := d.room.Publish(ctx, tx, news.Order{Article: a.ID}); err != nil {
			return err
		}
		return tx.Audit(ctx, v.by(), "article.published", "article", a.ID, nil)
	})
	return see("/desk/stories?view=published&done=published"), err
}

// imports lists what imports left for a person.
func (d *Desk) imports(ctx context.Context, v *visit) (web.Page, error) {
	list, err := d.Store.Needs(ctx, listSize+1, (pageNumber(v)-1)*listSize)
	if err != nil {
		return web.Page{}, err
	}
	f := d.frame(ctx, v, "nav.imports")
	t := web.Table{Caption: f.Title, Columns: v.columns("imports.what", "imports.reason", "imports.since", "home.settle"), Empty: v.loc.T("imports.none")}
	for _, n := range list[:min(len(list), listSize)] {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: n.Title, Small: join(n.Kind, n.SourceID)}, {Text: n.Reason, Small: n.Detail}, {At: n.CreatedAt},
			{Button: v.button("home.done", "/desk/imports/done", n.Title, web.HiddenField{Name: "source", Value: n.Source}, web.HiddenField{Name: "kind", Value: n.Kind},
				web.HiddenField{Name: "id", Value: n.SourceID}, web.HiddenField{Name: "n", Value: number(n.N)})}}})
	}
	return d.draw(v, "desk/list", web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.loc.T("imports.say"), Table: t, Pager: pages(v, len(list), listSize)})
}

func (d *Desk) doImport(ctx context.Context, v *visit) (web.Page, error) {
	n := store.Need{Source: v.PostForm.Get("source"), Kind: v.PostForm.Get("kind"), SourceID: v.PostForm.Get("id"), N: toNumber(v.field("n"))}
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.FinishNeed(ctx, v.by(), n) })
	return see("/desk/imports?done=task"), err
}
