package story

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// tabs of the list, by the name that their addresses carry.
var phases = map[string]news.Phase{"open": news.PhaseOpen, "scheduled": news.PhaseScheduled, "published": news.PhasePublic, "ended": news.PhaseEnded}

var tabOrder = []string{"open", "scheduled", "published", "ended"}

// inPhase are the states of a phase.
func inPhase(p news.Phase) []news.State {
	var out []news.State
	for _, s := range []news.State{news.Pitch, news.Draft, news.InReview, news.CopyDesk, news.Approved, news.Scheduled, news.Published, news.Retracted, news.Withdrawn, news.Spiked} {
		if s.Phase() == p {
			out = append(out, s)
		}
	}
	return out
}

// filter reads what the list is to show, and keeps it to what this person may
// see.
func (v *visit) filter() (f store.StoryFilter, tab string) {
	q := v.URL.Query()
	tab = q.Get("view")
	if phases[tab] == "" {
		tab = "open"
	}
	f = store.StoryFilter{Phase: phases[tab], State: news.State(q.Get("state")), Section: q.Get("section"), Author: q.Get("author"),
		Lang: q.Get("lang"), Kind: news.Kind(q.Get("kind")), Text: strings.TrimSpace(q.Get("q"))}
	if !slices.Contains(inPhase(f.Phase), f.State) {
		f.State = ""
	}
	if q.Get("mine") != "" {
		f.Mine = v.Account.ID
	}
	editorial.Limit(v.Person(), &f)
	return f, tab
}

// key reads where the page of the list begins.
func (v *visit) key() store.StoryKey {
	ms, id, _ := strings.Cut(v.URL.Query().Get("after"), "-")
	n, err := strconv.ParseInt(ms, 10, 64)
	if err != nil || id == "" {
		return store.StoryKey{}
	}
	return store.StoryKey{At: time.UnixMilli(n), ID: id}
}

// with is this list's address with one value changed, from its beginning.
func (v *visit) with(name, value string) string {
	q := v.URL.Query()
	for _, k := range []string{"after", "done", "not", "page"} {
		q.Del(k)
	}
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	if len(q) == 0 {
		return v.URL.Path
	}
	return v.URL.Path + "?" + q.Encode()
}

// stories lists the articles that this person may see.
func (d *Pages) stories(ctx context.Context, v *visit) (web.Page, error) {
	f, tab := v.filter()
	list, err := d.Store.Stories(ctx, f, v.key(), desk.ListSize+1)
	if err != nil {
		return web.Page{}, err
	}
	counts, err := d.Store.CountStories(ctx, f)
	if err != nil {
		return web.Page{}, err
	}
	sections, err := d.Store.Sections(ctx)
	if err != nil {
		return web.Page{}, err
	}
	frame := v.Frame(ctx, "nav.stories")
	p := web.StoriesPage{DeskFrame: frame, Heading: frame.Title, Tabs: v.phaseTabs(tab, counts), Looks: v.looks("/desk/stories"),
		Table: web.Table{Caption: frame.Title, Columns: v.Columns("stories.headline", "stories.state", "stories.section", "stories.due", "stories.changed"), Empty: v.Loc.T("stories.none")}}
	if p.Table.Columns[2].Minor = true; v.MayOpen(desk.Only(staff.WriteOwn)) {
		p.Action = &web.Link{Text: v.Loc.T("write.new"), Href: "/desk/stories/new"}
	}
	if p.Filter, err = d.filterForm(ctx, v, f, tab, sections); err != nil {
		return web.Page{}, err
	}
	if p.Views, err = d.savedViews(ctx, v); err != nil {
		return web.Page{}, err
	}
	for _, a := range list[:min(len(list), desk.ListSize)] {
		p.Table.Rows = append(p.Table.Rows, v.storyRow(a, sections))
	}
	if v.key().ID != "" {
		p.Newer = v.with("after", "")
	}
	if len(list) > desk.ListSize {
		last := list[desk.ListSize-1]
		p.Older = v.with("after", strconv.FormatInt(last.Modified.UnixMilli(), 10)+"-"+last.ID)
	}
	return v.Draw("desk/stories", p)
}

func (v *visit) phaseTabs(now string, counts map[news.State]int) []web.Tab {
	var tabs []web.Tab
	for _, name := range tabOrder {
		tab := web.Tab{Text: v.Loc.T("stories.view." + name), Href: "/desk/stories?view=" + name, Current: name == now}
		for _, s := range inPhase(phases[name]) {
			tab.Count += counts[s]
		}
		tabs = append(tabs, tab)
	}
	return tabs
}

// looks are the ways in which stories can be looked at.
func (v *visit) looks(now string) []web.Tab {
	var out []web.Tab
	for _, x := range [][2]string{{"stories.look.list", "/desk/stories"}, {"stories.look.board", "/desk/stories/board"}, {"stories.look.calendar", "/desk/stories/calendar"}} {
		out = append(out, web.Tab{Text: v.Loc.T(x[0]), Href: x[1], Current: x[1] == now})
	}
	return out
}

// storyRow is one article of the list.
func (v *visit) storyRow(a news.Article, sections []news.Section) web.Row {
	head := web.Cell{Text: v.headline(a), Href: "/desk/stories/" + a.ID, Lang: a.Lang, Dir: locale.DirOf(a.Lang)}
	state := web.Cell{Text: v.Loc.T("state." + string(a.State))}
	switch {
	case a.Locked:
		state.Tag = &web.Tag{Text: v.Loc.T("stories.locked"), Kind: "warn"}
	case a.Hold != "":
		state.Tag = &web.Tag{Text: v.Loc.T("flow.held"), Kind: "stop"}
	case a.Embargoed:
		state.Tag = &web.Tag{Text: v.Loc.T("flow.embargoed"), Kind: "stop"}
	case a.State == news.Published && a.Live != a.Working:
		state.Tag = &web.Tag{Text: v.Loc.T("stories.changed.live"), Kind: "hint"}
	}
	due := web.Cell{At: a.PublishAt}
	if due.At.IsZero() && a.State.Phase() == news.PhaseOpen {
		due.At = a.Deadline
		if !a.Deadline.IsZero() && a.Deadline.Before(v.d.Clock.Now()) {
			due.Tag = &web.Tag{Text: v.Loc.T("assign.late"), Kind: "stop"}
		}
	}
	return web.Row{On: a.Owner == v.Account.ID || a.Reviewer == v.Account.ID, Cells: []web.Cell{head, state, {Text: v.SectionName(a.Section, sections)}, due, {At: a.Modified}}}
}

func (v *visit) headline(a news.Article) string {
	if a.Headline == "" {
		return v.Loc.T("write.nameless")
	}
	return a.Headline
}

// filterForm chooses what the list shows. It is sent by GET, so that a list has
// an address.
func (d *Pages) filterForm(ctx context.Context, v *visit, f store.StoryFilter, tab string, sections []news.Section) (web.FilterForm, error) {
	all, err := d.Store.Staff(ctx)
	if err != nil {
		return web.FilterForm{}, err
	}
	pick := func(name, key, value string) web.Field {
		return web.Field{Name: name, Kind: "select", Label: v.Loc.T(key), Value: value, Options: []web.Option{{Text: v.Loc.T("stories.any")}}}
	}
	state, section, author := pick("state", "stories.state", string(f.State)), pick("section", "stories.section", f.Section), pick("author", "stories.author", f.Author)
	lang, kind := pick("lang", "stories.lang", f.Lang), pick("kind", "stories.kind", string(f.Kind))
	for _, s := range inPhase(f.Phase) {
		state.Options = append(state.Options, web.Option{Value: string(s), Text: v.Loc.T("state." + string(s))})
	}
	for _, s := range sections {
		section.Options = append(section.Options, web.Option{Value: s.ID, Text: v.SectionName(s.ID, sections)})
	}
	for _, p := range all {
		author.Options = append(author.Options, web.Option{Value: p.ID, Text: p.Name})
	}
	for _, l := range v.Outlet.Langs() {
		lang.Options = append(lang.Options, web.Option{Value: l, Text: locale.For(l).Name(), Lang: l})
	}
	for _, k := range news.Kinds() {
		kind.Options = append(kind.Options, web.Option{Value: string(k), Text: v.Loc.T("kind." + string(k))})
	}
	fields := []web.Field{{Name: "q", Kind: "search", Label: v.Loc.T("stories.text"), Value: f.Text, Dir: "auto"}}
	if len(inPhase(f.Phase)) > 1 {
		fields = append(fields, state)
	}
	fields = append(fields, section, author)
	if len(v.Outlet.Langs()) > 1 {
		fields = append(fields, lang)
	}
	fields = append(fields, kind, web.Field{Name: "mine", Kind: "check", Label: v.Loc.T("stories.mine"), Checked: f.Mine != ""})
	on := f.State != "" || f.Section != "" || f.Author != "" || f.Lang != "" || f.Kind != "" || f.Text != "" || f.Mine != ""
	form := web.FilterForm{Form: web.Form{ID: "filter", Action: "/desk/stories", Hidden: []web.HiddenField{{Name: "view", Value: tab}},
		Groups: []web.FieldGroup{{Fields: fields}}, Submit: v.Loc.T("stories.filter")}, On: on}
	if on {
		form.Clear = "/desk/stories?view=" + tab
	}
	return form, nil
}

// savedViews are the lists that this person keeps, with the form that keeps this
// one.
func (d *Pages) savedViews(ctx context.Context, v *visit) (*web.SavedViews, error) {
	list, err := d.Store.Views(ctx, v.Account.ID)
	if err != nil {
		return nil, err
	}
	out := &web.SavedViews{Heading: v.Loc.T("views.heading"), Action: "/desk/views", Nonce: v.Nonce(), Query: kept(v.URL.Query())}
	for _, w := range list {
		out.Views = append(out.Views, web.SavedView{Link: web.Link{Text: w.Name, Href: "/desk/stories?" + w.Query},
			Drop: *v.Button("views.drop", "/desk/views/"+w.ID+"/drop", w.Name)})
	}
	return out, nil
}

// filters are the values of an address that a kept view holds.
var filters = []string{"view", "state", "section", "author", "lang", "kind", "q", "mine"}

func kept(q url.Values) string {
	out := url.Values{}
	for _, k := range filters {
		if q.Get(k) != "" {
			out.Set(k, q.Get(k))
		}
	}
	return out.Encode()
}

func (d *Pages) doView(ctx context.Context, v *visit) (web.Page, error) {
	q, err := url.ParseQuery(v.Field("query"))
	if err != nil {
		return web.Page{}, fault.New(fault.Invalid, "this view can't be kept; load the list again")
	}
	name := news.Line(v.Field("name"))
	if name == "" {
		return desk.See("/desk/stories?not=view&" + kept(q)), nil
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.SaveView(ctx, v.Account.ID, store.View{Name: name, Query: kept(q)})
	})
	return desk.See("/desk/stories?done=view&" + kept(q)), err
}

func (d *Pages) doDropView(ctx context.Context, v *visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.DropView(ctx, v.Account.ID, v.PathValue("view")) })
	return desk.See("/desk/stories?done=saved"), err
}
