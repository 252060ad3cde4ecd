package store

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
)

// Upload is a statement file between upload and confirmation.
type Upload struct {
	ID        string
	Name      string
	Bytes     int64
	AccountID string // chosen for a file that names none
	At        time.Time
}

// uploadPart is how many bytes are kept in one row and transaction.
const uploadPart = 128 << 10

// uploadLasts is how long a file waits for its confirmation.
const uploadLasts = 24 * time.Hour

// Keep keeps a file until it is read or a day has passed, sealed, in parts that
// hold up nobody. Older files are forgotten.
func (b *Statements) Keep(ctx context.Context, name string, data []byte) (string, error) {
	if err := b.forgetOld(ctx); err != nil {
		return "", err
	}
	uploadID := id.New()
	err := b.Write(ctx, func(tx *Tx) error {
		_, err := db.Exec(ctx, tx, "INSERT INTO bank_upload (id, name, bytes, at, by_id) VALUES ("+places(5)+")", uploadID, name, len(data), tx.now(), b.by.ID)
		return err
	})
	for n := 0; err == nil && n*uploadPart < len(data); n++ {
		part := data[n*uploadPart : min(len(data), (n+1)*uploadPart)]
		box := b.secrets.Seal(uploadBox(uploadID, n), base64.StdEncoding.EncodeToString(part))
		err = b.Write(ctx, func(tx *Tx) error {
			_, err := db.Exec(ctx, tx, "INSERT INTO bank_upload_part (upload_id, n, box) VALUES ($1, $2, $3)", uploadID, n, box)
			return err
		})
	}
	return uploadID, err
}

func uploadBox(uploadID string, n int) string { return fmt.Sprintf("bank upload %s/%d", uploadID, n) }

// Kept returns a file that waits; fault.Gone where it was read or its day is over.
func (b *Statements) Kept(ctx context.Context, uploadID string) (u Upload, data []byte, err error) {
	u, err = db.One(ctx, b.Query(), func(r db.Scanner) (u Upload, err error) {
		return u, r.Scan(&u.ID, &u.Name, &u.Bytes, &u.AccountID, db.At(&u.At))
	}, "SELECT id, name, bytes, account_id, at FROM bank_upload WHERE id = $1 AND at > $2", uploadID, b.nowMs()-uploadLasts.Milliseconds())
	if fault.Is(err, fault.NotFound) {
		return u, nil, fault.New(fault.Gone, "this file was read already, or waited for longer than a day; upload it again")
	}
	if err != nil {
		return u, nil, err
	}
	boxes, err := db.Rows(ctx, b.Query(), db.Value[string], "SELECT box FROM bank_upload_part WHERE upload_id = $1 ORDER BY n", uploadID)
	var all bytes.Buffer
	for n, box := range boxes {
		text, err := b.secrets.Open(uploadBox(uploadID, n), box)
		if err != nil {
			return u, nil, err
		}
		part, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return u, nil, fault.Wrap(fault.Internal, err, "")
		}
		all.Write(part)
	}
	if err == nil && int64(all.Len()) != u.Bytes {
		err = fault.New(fault.Gone, "this file did not arrive whole; upload it again")
	}
	return u, all.Bytes(), err
}

// ChooseAccount notes which account a file is of that names none.
func (b *Statements) ChooseAccount(ctx context.Context, uploadID, accountID string) error {
	return b.Write(ctx, func(tx *Tx) error {
		_, err := db.Exec(ctx, tx, "UPDATE bank_upload SET account_id = $1 WHERE id = $2", accountID, uploadID)
		return err
	})
}

// Forget removes a file that was read, or is not wanted any more.
func (b *Statements) Forget(ctx context.Context, uploadID string) error {
	for {
		var n int64
		err := b.Write(ctx, func(tx *Tx) (err error) {
			n, err = db.Exec(ctx, tx, "DELETE FROM bank_upload_part WHERE upload_id = $1 AND n IN (SELECT n FROM bank_upload_part WHERE upload_id = $1 ORDER BY n LIMIT 20)", uploadID)
			if err == nil && n == 0 {
				_, err = db.Exec(ctx, tx, "DELETE FROM bank_upload WHERE id = $1", uploadID)
			}
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

func (b *Statements) forgetOld(ctx context.Context) error {
	old, err := db.Rows(ctx, b.Query(), db.Value[string], "SELECT id FROM bank_upload WHERE at <= $1", b.nowMs()-uploadLasts.Milliseconds())
	for _, uploadID := range old {
		if err == nil {
			err = b.Forget(ctx, uploadID)
		}
	}
	return err
}
