package api

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
)

const (
	usualRate = 300 // requests of a token in a minute
	rateTime  = time.Minute
	mostRates = 10_000 // tokens that are counted at a time
)

// rates count the requests of each token, in memory.
type rates struct {
	clock clock.Clock
	most  int
	mu    sync.Mutex
	of    map[string]window
}

// window is a minute in which requests are counted.
type window struct {
	begun time.Time
	n     int
}

func newRates(c clock.Clock, most int) *rates {
	return &rates{clock: c, most: most, of: map[string]window{}}
}

// take counts a request, and says in the answer how many there may be still
// (draft-ietf-httpapi-ratelimit-headers-10). One too many is a problem.
func (r *rates) take(h http.Header, token string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	if len(r.of) >= mostRates {
		clear(r.of)
	}
	w := r.of[token]
	if now.Sub(w.begun) >= rateTime || now.Before(w.begun) {
		w = window{begun: now}
	}
	w.n++
	r.of[token] = w
	left := int((w.begun.Add(rateTime).Sub(now) + time.Second - 1) / time.Second)
	h.Set("RateLimit-Policy", fmt.Sprintf(`"token";q=%d;w=%d`, r.most, int(rateTime/time.Second)))
	h.Set("RateLimit", fmt.Sprintf(`"token";r=%d;t=%d`, max(r.most-w.n, 0), left))
	if w.n <= r.most {
		return nil
	}
	return &problem{Status: http.StatusTooManyRequests, Kind: fault.TooMany, wait: left,
		Detail: fmt.Sprintf("a token may send %d requests in a minute; go on in %d seconds", r.most, left)}
}
