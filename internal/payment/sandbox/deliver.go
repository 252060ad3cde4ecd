package sandbox

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"masthead.dev/masthead/internal/clock"
)

// Send brings one webhook to its address and returns the status of the answer.
type Send func(ctx context.Context, header map[string]string, body []byte) (status int, err error)

// Faults is what the sandbox does wrong with its webhooks, each time anew by a
// seeded dice.
type Faults struct {
	Duplicate float64 `json:"duplicate"` // share of deliveries made twice
	Drop      float64 `json:"drop"`      // share of deliveries never made
	DelayS    float64 `json:"delay_s"`   // each waits up to so many seconds
	Reorder   bool    `json:"reorder"`
	Corrupt   float64 `json:"corrupt"` // share of attempts with a byte changed after signing
	Seed      uint64  `json:"seed"`
}

// deliverer sends events. It forgets what waits when the program ends, as a
// provider's patience ends too: catching up is the receiver's business.
type deliverer struct {
	secret string
	mu     sync.Mutex
	send   Send
	clock  clock.Clock
	muted  bool
	faults Faults
	dice   *rand.Rand
	queue  []delivery
	wake   chan struct{}
	sent   int
	failed int
}

type delivery struct {
	event event
	due   time.Time
	tries int
}

// maxTries and the doubling pause from one second on give an address four minutes.
const maxTries = 8

func newDeliverer(secret string) *deliverer {
	return &deliverer{secret: secret, dice: rand.New(rand.NewPCG(0, 0)), wake: make(chan struct{}, 1)}
}

// Deliver sets where webhooks go, before the first gift. now is the wall clock
// that their signatures carry.
func (s *Sandbox) Deliver(send Send) {
	s.mail.mu.Lock()
	defer s.mail.mu.Unlock()
	s.mail.send, s.mail.clock = send, s.opt.Clock
}

// SetFaults replaces the faults; zero delivers everything once, at once.
func (s *Sandbox) SetFaults(f Faults) {
	s.mail.mu.Lock()
	defer s.mail.mu.Unlock()
	s.mail.faults = f
	s.mail.dice = rand.New(rand.NewPCG(f.Seed, f.Seed))
}

// Run lets time pass in the sandbox and delivers webhooks until ctx ends.
func (s *Sandbox) Run(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		wait := s.mail.round(ctx, false)
		timer := time.NewTimer(min(wait, time.Second))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-s.mail.wake:
		case <-timer.C:
		case <-tick.C:
			if err := s.step(func(*batch) error { return nil }); err != nil {
				slog.Error("the sandbox's clock can't go on", "err", err)
			}
		}
		timer.Stop()
	}
}

// Flush delivers what waits, delayed or not, until nothing does; for tests.
func (s *Sandbox) Flush(ctx context.Context) {
	for s.mail.waiting() > 0 && ctx.Err() == nil {
		s.mail.round(ctx, true)
	}
}

func (d *deliverer) waiting() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.queue)
}

func (d *deliverer) mute(on bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.muted = on
}

// post queues events, with the faults that are set.
func (d *deliverer) post(events []event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.send == nil || d.muted || len(events) == 0 {
		return
	}
	for _, e := range events {
		if d.dice.Float64() < d.faults.Drop {
			continue
		}
		d.enqueue(e)
		if d.dice.Float64() < d.faults.Duplicate {
			d.enqueue(e)
		}
	}
	if d.faults.Reorder {
		d.dice.Shuffle(len(d.queue), func(i, j int) { d.queue[i], d.queue[j] = d.queue[j], d.queue[i] })
	}
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

func (d *deliverer) enqueue(e event) {
	delay := time.Duration(d.dice.Float64() * d.faults.DelayS * float64(time.Second))
	d.queue = append(d.queue, delivery{event: e, due: d.clock.Now().Add(delay)})
}

// round sends what is due, or everything, once, and tells how long nothing will be.
func (d *deliverer) round(ctx context.Context, all bool) time.Duration {
	for _, x := range d.take(all) {
		if ctx.Err() != nil {
			return time.Hour
		}
		d.attempt(ctx, x)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	wait := time.Hour
	for _, x := range d.queue {
		wait = min(wait, max(0, x.due.Sub(d.clock.Now())))
	}
	return wait
}

func (d *deliverer) take(all bool) []delivery {
	d.mu.Lock()
	defer d.mu.Unlock()
	var now, later []delivery
	for _, x := range d.queue {
		if all || !x.due.After(d.clock.Now()) {
			now = append(now, x)
		} else {
			later = append(later, x)
		}
	}
	d.queue = later
	return now
}

func (d *deliverer) attempt(ctx context.Context, x delivery) {
	d.mu.Lock()
	send, at := d.send, d.clock.Now()
	body := x.event.body()
	header := map[string]string{
		"Content-Type":  "application/json",
		SignatureHeader: fmt.Sprintf("t=%d,v1=%s", at.Unix(), Sign(d.secret, at, body)),
	}
	if d.dice.Float64() < d.faults.Corrupt {
		body[d.dice.IntN(len(body))] ^= 1 << d.dice.IntN(7)
	}
	d.mu.Unlock()
	status, err := send(ctx, header, body)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil && status >= 200 && status < 300 {
		d.sent++
		return
	}
	if x.tries++; x.tries >= maxTries {
		d.failed++
		slog.Warn("the sandbox gave up on a webhook", "event", x.event.ID, "type", x.event.Type, "status", status, "err", err)
		return
	}
	x.due = at.Add(time.Second << (x.tries - 1))
	d.queue = append(d.queue, x)
}
