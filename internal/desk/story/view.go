package story

import (
	"context"
	"net/url"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/web"
)

// recent is how many revisions the page of a story looks at.
const recent = 40

// story is the page of one story: how it stands, who works on it, what was
// written when.
func (d *Pages) story(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.access(ctx, v, v.PathValue("id"))
	if fault.Is(err, fault.Denied) && a.State.Public() {
		return d.publicStory(ctx, v, a.Article)
	}
	if err != nil {
		return web.Page{}, err
	}
	c, open, err := d.reading(ctx, a.Article)
	if err != nil {
		return web.Page{}, err
	}
	sections, err := d.Store.Sections(ctx)
	if err != nil {
		return web.Page{}, err
	}
	list, err := d.Store.RevisionLines(ctx, a.ID, recent, 0)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "nav.stories")
	p := web.ViewPage{DeskFrame: f, Heading: c.Headline, Back: &web.Link{Text: v.Loc.T("nav.stories"), Href: "/desk/stories"}}
	if p.Heading == "" {
		p.Heading = v.Loc.T("write.nameless")
	}
	p.Title = p.Heading
	p.Facts = v.storyFacts(a, c, sections)
	if open != nil {
		p.Facts = append(p.Facts, web.Fact{Name: v.Loc.T("story.typing"), Value: v.Loc.T("story.typing.at", "name", nameOr(v, open.By.Name), "at", p.At(open.Saved))})
	}
	if p.Facts, err = d.lockFact(ctx, v, a.ID, p.Facts); err != nil {
		return web.Page{}, err
	}
	p.Panels = v.storyPanels(a, list)
	if err := d.flow(ctx, v, &p); err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/view", p)
}

// publicStory is the page of a public story for those who don't work on it: what
// readers see. An update that is being written is no business of theirs yet.
func (d *Pages) publicStory(ctx context.Context, v *visit, a news.Article) (web.Page, error) {
	pub, err := d.Store.Publication(ctx, a.ID)
	if err != nil {
		return web.Page{}, err
	}
	sections, err := d.Store.Sections(ctx)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "nav.stories")
	f.Title = pub.Content.Headline
	p := web.ViewPage{DeskFrame: f, Heading: pub.Content.Headline, Back: &web.Link{Text: v.Loc.T("nav.stories"), Href: "/desk/stories"}}
	a.Section, a.Live, a.Working = pub.Content.Section, pub.Revision, pub.Revision
	p.Facts = append(v.storyFacts(access{Article: a}, pub.Content, sections), web.Fact{Name: v.Loc.T("story.public.since"), Value: p.At(pub.First)})
	p.Panels = []web.Panel{{ID: "public", Heading: v.Loc.T("story.public"), Text: v.Loc.T("story.public.say"),
		Links: []web.Link{{Text: v.Loc.T("story.public.read"), Href: (&url.URL{Path: pub.Path}).String()}}}}
	return v.Draw("desk/view", p)
}

func (v *visit) storyFacts(a access, c news.Content, sections []news.Section) []web.Fact {
	words := 0
	if c.Body != nil {
		words = c.Body.Words()
	}
	out := []web.Fact{{Name: v.Loc.T("stories.state"), Value: v.Loc.T("state." + string(a.State))},
		{Name: v.Loc.T("write.field.lang"), Value: locale.NameOf(a.Lang)}, {Name: v.Loc.T("story.words"), Value: v.Loc.Count(words)}}
	if a.Section != "" {
		out = append(out, web.Fact{Name: v.Loc.T("stories.section"), Value: v.SectionName(a.Section, sections)})
	}
	if a.Live != "" && a.Live != a.Working {
		out = append(out, web.Fact{Name: v.Loc.T("story.live"), Value: v.Loc.T("story.live.older")})
	}
	return out
}

// lockFact says who has the story open.
func (d *Pages) lockFact(ctx context.Context, v *visit, article string, facts []web.Fact) ([]web.Fact, error) {
	l, err := d.Store.Lock(ctx, article)
	if fault.Is(err, fault.NotFound) || err == nil && !l.Until.After(d.Clock.Now()) {
		return facts, nil
	}
	return append(facts, web.Fact{Name: v.Loc.T("story.open"), Value: nameOr(v, l.Holder.Name)}), err
}

func (v *visit) storyPanels(a access, list []news.Revision) []web.Panel {
	story := "/desk/stories/" + a.ID
	work := web.Panel{ID: "work", Heading: v.Loc.T("story.work")}
	if a.Write && a.State != news.Withdrawn && a.State != news.Spiked {
		work.Links = []web.Link{{Text: v.Loc.T("story.edit"), Href: story + "/edit"}, {Text: v.Loc.T("story.text"), Href: story + "/text"}}
	}
	work.Links = append(work.Links, web.Link{Text: v.Loc.T("story.history"), Href: story + "/revisions"})
	work.Links = append(work.Links, v.recordLinks(a)...)
	out := []web.Panel{work}
	if aside := v.asides(a, list); aside != nil {
		out = append(out, *aside)
	}
	t := v.sittingTable(a.Article, list)
	return append(out, web.Panel{ID: "history", Heading: v.Loc.T("history.heading"), Table: &t})
}

// asides are the texts that did not get in, so that nobody looks for them in
// vain.
func (v *visit) asides(a access, list []news.Revision) *web.Panel {
	p := web.Panel{ID: "aside", Heading: v.Loc.T("history.asides"), Text: v.Loc.T("history.asides.say")}
	for _, r := range list {
		if r.Origin == news.Aside {
			p.Links = append(p.Links, web.Link{Text: v.Loc.T("history.asides.one", "n", v.Loc.Count(r.Number), "name", nameOr(v, r.By.Name)), Href: revisionPath("/desk/stories/"+a.ID, r.Number)})
		}
	}
	if p.Links == nil {
		return nil
	}
	return &p
}
