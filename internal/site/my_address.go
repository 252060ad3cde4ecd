package site

import (
	"context"
	"net/http"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/limit"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const (
	// confirmLasts is how long the link to a new address works. It is short: the
	// address may be mistyped, and then somebody else reads the mail.
	confirmLasts = time.Hour
	// revertLasts is how long the old address can be brought back.
	revertLasts = 7 * 24 * time.Hour
)

// address asks for another address, and sends a link to it. Whether somebody
// gives from the new one already is told to nobody but its own reader.
func (m *My) address(ctx context.Context, v *me) (web.Page, error) {
	if !v.post() {
		return v.addressForm(http.StatusOK, "", "")
	}
	email := fund.Email(v.field("email"))
	switch {
	case email == "":
		return v.addressForm(http.StatusUnprocessableEntity, short(v.field("email")), v.T("fund.email"))
	case email == v.donor.Email:
		return v.addressForm(http.StatusUnprocessableEntity, email, v.T("my.address.same"))
	}
	if wait := v.Limits.Take(append(mailLimits(email, web.Client(ctx)), limit.Limit{Key: "moves " + v.donor.ID, Most: 5, Within: time.Hour})); wait > 0 {
		return v.addressForm(http.StatusTooManyRequests, email, v.wait(wait))
	}
	to, token := v.donor, store.NewLinkToken()
	to.Email = email
	letter, err := v.Letter(ctx, web.DonorMail{Kind: string(store.DonorConfirm), Other: masked(v.donor.Email), Until: v.Site.Clock.Now().Add(confirmLasts)}, to, v.lang, token)
	if err != nil {
		return web.Page{}, err
	}
	letter.Key = "donor_confirm:" + id.New()
	err = v.Site.Store.Write(ctx, func(tx *store.Tx) error {
		link := store.DonorLink{Power: store.DonorConfirm, DonorID: v.donor.ID, Detail: map[string]string{"email": email}}
		if err := tx.KeepDonorLink(ctx, token, link, confirmLasts); err != nil {
			return err
		}
		return tx.QueueMail(ctx, letter)
	})
	if err != nil {
		return web.Page{}, err
	}
	now, err := v.Site.post(ctx)
	if err != nil {
		return web.Page{}, err
	}
	return v.withMailNote(ctx, http.StatusOK, web.MyFormPage{Heading: v.T("my.address"), Done: v.sent(now, "my.sent.address.", "email", email), Links: v.back()})
}

func (v *me) addressForm(status int, email, wrong string) (web.Page, error) {
	f := web.Form{ID: "address", Action: v.here(), Nonce: v.mint(), Submit: v.T("my.address.act"), Groups: []web.FieldGroup{{Fields: []web.Field{
		{Name: "email", Kind: "email", Label: v.T("my.address.new"), Value: email, Autocomplete: "email", Dir: "ltr", Required: true},
	}}}}
	if wrong != "" {
		f.Errors = []web.FieldError{{Field: "email", Say: wrong}}
	}
	return v.form(status, web.MyFormPage{Heading: v.T("my.address"), Say: []string{v.T("my.address.say", "email", v.donor.Email)}, Panels: []web.MyPanel{{Form: &f}}, Links: v.back()})
}

// back is the way to the first page.
func (v *me) back() []web.Link { return []web.Link{{Text: v.T("my.heading"), Href: v.Path("/my")}} }

// useConfirm gives the donor the address at which the link was opened. In one
// transaction the address changes, all that went to the old one ends, and the
// old one is told how to take it back.
func (v *me) useConfirm(ctx context.Context, l opened) (web.Page, error) {
	now, email := v.Site.Clock.Now(), l.Detail["email"]
	was, err := v.Site.Store.Donor(ctx, l.DonorID)
	if err != nil {
		return web.Page{}, err
	}
	token := store.NewLinkToken()
	notice, err := v.Letter(ctx, web.DonorMail{Kind: string(store.DonorRevert), Other: masked(email), Until: now.Add(revertLasts)}, was, was.Lang, token)
	if err != nil {
		return web.Page{}, err
	}
	notice.Key = "donor_moved:" + id.New()
	var session string
	gone, err := v.spend(ctx, l, func(tx *store.Tx) error {
		if err := tx.MoveDonor(ctx, l.DonorID, email); err != nil {
			return err
		}
		back := store.DonorLink{Power: store.DonorRevert, DonorID: l.DonorID, Detail: map[string]string{"email": was.Email}}
		if err := tx.KeepDonorLink(ctx, token, back, revertLasts); err != nil {
			return err
		}
		if err := tx.QueueMail(ctx, notice); err != nil {
			return err
		}
		if err := tx.Audit(ctx, donorActor, "donor.moved", "donor", l.DonorID, nil); err != nil {
			return err
		}
		session, err = tx.StartDonorSession(ctx, l.DonorID)
		return err
	})
	return v.moved(session, gone, err)
}

// donorActor is how the log names somebody who acts on their own data.
var donorActor = store.Actor{Name: "Donor"}

// useRevert brings the old address back, and shuts out whoever changed it.
func (v *me) useRevert(ctx context.Context, l opened) (web.Page, error) {
	var session string
	gone, err := v.spend(ctx, l, func(tx *store.Tx) (err error) {
		if err := tx.FreeAddress(ctx, l.Detail["email"]); err != nil {
			return err
		}
		if err := tx.MoveDonor(ctx, l.DonorID, l.Detail["email"]); err != nil {
			return err
		}
		if err := tx.EndReverts(ctx, l.DonorID); err != nil {
			return err
		}
		if err := tx.Audit(ctx, donorActor, "donor.moved_back", "donor", l.DonorID, nil); err != nil {
			return err
		}
		session, err = tx.StartDonorSession(ctx, l.DonorID)
		return err
	})
	return v.moved(session, gone, err)
}

// moved leads on after a change of address. Two donors are never made one: the
// reader of the new address hears why, and how both can be used.
func (v *me) moved(session string, gone bool, err error) (web.Page, error) {
	switch {
	case gone:
		return v.again()
	case fault.Is(err, fault.Conflict):
		return v.form(http.StatusConflict, web.MyFormPage{Heading: v.T("my.address.taken"), Say: []string{v.T("my.address.taken.say")}, Links: v.waysOn(nil)})
	case err != nil:
		return web.Page{}, err
	}
	return v.enter(session, "/my?done=moved"), nil
}
