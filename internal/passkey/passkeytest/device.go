// Package passkeytest is a device with passkeys in software, for tests. It does
// what it is told, also what no real device would.
package passkeytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
)

// Device holds one passkey. Change a field and it answers so from then on.
type Device struct {
	Origin   string // of the page that asks
	Host     string // that the answer is for; "" is the one that was asked for
	Count    uint32 // raised with each signature, unless Still
	Still    bool
	Verified bool // it has verified the person
	User     []byte

	ID  []byte
	key *ecdsa.PrivateKey
}

// New makes a device that behaves.
func New(t testing.TB, origin string) *Device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d := &Device{Origin: origin, Verified: true, ID: make([]byte, 32), key: key}
	if _, err := rand.Read(d.ID); err != nil {
		t.Fatal(err)
	}
	return d
}

var b64 = base64.RawURLEncoding

// question is what a device reads of either kind of options.
type question struct {
	Challenge string
	RPID      string `json:"rpId"`
	RP        struct{ ID string }
	User      struct{ ID string }
}

// Make answers the options of a new passkey.
func (d *Device) Make(t testing.TB, options []byte) []byte {
	t.Helper()
	q := read(t, options)
	user, err := b64.DecodeString(q.User.ID)
	if err != nil {
		t.Fatal(err)
	}
	d.User = user
	data := append(d.data(q.RP.ID, 0x40), make([]byte, 16)...) // attested, by a device of no make
	data = binary.BigEndian.AppendUint16(data, uint16(len(d.ID)))
	data = append(append(data, d.ID...), d.cose(t)...)
	object := []byte{0xa3, 0x63, 'f', 'm', 't', 0x64, 'n', 'o', 'n', 'e', 0x67, 'a', 't', 't', 'S', 't', 'm', 't', 0xa0, 0x68, 'a', 'u', 't', 'h', 'D', 'a', 't', 'a', 0x59}
	object = append(binary.BigEndian.AppendUint16(object, uint16(len(data))), data...)
	return d.write(t, map[string]any{"clientDataJSON": b64.EncodeToString(d.client(t, "webauthn.create", q)), "attestationObject": b64.EncodeToString(object)})
}

// Sign answers the options of signing in.
func (d *Device) Sign(t testing.TB, options []byte) []byte {
	t.Helper()
	q := read(t, options)
	if !d.Still {
		d.Count++
	}
	data, client := d.data(q.RPID, 0), d.client(t, "webauthn.get", q)
	sum := sha256.Sum256(client)
	signed := sha256.Sum256(append(data[:len(data):len(data)], sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, signed[:])
	if err != nil {
		t.Fatal(err)
	}
	return d.write(t, map[string]any{"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data),
		"signature": b64.EncodeToString(signature), "userHandle": b64.EncodeToString(d.User)})
}

func read(t testing.TB, options []byte) (q question) {
	t.Helper()
	if err := json.Unmarshal(options, &q); err != nil {
		t.Fatalf("%v in %s", err, options)
	}
	return q
}

// data is the authenticator data without what a new key adds (WebAuthn 6.1).
func (d *Device) data(host string, flags byte) []byte {
	if d.Host != "" {
		host = d.Host
	}
	sum := sha256.Sum256([]byte(host))
	flags |= 0x01 // somebody is there
	if d.Verified {
		flags |= 0x04
	}
	return binary.BigEndian.AppendUint32(append(sum[:], flags), d.Count)
}

func (d *Device) client(t testing.TB, kind string, q question) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": q.Challenge, "origin": d.Origin, "crossOrigin": false})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// cose writes the public key as RFC 9053 has it: {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
func (d *Device) cose(t testing.TB) []byte {
	t.Helper()
	point, err := d.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		t.Fatal(err)
	}
	out := []byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}
	out = append(out, point[1:33]...)
	return append(append(out, 0x22, 0x58, 0x20), point[33:]...)
}

func (d *Device) write(t testing.TB, response map[string]any) []byte {
	t.Helper()
	id := b64.EncodeToString(d.ID)
	b, err := json.Marshal(map[string]any{"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}
