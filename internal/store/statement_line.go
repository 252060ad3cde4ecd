package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/statement"
)

// sliceLasts is how long a transaction of bulk work goes on taking lines: with
// its end and its commit it stays below the 50 ms that a gift may have to wait.
const sliceLasts = 8 * time.Millisecond

// StoredLines implements fund.BankStore.
func (b *Statements) StoredLines(ctx context.Context, accountID, from, to string) ([]fund.StoredLine, error) {
	return db.Rows(ctx, b.Query(), func(r db.Scanner) (l fund.StoredLine, err error) {
		return l, r.Scan(&l.ID, &l.Date, &l.Minor, &l.Format, &l.Kind, &l.Statement)
	}, `SELECT id, booked_on, minor, format, kind, statement_id FROM bank_line
		WHERE account_id = $1 AND booked_on >= $2 AND booked_on <= $3 AND `+stands, accountID, from, to)
}

// stands leaves out gap lines that were taken back.
const stands = "NOT (kind = 'gap' AND state = 'ignored')"

// Stands implements fund.BankStore.
func (b *Statements) Stands(ctx context.Context, accountID, before string) (int64, error) {
	if before == "" {
		before = "9999-99-99"
	}
	return db.One(ctx, b.Query(), db.Value[int64], `SELECT CAST(COALESCE(SUM(minor), 0) AS BIGINT) FROM bank_line
		WHERE account_id = $1 AND booked_on < $2 AND `+stands, accountID, before)
}

// Opening implements fund.BankStore.
func (b *Statements) Opening(ctx context.Context, statementID string) (*int64, error) {
	return db.One(ctx, b.Query(), db.Value[*int64], "SELECT opening_minor FROM bank_statement WHERE id = $1", statementID)
}

// Closed implements fund.BankStore.
func (b *Statements) Closed(ctx context.Context, accountID, day string, closing int64) (string, error) {
	return found(db.One(ctx, b.Query(), db.Value[string], `SELECT id FROM bank_statement
		WHERE account_id = $1 AND to_day = $2 AND closing_minor = $3 AND state = 'read' ORDER BY read_at, id LIMIT 1`, accountID, day, closing))
}

// Opened implements fund.BankStore.
func (b *Statements) Opened(ctx context.Context, accountID, day string, opening int64) (bool, error) {
	n, err := db.One(ctx, b.Query(), db.Value[int], `SELECT COUNT(*) FROM bank_statement WHERE account_id = $1 AND from_day = $2 AND opening_minor = $3 AND state = 'read'`, accountID, day, opening)
	return n > 0, err
}

// NextGap implements fund.BankStore.
func (b *Statements) NextGap(ctx context.Context, accountID, from string) (fund.BankLine, error) {
	lineID, err := db.One(ctx, b.Query(), db.Value[string], `SELECT id FROM bank_line
		WHERE account_id = $1 AND booked_on >= $2 AND kind = 'gap' AND state <> 'ignored' ORDER BY booked_on, id LIMIT 1`, accountID, from)
	if err != nil {
		return fund.BankLine{}, err
	}
	all, err := b.read(ctx, b.Query(), []string{lineID})
	if err != nil {
		return fund.BankLine{}, err
	}
	return all[0], nil
}

// StoredEntries implements fund.BankStore.
func (b *Statements) StoredEntries(ctx context.Context, ids []string) (map[string]statement.Entry, error) {
	out := make(map[string]statement.Entry, len(ids))
	for len(ids) > 0 {
		n := min(len(ids), 500)
		lines, err := b.read(ctx, b.Query(), ids[:n])
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			out[l.ID] = l.Entry()
		}
		ids = ids[n:]
	}
	return out, nil
}

const lineColumns = `l.id, l.account_id, a.name, l.statement_id, l.ordinal, l.kind, l.format, l.booked_on, l.value_on, l.currency, l.minor,
	l.bank_ref, l.reversal, l.state, l.reason`

func scanLine(r db.Scanner) (l fund.BankLine, err error) {
	return l, r.Scan(&l.ID, &l.AccountID, &l.Bank, &l.Statement, &l.Ordinal, &l.Kind, &l.Format, &l.Date, &l.ValueDate, &l.Currency, &l.Minor,
		&l.BankRef, db.Bool(&l.Reversal), &l.State, &l.Reason)
}

// read returns lines by id, with what is said in them opened, in the order of
// their days.
func (b *Statements) read(ctx context.Context, q db.Querier, ids []string) ([]fund.BankLine, error) {
	marks, args := anyOf(1, ids)
	lines, err := db.Rows(ctx, q, scanLine, "SELECT "+lineColumns+` FROM bank_line l JOIN bank_account a ON a.id = l.account_id
		WHERE l.id IN (`+marks+") ORDER BY l.booked_on, l.id", args...)
	if err != nil {
		return nil, err
	}
	at := make(map[string]*fund.BankLine, len(lines))
	for i := range lines {
		at[lines[i].ID] = &lines[i]
	}
	_, err = db.Rows(ctx, q, func(r db.Scanner) (none struct{}, err error) {
		var lineID string
		p, err := b.scanPart(r, &lineID)
		if l := at[lineID]; l != nil {
			l.Parts = append(l.Parts, p)
		}
		return none, err
	}, "SELECT line_id, n, minor, open_minor, charge, payer_hash, box FROM bank_detail WHERE line_id IN ("+marks+") ORDER BY line_id, n", args...)
	return lines, err
}

func (b *Statements) scanPart(r db.Scanner, lineID *string) (p fund.BankPart, err error) {
	var box string
	if err = r.Scan(lineID, &p.N, &p.Minor, &p.Open, db.Bool(&p.Charge), &p.Payer, &box); err != nil {
		return p, err
	}
	return p, b.unseal(*lineID, &p, box)
}

// unseal opens what is said in a part; of an erased donor nothing is.
func (b *Statements) unseal(lineID string, p *fund.BankPart, box string) error {
	if box == "" {
		return nil
	}
	text, err := b.secrets.Open(partBox(lineID, p.N), box)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), &p.Said)
}

// partBox is the name under which what a payer wrote is sealed.
func partBox(lineID string, n int) string { return fmt.Sprintf("bank line %s/%d", lineID, n) }

// sealed is a line ready to be written: sealing takes no time of a transaction.
type sealed struct {
	fund.BankLine
	boxes []string
}

func (b *Statements) seal(l fund.BankLine) sealed {
	out := sealed{l, make([]string, len(l.Parts))}
	for i := range l.Parts {
		p := &l.Parts[i]
		p.Payer = b.secrets.Fingerprint(p.Said.Number())
		if p.Said != (fund.Said{}) {
			out.boxes[i] = b.secrets.Seal(partBox(l.ID, p.N), db.JSON(p.Said))
		}
	}
	return out
}

// manyParts is how many parts a line may have to be written in one transaction.
const manyParts = 200

// AddLines implements fund.BankStore.
func (b *Statements) AddLines(ctx context.Context, s fund.BankStatement, version int64, lines []fund.BankLine) (fresh int, err error) {
	ready := make([]sealed, len(lines))
	for i, l := range lines {
		ready[i] = b.seal(l)
		if err := b.addParts(ctx, ready[i]); err != nil {
			return 0, err
		}
	}
	err = b.Write(ctx, func(tx *Tx) error {
		n, err := db.Exec(ctx, tx, "UPDATE bank_book SET version = version + 1 WHERE account_id = $1 AND version = $2", s.AccountID, version)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "another statement of this account is being read; what was taken so far is kept, so read the file again when that is done")
		}
		if s.Fills != nil {
			if err := b.shrinkGap(ctx, tx, s); err != nil {
				return err
			}
		}
		fresh, err = tx.addLines(ctx, s.ID, ready)
		tx.Touch("books", "desk")
		return err
	})
	return fresh, err
}

// addParts writes the parts of a line that has too many for one transaction.
func (b *Statements) addParts(ctx context.Context, l sealed) error {
	if len(l.Parts) <= manyParts {
		return nil
	}
	for from := 0; from < len(l.Parts); from += manyParts {
		var rows []any
		for i := from; i < min(from+manyParts, len(l.Parts)); i++ {
			rows = append(rows, l.part(i)...)
		}
		if err := b.Write(ctx, func(tx *Tx) error { return tx.insertParts(ctx, rows) }); err != nil {
			return err
		}
	}
	return nil
}

const partWidth = 7

func (l sealed) part(i int) []any {
	p := l.Parts[i]
	return []any{l.ID, p.N, p.Minor, p.Open, db.Int(p.Charge), p.Payer, l.boxes[i]}
}

func (tx *Tx) insertParts(ctx context.Context, rows []any) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := db.Exec(ctx, tx, "INSERT INTO bank_detail (line_id, n, minor, open_minor, charge, payer_hash, box) VALUES "+
		rowsOf(len(rows)/partWidth, partWidth)+" ON CONFLICT DO NOTHING", rows...)
	return err
}

// addLines writes lines and books them, and tells how many were not there yet. A
// line that moves nothing has no place in the books and is kept with that reason.
func (tx *Tx) addLines(ctx context.Context, statementID string, lines []sealed) (fresh int, err error) {
	const width = 16
	var rows []any
	for _, l := range lines {
		if l.Minor == 0 {
			l.State, l.Reason = fund.LineIgnored, "zero"
		}
		rows = append(rows, l.ID, l.AccountID, statementID, l.Ordinal, l.Kind, l.Format, l.Date, l.ValueDate, l.Currency,
			l.Minor, l.BankRef, db.Int(l.Reversal), db.Int(l.Minor != 0), l.State, l.Reason, tx.now())
	}
	added, err := db.Rows(ctx, tx, db.Value[string], `INSERT INTO bank_line (id, account_id, statement_id, ordinal, kind, format, booked_on, value_on, currency, minor,
		bank_ref, reversal, unlooked, state, reason, read_at) VALUES `+rowsOf(len(lines), width)+" ON CONFLICT (id) DO NOTHING RETURNING id", rows...)
	if err != nil {
		return 0, err
	}
	new := set{}
	new.add(added...)
	var parts []any
	var entries []ledger.Entry
	for _, l := range lines {
		if !new[l.ID] {
			continue
		}
		if l.Minor != 0 {
			entries = append(entries, ledger.BankLine(lineSource(l.BankLine), l.Bank, l.Amount()))
		}
		if len(l.Parts) > manyParts {
			continue // they are there
		}
		for i := range l.Parts {
			parts = append(parts, l.part(i)...)
		}
		if len(parts) > manyParts*partWidth {
			if err := tx.insertParts(ctx, parts); err != nil {
				return 0, err
			}
			parts = nil
		}
	}
	if err := tx.insertParts(ctx, parts); err != nil {
		return 0, err
	}
	return len(added), tx.postMany(ctx, entries)
}

// lineSource is the fact of a line. Its object is the keyed hash: nothing that a
// payer wrote can be found from it.
func lineSource(l fund.BankLine) ledger.Source {
	return ledger.Source{Provider: fund.KeyBank, Object: l.ID, Date: l.Date}
}

// shrinkGap takes the gap line back that a statement fills, with the lines that
// fill it, and leaves a smaller one where some is missing still.
func (b *Statements) shrinkGap(ctx context.Context, tx *Tx, s fund.BankStatement) error {
	g, left := *s.Fills, s.Left
	rest := sealed{g, []string{""}}
	rest.ID, rest.Minor = b.LineID(fmt.Sprintf("gap|%s|%s|%d|after %s", g.AccountID, g.Date, left, g.ID)), left
	rest.State, rest.Parts = fund.LineImported, []fund.BankPart{{Minor: left, Open: left}}
	n, err := db.Exec(ctx, tx, "UPDATE bank_line SET state = 'ignored', unlooked = 0, reason = 'filled' WHERE id = $1 AND state <> 'ignored'", g.ID)
	if err != nil || n == 0 {
		return err
	}
	if err := tx.takeBack(ctx, fund.KeyBank+":"+g.ID+":line", fund.KeyBank+":"+g.ID+":filled", ""); err != nil {
		return err
	}
	if left != 0 {
		if _, err := tx.addLines(ctx, g.Statement, []sealed{rest}); err != nil {
			return err
		}
	}
	return tx.Audit(ctx, b.by, "bank.gap_filled", "bank_statement", s.ID, map[string]any{"was": g.Amount().String(), "left": left})
}

const statementColumns = `id, account_id, file_hash, part, format, number, from_day, to_day, opening_minor, closing_minor, lines, fresh, follows, state`

func scanStatement(r db.Scanner) (s fund.BankStatement, err error) {
	var state string
	err = r.Scan(&s.ID, &s.AccountID, &s.FileHash, &s.Part, &s.Format, &s.Number, &s.From, &s.To, &s.Opening, &s.Closing, &s.Lines, &s.Fresh,
		db.Bool(&s.Follows), &state)
	s.Done = state == "read"
	return s, err
}

// Begun implements fund.BankStore.
func (b *Statements) Begun(ctx context.Context, accountID, fileHash string, part int) (fund.BankStatement, error) {
	s, err := db.One(ctx, b.Query(), scanStatement, "SELECT "+statementColumns+" FROM bank_statement WHERE account_id = $1 AND file_hash = $2 AND part = $3", accountID, fileHash, part)
	if err != nil || s.Done {
		return s, err
	}
	line, err := found(db.One(ctx, b.Query(), db.Value[string], "SELECT id FROM bank_line WHERE account_id = $1 AND statement_id = $2 LIMIT 1", accountID, s.ID))
	s.Partly = line != ""
	return s, err
}

// OpenStatement implements fund.BankStore.
func (b *Statements) OpenStatement(ctx context.Context, s fund.BankStatement) (got fund.BankStatement, err error) {
	err = b.Write(ctx, func(tx *Tx) error {
		s.ID = id.New()
		_, err := db.Exec(ctx, tx, `INSERT INTO bank_statement (`+statementColumns+`, read_at, read_by, read_name) VALUES (`+places(17)+`)
			ON CONFLICT (account_id, file_hash, part) DO UPDATE SET follows = excluded.follows`, s.ID, s.AccountID, s.FileHash, s.Part, s.Format, s.Number, s.From, s.To,
			s.Opening, s.Closing, s.Lines, 0, db.Int(s.Follows), "reading", tx.now(), b.by.ID, b.by.Name)
		if err != nil {
			return err
		}
		got, err = db.One(ctx, tx, scanStatement, "SELECT "+statementColumns+" FROM bank_statement WHERE account_id = $1 AND file_hash = $2 AND part = $3", s.AccountID, s.FileHash, s.Part)
		return err
	})
	return got, err
}

// CloseStatement implements fund.BankStore.
func (b *Statements) CloseStatement(ctx context.Context, s fund.BankStatement, fresh int) error {
	return b.Write(ctx, func(tx *Tx) error {
		n, err := db.Exec(ctx, tx, "UPDATE bank_statement SET state = 'read', fresh = fresh + $1 WHERE id = $2 AND (state = 'reading' OR $1 > 0)", fresh, s.ID)
		if err != nil || n == 0 {
			return err
		}
		tx.Touch("desk")
		return tx.Audit(ctx, b.by, "bank.statement", "bank_statement", s.ID, map[string]any{"lines": s.Lines, "new": fresh, "format": s.Format})
	})
}
