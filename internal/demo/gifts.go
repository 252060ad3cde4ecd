package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/store"
)

// Start is when the campaign of a demo begins: ten whole months before it, so
// that there is a history. With a moment in November that is the first of January.
func (c *Content) Start(at time.Time) time.Time {
	zone, err := time.LoadLocation(c.Outlet.Zone)
	if err != nil {
		zone = time.UTC // At has refused the zone already
	}
	local := at.In(zone)
	return time.Date(local.Year(), local.Month()-10, 1, 0, 0, 0, 0, zone)
}

func (s *Sower) campaign() fund.Campaign {
	p := s.paper.Campaign
	start := s.Paper.Start(s.At)
	c := fund.Campaign{
		ID: s.name("campaign", p.Slug), Slug: p.Slug, Currency: p.Goal.Currency, State: fund.CampaignLive, Counting: fund.Projected,
		Title: p.Name, Dek: p.Front, Body: map[string]string{}, StartsAt: start, EndsAt: start.AddDate(1, 0, 0).Add(-time.Second),
		Grace: 72 * time.Hour, Goal: p.Goal.Minor, CreatedAt: start,
		Amounts: map[fund.Every][]int64{},
	}
	for _, a := range p.Amounts {
		c.Amounts[fund.Once] = append(c.Amounts[fund.Once], a.Minor)
	}
	c.Amounts[fund.Month] = []int64{500, 1000, 2000}
	for lang := range p.Lede {
		c.Body[lang] = p.Lede[lang] + " " + p.Uses[lang]
	}
	for _, cost := range p.Costs {
		c.Costs = append(c.Costs, fund.Cost{Name: cost.Name, Minor: cost.Amount.Minor})
	}
	return c
}

// gifts lets the sandbox live through the campaign's months day by day, as real
// givers would: the same service, the same provider, the same reducer.
func (s *Sower) gifts(ctx context.Context) error {
	c := s.campaign()
	err := s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutCampaign(ctx, c); err != nil {
			return err
		}
		if err := tx.SetGoal(ctx, c.ID, c.Goal, "", "", c.StartsAt); err != nil {
			return err
		}
		return s.around(ctx, tx, c)
	})
	if err != nil {
		return err
	}
	if err := s.bank(ctx, c.StartsAt); err != nil {
		return err
	}
	g := &givers{Sower: s, c: c, dice: rand.New(rand.NewPCG(s.Seed, 2019))}
	return s.Sandbox.Bulk(func() error { return g.live(ctx) })
}

// around writes what stands beside a campaign's sum: the updates to supporters
// and a sponsor's promise.
func (s *Sower) around(ctx context.Context, tx *store.Tx, c fund.Campaign) error {
	for _, u := range s.paper.Campaign.Updates {
		up := fund.Update{CampaignID: c.ID, Title: u.Title, Body: u.Body}
		id, err := tx.SaveUpdate(ctx, store.System, up)
		if err != nil {
			return err
		}
		up.ID = id
		if err := tx.PublishUpdate(ctx, store.System, up, s.At.AddDate(0, 0, -u.Days)); err != nil {
			return err
		}
	}
	p := s.paper.Campaign.Sponsor
	if p.Name == "" {
		return nil
	}
	_, err := tx.SaveMatching(ctx, store.System, fund.Matching{
		CampaignID: c.ID, Sponsor: p.Name, Named: true, Num: 1, Den: 1, DonorCap: p.DonorCap.Minor, TotalCap: p.TotalCap.Minor,
		From: s.At.AddDate(0, 0, -p.Days), To: c.EndsAt, Document: p.Document,
	})
	return err
}

type givers struct {
	*Sower
	c    fund.Campaign
	dice *rand.Rand
	n    int // gifts so far
}

func (g *givers) live(ctx context.Context) error {
	for g.Money.Now().Add(24 * time.Hour).Before(g.At) {
		for range g.perDay() {
			if err := g.give(ctx); err != nil {
				return err
			}
		}
		if err := g.month(ctx, g.Money.Now().In(g.c.StartsAt.Location())); err != nil {
			return err
		}
		if err := g.steer(ctx, sandbox.Order{Do: "advance", Days: 1}); err != nil {
			return err
		}
	}
	if err := g.Sandbox.AdvanceTo(g.At); err != nil {
		return err
	}
	return g.Fund.CatchUp(ctx, sandbox.Key)
}

// perDay is 0, 1 or 2, and more towards the end of the year.
func (g *givers) perDay() int {
	n := 0
	for range 2 {
		if g.dice.Float64() < 0.37 {
			n++
		}
	}
	return n
}

// Amounts in minor units as givers choose them: mostly what the form offers.
var usual = []int64{500, 1000, 1000, 1000, 1000, 1500, 2000, 2500, 2500, 2500, 2500, 3000, 4000, 5000, 6000, 6000, 10000}

func (g *givers) give(ctx context.Context) error {
	g.n++
	email := fmt.Sprintf("reader%d@mail.example", g.n)
	if g.n > 20 && g.dice.Float64() < 0.12 { // somebody gives again
		email = fmt.Sprintf("reader%d@mail.example", 1+g.dice.IntN(g.n-1))
	}
	every, amount := fund.Once, usual[g.dice.IntN(len(usual))]
	if g.dice.Float64() < 0.11 {
		every, amount = fund.Month, []int64{300, 500, 500, 1000, 1000, 1500, 2000}[g.dice.IntN(7)]
	}
	lang := []string{"en", "en", "en", "en", "en", "de", "fa"}[g.dice.IntN(7)]
	l := locale.For(lang)
	news := g.n%4 == 0 // without a throw of the dice: they decide who gives
	d, err := g.Fund.Begin(ctx, fund.Form{
		Nonce: g.name("gift", fmt.Sprint(g.n)), Age: time.Minute, Campaign: g.c, Currency: g.c.Currency, Every: string(every),
		Choice: fmt.Sprintf("%d.%02d", amount/100, amount%100), Email: email, Provider: sandbox.Key, Appeal: g.asked(lang), Consent: agreed(l, news), News: news,
	}, l)
	if err != nil {
		return fmt.Errorf("gift %d: %w", g.n, err)
	}
	return g.settle(ctx, d)
}

// asked is the page that asked for this gift: the front, one of the first
// articles of the language, or none that is known.
func (g *givers) asked(lang string) string {
	switch g.n % 5 {
	case 0:
		return "front"
	case 1, 2:
		of := slices.DeleteFunc(slices.Clone(g.paper.Articles), func(a Article) bool { return a.Lang != lang })
		if len(of) > 0 {
			a := of[g.n%min(len(of), 4)]
			return g.name("article", a.Lang, a.Slug)
		}
	}
	return ""
}

// agreed are the terms as the form shows them.
func agreed(l *locale.Locale, news bool) string {
	terms := l.T("give.next")
	if news {
		terms += " " + l.T("agreed.ticked", "words", l.T("campaign.news.tick"))
	}
	return terms
}

// settle lets most gifts go well: a few are declined, and fewer are given back.
func (g *givers) settle(ctx context.Context, d fund.Donation) error {
	order := sandbox.Order{Do: "pay", Ref: d.Session}
	if g.dice.Float64() < 0.04 {
		order.Do = "decline"
	}
	if err := g.steer(ctx, order); err != nil {
		return err
	}
	return g.Fund.Refresh(ctx, sandbox.Key, fund.Ref{Kind: fund.KindSession, ID: d.Session})
}

func (g *givers) steer(ctx context.Context, o sandbox.Order) error {
	b, err := json.Marshal(o)
	if err != nil {
		return err
	}
	_, err = g.Sandbox.Steer(ctx, b)
	return err
}
