package site

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/web"
)

// ways are the providers that take a currency now, the quickest first: a card
// is one page away, a transfer a walk to one's bank.
func (g *Giving) ways(l words, currency string) []web.PayWay {
	var out []web.PayWay
	for _, key := range slices.Sorted(maps.Keys(g.Fund.Providers)) {
		if g.Fund.Providers[key].Caps().Takes(currency, fund.Once) {
			out = append(out, web.PayWay{Key: key, Name: l.T(wayNames[key]), Hint: l.T(wayNames[key] + ".hint")})
		}
	}
	slices.SortStableFunc(out, func(a, b web.PayWay) int {
		return cmp.Compare(g.Fund.Providers[a.Key].Caps().Road, g.Fund.Providers[b.Key].Caps().Road) // "hosted" before "instructions"
	})
	return out
}

// words is what says things in a language.
type words interface {
	T(key string, args ...any) string
}

// wayNames are the keys of what ways to pay are called. Each has a hint beside.
var wayNames = map[string]string{fund.KeyBank: "bank.way", sandbox.Key: "bank.way.sandbox"}

// bankPage tells what to type into the bank's form for a gift, and what has come
// of it. It shows neither name nor address of the giver.
func (g *Giving) bankPage(ctx context.Context, r *web.Request) (web.Page, error) {
	id := param(r, "id")
	ref, shown, err := g.Site.Store.ReferenceOf(ctx, id)
	if err != nil {
		return web.Page{}, err
	}
	if ref == "" {
		return web.Page{}, errNotThere
	}
	o, err := g.Site.Store.DonationOutcome(ctx, id)
	if err != nil {
		return web.Page{}, err
	}
	sh, err := g.Site.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	p := web.BankPage{
		Amount: o.Donation.Amount, Every: string(o.Donation.Every), For: sh.T("fund.general.heading", "outlet", sh.outlet.Name), Begun: o.Donation.OpenedAt,
		Until: o.Donation.OpenedAt.Add(fund.TransferWait), Next: o.Plan.NextChargeAt, Thanks: sh.Path("/give/thanks/" + id), Contact: sh.outlet.Email,
	}
	if o.Plan.ID != "" { // the donor may have changed it since
		p.Amount, p.Every = o.Plan.Amount, string(o.Plan.Every)
	}
	if o.Campaign.ID != "" {
		p.For = titleOf(o.Campaign, sh.lang, sh.outlet)
	}
	p.State = transferState(o)
	if err := g.instruct(ctx, sh, &p, ref, shown); err != nil {
		return web.Page{}, err
	}
	sh.Title, sh.Robots, sh.Canonical, sh.Sandbox = sh.T("bank.title"), "noindex", "", g.Sandbox != nil
	p.Frame = sh.Frame
	page, err := g.Site.draw(sh, "site/bank", p)
	page.Cache, page.Deps = web.NoStore, nil
	return page, err
}

// instruct adds the account's rows and code. An account that was shown then and
// is not offered any more gives its place to one that is.
func (g *Giving) instruct(ctx context.Context, sh *shell, p *web.BankPage, ref giro.Reference, accountID string) error {
	a, err := g.account(ctx, accountID, p.Amount.Currency)
	if fault.Is(err, fault.NotFound) {
		if p.State != "arrived" && p.State != "ended" && p.State != "withdrawn" {
			p.State = "nowhere"
		}
		return nil
	}
	if err != nil {
		return err
	}
	p.Rows, p.Short = web.BankRows(sh.Locale, a, ref, p.Amount), web.BankShort(a, ref, p.Amount)
	p.Code = web.BankCode(a, ref, p.Amount)
	return nil
}

func (g *Giving) account(ctx context.Context, id, currency string) (giro.Account, error) {
	list, err := g.Bank.Accounts(ctx)
	if err != nil {
		return giro.Account{}, err
	}
	return giro.Choose(list, id, currency)
}

// transferState is where a gift by bank stands, in the words of its page.
func transferState(o fund.Outcome) string {
	switch {
	case o.Plan.State == fund.PlanCancelled:
		return "ended"
	case o.Plan.ID != "" && o.Payment.ID != "":
		return "running"
	case o.Payment.ID != "":
		return "arrived"
	case o.Donation.State == fund.DonationCancelled:
		return "withdrawn"
	case o.Donation.State == fund.DonationExpired:
		return "expired"
	}
	return "waiting"
}
