package store

import (
	"context"
	"slices"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
)

// NoticeKind is what somebody of the staff is told of.
type NoticeKind string

// The kinds; there are no others, so that people go on reading them.
const (
	NoticeAssignment NoticeKind = "assignment"
	NoticeMention    NoticeKind = "mention"
	NoticeState      NoticeKind = "state"
	NoticeFailed     NoticeKind = "failed"  // a check failed after scheduling
	NoticeLate       NoticeKind = "late"    // out more than a minute after its time
	NoticeEmbargo    NoticeKind = "embargo" // an embargo is over

	NoticeRights      NoticeKind = "rights"       // a picture may be shown until the day in Detail
	NoticeRightsEnded NoticeKind = "rights_ended" // a picture might be shown until then
	NoticeFront       NoticeKind = "front"        // it has left the place on a front that it was given by hand
)

// Notice is something that somebody of the staff should know.
type Notice struct {
	ID       string
	Staff    string
	Kind     NoticeKind
	Article  string
	Headline string // of the article, as it is now; "" where Closed
	Closed   bool   // whom it was told may not read the article any more
	Secret   bool   // the article is under embargo
	By       string // name of who did it; "" is the program
	Detail   string // state or event
	At       time.Time
	Read     time.Time // zero: not yet
}

// The ways in which somebody is told by mail.
const (
	NotifyDaily = "" // once a day, if there is something
	NotifyNow   = "now"
	NotifyNever = "never"
)

// Notify tells people something, each once, but not the one who did it. Those
// who have no account any more hear nothing.
func (tx *Tx) Notify(ctx context.Context, n Notice, but string, to ...string) error {
	slices.Sort(to)
	for _, staffID := range slices.Compact(to) {
		if staffID == "" || staffID == but {
			continue
		}
		how, err := db.Rows(ctx, tx, db.Value[string], "SELECT notify FROM staff WHERE id = $1 AND state = 'active'", staffID)
		if err != nil {
			return err
		}
		if len(how) == 0 {
			continue
		}
		_, err = db.Exec(ctx, tx, "INSERT INTO notification (id, staff_id, kind, article_id, by_name, detail, created_at) VALUES ("+places(7)+")",
			id.New(), staffID, n.Kind, n.Article, n.By, n.Detail, tx.now())
		if err != nil {
			return err
		}
		if err := tx.wakeDigest(ctx, staffID, how[0]); err != nil {
			return err
		}
	}
	tx.Touch("desk")
	return nil
}

// gather is how long a mail waits for more to come.
const gather = 2 * time.Minute

// digestHour is the hour of the newsroom's day at which the daily mail goes out.
const digestHour = 7

func (tx *Tx) wakeDigest(ctx context.Context, staffID, how string) error {
	now := time.UnixMilli(tx.now())
	switch how {
	case NotifyNever:
		return nil
	case NotifyNow:
		return tx.Enqueue(ctx, job.Digest(staffID, how, now.Add(gather)))
	}
	o, err := tx.Outlet(ctx)
	if err != nil {
		return err
	}
	local := now.In(o.Location())
	at := time.Date(local.Year(), local.Month(), local.Day(), digestHour, 0, 0, 0, o.Location())
	if !at.After(now) {
		at = time.Date(local.Year(), local.Month(), local.Day()+1, digestHour, 0, 0, 0, o.Location())
	}
	return tx.Enqueue(ctx, job.Digest(staffID, how, at))
}

const noticeQuery = `SELECT n.id, n.staff_id, n.kind, n.article_id, a.headline, a.embargoed, n.by_name, n.detail, n.created_at, n.read_at
	FROM notification n JOIN article a ON a.id = n.article_id WHERE n.staff_id = $1`

func scanNotice(r db.Scanner) (n Notice, err error) {
	return n, r.Scan(&n.ID, &n.Staff, &n.Kind, &n.Article, &n.Headline, db.Bool(&n.Secret), &n.By, &n.Detail, db.At(&n.At), db.At(&n.Read))
}

// Notices lists what somebody was told, the newest first.
func (s *Store) Notices(ctx context.Context, staffID string, limit, offset int) ([]Notice, error) {
	list, err := db.Rows(ctx, s.Query(), scanNotice, noticeQuery+" ORDER BY n.created_at DESC, n.id LIMIT $2 OFFSET $3", staffID, limit, offset)
	if err != nil {
		return nil, err
	}
	return list, closeNotices(ctx, s.Query(), staffID, list)
}

// CountNotices counts what somebody has not read yet.
func (s *Store) CountNotices(ctx context.Context, staffID string) (int, error) {
	return db.One(ctx, s.Query(), db.Value[int], "SELECT COUNT(*) FROM notification WHERE staff_id = $1 AND read_at IS NULL", staffID)
}

// ReadNotices marks what somebody was told as read: about one article, or all
// where it is "".
func (tx *Tx) ReadNotices(ctx context.Context, staffID, articleID string) error {
	n, err := db.Exec(ctx, tx, "UPDATE notification SET read_at = $1 WHERE staff_id = $2 AND read_at IS NULL AND ($3 = '' OR article_id = $3)", tx.now(), staffID, articleID)
	if n > 0 {
		tx.Touch("desk")
	}
	return err
}

// TakeDigest returns what somebody has neither read nor been mailed, and marks
// it as mailed.
func (tx *Tx) TakeDigest(ctx context.Context, staffID string) ([]Notice, error) {
	out, err := db.Rows(ctx, tx, scanNotice, noticeQuery+" AND n.read_at IS NULL AND n.mailed_at IS NULL ORDER BY n.created_at, n.id LIMIT 100", staffID)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	ids := make([]any, len(out))
	for i, n := range out { // these and no others: more may have come meanwhile
		ids[i] = n.ID
	}
	_, err = db.Exec(ctx, tx, "UPDATE notification SET mailed_at = "+place(len(ids)+1)+" WHERE id IN ("+places(len(ids))+")", append(ids, tx.now())...)
	if err != nil {
		return nil, err
	}
	return out, closeNotices(ctx, tx, staffID, out)
}

// NotifyWay is how somebody wants to be told by mail.
func (s *Store) NotifyWay(ctx context.Context, staffID string) (string, error) {
	return db.One(ctx, s.Query(), db.Value[string], "SELECT notify FROM staff WHERE id = $1", staffID)
}

// SetNotifyWay changes it.
func (tx *Tx) SetNotifyWay(ctx context.Context, staffID, how string) error {
	_, err := db.Exec(ctx, tx, "UPDATE staff SET notify = $1 WHERE id = $2", how, staffID)
	return err
}
