package program

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"masthead.dev/masthead/internal/testkit/browser"
)

// walk is a reader in Chromium who runs no JavaScript.
type walk struct {
	*browser.Tab
	t *testing.T
	s *server
}

// walks starts one browser for a test, and readers in it.
func walks(t *testing.T, s *server) func(t *testing.T) *walk {
	t.Helper()
	b := browser.Start(t)
	return func(t *testing.T) *walk {
		t.Helper()
		return &walk{b.Tab(t, browser.Options{Width: 390, NoScript: true}), t, s}
	}
}

func (w *walk) press(selector string) (path string, status int64) {
	w.t.Helper()
	return press(w.t, w.Tab, selector)
}

// press clicks, and returns the path and status of the page that comes.
func press(t *testing.T, tab *browser.Tab, selector string) (path string, status int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab.Ctx, patience)
	defer cancel()
	resp, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector)))
	if err != nil {
		t.Fatalf("at %s, pressing %s: %v", browser.Get(tab, chromedp.Location()), selector, err)
	}
	u, err := url.Parse(resp.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u.Path, int64(resp.Status)
}

// readAndAppeal goes from the front page through an article to the giving form.
func (w *walk) readAndAppeal() (form string) {
	w.t.Helper()
	w.Go(w.s.Base + "/")
	if path, status := w.press(".lead h2 a"); status != 200 || !strings.HasPrefix(path, "/20") {
		w.t.Fatalf("the first story of the front page is %s, %d", path, status)
	}
	path, status := w.press(".appeal button")
	if status != 200 || !strings.Contains(path, "/give") {
		w.t.Fatalf("the appeal of an article leads to %s, %d", path, status)
	}
	return path
}

// fill fills the giving form in and sends it until it is old enough to be a
// person's; the payment page is open then.
func (w *walk) fill(every, amount, email string) (session string) {
	w.t.Helper()
	w.Do(chromedp.Click(chromedp.CSS(`input[name=every][value=`+every+`]`)),
		chromedp.Click(chromedp.CSS(`input[name=amount][value=own]`)),
		chromedp.SendKeys(chromedp.CSS("#own"), amount), chromedp.SendKeys(chromedp.CSS("#email"), email))
	within(w.t, 10*time.Second, func() error {
		path, status := w.press("#form button")
		session = path[strings.LastIndex(path, "/")+1:]
		if status != 200 || !strings.HasPrefix(path, "/sandbox/pay/") {
			return fmt.Errorf("the form leads to %s, %d: %s", path, status, w.Text("main"))
		}
		return nil
	})
	return session
}

// clean fails where the browser asked another origin or was given a cookie.
func (w *walk) clean() {
	w.t.Helper()
	if f := w.Foreign(w.s.Base); len(f) > 0 {
		w.t.Errorf("requests that left the site: %q", f)
	}
	if c := w.Cookies(); len(c) > 0 {
		w.t.Errorf("a reader was given cookies: %q", c)
	}
}

func TestAReaderWithoutScriptGivesOnceAndTheMeterRises(t *testing.T) {
	s := giving(t, sqlite)
	w := walks(t, s)(t)
	campaign := w.readAndAppeal()
	meter, books := s.raised(t, campaign), s.received(t, "USD")
	w.fill("once", "25.00", "walker@once.example")
	if path, status := w.press("button[value=pay]"); status != 200 || !strings.HasPrefix(path, "/give/thanks/") {
		t.Fatalf("paying leads to %s, %d", path, status)
	}
	if h1 := w.Text("h1"); !strings.Contains(h1, "$25") || !strings.Contains(h1, "Thank you") {
		t.Errorf("the page after paying says %q", h1)
	}
	w.Screenshot("thanks-once")
	s.counts(t, campaign, meter+2500, books+2500)
	w.clean()
	s.sumZero(t)
}

// counts waits until meter and books show what they must, in cents. The front
// page, which is kept, must follow.
func (s *server) counts(t *testing.T, campaign string, meter, books int64) {
	t.Helper()
	within(t, 15*time.Second, func() error {
		for _, page := range []string{campaign, "/"} {
			if got := s.raised(t, page); got != meter {
				return fmt.Errorf("the meter of %s shows %d cents, not %d", page, got, meter)
			}
		}
		if got := s.received(t, "USD"); got != books {
			return fmt.Errorf("the books have received %d cents, not %d", got, books)
		}
		return nil
	})
}

func TestAMonthlyGiftIsPaidAgainAfterAMonth(t *testing.T) {
	// A demo of its own, since time goes on in it.
	s := start(t, "demo", "--seed", seed, "--at", at)
	w := walks(t, s)(t)
	campaign := w.readAndAppeal()
	meter := s.raised(t, campaign)
	session := w.fill("month", "25.00", "walker@monthly.example")
	if path, status := w.press("button[value=pay]"); status != 200 || !strings.HasPrefix(path, "/give/thanks/") {
		t.Fatalf("paying leads to %s, %d", path, status)
	}
	s.counts(t, campaign, meter+2500, s.received(t, "USD"))
	payments := s.paymentsOf(t, session)
	if len(payments) != 1 {
		t.Fatalf("%d payments at first", len(payments))
	}
	s.steer(t, `{"do":"advance","days":31}`)
	within(t, 20*time.Second, func() error {
		if n := len(s.paymentsOf(t, session)); n != 2 {
			return fmt.Errorf("%d payments after 31 days", n)
		}
		found := 0
		for _, e := range s.entries(t) {
			for _, p := range s.paymentsOf(t, session) {
				if strings.Contains(e, "sandbox:"+p+":charge") {
					found++
				}
			}
		}
		if found != 2 {
			return fmt.Errorf("the books have %d of the 2 payments", found)
		}
		return nil
	})
	within(t, 15*time.Second, func() error { // every plan of the demo renewed; all of it must be shown
		if got, least := s.raised(t, campaign), meter+5000; got < least {
			return fmt.Errorf("the meter shows %d cents, not %d or more", got, least)
		}
		return nil
	})
	w.clean()
	s.sumZero(t)
	comesBack(t, s)
}

// comesBack ends a demo and starts it again on its folder and another port: the
// books are as they were, and its addresses are the new ones.
func comesBack(t *testing.T, s *server) {
	t.Helper()
	books, offset := s.settled(t), s.sandbox(t).OffsetS
	if err := s.stop(); err != nil {
		t.Fatalf("the demo did not end well: %v: %s", err, s.Log)
	}
	again := start(t, "demo", "--seed", seed, "--at", at, "--data", s.Data)
	if d := difference(books, again.settled(t)); len(d) > 0 {
		t.Errorf("the books changed while nothing ran: %q", d)
	}
	if got := again.sandbox(t).OffsetS; got < offset-60 || got > offset+60 {
		t.Errorf("the sandbox was %d s ahead and is %d s ahead now", offset, got)
	}
	for path, selector := range map[string]string{"/": "link[rel=canonical]", "/fa": "link[hreflang=de]"} {
		if to := parse(t, again.get(t, path).Body).Find(selector).AttrOr("href", ""); !strings.HasPrefix(to, again.Base) {
			t.Errorf("%s on %s names %s", path, again.Base, to)
		}
	}
	if feed := string(again.get(t, "/feed.xml").Body); strings.Contains(feed, s.Base) || !strings.Contains(feed, again.Base) {
		t.Errorf("the feed of %s names %s", again.Base, s.Base)
	}
}

// paymentsOf lists the payments that the sandbox took for a session and the plan
// that came of it.
func (s *server) paymentsOf(t *testing.T, session string) (ids []string) {
	t.Helper()
	for _, p := range s.sandbox(t).Payment {
		if p.Session == session {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

func TestADeclinedPaymentIsToldTruthfully(t *testing.T) {
	s := giving(t, sqlite)
	w := walks(t, s)(t)
	campaign := w.readAndAppeal()
	books := s.received(t, "USD")
	w.fill("once", "31.00", "walker@declined.example")
	if path, status := w.press("button[value=decline]"); status != 200 || !strings.HasPrefix(path, "/give/thanks/") {
		t.Fatalf("declining leads to %s, %d", path, status)
	}
	within(t, 15*time.Second, func() error {
		h1 := w.Text("h1")
		if strings.Contains(h1, "Thank you") {
			t.Fatalf("a declined payment is thanked for: %q", h1)
		}
		if !strings.Contains(h1, "did not go through") {
			w.Do(chromedp.Reload())
			return fmt.Errorf("the page says %q", h1)
		}
		return nil
	})
	if got := s.received(t, "USD"); got != books {
		t.Errorf("the books changed by %d cents", got-books)
	}
	// Trying again pays the same gift.
	meter := s.raised(t, campaign)
	if path, status := w.press("main .btn"); status != 200 || !strings.HasPrefix(path, "/sandbox/pay/") && !strings.HasPrefix(path, "/give") {
		t.Fatalf("trying again leads to %s, %d", path, status)
	} else if strings.HasPrefix(path, "/sandbox/pay/") {
		w.press("button[value=pay]")
		s.counts(t, campaign, meter+3100, books+3100)
	}
	w.clean()
}

func TestTheThankYouPageBelievesTheProviderAndNotTheVisit(t *testing.T) {
	each(t, func(t *testing.T, e engine) {
		s := giving(t, e)
		f := s.forms(t, s.campaign(t), 1)[0]
		_, session := s.begin(t, f, "26", "once", "early@visit.example")
		id, _, _ := strings.Cut(f.Values.Get("nonce"), ".")
		thanks := "/give/thanks/" + id
		if h1 := strings.TrimSpace(parse(t, s.get(t, thanks).Body).Find("h1").Text()); strings.Contains(h1, "Thank you") || h1 == "" {
			t.Errorf("before paying the page says %q", h1)
		}
		books := s.received(t, "USD")
		s.steer(t, `{"do":"pay","ref":"`+session+`"}`)
		if h1 := strings.TrimSpace(parse(t, s.get(t, thanks).Body).Find("h1").Text()); !strings.Contains(h1, "Thank you") {
			t.Errorf("after paying the page says %q", h1)
		}
		within(t, 15*time.Second, func() error {
			if got := s.received(t, "USD"); got != books+2600 {
				return fmt.Errorf("the books have received %d cents, not %d", got, books+2600)
			}
			return nil
		})
		if a := s.get(t, "/give/thanks/0000000000000000000000000a"); a.Status != 404 {
			t.Errorf("the thank-you page of no gift answers %d", a.Status)
		}
		s.sumZero(t)
	})
}

func TestTheSameFormSentTwiceIsOneGift(t *testing.T) {
	each(t, func(t *testing.T, e engine) {
		s := giving(t, e)
		f := s.forms(t, s.campaign(t), 1)[0]
		_, first := s.begin(t, f, "27", "once", "double@click.example")
		if _, second := s.begin(t, f, "27", "once", "double@click.example"); second != first {
			t.Errorf("the second click led to another payment: %s and %s", first, second)
		}
	})
}
