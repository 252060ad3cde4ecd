package money

import (
	"context"
	"net/url"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// usualLength is how long a new campaign lasts where nobody says otherwise.
const usualLength = 60 * 24 * time.Hour

// newCampaign asks for the three things that a campaign needs; all else has a
// usual value and can be changed later.
func (d *Pages) newCampaign(ctx context.Context, v *visit) (web.Page, error) {
	in := url.Values{"currency": {v.Outlet.Currency}, "next": {"draft"}}
	in.Set("ends", d.Money.Now().Add(usualLength).In(v.Outlet.Location()).Format(time.DateOnly))
	return v.Draw("desk/form", d.newCampaignPage(ctx, d.blankEditor(v, in)))
}

// blankEditor is the editor of a campaign that is not there yet, with the usual
// values.
func (d *Pages) blankEditor(v *visit, in url.Values) *editor {
	now := d.Money.Now()
	return &editor{visit: v, in: in, bad: fault.Fields{}, c: fund.Campaign{
		State: fund.CampaignDraft, Currency: v.Outlet.Currency, Counting: fund.ReceivedOnly, Grace: fund.DefaultGrace, StartsAt: now,
	}}
}

func (d *Pages) newCampaignPage(ctx context.Context, e *editor) web.FormPage {
	f := e.visit.Frame(ctx, "campaign.new")
	title := e.fieldOf("title_"+e.Outlet.Language, "campaign.title", "campaign.title.hint")
	title.Lang = e.Outlet.Language
	goal := e.fieldOf("goal", "campaign.goal", "campaign.goal.hint")
	goal.InputMode = "decimal"
	currency, ends := e.fieldOf("currency", "settings.currency", ""), e.fieldOf("ends", "campaign.end", "campaign.end.hint")
	ends.Kind = "date"
	next := e.fieldOf("next", "campaign.next", "")
	next.Kind = "radio"
	next.Options = []web.Option{{Value: "draft", Text: e.Loc.T("campaign.next.draft"), Hint: e.Loc.T("campaign.next.draft.say")},
		{Value: "start", Text: e.Loc.T("campaign.next.start"), Hint: e.Loc.T("campaign.next.start.say")}}
	fields := []web.Field{title, goal, currency, ends, next}
	for i := 1; i < 4; i++ {
		fields[i].Dir = "ltr"
	}
	for i := range fields {
		fields[i].Required = fields[i].Kind != "radio"
	}
	form := web.Form{ID: "campaign", Action: campaignsPath + "/new", Nonce: e.Nonce(), Submit: e.Loc.T("campaign.create"),
		Groups: []web.FieldGroup{{Fields: fields}}, Errors: desk.ErrorsOf(e.bad, title.Name, "goal", "currency", "ends")}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: e.Loc.T("campaign.new.say"), Forms: []web.Form{form}}
}

// doNewCampaign makes the campaign, and starts it at once where that is asked.
func (d *Pages) doNewCampaign(ctx context.Context, v *visit) (web.Page, error) {
	in := url.Values{}
	for _, name := range []string{"title_" + v.Outlet.Language, "goal", "currency", "ends", "next"} {
		in.Set(name, v.Field(name))
	}
	e := d.blankEditor(v, in)
	in.Set("starts", e.c.StartsAt.In(v.Outlet.Location()).Format(time.DateOnly))
	in.Set("grace", "72")
	in.Set("counting", string(e.c.Counting))
	c, goal := e.read()
	if e.bad["slug"] != "" && e.bad["title_"+v.Outlet.Language] == "" { // a title without a letter: any address will do
		c.Slug = "campaign-" + c.StartsAt.Format(time.DateOnly)
	}
	delete(e.bad, "slug")
	if e.bad["ends"] == "" && !c.EndsAt.After(d.Money.Now()) {
		e.bad["ends"] = e.Loc.T("campaign.lack.dates")
	}
	if len(e.bad) > 0 {
		return v.Again("desk/form", d.newCampaignPage(ctx, e))
	}
	id, err := d.addCampaign(ctx, v, c, goal, in.Get("next") == "start")
	if fault.Is(err, fault.Conflict) { // the same title once more
		c.Slug += "-" + d.Money.Now().Format("20060102-150405")
		id, err = d.addCampaign(ctx, v, c, goal, in.Get("next") == "start")
	}
	return desk.See(campaignPath(id) + "?done=saved"), err
}

func (d *Pages) addCampaign(ctx context.Context, v *visit, c fund.Campaign, goal store.NewGoal, start bool) (id string, err error) {
	now := d.Money.Now()
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		if id, err = tx.SaveCampaign(ctx, v.By(), c, goal, now); err != nil || !start {
			return err
		}
		_, err = tx.ActCampaign(ctx, v.By(), id, fund.ActStart, now, "", now)
		return err
	})
	return id, err
}

// extendCampaign asks for a new end of a campaign that has ended.
func (d *Pages) extendCampaign(ctx context.Context, v *visit) (web.Page, error) {
	c, err := d.campaignIn(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", d.extendPage(ctx, &editor{visit: v, c: c, in: url.Values{}, bad: fault.Fields{}}))
}

func (d *Pages) extendPage(ctx context.Context, e *editor) web.FormPage {
	f := e.visit.Frame(ctx, "campaign.act.extend")
	ends, why := e.fieldOf("ends", "campaign.end", "campaign.end.hint"), e.fieldOf("reason", "campaign.extend.reason", "campaign.extend.hint")
	ends.Kind, ends.Dir, ends.Required, why.Required = "date", "ltr", true, true
	form := web.Form{ID: "extend", Action: campaignPath(e.c.ID, "extend"), Nonce: e.Nonce(), Submit: e.Loc.T("campaign.act.extend"),
		Groups: []web.FieldGroup{{Fields: []web.Field{ends, why}}}, Errors: desk.ErrorsOf(e.bad, "ends", "reason")}
	return web.FormPage{DeskFrame: f, Heading: e.titleOf(e.c), Intro: e.Loc.T("campaign.extend.say"), Forms: []web.Form{form}}
}

func (d *Pages) doExtendCampaign(ctx context.Context, v *visit) (web.Page, error) {
	c, err := d.campaignIn(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	e := &editor{visit: v, c: c, in: v.PostForm, bad: fault.Fields{}}
	until := e.day("ends", time.Time{}, true)
	if e.bad["ends"] == "" && !until.After(d.Money.Now()) {
		e.bad["ends"] = e.Loc.T("campaign.lack.dates")
	}
	if e.get("reason") == "" {
		e.bad["reason"] = e.Loc.T("campaign.bad.extend")
	}
	if len(e.bad) > 0 {
		return v.Again("desk/form", d.extendPage(ctx, e))
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.ActCampaign(ctx, v.By(), c.ID, fund.ActExtend, until, e.get("reason"), d.Money.Now())
		return err
	})
	return desk.See(campaignPath(c.ID) + "?done=saved"), err
}
