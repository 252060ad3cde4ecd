package store

import (
	"context"
	"slices"
	"time"

	"masthead.dev/masthead/internal/db"
)

// CorrectionYear is how a year went: what was published for the first time in
// it, and what was corrected in it.
type CorrectionYear struct {
	Year                  int
	Articles, Corrections int
	Timed                 int           // corrections of which is known when the error was found
	Median                time.Duration // from found to corrected, of those
}

// Per100 is the number of corrections per 100 articles, in tenths, rounded half
// up; -1 where nothing was published.
func (y CorrectionYear) Per100() int {
	if y.Articles == 0 {
		return -1
	}
	return (2000*y.Corrections + y.Articles) / (2 * y.Articles)
}

// CorrectionMetrics are the last years up to now, newest first, at most so many,
// by the calendar of a zone. Years without articles and corrections are left
// out. Withdrawn articles count like any other.
func (s *Store) CorrectionMetrics(ctx context.Context, zone *time.Location, most int) ([]CorrectionYear, error) {
	var out []CorrectionYear
	this := s.Clock.Now().In(zone).Year()
	for year := this; year > this-most; year-- {
		y, err := s.correctionYear(ctx, year, zone)
		if err != nil {
			return nil, err
		}
		if y.Articles+y.Corrections > 0 {
			out = append(out, y)
		}
	}
	return out, nil
}

func (s *Store) correctionYear(ctx context.Context, year int, zone *time.Location) (CorrectionYear, error) {
	y := CorrectionYear{Year: year}
	from, to := YearIn(year, zone)
	var err error
	y.Articles, err = db.One(ctx, s.Query(), db.Value[int], `SELECT COUNT(*) FROM version v JOIN article a ON a.id = v.article_id
		WHERE v.number = 1 AND v.published_at >= $1 AND v.published_at < $2 AND a.kind <> 'page'`, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return y, err
	}
	took, err := db.Rows(ctx, s.Query(), db.Value[int64], "SELECT COALESCE(c.fixed_at - "+foundAt+`, -1) FROM correction c
		WHERE c.class = 'correction' AND c.fixed_at >= $1 AND c.fixed_at < $2`, from.UnixMilli(), to.UnixMilli())
	y.Corrections = len(took)
	took = slices.DeleteFunc(took, func(ms int64) bool { return ms < 0 })
	slices.Sort(took)
	if y.Timed = len(took); y.Timed > 0 {
		y.Median = time.Duration(took[(y.Timed-1)/2]+took[y.Timed/2]) * time.Millisecond / 2
	}
	return y, err
}

// YearIn is a calendar year in a zone, as [from, to).
func YearIn(year int, zone *time.Location) (from, to time.Time) {
	return time.Date(year, 1, 1, 0, 0, 0, 0, zone), time.Date(year+1, 1, 1, 0, 0, 0, 0, zone)
}
