package mail

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
	gomail "github.com/wneessen/go-mail"

	"masthead.dev/masthead/internal/fault"
)

// DKIM signs messages for a domain (RFC 6376), so that other servers can tell
// that the domain's owner sent them.
type DKIM struct {
	Domain   string // of the From address
	Selector string // names the key within the domain's DNS
	Key      crypto.Signer
}

// Selector is the selector of the keys that Masthead makes.
const Selector = "masthead"

// DKIMSecret is the name of the sealed key.
const DKIMSecret = "mail.dkim"

// NewDKIMKey makes a key of 2048 bits (RFC 8301 asks for at least that many) and
// returns it as PEM, to be sealed.
func NewDKIMKey() (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "")
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "")
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// OpenDKIM reads a key that NewDKIMKey made, for mails from an address.
func OpenDKIM(from, keyPEM string) (*DKIM, error) {
	block, _ := pem.Decode([]byte(keyPEM))
	if block == nil {
		return nil, fault.New(fault.Internal, "the key that signs mails can't be read; make a new one")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the key that signs mails can't be read; make a new one")
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fault.New(fault.Internal, "the key that signs mails can't sign; make a new one")
	}
	_, domain, _ := strings.Cut(from, "@")
	return &DKIM{Domain: domain, Selector: Selector, Key: signer}, nil
}

// Name is where the record must stand in the domain's DNS.
func (d *DKIM) Name() string { return d.Selector + "._domainkey." + d.Domain }

// Record is the text that must stand there (RFC 6376, 3.6.1).
func (d *DKIM) Record() (string, error) {
	der, err := x509.MarshalPKIXPublicKey(d.Key.Public())
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "")
	}
	return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der), nil
}

// signedHeaders are what a signature covers: who it is from and to, what it is
// about, and how it may be stopped. From stands twice, so that nobody can add a
// second one (RFC 6376, 8.15).
var signedHeaders = []string{
	"From", "From", "Reply-To", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
	"Auto-Submitted", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
}

// sign adds the signature to a message. The message writes itself the same
// each time: its boundary is chosen once, and its date is set.
func (d *DKIM) sign(msg *gomail.Msg) error {
	signer, err := dkim.NewSigner(&dkim.SignOptions{
		Domain: d.Domain, Selector: d.Selector, Signer: d.Key, Hash: crypto.SHA256, HeaderKeys: signedHeaders,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	})
	if err != nil {
		return fault.Wrap(fault.Internal, err, "the mail could not be signed")
	}
	_, err = msg.WriteTo(signer)
	if err := errors.Join(err, signer.Close()); err != nil {
		return fault.Wrap(fault.Internal, err, "the mail could not be signed")
	}
	_, value, _ := strings.Cut(strings.TrimRight(signer.Signature(), "\r\n"), ": ")
	msg.SetGenHeaderPreformatted("DKIM-Signature", value)
	return nil
}
