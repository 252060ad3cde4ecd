package store

import (
	"context"
	"regexp"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
)

// MailState tells where a mail stands.
type MailState string

// The states of a mail. Uncertain: the connection broke after the text was
// handed over, so that it may or may not have arrived; a person decides.
const (
	MailWaiting   MailState = "waiting"
	MailSending   MailState = "sending"
	MailSent      MailState = "sent"
	MailFailed    MailState = "failed" // the server refused it for good
	MailUncertain MailState = "uncertain"
)

// Mail is a mail in the outbox.
type Mail struct {
	ID        string
	Key       string // one mail for each
	Kind      string // "gift", "refund", "staff" …
	ToAddress string
	ToName    string
	DonorID   string // whom it tells something, where that is a donor; it goes with the donor's data
	Lang      string
	Subject   string
	Text      string
	HTML      string
	Headers   map[string]string // further ones, such as List-Unsubscribe
	State     MailState
	Attempts  int
	LastError string
	CreatedAt time.Time
	SentAt    time.Time
}

// QueueMail puts a mail into the outbox; it goes out when the transaction has
// committed and a mail server is set. A mail with the same key is not added
// again, and one without an address (to a donor who gave none, or was erased)
// is not written at all.
func (tx *Tx) QueueMail(ctx context.Context, m Mail) error {
	if m.ToAddress == "" {
		return nil
	}
	if gone, err := tx.erasedMeanwhile(ctx, m.DonorID); gone || err != nil {
		return err
	}
	if m.Headers == nil {
		m.Headers = map[string]string{}
	}
	if m.Lang == "" {
		m.Lang = "en"
	}
	m.ID = id.New()
	n, err := db.Exec(ctx, tx, `INSERT INTO mail_outbox (id, unique_key, kind, to_address, to_name, donor_id, lang, subject, body_text, body_html, headers, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (unique_key) DO NOTHING`,
		m.ID, m.Key, m.Kind, m.ToAddress, m.ToName, m.DonorID, m.Lang, m.Subject, m.Text, m.HTML, db.JSON(m.Headers), tx.now())
	if err != nil || n == 0 {
		return err
	}
	tx.Touch("desk")
	return tx.Enqueue(ctx, job.Mail(m.ID))
}

// TakeMail claims a mail for sending; fault.NotFound where it does not wait. It
// is marked before the server is called, so that a crash in between leaves a
// mail that is uncertain rather than one that is sent twice.
func (tx *Tx) TakeMail(ctx context.Context, mailID string) (Mail, error) {
	return db.One(ctx, tx, scanMail, `UPDATE mail_outbox SET state = 'sending', attempts = attempts + 1
		WHERE id = $1 AND state = 'waiting' RETURNING `+mailColumns, mailID)
}

// SettleMail records what became of a mail that was taken, with the reason
// where it is not sent. Once it is sent, the body of a mail to the staff is
// forgotten, and the links of a mail to a donor are: whoever reads the outbox
// must not be able to use them.
func (tx *Tx) SettleMail(ctx context.Context, mailID string, state MailState, reason string) error {
	tx.Touch("desk")
	if state != MailSent {
		_, err := db.Exec(ctx, tx, "UPDATE mail_outbox SET state = $1, last_error = $2 WHERE id = $3 AND state = 'sending'", state, reason, mailID)
		return err
	}
	m, err := db.One(ctx, tx, scanMail, "SELECT "+mailColumns+" FROM mail_outbox WHERE id = $1 AND state = 'sending'", mailID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if m.Kind == MailKindStaff {
		m.Text, m.HTML = "", ""
	}
	for name, value := range m.Headers {
		m.Headers[name] = forgetLinks(value)
	}
	_, err = db.Exec(ctx, tx, "UPDATE mail_outbox SET state = $1, last_error = '', sent_at = $2, body_text = $3, body_html = $4, headers = $5 WHERE id = $6",
		MailSent, tx.now(), forgetLinks(m.Text), forgetLinks(m.HTML), db.JSON(m.Headers), mailID)
	return err
}

// donorLinks are the tokens in the addresses of mails to donors: of links, of
// what is signed (receipts, tax forms), and of the one that ends news.
var donorLinks = regexp.MustCompile(`(/my/link/|/give/stop/|/receipts/[^\s"'<>?]*\?(?:[^\s"'<>]*[&;])?key=)[A-Za-z0-9_.%-]+`)

func forgetLinks(body string) string { return donorLinks.ReplaceAllString(body, "${1}…") }

// MailKindStaff are mails that bring a one-time link to somebody of the staff.
const MailKindStaff = "staff"

// DecideMail settles a mail that failed or is uncertain by a person's word: it
// is sent again, or counts as sent.
func (tx *Tx) DecideMail(ctx context.Context, by Actor, mailID string, again bool) error {
	state := MailSent
	if again {
		state = MailWaiting
	}
	n, err := db.Exec(ctx, tx, "UPDATE mail_outbox SET state = $1, last_error = '' WHERE id = $2 AND state IN ('failed', 'uncertain')", state, mailID)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "this mail does not wait for a decision any more; load the page again")
	}
	tx.Touch("desk")
	if again {
		if err := tx.Enqueue(ctx, job.Mail(mailID)); err != nil {
			return err
		}
	}
	return tx.Audit(ctx, by, "mail.decided", "mail", mailID, map[string]any{"state": state})
}

// WakeMails enqueues waiting mails, up to a thousand at a time, when a mail
// server has been set.
func (tx *Tx) WakeMails(ctx context.Context) error {
	ids, err := db.Rows(ctx, tx, db.Value[string], "SELECT id FROM mail_outbox WHERE state = 'waiting' ORDER BY created_at LIMIT 1000")
	if err != nil {
		return err
	}
	for _, mailID := range ids {
		if err := tx.Enqueue(ctx, job.Mail(mailID)); err != nil {
			return err
		}
	}
	return nil
}

const mailColumns = `id, unique_key, kind, to_address, to_name, lang, subject, body_text, body_html, headers, state, attempts, last_error, created_at, sent_at`

func scanMail(r db.Scanner) (m Mail, err error) {
	return m, r.Scan(&m.ID, &m.Key, &m.Kind, &m.ToAddress, &m.ToName, &m.Lang, &m.Subject, &m.Text, &m.HTML, db.FromJSON(&m.Headers),
		&m.State, &m.Attempts, &m.LastError, db.At(&m.CreatedAt), db.At(&m.SentAt))
}

// Mail returns one mail.
func (s *Store) Mail(ctx context.Context, mailID string) (Mail, error) {
	return db.One(ctx, s.Query(), scanMail, "SELECT "+mailColumns+" FROM mail_outbox WHERE id = $1", mailID)
}

// Mails lists mails, those that wait for a person first, then the newest.
func (s *Store) Mails(ctx context.Context, limit, offset int) ([]Mail, error) {
	return db.Rows(ctx, s.Query(), scanMail, "SELECT "+mailColumns+` FROM mail_outbox
		ORDER BY CASE WHEN state IN ('failed', 'uncertain') THEN 0 ELSE 1 END, created_at DESC, id LIMIT $1 OFFSET $2`, limit, offset)
}

// CountMails tells how many mails there are in each state.
func (s *Store) CountMails(ctx context.Context) (map[MailState]int, error) {
	type count struct {
		state MailState
		n     int
	}
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (c count, err error) {
		return c, r.Scan(&c.state, &c.n)
	}, "SELECT state, COUNT(*) FROM mail_outbox GROUP BY state")
	out := map[MailState]int{}
	for _, c := range list {
		out[c.state] = c.n
	}
	return out, err
}
