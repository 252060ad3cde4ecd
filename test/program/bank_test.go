package program

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestAnEmptyServerTakesAGiftByBankInSixSteps is the way of a newsroom that has
// a bank account and nothing else: no processor, no mail server.
func TestAnEmptyServerTakesAGiftByBankInSixSteps(t *testing.T) {
	each(t, func(t *testing.T, e engine) {
		s := start(t, append([]string{"serve"}, e.database(t)...)...) // 1: it prints a link
		cookie := s.founded(t)                                        // 2 and 3: the paper, you, your money
		if a := s.get(t, "/give"); strings.Contains(string(a.Body), `name="by"`) {
			t.Fatal("gifts are taken before anybody can receive them")
		}
		account := s.formAs(t, cookie, "/desk/money/accounts/new") // 4: the account
		for name, value := range map[string]string{"title": "Donations", "holder": "Lantern e. V.", "iban": "DE89 3704 0044 0532 0130 00"} {
			account.Values.Set(name, value)
		}
		if a := s.postAs(t, cookie, account); a.Status != http.StatusSeeOther || !strings.HasSuffix(a.Header.Get("Location"), "done=bank") {
			t.Fatalf("the account: %d to %q\n%s", a.Status, a.Header.Get("Location"), parse(t, a.Body).Find(".errors").Text())
		}
		within(t, seen, func() error { // 5: the form is there, without a restart
			if a := s.get(t, "/give"); !strings.Contains(string(a.Body), `value="bank"`) {
				return fmt.Errorf("the form does not offer bank transfer: %d", a.Status)
			}
			return nil
		})
		reference := s.transfer(t)
		out := s.on(t, "reconcile", s.statement(t, reference), "--begin") // 6: the statement brings it
		within(t, patience, func() error { return s.banked(t, "EUR", 5000, out) })
	})
}

// founded sets the newsroom up and returns its owner's cookie.
func (s *server) founded(t *testing.T) string {
	t.Helper()
	f := formOf(t, s.get(t, s.Desk).Body, "form[method=post]")
	for name, value := range map[string]string{
		"name": "The Lantern", "language": "en", "zone": "UTC", "currency": "EUR", "person": "Dora Winslade", "email": "dora@lantern.example", "password": "ferry bell at the bend 6",
	} {
		f.Values.Set(name, value)
	}
	a := s.post(t, f)
	if a.Status != http.StatusSeeOther || a.Header.Get("Set-Cookie") == "" {
		t.Fatalf("setting up: %d\n%s", a.Status, parse(t, a.Body).Find(".errors").Text())
	}
	cookie, _, _ := strings.Cut(a.Header.Get("Set-Cookie"), ";")
	return cookie
}

func (s *server) formAs(t *testing.T, cookie, path string) form {
	t.Helper()
	return formOf(t, s.get(t, path, "Cookie", cookie).Body, `form[action="`+path+`"]`)
}

func (s *server) postAs(t *testing.T, cookie string, f form) answer {
	t.Helper()
	return s.ask(t, http.MethodPost, f.Action, strings.NewReader(f.Values.Encode()), "Content-Type", "application/x-www-form-urlencoded", "Cookie", cookie, "Origin", s.Base)
}

var referenceForm = regexp.MustCompile(`RF\d\d \d{4} \d{4} \d`)

// transfer gives 50 euro by bank and returns the reference from the page.
func (s *server) transfer(t *testing.T) string {
	t.Helper()
	f := formOf(t, s.get(t, "/give").Body, "form#form")
	for name, value := range map[string]string{"amount": "own", "own": "50", "email": "reader@example.org", "every": "once"} {
		f.Values.Set(name, value)
	}
	time.Sleep(3 * time.Second) // a form that is sent in no time is asked again
	a := s.post(t, f)
	if a.Status != http.StatusSeeOther || !strings.Contains(a.Header.Get("Location"), "/give/bank/") {
		t.Fatalf("the gift: %d to %q\n%s", a.Status, a.Header.Get("Location"), parse(t, a.Body).Find(".errors").Text())
	}
	page := s.get(t, a.Header.Get("Location"))
	reference := referenceForm.FindString(string(page.Body))
	if reference == "" || strings.Contains(string(page.Body), "reader@") || !strings.Contains(page.Header.Get("Cache-Control"), "no-store") {
		t.Fatalf("the page of the transfer: reference %q, %q", reference, page.Header.Get("Cache-Control"))
	}
	return reference
}

// statement writes what the bank will say about the transfer, as MT940.
func (s *server) statement(t *testing.T, reference string) string {
	t.Helper()
	day := time.Now().UTC().Format("060102")
	text := fmt.Sprintf(":20:LANTERN\r\n:25:DE89370400440532013000\r\n:28C:1/1\r\n:60F:C%[1]sEUR0,00\r\n:61:%[1]s%[2]sC50,00NTRFNONREF//B1\r\n:86:thank you %[3]s\r\n:62F:C%[1]sEUR50,00\r\n-\r\n",
		day, day[2:], reference)
	file := filepath.Join(t.TempDir(), "statement.sta")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// banked looks whether the books say so much of gifts.
func (s *server) banked(t *testing.T, currency string, minor int64, said string) error {
	out := s.on(t, "ledger", "balance", "--json")
	var list struct {
		Balances []struct {
			Account, Currency string
			Minor             int64
		}
	}
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	got := map[string]int64{}
	for _, b := range list.Balances {
		if b.Currency == currency {
			got[b.Account] = b.Minor
		}
	}
	if got["Income:Donations"] != -minor || got["Assets:Bank:Donations"] != minor || got["Liabilities:Unallocated"] != 0 {
		return fmt.Errorf("the books say %v; reconcile said %s", got, said)
	}
	return nil
}
