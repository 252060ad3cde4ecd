package staff

import (
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// The length of a password in characters. NIST SP 800-63B-4, 3.1.1.2: no rules
// about kinds of characters, no expiry, at least 64 characters taken; checked
// against a list of common ones. The upper end only bounds the work.
const (
	PasswordMin = 12
	PasswordMax = 256
)

//go:embed common.txt
var commonText string

var common = func() map[string]bool {
	out := map[string]bool{}
	for line := range strings.Lines(commonText) {
		out[strings.TrimSpace(line)] = true
	}
	return out
}()

// CheckPassword tells whether a password may be chosen; otherwise it returns
// the key of the sentence that says why not, and "" when it may. context are
// words that an attacker tries first: the outlet's name, the person's, the
// mail address.
func CheckPassword(password string, context ...string) string {
	n := utf8.RuneCountInString(password)
	switch {
	case n < PasswordMin:
		return "staff.password.short"
	case n > PasswordMax:
		return "staff.password.long"
	case guessable(plain(password), context):
		return "staff.password.common"
	}
	return ""
}

// guessable: in the list, one of the list with digits and marks around it, a
// short piece repeated, a run along alphabet or keyboard, or the context alone.
func guessable(p string, context []string) bool {
	core := strings.Trim(p, "0123456789!?.-_*#$@+ ")
	if common[p] || common[core] || repeats(p) || runs(p) {
		return true
	}
	rest := without(p, context)
	return rest != core && utf8.RuneCountInString(rest) < 5
}

// without takes the words of the context out of a password.
func without(p string, context []string) string {
	for _, c := range context {
		for _, word := range append([]string{squeeze(c)}, strings.FieldsFunc(plain(c), notLetter)...) {
			if len(word) >= 4 {
				p = strings.ReplaceAll(p, word, "")
			}
		}
	}
	return strings.Trim(p, "0123456789!?.-_*#$@+ ")
}

func plain(s string) string   { return strings.ToLower(norm.NFKC.String(s)) }
func squeeze(s string) string { return strings.ReplaceAll(plain(s), " ", "") }
func notLetter(r rune) bool   { return strings.ContainsRune(" @.-_,;:/'’", r) }
func repeats(p string) bool {
	for size := 1; size <= len(p)/3; size++ {
		if strings.Repeat(p[:size], len(p)/size+1)[:len(p)] == p {
			return true
		}
	}
	return false
}

// tracks are what fingers run along.
var tracks = []string{"abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "1234567890", "0123456789", "1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p"}

// runs tells whether p is made of pieces of tracks of four letters or more.
func runs(p string) bool {
	for p != "" {
		n := longestRun(p)
		if n < 4 {
			return len(p) < 4 // the end of a piece
		}
		p = p[n:]
	}
	return true
}

func longestRun(p string) int {
	best := 0
	for _, t := range tracks {
		for n := min(len(p), len(t)); n > best; n-- {
			if strings.Contains(t, p[:n]) || strings.Contains(t, backwards(p[:n])) {
				best = n
			}
		}
	}
	return best
}

func backwards(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// The cost of a hash: 19 MiB, 2 passes, 1 thread (OWASP Password Storage Cheat
// Sheet, Argon2id; RFC 9106 for the function). About 25 ms on one core; the
// memory is what makes it dear to attack and still fits a small server.
const (
	argonMemory = 19 * 1024 // KiB
	argonPasses = 2
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
)

var b64 = base64.RawStdEncoding

// HashPassword returns the argon2id hash of a password with a fresh salt, in
// the usual text form "$argon2id$v=19$m=…,t=…,p=…$salt$hash". The password is
// brought into Unicode form NFKC first, so that it does not matter how a
// keyboard puts an accent.
func HashPassword(password string) string {
	salt := make([]byte, argonSalt)
	if _, err := rand.Read(salt); err != nil {
		panic(err) // crypto/rand never fails on the systems that Go supports
	}
	key := argon2.IDKey(normal(password), salt, argonPasses, argonMemory, argonLanes, argonKey)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

func normal(password string) []byte { return norm.NFKC.Bytes([]byte(password)) }

// VerifyPassword tells whether a password has this hash. Where there is no hash
// it does the same work and says no, so that the time taken does not tell
// whether an account exists.
func VerifyPassword(hash, password string) bool {
	h, ok := parseHash(hash)
	if utf8.RuneCountInString(password) > PasswordMax {
		password, ok = "", false
	}
	if !ok {
		h = hashed{memory: argonMemory, passes: argonPasses, lanes: argonLanes, salt: make([]byte, argonSalt), key: make([]byte, argonKey)}
	}
	key := argon2.IDKey(normal(password), h.salt, h.passes, h.memory, h.lanes, uint32(len(h.key)))
	return subtle.ConstantTimeCompare(key, h.key) == 1 && ok
}

// Outdated tells whether a hash was made with other costs than today's, so that
// the next sign-in should make a new one.
func Outdated(hash string) bool {
	h, ok := parseHash(hash)
	return !ok || h.memory != argonMemory || h.passes != argonPasses || h.lanes != argonLanes || len(h.key) != argonKey
}

type hashed struct {
	memory, passes uint32
	lanes          uint8
	salt, key      []byte
}

// parseHash reads the text form. Costs beyond reason are refused: they would
// let a forged row take the machine's memory.
func parseHash(s string) (h hashed, ok bool) {
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, false
	}
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &h.memory, &h.passes, &h.lanes); err != nil {
		return h, false
	}
	var err1, err2 error
	h.salt, err1 = b64.DecodeString(part[4])
	h.key, err2 = b64.DecodeString(part[5])
	sane := h.memory >= 8 && h.memory <= 1<<20 && h.passes >= 1 && h.passes <= 64 && h.lanes >= 1 && h.lanes <= 16
	return h, err1 == nil && err2 == nil && sane && len(h.salt) >= 8 && len(h.key) >= 16 && len(h.key) <= 64
}
