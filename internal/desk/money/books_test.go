package money_test

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
	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// eachTreasurer signs a treasurer in, on both engines.
func eachTreasurer(t *testing.T, test func(t *testing.T, b *desktest.Browser)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := desktest.OpenAt(t, s, "")
		r.Found()
		test(t, r.SignIn(r.Hire("tess", staff.Treasurer)))
	})
}

// balance is what stands on an account in USD.
func balance(r *desktest.Room, account string) (minor int64) {
	r.T.Helper()
	all, err := r.Store.Balances(r.T.Context())
	if err != nil {
		r.T.Fatal(err)
	}
	for _, b := range all {
		if b.Account == account && b.Currency == "USD" {
			minor = b.Minor
		}
	}
	return minor
}

func TestAnExpenseIsBookedOnceHoweverOftenItsFormIsSent(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *desktest.Browser) {
		form := b.Get("/desk/money/expenses/new")
		values := []string{"date", "2026-11-19", "amount", "1,234", "account", "Expenses:Hosting", "against", "Assets:Bank:Main", "public", "Server", "party", "Maria Example", "note", "yearly"}
		if a := b.Send(form, "/desk/money/expenses/new", values...); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "Maria Example") {
			t.Errorf("an amount that can be read in two ways: %d", a.Status)
		}
		values[3] = "1234.50"
		for range 2 {
			if a := b.Send(form, "/desk/money/expenses/new", values...); a.To() != "/desk/money/expenses?done=booked" {
				t.Fatalf("%d %s\n%s", a.Status, a.To(), a.Body)
			}
		}
		if got := balance(b.Room, "Expenses:Hosting"); got != 123450 {
			t.Errorf("booked %d", got)
		}
		list := b.Get("/desk/money/expenses?q=maria")
		if !strings.Contains(list.Body, "$1,234.50") || strings.Contains(b.Get("/desk/money/expenses?q=nobody").Body, "$1,234.50") {
			t.Error("the search does not find it, or finds all")
		}
		if b.Get("/desk/money/income").Find("tbody tr").Length() != 0 {
			t.Error("an expense stands among the income")
		}
	})
}

func TestWhatIsWrongWithABookingIsSaidAtItsField(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *desktest.Browser) {
		for name, c := range map[string]struct{ field, value, say string }{
			"future":  {"date", "2026-11-21", "day that has come"},
			"zero":    {"amount", "0", "Enter an amount"},
			"account": {"account", "Income:Donations", "Choose an account of the chart"},
			"against": {"against", "Assets:PSP:Stripe", "Choose an account that is on the list"},
			"long":    {"public", strings.Repeat("x", 201), "at most 200"},
		} {
			values := []string{"amount", "5", "account", "Expenses:Office", "against", "Assets:Cash", c.field, c.value}
			a := b.Fill("/desk/money/expenses/new", "/desk/money/expenses/new", values...)
			if a.Status != http.StatusUnprocessableEntity || a.Find(".field.bad").Length() != 1 || a.Find("a[href='#booking-"+c.field+"']").Length() != 1 {
				t.Errorf("%s: %d, %d fields, %q", name, a.Status, a.Find(".field.bad").Length(), strings.TrimSpace(a.Find(".errors").Text()))
			}
		}
		if head, _ := b.Store.LedgerHead(t.Context()); head.Seq != 0 {
			t.Errorf("%d entries were booked", head.Seq)
		}
	})
}

func TestABookingIsTakenBackWithAReasonAndNeverChanged(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *desktest.Browser) {
		b.Fill("/desk/money/income/new", "/desk/money/income/new", "amount", "80", "account", "Income:Grants", "against", "Assets:Cash", "public", "Town grant")
		href := b.Get("/desk/money/income").Find("tbody th a").AttrOr("href", "")
		if a := b.Fill(href, href+"/reverse", "why", ""); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("without a reason: %d", a.Status)
		}
		if a := b.Fill(href, href+"/reverse", "why", "Came twice."); a.Status != http.StatusSeeOther {
			t.Fatalf("%d", a.Status)
		}
		page := b.Get(href)
		if page.Find("form[action$=reverse]").Length() != 0 || !strings.Contains(page.Body, "Came twice.") || balance(b.Room, "Income:Grants") != 0 {
			t.Errorf("after it was taken back:\n%s", page.Find("main").Text())
		}
		if !strings.Contains(b.Log(), "booking.reversed") {
			t.Error("it is not in the log")
		}
		if a := b.Get("/desk/money/expenses/" + strings.TrimPrefix(href, "/desk/money/income/")); a.Status != http.StatusNotFound {
			t.Errorf("income among the expenses: %d", a.Status)
		}
	})
}

func TestWhatIsOwedIsPaidLaterOnce(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *desktest.Browser) {
		b.Fill("/desk/money/expenses/new", "/desk/money/expenses/new", "date", "2026-11-10", "amount", "80", "account", "Expenses:Legal", "against", "Liabilities:Payables")
		list := b.Get("/desk/money/expenses?owed=1")
		href := list.Find("tbody th a").AttrOr("href", "")
		if balance(b.Room, ledger.Payables) != -8000 || href == "" {
			t.Fatalf("owed %d, %q", balance(b.Room, ledger.Payables), href)
		}
		if a := b.Fill(href, href+"/pay", "day", "2026-11-09"); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("paid before it was owed: %d", a.Status)
		}
		page := b.Get(href)
		for range 2 {
			b.Send(page, href+"/pay", "day", "2026-11-15", "from", "Assets:Cash")
		}
		if balance(b.Room, ledger.Payables) != 0 || balance(b.Room, "Assets:Cash") != -8000 || b.Get("/desk/money/expenses?owed=1").Find("tbody tr").Length() != 0 {
			t.Errorf("owed %d, cash %d", balance(b.Room, ledger.Payables), balance(b.Room, "Assets:Cash"))
		}
		b.Fill(href, href+"/reverse", "why", "Never ordered.")
		if balance(b.Room, ledger.Payables) != 0 || balance(b.Room, "Assets:Cash") != 0 || balance(b.Room, "Expenses:Legal") != 0 {
			t.Errorf("after the reversal: owed %d, cash %d", balance(b.Room, ledger.Payables), balance(b.Room, "Assets:Cash"))
		}
	})
}

func TestAnAccountWithStatementsIsNotBookedByHand(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *desktest.Browser) {
		b.Write(func(ctx context.Context, tx *store.Tx) error {
			_, err := db.Exec(ctx, tx, "INSERT INTO bank_account (id, name, title, currency, statements_from, created_at) VALUES ('b1', 'Main', 'Our bank', 'USD', '2026-01-01', 1)")
			return err
		})
		page := b.Get("/desk/money/expenses/new")
		if page.Find("option[value='Assets:Bank:Main']").Length() != 0 || page.Find("option[value='Liabilities:Payables']").Length() != 1 {
			t.Error("the form offers the account, or not to owe it")
		}
		if a := b.Send(page, "/desk/money/expenses/new", "amount", "5", "account", "Expenses:Office", "against", "Assets:Bank:Main"); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("sent all the same: %d", a.Status)
		}
	})
}

func TestOpeningBalancesMayBeBelowZero(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *desktest.Browser) {
		b.Fill("/desk/money/opening/new", "/desk/money/opening/new", "date", "2026-01-01", "amount", "250", "account", "Assets:Cash")
		b.Fill("/desk/money/opening/new", "/desk/money/opening/new", "date", "2026-01-01", "amount", "-40", "account", "Liabilities:Payables")
		if balance(b.Room, "Assets:Cash") != 25000 || balance(b.Room, ledger.Payables) != -4000 || balance(b.Room, ledger.Opening) != -21000 {
			t.Errorf("cash %d, owed %d, opening %d", balance(b.Room, "Assets:Cash"), balance(b.Room, ledger.Payables), balance(b.Room, ledger.Opening))
		}
	})
}

// upload sends a form with a file.
func upload(b *desktest.Browser, page, action, name, body string) desktest.Answer {
	b.T.Helper()
	a := b.Get(page)
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	w.WriteField("nonce", a.Find("form[action='"+action+"'] input[name=nonce]").AttrOr("value", ""))
	w.WriteField("against", "Assets:Cash")
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		b.T.Fatal(err)
	}
	io.WriteString(part, body)
	w.Close()
	req, err := http.NewRequest(http.MethodPost, b.Server.URL+action, &out)
	if err != nil {
		b.T.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	return b.Do(req)
}

func TestAFileIsLookedAtThenBookedAndNothingTwice(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *desktest.Browser) {
		const file, body = "/desk/money/expenses/file", "date;amount;account;public;party\n01.11.2026;12,50;Hosting;Server;Maria Example\n2026-11-02;7;Yachts;;\n2026-12-24;7;Office;;\n2026-11-03;7;Office;;\n2026-11-03;7;Office;;\n"
		if a := upload(b, file, file, "x.csv", "no head"); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "lacks the column") {
			t.Errorf("no head line: %d", a.Status)
		}
		for round := range 2 {
			seen := upload(b, file, file, "november.csv", body)
			if seen.Status != http.StatusSeeOther {
				t.Fatalf("%d\n%s", seen.Status, seen.Body)
			}
			page := b.Get(seen.To())
			if page.Find("tbody tr").Length() != 5 || page.Find(".tag.stop").Length() != 2 {
				t.Errorf("the preview shows %d rows, %d of them left out", page.Find("tbody tr").Length(), page.Find(".tag.stop").Length())
			}
			if head, _ := b.Store.LedgerHead(t.Context()); head.Seq != int64(round*3) {
				t.Errorf("looking at it booked something: %d entries", head.Seq)
			}
			for range 2 {
				b.Send(page, seen.To()+"/book")
			}
			report := strings.Join(strings.Fields(b.Get(seen.To()).Find("dl").Text()), " ")
			if want := fmt.Sprintf("Booked%dBooked before%dLeft out2", 3-3*round, 3*round); report != want {
				t.Errorf("the report says %q, want %q", report, want)
			}
		}
		if balance(b.Room, "Expenses:Office") != 1400 || balance(b.Room, "Assets:Cash") != -2650 {
			t.Errorf("office %d, cash %d", balance(b.Room, "Expenses:Office"), balance(b.Room, "Assets:Cash"))
		}
		tpl := b.Get("/desk/money/expenses/template.csv")
		if !strings.HasPrefix(tpl.Body, strings.Join(ledger.BookingColumns, ",")) {
			t.Errorf("%s", tpl.Body)
		}
	})
}

func TestReadersWordsAndTheAnnouncedSumAreSet(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *desktest.Browser) {
		if a := b.Fill("/desk/money/chart", "/desk/money/chart", "account", "Income:Donations"); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("the account of gifts: %d", a.Status)
		}
		b.Fill("/desk/money/chart", "/desk/money/chart", "account", "Income:Grants:Alder-Fund", "name_en", "Alder Valley Fund", "name_fa", "بنیاد")
		if !strings.Contains(b.Get("/desk/money/income/new").Body, "Alder Valley Fund") {
			t.Error("the new account can't be chosen")
		}
		b.Fill("/desk/money/chart", "/desk/money/chart/threshold", "amount", "2500")
		got, err := b.Store.NameThreshold(t.Context())
		if err != nil || got.Amount != (money.Amount{Currency: "USD", Minor: 250000}) {
			t.Errorf("%+v, %v", got, err)
		}
		b.Clock.Add(time.Hour)
		b.Fill("/desk/money/chart", "/desk/money/chart/threshold", "amount", "")
		if got, _ := b.Store.NameThreshold(t.Context()); got.Minor != 0 || got.Since.IsZero() {
			t.Errorf("nobody is to be named: %+v", got)
		}
	})
}

func TestAPeriodIsClosedOnlyByWhoProvesAndTicks(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *desktest.Browser) {
		b.Fill("/desk/money/expenses/new", "/desk/money/expenses/new", "date", "2025-05-10", "amount", "80", "account", "Expenses:Legal", "against", "Assets:Cash")
		if a := b.Fill("/desk/money/periods", "/desk/money/periods", "to", "2025-12-31"); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("without the tick: %d", a.Status)
		}
		if a := b.Fill("/desk/money/periods", "/desk/money/periods", "to", "2026-11-20", "sure", "on"); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("today: %d", a.Status)
		}
		if a := b.Fill("/desk/money/periods", "/desk/money/periods", "to", "2025-12-31", "sure", "on"); a.To() != "/desk/money/periods?done=closed" {
			t.Fatalf("%d %s", a.Status, a.To())
		}
		b.Clock.Add(time.Hour)
		if a := b.Fill("/desk/money/periods", "/desk/money/periods", "to", "2026-01-31", "sure", "on"); !strings.HasPrefix(a.To(), "/desk/prove") {
			t.Errorf("an hour later without proof: %d %s", a.Status, a.To())
		}
		b.Fill("/desk/money/expenses/new", "/desk/money/expenses/new", "date", "2025-06-10", "amount", "5", "account", "Expenses:Legal", "against", "Assets:Cash")
		late, err := b.Store.Turnover(t.Context(), "2026-01-01", "2026-01-01")
		if err != nil || len(late) != 2 {
			t.Errorf("what came late stands on the first open day: %v, %v", late, err)
		}
		export := b.Get(b.Get("/desk/money/periods").Find("section[aria-labelledby=export] li a").First().AttrOr("href", ""))
		z, err := zip.NewReader(bytes.NewReader([]byte(export.Body)), int64(len(export.Body)))
		if err != nil || len(z.File) < 10 || z.File[0].Name != "README.txt" {
			t.Fatalf("%v", err)
		}
		if !strings.Contains(b.Log(), "books.exported") || !strings.Contains(b.Log(), "period.closed") {
			t.Error("the log lacks it")
		}
	})
}

func TestTheReconciliationSaysWhatDiffersAndWhatToDo(t *testing.T) {
	eachTreasurer(t, func(t *testing.T, b *desktest.Browser) {
		if page := b.Get("/desk/money/reconciliation"); !strings.Contains(page.Body, "have not been compared") {
			t.Error("before the first report")
		}
		b.Fill("/desk/money/reconciliation", "/desk/money/reconciliation")
		if page := b.Get("/desk/money/reconciliation"); !strings.Contains(page.Body, "Green: all agrees") || !strings.Contains(page.Body, "tess") {
			t.Errorf("%s", page.Find("main").Text())
		}
		b.Write(func(ctx context.Context, tx *store.Tx) error {
			_, err := db.Exec(ctx, tx, "INSERT INTO movement (provider, ref, kind, currency, minor, at, ignored) VALUES ('sandbox', 'txn_9', 'other', 'USD', 100, 9, 'x')")
			return err
		})
		b.Clock.Add(time.Minute)
		b.Fill("/desk/money/reconciliation", "/desk/money/reconciliation")
		wrong := strings.Join(strings.Fields(b.Get("/desk/money/reconciliation").Find("section[aria-labelledby=wrong] tbody").Text()), " ")
		if !strings.Contains(wrong, "Balance at the provider Assets:PSP:Sandbox$1.00$0.00") || !strings.Contains(wrong, "The difference is -$1.00.") {
			t.Errorf("%s", wrong)
		}
		if home := b.Get("/desk"); !strings.Contains(home.Body, "look at the reconciliation") {
			t.Error("the first page does not ask for it")
		}
		if b.Get("/desk/money/reconciliation?report=none").Status != http.StatusNotFound {
			t.Error("a report that is not there")
		}
	})
}
