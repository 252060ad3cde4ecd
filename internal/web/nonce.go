package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
)

// Nonces mints and checks tokens for forms without keeping any: 128 random
// bits, the time, and an HMAC over both and the form's purpose.
type Nonces struct{ key [32]byte }

// NewNonces makes a mint with a key derived from the secret of the instance.
func NewNonces(secret []byte) *Nonces {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte("masthead form nonce v1"))
	n := new(Nonces)
	m.Sum(n.key[:0])
	return n
}

const nonceForm = id.Len + 1 + 13 + 1 // id "." time as 13 characters "." signature

// Mint returns a token for one showing of a form.
func (n *Nonces) Mint(purpose string, now time.Time) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(now.UnixMilli()))
	head := id.New() + "." + id.Encode(b[:])
	return head + "." + n.sign(purpose, head)
}

// Check returns the token's random id and its age; fault.Invalid when it was not
// minted here for this purpose, fault.Conflict when it is older than oldest.
func (n *Nonces) Check(purpose, token string, now time.Time, oldest time.Duration) (string, time.Duration, error) {
	if len(token) < nonceForm || !hmac.Equal([]byte(token[nonceForm:]), []byte(n.sign(purpose, token[:nonceForm-1]))) {
		return "", 0, fault.New(fault.Invalid, "this form was not complete; load the page again and send it once more")
	}
	b, err := id.Decode(token[id.Len+1 : nonceForm-1])
	if err != nil || len(b) != 8 {
		return "", 0, fault.New(fault.Invalid, "this form was not complete; load the page again and send it once more")
	}
	age := now.Sub(time.UnixMilli(int64(binary.BigEndian.Uint64(b))))
	if age > oldest {
		return "", age, fault.New(fault.Conflict, "this page was open for a long time; please send the form once more")
	}
	return token[:id.Len], age, nil
}

func (n *Nonces) sign(purpose, head string) string {
	m := hmac.New(sha256.New, n.key[:])
	m.Write([]byte(purpose + "\x00" + head))
	return id.Encode(m.Sum(nil)[:20])
}
