package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/guard"
	"masthead.dev/masthead/internal/job"
)

// GuardSettings are the settings of the defence, with defaults where the desk
// has set nothing.
func (s *Store) GuardSettings(ctx context.Context) (guard.Settings, error) {
	var set guard.Settings
	_, err := s.Setting(ctx, guard.Setting, &set)
	return set.Filled(), err
}

// askGuard asks what speaks against the donations of payments, for the warnings
// about payments, and for the rates of the days of payments, which may count in
// another currency.
func askGuard(q *db.Questions, w *fund.World, f fund.Facts) {
	var warnings, donations []string
	for _, x := range f.Warnings {
		warnings = append(warnings, x.Ref)
	}
	for _, p := range f.Payments {
		if p.Donation != "" {
			donations = append(donations, p.Donation)
		}
	}
	askRefs(q, scanWarning, func(x fund.Warning) { w.Warnings[x.Ref] = x }, warningQuery+" WHERE x.provider = $1 AND x.ref", w.Provider, warnings)
	askSuspicions(q, w, donations)
	// A payment may count elsewhere than its donation, as a renewal after the
	// campaign's end does; so the campaign's currency says nothing here.
	asked := map[[3]string]bool{}
	for _, p := range f.Payments {
		first, last := fund.NearDays(p.SucceededAt)
		if asked[[3]string{first, last, p.Amount.Currency}] {
			continue
		}
		asked[[3]string{first, last, p.Amount.Currency}] = true
		db.Add(q, scanRate, func(list []fund.Rate) { w.Rates = append(w.Rates, list...) },
			"SELECT "+rateColumns+" FROM fx_rate WHERE day BETWEEN $1 AND $2 AND from_currency = $3", first, last, p.Amount.Currency)
	}
}

func askSuspicions(q *db.Questions, w *fund.World, donations []string) {
	if len(donations) == 0 {
		return
	}
	type row struct {
		donation string
		reasons  []guard.Reason
	}
	marks, args := anyOf(1, donations)
	db.Add(q, func(r db.Scanner) (x row, err error) {
		return x, r.Scan(&x.donation, db.FromJSON(&x.reasons))
	}, func(all []row) {
		for _, x := range all {
			w.Suspicions[x.donation] = x.reasons
		}
	}, "SELECT donation_id, reasons FROM suspicion WHERE donation_id IN ("+marks+")", args...)
}

const warningQuery = `SELECT x.id, x.ref, x.payment_id, p.ref, x.actionable, x.state, x.at, x.updated_at
	FROM fraud_warning x JOIN payment p ON p.id = x.payment_id`

func scanWarning(r db.Scanner) (x fund.Warning, err error) {
	return x, r.Scan(&x.ID, &x.Ref, &x.PaymentID, &x.Payment, db.Bool(&x.Actionable), &x.State, db.At(&x.At), db.At(&x.UpdatedAt))
}

// writeGuard writes declines, holds and warnings. A warning that is open has a
// round asked for, which decides about it.
func (tx *Tx) writeGuard(ctx context.Context, provider string, c fund.Changes) error {
	for _, d := range c.Declines {
		if err := tx.Later(ctx, `INSERT INTO decline (provider, session_ref, n, donation_id, at) VALUES (`+places(5)+`)
			ON CONFLICT (provider, session_ref, n) DO NOTHING`, provider, d.Session, d.N, d.Donation, d.At.UnixMilli()); err != nil {
			return err
		}
	}
	for _, h := range c.Holds {
		if err := tx.Later(ctx, `INSERT INTO hold (payment_id, state, reasons, weight, held_at, due_at) VALUES (`+places(6)+`)
			ON CONFLICT (payment_id) DO NOTHING`, h.PaymentID, h.State, db.JSON(h.Reasons), h.Weight, h.HeldAt.UnixMilli(), h.DueAt.UnixMilli()); err != nil {
			return err
		}
	}
	for _, w := range c.Warnings {
		if err := tx.Later(ctx, `INSERT INTO fraud_warning (id, provider, ref, payment_id, actionable, at, updated_at) VALUES (`+places(7)+`)
			ON CONFLICT (provider, ref) DO UPDATE SET actionable = excluded.actionable, updated_at = excluded.updated_at`,
			w.ID, provider, w.Ref, w.PaymentID, db.Int(w.Actionable), w.At.UnixMilli(), w.UpdatedAt.UnixMilli()); err != nil {
			return err
		}
	}
	if len(c.Warnings) > 0 {
		return tx.Enqueue(ctx, job.Round())
	}
	return nil
}

// Refusals lists payments that were refused since a time of the provider's
// clock, the newest first, at most limit of them.
func (s *Store) Refusals(ctx context.Context, since time.Time, limit int) ([]guard.Refusal, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (x guard.Refusal, err error) {
		return x, r.Scan(&x.Donation, db.At(&x.At))
	}, "SELECT donation_id, at FROM decline WHERE at >= $1 ORDER BY at DESC LIMIT $2", since.UnixMilli(), limit)
}

// Suspect keeps what speaks against a donation; the first look stays.
func (tx *Tx) Suspect(ctx context.Context, donationID string, reasons []guard.Reason) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO suspicion (donation_id, reasons, created_at) VALUES ($1, $2, $3) ON CONFLICT (donation_id) DO NOTHING",
		donationID, db.JSON(reasons), tx.now())
	return err
}

// ForgetDeclines drops refused attempts and suspicions that nothing asks for any
// more: those from before a time.
func (tx *Tx) ForgetDeclines(ctx context.Context, before time.Time) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM decline WHERE at < $1", before.UnixMilli()); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, "DELETE FROM suspicion WHERE created_at < $1", before.UnixMilli())
	return err
}

const rateColumns = "day, from_currency, to_currency, rate, source"

func scanRate(r db.Scanner) (x fund.Rate, err error) {
	return x, r.Scan(&x.Day, &x.From, &x.To, &x.Rate, &x.Source)
}

// Rates lists reference rates, the newest day first.
func (s *Store) Rates(ctx context.Context, limit int) ([]fund.Rate, error) {
	return db.Rows(ctx, s.Query(), scanRate, "SELECT "+rateColumns+" FROM fx_rate ORDER BY day DESC, from_currency, to_currency LIMIT $1", limit)
}

// SetRate keeps a reference rate for good and asks for a look at the gifts that
// waited for it; fault.Conflict where the day has one.
func (tx *Tx) SetRate(ctx context.Context, by Actor, x fund.Rate) error {
	day, err := time.Parse(time.DateOnly, x.Day)
	if err != nil {
		return fault.New(fault.Invalid, "write the day like 2026-01-31")
	}
	if err := tx.lockObjects(ctx, []string{rateLock(x.Day, x.From, x.To)}); err != nil {
		return err
	}
	have, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) FROM fx_rate WHERE day = $1 AND from_currency = $2 AND to_currency = $3", x.Day, x.From, x.To)
	if err != nil {
		return err
	}
	if have > 0 {
		return fault.New(fault.Conflict, "this day has a rate from %s to %s already, and gifts were counted by it", x.From, x.To)
	}
	if _, err := db.Exec(ctx, tx, "INSERT INTO fx_rate (day, from_currency, to_currency, rate, source, set_at, set_by) VALUES ("+places(7)+")",
		x.Day, x.From, x.To, x.Rate, x.Source, tx.now(), by.ID); err != nil {
		return err
	}
	if err := tx.SettleTask(ctx, by, fund.RateTask("", x.Day, x.From, x.To).Key); err != nil {
		return err
	}
	if err := tx.Enqueue(ctx, job.Count(x.Day, x.From, x.To)); err != nil {
		return err
	}
	waiting, err := db.Rows(ctx, tx, func(r db.Scanner) (p [2]string, err error) { return p, r.Scan(&p[0], &p[1]) },
		"SELECT provider, ref FROM payment WHERE currency = $1 AND succeeded_at BETWEEN $2 AND $3 AND provider NOT IN ('bank', 'offline')",
		x.From, day.AddDate(0, 0, -1).UnixMilli(), day.AddDate(0, 0, 2).UnixMilli())
	if err != nil {
		return err
	}
	for _, p := range waiting {
		ref := fund.Ref{Kind: fund.KindPayment, ID: p[1]}
		if err := tx.Enqueue(ctx, job.Fetch(p[0], ref.String(), jobRefs([]fund.Ref{ref}))); err != nil {
			return err
		}
	}
	return tx.Audit(ctx, by, "money.rate", "rate", x.Day+" "+x.From+" "+x.To, map[string]any{"rate": string(x.Rate), "source": x.Source})
}
