package site

import (
	"context"
	"slices"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/feed"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const (
	correctionsPage = 50
	metricYears     = 5
)

// corrections lists what was put right in all languages, a year at a time,
// newest first.
func (s *Site) corrections(ctx context.Context, r *web.Request) (web.Page, error) {
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	sh.mesh(r.Path)
	sh.listed(r)
	sh.dep("corrections", "articles")
	sh.yearly()
	years, err := s.Store.CorrectionYears(ctx, sh.Zone)
	if err != nil {
		return web.Page{}, err
	}
	year, n, err := sh.correctionPage(r, years)
	if err != nil {
		return web.Page{}, err
	}
	from, to := store.YearIn(year, sh.Zone)
	list, err := s.Store.Corrections(ctx, from, to, correctionsPage+1, n*correctionsPage)
	if err != nil {
		return web.Page{}, err
	}
	data := web.CorrectionsPage{Year: year, Policy: sh.text(sh.outlet.Corrections)}
	at := func(year, n int) string {
		return sh.Path("/corrections?year=" + strconv.Itoa(year) + "&page=" + strconv.Itoa(n))
	}
	if len(list) > correctionsPage {
		list, data.Older = list[:correctionsPage], at(year, n+1)
	}
	if n > 0 {
		data.Newer = at(year, n-1)
	}
	for _, y := range years {
		data.Years = append(data.Years, web.Link{Text: sh.Digits(strconv.Itoa(y)), Href: sh.Path("/corrections?year=" + strconv.Itoa(y)), Current: y == year})
	}
	data.Months = sh.correctionMonths(list)
	if data.Metrics, err = s.correctionMetrics(ctx, sh); err != nil {
		return web.Page{}, err
	}
	sh.Title, sh.Description = sh.T("corrections.heading"), sh.T("corrections.intro")
	sh.Frame.Feeds = []web.Feed{{Title: sh.T("feed.corrections", "outlet", sh.outlet.Name), Type: "application/rss+xml", Href: sh.Path("/corrections.xml")}}
	data.Frame = sh.Frame
	return s.draw(sh, "site/corrections", data)
}

// yearly says that the page looks different in another year.
func (sh *shell) yearly() {
	_, next := store.YearIn(sh.now.In(sh.Zone).Year(), sh.Zone)
	sh.ends(next)
}

// correctionPage is the year and the page of it that an address asks for; the
// newest year where it asks for none.
func (sh *shell) correctionPage(r *web.Request, years []int) (year, page int, err error) {
	year = sh.now.In(sh.Zone).Year()
	if len(years) > 0 {
		year = years[0]
	}
	if y := r.URL.Query().Get("year"); y != "" {
		if year, err = strconv.Atoi(y); err != nil || !slices.Contains(years, year) {
			return 0, 0, errBadPage
		}
	}
	if p := r.URL.Query().Get("page"); p != "" {
		if page, err = strconv.Atoi(p); err != nil || page < 0 || page > 1000 {
			return 0, 0, errBadPage
		}
	}
	return year, page, nil
}

// correctionMetrics are how often something was wrong and how long it stayed so.
func (s *Site) correctionMetrics(ctx context.Context, sh *shell) ([]web.CorrectionMetric, error) {
	list, err := s.Store.CorrectionMetrics(ctx, sh.Zone, metricYears)
	var out []web.CorrectionMetric
	for _, y := range list {
		out = append(out, web.MetricOf(sh.Locale, y.Year, y.Articles, y.Corrections, y.Per100(), y.Timed, y.Median))
	}
	return out, err
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
	v := web.Correction{Kind: string(c.Class), At: c.FixedAt, Headline: c.Headline, Href: address(c.Path, ""), Text: c.Note}
	switch {
	case c.Path == "": // withdrawn: what it was about is withdrawn too
		v.Headline, v.Href = sh.T("corrections.withdrawn"), ""
	case c.Was != "" && c.Now != "":
		v.Was, v.Now = c.Was, c.Now
	default:
		v.Text = sh.noteText(c)
	}
	if c.Class == news.Retraction {
		v.Headline = sh.T("list.retracted", "headline", c.Headline)
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
	list, err := s.Store.Corrections(ctx, time.UnixMilli(0), sh.now.AddDate(1, 0, 0), feedLength, 0)
	if err != nil {
		return web.Page{}, err
	}
	home := sh.outlet.URL(sh.Path("/corrections"))
	c := feed.Channel{Title: sh.T("feed.corrections", "outlet", sh.outlet.Name), Lang: sh.lang, Home: home, Self: sh.outlet.URL(sh.Path("/corrections.xml"))}
	for _, v := range list {
		e := sh.correction(v)
		i := feed.Item{ID: urn(v.ID), URL: home, Title: sh.T("note."+e.Kind) + ": " + first(v.Headline, e.Headline),
			Summary: sh.noteText(v), Lang: first(v.Lang, sh.lang), Published: v.FixedAt}
		if e.Href != "" {
			i.URL = sh.outlet.URL(e.Href)
		}
		c.Items = append(c.Items, i)
	}
	return sh.feedPage(feedRSS, c)
}
