package site

import (
	"context"
	"net/http"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// use does what the link is for.
func (v *me) use(ctx context.Context, l opened) (web.Page, error) {
	switch l.Power {
	case store.DonorSignIn, store.DonorStepUp:
		return v.useSignIn(ctx, l)
	case store.DonorCancel:
		return v.usePlan(ctx, l, fund.Change{Do: fund.ChangeCancel})
	case store.DonorPause:
		until, err := v.pauseUntil()
		if err != nil {
			return v.linkPage(l, []web.FieldError{{Field: "months", Say: v.T("my.months.choose")}})
		}
		return v.usePlan(ctx, l, fund.Change{Do: fund.ChangePause, Until: until})
	case store.DonorResume:
		return v.usePlan(ctx, l, fund.Change{Do: fund.ChangeResume})
	case store.DonorRestart:
		return v.useRestart(ctx, l)
	case store.DonorReceipt:
		return v.useReceipt(ctx, l)
	case store.DonorStopReminders:
		if _, err := v.spend(ctx, l, func(tx *store.Tx) error { return tx.StopReminders(ctx, l.Object) }); err != nil {
			return web.Page{}, err
		}
		return v.again()
	case store.DonorConfirm:
		return v.useConfirm(ctx, l)
	case store.DonorRevert:
		return v.useRevert(ctx, l)
	}
	return v.unknownLink() // of a newer version
}

// spend uses the link up in a transaction with what do writes; gone tells that
// somebody was faster.
func (v *me) spend(ctx context.Context, l opened, do func(tx *store.Tx) error) (gone bool, err error) {
	err = v.Site.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.UseDonorLink(ctx, l.token); err != nil {
			return err
		}
		return do(tx)
	})
	if fault.Is(err, fault.Gone) {
		return true, nil
	}
	return false, err
}

func nothing(*store.Tx) error { return nil }

// again is the link's own page, which explains what became of it.
func (v *me) again() (web.Page, error) {
	return web.Redirect(http.StatusSeeOther, v.here()), nil
}

// useSignIn signs in. A link that proves somebody once more does the same, and
// leads on: opened in another browser it must not serve the one that asked.
func (v *me) useSignIn(ctx context.Context, l opened) (web.Page, error) {
	var token string
	gone, err := v.spend(ctx, l, func(tx *store.Tx) (err error) {
		if v.token != "" {
			if err := tx.EndDonorSession(ctx, v.token); err != nil {
				return err
			}
		}
		token, err = tx.StartDonorSession(ctx, l.DonorID)
		return err
	})
	if gone {
		return v.again()
	}
	return v.enter(token, within(l.Detail["next"])), err
}

// usePlan changes the plan, and then uses the link up: in this order a provider
// that does not answer costs nobody their link, and since the change has the
// link's own key, two at once are one.
func (v *me) usePlan(ctx context.Context, l opened, c fund.Change) (web.Page, error) {
	if over(l) {
		return v.again()
	}
	waits := false
	if _, err := v.Fund.Change(ctx, l.plan.ID, c, l.key()); err != nil {
		if waits = v.willBeDone(ctx, l.plan.ID, l.key(), err); !waits {
			return v.refused(l, err)
		}
	}
	if _, err := v.spend(ctx, l, nothing); err != nil {
		return web.Page{}, err
	}
	if waits {
		return v.form(http.StatusAccepted, web.MyFormPage{Heading: v.T("my.waits"), Say: []string{v.T("my.waits.say")}, Links: []web.Link{{Text: v.T("my.signin.way"), Href: v.Path("/my")}}})
	}
	return v.afterPlan(ctx, l)
}

// willBeDone tells whether a change that the provider did not answer is written
// down, so that it will be made.
func (v *me) willBeDone(ctx context.Context, planID, key string, err error) bool {
	if !fault.Is(err, fault.Unavailable) {
		return false
	}
	list, err := v.Site.Store.Fund().PlannedChanges(ctx, planID)
	for _, c := range list {
		if err == nil && c.Key == fund.ChangeKey(key) {
			return true
		}
	}
	return false
}

// refused shows the link's page with the reason; the link is not used up.
func (v *me) refused(l opened, err error) (web.Page, error) {
	say := v.T("my.unavailable")
	if r := fund.Refused(err); r != nil {
		say = r.In(v.Locale)
	} else if !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
		return web.Page{}, err
	}
	return v.linkPage(l, []web.FieldError{{Field: "form", Say: say}})
}

// undoLasts is for how long what a link did can be taken back from its page; by
// the sign-in it can be as long as the plan is not over.
const undoLasts = 24 * time.Hour

// afterPlan leads on from a link that was used: after a pause or a cancellation
// to a fresh link that takes it back, else to the link's own page.
func (v *me) afterPlan(ctx context.Context, l opened) (web.Page, error) {
	plan, _, err := v.Site.Store.Plan(ctx, l.plan.ID)
	if err != nil {
		return web.Page{}, err
	}
	power := store.DonorResume
	switch {
	case l.Power == store.DonorResume:
		return web.Redirect(http.StatusSeeOther, v.here()+"?done=resume"), nil
	case !plan.State.Alive(): // ended at once, as nothing is paid for any more
		power = store.DonorRestart
	}
	var token string
	err = v.Site.Store.Write(ctx, func(tx *store.Tx) (err error) {
		token, err = tx.MakeDonorLink(ctx, store.DonorLink{Power: power, DonorID: l.DonorID, Object: plan.ID}, undoLasts)
		return err
	})
	return web.Redirect(http.StatusSeeOther, v.Path("/my/link/"+token)+"?done="+string(l.Power)), err
}

// useRestart leads to the form, filled in as the plan was.
func (v *me) useRestart(ctx context.Context, l opened) (web.Page, error) {
	gone, err := v.spend(ctx, l, nothing)
	if gone {
		return v.again()
	}
	if err != nil {
		return web.Page{}, err
	}
	form := "/give"
	if l.plan.CampaignID != "" {
		c, err := v.Site.Store.Campaign(ctx, l.plan.CampaignID)
		if err != nil {
			return web.Page{}, err
		}
		if c.Open(v.Money.Now()) {
			form += "/" + c.Slug
		}
	}
	return v.to(form + "?every=" + string(l.plan.Every) + "&amount=" + l.plan.Amount.Decimal())
}

// useReceipt leads to the receipt.
func (v *me) useReceipt(ctx context.Context, l opened) (web.Page, error) {
	if v.Receipt == nil {
		return v.unknownLink()
	}
	href, err := v.Receipt(ctx, l.Object, v.lang)
	if err != nil {
		return web.Page{}, err
	}
	if gone, err := v.spend(ctx, l, nothing); gone || err != nil {
		if err != nil {
			return web.Page{}, err
		}
		return v.again()
	}
	return web.Redirect(http.StatusSeeOther, href), nil
}
