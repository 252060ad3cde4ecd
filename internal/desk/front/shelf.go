package front

import (
	"context"
	"errors"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/search"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// item is a topic, or somebody with a byline, as the forms show it.
type item struct {
	ID, Slug string
	Names    outlet.Words // a person has one, under ""
	Titles   outlet.Words // of a person
	Texts    outlet.Words // what is said about it
	Contact  string       // of a person
}

func (i item) name(v *visit) string { return i.Names.In("", v.Loc.Lang(), v.Outlet.Language) }

// shelf is one of the two sorts with all that their pages need.
type shelf struct {
	sort string // as package store calls it
	key  string // what the keys of its words begin with
	home string
	page string // of readers, before the slug
	list func(context.Context, *Pages) ([]item, error)
	one  func(context.Context, *Pages, string) (item, error)
	put  func(context.Context, *store.Tx, item) (string, error)
}

var topics = shelf{sort: store.ToTopic, key: "topics.", home: "/desk/topics", page: "/topics/",
	list: func(ctx context.Context, d *Pages) ([]item, error) {
		list, err := d.Store.Topics(ctx)
		out := make([]item, 0, len(list))
		for _, t := range list {
			out = append(out, ofTopic(t))
		}
		return out, err
	},
	one: func(ctx context.Context, d *Pages, id string) (item, error) {
		t, err := d.Store.Topic(ctx, id)
		return ofTopic(t), err
	},
	put: func(ctx context.Context, tx *store.Tx, i item) (string, error) {
		return tx.PutTopic(ctx, news.Topic{ID: i.ID, Slug: i.Slug, Name: i.Names, Description: i.Texts})
	},
}

var bylines = shelf{sort: store.ToPerson, key: "bylines.", home: "/desk/bylines", page: "/people/",
	list: func(ctx context.Context, d *Pages) ([]item, error) {
		list, err := d.Store.Persons(ctx)
		out := make([]item, 0, len(list))
		for _, p := range list {
			out = append(out, ofPerson(p))
		}
		return out, err
	},
	one: func(ctx context.Context, d *Pages, id string) (item, error) {
		p, err := d.Store.Person(ctx, id)
		return ofPerson(p), err
	},
	put: func(ctx context.Context, tx *store.Tx, i item) (string, error) {
		return tx.PutPerson(ctx, news.Person{ID: i.ID, Slug: i.Slug, Name: i.Names[""], Title: i.Titles, Bio: i.Texts, Contact: i.Contact})
	},
}

func ofTopic(t news.Topic) item {
	return item{ID: t.ID, Slug: t.Slug, Names: t.Name, Texts: t.Description}
}

func ofPerson(p news.Person) item {
	return item{ID: p.ID, Slug: p.Slug, Names: outlet.Words{"": p.Name}, Titles: p.Title, Texts: p.Bio, Contact: p.Contact}
}

// routes are the pages of a shelf.
func (s shelf) routes(d *Pages) []desk.Route {
	in := func(page func(context.Context, *Pages, *visit) (web.Page, error)) desk.Page {
		return d.in(func(ctx context.Context, v *visit) (web.Page, error) { return page(ctx, d, v) })
	}
	return []desk.Route{
		{Pattern: "GET " + s.home, Page: in(s.all), May: arranges},
		{Pattern: "GET " + s.home + "/new", Page: in(s.edit), May: arranges},
		{Pattern: "POST " + s.home + "/new", Page: in(s.doEdit), May: arranges},
		{Pattern: "GET " + s.home + "/{id}", Page: in(s.edit), May: arranges},
		{Pattern: "POST " + s.home + "/{id}", Page: in(s.doEdit), May: arranges},
		{Pattern: "GET " + s.home + "/{id}/merge", Page: in(s.merge), May: arranges},
		{Pattern: "POST " + s.home + "/{id}/merge", Page: in(s.doMerge), May: arranges},
		{Pattern: "POST " + s.home + "/{id}/delete", Page: in(s.doDelete), May: arranges},
	}
}

// found lists what a search finds, by name, and the part of it that a page shows.
func (s shelf) found(ctx context.Context, d *Pages, v *visit, without string) (all, shown []item, err error) {
	list, err := s.list(ctx, d)
	words := strings.Fields(search.Normalise(v.URL.Query().Get("q")))
	for _, i := range list {
		text := " " + i.Slug
		for _, n := range i.Names {
			text += " " + search.Normalise(n)
		}
		if i.ID != without && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, " "+w) }) {
			all = append(all, i)
		}
	}
	slices.SortStableFunc(all, func(a, b item) int {
		return strings.Compare(search.Normalise(a.name(v)), search.Normalise(b.name(v)))
	})
	from := min((v.PageNumber()-1)*desk.ListSize, len(all))
	return all, all[from:min(from+desk.ListSize, len(all))], err
}

// all lists them.
func (s shelf) all(ctx context.Context, d *Pages, v *visit) (web.Page, error) {
	list, shown, err := s.found(ctx, d, v, "")
	if err != nil {
		return web.Page{}, err
	}
	var ids []string
	for _, i := range shown {
		ids = append(ids, i.ID)
	}
	counts, err := d.Store.Counted(ctx, s.sort, ids)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, s.key+"heading")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T(s.key + "say"), Action: &web.Link{Text: v.Loc.T(s.key + "new"), Href: s.home + "/new"},
		Search: &web.SearchBox{Action: s.home, Label: v.Loc.T(s.key + "search"), Query: v.URL.Query().Get("q")},
		Pager:  v.Pager(len(list)-(v.PageNumber()-1)*desk.ListSize, desk.ListSize),
		Table:  web.Table{Caption: f.Title, Columns: v.Columns("shelf.name", "shelf.address", "shelf.articles"), Empty: v.Loc.T(s.key + "none")}}
	p.Table.Columns[2].Num = true
	for _, i := range shown {
		address := web.Cell{Text: s.page + i.Slug, Dir: "ltr"}
		if counts[i.ID] > 0 {
			address.Href = address.Text
		}
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: []web.Cell{{Text: i.name(v), Href: s.home + "/" + i.ID, Dir: "auto"}, address, {Text: v.Loc.Count(counts[i.ID])}}})
	}
	return v.Draw("desk/list", p)
}

// edit is the form of one, or of a new one.
func (s shelf) edit(ctx context.Context, d *Pages, v *visit) (web.Page, error) {
	i, err := s.open(ctx, d, v)
	if err != nil {
		return web.Page{}, err
	}
	if i.ID != "" && i.ID != v.PathValue("id") { // merged since
		return desk.See(s.home + "/" + i.ID), nil
	}
	return v.Draw("desk/form", s.form(ctx, v, i, nil))
}

// open is the one that an address names; the zero value for a new one.
func (s shelf) open(ctx context.Context, d *Pages, v *visit) (item, error) {
	if v.PathValue("id") == "" {
		return item{}, nil
	}
	return s.one(ctx, d, v.PathValue("id"))
}

func (s shelf) form(ctx context.Context, v *visit, i item, bad fault.Fields) web.FormPage {
	f := v.Frame(ctx, s.key+"heading")
	action, heading := s.home+"/new", v.Loc.T(s.key+"new")
	if i.ID != "" {
		action, heading = s.home+"/"+i.ID, i.name(v)
	}
	p := web.FormPage{DeskFrame: f, Heading: heading, Tabs: []web.Tab{{Text: v.Loc.T("shelf.back"), Href: s.home}}}
	form := web.Form{ID: s.sort, Action: action, Nonce: v.Nonce(), Submit: v.Loc.T("settings.act"), Errors: desk.ErrorsOf(bad, "name", "slug", "contact"),
		Hidden: []web.HiddenField{{Name: "as", Value: first(i.ID, v.Field("as"), id.New())}}}
	main := web.FieldGroup{Fields: s.nameFields(v, i)}
	main.Fields = append(main.Fields, web.Field{Name: "slug", Label: v.Loc.T("shelf.slug"), Hint: v.Loc.T("shelf.slug.hint", "path", s.page), Value: i.Slug, Optional: true, Dir: "ltr"})
	if s.sort == store.ToPerson {
		main.Fields = append(main.Fields, web.Field{Name: "contact", Label: v.Loc.T("bylines.contact"), Hint: v.Loc.T("bylines.contact.hint"), Value: i.Contact, Optional: true, Dir: "ltr"})
	}
	form.Groups = []web.FieldGroup{main}
	for _, l := range v.Outlet.Langs() {
		g := web.FieldGroup{Legend: locale.NameOf(l)}
		if s.sort == store.ToPerson {
			g.Fields = append(g.Fields, web.Field{Name: "title_" + l, Label: v.Loc.T("bylines.title"), Value: i.Titles[l], Optional: true, Lang: l, Dir: locale.DirOf(l)})
		}
		g.Fields = append(g.Fields, web.Field{Name: "text_" + l, Kind: "area", Rows: 3, Label: v.Loc.T(s.key + "text"), Value: i.Texts[l], Optional: true, Lang: l, Dir: locale.DirOf(l)})
		form.Groups = append(form.Groups, g)
	}
	p.Forms = []web.Form{form}
	if i.ID != "" {
		p.Panels = []web.Panel{{ID: "more", Heading: v.Loc.T("shelf.more"), Text: v.Loc.T("shelf.more.say"),
			Links:   []web.Link{{Text: v.Loc.T("shelf.page"), Href: s.page + i.Slug}, {Text: v.Loc.T("shelf.merge"), Href: s.home + "/" + i.ID + "/merge"}},
			Buttons: []web.PostButton{*v.Button("shelf.delete", s.home+"/"+i.ID+"/delete", i.name(v))}}}
	}
	return p
}

// nameFields ask for the name: of a person once, of a topic in each language.
func (s shelf) nameFields(v *visit, i item) []web.Field {
	if s.sort == store.ToPerson {
		return []web.Field{{Name: "name", Label: v.Loc.T("shelf.name"), Value: i.Names[""], Required: true, Dir: "auto"}}
	}
	var out []web.Field
	for n, l := range v.Outlet.Langs() {
		f := web.Field{Name: "name_" + l, Label: v.Loc.T("topics.name", "lang", locale.NameOf(l)), Value: i.Names[l], Required: n == 0, Optional: n > 0, Lang: l, Dir: locale.DirOf(l)}
		if n == 0 {
			f.Name = "name"
		}
		out = append(out, f)
	}
	return out
}

// read takes the form in, over what is kept.
func (s shelf) read(v *visit, was item) item {
	i := item{ID: was.ID, Slug: v.Field("slug"), Names: outlet.Words{}, Titles: outlet.Words{}, Texts: outlet.Words{}, Contact: v.Field("contact")}
	for into, from := range map[*outlet.Words]outlet.Words{&i.Names: was.Names, &i.Titles: was.Titles, &i.Texts: was.Texts} {
		for l, text := range from { // languages that the newsroom does not have any more
			(*into)[l] = text
		}
	}
	set := func(w outlet.Words, lang, text string) {
		if w[lang] = text; text == "" {
			delete(w, lang)
		}
	}
	for n, l := range v.Outlet.Langs() {
		if s.sort == store.ToPerson {
			set(i.Titles, l, news.Line(v.Field("title_"+l)))
		} else if n > 0 {
			set(i.Names, l, news.Line(v.Field("name_"+l)))
		}
		set(i.Texts, l, v.Field("text_"+l))
	}
	lang := v.Outlet.Language
	if s.sort == store.ToPerson {
		lang = ""
	}
	set(i.Names, lang, news.Line(v.Field("name")))
	if i.Slug == "" {
		i.Slug = news.Slug(i.Names[lang], v.Outlet.Language)
	}
	return i
}

// doEdit keeps what was filled in. The same form sent twice is one new thing.
func (s shelf) doEdit(ctx context.Context, d *Pages, v *visit) (web.Page, error) {
	was, err := s.open(ctx, d, v)
	if err != nil {
		return web.Page{}, err
	}
	i, bad := s.read(v, was), fault.Fields{}
	if name := i.Names[map[bool]string{true: "", false: v.Outlet.Language}[s.sort == store.ToPerson]]; name == "" || len(name) > 500 {
		bad["name"] = v.Loc.T("shelf.bad.name")
	}
	if !news.ValidSlug(i.Slug) {
		bad["slug"] = v.Loc.T("shelf.bad.slug")
	}
	if len(bad) == 0 {
		as := i
		if as.ID == "" {
			as.ID = v.Field("as")
		}
		if !id.Valid(as.ID) {
			as.ID = id.New()
		}
		err = d.Store.Write(ctx, func(tx *store.Tx) error {
			if err := tx.FreeSlug(ctx, s.sort, as.ID, as.Slug); err != nil {
				return err
			}
			if _, err := s.put(ctx, tx, as); err != nil {
				return err
			}
			return tx.Audit(ctx, v.By(), s.sort+".saved", s.sort, as.ID, map[string]any{"slug": as.Slug})
		})
		if err == nil {
			return desk.See(s.home + "/" + as.ID + "?done=saved"), nil
		}
		var found fault.Fields
		if !errors.As(err, &found) {
			return web.Page{}, err
		}
		bad["slug"] = v.Loc.T("shelf.bad.taken")
	}
	return v.Again("desk/form", s.form(ctx, v, i, bad))
}

// merge chooses what to merge it into, and asks once more.
func (s shelf) merge(ctx context.Context, d *Pages, v *visit) (web.Page, error) {
	i, err := s.open(ctx, d, v)
	if err != nil {
		return web.Page{}, err
	}
	home := s.home + "/" + i.ID
	f := v.Frame(ctx, "shelf.merge")
	if into := v.URL.Query().Get("into"); into != "" {
		other, err := s.one(ctx, d, into)
		if err != nil {
			return web.Page{}, err
		}
		form := web.Form{ID: "merge", Action: home + "/merge", Nonce: v.Nonce(), Submit: v.Loc.T("shelf.merge.act"), Hidden: []web.HiddenField{{Name: "into", Value: other.ID}}}
		return v.Draw("desk/form", web.FormPage{DeskFrame: f, Heading: v.Loc.T("shelf.merge.into", "from", i.name(v), "into", other.name(v)),
			Intro: v.Loc.T("shelf.merge.say", "from", s.page+i.Slug, "into", s.page+other.Slug), Tabs: []web.Tab{{Text: v.Loc.T("shelf.back"), Href: s.home}}, Forms: []web.Form{form}})
	}
	all, shown, err := s.found(ctx, d, v, i.ID)
	if err != nil {
		return web.Page{}, err
	}
	p := web.ListDeskPage{DeskFrame: f, Heading: v.Loc.T("shelf.merge.choose", "from", i.name(v)), Tabs: []web.Tab{{Text: v.Loc.T("shelf.back"), Href: s.home}},
		Search: &web.SearchBox{Action: home + "/merge", Label: v.Loc.T(s.key + "search"), Query: v.URL.Query().Get("q")},
		Pager:  v.Pager(len(all)-(v.PageNumber()-1)*desk.ListSize, desk.ListSize),
		Table:  web.Table{Caption: f.Title, Columns: v.Columns("shelf.name", "shelf.address", "arrange.do"), Empty: v.Loc.T(s.key + "none")}}
	for _, o := range shown {
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: []web.Cell{{Text: o.name(v), Dir: "auto"}, {Text: s.page + o.Slug, Dir: "ltr"},
			{Text: v.Loc.T("shelf.merge.this"), Href: home + "/merge?into=" + o.ID}}})
	}
	return v.Draw("desk/list", p)
}

func (s shelf) doMerge(ctx context.Context, d *Pages, v *visit) (web.Page, error) {
	into := v.Field("into")
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.Merge(ctx, v.By(), s.sort, v.PathValue("id"), into) })
	return desk.See(s.home + "/" + into + "?done=shelf_merged"), err
}

// doDelete removes what nothing uses; what is used can be merged.
func (s shelf) doDelete(ctx context.Context, d *Pages, v *visit) (web.Page, error) {
	i, err := s.open(ctx, d, v)
	if err != nil {
		return web.Page{}, err
	}
	use, err := d.Store.NamedUse(ctx, s.sort, i.ID)
	if err != nil {
		return web.Page{}, err
	}
	if !use.Free() {
		return desk.See(s.home + "/" + i.ID + "?not=shelf_used"), nil
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.DropNamed(ctx, v.By(), s.sort, i.ID) })
	if fault.Is(err, fault.Conflict) {
		return desk.See(s.home + "/" + i.ID + "?not=shelf_used"), nil
	}
	return desk.See(s.home + "?done=shelf_deleted"), err
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
