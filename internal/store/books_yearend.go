package store

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
)

// YearEnd collects what is handed over for a span of days. Entries are read when
// it is written; name gives readers' words for accounts.
func (s *Store) YearEnd(ctx context.Context, from, to string, zone *time.Location, name func(string) string) (y ledger.YearEnd, err error) {
	y = ledger.YearEnd{From: from, To: to, Made: s.Clock.Now().UTC().Format(time.RFC3339), Name: name,
		Chain: func() iter.Seq2[ledger.Stored, error] { return s.Chain(ctx) }}
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return y, err
	}
	if y.Before, err = s.Turnover(ctx, "0001-01-01", first.AddDate(0, 0, -1).Format(time.DateOnly)); err != nil {
		return y, err
	}
	if y.Moved, err = s.Turnover(ctx, from, to); err != nil {
		return y, err
	}
	if y.Head, err = s.LedgerHead(ctx); err != nil {
		return y, err
	}
	if y.Heads, err = s.DailyHeads(ctx, 36525); err != nil {
		return y, err
	}
	slices.Reverse(y.Heads)
	if y.Closed, err = db.One(ctx, s.Query(), db.Value[string], "SELECT closed FROM ledger_head WHERE id = 1"); err != nil {
		return y, err
	}
	y.Receipts, err = s.receiptRows(ctx, from, to, zone)
	return y, err
}

// receiptRows lists the receipts that were issued in a span of days, without
// anything about their donors; nil where there are none.
func (s *Store) receiptRows(ctx context.Context, from, to string, zone *time.Location) ([][]string, error) {
	first, errA := time.ParseInLocation(time.DateOnly, from, zone)
	last, errB := time.ParseInLocation(time.DateOnly, to, zone)
	if errA != nil || errB != nil {
		return nil, nil
	}
	rows, err := db.Rows(ctx, s.Query(), func(r db.Scanner) ([]string, error) {
		var number, regime, state, currency, hash, replaced string
		var minor int64
		var at time.Time
		err := r.Scan(&number, &regime, &state, &currency, &minor, db.At(&at), &hash, db.Text(&replaced))
		a := money.Amount{Currency: currency, Minor: minor}
		return []string{number, at.In(zone).Format(time.DateOnly), regime, state, currency, a.Decimal(), strconv.FormatInt(minor, 10), replaced, hash}, err
	}, `SELECT r.number, r.regime, r.state, r.currency, r.minor, r.issued_at, r.file_hash, o.number FROM receipt r
		LEFT JOIN receipt o ON o.id = r.replaced_by WHERE r.issued_at >= $1 AND r.issued_at < $2 ORDER BY r.series, r.year, r.n`,
		first.UnixMilli(), last.AddDate(0, 0, 1).UnixMilli())
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return append([][]string{{"number", "day", "regime", "state", "currency", "amount", "minor", "replaced_by", "file_sha256"}}, rows...), nil
}
