package store

import (
	"context"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/money"
)

const holdColumns = "payment_id, state, reasons, weight, held_at, due_at, decided_at"

func scanHold(r db.Scanner) (h fund.Hold, err error) {
	return h, r.Scan(&h.PaymentID, &h.State, db.FromJSON(&h.Reasons), &h.Weight, db.At(&h.HeldAt), db.At(&h.DueAt), db.At(&h.DecidedAt))
}

// Hold returns what holds a payment up or did so; fault.NotFound where it never
// had to wait.
func (s *Store) Hold(ctx context.Context, paymentID string) (fund.Hold, error) {
	return db.One(ctx, s.Query(), scanHold, "SELECT "+holdColumns+" FROM hold WHERE payment_id = $1", paymentID)
}

// Held tells whether a payment waits for a person: its donor is not thanked,
// named or given a receipt until it doesn't.
func (s *Store) Held(ctx context.Context, paymentID string) (bool, error) {
	n, err := db.One(ctx, s.Query(), db.Value[int64], "SELECT COUNT(*) FROM hold WHERE payment_id = $1 AND state = 'held'", paymentID)
	return n > 0, err
}

// HeldGift is a payment that staff should look at, without its donor.
type HeldGift struct {
	fund.Hold
	Amount     money.Amount
	Left       int64 // minor units that can still be given back
	At         time.Time
	CampaignID string
}

// HeldGifts lists gifts that wait, those first whose time is up soonest.
func (s *Store) HeldGifts(ctx context.Context, limit int) ([]HeldGift, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (g HeldGift, err error) {
		return g, r.Scan(&g.PaymentID, &g.State, db.FromJSON(&g.Reasons), &g.Weight, db.At(&g.HeldAt), db.At(&g.DueAt),
			&g.Amount.Currency, &g.Amount.Minor, &g.Left, db.At(&g.At), db.Text(&g.CampaignID))
	}, `SELECT h.payment_id, h.state, h.reasons, h.weight, h.held_at, h.due_at, p.currency, p.minor, p.minor - p.refunded_minor - p.disputed_minor,
		p.succeeded_at, p.campaign_id FROM hold h JOIN payment p ON p.id = h.payment_id WHERE h.state = 'held' ORDER BY h.due_at, h.payment_id LIMIT $1`, limit)
}

// DueHolds lists the payments whose time to wait is up.
func (s *Store) DueHolds(ctx context.Context, now time.Time, limit int) ([]string, error) {
	return db.Rows(ctx, s.Query(), db.Value[string], "SELECT payment_id FROM hold WHERE state = 'held' AND due_at <= $1 ORDER BY due_at, payment_id LIMIT $2", now.UnixMilli(), limit)
}

// SpentHolds lists the payments that wait although all of them was given back on
// another road.
func (s *Store) SpentHolds(ctx context.Context, limit int) ([]string, error) {
	return db.Rows(ctx, s.Query(), db.Value[string], `SELECT h.payment_id FROM hold h JOIN payment p ON p.id = h.payment_id
		WHERE h.state = 'held' AND p.refunded_minor >= p.minor ORDER BY h.payment_id LIMIT $1`, limit)
}

// EndHold lets a payment go on, or notes that it was given back. Its task is
// done with it; a donor whose gift goes on is thanked. fault.Conflict where
// nothing waits any more.
func (tx *Tx) EndHold(ctx context.Context, by Actor, paymentID string, to fund.HoldState, now time.Time) error {
	n, err := db.Exec(ctx, tx, "UPDATE hold SET state = $1, decided_at = $2, decided_by = $3 WHERE payment_id = $4 AND state = 'held'",
		to, now.UnixMilli(), by.ID, paymentID)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "this gift does not wait any more")
	}
	if err := tx.SettleTask(ctx, by, fund.TaskHeld+":"+paymentID); err != nil {
		return err
	}
	if err := tx.touchPayment(ctx, paymentID); err != nil {
		return err
	}
	if to == fund.HoldAccepted {
		if err := tx.nameDonor(ctx, paymentID); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, job.Thank(paymentID)); err != nil {
			return err
		}
	}
	return tx.Audit(ctx, by, "gift."+string(to), "payment", paymentID, nil)
}

// holdAgain lets a gift that was given back, but whose refund came back from the
// giver's bank, wait for a person once more, as long as it did before.
func (tx *Tx) holdAgain(ctx context.Context, x fund.Refund) error {
	err := tx.Later(ctx, `UPDATE hold SET state = 'held', due_at = $1 + due_at - held_at, held_at = $1, decided_at = NULL, decided_by = ''
		WHERE payment_id = $2 AND state = 'refunded'`, x.UpdatedAt.UnixMilli(), x.PaymentID)
	if err != nil {
		return err
	}
	tx.Touch("desk")
	return tx.Later(ctx, `UPDATE task SET state = 'open', done_at = NULL, done_by = '' WHERE unique_key = $1 AND state = 'done'
		AND EXISTS (SELECT 1 FROM hold WHERE payment_id = $2 AND state = 'held')`, fund.TaskHeld+":"+x.PaymentID, x.PaymentID)
}

// GiveBackKey is under what key a held gift is given back: the same for as long
// as that is under way or done, and another after the provider refused it or the
// giver's bank sent it back.
func (s *Store) GiveBackKey(ctx context.Context, paymentID string) (string, error) {
	key := "held-" + paymentID
	failed, err := db.One(ctx, s.Query(), db.Value[int64], `SELECT (SELECT COUNT(*) FROM command WHERE state = 'failed' AND key LIKE $1)
		+ (SELECT COUNT(*) FROM refund WHERE payment_id = $2 AND state = 'failed')`, key+"%", paymentID)
	if failed > 0 {
		key += "-" + strconv.FormatInt(failed, 10)
	}
	return key, err
}

// touchPayment makes pages look at a payment's campaign again: its donor may be
// named now.
func (tx *Tx) touchPayment(ctx context.Context, paymentID string) error {
	campaign, err := db.One(ctx, tx, db.Value[string], "SELECT COALESCE(campaign_id, '') FROM payment WHERE id = $1", paymentID)
	tx.Touch("desk", campaignKey(campaign))
	return err
}

// SettleTask marks the open task with a key as done; one that is not there is no
// error.
func (tx *Tx) SettleTask(ctx context.Context, by Actor, key string) error {
	id, err := db.One(ctx, tx, db.Value[string], "SELECT id FROM task WHERE unique_key = $1 AND state = 'open'", key)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return tx.FinishTask(ctx, by, id)
}

// OpenWarnings implements fund.Store.
func (s Fund) OpenWarnings(ctx context.Context, limit int) ([]fund.Warned, error) {
	list, err := db.Rows(ctx, s.Query(), scanWarning, warningQuery+" WHERE x.state = 'open' ORDER BY x.at, x.id LIMIT $1", limit)
	if err != nil {
		return nil, err
	}
	out := make([]fund.Warned, len(list))
	for i, w := range list {
		out[i].Warning = w
		if out[i].Gift, out[i].Provider, err = s.Payment(ctx, w.PaymentID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// EndWarning implements fund.Store.
func (s Fund) EndWarning(ctx context.Context, id string, to fund.WarningState, t fund.Task) error {
	return s.Write(ctx, func(tx *Tx) error {
		n, err := db.Exec(ctx, tx, "UPDATE fraud_warning SET state = $1 WHERE id = $2 AND state = 'open'", to, id)
		if err != nil || n == 0 || t.Key == "" {
			return err
		}
		return tx.leaveTask(ctx, t)
	})
}

// PaymentWarnings lists the warnings about a payment.
func (s *Store) PaymentWarnings(ctx context.Context, paymentID string) ([]fund.Warning, error) {
	return db.Rows(ctx, s.Query(), scanWarning, warningQuery+" WHERE x.payment_id = $1 ORDER BY x.at, x.id", paymentID)
}
