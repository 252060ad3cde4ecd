// Package paper has the desk's pages about the newsroom itself: its sections,
// navigation, redirects, addresses, look, and for how long it keeps what.
package paper

import (
	"context"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/web"
)

// Pages are the pages about the newsroom itself.
type Pages struct {
	*desk.Desk
	own func(path string) bool // whether a path is a page of the program's own
}

// Part is what these pages add to a desk. own tells whether a path, without the
// prefix of a language, is a page that the program itself has.
func Part(on *desk.Desk, own func(path string) bool) desk.Part {
	d := &Pages{on, own}
	return desk.Part{Routes: d.routes()}
}

// visit is a request, with the pages at hand.
type visit struct {
	*desk.Visit
	d *Pages
}

func (d *Pages) in(page func(context.Context, *visit) (web.Page, error)) desk.Page {
	return func(ctx context.Context, v *desk.Visit) (web.Page, error) { return page(ctx, &visit{v, d}) }
}

// Where the pages are.
const (
	sectionsPath   = "/desk/sections"
	navPath        = "/desk/navigation"
	redirectsPath  = "/desk/redirects"
	addressesPath  = "/desk/settings/addresses"
	lookPath       = "/desk/settings/look"
	retentionPath  = "/desk/settings/retention"
	savedNotice    = "?done=saved"
	languagesField = "languages"
)

func (d *Pages) routes() []desk.Route {
	in, who := d.in, desk.Only(staff.Outlet)
	return []desk.Route{
		{Pattern: "GET /desk/sections", Page: in(d.sections), May: who},
		{Pattern: "GET /desk/sections/new", Page: in(d.newSection), May: who},
		{Pattern: "POST /desk/sections/new", Page: in(d.doNewSection), May: who},
		{Pattern: "GET /desk/sections/{id}", Page: in(d.section), May: who},
		{Pattern: "POST /desk/sections/{id}", Page: in(d.doSection), May: who},
		{Pattern: "POST /desk/sections/{id}/move", Page: in(d.doMoveSection), May: who},
		{Pattern: "POST /desk/sections/{id}/end", Page: in(d.doEndSection), May: who},

		{Pattern: "GET /desk/navigation", Page: in(d.navigation), May: who},
		{Pattern: "POST /desk/navigation", Page: in(d.doAddEntry), May: who},
		{Pattern: "POST /desk/navigation/automatic", Page: in(d.doAutomatic), May: who},
		{Pattern: "GET /desk/navigation/{n}", Page: in(d.entry), May: who},
		{Pattern: "POST /desk/navigation/{n}", Page: in(d.doEntry), May: who},
		{Pattern: "POST /desk/navigation/{n}/move", Page: in(d.doMoveEntry), May: who},

		{Pattern: "GET /desk/redirects", Page: in(d.redirects), May: who},
		{Pattern: "POST /desk/redirects", Page: in(d.doRedirect), May: who},
		{Pattern: "POST /desk/redirects/drop", Page: in(d.doDropRedirect), May: who},
		{Pattern: "GET /desk/redirects/file", Page: in(d.redirectFile), May: who},
		{Pattern: "POST /desk/redirects/file", Page: in(d.doRedirectFile), May: who, Upload: true},
		{Pattern: "GET /desk/redirects/redirects.csv", Page: in(d.redirectsCSV), May: who},

		{Pattern: "GET /desk/settings/addresses", Page: in(d.addresses), May: who},
		{Pattern: "POST /desk/settings/addresses", Page: in(d.doAddresses), May: who, Prove: true},
		{Pattern: "GET /desk/settings/look", Page: in(d.look), May: who},
		{Pattern: "POST /desk/settings/look", Page: in(d.doLook), May: who},
		{Pattern: "POST /desk/settings/look/picture", Page: in(d.doPicture), May: who, Upload: true},
		{Pattern: "POST /desk/settings/look/drop", Page: in(d.doDropPicture), May: who},
		{Pattern: "GET /desk/settings/retention", Page: in(d.retention), May: who},
		{Pattern: "POST /desk/settings/retention", Page: in(d.doRetention), May: who, Prove: true},
	}
}

// tabs are the pages beside the sections.
func (v *visit) tabs(current string) []web.Tab {
	var out []web.Tab
	for _, t := range []struct{ key, href string }{{"sections.heading", sectionsPath}, {"navigation.heading", navPath}, {"redirects.heading", redirectsPath}} {
		out = append(out, web.Tab{Text: v.Loc.T(t.key), Href: t.href, Current: t.href == current})
	}
	return out
}
