package receipt

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"
	"unicode"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// Declaration is a donor's wish that the tax paid on gifts be claimed (UK Gift
// Aid): the Donations to Charity by Individuals (Appropriate Declarations)
// Regulations 2016 say what it must hold.
type Declaration struct {
	ID        string
	DonorID   string
	Version   int    // of the regime's data
	Wording   string // as it was shown
	Title     string
	FirstName string
	LastName  string
	House     string // name or number
	Address   string // the other lines
	Postcode  string // "" outside the UK
	Past      bool   // gifts of the four years before
	Present   bool   // gifts of the day
	Future    bool   // gifts from then on
	MadeAt    time.Time
	Withdrawn time.Time // gifts from then on are no more covered

	RestrictedUntil time.Time
	ForgottenAt     time.Time
}

// Covers tells whether a gift of a moment is covered, days being those of zone.
func (d Declaration) Covers(at time.Time, zone *time.Location) bool {
	if !d.Withdrawn.IsZero() && !at.Before(d.Withdrawn) {
		return false
	}
	made := d.MadeAt.In(zone)
	day := time.Date(made.Year(), made.Month(), made.Day(), 0, 0, 0, 0, zone)
	switch {
	case !at.Before(day) && at.Before(day.AddDate(0, 0, 1)):
		return d.Present || d.Past && at.Before(made) || d.Future && at.After(made)
	case at.Before(day):
		return d.Past && !at.Before(made.AddDate(-4, 0, 0))
	}
	return d.Future
}

// The bounds of what HMRC's schedule takes.
const (
	titleMost = 4
	nameMost  = 35
	houseMost = 40
)

// Check tidies a declaration and returns fault.Fields with keys of the message
// catalogue where it can't be taken.
func (d *Declaration) Check() error {
	for _, s := range []*string{&d.Title, &d.FirstName, &d.LastName, &d.House, &d.Address, &d.Postcode} {
		*s = strings.TrimSpace(*s)
	}
	d.Postcode = postcode(d.Postcode)
	bad := fault.Fields{}
	for _, f := range []struct {
		name, value string
		most        int
	}{{"first_name", d.FirstName, nameMost}, {"last_name", d.LastName, nameMost}, {"house", d.House, houseMost}} {
		switch n := len([]rune(f.value)); {
		case n == 0:
			bad[f.name] = "receipt.bad.missing"
		case n > f.most:
			bad[f.name] = "receipt.bad.long"
		}
	}
	if len([]rune(d.Title)) > titleMost {
		bad["title"] = "receipt.bad.long"
	}
	if !d.Past && !d.Present && !d.Future {
		bad["scope"] = "receipt.bad.scope"
	}
	if d.Postcode != "" && !validPostcode(d.Postcode) {
		bad["postcode"] = "receipt.bad.postcode"
	}
	return bad.Err()
}

// postcode writes a UK postcode in capitals, with the space before its last
// three characters.
func postcode(s string) string {
	s = strings.ToUpper(strings.Join(strings.Fields(s), ""))
	if len(s) > 3 && len(s) < 8 {
		return s[:len(s)-3] + " " + s[len(s)-3:]
	}
	return s
}

// validPostcode looks at the shape alone: two to four characters that begin
// with a letter, a space, a digit and two letters.
func validPostcode(s string) bool {
	out, in, ok := strings.Cut(s, " ")
	if !ok || len(in) != 3 || len(out) < 2 || len(out) > 4 || !unicode.IsUpper(rune(out[0])) {
		return false
	}
	return in[0] >= '0' && in[0] <= '9' && in[1] >= 'A' && in[1] <= 'Z' && in[2] >= 'A' && in[2] <= 'Z'
}

// ClaimRow is one gift of a claim.
type ClaimRow struct {
	Declaration Declaration
	Payment     string
	At          time.Time
	Amount      money.Amount // GBP
}

// ClaimMost is how many gifts HMRC's schedule takes.
const ClaimMost = 1000

// ClaimCSV writes rows in the columns of HMRC's Gift Aid schedule, days being
// those of zone. Donors outside the UK have the postcode X, double-barrelled names a
// space for their hyphen (gov.uk, "Schedule spreadsheet to claim back tax on Gift
// Aid donations").
func ClaimCSV(rows []ClaimRow, zone *time.Location) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	_ = w.Write([]string{"Item", "Title", "First name", "Last name", "House name or number", "Postcode", "Aggregated donations", "Sponsored event", "Donation date", "Amount"})
	for i, r := range rows {
		d := r.Declaration
		code := d.Postcode
		if code == "" {
			code = "X"
		}
		_ = w.Write([]string{strconv.Itoa(i + 1), harmless(d.Title), harmless(d.FirstName), harmless(strings.ReplaceAll(d.LastName, "-", " ")), harmless(d.House),
			code, "", "", r.At.In(zone).Format("02/01/06"), r.Amount.Decimal()})
	}
	w.Flush() // into memory: nothing can fail
	return out.Bytes()
}

// harmless keeps a spreadsheet from taking a name for a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// Wording is the declaration as it is shown, for keeping with it.
func (r Regime) Wording(name string) string {
	return strings.Join([]string{r.Texts["declaration_intro"], r.text("declaration_scope", "name", name), r.Texts["declaration"], r.text("declaration_notes", "name", name)}, "\n\n")
}

// Says is a sentence of the regime for a page, with the charity's name in it.
func (r Regime) Says(key, name string) string { return r.text(key, "name", name) }

// CharityName is the name that was entered for the regime in use.
func (s Settings) CharityName() string { return s.of(s.Use(), "name") }
