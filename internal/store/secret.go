package store

import (
	"context"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
)

// Secrets seals what must not stand open in the database (keys of processors,
// the mail server's password, the shared secrets of the second step) with the
// key of the instance. XChaCha20-Poly1305, whose nonces are long enough to be
// chosen at random; the name of a secret is sealed in with it, so that one
// can't be put in another's place.
type Secrets struct {
	store *Store
	key   []byte
	aead  cipher.AEAD
}

// KeyFile is the file of a data folder that holds the key of the instance.
const KeyFile = "secret.key"

// canary is a secret that every sealed database has; it tells a wrong key from
// a right one before anything else is touched.
const canary, canaryText = "canary", "masthead"

const boxVersion = "1:"

var errNoKey = "the secrets of this database were sealed with a key that is not here; put its " + KeyFile +
	" back into the data folder, or set MASTHEAD_SECRET_KEY to what it holds"

// OpenSecrets finds the instance's key: given (the value of
// MASTHEAD_SECRET_KEY, 64 hexadecimal digits) where it is set, else the file
// secret.key of the data folder, which is made for a database that has no
// secrets yet. It refuses (fault.Denied) where the database was sealed with
// another key, or with one that is not here.
func OpenSecrets(ctx context.Context, s *Store, dir, given string) (*Secrets, error) {
	box, err := db.One(ctx, s.Query(), db.Value[string], "SELECT box FROM secret WHERE name = $1", canary)
	sealed := err == nil
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	key, err := findKey(dir, given, !sealed)
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "")
	}
	sec := &Secrets{store: s, key: key, aead: aead}
	if !sealed {
		if box, err = sec.plantCanary(ctx); err != nil {
			return nil, err
		}
	}
	if text, err := sec.Open(canary, box); err != nil || text != canaryText {
		return nil, fault.New(fault.Denied, "%s (the key that is here is another one)", errNoKey)
	}
	return sec, nil
}

// plantCanary returns the canary's box: our own, or that of another process
// which was faster.
func (sec *Secrets) plantCanary(ctx context.Context) (box string, err error) {
	err = sec.store.Write(ctx, func(tx *Tx) error {
		_, err := db.Exec(ctx, tx, "INSERT INTO secret (name, box, updated_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
			canary, sec.Seal(canary, canaryText), tx.now())
		if err != nil {
			return err
		}
		box, err = db.One(ctx, tx, db.Value[string], "SELECT box FROM secret WHERE name = $1", canary)
		return err
	})
	return box, err
}

func findKey(dir, given string, mayMake bool) ([]byte, error) {
	if given != "" {
		return parseKey(given, "MASTHEAD_SECRET_KEY")
	}
	if dir == "" {
		return nil, fault.New(fault.Invalid, "set MASTHEAD_SECRET_KEY to 64 hexadecimal digits, or give a data folder with --data")
	}
	path := filepath.Join(dir, KeyFile)
	text, err := os.ReadFile(path)
	if err == nil {
		return parseKey(string(text), path)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Wrap(fault.Unavailable, err, "the key file %s can't be read; check its permissions", path)
	}
	if !mayMake {
		return nil, fault.New(fault.Denied, "%s", errNoKey)
	}
	return makeKey(path)
}

func parseKey(text, where string) ([]byte, error) {
	key, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != chacha20poly1305.KeySize {
		return nil, fault.New(fault.Invalid, "%s must hold 64 hexadecimal digits", where)
	}
	return key, nil
}

// makeKey writes a fresh key for its owner's eyes only. Where another process
// was faster, its key is taken.
func makeKey(path string) ([]byte, error) {
	key := make([]byte, chacha20poly1305.KeySize)
	if _, err := rand.Read(key); err != nil {
		panic(err) // crypto/rand never fails on the systems that Go supports
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the data folder can't be made; check the path and its permissions")
	}
	// Written aside and linked into place: nobody ever sees half a key.
	aside, err := os.CreateTemp(filepath.Dir(path), KeyFile+".*") // made with 0600
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the key file can't be written; check the permissions of the data folder")
	}
	defer os.Remove(aside.Name())
	_, err = aside.WriteString(hex.EncodeToString(key) + "\n")
	if err := errors.Join(err, aside.Sync(), aside.Close()); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the key file can't be written; check the disk of the data folder")
	}
	if err := os.Link(aside.Name(), path); err == nil {
		return key, nil
	} else if !errors.Is(err, fs.ErrExist) {
		return key, fault.Wrap(fault.Unavailable, os.Rename(aside.Name(), path), "the key file can't be written; check the data folder")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the key file %s can't be read; check its permissions", path)
	}
	return parseKey(string(text), path)
}

// Derive returns 32 bytes for one purpose (form nonces, signed links), from
// which the key itself can't be found.
func (sec *Secrets) Derive(purpose string) []byte {
	m := hmac.New(sha256.New, sec.key)
	m.Write([]byte("masthead derived key: " + purpose))
	return m.Sum(nil)
}

// Seal closes a text under a name; Open needs the same name.
func (sec *Secrets) Seal(name, text string) string {
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	if _, err := rand.Read(nonce); err != nil {
		panic(err) // crypto/rand never fails on the systems that Go supports
	}
	return boxVersion + base64.RawStdEncoding.EncodeToString(sec.aead.Seal(nonce, nonce, []byte(text), []byte(name)))
}

// Open opens what Seal made; fault.Internal where it was altered, or sealed
// under another name.
func (sec *Secrets) Open(name, box string) (string, error) {
	body, known := strings.CutPrefix(box, boxVersion)
	raw, err := base64.RawStdEncoding.DecodeString(body)
	if err != nil || !known || len(raw) < chacha20poly1305.NonceSizeX {
		return "", fault.New(fault.Internal, "the sealed value %s is damaged", name)
	}
	text, err := sec.aead.Open(nil, raw[:chacha20poly1305.NonceSizeX], raw[chacha20poly1305.NonceSizeX:], []byte(name))
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "the sealed value %s is damaged, or was sealed with another key", name)
	}
	return string(text), nil
}

// Put keeps a secret and logs that it was set, not what it is. An empty text
// removes it.
func (sec *Secrets) Put(ctx context.Context, tx *Tx, by Actor, name, text string) error {
	action := "secret.set"
	if text == "" {
		action = "secret.removed"
		if _, err := db.Exec(ctx, tx, "DELETE FROM secret WHERE name = $1", name); err != nil {
			return err
		}
	} else if err := sec.put(ctx, tx, name, text, by.ID); err != nil {
		return err
	}
	tx.Touch("settings")
	return tx.Audit(ctx, by, action, "secret", name, nil)
}

func (sec *Secrets) put(ctx context.Context, tx *Tx, name, text, by string) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO secret (name, box, updated_at, updated_by) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO UPDATE SET box = excluded.box, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
		name, sec.Seal(name, text), tx.now(), by)
	return err
}

// Get returns a secret, "" where there is none of that name.
func (sec *Secrets) Get(ctx context.Context, name string) (string, error) {
	box, err := db.One(ctx, sec.store.Query(), db.Value[string], "SELECT box FROM secret WHERE name = $1", name)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return sec.Open(name, box)
}
