package worker

import (
	"context"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// Letters writes mails to donors. What a mail says is drawn outside any
// transaction; links of one power are made in the one that queues it.
type Letters struct {
	Store     *store.Store
	Templates *web.Templates
	Money     clock.Clock // the providers' time
	// Address makes an address of this site absolute, in a language of it.
	Address func(path, lang string) string
	// Providers are asked what they can do about a plan.
	Providers map[string]fund.Provider
}

// Frame is what every mail in a language shares, with the outlet that sends it.
func (x *Letters) Frame(ctx context.Context, lang string) (web.MailFrame, outlet.Outlet, error) {
	o, err := x.Store.Outlet(ctx)
	if err != nil {
		return web.MailFrame{}, o, err
	}
	l := locale.For(lang)
	own, err := x.Store.Wording(ctx, l.Lang())
	return web.MailFrame{Locale: l.With(own), Outlet: sender(o, lang), Zone: o.Location()}, o, err
}

// Link is the address at which a link to a donor is opened.
func (x *Letters) Link(token, lang string) string { return x.Address("/my/link/"+token, lang) }

// mailTo is a mail of the outbox to a donor.
func mailTo(d fund.Donor, lang, key, kind string, letter web.Letter) store.Mail {
	return store.Mail{
		Key: key, Kind: kind, ToAddress: d.Email, ToName: d.Name, DonorID: d.ID, Lang: locale.For(lang).Lang(),
		Subject: letter.Subject, Text: letter.Text, HTML: letter.HTML, Headers: map[string]string{"Auto-Submitted": "auto-generated"},
	}
}
