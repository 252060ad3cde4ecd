// Package api is the interface for programs, below /api/v1. Its operations stand
// in one table, from which the routes, the OpenAPI document and the manual's page
// are made. Who may do what is asked of package staff and editorial, as the
// desk's pages ask it; a token never opens more than its person may.
package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/limit"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// Root is where the interface begins.
const Root = "/api/v1"

// Config is what the interface needs of the rest of the program.
type Config struct {
	Store *store.Store
	Clock clock.Clock // wall time
	Money clock.Clock // the money clock, for campaigns; nil is Clock
	// Archive takes pictures in; nil: none can be brought in.
	Archive *media.Archive
	// Base is where readers reach the newsroom: scheme and host.
	Base func() string
	// Books are the sums of the public books of a period such as 2026 or 2026-11, ""
	// for all, as /books.json has them.
	Books func(ctx context.Context, period string) ([]byte, error)
	// Own tells whether a path, without the prefix of a language, is one of the
	// program's own pages.
	Own func(path string) bool
	// Invite puts a mail with a link for choosing a way to sign in into the outbox.
	Invite func(ctx context.Context, tx *store.Tx, staffID string) error
	// Most is how many requests a token may send in a minute; 0 is the usual number.
	Most int
}

// API answers programs.
type API struct {
	Config
	room   editorial.Room
	rates  *rates
	limits *limit.Counter // of requests without a token that works
	ops    []Op
}

// New makes an interface.
func New(c Config) *API {
	if c.Money == nil {
		c.Money = c.Clock
	}
	if c.Most == 0 {
		c.Most = usualRate
	}
	a := &API{Config: c, room: editorial.New(c.Store, c.Clock), rates: newRates(c.Clock, c.Most), limits: limit.New(c.Clock)}
	a.ops = a.operations()
	return a
}

// Handler serves Root and everything below it.
func (a *API) Handler() http.Handler {
	mux := http.NewServeMux()
	methods := map[string][]string{}
	for _, op := range a.ops {
		mux.Handle(op.Method+" "+Root+op.Path, a.answers(func(w http.ResponseWriter, r *http.Request) error { return a.serve(w, r, op) }))
		methods[op.Path] = append(methods[op.Path], op.Method)
	}
	for path, list := range methods {
		mux.Handle(Root+path, a.answers(func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Allow", strings.Join(list, ", "))
			return &problem{Status: http.StatusMethodNotAllowed, Kind: fault.Invalid, Detail: "this address takes " + strings.Join(list, ", ")}
		}))
	}
	mux.Handle("GET "+Root+"/openapi.json", a.answers(a.document))
	mux.Handle("/", a.answers(func(http.ResponseWriter, *http.Request) error {
		return fault.New(fault.NotFound, "there is no such address; %s/openapi.json lists all", Root)
	}))
	return mux
}

// answers turns errors into answers, and a defect of ours into one too.
func (a *API) answers(h func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		defer func() {
			if p := recover(); p != nil {
				slog.Error("a request of a program ended in a panic", "path", web.Redact(r.URL.Path), "panic", p, "stack", string(debug.Stack()))
				a.refuse(w, r, fault.New(fault.Internal, ""))
			}
		}()
		if err := h(w, r); err != nil {
			a.refuse(w, r, err)
		}
	})
}

// serve answers one operation: who comes, how often, may they, was it done
// before, and then what they ask for.
func (a *API) serve(w http.ResponseWriter, r *http.Request, op Op) error {
	c, err := a.who(w, r, op)
	if err != nil {
		return err
	}
	if err := c.admit(); err != nil {
		return err
	}
	if r.Method != http.MethodPost || r.Header.Get("Idempotency-Key") == "" {
		return a.run(w, c)
	}
	return a.once(w, c)
}

func (a *API) run(w http.ResponseWriter, c *Call) error {
	out, err := c.do()
	if err != nil {
		return err
	}
	return out.send(w)
}

// reply is an answer that is ready to be sent, and can be kept.
type reply struct {
	Status int               `json:"status"`
	Header map[string]string `json:"header,omitempty"`
	Body   json.RawMessage   `json:"body,omitempty"`
}

// do runs the operation.
func (c *Call) do() (reply, error) {
	body, err := c.Op.do(c.Context(), c)
	if err != nil {
		return reply{}, err
	}
	out := reply{Status: c.Op.status(), Header: c.header}
	if body == nil {
		return out, nil
	}
	if raw, ok := body.(json.RawMessage); ok {
		out.Body = raw
		return out, nil
	}
	out.Body, err = json.Marshal(body)
	return out, fault.Wrap(fault.Internal, err, "")
}

func (out reply) send(w http.ResponseWriter) error {
	for k, v := range out.Header {
		w.Header().Set(k, v)
	}
	if len(out.Body) == 0 {
		w.WriteHeader(out.Status)
		return nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(out.Body)+1))
	w.WriteHeader(out.Status)
	_, err := w.Write(append(out.Body, '\n'))
	if err != nil {
		slog.Debug("an answer did not arrive", "err", err)
	}
	return nil
}

// stamp is a time as it travels; nil for none.
func stamp(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Millisecond)
	return &t
}
