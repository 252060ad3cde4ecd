package money

import (
	"context"
	"net/url"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// updatesPanel lists what supporters were or will be told.
func (d *Pages) updatesPanel(ctx context.Context, v *visit, _ *web.MoneyPage, c fund.Campaign) (web.Panel, error) {
	p := web.Panel{ID: "updates", Heading: v.Loc.T("campaign.updates"), Links: []web.Link{{Text: v.Loc.T("campaign.update.new"), Href: campaignPath(c.ID, "updates", "new")}}}
	list, err := d.Store.CampaignUpdates(ctx, c.ID)
	t := &web.Table{Caption: p.Heading, Columns: v.Columns("campaign.update.title", "campaign.update.published", "campaign.update.mailed"), Empty: v.Loc.T("campaign.update.none")}
	for _, u := range list {
		row := web.Row{Cells: []web.Cell{{Text: desk.WordsIn(u.Title, v.Loc.Lang(), v.Outlet.Language), Href: campaignPath(c.ID, "updates", u.ID)}, {At: u.PublishedAt}, {At: u.MailedAt}}}
		if u.PublishedAt.IsZero() {
			row.Cells[1].Tag = &web.Tag{Text: v.Loc.T("campaign.state.draft")}
		}
		if !u.MailedAt.IsZero() {
			row.Cells[2].Small = v.Loc.N("campaign.update.count", u.MailedTo)
		}
		t.Rows = append(t.Rows, row)
	}
	p.Table = t
	return p, err
}

// updateIn reads the campaign and the update of the address; a new update is the
// zero one.
func (d *Pages) updateIn(ctx context.Context, v *visit) (c fund.Campaign, u fund.Update, err error) {
	if c, err = d.campaignIn(ctx, v); err != nil {
		return c, u, err
	}
	u.CampaignID = c.ID
	if id := v.PathValue("update"); id != "" {
		u, err = d.Store.CampaignUpdate(ctx, id)
	}
	if err == nil && u.CampaignID != c.ID {
		err = fault.New(fault.NotFound, "there is no such update")
	}
	return c, u, err
}

func (d *Pages) newUpdate(ctx context.Context, v *visit) (web.Page, error) {
	c, _, err := d.updateIn(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", d.updateForm(ctx, &editor{visit: v, c: c, in: url.Values{}}, fund.Update{}))
}

// updateForm is the form of an update, new or changed.
func (d *Pages) updateForm(ctx context.Context, e *editor, u fund.Update) web.FormPage {
	f := e.visit.Frame(ctx, "campaign.update.new")
	action := campaignPath(e.c.ID, "updates", "new")
	if u.ID != "" {
		action = campaignPath(e.c.ID, "updates", u.ID)
	}
	form := web.Form{ID: "update", Action: action, Nonce: e.Nonce(), Submit: e.Loc.T("campaign.update.save"), Errors: desk.ErrorsOf(e.bad, "title_"+e.Outlet.Language, "body_"+e.Outlet.Language)}
	for _, lang := range e.Outlet.Langs() {
		title, body := e.fieldOf("title_"+lang, "campaign.update.title", ""), e.fieldOf("body_"+lang, "campaign.update.body", "")
		body.Kind, body.Rows = "area", 10
		fields := []web.Field{title, body}
		for i := range fields {
			fields[i].Lang, fields[i].Dir = lang, locale.DirOf(lang)
			fields[i].Required = lang == e.Outlet.Language
			fields[i].Optional = !fields[i].Required
		}
		form.Groups = append(form.Groups, web.FieldGroup{Legend: e.Loc.T("settings.texts", "lang", locale.NameOf(lang)), Fields: fields})
	}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: e.Loc.T("campaign.update.say"), Forms: []web.Form{form},
		Panels: []web.Panel{{ID: "there", Heading: e.titleOf(e.c), Links: []web.Link{{Text: e.Loc.T("campaign.back"), Href: campaignPath(e.c.ID)}}}}}
}

// doUpdate keeps an update as it was written.
func (d *Pages) doUpdate(ctx context.Context, v *visit) (web.Page, error) {
	c, u, err := d.updateIn(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	e := &editor{visit: v, c: c, in: v.PostForm, bad: fault.Fields{}}
	u.Title, u.Body = e.texts("title", u.Title), e.texts("body", u.Body)
	if u.Title[v.Outlet.Language] == "" {
		e.bad["title_"+v.Outlet.Language] = v.Loc.T("campaign.bad.title")
	}
	if u.Body[v.Outlet.Language] == "" {
		e.bad["body_"+v.Outlet.Language] = v.Loc.T("campaign.bad.body")
	}
	if len(e.bad) > 0 {
		return v.Again("desk/form", d.updateForm(ctx, e, u))
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		u.ID, err = tx.SaveUpdate(ctx, v.By(), u)
		return err
	})
	return desk.See(campaignPath(c.ID, "updates", u.ID) + "?done=saved"), err
}

// update shows an update as readers will see it, with its next step.
func (d *Pages) update(ctx context.Context, v *visit) (web.Page, error) {
	c, u, err := d.updateIn(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	lang := v.Outlet.Language
	p := web.ViewPage{DeskFrame: v.Frame(ctx, ""), Heading: desk.WordsIn(u.Title, lang, lang), Back: &web.Link{Text: v.titleOf(c), Href: campaignPath(c.ID)}}
	p.Title = p.Heading
	for _, l := range v.Outlet.Langs() {
		if u.Title[l] != "" {
			p.Panels = append(p.Panels, web.Panel{ID: "text-" + l, Heading: u.Title[l] + " (" + locale.NameOf(l) + ")", Text: u.Body[l]})
		}
	}
	next := web.Panel{ID: "next", Heading: v.Loc.T("campaign.update.next")}
	switch {
	case u.PublishedAt.IsZero():
		next.Text = v.Loc.T("campaign.update.publish.say")
		next.Buttons = []web.PostButton{*v.Button("campaign.update.publish", campaignPath(c.ID, "updates", u.ID, "publish"), p.Heading)}
	case u.MailedAt.IsZero():
		p.Facts = []web.Fact{{Name: v.Loc.T("campaign.update.published"), Value: p.At(u.PublishedAt)}}
		next.Text = v.Loc.T("campaign.update.mail.say")
		next.Links = []web.Link{{Text: v.Loc.T("campaign.update.mail"), Href: campaignPath(c.ID, "updates", u.ID, "mail")}}
	default:
		p.Facts = []web.Fact{{Name: v.Loc.T("campaign.update.published"), Value: p.At(u.PublishedAt)},
			{Name: v.Loc.T("campaign.update.mailed"), Value: p.At(u.MailedAt) + " · " + v.Loc.N("campaign.update.count", u.MailedTo)}}
	}
	if u.MailedAt.IsZero() {
		next.Links = append(next.Links, web.Link{Text: v.Loc.T("campaign.update.edit"), Href: campaignPath(c.ID, "updates", u.ID, "edit")})
		p.Panels = append(p.Panels, next)
	}
	return v.Draw("desk/view", p)
}

func (d *Pages) editUpdate(ctx context.Context, v *visit) (web.Page, error) {
	c, u, err := d.updateIn(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	in := url.Values{}
	for _, lang := range v.Outlet.Langs() {
		in.Set("title_"+lang, u.Title[lang])
		in.Set("body_"+lang, u.Body[lang])
	}
	return v.Draw("desk/form", d.updateForm(ctx, &editor{visit: v, c: c, in: in}, u))
}

func (d *Pages) doPublishUpdate(ctx context.Context, v *visit) (web.Page, error) {
	c, u, err := d.updateIn(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.PublishUpdate(ctx, v.By(), u, d.Money.Now()) })
	return desk.See(campaignPath(c.ID, "updates", u.ID) + "?done=published"), err
}

// mailUpdate shows the mail and how many would get it; nothing is sent yet.
func (d *Pages) mailUpdate(ctx context.Context, v *visit) (web.Page, error) {
	c, u, err := d.updateIn(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	n, err := d.Store.CountSupporters(ctx, c.ID)
	if err != nil {
		return web.Page{}, err
	}
	lang := v.Outlet.Language
	letter, err := d.Templates.Mail("mail/news", web.NewsMail{
		MailFrame: web.MailFrame{Locale: locale.For(lang), Outlet: web.Outlet{Name: v.Outlet.Name, Publisher: v.Outlet.LegalName}, Zone: v.Outlet.Location()},
		For:       desk.WordsIn(c.Title, lang, lang), Head: desk.WordsIn(u.Title, lang, lang), Body: desk.WordsIn(u.Body, lang, lang),
		Page: v.Outlet.URL("/give/" + c.Slug), Stop: v.Outlet.URL("/give/stop/…"),
	})
	if err != nil {
		return web.Page{}, err
	}
	p := web.ViewPage{DeskFrame: v.Frame(ctx, "campaign.update.mail"), Back: &web.Link{Text: desk.WordsIn(u.Title, lang, lang), Href: campaignPath(c.ID, "updates", u.ID)}}
	p.Heading = p.Title
	p.Facts = []web.Fact{{Name: v.Loc.T("campaign.update.to"), Value: v.Loc.N("campaign.update.count", n)}}
	p.Panels = []web.Panel{{ID: "letter", Heading: letter.Subject, Text: letter.Text}}
	if u.MailedAt.IsZero() && n > 0 {
		p.Buttons = []web.PostButton{*v.Button("campaign.update.send", campaignPath(c.ID, "updates", u.ID, "mail"), "")}
	} else {
		p.Panels = append(p.Panels, web.Panel{ID: "nobody", Heading: v.Loc.T("campaign.update.next"), Text: v.Loc.T("campaign.update.nobody")})
	}
	return v.Draw("desk/view", p)
}

func (d *Pages) doMailUpdate(ctx context.Context, v *visit) (web.Page, error) {
	c, u, err := d.updateIn(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.MailUpdate(ctx, v.By(), u, d.Money.Now()) })
	return desk.See(campaignPath(c.ID, "updates", u.ID) + "?done=news"), err
}
