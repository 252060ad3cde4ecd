package web

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"log/slog"
)

type clientKey struct{}

// Client returns the network that a request came from: an IPv4 address, or the
// /64 of an IPv6 one. It is invalid where that can't be known (an onion service,
// an unknown proxy); limits then count all such requests together. It is kept in
// memory only.
func Client(ctx context.Context) netip.Prefix {
	p, _ := ctx.Value(clientKey{}).(netip.Prefix)
	return p
}

// WithClient finds out where requests come from. Forwarded-For is believed only
// from the trusted networks, and there the last address that is not trusted.
func WithClient(trusted []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addr := clientAddr(r, trusted)
		if addr.IsValid() {
			r = r.WithContext(context.WithValue(r.Context(), clientKey{}, network(addr)))
		}
		next.ServeHTTP(w, r)
	})
}

func clientAddr(r *http.Request, trusted []netip.Prefix) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr, err := netip.ParseAddr(host)
	if err != nil || !inside(addr, trusted) {
		return addr.Unmap()
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return netip.Addr{}
		}
		if !inside(hop, trusted) {
			return hop.Unmap()
		}
	}
	return netip.Addr{}
}

func inside(a netip.Addr, nets []netip.Prefix) bool {
	for _, n := range nets {
		if n.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

func network(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, _ := a.WithZone("").Prefix(bits)
	return p
}

// WithLog logs each request: what and how long, never who.
func WithLog(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(rec, r)
		slog.Debug("request", "method", r.Method, "path", Redact(r.URL.Path), "status", rec.status, "ms", time.Since(begin).Milliseconds())
	})
}

type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}
