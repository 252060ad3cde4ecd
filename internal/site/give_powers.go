package site

import (
	"context"
	"net/http"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// The page after paying shows links over a plan itself only while no mail can
// bring them: within powersWithin of the payment, and once. Whoever comes upon
// the address of the page later, in a history or a log, finds none.
const (
	powersWithin = time.Hour
	powersLast   = 400 * 24 * time.Hour
)

// powers puts links over a fresh plan on the page after paying, where no mail
// brings them.
func (g *Giving) powers(ctx context.Context, r *web.Request, sh *shell, o fund.Outcome, p *web.ThanksPage) error {
	if p.Post == string(postGoes) {
		return nil
	}
	fresh := o.Plan.State.Alive() && o.Payment.PlanID == o.Plan.ID && o.Payment.Left() > 0
	if age := g.Money.Now().Sub(o.Payment.SucceededAt); !fresh || age < -time.Minute || age > powersWithin || r.Method != http.MethodGet {
		return nil
	}
	list := []store.Power{store.DonorCancel}
	if by, ok := g.Fund.Providers[o.Donation.Provider]; ok && by.Caps().Pause {
		list = append(list, store.DonorPause)
	}
	var tokens map[store.Power]string
	err := g.Site.Store.Write(ctx, func(tx *store.Tx) (err error) {
		tokens, err = tx.ShowPowers(ctx, o.Donor.ID, o.Plan.ID, list, powersLast)
		return err
	})
	p.PowersShown = tokens == nil
	for _, power := range list {
		if token := tokens[power]; token != "" {
			p.Powers = append(p.Powers, web.Link{Text: sh.T("plan.link." + string(power)), Href: sh.Path("/my/link/" + token)})
		}
	}
	return err
}
