package desktest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"masthead.dev/masthead/internal/api"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// Program comes to the newsroom with a token.
type Program struct {
	*Room
	Secret string
}

// Reply is what a program was answered.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Program makes a token for somebody with scopes; none is all of them.
func (r *Room) Program(p staff.Person, scopes ...staff.Scope) *Program {
	r.T.Helper()
	if len(scopes) == 0 {
		scopes = staff.Scopes()
	}
	out := &Program{Room: r}
	r.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		out.Secret, err = tx.MakeToken(ctx, Tester, store.Token{Staff: p.ID, Name: "test", Scopes: scopes, Ends: r.Clock.Now().Add(staff.TokenUsual)})
		return err
	})
	return out
}

// Do sends a request; body is what JSON makes of it, nil is none.
func (p *Program) Do(method, path string, body any, headers ...string) Reply {
	p.T.Helper()
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			p.T.Fatal(err)
		}
		in = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(p.T.Context(), method, p.Server.URL+api.Root+path, in)
	if err != nil {
		p.T.Fatal(err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if p.Secret != "" {
		req.Header.Set("Authorization", "Bearer "+p.Secret)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return p.Send(req)
}

// Send sends a request as it is.
func (p *Program) Send(req *http.Request) Reply {
	p.T.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.T.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.T.Fatal(err)
	}
	return Reply{res.StatusCode, res.Header, b}
}

// JSON is a value of an answer, by the names that lead to it; nil where there is
// none.
func (r Reply) JSON(path ...string) any {
	var v any
	if json.Unmarshal(r.Body, &v) != nil {
		return nil
	}
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// Text is such a value that is a text.
func (r Reply) Text(path ...string) string {
	s, _ := r.JSON(path...).(string)
	return s
}
