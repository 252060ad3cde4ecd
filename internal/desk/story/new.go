package story

import (
	"context"
	"errors"

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
	return v.Draw("desk/form", v.newPage(ctx, id.New(), "", v.Outlet.Language, nil))
}

func (v *visit) newPage(ctx context.Context, as, headline, lang string, bad fault.Fields) web.FormPage {
	f := v.Frame(ctx, "write.new")
	langs := web.Field{Name: "lang", Label: v.Loc.T("write.field.lang"), Kind: "select", Value: lang}
	for _, l := range v.Outlet.Langs() {
		langs.Options = append(langs.Options, web.Option{Value: l, Text: locale.For(l).Name(), Lang: l})
	}
	form := web.Form{ID: "new", Action: "/desk/stories/new", Nonce: v.Nonce(), Submit: v.Loc.T("write.begin"), Errors: desk.ErrorsOf(bad, "", "headline", "lang"),
		Hidden: []web.HiddenField{{Name: "as", Value: as}},
		Groups: []web.FieldGroup{{Fields: []web.Field{{Name: "headline", Label: v.Loc.T("write.field.headline"), Hint: v.Loc.T("write.headline.hint"), Value: headline}, langs}}}}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Forms: []web.Form{form}}
}

// doNewStory begins a story of this person's own. The same form sent twice is
// one story.
func (d *Pages) doNewStory(ctx context.Context, v *visit) (web.Page, error) {
	as, headline, lang := v.Field("as"), v.Field("headline"), v.Field("lang")
	if !id.Valid(as) {
		as = id.New()
	}
	if !v.Outlet.Speaks(lang) {
		return v.Again("desk/form", v.newPage(ctx, as, headline, v.Outlet.Language, fault.Fields{"lang": v.badField("lang")}))
	}
	c := news.Content{Lang: lang, Kind: news.Report, Headline: headline, Body: &document.Document{Schema: document.Schema, Lang: lang}}
	if v.Account.PersonID != "" {
		c.Bylines = []news.Byline{{Person: v.Account.PersonID, Name: v.Account.Name, Role: "by"}}
	}
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Article(ctx, as); err == nil {
			return nil // this form was sent before
		}
		if _, err := d.room.Create(ctx, tx, v.author(), news.New{ID: as, Content: c}); err != nil {
			return err
		}
		return tx.Audit(ctx, v.By(), "article.begun", "article", as, nil)
	})
	var fields fault.Fields
	if errors.As(err, &fields) {
		return v.Again("desk/form", v.newPage(ctx, as, headline, lang, v.sayFaults(err)))
	}
	if err != nil {
		return web.Page{}, err
	}
	return desk.See("/desk/stories/" + as + "/edit"), nil
}
