// Package ledger keeps the books: entries whose postings sum to zero in each
// currency, an identity by key and content, a chain of hashes over them, and the
// ways out to other accounting programs. It does no I/O but writing to the
// io.Writer of an export.
//
// Nothing here is ever changed: a mistake is reversed by another entry. Entries
// say what money did, never who gave it.
package ledger

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// Posting moves money on one account: debits are positive, credits negative.
type Posting struct {
	Account  string
	Currency string // ISO 4217
	Minor    int64  // minor units of the currency
}

// Entry is one transaction of the books.
type Entry struct {
	Seq      int64             // place in the chain, from 1; 0 before it is posted
	Key      string            // built from the provider's facts, "stripe:ch_1:charge"; one entry a key
	Date     string            // YYYY-MM-DD, of the provider or bank, in the outlet's zone
	Memo     string            // a note for people; outside the chain, so that it may be forgotten
	Reverses string            // key of the entry that this one takes back, or ""
	Tags     map[string]string // campaign, fund, provider …; never a person
	Postings []Posting
}

// Bounds of an entry. They keep every exported line readable.
const (
	maxPostings = 100
	maxTags     = 20
	maxMemo     = 1000 // bytes
)

var (
	keyForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/#+=~-]{0,254}$`)
	// Tag names are also metadata keys of Beancount, which asks for a lower-case
	// letter first and two characters at least.
	tagNameForm  = regexp.MustCompile(`^[a-z][a-z0-9_-]{1,31}$`)
	tagValueForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}$`)
	dateForm     = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
)

// reservedTags are names that mean something to the canonical row, to hledger
// or to Beancount, and names under which a person could get into hashed rows.
var reservedTags = map[string]string{
	"reverses": "row", "seq": "row", "key": "row", "memo": "row",
	"date": "hledger", "date2": "hledger", "type": "hledger",
	"filename": "Beancount", "lineno": "Beancount",
	"donor": "person", "donor-id": "person", "donor_id": "person", "name": "person", "email": "person", "iban": "person",
}

// Validate tells whether the entry may be posted: a key, a real date from 1900
// on, two postings or more that are not zero, on well-formed accounts, in known
// currencies, that sum to zero in each; tags in their form. The error is
// fault.Invalid.
func (e Entry) Validate() error {
	if !keyForm.MatchString(e.Key) {
		return invalid(e, "a key of letters, digits and . _ : / # + = ~ - is needed")
	}
	if e.Reverses != "" && (!keyForm.MatchString(e.Reverses) || e.Reverses == e.Key) {
		return invalid(e, "what it reverses must be the key of another entry")
	}
	if day, err := time.Parse(time.DateOnly, e.Date); err != nil || !dateForm.MatchString(e.Date) || day.Year() < 1900 {
		return invalid(e, "its date must be a day written like 2026-01-15")
	}
	if len(e.Memo) > maxMemo || !utf8.ValidString(e.Memo) || strings.ContainsFunc(e.Memo, unicode.IsControl) {
		return invalid(e, "its memo must be one line of at most 1000 bytes")
	}
	if err := e.validateTags(); err != nil {
		return err
	}
	return e.validatePostings()
}

func (e Entry) validateTags() error {
	if len(e.Tags) > maxTags {
		return invalid(e, "it has more than 20 tags")
	}
	for _, name := range slices.Sorted(maps.Keys(e.Tags)) {
		if !tagNameForm.MatchString(name) || reservedTags[name] != "" {
			return invalid(e, "the tag name "+name+" is not allowed")
		}
		if !tagValueForm.MatchString(e.Tags[name]) {
			return invalid(e, "the value of its tag "+name+" is not allowed")
		}
	}
	return nil
}

func (e Entry) validatePostings() error {
	if len(e.Postings) < 2 || len(e.Postings) > maxPostings {
		return invalid(e, "it needs two postings at least and 100 at most")
	}
	for _, p := range e.Postings {
		if err := checkAccount(p.Account); err != nil {
			return invalid(e, fault.Say(err))
		}
		if _, ok := money.Exponent(p.Currency); !ok {
			return invalid(e, "its currency "+p.Currency+" is not known")
		}
		if p.Minor == 0 || p.Minor == math.MinInt64 {
			return invalid(e, "a posting of it is zero or has no opposite")
		}
	}
	return e.balanced()
}

// balanced tells whether the postings sum to zero in each currency. Debits and
// credits are summed apart, so that the order of postings can't decide whether
// a sum overflows.
func (e Entry) balanced() error {
	debit, credit := map[string]int64{}, map[string]int64{}
	for _, p := range e.Postings {
		side := debit
		if p.Minor < 0 {
			side = credit
		}
		sum, ok := money.AddMinor(side[p.Currency], p.Minor)
		if !ok {
			return invalid(e, "its postings are too large to be summed")
		}
		side[p.Currency] = sum
	}
	for _, p := range e.Postings {
		if debit[p.Currency]+credit[p.Currency] != 0 {
			return invalid(e, "its postings in "+p.Currency+" do not sum to zero")
		}
	}
	return nil
}

func invalid(e Entry, why string) error {
	return fault.New(fault.Invalid, "the entry %.80q can't be posted: %s", e.Key, why)
}

// Reverse returns the entry that takes e back: the same postings with the other
// sign and the same tags, so that every sum by account and by tag is as before.
func Reverse(e Entry, key, date, memo string) Entry {
	back := Entry{Key: key, Date: date, Memo: memo, Reverses: e.Key, Tags: maps.Clone(e.Tags)}
	delete(back.Tags, Dated) // the reversal is a fact of its own day
	for _, p := range e.Postings {
		back.Postings = append(back.Postings, Posting{p.Account, p.Currency, -p.Minor})
	}
	return back
}
