package store

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
)

// MonthSum is what moved on an account in a currency in a month, and for gifts
// apart by their interval.
type MonthSum struct {
	Month    string // YYYY-MM; "" is everything before the first month that was asked for
	Account  string
	Currency string
	Every    string // once, month, year; "" where it was no gift
	Minor    int64  // debits positive
	Postings int64  // how many
}

// MonthSums adds up the books by month, from one month to another (YYYY-MM, both
// included). What lies before is one sum for each account, under the month "".
func (s *Store) MonthSums(ctx context.Context, from, to string) ([]MonthSum, error) {
	return summed(ctx, s.Query(), func(r db.Scanner, m *MonthSum, upto *int64) error {
		return r.Scan(&m.Month, &m.Account, &m.Currency, &m.Every, &m.Minor, &m.Postings, upto)
	}, `SELECT CASE WHEN month < $2 THEN '' ELSE month END, account, currency, every, CAST(SUM(minor) AS BIGINT), CAST(SUM(postings) AS BIGINT), `+sumsReach+` FROM (
		SELECT month, account, currency, every, minor, postings FROM ledger_sum WHERE month <= $3
		UNION ALL SELECT substr(e.date, 1, 7) AS month, p.account, p.currency, `+giftEvery+` AS every, p.minor, 1 AS postings
			FROM ledger_entry e JOIN ledger_posting p ON p.seq = e.seq WHERE e.seq > $1 AND p.seq > $1 AND substr(e.date, 1, 7) <= $3) AS p
		GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`, from, to)
}

// Reversal is an entry that takes another one back.
type Reversal struct {
	Seq   int64
	Date  string
	Memo  string // "" unless the treasurer wrote it for readers
	Of    int64  // number of the entry that is taken back
	OfDay string
	Lines []ledger.Posting // of the reversal
}

// Reversals lists entries of a span of days that take another one back, the
// newest first.
func (s *Store) Reversals(ctx context.Context, from, to string, limit int) (list []Reversal, all int, err error) {
	// Reversals are few, entries of a year many: date || '' keeps the engines from
	// going by the index of dates.
	err = s.Read(ctx, func(q db.Querier) error {
		all, err = db.One(ctx, q, db.Value[int], "SELECT COUNT(*) FROM ledger_entry WHERE reverses IS NOT NULL AND date || '' >= $1 AND date || '' <= $2", from, to)
		if err != nil {
			return err
		}
		list, err = db.Rows(ctx, q, func(r db.Scanner) (v Reversal, err error) {
			var key string
			err = r.Scan(&v.Seq, &key, &v.Date, &v.Memo, &v.Of, &v.OfDay)
			if !strings.HasPrefix(key, ledger.BooksProvider+":") {
				v.Memo = "" // of another origin: nobody looked whether readers may see it
			}
			return v, err
		}, `SELECT e.seq, e.key, e.date, e.memo, o.seq, o.date FROM ledger_entry e JOIN ledger_entry o ON o.key = e.reverses
			WHERE e.reverses IS NOT NULL AND e.date || '' >= $1 AND e.date || '' <= $2 ORDER BY e.seq DESC LIMIT $3`, from, to, limit)
		for i := range list {
			if err == nil {
				list[i].Lines, err = db.Rows(ctx, q, func(r db.Scanner) (p ledger.Posting, err error) {
					return p, r.Scan(&p.Account, &p.Currency, &p.Minor)
				}, "SELECT account, currency, minor FROM ledger_posting WHERE seq = $1 ORDER BY n", list[i].Seq)
			}
		}
		return err
	})
	return list, all, err
}

// Threshold is the announced sum from which donors are named for a year.
type Threshold struct {
	money.Amount           // zero Minor: nobody is named without their wish
	Since        time.Time // since when it is announced; zero while none is
}

// NameThreshold returns the sum that is announced now.
func (s *Store) NameThreshold(ctx context.Context) (Threshold, error) {
	list, err := thresholds(ctx, s.Query())
	if err != nil || len(list) == 0 {
		return Threshold{}, err
	}
	return list[len(list)-1], nil
}

// thresholds lists all that were ever announced, the oldest first.
func thresholds(ctx context.Context, q db.Querier) ([]Threshold, error) {
	return db.Rows(ctx, q, func(r db.Scanner) (t Threshold, err error) {
		return t, r.Scan(db.At(&t.Since), &t.Currency, &t.Minor)
	}, "SELECT at, currency, minor FROM name_threshold ORDER BY at")
}

// SetNameThreshold announces another sum from now on. Who gave before was told
// of the former one and is named by it.
func (tx *Tx) SetNameThreshold(ctx context.Context, by Actor, a money.Amount) error {
	list, err := thresholds(ctx, tx)
	if err != nil {
		return err
	}
	at := tx.now()
	if n := len(list); n > 0 {
		if list[n-1].Amount == a {
			return nil
		}
		at = max(at, list[n-1].Since.UnixMilli()+1)
	}
	if _, err = db.Exec(ctx, tx, "INSERT INTO name_threshold (at, currency, minor, by_id) VALUES ($1, $2, $3, $4)", at, a.Currency, a.Minor, by.ID); err != nil {
		return err
	}
	tx.Touch("books", "settings")
	return tx.Audit(ctx, by, "books.threshold", "setting", "name_threshold", map[string]any{"minor": a.Minor, "currency": a.Currency})
}

// ChainChecked is when the whole chain was last recomputed and found sound; zero
// where it never was.
func (s *Store) ChainChecked(ctx context.Context) (at time.Time, err error) {
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (x Reconciliation, err error) {
		return x, r.Scan(db.At(&x.At), db.FromJSON(&x.Checks))
	}, "SELECT at, report FROM reconciliation ORDER BY at DESC LIMIT 20")
	for _, r := range list {
		if len(r.Checks) > 0 && r.Checks[0].Name == CheckChain && r.Checks[0].OK {
			return r.At, err
		}
	}
	return time.Time{}, err
}

// Received is what a campaign (or, for "", the general fund) has received in a
// currency, in minor units, by the books alone.
func (s *Store) Received(ctx context.Context, campaignID, currency string) (int64, error) {
	return received(ctx, s.Query(), campaignID, currency)
}
