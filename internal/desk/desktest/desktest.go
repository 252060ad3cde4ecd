package desktest

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

	"masthead.dev/masthead/internal/api"
	"masthead.dev/masthead/internal/blob"
	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/desk/front"
	"masthead.dev/masthead/internal/desk/money"
	"masthead.dev/masthead/internal/desk/paper"
	"masthead.dev/masthead/internal/desk/story"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/site"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/web"
)

const Password = "eleven tonnes of scrap"

var (
	hash   = staff.HashPassword(Password)
	Tester = store.Actor{Name: "test"}
)

// Room is a newsroom with its desk, served in memory.
type Room struct {
	T       *testing.T
	Store   *store.Store
	Secrets *store.Secrets
	Clock   *clock.Manual
	Server  *httptest.Server
	DNS     map[string]string // TXT records
	Fund    *fund.Service
	Blobs   *blob.Disk
}

func Open(t *testing.T) *Room { return OpenAt(t, storetest.Open(t, storetest.SQLite(t)), "") }

func OpenAt(t *testing.T, s *store.Store, base string) *Room {
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
	blobs, err := blob.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &Room{T: t, Store: s, Secrets: sec, Clock: at, DNS: map[string]string{}, Fund: &fund.Service{}, Blobs: blobs}
	readers := &site.Site{Store: s, Templates: all, Clock: at, Blobs: blobs}
	d := desk.New(desk.Config{Store: s, Secrets: sec, Templates: all, Clock: at, BaseURL: base, Fund: r.Fund,
		Front: readers.FrontPreview, Text: readers.TextPreview,
		Archive: &media.Archive{Store: s, Blobs: blobs}, Blobs: blobs,
		LookupTXT: func(_ context.Context, name string) ([]string, error) { return []string{"unrelated", r.DNS[name]}, nil }})
	d.Add(money.Part(d))
	d.Add(story.Part(d))
	d.Add(paper.Part(d, func(path string) bool { return outlet.Reserved(outlet.FirstSegment(path)) }))
	d.Add(front.Part(d))
	programs := api.New(api.Config{Store: s, Clock: at, Archive: &media.Archive{Store: s, Blobs: blobs}, Base: func() string { return "https://lantern.example" }, Invite: d.Invite, Own: func(string) bool { return false },
		Books: func(context.Context, string) ([]byte, error) { return []byte(`{}`), nil }, Most: 1 << 20})
	mux := http.NewServeMux()
	mux.Handle("/", d.Handler())
	mux.Handle(api.Root+"/", programs.Handler())
	r.Server = httptest.NewServer(web.WithClient(nil, mux))
	t.Cleanup(r.Server.Close)
	return r
}

// Write runs fn in a transaction that must succeed.
func (r *Room) Write(fn func(ctx context.Context, tx *store.Tx) error) {
	r.T.Helper()
	if err := r.Store.Write(r.T.Context(), func(tx *store.Tx) error { return fn(r.T.Context(), tx) }); err != nil {
		r.T.Fatal(err)
	}
}

// Found sets the newsroom up, as the first start would have done.
func (r *Room) Found() {
	o := outlet.Default()
	o.Name, o.Languages = "The Lantern", []string{"fa"}
	r.Write(func(ctx context.Context, tx *store.Tx) error { return tx.PutOutlet(ctx, Tester, o) })
}

// Hire makes an account with a password and roles everywhere.
func (r *Room) Hire(name string, roles ...staff.Role) staff.Person {
	r.T.Helper()
	p := staff.Person{Email: name + "@lantern.example", Name: name}
	for _, role := range roles {
		p.Grants = append(p.Grants, staff.Grant{Role: role})
	}
	r.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		if p.ID, err = tx.AddStaff(ctx, Tester, p); err != nil {
			return err
		}
		return tx.SetPassword(ctx, Tester, p.ID, hash, "")
	})
	return p
}

// Link makes a one-time link and returns its path.
func (r *Room) Link(kind store.LinkKind, staffID string) string {
	r.T.Helper()
	var token string
	r.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		token, _, err = tx.MakeLink(ctx, kind, staffID)
		return err
	})
	return desk.LinkPath(token)
}

// Browser keeps cookies and follows no redirect.
type Browser struct {
	*Room
	HTTP *http.Client
	Host string // asked for instead of the server's address
}

func (r *Room) Browser() *Browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.T.Fatal(err)
	}
	return &Browser{Room: r, HTTP: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Answer is a page as it came.
type Answer struct {
	*goquery.Document
	Status int
	Header http.Header
	Body   string
}

func (a Answer) To() string { return a.Header.Get("Location") }

func (b *Browser) Do(req *http.Request) Answer {
	b.T.Helper()
	req.Host = b.Host
	res, err := b.HTTP.Do(req)
	if err != nil {
		b.T.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.T.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	if err != nil {
		b.T.Fatal(err)
	}
	if cc := res.Header.Get("Cache-Control"); cc != "no-store" {
		b.T.Errorf("%s %s: Cache-Control %q", req.Method, req.URL.Path, cc)
	}
	return Answer{doc, res.StatusCode, res.Header, string(body)}
}

func (b *Browser) Get(path string) Answer {
	b.T.Helper()
	req, err := http.NewRequest(http.MethodGet, b.Server.URL+path, nil)
	if err != nil {
		b.T.Fatal(err)
	}
	return b.Do(req)
}

// Post sends a form as it is, without looking at a page first.
func (b *Browser) Post(path string, form url.Values, headers ...string) Answer {
	b.T.Helper()
	req, err := http.NewRequest(http.MethodPost, b.Server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.T.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return b.Do(req)
}

// Fill opens a page and sends the form on it that leads to action, with its
// hidden fields and the given values put over what stands in it.
func (b *Browser) Fill(page, action string, values ...string) Answer {
	b.T.Helper()
	a := b.Get(page)
	if a.Status != http.StatusOK {
		b.T.Fatalf("%s: %d, %s", page, a.Status, a.To())
	}
	return b.Send(a, action, values...)
}

func (b *Browser) Send(a Answer, action string, values ...string) Answer {
	b.T.Helper()
	form := a.Find(`form[method=post]`).FilterFunction(func(_ int, s *goquery.Selection) bool { return s.AttrOr("action", "") == action }).First()
	if form.Length() == 0 {
		b.T.Fatalf("no form leads to %s in\n%s", action, a.Body)
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
		kind := s.AttrOr("type", "")
		if _, checked := s.Attr("checked"); (kind == "radio" || kind == "checkbox") && !checked {
			return
		}
		if kind == "checkbox" {
			value = s.AttrOr("value", "on") // as browsers send it
		}
		in.Set(s.AttrOr("name", ""), value)
	})
	for i := 0; i+1 < len(values); i += 2 {
		in.Set(values[i], values[i+1])
	}
	return b.Post(action, in)
}

// SignIn signs somebody in who has no second step.
func (r *Room) SignIn(p staff.Person) *Browser {
	r.T.Helper()
	b := r.Browser()
	a := b.Fill("/desk/sign-in", "/desk/sign-in", "email", p.Email, "password", Password)
	if a.Status != http.StatusSeeOther || a.To() != "/desk" {
		r.T.Fatalf("signing in: %d to %q\n%s", a.Status, a.To(), a.Body)
	}
	return b
}

// Log lists the actions that were logged, the newest first.
func (r *Room) Log() string {
	r.T.Helper()
	list, err := r.Store.AuditLog(r.T.Context(), store.AuditQuery{Limit: 100})
	if err != nil {
		r.T.Fatal(err)
	}
	var out []string
	for _, e := range list {
		out = append(out, e.Action)
	}
	return strings.Join(out, " ")
}
