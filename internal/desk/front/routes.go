// Package front has the desk's pages about what readers find beside the stories:
// the front page, topics, the profiles of those who write, standing pages and the
// texts that every newsroom needs.
package front

import (
	"context"
	"slices"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/web"
)

// Pages are these pages.
type Pages struct{ *desk.Desk }

// Part is what these pages add to a desk.
func Part(on *desk.Desk) desk.Part {
	d := &Pages{on}
	return desk.Part{Routes: slices.Concat(d.frontRoutes(), d.textRoutes(), d.pageRoutes(), topics.routes(d), bylines.routes(d))}
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

var arranges = desk.Only(staff.Arrange)

func (d *Pages) frontRoutes() []desk.Route {
	in := d.in
	return []desk.Route{
		{Pattern: "GET /desk/front", Page: in(d.front), May: arranges},
		{Pattern: "GET /desk/front/{lang}", Page: in(d.front), May: arranges},
		{Pattern: "GET /desk/front/{lang}/preview", Page: in(d.preview), May: arranges},
		{Pattern: "GET /desk/front/{lang}/slot/{slot}", Page: in(d.slot), May: arranges},
		{Pattern: "POST /desk/front/{lang}/slot/{slot}", Page: in(d.doSlot), May: arranges},
		{Pattern: "POST /desk/front/{lang}/slot/{slot}/clear", Page: in(d.doClear), May: arranges},
		{Pattern: "POST /desk/front/{lang}/slot/{slot}/move", Page: in(d.doMove), May: arranges},
		{Pattern: "POST /desk/front/{lang}/publish", Page: in(d.doPublish), May: arranges},
		{Pattern: "POST /desk/front/{lang}/drop", Page: in(d.doDrop), May: arranges},
		{Pattern: "POST /desk/front/{lang}/undo", Page: in(d.doUndo), May: arranges},
		{Pattern: "GET /desk/front/{lang}/schedule", Page: in(d.schedule), May: arranges},
		{Pattern: "POST /desk/front/{lang}/schedule", Page: in(d.doSchedule), May: arranges},
		{Pattern: "POST /desk/front/{lang}/plans/{plan}/drop", Page: in(d.doDropPlan), May: arranges},
		{Pattern: "POST /desk/front/{lang}/plans/{plan}/take", Page: in(d.doTakePlan), May: arranges},
		{Pattern: "GET /desk/front/{lang}/versions", Page: in(d.versions), May: arranges},
		{Pattern: "POST /desk/front/{lang}/versions/{n}", Page: in(d.doRestore), May: arranges},
	}
}
