package store

import (
	"context"
	"encoding/json"
	"math/bits"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
)

// Fund is the store as fund.Service sees it: each method is one transaction.
type Fund struct{ *Store }

// Fund returns the fund.Store of this database.
func (s *Store) Fund() Fund { return Fund{s} }

var _ fund.Store = Fund{}

const donationColumns = `id, nonce, donor_id, campaign_id, currency, minor, every, provider, state, session_ref, session_url,
	appeal, show_name, lang, consent, created_at, opened_at, updated_at, wants_news, cover_minor, name`

func scanDonation(r db.Scanner) (d fund.Donation, err error) {
	return d, r.Scan(&d.ID, &d.Nonce, &d.DonorID, db.Text(&d.CampaignID), &d.Amount.Currency, &d.Amount.Minor, &d.Every, &d.Provider,
		&d.State, db.Text(&d.Session), &d.URL, &d.Appeal, db.Bool(&d.ShowName), &d.Lang, &d.Consent, db.At(&d.CreatedAt), db.At(&d.OpenedAt), db.At(&d.SeenAt),
		db.Bool(&d.WantsNews), &d.Cover, &d.Name)
}

// PlanGift implements fund.Store.
func (s Fund) PlanGift(ctx context.Context, donor fund.Donor, d fund.Donation, c fund.Command) (got fund.Donation, cmd fund.Command, fresh bool, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		if err := tx.lockObjects(ctx, []string{"form " + d.Nonce}); err != nil {
			return err
		}
		got, err = db.One(ctx, tx, scanDonation, "SELECT "+donationColumns+" FROM donation WHERE nonce = $1", d.Nonce)
		if fresh = fault.Is(err, fault.NotFound); fresh {
			got, cmd = d, c
			got.DonorID, err = tx.addGift(ctx, donor, d, c)
			return err
		}
		if err != nil {
			return err
		}
		cmd, err = db.One(ctx, tx, scanCommand, "SELECT "+commandColumns+" FROM command WHERE object_id = $1 AND op = $2 ORDER BY created_at DESC LIMIT 1", got.ID, fund.OpBegin)
		return err
	})
	return got, cmd, fresh, err
}

// addGift writes a gift that nobody has heard of, and returns its donor's id.
func (tx *Tx) addGift(ctx context.Context, donor fund.Donor, d fund.Donation, c fund.Command) (donorID string, err error) {
	// Whoever sends the form has proved nothing: the name stays with the gift
	// until there is money; see nameDonor.
	d.Name = donor.Name
	donor.Name, donor.ShowName = "", false
	if d.DonorID, err = tx.putDonor(ctx, donor); err != nil {
		return "", err
	}
	if err := tx.addDonation(ctx, d); err != nil {
		return "", err
	}
	tx.Touch("desk")
	return d.DonorID, tx.addCommand(ctx, c)
}

// putDonor returns the id of the donor with this address. A name that is known
// already is left alone.
func (tx *Tx) putDonor(ctx context.Context, d fund.Donor) (string, error) {
	return db.One(ctx, tx, db.Value[string], `INSERT INTO donor (id, email, name, show_name, lang, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (email) DO UPDATE SET name = CASE WHEN donor.name = '' THEN excluded.name ELSE donor.name END RETURNING id`,
		d.ID, d.Email, d.Name, db.Int(d.ShowName), d.Lang, d.CreatedAt.UnixMilli())
}

func (tx *Tx) addDonation(ctx context.Context, d fund.Donation) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO donation (`+donationColumns+`) VALUES (`+places(21)+`)`,
		d.ID, d.Nonce, d.DonorID, db.Null(d.CampaignID), d.Amount.Currency, d.Amount.Minor, d.Every, d.Provider, d.State, db.Null(d.Session),
		d.URL, d.Appeal, db.Int(d.ShowName), d.Lang, d.Consent, d.CreatedAt.UnixMilli(), db.Ms(d.OpenedAt), seen(d),
		db.Int(d.WantsNews), d.Cover, d.Name)
	if err != nil || !d.WantsReminder {
		return err
	}
	return tx.Later(ctx, "INSERT INTO bank_reminder (donation_id, donor_id, asked_at) VALUES ($1, $2, $3)", d.ID, d.DonorID, d.CreatedAt.UnixMilli())
}

// nameDonor gives a donor the name and the wish of the form that a payment began
// with. A name that is there stays, and the wish counts only where that very name
// was typed: else a form of somebody else could show it. Renewals change nothing,
// since the donor may have decided otherwise meanwhile; nor does a gift that waits
// for a person. Money of a donor who was erased is left to staff.
func (tx *Tx) nameDonor(ctx context.Context, paymentID string) error {
	var list []giver
	q := tx.Ask()
	askGivers(q, &list, []string{paymentID})
	if err := q.Run(ctx); err != nil {
		return err
	}
	return tx.nameDonors(ctx, list)
}

// giver is who made a payment, with the name and the wish of its form.
type giver struct {
	payment, donor, donation, name string
	show, erased                   bool
}

// askGivers asks for the givers of payments; a name that may not count is "".
func askGivers(q *db.Questions, out *[]giver, payments []string) {
	if len(payments) == 0 {
		return
	}
	marks, args := anyOf(1, payments)
	db.Add(q, func(r db.Scanner) (g giver, err error) {
		return g, r.Scan(&g.payment, &g.donor, &g.donation, &g.name, db.Bool(&g.show), db.Bool(&g.erased))
	}, func(list []giver) { *out = list }, `SELECT p.id, d.id, n.id, CASE WHEN EXISTS (SELECT 1 FROM payment q WHERE q.donation_id = n.id AND q.id <> p.id AND q.succeeded_at < p.succeeded_at)
			OR EXISTS (SELECT 1 FROM hold h WHERE h.payment_id = p.id AND h.state <> 'accepted') THEN '' ELSE n.name END,
		n.show_name, CASE WHEN d.erased_at IS NULL THEN 0 ELSE 1 END
		FROM payment p JOIN donation n ON n.id = p.donation_id JOIN donor d ON d.id = p.donor_id WHERE p.id IN (`+marks+`)`, args...)
}

// nameDonors does what nameDonor says.
func (tx *Tx) nameDonors(ctx context.Context, list []giver) error {
	for _, g := range list {
		var err error
		switch {
		case g.erased:
			err = tx.AddTask(ctx, Task{Key: fund.TaskErasedGift + ":" + g.donation, Kind: fund.TaskErasedGift, ObjectKind: string(fund.KindPayment), ObjectID: g.payment})
		case g.name != "":
			tx.Touch("desk", "books")
			err = tx.Later(ctx, `UPDATE donor SET show_name = CASE WHEN name IN ('', $1) THEN CASE WHEN show_name > $2 THEN show_name ELSE $2 END ELSE show_name END,
				name = CASE WHEN name = '' THEN $1 ELSE name END WHERE id = $3 AND erased_at IS NULL`, g.name, db.Int(g.show), g.donor)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// seen is the donation's updated_at: 0 until the provider was looked at.
func seen(d fund.Donation) int64 {
	if d.SeenAt.IsZero() {
		return 0
	}
	return d.SeenAt.UnixMilli()
}

const commandColumns = "key, provider, op, object_id, params, attempts, created_at"

func scanCommand(r db.Scanner) (c fund.Command, err error) {
	var params string
	err = r.Scan(&c.Key, &c.Provider, &c.Op, &c.ObjectID, &params, &c.Attempts, db.At(&c.PlannedAt))
	c.Params = json.RawMessage(params)
	return c, err
}

func (tx *Tx) addCommand(ctx context.Context, c fund.Command) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO command (key, provider, op, object_id, params, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
		c.Key, c.Provider, c.Op, c.ObjectID, string(c.Params), c.PlannedAt.UnixMilli())
	return err
}

// Handed implements fund.Store.
func (s Fund) Handed(ctx context.Context, key fund.IdemKey, donationID string, h fund.Handoff) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := db.Exec(ctx, tx, `UPDATE donation SET session_ref = $1, session_url = $2, opened_at = $3,
			state = CASE WHEN state = 'created' THEN 'pending' ELSE state END WHERE id = $4`,
			h.Ref.ID, h.URL, db.Ms(h.OpenedAt), donationID)
		if err != nil {
			return err
		}
		tx.Touch("desk")
		if h.Reference != "" {
			if err := tx.noteTransfer(ctx, donationID, h); err != nil {
				return err
			}
		}
		return tx.endCommand(ctx, key, "done", h)
	})
}

func (tx *Tx) endCommand(ctx context.Context, key fund.IdemKey, state string, result any) error {
	_, err := db.Exec(ctx, tx, "UPDATE command SET state = $1, result = $2, done_at = $3, attempts = attempts + 1 WHERE key = $4", state, db.JSON(result), tx.now(), key)
	return err
}

// CloseCommand implements fund.Store.
func (s Fund) CloseCommand(ctx context.Context, c fund.Command, failed string) error {
	return s.Write(ctx, func(tx *Tx) error {
		if failed == "" {
			return tx.endCommand(ctx, c.Key, "done", struct{}{})
		}
		if c.Op == fund.OpBegin {
			if _, err := db.Exec(ctx, tx, "UPDATE donation SET state = 'expired' WHERE id = $1 AND state = 'created'", c.ObjectID); err != nil {
				return err
			}
		}
		return tx.endCommand(ctx, c.Key, "failed", map[string]string{"reason": failed})
	})
}

// TriedCommand implements fund.Store.
func (s Fund) TriedCommand(ctx context.Context, key fund.IdemKey) error {
	return s.Write(ctx, func(tx *Tx) error {
		n, err := db.Exec(ctx, tx, "UPDATE command SET attempts = attempts + 1 WHERE key = $1 AND state = 'planned'", key)
		if err == nil && n == 0 {
			return fault.New(fault.Gone, "this call to the provider is not open any more")
		}
		return err
	})
}

// PlanRefund implements fund.Store. Planned refunds that the provider has not
// told us of yet count as given back.
func (s Fund) PlanRefund(ctx context.Context, p fund.Payment, a money.Amount, c fund.Command) (got fund.Planned, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		if err := tx.lockObjects(ctx, []string{c.Provider + " payment " + p.Ref}); err != nil { // as Apply does
			return err
		}
		have, err := db.Rows(ctx, tx, scanPlanned, "SELECT "+commandColumns+", state, result FROM command WHERE key = $1", c.Key)
		if err != nil {
			return err
		}
		if len(have) > 0 { // the same request once more
			if got = have[0]; got.ObjectID != c.ObjectID || got.RefundAmount() != a.Minor {
				return fault.New(fault.Conflict, "another refund was asked for by this form; load the page again")
			}
			return nil
		}
		got = fund.Planned{Command: c}
		if err := tx.undisputed(ctx, p.ID); err != nil {
			return err
		}
		left, err := db.One(ctx, tx, db.Value[int64], "SELECT minor - refunded_minor - disputed_minor FROM payment WHERE id = $1", p.ID)
		if err != nil {
			return err
		}
		planned, err := db.Rows(ctx, tx, scanCommand, "SELECT "+commandColumns+" FROM command WHERE object_id = $1 AND op = $2 AND state = 'planned'", p.ID, fund.OpRefund)
		if err != nil {
			return err
		}
		for _, x := range planned {
			left -= x.RefundAmount()
		}
		if a.Minor > left {
			return fault.New(fault.Conflict, "of this payment only %s can be refunded", money.Amount{Currency: a.Currency, Minor: max(0, left)})
		}
		return tx.addCommand(ctx, c)
	})
	return got, err
}

// undisputed refuses a refund beside an open dispute, which would be paid twice
// if it were lost. An inquiry took nothing yet; a refund is the answer to it.
func (tx *Tx) undisputed(ctx context.Context, paymentID string) error {
	n, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) FROM dispute WHERE payment_id = $1 AND state IN ('needs_response', 'under_review')", paymentID)
	if err == nil && n > 0 {
		return fault.New(fault.Conflict, "the donor's bank disputes this payment; wait for the dispute's end, or the money would go back twice")
	}
	return err
}

// Unfinished implements fund.Store.
func (s Fund) Unfinished(ctx context.Context, before time.Time, limit int) ([]fund.Command, error) {
	return db.Rows(ctx, s.Query(), scanCommand, "SELECT "+commandColumns+" FROM command WHERE state = 'planned' AND created_at <= $1 ORDER BY created_at, key LIMIT $2", before.UnixMilli(), limit)
}

// lockObjects makes other transactions about the same objects wait for the end
// of this one, before any statement that comes after. SQLite has one writer and
// needs nothing. Names that are given together must be in one order everywhere.
func (tx *Tx) lockObjects(ctx context.Context, names []string) error {
	if tx.Engine() != db.Postgres || len(names) == 0 {
		return nil
	}
	return tx.Later(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(n, 7)) FROM unnest(CAST($1 AS TEXT[])) AS n", names)
}

// anyOf writes "$from, $from+1 …" for a list of texts; NULL where it is empty. The
// last one is repeated until there are 1, 2, 4, 8 … of them: a statement for each
// length would have to be compiled by every connection.
func anyOf(from int, list []string) (string, []any) {
	if len(list) == 0 {
		return "NULL", nil
	}
	n := 1 << bits.Len(uint(len(list)-1))
	marks, args := make([]string, n), make([]any, n)
	for i := range n {
		marks[i], args[i] = place(from+i), list[min(i, len(list)-1)]
	}
	return strings.Join(marks, ", "), args
}
