package worker

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/network"
	"masthead.dev/masthead/internal/outbox"
	"masthead.dev/masthead/internal/store"
)

// Webhooks tell other programs what happened.
type Webhooks struct {
	Store   *store.Store
	Secrets *store.Secrets
	Clock   clock.Clock
	Base    func() string // where readers reach the newsroom: scheme and host
	// Local lets a newsroom that is only tried out tell programs on this machine.
	Local  bool
	Client *http.Client // as WebhookClient makes it
}

const (
	webhookTime   = 10 * time.Second // for all of one try
	webhookAnswer = 1 << 10          // how much of an answer is looked at and kept
)

// WebhookClient makes the client that tells them. It looks at each address at the
// moment of connecting, so that a name that leads elsewhere by then changes
// nothing; it follows no redirect and asks no proxy.
func WebhookClient(local bool) *http.Client {
	dial := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err == nil && (network.Public(at.Addr()) || local && at.Addr().Unmap().IsLoopback()) {
			return nil
		}
		return fault.New(fault.Denied, "the name leads to %s, which is no public address", address)
	}}
	return &http.Client{
		Timeout: webhookTime,
		Transport: &http.Transport{DialContext: dial.DialContext, TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: 16 << 10,
			ResponseHeaderTimeout: webhookTime, DisableKeepAlives: true, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Deliver is the body of job.WebhookDeliver.
func (w *Webhooks) Deliver(ctx context.Context, work job.Work) error {
	var p job.DeliverPayload
	if err := work.Into(&p); err != nil {
		return fault.Wrap(fault.Internal, err, "")
	}
	d, err := w.Store.Delivery(ctx, p.Delivery)
	if fault.Is(err, fault.NotFound) {
		return nil // its webhook was deleted
	}
	if err != nil || d.State != store.DeliveryWaiting {
		return err
	}
	hook, err := w.Store.Webhook(ctx, d.Webhook)
	if err != nil {
		return err
	}
	if hook.State != store.WebhookOn && d.Event.Kind != outbox.Test {
		return w.Store.Write(ctx, func(tx *store.Tx) error { return tx.EndDelivery(ctx, d.ID) })
	}
	return w.note(ctx, d, w.try(ctx, hook, d))
}

// note keeps what came of a try, and asks for the next one.
func (w *Webhooks) note(ctx context.Context, d store.Delivery, t store.Try) error {
	good := t.Status >= 200 && t.Status < 300
	pause := outbox.Pause(d.Tries + 1)
	now := store.DeliveryWaiting
	switch {
	case good:
		now = store.DeliveryDone
	case d.Event.Kind == outbox.Test: // who pressed the button looks at it
		now = store.DeliveryFailed
	case t.At.Add(pause).Sub(d.Begun) > outbox.GiveUpAfter || t.Status == http.StatusGone:
		now = store.DeliveryFailed
	}
	if err := w.Store.Write(ctx, func(tx *store.Tx) error { return tx.TriedDelivery(ctx, d, t, now) }); err != nil {
		return err
	}
	if now == store.DeliveryWaiting {
		return &Again{After: pause, Reason: "not delivered yet: " + strconv.Itoa(t.Status)}
	}
	return nil
}

// try sends an event once.
func (w *Webhooks) try(ctx context.Context, hook store.Webhook, d store.Delivery) store.Try {
	t := store.Try{At: w.Clock.Now()}
	begun := time.Now() // what passed, whatever the newsroom's clock says
	res, err := w.send(ctx, hook, d, t.At)
	if err == nil {
		defer res.Body.Close()
		var head []byte
		head, err = io.ReadAll(io.LimitReader(res.Body, webhookAnswer))
		t.Status, t.Answer = res.StatusCode, plain(head)
	}
	if err != nil {
		t.Status, t.Answer = 0, plain([]byte(why(err)))
	}
	t.Took = time.Since(begun).Truncate(time.Millisecond)
	return t
}

// why is the end of a chain of errors: the address stands in the log beside it.
func why(err error) string {
	if say := fault.Say(err); say != "" {
		return say
	}
	text := err.Error()
	if i := strings.Index(text, `": `); i >= 0 { // Post "https://…": reason
		text = text[i+3:]
	}
	return text
}

// plain keeps text alone, without control characters.
func plain(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(string(b), "\uFFFD"))
}

func (w *Webhooks) send(ctx context.Context, hook store.Webhook, d store.Delivery, now time.Time) (*http.Response, error) {
	if err := outbox.Check(hook.URL, w.Local); err != nil {
		return nil, err
	}
	body, err := d.Event.Body(w.Base())
	if err != nil {
		return nil, err
	}
	secrets, err := w.open(hook, now)
	if err != nil {
		return nil, err
	}
	signature, err := outbox.Sign(secrets, d.Event.MessageID(), now, body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for k, v := range map[string]string{"Content-Type": "application/json", "User-Agent": "Masthead webhooks", "webhook-id": d.Event.MessageID(),
		"webhook-timestamp": strconv.FormatInt(now.Unix(), 10), "webhook-signature": signature} {
		req.Header.Set(k, v)
	}
	return w.Client.Do(req)
}

func (w *Webhooks) open(hook store.Webhook, now time.Time) ([]string, error) {
	var out []string
	for _, box := range hook.Boxes(now) {
		s, err := w.Secrets.Open(store.WebhookSecret(hook.ID), box)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}
