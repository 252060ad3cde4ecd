// Package webhook takes calls from providers. The caller is a machine, so it
// answers with a status by a table of its own and one short line.
package webhook

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/store"
)

// Payments answers POST /webhooks/{provider}.
//
// A delivery is proven, kept and answered; the work is a job's. Nothing of a
// delivery that is not proven is kept.
//
//	200 ok          kept, or came before
//	400 signature   not signed by the provider, too old, or from the future
//	400 mode        signed, but of the provider's test mode at a live address, or the other way round
//	400 invalid     signed, but no event
//	404 unknown     no such provider here
//	413 too large   over 1 MiB
//	503 later       the database does not answer; send it again
type Payments struct {
	Store     *store.Store
	Providers map[string]fund.Provider
	Wall      clock.Clock // signatures are checked against the machine's clock
	// Refused is called for each delivery that was not proven, for counting; may be nil.
	Refused func(provider string)
}

// ServeHTTP implements http.Handler.
func (p *Payments) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, line := p.take(w, r)
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	io.WriteString(w, line+"\n") // the caller reads the status; a lost line is no matter
}

func (p *Payments) take(w http.ResponseWriter, r *http.Request) (int, string) {
	provider, ok := p.Providers[r.PathValue("provider")]
	if !ok {
		return http.StatusNotFound, "unknown"
	}
	received := p.Wall.Now()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, fund.MaxBody))
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return http.StatusRequestEntityTooLarge, "too large"
	}
	if err != nil {
		return http.StatusBadRequest, "invalid"
	}
	refs, err := provider.Ingest(r.Context(), fund.Raw{Body: body, Header: r.Header, ReceivedAt: received})
	if errors.Is(err, fund.ErrMode) {
		p.alarm(r.Context(), provider.Key(), received)
		return http.StatusBadRequest, "mode"
	}
	if err != nil {
		return p.refuse(provider.Key(), err)
	}
	if len(refs) == 0 || refs[0].Kind != fund.KindEvent {
		slog.Error("a provider did not number its delivery", "provider", provider.Key())
		return http.StatusBadRequest, "invalid"
	}
	if _, err := p.Store.Receive(r.Context(), provider.Key(), refs[0].ID, refs[1:]); err != nil {
		slog.Error("a delivery could not be kept; the provider will send it again", "provider", provider.Key(), "err", err)
		return http.StatusServiceUnavailable, "later"
	}
	return http.StatusOK, "ok"
}

// alarm asks staff to look at what was set up at the provider, once a day.
func (p *Payments) alarm(ctx context.Context, provider string, at time.Time) {
	slog.Error("a delivery is of the provider's other mode; look at the addresses of webhooks that are set up there", "provider", provider)
	t := store.Task{
		Key: fund.TaskMode + ":" + provider + ":" + at.UTC().Format(time.DateOnly), Kind: fund.TaskMode, ObjectKind: "provider", ObjectID: provider,
	}
	if err := p.Store.Write(ctx, func(tx *store.Tx) error { return tx.AddTask(ctx, t) }); err != nil {
		slog.Error("staff could not be told of it", "err", err)
	}
}

func (p *Payments) refuse(provider string, err error) (int, string) {
	switch fault.KindOf(err) {
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge, "too large"
	case fault.Denied:
		slog.Warn("a delivery was not signed by the provider", "provider", provider)
		if p.Refused != nil {
			p.Refused(provider)
		}
		return http.StatusBadRequest, "signature"
	case fault.Unavailable:
		return http.StatusServiceUnavailable, "later"
	}
	return http.StatusBadRequest, "invalid"
}
