package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Page is an answer as a value: made by a pure function of what it shows, so
// that it can be kept, compressed and thrown away exactly when one of its
// dependencies changes.
type Page struct {
	Status   int         // 0 is 200
	Type     string      // media type; "" is HTML in UTF-8
	Body     []byte      // uncompressed
	Deps     []string    // change keys; see docs/architecture.md. Only pages with Cache Public or Immutable are kept
	Cache    Cache       // what caches may do with it
	Until    time.Time   // when it looks different by itself (midnight, for the date); zero is never
	Header   http.Header // more header lines, or nil
	Location string      // target of a redirect; Status then is 301, 303 …
	CSP      string      // Content-Security-Policy; "" is the strictest
}

// Cache says for how long an answer may be kept, and by whom.
type Cache int

// The kinds of cache.
const (
	NoStore   Cache = iota // forms, donors' and staff's pages, errors
	Public                 // finished pages: kept here, revalidated by browsers
	Short                  // public for an hour at most, for pictures with limited rights
	Immutable              // addresses that hold a hash of their content
	Private                // not kept here, but revalidated by ETag
)

// Request is what a handler of a page is given.
type Request struct {
	*http.Request
	Path   string     // cleaned, without the language's prefix where the router took it off
	Lang   string     // language of the page
	Params url.Values // path parameters
}

// Handler makes a page of a request. Errors are drawn in one place, by Site.
type Handler func(ctx context.Context, r *Request) (Page, error)

// Redirect answers with another address: 301 for good, 303 after a form.
func Redirect(status int, location string) Page {
	return Page{Status: status, Location: location, Cache: NoStore}
}

// Moved is a permanent redirect that caches may keep for a while: addresses that
// moved stay moved.
func Moved(location string, deps ...string) Page {
	return Page{Status: http.StatusMovedPermanently, Location: location, Cache: Public, Deps: deps}
}

// Hash returns the CSP source of an inline element: 'sha256-…'.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Clean makes text from a form safe to keep: valid UTF-8, no NUL (which
// PostgreSQL refuses), line ends as "\n".
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.NewReplacer("\x00", "", "\r\n", "\n", "\r", "\n").Replace(s)
}

// CleanForm cleans every value of a form.
func CleanForm(v url.Values) url.Values {
	out := make(url.Values, len(v))
	for k, list := range v {
		for _, s := range list {
			out.Add(Clean(k), Clean(s))
		}
	}
	return out
}
