package site

import (
	"net/netip"
	"sync"
	"time"

	"masthead.dev/masthead/internal/clock"
)

// Limiter counts tries in memory, never on disk. A restart forgets them.
type Limiter struct {
	clock clock.Clock
	mu    sync.Mutex
	tries map[string][]time.Time
}

// NewLimiter makes a limiter that goes by a clock.
func NewLimiter(c clock.Clock) *Limiter { return &Limiter{clock: c, tries: map[string][]time.Time{}} }

// limit allows so many tries within a time.
type limit struct {
	key    string
	most   int
	within time.Duration
}

const quarter = 15 * time.Minute

// mailLimits: a few mails to one address, whoever asks, since nobody wants their
// mailbox filled by a stranger; more for a network, behind which a village may
// sit. Where the network isn't known (an onion service, an unknown proxy), all
// such tries count together, and are many. They count the same whether or not
// somebody gave from the address.
func mailLimits(address string, from netip.Prefix) []limit {
	network := limit{"network " + from.String(), 20, quarter}
	if !from.IsValid() {
		network.most = 200
	}
	return []limit{{"address " + address, 4, quarter}, {"address for a day " + address, 20, 24 * time.Hour}, network}
}

// take counts a try in all limits, unless one of them is used up; then it tells
// how long to wait. Trying is counted before the outcome is known.
func (l *Limiter) take(limits []limit) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	l.sweep(now)
	for _, x := range limits {
		list := since(l.tries[x.key], now.Add(-x.within))
		if len(list) >= x.most {
			wait = max(wait, list[0].Add(x.within).Sub(now))
		}
	}
	if wait > 0 {
		return wait
	}
	for _, x := range limits {
		l.tries[x.key] = append(since(l.tries[x.key], now.Add(-x.within)), now)
	}
	return 0
}

// mostKeys bounds the memory: about 20 MB at worst.
const mostKeys = 100_000

func (l *Limiter) sweep(now time.Time) {
	if len(l.tries) < mostKeys {
		return
	}
	for key, list := range l.tries {
		if list[len(list)-1].Before(now.Add(-24 * time.Hour)) {
			delete(l.tries, key)
		}
	}
	if len(l.tries) >= mostKeys { // a flood of made-up addresses: the network's limit holds it
		clear(l.tries)
	}
}

// since are the tries after a time; they are in order.
func since(list []time.Time, after time.Time) []time.Time {
	for i, t := range list {
		if t.After(after) {
			return list[i:]
		}
	}
	return nil
}
