package site

import (
	"context"
	"strings"

	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const frontMonths = 6

// front is the first page of a language: as editors have arranged it, and what
// they left open fills itself. No story stands on it twice.
func (s *Site) front(ctx context.Context, r *web.Request) (web.Page, error) {
	if r.URL.RawQuery != "" && asksOld(r) {
		return s.oldQuery(ctx, r)
	}
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	slots, err := s.Store.LiveFront(ctx, sh.lang)
	if err != nil {
		return web.Page{}, err
	}
	sh.dep(store.FrontKey(sh.lang))
	return s.drawFront(ctx, sh, slots, nil, "")
}

// FrontPreview draws the front of a language as an arrangement would make it;
// with coming also those of its stories that are not public yet, by what the desk
// knows of them. It is for the desk alone: whoever calls it has asked who may see
// that.
func (s *Site) FrontPreview(ctx context.Context, r *web.Request, lang string, slots news.Arrangement, coming map[string]store.Teaser) (web.Page, error) {
	of := *r
	of.Lang, of.Path = lang, "/"
	sh, err := s.shell(ctx, &of)
	if err != nil {
		return web.Page{}, err
	}
	sh.Robots, sh.Canonical = "noindex, nofollow", ""
	page, err := s.drawFront(ctx, sh, slots, coming, sh.T("arrange.preview.say"))
	return sealed(page), err
}

func (s *Site) drawFront(ctx context.Context, sh *shell, slots news.Arrangement, coming map[string]store.Teaser, preview string) (web.Page, error) {
	sh.mesh("/")
	sh.dated()
	sh.Today = sh.now
	sh.Description = sh.Frame.Outlet.Motto
	sh.Frame.Feeds = sh.feeds("", sh.outlet.Name)
	sh.dep("articles")
	sh.showMeter()
	sh.JSONLD = thing{"@context": "https://schema.org", "@type": "WebSite", "name": sh.outlet.Name, "url": sh.Canonical,
		"inLanguage": sh.lang, "publisher": sh.publisherLD()}
	data := web.FrontPage{Donors: sh.ask.Donors, Origin: "front", Preview: preview}
	sections, err := s.Store.FrontSections(ctx, sh.outlet, sh.lang)
	if err != nil {
		return web.Page{}, err
	}
	filled, err := s.Store.FillFront(ctx, store.FrontWish{Lang: sh.lang, Slots: slots, Sections: sections, Now: sh.now, Coming: coming})
	if err != nil {
		return web.Page{}, err
	}
	if !filled.Until.IsZero() {
		sh.ends(filled.Until)
	}
	if err := s.top(ctx, sh, &data, filled.Top); err != nil {
		return web.Page{}, err
	}
	if err := s.blocks(ctx, sh, &data, filled.Blocks); err != nil {
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

// seated makes what the page shows of stories, with the words that they have for
// the front alone, and tells in which seats they are.
func (s *Site) seated(ctx context.Context, sh *shell, seats []store.FilledSeat) (stories []web.Story, taken []store.FilledSeat, err error) {
	var list []store.Teaser
	for _, seat := range seats {
		if seat.Story.Article != "" {
			list, taken = append(list, seat.Story), append(taken, seat)
		}
	}
	stories, err = s.stories(ctx, sh, list)
	for i := range stories {
		stories[i].Headline = first(taken[i].Placed.Headline, stories[i].Headline)
		stories[i].Dek = first(taken[i].Placed.Dek, stories[i].Dek)
		if p := stories[i].Picture; p != nil && strings.HasPrefix(taken[i].Story.Path, "/desk/") { // not public yet: the desk shows it
			p.Src, p.SrcSet = "/desk/pictures/"+taken[i].Story.Lead, ""
		}
	}
	return stories, taken, err
}

// top shows the lead and what stands beside it: of that only the first with its
// picture and dek, the others with a dek where somebody wrote one for them.
func (s *Site) top(ctx context.Context, sh *shell, data *web.FrontPage, seats []store.FilledSeat) error {
	stories, taken, err := s.seated(ctx, sh, seats)
	if err != nil || len(stories) == 0 {
		return err
	}
	data.Lead, data.Second = &stories[0], stories[1:]
	for i := 1; i < len(data.Second); i++ {
		data.Second[i].Dek, data.Second[i].Picture = taken[i+1].Placed.Dek, nil
	}
	return nil
}

// thin is the number of stories from which on a section has a block of its own.
const thin = 2

// blocks makes one block for each section. The stories of sections that have
// hardly any share the last one.
func (s *Site) blocks(ctx context.Context, sh *shell, data *web.FrontPage, list []store.FilledBlock) error {
	rest := web.FrontBlock{ID: "more", Name: sh.T("front.more"), Href: sh.Path("/archive")}
	for _, b := range list {
		stories, taken, err := s.seated(ctx, sh, b.Seats)
		if err != nil {
			return err
		}
		if len(stories) < thin {
			rest.Stories = append(rest.Stories, stories...)
			continue
		}
		for i := range stories {
			stories[i].Section = nil
			if b.Size == 4 && taken[i].Placed.Dek == "" {
				stories[i].Dek = ""
			}
		}
		data.Blocks = append(data.Blocks, web.FrontBlock{ID: b.Section.ID, Name: sh.sectionName(b.Section), Href: sh.Path("/sections/" + b.Section.Slug), Stories: stories})
	}
	if len(rest.Stories) > 0 {
		data.Blocks = append(data.Blocks, rest)
	}
	return nil
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
