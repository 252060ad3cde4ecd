package front

import (
	"context"
	"errors"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

func (d *Pages) pageRoutes() []desk.Route {
	in := d.in
	return []desk.Route{
		{Pattern: "GET /desk/pages", Page: in(d.pages), May: arranges},
		{Pattern: "GET /desk/pages/new", Page: in(d.newPage), May: arranges},
		{Pattern: "POST /desk/pages/new", Page: in(d.doNewPage), May: arranges},
	}
}

// pagePhases are the parts of the list, in their order.
var pagePhases = []news.Phase{news.PhasePublic, news.PhaseOpen, news.PhaseScheduled}

// pages lists the pages that stand outside of time, such as /contact.
func (d *Pages) pages(ctx context.Context, v *visit) (web.Page, error) {
	f := v.Frame(ctx, "rootpage.heading")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("rootpage.say"), Action: &web.Link{Text: v.Loc.T("rootpage.new"), Href: "/desk/pages/new"},
		Table: web.Table{Caption: f.Title, Columns: v.Columns("rootpage.title", "shelf.address", "arrange.state", "standing.changed"), Empty: v.Loc.T("rootpage.none")}}
	for _, phase := range pagePhases {
		filter := store.StoryFilter{Phase: phase, Kind: news.Page}
		editorial.Limit(v.Person(), &filter)
		list, err := d.Store.Stories(ctx, filter, store.StoryKey{}, desk.ListSize)
		if err != nil {
			return web.Page{}, err
		}
		for _, a := range list {
			row, err := d.pageRow(ctx, v, a)
			if err != nil {
				return web.Page{}, err
			}
			p.Table.Rows = append(p.Table.Rows, row)
		}
	}
	return v.Draw("desk/list", p)
}

func (d *Pages) pageRow(ctx context.Context, v *visit, a news.Article) (web.Row, error) {
	title := web.Cell{Text: first(a.Headline, v.Loc.T("write.nameless")), Href: "/desk/stories/" + a.ID, Lang: a.Lang, Dir: locale.DirOf(a.Lang)}
	address := web.Cell{Text: v.Outlet.Prefix(a.Lang) + "/" + a.Slug, Dir: "ltr"}
	public, err := d.Store.Publication(ctx, a.ID)
	if err == nil {
		address = web.Cell{Text: public.Path, Href: public.Path, Dir: "ltr"}
	} else if !fault.Is(err, fault.NotFound) {
		return web.Row{}, err
	}
	return web.Row{Cells: []web.Cell{title, address, {Text: v.Loc.T("state." + string(a.State))}, {At: a.Modified}}}, nil
}

// newPage asks for what a page begins with.
func (d *Pages) newPage(ctx context.Context, v *visit) (web.Page, error) {
	return v.Draw("desk/form", v.newPageForm(ctx, id.New(), "", "", v.Outlet.Language, nil))
}

func (v *visit) newPageForm(ctx context.Context, as, title, slug, lang string, bad fault.Fields) web.FormPage {
	f := v.Frame(ctx, "rootpage.new")
	langs := web.Field{Name: "lang", Label: v.Loc.T("write.field.lang"), Kind: "select", Value: lang}
	for _, l := range v.Outlet.Langs() {
		langs.Options = append(langs.Options, web.Option{Value: l, Text: locale.NameOf(l), Lang: l})
	}
	form := web.Form{ID: "page", Action: "/desk/pages/new", Nonce: v.Nonce(), Submit: v.Loc.T("rootpage.begin"), Errors: desk.ErrorsOf(bad, "headline", "slug", "lang"),
		Hidden: []web.HiddenField{{Name: "as", Value: as}},
		Groups: []web.FieldGroup{{Fields: []web.Field{{Name: "headline", Label: v.Loc.T("rootpage.title"), Value: title, Required: true, Dir: "auto"},
			{Name: "slug", Label: v.Loc.T("shelf.slug"), Hint: v.Loc.T("rootpage.slug.hint"), Value: slug, Optional: true, Dir: "ltr"}, langs}}}}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("rootpage.new.say"), Forms: []web.Form{form}, Tabs: []web.Tab{{Text: v.Loc.T("shelf.back"), Href: "/desk/pages"}}}
}

// doNewPage begins a page. From there on it goes the way of every story. The same
// form sent twice is one page.
func (d *Pages) doNewPage(ctx context.Context, v *visit) (web.Page, error) {
	as, title, slug, lang := v.Field("as"), news.Line(v.Field("headline")), v.Field("slug"), v.Field("lang")
	if !id.Valid(as) {
		as = id.New()
	}
	bad := fault.Fields{}
	if title == "" {
		bad["headline"] = v.Loc.T("rootpage.bad.title")
	}
	if !v.Outlet.Speaks(lang) {
		lang, bad["lang"] = v.Outlet.Language, v.Loc.T("rootpage.bad.lang")
	}
	if slug == "" {
		slug = news.Slug(title, lang)
	}
	if err := d.freePage(ctx, v, as, lang, slug, bad); err != nil {
		return web.Page{}, err
	}
	if len(bad) > 0 {
		return v.Again("desk/form", v.newPageForm(ctx, as, title, slug, lang, bad))
	}
	c := news.Content{Lang: lang, Kind: news.Page, Headline: title, Slug: slug, Body: &document.Document{Schema: document.Schema, Lang: lang}}
	room := news.Newsroom{Clock: d.Clock}
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Article(ctx, as); err == nil {
			return nil // this form was sent before
		}
		if _, err := room.Create(ctx, tx, editorial.By(v.Person()), news.New{ID: as, Content: c}); err != nil {
			return err
		}
		return tx.Audit(ctx, v.By(), "article.begun", "article", as, map[string]any{"kind": "page"})
	})
	var fields fault.Fields
	if errors.As(err, &fields) {
		return v.Again("desk/form", v.newPageForm(ctx, as, title, slug, lang, fault.Fields{"headline": v.Loc.T("rootpage.bad.title")}))
	}
	return desk.See("/desk/stories/" + as + "/edit"), err
}

// freePage says what is wrong with the address of a page.
func (d *Pages) freePage(ctx context.Context, v *visit, as, lang, slug string, bad fault.Fields) error {
	switch {
	case bad["headline"] != "" && slug == "":
		return nil
	case !news.ValidSlug(slug):
		bad["slug"] = v.Loc.T("shelf.bad.slug")
		return nil
	case outlet.Reserved(slug):
		bad["slug"] = v.Loc.T("rootpage.bad.reserved", "path", "/"+slug)
		return nil
	}
	path := v.Outlet.Prefix(lang) + "/" + slug
	_, owner, err := d.Store.AddressOwner(ctx, path)
	if err != nil {
		return err
	}
	found, err := d.Store.Lookup(ctx, path)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if owner != "" && owner != as || found.Article != "" && found.Article != as {
		bad["slug"] = v.Loc.T("rootpage.bad.taken", "path", path)
	}
	return nil
}
