package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"net/url"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
)

// Signer makes addresses that open one thing for whoever has them, until a day.
// It keeps nothing: the signature is an HMAC over path, day and the epoch of the
// donor whom it is about, so that all addresses of a donor end together when the
// epoch changes (see store.DonorEpoch). What it signs can be read as often as one
// likes, so an address that a mail scanner visits loses nothing.
type Signer struct{ key [32]byte }

// NewSigner makes a signer with a key derived from the secret of the instance.
func NewSigner(secret []byte) *Signer {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte("masthead signed address v2"))
	s := new(Signer)
	m.Sum(s.key[:0])
	return s
}

// Address is path with what opens it until then. The path is that of the route,
// without a language's prefix, so that the same signature opens it in each.
func (s *Signer) Address(path, epoch string, until time.Time) string {
	end := strconv.FormatInt(until.Unix(), 10)
	return path + "?" + url.Values{"until": {end}, "key": {s.sign(path, epoch, end)}}.Encode()
}

// Check tells whether an address was made here and holds still; fault.Invalid
// where it was altered or is of another epoch, fault.Gone where its time is over.
func (s *Signer) Check(path, epoch string, query url.Values, now time.Time) error {
	end := query.Get("until")
	if !hmac.Equal([]byte(query.Get("key")), []byte(s.sign(path, epoch, end))) {
		return fault.New(fault.Invalid, "this address is not complete")
	}
	if n, err := strconv.ParseInt(end, 10, 64); err != nil || now.Unix() > n {
		return fault.New(fault.Gone, "this address holds no more")
	}
	return nil
}

func (s *Signer) sign(path, epoch, end string) string {
	m := hmac.New(sha256.New, s.key[:])
	m.Write([]byte(path + "\x00" + epoch + "\x00" + end))
	return id.Encode(m.Sum(nil)[:20])
}

// SignedFor is how long the addresses in mails open what they name.
const SignedFor = 90 * 24 * time.Hour

// ReceiptPath is where a receipt is read, for Signer.Address.
func ReceiptPath(receiptID string) string { return "/receipts/" + receiptID }

// GiftAidPath is the form of a donor's Gift Aid declaration, for Signer.Address.
func GiftAidPath(donorID string) string { return "/receipts/gift-aid/" + donorID }

// PartyPath is the form for the name and address on a donor's official receipts,
// for Signer.Address.
func PartyPath(donorID string) string { return "/receipts/name/" + donorID }
