package web

import (
	"bytes"
	"compress/gzip"
	"container/list"
	"crypto/sha256"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
	"masthead.dev/masthead/internal/id"
)

// PageCache keeps finished pages with their compressed forms until one of the
// keys that they depend on changes, the clock passes Page.Until, or newer pages
// need the room.
type PageCache struct {
	mu    sync.Mutex
	limit int64
	size  int64
	pages map[string]*list.Element
	order *list.List                     // front: used last
	byDep map[string]map[string]struct{} // key → addresses of pages
	gen   uint64                         // counts invalidations
	moved map[string]uint64              // key → generation of its last change
	floor uint64                         // pages begun before are not kept
}

type entry struct {
	addr string
	*kept
}

// NewPageCache makes a cache of about limit bytes.
func NewPageCache(limit int64) *PageCache {
	return &PageCache{limit: limit, pages: map[string]*list.Element{}, order: list.New(),
		byDep: map[string]map[string]struct{}{}, moved: map[string]uint64{}}
}

// Changed throws away the pages that depend on any of the keys, and pages that
// are just being made from what was there before.
func (c *PageCache) Changed(keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gen++
	if len(c.moved) > 10000 {
		c.moved, c.floor = map[string]uint64{}, c.gen
	}
	for _, k := range keys {
		c.moved[k] = c.gen
		for addr := range c.byDep[k] {
			c.drop(c.pages[addr])
		}
	}
}

func (c *PageCache) mark() uint64 {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gen
}

func (c *PageCache) get(addr string, now time.Time) *kept {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.pages[addr]
	if !ok {
		return nil
	}
	e := el.Value.(*entry)
	if !e.Until.IsZero() && !now.Before(e.Until) {
		c.drop(el)
		return nil
	}
	c.order.MoveToFront(el)
	return e.kept
}

func (c *PageCache) put(addr string, k *kept, mark uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if mark < c.floor || k.weight() > c.limit/8 {
		return
	}
	for _, d := range k.Deps {
		if c.moved[d] > mark {
			return
		}
	}
	c.drop(c.pages[addr])
	c.pages[addr] = c.order.PushFront(&entry{addr, k})
	c.size += k.weight()
	for _, d := range k.Deps {
		if c.byDep[d] == nil {
			c.byDep[d] = map[string]struct{}{}
		}
		c.byDep[d][addr] = struct{}{}
	}
	for c.size > c.limit {
		c.drop(c.order.Back())
	}
}

func (c *PageCache) drop(el *list.Element) {
	if el == nil {
		return
	}
	e := c.order.Remove(el).(*entry)
	delete(c.pages, e.addr)
	c.size -= e.weight()
	for _, d := range e.Deps {
		delete(c.byDep[d], e.addr)
		if len(c.byDep[d]) == 0 {
			delete(c.byDep, d)
		}
	}
}

// kept is a page with its entity tag and, once asked for, its compressed forms.
type kept struct {
	Page
	etag     string
	gzOnce   sync.Once
	gz       []byte
	brOnce   sync.Once
	br       []byte
	squeezes bool
}

func newKept(p Page) *kept {
	k := &kept{Page: p}
	if p.Cache != NoStore && p.status() == http.StatusOK {
		sum := sha256.Sum256(p.Body)
		k.etag = id.Encode(sum[:15])
	}
	k.squeezes = len(p.Body) > 300 && compressible(p.Type)
	return k
}

// weight counts the body and what its compressed forms will take at most.
func (k *kept) weight() int64 { return int64(len(k.Body)) + int64(len(k.Body))/2 + 1024 }

func compressible(typ string) bool {
	return typ == "" || strings.HasPrefix(typ, "text/") || strings.Contains(typ, "xml") || strings.Contains(typ, "json") || strings.Contains(typ, "javascript")
}

// answer writes the page in the best form that the client takes.
func (k *kept) answer(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	k.writeHeader(h)
	body, coding := k.Body, ""
	if k.squeezes {
		h.Add("Vary", "Accept-Encoding")
		switch accepts := r.Header.Get("Accept-Encoding"); {
		case allows(accepts, "br"):
			body, coding = k.brotli(), "br"
		case allows(accepts, "gzip"):
			body, coding = k.gzip(), "gzip"
		}
	}
	if coding != "" {
		h.Set("Content-Encoding", coding)
	}
	if k.etag != "" {
		tag := `"` + k.etag + coding + `"`
		h.Set("ETag", tag)
		if matches(r.Header.Get("If-None-Match"), tag) {
			h.Del("Content-Encoding")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(k.status())
	if r.Method != http.MethodHead {
		w.Write(body) // the client may be gone; nobody is left to tell
	}
}

func (k *kept) gzip() []byte {
	k.gzOnce.Do(func() {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, level(k.Cache, 9, 5))
		z.Write(k.Body)
		z.Close()
		k.gz = b.Bytes()
	})
	return k.gz
}

func (k *kept) brotli() []byte {
	k.brOnce.Do(func() {
		var b bytes.Buffer
		z := brotli.NewWriterLevel(&b, level(k.Cache, 6, 3))
		z.Write(k.Body)
		z.Close()
		k.br = b.Bytes()
	})
	return k.br
}

// level spends more on what will be sent often.
func level(c Cache, often, once int) int {
	if c == Public || c == Immutable {
		return often
	}
	return once
}

// allows reads Accept-Encoding (RFC 9110, 12.5.3) as far as it matters here: a
// coding is taken when it is named without q=0.
func allows(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), coding) {
			q = strings.ReplaceAll(q, " ", "")
			return !(q == "q=0" || strings.HasPrefix(q, "q=0.0") && strings.Trim(q[4:], "0") == "")
		}
	}
	return false
}

func matches(header, tag string) bool {
	if header == "*" {
		return true
	}
	for part := range strings.SplitSeq(header, ",") {
		if strings.TrimPrefix(strings.TrimSpace(part), "W/") == tag {
			return true
		}
	}
	return false
}
