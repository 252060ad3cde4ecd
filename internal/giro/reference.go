// Package giro knows how money is moved by bank transfer without anybody in
// between: references with check digits that donors type, account numbers, and
// the two codes that banking apps read. It does no I/O.
package giro

import (
	"fmt"
	"strings"

	"masthead.dev/masthead/internal/fault"
)

// Reference is what a donor writes on a transfer so that it is found again: the
// digits of a creditor reference by ISO 11649, the two check digits first. Only
// digits are used: with letters, one typing error in 270 would go unseen; with
// digits alone no single wrong character and no swap of neighbours does. All of
// ours are equally long.
type Reference string

const (
	payloadDigits = 9
	digits        = 2 + payloadDigits
	rfDigits      = "2715" // R and F as ISO 11649 counts letters
)

// MaxPayload is one more than the highest number that NewReference takes;
// MinPayload is the lowest, so that no reference begins with a zero that a
// bank's form would drop.
const (
	MinPayload = 100_000_000
	MaxPayload = 1_000_000_000
)

// NewReference returns the reference of a number from MinPayload up to, but not
// including, MaxPayload; fault.Invalid for another.
func NewReference(n int64) (Reference, error) {
	if n < MinPayload || n >= MaxPayload {
		return "", fault.New(fault.Invalid, "a reference is made of a number of %d digits", payloadDigits)
	}
	payload := fmt.Sprint(n)
	return Reference(fmt.Sprintf("%02d", 98-mod97(payload+rfDigits+"00")) + payload), nil
}

// mod97 is the remainder of a number of any length.
func mod97(number string) int {
	rest := 0
	for _, c := range number {
		rest = (rest*10 + int(c-'0')) % 97
	}
	return rest
}

func (r Reference) valid() bool {
	return len(r) == digits && allDigits(string(r)) && r[2] != '0' && r[:2] > "01" && r[:2] < "99" && mod97(string(r[2:])+rfDigits+string(r[:2])) == 1
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// RF is the reference as banks' systems know it: RF71480173529.
func (r Reference) RF() string { return "RF" + string(r) }

// Grouped is RF in groups of four, as ISO 11649 prints it: "RF71 4801 7352 9".
func (r Reference) Grouped() string { return groups(r.RF(), 4) }

// Short is the reference as it is said on the telephone and written where a form
// takes digits only: 714-8017-3529.
func (r Reference) Short() string {
	if len(r) != digits {
		return string(r)
	}
	return string(r[:3] + "-" + r[3:7] + "-" + r[7:])
}

// QRR is the reference as the Swiss QR reference of 27 digits: the number,
// filled up with zeros, and a check digit (recursive modulo 10).
func (r Reference) QRR() string {
	body := strings.Repeat("0", 26-payloadDigits) + string(r[2:])
	return body + string(rune('0'+mod10(body)))
}

// mod10 is the check digit of the Swiss payment standards, recursive modulo 10.
func mod10(number string) int {
	carry := 0
	for _, c := range number {
		carry = [10]int{0, 9, 4, 6, 8, 2, 7, 1, 3, 5}[(carry+int(c-'0'))%10]
	}
	return (10 - carry) % 10
}

// GroupQRR prints a QR reference as the standard does: two digits, then fives.
func GroupQRR(qrr string) string {
	if len(qrr) < 2 {
		return qrr
	}
	return qrr[:2] + " " + groups(qrr[2:], 5)
}

func groups(s string, n int) string {
	var b strings.Builder
	for i, c := range s {
		if i > 0 && i%n == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// ParseReference reads a reference as people and banks write it: in groups or
// not, with RF or without, in small letters, with a letter O for a zero, or as a
// QR reference. false where it is none, or has a typing error.
func ParseReference(s string) (Reference, bool) {
	s = strings.TrimPrefix(bare(s), "RF")
	s = strings.ReplaceAll(s, "O", "0")
	if len(s) == 27 {
		return fromQRR(s)
	}
	r := Reference(s)
	return r, r.valid()
}

func fromQRR(s string) (Reference, bool) {
	zeros := strings.Repeat("0", 26-payloadDigits)
	if len(s) != 27 || !allDigits(s) || !strings.HasPrefix(s, zeros) || mod10(s[:26]) != int(s[26]-'0') {
		return "", false
	}
	var n int64
	for _, c := range s[len(zeros):26] {
		n = n*10 + int64(c-'0')
	}
	r, err := NewReference(n)
	return r, err == nil
}

// FindReferences lists what may be references inside a text, those that say RF
// first. One number in about a hundred passes the check by chance: whether it is
// a reference of ours, only the list of those that were given out can tell.
func FindReferences(text string) []Reference {
	s := strings.ReplaceAll(bare(text), "O", "0")
	var named, plain []Reference
	seen := map[Reference]bool{}
	for i := range s {
		if i+digits > len(s) {
			break
		}
		if r, ok := ParseReference(s[i:min(i+27, len(s))]); ok && i+27 <= len(s) && !seen[r] {
			seen[r] = true
			named = append(named, r)
		}
		r := Reference(s[i : i+digits])
		if !r.valid() || seen[r] {
			continue
		}
		seen[r] = true
		if strings.HasSuffix(s[:i], "RF") {
			named = append(named, r)
		} else {
			plain = append(plain, r)
		}
	}
	return append(named, plain...)
}

// bare is a text in capitals without anything but letters and digits.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, s)
}
