// Package site has the pages that readers and donors see. Each is a value made
// of what it shows (see web.Page); nothing here writes to a connection.
package site

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"

	"masthead.dev/masthead/internal/blob"
	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// Site makes the public pages. It is set up by its fields and then not changed.
type Site struct {
	Store     *store.Store
	Templates *web.Templates
	Clock     clock.Clock
	Blobs     blob.Store
	Pretended bool // payments are pretended, as in the demo

	Reports *Reports // the form for readers' reports; nil has none

	// Ask tells what pages need to ask readers for money; nil asks nowhere.
	Ask func(ctx context.Context, lang string) (Ask, error)
	// More are the routes of other parts of the public site, such as giving.
	More []Route
	// Base is where the program is reached while the outlet has not named its own
	// address: scheme and host. Feeds and sitemaps need one.
	Base string
	// Ready tells whether the program can serve; nil asks the database alone.
	Ready func(ctx context.Context) error

	// Missed counts what readers ask for in vain; nil counts nothing.
	Missed *Missed

	once  sync.Once
	table []Route
}

// Ask is what articles and the front need to ask for money, in one language.
type Ask struct {
	Give   string // address of the form; "" asks for nothing
	Meter  *web.Meter
	Donors int
	Deps   []string
	// Sandbox says that payments are pretended; every page that speaks of money
	// says so then.
	Sandbox bool
}

// Serve makes the page of a request. It is a web.Handler.
func (s *Site) Serve(ctx context.Context, r *web.Request) (web.Page, error) {
	page, err := s.serve(ctx, r)
	if s.Missed != nil && fault.Is(err, fault.NotFound) && get(r) {
		s.Missed.note(news.CleanPath(r.URL.Path), s.Clock.Now())
	}
	return page, err
}

func (s *Site) serve(ctx context.Context, r *web.Request) (web.Page, error) {
	o, err := s.outlet(ctx)
	if err != nil {
		return web.Page{}, err
	}
	clean := news.CleanPath(r.URL.Path)
	r.Lang, r.Path = o.SplitLang(clean)
	route, params, found := s.match(r.Path)
	if !found || (route.One && r.Lang != o.Language) {
		return s.article(ctx, r, clean)
	}
	if !slices.Contains(route.methods(), r.Method) {
		return notAllowed(route), nil
	}
	r.Params = params
	if route.Raw {
		return route.Handler(ctx, r)
	}
	if r.URL.Path != clean && get(r) {
		return s.tidied(ctx, r, clean)
	}
	page, err := route.Handler(ctx, r)
	if fault.Is(err, fault.NotFound) && get(r) {
		if moved, ok := s.byQuery(ctx, r, clean); ok {
			return moved, nil
		}
		if moved, ok := s.moved(ctx, clean); ok {
			return moved, nil
		}
		if moved, ok := s.renamed(ctx, r, clean); ok {
			return moved, nil
		}
	}
	return page, err
}

// outlet is the outlet as it is now, with an address in any case.
func (s *Site) outlet(ctx context.Context) (outlet.Outlet, error) {
	o, err := s.Store.Outlet(ctx)
	if o.BaseURL == "" {
		o.BaseURL = s.Base
	}
	return o, err
}

// tidied sends a reader who typed capitals or a slash at the end to the page,
// in one step also where that has moved.
func (s *Site) tidied(ctx context.Context, r *web.Request, clean string) (web.Page, error) {
	if moved, ok := s.moved(ctx, clean); ok {
		return moved, nil
	}
	return web.Moved(address(clean, r.URL.RawQuery), movedDeps...), nil
}

var movedDeps = []string{"settings", "addresses", "articles"}

// moved is the redirect of an old address.
func (s *Site) moved(ctx context.Context, path string) (web.Page, bool) {
	f, err := s.Store.Lookup(ctx, path)
	if err != nil || f.Target == "" {
		f = s.movedIn(ctx, path)
	}
	if f.Target == "" {
		return web.Page{}, false
	}
	return web.Moved(goal(f.Target), movedDeps...), true
}

// movedIn looks an address of a further language up: sections, topics and people
// stand in all languages below one address, with or without the language before it.
func (s *Site) movedIn(ctx context.Context, path string) store.Found {
	o, err := s.outlet(ctx)
	if err != nil {
		return store.Found{}
	}
	lang, bare := o.SplitLang(path)
	first := outlet.FirstSegment(bare)
	if lang == o.Language || !slices.Contains([]string{"sections", "topics", "people"}, first) {
		return store.Found{}
	}
	f, err := s.Store.Lookup(ctx, bare)
	if err != nil || outlet.FirstSegment(f.Target) != first {
		return store.Found{}
	}
	f.Target = o.Prefix(lang) + f.Target
	return f
}

func get(r *web.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

func notAllowed(route Route) web.Page {
	return web.Page{
		Status: http.StatusMethodNotAllowed, Type: plainText,
		Header: http.Header{"Allow": {strings.Join(route.methods(), ", ")}},
		Body:   []byte("This address can't be used in this way.\n"),
	}
}

const plainText = "text/plain; charset=utf-8"

// match finds the route of a path.
func (s *Site) match(path string) (Route, map[string][]string, bool) {
	s.once.Do(func() { s.table = s.Routes() })
	for _, r := range s.table {
		if params, ok := fits(r.Path, path); ok {
			return r, params, true
		}
	}
	return Route{}, nil, false
}
