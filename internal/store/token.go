package store

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/staff"
)

// Token is a key with which programs come for a person. It never opens more than
// the person may, and of that only its scopes.
type Token struct {
	ID, Staff string
	Name      string // what it is for
	Scopes    []staff.Scope
	Made      time.Time
	Ends      time.Time
	Used      string    // last day, YYYY-MM-DD in UTC; "" is never
	Revoked   time.Time // zero: not
}

// Works tells whether it opens anything, its person's account aside.
func (t Token) Works(now time.Time) bool { return t.Revoked.IsZero() && now.Before(t.Ends) }

// TokenPrefix begins every token, so that programs that look for keys in the wrong
// places know one.
const TokenPrefix = "masthead_"

const (
	maxTokens    = 50 // of one person, that work
	maxTokenName = 100
)

// MakeToken makes a token for somebody and returns it; it is kept nowhere but as
// a hash.
func (tx *Tx) MakeToken(ctx context.Context, by Actor, t Token) (secret string, err error) {
	bad := fault.Fields{}
	if t.Name == "" || utf8.RuneCountInString(t.Name) > maxTokenName {
		bad["name"] = "Say in a few words what the token is for."
	}
	if len(t.Scopes) == 0 || slices.ContainsFunc(t.Scopes, func(s staff.Scope) bool { return !slices.Contains(staff.Scopes(), s) }) {
		bad["scopes"] = "Choose what the token is to open."
	}
	now := time.UnixMilli(tx.now())
	if days := t.Ends.Sub(now); days <= 0 || days > staff.TokenMost {
		bad["days"] = "Choose for how long the token shall work."
	}
	if err := bad.Err(); err != nil {
		return "", err
	}
	n, err := db.One(ctx, tx, db.Value[int], "SELECT COUNT(*) FROM api_token WHERE staff_id = $1 AND revoked_at IS NULL AND expires_at > $2", t.Staff, tx.now())
	if err != nil {
		return "", err
	}
	if n >= maxTokens {
		return "", fault.New(fault.Conflict, "you have %d tokens already; revoke one first", maxTokens)
	}
	secret, t.ID = TokenPrefix+newToken(), id.New()
	_, err = db.Exec(ctx, tx, "INSERT INTO api_token (id, staff_id, name, token_hash, scopes, created_at, expires_at) VALUES ("+places(7)+")",
		t.ID, t.Staff, t.Name, tokenHash(secret), db.JSON(t.Scopes), tx.now(), t.Ends.UnixMilli())
	if err != nil {
		return "", err
	}
	tx.Touch("desk")
	return secret, tx.Audit(ctx, by, "token.made", "token", t.ID, map[string]any{"name": t.Name, "scopes": t.Scopes, "until": t.Ends.UTC().Format(time.RFC3339)})
}

const tokenColumns = "id, staff_id, name, scopes, created_at, expires_at, used_on, revoked_at"

func scanToken(r db.Scanner) (t Token, err error) {
	return t, r.Scan(&t.ID, &t.Staff, &t.Name, db.FromJSON(&t.Scopes), db.At(&t.Made), db.At(&t.Ends), &t.Used, db.At(&t.Revoked))
}

// Token finds a token by its secret, whether it works or not; fault.NotFound
// where there never was one.
func (s *Store) Token(ctx context.Context, secret string) (Token, error) {
	if !strings.HasPrefix(secret, TokenPrefix) {
		return Token{}, fault.New(fault.NotFound, "this is no token of Masthead")
	}
	return db.One(ctx, s.Query(), scanToken, "SELECT "+tokenColumns+" FROM api_token WHERE token_hash = $1", tokenHash(secret))
}

// Tokens lists somebody's tokens that have not been revoked, the newest first.
func (s *Store) Tokens(ctx context.Context, staffID string) ([]Token, error) {
	return db.Rows(ctx, s.Query(), scanToken, "SELECT "+tokenColumns+" FROM api_token WHERE staff_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC, id", staffID)
}

// UseToken notes the day on which a token was used.
func (tx *Tx) UseToken(ctx context.Context, tokenID, day string) error {
	_, err := db.Exec(ctx, tx, "UPDATE api_token SET used_on = $2 WHERE id = $1 AND used_on < $2", tokenID, day)
	return err
}

// RevokeToken ends one of somebody's tokens; fault.NotFound where it has ended or
// is somebody else's.
func (tx *Tx) RevokeToken(ctx context.Context, by Actor, staffID, tokenID string) error {
	n, err := db.Exec(ctx, tx, "UPDATE api_token SET revoked_at = $3 WHERE id = $1 AND staff_id = $2 AND revoked_at IS NULL", tokenID, staffID, tx.now())
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "this token has been revoked already")
	}
	if err != nil {
		return err
	}
	tx.Touch("desk")
	return tx.Audit(ctx, by, "token.revoked", "token", tokenID, nil)
}

// endTokens revokes all tokens of somebody who is shut out.
func (tx *Tx) endTokens(ctx context.Context, staffID string) error {
	_, err := db.Exec(ctx, tx, "UPDATE api_token SET revoked_at = $2 WHERE staff_id = $1 AND revoked_at IS NULL", staffID, tx.now())
	return err
}
