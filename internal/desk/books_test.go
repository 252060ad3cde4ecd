package desk_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// eachTreasurer signs a treasurer in, on both engines.
func eachTreasurer(t *testing.T, test func(t *testing.T, b *browser)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := openAt(t, s, "")
		r.found()
		test(t, r.signIn(r.hire("tess", staff.Treasurer)))
	})
}

// balance is what stands on an account in USD.
func (r *room) balance(account string) (minor int64) {
	r.t.Helper()
	all, err := r.store.Balances(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	for _, b := range all {
		if b.Account == account && b.Currency == "USD" {
			minor = b.Minor
		}
	}
	return minor
}

func TestAnExpenseIsBookedOnceHoweverOftenItsFormIsSent(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *browser) {
		form := b.get("/desk/money/expenses/new")
		values := []string{"date", "2026-11-19", "amount", "1,234", "account", "Expenses:Hosting", "against", "Assets:Bank:Main", "public", "Server", "party", "Maria Example", "note", "yearly"}
		if a := b.send(form, "/desk/money/expenses/new", values...); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Maria Example") {
			t.Errorf("an amount that can be read in two ways: %d", a.status)
		}
		values[3] = "1234.50"
		for range 2 {
			if a := b.send(form, "/desk/money/expenses/new", values...); a.to() != "/desk/money/expenses?done=booked" {
				t.Fatalf("%d %s\n%s", a.status, a.to(), a.body)
			}
		}
		if got := b.balance("Expenses:Hosting"); got != 123450 {
			t.Errorf("booked %d", got)
		}
		list := b.get("/desk/money/expenses?q=maria")
		if !strings.Contains(list.body, "$1,234.50") || strings.Contains(b.get("/desk/money/expenses?q=nobody").body, "$1,234.50") {
			t.Error("the search does not find it, or finds all")
		}
		if b.get("/desk/money/income").Find("tbody tr").Length() != 0 {
			t.Error("an expense stands among the income")
		}
	})
}

func TestWhatIsWrongWithABookingIsSaidAtItsField(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *browser) {
		for name, c := range map[string]struct{ field, value, say string }{
			"future":  {"date", "2026-11-21", "day that has come"},
			"zero":    {"amount", "0", "Enter an amount"},
			"account": {"account", "Income:Donations", "Choose an account of the chart"},
			"against": {"against", "Assets:PSP:Stripe", "Choose an account that is on the list"},
			"long":    {"public", strings.Repeat("x", 201), "at most 200"},
		} {
			values := []string{"amount", "5", "account", "Expenses:Office", "against", "Assets:Cash", c.field, c.value}
			a := b.fill("/desk/money/expenses/new", "/desk/money/expenses/new", values...)
			if a.status != http.StatusUnprocessableEntity || a.Find(".field.bad").Length() != 1 || a.Find("a[href='#booking-"+c.field+"']").Length() != 1 {
				t.Errorf("%s: %d, %d fields, %q", name, a.status, a.Find(".field.bad").Length(), strings.TrimSpace(a.Find(".errors").Text()))
			}
		}
		if head, _ := b.store.LedgerHead(t.Context()); head.Seq != 0 {
			t.Errorf("%d entries were booked", head.Seq)
		}
	})
}

func TestABookingIsTakenBackWithAReasonAndNeverChanged(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *browser) {
		b.fill("/desk/money/income/new", "/desk/money/income/new", "amount", "80", "account", "Income:Grants", "against", "Assets:Cash", "public", "Town grant")
		href := b.get("/desk/money/income").Find("tbody th a").AttrOr("href", "")
		if a := b.fill(href, href+"/reverse", "why", ""); a.status != http.StatusUnprocessableEntity {
			t.Errorf("without a reason: %d", a.status)
		}
		if a := b.fill(href, href+"/reverse", "why", "Came twice."); a.status != http.StatusSeeOther {
			t.Fatalf("%d", a.status)
		}
		page := b.get(href)
		if page.Find("form[action$=reverse]").Length() != 0 || !strings.Contains(page.body, "Came twice.") || b.balance("Income:Grants") != 0 {
			t.Errorf("after it was taken back:\n%s", page.Find("main").Text())
		}
		if !strings.Contains(b.log(), "booking.reversed") {
			t.Error("it is not in the log")
		}
		if a := b.get("/desk/money/expenses/" + strings.TrimPrefix(href, "/desk/money/income/")); a.status != http.StatusNotFound {
			t.Errorf("income among the expenses: %d", a.status)
		}
	})
}

func TestWhatIsOwedIsPaidLaterOnce(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *browser) {
		b.fill("/desk/money/expenses/new", "/desk/money/expenses/new", "date", "2026-11-10", "amount", "80", "account", "Expenses:Legal", "against", "Liabilities:Payables")
		list := b.get("/desk/money/expenses?owed=1")
		href := list.Find("tbody th a").AttrOr("href", "")
		if b.balance(ledger.Payables) != -8000 || href == "" {
			t.Fatalf("owed %d, %q", b.balance(ledger.Payables), href)
		}
		if a := b.fill(href, href+"/pay", "day", "2026-11-09"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("paid before it was owed: %d", a.status)
		}
		page := b.get(href)
		for range 2 {
			b.send(page, href+"/pay", "day", "2026-11-15", "from", "Assets:Cash")
		}
		if b.balance(ledger.Payables) != 0 || b.balance("Assets:Cash") != -8000 || b.get("/desk/money/expenses?owed=1").Find("tbody tr").Length() != 0 {
			t.Errorf("owed %d, cash %d", b.balance(ledger.Payables), b.balance("Assets:Cash"))
		}
		b.fill(href, href+"/reverse", "why", "Never ordered.")
		if b.balance(ledger.Payables) != 0 || b.balance("Assets:Cash") != 0 || b.balance("Expenses:Legal") != 0 {
			t.Errorf("after the reversal: owed %d, cash %d", b.balance(ledger.Payables), b.balance("Assets:Cash"))
		}
	})
}

func TestAnAccountWithStatementsIsNotBookedByHand(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *browser) {
		b.write(func(ctx context.Context, tx *store.Tx) error {
			_, err := db.Exec(ctx, tx, "INSERT INTO bank_account (id, name, title, currency, statements_from, created_at) VALUES ('b1', 'Main', 'Our bank', 'USD', '2026-01-01', 1)")
			return err
		})
		page := b.get("/desk/money/expenses/new")
		if page.Find("option[value='Assets:Bank:Main']").Length() != 0 || page.Find("option[value='Liabilities:Payables']").Length() != 1 {
			t.Error("the form offers the account, or not to owe it")
		}
		if a := b.send(page, "/desk/money/expenses/new", "amount", "5", "account", "Expenses:Office", "against", "Assets:Bank:Main"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("sent all the same: %d", a.status)
		}
	})
}

func TestOpeningBalancesMayBeBelowZero(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *browser) {
		b.fill("/desk/money/opening/new", "/desk/money/opening/new", "date", "2026-01-01", "amount", "250", "account", "Assets:Cash")
		b.fill("/desk/money/opening/new", "/desk/money/opening/new", "date", "2026-01-01", "amount", "-40", "account", "Liabilities:Payables")
		if b.balance("Assets:Cash") != 25000 || b.balance(ledger.Payables) != -4000 || b.balance(ledger.Opening) != -21000 {
			t.Errorf("cash %d, owed %d, opening %d", b.balance("Assets:Cash"), b.balance(ledger.Payables), b.balance(ledger.Opening))
		}
	})
}

// upload sends a form with a file.
func (b *browser) upload(page, action, name, body string) answer {
	b.t.Helper()
	a := b.get(page)
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	w.WriteField("nonce", a.Find("form[action='"+action+"'] input[name=nonce]").AttrOr("value", ""))
	w.WriteField("against", "Assets:Cash")
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		b.t.Fatal(err)
	}
	io.WriteString(part, body)
	w.Close()
	req, err := http.NewRequest(http.MethodPost, b.server.URL+action, &out)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	return b.do(req)
}

func TestAFileIsLookedAtThenBookedAndNothingTwice(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *browser) {
		const file, body = "/desk/money/expenses/file", "date;amount;account;public;party\n01.11.2026;12,50;Hosting;Server;Maria Example\n2026-11-02;7;Yachts;;\n2026-12-24;7;Office;;\n2026-11-03;7;Office;;\n2026-11-03;7;Office;;\n"
		if a := b.upload(file, file, "x.csv", "no head"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "lacks the column") {
			t.Errorf("no head line: %d", a.status)
		}
		for round := range 2 {
			seen := b.upload(file, file, "november.csv", body)
			if seen.status != http.StatusSeeOther {
				t.Fatalf("%d\n%s", seen.status, seen.body)
			}
			page := b.get(seen.to())
			if page.Find("tbody tr").Length() != 5 || page.Find(".tag.stop").Length() != 2 {
				t.Errorf("the preview shows %d rows, %d of them left out", page.Find("tbody tr").Length(), page.Find(".tag.stop").Length())
			}
			if head, _ := b.store.LedgerHead(t.Context()); head.Seq != int64(round*3) {
				t.Errorf("looking at it booked something: %d entries", head.Seq)
			}
			for range 2 {
				b.send(page, seen.to()+"/book")
			}
			report := strings.Join(strings.Fields(b.get(seen.to()).Find("dl").Text()), " ")
			if want := fmt.Sprintf("Booked%dBooked before%dLeft out2", 3-3*round, 3*round); report != want {
				t.Errorf("the report says %q, want %q", report, want)
			}
		}
		if b.balance("Expenses:Office") != 1400 || b.balance("Assets:Cash") != -2650 {
			t.Errorf("office %d, cash %d", b.balance("Expenses:Office"), b.balance("Assets:Cash"))
		}
		tpl := b.get("/desk/money/expenses/template.csv")
		if !strings.HasPrefix(tpl.body, strings.Join(ledger.BookingColumns, ",")) {
			t.Errorf("%s", tpl.body)
		}
	})
}

func TestReadersWordsAndTheAnnouncedSumAreSet(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *browser) {
		if a := b.fill("/desk/money/chart", "/desk/money/chart", "account", "Income:Donations"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("the account of gifts: %d", a.status)
		}
		b.fill("/desk/money/chart", "/desk/money/chart", "account", "Income:Grants:Alder-Fund", "name_en", "Alder Valley Fund", "name_fa", "بنیاد")
		if !strings.Contains(b.get("/desk/money/income/new").body, "Alder Valley Fund") {
			t.Error("the new account can't be chosen")
		}
		b.fill("/desk/money/chart", "/desk/money/chart/threshold", "amount", "2500")
		got, err := b.store.NameThreshold(t.Context())
		if err != nil || got.Amount != (money.Amount{Currency: "USD", Minor: 250000}) {
			t.Errorf("%+v, %v", got, err)
		}
		b.clock.Add(time.Hour)
		b.fill("/desk/money/chart", "/desk/money/chart/threshold", "amount", "")
		if got, _ := b.store.NameThreshold(t.Context()); got.Minor != 0 || got.Since.IsZero() {
			t.Errorf("nobody is to be named: %+v", got)
		}
	})
}

func TestAPeriodIsClosedOnlyByWhoProvesAndTicks(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *browser) {
		b.fill("/desk/money/expenses/new", "/desk/money/expenses/new", "date", "2025-05-10", "amount", "80", "account", "Expenses:Legal", "against", "Assets:Cash")
		if a := b.fill("/desk/money/periods", "/desk/money/periods", "to", "2025-12-31"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("without the tick: %d", a.status)
		}
		if a := b.fill("/desk/money/periods", "/desk/money/periods", "to", "2026-11-20", "sure", "on"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("today: %d", a.status)
		}
		if a := b.fill("/desk/money/periods", "/desk/money/periods", "to", "2025-12-31", "sure", "on"); a.to() != "/desk/money/periods?done=closed" {
			t.Fatalf("%d %s", a.status, a.to())
		}
		b.clock.Add(time.Hour)
		if a := b.fill("/desk/money/periods", "/desk/money/periods", "to", "2026-01-31", "sure", "on"); !strings.HasPrefix(a.to(), "/desk/prove") {
			t.Errorf("an hour later without proof: %d %s", a.status, a.to())
		}
		b.fill("/desk/money/expenses/new", "/desk/money/expenses/new", "date", "2025-06-10", "amount", "5", "account", "Expenses:Legal", "against", "Assets:Cash")
		late, err := b.store.Turnover(t.Context(), "2026-01-01", "2026-01-01")
		if err != nil || len(late) != 2 {
			t.Errorf("what came late stands on the first open day: %v, %v", late, err)
		}
		export := b.get(b.get("/desk/money/periods").Find("section[aria-labelledby=export] li a").First().AttrOr("href", ""))
		z, err := zip.NewReader(bytes.NewReader([]byte(export.body)), int64(len(export.body)))
		if err != nil || len(z.File) < 10 || z.File[0].Name != "README.txt" {
			t.Fatalf("%v", err)
		}
		if !strings.Contains(b.log(), "books.exported") || !strings.Contains(b.log(), "period.closed") {
			t.Error("the log lacks it")
		}
	})
}

func TestTheReconciliationSaysWhatDiffersAndWhatToDo(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *browser) {
		if page := b.get("/desk/money/reconciliation"); !strings.Contains(page.body, "have not been compared") {
			t.Error("before the first report")
		}
		b.fill("/desk/money/reconciliation", "/desk/money/reconciliation")
		if page := b.get("/desk/money/reconciliation"); !strings.Contains(page.body, "Green: all agrees") || !strings.Contains(page.body, "tess") {
			t.Errorf("%s", page.Find("main").Text())
		}
		b.write(func(ctx context.Context, tx *store.Tx) error {
			_, err := db.Exec(ctx, tx, "INSERT INTO movement (provider, ref, kind, currency, minor, at, ignored) VALUES ('sandbox', 'txn_9', 'other', 'USD', 100, 9, 'x')")
			return err
		})
		b.clock.Add(time.Minute)
		b.fill("/desk/money/reconciliation", "/desk/money/reconciliation")
		wrong := strings.Join(strings.Fields(b.get("/desk/money/reconciliation").Find("section[aria-labelledby=wrong] tbody").Text()), " ")
		if !strings.Contains(wrong, "Balance at the provider Assets:PSP:Sandbox$1.00$0.00") || !strings.Contains(wrong, "The difference is -$1.00.") {
			t.Errorf("%s", wrong)
		}
		if home := b.get("/desk"); !strings.Contains(home.body, "look at the reconciliation") {
			t.Error("the first page does not ask for it")
		}
		if b.get("/desk/money/reconciliation?report=none").status != http.StatusNotFound {
			t.Error("a report that is not there")
		}
	})
}
