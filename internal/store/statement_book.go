package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/statement"
)

// Statements is the store as fund.Reconciler sees it: with the key of the instance,
// which seals what payers write, and with the name of who reads.
type Statements struct {
	*Store
	secrets   *Secrets
	by        Actor
	money     clock.Clock
	keys      struct{ line, file []byte }
	location  *time.Location
	campaigns set // whose money was changed since the goals were looked at
}

// Statements returns a fund.BankStore that acts for somebody. now tells how old
// a line is: whoever gave long ago is not thanked any more; nil is the store's
// clock.
func (s *Store) Statements(sec *Secrets, by Actor, now clock.Clock) *Statements {
	if now == nil {
		now = clock.Func(func() time.Time { return s.Clock.Now() })
	}
	b := &Statements{Store: s, secrets: sec, by: by, money: now, campaigns: set{}}
	b.keys.line, b.keys.file = sec.Derive("bank lines"), sec.Derive("bank files")
	return b
}

var _ fund.BankStore = (*Statements)(nil)

func keyed(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

// LineID implements fund.BankStore.
func (b *Statements) LineID(key string) string {
	return id.From([16]byte(keyed(b.keys.line, key)[:16]))
}

// FileHash implements fund.BankStore.
func (b *Statements) FileHash(data []byte) string {
	m := hmac.New(sha256.New, b.keys.file)
	m.Write(data)
	return hex.EncodeToString(m.Sum(nil))
}

// StatementAccounts implements fund.BankStore.
func (b *Statements) StatementAccounts(ctx context.Context) ([]fund.StatementAccount, error) {
	accounts, err := BankAccounts{b.Store, b.secrets}.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	books, err := db.Rows(ctx, b.Query(), func(r db.Scanner) (a fund.StatementAccount, err error) {
		return a, r.Scan(&a.ID, &a.From, &a.Opening, &a.Version)
	}, "SELECT account_id, from_day, opening_minor, version FROM bank_book")
	if err != nil {
		return nil, err
	}
	mappings, err := b.mappings(ctx)
	var out []fund.StatementAccount
	for _, a := range accounts {
		if !a.ClosedAt.IsZero() {
			continue
		}
		one := fund.StatementAccount{}
		for _, k := range books {
			if k.ID == a.ID {
				one = k
			}
		}
		one.ID, one.Name, one.Title, one.Currency, one.Mapping = a.ID, a.Name, a.Title, a.Currency, mappings[a.ID]
		for _, n := range []string{string(a.IBAN), string(a.QRIBAN), a.Number()} {
			if n != "" && !slices.Contains(one.Numbers, n) {
				one.Numbers = append(one.Numbers, n)
			}
		}
		out = append(out, one)
	}
	return out, err
}

func (b *Statements) mappings(ctx context.Context) (map[string]*statement.Mapping, error) {
	out := map[string]*statement.Mapping{}
	_, err := db.Rows(ctx, b.Query(), func(r db.Scanner) (none struct{}, err error) {
		var account string
		m := &statement.Mapping{}
		err = r.Scan(&account, db.FromJSON(m))
		out[account] = m
		return none, err
	}, "SELECT account_id, mapping FROM bank_mapping")
	return out, err
}

// SaveMapping keeps how the CSV files of an account are read.
func (b *Statements) SaveMapping(ctx context.Context, accountID string, m statement.Mapping) error {
	return b.Write(ctx, func(tx *Tx) error {
		_, err := db.Exec(ctx, tx, `INSERT INTO bank_mapping (account_id, mapping, saved_at, saved_by) VALUES ($1, $2, $3, $4)
			ON CONFLICT (account_id) DO UPDATE SET mapping = excluded.mapping, saved_at = excluded.saved_at, saved_by = excluded.saved_by`,
			accountID, db.JSON(m), tx.now(), b.by.ID)
		if err != nil {
			return err
		}
		return tx.Audit(ctx, b.by, "bank.mapping", "bank_account", accountID, nil)
	})
}

// BeginBooks implements fund.BankStore. What the books say of the account by
// then (payouts that arrived before anybody read statements) is part of the
// balance, so that only the difference is booked to Equity:Opening; what stands
// under names that no account has is taken in by the first account in its
// currency that begins. Payouts that were booked to arrive, or to come back, on
// or after that day are taken back: their lines bring them.
func (b *Statements) BeginBooks(ctx context.Context, accountID, day string, opening int64) error {
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return fault.New(fault.Invalid, "the books of an account begin on a day written like 2026-01-15")
	}
	return b.Write(ctx, func(tx *Tx) error {
		if err := tx.lockObjects(ctx, []string{bankBooksLock}); err != nil {
			return err
		}
		a, err := tx.bankAccount(ctx, accountID)
		if err != nil {
			return err
		}
		n, err := db.Exec(ctx, tx, "INSERT INTO bank_book (account_id, from_day, opening_minor) VALUES ($1, $2, $3) ON CONFLICT (account_id) DO NOTHING", a.id, day, opening)
		if err != nil {
			return err
		}
		if n == 0 {
			return tx.begunBefore(ctx, a, day, opening)
		}
		if _, err := db.Exec(ctx, tx, "UPDATE bank_account SET statements_from = $1 WHERE id = $2", day, a.id); err != nil {
			return err
		}
		if err := tx.handOverPayouts(ctx, a, day); err != nil {
			return err
		}
		taken, err := tx.takeIn(ctx, a, day)
		if err != nil {
			return err
		}
		if err := tx.postOpening(ctx, a, day, opening-taken); err != nil {
			return err
		}
		tx.Touch("desk", "books")
		return tx.Audit(ctx, b.by, "bank.begun", "bank_account", a.id, map[string]any{"day": day, "balance": money.Amount{Currency: a.currency, Minor: opening}.String()})
	})
}

type bankAccount struct{ id, name, currency string }

func (tx *Tx) bankAccount(ctx context.Context, accountID string) (a bankAccount, err error) {
	a, err = db.One(ctx, tx, func(r db.Scanner) (a bankAccount, err error) {
		return a, r.Scan(&a.id, &a.name, &a.currency)
	}, "SELECT id, name, currency FROM bank_account WHERE id = $1 AND closed_at IS NULL", accountID)
	if fault.Is(err, fault.NotFound) {
		return a, fault.New(fault.NotFound, "there is no such bank account")
	}
	return a, err
}

// begunBefore lets the same beginning be asked for twice.
func (tx *Tx) begunBefore(ctx context.Context, a bankAccount, day string, opening int64) error {
	var have int64
	from, err := db.One(ctx, tx, func(r db.Scanner) (from string, err error) {
		return from, r.Scan(&from, &have)
	}, "SELECT from_day, opening_minor FROM bank_book WHERE account_id = $1", a.id)
	if err == nil && (have != opening || from != day) {
		return fault.New(fault.Conflict, "the books of this account began already, on %s with %s; load the page again", from, money.Amount{Currency: a.currency, Minor: have})
	}
	return err
}

// ofAccount is where a posting p stands on the account $1 in the currency $2, or
// under a name that no account in the currency has: there payouts arrive before
// anybody says which account they go to.
const ofAccount = "(p.account = $1 OR " + ofNobody + ") AND p.currency = $2"

const ofNobody = "p.account LIKE 'Assets:Bank:%' AND NOT EXISTS (SELECT 1 FROM bank_account b WHERE p.account = 'Assets:Bank:' || b.name AND b.currency = $2)"

// handOverPayouts takes back arrivals that the program had booked by itself, and
// returns of what had arrived before.
func (tx *Tx) handOverPayouts(ctx context.Context, a bankAccount, day string) error {
	keys, err := db.Rows(ctx, tx, db.Value[string], `SELECT e.key FROM ledger_entry e JOIN ledger_posting p ON p.seq = e.seq
		WHERE `+ofAccount+` AND e.date >= $3 AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses = e.key)
		AND (e.key LIKE '%:payout-arrived' OR e.key LIKE '%:payout-returned' AND EXISTS (SELECT 1 FROM ledger_entry x WHERE x.key = e.reverses AND x.date < $3))
		ORDER BY e.seq`, ledger.BankAccount(a.name), a.currency, day)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := tx.takeBack(ctx, key, key+"-by-statement", ""); err != nil {
			return err
		}
	}
	return nil
}

// takeIn moves to the account what was booked before a day under names that no
// account has, and returns the sum: the bank's balance holds it.
func (tx *Tx) takeIn(ctx context.Context, a bankAccount, day string) (sum int64, err error) {
	loose, err := db.Rows(ctx, tx, func(r db.Scanner) (p ledger.Posting, err error) {
		return p, r.Scan(&p.Account, &p.Currency, &p.Minor)
	}, `SELECT p.account, p.currency, CAST(SUM(p.minor) AS BIGINT) FROM ledger_posting p JOIN ledger_entry e ON e.seq = p.seq
		WHERE p.account <> $1 AND p.currency = $2 AND `+ofNobody+` AND e.date < $3 GROUP BY p.account, p.currency HAVING SUM(p.minor) <> 0 ORDER BY p.account`,
		ledger.BankAccount(a.name), a.currency, day)
	for _, p := range loose {
		if err != nil {
			return sum, err
		}
		name := strings.TrimPrefix(p.Account, ledger.BankAccount(""))
		_, _, err = tx.Post(ctx, ledger.Entry{
			Key: fund.KeyBank + ":" + a.name + ":takes-in-" + name, Date: day,
			Postings: []ledger.Posting{{Account: p.Account, Currency: p.Currency, Minor: -p.Minor}, {Account: ledger.BankAccount(a.name), Currency: p.Currency, Minor: p.Minor}},
		})
		sum += p.Minor
	}
	return sum, err
}

func (tx *Tx) postOpening(ctx context.Context, a bankAccount, day string, opening int64) error {
	booked, err := db.One(ctx, tx, db.Value[int64], `SELECT CAST(COALESCE(SUM(p.minor), 0) AS BIGINT) FROM ledger_posting p JOIN ledger_entry e ON e.seq = p.seq
		WHERE p.account = $1 AND p.currency = $2 AND e.date < $3`, ledger.BankAccount(a.name), a.currency, day)
	if err != nil || opening == booked {
		return err
	}
	e := ledger.OpeningBalance(ledger.Source{Provider: fund.KeyBank, Object: a.name, Date: day}, ledger.BankAccount(a.name),
		money.Amount{Currency: a.currency, Minor: opening - booked})
	_, _, err = tx.Post(ctx, e)
	return err
}

// takeBack reverses an entry on its own day, or on another one where day says so.
// fault.Conflict where it was reversed before: the books would stay as they are.
func (tx *Tx) takeBack(ctx context.Context, key, as, day string) error {
	e, err := entryByKey(ctx, tx, key)
	if err != nil {
		return err
	}
	if day == "" {
		day = ledger.FactDate(e)
	}
	_, posted, err := tx.Post(ctx, ledger.Reverse(e, as, day, ""))
	if err == nil && !posted {
		err = fault.New(fault.Conflict, "the entry %s was taken back before; load the page again", key)
	}
	tx.Touch(campaignKey(e.Tags["campaign"]))
	return err
}

// bankBooks lists the outlet's accounts with the days from which their
// statements are read.
func bankBooks(ctx context.Context, q db.Querier) ([]fund.BankBook, error) {
	return db.Rows(ctx, q, func(r db.Scanner) (b fund.BankBook, err error) {
		return b, r.Scan(&b.Name, &b.Currency, &b.From, db.Bool(&b.Payouts))
	}, `SELECT a.name, a.currency, COALESCE(k.from_day, ''), a.payouts FROM bank_account a LEFT JOIN bank_book k ON k.account_id = a.id
		WHERE a.closed_at IS NULL ORDER BY a.name`)
}
