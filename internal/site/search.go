package site

import (
	"context"
	"html/template"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/search"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const (
	longestQuery = 200 // bytes
	lastPage     = 50
)

// search shows the form, and what was found. Its pages are not kept: there is no
// end of queries.
func (s *Site) search(ctx context.Context, r *web.Request) (web.Page, error) {
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	sh.mesh("/search")
	sh.Alternates, sh.Robots, sh.Title = nil, "noindex, follow", sh.T("search.heading")
	query := strings.TrimSpace(web.Clean(strings.Join(strings.Fields(r.URL.Query().Get("q")), " ")))
	if len(query) > longestQuery {
		query = strings.ToValidUTF8(query[:longestQuery], "")
	}
	data := web.SearchPage{Action: sh.Path("/search"), Query: query, Asked: query != ""}
	if data.Asked {
		if err := s.find(ctx, sh, r, &data); err != nil {
			return web.Page{}, err
		}
	}
	data.Frame = sh.Frame
	page, err := s.draw(sh, "site/search", data)
	if data.Asked {
		page.Cache = web.Private
	}
	return page, err
}

func (s *Site) find(ctx context.Context, sh *shell, r *web.Request, data *web.SearchPage) error {
	n := 1
	if p := r.URL.Query().Get("page"); p != "" {
		var err error
		if n, err = strconv.Atoi(p); err != nil || n < 1 || n > lastPage {
			return errBadPage
		}
	}
	hits, total, err := s.Store.Search(ctx, sh.lang, data.Query, n-1)
	if err != nil {
		return err
	}
	if len(hits) == 0 && n > 1 {
		return errBadPage
	}
	data.Total = total
	at := func(n int) string { return data.Action + "?q=" + escape(data.Query) + "&page=" + strconv.Itoa(n) }
	if n > 1 {
		data.Newer = at(n - 1)
	}
	if n < lastPage && n*store.SearchPageSize < total {
		data.Older = at(n + 1)
	}
	for _, h := range hits {
		v := web.Story{Href: address(h.Path, ""), Headline: h.Content.Headline, Section: sh.sectionLink(h.Content.Section),
			At: h.First, Updated: h.Updated, Dek: h.Content.Dek, Excerpt: marked(h.Excerpt)}
		if h.State == news.Retracted { // its text does not hold
			v.Headline, v.Dek, v.Excerpt = sh.T("list.retracted", "headline", h.Content.Headline), "", ""
		}
		for _, b := range h.Content.Bylines {
			if b.Role == "by" || b.Role == "with" {
				v.By = append(v.By, b.Name)
			}
		}
		if h.Lang != sh.lang {
			v.Lang, v.Dir = h.Lang, locale.DirOf(h.Lang)
		}
		data.Stories = append(data.Stories, v)
	}
	return nil
}

// marked is an excerpt with what was looked for between marks.
func marked(e search.Excerpt) template.HTML {
	var b strings.Builder
	if e.Before {
		b.WriteString("… ")
	}
	at := 0
	for _, m := range e.Marks {
		b.WriteString(template.HTMLEscapeString(e.Text[at:m.Start]) + "<mark>" + template.HTMLEscapeString(e.Text[m.Start:m.End]) + "</mark>")
		at = m.End
	}
	b.WriteString(template.HTMLEscapeString(e.Text[at:]))
	if e.After {
		b.WriteString(" …")
	}
	return template.HTML(b.String()) //nolint:gosec // escaped above
}
