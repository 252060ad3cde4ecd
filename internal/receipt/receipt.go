// Package receipt knows receipts: their numbers and states, what each regime of
// tax law wants written, and the words themselves. It keeps nothing; see Store.
package receipt

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// State is where a receipt stands. Only issued→replaced and issued→voided exist.
type State string

// The states.
const (
	Issued   State = "issued"
	Replaced State = "replaced"
	Voided   State = "voided"
)

// Kind is what a receipt is for; a payment has at most one live receipt of each.
type Kind string

// The kinds.
const (
	Thanks   Kind = "thanks"   // acknowledges one gift; every gift gets one
	Official Kind = "official" // what the donor's tax office wants; once for each gift
	Summary  Kind = "summary"  // says again what single receipts have said, for a year
)

// The causes of a receipt's end.
const (
	ByRefund = "refund" // money went back, or came again
	ByStaff  = "staff"
)

// Receipt is one numbered document. Once issued nothing of it changes but its
// state; see the triggers of its table.
type Receipt struct {
	ID         string
	Number     string // Series-Year-n
	Series     string
	Year       int // of the day of issue, in the outlet's zone
	N          int64
	DonorID    string
	Regime     string
	Version    int // of the regime's data
	Lang       string
	State      State
	Replaces   string // id; "" for none
	ReplacedBy string // id; "" for none
	Amount     money.Amount
	From, To   time.Time // of the first and the last gift
	Facts      Facts
	Sum        string // SHA-256 of Facts as they are kept
	FileSum    string // SHA-256 of the PDF; "" until it is drawn
	IssuedAt   time.Time
	IssuedBy   string // "" is the program
	VoidedAt   time.Time
	Cause      string // ByRefund or ByStaff; "" while it lives
	Reason     string // a person's words

	RestrictedUntil time.Time // set: the donor was erased; for staff with the action Receipts alone
	ForgottenAt     time.Time // set: names nobody any more
}

// Open tells whether the donor may still see the receipt.
func (r Receipt) Open() bool { return r.RestrictedUntil.IsZero() }

// Number writes a number: "R-2026-00042".
func Number(series string, year int, n int64) string {
	return fmt.Sprintf("%s-%d-%05d", series, year, n)
}

// Facts is all that a receipt says, as it was when it was issued.
type Facts struct {
	Donor    Party     `json:"donor"`
	Gifts    []Gift    `json:"gifts"`
	Document Document  `json:"document"`
	Zone     string    `json:"zone"`
	Replaces string    `json:"replaces,omitempty"` // number of the receipt before
	Kind     Kind      `json:"kind"`
	Year     int       `json:"year,omitempty"` // of a receipt for all gifts of a year
	Issued   time.Time `json:"issued"`
}

// Party is who a receipt is made out to.
type Party struct {
	Name    string `json:"name,omitempty"`
	Email   string `json:"email,omitempty"`
	Address string `json:"address,omitempty"` // lines
}

// Known is how the party is called on a receipt.
func (p Party) Known() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Email
}

// Check tidies a party for official receipts and returns fault.Fields with keys
// of the message catalogue where name or address is missing or too long.
func (p *Party) Check() error {
	bad := fault.Fields{}
	for _, f := range []struct {
		name  string
		value *string
		most  int
	}{{"name", &p.Name, 200}, {"address", &p.Address, 400}} {
		*f.value = strings.TrimSpace(*f.value)
		switch n := len([]rune(*f.value)); {
		case n == 0:
			bad[f.name] = "receipt.bad.missing"
		case n > f.most:
			bad[f.name] = "receipt.bad.long"
		}
	}
	return bad.Err()
}

// Gift is a payment as far as receipts care.
type Gift struct {
	Payment string       `json:"payment"`
	DonorID string       `json:"-"`
	Paid    money.Amount `json:"paid"`
	Due     int64        `json:"due"` // minor units that stayed: without refunds and lost disputes
	At      time.Time    `json:"at"`  // the provider's time
	For     string       `json:"for"` // what it was given to
	Lang    string       `json:"-"`   // of the donor
	GiftAid bool         `json:"gift_aid,omitempty"`
	Held    bool         `json:"-"` // waits for a person
	Erased  bool         `json:"-"` // its donor was erased
}

// Amount is what the receipt says of the gift.
func (g Gift) Amount() money.Amount { return money.Amount{Currency: g.Paid.Currency, Minor: g.Due} }

// Draft is a receipt before it has its number.
type Draft struct {
	Kind     Kind
	Regime   Regime
	Series   string
	Settings Settings
	DonorID  string
	Lang     string
	Party    Party
	Gifts    []Gift    // of one donor and currency, in order of time
	Year     int       // of a receipt for all gifts of a year; else 0
	At       time.Time // of issue, in the outlet's zone
	Issuer   Issuing
	By       string // staff; "" is the program
	Replaces Receipt
}

// Issuing is who issues receipts.
type Issuing struct {
	Name    string
	Address []string
	Email   string
	General string // what gifts to no campaign are for
}

// Amount is the sum of the draft's gifts.
func (d Draft) Amount() money.Amount {
	var sum money.Amount
	for _, g := range d.Gifts {
		sum.Currency = g.Paid.Currency
		sum.Minor += g.Due
	}
	return sum
}

// Refuse is an answer to a form as a whole: fault.Fields with the key of a
// sentence of the message catalogue.
func Refuse(key string) error { return fault.Fields{"form": key} }

// Check refuses what can't be issued; see Refuse.
func (d Draft) Check() error {
	r := d.Regime
	switch amount := d.Amount(); {
	case len(d.Gifts) == 0 || amount.Minor <= 0:
		return Refuse("receipt.bad.nothing")
	case r.Party && d.Kind == Official && (d.Party.Name == "" || d.Party.Address == ""):
		return Refuse("receipt.bad.party")
	case r.Currency != "" && d.Kind == Official && amount.Currency != r.Currency:
		return Refuse("receipt.bad.currency")
	}
	if slices.ContainsFunc(d.Gifts, func(g Gift) bool { return g.Held }) {
		return Refuse("receipt.bad.held")
	}
	if r.Key == "de" && !d.noticeHolds() {
		return Refuse("receipt.bad.notice")
	}
	return nil
}

// noticeHolds keeps to § 63 (5) AO: no receipt on a notice that is too old.
func (d Draft) noticeHolds() bool {
	day, err := time.ParseInLocation(time.DateOnly, d.Settings.of(d.Regime, "notice_date"), d.At.Location())
	years := 5
	if d.Settings.of(d.Regime, "notice") == "statutes" {
		years = 3
	}
	return err == nil && !d.At.After(day.AddDate(years, 0, 0))
}

// Sum is the SHA-256 of a file or of frozen facts, in hexadecimal.
func Sum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
