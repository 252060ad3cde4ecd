package webhook_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/webhook"
)

// told is a provider that finds in a delivery what it is told to.
type told struct {
	fund.Provider
	refs []fund.Ref
	err  error
}

func (told) Key() string                                            { return "told" }
func (p told) Ingest(context.Context, fund.Raw) ([]fund.Ref, error) { return p.refs, p.err }

func TestDeliveriesAreAnsweredByTheTable(t *testing.T) {
	event := []fund.Ref{{Kind: fund.KindEvent, ID: "evt_1"}, {Kind: fund.KindPayment, ID: "ch_1"}}
	for name, v := range map[string]struct {
		provider told
		path     string
		body     io.Reader
		status   int
		line     string
	}{
		"good":         {told{refs: event}, "told", strings.NewReader("{}"), 200, "ok"},
		"not proven":   {told{err: fault.New(fault.Denied, "no")}, "told", strings.NewReader("{}"), 400, "signature"},
		"other mode":   {told{err: fault.Wrap(fault.Denied, fund.ErrMode, "no")}, "told", strings.NewReader("{}"), 400, "mode"},
		"no event":     {told{err: fault.New(fault.Invalid, "no")}, "told", strings.NewReader("{}"), 400, "invalid"},
		"no number":    {told{refs: event[1:]}, "told", strings.NewReader("{}"), 400, "invalid"},
		"provider off": {told{err: fault.New(fault.Unavailable, "no")}, "told", strings.NewReader("{}"), 503, "later"},
		"unknown":      {told{refs: event}, "other", strings.NewReader("{}"), 404, "unknown"},
		"too large":    {told{refs: event}, "told", bytes.NewReader(make([]byte, fund.MaxBody+1)), 413, "too large"},
		"as large":     {told{refs: event}, "told", bytes.NewReader(make([]byte, fund.MaxBody)), 200, "ok"},
		"broken off":   {told{refs: event}, "told", iotest.ErrReader(io.ErrUnexpectedEOF), 400, "invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t, storetest.SQLite(t))
			refused := 0
			p := &webhook.Payments{Store: s, Providers: map[string]fund.Provider{"told": v.provider}, Wall: clock.Wall{}, Refused: func(string) { refused++ }}
			w := send(p, v.path, v.body)
			if w.Code != v.status || strings.TrimSpace(w.Body.String()) != v.line {
				t.Errorf("answered with %d %q, want %d %q", w.Code, w.Body, v.status, v.line)
			}
			kept, _, err := s.Deliveries(t.Context(), "told")
			if err != nil || (kept == 1) != (v.status == 200) {
				t.Errorf("%d kept, %v", kept, err)
			}
			if (refused == 1) != (v.line == "signature") {
				t.Errorf("counted %d refusals", refused)
			}
		})
	}
}

func send(h http.Handler, provider string, body io.Reader) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/webhooks/"+provider, body)
	r.SetPathValue("provider", provider)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestADeliveryThatCanNotBeKeptIsAskedForAgain(t *testing.T) {
	s, err := store.Open(t.Context(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	p := &webhook.Payments{Store: s, Providers: map[string]fund.Provider{"told": told{refs: []fund.Ref{{Kind: fund.KindEvent, ID: "e"}}}}, Wall: clock.Wall{}}
	s.Close()
	if w := send(p, "told", strings.NewReader("{}")); w.Code != 503 {
		t.Errorf("answered with %d", w.Code)
	}
}
