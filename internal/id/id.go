// Package id makes random 128-bit identifiers.
package id

import (
	"crypto/rand"
	"encoding/base32"
)

// Len is the length of an identifier in characters.
const Len = 26

var enc = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// New returns 128 random bits as 26 characters of lower-case base 32 without
// the letters i, l, o and u, so that it can be read out and typed.
func New() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // crypto/rand never fails on the systems that Go supports
	}
	return enc.EncodeToString(b[:])
}

// From turns 16 given bytes into the same form, for ids that follow from something.
func From(b [16]byte) string { return enc.EncodeToString(b[:]) }

// Secret returns n random bytes in the same alphabet, for tokens and nonces.
func Secret(n int) string {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		panic(err)
	}
	return enc.EncodeToString(b)
}

// Valid tells whether s has the form of an identifier.
func Valid(s string) bool {
	if len(s) != Len {
		return false
	}
	b, err := enc.DecodeString(s)
	return err == nil && len(b) == 16
}

// Encode writes bytes in the alphabet of identifiers.
func Encode(b []byte) string { return enc.EncodeToString(b) }

// Decode reads what Encode wrote.
func Decode(s string) ([]byte, error) { return enc.DecodeString(s) }
