package store

import (
	"context"
	"errors"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/retention"
)

// retentionSetting is the name under which the periods are kept.
const retentionSetting = "retention"

// Retention returns for how long each kind of data is kept.
func (s *Store) Retention(ctx context.Context) (retention.Periods, error) {
	p := retention.Periods{}
	_, err := s.Setting(ctx, retentionSetting, &p)
	return p, err
}

// PutRetention keeps the periods; fault.Fields by kind where one can't be so.
func (tx *Tx) PutRetention(ctx context.Context, by Actor, p retention.Periods) error {
	if err := p.Validate(); err != nil {
		return err
	}
	return tx.PutSetting(ctx, by, retentionSetting, p)
}

// retainSlice is how many rows one transaction removes: few enough for 50 ms.
const retainSlice = 100

// sweep is how one kind of data goes. find lists what is older than $1
// (milliseconds), at most $2 of it, by its key of one or two columns; it reads
// outside of the transaction and is asked again until it finds nothing. drop
// removes one of them and tells whether it was still to be removed.
type sweep struct {
	kind  retention.Kind
	find  string
	slice int // 0 is retainSlice
	drop  func(ctx context.Context, tx *Tx, key rowKey, before time.Time) (int64, error)
	days  bool // $1 is a day, YYYY-MM-DD
}

type rowKey struct{ a, b string }

// by makes a sweep's drop of a statement with the key as $1 and, where it has
// them, $2.
func by(statement string, two bool) func(context.Context, *Tx, rowKey, time.Time) (int64, error) {
	return func(ctx context.Context, tx *Tx, key rowKey, _ time.Time) (int64, error) {
		if two {
			return db.Exec(ctx, tx, statement, key.a, key.b)
		}
		return db.Exec(ctx, tx, statement, key.a)
	}
}

// sweeps are all kinds whose period the newsroom decides; a test compares them
// with package retention. A kind may have several.
var sweeps = []sweep{
	{kind: retention.Contacts, find: "SELECT id, '' FROM reader_report WHERE contact <> '' AND created_at < $1 LIMIT $2",
		drop: by("UPDATE reader_report SET contact = '' WHERE id = $1", false)},
	{kind: retention.Reports, find: "SELECT id, '' FROM reader_report WHERE state <> 'open' AND settled_at < $1 LIMIT $2",
		drop: by("DELETE FROM reader_report WHERE id = $1 AND state <> 'open'", false)},
	{kind: retention.Spiked, slice: 10, find: `SELECT id, '' FROM article WHERE state = 'spiked' AND ended_at < $1 AND first_published_at IS NULL
		AND NOT EXISTS (SELECT 1 FROM redaction r WHERE r.article_id = article.id) LIMIT $2`, drop: dropSpiked},
	{kind: retention.Notices, find: "SELECT id, '' FROM notification WHERE created_at < $1 LIMIT $2", drop: by("DELETE FROM notification WHERE id = $1", false)},
	{kind: retention.Previews, find: "SELECT id, '' FROM preview WHERE expires_at < $1 LIMIT $2", drop: by("DELETE FROM preview WHERE id = $1", false)},
	// The row stays: its key is what keeps a mail from being sent twice.
	{kind: retention.Mails, find: "SELECT id, '' FROM mail_outbox WHERE state = 'sent' AND to_address <> '' AND sent_at < $1 LIMIT $2",
		drop: by("UPDATE mail_outbox SET to_address = '', to_name = '', subject = '', body_text = '', body_html = '', headers = '{}' WHERE id = $1", false)},
	{kind: retention.Imports, find: `SELECT source || '/' || kind, source_id || '/' || n FROM import_need
		WHERE state = 'done' AND created_at < $1 AND (title <> '' OR detail <> '') LIMIT $2`,
		drop: by("UPDATE import_need SET title = '', detail = '' WHERE source || '/' || kind = $1 AND source_id || '/' || n = $2 AND state = 'done'", true)},
	{kind: retention.Missed, days: true, find: "SELECT day, path FROM missed_address WHERE day < $1 LIMIT $2", drop: by("DELETE FROM missed_address WHERE day = $1 AND path = $2", true)},
	{kind: retention.Finished, find: "SELECT id, '' FROM job WHERE state = 'done' AND finished_at < $1 LIMIT $2", drop: by("DELETE FROM job WHERE id = $1 AND state = 'done'", false)},
	{kind: retention.RemovalCounts, days: true, find: "SELECT day, kind FROM retention_day WHERE day < $1 LIMIT $2", drop: by("DELETE FROM retention_day WHERE day = $1 AND kind = $2", true)},

	{kind: retention.Attempts, slice: 10, find: `SELECT d.id, '' FROM donor d WHERE d.erased_at IS NULL AND d.created_at < $1
		AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.donor_id = d.id)` + noneSince + " LIMIT $2", drop: dropDonor},
	{kind: retention.Donors, slice: 10, find: `SELECT d.id, '' FROM donor d WHERE d.erased_at IS NULL AND d.created_at < $1
		AND EXISTS (SELECT 1 FROM payment p WHERE p.donor_id = d.id)` + noneSince + " LIMIT $2", drop: dropDonor},
	{kind: retention.Reasons, find: "SELECT id, '' FROM cancel_reason WHERE words <> '' AND at < $1 LIMIT $2", drop: by("UPDATE cancel_reason SET words = '' WHERE id = $1", false)},
	{kind: retention.Calls, find: "SELECT provider, event_id FROM inbox WHERE done_at < $1 LIMIT $2", drop: by("DELETE FROM inbox WHERE provider = $1 AND event_id = $2 AND done_at IS NOT NULL", true)},
	{kind: retention.Calls, find: "SELECT key, '' FROM command WHERE state <> 'planned' AND op = 'begin' AND params <> '{}' AND done_at < $1 LIMIT $2",
		drop: by("UPDATE command SET params = '{}', result = '{}' WHERE key = $1", false)},
	{kind: retention.Uploads, find: "SELECT id, '' FROM booking_file WHERE state = 'looked' AND created_at < $1 LIMIT $2", drop: by("DELETE FROM booking_file WHERE id = $1 AND state = 'looked'", false)},
	{kind: retention.Payers, days: true, find: `SELECT d.line_id, CAST(d.n AS TEXT) FROM bank_detail d JOIN bank_line l ON l.id = d.line_id
		WHERE l.booked_on < $1 AND d.box <> '' AND d.open_minor = 0 LIMIT $2`,
		drop: by("UPDATE bank_detail SET box = '', payer_hash = '' WHERE line_id = $1 AND CAST(n AS TEXT) = $2", true)},
}

// noneSince tells of donor d that nothing of theirs is as young as $1, and that
// no plan of theirs may still bring money.
const noneSince = ` AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.donor_id = d.id AND p.succeeded_at >= $1)
	AND NOT EXISTS (SELECT 1 FROM donation x WHERE x.donor_id = d.id AND x.updated_at >= $1)
	AND NOT EXISTS (SELECT 1 FROM plan y WHERE y.donor_id = d.id AND (y.state IN ('incomplete', 'active', 'past_due', 'paused', 'cancel_scheduled', 'unpaid') OR y.updated_at >= $1))`

// dropDonor erases a donor whose time is over, as the desk would have; see
// EraseDonor for what stays.
func dropDonor(ctx context.Context, tx *Tx, key rowKey, before time.Time) (int64, error) {
	if err := tx.lockMails(ctx, key.a); err != nil { // a gift may come in just now
		return 0, err
	}
	n, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) FROM donor d WHERE d.created_at < $1 AND d.id = $2 AND d.erased_at IS NULL"+noneSince, before.UnixMilli(), key.a)
	if err != nil || n == 0 {
		return 0, err
	}
	return 1, tx.EraseDonor(ctx, System, key.a)
}

// storyTables are what hangs on an article that was never public, in the order
// in which it can go; a test compares the list with the schema.
var storyTables = []string{"draft", "draft_tab", "article_lock", "article_word", "approval", "article_pending", "story_note", "proposal", "notification", "preview", "reader_report", "media_use", "revision"}

// dropSpiked removes a story that was spiked and never public, with its
// revisions. The import that brought it does not bring it again.
func dropSpiked(ctx context.Context, tx *Tx, key rowKey, before time.Time) (int64, error) {
	a, err := tx.HoldArticle(ctx, key.a)
	if err != nil {
		return 0, err
	}
	if a.State != "spiked" || !a.First.IsZero() || !a.Ended.Before(before) {
		return 0, nil
	}
	if err := tx.putWorkingMedia(ctx, key.a, nil); err != nil {
		return 0, err
	}
	for _, t := range storyTables {
		if _, err := db.Exec(ctx, tx, "DELETE FROM "+t+" WHERE article_id = $1", key.a); err != nil {
			return 0, err
		}
	}
	tx.Touch("desk")
	n, err := db.Exec(ctx, tx, "DELETE FROM article WHERE id = $1", key.a)
	if err != nil {
		return 0, err
	}
	return n, tx.Audit(ctx, System, "article.removed", "article", key.a, nil)
}

// Retain removes what is over of every kind, in slices, and counts it; what can't
// be removed of one kind holds no other up. It never touches the books, the log
// or what was published.
func (s *Store) Retain(ctx context.Context) error {
	periods, err := s.Retention(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, w := range sweeps {
		if err := s.sweep(ctx, w, periods.Before(w.kind, s.Clock.Now())); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

func (s *Store) sweep(ctx context.Context, w sweep, before time.Time) error {
	size, since := w.slice, any(before.UnixMilli())
	if size == 0 {
		size = retainSlice
	}
	if w.days {
		since = before.UTC().Format(time.DateOnly)
	}
	for ctx.Err() == nil {
		keys, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (k rowKey, err error) { return k, r.Scan(&k.a, &k.b) }, w.find, since, size)
		if err != nil || len(keys) == 0 {
			return err
		}
		n, err := s.removed(ctx, w, keys, before)
		if err != nil || n == 0 { // what is found but stays would be found for ever
			return err
		}
	}
	return ctx.Err()
}

// removed removes a slice and notes how many went.
func (s *Store) removed(ctx context.Context, w sweep, keys []rowKey, before time.Time) (gone int64, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		gone = 0
		for _, k := range keys {
			n, err := w.drop(ctx, tx, k, before)
			if err != nil {
				return err
			}
			gone += n
		}
		if gone == 0 {
			return nil
		}
		_, err := db.Exec(ctx, tx, `INSERT INTO retention_day (day, kind, n) VALUES ($1, $2, $3)
			ON CONFLICT (day, kind) DO UPDATE SET n = retention_day.n + excluded.n`, time.UnixMilli(tx.now()).UTC().Format(time.DateOnly), w.kind, gone)
		return err
	})
	return gone, err
}

// Removal is how many of a kind were removed on a day because its time was over.
type Removal struct {
	Day  string // YYYY-MM-DD, UTC
	Kind retention.Kind
	N    int64
}

// Removals lists what was removed, the newest day first.
func (s *Store) Removals(ctx context.Context, limit int) ([]Removal, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (x Removal, err error) { return x, r.Scan(&x.Day, &x.Kind, &x.N) },
		"SELECT day, kind, n FROM retention_day ORDER BY day DESC, kind LIMIT $1", limit)
}
