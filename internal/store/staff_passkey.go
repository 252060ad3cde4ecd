package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/passkey"
)

// Passkey is a passkey of somebody's account.
type Passkey struct {
	passkey.Key
	ID        string
	StaffID   string
	Site      string // host name that it works at
	Name      string // as its owner calls it
	CreatedAt time.Time
	UsedAt    time.Time // zero: never
}

const passkeyColumns = "id, staff_id, credential, site, name, sign_count, data, created_at, used_at"

func scanPasskey(r db.Scanner) (k Passkey, err error) {
	return k, r.Scan(&k.ID, &k.StaffID, &k.Credential, &k.Site, &k.Name, &k.Count, &k.Data, db.At(&k.CreatedAt), db.At(&k.UsedAt))
}

// Passkeys lists the passkeys of an account in the order in which they were made.
func (s *Store) Passkeys(ctx context.Context, staffID string) ([]Passkey, error) {
	return passkeys(ctx, s.Query(), staffID)
}

// Passkeys lists the passkeys of an account as this transaction sees them.
func (tx *Tx) Passkeys(ctx context.Context, staffID string) ([]Passkey, error) {
	return passkeys(ctx, tx, staffID)
}

func passkeys(ctx context.Context, q db.Querier, staffID string) ([]Passkey, error) {
	return db.Rows(ctx, q, scanPasskey, "SELECT "+passkeyColumns+" FROM staff_passkey WHERE staff_id = $1 ORDER BY created_at, id", staffID)
}

// PasskeyBy finds a passkey by the id of its credential.
func (s *Store) PasskeyBy(ctx context.Context, credential string) (Passkey, error) {
	return db.One(ctx, s.Query(), scanPasskey, "SELECT "+passkeyColumns+" FROM staff_passkey WHERE credential = $1", credential)
}

// CountPasskeys tells how many passkeys of active accounts work at a host name.
func (s *Store) CountPasskeys(ctx context.Context, site string) (int, error) {
	n, err := db.One(ctx, s.Query(), db.Value[int64], `SELECT COUNT(*) FROM staff_passkey
		WHERE site = $1 AND staff_id IN (SELECT id FROM staff WHERE state = 'active')`, site)
	return int(n), err
}

// AddPasskey keeps a new passkey; fault.Conflict where it is known already.
func (tx *Tx) AddPasskey(ctx context.Context, by Actor, k Passkey) error {
	n, err := db.Exec(ctx, tx, `INSERT INTO staff_passkey (id, staff_id, credential, site, name, sign_count, data, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		id.New(), k.StaffID, k.Credential, k.Site, k.Name, int64(k.Count), k.Data, tx.now())
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "this passkey is known here already; use it to sign in")
	}
	return tx.Audit(ctx, by, "staff.passkey_added", "staff", k.StaffID, map[string]any{"name": k.Name, "site": k.Site})
}

// UsePasskey keeps the counter that came with a signature; fault.Denied where
// another signature with this or a higher counter came before, even a moment
// ago. Keys without a counter send 0 for ever.
func (tx *Tx) UsePasskey(ctx context.Context, k Passkey) error {
	n, err := db.Exec(ctx, tx, `UPDATE staff_passkey SET sign_count = $1, data = $2, used_at = $3
		WHERE id = $4 AND (sign_count < $1 OR sign_count = 0 AND $1 = 0)`, int64(k.Count), k.Data, tx.now(), k.ID)
	if err == nil && n == 0 {
		return fault.New(fault.Denied, "this passkey's counter did not rise; sign in another way and remove it")
	}
	return err
}

// NamePasskey calls one of an account's passkeys something else.
func (tx *Tx) NamePasskey(ctx context.Context, staffID, keyID, name string) error {
	n, err := db.Exec(ctx, tx, "UPDATE staff_passkey SET name = $1 WHERE id = $2 AND staff_id = $3", name, keyID, staffID)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "there is no such passkey")
	}
	return err
}

// RemovePasskey takes one of an account's passkeys away. site is where the
// newsroom is; fault.Conflict where it would leave the account nothing to sign
// in with there.
func (tx *Tx) RemovePasskey(ctx context.Context, by Actor, staffID, keyID, site string) error {
	return tx.keepingAWayIn(ctx, staffID, site, func() error {
		name, err := db.One(ctx, tx, db.Value[string], "DELETE FROM staff_passkey WHERE id = $1 AND staff_id = $2 RETURNING name", keyID, staffID)
		if err != nil {
			return err
		}
		return tx.Audit(ctx, by, "staff.passkey_removed", "staff", staffID, map[string]any{"name": name})
	})
}

// RemovePassword takes the password and with it the second step away, so that
// only passkeys sign in; fault.Conflict where there is none at site.
func (tx *Tx) RemovePassword(ctx context.Context, by Actor, staffID, site string) error {
	return tx.keepingAWayIn(ctx, staffID, site, func() error {
		_, err := db.Exec(ctx, tx, "UPDATE staff SET password_hash = '', totp_secret = '', totp_step = 0 WHERE id = $1", staffID)
		if err != nil {
			return err
		}
		return tx.Audit(ctx, by, "staff.password_removed", "staff", staffID, nil)
	})
}

// keepingAWayIn runs change and refuses it where it leaves the account neither a
// password nor a passkey that works at site. The account's row is locked first,
// so that two devices can't remove each other at the same moment.
func (tx *Tx) keepingAWayIn(ctx context.Context, staffID, site string, change func() error) error {
	if _, err := db.Exec(ctx, tx, "UPDATE staff SET state = state WHERE id = $1", staffID); err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	ways, err := db.One(ctx, tx, db.Value[int64], `SELECT (SELECT COUNT(*) FROM staff WHERE id = $1 AND password_hash <> '')
		+ (SELECT COUNT(*) FROM staff_passkey WHERE staff_id = $1 AND site = $2)`, staffID, site)
	if err == nil && ways == 0 {
		return fault.New(fault.Conflict, "this is the last way to sign in; add another one first")
	}
	return err
}

// Reset takes away all that an account is signed in with: password, second step,
// passkeys, recovery codes, sessions and links.
func (tx *Tx) Reset(ctx context.Context, by Actor, staffID string) error {
	for _, query := range []string{
		"UPDATE staff SET password_hash = '', totp_secret = '', totp_step = 0 WHERE id = $1",
		"DELETE FROM staff_passkey WHERE staff_id = $1",
		"DELETE FROM staff_recovery WHERE staff_id = $1",
		"DELETE FROM staff_ceremony WHERE staff_id = $1",
	} {
		if _, err := db.Exec(ctx, tx, query, staffID); err != nil {
			return err
		}
	}
	if err := tx.shutOut(ctx, staffID, ""); err != nil {
		return err
	}
	if err := tx.endTokens(ctx, staffID); err != nil {
		return err
	}
	return tx.Audit(ctx, by, "staff.reset", "staff", staffID, nil)
}

// CeremonyKind is what a passkey is asked for.
type CeremonyKind string

// The kinds of ceremonies.
const (
	CeremonySignIn CeremonyKind = "signin"
	CeremonyEnrol  CeremonyKind = "enrol"
	CeremonyProve  CeremonyKind = "prove"
)

// AskPasskey keeps a question for passkey.Lasts and returns the token that its
// answer has to bring. staffID is "" where nobody knows yet who will answer.
func (tx *Tx) AskPasskey(ctx context.Context, kind CeremonyKind, staffID string, kept []byte) (token string, err error) {
	token = newToken()
	_, err = db.Exec(ctx, tx, "INSERT INTO staff_ceremony (id_hash, kind, staff_id, data, expires_at) VALUES ($1, $2, $3, $4, $5)",
		tokenHash(token), kind, staffID, string(kept), tx.now()+passkey.Lasts.Milliseconds())
	return token, err
}

// AnswerPasskey takes a question out: of many answers at once exactly one gets
// it. fault.Gone where it was answered, has ended, or was asked for something or
// somebody else.
func (tx *Tx) AnswerPasskey(ctx context.Context, kind CeremonyKind, staffID, token string) (kept []byte, err error) {
	text, err := db.One(ctx, tx, db.Value[string], `DELETE FROM staff_ceremony
		WHERE id_hash = $1 AND kind = $2 AND staff_id = $3 AND expires_at > $4 RETURNING data`, tokenHash(token), kind, staffID, tx.now())
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.Gone, "this took longer than five minutes; try once more")
	}
	return []byte(text), err
}
