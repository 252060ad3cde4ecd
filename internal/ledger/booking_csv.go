package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// BookingColumns are the columns of a file of bookings, in the order of the
// template. Date, amount and account must be there; others may be left out.
var BookingColumns = []string{"id", "date", "amount", "currency", "account", "against", "campaign", "public", "note", "party", "document"}

// maxRows is how many bookings one file may hold.
const maxRows = 5000

// BookingRow is a row of a file as it was read.
type BookingRow struct {
	Line    int // in the file, from 1
	Booking Booking
	Bad     fault.Fields // what could not be read; nil where all could
}

// BookingDefaults are what rows are filled up with.
type BookingDefaults struct {
	Kind     string
	Currency string
	Against  string            // where the file does not say
	Campaign map[string]string // address → id
}

// ReadBookings reads a file of bookings: comma, semicolon or tab between the
// cells, UTF-8, a head line with the names of BookingColumns. The id of each
// booking is made of the cell "id", else of all that the row says and of how
// many rows before it say the same: the same file read again makes the same
// bookings, and another file may hold the same expense a second time only by
// saying something else. fault.Invalid where the file as a whole can't be read;
// what is wrong with a row stands in the row.
func ReadBookings(body []byte, d BookingDefaults) ([]BookingRow, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(body) {
		return nil, fault.New(fault.Invalid, "the file is not in UTF-8; save it as “CSV UTF-8” and send it again")
	}
	r := csv.NewReader(bytes.NewReader(body))
	r.Comma, r.FieldsPerRecord = separator(body), -1
	head, err := r.Read()
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the file is empty; it needs a head line with the names of the columns")
	}
	at := map[string]int{}
	for i, name := range head {
		name = strings.ToLower(strings.TrimSpace(name))
		if slices.Contains(BookingColumns, name) {
			at[name] = i
		}
	}
	for _, name := range []string{"date", "amount", "account"} {
		if _, ok := at[name]; !ok {
			return nil, fault.New(fault.Invalid, "the head line lacks the column %s; the columns are %s", name, strings.Join(BookingColumns, ", "))
		}
	}
	return readRows(r, at, d)
}

func readRows(r *csv.Reader, at map[string]int, d BookingDefaults) (rows []BookingRow, err error) {
	same := map[string]int{}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "row %d of the file can't be read as CSV; look for a quotation mark that is not closed", len(rows)+2)
		}
		if len(rows) == maxRows {
			return nil, fault.New(fault.Invalid, "the file has more than %d rows; cut it into several", maxRows)
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		cell := func(name string) string {
			if i, ok := at[name]; ok && i < len(cells) {
				return strings.TrimSpace(cells[i])
			}
			return ""
		}
		line, _ := r.FieldPos(0)
		row := readRow(cell, d)
		row.Line = line
		row.Booking.ID = rowID(d.Kind, cell("id"), row.Booking, same)
		rows = append(rows, row)
	}
}

func readRow(cell func(string) string, d BookingDefaults) BookingRow {
	b := Booking{Kind: d.Kind, Account: fullAccount(cell("account"), d.Kind), Against: cell("against"),
		Public: cell("public"), Note: cell("note"), Party: cell("party"), Document: cell("document")}
	bad := fault.Fields{}
	if b.Against == "" {
		b.Against = d.Against
	}
	var err error
	if b.Date, err = readDay(cell("date")); err != nil {
		bad["date"] = fault.Say(err)
	}
	currency := strings.ToUpper(cell("currency"))
	if currency == "" {
		currency = d.Currency
	}
	if b.Amount, err = readAmount(cell("amount"), currency); err != nil {
		bad["amount"] = fault.Say(err)
	}
	if slug := cell("campaign"); slug != "" {
		if b.Campaign = d.Campaign[slug]; b.Campaign == "" {
			bad["campaign"] = "There is no campaign with this address."
		}
	}
	return BookingRow{Booking: b, Bad: bad}
}

// separator is the sign that the head line uses most.
func separator(body []byte) rune {
	head, _, _ := bytes.Cut(body, []byte("\n"))
	best, most := ',', 0
	for _, sign := range ",;\t" {
		if n := bytes.Count(head, []byte(string(sign))); n > most {
			best, most = sign, n
		}
	}
	return best
}

// fullAccount lets "Hosting" stand for "Expenses:Hosting".
func fullAccount(name, kind string) string {
	root := map[string]string{KindExpense: "Expenses:", KindIncome: "Income:"}[kind]
	if name == "" || strings.HasPrefix(name, root) {
		return name
	}
	return root + name
}

// readDay takes 2026-01-15 and 15.01.2026, which can't be confused.
func readDay(text string) (string, error) {
	for _, layout := range []string{time.DateOnly, "02.01.2006", "2.1.2006"} {
		if day, err := time.Parse(layout, text); err == nil {
			return day.Format(time.DateOnly), nil
		}
	}
	return "", fault.New(fault.Invalid, "Write the day like 2026-01-15.")
}

// readAmount takes the exact decimals of a spreadsheet, 1234.50, and the comma
// of other languages, 1234,50; never a sign between thousands, which would be
// ambiguous.
func readAmount(text, currency string) (money.Amount, error) {
	if strings.Count(text, ",") == 1 && !strings.Contains(text, ".") {
		text = strings.Replace(text, ",", ".", 1)
	}
	a, err := money.ParseExact(text, currency)
	if err != nil {
		return a, fault.Wrap(fault.Invalid, err, "Write the amount with a decimal point and nothing between thousands, like 1234.50.")
	}
	return a, nil
}

// rowID makes the id of a row's booking; same counts rows that say the same.
func rowID(kind, own string, b Booking, same map[string]int) string {
	said := kind + "\x00id\x00" + own
	if own == "" {
		said = strings.Join([]string{kind, b.Date, b.Amount.String(), b.Account, b.Against, b.Campaign, b.Public, b.Note, b.Party, b.Document}, "\x00")
		same[said]++
		said = fmt.Sprintf("%s\x00%d", said, same[said])
	}
	sum := sha256.Sum256([]byte(said))
	return "csv-" + hex.EncodeToString(sum[:14])
}
