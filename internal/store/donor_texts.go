package store

import (
	"context"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
)

// DonorTexts opens what stands on the bank lines of a donor's gifts, and of the
// transfers by which they got money back, for the export; those are the rows of
// bank_detail that erasure empties. What a line with several payments says of all
// of them is left out, since it may be about somebody else.
func (b *Statements) DonorTexts(ctx context.Context, donorID string) (DonorTable, error) {
	out := DonorTable{Name: "bank_text", Columns: []string{"line_id", "n", "booked_on", "currency", "minor", "name", "iban", "account", "bic", "on_behalf_of",
		"words", "reference", "end_to_end", "transaction", "mandate", "reason", "ordered", "line_text"}}
	_, err := db.Rows(ctx, b.Query(), func(r db.Scanner) (none struct{}, err error) {
		var line, day, currency, box string
		var n, parts int
		var minor int64
		if err := r.Scan(&line, &n, &day, &currency, &minor, &box, &parts); err != nil {
			return none, err
		}
		part := fund.BankPart{N: n}
		if err := b.unseal(line, &part, box); err != nil {
			return none, err
		}
		x := part.Said
		if parts > 1 {
			x.Text = ""
		}
		out.Rows = append(out.Rows, []any{line, int64(n), day, currency, minor, x.Name, x.IBAN, x.Account, x.BIC, x.For,
			x.Words, x.Reference, x.EndToEnd, x.TxID, x.Mandate, x.Reason, x.Ordered, x.Text})
		return none, nil
	}, `SELECT bank_detail.line_id, bank_detail.n, l.booked_on, l.currency, bank_detail.minor, bank_detail.box,
		(SELECT COUNT(*) FROM bank_detail o WHERE o.line_id = bank_detail.line_id)
		FROM bank_detail JOIN bank_line l ON l.id = bank_detail.line_id WHERE bank_detail.box <> '' AND `+ofTransfers+" ORDER BY l.booked_on, bank_detail.line_id, bank_detail.n", donorID)
	return out, err
}
