package site

import (
	"context"

	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const (
	beside      = 3 // stories beside the lead
	looked      = 6 // newest stories among which one with a picture may lead
	frontMonths = 6
)

// blockSizes are how many stories the blocks of the front show, by turns, so
// that no two neighbours look alike.
var blockSizes = []int{3, 6, 4}

// front is the first page of a language. It fills itself: what is kept at the
// top leads, else what is newest; no story stands on it twice.
func (s *Site) front(ctx context.Context, r *web.Request) (web.Page, error) {
	if r.URL.RawQuery != "" && asksOld(r) {
		return s.oldQuery(ctx, r)
	}
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	sh.mesh("/")
	sh.dated()
	sh.Today = sh.now
	sh.Description = sh.Frame.Outlet.Motto
	sh.Frame.Feeds = sh.feeds("", sh.outlet.Name)
	sh.dep("articles")
	sh.showMeter()
	sh.JSONLD = thing{"@context": "https://schema.org", "@type": "WebSite", "name": sh.outlet.Name, "url": sh.Canonical,
		"inLanguage": sh.lang, "publisher": sh.publisherLD()}
	data := web.FrontPage{Donors: sh.ask.Donors, Origin: "front"}
	used := map[string]bool{}
	if err := s.top(ctx, sh, &data, used); err != nil {
		return web.Page{}, err
	}
	if err := s.blocks(ctx, sh, &data, used); err != nil {
		return web.Page{}, err
	}
	months, err := s.Store.Months(ctx, sh.lang, sh.Zone, frontMonths)
	if err != nil {
		return web.Page{}, err
	}
	for _, m := range months {
		data.Archive = append(data.Archive, web.Link{Text: sh.OnMonth(m), Href: sh.Path("/archive/" + m.Format("2006/01"))})
	}
	data.Frame = sh.Frame
	return s.draw(sh, "site/front", data)
}

// top chooses the lead and what stands beside it.
func (s *Site) top(ctx context.Context, sh *shell, data *web.FrontPage, used map[string]bool) error {
	sticky, err := s.Store.Sticky(ctx, sh.lang, 1+beside)
	if err != nil {
		return err
	}
	page, err := s.Store.List(ctx, store.Listing{Lang: sh.lang, Limit: looked + 1 + beside, NoRetracted: true})
	if err != nil {
		return err
	}
	list := fresh(append(sticky, lead(page.Stories, len(sticky) == 0)...), used, 1+beside)
	stories, err := s.stories(ctx, sh, list)
	if err != nil || len(stories) == 0 {
		return err
	}
	data.Lead, data.Second = &stories[0], stories[1:]
	for i := 1; i < len(data.Second); i++ {
		data.Second[i].Dek, data.Second[i].Picture = "", nil
	}
	return nil
}

// lead brings the newest story with a picture to the head of the list, if it is
// among the newest few.
func lead(list []store.Teaser, choose bool) []store.Teaser {
	for i, t := range list[:min(looked, len(list))] {
		if choose && t.Lead != "" {
			out := []store.Teaser{t}
			return append(append(out, list[:i]...), list[i+1:]...)
		}
	}
	return list
}

// fresh takes the first n stories that the page does not have yet. A story
// counts with all its translations.
func fresh(list []store.Teaser, used map[string]bool, n int) []store.Teaser {
	var out []store.Teaser
	for _, t := range list {
		if len(out) < n && !used[t.Article] {
			used[t.Article] = true
			out = append(out, t)
		}
	}
	return out
}

// thin is the number of stories from which on a section has a block of its own.
const thin = 2

// blocks makes one block for each section in the navigation. The stories of
// sections that have hardly any share the last one.
func (s *Site) blocks(ctx context.Context, sh *shell, data *web.FrontPage, used map[string]bool) error {
	rest := web.FrontBlock{ID: "more", Name: sh.T("front.more"), Href: sh.Path("/archive")}
	for _, link := range sh.Nav {
		section := sh.sectionAt(link.Href)
		if section == "" {
			continue
		}
		size := blockSizes[len(data.Blocks)%len(blockSizes)]
		page, err := s.Store.List(ctx, store.Listing{Lang: sh.lang, Section: section, Limit: size + len(used), NoRetracted: true})
		if err != nil {
			return err
		}
		stories, err := s.stories(ctx, sh, fresh(page.Stories, used, size))
		if err != nil {
			return err
		}
		if len(stories) < thin {
			rest.Stories = append(rest.Stories, stories...)
			continue
		}
		for i := range stories {
			stories[i].Section = nil
			if size == 4 {
				stories[i].Dek = ""
			}
		}
		data.Blocks = append(data.Blocks, web.FrontBlock{ID: section, Name: link.Text, Href: link.Href, Stories: stories})
	}
	if len(rest.Stories) > 0 {
		data.Blocks = append(data.Blocks, rest)
	}
	return nil
}

// sectionAt is the id of the section that a link of the navigation leads to.
func (sh *shell) sectionAt(href string) string {
	for _, v := range sh.sections {
		if href == sh.Path("/sections/"+v.Slug) {
			return v.ID
		}
	}
	return ""
}

// feeds are the feeds of a part of the site, for the head of its pages.
func (sh *shell) feeds(part, title string) []web.Feed {
	return []web.Feed{
		{Title: title, Type: "application/rss+xml", Href: sh.Path(part + "/feed.xml")},
		{Title: title + " (Atom)", Type: "application/atom+xml", Href: sh.Path(part + "/atom.xml")},
		{Title: title + " (JSON)", Type: "application/feed+json", Href: sh.Path(part + "/feed.json")},
	}
}

// asksOld tells whether a query is one of an old site's; others (such as those
// that mailers hang on) change nothing.
func asksOld(r *web.Request) bool {
	q := r.URL.Query()
	for _, k := range []string{"p", "page_id", "attachment_id", "cat", "tag", "author", "feed", "m", "s"} {
		if q.Get(k) != "" {
			return true
		}
	}
	return false
}
