package store

import (
	"context"
	"fmt"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/ledger"
)

// The books are added up in ledger_sum as far as ledger_sum_head says; what was
// posted since is added when somebody asks. Posting knows nothing of it.

// rollSlice is how many entries are brought into the sums in one transaction:
// few enough that no gift waits for 50 ms.
const rollSlice = 2000

// giftEvery is the interval of the gift that an entry e books. Tags are JSON as
// this program writes it, without spaces, and no value can hold a quote.
const giftEvery = `CASE WHEN e.tags LIKE '%"every":"once"%' THEN 'once' WHEN e.tags LIKE '%"every":"month"%' THEN 'month'
	WHEN e.tags LIKE '%"every":"year"%' THEN 'year' ELSE '' END`

// RollLedger brings the sums of the books up to their head, in slices that let
// gifts go between.
func (s *Store) RollLedger(ctx context.Context) error {
	for {
		var more bool
		err := s.Write(ctx, func(tx *Tx) (err error) {
			more, err = tx.rollSlice(ctx)
			return err
		})
		if err != nil || !more {
			return err
		}
	}
}

func (tx *Tx) rollSlice(ctx context.Context) (more bool, err error) {
	query := "SELECT seq FROM ledger_sum_head WHERE id = 1"
	if tx.Engine() == db.Postgres {
		query += " FOR UPDATE" // one at a time
	}
	from, err := db.One(ctx, tx, db.Value[int64], query)
	if err != nil {
		return false, err
	}
	// Entries become visible in the order of their numbers, since each poster
	// holds the head until its commit: none at or below it is still to come.
	head, err := db.One(ctx, tx, db.Value[int64], "SELECT seq FROM ledger_head WHERE id = 1")
	if err != nil || head <= from {
		return false, err
	}
	to := min(head, from+rollSlice)
	if err := tx.addUp(ctx, from, to); err != nil {
		return false, err
	}
	_, err = db.Exec(ctx, tx, "UPDATE ledger_sum_head SET seq = $1 WHERE id = 1", to)
	return to < head, err
}

func (tx *Tx) addUp(ctx context.Context, from, to int64) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO ledger_sum (month, account, currency, campaign, every, minor, postings) `+sumsOf+`
		ON CONFLICT (month, account, currency, campaign, every) DO UPDATE SET minor = ledger_sum.minor + excluded.minor,
		postings = ledger_sum.postings + excluded.postings`, from, to)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO ledger_day (day, seq) SELECT posted_at / $3, MAX(seq) FROM ledger_entry WHERE seq > $1 AND seq <= $2 GROUP BY 1
		ON CONFLICT (day) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > ledger_day.seq`, from, to, int64(dayMs))
	return err
}

// sumsOf adds up the postings of the entries behind $1 up to $2.
const sumsOf = `SELECT substr(e.date, 1, 7), p.account, p.currency, e.campaign, ` + giftEvery + `, CAST(SUM(p.minor) AS BIGINT), COUNT(*)
	FROM ledger_entry e JOIN ledger_posting p ON p.seq = e.seq
	WHERE e.seq > $1 AND e.seq <= $2 AND p.seq > $1 AND p.seq <= $2 GROUP BY 1, 2, 3, 4, 5`

// RebuildSums throws the sums away and adds the books up again. Until it is done
// readers add up by themselves what is missing.
func (s *Store) RebuildSums(ctx context.Context) error {
	err := s.Write(ctx, func(tx *Tx) error {
		for _, statement := range []string{"UPDATE ledger_sum_head SET seq = 0", "DELETE FROM ledger_sum", "DELETE FROM ledger_day"} {
			if _, err := db.Exec(ctx, tx, statement); err != nil {
				return err
			}
		}
		tx.Touch("books", "campaigns")
		return nil
	})
	if err != nil {
		return err
	}
	return s.RollLedger(ctx)
}

// miscounted compares the sums with the postings that they were made of.
func miscounted(ctx context.Context, q db.Querier) (*ledger.Damage, error) {
	upto, err := db.One(ctx, q, db.Value[int64], "SELECT seq FROM ledger_sum_head WHERE id = 1")
	if err != nil {
		return nil, err
	}
	type wrong struct{ month, account, currency string }
	list, err := db.Rows(ctx, q, func(r db.Scanner) (w wrong, err error) {
		return w, r.Scan(&w.month, &w.account, &w.currency)
	}, `SELECT month, account, currency FROM (
		SELECT month, account, currency, campaign, every, -minor AS minor, -postings AS postings FROM ledger_sum
		UNION ALL `+sumsOf+`) AS both_sides
		GROUP BY month, account, currency, campaign, every HAVING SUM(minor) <> 0 OR SUM(postings) <> 0 ORDER BY 1, 2, 3 LIMIT 1`, int64(0), upto)
	if err != nil || len(list) > 0 {
		if len(list) > 0 {
			return &ledger.Damage{Kind: ledger.Summed, Why: fmt.Sprintf("the sum of %s in %s for %s is not that of its entries, which are sound; run 'masthead ledger verify --rebuild-sums'",
				list[0].account, list[0].currency, list[0].month)}, nil
		}
		return nil, err
	}
	return wrongDay(ctx, q, upto)
}

func wrongDay(ctx context.Context, q db.Querier, upto int64) (*ledger.Damage, error) {
	list, err := db.Rows(ctx, q, db.Value[int64], `SELECT day FROM (SELECT day, seq FROM ledger_day
		UNION ALL SELECT posted_at / $2, -MAX(seq) FROM ledger_entry WHERE seq <= $1 GROUP BY 1) AS both_sides
		GROUP BY day HAVING SUM(seq) <> 0 ORDER BY day LIMIT 1`, upto, int64(dayMs))
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &ledger.Damage{Kind: ledger.Summed, Why: fmt.Sprintf("the last entry of %s is kept wrongly, the entries are sound; run 'masthead ledger verify --rebuild-sums'",
		dayOf(list[0]))}, nil
}

// dayMs is a day in milliseconds.
const dayMs = 24 * 60 * 60 * 1000

func dayOf(n int64) string { return time.UnixMilli(n * dayMs).UTC().Format(time.DateOnly) }

// reading is a row of a query over the sums and the entries behind them: the
// value, and how far the sums reached when the query ran.
type reading[T any] struct {
	value T
	upto  int64
}

// summed runs a query over the sums and the entries behind them. Its $1 is the
// last entry that the sums hold, and its last column, which scan puts into upto,
// is sumsReach. Where the sums were brought forward between the two, some
// entries would count twice: it asks again.
func summed[T any](ctx context.Context, q db.Querier, scan func(r db.Scanner, v *T, upto *int64) error, query string, args ...any) ([]T, error) {
	for range 50 {
		upto, err := db.One(ctx, q, db.Value[int64], "SELECT seq FROM ledger_sum_head WHERE id = 1")
		if err != nil {
			return nil, err
		}
		rows, err := db.Rows(ctx, q, func(r db.Scanner) (x reading[T], err error) {
			return x, scan(r, &x.value, &x.upto)
		}, query, append([]any{upto}, args...)...)
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 && rows[0].upto != upto {
			continue
		}
		out := make([]T, len(rows))
		for i, x := range rows {
			out[i] = x.value
		}
		return out, nil
	}
	return nil, fault.New(fault.Unavailable, "the books are just being added up; try again")
}

const sumsReach = "(SELECT seq FROM ledger_sum_head WHERE id = 1)"

// DailyHeads returns for each day (UTC) on which something was posted the last
// entry's number and hash, the newest day first. They are what can be published
// to pin the books down without showing them.
func (s *Store) DailyHeads(ctx context.Context, limit int) ([]ledger.Head, error) {
	type dayHead struct {
		day  int64
		head ledger.Head
	}
	list, err := summed(ctx, s.Query(), func(r db.Scanner, h *dayHead, upto *int64) error {
		return r.Scan(&h.day, &h.head.Seq, &h.head.Hash, upto)
	}, `SELECT d.day, d.seq, e.hash, `+sumsReach+` FROM (
		SELECT day, MAX(seq) AS seq FROM (SELECT day, seq FROM ledger_day
			UNION ALL SELECT posted_at / $3, seq FROM ledger_entry WHERE seq > $1) AS days GROUP BY day ORDER BY day DESC LIMIT $2) AS d
		JOIN ledger_entry e ON e.seq = d.seq ORDER BY d.seq DESC`, limit, int64(dayMs))
	heads := make([]ledger.Head, len(list))
	for i, h := range list {
		h.head.Date = dayOf(h.day)
		heads[i] = h.head
	}
	return heads, err
}

// Balances returns what stands on each account in each currency, in the order
// of a trial balance.
func (s *Store) Balances(ctx context.Context) ([]ledger.Balance, error) {
	return balances(ctx, s.Query(), balancesQuery)
}

const balancesQuery = `SELECT account, currency, CAST(SUM(minor) AS BIGINT), ` + sumsReach + ` FROM (
	SELECT account, currency, minor FROM ledger_sum
	UNION ALL SELECT account, currency, minor FROM ledger_posting WHERE seq > $1) AS p GROUP BY account, currency`

// Turnover returns what moved on each account in each currency by entries dated
// from one day to another, both included (YYYY-MM-DD). Whole months come from
// the sums.
func (s *Store) Turnover(ctx context.Context, from, to string) ([]ledger.Balance, error) {
	return turnover(ctx, s.Query(), from, to)
}

func turnover(ctx context.Context, q db.Querier, from, to string) ([]ledger.Balance, error) {
	first, last := wholeMonths(from, to)
	// The days of a month that is cut off come from its entries, also where the
	// sums hold them: those before the whole months, and those behind them.
	before, behind := to, "9"
	if first != "" {
		before, behind = first+"-00", last+"-99"
	}
	return balances(ctx, q, `SELECT account, currency, CAST(SUM(minor) AS BIGINT), `+sumsReach+` FROM (
		SELECT account, currency, minor FROM ledger_sum WHERE month >= $4 AND month <= $5
		UNION ALL SELECT p.account, p.currency, p.minor FROM ledger_posting p JOIN ledger_entry e ON e.seq = p.seq
			WHERE p.seq > $1 AND e.seq > $1 AND substr(e.date, 1, 7) >= $4 AND substr(e.date, 1, 7) <= $5
		UNION ALL SELECT p.account, p.currency, p.minor FROM ledger_entry e JOIN ledger_posting p ON p.seq = e.seq WHERE e.date >= $2 AND e.date <= $6
		UNION ALL SELECT p.account, p.currency, p.minor FROM ledger_entry e JOIN ledger_posting p ON p.seq = e.seq WHERE e.date > $7 AND e.date <= $3) AS p
		GROUP BY account, currency`, from, to, first, last, before, behind)
}

// wholeMonths returns the first and last month (YYYY-MM) that lie wholly between
// two days; "" and "" where none does, or a day is not written as one.
func wholeMonths(from, to string) (first, last string) {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, to)
	if errA != nil || errB != nil {
		return "", ""
	}
	if a.Day() != 1 {
		a = time.Date(a.Year(), a.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	}
	next := b.AddDate(0, 0, 1)
	b = time.Date(next.Year(), next.Month()-1, 1, 0, 0, 0, 0, time.UTC) // the month before the day after
	if b.Before(a) {
		return "", ""
	}
	return a.Format("2006-01"), b.Format("2006-01")
}

func balances(ctx context.Context, q db.Querier, query string, args ...any) ([]ledger.Balance, error) {
	all, err := summed(ctx, q, func(r db.Scanner, b *ledger.Balance, upto *int64) error {
		return r.Scan(&b.Account, &b.Currency, &b.Minor, upto)
	}, query, args...)
	ledger.SortBalances(all)
	return all, err
}

// LedgerSpan returns the first and the last day (YYYY-MM-DD) that entries of the
// books are dated; both "" while there are none.
func (s *Store) LedgerSpan(ctx context.Context) (from, to string, err error) {
	_, err = db.One(ctx, s.Query(), func(r db.Scanner) (struct{}, error) {
		return struct{}{}, r.Scan(db.Text(&from), db.Text(&to))
	}, "SELECT (SELECT MIN(date) FROM ledger_entry), (SELECT MAX(date) FROM ledger_entry)") // apart, so that each is one look into the index
	return from, to, err
}
