package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/money"
)

// DonationOf returns the donation that a reference was given to, "" where it was
// given to none.
func (s *Store) DonationOf(ctx context.Context, r giro.Reference) (string, error) {
	return found(db.One(ctx, s.Query(), db.Value[string], "SELECT donation_id FROM bank_reference WHERE reference = $1", r))
}

// ReferenceOf returns the reference of a donation, "" where it has none, and the
// account that was shown with it.
func (s *Store) ReferenceOf(ctx context.Context, donationID string) (r giro.Reference, accountID string, err error) {
	_, err = found(db.One(ctx, s.Query(), func(row db.Scanner) (string, error) {
		return "", row.Scan(&r, &accountID)
	}, "SELECT reference, account_id FROM bank_reference WHERE donation_id = $1", donationID))
	return r, accountID, err
}

// found turns "not found" into "".
func found(s string, err error) (string, error) {
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return s, err
}

// noteTransfer keeps what a donor was told to write on a transfer, makes the
// plan of a standing order, and asks for the mail with the instructions.
func (tx *Tx) noteTransfer(ctx context.Context, donationID string, h fund.Handoff) error {
	d, err := db.One(ctx, tx, scanDonation, "SELECT "+donationColumns+" FROM donation WHERE id = $1", donationID)
	if err != nil {
		return err
	}
	r, ok := giro.ParseReference(h.Reference)
	if !ok {
		return fault.New(fault.Internal, "the reference of a gift by bank is none")
	}
	n, err := db.Exec(ctx, tx, `INSERT INTO bank_reference (reference, short, donation_id, donor_id, account_id, created_at) VALUES (`+places(6)+`)
		ON CONFLICT (donation_id) DO NOTHING`, r, r.Short(), d.ID, d.DonorID, h.Account, h.OpenedAt.UnixMilli())
	if err != nil || n == 0 {
		return err
	}
	if d.Every != fund.Once {
		if err := tx.putPlan(ctx, d.Provider, fund.Plan{
			ID: fund.PlanID(d.Provider, h.Ref.ID), Ref: h.Ref.ID, DonationID: d.ID, DonorID: d.DonorID, CampaignID: d.CampaignID,
			Amount: d.Amount, Every: d.Every, State: fund.PlanIncomplete, StartedAt: h.OpenedAt, NextChargeAt: h.OpenedAt, UpdatedAt: h.OpenedAt,
		}); err != nil {
			return err
		}
	}
	return tx.Enqueue(ctx, job.Instructions(d.ID))
}

// mostInstructions is how many mails with instructions go to one donor within an
// hour: anybody can type anybody's address into the form.
const mostInstructions = 3

// QueueInstructions puts the mail with what to type into the bank's form into
// the outbox, unless its donor got three of them within the hour: the page of
// the gift says the same.
func (tx *Tx) QueueInstructions(ctx context.Context, m Mail) error {
	if err := tx.lockObjects(ctx, []string{"instructions " + m.DonorID}); err != nil {
		return err
	}
	n, err := db.One(ctx, tx, db.Value[int], "SELECT COUNT(*) FROM mail_outbox WHERE donor_id = $1 AND donor_id <> '' AND kind = $2 AND created_at > $3",
		m.DonorID, m.Kind, tx.now()-time.Hour.Milliseconds())
	if err != nil || n >= mostInstructions {
		return err
	}
	return tx.QueueMail(ctx, m)
}

// Order returns a standing order as it stands, with what its donor has told us
// since; fault.NotFound.
func (s *Store) Order(ctx context.Context, r giro.Reference) (f fund.PlanFact, err error) {
	p, err := db.One(ctx, s.Query(), scanPlan, "SELECT "+planColumns+" FROM plan WHERE provider = $1 AND ref = $2", fund.KeyBank, r)
	if err != nil {
		return f, err
	}
	f = p.Fact()
	type told struct {
		minor     int64
		every     fund.Every
		ended, at time.Time
	}
	list, err := db.Rows(ctx, s.Query(), func(row db.Scanner) (x told, err error) {
		return x, row.Scan(&x.minor, &x.every, db.At(&x.ended), db.At(&x.at))
	}, "SELECT minor, every, ended_at, told_at FROM bank_order WHERE reference = $1", r)
	for _, x := range list {
		f.Amount.Minor, f.Every = x.minor, x.every
		if f.Amount != p.Amount || f.Every != p.Every {
			f.ChangedAt = x.at
		}
		if !x.ended.IsZero() {
			f.State, f.EndedAt, f.EndReason, f.NextChargeAt = fund.PlanCancelled, x.ended, fund.EndAsked, time.Time{}
		}
	}
	return f, err
}

// PutOrder keeps what a donor has told us about a standing order: its amount and
// interval from now on, or that it is ended.
func (s *Store) PutOrder(ctx context.Context, r giro.Reference, a money.Amount, every fund.Every, ended, at time.Time) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := db.Exec(ctx, tx, `INSERT INTO bank_order (reference, minor, every, ended_at, told_at) VALUES (`+places(5)+`)
			ON CONFLICT (reference) DO UPDATE SET minor = excluded.minor, every = excluded.every, ended_at = COALESCE(bank_order.ended_at, excluded.ended_at), told_at = excluded.told_at`,
			r, a.Minor, every, db.Ms(ended), at.UnixMilli())
		return err
	})
}

// ExpireTransfers gives up waiting for transfers that were promised before a
// time, and for the first payment of standing orders. Money that comes late
// counts all the same.
func (s *Store) ExpireTransfers(ctx context.Context, before time.Time) (n int64, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		if n, err = db.Exec(ctx, tx, "UPDATE donation SET state = 'expired' WHERE provider = $1 AND state = 'pending' AND opened_at <= $2", fund.KeyBank, before.UnixMilli()); err != nil {
			return err
		}
		plans, err := db.Exec(ctx, tx, "UPDATE plan SET state = 'incomplete_expired' WHERE provider = $1 AND state = 'incomplete' AND started_at <= $2", fund.KeyBank, before.UnixMilli())
		if n+plans > 0 {
			tx.Touch("desk")
		}
		return err
	})
	return n, err
}

// Promise is a gift by bank that has not come yet, or the next one of a standing
// order that is late.
type Promise struct {
	DonationID string
	Reference  giro.Reference
	Amount     money.Amount
	Every      fund.Every
	Since      time.Time // promised, or due
	Late       bool      // a standing order that has paid before
}

// Promises lists what was promised and has not come by a time, the oldest first.
// Nobody is reminded; it is for staff.
func (s *Store) Promises(ctx context.Context, lateSince time.Time, limit int) ([]Promise, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (p Promise, err error) {
		return p, r.Scan(&p.DonationID, &p.Reference, &p.Amount.Currency, &p.Amount.Minor, &p.Every, db.At(&p.Since), db.Bool(&p.Late))
	}, `SELECT d.id, b.reference, d.currency, d.minor, d.every, d.opened_at AS since, 0 FROM donation d JOIN bank_reference b ON b.donation_id = d.id WHERE d.state = 'pending'
		UNION ALL SELECT d.id, b.reference, p.currency, p.minor, p.every, p.next_charge_at, 1 FROM plan p JOIN donation d ON d.id = p.donation_id JOIN bank_reference b ON b.donation_id = d.id
		WHERE p.provider = $1 AND p.state = 'active' AND p.next_charge_at <= $2 ORDER BY since LIMIT $3`, fund.KeyBank, lateSince.UnixMilli(), limit)
}
