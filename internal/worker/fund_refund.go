package worker

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// refundWithin is how old a refund may be for the donor to be told of it.
const refundWithin = 30 * 24 * time.Hour

// Refunds writes to donors whose payment was given back.
type Refunds struct{ Letters }

// Do is the body of job.FundRefunded.
func (r *Refunds) Do(ctx context.Context, w job.Work) error {
	var p job.FundRefundedPayload
	if err := w.Into(&p); err != nil {
		return fault.Wrap(fault.Internal, err, "the payload of a job can't be read")
	}
	x, err := r.Store.Refund(ctx, p.Refund)
	if err != nil {
		return err
	}
	if x.State != fund.RefundSucceeded || r.Money.Now().Sub(x.CreatedAt) > refundWithin {
		return nil
	}
	paid, _, err := r.Store.Payment(ctx, x.PaymentID)
	if err != nil {
		return err
	}
	gift, err := r.Store.DonationOutcome(ctx, paid.DonationID)
	if err != nil || gift.Donor.Email == "" {
		return err
	}
	frame, _, err := r.Frame(ctx, gift.Donation.Lang)
	if err != nil {
		return err
	}
	letter, err := r.Templates.Mail("mail/refund", web.RefundMail{MailFrame: frame, Amount: x.Amount, Of: paid.Amount, Paid: paid.SucceededAt})
	if err != nil {
		return err
	}
	m := mailTo(gift.Donor, gift.Donation.Lang, "refund:"+x.ID, "refund", letter)
	return r.Store.Write(ctx, func(tx *store.Tx) error { return tx.QueueMail(ctx, m) })
}
