package api

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/web"
)

// problem is an error as programs get it (RFC 9457, application/problem+json).
type problem struct {
	Type   string     `json:"type" doc:"urn:masthead: and the kind"`
	Title  string     `json:"title" doc:"the words of the status"`
	Status int        `json:"status"`
	Detail string     `json:"detail,omitempty" doc:"one sentence that says what to do"`
	Kind   fault.Kind `json:"kind"`
	// Fields are the faults of single fields.
	Fields map[string]string `json:"fields,omitempty" doc:"name of a field and what is wrong with it"`
	// Obstacles are what keeps a step from being made.
	Obstacles []obstacle `json:"obstacles,omitempty" doc:"what keeps a step from being made"`
	// Current is what is there now, where something newer than the sender knew would
	// have been overwritten.
	Current any `json:"current,omitempty" doc:"what is there now, where an old base was sent"`

	wait int // seconds until another try makes sense
}

type obstacle struct {
	Say      string `json:"say"`
	Key      string `json:"key" doc:"stays the same, whatever the words"`
	Field    string `json:"field,omitempty" doc:"in which it can be put right"`
	Finding  string `json:"finding,omitempty" doc:"to be sent in acknowledged, where severity is warn"`
	Severity string `json:"severity,omitempty"`
	Override bool   `json:"override,omitempty" doc:"a publisher may let it pass with a reason"`
}

// Error implements error.
func (p *problem) Error() string { return p.Detail }

// refuse answers an error.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	if p.Status >= 500 {
		slog.Error("a request of a program failed", "method", r.Method, "path", web.Redact(r.URL.Path), "err", err)
	}
	p.Type, p.Title = "urn:masthead:"+string(p.Kind), http.StatusText(p.Status)
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="masthead"`)
	}
	if p.wait > 0 {
		h.Set("Retry-After", strconv.Itoa(p.wait))
	}
	body, err := json.Marshal(p)
	if err != nil {
		slog.Error("an answer can't be written", "err", err)
		body = []byte(`{"type":"urn:masthead:internal","title":"Internal Server Error","status":500,"kind":"internal"}`)
		p.Status = http.StatusInternalServerError
	}
	w.WriteHeader(p.Status)
	w.Write(append(body, '\n'))
}

// problemOf gives an error its status and words.
func problemOf(err error) *problem {
	var known *problem
	if errors.As(err, &known) {
		return known
	}
	p := &problem{Status: web.Status(err), Kind: fault.KindOf(err), Detail: fault.Say(err)}
	var fields fault.Fields
	var refusal *news.Refusal
	switch {
	case errors.As(err, &refusal):
		p.Status = http.StatusUnprocessableEntity
		p.Obstacles = obstacles(refusal)
	case errors.As(err, &fields):
		p.Fields = fields
	}
	if p.Status == http.StatusServiceUnavailable {
		p.wait = 5
	}
	return p
}

func obstacles(r *news.Refusal) []obstacle {
	var out []obstacle
	for _, o := range r.Obstacles {
		x := obstacle{Say: sayObstacle(o), Key: o.Key, Field: o.Field, Override: o.Override}
		if o.Finding != nil {
			x.Finding, x.Severity = o.Finding.Key(), string(o.Finding.Severity)
		}
		out = append(out, x)
	}
	return out
}

func sayObstacle(o news.Obstacle) string {
	en := locale.For("en")
	if o.Key == "flow.no.state" {
		return en.T(o.Key, "state", en.T("state."+o.Args[1].(string)))
	}
	return o.Say(en)
}

// stale says that something else is there than the sender knew.
func stale(current any) error {
	return &problem{Status: http.StatusPreconditionFailed, Kind: fault.Conflict, Current: current,
		Detail: "somebody changed this meanwhile; look at what is there now and send it again on top of that"}
}

// baseless asks for what the sender had in front of them.
func baseless() error {
	return &problem{Status: http.StatusPreconditionRequired, Kind: fault.Invalid,
		Detail: "say with If-Match which state you have seen (the ETag of reading it), so that nothing is overwritten"}
}
