package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
)

// How long a session lasts: at most a fortnight, and twelve hours without a
// sign of life (OWASP Session Management Cheat Sheet: both limits, held by the
// server). Between the password and the code of the second step there are ten
// minutes.
const (
	SessionLasts = 14 * 24 * time.Hour
	SessionIdle  = 12 * time.Hour
	stageLasts   = 10 * time.Minute
)

// Stage tells how far somebody has come with signing in.
type Stage string

// The stages of a session.
const (
	StagePassword Stage = "password" // awaits the code of the second step
	StageFull     Stage = "full"
)

// Session is somebody who is signed in, or half signed in.
type Session struct {
	ID        string // names it where several are listed; opens nothing
	StaffID   string
	Stage     Stage
	CSRF      string // stands in every form of this session
	CreatedAt time.Time
	SeenAt    time.Time
	ProvedAt  time.Time // when they last proved who they are; zero: not
	ExpiresAt time.Time
	From
}

// From is what is known of where a session began.
type From struct {
	How     string // "passkey", "code", "password", "link", "recovery" or "setup"
	Browser string // its family; "" is not known
}

// Ends is when the session ends if there is no sign of life from now on.
func (x Session) Ends() time.Time {
	if idle := x.SeenAt.Add(SessionIdle); idle.Before(x.ExpiresAt) {
		return idle
	}
	return x.ExpiresAt
}

// newToken returns 256 random bits as text without marks, so that logs know it
// for a secret. Only its hash is kept: a copy of the database opens no session
// and no link.
func newToken() string { return id.Secret(32) }

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// StartSession signs somebody in up to a stage and returns the cookie's token.
// A full session begins as proved.
func (tx *Tx) StartSession(ctx context.Context, staffID string, stage Stage, from From) (token string, err error) {
	token, now := newToken(), tx.now()
	lasts, proved := stageLasts, int64(0)
	if stage == StageFull {
		lasts, proved = SessionLasts, now
		if _, err := db.Exec(ctx, tx, "UPDATE staff SET last_seen_at = $1 WHERE id = $2", now, staffID); err != nil {
			return "", err
		}
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO staff_session (token_hash, id, staff_id, stage, csrf, created_at, seen_at, proved_at, expires_at, how, browser)
		VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10)`, tokenHash(token), id.New(), staffID, stage, newToken(), now, proved, now+lasts.Milliseconds(), from.How, from.Browser)
	return token, err
}

// Session finds the session of a cookie's token; fault.NotFound where there is
// none, it has ended, or its account was switched off.
func (s *Store) Session(ctx context.Context, token string) (Session, error) {
	now := s.nowMs()
	return db.One(ctx, s.Query(), scanSession, `SELECT `+sessionColumns+` FROM staff_session
		WHERE token_hash = $1 AND expires_at > $2 AND seen_at > $3 AND staff_id IN (SELECT id FROM staff WHERE state = 'active')`,
		tokenHash(token), now, now-SessionIdle.Milliseconds())
}

// Sessions lists the sessions of an account that have not ended.
func (s *Store) Sessions(ctx context.Context, staffID string) ([]Session, error) {
	now := s.nowMs()
	return db.Rows(ctx, s.Query(), scanSession, `SELECT `+sessionColumns+` FROM staff_session
		WHERE staff_id = $1 AND stage = 'full' AND expires_at > $2 AND seen_at > $3 ORDER BY seen_at DESC`,
		staffID, now, now-SessionIdle.Milliseconds())
}

const sessionColumns = "id, staff_id, stage, csrf, created_at, seen_at, NULLIF(proved_at, 0), expires_at, how, browser"

func scanSession(r db.Scanner) (x Session, err error) {
	return x, r.Scan(&x.ID, &x.StaffID, &x.Stage, &x.CSRF, db.At(&x.CreatedAt), db.At(&x.SeenAt), db.At(&x.ProvedAt), db.At(&x.ExpiresAt), &x.How, &x.Browser)
}

// SeeSession notes a sign of life. Callers do so once a minute at most: a page
// view should not cost a commit.
func (tx *Tx) SeeSession(ctx context.Context, token string) error {
	_, err := db.Exec(ctx, tx, "UPDATE staff_session SET seen_at = $1 WHERE token_hash = $2", tx.now(), tokenHash(token))
	return err
}

// ProveSession notes that the person has just proved who they are.
func (tx *Tx) ProveSession(ctx context.Context, token string) error {
	_, err := db.Exec(ctx, tx, "UPDATE staff_session SET proved_at = $1 WHERE token_hash = $2 AND stage = 'full'", tx.now(), tokenHash(token))
	return err
}

// EndSession ends one session.
func (tx *Tx) EndSession(ctx context.Context, token string) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM staff_session WHERE token_hash = $1", tokenHash(token))
	return err
}

// EndOneSession ends one of an account's sessions by its id; fault.NotFound where
// it has ended already or is somebody else's.
func (tx *Tx) EndOneSession(ctx context.Context, by Actor, staffID, sessionID string) error {
	n, err := db.Exec(ctx, tx, "DELETE FROM staff_session WHERE id = $1 AND staff_id = $2", sessionID, staffID)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.NotFound, "this session has ended already")
	}
	return tx.Audit(ctx, by, "staff.session_ended", "staff", staffID, nil)
}

// EndSessions ends all sessions of an account but that of keep (a token, or "").
func (tx *Tx) EndSessions(ctx context.Context, by Actor, staffID, keep string) error {
	if err := tx.endSessions(ctx, staffID, keep); err != nil {
		return err
	}
	return tx.Audit(ctx, by, "staff.signed_out_everywhere", "staff", staffID, nil)
}

func (tx *Tx) endSessions(ctx context.Context, staffID, keep string) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM staff_session WHERE staff_id = $1 AND token_hash <> $2", staffID, tokenHash(keep))
	return err
}

// shutOut ends the sessions and the unused links of an account.
func (tx *Tx) shutOut(ctx context.Context, staffID, keep string) error {
	if err := tx.endSessions(ctx, staffID, keep); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, "DELETE FROM staff_link WHERE staff_id = $1 AND used_at IS NULL", staffID)
	return err
}

// PruneSessions forgets sessions, links and questions for passkeys that have
// ended.
func (tx *Tx) PruneSessions(ctx context.Context) error {
	now := tx.now()
	if _, err := db.Exec(ctx, tx, "DELETE FROM staff_session WHERE expires_at < $1 OR seen_at < $2", now, now-SessionIdle.Milliseconds()); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, "DELETE FROM staff_ceremony WHERE expires_at < $1", now); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, "DELETE FROM staff_link WHERE expires_at < $1", now-SessionLasts.Milliseconds())
	return err
}
