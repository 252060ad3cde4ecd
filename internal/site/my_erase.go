package site

import (
	"context"
	"net/http"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// erase removes the donor's data, once they have typed their address. Plans that
// run are ended at the provider first: while it does not answer nothing is
// erased, since nobody could be told of a charge any more.
func (m *My) erase(ctx context.Context, v *me) (web.Page, error) {
	plans, err := v.running(ctx)
	if err != nil {
		return web.Page{}, err
	}
	if !v.post() {
		return v.eraseForm(http.StatusOK, plans, "")
	}
	if fund.Email(v.field("email")) != v.donor.Email {
		return v.eraseForm(http.StatusUnprocessableEntity, plans, v.T("my.erase.wrong"))
	}
	var beyond []string
	for _, p := range plans {
		if _, err := v.Fund.Change(ctx, p.ID, fund.Change{Do: fund.ChangeCancel, Now: true}, v.attempt()+":"+p.ID); err != nil {
			if !endsLater(err) {
				return web.Page{}, err
			}
			beyond = append(beyond, p.ID)
		}
	}
	if err := v.Site.Store.Write(ctx, func(tx *store.Tx) error { return tx.EraseDonor(ctx, donorActor, v.donor.ID, beyond...) }); err != nil {
		return web.Page{}, err
	}
	done := "erased"
	if len(beyond) > 0 {
		done = "erased-open"
	}
	return v.cookie(web.Redirect(http.StatusSeeOther, v.Path("/my")+"?done="+done), ""), nil
}

// endsLater tells whether a plan that could not be ended hinders no erasure: its
// provider does not answer or is switched off. The wish is repeated with every
// round (worker.ErasedPlans), and staff hear of it. One that refuses may be asked
// again by the donor at once.
func endsLater(err error) bool {
	return fault.Is(err, fault.Unavailable) || fault.Is(err, fault.NotFound)
}

// attempt is the key of this try: a later one asks the provider anew. A page that
// was made up without one is a try of its own.
func (v *me) attempt() string {
	if key := v.field("try"); len(key) == len(id.New()) {
		return "erase:" + key
	}
	return "erase:" + id.New()
}

// running are the plans that still bring money.
func (v *me) running(ctx context.Context) ([]fund.Plan, error) {
	all, err := v.Site.Store.DonorPlans(ctx, v.donor.ID)
	var out []fund.Plan
	for _, p := range all {
		if p.State.Alive() {
			out = append(out, p)
		}
	}
	return out, err
}

func (v *me) eraseForm(status int, plans []fund.Plan, wrong string) (web.Page, error) {
	f := web.Form{ID: "erase", Action: v.here(), Nonce: v.mint(), Submit: v.T("my.erase.act"), Hidden: []web.HiddenField{{Name: "try", Value: id.New()}}, Groups: []web.FieldGroup{{Fields: []web.Field{
		{Name: "email", Kind: "email", Label: v.T("my.erase.type", "email", v.donor.Email), Autocomplete: "off", Dir: "ltr", Required: true},
	}}}}
	if wrong != "" {
		f.Errors = []web.FieldError{{Field: "email", Say: wrong}}
	}
	p := web.MyFormPage{Heading: v.T("my.erase"), Say: []string{v.T("my.erase.say")}, Links: v.back()}
	p.Panels = append(p.Panels, web.MyPanel{ID: "goes", Heading: v.T("my.erase.goes"), Points: []string{v.T("my.erase.goes.contact"), v.T("my.erase.goes.mails"), v.T("my.erase.goes.links")}})
	p.Panels = append(p.Panels, web.MyPanel{ID: "stays", Heading: v.T("my.erase.stays"), Points: []string{v.T("my.erase.stays.books"), v.T("my.erase.stays.receipts")}})
	if len(plans) > 0 {
		end := web.MyPanel{ID: "plans", Heading: v.T("my.erase.plans")}
		for _, x := range plans {
			end.Points = append(end.Points, v.planTitle(x))
		}
		p.Panels = append(p.Panels, end)
	}
	p.Panels = append(p.Panels, web.MyPanel{ID: "sure", Heading: v.T("my.erase.sure"), Form: &f})
	return v.form(status, p)
}
