package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
)

// ReportState is what became of a reader's report of an error.
type ReportState string

// The states.
const (
	ReportOpen      ReportState = "open"
	ReportAnswered  ReportState = "answered"  // somebody wrote to the reader
	ReportCorrected ReportState = "corrected" // it led to a correction
	ReportClosed    ReportState = "closed"    // nothing was wrong, or nothing could be done
)

// ReportStates lists them in the order of the desk's tabs.
func ReportStates() []ReportState {
	return []ReportState{ReportOpen, ReportAnswered, ReportCorrected, ReportClosed}
}

// Report is a reader's report of an error. Nothing of it is ever public.
type Report struct {
	ID, Article  string // Article "": about the paper as a whole
	Version      int    // that was public when it came
	Lang         string
	Wrong, Known string // what is wrong; what is right and how the reader knows
	Contact      string // sealed: see Secrets
	State        ReportState
	Correction   string // id of the one that it led to
	Note         string // of the desk
	At, Settled  time.Time
	By           news.Author // who settled it

	Headline, Section string // of the article, as it is now
}

// ContactName is the name under which the address in a report is sealed.
func ContactName(reportID string) string { return "contact of the report " + reportID }

// AddReport keeps a reader's report; one that is there already is not written
// again. It tells whether it is new.
func (tx *Tx) AddReport(ctx context.Context, r Report) (bool, error) {
	n, err := db.Exec(ctx, tx, `INSERT INTO reader_report (id, article_id, version, lang, wrong, known, contact, created_at)
		VALUES (`+places(8)+`) ON CONFLICT (id) DO NOTHING`,
		r.ID, db.Null(r.Article), r.Version, r.Lang, r.Wrong, r.Known, r.Contact, tx.now())
	if n > 0 {
		tx.Touch("desk")
	}
	return n > 0, err
}

const reportColumns = `r.id, COALESCE(r.article_id, ''), r.version, r.lang, r.wrong, r.known, r.contact, r.state, r.correction_id, r.note,
	r.created_at, r.settled_at, r.settled_id, r.settled_name, COALESCE(a.headline, ''), COALESCE(a.section_id, '')
	FROM reader_report r LEFT JOIN article a ON a.id = r.article_id`

func scanReport(r db.Scanner) (v Report, err error) {
	return v, r.Scan(&v.ID, &v.Article, &v.Version, &v.Lang, &v.Wrong, &v.Known, &v.Contact, &v.State, &v.Correction, &v.Note,
		db.At(&v.At), db.At(&v.Settled), &v.By.ID, &v.By.Name, &v.Headline, &v.Section)
}

// Report returns one; for the desk.
func (s *Store) Report(ctx context.Context, reportID string) (Report, error) {
	return db.One(ctx, s.Query(), scanReport, "SELECT "+reportColumns+" WHERE r.id = $1", reportID)
}

// Reports lists those in a state, the newest first; for the desk.
func (s *Store) Reports(ctx context.Context, state ReportState, limit, offset int) ([]Report, error) {
	return db.Rows(ctx, s.Query(), scanReport, "SELECT "+reportColumns+" WHERE r.state = $1 ORDER BY r.created_at DESC, r.id LIMIT $2 OFFSET $3", state, limit, offset)
}

// ReportsOf lists those about an article, the newest first; for the desk.
func (s *Store) ReportsOf(ctx context.Context, articleID string) ([]Report, error) {
	return db.Rows(ctx, s.Query(), scanReport, "SELECT "+reportColumns+" WHERE r.article_id = $1 ORDER BY r.created_at DESC, r.id LIMIT 200", articleID)
}

// CountReports counts them by state.
func (s *Store) CountReports(ctx context.Context) (map[ReportState]int, error) {
	type row struct {
		state ReportState
		n     int
	}
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (v row, err error) { return v, r.Scan(&v.state, &v.n) },
		"SELECT state, COUNT(*) FROM reader_report GROUP BY state")
	out := map[ReportState]int{}
	for _, v := range list {
		out[v.state] = v.n
	}
	return out, err
}

// SettleReport notes what became of a report.
func (tx *Tx) SettleReport(ctx context.Context, by Actor, reportID string, to ReportState, note string) error {
	if to != ReportAnswered && to != ReportClosed && to != ReportOpen {
		return fault.New(fault.Invalid, "choose what became of the report")
	}
	n, err := db.Exec(ctx, tx, `UPDATE reader_report SET state = $2, note = $3, settled_at = $4, settled_id = $5, settled_name = $6
		WHERE id = $1 AND state <> 'corrected'`, reportID, to, note, tx.now(), by.ID, by.Name)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "this report has led to a correction already, or is not there")
	}
	tx.Touch("desk")
	return tx.audited(ctx, err, by, reportID, to)
}

func (tx *Tx) audited(ctx context.Context, err error, by Actor, reportID string, to ReportState) error {
	if err != nil {
		return err
	}
	return tx.Audit(ctx, by, "report."+string(to), "report", reportID, nil)
}

// settleReport marks the report that leads to a correction that is being made,
// and returns when it came. One that has led to another correction stays with
// that; fresh is false then.
func (tx *Tx) settleReport(ctx context.Context, c news.Correction) (came time.Time, fresh bool, err error) {
	at, err := db.One(ctx, tx, func(r db.Scanner) (t time.Time, err error) { return t, r.Scan(db.At(&t)) },
		"SELECT created_at FROM reader_report WHERE id = $1 AND article_id = $2", c.Report, c.Article)
	if fault.Is(err, fault.NotFound) {
		return at, false, fault.New(fault.Invalid, "this report is about another story; choose one about this one")
	}
	if err != nil {
		return at, false, err
	}
	tx.Touch("desk")
	n, err := db.Exec(ctx, tx, `UPDATE reader_report SET state = 'corrected', correction_id = $2, settled_at = $3, settled_id = $4, settled_name = $5
		WHERE id = $1 AND state <> 'corrected'`, c.Report, c.ID, c.FixedAt.UnixMilli(), c.By.ID, c.By.Name)
	return at, n > 0, err
}

// CreditReport links a report with a correction of the same article that was
// made before somebody saw the report, or without it.
func (tx *Tx) CreditReport(ctx context.Context, by Actor, reportID, correctionID string) error {
	c, err := db.One(ctx, tx, func(r db.Scanner) (c news.Correction, err error) {
		return c, r.Scan(&c.ID, &c.Article, db.At(&c.FixedAt))
	}, "SELECT id, article_id, fixed_at FROM correction WHERE id = $1", correctionID)
	if err != nil {
		return err
	}
	c.Report, c.By = reportID, news.Author(by)
	_, fresh, err := tx.settleReport(ctx, c)
	if err == nil && !fresh {
		err = fault.New(fault.Conflict, "this report has led to a correction already")
	}
	if err != nil {
		return err
	}
	tx.Touch("corrections")
	return tx.audited(ctx, nil, by, reportID, ReportCorrected)
}
