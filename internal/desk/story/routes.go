// Package story has the desk's pages about stories, all below /desk/stories, and
// the list of what imports left.
package story

import (
	"context"
	"slices"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/web"
)

// Pages are the pages about stories.
type Pages struct {
	*desk.Desk
	work editorial.Room
}

// Part is what these pages add to a desk.
func Part(on *desk.Desk) desk.Part {
	d := &Pages{Desk: on, work: editorial.New(on.Store, on.Clock)}
	return desk.Part{Routes: slices.Concat(d.routes(), d.stepRoutes(), d.recordRoutes(), d.proposalRoutes(), d.libraryRoutes()), Tasks: tasks}
}

// visit is a request, with the pages at hand.
type visit struct {
	*desk.Visit
	d *Pages
}

// in makes a page of the desk of one of ours.
func (d *Pages) in(page func(context.Context, *visit) (web.Page, error)) desk.Page {
	return func(ctx context.Context, v *desk.Visit) (web.Page, error) { return page(ctx, &visit{v, d}) }
}

func (d *Pages) routes() []desk.Route {
	in := d.in
	return []desk.Route{
		{Pattern: "GET /desk/stories", Page: in(d.stories), May: desk.SeeStories},
		{Pattern: "GET /desk/stories/new", Page: in(d.newStory), May: desk.Only(staff.WriteOwn)},
		{Pattern: "POST /desk/stories/new", Page: in(d.doNewStory), May: desk.Only(staff.WriteOwn)},
		{Pattern: "GET /desk/stories/{id}", Page: in(d.story), May: desk.SeeStories},
		{Pattern: "GET /desk/stories/{id}/edit", Page: in(d.edit), May: desk.SeeStories},
		{Pattern: "POST /desk/stories/paste", Page: in(d.doPaste), Raw: true},
		{Pattern: "POST /desk/stories/pictures", Page: in(d.doPicture), Raw: true},
		{Pattern: "GET /desk/pictures/{id}", Page: in(d.picture), May: desk.SeeStories},
		{Pattern: "POST /desk/pictures/{id}", Page: in(d.doDescribe), Raw: true},
		{Pattern: "POST /desk/stories/{id}/save", Page: in(d.doSave), Raw: true},
		{Pattern: "POST /desk/stories/{id}/lock", Page: in(d.doLock), Raw: true},
		{Pattern: "GET /desk/stories/{id}/text", Page: in(d.plainText), May: desk.SeeStories},
		{Pattern: "POST /desk/stories/{id}/text", Page: in(d.doPlainText), Raw: true},
		{Pattern: "GET /desk/stories/{id}/conflict", Page: in(d.conflict), May: desk.SeeStories},
		{Pattern: "POST /desk/stories/{id}/conflict", Page: in(d.doConflict), May: desk.SeeStories},
		{Pattern: "GET /desk/stories/{id}/revisions", Page: in(d.revisions), May: desk.SeeStories},
		{Pattern: "GET /desk/stories/{id}/revisions/{n}", Page: in(d.revision), May: desk.SeeStories},
		{Pattern: "POST /desk/stories/{id}/revisions/{n}/restore", Page: in(d.doRestore), May: desk.SeeStories},
		{Pattern: "GET /desk/stories/{id}/changes", Page: in(d.changes), May: desk.SeeStories},
		{Pattern: "GET /desk/imports", Page: in(d.imports), May: desk.SeeNeeds},
		{Pattern: "POST /desk/imports/done", Page: in(d.doImport), May: desk.SeeNeeds},
	}
}
