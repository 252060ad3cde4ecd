package site_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/limit"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/site"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/web"
	"masthead.dev/masthead/internal/worker"
)

// fan is a paper whose donors have pages of their own, and a browser that keeps
// cookies.
type fan struct {
	*purse
	my   *site.My
	jobs *worker.Runner
	web  http.Handler
	jar  map[string]string
	from string // address that the browser comes from
}

// eachFan runs a test on both engines.
func eachFan(t *testing.T, test func(t *testing.T, f *fan)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(t, newFan(t, s)) })
}

func newFan(t *testing.T, s *store.Store) *fan {
	t.Helper()
	f := &fan{purse: newPurseOn(t, s), jar: map[string]string{}, from: "192.0.2.1:1234"}
	letters := worker.Letters{Store: s, Templates: f.site.Templates, Money: f.svc.Money, Address: func(path, lang string) string {
		if lang == "en" {
			return "https://lantern.example" + path
		}
		return "https://lantern.example/" + lang + path
	}}
	donors := &worker.DonorLetters{Letters: letters}
	f.my = &site.My{Site: f.site, Fund: f.svc, Nonces: web.NewNonces([]byte("my")), Money: f.svc.Money, Limits: limit.New(f.clock), Letter: donors.Letter}
	f.site.More = append(f.site.More, f.my.Routes()...)
	f.jobs = worker.New(s, 1)
	f.jobs.Handle(job.DonorLetter, donors.Do)
	for _, quiet := range []string{job.MailKind, job.FundThank, job.FundPlan, job.FundRound} { // the outbox keeps what was written
		f.jobs.Handle(quiet, func(context.Context, job.Work) error { return nil })
	}
	f.web = web.WithClient(nil, f.http)
	return f
}

// answered is what the browser was answered.
type answered struct {
	*goquery.Document
	status int
	header http.Header
	body   string
}

func (a answered) to() string   { return a.header.Get("Location") }
func (a answered) said() string { return strings.Join(strings.Fields(a.Find("main").Text()), " ") }

// visit sends a request with the cookies of the jar, and keeps new ones.
func (f *fan) visit(method, path string, form url.Values, headers ...string) answered {
	f.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, path, body)
	r.RemoteAddr = f.from
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range f.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	f.web.ServeHTTP(w, r)
	res := w.Result()
	for _, c := range res.Cookies() {
		if f.jar[c.Name] = c.Value; c.MaxAge < 0 {
			delete(f.jar, c.Name)
		}
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(w.Body.Bytes()))
	f.ok(err)
	return answered{doc, res.StatusCode, res.Header, w.Body.String()}
}

func (f *fan) open(path string) answered {
	f.t.Helper()
	a := f.visit("GET", path, nil)
	if a.status != 200 {
		f.t.Fatalf("%s is answered with %d: %s", path, a.status, a.said())
	}
	return a
}

// press sends the form of a page that the selector finds, with some fields
// filled in.
func (f *fan) press(page answered, sel string, pairs ...string) answered {
	f.t.Helper()
	form := page.Find(sel)
	if form.Length() != 1 {
		f.t.Fatalf("%d forms are %s on: %s", form.Length(), sel, page.said())
	}
	v := fields(page.Document, sel)
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return f.visit("POST", form.AttrOr("action", ""), v, "Sec-Fetch-Site", "same-origin")
}

// act opens a page and presses its one form.
func (f *fan) act(path string, pairs ...string) answered {
	f.t.Helper()
	return f.press(f.open(path), "form#act", pairs...)
}

// gift gives and pays.
func (f *fan) gift(email, amount string, every fund.Every) fund.Donation {
	f.t.Helper()
	d, err := f.svc.Begin(f.t.Context(), fund.Form{
		Nonce: id.New(), Age: time.Minute, Campaign: f.campaign, Currency: "USD", Every: string(every), Choice: fund.Own, Own: amount,
		Email: email, Name: "Ada Quill", ShowName: true, Provider: sandbox.Key,
	}, locale.For("en"))
	f.ok(err)
	f.ok(f.sandbox.Pay(f.t.Context(), d.Session))
	f.catchUp()
	return d
}

func (f *fan) catchUp() {
	f.t.Helper()
	f.ok(f.svc.CatchUp(f.t.Context(), sandbox.Key))
}

// planOf is the one plan of a donor.
func (f *fan) planOf(email string) fund.Plan {
	f.t.Helper()
	list, err := f.s.DonorPlans(f.t.Context(), f.donor(email).ID)
	f.ok(err)
	if len(list) != 1 {
		f.t.Fatalf("%d plans", len(list))
	}
	return list[0]
}

func (f *fan) donor(email string) fund.Donor {
	f.t.Helper()
	d, err := f.s.DonorByEmail(f.t.Context(), email)
	f.ok(err)
	return d
}

// minted makes a link as the mails have them, and returns its path.
func (f *fan) minted(p store.Power, donor, object string, lasts time.Duration) (path string) {
	f.t.Helper()
	f.ok(f.s.Write(f.t.Context(), func(tx *store.Tx) error {
		token, err := tx.MakeDonorLink(f.t.Context(), store.DonorLink{Power: p, DonorID: donor, Object: object}, lasts)
		path = "/my/link/" + token
		return err
	}))
	return path
}

var linkInMail = regexp.MustCompile(`https://lantern\.example(\S*/my/link/\w+)`)

// mails are those in the outbox to an address, by subject.
func (f *fan) mails(to string) (list []store.Mail) {
	f.t.Helper()
	f.ok(f.jobs.Drain(f.t.Context()))
	all, err := f.s.Mails(f.t.Context(), 100, 0)
	f.ok(err)
	for _, m := range all {
		if m.ToAddress == to && m.Kind == "donor_signin" {
			list = append(list, m)
		}
	}
	return list
}

// mailed is the path of the link in the newest mail to an address.
func (f *fan) mailed(to string) string {
	f.t.Helper()
	list := f.mails(to)
	if len(list) == 0 {
		f.t.Fatalf("there is no mail to %s", to)
	}
	found := linkInMail.FindStringSubmatch(list[0].Text)
	if found == nil || !strings.Contains(list[0].HTML, found[0]) {
		f.t.Fatalf("no link in: %s", list[0].Text)
	}
	return found[1]
}

// ask asks for a link by the form of the page.
func (f *fan) askLink(email string) answered {
	f.t.Helper()
	return f.press(f.open("/my"), "form#signin", "email", email)
}

// signIn comes to the donor's own page.
func (f *fan) signIn(email string) answered {
	f.t.Helper()
	clear(f.jar)
	f.clock.Add(16 * time.Minute) // so that no limit is met
	if a := f.askLink(email); a.status != http.StatusSeeOther {
		f.t.Fatalf("asking for a link is answered with %d: %s", a.status, a.said())
	}
	f.clock.Add(time.Second)
	if a := f.act(f.mailed(email)); a.status != http.StatusSeeOther || !strings.HasSuffix(a.to(), "/my") {
		f.t.Fatalf("the link leads to %d %s: %s", a.status, a.to(), a.said())
	}
	return f.open("/my")
}

// sums are C and P of the scenarios.
func (f *fan) sums() (raised, held int64) {
	f.t.Helper()
	all, err := f.s.Balances(f.t.Context())
	f.ok(err)
	for _, b := range all {
		if b.Account == ledger.ProviderAccount("sandbox") && b.Currency == "USD" {
			held = b.Minor
		}
	}
	return f.raised(), held
}

func (f *fan) whole() {
	f.t.Helper()
	if _, damage, err := f.s.VerifyLedger(f.t.Context()); err != nil || damage != nil {
		f.t.Errorf("the books are damaged: %+v, %v", damage, err)
	}
}
