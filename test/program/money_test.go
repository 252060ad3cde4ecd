package program

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// campaign finds where the front page asks for money.
func (s *server) campaign(t testing.TB) string {
	t.Helper()
	href, ok := parse(t, s.get(t, "/").Body).Find("a.give").Attr("href")
	if !ok {
		t.Fatal("the front page asks for nothing")
	}
	return href
}

func parse(t testing.TB, body []byte) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// form is a form of a page as a browser would send it untouched.
type form struct {
	Action string
	Values url.Values
}

func formOf(t testing.TB, body []byte, selector string) form {
	t.Helper()
	el := parse(t, body).Find(selector).First()
	action, ok := el.Attr("action")
	if !ok {
		t.Fatalf("no form %q on the page:\n%.600s", selector, body)
	}
	f := form{action, url.Values{}}
	el.Find("input[name]").Each(func(_ int, in *goquery.Selection) {
		kind := in.AttrOr("type", "text")
		_, checked := in.Attr("checked")
		if (kind == "radio" || kind == "checkbox") && !checked {
			return
		}
		f.Values.Add(in.AttrOr("name", ""), in.AttrOr("value", "on"))
	})
	return f
}

func (s *server) post(t testing.TB, f form) answer {
	t.Helper()
	return s.ask(t, http.MethodPost, f.Action, strings.NewReader(f.Values.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

// forms opens the giving form n times, for gifts to come.
func (s *server) forms(t testing.TB, path string, n int) (list []form) {
	t.Helper()
	for range n {
		f := formOf(t, s.get(t, path).Body, "form[method=post]")
		f.Values.Set("amount", "own")
		list = append(list, f)
	}
	return list
}

// begin sends a giving form and returns the payment page that it leads to and
// its session. The form is sent again while it is too young for a person's.
func (s *server) begin(t testing.TB, f form, amount, every, email string) (page, session string) {
	t.Helper()
	f.Values.Set("own", amount)
	f.Values.Set("every", every)
	f.Values.Set("email", email)
	within(t, 10*time.Second, func() error {
		a := s.post(t, f)
		if a.Status != http.StatusSeeOther {
			return fmt.Errorf("the form answered %d: %s", a.Status, strings.Join(strings.Fields(parse(t, a.Body).Find(".errors").Text()), " "))
		}
		page = a.Header.Get("Location")
		return nil
	})
	return page, page[strings.LastIndex(page, "/")+1:]
}

// steer gives the sandbox an order and returns the object that it made or changed.
func (s *server) steer(t testing.TB, order string) (ref string) {
	t.Helper()
	a := s.ask(t, http.MethodPost, "/sandbox/api", strings.NewReader(order), "Content-Type", "application/json")
	var got struct {
		OK  bool
		Ref string
	}
	if err := json.Unmarshal(a.Body, &got); err != nil || a.Status != http.StatusOK || !got.OK {
		t.Fatalf("%s: %d %s", order, a.Status, a.Body)
	}
	return got.Ref
}

// world is the sandbox's own view.
type world struct {
	OffsetS  int64 `json:"offset_s"`
	Balance  map[string]int64
	Payment  []struct{ ID, Session string } `json:"payments"`
	Webhooks struct {
		Waiting int `json:"waiting"`
		Sent    int `json:"sent"`
	}
}

func (s *server) sandbox(t testing.TB) (w world) {
	t.Helper()
	a := s.get(t, "/sandbox/api/state")
	if err := json.Unmarshal(a.Body, &w); err != nil {
		t.Fatalf("%d %.200s: %v", a.Status, a.Body, err)
	}
	return w
}

// received is what the public books say was given, in minor units of a currency.
func (s *server) received(t testing.TB, currency string) int64 {
	t.Helper()
	var books struct {
		Accounts []struct {
			Account, Currency, Kind string
			Minor                   int64
		}
	}
	a := s.get(t, "/books.json")
	if err := json.Unmarshal(a.Body, &books); err != nil {
		t.Fatalf("%d %.200s: %v", a.Status, a.Body, err)
	}
	for _, x := range books.Accounts {
		if x.Account == "Income:Donations" && x.Currency == currency {
			return -x.Minor
		}
	}
	return 0
}

// raised is what the meter of a page shows, in cents.
func (s *server) raised(t testing.TB, path string) int64 {
	t.Helper()
	text := parse(t, s.get(t, path).Body).Find(".goal .sum b").First().Text()
	return cents(t, text)
}

// cents reads an amount in dollars as an English page writes it.
func cents(t testing.TB, text string) int64 {
	t.Helper()
	plain := strings.NewReplacer("$", "", ",", "", "\u2066", "", "\u2069", "").Replace(strings.TrimSpace(text))
	whole, part, _ := strings.Cut(plain, ".")
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	if err != nil {
		t.Fatalf("%q is no amount", text)
	}
	return n
}

// entries are the books without the order in which they were written: an entry
// a line, sorted. It is what must be the same however the news of it came.
func (s *server) entries(t testing.TB) []string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(s.on(t, "ledger", "export", "--format", "csv"))).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("the export is no table: %v", err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	all := map[string][]string{}
	for _, r := range rows[1:] {
		seq := r[column["seq"]]
		if all[seq] == nil {
			all[seq] = []string{r[column["date"]], r[column["key"]], r[column["reverses"]], r[column["tags"]]}
		}
		all[seq] = append(all[seq], fmt.Sprintf("%s %s +%s -%s", r[column["account"]], r[column["currency"]], r[column["debit_minor"]], r[column["credit_minor"]]))
	}
	var out []string
	for _, e := range all {
		slices.Sort(e[4:]) // postings have no order of their own
		out = append(out, strings.Join(e, " | "))
	}
	slices.Sort(out)
	return out
}

// balances are what stands on each account in each currency, in minor units.
func (s *server) balances(t testing.TB) map[[2]string]int64 {
	t.Helper()
	var got struct {
		Balances []struct {
			Account, Currency string
			Minor             int64
		}
	}
	if err := json.Unmarshal([]byte(s.on(t, "ledger", "balance", "--json")), &got); err != nil {
		t.Fatal(err)
	}
	out := map[[2]string]int64{}
	for _, b := range got.Balances {
		out[[2]string{b.Account, b.Currency}] = b.Minor
	}
	return out
}

func (s *server) balance(t testing.TB, account, currency string) int64 {
	t.Helper()
	return s.balances(t)[[2]string{account, currency}]
}

// sumZero fails unless all accounts together are zero in each currency.
func (s *server) sumZero(t testing.TB) {
	t.Helper()
	sum := map[string]int64{}
	for key, minor := range s.balances(t) {
		sum[key[1]] += minor
	}
	for currency, n := range sum {
		if n != 0 {
			t.Errorf("the books do not balance: %d %s too much", n, currency)
		}
	}
}

// difference lists what only one of two sorted lists has.
func difference(a, b []string) (out []string) {
	for _, x := range a {
		if !slices.Contains(b, x) {
			out = append(out, "- "+x)
		}
	}
	for _, x := range b {
		if !slices.Contains(a, x) {
			out = append(out, "+ "+x)
		}
	}
	return out
}
