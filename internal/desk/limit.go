package desk

import (
	"net/netip"
	"sync"
	"time"

	"masthead.dev/masthead/internal/clock"
)

// limiter counts tries in memory. A restart forgets them: what an attacker
// gains by that is less than what a full disk of counters would cost.
type limiter struct {
	clock clock.Clock
	mu    sync.Mutex
	tries map[string][]time.Time
}

// limit allows so many tries within a time.
type limit struct {
	key    string
	most   int
	within time.Duration
}

func newLimiter(c clock.Clock) *limiter { return &limiter{clock: c, tries: map[string][]time.Time{}} }

// window is the time of all limits here.
const window = 15 * time.Minute

// signInLimits: a few for one account from one network; more for a network,
// where a whole newsroom may sit behind one address; and more still for an
// account from everywhere, so that a swarm is slowed but one stranger can't lock
// somebody out. Where the network isn't known all such tries count together.
func signInLimits(email string, from netip.Prefix) []limit {
	net := from.String()
	email = email[:min(len(email), longestEmail)]
	return []limit{
		{"account " + email + " from " + net, 5, window},
		{"network " + net, 30, window},
		{"account " + email, 50, window},
	}
}

// longestEmail is RFC 5321's (4.5.3.1.3). A form may bring a longer text, of which
// the counters must not keep a megabyte each.
const longestEmail = 254

func codeLimits(staffID string) []limit { return []limit{{"code " + staffID, 6, window}} }

// take counts a try in all limits, unless one of them is used up; then it tells
// how long to wait. Trying is counted before the outcome is known, so that many
// at once get no more tries than one after the other.
func (l *limiter) take(limits []limit) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	l.sweep(now)
	for _, x := range limits {
		l.tries[x.key] = recent(l.tries[x.key], now.Add(-x.within))
		if list := l.tries[x.key]; len(list) >= x.most {
			wait = max(wait, list[0].Add(x.within).Sub(now))
		}
	}
	if wait > 0 {
		return wait
	}
	for _, x := range limits {
		l.tries[x.key] = append(l.tries[x.key], now)
	}
	return 0
}

// give takes back a try that went well.
func (l *limiter) give(limits []limit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, x := range limits {
		list := l.tries[x.key]
		if i == 0 {
			list = nil // this account from this network begins anew
		}
		if len(list) > 0 {
			list = list[:len(list)-1]
		}
		l.tries[x.key] = list
	}
}

// mostKeys bounds the memory: about 20 MB at worst.
const mostKeys = 100_000

func (l *limiter) sweep(now time.Time) {
	if len(l.tries) < mostKeys {
		return
	}
	for key, list := range l.tries {
		if len(recent(list, now.Add(-window))) == 0 {
			delete(l.tries, key)
		}
	}
}

// recent are the tries after a time; they are in order.
func recent(list []time.Time, after time.Time) []time.Time {
	for i, t := range list {
		if t.After(after) {
			return list[i:]
		}
	}
	return nil
}
