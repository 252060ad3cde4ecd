package site

import (
	"context"
	"slices"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/web"
)

// wear puts the newsroom's colours and pictures on the page.
func (sh *shell) wear(l outlet.Look) {
	sh.Theme = l.Sheet()
	if l.Logo != nil {
		sh.Logo = web.Logo{Src: l.Logo.Path(), Width: l.Logo.Width, Height: l.Logo.Height}
		if l.LogoDark != nil {
			sh.Logo.Dark = l.LogoDark.Path()
		}
	}
	if l.Icon != nil {
		sh.Icon = l.Icon.Path()
	}
	if l.Touch != nil {
		sh.Touch = l.Touch.Path()
	}
}

// navTopics are the topics of the navigation that something public is about, by
// id: the name of another one may say what is being worked on.
func (s *Site) navTopics(ctx context.Context, sh *shell) (map[string]news.Topic, error) {
	out := map[string]news.Topic{}
	for _, n := range sh.outlet.Nav {
		if n.Topic == "" {
			continue
		}
		sh.dep("topic:"+n.Topic, "articles")
		t, err := s.Store.Topic(ctx, n.Topic)
		if err == nil {
			t, err = s.Store.PublicTopic(ctx, t.Slug)
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if err == nil {
			out[n.Topic] = t
		}
	}
	return out, nil
}

// nav is the outlet's navigation: what was chosen, else the given sections.
// Entries that lead nowhere at present are left out.
func (sh *shell) nav(path string, sections []news.Section, topics map[string]news.Topic) []web.Link {
	var out []web.Link
	add := func(text, href string) {
		out = append(out, web.Link{Text: text, Href: sh.outlet.Prefix(sh.lang) + href, Current: path == href})
	}
	for _, n := range sh.outlet.Nav {
		text := n.Text.In(sh.lang, sh.outlet.Language)
		t, known := topics[n.Topic]
		switch {
		case n.URL != "":
			out = append(out, web.Link{Text: text, Href: n.URL})
		case n.Path != "":
			add(text, n.Path)
		case n.Give && sh.Give != "":
			out = append(out, web.Link{Text: first(text, sh.T("page.give")), Href: sh.Give, Current: sh.Path(path) == sh.Give})
		case n.Topic != "" && known:
			add(first(text, t.Name.In(sh.lang, sh.outlet.Language)), "/topics/"+address(t.Slug, ""))
		case n.Section != "":
			if i := slices.IndexFunc(sh.sections, func(v news.Section) bool { return v.ID == n.Section || v.Slug == n.Section }); i >= 0 {
				add(first(text, sh.sectionName(sh.sections[i])), "/sections/"+sh.sections[i].Slug)
			}
		}
	}
	if len(sh.outlet.Nav) == 0 {
		for _, v := range sections {
			add(sh.sectionName(v), "/sections/"+v.Slug)
		}
	}
	return out
}
