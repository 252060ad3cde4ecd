package ledger

import (
	"encoding/csv"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

var csvHead = []string{"seq", "date", "key", "account", "currency", "debit", "credit", "debit_minor", "credit_minor", "memo", "reverses", "tags"}

// ExportCSV writes one posting a row, UTF-8, comma-separated, with a head line
// (RFC 4180). Debit and credit are two columns, so that no number begins with a
// minus; a text that a spreadsheet would take for a formula begins with an
// apostrophe (OWASP, "CSV Injection"). Tags are name=value, separated by spaces.
func ExportCSV(w io.Writer, entries iter.Seq2[Entry, error]) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvHead); err != nil {
		return err
	}
	for e, err := range entries {
		if err != nil {
			return err
		}
		for _, p := range e.Postings {
			if err := out.Write(csvRow(e, p)); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

func csvRow(e Entry, p Posting) []string {
	var tags []string
	for _, name := range slices.Sorted(maps.Keys(e.Tags)) {
		tags = append(tags, name+"="+e.Tags[name])
	}
	row := []string{strconv.FormatInt(e.Seq, 10), e.Date, e.Key, p.Account, p.Currency, "", "", "", "",
		oneLine(e.Memo), e.Reverses, strings.Join(tags, " ")}
	side := 0
	if p.Minor < 0 {
		p.Minor, side = -p.Minor, 1
	}
	row[5+side], row[7+side] = decimal(p), strconv.FormatInt(p.Minor, 10)
	for i := range row {
		row[i] = Cell(row[i])
	}
	return row
}

// Cell keeps a cell from being run as a formula, also where a spreadsheet
// trims it first or takes the full-width forms for the ASCII ones.
func Cell(cell string) string {
	if strings.ContainsAny(cell[:min(1, len(cell))], "\t\r\n") {
		return "'" + cell
	}
	if r, _ := utf8.DecodeRuneInString(strings.TrimSpace(cell)); strings.ContainsRune("=+-@＝＋－＠", r) {
		return "'" + cell
	}
	return cell
}
