package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/limit"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// Call is a request of a program for an operation.
type Call struct {
	*http.Request
	api    *API
	Op     Op
	Token  store.Token
	Me     staff.Person
	header map[string]string
	once   *store.Request // it came with a key of its own
}

// strangers is how many requests without a token that works a network may send.
var strangers = limit.Limit{Most: 60, Within: time.Minute}

// who finds out for whom a request comes. Only the header is looked at: a token in
// an address would stand in logs, a cookie would come along unasked.
func (a *API) who(w http.ResponseWriter, r *http.Request, op Op) (*Call, error) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || secret == "" {
		return nil, a.stranger(r, "send a token: Authorization: Bearer "+store.TokenPrefix+"…; tokens are made at the desk, on the page of your account")
	}
	t, err := a.Store.Token(r.Context(), strings.TrimSpace(secret))
	if fault.Is(err, fault.NotFound) {
		return nil, a.stranger(r, "this token is not known here; make one at the desk")
	}
	if err != nil {
		return nil, err
	}
	if !t.Works(a.Clock.Now()) {
		return nil, a.stranger(r, "this token has ended or was revoked; make another one at the desk")
	}
	me, err := a.Store.Account(r.Context(), t.Staff)
	if err != nil {
		return nil, err
	}
	if me.State != staff.Active {
		return nil, a.stranger(r, "the account of this token is switched off")
	}
	if err := a.rates.take(w.Header(), t.ID); err != nil {
		return nil, err
	}
	c := &Call{Request: r, api: a, Op: op, Token: t, Me: me.Person, header: map[string]string{}}
	return c, c.used()
}

// stranger refuses who brings no token that works, and counts it.
func (a *API) stranger(r *http.Request, say string) error {
	l := strangers
	l.Key = "api:" + web.Client(r.Context()).String()
	if wait := a.limits.Take([]limit.Limit{l}); wait > 0 {
		return &problem{Status: http.StatusTooManyRequests, Kind: fault.TooMany, wait: int(wait/time.Second) + 1, Detail: "too many requests came without a token that works; wait a minute"}
	}
	return &problem{Status: http.StatusUnauthorized, Kind: fault.Denied, Detail: say}
}

// used notes the day, once a day.
func (c *Call) used() error {
	today := c.api.Clock.Now().UTC().Format(time.DateOnly)
	if c.Token.Used >= today {
		return nil
	}
	return c.api.Store.Write(c.Context(), func(tx *store.Tx) error { return tx.UseToken(c.Context(), c.Token.ID, today) })
}

// admit asks whether token and person open the operation.
func (c *Call) admit() error {
	if c.Op.Scope != "" && !slices.Contains(c.Token.Scopes, c.Op.Scope) {
		return fault.New(fault.Denied, "this token has not the scope %s; make one that has it", c.Op.Scope)
	}
	if !staff.MayAny(c.Me, c.Op.May) {
		return fault.New(fault.Denied, "your role does not allow this")
	}
	return nil
}

// By is the person as the log names them.
func (c *Call) By() store.Actor { return store.Actor{ID: c.Me.ID, Name: c.Me.Name} }

// May asks about one thing.
func (c *Call) May(a staff.Action, o staff.Object) error {
	if may := staff.May(c.Me, a, o); !may.OK() {
		return fault.New(fault.Denied, "%s", english(may.Why))
	}
	return nil
}

// Write runs fn in one transaction, in which a request that came with a key of
// its own is also marked as done. It asks once more whether the account may still
// be used.
func (c *Call) Write(fn func(ctx context.Context, tx *store.Tx) error) error {
	ctx := c.Context()
	return c.api.Store.Write(ctx, func(tx *store.Tx) error {
		me, err := tx.Account(ctx, c.Me.ID)
		if err != nil {
			return err
		}
		if me.State != staff.Active {
			return fault.New(fault.Denied, "the account of this token is switched off")
		}
		if err := fn(ctx, tx); err != nil {
			return err
		}
		if c.once == nil {
			return nil
		}
		return tx.DoRequest(ctx, *c.once)
	})
}

// The longest bodies.
const (
	maxBody  = 1 << 20
	maxStory = 17 << 20
)

// Read takes in the body. A field that is not known is a fault: it would be lost.
func (c *Call) Read(into any, most int64) error {
	if ct, _, _ := strings.Cut(c.Header.Get("Content-Type"), ";"); ct != "" && ct != "application/json" && !strings.HasSuffix(ct, "+json") {
		return &problem{Status: http.StatusUnsupportedMediaType, Kind: fault.Invalid, Detail: "send the body as application/json"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, c.Body, most))
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return fault.Wrap(fault.TooLarge, err, "the body is over %d MB", most>>20)
	}
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "the body did not arrive whole; send it again")
	}
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		if say := fault.Say(err); say != "" {
			return fault.Wrap(fault.Invalid, err, "%s", say)
		}
		return fault.Wrap(fault.Invalid, err, "the body is not what this operation takes: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := dec.Token(); err != io.EOF {
		return fault.New(fault.Invalid, "there is something after the JSON of the body")
	}
	return nil
}

// Limit is how many things a page of a list has.
func (c *Call) Limit() int {
	n, err := strconv.Atoi(c.URL.Query().Get("limit"))
	if err != nil || n < 1 {
		return 50
	}
	return min(n, 100)
}

// Value is one of the address's query.
func (c *Call) Value(name string) string { return strings.TrimSpace(c.URL.Query().Get(name)) }

// Offset reads the cursor of a list that is counted.
func (c *Call) Offset() (int, error) {
	text := c.Value("cursor")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, badCursor()
	}
	return n, nil
}

func badCursor() error {
	return fault.New(fault.Invalid, "this cursor leads nowhere; take next of the page before, or begin without one")
}

// Next is the address's cursor for what follows, in the answer and as a link (RFC
// 8288).
func (c *Call) Next(cursor string) string {
	if cursor != "" {
		q := c.URL.Query()
		q.Set("cursor", cursor)
		c.header["Link"] = "<" + (&url.URL{Path: c.URL.Path, RawQuery: q.Encode()}).String() + `>; rel="next"`
	}
	return cursor
}

// more cuts a list that was asked for with one too many, and tells whether it was.
func more[T any](list []T, limit int) ([]T, bool) {
	if len(list) > limit {
		return list[:limit], true
	}
	return list, false
}

// tagOf is the ETag of what a thing looks like.
func tagOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // what is answered is of types that JSON has
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}

// Tag puts an ETag on the answer.
func (c *Call) Tag(tag string) { c.header["ETag"] = `"` + tag + `"` }

// Base is the state that the sender has seen, "" where they don't say; star is
// where whatever is there will do.
func (c *Call) Base() (tag string, star bool) {
	tag = strings.TrimSpace(c.Header.Get("If-Match"))
	if tag == "*" {
		return "", true
	}
	return strings.Trim(strings.TrimPrefix(tag, "W/"), `"`), false
}

// Match compares the state that the sender has seen with what is there now. To be
// called inside the transaction that changes it.
func (c *Call) Match(tag string, current any) error {
	base, star := c.Base()
	switch {
	case star || base == tag:
		return nil
	case base == "":
		return baseless()
	}
	return stale(current)
}

// once does a request that came with a key of its own at most once, and gives the
// same answer to each time that it is sent.
func (a *API) once(w http.ResponseWriter, c *Call) error {
	key := c.Header.Get("Idempotency-Key")
	if len(key) > 200 || strings.TrimSpace(key) == "" {
		return fault.New(fault.Invalid, "an Idempotency-Key has 1 to 200 letters")
	}
	hash, err := c.fingerprint()
	if err != nil {
		return err
	}
	ctx := c.Context()
	c.once = &store.Request{Token: c.Token.ID, Key: key, Hash: hash, Try: id.New()}
	var kept string
	var done bool
	if err := a.Store.Write(ctx, func(tx *store.Tx) error {
		kept, done, err = tx.BeginRequest(ctx, *c.once)
		return err
	}); err != nil {
		return err
	}
	if done {
		return again(w, kept)
	}
	return a.first(w, c)
}

// first does it. What went wrong may be tried again under the same key.
func (a *API) first(w http.ResponseWriter, c *Call) error {
	ctx := context.WithoutCancel(c.Context()) // whatever became of the connection
	out, err := c.do()
	if err != nil {
		if e := a.Store.Write(ctx, func(tx *store.Tx) error { return tx.DropRequest(ctx, *c.once) }); e != nil {
			return e
		}
		return err
	}
	answer, err := json.Marshal(out)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "")
	}
	if err := a.Store.Write(ctx, func(tx *store.Tx) error { return tx.AnswerRequest(ctx, *c.once, string(answer)) }); err != nil {
		return err
	}
	return out.send(w)
}

// again sends the answer of the first time.
func again(w http.ResponseWriter, kept string) error {
	if kept == "" {
		return fault.New(fault.Conflict, "this was done before under the same Idempotency-Key, and its answer is not kept; read what is there")
	}
	var out reply
	if err := json.Unmarshal([]byte(kept), &out); err != nil {
		return fault.Wrap(fault.Internal, err, "")
	}
	w.Header().Set("Idempotent-Replayed", "true")
	return out.send(w)
}

// fingerprint tells one request from another. The body is read whole for it; a
// form with a file has another boundary each time, and counts as the same.
func (c *Call) fingerprint() (string, error) {
	if c.Op.Files {
		return c.Method + " " + c.URL.RequestURI(), nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, c.Body, maxUpload))
	if err != nil {
		return "", fault.Wrap(fault.TooLarge, err, "the body is over %d MB", maxUpload>>20)
	}
	c.Body = io.NopCloser(bytes.NewReader(body))
	h := sha256.New()
	for _, part := range []string{c.Method, c.URL.RequestURI(), c.Header.Get("If-Match"), ""} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil)), nil
}
