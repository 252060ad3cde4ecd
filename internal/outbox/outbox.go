// Package outbox knows what other programs are told: the events, the form in
// which they travel, how that is signed, and for how long it is tried. What
// travels holds only what is public; nothing in it is about a donor. It sends
// nothing itself.
//
// Form and signature follow Standard Webhooks 1.0
// (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
package outbox

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// Kind is the sort of an event.
type Kind string

// The events. Test is sent by a button alone.
const (
	StoryPublished      Kind = "story.published"
	StoryUpdated        Kind = "story.updated" // a new public version that is no correction
	CorrectionPublished Kind = "correction.published"
	StoryRetracted      Kind = "story.retracted"
	StoryWithdrawn      Kind = "story.withdrawn"
	CampaignStarted     Kind = "campaign.started"
	CampaignPaused      Kind = "campaign.paused"
	CampaignEnded       Kind = "campaign.ended"
	CampaignUpdated     Kind = "campaign.updated" // an update to supporters went up
	CampaignReached     Kind = "campaign.goal_reached"
	FrontPublished      Kind = "front.published"
	Test                Kind = "test"
)

// Kinds lists what may be asked for.
func Kinds() []Kind {
	return []Kind{StoryPublished, StoryUpdated, CorrectionPublished, StoryRetracted, StoryWithdrawn,
		CampaignStarted, CampaignPaused, CampaignEnded, CampaignUpdated, CampaignReached, FrontPublished}
}

// Event is something that other programs are told.
type Event struct {
	ID   string
	Kind Kind
	At   time.Time
	Data map[string]any // only what is public
}

// Body is an event as it travels. Paths among its data become addresses below
// base: scheme and host, without a slash at the end.
func (e Event) Body(base string) ([]byte, error) {
	data := make(map[string]any, len(e.Data)+1)
	for k, v := range e.Data {
		data[k] = v
	}
	if path, ok := data["path"].(string); ok {
		data["url"] = base + path
		delete(data, "path")
	}
	b, err := json.Marshal(struct {
		Type      Kind           `json:"type"`
		Timestamp string         `json:"timestamp"`
		Data      map[string]any `json:"data"`
	}{e.Kind, e.At.UTC().Format(time.RFC3339), data})
	return b, fault.Wrap(fault.Internal, err, "")
}

// MessageID is the event's id as it travels: the same each time that it is sent,
// so that a receiver knows it again.
func (e Event) MessageID() string { return "evt_" + e.ID }

const (
	secretPrefix = "whsec_"
	secretBytes  = 32 // the standard asks for 24 to 64
)

// NewSecret makes a secret in the form in which receivers' libraries take it.
func NewSecret() string {
	b := make([]byte, secretBytes)
	if _, err := rand.Read(b); err != nil {
		panic(err) // crypto/rand never fails on the systems that Go supports
	}
	return secretPrefix + base64.StdEncoding.EncodeToString(b)
}

// Sign makes the header webhook-signature: one signature for each secret, so
// that a receiver can go over to a new one.
func Sign(secrets []string, id string, at time.Time, body []byte) (string, error) {
	var out []string
	for _, s := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, secretPrefix))
		if err != nil {
			return "", fault.Wrap(fault.Internal, err, "a webhook's secret can't be read")
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		mac.Write(body)
		out = append(out, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(out, " "), nil
}

// How long things last.
const (
	GiveUpAfter = 3 * 24 * time.Hour  // after the first try of what never arrived
	BothSecrets = 24 * time.Hour      // for which the old secret still signs beside the new one
	LogLasts    = 30 * 24 * time.Hour // the log of deliveries
)

// pauses grow from seconds, for a receiver that is started anew, to hours.
var pauses = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour}

// Pause is how long to wait after so many tries that failed, from 1 on.
func Pause(tries int) time.Duration {
	return pauses[min(max(tries, 1), len(pauses))-1]
}

// Check says what keeps an address from being told anything. With local, as in a
// newsroom that is only tried out, http to this machine will do as well.
// Where the name leads to is looked at when it is connected to.
func Check(address string, local bool) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Fragment != "" || len(address) > 2000 {
		return fault.New(fault.Invalid, "give the address as https://host/path")
	}
	if u.User != nil {
		return fault.New(fault.Invalid, "leave name and password out of the address; what is sent is signed")
	}
	if u.Scheme == "https" || local && u.Scheme == "http" && Local(u.Hostname()) {
		return nil
	}
	return fault.New(fault.Invalid, "the address must begin with https://, so that nobody on the way reads or changes what is sent")
}

// Local tells whether a host's name is that of this machine.
func Local(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Chosen are those of the names that are events, each once, in the usual order.
func Chosen(names []string) []Kind {
	return slices.DeleteFunc(Kinds(), func(k Kind) bool { return !slices.Contains(names, string(k)) })
}
