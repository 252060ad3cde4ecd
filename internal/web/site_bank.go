package web

import (
	"time"

	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
)

// BankPage tells a donor what to type into the bank's form ("site/bank"). It
// holds nothing by which a passer-by would know who gives.
type BankPage struct {
	Frame
	State   string // "waiting", "expired", "arrived", "running" (a standing order that has paid), "ended" or "nowhere" (no account is shown any more)
	Amount  money.Amount
	Every   string
	For     string
	Rows    []BankRow // what is typed, in the order of a bank's form
	Short   string    // the reference as it is written by hand
	Code    *QRCode   // nil where no app reads one
	Begun   time.Time
	Until   time.Time // how long it is waited for
	Next    time.Time // of a standing order that runs
	Thanks  string    // the page of a gift that arrived
	Contact string    // the newsroom's address
}

// BankRow is one thing to type: Text as it is shown, in groups. Latin rows are
// numbers and codes, left to right in every script.
type BankRow struct {
	Label string
	Text  string
	Latin bool
}

// QRCode is a code with the words beside it.
type QRCode struct {
	giro.Code
	Kind string // "epc" or "swiss"
}

// BankMail repeats the instructions ("mail/bank").
type BankMail struct {
	MailFrame
	Amount money.Amount
	Every  string
	For    string
	Rows   []BankRow
	Short  string
	Link   string // absolute, to the page with the code
}

// RemindMail tells that the transfer of a standing order has not come
// ("mail/remind").
type RemindMail struct {
	MailFrame
	Amount    money.Amount
	Every     string
	Due       time.Time
	For       string
	Reference string
	Link      string // absolute, to the page with what to type
	Stop      string // absolute: no reminders any more
}

// BankRows are what a donor types for a gift to an account, in the order of most
// banks' forms. A QR-IBAN takes no other than the QR reference.
func BankRows(l *locale.Locale, a giro.Account, r giro.Reference, amount money.Amount) []BankRow {
	iban, reference := a.IBAN, r.Grouped()
	if b := swissBill(a, r, amount); b.IBAN.IsQR() {
		iban, reference = b.IBAN, giro.GroupQRR(r.QRR())
	}
	rows := []BankRow{{Label: l.T("bank.row.holder"), Text: a.Holder}}
	if iban != "" {
		rows = append(rows, BankRow{Label: l.T("bank.row.iban"), Text: iban.Grouped(), Latin: true})
	}
	for _, x := range a.Lines {
		rows = append(rows, BankRow{Label: x.Label, Text: x.Text, Latin: true})
	}
	if a.BIC != "" {
		rows = append(rows, BankRow{Label: l.T("bank.row.bic"), Text: a.BIC, Latin: true})
	}
	if a.BankName != "" {
		rows = append(rows, BankRow{Label: l.T("bank.row.bank"), Text: a.BankName})
	}
	return append(rows,
		BankRow{Label: l.T("books.amount"), Text: l.Money(amount)},
		BankRow{Label: l.T("bank.row.reference"), Text: reference, Latin: true})
}

// BankShort is the reference as it is written by hand, "" where the account takes
// no other than the QR reference.
func BankShort(a giro.Account, r giro.Reference, amount money.Amount) string {
	if swissBill(a, r, amount).IBAN.IsQR() {
		return ""
	}
	return r.Short()
}

// swissBill is a gift as the Swiss code says it: with the QR-IBAN where the
// account has one.
func swissBill(a giro.Account, r giro.Reference, amount money.Amount) giro.Bill {
	b := giro.Bill{IBAN: a.IBAN, Name: a.Holder, Address: a.Address, Amount: amount, Reference: r}
	if amount.Currency == "CHF" && a.QRIBAN != "" {
		b.IBAN = a.QRIBAN
	}
	return b
}

// BankCode is the code that banking apps read: the Swiss one for francs, that of
// the European Payments Council for euro; nil where there is none, or where the
// account's details do not fit into it.
func BankCode(a giro.Account, r giro.Reference, amount money.Amount) *QRCode {
	var c giro.Code
	var err error
	kind := "epc"
	switch {
	case amount.Currency == "CHF" && giro.Swiss(a.IBAN, "CHF"):
		kind = "swiss"
		c, err = giro.SwissCode(swissBill(a, r, amount))
	case amount.Currency == "EUR" && a.IBAN != "":
		c, err = giro.EPCCode(giro.Transfer{BIC: a.BIC, Name: a.Holder, IBAN: a.IBAN, Amount: amount, Reference: r.RF()})
	default:
		return nil
	}
	if err != nil {
		return nil
	}
	return &QRCode{c, kind}
}
