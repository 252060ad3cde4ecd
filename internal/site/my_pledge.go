package site

import (
	"context"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// addPledges shows transfers that were announced and have not come, each with
// what to write on it.
func (v *me) addPledges(ctx context.Context, page *web.MyPage) error {
	list, err := v.Site.Store.DonorPledges(ctx, v.donor.ID)
	for _, p := range list {
		title := v.T("till.pledge."+string(p.Every), "amount", v.MoneyWhole(p.Amount))
		b := v.button("till.pledge.withdraw", "/my/pledges/"+p.DonationID)
		b.Of = title
		page.Plans = append(page.Plans, web.MyPlan{
			ID: "pledge-" + p.DonationID, Heading: title, Tag: web.Tag{Text: v.T("till.pledge.waits"), Kind: "hint"},
			Say:   []string{v.T("till.pledge.since", "day", v.On(p.Since), "for", v.forWhat(p.Campaign)), v.T("till.pledge.reference", "reference", p.Reference.Grouped(), "short", p.Reference.Short())},
			Links: []web.Link{{Text: v.T("till.pledge.how"), Href: v.Path("/give/bank/" + p.DonationID)}}, Buttons: []web.PostButton{b},
			Legal: v.T("till.pledge.say." + string(p.Every)),
		})
	}
	return err
}

// withdraw takes an announced transfer back.
func (m *My) withdraw(ctx context.Context, v *me) (web.Page, error) {
	if !v.post() {
		return v.to("/my")
	}
	err := v.Site.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.WithdrawPledge(ctx, donorActor, v.donor.ID, param(v.r, "id"), m.Money.Now())
	})
	if fault.Is(err, fault.Conflict) { // it came meanwhile: the page shows it
		return v.to("/my")
	}
	if err != nil {
		return web.Page{}, err
	}
	return v.to("/my?done=pledge")
}
