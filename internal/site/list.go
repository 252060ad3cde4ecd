package site

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// pageSize is the number of stories on a page of a list.
const pageSize = 20

// list reads the part of a list that the request's query asks for.
func (s *Site) list(ctx context.Context, sh *shell, r *web.Request, l store.Listing) ([]web.Story, web.Pager, error) {
	q := r.URL.Query()
	l.Lang, l.Limit = sh.lang, pageSize
	var ok bool
	if before := q.Get("before"); before != "" {
		if l.Before, ok = store.ParseCursor(before); !ok {
			return nil, web.Pager{}, errNotThere
		}
	} else if after := q.Get("after"); after != "" {
		if l.After, ok = store.ParseCursor(after); !ok {
			return nil, web.Pager{}, errNotThere
		}
	}
	page, err := s.Store.List(ctx, l)
	if err != nil {
		return nil, web.Pager{}, err
	}
	sh.listed(r)
	stories, err := s.stories(ctx, sh, page.Stories)
	return stories, sh.pager(r.Path, page), err
}

func (sh *shell) pager(path string, page store.Page) web.Pager {
	var p web.Pager
	at := sh.Path(address(path, ""))
	if c := page.Newer.String(); c != "" {
		p.Newer = at + "?after=" + c
	}
	if c := page.Older.String(); c != "" {
		p.Older = at + "?before=" + c
	}
	return p
}

// section lists what was published in a part of the paper.
func (s *Site) section(ctx context.Context, r *web.Request) (web.Page, error) {
	v, err := s.Store.Section(ctx, param(r, "slug"))
	if err != nil || v.Slug != param(r, "slug") {
		return web.Page{}, or(err, errNotThere)
	}
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	sh.mesh(r.Path)
	sh.dep("section:" + v.ID)
	stories, pager, err := s.list(ctx, sh, r, store.Listing{Section: v.ID})
	if err != nil {
		return web.Page{}, err
	}
	for i := range stories {
		stories[i].Section = nil
	}
	name := sh.sectionName(v)
	sh.Title, sh.Description = name, v.Description.In(sh.lang, sh.outlet.Language)
	sh.Frame.Feeds = sh.feeds(r.Path, sh.T("feed.section", "outlet", sh.outlet.Name, "section", name))
	return s.draw(sh, "site/list", web.ListPage{Frame: sh.Frame, Heading: name, Intro: sh.Description, Stories: stories, Pager: pager})
}

// topic lists what was published about a topic.
func (s *Site) topic(ctx context.Context, r *web.Request) (web.Page, error) {
	v, err := s.Store.PublicTopic(ctx, param(r, "slug"))
	if err != nil {
		return web.Page{}, err
	}
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	if err := s.meshNamed(ctx, sh, r.Path, store.ToTopic, v.ID, v.Description); err != nil {
		return web.Page{}, err
	}
	sh.dep("topic:" + v.ID)
	stories, pager, err := s.list(ctx, sh, r, store.Listing{Topic: v.ID})
	if err != nil {
		return web.Page{}, err
	}
	sh.Title = v.Name.In(sh.lang, sh.outlet.Language)
	sh.Description = v.Description.In(sh.lang, sh.outlet.Language)
	sh.Frame.Feeds = append(sh.Frame.Feeds, sh.feeds(address(r.Path, ""), sh.T("feed.section", "outlet", sh.outlet.Name, "section", sh.Title))...)
	return s.draw(sh, "site/list", web.ListPage{Frame: sh.Frame, Kicker: sh.T("list.topic"), Heading: sh.Title,
		Intro: sh.Description, Stories: stories, Pager: pager})
}

// person shows somebody who writes, with what they wrote.
func (s *Site) person(ctx context.Context, r *web.Request) (web.Page, error) {
	v, err := s.Store.PublicPerson(ctx, param(r, "slug"))
	if err != nil {
		return web.Page{}, err
	}
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	if err := s.meshNamed(ctx, sh, r.Path, store.ToPerson, v.ID, v.Bio, v.Title); err != nil {
		return web.Page{}, err
	}
	sh.dep("person:" + v.ID)
	data := web.PersonPage{Name: v.Name, Role: v.Title.In(sh.lang, sh.outlet.Language), Bio: v.Bio.In(sh.lang, sh.outlet.Language)}
	if data.Stories, data.Pager, err = s.list(ctx, sh, r, store.Listing{Person: v.ID}); err != nil {
		return web.Page{}, err
	}
	if l, ok := contact(v.Contact); ok {
		data.Links = []web.Link{l}
	}
	sh.Title, sh.Description = v.Name, data.Role
	if len(data.Stories) > 0 { // in this language
		sh.Frame.Feeds = append(sh.Frame.Feeds, sh.feeds(address(r.Path, ""), sh.T("feed.section", "outlet", sh.outlet.Name, "section", v.Name))...)
	}
	sh.JSONLD = thing{"@context": "https://schema.org", "@type": "Person", "name": v.Name, "url": sh.Canonical, "worksFor": sh.publisherLD()}
	data.Frame = sh.Frame
	return s.draw(sh, "site/person", data)
}

// meshNamed is shell.mesh for the page of a topic or person: it stands in the
// languages in which something is published there, or something said about it. In
// the others it says so, and is not worth finding.
func (s *Site) meshNamed(ctx context.Context, sh *shell, path, sort, id string, said ...outlet.Words) error {
	has, err := s.Store.LanguagesOf(ctx, sort, id)
	if err != nil {
		return err
	}
	var langs []string
	for _, l := range sh.outlet.Langs() {
		if slices.Contains(has, l) || slices.ContainsFunc(said, func(w outlet.Words) bool { return w[l] != "" }) {
			langs = append(langs, l)
		}
	}
	sh.meshIn(path, langs)
	if !slices.Contains(langs, sh.lang) {
		sh.Robots, sh.Alternates = "noindex, follow", nil
	}
	return nil
}

// contact makes a link of a public mail or web address; other text is none.
func contact(text string) (web.Link, bool) {
	if strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://") {
		if u, err := url.Parse(text); err == nil && u.Host != "" {
			return web.Link{Text: strings.TrimPrefix(strings.TrimPrefix(text, "https://"), "http://"), Href: u.String()}, true
		}
	}
	if user, host, ok := strings.Cut(text, "@"); ok && user != "" && host != "" && !strings.ContainsAny(text, " \n<>?&") {
		return web.Link{Text: text, Href: "mailto:" + text}, true
	}
	return web.Link{}, false
}

// archive lists the months of all years, or of one.
func (s *Site) archive(ctx context.Context, r *web.Request) (web.Page, error) {
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	sh.dep("articles")
	from, to := yearOf(r, sh)
	if err := s.meshOf(ctx, sh, r.Path, from, to); err != nil {
		return web.Page{}, err
	}
	months, err := s.months(ctx, sh, time.Time{})
	if err != nil {
		return web.Page{}, err
	}
	sh.Title = sh.T("list.archive")
	data := web.ListPage{Heading: sh.Title}
	if year := param(r, "yyyy"); year != "" {
		data.Kicker, sh.Title = data.Heading, sh.Digits(year)
		data.Heading = sh.Title
		var of []web.Link
		for _, m := range months {
			if strings.HasPrefix(m.Href, sh.Path("/archive/"+year+"/")) {
				of = append(of, m)
			}
		}
		if len(of) == 0 {
			return web.Page{}, errNotThere
		}
		months = of
	}
	data.Months = months
	page, err := s.Store.List(ctx, store.Listing{Lang: sh.lang, Limit: pageSize, From: from, To: to})
	if err != nil {
		return web.Page{}, err
	}
	if data.Stories, err = s.stories(ctx, sh, page.Stories); err != nil {
		return web.Page{}, err
	}
	data.Frame = sh.Frame
	return s.draw(sh, "site/list", data)
}

// yearOf is the year that the archive is asked for; without one all of time.
func yearOf(r *web.Request, sh *shell) (from, to time.Time) {
	y, err := strconv.Atoi(param(r, "yyyy"))
	if err != nil {
		return from, to
	}
	return time.Date(y, 1, 1, 0, 0, 0, 0, sh.Zone), time.Date(y+1, 1, 1, 0, 0, 0, 0, sh.Zone)
}

// meshOf is shell.mesh for a page that only those languages have in which
// something was published within [from, to).
func (s *Site) meshOf(ctx context.Context, sh *shell, path string, from, to time.Time) error {
	var langs []string
	for _, l := range sh.outlet.Langs() {
		page, err := s.Store.List(ctx, store.Listing{Lang: l, Limit: 1, From: from, To: to})
		if err != nil {
			return err
		}
		if len(page.Stories) > 0 || from.IsZero() {
			langs = append(langs, l)
		}
	}
	sh.meshIn(path, langs)
	return nil
}

// allMonths bounds the index of the archive: 250 years.
const allMonths = 3000

func (s *Site) months(ctx context.Context, sh *shell, current time.Time) ([]web.Link, error) {
	months, err := s.Store.Months(ctx, sh.lang, sh.Zone, allMonths)
	out := make([]web.Link, 0, len(months))
	for _, m := range months {
		out = append(out, web.Link{Text: sh.OnMonth(m), Href: sh.Path("/archive/" + m.Format("2006/01")), Current: m.Equal(current)})
	}
	return out, err
}

// month lists what was first published in a month of the outlet's zone.
func (s *Site) month(ctx context.Context, r *web.Request) (web.Page, error) {
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	from, err := time.ParseInLocation("2006/01", param(r, "yyyy")+"/"+param(r, "mm"), sh.Zone)
	if err != nil {
		return web.Page{}, errNotThere
	}
	sh.dep("articles")
	to := from.AddDate(0, 1, 0)
	if err := s.meshOf(ctx, sh, r.Path, from, to); err != nil {
		return web.Page{}, err
	}
	stories, pager, err := s.list(ctx, sh, r, store.Listing{From: from, To: to})
	if err != nil {
		return web.Page{}, err
	}
	if len(stories) == 0 {
		return web.Page{}, errNotThere
	}
	months, err := s.months(ctx, sh, from)
	if err != nil {
		return web.Page{}, err
	}
	sh.Title = sh.OnMonth(from)
	return s.draw(sh, "site/list", web.ListPage{Frame: sh.Frame, Kicker: sh.T("list.archive"), Heading: sh.Title,
		Stories: stories, Pager: pager, Months: months})
}

func param(r *web.Request, name string) string { return url.Values(r.Params).Get(name) }

// or is err, or the other error where there is none.
func or(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func escape(s string) string { return url.QueryEscape(s) }

var errBadPage = fault.New(fault.NotFound, "there is no such page of this list")
