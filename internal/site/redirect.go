package site

import (
	"context"
	"log/slog"
	"maps"
	"regexp"
	"strings"
	"sync"
	"time"

	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// Has tells whether a path, without a language's prefix, is one of the pages
// that the program itself has.
func (s *Site) Has(path string) bool {
	_, _, found := s.match(path)
	return found || belowUs[outlet.FirstSegment(path)]
}

// belowUs are first segments that never come to the site.
var belowUs = map[string]bool{"desk": true, "api": true, "webhooks": true, "sandbox": true, "metrics": true}

// goal is where an old address leads, as it stands in a header.
func goal(target string) string {
	if strings.HasPrefix(target, "https://") {
		return target
	}
	return address(target, "")
}

// slugPage is the page of a section, topic or person, or one of its feeds.
var slugPage = regexp.MustCompile(`^(/(?:sections|topics|people)/[^/]+)(/(?:feed\.xml|atom\.xml|feed\.json))?$`)

// renamed leads on from what hangs on the old address of a section, topic or
// person: its feeds, and its pages in further languages.
func (s *Site) renamed(ctx context.Context, r *web.Request, clean string) (web.Page, bool) {
	m := slugPage.FindStringSubmatch(r.Path)
	if m == nil {
		return web.Page{}, false
	}
	f, err := s.Store.Lookup(ctx, m[1])
	if err != nil || !slugPage.MatchString(f.Target) || f.Target == m[1] {
		return web.Page{}, false
	}
	return web.Moved(address(strings.TrimSuffix(clean, r.Path)+f.Target+m[2], ""), movedDeps...), true
}

// queryMost is how long a query may be that is looked up, in bytes.
const queryMost = 400

// byQuery is the redirect of an old address that is told by its query, such as
// /story.php?id=12.
func (s *Site) byQuery(ctx context.Context, r *web.Request, clean string) (web.Page, bool) {
	if r.URL.RawQuery == "" || len(r.URL.RawQuery) > queryMost {
		return web.Page{}, false
	}
	return s.moved(ctx, news.QueryPath(clean, r.URL.Query()))
}

// Missed counts addresses that were asked for in vain, in memory and by the day.
// It knows nothing of who asked. The zero value is ready for use.
type Missed struct {
	mu     sync.Mutex
	day    string
	counts map[string]int64
}

// missedMost bounds the addresses in memory.
const missedMost = 1000

// private are first segments below which an address may be a key or tell of a
// person.
var private = map[string]bool{"my": true, "receipts": true, "preview": true, "give": true, "desk": true, "api": true, "webhooks": true, "sandbox": true,
	"newsletter": true, "media": true, "assets": true, ".well-known": true, "report": true}

// countable tells whether an address may be kept: nothing that looks like a key
// or a mail address, and none of what only programs look for.
func countable(path string) bool {
	return len(path) <= 200 && !private[outlet.FirstSegment(path)] && !strings.ContainsAny(path, "@%\\<>\"' ") && web.Redact(path) == path &&
		!strings.Contains(path, "/wp-login") && !strings.Contains(path, "/xmlrpc") && !strings.Contains(path, "/.") && !strings.HasSuffix(path, ".env")
}

func (m *Missed) note(path string, now time.Time) {
	if !countable(path) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.counts == nil {
		m.counts = map[string]int64{}
	}
	if _, known := m.counts[path]; known || len(m.counts) < missedMost {
		m.counts[path]++
		m.day = now.UTC().Format(time.DateOnly)
	}
}

// Flush writes down what was counted since the last time.
func (m *Missed) Flush(ctx context.Context, s *store.Store) {
	m.mu.Lock()
	day, counts := m.day, maps.Clone(m.counts)
	m.counts = nil
	m.mu.Unlock()
	if len(counts) == 0 {
		return
	}
	if err := s.Write(ctx, func(tx *store.Tx) error { return tx.AddMissed(ctx, day, counts) }); err != nil {
		slog.Error("addresses that were asked for in vain can't be written down", "err", err)
	}
}

// flushEvery is how long counts stay in memory.
const flushEvery = 5 * time.Minute

// Run writes the counts down now and then, until ctx ends, and once more then.
func (m *Missed) Run(ctx context.Context, s *store.Store) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			m.Flush(ctx, s)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			m.Flush(last, s)
			return
		}
	}
}
