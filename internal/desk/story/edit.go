package story

import (
	"context"
	"encoding/json"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/web"
)

// edit is the page of the rich editor. Without JavaScript it links the plain form.
func (d *Pages) edit(ctx context.Context, v *visit) (web.Page, error) {
	a, head, err := d.begin(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	base := "/desk/stories/" + a.ID
	data, err := d.editing(ctx, v, head)
	if err != nil {
		return web.Page{}, err
	}
	data.ID = a.ID
	data.URLs = web.EditURLs{Save: base + "/save", Lock: base + "/lock", Text: base + "/text", Pictures: "/desk/stories/pictures", Picture: "/desk/pictures/",
		Paste: "/desk/stories/paste", Library: "/desk/media/choose", Preview: base + "/look", Story: base, SignIn: "/desk/sign-in"}
	if data.Next, err = d.nextStep(ctx, v); err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "editor.page")
	heading := v.Loc.T("editor.untitled")
	if head.Content.Headline != "" {
		heading = v.Loc.T("editor.title", "headline", head.Content.Headline)
		f.Title = heading
	}
	return v.Draw("desk/edit", web.EditPage{DeskFrame: f, Heading: heading, Plain: web.Link{Text: v.Loc.T("editor.plain"), Href: data.URLs.Text}, Story: data})
}

// nextStep is the sending to review of a draft. What it still lacks is said when
// it is tried.
func (d *Pages) nextStep(ctx context.Context, v *visit) (*web.EditNext, error) {
	s, err := d.stands(ctx, v, v.PathValue("id"))
	if err != nil || !news.Submit.From(s.State) || !s.may(v, news.Submit).OK() {
		return nil, err
	}
	return &web.EditNext{Action: stepPath(s.ID, news.Submit), Text: v.Loc.T("step." + string(news.Submit))}, nil
}

// editing is what the editor's script is given of a text, and what can be chosen
// for it.
func (d *Pages) editing(ctx context.Context, v *visit, head draft.Head) (web.EditStory, error) {
	out := web.EditStory{Nonce: v.Nonce(), Base: head.ID, Number: head.Number, Lang: v.Loc.Lang(), Dir: v.Loc.Dir(), Words: web.EditWords(v.Loc)}
	var err error
	if head.Content, err = d.Store.SectionsNow(ctx, head.Content); err != nil {
		return out, err
	}
	if out.Content, err = json.Marshal(head.Content); err != nil {
		return out, err
	}
	lang := head.Content.Lang
	if out.Media, err = d.shown(ctx, v, head.Content.Media(), lang); err != nil {
		return out, err
	}
	return out, d.choices(ctx, &out, lang, v.Outlet.Language)
}

func (d *Pages) choices(ctx context.Context, out *web.EditStory, lang, fallback string) error {
	sections, err := d.Store.Sections(ctx)
	if err != nil {
		return err
	}
	for _, s := range sections {
		out.Sections = append(out.Sections, web.EditChoice{ID: s.ID, Name: desk.WordsIn(s.Name, lang, fallback)})
	}
	topics, err := d.Store.Topics(ctx)
	if err != nil {
		return err
	}
	for _, t := range topics {
		out.Topics = append(out.Topics, web.EditChoice{ID: t.ID, Name: desk.WordsIn(t.Name, lang, fallback)})
	}
	people, err := d.Store.Persons(ctx)
	if err != nil {
		return err
	}
	for _, p := range people {
		out.People = append(out.People, web.EditChoice{ID: p.ID, Name: p.Name})
	}
	campaigns, err := d.Store.Campaigns(ctx)
	if err != nil {
		return err
	}
	for _, c := range campaigns {
		if c.State == fund.CampaignLive || c.State == fund.CampaignPaused {
			out.Campaigns = append(out.Campaigns, web.EditChoice{ID: c.ID, Name: desk.WordsIn(c.Title, lang, fallback)})
		}
	}
	return nil
}

// shown describes pictures for the editor.
func (d *Pages) shown(ctx context.Context, v *visit, ids []string, lang string) (map[string]web.EditMedium, error) {
	byID, err := d.Store.MediaByID(ctx, ids)
	out := make(map[string]web.EditMedium, len(byID))
	for id, p := range byID {
		out[id] = v.medium(p, lang)
	}
	return out, err
}

// medium is a picture for the editor. Its address changes with its crop, so that
// no browser shows an old one.
func (v *visit) medium(p media.Picture, lang string) web.EditMedium {
	m := web.EditMedium{Src: "/desk/pictures/" + p.ID, Width: p.Width, Height: p.Height, Alt: p.Alt[lang], Credit: p.Credit, Caption: p.Caption[lang],
		Focal: [2]int{p.FocalX, p.FocalY}, Name: p.Filename, Decorative: p.Decorative, Mine: v.holds(p).OK()}
	if !p.RightsUntil.IsZero() {
		m.Until = v.lastDay(p)
	}
	if c := p.Crop; !c.None() {
		m.Crop = &[4]int{c.X, c.Y, c.Width, c.Height}
		m.Src += "?crop=" + strings.ReplaceAll(c.String(), " ", "-")
	}
	return m
}
