package store

import (
	"context"
	"math"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/money"
)

// Givers is what is told about those who gave in a year: numbers, and the names
// of those who reached the sum that was announced to them. It is made by
// CountGivers, so it may be a quarter of an hour old; names are as of now.
type Givers struct {
	Year      string
	Threshold money.Amount // of that year; zero Minor: nobody is named without their wish
	Currency  string
	Givers    int
	Wished    int      // who want to be named
	All       int64    // what they all gave, minor units of Currency
	Named     int64    // what those gave who are named
	Unknown   int64    // what those gave who reached the sum and have no name here
	Large     []string // who reached the sum
}

// yearSpan is a year in the outlet's zone.
func yearSpan(year int, zone *time.Location) (from, to time.Time) {
	return time.Date(year, 1, 1, 0, 0, 0, 0, zone), time.Date(year+1, 1, 1, 0, 0, 0, 0, zone)
}

// thresholdOf is the sum from which donors are named for a span of time: the
// highest of those that were announced in it. Since is from when on donors were
// shown that sum or a lower one. Where none was announced, or for a while nobody
// was to be named, or the currency changed, it is zero: nobody is named by other
// words than they were shown.
func thresholdOf(list []Threshold, from, to time.Time) (t Threshold) {
	last := -1
	for i, x := range list {
		ended := i+1 < len(list) && !list[i+1].Since.After(from)
		if !x.Since.Before(to) || ended {
			continue
		}
		if x.Minor == 0 || t.Minor != 0 && x.Currency != t.Currency {
			return Threshold{}
		}
		if x.Minor > t.Minor {
			t.Amount = x.Amount
		}
		last = i
	}
	for i := last; i >= 0 && list[i].Minor > 0 && list[i].Minor <= t.Minor && list[i].Currency == t.Currency; i-- {
		t.Since = list[i].Since
	}
	return t
}

// giversQuery sums the gifts of each donor of a span ($1 to $2) in a currency
// ($3): all, and those that were decided on since the sum was announced ($4).
// Gifts that wait for a person are left out.
const giversQuery = `SELECT p.donor_id, CAST(SUM(p.minor - p.refunded_minor - p.disputed_minor) AS BIGINT) AS got,
	CAST(SUM(CASE WHEN n.created_at >= $4 THEN p.minor - p.refunded_minor - p.disputed_minor ELSE 0 END) AS BIGINT) AS told,
	CASE WHEN d.name <> '' THEN 1 ELSE 0 END AS known, CASE WHEN d.name <> '' AND d.show_name = 1 THEN 1 ELSE 0 END AS wish
	FROM payment p JOIN donation n ON n.id = p.donation_id JOIN donor d ON d.id = p.donor_id
	WHERE p.succeeded_at >= $1 AND p.succeeded_at < $2 AND p.currency = $3 AND p.id NOT IN (SELECT payment_id FROM hold WHERE state = 'held')
	GROUP BY p.donor_id, d.name, d.show_name`

// CountGivers makes what is told about the givers again, of each year from one
// on and of those before that were never counted. currency is the outlet's.
func (s *Store) CountGivers(ctx context.Context, since int, currency string, zone *time.Location) error {
	head, err := s.LedgerHead(ctx)
	if err != nil {
		return err
	}
	first, last, err := s.giftYears(ctx, zone)
	if err != nil {
		return err
	}
	list, err := thresholds(ctx, s.Query())
	if err != nil {
		return err
	}
	for year := first; year <= last && last > 0; year++ {
		if year < since {
			if g, err := s.GiversOf(ctx, strconv.Itoa(year)); err != nil || g.Currency != "" {
				if err != nil {
					return err
				}
				continue
			}
		}
		made, err := s.countYear(ctx, year, head.Seq, currency, zone, list)
		if err != nil {
			return err
		}
		if made == nil {
			continue
		}
		if err := s.Write(ctx, made); err != nil {
			return err
		}
	}
	return nil
}

// giftYears are the first and the last year with payments; zeros for none.
func (s *Store) giftYears(ctx context.Context, zone *time.Location) (first, last int, err error) {
	var a, b time.Time
	_, err = db.One(ctx, s.Query(), func(r db.Scanner) (none struct{}, err error) {
		return none, r.Scan(db.At(&a), db.At(&b))
	}, "SELECT (SELECT MIN(succeeded_at) FROM payment), (SELECT MAX(succeeded_at) FROM payment)")
	if err != nil || b.IsZero() {
		return 0, 0, err
	}
	return a.In(zone).Year(), b.In(zone).Year(), nil
}

// countYear counts one year, and returns what writes the result; nil where the
// last count still holds.
func (s *Store) countYear(ctx context.Context, year int, seq int64, currency string, zone *time.Location, list []Threshold) (func(tx *Tx) error, error) {
	from, to := yearSpan(year, zone)
	t := thresholdOf(list, from, to)
	if t.Minor == 0 || t.Currency != currency {
		t = Threshold{Amount: money.Amount{Currency: currency, Minor: math.MaxInt64}}
	}
	args := []any{from.UnixMilli(), to.UnixMilli(), currency, t.Since.UnixMilli(), t.Minor}
	g, err := db.One(ctx, s.Query(), func(r db.Scanner) (g Givers, err error) {
		return g, r.Scan(&g.Givers, &g.Wished, &g.All, &g.Named, &g.Unknown)
	}, `SELECT COUNT(*), CAST(COALESCE(SUM(wish), 0) AS BIGINT), CAST(COALESCE(SUM(got), 0) AS BIGINT),
		CAST(COALESCE(SUM(CASE WHEN wish = 1 OR (known = 1 AND told >= $5) THEN got ELSE 0 END), 0) AS BIGINT),
		CAST(COALESCE(SUM(CASE WHEN wish = 0 AND got >= $5 AND NOT (known = 1 AND told >= $5) THEN got ELSE 0 END), 0) AS BIGINT)
		FROM (`+giversQuery+`) AS givers WHERE got > 0`, args...)
	if err != nil {
		return nil, err
	}
	large, err := db.Rows(ctx, s.Query(), db.Value[string], "SELECT donor_id FROM ("+giversQuery+") AS givers WHERE told >= $5 AND known = 1", args...)
	if err != nil {
		return nil, err
	}
	name := strconv.Itoa(year)
	same, err := s.sameYear(ctx, name, g, large)
	if err != nil || same {
		return nil, err
	}
	return func(tx *Tx) error { return tx.putYear(ctx, name, seq, currency, g, large) }, nil
}

func (s *Store) sameYear(ctx context.Context, year string, g Givers, large []string) (bool, error) {
	was, err := s.GiversOf(ctx, year)
	if err != nil {
		return false, err
	}
	kept, err := db.One(ctx, s.Query(), db.Value[int], "SELECT COUNT(*) FROM supporter WHERE year = $1", year)
	return kept == len(large) && was.Givers == g.Givers && was.Wished == g.Wished && was.All == g.All && was.Named == g.Named && was.Unknown == g.Unknown, err
}

func (tx *Tx) putYear(ctx context.Context, year string, seq int64, currency string, g Givers, large []string) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM supporter WHERE year = $1", year); err != nil {
		return err
	}
	for _, donor := range large {
		if _, err := db.Exec(ctx, tx, "INSERT INTO supporter (year, donor_id) VALUES ($1, $2)", year, donor); err != nil {
			return err
		}
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO supporter_year (year, seq, currency, givers, wished, all_minor, named_minor, large_minor) VALUES (`+places(8)+`)
		ON CONFLICT (year) DO UPDATE SET seq = excluded.seq, currency = excluded.currency, givers = excluded.givers, wished = excluded.wished,
		all_minor = excluded.all_minor, named_minor = excluded.named_minor, large_minor = excluded.large_minor`,
		year, seq, currency, g.Givers, g.Wished, g.All, g.Named, g.Unknown)
	tx.Touch("books")
	return err
}

// GiversOf returns what is told about the givers of a year; zero where nobody
// gave.
func (s *Store) GiversOf(ctx context.Context, year string) (Givers, error) {
	g := Givers{Year: year}
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (g Givers, err error) {
		return g, r.Scan(&g.Year, &g.Currency, &g.Givers, &g.Wished, &g.All, &g.Named, &g.Unknown)
	}, "SELECT year, currency, givers, wished, all_minor, named_minor, large_minor FROM supporter_year WHERE year = $1", year)
	if err != nil || len(list) == 0 {
		return g, err
	}
	g = list[0]
	g.Large, err = db.Rows(ctx, s.Query(), db.Value[string], `SELECT d.name FROM supporter s JOIN donor d ON d.id = s.donor_id
		WHERE s.year = $1 AND d.name <> '' ORDER BY d.name, d.id`, year)
	if err != nil {
		return g, err
	}
	all, err := thresholds(ctx, s.Query())
	if n, e := strconv.Atoi(year); err == nil && e == nil {
		from, to := yearSpan(n, time.UTC)
		g.Threshold = thresholdOf(all, from, to).Amount
	}
	return g, err
}

// WishToBeNamed lists the names of donors who gave in a year and want to be
// named, by name, a page at a time.
func (s *Store) WishToBeNamed(ctx context.Context, year int, zone *time.Location, limit, offset int) ([]string, error) {
	from, to := yearSpan(year, zone)
	return db.Rows(ctx, s.Query(), db.Value[string], `SELECT d.name FROM donor d WHERE d.show_name = 1 AND d.name <> ''
		AND EXISTS (SELECT 1 FROM payment p WHERE p.donor_id = d.id AND p.succeeded_at >= $1 AND p.succeeded_at < $2
			AND p.minor > p.refunded_minor + p.disputed_minor AND p.id NOT IN (SELECT payment_id FROM hold WHERE state = 'held'))
		ORDER BY d.name, d.id LIMIT $3 OFFSET $4`, from.UnixMilli(), to.UnixMilli(), limit, offset)
}
