package guard

import (
	"crypto/sha256"
	"math/bits"
	"strings"
	"time"
)

// A proof shows that a form cost its sender something: either work of the
// browser's processor, or a minute of waiting. Neither asks a person to solve
// anything.
const (
	// WaitFor is how long a page has to have been open to be a proof by itself.
	WaitFor = 60 * time.Second
	// ProofLasts is how old a page may be when its proof is brought.
	ProofLasts = 30 * time.Minute

	work     = 18 // bits: some 260,000 hashes, about a second of a telephone
	moreWork = 21
)

// Work is how many bits of work a proof takes. It grows where refused payments
// go on after the number that would close a network which can be told apart.
func (s Settings) Work(x Sight) int {
	if x.Refused >= s.CloseNetwork {
		return moreWork
	}
	return work
}

// Worked tells whether an answer is work done for a page's token: the SHA-256
// of the token, a point and the answer begins with that many zero bits. The
// answer is a decimal number of at most 15 digits.
func Worked(token, answer string, zeros int) bool {
	if answer == "" || len(answer) > 15 || strings.Trim(answer, "0123456789") != "" {
		return false
	}
	sum := sha256.Sum256([]byte(token + "." + answer))
	return leadingZeros(sum[:]) >= zeros
}

func leadingZeros(b []byte) int {
	n := 0
	for _, x := range b {
		n += bits.LeadingZeros8(x)
		if x != 0 {
			break
		}
	}
	return n
}
