// Package limit counts tries in memory, never on disk. A restart forgets them:
// what an attacker gains by that is less than what a full disk of counters would
// cost.
package limit

import (
	"sync"
	"time"

	"masthead.dev/masthead/internal/clock"
)

// Limit allows so many tries within a time. A soft one lets further tries
// through with a proof.
type Limit struct {
	Key    string
	Most   int
	Within time.Duration
	Soft   bool
}

// Counter counts tries. Many may use it at once.
type Counter struct {
	clock clock.Clock
	mu    sync.Mutex
	tries map[string]tries
}

// tries are those that count still; they are in order.
type tries struct {
	at     []time.Time
	within time.Duration
}

// New makes a counter that goes by a clock.
func New(c clock.Clock) *Counter { return &Counter{clock: c, tries: map[string]tries{}} }

// Take counts a try in all limits, unless one that is not soft is used up; then
// it tells how long to wait.
func (c *Counter) Take(limits []Limit) (wait time.Duration) {
	wait, _ = c.Admit(limits, true)
	return wait
}

// Admit counts a try in all limits, unless one of them is used up; then it
// tells how long to wait, or that a proof would help. Trying is counted before
// the outcome is known, so that many at once get no more tries than one after
// the other.
func (c *Counter) Admit(limits []Limit, proven bool) (wait time.Duration, prove bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock.Now()
	c.sweep(now)
	for _, x := range limits {
		list := since(c.tries[x.Key].at, now.Add(-x.Within))
		switch {
		case len(list) < x.Most:
		case x.Soft:
			prove = prove || !proven
		default:
			wait = max(wait, list[len(list)-x.Most].Add(x.Within).Sub(now))
		}
	}
	if wait > 0 || prove {
		return wait, prove && wait == 0
	}
	for _, x := range limits {
		c.tries[x.Key] = tries{append(since(c.tries[x.Key].at, now.Add(-x.Within)), now), x.Within}
	}
	return 0, false
}

// First tells whether a key comes for the first time within a while, and notes
// it.
func (c *Counter) First(key string, within time.Duration) bool {
	return c.Take([]Limit{{Key: key, Most: 1, Within: within}}) == 0
}

// Give takes back a try that went well: the first limit begins anew, the others
// get that try back.
func (c *Counter) Give(limits []Limit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, x := range limits {
		t := c.tries[x.Key]
		if i == 0 || len(t.at) < 2 {
			delete(c.tries, x.Key)
			continue
		}
		t.at = t.at[:len(t.at)-1]
		c.tries[x.Key] = t
	}
}

// mostKeys bounds the memory: about 20 MB at worst.
const mostKeys = 100_000

func (c *Counter) sweep(now time.Time) {
	if len(c.tries) < mostKeys {
		return
	}
	for key, t := range c.tries {
		if len(since(t.at, now.Add(-t.within))) == 0 {
			delete(c.tries, key)
		}
	}
	if len(c.tries) >= mostKeys { // a flood from thousands of networks costs more than these counters are worth
		clear(c.tries)
	}
}

// since are the tries after a time.
func since(list []time.Time, after time.Time) []time.Time {
	for i, t := range list {
		if t.After(after) {
			return list[i:]
		}
	}
	return nil
}
