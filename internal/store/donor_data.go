package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
)

// donorTable is a table that keeps something about donors. All of them stand in
// donorTables: the export is made of it, and erasure goes by it. A test compares
// the list with the schema.
type donorTable struct {
	name  string
	where string // finds the rows of the donor $1
	hide  string // columns that the export leaves out: keys that open something, and who of the staff did it
	// blank is what erasure writes over: the SET of an UPDATE; "-" deletes the
	// rows. "" leaves them as they are, since nothing in them leads to a person
	// once the donor's own row does not, or since another place sees to it.
	blank string
}

const (
	ofDonor     = "donor_id = $1"
	ofDonations = "donation_id IN (SELECT id FROM donation WHERE donor_id = $1)"
	ofPayments  = "payment_id IN (SELECT id FROM payment WHERE donor_id = $1)"
	// ofObjects finds what hangs on the donor's gifts, payments and plans.
	ofObjects = `object_id IN (SELECT id FROM donation WHERE donor_id = $1 UNION ALL SELECT id FROM payment WHERE donor_id = $1
		UNION ALL SELECT id FROM plan WHERE donor_id = $1)`
	// ofTransfers finds what the donor wrote on transfers that became gifts, and
	// whom staff sent money of them back to. What was taken to be the donor's by
	// mistake, and put right since, is somebody else's.
	ofTransfers = `EXISTS (SELECT 1 FROM bank_allocation a WHERE a.line_id = bank_detail.line_id AND a.detail = bank_detail.n AND a.reversed_at IS NULL
		AND (a.payment_id IN (SELECT id FROM payment WHERE donor_id = $1)
			OR a.kind = 'clear' AND a.object_id IN (SELECT 'refund/' || x.id FROM refund x JOIN payment p ON p.id = x.payment_id WHERE p.donor_id = $1)))`
)

var donorTables = []donorTable{
	{name: "donor", where: "id = $1", hide: "sought"}, // its tombstone is made by erase
	{name: "donation", where: ofDonor, hide: "nonce session_url", blank: "name = '', show_name = 0, session_url = ''"},
	{name: "plan", where: ofDonor},
	{name: "plan_event", where: "plan_id IN (SELECT id FROM plan WHERE donor_id = $1)"},
	{name: "cancel_reason", where: ofDonor, blank: "words = ''"},
	{name: "payment", where: ofDonor},
	{name: "refund", where: ofPayments},
	{name: "dispute", where: ofPayments},
	{name: "fraud_warning", where: ofPayments},
	{name: "hold", where: ofPayments, hide: "decided_by"},
	{name: "suspicion", where: ofDonations},
	{name: "decline", where: ofDonations},
	{name: "offline_gift", where: ofPayments, hide: "entered_by entered_name", blank: "note = ''"},
	{name: "bank_reference", where: ofDonor},
	{name: "bank_reminder", where: ofDonor, blank: "-"},
	{name: "bank_allocation", where: ofPayments, hide: "by_id by_name reversed_by"},
	{name: "bank_detail", where: ofTransfers, hide: "payer_hash box", blank: "payer_hash = '', box = ''"},
	{name: "news_stop", where: ofDonor},
	{name: "supporter", where: ofDonor},
	{name: "receipt", where: ofDonor, hide: "issued_by voided_by"}, // restrictReceipts
	{name: "receipt_party", where: ofDonor, blank: "-"},
	{name: "gift_aid_declaration", where: ofDonor}, // restrictReceipts
	{name: "gift_aid_claimed", where: ofPayments},
	{name: "donor_note", where: ofDonor, hide: "by_id by_name", blank: "-"},
	{name: "donor_tag", where: ofDonor, blank: "-"},
	{name: "command", where: ofObjects}, // scrub
	{name: "task", where: ofObjects, hide: "done_by"},
	{name: "mail_outbox", where: "donor_id = $1 OR donor_id = '' AND kind <> 'staff' AND to_address = (SELECT email FROM donor WHERE id = $1)",
		hide: "body_text body_html unique_key"}, // what was not sent yet holds links, some for another address,
	{name: "donor_link", where: ofDonor, hide: "token_hash", blank: "detail = '{}'"},
	{name: "donor_session", where: ofDonor, hide: "token_hash csrf"},
	{name: "audit", where: "object_kind = 'donor' AND object_id = $1", hide: "actor_id actor_name"},
}

// DonorTable is what one table keeps about a donor. Times are RFC 3339 in UTC,
// amounts are minor units beside their currency, as everywhere.
type DonorTable struct {
	Name    string
	Columns []string
	Rows    [][]any // string, int64, json.RawMessage or nil
}

// DonorData is all that is kept about a donor, read at one moment. Tables
// without a row are left out.
func (s *Store) DonorData(ctx context.Context, donorID string) ([]DonorTable, error) {
	var out []DonorTable
	err := s.Read(ctx, func(q db.Querier) error {
		for _, t := range donorTables {
			got, err := t.read(ctx, q, donorID)
			if err != nil {
				return err
			}
			if len(got.Rows) > 0 {
				out = append(out, got)
			}
		}
		return nil
	})
	return out, err
}

func (t donorTable) read(ctx context.Context, q db.Querier, donorID string) (DonorTable, error) {
	out := DonorTable{Name: t.name}
	hidden := strings.Fields(t.hide)
	_, err := db.Rows(ctx, q, func(r db.Scanner) (none struct{}, err error) {
		columns, err := r.(*sql.Rows).Columns()
		if err != nil {
			return none, err
		}
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := r.Scan(into...); err != nil {
			return none, err
		}
		out.add(columns, values, hidden)
		return none, nil
	}, "SELECT * FROM "+t.name+" WHERE "+t.where+" ORDER BY 1", donorID)
	return out, err
}

// add appends a row without the hidden columns.
func (t *DonorTable) add(columns []string, values []any, hidden []string) {
	first := len(t.Columns) == 0
	var row []any
	for i, name := range columns {
		if slices.Contains(hidden, name) {
			continue
		}
		if first {
			t.Columns = append(t.Columns, name)
		}
		row = append(row, told(name, values[i]))
	}
	t.Rows = append(t.Rows, row)
}

// told is a column's value as the export tells it.
func told(name string, v any) any {
	switch x := v.(type) {
	case int64:
		if name != "at" && !strings.HasSuffix(name, "_at") {
			return x
		}
		if x == 0 {
			return nil
		}
		return time.UnixMilli(x).UTC().Format(time.RFC3339)
	case []byte:
		return told(name, string(x))
	case string:
		if len(x) > 1 && (x[0] == '{' || x[0] == '[') && json.Valid([]byte(x)) {
			return json.RawMessage(x)
		}
		return x
	}
	return v
}
