package money

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// sponsorOf names a sponsor. One who gives without a name is known to those who
// see donors.
func (v *visit) sponsorOf(m fund.Matching) string {
	if m.Named || v.May(staff.SeeDonors, staff.Object{}).OK() {
		return m.Sponsor
	}
	return v.Loc.T("campaign.match.somebody")
}

func (d *Pages) matchingPanel(ctx context.Context, v *visit, f *web.MoneyPage, c fund.Campaign) (web.Panel, error) {
	p := web.Panel{ID: "matching", Heading: v.Loc.T("campaign.match"), Links: []web.Link{{Text: v.Loc.T("campaign.match.new"), Href: campaignPath(c.ID, "matching", "new")}}}
	list, err := d.Store.Matchings(ctx, c.ID)
	p.Table = &web.Table{Caption: p.Heading, Columns: v.Columns("campaign.match.sponsor", "campaign.dates", "campaign.match.sum"), Empty: v.Loc.T("campaign.match.none")}
	p.Table.Columns[2].Num = true
	for _, m := range list {
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: []web.Cell{
			{Text: v.sponsorOf(m.Matching), Href: campaignPath(c.ID, "matching", m.ID), Tag: &web.Tag{Text: v.Loc.T("campaign.match.is." + string(m.State))}},
			{Text: v.Loc.T("campaign.past.when", "from", f.On(m.From), "to", f.On(m.To))},
			{Text: v.money(c, m.Owed(m.Matched)), Small: v.Loc.T("campaign.match.most", "cap", v.money(c, m.TotalCap))}}})
	}
	return p, err
}

func (v *visit) matchingValues(c fund.Campaign, m fund.Matching) url.Values {
	zone := v.Outlet.Location()
	in := url.Values{"num": {strconv.FormatInt(m.Num, 10)}, "den": {strconv.FormatInt(m.Den, 10)}, "document": {m.Document},
		"donor_cap": {v.plain(c.Currency, m.DonorCap)}, "total_cap": {v.plain(c.Currency, m.TotalCap)},
		"from": {m.From.In(zone).Format(time.DateOnly)}, "to": {m.To.In(zone).Format(time.DateOnly)}}
	if v.sponsorOf(m) == m.Sponsor {
		in.Set("sponsor", m.Sponsor)
	}
	if m.Named {
		in.Set("named", "on")
	}
	return in
}

// matchingIn reads the campaign and the promise of the address; a new promise
// adds as much as is given, while the campaign runs.
func (d *Pages) matchingIn(ctx context.Context, v *visit) (c fund.Campaign, m fund.Matching, err error) {
	if c, err = d.campaignIn(ctx, v); err != nil {
		return c, m, err
	}
	id := v.PathValue("matching")
	if id == "" {
		return c, fund.Matching{CampaignID: c.ID, Num: 1, Den: 1, From: c.StartsAt, To: c.EndsAt, State: fund.MatchingCommitted}, nil
	}
	m, err = d.Store.Matching(ctx, id)
	if err == nil && m.CampaignID != c.ID {
		err = fault.New(fault.NotFound, "there is no such matching fund")
	}
	return c, m, err
}

func (d *Pages) matching(ctx context.Context, v *visit) (web.Page, error) {
	c, m, err := d.matchingIn(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	e := &editor{visit: v, c: c, in: v.matchingValues(c, m), bad: fault.Fields{}}
	return v.Draw("desk/form", d.matchingPage(ctx, e, m))
}

// matchingPage is the form of a promise until it begins, and then that of what
// comes next.
func (d *Pages) matchingPage(ctx context.Context, e *editor, m fund.Matching) web.FormPage {
	f := e.visit.Frame(ctx, "campaign.match")
	p := web.FormPage{DeskFrame: f, Heading: f.Title, Intro: e.Loc.T("campaign.match.say"),
		Panels: []web.Panel{{ID: "there", Heading: e.titleOf(e.c), Links: []web.Link{{Text: e.Loc.T("campaign.back"), Href: campaignPath(e.c.ID)}}}}}
	if m.State == fund.MatchingCommitted {
		p.Forms = []web.Form{e.matchingForm(m)}
		return p
	}
	p.Panels = append([]web.Panel{e.matchingFacts(&p, m)}, p.Panels...)
	if to := nextMatching[m.State]; to != "" {
		ref := e.fieldOf("reference", "campaign.match.reference", "campaign.match.reference."+string(to))
		ref.Required, ref.Value = true, e.in.Get("reference")
		p.Forms = []web.Form{{ID: "matching", Action: campaignPath(e.c.ID, "matching", m.ID), Nonce: e.Nonce(), Submit: e.Loc.T("campaign.match.act." + string(to)),
			Groups: []web.FieldGroup{{Fields: []web.Field{ref}}}, Errors: desk.ErrorsOf(e.bad, "reference")}}
	}
	return p
}

// nextMatching are the steps that a person takes.
var nextMatching = map[fund.MatchingState]fund.MatchingState{
	fund.MatchingExhausted: fund.MatchingInvoiced, fund.MatchingEnded: fund.MatchingInvoiced, fund.MatchingInvoiced: fund.MatchingReceived,
}

func (e *editor) matchingFacts(f *web.FormPage, m fund.Matching) web.Panel {
	facts := []web.Fact{
		{Name: e.Loc.T("campaign.state.now"), Value: e.Loc.T("campaign.match.is." + string(m.State))},
		{Name: e.Loc.T("campaign.match.num"), Value: e.Loc.Number(m.Num)}, {Name: e.Loc.T("campaign.match.den"), Value: e.Loc.Number(m.Den)},
		{Name: e.Loc.T("campaign.match.donor_cap"), Value: e.money(e.c, m.DonorCap)}, {Name: e.Loc.T("campaign.match.total_cap"), Value: e.money(e.c, m.TotalCap)},
		{Name: e.Loc.T("campaign.match.from"), Value: f.On(m.From)}, {Name: e.Loc.T("campaign.match.to"), Value: f.On(m.To)},
		{Name: e.Loc.T("campaign.match.document"), Value: m.Document},
	}
	if m.Reference != "" {
		facts = append(facts, web.Fact{Name: e.Loc.T("campaign.match.reference"), Value: m.Reference})
	}
	if m.Invoiced > 0 {
		facts = append(facts, web.Fact{Name: e.Loc.T("campaign.match.sum"), Value: e.money(e.c, m.Invoiced)})
	}
	return web.Panel{ID: "promise", Heading: e.sponsorOf(m), Facts: facts}
}

func (e *editor) matchingForm(m fund.Matching) web.Form {
	action := campaignPath(e.c.ID, "matching", "new")
	if m.ID != "" {
		action = campaignPath(e.c.ID, "matching", m.ID)
	}
	field := func(name, mode string) web.Field {
		f := e.fieldOf(name, "campaign.match."+name, "")
		if hint := "campaign.match." + name + ".hint"; e.Loc.Has(hint) {
			f.Hint = e.Loc.T(hint)
		}
		f.Required, f.InputMode = true, mode
		if mode != "" {
			f.Dir = "ltr"
		}
		return f
	}
	named := e.fieldOf("named", "campaign.match.named", "")
	named.Kind, named.Checked = "check", e.in.Get("named") != ""
	from, to := field("from", "numeric"), field("to", "numeric")
	from.Kind, to.Kind = "date", "date"
	return web.Form{ID: "matching", Action: action, Nonce: e.Nonce(), Submit: e.Loc.T("settings.act"),
		Errors: desk.ErrorsOf(e.bad, "sponsor", "num", "den", "donor_cap", "total_cap", "from", "to", "document"),
		Groups: []web.FieldGroup{{Fields: []web.Field{field("sponsor", ""), named, field("num", "numeric"), field("den", "numeric"),
			field("donor_cap", "decimal"), field("total_cap", "decimal"), from, to, field("document", "")}}}}
}

// readMatching makes a promise of the form.
func (e *editor) readMatching(m fund.Matching) fund.Matching {
	if s := e.get("sponsor"); s != "" {
		m.Sponsor = s
	}
	m.Named, m.Document = e.in.Get("named") != "", e.get("document")
	m.Num, m.Den = e.ratio("num"), e.ratio("den")
	m.DonorCap, m.TotalCap = e.amount("donor_cap", e.c.Currency, true), e.amount("total_cap", e.c.Currency, true)
	m.From, m.To = e.day("from", m.From, false), e.day("to", m.To, true)
	for name, wrong := range map[string]bool{"sponsor": m.Sponsor == "", "document": m.Document == "", "to": !m.To.After(m.From)} {
		if wrong && e.bad[name] == "" {
			e.bad[name] = e.Loc.T("campaign.match.bad." + name)
		}
	}
	return m
}

// ratio reads one side of the ratio; what matches more than tenfold is a slip.
func (e *editor) ratio(name string) int64 {
	n, err := strconv.ParseInt(e.get(name), 10, 64)
	if err != nil || n < 1 || n > 10 {
		e.bad[name] = e.Loc.T("campaign.match.bad.ratio")
		return 1
	}
	return n
}

func (d *Pages) doMatching(ctx context.Context, v *visit) (web.Page, error) {
	c, m, err := d.matchingIn(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	e := &editor{visit: v, c: c, in: v.PostForm, bad: fault.Fields{}}
	if m.State != fund.MatchingCommitted {
		return d.moveMatching(ctx, e, m)
	}
	kept := m
	if m = e.readMatching(m); len(e.bad) > 0 {
		return v.Again("desk/form", d.matchingPage(ctx, e, kept))
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.SaveMatching(ctx, v.By(), m)
		return err
	})
	return desk.See(campaignPath(c.ID) + "?done=saved"), err
}

func (d *Pages) moveMatching(ctx context.Context, e *editor, m fund.Matching) (web.Page, error) {
	if e.get("reference") == "" {
		e.bad["reference"] = e.Loc.T("campaign.match.bad.reference")
		return e.visit.Again("desk/form", d.matchingPage(ctx, e, m))
	}
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.MoveMatching(ctx, e.By(), m.ID, nextMatching[m.State], e.get("reference"))
	})
	return desk.See(campaignPath(e.c.ID, "matching", m.ID) + "?done=saved"), err
}
