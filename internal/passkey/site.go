// Package passkey makes and checks passkeys: keys in a person's device that sign
// in to one site by its name, after the device has verified the person (W3C Web
// Authentication, Level 3). It keeps nothing; what has to be kept between the two
// halves of a ceremony is handed to the caller, who must use it once only.
package passkey

import (
	"net/url"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"golang.org/x/net/idna"

	"masthead.dev/masthead/internal/fault"
)

// Site is where passkeys are used. They belong to its name for good: under
// another one they are not offered by any browser.
type Site struct {
	ID      string   // host name without a port, in lower case
	Name    string   // of the newsroom, for the device's own dialogue
	Origins []string // scheme, host and port of its pages
}

// Why tells what keeps passkeys from an address; "" is nothing.
type Why string

// What keeps passkeys from an address.
const (
	NoName Why = "noname" // an IP, or a name of one part such as "intranet" (WebAuthn 5.1.2: no valid domain)
	NoTLS  Why = "plain"  // browsers offer passkeys over https only, but for localhost
)

// At finds the site of a newsroom. base is the address that was set for it
// (scheme and host), "" where none is; host is the one that a request asked for
// then. The name of such a host is all that can be known: whether it came over
// TLS, the browser sees to.
func At(base, host, name string) (Site, Why) {
	u, err := url.Parse(base)
	if base == "" || err != nil || u.Host == "" {
		u = &url.URL{Scheme: "https", Host: host}
		if local(u.Hostname()) {
			u.Scheme = "http"
		}
	}
	id, err := idna.Lookup.ToASCII(strings.ToLower(u.Hostname())) // browsers speak of hosts in ASCII
	switch {
	case err != nil || protocol.ValidateRPID(id) != nil:
		return Site{}, NoName
	case u.Scheme != "https" && !local(id):
		return Site{}, NoTLS
	}
	host = id
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	s := Site{ID: id, Name: name, Origins: []string{u.Scheme + "://" + host}}
	if base == "" && local(id) { // a tunnel or a proxy on this machine
		s.Origins = append(s.Origins, "https://"+host)
	}
	return s, ""
}

func local(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// party is the library's view of a site.
func (s Site) party() (*webauthn.WebAuthn, error) {
	w, err := webauthn.New(&webauthn.Config{
		RPID: s.ID, RPDisplayName: s.Name, RPOrigins: s.Origins, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{
			Login:        webauthn.TimeoutConfig{Timeout: Lasts},
			Registration: webauthn.TimeoutConfig{Timeout: Lasts},
		},
	})
	return w, fault.Wrap(fault.Internal, err, "passkeys can't be used at %s", s.ID)
}
