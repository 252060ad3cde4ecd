package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
)

// Request is a request of a program that came with a key of its own, so that it
// is done once however often it is sent.
type Request struct {
	Token, Key string
	Hash       string // of what was asked for
	Try        string // names this try of it
}

// How long requests are known again, and how long one that is under way keeps
// others with its key waiting.
const (
	RequestLasts = 24 * time.Hour
	requestHeld  = 2 * time.Minute
)

type heldRequest struct {
	hash   string
	begun  time.Time
	done   time.Time
	answer string
}

// BeginRequest takes a request up. Where it was done before it returns the answer
// of then, which is "" where none was kept, and done is true. It is
// fault.Conflict while the same request is under way, and fault.Invalid where
// another one had this key.
func (tx *Tx) BeginRequest(ctx context.Context, r Request) (answer string, done bool, err error) {
	now := tx.now()
	n, err := db.Exec(ctx, tx, `INSERT INTO api_request (token_id, request_key, request_hash, try_id, begun_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (token_id, request_key) DO NOTHING`, r.Token, r.Key, r.Hash, r.Try, now)
	if err != nil || n == 1 {
		return "", false, err
	}
	was, err := db.One(ctx, tx, func(s db.Scanner) (h heldRequest, err error) {
		return h, s.Scan(&h.hash, db.At(&h.begun), db.At(&h.done), &h.answer)
	}, "SELECT request_hash, begun_at, done_at, answer FROM api_request WHERE token_id = $1 AND request_key = $2", r.Token, r.Key)
	if err != nil {
		return "", false, err
	}
	age := time.UnixMilli(now).Sub(was.begun)
	switch {
	case age >= RequestLasts:
	case was.hash != r.Hash:
		return "", false, fault.New(fault.Invalid, "this Idempotency-Key came with another request before; take a new key for each request")
	case !was.done.IsZero():
		return was.answer, true, nil
	case age < requestHeld:
		return "", false, fault.New(fault.Conflict, "a request with this Idempotency-Key is under way; send it again in a moment")
	}
	_, err = db.Exec(ctx, tx, "UPDATE api_request SET request_hash = $3, try_id = $4, begun_at = $5, done_at = NULL, answer = '' WHERE token_id = $1 AND request_key = $2",
		r.Token, r.Key, r.Hash, r.Try, now)
	return "", false, err
}

// DoRequest notes in the transaction that does the work that it is done. It is
// fault.Conflict where another try has taken the request over.
func (tx *Tx) DoRequest(ctx context.Context, r Request) error {
	n, err := db.Exec(ctx, tx, "UPDATE api_request SET done_at = $4 WHERE token_id = $1 AND request_key = $2 AND try_id = $3", r.Token, r.Key, r.Try, tx.now())
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "this request was sent again meanwhile; that one counts")
	}
	return err
}

// AnswerRequest keeps the answer for when the request is sent again.
func (tx *Tx) AnswerRequest(ctx context.Context, r Request, answer string) error {
	_, err := db.Exec(ctx, tx, "UPDATE api_request SET answer = $4, done_at = $5 WHERE token_id = $1 AND request_key = $2 AND try_id = $3", r.Token, r.Key, r.Try, answer, tx.now())
	return err
}

// DropRequest forgets a request that did nothing, so that it may be tried again.
func (tx *Tx) DropRequest(ctx context.Context, r Request) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM api_request WHERE token_id = $1 AND request_key = $2 AND try_id = $3 AND done_at IS NULL", r.Token, r.Key, r.Try)
	return err
}

// PruneRequests forgets requests after a day.
func (tx *Tx) PruneRequests(ctx context.Context) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM api_request WHERE begun_at < $1", tx.now()-RequestLasts.Milliseconds())
	return err
}
