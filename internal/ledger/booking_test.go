package ledger

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

var testChart = slices.Concat(SpendingAccounts, IncomeAccounts, []string{"Income:Grants:Alder-Fund"})

func TestABookingThatIsNotInOrderSaysWhichField(t *testing.T) {
	good := Booking{ID: "x", Kind: KindExpense, Date: "2026-02-03", Amount: money.Amount{Currency: "EUR", Minor: 100}, Account: "Expenses:Office", Against: "Assets:Bank:Main"}
	for _, c := range []struct {
		change func(*Booking)
		bad    string
	}{
		{func(*Booking) {}, ""},
		{func(b *Booking) { b.Against = Payables }, ""},
		{func(b *Booking) { b.Against = Cash }, ""},
		{func(b *Booking) { b.Kind, b.Account = KindIncome, "Income:Grants:Alder-Fund" }, ""},
		{func(b *Booking) { b.Kind, b.Account, b.Against, b.Amount.Minor = KindOpening, "Assets:Cash", "", -5 }, ""},
		{func(b *Booking) { b.Kind, b.Account, b.Against = KindOpening, "Income:Other", "" }, "account"},
		{func(b *Booking) { b.Kind, b.Account, b.Against = KindOpening, "Assets:PSP:Stripe", "" }, "account"},
		{func(b *Booking) { b.Date = "2026-02-04" }, "date"},
		{func(b *Booking) { b.Date = "2026-02-30" }, "date"},
		{func(b *Booking) { b.Amount.Minor = 0 }, "amount"},
		{func(b *Booking) { b.Amount.Minor = -1 }, "amount"},
		{func(b *Booking) { b.Amount.Currency = "XXX" }, "currency"},
		{func(b *Booking) { b.Account = "Expenses:Yachts" }, "account"},
		{func(b *Booking) { b.Account = "Income:Grants" }, "account"},
		{func(b *Booking) { b.Account = Donations }, "account"},
		{func(b *Booking) { b.Against = "Assets:PSP:Stripe" }, "against"},
		{func(b *Booking) { b.Against = "" }, "against"},
		{func(b *Booking) { b.Kind, b.Account, b.Against = KindIncome, "Income:Other", Payables }, "against"},
		{func(b *Booking) { b.Public = strings.Repeat("x", 201) }, "public"},
		{func(b *Booking) { b.Party = "two\nlines" }, "party"},
		{func(b *Booking) { b.Kind = "gift" }, "kind"},
	} {
		b := good
		c.change(&b)
		err := b.Validate(testChart, "2026-02-03")
		var bad fault.Fields
		errors.As(err, &bad)
		if got := strings.Join(slices.Sorted(maps.Keys(bad)), " "); got != c.bad {
			t.Errorf("%+v: %q is wrong, want %q", b, got, c.bad)
		}
		if c.bad == "" {
			if err := b.Entry().Validate(); err != nil {
				t.Errorf("%+v: its entry: %v", b, err)
			}
		}
	}
}

func TestAccountsThatTheProgramPostsToAreNotInTheChart(t *testing.T) {
	for account, fine := range map[string]bool{"Expenses:Hosting": true, "Income:Grants:Alder-Fund": true, PayoutFees: true, Donations: false, Refunds: false,
		Matching: false, ProcessingFees: false, ExchangeLoss: false, "Assets:Bank:Main": false, "expenses:x": false, "Expenses": false} {
		if err := CheckChart(account); (err == nil) != fine {
			t.Errorf("%s: %v", account, err)
		}
	}
}

func readFile(t *testing.T, body string) []BookingRow {
	t.Helper()
	rows, err := ReadBookings([]byte(body), BookingDefaults{Kind: KindExpense, Currency: "EUR", Against: "Assets:Bank:Main", Campaign: map[string]string{"pool": "c1"}})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestRowsOfAFileBecomeBookings(t *testing.T) {
	for name, body := range map[string]string{
		"comma":     "date,amount,account,public,campaign\n2026-01-15,1234.50,Hosting,\"Server, a year\",pool\n\n",
		"semicolon": "\xef\xbb\xbfDate;Amount;Account;Public;Campaign;other\r\n15.01.2026;1234,50;Expenses:Hosting;Server, a year;pool;x\r\n",
		"tab":       "campaign\tpublic\taccount\tamount\tdate\npool\tServer, a year\tHosting\t1234.5\t2026-01-15",
	} {
		rows := readFile(t, body)
		if len(rows) != 1 || len(rows[0].Bad) > 0 {
			t.Errorf("%s: %+v", name, rows)
			continue
		}
		b := rows[0].Booking
		b.ID = ""
		want := Booking{Kind: KindExpense, Date: "2026-01-15", Amount: money.Amount{Currency: "EUR", Minor: 123450}, Account: "Expenses:Hosting", Against: "Assets:Bank:Main", Public: "Server, a year", Campaign: "c1"}
		if b != want {
			t.Errorf("%s: %+v", name, b)
		}
	}
}

func TestTheSameFileMakesTheSameBookings(t *testing.T) {
	body := "date,amount,account\n2026-01-15,5,Office\n2026-01-15,5,Office\n2026-01-15,6,Office\n"
	first, again := readFile(t, body), readFile(t, body)
	ids := map[string]bool{}
	for i := range first {
		ids[first[i].Booking.ID] = true
		if first[i].Booking != again[i].Booking {
			t.Errorf("%+v and %+v", first[i], again[i])
		}
	}
	if len(ids) != 3 {
		t.Errorf("two equal rows are one: %v", ids)
	}
	longer := readFile(t, "date,amount,account\n2026-01-14,5,Office\n2026-01-15,5,Office\n")
	if longer[1].Booking.ID != first[0].Booking.ID {
		t.Error("a row before it makes it another booking")
	}
	named := readFile(t, "id,date,amount,account\nA1,2026-01-15,5,Office\n")[0].Booking
	corrected := readFile(t, "id,date,amount,account\nA1,2026-01-16,7,Office\n")[0].Booking
	if named.ID != corrected.ID {
		t.Error("the column id does not name the booking")
	}
}

func TestWhatCannotBeReadInAFileIsSaidByRow(t *testing.T) {
	rows := readFile(t, "date,amount,currency,account,campaign\n2026-13-01,\"1,234.50\",EUR,Office,lake\n")
	got := slices.Sorted(maps.Keys(rows[0].Bad))
	if strings.Join(got, " ") != "amount campaign date" || rows[0].Line != 2 {
		t.Errorf("%v, %+v", got, rows[0])
	}
	for _, body := range []string{"", "date,amount\n", "date,amount,account\n\"open", "date,amount,account\n\xff,1,Office"} {
		if _, err := ReadBookings([]byte(body), BookingDefaults{Kind: KindExpense, Currency: "EUR"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func FuzzAFileOfBookingsIsReadOrRefused(f *testing.F) {
	f.Add([]byte("date,amount,account\n2026-01-15,5,Office\n"))
	f.Add([]byte("date;amount;account;id\n1.1.2026;5,5;\"x\";"))
	f.Fuzz(func(t *testing.T, body []byte) {
		rows, err := ReadBookings(body, BookingDefaults{Kind: KindIncome, Currency: "JPY", Against: Cash})
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		for _, r := range rows {
			if len(r.Bad) == 0 && r.Booking.Validate(testChart, "2030-01-01") == nil {
				if err := r.Booking.Entry().Validate(); err != nil {
					t.Fatalf("%+v: %v", r.Booking, err)
				}
			}
		}
	})
}
