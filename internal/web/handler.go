package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// Server turns handlers of pages into HTTP: it keeps finished pages, maps kinds
// of error to status codes, logs, and writes the answer. It is the only place
// that does.
type Server struct {
	Kept *PageCache // nil keeps nothing
	// Draw makes the page of an error in the look of its surface. It must not
	// fail; an empty body gets the sentence as plain text.
	Draw func(ctx context.Context, r *Request, status int, say string) Page
	// Now is the wall clock; nil is time.Now.
	Now func() time.Time
}

// Handle makes an http.Handler of a handler of pages.
func (s *Server) Handle(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req := &Request{Request: r, Path: r.URL.Path}
		if k := s.kept(r); k != nil {
			k.answer(w, r)
			return
		}
		mark := s.Kept.mark()
		page := s.page(h, req)
		k := newKept(page)
		if s.Kept != nil && cacheable(r) && (page.Cache == Public || page.Cache == Immutable) && page.status() < 400 {
			s.Kept.put(key(r), k, mark)
		}
		k.answer(w, r)
	})
}

func (s *Server) kept(r *http.Request) *kept {
	if s.Kept == nil || !cacheable(r) {
		return nil
	}
	return s.Kept.get(key(r), s.now())
}

// Only plain addresses are kept: queries have no end.
func cacheable(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && r.URL.RawQuery == ""
}

func key(r *http.Request) string { return r.URL.Path }

func (s *Server) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// page calls the handler and turns what goes wrong into a page. An address that
// is no text is not looked up: PostgreSQL would take it for a defect.
func (s *Server) page(h Handler, r *Request) (p Page) {
	defer func() {
		if v := recover(); v != nil {
			if v == http.ErrAbortHandler {
				panic(v)
			}
			p = s.fail(r, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
		}
	}()
	if Clean(r.Path) != r.Path {
		return s.fail(r, fault.New(fault.NotFound, "there is no page at this address"))
	}
	p, err := h(r.Context(), r)
	if err != nil {
		return s.fail(r, err)
	}
	return p
}

func (s *Server) fail(r *Request, err error) Page {
	status := Status(err)
	if status >= 500 && r.Context().Err() == nil {
		slog.Error("a page failed", "method", r.Method, "path", Redact(r.URL.Path), "status", status, "err", err)
	}
	say := fault.Say(err)
	p := s.Draw(r.Context(), r, status, say)
	p.Status, p.Cache = status, NoStore
	if len(p.Body) == 0 {
		p.Type, p.Body = "text/plain; charset=utf-8", []byte(http.StatusText(status)+"\n"+say+"\n")
	}
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		if p.Header == nil {
			p.Header = http.Header{}
		}
		p.Header.Set("Retry-After", "30")
	}
	return p
}

// Status maps a kind of error to the status code.
func Status(err error) int {
	var f fault.Fields
	if errors.As(err, &f) {
		return http.StatusUnprocessableEntity
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Gone:
		return http.StatusGone
	case fault.Conflict:
		return http.StatusConflict
	case fault.Denied:
		return http.StatusForbidden
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func (p Page) status() int {
	if p.Status == 0 {
		return http.StatusOK
	}
	return p.Status
}

// strictest allows nothing but text and our own pictures.
const strictest = "default-src 'none'; img-src 'self'; style-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (p Page) writeHeader(h http.Header) {
	for k, v := range p.Header {
		h[k] = v
	}
	set := func(k, v string) {
		if h.Get(k) == "" {
			h.Set(k, v)
		}
	}
	typ := p.Type
	if typ == "" {
		typ = "text/html; charset=utf-8"
	}
	set("Content-Type", typ)
	csp := p.CSP
	if csp == "" {
		csp = strictest
	}
	set("Content-Security-Policy", csp)
	set("X-Content-Type-Options", "nosniff")
	set("Referrer-Policy", "same-origin")
	set("Permissions-Policy", "interest-cohort=(), browsing-topics=(), camera=(), microphone=(), geolocation=()")
	set("Cross-Origin-Opener-Policy", "same-origin")
	set("Cache-Control", [...]string{"no-store", "public, max-age=0, must-revalidate", "public, max-age=3600", "public, max-age=31536000, immutable", "private, no-cache"}[p.Cache])
	if p.Location != "" {
		h.Set("Location", p.Location)
	}
}

// ReadForm reads a form of at most max bytes and cleans its values.
func ReadForm(r *Request, max int64) error {
	r.Body = http.MaxBytesReader(nil, r.Body, max)
	err := r.ParseForm()
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(max) // files stay in memory: what donors wrote must not lie about on a disk
	}
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return fault.Wrap(fault.TooLarge, err, "this form is too long; the limit is %s", size(max))
	case err != nil:
		return fault.Wrap(fault.Invalid, err, "this form could not be read; load the page again and send it once more")
	}
	r.Form, r.PostForm = CleanForm(r.Form), CleanForm(r.PostForm)
	return nil
}

func size(n int64) string {
	if n >= 1<<20 {
		return strconv.FormatInt(n>>20, 10) + " MiB"
	}
	return strconv.FormatInt(n>>10, 10) + " KiB"
}

// Redact hides what in a path is a key: magic links and signed addresses must
// not come into a log. What follows a segment "link" or "stop" is one in any case: a mail
// program may have put a full stop or more after it.
func Redact(path string) string {
	parts := strings.Split(path, "/")
	link := false
	for i, p := range parts {
		if p != "" && link || len(p) >= 26 && !strings.Contains(p, "-") && !strings.Contains(p, ".") {
			parts[i] = p[:min(4, len(p))] + "…"
		}
		link = link || strings.EqualFold(p, "link") || strings.EqualFold(p, "stop")
	}
	return strings.Join(parts, "/")
}
