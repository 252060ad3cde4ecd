package statement

import (
	"regexp"
	"strings"
	"time"
)

// swiftLine is :61: of SWIFT's MT940, with the liberties that banks take: an
// optional funds code (the third letter of the currency), amounts of any length,
// references longer than 16, a type that is missing.
var swiftLine = regexp.MustCompile(`^(\d{6})(\d{4})? ?(RC|RD|EC|ED|C|D)([A-Z])? ?([0-9]*[.,]?[0-9]*)(?:([NSF])([A-Z0-9]{3}))?(.*)$`)

// swiftEntry reads one :61:. C and RD raise the account, D and RC lower it; EC
// and ED are only expected.
func (s *Statement) swiftEntry(f *swiftField) (*Entry, error) {
	m := swiftLine.FindStringSubmatch(strings.TrimRight(f.lines[0], " "))
	if m == nil || strings.Trim(m[5], ".,") == "" || strings.HasPrefix(m[8], ",") || strings.HasPrefix(m[8], ".") {
		return nil, damaged(f)
	}
	amount, err := swiftAmount(m[5], s.Currency)
	value, ok := sixDigits(m[1])
	if err != nil || !ok {
		return nil, damaged(f)
	}
	if m[3] == "D" || m[3] == "RC" || m[3] == "ED" {
		amount = -amount
	}
	e := Entry{Format: MT940, ValueAt: value, BookedAt: m[2], Amount: amount, Reversal: m[3][0] == 'R', Status: "BOOK", Code: m[6] + m[7]}
	customer, bank, _ := strings.Cut(m[8], "//")
	e.BankRef = given(strings.TrimLeft(bank, "/"))
	d := Detail{Amount: amount, EndToEndID: ownReference(customer)}
	e.Text = joinCut(f.lines[1:], 34)
	if len(f.lines) > 1 { // Rabobank and others put the other side's account there
		if iban := bare(f.lines[1]); isIBAN(iban) {
			d.Counterparty.IBAN = iban
		}
	}
	e.Details = []Detail{d}
	if m[3][0] == 'E' {
		e.Status = "PDNG"
		s.Pending = append(s.Pending, e)
		return &s.Pending[len(s.Pending)-1], nil
	}
	s.Entries = append(s.Entries, e)
	return &s.Entries[len(s.Entries)-1], nil
}

// ownReference drops the words that only point to :86:.
func ownReference(s string) string {
	s = given(s)
	switch strings.ToUpper(s) {
	case "EREF", "PREF", "KREF", "MARF", "EREF+", "KREF+":
		return ""
	}
	if strings.Trim(s, "0") == "" {
		return ""
	}
	return s
}

// sixDigits reads YYMMDD. Statements from before 1980 are not to be expected.
func sixDigits(s string) (string, bool) {
	century := "20"
	if s >= "80" {
		century = "19"
	}
	date := century + s[:2] + "-" + s[2:4] + "-" + s[4:]
	return date, isDay(date)
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// datesOfYear turns the entry dates, which have no year (0102 in :61:), into
// dates: the year that brings them nearest to the closing balance, since a
// statement is closed soon after it is booked, while value dates may lie months
// apart. Without an entry date the value date is the booking date.
func (s *Statement) datesOfYear() {
	for _, list := range [][]Entry{s.Entries, s.Pending} {
		for i := range list {
			list[i].BookedAt = nearest(list[i].BookedAt, s.Closing.Date, list[i].ValueAt)
		}
	}
}

// nearest gives monthDay (MMDD) the year that brings it closest to anchor;
// fallback where there is no such day.
func nearest(monthDay, anchor, fallback string) string {
	if monthDay == "" {
		return fallback
	}
	near, err := time.Parse(time.DateOnly, anchor)
	if err != nil {
		return fallback
	}
	best, gap := fallback, time.Duration(1<<63-1)
	for _, year := range []int{near.Year() - 1, near.Year(), near.Year() + 1} {
		day, err := time.Parse("20060102", time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006")+monthDay)
		if err == nil && day.Sub(near).Abs() < gap {
			best, gap = day.Format(time.DateOnly), day.Sub(near).Abs()
		}
	}
	return best
}
