// Package job names the kinds of background work and holds their payloads: data
// only. A job may run twice without harm; its body is in package worker.
package job

import (
	"encoding/json"
	"time"
)

// Job is work to be done after the transaction that asks for it has committed.
type Job struct {
	Kind     string
	Payload  any       // written as JSON
	Key      string    // at most one waiting job has a key; "" is none
	RunAt    time.Time // zero: at once
	Priority int       // higher goes first; gifts and saves are above 0
	Attempts int       // tries before the job is dead; 0 is 20
}

// Work is a job that was claimed.
type Work struct {
	ID      string
	Kind    string
	Payload json.RawMessage
	Attempt int // 1 the first time
	Max     int
}

// Into reads the payload.
func (w Work) Into(v any) error { return json.Unmarshal(w.Payload, v) }

// The states of a job.
const (
	Ready   = "ready"
	Running = "running"
	Done    = "done"
	Dead    = "dead" // gave up; a person must look
)

// Prune is the kind of job that forgets what is no longer needed; it repeats itself.
const Prune = "house.prune"

// Retain is the kind of job that removes what was kept for long enough, once a
// day; it repeats itself.
const Retain = "house.retain"
