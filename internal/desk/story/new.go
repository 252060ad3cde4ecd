package story

import (
	"context"
	"errors"
	"slices"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// newStory asks for what a story begins with.
func (d *Pages) newStory(ctx context.Context, v *visit) (web.Page, error) {
	b := newStart{as: id.New(), lang: v.Outlet.Language}
	var err error
	if b.sections, err = d.Store.Sections(ctx); err != nil {
		return web.Page{}, err
	}
	if b.section, err = d.usualSection(ctx, v, b.sections); err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", v.newPage(ctx, b, nil))
}

// newStart is what the form of a new story says.
type newStart struct {
	as, headline, lang, section string
	sections                    []news.Section // to choose from
}

// usualSection is where this person's newest story stands, else the only one
// that there is, else none.
func (d *Pages) usualSection(ctx context.Context, v *visit, all []news.Section) (string, error) {
	for _, phase := range []news.Phase{news.PhaseOpen, news.PhasePublic} {
		list, err := d.Store.Stories(ctx, store.StoryFilter{Phase: phase, Author: v.Account.ID}, store.StoryKey{}, 1)
		if err != nil {
			return "", err
		}
		if len(list) == 1 && list[0].Section != "" {
			return list[0].Section, nil
		}
	}
	if len(all) == 1 {
		return all[0].ID, nil
	}
	return "", nil
}

func (v *visit) newPage(ctx context.Context, b newStart, bad fault.Fields) web.FormPage {
	f := v.Frame(ctx, "write.new")
	langs := web.Field{Name: "lang", Label: v.Loc.T("write.field.lang"), Kind: "select", Value: b.lang}
	for _, l := range v.Outlet.Langs() {
		langs.Options = append(langs.Options, web.Option{Value: l, Text: locale.For(l).Name(), Lang: l})
	}
	section := web.Field{Name: "section", Label: v.Loc.T("stories.section"), Kind: "select", Value: b.section, Options: []web.Option{{Text: "–"}}}
	for _, s := range b.sections {
		section.Options = append(section.Options, web.Option{Value: s.ID, Text: v.SectionName(s.ID, b.sections)})
	}
	form := web.Form{ID: "new", Action: "/desk/stories/new", Nonce: v.Nonce(), Submit: v.Loc.T("write.begin"), Errors: desk.ErrorsOf(bad, "", "headline", "lang", "section"),
		Hidden: []web.HiddenField{{Name: "as", Value: b.as}},
		Groups: []web.FieldGroup{{Fields: []web.Field{{Name: "headline", Label: v.Loc.T("write.field.headline"), Hint: v.Loc.T("write.headline.hint"), Value: b.headline}, section, langs}}}}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Forms: []web.Form{form}}
}

// doNewStory begins a story of this person's own. The same form sent twice is
// one story.
func (d *Pages) doNewStory(ctx context.Context, v *visit) (web.Page, error) {
	b := newStart{as: v.Field("as"), headline: v.Field("headline"), lang: v.Field("lang"), section: v.Field("section")}
	if !id.Valid(b.as) {
		b.as = id.New()
	}
	var err error
	if b.sections, err = d.Store.Sections(ctx); err != nil {
		return web.Page{}, err
	}
	bad := fault.Fields{}
	if !v.Outlet.Speaks(b.lang) {
		b.lang = v.Outlet.Language
		bad["lang"] = v.badField("lang")
	}
	if b.section != "" && !slices.ContainsFunc(b.sections, func(s news.Section) bool { return s.ID == b.section }) {
		b.section = ""
		bad["section"] = v.badField("section")
	}
	if len(bad) > 0 {
		return v.Again("desk/form", v.newPage(ctx, b, bad))
	}
	err = d.beginStory(ctx, v, b)
	var fields fault.Fields
	if errors.As(err, &fields) {
		return v.Again("desk/form", v.newPage(ctx, b, v.sayFaults(err)))
	}
	if err != nil {
		return web.Page{}, err
	}
	return desk.See("/desk/stories/" + b.as + "/edit"), nil
}

func (d *Pages) beginStory(ctx context.Context, v *visit, b newStart) error {
	c := news.Content{Lang: b.lang, Kind: news.Report, Headline: b.headline, Section: b.section, Body: &document.Document{Schema: document.Schema, Lang: b.lang},
		Bylines: []news.Byline{{Person: v.Account.PersonID, Name: v.Account.Name, Role: "by"}}}
	return d.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Article(ctx, b.as); err == nil {
			return nil // this form was sent before
		}
		if _, err := d.work.News.Create(ctx, tx, v.author(), news.New{ID: b.as, Content: c}); err != nil {
			return err
		}
		return tx.Audit(ctx, v.By(), "article.begun", "article", b.as, nil)
	})
}
