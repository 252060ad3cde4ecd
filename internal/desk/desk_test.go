package desk_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/web"
)

const password = "eleven tonnes of scrap"

var (
	hash   = staff.HashPassword(password)
	tester = store.Actor{Name: "test"}
)

// room is a newsroom with its desk, served in memory.
type room struct {
	t       *testing.T
	store   *store.Store
	secrets *store.Secrets
	clock   *clock.Manual
	server  *httptest.Server
	dns     map[string]string // TXT records
	fund    *fund.Service
}

func open(t *testing.T) *room { return openAt(t, storetest.Open(t, storetest.SQLite(t)), "") }

func openAt(t *testing.T, s *store.Store, base string) *room {
	t.Helper()
	at := clock.At(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	s.Clock = at
	sec, err := store.OpenSecrets(t.Context(), s, t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	all, err := web.NewTemplates()
	if err != nil {
		t.Fatal(err)
	}
	r := &room{t: t, store: s, secrets: sec, clock: at, dns: map[string]string{}, fund: &fund.Service{}}
	d := desk.New(desk.Config{Store: s, Secrets: sec, Templates: all, Clock: at, BaseURL: base, Fund: r.fund,
		LookupTXT: func(_ context.Context, name string) ([]string, error) { return []string{"unrelated", r.dns[name]}, nil }})
	r.server = httptest.NewServer(web.WithClient(nil, d.Handler()))
	t.Cleanup(r.server.Close)
	return r
}

// write runs fn in a transaction that must succeed.
func (r *room) write(fn func(ctx context.Context, tx *store.Tx) error) {
	r.t.Helper()
	if err := r.store.Write(r.t.Context(), func(tx *store.Tx) error { return fn(r.t.Context(), tx) }); err != nil {
		r.t.Fatal(err)
	}
}

// found sets the newsroom up, as the first start would have done.
func (r *room) found() {
	o := outlet.Default()
	o.Name, o.Languages = "The Lantern", []string{"fa"}
	r.write(func(ctx context.Context, tx *store.Tx) error { return tx.PutOutlet(ctx, tester, o) })
}

// hire makes an account with a password and roles everywhere.
func (r *room) hire(name string, roles ...staff.Role) staff.Person {
	r.t.Helper()
	p := staff.Person{Email: name + "@lantern.example", Name: name}
	for _, role := range roles {
		p.Grants = append(p.Grants, staff.Grant{Role: role})
	}
	r.write(func(ctx context.Context, tx *store.Tx) (err error) {
		if p.ID, err = tx.AddStaff(ctx, tester, p); err != nil {
			return err
		}
		return tx.SetPassword(ctx, tester, p.ID, hash, "")
	})
	return p
}

// link makes a one-time link and returns its path.
func (r *room) link(kind store.LinkKind, staffID string) string {
	r.t.Helper()
	var token string
	r.write(func(ctx context.Context, tx *store.Tx) (err error) {
		token, _, err = tx.MakeLink(ctx, kind, staffID)
		return err
	})
	return desk.LinkPath(token)
}

// browser keeps cookies and follows no redirect.
type browser struct {
	*room
	http *http.Client
	host string // asked for instead of the server's address
}

func (r *room) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return &browser{room: r, http: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is a page as it came.
type answer struct {
	*goquery.Document
	status int
	header http.Header
	body   string
}

func (a answer) to() string { return a.header.Get("Location") }

func (b *browser) do(req *http.Request) answer {
	b.t.Helper()
	req.Host = b.host
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	if err != nil {
		b.t.Fatal(err)
	}
	if cc := res.Header.Get("Cache-Control"); cc != "no-store" {
		b.t.Errorf("%s %s: Cache-Control %q", req.Method, req.URL.Path, cc)
	}
	return answer{doc, res.StatusCode, res.Header, string(body)}
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodGet, b.server.URL+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(req)
}

// post sends a form as it is, without looking at a page first.
func (b *browser) post(path string, form url.Values, headers ...string) answer {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodPost, b.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return b.do(req)
}

// fill opens a page and sends the form on it that leads to action, with its
// hidden fields and the given values put over what stands in it.
func (b *browser) fill(page, action string, values ...string) answer {
	b.t.Helper()
	a := b.get(page)
	if a.status != http.StatusOK {
		b.t.Fatalf("%s: %d, %s", page, a.status, a.to())
	}
	return b.send(a, action, values...)
}

func (b *browser) send(a answer, action string, values ...string) answer {
	b.t.Helper()
	form := a.Find(`form[method=post]`).FilterFunction(func(_ int, s *goquery.Selection) bool { return s.AttrOr("action", "") == action }).First()
	if form.Length() == 0 {
		b.t.Fatalf("no form leads to %s in\n%s", action, a.body)
	}
	in := url.Values{}
	form.Find("input, textarea, select").Each(func(_ int, s *goquery.Selection) {
		value := s.AttrOr("value", "")
		switch goquery.NodeName(s) {
		case "textarea":
			value = strings.TrimPrefix(s.Text(), "\n")
		case "select":
			value = s.Find("option[selected]").AttrOr("value", s.Find("option").First().AttrOr("value", ""))
		}
		if _, checked := s.Attr("checked"); s.AttrOr("type", "") == "radio" && !checked {
			return
		}
		in.Set(s.AttrOr("name", ""), value)
	})
	for i := 0; i+1 < len(values); i += 2 {
		in.Set(values[i], values[i+1])
	}
	return b.post(action, in)
}

// signIn signs somebody in who has no second step.
func (r *room) signIn(p staff.Person) *browser {
	r.t.Helper()
	b := r.browser()
	a := b.fill("/desk/sign-in", "/desk/sign-in", "email", p.Email, "password", password)
	if a.status != http.StatusSeeOther || a.to() != "/desk" {
		r.t.Fatalf("signing in: %d to %q\n%s", a.status, a.to(), a.body)
	}
	return b
}

// log lists the actions that were logged, the newest first.
func (r *room) log() string {
	r.t.Helper()
	list, err := r.store.AuditLog(r.t.Context(), store.AuditQuery{Limit: 100})
	if err != nil {
		r.t.Fatal(err)
	}
	var out []string
	for _, e := range list {
		out = append(out, e.Action)
	}
	return strings.Join(out, " ")
}
