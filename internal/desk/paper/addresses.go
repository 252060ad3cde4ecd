package paper

import (
	"context"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// patterns are the ones that are offered.
var patterns = []string{outlet.DefaultPattern, "/{yyyy}/{mm}/{dd}/{slug}", "/{section}/{slug}", "/{section}/{yyyy}/{slug}", "/{slug}"}

// addresses shows in which languages the newsroom publishes, and what the
// addresses of its articles look like.
func (d *Pages) addresses(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.addressPage(ctx, v, v.Outlet, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

func (d *Pages) addressPage(ctx context.Context, v *visit, o outlet.Outlet, bad fault.Fields) (web.FormPage, error) {
	f := v.Frame(ctx, "addresses.heading")
	pattern := web.Field{Name: "pattern", Kind: "radio", Label: v.Loc.T("settings.pattern"), Value: "other"}
	for _, p := range patterns {
		pattern.Options = append(pattern.Options, web.Option{Value: p, Text: p, Hint: example(o, p)})
	}
	if slices.Contains(patterns, o.Pattern) {
		pattern.Value = o.Pattern
	}
	pattern.Options = append(pattern.Options, web.Option{Value: "other", Text: v.Loc.T("addresses.other")})
	other := web.Field{Name: "other", Label: v.Loc.T("addresses.other.field"), Hint: v.Loc.T("addresses.other.hint"), Optional: true, Dir: "ltr"}
	if pattern.Value == "other" {
		other.Value = o.Pattern
	}
	form := web.Form{ID: "addresses", Action: addressesPath, Nonce: v.Nonce(), Submit: v.Loc.T("settings.act"), Errors: desk.ErrorsOf(bad, "language", languagesField, "pattern", "other"),
		Groups: []web.FieldGroup{
			{Legend: v.Loc.T("addresses.languages"), Fields: []web.Field{
				{Name: "language", Label: v.Loc.T("settings.language"), Hint: v.Loc.T("settings.language.hint"), Value: o.Language, Required: true, Dir: "ltr"},
				{Name: languagesField, Label: v.Loc.T("settings.languages"), Hint: v.Loc.T("settings.languages.hint"), Value: strings.Join(o.Languages, " "), Optional: true, Dir: "ltr"}}},
			{Legend: v.Loc.T("addresses.articles"), Hint: v.Loc.T("addresses.promise"), Fields: []web.Field{pattern, other}}}}
	p := web.FormPage{DeskFrame: f, Heading: f.Title, Tabs: v.SettingsTabs(addressesPath), Forms: []web.Form{form}, Panels: []web.Panel{v.examples(o)}}
	moving, err := d.movingPanel(ctx, v)
	if moving != nil {
		p.Panels = append(p.Panels, *moving)
	}
	return p, err
}

// example is the address that a pattern makes in the first language.
func example(o outlet.Outlet, pattern string) string {
	o.Pattern = pattern
	return o.Expand(o.Language, outlet.Place{Published: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), Section: "town", Slug: "late-bus-stays", ID: "4j8kq2"})
}

// examples shows, language by language, what is where.
func (v *visit) examples(o outlet.Outlet) web.Panel {
	p := web.Panel{ID: "example", Heading: v.Loc.T("addresses.example")}
	for _, lang := range o.Langs() {
		p.Facts = append(p.Facts, web.Fact{Name: locale.NameOf(lang), Value: o.Prefix(lang) + example(o, o.Pattern)})
	}
	return p
}

// movingPanel tells how far the articles have come that follow a new pattern;
// nil where none ever had to.
func (d *Pages) movingPanel(ctx context.Context, v *visit) (*web.Panel, error) {
	r, err := d.Store.Readdressing(ctx)
	if err != nil || r.Pattern == "" {
		return nil, err
	}
	p := &web.Panel{ID: "moving", Heading: v.Loc.T("addresses.moving"), Facts: []web.Fact{
		{Name: v.Loc.T("addresses.to"), Value: r.Pattern}, {Name: v.Loc.T("addresses.done"), Value: v.Loc.T("addresses.of", "done", v.Loc.Number(r.Done), "total", v.Loc.Number(r.Total))},
		{Name: v.Loc.T("addresses.moved"), Value: v.Loc.Number(r.Moved)}}}
	if !r.Ended.IsZero() {
		p.Text = v.Loc.T("addresses.ended")
	}
	return p, nil
}

// doAddresses keeps languages and pattern.
func (d *Pages) doAddresses(ctx context.Context, v *visit) (web.Page, error) {
	read := func(o outlet.Outlet) outlet.Outlet {
		o.Language = v.Field("language")
		o.Languages = strings.FieldsFunc(v.Field(languagesField), func(r rune) bool { return r == ' ' || r == ',' || r == '،' })
		if o.Pattern = v.Field("pattern"); o.Pattern == "other" {
			o.Pattern = v.Field("other")
		}
		return o
	}
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		o, err := tx.Outlet(ctx)
		if err != nil {
			return err
		}
		return tx.PutOutlet(ctx, v.By(), read(o))
	})
	if bad := v.OutletFaults(err); len(bad) > 0 {
		if say, ok := bad["pattern"]; ok && v.Field("pattern") == "other" {
			bad["other"] = say
			delete(bad, "pattern")
		}
		p, err := d.addressPage(ctx, v, read(v.Outlet), bad)
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/form", p)
	}
	return desk.See(addressesPath + savedNotice), err
}
