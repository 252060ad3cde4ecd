package staff

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"
)

// stepLength is how long a code of the second step holds (RFC 6238, 5.2).
const stepLength = 30 * time.Second

// drift is how many steps a device's clock may be off, either way (RFC 6238, 6).
const drift = 1

// NewTOTPSecret makes the secret that a device and we share: 160 bits (RFC
// 4226, 4, R6), in base 32 without padding.
func NewTOTPSecret() string {
	b := make([]byte, 20)
	if _, err := rand.Read(b); err != nil {
		panic(err) // crypto/rand never fails on the systems that Go supports
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// TOTPURI is the address that a device reads from the QR code.
func TOTPURI(secret, outlet, email string) string {
	q := url.Values{"secret": {secret}, "issuer": {outlet}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	label := url.PathEscape(outlet + ":" + email)
	return "otpauth://totp/" + label + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// TOTPStep is the number of the time step at t.
func TOTPStep(t time.Time) int64 { return t.Unix() / int64(stepLength/time.Second) }

// TOTPCode is the code of a step, six digits; "" for a secret that is none.
func TOTPCode(secret string, step int64) string {
	code, err := hotp.GenerateCode(secret, uint64(step))
	if err != nil {
		return ""
	}
	return code
}

// VerifyTOTP tells whether code is right at the time now, and of which step it
// is. Steps up to last were used before and do not count again (RFC 6238,
// 5.2): the caller has to keep the step that this returns. Spaces are ignored,
// and the digits of other scripts are taken.
func VerifyTOTP(secret, code string, now time.Time, last int64) (step int64, ok bool) {
	code = digits(code)
	if len(code) != 6 || secret == "" {
		return 0, false
	}
	for s := TOTPStep(now) - drift; s <= TOTPStep(now)+drift; s++ {
		want := TOTPCode(secret, s)
		if s > last && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && want != "" {
			step, ok = s, true
		}
	}
	return step, ok
}

// digits writes Persian and Arabic digits as ASCII and drops spaces and dashes.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '۰' && r <= '۹':
			return r - '۰' + '0'
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case r == ' ' || r == '-' || r == '\u00a0':
			return -1
		}
		return r
	}, s)
}
