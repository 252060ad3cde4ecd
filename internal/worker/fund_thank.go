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

// thankByHandWithin is the same for what people bring in: a statement is read
// once a week, a box of cash is counted once a month.
const thankByHandWithin = 35 * 24 * time.Hour

// Thanks writes to donors whose gift arrived.
type Thanks struct {
	Letters
	Receipts *Receipts // issues the receipt that the mail names; nil issues none
}

// Do is the body of job.FundThank.
func (t *Thanks) Do(ctx context.Context, w job.Work) error {
	var p job.FundThankPayload
	if err := w.Into(&p); err != nil {
		return fault.Wrap(fault.Internal, err, "the payload of a job can't be read")
	}
	paid, provider, err := t.Store.Payment(ctx, p.Payment)
	if err != nil {
		return err
	}
	within := thankWithin
	if fund.PaidBackByHand(provider) {
		within = thankByHandWithin
	}
	waits, since, err := t.waits(ctx, paid)
	if err != nil || t.Money.Now().Sub(since) > within || paid.Left() <= 0 {
		return err
	}
	gift, err := t.Store.DonationOutcome(ctx, paid.DonationID)
	if err != nil {
		return err
	}
	if gift.Donor.Email == "" { // cash from somebody without an address
		return nil
	}
	var m offer
	if waits {
		m.mail, err = t.received(ctx, paid, gift)
	} else {
		m, err = t.letter(ctx, paid, gift)
	}
	if err != nil {
		return err
	}
	return t.Store.Write(ctx, func(tx *store.Tx) error { return m.queue(ctx, tx) })
}

func (t *Thanks) letter(ctx context.Context, paid fund.Payment, gift fund.Outcome) (offer, error) {
	lang := gift.Donation.Lang
	frame, o, err := t.Frame(ctx, lang)
	if err != nil {
		return offer{}, err
	}
	c := gift.Campaign
	if paid.CampaignID == "" {
		c = fund.Campaign{}
	}
	out := offer{donor: gift.Donor.ID}
	links := web.PlanLinks{MyLink: t.Address("/my", lang)}
	every := paid.Every
	if paid.PlanID != "" && gift.Plan.ID == paid.PlanID {
		every = gift.Plan.Every
		links = t.powers(&out, gift.Plan, "", t.pauses(gift.Donation.Provider), lang)
	}
	m := web.GiftMail{
		MailFrame: frame, Amount: paid.Amount, Every: string(every), Paid: paid.SucceededAt,
		Next: gift.Plan.NextChargeAt, PlanLinks: links, Name: gift.Donor.Name, For: target(frame, o, c, lang),
	}
	if err := t.addReceipt(ctx, &m, paid, lang); err != nil {
		return out, err
	}
	letter, err := t.Templates.Mail("mail/gift", m)
	out.mail = mailTo(gift.Donor, lang, "gift:"+paid.ID, "gift", letter)
	return out, err
}

// addReceipt issues the receipt of a gift and names it in its mail.
func (t *Thanks) addReceipt(ctx context.Context, m *web.GiftMail, paid fund.Payment, lang string) error {
	if t.Receipts == nil {
		return nil
	}
	r, err := t.Receipts.For(ctx, paid.ID)
	if err != nil {
		return err
	}
	if r.ID != "" {
		m.Receipt = r.Number
		if m.ReceiptLink, err = t.Receipts.Link(ctx, r, lang); err != nil {
			return err
		}
	}
	m.GiftAidLink, m.PartyLink, err = t.Receipts.giftLinks(ctx, paid, lang)
	return err
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
