package passkey

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"masthead.dev/masthead/internal/fault"
)

// Lasts is how long a question may wait for its answer. The one who keeps the
// question has to hold to it; browsers are told.
const Lasts = 5 * time.Minute

// Key is a passkey as it is kept. Nothing in it is secret.
type Key struct {
	Credential string // its id: base64url without padding
	Count      uint32 // the signature counter; always 0 for keys that are synchronised
	Data       string // JSON: public key and flags
}

// User is whose passkey it is.
type User struct {
	ID    string // opaque; the device keeps it beside the key
	Email string // shown in the device's list
	Name  string
	Keys  []Key
}

// Question is the first half of a ceremony.
type Question struct {
	Options []byte // JSON for the browser's navigator.credentials
	Kept    []byte // JSON that belongs on the server, for one answer
}

// forged refuses an answer that does not fit its question: of another site or
// challenge, without the person verified, or with a signature that does not hold.
func forged(err error) error {
	return fault.Wrap(fault.Denied, err, "this passkey does not fit here; try again, or sign in the other way")
}

// Enrol asks a browser for a new passkey. Keys that the user has already are
// named, so that a device makes no second one.
func (s Site) Enrol(u User) (Question, error) {
	w, err := s.party()
	if err != nil {
		return Question{}, err
	}
	p, err := u.library()
	if err != nil {
		return Question{}, err
	}
	options, kept, err := w.BeginRegistration(p, webauthn.WithExclusions(webauthn.Credentials(p.keys).CredentialDescriptors()))
	if err != nil {
		return Question{}, fault.Wrap(fault.Internal, err, "a passkey can't be asked for")
	}
	return question(options.Response, kept)
}

// Enrolled checks the answer to Enrol and returns the new passkey; fault.Denied
// where it does not fit.
func (s Site) Enrolled(u User, kept, answer []byte) (Key, error) {
	w, err := s.party()
	if err != nil {
		return Key{}, err
	}
	p, err := u.library()
	if err != nil {
		return Key{}, err
	}
	session, err := reopen(kept)
	if err != nil {
		return Key{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return Key{}, forged(err)
	}
	c, err := w.CreateCredential(p, session, parsed)
	if err != nil {
		return Key{}, forged(err)
	}
	c.Attestation = webauthn.CredentialAttestation{} // none was asked for, and none is looked at
	return keyOf(c)
}

// Ask asks a browser for a signature: of any passkey of this site, or of one of
// the user's where there is a user.
func (s Site) Ask(u *User) (Question, error) {
	w, err := s.party()
	if err != nil {
		return Question{}, err
	}
	if u == nil {
		options, kept, err := w.BeginDiscoverableLogin()
		if err != nil {
			return Question{}, fault.Wrap(fault.Internal, err, "a passkey can't be asked for")
		}
		return question(options.Response, kept)
	}
	p, err := u.library()
	if err != nil {
		return Question{}, err
	}
	options, kept, err := w.BeginLogin(p)
	if err != nil {
		return Question{}, fault.Wrap(fault.Internal, err, "a passkey can't be asked for")
	}
	return question(options.Response, kept)
}

// Claims reads from an answer which passkey it says it is of; nothing of that is
// proved yet.
func Claims(answer []byte) (credential string, err error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return "", forged(err)
	}
	return b64.EncodeToString(parsed.RawID), nil
}

// Answered checks the answer to Ask and returns the passkey with its new
// counter; fault.Denied where the answer does not fit. copied tells that the
// signature is good but the counter did not rise, as it would if somebody had a
// copy of the key (WebAuthn 6.1.1): such an answer must not be taken.
func (s Site) Answered(u User, kept, answer []byte) (k Key, copied bool, err error) {
	w, err := s.party()
	if err != nil {
		return Key{}, false, err
	}
	p, err := u.library()
	if err != nil {
		return Key{}, false, err
	}
	session, err := reopen(kept)
	if err != nil {
		return Key{}, false, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Key{}, false, forged(err)
	}
	var c *webauthn.Credential
	if len(session.UserID) > 0 {
		c, err = w.ValidateLogin(p, session, parsed)
	} else {
		_, c, err = w.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return p, nil }, session, parsed)
	}
	if err != nil {
		return Key{}, false, forged(err)
	}
	copied = c.Authenticator.CloneWarning
	c.Authenticator.CloneWarning = false
	k, err = keyOf(c)
	return k, copied, err
}

var b64 = base64.RawURLEncoding

func keyOf(c *webauthn.Credential) (Key, error) {
	data, err := json.Marshal(c)
	return Key{Credential: b64.EncodeToString(c.ID), Count: c.Authenticator.SignCount, Data: string(data)},
		fault.Wrap(fault.Internal, err, "the passkey can't be kept")
}

func question(options any, session *webauthn.SessionData) (q Question, err error) {
	if q.Options, err = json.Marshal(options); err == nil {
		q.Kept, err = json.Marshal(session)
	}
	return q, fault.Wrap(fault.Internal, err, "the question for a passkey can't be written")
}

func reopen(kept []byte) (s webauthn.SessionData, err error) {
	return s, fault.Wrap(fault.Internal, json.Unmarshal(kept, &s), "the question for a passkey can't be read")
}

// person is a user as the library asks for one.
type person struct {
	User
	keys []webauthn.Credential
}

func (u User) library() (*person, error) {
	p := &person{User: u}
	for _, k := range u.Keys {
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(k.Data), &c); err != nil {
			return nil, fault.Wrap(fault.Internal, err, "a kept passkey can't be read")
		}
		c.Authenticator.SignCount = k.Count
		p.keys = append(p.keys, c)
	}
	return p, nil
}

// WebAuthnID implements webauthn.User.
func (p *person) WebAuthnID() []byte { return []byte(p.ID) }

// WebAuthnName implements webauthn.User.
func (p *person) WebAuthnName() string { return p.Email }

// WebAuthnDisplayName implements webauthn.User.
func (p *person) WebAuthnDisplayName() string { return p.Name }

// WebAuthnCredentials implements webauthn.User.
func (p *person) WebAuthnCredentials() []webauthn.Credential { return p.keys }
