package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
)

// LinkKind is what a one-time link does.
type LinkKind string

// The kinds of one-time links.
const (
	LinkSetup  LinkKind = "setup"  // first start: makes the owner
	LinkInvite LinkKind = "invite" // chooses the first password
	LinkReset  LinkKind = "reset"  // chooses a new password
	LinkSignIn LinkKind = "signin" // signs in
)

// lasts is for how long a kind of link may be used.
func (k LinkKind) lasts() time.Duration {
	switch k {
	case LinkInvite:
		return 7 * 24 * time.Hour
	case LinkSetup, LinkReset:
		return 24 * time.Hour
	}
	return 15 * time.Minute
}

// Link is a one-time link that was made.
type Link struct {
	Kind      LinkKind
	StaffID   string // "" for setup
	ExpiresAt time.Time
}

// MakeLink makes a one-time link and returns its token. Unused links of the
// same kind to the same account end with it.
func (tx *Tx) MakeLink(ctx context.Context, kind LinkKind, staffID string) (token string, until time.Time, err error) {
	_, err = db.Exec(ctx, tx, "DELETE FROM staff_link WHERE kind = $1 AND staff_id = $2 AND used_at IS NULL", kind, staffID)
	if err != nil {
		return "", until, err
	}
	token = newToken()
	ends := tx.now() + kind.lasts().Milliseconds()
	_, err = db.Exec(ctx, tx, "INSERT INTO staff_link (token_hash, kind, staff_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
		tokenHash(token), kind, staffID, tx.now(), ends)
	return token, time.UnixMilli(ends).UTC(), err
}

// Link looks at a one-time link without using it up; fault.Gone where it was
// used, has ended, or never was.
func (s *Store) Link(ctx context.Context, token string) (Link, error) {
	return link(db.One(ctx, s.Query(), scanLink, `SELECT kind, staff_id, expires_at FROM staff_link
		WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2`, tokenHash(token), s.nowMs()))
}

// Invitation is the last invitation of an account, which may have ended;
// fault.NotFound where there is none that waits.
func (s *Store) Invitation(ctx context.Context, staffID string) (Link, error) {
	return db.One(ctx, s.Query(), scanLink, `SELECT kind, staff_id, expires_at FROM staff_link
		WHERE staff_id = $1 AND kind = 'invite' AND used_at IS NULL ORDER BY created_at DESC LIMIT 1`, staffID)
}

// UseLink uses a one-time link up: of many who try at once exactly one gets it,
// the others fault.Gone.
func (tx *Tx) UseLink(ctx context.Context, token string) (Link, error) {
	return link(db.One(ctx, tx, scanLink, `UPDATE staff_link SET used_at = $1
		WHERE token_hash = $2 AND used_at IS NULL AND expires_at > $1 RETURNING kind, staff_id, expires_at`, tx.now(), tokenHash(token)))
}

func link(l Link, err error) (Link, error) {
	if fault.Is(err, fault.NotFound) {
		return l, fault.New(fault.Gone, "this link was used already or has ended; ask for a new one")
	}
	return l, err
}

func scanLink(r db.Scanner) (l Link, err error) {
	return l, r.Scan(&l.Kind, &l.StaffID, db.At(&l.ExpiresAt))
}
