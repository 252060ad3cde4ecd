package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
)

// AddCorrection implements news.Store: it keeps the record that all notes,
// lists and feeds are made of, leaves word for the channels beside the site,
// and settles the reader's report that led to it.
func (tx *Tx) AddCorrection(ctx context.Context, c news.Correction) error {
	if c.Blocks == nil {
		c.Blocks = []string{}
	}
	if c.Report != "" {
		at, _, err := tx.settleReport(ctx, c)
		if err != nil {
			return err
		}
		if c.FoundAt.IsZero() {
			c.FoundAt = at
		}
	}
	tx.Touch("corrections")
	_, err := db.Exec(ctx, tx, `INSERT INTO correction (id, article_id, class, from_version, to_version, was, is_now, note, block_ids, prominent,
		found_at, fixed_at, by_id, by_name, report_id) VALUES (`+places(15)+")",
		c.ID, c.Article, c.Class, c.From, c.To, c.Was, c.Now, c.Note, db.JSON(c.Blocks), db.Int(c.Prominent || c.Class.OnTop()),
		db.Ms(c.FoundAt), c.FixedAt.UnixMilli(), c.By.ID, c.By.Name, c.Report)
	if err != nil {
		return err
	}
	for _, channel := range c.Class.Channels() {
		_, err := db.Exec(ctx, tx, "INSERT INTO correction_event (correction_id, channel, made_at) VALUES ($1, $2, $3)", c.ID, channel, c.FixedAt.UnixMilli())
		if err != nil {
			return err
		}
	}
	return nil
}

// PublicCorrection is a correction with the article that it is about.
type PublicCorrection struct {
	news.Correction
	Path, Headline, Lang string // empty where the article was withdrawn
	Legal                bool   // of a withdrawal: the law demands it
}

const correctionColumns = `c.id, c.article_id, c.class, c.from_version, c.to_version, c.was, c.is_now, c.note, c.block_ids, c.prominent, c.found_at, c.fixed_at,
	a.legal, p.path, p.headline, p.lang`

// scanCorrection reads what readers may know: not who made it or whose report
// led to it.
func scanCorrection(r db.Scanner) (c PublicCorrection, err error) {
	return c, r.Scan(&c.ID, &c.Article, &c.Class, &c.From, &c.To, &c.Was, &c.Now, &c.Note, db.FromJSON(&c.Blocks), db.Bool(&c.Prominent),
		db.At(&c.FoundAt), db.At(&c.FixedAt), db.Bool(&c.Legal), db.Text(&c.Path), db.Text(&c.Headline), db.Text(&c.Lang))
}

// listedCorrections are those that the public list has. Of an article that was
// withdrawn it has the withdrawal alone: what its corrections said is withdrawn
// with it. Updates are no corrections.
const listedCorrections = ` FROM correction c JOIN article a ON a.id = c.article_id LEFT JOIN publication p ON p.article_id = c.article_id
	WHERE (p.article_id IS NOT NULL OR c.class = 'withdrawal') AND c.class <> 'update'`

// Corrections lists what was put right in public in [from, to), newest first.
func (s *Store) Corrections(ctx context.Context, from, to time.Time, limit, offset int) ([]PublicCorrection, error) {
	return db.Rows(ctx, s.Query(), scanCorrection, "SELECT "+correctionColumns+listedCorrections+` AND c.fixed_at >= $1 AND c.fixed_at < $2
		ORDER BY c.fixed_at DESC, c.id LIMIT $3 OFFSET $4`, from.UnixMilli(), to.UnixMilli(), limit, offset)
}

// CorrectionsOf lists what was put right in an article that is public, updates
// among them, newest first.
func (s *Store) CorrectionsOf(ctx context.Context, articleID string) ([]PublicCorrection, error) {
	return db.Rows(ctx, s.Query(), scanCorrection, "SELECT "+correctionColumns+` FROM correction c
		JOIN article a ON a.id = c.article_id JOIN publication p ON p.article_id = c.article_id WHERE c.article_id = $1 ORDER BY c.fixed_at DESC, c.to_version DESC`, articleID)
}

// WithdrawalOf is the notice of an article that was withdrawn; fault.NotFound
// where it was not.
func (s *Store) WithdrawalOf(ctx context.Context, articleID string) (PublicCorrection, error) {
	return db.One(ctx, s.Query(), scanCorrection, "SELECT "+correctionColumns+listedCorrections+
		" AND c.class = 'withdrawal' AND c.article_id = $1 ORDER BY c.fixed_at DESC LIMIT 1", articleID)
}

// CorrectionYears lists the years in which something was put right in public,
// newest first, as they begin in a zone.
func (s *Store) CorrectionYears(ctx context.Context, zone *time.Location) ([]int, error) {
	var out []int
	before := int64(1) << 62
	for len(out) < 100 {
		at, err := db.One(ctx, s.Query(), func(r db.Scanner) (t time.Time, err error) { return t, r.Scan(db.At(&t)) },
			"SELECT c.fixed_at"+listedCorrections+" AND c.fixed_at < $1 ORDER BY c.fixed_at DESC LIMIT 1", before)
		if fault.Is(err, fault.NotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		year := at.In(zone).Year()
		out = append(out, year)
		before = time.Date(year, 1, 1, 0, 0, 0, 0, zone).UnixMilli()
	}
	return out, nil
}

// CorrectionEvent is word of a correction for a channel beside the site.
type CorrectionEvent struct {
	Correction, Article string
	Class               news.Class
	Version             int
	Made                time.Time
}

// CorrectionEvents lists what a channel has still to be told, oldest first.
func (s *Store) CorrectionEvents(ctx context.Context, channel news.Channel, limit int) ([]CorrectionEvent, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (e CorrectionEvent, err error) {
		return e, r.Scan(&e.Correction, &e.Article, &e.Class, &e.Version, db.At(&e.Made))
	}, `SELECT c.id, c.article_id, c.class, c.to_version, e.made_at FROM correction_event e JOIN correction c ON c.id = e.correction_id
		WHERE e.channel = $1 AND e.sent_at IS NULL ORDER BY e.made_at, c.id LIMIT $2`, channel, limit)
}

// foundAt is when the error of correction c was found: as was said when it was
// made, else when the first report came that was linked with it since. A report
// that came after the correction says nothing of that.
const foundAt = `COALESCE(c.found_at, (SELECT MIN(x.created_at) FROM reader_report x WHERE x.correction_id = c.id AND x.created_at <= c.fixed_at))`

// LastCorrections lists the newest records of all articles with who made each and
// what led to it; for the desk.
func (s *Store) LastCorrections(ctx context.Context, limit int) ([]PublicCorrection, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (c PublicCorrection, err error) {
		return c, r.Scan(&c.ID, &c.Article, &c.Class, db.At(&c.FoundAt), db.At(&c.FixedAt), &c.By.ID, &c.By.Name, &c.Report, &c.Headline, &c.Lang)
	}, `SELECT c.id, c.article_id, c.class, `+foundAt+`, c.fixed_at, c.by_id, c.by_name,
		COALESCE((SELECT MIN(x.id) FROM reader_report x WHERE x.correction_id = c.id), ''), COALESCE(p.headline, a.headline), a.lang
		FROM correction c JOIN article a ON a.id = c.article_id LEFT JOIN publication p ON p.article_id = a.id ORDER BY c.fixed_at DESC, c.id LIMIT $1`, limit)
}
