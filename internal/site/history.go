package site

import (
	"context"
	"strconv"

	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/web"
)

// history lists the public versions of an article.
func (s *Site) history(ctx context.Context, r *web.Request, article string) (web.Page, error) {
	p, err := s.Store.Publication(ctx, article)
	if err != nil {
		return web.Page{}, err
	}
	r.Lang = p.Lang
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	versions, err := s.Store.Versions(ctx, article)
	if err != nil {
		return web.Page{}, err
	}
	sh.dep("article:" + article)
	sh.Title = sh.T("history.title", "headline", p.Content.Headline)
	sh.Robots = "noindex, follow"
	data := web.ListPage{Kicker: sh.T("history.kicker"), Heading: p.Content.Headline}
	for _, v := range versions {
		data.Stories = append(data.Stories, web.Story{
			Href:     address(p.Path, ""),
			Headline: sh.T("history.version", "n", sh.Digits(strconv.Itoa(v.Number)), "class", sh.className(v.Class)),
			Dek:      first(v.Note, sh.earlier(v.Headline, p.Content.Headline)),
			By:       []string{sh.At(v.At)},
		})
	}
	data.Frame = sh.Frame
	return s.draw(sh, "site/list", data)
}

// earlier is a version's headline where it was another one.
func (sh *shell) earlier(then, now string) string {
	if then == now {
		return ""
	}
	return then
}

func (sh *shell) className(c news.Class) string {
	switch c {
	case news.First:
		return sh.T("history.first")
	case news.Typo:
		return sh.T("history.typo")
	}
	return sh.T("note." + string(c))
}
