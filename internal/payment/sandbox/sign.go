package sandbox

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
)

// SignatureHeader is the name of the header that proves a webhook:
// "t=1767225600,v1=236c…", with one v1 or more.
const SignatureHeader = "Sandbox-Signature"

// Sign is the signature of a body at a time: hex of HMAC-SHA256 over the Unix
// time, a point and the body. Stripe's webhooks are signed in the same way.
func Sign(secret string, at time.Time, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write(strconv.AppendInt(nil, at.Unix(), 10))
	m.Write([]byte{'.'})
	m.Write(body)
	return hex.EncodeToString(m.Sum(nil))
}

// verify proves a header against a body; fault.Denied says nothing of why, and
// so tells nobody how near a forgery came.
func verify(header string, body []byte, secrets []string, now time.Time) error {
	denied := fault.New(fault.Denied, "the signature of this delivery is not good")
	var at time.Time
	var given []string
	for _, part := range strings.Split(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			sec, err := strconv.ParseInt(value, 10, 64)
			if err != nil || !at.IsZero() || sec < 0 {
				return denied
			}
			at = time.Unix(sec, 0)
		case "v1":
			given = append(given, value)
		}
	}
	if at.IsZero() || len(given) == 0 || len(given) > 10 || now.Sub(at).Abs() > fund.SignatureWindow {
		return denied
	}
	good := false
	for _, secret := range secrets {
		want := []byte(Sign(secret, at, body))
		for _, g := range given {
			if hmac.Equal(want, []byte(g)) { // constant time
				good = true
			}
		}
	}
	if !good {
		return denied
	}
	return nil
}

// hook is the body of a webhook.
type hook struct {
	ID       string `json:"id"`
	Object   string `json:"object"`
	Created  int64  `json:"created"`
	Type     string `json:"type"`
	LiveMode bool   `json:"livemode"`
	Data     struct {
		Object struct {
			ID     string    `json:"id"`
			Object fund.Kind `json:"object"`
		} `json:"object"`
	} `json:"data"`
}

func (e event) body() []byte {
	h := hook{ID: e.ID, Object: "event", Created: e.At.Unix(), Type: e.Type, LiveMode: e.Live}
	h.Data.Object.ID, h.Data.Object.Object = e.Ref.ID, e.Ref.Kind
	b, err := json.Marshal(h)
	if err != nil {
		panic(err) // our own plain type
	}
	return b
}

// Ingest implements fund.Provider.
func (s *Sandbox) Ingest(_ context.Context, raw fund.Raw) ([]fund.Ref, error) {
	if len(raw.Body) > fund.MaxBody {
		return nil, fault.New(fault.TooLarge, "the body of a delivery may have %d bytes at most", fund.MaxBody)
	}
	lines := raw.Header[SignatureHeader]
	if len(lines) != 1 {
		return nil, fault.New(fault.Denied, "the signature of this delivery is not good")
	}
	if err := verify(lines[0], raw.Body, s.opt.Secrets, raw.ReceivedAt); err != nil {
		return nil, err
	}
	var h hook
	if err := json.Unmarshal(raw.Body, &h); err != nil || h.ID == "" || h.Data.Object.ID == "" {
		return nil, fault.New(fault.Invalid, "the delivery is signed, but it is no event")
	}
	if h.LiveMode {
		return nil, fault.Wrap(fault.Denied, fund.ErrMode, "this is an event of a live account, and the sandbox has none")
	}
	return []fund.Ref{{Kind: fund.KindEvent, ID: h.ID}, {Kind: h.Data.Object.Object, ID: h.Data.Object.ID}}, nil
}
