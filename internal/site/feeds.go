package site

import (
	"context"
	"fmt"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/feed"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// feedLength is the number of articles in a feed.
const feedLength = 30

// feedFormat writes one of the formats of feeds.
type feedFormat struct {
	mediaType string
	write     func(feed.Channel) ([]byte, error)
}

var (
	feedRSS  = feedFormat{feed.TypeRSS, feed.RSS}
	feedAtom = feedFormat{feed.TypeAtom, feed.Atom}
	feedJSON = feedFormat{feed.TypeJSON, feed.JSON}
)

// mainFeed has all of a language.
func (s *Site) mainFeed(f feedFormat) web.Handler {
	return func(ctx context.Context, r *web.Request) (web.Page, error) {
		sh, err := s.shell(ctx, r)
		if err != nil {
			return web.Page{}, err
		}
		sh.dep("articles")
		return s.feed(ctx, sh, r, f, sh.outlet.Name, sh.Home, store.Listing{})
	}
}

// sectionFeed has what is published in a section.
func (s *Site) sectionFeed(f feedFormat) web.Handler {
	return func(ctx context.Context, r *web.Request) (web.Page, error) {
		v, err := s.Store.Section(ctx, param(r, "slug"))
		if err != nil {
			return web.Page{}, err
		}
		sh, err := s.shell(ctx, r)
		if err != nil {
			return web.Page{}, err
		}
		sh.dep("section:" + v.ID)
		title := sh.T("feed.section", "outlet", sh.outlet.Name, "section", sh.sectionName(v))
		return s.feed(ctx, sh, r, f, title, sh.Path("/sections/"+address(v.Slug, "")), store.Listing{Section: v.ID})
	}
}

// topicFeed has what is published about a topic.
func (s *Site) topicFeed(f feedFormat) web.Handler {
	return func(ctx context.Context, r *web.Request) (web.Page, error) {
		v, err := s.Store.PublicTopic(ctx, param(r, "slug"))
		if err != nil {
			return web.Page{}, err
		}
		sh, err := s.shell(ctx, r)
		if err != nil {
			return web.Page{}, err
		}
		sh.dep("topic:" + v.ID)
		title := sh.T("feed.section", "outlet", sh.outlet.Name, "section", v.Name.In(sh.lang, sh.outlet.Language))
		return s.feed(ctx, sh, r, f, title, sh.Path("/topics/"+address(v.Slug, "")), store.Listing{Topic: v.ID})
	}
}

// personFeed has what is published under somebody's name.
func (s *Site) personFeed(f feedFormat) web.Handler {
	return func(ctx context.Context, r *web.Request) (web.Page, error) {
		v, err := s.Store.PublicPerson(ctx, param(r, "slug"))
		if err != nil {
			return web.Page{}, err
		}
		sh, err := s.shell(ctx, r)
		if err != nil {
			return web.Page{}, err
		}
		sh.dep("person:" + v.ID)
		title := sh.T("feed.section", "outlet", sh.outlet.Name, "section", v.Name)
		return s.feed(ctx, sh, r, f, title, sh.Path("/people/"+address(v.Slug, "")), store.Listing{Person: v.ID})
	}
}

func (s *Site) feed(ctx context.Context, sh *shell, r *web.Request, f feedFormat, title, home string, l store.Listing) (web.Page, error) {
	l.Lang, l.Limit = sh.lang, feedLength
	list, err := s.Store.Publications(ctx, l)
	if err != nil {
		return web.Page{}, err
	}
	c := feed.Channel{Title: title, Description: first(sh.Frame.Outlet.Motto, title), Lang: sh.lang, Home: sh.outlet.URL(home),
		Self: sh.outlet.URL(sh.Path(address(r.Path, ""))), Rights: sh.outlet.LicenceName}
	for _, p := range list {
		item, err := s.feedItem(ctx, sh, p)
		if err != nil {
			return web.Page{}, err
		}
		c.Items = append(c.Items, item)
	}
	return sh.feedPage(f, c)
}

// feedPage writes the feed. An empty one is as old as the newsroom's last midnight,
// for a feed must have a date.
func (sh *shell) feedPage(f feedFormat, c feed.Channel) (web.Page, error) {
	if sh.outlet.BaseURL == "" {
		return web.Page{}, errNoBase
	}
	if len(c.Items) == 0 {
		c.Updated = midnight(sh.now, sh.Zone).AddDate(0, 0, -1)
	}
	body, err := f.write(c)
	return web.Page{Type: f.mediaType, Body: body, Deps: sh.deps, Cache: web.Public, Until: sh.until}, err
}

func (s *Site) feedItem(ctx context.Context, sh *shell, p news.Publication) (feed.Item, error) {
	c := p.Content
	in, err := s.inside(ctx, c)
	if err != nil {
		return feed.Item{}, err
	}
	sh.dep("article:" + p.Article)
	url := sh.outlet.URL(address(p.Path, ""))
	i := feed.Item{ID: urn(p.Article), URL: url, Title: c.Headline, Summary: c.Dek, Lang: p.Lang, Published: p.First, Updated: p.Updated}
	var notes web.ArticlePage
	if p.Version > 1 {
		list, err := s.Store.CorrectionsOf(ctx, p.Article)
		if err != nil {
			return i, err
		}
		sh.notes(p, list, &notes)
	}
	if p.State == news.Retracted {
		i.Title, i.Summary, i.HTML = sh.T("list.retracted", "headline", c.Headline), "", sh.notesHTML(notes.TopNotes)
	} else {
		o := sh.options(in, c.Lang)
		o.Feed, o.Base, o.Prefix = true, url, p.Article
		i.HTML = sh.notesHTML(notes.TopNotes) + document.HTML(c.Body, o) + sh.notesHTML(notes.FootNotes)
	}
	for _, b := range c.Bylines {
		if b.Role == "by" || b.Role == "with" {
			i.Authors = append(i.Authors, feed.Author{Name: b.Name})
		}
	}
	if l := sh.sectionLink(c.Section); l != nil {
		i.Tags = append(i.Tags, l.Text)
	}
	for _, m := range c.Media() {
		sh.dep("media:" + m)
	}
	if c.Lead != nil {
		if pic, ok := in.pictures[c.Lead.Media]; ok && sh.usable(pic) {
			i.Image = sh.feedImage(pic, c)
		}
	}
	return i, nil
}

func (sh *shell) feedImage(p media.Picture, c news.Content) *feed.Image {
	r := largest(p.Renditions)
	return &feed.Image{
		URL: sh.pictureURL(p), Type: media.TypeOf(r.Ext), Width: r.Width, Height: r.Height, Bytes: r.Bytes,
		Alt: first(c.Lead.Alt, pick(p.Alt, c.Lang)), Caption: first(c.Lead.Caption, pick(p.Caption, c.Lang)), Credit: p.Credit,
	}
}

// urn names an article for ever: its 128 bits in the form of a UUID.
func urn(article string) string {
	b, err := id.Decode(article)
	if err != nil || len(b) != 16 {
		return "urn:x-masthead:" + article
	}
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
