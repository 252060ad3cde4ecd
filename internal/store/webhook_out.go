package store

import (
	"context"
	"slices"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/outbox"
)

// WebhookState says whether a webhook is told anything.
type WebhookState string

// The states of a webhook. Failed is one that was switched off because nothing
// had arrived for days.
const (
	WebhookOn     WebhookState = "on"
	WebhookOff    WebhookState = "off"
	WebhookFailed WebhookState = "failed"
)

// Webhook is an address that is told what happens.
type Webhook struct {
	ID       string
	URL      string
	Events   []string
	Box      string // the secret, sealed under WebhookSecret
	OldBox   string // the one before
	OldUntil time.Time
	State    WebhookState
	Made     time.Time
	By       string // account
}

// WebhookSecret is the name under which a webhook's secret is sealed.
func WebhookSecret(webhookID string) string { return "webhook:" + webhookID }

// Boxes are the sealed secrets that sign at a time, the newest first.
func (w Webhook) Boxes(now time.Time) []string {
	if w.OldBox == "" || !now.Before(w.OldUntil) {
		return []string{w.Box}
	}
	return []string{w.Box, w.OldBox}
}

const maxWebhooks = 50

const webhookColumns = "id, url, events, secret_box, old_secret_box, old_until, state, created_at, created_by"

func scanWebhook(r db.Scanner) (w Webhook, err error) {
	return w, r.Scan(&w.ID, &w.URL, db.FromJSON(&w.Events), &w.Box, &w.OldBox, db.At(&w.OldUntil), &w.State, db.At(&w.Made), &w.By)
}

// PutWebhook adds a webhook, or changes address, events and state of the one with
// that id. What it is told has to have been checked (outbox.Check).
func (tx *Tx) PutWebhook(ctx context.Context, by Actor, w Webhook) error {
	if len(outbox.Chosen(w.Events)) == 0 {
		return fault.Fields{"events": "Choose what the address is to be told."}
	}
	n, err := db.One(ctx, tx, db.Value[int], "SELECT COUNT(*) FROM webhook WHERE id <> $1", w.ID)
	if err == nil && n >= maxWebhooks {
		err = fault.New(fault.Conflict, "there are %d webhooks already; delete one first", n)
	}
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, "INSERT INTO webhook ("+webhookColumns+") VALUES ("+places(9)+`)
		ON CONFLICT (id) DO UPDATE SET url = excluded.url, events = excluded.events, state = excluded.state`,
		w.ID, w.URL, db.JSON(w.Events), w.Box, "", nil, w.State, tx.now(), by.ID)
	if err != nil {
		return err
	}
	tx.Touch("desk")
	return tx.Audit(ctx, by, "webhook.saved", "webhook", w.ID, map[string]any{"url": w.URL, "events": w.Events, "state": w.State})
}

// TurnWebhookSecret gives a webhook another secret; the old one signs beside it
// for a day.
func (tx *Tx) TurnWebhookSecret(ctx context.Context, by Actor, webhookID, box string) error {
	n, err := db.Exec(ctx, tx, "UPDATE webhook SET old_secret_box = secret_box, old_until = $3, secret_box = $2 WHERE id = $1",
		webhookID, box, tx.now()+outbox.BothSecrets.Milliseconds())
	if err == nil && n == 0 {
		err = noWebhook()
	}
	if err != nil {
		return err
	}
	return tx.Audit(ctx, by, "webhook.secret", "webhook", webhookID, nil)
}

// DropWebhook deletes a webhook with its log.
func (tx *Tx) DropWebhook(ctx context.Context, by Actor, webhookID string) error {
	for _, query := range []string{
		"DELETE FROM webhook_try WHERE delivery_id IN (SELECT id FROM webhook_delivery WHERE webhook_id = $1)",
		"DELETE FROM webhook_delivery WHERE webhook_id = $1",
	} {
		if _, err := db.Exec(ctx, tx, query, webhookID); err != nil {
			return err
		}
	}
	n, err := db.Exec(ctx, tx, "DELETE FROM webhook WHERE id = $1", webhookID)
	if err == nil && n == 0 {
		err = noWebhook()
	}
	if err != nil {
		return err
	}
	tx.Touch("desk")
	return tx.Audit(ctx, by, "webhook.deleted", "webhook", webhookID, nil)
}

func noWebhook() error { return fault.New(fault.NotFound, "there is no such webhook") }

// Webhook returns a webhook.
func (s *Store) Webhook(ctx context.Context, webhookID string) (Webhook, error) {
	w, err := db.One(ctx, s.Query(), scanWebhook, "SELECT "+webhookColumns+" FROM webhook WHERE id = $1", webhookID)
	if fault.Is(err, fault.NotFound) {
		err = noWebhook()
	}
	return w, err
}

// Webhooks lists all of them, the oldest first.
func (s *Store) Webhooks(ctx context.Context) ([]Webhook, error) {
	return db.Rows(ctx, s.Query(), scanWebhook, "SELECT "+webhookColumns+" FROM webhook ORDER BY created_at, id")
}

// Emit tells every webhook that asked for it of an event, once this transaction
// has committed. data must hold only what is public and nothing of a donor; "path"
// becomes the whole address.
func (tx *Tx) Emit(ctx context.Context, kind outbox.Kind, data map[string]any) error {
	list, err := db.Rows(ctx, tx, scanWebhook, "SELECT "+webhookColumns+" FROM webhook WHERE state = 'on' ORDER BY created_at, id")
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(w Webhook) bool { return !slices.Contains(w.Events, string(kind)) })
	return tx.tellWebhooks(ctx, kind, data, list...)
}

// TestWebhook sends an event that means nothing to one webhook, whatever it asked
// for.
func (tx *Tx) TestWebhook(ctx context.Context, by Actor, w Webhook) error {
	if err := tx.Audit(ctx, by, "webhook.tested", "webhook", w.ID, nil); err != nil {
		return err
	}
	return tx.tellWebhooks(ctx, outbox.Test, map[string]any{"webhook": w.ID}, w)
}

func (tx *Tx) tellWebhooks(ctx context.Context, kind outbox.Kind, data map[string]any, to ...Webhook) error {
	if len(to) == 0 {
		return nil
	}
	event := id.New()
	if _, err := db.Exec(ctx, tx, "INSERT INTO webhook_event (id, kind, at, data) VALUES ("+places(4)+")", event, kind, tx.now(), db.JSON(data)); err != nil {
		return err
	}
	for _, w := range to {
		delivery := id.New()
		_, err := db.Exec(ctx, tx, "INSERT INTO webhook_delivery (id, webhook_id, event_id, state, created_at, begun_at) VALUES ("+places(6)+")",
			delivery, w.ID, event, DeliveryWaiting, tx.now(), tx.now())
		if err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, job.Deliver(delivery, time.Time{})); err != nil {
			return err
		}
	}
	return nil
}
