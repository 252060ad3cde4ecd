package site_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/chromedp"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/guard"
	"masthead.dev/masthead/internal/limit"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/testkit/browser"
	"masthead.dev/masthead/internal/web"
)

// transfer is a way to pay that takes no cards.
type transfer struct{ fund.Provider }

func (transfer) Key() string { return fund.KeyBank }
func (transfer) Caps() fund.Caps {
	return fund.Caps{Intervals: []fund.Every{fund.Once}, Road: fund.Instructions}
}
func (transfer) Begin(_ context.Context, in fund.Intent, _ fund.IdemKey) (fund.Handoff, error) {
	return fund.Handoff{Ref: fund.Ref{Kind: fund.KindSession, ID: in.ID}, URL: "/give/bank/" + in.ID, OpenedAt: noon}, nil
}

// watched is a purse with the defence on, and a bank beside the cards.
func watched(t *testing.T, s *store.Store) *purse {
	t.Helper()
	p := newPurseOn(t, s)
	p.giving.Watch, p.giving.Transfers = guard.NewWatch(), limit.New(p.clock)
	p.svc.Providers[fund.KeyBank] = transfer{}
	p.http = web.WithClient(nil, p.http)
	return p
}

// from sends a request from an address, "" for one that can't be known.
func (p *purse) from(addr, method, path string, form url.Values) (int, string, *goquery.Document) {
	p.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.RemoteAddr = addr + ":1234"
	w := httptest.NewRecorder()
	p.http.ServeHTTP(w, r)
	res := w.Result()
	if got := res.Header.Get("Cache-Control"); got != "no-store" {
		p.t.Errorf("%s %s may be kept: %q", method, path, got)
	}
	doc, err := goquery.NewDocumentFromReader(w.Body)
	p.ok(err)
	return res.StatusCode, res.Header.Get("Location"), doc
}

const givePath = "/give/costs-2026"

// try opens the form from an address, fills it in and sends it.
func (p *purse) try(addr, by, email string) (status int, to string, doc *goquery.Document, sent url.Values) {
	p.t.Helper()
	_, _, page := p.from(addr, "GET", givePath, nil)
	v := fields(page, giveForm)
	v.Set("email", email)
	v.Set("own", "5.00")
	v.Set("by", by)
	p.clock.Add(5 * time.Second)
	status, to, doc = p.from(addr, "POST", givePath, v)
	return status, to, doc, v
}

// solve does the work that a page asks for, as its script would.
func (p *purse) solve(doc *goquery.Document) url.Values {
	p.t.Helper()
	v := fields(doc, "form[data-token]")
	bits, err := strconv.Atoi(v.Get("bits"))
	p.ok(err)
	for n := 0; ; n++ {
		if guard.Worked(v.Get("proof"), strconv.Itoa(n), bits) {
			v.Set("answer", strconv.Itoa(n))
			return v
		}
	}
}

func (p *purse) declined(to string) {
	p.t.Helper()
	session := strings.TrimPrefix(to, "/sandbox/pay/")
	p.ok(p.sandbox.Decline(p.t.Context(), session))
	p.ok(p.svc.Refresh(p.t.Context(), sandbox.Key, fund.Ref{Kind: fund.KindSession, ID: session}))
}

func (p *purse) tasks(kind string) (n int) {
	p.t.Helper()
	list, _, err := p.s.Tasks(p.t.Context(), 1000)
	p.ok(err)
	for _, x := range list {
		if x.Kind == kind {
			n++
		}
	}
	return n
}

func TestThirtyRefusalsFromOnePrefixAreHeldUpAndHurtNobodyElse(t *testing.T) { // scenario 48
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := watched(t, s)
		var passed, proofs, closed int
		for n := range 30 { // ten seconds each: five minutes
			addr := fmt.Sprintf("203.0.113.%d", n+1)
			status, to, doc, _ := p.try(addr, sandbox.Key, fmt.Sprintf("thief%d@example.org", n))
			if status == http.StatusTooManyRequests {
				proofs++
				status, to, _ = p.from(addr, "POST", givePath, p.solve(doc))
			}
			switch status {
			case http.StatusSeeOther:
				passed++
				p.declined(to)
			case http.StatusUnprocessableEntity:
				closed++
			default:
				t.Fatalf("attempt %d is answered with %d", n, status)
			}
			p.clock.Add(5 * time.Second)
		}
		if passed != 20 || proofs != 15 || closed != 10 {
			t.Errorf("%d passed, %d of them after a proof, %d met closed cards; want 20, 15, 10", passed, proofs, closed)
		}
		if n := p.tasks(fund.TaskBreaker); n != 1 {
			t.Errorf("%d alarms for staff, want 1", n)
		}
		if head, err := s.LedgerHead(t.Context()); err != nil || head.Seq != 0 {
			t.Errorf("%d entries in the books, %v", head.Seq, err)
		}
		_, _, page := p.from("203.0.113.99", "GET", givePath, nil)
		if v := fields(page, giveForm); v.Get("by") != fund.KeyBank || page.Find(`input[name="by"]`).Length() != 1 || strings.Contains(page.Text(), "declined") {
			t.Errorf("the network is offered %q", v.Get("by"))
		}
		if status, to, _, _ := p.try("203.0.113.99", fund.KeyBank, "honest@example.org"); status != 303 || !strings.HasPrefix(to, "/give/bank/") {
			t.Errorf("a transfer from the network is answered with %d, %q", status, to)
		}
		if status, to, _, _ := p.try("198.51.100.7", sandbox.Key, "reader@example.org"); status != 303 || !strings.HasPrefix(to, "/sandbox/pay/") {
			t.Errorf("a card from another network is answered with %d, %q", status, to)
		}
		p.clock.Add(time.Hour)
		if status, _, _, _ := p.try("203.0.113.99", sandbox.Key, "honest@example.org"); status != 303 {
			t.Errorf("an hour later the network is answered with %d", status)
		}
	})
}

func TestFourGiftsInAMinuteFromOneNetworkAreAskedForAProof(t *testing.T) {
	p := watched(t, storetest.Open(t, storetest.SQLite(t)))
	var status int
	var doc *goquery.Document
	var sent url.Values
	for n := range 4 {
		status, _, doc, sent = p.try("192.0.2.9", sandbox.Key, fmt.Sprintf("reader%d@example.org", n))
		if want := map[bool]int{true: 303, false: 429}[n < 3]; status != want {
			t.Fatalf("gift %d is answered with %d, want %d", n+1, status, want)
		}
	}
	again := fields(doc, "form[data-token]")
	for name := range sent {
		if again.Get(name) != sent.Get(name) {
			t.Errorf("the page forgot %s: %q, was %q", name, again.Get(name), sent.Get(name))
		}
	}
	p.clock.Add(20 * time.Second)
	status, _, doc = p.from("192.0.2.9", "POST", givePath, again) // without script, too early
	if status != 429 || !strings.Contains(doc.Text(), "Not yet: 40 seconds to go") {
		t.Errorf("too early a press is answered with %d: %s", status, doc.Find("form").Text())
	}
	if next := fields(doc, "form[data-token]"); next.Get("proof") != again.Get("proof") {
		t.Error("the minute begins anew")
	}
	p.clock.Add(40 * time.Second)
	if status, to, _ := p.from("192.0.2.9", "POST", givePath, again); status != 303 || !strings.HasPrefix(to, "/sandbox/pay/") {
		t.Errorf("after the minute it is answered with %d", status)
	}
}

func TestAProofIsForOneFormOnly(t *testing.T) {
	p := watched(t, storetest.Open(t, storetest.SQLite(t)))
	for n := range 3 {
		p.try("192.0.2.9", sandbox.Key, fmt.Sprintf("reader%d@example.org", n))
	}
	_, _, doc, _ := p.try("192.0.2.9", sandbox.Key, "reader3@example.org")
	solved := p.solve(doc)
	_, _, page := p.from("192.0.2.9", "GET", givePath, nil)
	other := fields(page, giveForm)
	for _, bad := range []map[string]string{
		{"nonce": other.Get("nonce")},          // the proof of another form
		{"answer": solved.Get("answer") + "1"}, // work that was not done
		{"bits": "0"},                          // less work than was asked for
		{"proof": ""},
	} {
		v := url.Values{}
		for k := range solved {
			v.Set(k, solved.Get(k))
		}
		for k, x := range bad {
			v.Set(k, x)
		}
		p.clock.Add(3 * time.Second)
		if status, _, _ := p.from("192.0.2.9", "POST", givePath, v); status != 429 {
			t.Errorf("a proof with %v is answered with %d", bad, status)
		}
	}
	if status, _, _ := p.from("192.0.2.9", "POST", givePath, solved); status != 303 {
		t.Errorf("the proof itself is answered with %d", status)
	}
}

func TestThreeTimesTheLimitHasToWaitWhateverItBrings(t *testing.T) {
	p := watched(t, storetest.Open(t, storetest.SQLite(t)))
	for n := range 9 {
		status, _, doc, _ := p.try("192.0.2.9", sandbox.Key, fmt.Sprintf("reader%d@example.org", n))
		if status == 429 {
			p.from("192.0.2.9", "POST", givePath, p.solve(doc))
		}
	}
	status, _, doc, _ := p.try("192.0.2.9", sandbox.Key, "reader9@example.org")
	if status != 429 || doc.Find("form[data-token]").Length() != 0 || !strings.Contains(doc.Text(), "wait a minute") {
		t.Errorf("the tenth gift within a minute is answered with %d", status)
	}
	if v := fields(doc, giveForm); v.Get("email") != "reader9@example.org" {
		t.Error("what was typed is lost")
	}
}

func TestAFormSentTwiceCountsOnceAndFaultyFormsNotAtAll(t *testing.T) {
	p := watched(t, storetest.Open(t, storetest.SQLite(t)))
	_, first, _, sent := p.try("192.0.2.9", sandbox.Key, "reader@example.org")
	for range 5 {
		if status, to, _ := p.from("192.0.2.9", "POST", givePath, sent); status != 303 || to != first {
			t.Errorf("the same form once more is answered with %d, %q", status, to)
		}
		if status, _, _, _ := p.try("192.0.2.9", sandbox.Key, "no address"); status != 422 {
			t.Errorf("a faulty form is answered with %d", status)
		}
	}
}

func TestASuspiciousFormIsKeptWithItsGift(t *testing.T) {
	p := watched(t, storetest.Open(t, storetest.SQLite(t)))
	p.svc.Guard = func(context.Context) guard.Settings { return guard.Defaults() }
	for n := range 4 { // refused before, in a burst of small gifts
		_, to, _, _ := p.try(fmt.Sprintf("203.0.113.%d", n+1), sandbox.Key, fmt.Sprintf("thief%d@example.org", n))
		p.declined(to)
	}
	_, to, _, _ := p.try("203.0.113.5", sandbox.Key, "thief4@example.org")
	session := strings.TrimPrefix(to, "/sandbox/pay/")
	p.ok(p.sandbox.Pay(t.Context(), session))
	p.ok(p.svc.Refresh(t.Context(), sandbox.Key, fund.Ref{Kind: fund.KindSession, ID: session}))
	list, err := p.s.HeldGifts(t.Context(), 10)
	p.ok(err)
	if len(list) != 1 || list[0].Weight < 100 || list[0].Amount != (money.Amount{Currency: "USD", Minor: 500}) {
		t.Errorf("%+v wait", list)
	}
	calm := watched(t, storetest.Open(t, storetest.SQLite(t)))
	calm.svc.Guard = p.svc.Guard
	_, to, _, _ = calm.try("192.0.2.9", sandbox.Key, "reader@example.org")
	session = strings.TrimPrefix(to, "/sandbox/pay/")
	calm.ok(calm.sandbox.Pay(t.Context(), session))
	calm.ok(calm.svc.Refresh(t.Context(), sandbox.Key, fund.Ref{Kind: fund.KindSession, ID: session}))
	if list, err := calm.s.HeldGifts(t.Context(), 10); err != nil || len(list) != 0 {
		t.Errorf("an honest gift waits: %+v, %v", list, err)
	}
}

func TestVisitorsWhoseNetworkIsNotKnownShareALargerLimit(t *testing.T) {
	p := watched(t, storetest.Open(t, storetest.SQLite(t)))
	for n := range 25 { // one of them is refused all the time
		status, to, doc, _ := p.try("@", sandbox.Key, fmt.Sprintf("thief%d@example.org", n))
		if status == 429 {
			status, to, _ = p.from("@", "POST", givePath, p.solve(doc))
		}
		if status != 303 {
			t.Fatalf("gift %d is answered with %d", n, status)
		}
		p.declined(to)
	}
	_, _, page := p.from("@", "GET", givePath, nil)
	if page.Find(`input[value="`+sandbox.Key+`"]`).Length() == 0 {
		t.Error("one of them has shut out all others")
	}
	if status, _, doc, _ := p.try("@", sandbox.Key, "reader@example.org"); status != 429 || doc.Find("form[data-token]").Length() != 1 {
		t.Errorf("the next one is answered with %d", status)
	}
}

func TestAFloodOfTransfersIsAskedForProofsAndShutsNobodyOut(t *testing.T) {
	p := watched(t, storetest.Open(t, storetest.SQLite(t)))
	begun := func() int {
		n, err := db.One(t.Context(), p.s.Query(), db.Value[int], "SELECT COUNT(*) FROM donation")
		p.ok(err)
		return n
	}
	for range 40 { // a stranger types the address of a victim
		p.try("192.0.2.9", fund.KeyBank, "victim@example.org")
	}
	if n := begun(); n != 4 {
		t.Errorf("%d gifts were begun for one address within minutes, want 4", n)
	}
	status, to, doc, _ := p.try("198.51.100.7", fund.KeyBank, "victim@example.org") // the victim gives
	if status != 429 || doc.Find("form[data-token]").Length() != 1 || strings.Contains(doc.Text(), "stolen") {
		t.Fatalf("the fifth is answered with %d, %q: %s", status, to, doc.Find("main").Text())
	}
	solved := p.solve(doc)
	status, to, _ = p.from("198.51.100.7", "POST", givePath, solved)
	if status != 303 || !strings.HasPrefix(to, "/give/bank/") {
		t.Errorf("with a proof it is answered with %d, %q", status, to)
	}
	if status, again, _ := p.from("198.51.100.7", "POST", givePath, solved); status != 303 || again != to || begun() != 5 {
		t.Errorf("the same form once more is answered with %d, %q; %d gifts", status, again, begun())
	}
	was := begun()
	for n := range 40 { // and one address after the other
		p.try("203.0.113.1", fund.KeyBank, fmt.Sprintf("reader%d@example.org", n))
	}
	if n := begun() - was; n != 20 {
		t.Errorf("%d gifts were begun from one network within minutes, want 20", n)
	}
	_, _, doc, _ = p.try("203.0.113.1", fund.KeyBank, "honest@example.org")
	v := fields(doc, "form[data-token]")
	p.clock.Add(guard.WaitFor) // without script
	if status, _, _ := p.from("203.0.113.1", "POST", givePath, v); status != 303 {
		t.Errorf("after a minute the next of the network is answered with %d", status)
	}
	if status, _, _, _ := p.try("203.0.113.2", fund.KeyBank, "other@example.org"); status != 303 {
		t.Errorf("another network is answered with %d", status)
	}
}

func TestThePageThatAsksForAProofRunsOneScriptOnly(t *testing.T) {
	p := watched(t, storetest.Open(t, storetest.SQLite(t)))
	for n := range 3 {
		p.try("192.0.2.9", sandbox.Key, fmt.Sprintf("reader%d@example.org", n))
	}
	_, _, doc, _ := p.try("192.0.2.9", sandbox.Key, "reader3@example.org")
	if n := doc.Find("script").Length(); n != 1 {
		t.Fatalf("%d scripts", n)
	}
	if csp := web.CSP("site/proof", "en"); !strings.Contains(csp, "script-src "+web.Hash(doc.Find("script").Text())+";") {
		t.Errorf("the policy does not name the script: %s", csp)
	}
	if csp := web.CSP("site/give", "en"); strings.Contains(csp, "script-src") {
		t.Errorf("the form itself may run scripts: %s", csp)
	}
}

func TestABrowserDoesTheWorkByItselfAndGoesOn(t *testing.T) {
	b := browser.Start(t)
	p := watched(t, storetest.Open(t, storetest.SQLite(t)))
	p.http = elsewhere(p.http)
	server := httptest.NewServer(p.http)
	t.Cleanup(server.Close)
	for n := range 3 {
		p.try("192.0.2.44", sandbox.Key, fmt.Sprintf("reader%d@example.org", n))
	}
	tab := b.Tab(t, browser.Options{Width: 390})
	tab.Go(server.URL + givePath)
	tab.Do(chromedp.SendKeys(chromedp.CSS("#own"), "5"), chromedp.SendKeys(chromedp.CSS("#email"), "reader3@example.org"), chromedp.Click(chromedp.CSS(`input[value="sandbox"]`)))
	p.clock.Add(5 * time.Second)
	tab.Do(chromedp.Click(chromedp.CSS("form#form button.go")), chromedp.WaitVisible(chromedp.CSS(`button[value="pay"]`)))
	if where := browser.Get(tab, chromedp.Location()); !strings.Contains(where, "/sandbox/pay/") {
		t.Errorf("the browser ended at %s", where)
	}
	posts := 0 // the form, and the proof after it
	for _, r := range tab.Requests() {
		if strings.HasSuffix(r, givePath) {
			posts++
		}
	}
	if foreign := tab.Foreign(server.URL); posts != 3 || len(foreign)+len(tab.Cookies()) > 0 {
		t.Errorf("requests %v, elsewhere %v, cookies %v", tab.Requests(), foreign, tab.Cookies())
	}
}

func TestWhoTriesOutPretendedMoneyOnTheMachineItselfMayBeQuick(t *testing.T) {
	p := watched(t, storetest.Open(t, storetest.SQLite(t)))
	quick := func(addr string) (statuses []int) {
		for range 12 {
			status, to, _, _ := p.try(addr, sandbox.Key, "same@address.example")
			if statuses = append(statuses, status); status != http.StatusSeeOther {
				return statuses
			}
			if len(statuses) > 4 {
				p.declined(to)
			}
		}
		return statuses
	}
	if got := quick("127.0.0.1"); len(got) != 12-2 || got[9] != http.StatusTooManyRequests {
		t.Errorf("gifts in quick succession, refused from the fifth on, were answered %d; only five refused payments ask for a proof", got)
	}
	for range 8 {
		if status, _, _, _ := p.try("127.0.0.1", fund.KeyBank, "same@address.example"); status != http.StatusSeeOther {
			t.Errorf("a transfer was answered %d", status)
		}
	}
	if got := quick("192.0.2.7"); len(got) > 4 {
		t.Errorf("a stranger's were answered %d", got)
	}
	p.giving.Sandbox = nil
	if got := quick("127.0.0.1"); len(got) > 4 {
		t.Errorf("with true money the machine itself was answered %d", got)
	}
}

// elsewhere lets requests of this machine seem to come from another one, on
// which nobody tries the program out.
func elsewhere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = "192.0.2.44:1234"
		next.ServeHTTP(w, r)
	})
}
