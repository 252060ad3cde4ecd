package fund

import (
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"time"

	"masthead.dev/masthead/internal/id"
)

// Update tells supporters what has become of a campaign; texts by language.
type Update struct {
	ID          string
	CampaignID  string
	Title, Body map[string]string
	CreatedAt   time.Time
	By          string    // who wrote it
	PublishedAt time.Time // zero: a draft
	MailedAt    time.Time // when mailing was asked for; zero: not
	MailedTo    int       // mails in the outbox so far
}

// NewsKey signs the addresses at which donors stop a campaign's updates. They
// need no row and never end: whoever kept an old mail can still stop.
type NewsKey []byte

// Token names a donor and a campaign in such an address.
func (k NewsKey) Token(campaignID, donorID string) string {
	return campaignID + "." + donorID + "." + k.sign(campaignID, donorID)
}

// Read returns whom a token names; false where it was not made here.
func (k NewsKey) Read(token string) (campaignID, donorID string, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || !hmac.Equal([]byte(parts[2]), []byte(k.sign(parts[0], parts[1]))) {
		return "", "", false
	}
	return parts[0], parts[1], true
}

func (k NewsKey) sign(campaignID, donorID string) string {
	m := hmac.New(sha256.New, k)
	m.Write([]byte("stop updates v1\x00" + campaignID + "\x00" + donorID))
	return id.Encode(m.Sum(nil)[:20]) // small letters: addresses of the site are
}
