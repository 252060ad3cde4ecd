package worker

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// thankWithin is how old a payment may be for its donor to be thanked. Beyond
// it, after a long outage or a history that was brought in, a mail would rather
// alarm than please.
const thankWithin = 3 * 24 * time.Hour

// Thanks writes to donors whose gift arrived.
type Thanks struct{ Letters }

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
	lang := gift.Donation.Lang
	frame, o, err := t.Frame(ctx, lang)
	if err != nil {
		return store.Mail{}, err
	}
	target := frame.T("fund.general.heading", "outlet", o.Name)
	if paid.CampaignID != "" {
		target = outlet.Words(gift.Campaign.Title).In(lang, o.Language)
	}
	letter, err := t.Templates.Mail("mail/gift", web.GiftMail{
		MailFrame: frame, Amount: paid.Amount, Every: string(paid.Every), Paid: paid.SucceededAt,
		Next: gift.Plan.NextChargeAt, Name: gift.Donor.Name, For: target,
	})
	return mailTo(gift.Donor, lang, "gift:"+paid.ID, "gift", letter), err
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
