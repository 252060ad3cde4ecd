package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/outlet"
)

// The pictures of the outlet itself.
const (
	FileLogo     = "logo"
	FileLogoDark = "logo-dark"
	FileIcon     = "icon"
	FileTouch    = "icon-touch"
)

// PutOutletFile keeps a picture of the outlet itself in place of the one that it
// had, and returns its name; the settings tell pages of it, see outlet.Look.
func (tx *Tx) PutOutletFile(ctx context.Context, kind, ext string, width, height int, body []byte) (*outlet.File, error) {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:6])
	_, err := db.Exec(ctx, tx, `INSERT INTO outlet_file (name, hash, ext, width, height, body, made_at) VALUES (`+places(7)+`)
		ON CONFLICT (name) DO UPDATE SET hash = excluded.hash, ext = excluded.ext, width = excluded.width, height = excluded.height,
			body = excluded.body, made_at = excluded.made_at`, kind, hash, ext, width, height, body, tx.now())
	tx.Touch("settings")
	return &outlet.File{Name: kind + "." + hash + "." + ext, Width: width, Height: height}, err
}

// DropOutletFile takes a picture of the outlet itself away.
func (tx *Tx) DropOutletFile(ctx context.Context, kind string) error {
	tx.Touch("settings")
	_, err := db.Exec(ctx, tx, "DELETE FROM outlet_file WHERE name = $1", kind)
	return err
}

// OutletFile returns a picture by its name with the hash; fault.NotFound where
// there is none, or another one by now.
func (s *Store) OutletFile(ctx context.Context, name string) (body []byte, ext string, err error) {
	parts := strings.Split(name, ".")
	if len(parts) != 3 {
		return nil, "", fault.New(fault.NotFound, "there is no such file")
	}
	body, err = db.One(ctx, s.Query(), db.Value[[]byte], "SELECT body FROM outlet_file WHERE name = $1 AND hash = $2 AND ext = $3", parts[0], parts[1], parts[2])
	return body, parts[2], err
}
