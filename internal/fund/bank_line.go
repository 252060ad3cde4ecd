package fund

import (
	"slices"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/statement"
)

// LineState is where a line of a bank statement stands.
type LineState string

// The states of a line. In the books it is always: these say whether anybody
// knows what for.
const (
	LineImported  LineState = "imported"  // read, not looked at yet
	LineAllocated LineState = "allocated" // every part of it has its place
	LineSuspense  LineState = "suspense"  // a person must say what it was
	LineReturned  LineState = "returned"  // the money goes back, or went back
	LineIgnored   LineState = "ignored"   // not booked as a line, for a reason that is kept
)

// To the specification's table come the ways back: a person may take a decision
// back, and a person sees a line for the first time when it is in suspense, so
// that it is from there that one is ignored.
var bankLines = machine[LineState]{
	LineImported:  {LineAllocated, LineSuspense, LineIgnored},
	LineSuspense:  {LineAllocated, LineReturned, LineIgnored},
	LineAllocated: {LineSuspense, LineReturned},
	LineReturned:  {LineSuspense},
	LineIgnored:   {LineSuspense},
}

// Move returns the line's next state; fault.Conflict where the table of states
// does not lead there.
func (s LineState) Move(to LineState) (LineState, error) {
	if s != to && !bankLines.may(s, to) {
		return s, fault.New(fault.Conflict, "a bank line that is %s can't become %s; load the page again", s, to)
	}
	return to, nil
}

// Said is what a bank and a payer say about a payment. It is donor data: kept
// sealed, shown to the treasurer, never in the books or a log.
type Said struct {
	Text      string `json:"t,omitempty"`  // about the line as a whole; with the first payment alone
	Name      string `json:"n,omitempty"`  // of the other side
	IBAN      string `json:"i,omitempty"`  //
	Account   string `json:"a,omitempty"`  // a number that is no IBAN
	BIC       string `json:"b,omitempty"`  //
	For       string `json:"u,omitempty"`  // on whose behalf
	Words     string `json:"w,omitempty"`  // what the payer wrote
	Reference string `json:"r,omitempty"`  // structured creditor reference
	EndToEnd  string `json:"e,omitempty"`  //
	TxID      string `json:"x,omitempty"`  //
	Mandate   string `json:"m,omitempty"`  //
	Reason    string `json:"rr,omitempty"` // why money came back
	Ordered   string `json:"o,omitempty"`  // what was ordered, in another currency or before charges
}

// SaidOf takes from an entry what is said about its n-th payment.
func SaidOf(e *statement.Entry, n int) Said {
	d := &e.Details[n]
	s := Said{
		Name: d.Counterparty.Name, IBAN: d.Counterparty.IBAN, Account: d.Counterparty.Account, BIC: d.Counterparty.BIC, For: d.Ultimate,
		Words: d.Remittance, Reference: d.Reference, EndToEnd: d.EndToEndID, TxID: d.TxID, Mandate: d.MandateID, Reason: d.ReturnReason,
	}
	if d.Instructed.Currency != "" {
		s.Ordered = d.Instructed.String()
	}
	if n == 0 {
		s.Text = e.Text
	}
	return s
}

// Entry is the line as statement.Known compares it with another format's.
func (l BankLine) Entry() statement.Entry {
	e := statement.Entry{BookedAt: l.Date, ValueAt: l.ValueDate, Amount: l.Minor, BankRef: l.BankRef, Reversal: l.Reversal, Format: l.Format, Status: "BOOK"}
	for _, p := range l.Parts {
		s := p.Said
		if p.N == 0 {
			e.Text = s.Text
		}
		e.Details = append(e.Details, statement.Detail{
			Amount: p.Minor, Charge: p.Charge, EndToEndID: s.EndToEnd, TxID: s.TxID, MandateID: s.Mandate, Reference: s.Reference, Remittance: s.Words,
			Counterparty: statement.Party{Name: s.Name, IBAN: s.IBAN, Account: s.Account, BIC: s.BIC},
		})
	}
	return e
}

// Number is the account of the other side, "" where it is not said.
func (s Said) Number() string {
	if s.IBAN != "" {
		return s.IBAN
	}
	return s.Account
}

// GapLine is the kind of a line that stands for statements that are missing.
const GapLine = "gap"

// BankLine is a line of a statement as we keep it.
type BankLine struct {
	ID        string // keyed hash of its facts
	AccountID string
	Bank      string // the account's part in the books: Assets:Bank:{Bank}
	Statement string // id
	Ordinal   int
	Kind      string // "line" or GapLine
	Format    statement.Kind
	Date      string // YYYY-MM-DD, the bank's
	ValueDate string
	Currency  string
	Minor     int64 // + came in
	BankRef   string
	Reversal  bool
	State     LineState
	Reason    string
	Parts     []BankPart
}

// Amount is the line's amount with its sign.
func (l BankLine) Amount() money.Amount { return money.Amount{Currency: l.Currency, Minor: l.Minor} }

// Open is what of the line is not allocated yet, with its sign.
func (l BankLine) Open() (sum int64) {
	for _, p := range l.Parts {
		sum += p.Open
	}
	return sum
}

// BankPart is one payment inside a line.
type BankPart struct {
	N      int
	Minor  int64
	Open   int64  // not allocated yet
	Charge bool   // what the bank took
	Payer  string // keyed hash of the other side's account; ""
	Said   Said
}

// StatementAccount is an account of the outlet as its statements see it.
type StatementAccount struct {
	ID       string
	Name     string // part of the books
	Title    string // for people
	Numbers  []string
	Currency string
	From     string // YYYY-MM-DD from which statements are read in; "" is not yet
	Opening  int64  // what stood there at the beginning of that day
	Version  int64
	Mapping  *statement.Mapping // of its CSV files; nil
}

// Has tells whether a statement's number is this account's.
func (a StatementAccount) Has(number string) bool {
	for _, n := range a.Numbers {
		if statement.SameAccount(n, number) {
			return true
		}
	}
	return false
}

// Amount is minor units in the account's currency.
func (a StatementAccount) Amount(minor int64) money.Amount {
	return money.Amount{Currency: a.Currency, Minor: minor}
}

// BankStatement is a statement that was read, or is being read.
type BankStatement struct {
	ID        string
	AccountID string
	FileHash  string
	Part      int
	Format    statement.Kind
	Number    string
	From, To  string
	Opening   *int64 // nil where the file states none
	Closing   *int64
	Lines     int
	Fresh     int
	Follows   bool
	Done      bool
	Partly    bool      // some of its lines are there
	Fills     *BankLine // the gap line that its lines stand in for; nil
	Left      int64     // of the gap
}

// StoredLine is what deciding about new lines needs to know of those that are
// there: no text, so that a hundred thousand fit.
type StoredLine struct {
	ID        string
	Date      string
	Minor     int64
	Format    statement.Kind
	Kind      string
	Statement string
}

// RefundID is our id of a provider's refund.
func RefundID(provider, ref string) string { return localID(provider, KindRefund, ref) }

// MayTakeBankMoney tells whether a person may allocate a bank line to an account
// of the books: income of other kinds, spending, debts, cash, money in transit,
// other accounts of the outlet, what was there before. Gifts have a way of their
// own.
func MayTakeBankMoney(account string) bool {
	switch account {
	case ledger.Payables, ledger.Opening, ledger.Cash:
		return true
	}
	if account == ledger.Donations || strings.HasPrefix(account, ledger.Donations+":") {
		return false
	}
	for _, under := range []string{"Income:", "Expenses:", "Assets:InTransit:", "Assets:Bank:"} {
		if strings.HasPrefix(account, under) {
			return true
		}
	}
	return false
}

// BankBook says from which day the statements of an account are the source of
// its books.
type BankBook struct {
	Name     string // part of the books
	Currency string
	From     string // YYYY-MM-DD; "" where no statements are read
	Payouts  bool   // the treasurer has said that payouts arrive here
}

// NoAccount is the part of the books under which payouts arrive while the outlet
// has no account in their currency; the first one that begins takes them in.
const NoAccount = "Main"

// payoutBank is the account that payouts in a currency arrive at: the one that
// the treasurer chose, or the only one. Where there are several and none is
// chosen it is not known, and a person must say.
func (w World) payoutBank(currency string) (b BankBook, known bool) {
	n := 0
	for _, x := range w.BankBooks {
		if x.Currency != currency {
			continue
		}
		if x.Payouts {
			return x, true
		}
		if n++; b.From == "" {
			b = x
		}
	}
	if n == 0 {
		return BankBook{Name: NoAccount, Currency: currency}, true
	}
	return b, n == 1
}

// byStatement tells whether a payout that arrives on a day will be booked by the
// line of a statement: that of the account which payouts go to, or, where nobody
// has said which that is, of any account in the currency.
func (w World) byStatement(currency, day string) bool {
	if b, known := w.payoutBank(currency); known {
		return b.From != "" && day >= b.From
	}
	return slices.ContainsFunc(w.BankBooks, func(b BankBook) bool { return b.Currency == currency && b.From != "" && day >= b.From })
}

// arrivedAt is the account at which a payout arrived, or arrives: that in the
// books goes before what has been chosen since. known is false where a person
// must say.
func (w World) arrivedAt(ref, currency string) (b BankBook, known bool) {
	b, known = w.payoutBank(currency)
	was := w.Arrivals[ref].Bank
	if was == "" {
		return b, known
	}
	if i := slices.IndexFunc(w.BankBooks, func(x BankBook) bool { return x.Currency == currency && x.Name == was }); i >= 0 {
		return w.BankBooks[i], true
	}
	b.Name = was // under no account's name; the first that began took it in
	return b, true
}

// PayoutTask asks the treasurer to which of several accounts in a currency
// payouts go.
func PayoutTask(currency string) Task {
	return Task{Key: TaskPayoutBank + ":" + currency, Kind: TaskPayoutBank, ObjectKind: "currency", ObjectID: currency, Again: true, Detail: map[string]string{"currency": currency}}
}

// Arrival is what the books say of a payout that the program booked to arrive,
// or to come back, by itself.
type Arrival struct {
	Bank     string // part of the books; "" where it was not booked
	Returned bool   // its return was booked
}
