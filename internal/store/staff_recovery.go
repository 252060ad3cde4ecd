package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/staff"
)

// Recovery says how an account stands with its recovery codes.
type Recovery struct {
	Left   int       // unused
	MadeAt time.Time // zero: there are none
}

// Recovery tells how many codes an account has left.
func (s *Store) Recovery(ctx context.Context, staffID string) (Recovery, error) {
	return recovery(ctx, s.Query(), staffID)
}

// Recovery tells how many codes an account has left, as this transaction sees it.
func (tx *Tx) Recovery(ctx context.Context, staffID string) (Recovery, error) {
	return recovery(ctx, tx, staffID)
}

func recovery(ctx context.Context, q db.Querier, staffID string) (Recovery, error) {
	return db.One(ctx, q, func(s db.Scanner) (r Recovery, err error) { return r, s.Scan(&r.Left, db.At(&r.MadeAt)) },
		"SELECT COUNT(*) - COUNT(used_at), MAX(created_at) FROM staff_recovery WHERE staff_id = $1", staffID)
}

// SetRecovery keeps the hashes of new codes; older ones end, used or not.
func (tx *Tx) SetRecovery(ctx context.Context, by Actor, staffID string, codes []string) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM staff_recovery WHERE staff_id = $1", staffID); err != nil {
		return err
	}
	for _, code := range codes {
		_, err := db.Exec(ctx, tx, "INSERT INTO staff_recovery (code_hash, staff_id, created_at) VALUES ($1, $2, $3)", codeHash(staffID, code), staffID, tx.now())
		if err != nil {
			return err
		}
	}
	return tx.Audit(ctx, by, "staff.recovery_made", "staff", staffID, map[string]any{"codes": len(codes)})
}

// UseRecovery uses a code up, of many tries at once one; fault.Denied where the
// account has no such unused code.
func (tx *Tx) UseRecovery(ctx context.Context, by Actor, staffID, code string) error {
	n, err := db.Exec(ctx, tx, "UPDATE staff_recovery SET used_at = $1 WHERE code_hash = $2 AND staff_id = $3 AND used_at IS NULL",
		tx.now(), codeHash(staffID, code), staffID)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Denied, "this is not one of the codes, or it was used already; take the next one")
	}
	return tx.Audit(ctx, by, "staff.recovery_used", "staff", staffID, nil)
}

// codeHash needs no slow function: a code has 80 random bits.
func codeHash(staffID, code string) string {
	return tokenHash("recovery " + staffID + " " + staff.PlainCode(code))
}
