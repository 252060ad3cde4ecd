package staff

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
)

// RecoveryCodes is how many codes are made at a time.
const RecoveryCodes = 10

// codeAlphabet has no letters that are taken for digits (Crockford's base 32).
const codeAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// NewRecoveryCodes makes codes of 80 random bits each, such as
// "4kq2-9w7m-x0bd-hs3e": beyond guessing at any speed, and still typed from
// paper (NIST SP 800-63B-4, 3.1.2, asks for at least 64 bits where tries are not
// limited; here they are as well).
func NewRecoveryCodes() []string {
	out := make([]string, RecoveryCodes)
	for i := range out {
		b := make([]byte, 10)
		if _, err := rand.Read(b); err != nil {
			panic(err) // crypto/rand never fails on the systems that Go supports
		}
		s := base32.NewEncoding(codeAlphabet).WithPadding(base32.NoPadding).EncodeToString(b)
		out[i] = s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
	}
	return out
}

// misread are the letters that people read for others.
var misread = strings.NewReplacer("o", "0", "i", "1", "l", "1", "u", "v")

// PlainCode writes a recovery code as it was made, however it was typed: in
// capitals, without dashes, with spaces, with digits of other scripts or an O for
// a zero.
func PlainCode(typed string) string {
	return misread.Replace(strings.ToLower(digits(strings.Join(strings.Fields(typed), ""))))
}
