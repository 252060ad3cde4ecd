package web

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/brotli"

	"masthead.dev/masthead/internal/fault"
)

func serverOf(h Handler) (*Server, http.Handler) {
	s := &Server{Kept: NewPageCache(1 << 20), Draw: func(_ context.Context, _ *Request, status int, say string) Page {
		return Page{Body: []byte("drawn: " + say)}
	}}
	return s, s.Handle(h)
}

func ask(h http.Handler, path string, head ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAPageIsKeptUntilWhatItDependsOnChanges(t *testing.T) {
	made := 0
	s, h := serverOf(func(context.Context, *Request) (Page, error) {
		made++
		return Page{Body: []byte("hello"), Cache: Public, Deps: []string{"article:1", "settings"}}, nil
	})
	ask(h, "/a")
	ask(h, "/a")
	s.Kept.Changed([]string{"article:2"})
	ask(h, "/a")
	if made != 1 {
		t.Fatalf("made %d times, 1 was enough", made)
	}
	s.Kept.Changed([]string{"article:1"})
	ask(h, "/a")
	if made != 2 {
		t.Fatalf("made %d times after its article changed", made)
	}
	ask(h, "/a?x=1")
	ask(h, "/a?x=1")
	if made != 4 {
		t.Error("an address with a query was kept")
	}
}

func TestAPageBegunBeforeAChangeIsNotKept(t *testing.T) {
	var s *Server
	text := "old"
	s, h := serverOf(func(context.Context, *Request) (Page, error) {
		body := []byte(text)
		if text == "old" { // the change comes while the page is being made
			text = "new"
			s.Kept.Changed([]string{"k"})
		}
		return Page{Body: body, Cache: Public, Deps: []string{"k"}}, nil
	})
	ask(h, "/")
	if got := ask(h, "/").Body.String(); got != "new" {
		t.Errorf("a stale page was kept: %q", got)
	}
}

func TestAPageEndsWhenItsTimeComes(t *testing.T) {
	now := time.Unix(1000, 0)
	made := 0
	s, h := serverOf(func(context.Context, *Request) (Page, error) {
		made++
		return Page{Body: []byte("today"), Cache: Public, Until: now.Add(time.Minute)}, nil
	})
	s.Now = func() time.Time { return now }
	ask(h, "/")
	now = now.Add(59 * time.Second)
	ask(h, "/")
	if made != 1 {
		t.Fatal("made again too early")
	}
	now = now.Add(time.Second)
	ask(h, "/")
	if made != 2 {
		t.Error("kept past its time")
	}
}

func TestWhatIsAcceptedIsSentAndATagAnswers304(t *testing.T) {
	text := strings.Repeat("A newspaper page. ", 100)
	_, h := serverOf(func(context.Context, *Request) (Page, error) {
		return Page{Body: []byte(text), Cache: Public}, nil
	})
	for _, c := range []struct{ accept, coding string }{
		{"", ""}, {"identity", ""}, {"gzip", "gzip"}, {"gzip, deflate, br", "br"}, {"br;q=0, gzip", "gzip"}, {"gzip;q=0.0", ""}, {"GZIP", "gzip"},
	} {
		w := ask(h, "/", "Accept-Encoding", c.accept)
		if w.Header().Get("Content-Encoding") != c.coding || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: %v", c.accept, w.Header())
			continue
		}
		var body io.Reader = w.Body
		switch c.coding {
		case "gzip":
			body, _ = gzip.NewReader(w.Body)
		case "br":
			body = brotli.NewReader(w.Body)
		}
		if got, err := io.ReadAll(body); err != nil || string(got) != text {
			t.Errorf("%q: %d bytes, %v", c.accept, len(got), err)
		}
		tag := w.Header().Get("ETag")
		if again := ask(h, "/", "Accept-Encoding", c.accept, "If-None-Match", `"x", W/`+tag); again.Code != 304 || again.Body.Len() != 0 {
			t.Errorf("%q: %d for its own tag", c.accept, again.Code)
		}
	}
}

func TestErrorsBecomePagesInOnePlace(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		shown  string
	}{
		{fault.New(fault.NotFound, "no such article"), 404, "drawn: no such article"},
		{fault.New(fault.Gone, "withdrawn"), 410, "drawn: withdrawn"},
		{fault.Fields{"amount": "at least 3.00"}, 422, "drawn: amount: at least 3.00"},
		{fault.Wrap(fault.Unavailable, errors.New("dial 10.0.0.1"), "try again soon"), 503, "drawn: try again soon"},
		{errors.New("secret detail"), 500, "drawn: "},
	} {
		_, h := serverOf(func(context.Context, *Request) (Page, error) { return Page{}, c.err })
		w := ask(h, "/")
		if w.Code != c.status || w.Body.String() != c.shown || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%v: %d %q %q", c.err, w.Code, w.Body, w.Header().Get("Cache-Control"))
		}
	}
	_, h := serverOf(func(context.Context, *Request) (Page, error) { panic("boom") })
	if w := ask(h, "/"); w.Code != 500 || strings.Contains(w.Body.String(), "boom") {
		t.Errorf("a panic: %d %q", w.Code, w.Body)
	}
}

func TestAnAddressThatNoDatabaseCanHoldIsNotAsked(t *testing.T) {
	_, h := serverOf(func(_ context.Context, r *Request) (Page, error) {
		t.Errorf("the handler was asked for %q", r.Path)
		return Page{}, nil
	})
	for _, path := range []string{"/a%00b", "/%ff", "/town/%ed%a0%80"} {
		if w := ask(h, path); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestTheCacheKeepsItsLimitUnderLoad(t *testing.T) {
	c := NewPageCache(100_000)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 500 {
				addr := string(rune('a'+g)) + string(rune('0'+i%50))
				c.put(addr, newKept(Page{Body: make([]byte, 1000), Deps: []string{"all", addr}}), c.mark())
				c.get(addr, time.Time{})
				if i%97 == 0 {
					c.Changed([]string{addr})
				}
			}
		})
	}
	wg.Wait()
	if c.size > c.limit || c.size < 0 {
		t.Errorf("size %d of %d", c.size, c.limit)
	}
	c.Changed([]string{"all"})
	if c.size != 0 || len(c.pages) != 0 || len(c.byDep) != 0 {
		t.Errorf("after all changed: size %d, %d pages, %d keys", c.size, len(c.pages), len(c.byDep))
	}
}

func TestATokenIsGoodForItsPurposeAndTime(t *testing.T) {
	n, now := NewNonces([]byte("secret")), time.UnixMilli(1_700_000_000_000)
	tok := n.Mint("give", now)
	if got, age, err := n.Check("give", tok, now.Add(3*time.Second), time.Hour); err != nil || age != 3*time.Second || got != tok[:26] {
		t.Errorf("%q %v %v", got, age, err)
	}
	for name, c := range map[string]struct {
		purpose, tok string
		mint         *Nonces
		kind         fault.Kind
	}{
		"for another form":     {"other", tok, n, fault.Invalid},
		"altered":              {"give", tok[:30] + "z" + tok[31:], n, fault.Invalid},
		"short":                {"give", "abc", n, fault.Invalid},
		"from another machine": {"give", tok, NewNonces([]byte("x")), fault.Invalid},
	} {
		if _, _, err := c.mint.Check(c.purpose, c.tok, now, time.Hour); !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := n.Check("give", tok, now.Add(2*time.Hour), time.Hour); !fault.Is(err, fault.Conflict) {
		t.Errorf("late: %v", err)
	}
}

func TestForwardedAddressesAreBelievedOnlyFromTrustedProxies(t *testing.T) {
	trusted := mustPrefixes("10.0.0.0/8")
	for _, c := range []struct{ remote, forwarded, want string }{
		{"203.0.113.9:1", "198.51.100.1", "203.0.113.9/32"},
		{"10.1.1.1:1", "198.51.100.1", "198.51.100.1/32"},
		{"10.1.1.1:1", "6.6.6.6, 198.51.100.1, 10.2.2.2", "198.51.100.1/32"},
		{"10.1.1.1:1", "", "invalid Prefix"},
		{"[2001:db8:1:2:3::4]:1", "", "2001:db8:1:2::/64"},
		{"@", "", "invalid Prefix"},
	} {
		var got string
		h := WithClient(trusted, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = Client(r.Context()).String() }))
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("%s forwarded for %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}

func mustPrefixes(list ...string) (out []netip.Prefix) {
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}
