package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
)

// Donation returns a donor's decision; fault.NotFound.
func (s *Store) Donation(ctx context.Context, id string) (fund.Donation, error) {
	d, err := db.One(ctx, s.Query(), scanDonation, "SELECT "+donationColumns+" FROM donation WHERE id = $1", id)
	if fault.Is(err, fault.NotFound) {
		return d, fault.New(fault.NotFound, "there is no such gift")
	}
	return d, err
}

// DonationOutcome returns what a donor is told after paying; fault.NotFound.
func (s *Store) DonationOutcome(ctx context.Context, id string) (o fund.Outcome, err error) {
	err = s.Read(ctx, func(q db.Querier) error {
		if o.Donation, err = db.One(ctx, q, scanDonation, "SELECT "+donationColumns+" FROM donation WHERE id = $1", id); err != nil {
			return err
		}
		if o.Donor, err = db.One(ctx, q, scanDonor, "SELECT "+donorColumns+" FROM donor WHERE id = $1", o.Donation.DonorID); err != nil {
			return err
		}
		if o.Donation.CampaignID != "" {
			if o.Campaign, err = campaignBy(ctx, q, "c.id = $1", o.Donation.CampaignID); err != nil {
				return err
			}
		}
		paid, err := db.Rows(ctx, q, scanPayment, paymentQuery+" WHERE p.donation_id = $1 ORDER BY p.succeeded_at, p.ref LIMIT 1", id)
		if err != nil {
			return err
		}
		if len(paid) > 0 {
			o.Payment = paid[0]
		}
		plans, err := db.Rows(ctx, q, scanPlan, "SELECT "+planColumns+" FROM plan WHERE donation_id = $1 ORDER BY started_at DESC LIMIT 1", id)
		if len(plans) > 0 {
			o.Plan = plans[0]
		}
		return err
	})
	return o, err
}

// Open implements fund.Store. A session without an address has failed for good,
// see fund.SessionFailed.
func (s Fund) Open(ctx context.Context, provider string, before time.Time, limit int) ([]fund.Donation, error) {
	return db.Rows(ctx, s.Query(), scanDonation, "SELECT "+donationColumns+` FROM donation WHERE provider = $1 AND state IN ('pending', 'failed')
		AND session_ref IS NOT NULL AND (state = 'pending' OR session_url <> '') AND opened_at <= $2 ORDER BY opened_at, id LIMIT $3`, provider, before.UnixMilli(), limit)
}

const donorColumns = "id, email, name, show_name, lang, created_at"

func scanDonor(r db.Scanner) (d fund.Donor, err error) {
	err = r.Scan(&d.ID, &d.Email, &d.Name, db.Bool(&d.ShowName), &d.Lang, db.At(&d.CreatedAt))
	d.Email = address(d.Email)
	return d, err
}

const paymentQuery = `SELECT p.id, p.ref, p.donation_id, p.plan_id, p.donor_id, p.campaign_id, d.every, p.currency, p.minor,
	p.refunded_minor, p.disputed_minor, p.succeeded_at FROM payment p JOIN donation d ON d.id = p.donation_id`

func scanPayment(r db.Scanner) (p fund.Payment, err error) {
	return p, r.Scan(&p.ID, &p.Ref, &p.DonationID, db.Text(&p.PlanID), &p.DonorID, db.Text(&p.CampaignID), &p.Every,
		&p.Amount.Currency, &p.Amount.Minor, &p.Refunded, &p.Disputed, db.At(&p.SucceededAt))
}

// Payment returns a payment and the key of its provider; fault.NotFound.
func (s *Store) Payment(ctx context.Context, id string) (fund.Payment, string, error) {
	p, err := db.One(ctx, s.Query(), scanPayment, paymentQuery+" WHERE p.id = $1", id)
	if err != nil {
		return p, "", err
	}
	provider, err := db.One(ctx, s.Query(), db.Value[string], "SELECT provider FROM payment WHERE id = $1", id)
	return p, provider, err
}

const refundQuery = `SELECT x.id, x.ref, x.payment_id, p.ref, x.currency, x.minor, x.state, x.created_at, x.updated_at
	FROM refund x JOIN payment p ON p.id = x.payment_id`

func scanRefund(r db.Scanner) (x fund.Refund, err error) {
	return x, r.Scan(&x.ID, &x.Ref, &x.PaymentID, &x.Payment, &x.Amount.Currency, &x.Amount.Minor, &x.State, db.At(&x.CreatedAt), db.At(&x.UpdatedAt))
}

const disputeQuery = `SELECT x.id, x.ref, x.payment_id, p.ref, x.currency, x.minor, x.state, x.opened_at, x.updated_at
	FROM dispute x JOIN payment p ON p.id = x.payment_id`

func scanDispute(r db.Scanner) (x fund.Dispute, err error) {
	return x, r.Scan(&x.ID, &x.Ref, &x.PaymentID, &x.Payment, &x.Amount.Currency, &x.Amount.Minor, &x.State, db.At(&x.OpenedAt), db.At(&x.UpdatedAt))
}

func scanPayout(r db.Scanner) (p fund.Payout, err error) {
	return p, r.Scan(&p.Ref, &p.Amount.Currency, &p.Amount.Minor, &p.State, db.At(&p.CreatedAt), db.At(&p.UpdatedAt))
}
