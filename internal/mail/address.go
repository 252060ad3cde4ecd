// Package mail writes mails and hands them to an SMTP server.
package mail

import (
	"net/mail"
	"strings"

	"golang.org/x/net/idna"

	"masthead.dev/masthead/internal/fault"
)

// Address is where a mail comes from or goes to.
type Address struct {
	Name  string // may be empty
	Email string // as CleanAddress returns it
}

// CleanAddress checks one bare address and returns it in lower case, its domain
// in ASCII (RFC 5891); fault.Invalid where it is none. It is stricter than
// RFC 5321: no quoted local parts, no address literals, no local parts outside
// ASCII, and a domain with a dot; servers that take those are rarer than typing
// errors that look like them.
func CleanAddress(s string) (string, error) {
	s = strings.TrimSpace(s)
	bad := fault.New(fault.Invalid, "%q is not a mail address; it looks like name@example.org", s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Name != "" || a.Address != s {
		return "", bad
	}
	at := strings.LastIndexByte(s, '@')
	local, domain := s[:at], s[at+1:]
	domain, err = idna.Lookup.ToASCII(strings.ToLower(domain))
	if err != nil || !plainLocal(local) || !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".") {
		return "", bad
	}
	clean := strings.ToLower(local) + "@" + domain
	if len(local) > 64 || len(clean) > 254 { // RFC 5321, 4.5.3.1
		return "", bad
	}
	return clean, nil
}

// plainLocal takes the characters of RFC 5322's atext and dots.
func plainLocal(s string) bool {
	for _, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", r) {
			return false
		}
	}
	return s != ""
}
