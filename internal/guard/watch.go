package guard

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// Watch remembers for an hour, in memory only, from where gifts were begun. A
// restart forgets it all: what an attacker gains by that is less than a list of
// readers' addresses would cost them.
type Watch struct {
	mu    sync.Mutex
	seed  maphash.Seed
	gifts map[string]begun // by donation
	order []string         // their ids, oldest first
	said  map[string]bool  // alarms given
}

// begun is one gift on its way.
type begun struct {
	at    time.Time
	from  netip.Prefix // as precise as it is known
	email uint64       // keyed hash
	small bool         // not far above the least amount
}

// maxGifts bounds the memory, about 20 MB; the oldest are forgotten first.
const maxGifts = 100_000

// NewWatch remembers nothing yet.
func NewWatch() *Watch {
	return &Watch{seed: maphash.MakeSeed(), gifts: map[string]begun{}, said: map[string]bool{}}
}

// Said tells whether an alarm was given before, and notes that it is now.
func (w *Watch) Said(alarm string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	had := w.said[alarm]
	if len(w.said) > 1000 {
		clear(w.said)
	}
	w.said[alarm] = true
	return had
}

// Refusal is one payment that a bank refused.
type Refusal struct {
	Donation string
	At       time.Time // the provider's
}

// Try is a form as far as the watch looks at it.
type Try struct {
	Donation string
	From     netip.Prefix // zero where the network can't be told
	Email    string
	Small    bool // the amount is at most twice the least one
}

// Wide is the network that an address belongs to for counting refused payments:
// the /24 of an IPv4 address, the /48 of an IPv6 one. People who try out cards
// change addresses within it. It is invalid for an invalid one.
func Wide(p netip.Prefix) netip.Prefix {
	if !p.IsValid() {
		return p
	}
	n := 24
	if p.Addr().Is6() {
		n = 48
	}
	wide, _ := p.Addr().Prefix(min(n, p.Bits()))
	return wide
}

// Began keeps a gift that was begun. The same donation again changes nothing.
func (w *Watch) Began(t Try, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget(now)
	if _, known := w.gifts[t.Donation]; known {
		return
	}
	w.gifts[t.Donation] = begun{at: now, from: t.From, email: w.hash(t.Email), small: t.Small}
	w.order = append(w.order, t.Donation)
}

func (w *Watch) hash(email string) uint64 { return maphash.String(w.seed, email) }

// keep is how long a gift is remembered: a session lives for an hour, and what
// is refused in it counts for another.
const keep = 2 * Window

func (w *Watch) forget(now time.Time) {
	n := 0
	for _, id := range w.order {
		if now.Sub(w.gifts[id].at) < keep && len(w.order)-n < maxGifts {
			break
		}
		delete(w.gifts, id)
		n++
	}
	w.order = w.order[n:]
}

// Look gathers what is known about a try. refused are the refused payments of
// the last Window by the provider's clock, whose present time is there; now is
// the machine's.
func (w *Watch) Look(s Settings, t Try, refused []Refusal, there, now time.Time) Sight {
	w.mu.Lock()
	defer w.mu.Unlock()
	x := Sight{Known: t.From.IsValid()}
	email := w.hash(t.Email)
	for i := len(w.order) - 1; i >= 0; i-- {
		g := w.gifts[w.order[i]]
		if now.Sub(g.at) >= time.Minute {
			break
		}
		if w.order[i] == t.Donation {
			continue
		}
		x.All++
		if g.from == t.From {
			x.Begun++
		}
		if t.Email != "" && g.email == email {
			x.ByEmail++
		}
	}
	w.refusals(&x, s, t, refused, there)
	return x
}

// refusals counts refused payments by network. Those whose gift is not
// remembered stand together as one network of their own.
func (w *Watch) refusals(x *Sight, s Settings, t Try, refused []Refusal, there time.Time) {
	here, by := Wide(t.From), map[netip.Prefix]int{}
	forgotten := 0
	for _, r := range refused {
		if there.Sub(r.At) < time.Minute {
			x.Minute++
		}
		if g, ok := w.gifts[r.Donation]; ok {
			by[Wide(g.from)]++
		} else {
			forgotten++
		}
	}
	x.Refused = by[here]
	share := max(1, s.CloseAll/3)
	x.InAll = min(forgotten, share)
	for _, n := range by {
		x.InAll += min(n, share)
	}
}

// Burst tells how many small gifts were begun within ten minutes, from
// anywhere, and how many different addresses one network used within the hour.
func (w *Watch) Burst(from netip.Prefix, now time.Time) (small, emails int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := map[uint64]bool{}
	for _, id := range w.order {
		g := w.gifts[id]
		if g.small && now.Sub(g.at) < 10*time.Minute {
			small++
		}
		if from.IsValid() && Wide(g.from) == Wide(from) && now.Sub(g.at) < Window {
			seen[g.email] = true
		}
	}
	return small, len(seen)
}
