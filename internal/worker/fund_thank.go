package worker

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// thankWithin is how old a payment may be for its donor to be thanked. Beyond
// it, after a long outage or a history that was brought in, a mail would rather
// alarm than please.
const thankWithin = 3 * 24 * time.Hour

// Thanks writes to donors whose gift arrived.
type Thanks struct {
	Store     *store.Store
	Templates *web.Templates
	Money     clock.Clock // the providers' time
}

// Do is the body of job.FundThank.
func (t *Thanks) Do(ctx context.Context, w job.Work) error {
	var p job.FundThankPayload
	if err := w.Into(&p); err != nil {
		return fault.Wrap(fault.Internal, err, "the payload of a job can't be read")
	}
	paid, _, err := t.Store.Payment(ctx, p.Payment)
	if err != nil {
		return err
	}
	if t.Money.Now().Sub(paid.SucceededAt) > thankWithin || paid.Left() <= 0 {
		return nil
	}
	gift, err := t.Store.DonationOutcome(ctx, paid.DonationID)
	if err != nil {
		return err
	}
	m, err := t.letter(ctx, paid, gift)
	if err != nil {
		return err
	}
	return t.Store.Write(ctx, func(tx *store.Tx) error { return tx.QueueMail(ctx, m) })
}

func (t *Thanks) letter(ctx context.Context, paid fund.Payment, gift fund.Outcome) (store.Mail, error) {
	o, err := t.Store.Outlet(ctx)
	if err != nil {
		return store.Mail{}, err
	}
	lang := gift.Donation.Lang
	l := locale.For(lang)
	target := l.T("fund.general.heading", "outlet", o.Name)
	if paid.CampaignID != "" {
		target = outlet.Words(gift.Campaign.Title).In(lang, o.Language)
	}
	data := web.GiftMail{
		MailFrame: web.MailFrame{Locale: l, Outlet: sender(o, lang), Zone: o.Location()},
		Amount:    paid.Amount, Every: string(paid.Every), Paid: paid.SucceededAt, Next: gift.Plan.NextChargeAt, Name: gift.Donor.Name, For: target,
	}
	letter, err := t.Templates.Mail("mail/gift", data)
	return store.Mail{
		Key: "gift:" + paid.ID, Kind: "gift", ToAddress: gift.Donor.Email, ToName: gift.Donor.Name, Lang: l.Lang(),
		Subject: letter.Subject, Text: letter.Text, HTML: letter.HTML, Headers: map[string]string{"Auto-Submitted": "auto-generated"},
	}, err
}

// sender is what a mail says about who sends it.
func sender(o outlet.Outlet, lang string) web.Outlet {
	out := web.Outlet{
		Name: o.Name, ShortName: o.ShortName, URL: strings.TrimSuffix(o.BaseURL, "/"), Publisher: o.LegalName, Email: o.Email,
		Legal: o.Text(o.GiveNote, lang),
	}
	for line := range strings.Lines(o.Address) {
		if line = strings.TrimSpace(line); line != "" {
			out.Address = append(out.Address, line)
		}
	}
	return out
}
