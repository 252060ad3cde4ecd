package job

import "time"

// WebhookDeliver is the kind of job that tells another program of an event.
const WebhookDeliver = "webhook.deliver"

// DeliverPayload is the payload of WebhookDeliver.
type DeliverPayload struct {
	Delivery string `json:"delivery"`
}

// Deliver is one delivery; it asks for itself again until it has arrived or been
// given up.
func Deliver(delivery string, at time.Time) Job {
	return Job{Kind: WebhookDeliver, Key: WebhookDeliver + ":" + delivery, Payload: DeliverPayload{delivery}, RunAt: at}
}
