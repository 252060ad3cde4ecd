package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
)

// Pledge is a gift by bank that a donor has announced and that has not come.
type Pledge struct {
	Promise
	Campaign map[string]string // title by language; nil for the general fund
}

// DonorPledges lists what a donor has announced and what has not come, the newest
// first.
func (s *Store) DonorPledges(ctx context.Context, donorID string) ([]Pledge, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (p Pledge, err error) {
		return p, r.Scan(&p.DonationID, &p.Reference, &p.Amount.Currency, &p.Amount.Minor, &p.Every, db.At(&p.Since), db.FromJSON(&p.Campaign))
	}, `SELECT d.id, b.reference, d.currency, d.minor, d.every, d.opened_at, c.title FROM donation d JOIN bank_reference b ON b.donation_id = d.id
		LEFT JOIN campaign c ON c.id = d.campaign_id WHERE d.donor_id = $1 AND d.provider = $2 AND d.state = 'pending'
		ORDER BY d.opened_at DESC, d.id`, donorID, fund.KeyBank)
}

// WithdrawPledge notes that a donor does not send what they have announced. Money
// that comes all the same counts. fault.NotFound where it is none of the donor's,
// fault.Conflict where it has come, or is not waited for any more.
func (tx *Tx) WithdrawPledge(ctx context.Context, by Actor, donorID, donationID string, now time.Time) error {
	if err := tx.lockObjects(ctx, []string{fund.KeyBank + " donation " + donationID}); err != nil {
		return err
	}
	d, err := db.One(ctx, tx, scanDonation, "SELECT "+donationColumns+" FROM donation WHERE id = $1 AND donor_id = $2 AND provider = $3", donationID, donorID, fund.KeyBank)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "there is no such transfer")
	}
	if err != nil {
		return err
	}
	n, err := db.Exec(ctx, tx, "UPDATE donation SET state = 'cancelled', updated_at = $1 WHERE id = $2 AND state = 'pending'", now.UnixMilli(), d.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "this transfer is not waited for any more; load the page again")
	}
	if _, err := db.Exec(ctx, tx, "UPDATE plan SET state = 'incomplete_expired', updated_at = $1 WHERE donation_id = $2 AND state = 'incomplete'", now.UnixMilli(), d.ID); err != nil {
		return err
	}
	tx.Touch("desk")
	return tx.Audit(ctx, by, "pledge.withdrawn", "donation", d.ID, map[string]any{"amount": d.Amount.String()})
}
