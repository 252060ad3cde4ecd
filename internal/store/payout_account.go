package store

import (
	"context"
	"strings"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/ledger"
)

// bankBooksLock makes the beginning of an account's books, the choice of an
// account, and payouts that arrive wait for one another.
const bankBooksLock = "bank books"

// loadArrivals reads where payouts arrive, and which of these have.
func (tx *Tx) loadArrivals(ctx context.Context, w *fund.World, refs []string) (err error) {
	if err := tx.lockObjects(ctx, []string{bankBooksLock}); err != nil {
		return err
	}
	if w.BankBooks, err = bankBooks(ctx, tx); err != nil {
		return err
	}
	var keys []string
	for _, ref := range refs {
		keys = append(keys, w.Provider+":"+ref+":payout-arrived", w.Provider+":"+ref+":payout-returned")
	}
	w.Arrivals = map[string]fund.Arrival{}
	marks, args := anyOf(1, keys)
	_, err = db.Rows(ctx, tx, func(r db.Scanner) (none struct{}, err error) {
		var key, account string
		if err = r.Scan(&key, &account); err != nil {
			return none, err
		}
		ref := strings.TrimPrefix(key, w.Provider+":")
		cut := strings.LastIndexByte(ref, ':')
		a := w.Arrivals[ref[:cut]]
		if ref[cut:] == ":payout-returned" {
			a.Returned = true
		} else {
			a.Bank = strings.TrimPrefix(account, ledger.BankAccount(""))
		}
		w.Arrivals[ref[:cut]] = a
		return none, nil
	}, "SELECT e.key, p.account FROM ledger_entry e JOIN ledger_posting p ON p.seq = e.seq WHERE e.key IN ("+marks+") AND p.account LIKE 'Assets:Bank:%'", args...)
	return err
}

// PayoutAccounts returns the ids of the accounts that the treasurer chose for
// payouts, by currency.
func (s *Store) PayoutAccounts(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	_, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (none struct{}, err error) {
		var id, currency string
		err = r.Scan(&id, &currency)
		out[currency] = id
		return none, err
	}, "SELECT id, currency FROM bank_account WHERE payouts = 1 AND closed_at IS NULL")
	return out, err
}

// ChoosePayoutAccount makes payouts in an account's currency arrive there from now
// on; those that waited for the choice are looked at again, and what is booked
// stays where it is. fault.NotFound, also for a closed account.
func (tx *Tx) ChoosePayoutAccount(ctx context.Context, by Actor, accountID string) error {
	if err := tx.lockObjects(ctx, []string{bankBooksLock}); err != nil {
		return err
	}
	a, err := tx.bankAccount(ctx, accountID)
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, "UPDATE bank_account SET payouts = CASE WHEN id = $1 THEN 1 ELSE 0 END WHERE currency = $2", a.id, a.currency); err != nil {
		return err
	}
	if err := tx.SettleTask(ctx, by, fund.PayoutTask(a.currency).Key); err != nil {
		return err
	}
	if err := tx.fetchPayouts(ctx, a.currency); err != nil {
		return err
	}
	tx.touchAccounts()
	return tx.Audit(ctx, by, "bank.payouts", "bank_account", a.id, map[string]any{"currency": a.currency})
}

// fetchPayouts asks for a look at the payouts in a currency that have arrived and
// are not booked to have.
func (tx *Tx) fetchPayouts(ctx context.Context, currency string) error {
	waiting, err := db.Rows(ctx, tx, func(r db.Scanner) (p [2]string, err error) { return p, r.Scan(&p[0], &p[1]) },
		`SELECT p.provider, p.ref FROM payout p WHERE p.currency = $1 AND p.state IN ('paid', 'failed')
			AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.key = p.provider || ':' || p.ref || ':payout-arrived')
			AND NOT EXISTS (SELECT 1 FROM bank_allocation x WHERE x.kind = 'payout' AND x.object_id = p.provider || '/' || p.ref AND x.reversed_at IS NULL)
			ORDER BY p.created_at`, currency)
	if err != nil {
		return err
	}
	for _, p := range waiting {
		ref := fund.Ref{Kind: fund.KindPayout, ID: p[1]}
		if err := tx.Enqueue(ctx, job.Fetch(p[0], ref.String(), jobRefs([]fund.Ref{ref}))); err != nil {
			return err
		}
	}
	return nil
}
