package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
)

// Reminder is a standing order whose transfer has not come, of a donor who asked
// to be told so.
type Reminder struct {
	Promise
	For time.Time // the day on which the transfer was due that this is about
}

// RemindersDue lists standing orders whose last transfer was due before a time,
// has not come, and whose donor asked to be reminded and was not for that one.
func (s *Store) RemindersDue(ctx context.Context, before time.Time, limit int) ([]Reminder, error) {
	type row struct {
		Reminder
		done time.Time
	}
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (x row, err error) {
		return x, r.Scan(&x.DonationID, &x.Reference, &x.Amount.Currency, &x.Amount.Minor, &x.Every, db.At(&x.Since), db.At(&x.done))
	}, `SELECT d.id, b.reference, p.currency, p.minor, p.every, p.next_charge_at, m.reminded_for FROM bank_reminder m JOIN donation d ON d.id = m.donation_id
		JOIN donor g ON g.id = m.donor_id JOIN plan p ON p.donation_id = d.id JOIN bank_reference b ON b.donation_id = d.id
		WHERE m.stopped_at IS NULL AND g.erased_at IS NULL AND p.provider = $1 AND p.state = 'active' AND p.next_charge_at <= $2
		AND m.reminded_for < $2 ORDER BY p.next_charge_at, d.id LIMIT $3`, fund.KeyBank, before.UnixMilli(), limit)
	var out []Reminder
	for _, x := range list {
		x.For = x.Since
		for n := 1; ; n++ {
			at := fund.AddPeriods(x.Since, x.Every, n)
			if at.After(before) {
				break
			}
			x.For = at
		}
		if x.For.After(x.done) {
			x.Late = true
			out = append(out, x.Reminder)
		}
	}
	return out, err
}

// Reminded notes that a donor was reminded of a transfer; false where that was
// done already, or the reminders were stopped, meanwhile.
func (tx *Tx) Reminded(ctx context.Context, r Reminder) (bool, error) {
	n, err := db.Exec(ctx, tx, "UPDATE bank_reminder SET reminded_for = $1 WHERE donation_id = $2 AND reminded_for < $1 AND stopped_at IS NULL", r.For.UnixMilli(), r.DonationID)
	return n > 0, err
}

// StopReminders ends the reminders about a donation.
func (tx *Tx) StopReminders(ctx context.Context, donationID string) error {
	_, err := db.Exec(ctx, tx, "UPDATE bank_reminder SET stopped_at = COALESCE(stopped_at, $1) WHERE donation_id = $2", tx.now(), donationID)
	return err
}
