package ledger

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// BooksProvider is the origin of entries that the treasurer makes: their keys
// begin with it.
const BooksProvider = "books"

// The kinds of booking.
const (
	KindExpense = "expense" // money spent, or owed
	KindIncome  = "income"  // money that came in and is no gift
	KindOpening = "opening" // what was there before these books began
)

// Booking is what the treasurer writes down: an expense, income of another
// kind, or an opening balance.
type Booking struct {
	ID       string // makes the entry's key; once a form, or made of a row of a file
	Kind     string
	Date     string // YYYY-MM-DD
	Amount   money.Amount
	Account  string // the category; of an opening balance the account that holds it
	Against  string // where the money went from or to; "" for an opening balance
	Campaign string // id, or ""
	Public   string // what for; stands in the books and on public pages, so it names no person
	Note     string // internal
	Party    string // supplier or payer; internal
	Document string // where the voucher is; internal
}

// Accounts that can be chosen without anybody having opened them. Readers' words
// for them are in the catalogue under account.{name with dots}.
var (
	SpendingAccounts = []string{"Expenses:Reporting", "Expenses:Freelance", "Expenses:Salaries", "Expenses:Photography", "Expenses:Travel",
		"Expenses:Hosting", "Expenses:Office", "Expenses:Legal", "Expenses:Insurance", "Expenses:Events", "Expenses:Taxes", PayoutFees, "Expenses:Other"}
	IncomeAccounts = []string{"Income:Grants", "Income:Events", "Income:Advertising", "Income:Sales", "Income:Other"}
	Cash           = "Assets:Cash"
)

// CheckChart tells whether an account may be opened in the chart: an expense or
// a kind of income, but none that the program itself posts to.
func CheckChart(account string) error {
	if err := checkAccount(account); err != nil {
		return err
	}
	own := account == Donations || strings.HasPrefix(account, Donations+":") || account == Matching || account == ExchangeLoss ||
		strings.HasPrefix(account, "Expenses:Fees:") && account != PayoutFees
	if own || !strings.HasPrefix(account, "Expenses:") && !strings.HasPrefix(account, "Income:") {
		return fault.New(fault.Invalid, "an account of the chart begins with Expenses: or Income: and is not one that gifts and fees are booked to")
	}
	return nil
}

// Validate checks a booking by the chart of accounts (those that may be
// chosen); today is the last day that may be booked. fault.Fields by the names
// of the fields: date, amount, account, against, public, note, party, document.
func (b Booking) Validate(chart []string, today string) error {
	bad := fault.Fields{}
	if b.BadDay(today) {
		bad["date"] = "Give a day that has come, written like 2026-01-15."
	}
	if _, known := money.Exponent(b.Amount.Currency); !known {
		bad["currency"] = "Give the currency as three letters, such as USD."
	}
	if b.Amount.Minor == 0 || b.Amount.Minor < 0 && b.Kind != KindOpening {
		bad["amount"] = "Give an amount above zero."
	}
	b.checkAccounts(bad, chart)
	for name, text := range map[string]string{"public": b.Public, "party": b.Party, "document": b.Document} {
		if utf8.RuneCountInString(text) > 200 || strings.ContainsFunc(text, unicode.IsControl) {
			bad[name] = "Write one line of at most 200 characters."
		}
	}
	if utf8.RuneCountInString(b.Note) > 2000 {
		bad["note"] = "Shorten the note to at most 2,000 characters."
	}
	return bad.Err()
}

// BadDay tells whether the booking's date is no day, or one that has not come.
func (b Booking) BadDay(today string) bool {
	_, err := time.Parse(time.DateOnly, b.Date)
	return err != nil || b.Date < "1990-01-01" || b.Date > today
}

func (b Booking) checkAccounts(bad fault.Fields, chart []string) {
	under := map[string]string{KindExpense: "Expenses:", KindIncome: "Income:"}[b.Kind]
	asset := strings.HasPrefix(b.Against, "Assets:Bank:") || b.Against == Cash
	switch {
	case b.Kind == KindOpening:
		own := strings.HasPrefix(b.Account, "Assets:") || strings.HasPrefix(b.Account, "Liabilities:")
		if !own || checkAccount(b.Account) != nil || strings.HasPrefix(b.Account, "Assets:PSP:") || strings.HasPrefix(b.Account, "Assets:Disputed:") {
			bad["account"] = "Choose an account that holds money or debts."
		}
		return
	case under == "":
		bad["kind"] = "Choose expense or income."
	case !slices.Contains(chart, b.Account) || !strings.HasPrefix(b.Account, under):
		bad["account"] = "Choose a category of the chart of accounts."
	}
	if !asset && (b.Kind != KindExpense || b.Against != Payables) || checkAccount(b.Against) != nil {
		bad["against"] = "Choose the account that the money went from or to."
	}
}

// Entry is the booking as it stands in the books. Nothing internal is in it.
func (b Booking) Entry() Entry {
	s := Source{Provider: BooksProvider, Object: b.ID, Date: b.Date, Memo: oneLine(b.Public)}
	if b.Campaign != "" {
		s.Tags = map[string]string{"campaign": b.Campaign}
	}
	switch b.Kind {
	case KindExpense:
		return Expense(s, b.Account, b.Against, b.Amount)
	case KindIncome:
		return OtherIncome(s, b.Account, b.Against, b.Amount)
	}
	return OpeningBalance(s, b.Account, b.Amount)
}

// Paid is the entry of an expense that was owed and has been paid from an
// account on a day.
func (b Booking) Paid(from, day string) Entry {
	s := Source{Provider: BooksProvider, Object: b.ID, Date: day, Memo: oneLine(b.Public)}
	return s.entry("paid").move(b.Amount, from, Payables)
}
