package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
)

// How long a donor stays signed in: half an hour without a sign of life, twelve
// hours in all. What can't be undone (the export, a change of address, erasure)
// wants a link from a mail that was used within the last quarter of an hour.
const (
	DonorSessionLasts = 12 * time.Hour
	DonorSessionIdle  = 30 * time.Minute
	DonorProofLasts   = 15 * time.Minute
)

// DonorSession is a donor who is signed in to the page of their own.
type DonorSession struct {
	DonorID   string
	CSRF      string // stands in every form of this session
	CreatedAt time.Time
	SeenAt    time.Time
	ProvedAt  time.Time // when a link from a mail was last used
	ExpiresAt time.Time
}

// Proved tells whether a fresh link was used a short while ago.
func (x DonorSession) Proved(now time.Time) bool { return now.Sub(x.ProvedAt) < DonorProofLasts }

// StartDonorSession signs a donor in, who has just used a link, and returns the
// cookie's token, of which only the hash is kept.
func (tx *Tx) StartDonorSession(ctx context.Context, donorID string) (token string, err error) {
	token, now := newToken(), tx.now()
	_, err = db.Exec(ctx, tx, "INSERT INTO donor_session (token_hash, donor_id, csrf, created_at, seen_at, proved_at, expires_at) VALUES ($1, $2, $3, $4, $4, $4, $5)",
		tokenHash(token), donorID, newToken(), now, now+DonorSessionLasts.Milliseconds())
	return token, err
}

// DonorSession finds the session of a cookie's token; fault.NotFound where there
// is none or it has ended.
func (s *Store) DonorSession(ctx context.Context, token string) (DonorSession, error) {
	now := s.nowMs()
	return db.One(ctx, s.Query(), func(r db.Scanner) (x DonorSession, err error) {
		return x, r.Scan(&x.DonorID, &x.CSRF, db.At(&x.CreatedAt), db.At(&x.SeenAt), db.At(&x.ProvedAt), db.At(&x.ExpiresAt))
	}, `SELECT donor_id, csrf, created_at, seen_at, proved_at, expires_at FROM donor_session
		WHERE token_hash = $1 AND expires_at > $2 AND seen_at > $3`, tokenHash(token), now, now-DonorSessionIdle.Milliseconds())
}

// SeeDonorSession notes a sign of life. Callers do so once a minute at most.
func (tx *Tx) SeeDonorSession(ctx context.Context, token string) error {
	_, err := db.Exec(ctx, tx, "UPDATE donor_session SET seen_at = $1 WHERE token_hash = $2", tx.now(), tokenHash(token))
	return err
}

// EndDonorSession ends one session.
func (tx *Tx) EndDonorSession(ctx context.Context, token string) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM donor_session WHERE token_hash = $1", tokenHash(token))
	return err
}

// EndDonorSessions ends all sessions of a donor.
func (tx *Tx) EndDonorSessions(ctx context.Context, donorID string) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM donor_session WHERE donor_id = $1", donorID)
	return err
}

// explainFor is how long a link that works no more can still explain itself.
const explainFor = 365 * 24 * time.Hour

// PruneDonors forgets sessions that have ended, and links that ended long ago.
func (tx *Tx) PruneDonors(ctx context.Context) error {
	now := tx.now()
	if _, err := db.Exec(ctx, tx, "DELETE FROM donor_session WHERE expires_at < $1 OR seen_at < $2", now, now-DonorSessionIdle.Milliseconds()); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, "DELETE FROM donor_link WHERE expires_at < $1", now-explainFor.Milliseconds())
	return err
}
