package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/outbox"
)

// DeliveryState is what became of an event on its way to a webhook.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryWaiting DeliveryState = "waiting"
	DeliveryDone    DeliveryState = "done"
	DeliveryFailed  DeliveryState = "failed" // given up
)

// Delivery is one event on its way to one webhook.
type Delivery struct {
	ID, Webhook string
	Event       outbox.Event
	State       DeliveryState
	Begun       time.Time // the first try, or when it was sent again
	Tries       int
	Last        Try // zero: not tried yet; only in lists
}

// Try is one try of a delivery.
type Try struct {
	At     time.Time
	Status int // of the answer; 0 is none
	Took   time.Duration
	Answer string // its first bytes, or why there is none
}

const deliveryColumns = "d.id, d.webhook_id, d.state, d.begun_at, d.tries, e.id, e.kind, e.at, e.data"

func (d *Delivery) columns() []any {
	return []any{&d.ID, &d.Webhook, &d.State, db.At(&d.Begun), &d.Tries, &d.Event.ID, &d.Event.Kind, db.At(&d.Event.At), db.FromJSON(&d.Event.Data)}
}

func scanDelivery(r db.Scanner) (d Delivery, err error) { return d, r.Scan(d.columns()...) }

// Delivery returns a delivery with its event.
func (s *Store) Delivery(ctx context.Context, deliveryID string) (Delivery, error) {
	d, err := db.One(ctx, s.Query(), scanDelivery, "SELECT "+deliveryColumns+" FROM webhook_delivery d JOIN webhook_event e ON e.id = d.event_id WHERE d.id = $1", deliveryID)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "there is no such delivery any more")
	}
	return d, err
}

// WebhookLog lists what was sent to a webhook, the newest first, with the last
// try of each.
func (s *Store) WebhookLog(ctx context.Context, webhookID string, limit, offset int) ([]Delivery, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (d Delivery, err error) {
		var ms int64
		err = r.Scan(append(d.columns(), db.At(&d.Last.At), &d.Last.Status, &ms, &d.Last.Answer)...)
		d.Last.Took = time.Duration(ms) * time.Millisecond
		return d, err
	}, "SELECT "+deliveryColumns+`, t.at, COALESCE(t.status, 0), COALESCE(t.took_ms, 0), COALESCE(t.answer, '')
		FROM webhook_delivery d JOIN webhook_event e ON e.id = d.event_id
		LEFT JOIN webhook_try t ON t.id = (SELECT x.id FROM webhook_try x WHERE x.delivery_id = d.id ORDER BY x.at DESC, x.id DESC LIMIT 1)
		WHERE d.webhook_id = $1 ORDER BY d.created_at DESC, d.id LIMIT $2 OFFSET $3`, webhookID, limit, offset)
}

// Tries lists the tries of a delivery, the first first.
func (s *Store) Tries(ctx context.Context, deliveryID string) ([]Try, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (t Try, err error) {
		var ms int64
		err = r.Scan(db.At(&t.At), &t.Status, &ms, &t.Answer)
		t.Took = time.Duration(ms) * time.Millisecond
		return t, err
	}, "SELECT at, status, took_ms, answer FROM webhook_try WHERE delivery_id = $1 ORDER BY at, id", deliveryID)
}

// TriedDelivery keeps what came of a try, and what the delivery is now. One that
// is given up switches its webhook off and leaves a task for a person.
func (tx *Tx) TriedDelivery(ctx context.Context, d Delivery, t Try, now DeliveryState) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO webhook_try (id, delivery_id, at, status, took_ms, answer) VALUES ("+places(6)+")",
		id.New(), d.ID, t.At.UnixMilli(), t.Status, t.Took.Milliseconds(), t.Answer)
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, "UPDATE webhook_delivery SET state = $2, tries = tries + 1 WHERE id = $1", d.ID, now); err != nil {
		return err
	}
	if now == DeliveryFailed && d.Event.Kind != outbox.Test { // a test is looked at by who sent it
		return tx.failWebhook(ctx, d.Webhook)
	}
	return nil
}

func (tx *Tx) failWebhook(ctx context.Context, webhookID string) error {
	n, err := db.Exec(ctx, tx, "UPDATE webhook SET state = 'failed' WHERE id = $1 AND state = 'on'", webhookID)
	if err != nil || n == 0 {
		return err
	}
	tx.Touch("desk")
	if err := tx.Audit(ctx, System, "webhook.failed", "webhook", webhookID, nil); err != nil {
		return err
	}
	return tx.AddTask(ctx, Task{Kind: TaskWebhook, Key: TaskWebhook + ":" + webhookID + ":" + stamp(time.UnixMilli(tx.now())), ObjectKind: "webhook", ObjectID: webhookID})
}

// TaskWebhook is the kind of task about a webhook that was switched off.
const TaskWebhook = "webhook.failed"

// EndDelivery gives a delivery up whose webhook is not told anything any more.
func (tx *Tx) EndDelivery(ctx context.Context, deliveryID string) error {
	_, err := db.Exec(ctx, tx, "UPDATE webhook_delivery SET state = 'failed' WHERE id = $1", deliveryID)
	return err
}

// SendAgain tries a delivery of a webhook once more, and for three days from now.
func (tx *Tx) SendAgain(ctx context.Context, by Actor, webhookID, deliveryID string) error {
	n, err := db.Exec(ctx, tx, "UPDATE webhook_delivery SET state = 'waiting', begun_at = $3, tries = 0 WHERE id = $1 AND webhook_id = $2", deliveryID, webhookID, tx.now())
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "there is no such delivery any more")
	}
	if err != nil {
		return err
	}
	if err := tx.Audit(ctx, by, "webhook.sent_again", "webhook", webhookID, map[string]any{"delivery": deliveryID}); err != nil {
		return err
	}
	return tx.Enqueue(ctx, job.Deliver(deliveryID, time.Time{}))
}

// PruneWebhooks forgets the log of deliveries after its time.
func (tx *Tx) PruneWebhooks(ctx context.Context) error {
	before := tx.now() - outbox.LogLasts.Milliseconds()
	for _, query := range []string{
		"DELETE FROM webhook_try WHERE delivery_id IN (SELECT id FROM webhook_delivery WHERE created_at < $1 AND state <> 'waiting')",
		"DELETE FROM webhook_delivery WHERE created_at < $1 AND state <> 'waiting'",
		"DELETE FROM webhook_event WHERE at < $1 AND NOT EXISTS (SELECT 1 FROM webhook_delivery d WHERE d.event_id = webhook_event.id)",
	} {
		if _, err := db.Exec(ctx, tx, query, before); err != nil {
			return err
		}
	}
	return nil
}
