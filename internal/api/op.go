package api

import (
	"context"
	"net/http"
	"slices"

	"masthead.dev/masthead/internal/staff"
)

// Op is an operation: all that the route, the document and the manual say of it.
type Op struct {
	ID     string // stays the same: names of methods in programs are made of it
	Method string
	Path   string // below Root, as http.ServeMux reads it
	Group  string
	Does   string // one line
	More   string // what else is worth knowing

	Scope staff.Scope    // "": any token
	May   []staff.Action // any of these; none: whoever works here. What a thing asks beyond that is asked about the thing
	Query []Param
	In    any  // a value of the type of the body; nil: none
	Out   any  // a value of the type of the answer; nil: none
	Files bool // the body is a file (multipart/form-data with "file")
	// Status of the answer; 0 is 200, or 204 where there is none.
	Status int
	// Tagged answers have an ETag; Guarded operations ask for it as If-Match.
	Tagged, Guarded bool
	Example         any // of the body

	do func(ctx context.Context, c *Call) (any, error)
}

// Param is a value of the address's query.
type Param struct {
	Name string
	Does string
	Enum []string
}

// status of an answer that went well.
func (op Op) status() int {
	switch {
	case op.Status != 0:
		return op.Status
	case op.Out == nil:
		return http.StatusNoContent
	}
	return http.StatusOK
}

// paged are the values of a list that is read page by page.
var paged = []Param{
	{Name: "limit", Does: "how many at most, 1 to 100; 50 unless said"},
	{Name: "cursor", Does: "next of the page before"},
}

func with(more ...Param) []Param { return append(slices.Clone(more), paged...) }

// operations are all that there are, in the order of the manual.
func (a *API) operations() []Op {
	return slices.Concat(a.aboutToken(), a.aboutStories(), a.aboutSteps(), a.aboutDesking(), a.aboutRecord(), a.aboutMedia(),
		a.aboutSite(), a.changesOfSite(), a.aboutFront(), a.aboutStaff(), a.aboutMoney())
}
