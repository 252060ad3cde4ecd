package api

import (
	"context"
	"encoding/json"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// amount is money: minor units of a currency.
type amount struct {
	Minor    int64  `json:"minor" doc:"of the smallest unit, such as cents"`
	Currency string `json:"currency" doc:"ISO 4217"`
}

// campaign is a campaign with its meter.
type campaign struct {
	ID       string            `json:"id"`
	Slug     string            `json:"slug"`
	State    string            `json:"state"`
	Title    map[string]string `json:"title" doc:"by language"`
	Goal     amount            `json:"goal"`
	Received amount            `json:"received" doc:"what the meter on its page shows"`
	Donors   int               `json:"donors" doc:"how many gave"`
	Starts   *time.Time        `json:"starts_at,omitempty"`
	Ends     *time.Time        `json:"ends_at,omitempty"`
	Reached  *time.Time        `json:"goal_reached_at,omitempty"`
	URL      string            `json:"url"`
}

type campaigns struct {
	Campaigns []campaign `json:"campaigns"`
}

// books are the sums of the public books, as /books.json has them.
type books struct {
	Period   string           `json:"period"`
	From     string           `json:"from,omitempty"`
	To       string           `json:"to,omitempty"`
	Accounts []bookAccount    `json:"accounts"`
	Months   []bookMonth      `json:"months"`
	Reserves map[string]int64 `json:"reserves" doc:"minor units by currency"`
	Head     bookHead         `json:"head" doc:"of the chain that seals the books"`
}

type bookAccount struct {
	Account  string `json:"account"`
	Currency string `json:"currency"`
	Minor    int64  `json:"minor" doc:"as bookkeeping has it: income stands with a minus"`
	Kind     string `json:"kind"`
}

type bookMonth struct {
	Month    string `json:"month"`
	Currency string `json:"currency"`
	Income   int64  `json:"income"`
	Spending int64  `json:"spending"`
	Refunds  int64  `json:"refunds"`
	Exchange int64  `json:"exchange"`
}

type bookHead struct {
	Date string `json:"date,omitempty"`
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

// donor is somebody who gave, for the treasurer.
type donor struct {
	ID      string    `json:"id"`
	Email   string    `json:"email"`
	Name    string    `json:"name,omitempty"`
	Named   bool      `json:"wants_to_be_named"`
	Lang    string    `json:"lang"`
	Given   []given   `json:"given"`
	Plans   int       `json:"plans" doc:"that run"`
	Tags    []string  `json:"tags"`
	Created time.Time `json:"created_at"`
}

type given struct {
	amount
	Gifts int       `json:"gifts"`
	First time.Time `json:"first_at"`
	Last  time.Time `json:"last_at"`
}

type donors struct {
	Donors []donor `json:"donors"`
	Next   string  `json:"next,omitempty"`
}

func (a *API) aboutMoney() []Op {
	money := []staff.Action{staff.SeeMoney, staff.Outlet}
	return []Op{
		{ID: "listCampaigns", Method: "GET", Path: "/campaigns", Group: "money", Does: "Lists the campaigns with their meters.", Scope: staff.MoneyScope, May: money, Out: campaigns{}, do: a.listCampaigns},
		{ID: "readCampaign", Method: "GET", Path: "/campaigns/{id}", Group: "money", Does: "Reads a campaign by id or slug.", Scope: staff.MoneyScope, May: money, Out: campaign{}, do: a.readCampaign},
		{ID: "readBooks", Method: "GET", Path: "/books", Group: "money", Does: "Reads the sums of the public books.", Scope: staff.MoneyScope, May: money,
			Query: []Param{{Name: "period", Does: "such as 2026 or 2026-11; all unless said"}}, Out: books{}, do: a.readBooks},
		{ID: "listDonors", Method: "GET", Path: "/donors", Group: "money", Does: "Lists donors with what they gave, the newest first; for the treasurer alone.", Scope: staff.DonorScope, May: []staff.Action{staff.SeeDonors},
			Query: with(Param{Name: "q", Does: "a part of the name or address"}, Param{"view", "all unless said", []string{"plan", "lapsed"}}), Out: donors{}, do: a.listDonors},
	}
}

func (a *API) campaignOf(ctx context.Context, c fund.Campaign) (campaign, error) {
	m, err := a.Store.CampaignMeter(ctx, c)
	return campaign{ID: c.ID, Slug: c.Slug, State: string(c.State), Title: c.Title, Goal: amount{c.Goal, c.Currency}, Received: amount{m.Received, c.Currency}, Donors: m.Donors,
		Starts: stamp(c.StartsAt), Ends: stamp(c.EndsAt), Reached: stamp(c.GoalReachedAt), URL: a.Base() + "/give/" + c.Slug}, err
}

func (a *API) listCampaigns(ctx context.Context, _ *Call) (any, error) {
	list, err := a.Store.Campaigns(ctx)
	if err != nil {
		return nil, err
	}
	out := campaigns{Campaigns: []campaign{}}
	for _, x := range list {
		v, err := a.campaignOf(ctx, x)
		if err != nil {
			return nil, err
		}
		out.Campaigns = append(out.Campaigns, v)
	}
	return out, nil
}

func (a *API) readCampaign(ctx context.Context, c *Call) (any, error) {
	got, err := a.Store.Campaign(ctx, c.PathValue("id"))
	if fault.Is(err, fault.NotFound) {
		got, err = a.Store.CampaignBySlug(ctx, c.PathValue("id"))
	}
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "there is no such campaign")
	}
	if err != nil {
		return nil, err
	}
	return a.campaignOf(ctx, got)
}

func (a *API) readBooks(ctx context.Context, c *Call) (any, error) {
	b, err := a.Books(ctx, c.Value("period"))
	return json.RawMessage(b), err
}

func (a *API) listDonors(ctx context.Context, c *Call) (any, error) {
	list, err := a.Store.Givers(ctx, store.GiverQuery{View: store.GiverView(c.Value("view")), Search: c.Value("q"), Now: a.Money.Now(), Before: c.Value("cursor"), Limit: c.Limit() + 1})
	if err != nil {
		return nil, err
	}
	list, rest := more(list, c.Limit())
	out := donors{Donors: []donor{}}
	for _, g := range list {
		out.Donors = append(out.Donors, donorOf(g))
	}
	if rest {
		out.Next = c.Next(list[len(list)-1].ID)
	}
	return out, nil
}

func donorOf(g store.Giver) donor {
	d := donor{ID: g.ID, Email: g.Email, Name: g.Name, Named: g.ShowName, Lang: g.Lang, Given: []given{}, Plans: g.Plans, Tags: g.Tags, Created: g.CreatedAt.UTC()}
	if d.Tags == nil {
		d.Tags = []string{}
	}
	for _, x := range g.Given {
		d.Given = append(d.Given, given{amount{x.Minor, x.Currency}, x.Gifts, x.First.UTC(), x.Last.UTC()})
	}
	return d
}
