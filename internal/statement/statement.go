// Package statement reads what banks say about an account (CAMT.053, MT940, CSV)
// into neutral statements. It believes no file whose own sums do not hold, and
// knows a line again when another format brings it a second time.
//
// Nothing here does I/O or knows a donor: callers pass bytes and decide what a
// line means.
package statement

import (
	"reflect"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// Kind is a format of file.
type Kind string

// The formats that are told apart. Parse reads CAMT053, MT940 and CSV; the
// others are known so that a person hears what to ask the bank for.
const (
	Unknown Kind = ""
	CAMT053 Kind = "camt.053" // the day's final statement
	CAMT052 Kind = "camt.052" // report during the day; lines may still change
	CAMT054 Kind = "camt.054" // notice of single payments, without balances
	MT940   Kind = "mt940"    // the day's final statement, SWIFT
	MT942   Kind = "mt942"    // report during the day, SWIFT
	CSV     Kind = "csv"
)

// Statement is what a bank says about one account over one period.
type Statement struct {
	Format      Kind
	Account     string // IBAN, or the bank's own number, upper case without spaces; "" where the file names none
	AccountName string
	Currency    string // ISO 4217; all amounts of the statement are in it
	ID          string // the bank's identifier of the statement
	Number      string // its running number
	Page        int    // of a statement that comes in pages; 0 where unknown
	Copy        string // CAMT's COPY, DUPL or CODU
	From, To    string // YYYY-MM-DD, "" where unknown
	Opening     *Balance
	Closing     *Balance
	Balances    []Balance // every balance that the file states, available ones included
	Entries     []Entry   // booked, in the file's order
	Pending     []Entry   // announced or informative lines: no money yet, in no sum
	Text        string
}

// Balance is the state of the account at the end (opening: the beginning) of a day.
type Balance struct {
	Type     string // the file's own code: OPBD, PRCD, CLBD, ITBD, 60F, 62M …
	Currency string
	Amount   int64  // minor units; negative is overdrawn
	Date     string // YYYY-MM-DD
}

// Entry is one line that moved the account.
type Entry struct {
	BookedAt string // YYYY-MM-DD, as the bank writes it, in its own zone
	ValueAt  string // YYYY-MM-DD, "" where unknown
	Amount   int64  // minor units; + came in, − went out. The sign is final: a reversal needs no turning
	Reversal bool   // takes an earlier line back
	BankRef  string // the bank's own reference of the line, "" where it gives none
	Status   string // BOOK, PDNG, INFO, FUTR; Entries hold BOOK alone
	Code     string // ISO bank transaction code as PMNT/RCDT/ESCT, or MT940's NTRF
	BankCode string // the bank's own code of the kind of transaction
	Charges  int64  // what the file says that the bank kept of it (negative) or gave back, minor units; inside Amount already
	Text     string // what the file says about the line as a whole
	Details  []Detail
	Format   Kind

	currency string // where the file states one for the line; checked, then of no more use
	loose    bool   // a detail's amount is that of the order (AmtDtls), which need not be the line's
}

// Detail is one payment inside an entry. There is at least one, and Amounts of
// an entry's details add up to the entry.
type Detail struct {
	Amount       int64        // minor units, signed like the entry's
	Stated       money.Amount // what the file states, unsigned and maybe in another currency; zero where it states nothing
	Instructed   money.Amount // what the payer ordered, when the file says so: another currency, or before charges
	Rate         string       // the rate between the two, as the file writes it
	Charge       bool         // not a payment: the bank's charge inside a line of several
	EndToEndID   string       // the payer's own identifier; NOTPROVIDED and its like are ""
	TxID         string       // the clearing's or the bank's identifier of the payment
	MandateID    string
	Reference    string // structured creditor reference (RF…, QRR …) without spaces
	Remittance   string // what the payer wrote
	Purpose      string // ISO purpose code, such as CHAR
	ReturnReason string // why money came back: AC04, MD06 …
	Counterparty Party  // the other side of the payment
	Ultimate     string // on whose behalf the other side acted
}

// Party is the other side of a payment.
type Party struct {
	Name    string
	IBAN    string // upper case without spaces
	Account string // a number that is no IBAN
	BIC     string
}

// Hint is what the caller knows about a file.
type Hint struct {
	Kind     Kind     // Unknown: Sniff decides
	Mapping  *Mapping // how to read a CSV file; without one CSV is refused
	Account  string   // of a file that names no account (CSV)
	Currency string   // of a file that names none (CSV)
}

// maxSize is far beyond a statement of a million lines and below what would
// starve a small server.
const maxSize = 1 << 30

// Parse reads a file whole or refuses it whole: fault.Invalid with one sentence
// for the treasurer, fault.TooLarge beyond a gibibyte. On success, for each
// statement, every entry is the sum of its details, and opening plus entries is
// closing wherever the file states both (see Proven). A statement that stands
// in the file twice is returned once.
func Parse(data []byte, hint Hint) ([]Statement, error) {
	all, err := read(data, hint)
	if err != nil {
		return nil, err
	}
	for i := range all {
		s := &all[i]
		if err := s.settle(); err != nil {
			return nil, err
		}
		if err := s.check(); err != nil {
			return nil, err
		}
		s.period()
	}
	return withoutCopies(all), nil
}

// read gives what the file says, with no sum checked.
func read(data []byte, hint Hint) ([]Statement, error) {
	if len(data) > maxSize {
		return nil, fault.New(fault.TooLarge, "the file is larger than a gibibyte; ask the bank for shorter periods")
	}
	kind := hint.Kind
	if kind == Unknown {
		kind = Sniff(data)
	}
	switch kind {
	case CAMT053:
		return readCAMT(data)
	case MT940:
		return readMT940(data)
	case CSV:
		return readCSV(data, hint)
	}
	return nil, refusal(kind, data)
}

// Proven tells whether the file's own balances vouch for the entries. A CSV
// file without a balance column, and a rare CAMT file, cannot be: then only the
// next statement that has balances shows whether a line is missing.
func (s *Statement) Proven() bool { return s.Opening != nil && s.Closing != nil }

// period fills From and To where the file leaves them out.
func (s *Statement) period() {
	var first, last string
	see := func(date string) {
		if date == "" {
			return
		}
		if first == "" || date < first {
			first = date
		}
		last = max(last, date)
	}
	for i := range s.Entries {
		see(s.Entries[i].BookedAt)
	}
	if s.Closing != nil {
		see(s.Closing.Date)
	}
	if s.From == "" {
		s.From = first
	}
	if s.To == "" {
		s.To = last
	}
}

// withoutCopies drops statements that repeat an earlier one of the same file in
// everything: portals put duplicates into one download.
func withoutCopies(all []Statement) []Statement {
	var out []Statement
next:
	for i := range all {
		for j := range out {
			if sameStatement(&all[i], &out[j]) {
				continue next
			}
		}
		out = append(out, all[i])
	}
	return out
}

func sameStatement(a, b *Statement) bool {
	return a.Account == b.Account && a.Currency == b.Currency && a.Number == b.Number && a.ID == b.ID && a.Page == b.Page &&
		a.From == b.From && a.To == b.To && a.Proven() && b.Proven() && *a.Opening == *b.Opening && *a.Closing == *b.Closing &&
		len(a.Entries) == len(b.Entries) && reflect.DeepEqual(a.Entries, b.Entries)
}
