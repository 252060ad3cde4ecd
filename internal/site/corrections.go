package site

import (
	"context"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/feed"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const correctionsPage = 50

// corrections lists what was put right in all languages, newest first.
func (s *Site) corrections(ctx context.Context, r *web.Request) (web.Page, error) {
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	sh.mesh(r.Path)
	sh.listed(r)
	sh.dep("corrections", "articles")
	n := 0
	if p := r.URL.Query().Get("page"); p != "" {
		if n, err = strconv.Atoi(p); err != nil || n < 1 || n > 1000 {
			return web.Page{}, errBadPage
		}
	}
	list, err := s.Store.Corrections(ctx, correctionsPage+1, n*correctionsPage)
	if err != nil {
		return web.Page{}, err
	}
	data := web.CorrectionsPage{}
	if len(list) > correctionsPage {
		list = list[:correctionsPage]
		data.Older = sh.Path("/corrections?page=" + strconv.Itoa(n+1))
	}
	data.Months = sh.correctionMonths(list)
	sh.Title, sh.Description = sh.T("corrections.heading"), sh.T("corrections.intro")
	sh.Frame.Feeds = []web.Feed{{Title: sh.T("feed.corrections", "outlet", sh.outlet.Name), Type: "application/rss+xml", Href: sh.Path("/corrections.xml")}}
	data.Frame = sh.Frame
	return s.draw(sh, "site/corrections", data)
}

func (sh *shell) correctionMonths(list []store.PublicCorrection) []web.CorrectionMonth {
	var out []web.CorrectionMonth
	for _, c := range list {
		at := c.FixedAt.In(sh.Zone)
		month := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, sh.Zone)
		if n := len(out); n == 0 || !out[n-1].Month.Equal(month) {
			out = append(out, web.CorrectionMonth{Month: month})
		}
		m := &out[len(out)-1]
		m.Entries = append(m.Entries, sh.correction(c))
	}
	return out
}

func (sh *shell) correction(c store.PublicCorrection) web.Correction {
	v := web.Correction{Kind: string(c.Class), At: c.FixedAt, Headline: c.Headline, Href: address(c.Path, ""), Was: c.Was, Now: c.Now, Text: c.Note}
	if c.Path == "" { // withdrawn: what it was about is withdrawn too
		v.Headline, v.Href = sh.T("corrections.withdrawn"), sh.Path("/corrections")
	}
	if c.Class == news.Clarification && c.Was == "" && c.Now != "" {
		v.Now, v.Text = "", c.Now+"\n\n"+c.Note
	}
	if c.Lang != "" && c.Lang != sh.lang {
		v.Lang, v.Dir = c.Lang, locale.DirOf(c.Lang)
	}
	return v
}

// correctionsFeed is the same for machines.
func (s *Site) correctionsFeed(ctx context.Context, r *web.Request) (web.Page, error) {
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	sh.dep("corrections", "articles")
	list, err := s.Store.Corrections(ctx, feedLength, 0)
	if err != nil {
		return web.Page{}, err
	}
	c := feed.Channel{Title: sh.T("feed.corrections", "outlet", sh.outlet.Name), Lang: sh.lang,
		Home: sh.outlet.URL(sh.Path("/corrections")), Self: sh.outlet.URL(sh.Path("/corrections.xml"))}
	for _, v := range list {
		e := sh.correction(v)
		text := e.Text
		if v.Now != "" {
			text = first(text+" ", "") + sh.T("note.words", "was", v.Was, "now", v.Now)
		}
		c.Items = append(c.Items, feed.Item{
			ID: urn(v.ID), URL: sh.outlet.URL(e.Href), Title: sh.T("note."+e.Kind) + ": " + e.Headline,
			Summary: text, Lang: first(v.Lang, sh.lang), Published: v.FixedAt,
		})
	}
	return sh.feedPage(feedRSS, c)
}
