package site

import (
	"context"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// stories turns teasers into what lists show, with their pictures.
func (s *Site) stories(ctx context.Context, sh *shell, list []store.Teaser) ([]web.Story, error) {
	var ids []string
	for _, t := range list {
		if t.Lead != "" {
			ids = append(ids, t.Lead)
		}
	}
	pictures, err := s.Store.MediaByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]web.Story, 0, len(list))
	for _, t := range list {
		out = append(out, sh.story(t, pictures))
	}
	return out, nil
}

func (sh *shell) story(t store.Teaser, pictures map[string]media.Picture) web.Story {
	v := web.Story{
		Href: address(t.Path, ""), Headline: t.Headline, Dek: t.Dek, Section: sh.sectionLink(t.Section),
		By: t.By, At: t.First, Updated: t.Updated,
	}
	if t.State == news.Retracted {
		v.Headline = sh.T("list.retracted", "headline", t.Headline)
	}
	if t.Lang != sh.lang {
		v.Lang, v.Dir = t.Lang, locale.DirOf(t.Lang)
	}
	if p, ok := pictures[t.Lead]; ok && sh.usable(p) {
		v.Picture = picture(p, t.Lang, t.LeadAlt)
	}
	sh.dep("article:" + t.Article)
	if t.Lead != "" {
		sh.dep("media:" + t.Lead)
	}
	return v
}

// picture is a picture in its sizes; alt in place of its own words where set.
func picture(p media.Picture, lang, alt string) *web.Picture {
	if alt == "" && !p.Decorative {
		alt = pick(p.Alt, lang)
	}
	base := fallBack(p.Renditions)
	v := &web.Picture{Src: p.Src(base), Width: base.Width, Height: base.Height, Alt: alt, Focal: web.FocalClass(p.Point())}
	var set []string
	for _, r := range p.Renditions {
		if r.Ext == base.Ext {
			set = append(set, p.Src(r)+" "+strconv.Itoa(r.Width)+"w")
		}
	}
	if len(set) > 1 {
		v.SrcSet = strings.Join(set, ", ")
	}
	return v
}

// fallBack is the size for browsers without a choice: the largest up to 1,200
// pixels, else the smallest. Renditions come smallest first.
func fallBack(list []media.Stored) media.Stored {
	best := list[0]
	for _, r := range list {
		if r.Width <= 1200 {
			best = r
		}
	}
	return best
}

// largest is the size for feeds and shared links.
func largest(list []media.Stored) media.Stored { return list[len(list)-1] }

// pick chooses a language's text, else the text without a language, else any.
func pick(words map[string]string, lang string) string {
	for _, l := range []string{lang, locale.Base(lang), ""} {
		if words[l] != "" {
			return words[l]
		}
	}
	first := ""
	for l, text := range words {
		if text != "" && (first == "" || l < first) {
			first = l
		}
	}
	return words[first]
}
