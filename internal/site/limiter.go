package site

import (
	"net/netip"
	"sync"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/guard"
)

// Limiter counts tries in memory, never on disk. A restart forgets them.
type Limiter struct {
	clock clock.Clock
	mu    sync.Mutex
	tries map[string][]time.Time
}

// NewLimiter makes a limiter that goes by a clock.
func NewLimiter(c clock.Clock) *Limiter { return &Limiter{clock: c, tries: map[string][]time.Time{}} }

// limit allows so many tries within a time. A soft one lets further tries
// through with a proof.
type limit struct {
	key    string
	most   int
	within time.Duration
	soft   bool
}

const quarter = 15 * time.Minute

// Limits are soft but for two: a mailbox is filled by nobody, whatever proofs
// are brought, and one network that can be told from others asks for so many
// mails at most. So no stranger can lock a donor out, or all who come by an
// onion service or an unknown proxy.
const (
	fewMails   = 4   // to one address within a quarter of an hour
	mailsOfDay = 20  // to one address within a day
	mostMails  = 8   // to one address within an hour, with proofs
	ofNetwork  = 20  // from one network within a quarter of an hour; three times as many with proofs
	ofUnknown  = 200 // from all networks that can't be told apart, within a quarter of an hour
)

// mailLimits are those of mails that somebody asks for. They count the same
// whether or not somebody gave from the address.
func mailLimits(address string, from netip.Prefix) []limit {
	list := append(softLimits("", address, from), limit{"address for an hour " + address, mostMails, time.Hour, false})
	if from.IsValid() {
		list = append(list, limit{"network with proofs " + from.String(), 3 * ofNetwork, quarter, false})
	}
	return list
}

// transferLimits are those of gifts by bank.
func transferLimits(address string, from netip.Prefix) []limit {
	return softLimits("transfer ", address, from)
}

func softLimits(kind, address string, from netip.Prefix) []limit {
	network := limit{kind + "network " + from.String(), ofNetwork, quarter, true}
	if !from.IsValid() {
		network.most = ofUnknown
	}
	return []limit{{kind + "address " + address, fewMails, quarter, true}, {kind + "address for a day " + address, mailsOfDay, 24 * time.Hour, true}, network}
}

// take counts a try in all limits, unless one that is not soft is used up; then
// it tells how long to wait. It is for those who are signed in, who have shown
// by a link in a mail that they are no stranger.
func (l *Limiter) take(limits []limit) (wait time.Duration) {
	wait, _ = l.admit(limits, true)
	return wait
}

// admit counts a try in all limits, unless one of them is used up; then it
// tells how long to wait, or that a proof would help. Trying is counted before
// the outcome is known.
func (l *Limiter) admit(limits []limit, proven bool) (wait time.Duration, prove bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	l.sweep(now)
	for _, x := range limits {
		list := since(l.tries[x.key], now.Add(-x.within))
		switch {
		case len(list) < x.most:
		case x.soft:
			prove = prove || !proven
		default:
			wait = max(wait, list[len(list)-x.most].Add(x.within).Sub(now))
		}
	}
	if wait > 0 || prove {
		return wait, prove && wait == 0
	}
	for _, x := range limits {
		l.tries[x.key] = append(since(l.tries[x.key], now.Add(-x.within)), now)
	}
	return 0, false
}

// first tells whether a proof is brought for the first time, and notes it.
func (l *Limiter) first(token string) bool {
	return l.take([]limit{{"proof " + token, 1, guard.ProofLasts, false}}) == 0
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
	if len(l.tries) >= mostKeys { // a flood of made-up addresses: proofs and the networks' limits slow it
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
