package store

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
)

// Period is a span of days that the books are closed for.
type Period struct {
	From, To string // YYYY-MM-DD, both included
	ClosedAt time.Time
	By       Actor
	Head     ledger.Head // just after the close
}

const periodQuery = "SELECT from_day, to_day, closed_at, closed_by, closed_name, head_seq, head_hash FROM period"

func scanPeriod(r db.Scanner) (p Period, err error) {
	return p, r.Scan(&p.From, &p.To, db.At(&p.ClosedAt), &p.By.ID, &p.By.Name, &p.Head.Seq, &p.Head.Hash)
}

// Periods lists the closed periods, the newest first.
func (s *Store) Periods(ctx context.Context) ([]Period, error) {
	return db.Rows(ctx, s.Query(), scanPeriod, periodQuery+" ORDER BY to_day DESC")
}

// ClosePeriod closes the books up to and including a day, which must be over in
// the outlet's zone (today is the outlet's day). What came of exchanges between
// currencies is moved to Expenses:FX first. Facts of that time that become known
// later are posted on the first open day. There is no way back.
func (tx *Tx) ClosePeriod(ctx context.Context, by Actor, to, today string) (Period, error) {
	if _, err := time.Parse(time.DateOnly, to); err != nil || to >= today {
		return Period{}, fault.New(fault.Invalid, "a period ends on a day that is over, written like 2025-12-31")
	}
	end, err := tx.lockHead(ctx)
	if err != nil {
		return Period{}, err
	}
	if to <= end.closed {
		return Period{}, fault.New(fault.Conflict, "the books are closed up to %s already", end.closed)
	}
	p := Period{To: to, ClosedAt: time.UnixMilli(tx.now()), By: by}
	if p.From, err = tx.firstOpen(ctx, end.closed, to); err != nil {
		return Period{}, err
	}
	if err := tx.closeConversion(ctx, to); err != nil {
		return Period{}, err
	}
	if _, err := db.Exec(ctx, tx, "UPDATE ledger_head SET closed = $1 WHERE id = 1", to); err != nil {
		return Period{}, err
	}
	if p.Head, err = db.One(ctx, tx, scanHead, "SELECT seq, hash FROM ledger_head WHERE id = 1"); err != nil {
		return Period{}, err
	}
	_, err = db.Exec(ctx, tx, "INSERT INTO period (from_day, to_day, closed_at, closed_by, closed_name, head_seq, head_hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		p.From, p.To, tx.now(), by.ID, by.Name, p.Head.Seq, p.Head.Hash)
	if err != nil {
		return Period{}, err
	}
	tx.Touch("books")
	return p, tx.Audit(ctx, by, "period.closed", "period", p.To, map[string]any{"from": p.From, "entries": p.Head.Seq})
}

// firstOpen is the first day of a period: the one behind the last close, else
// that of the first entry.
func (tx *Tx) firstOpen(ctx context.Context, closed, to string) (string, error) {
	if last, err := time.Parse(time.DateOnly, closed); err == nil {
		return last.AddDate(0, 0, 1).Format(time.DateOnly), nil
	}
	first, err := db.One(ctx, tx, func(r db.Scanner) (day string, err error) { return day, r.Scan(db.Text(&day)) }, "SELECT MIN(date) FROM ledger_entry")
	if first == "" || first > to {
		return to, err
	}
	return first, err
}

// closeConversion empties Equity:Conversion as it stood at the end of a day.
func (tx *Tx) closeConversion(ctx context.Context, to string) error {
	all, err := turnover(ctx, tx, "0001-01-01", to)
	if err != nil {
		return err
	}
	for _, b := range all {
		if b.Account != ledger.Conversion || b.Minor == 0 {
			continue
		}
		source := ledger.Source{Provider: ledger.BooksProvider, Object: to + ":" + strings.ToLower(b.Currency), Date: to}
		if _, _, err := tx.Post(ctx, ledger.CloseConversion(source, money.Amount{Currency: b.Currency, Minor: b.Minor})); err != nil {
			return err
		}
	}
	return nil
}
