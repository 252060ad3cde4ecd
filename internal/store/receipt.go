package store

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/receipt"
)

const receiptColumns = `id, number, series, year, n, donor_id, regime, version, lang, state, replaces, replaced_by, currency, minor, from_at, to_at,
	facts, facts_hash, file_hash, issued_at, issued_by, voided_at, cause, reason, restricted_until, forgotten_at`

func scanReceipt(row db.Scanner) (r receipt.Receipt, err error) {
	return r, row.Scan(&r.ID, &r.Number, &r.Series, &r.Year, &r.N, &r.DonorID, &r.Regime, &r.Version, &r.Lang, &r.State, &r.Replaces, &r.ReplacedBy,
		&r.Amount.Currency, &r.Amount.Minor, db.At(&r.From), db.At(&r.To), db.FromJSON(&r.Facts), &r.Sum, &r.FileSum,
		db.At(&r.IssuedAt), &r.IssuedBy, db.At(&r.VoidedAt), &r.Cause, &r.Reason, db.At(&r.RestrictedUntil), db.At(&r.ForgottenAt))
}

// Receipt returns a receipt; fault.NotFound.
func (s *Store) Receipt(ctx context.Context, receiptID string) (receipt.Receipt, error) {
	return db.One(ctx, s.Query(), scanReceipt, "SELECT "+receiptColumns+" FROM receipt WHERE id = $1", receiptID)
}

// ReceiptsOf lists the receipts that a donor may see, the newest first: not
// those that were restricted when the donor was erased.
func (s *Store) ReceiptsOf(ctx context.Context, donorID string) ([]receipt.Receipt, error) {
	return db.Rows(ctx, s.Query(), scanReceipt, "SELECT "+receiptColumns+` FROM receipt WHERE donor_id = $1 AND restricted_until IS NULL
		ORDER BY issued_at DESC, n DESC`, donorID)
}

// PaymentReceipts returns the number of the live receipt of Kind Thanks of each
// of a donor's payments, with its id.
func (s *Store) PaymentReceipts(ctx context.Context, donorID string) (map[string]receipt.Receipt, error) {
	type row struct {
		payment string
		r       receipt.Receipt
	}
	list, err := db.Rows(ctx, s.Query(), func(x db.Scanner) (p row, err error) { return p, x.Scan(&p.payment, &p.r.ID, &p.r.Number) },
		`SELECT rp.payment_id, r.id, r.number FROM receipt_payment rp JOIN receipt r ON r.id = rp.receipt_id
		WHERE r.donor_id = $1 AND rp.live = 1 AND rp.kind = $2 AND r.restricted_until IS NULL`, donorID, receipt.Thanks)
	out := map[string]receipt.Receipt{}
	for _, p := range list {
		out[p.payment] = p.r
	}
	return out, err
}

// ReceiptOf returns the live receipt of Kind Thanks of a payment; fault.NotFound.
func (s *Store) ReceiptOf(ctx context.Context, paymentID string) (receipt.Receipt, error) {
	return db.One(ctx, s.Query(), scanReceipt, "SELECT "+receiptColumns+` FROM receipt
		WHERE id = (SELECT receipt_id FROM receipt_payment WHERE payment_id = $1 AND kind = $2 AND live = 1)`, paymentID, receipt.Thanks)
}

// ReceiptQuery chooses receipts for the desk's list, the newest first.
type ReceiptQuery struct {
	Words string // part of a number, of a donor's address or name; "" is all
	State receipt.State
	Limit int
	Skip  int
}

// ListedReceipt is a receipt in the desk's list: without its facts and without
// the donor, who stands on the receipt's own page.
type ListedReceipt struct {
	ID, Number string
	Regime     string
	State      receipt.State
	Currency   string
	Minor      int64
	IssuedAt   time.Time
	Restricted bool
}

// Receipts lists receipts, the newest first.
func (s *Store) Receipts(ctx context.Context, q ReceiptQuery) ([]ListedReceipt, error) {
	where, args := "1 = 1", []any{q.Limit, q.Skip}
	if q.State != "" {
		args = append(args, q.State)
		where += " AND r.state = " + place(len(args))
	}
	if q.Words != "" {
		args = append(args, likePart(q.Words))
		at := place(len(args))
		where += " AND (LOWER(r.number) LIKE " + at + ` ESCAPE '!' OR r.restricted_until IS NULL AND r.donor_id IN (SELECT id FROM donor
			WHERE email LIKE ` + at + ` ESCAPE '!' OR LOWER(name) LIKE ` + at + ` ESCAPE '!'))`
	}
	return db.Rows(ctx, s.Query(), func(row db.Scanner) (r ListedReceipt, err error) {
		return r, row.Scan(&r.ID, &r.Number, &r.Regime, &r.State, &r.Currency, &r.Minor, db.At(&r.IssuedAt), db.Bool(&r.Restricted))
	}, `SELECT r.id, r.number, r.regime, r.state, r.currency, r.minor, r.issued_at, CASE WHEN r.restricted_until IS NULL THEN 0 ELSE 1 END
		FROM receipt r WHERE `+where+" ORDER BY r.issued_at DESC, r.n DESC, r.id LIMIT $1 OFFSET $2", args...)
}

// CountReceipts tells how many receipts there are in each state.
func (s *Store) CountReceipts(ctx context.Context) (map[receipt.State]int, error) {
	type count struct {
		state receipt.State
		n     int
	}
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (c count, err error) { return c, r.Scan(&c.state, &c.n) },
		"SELECT state, COUNT(*) FROM receipt GROUP BY state")
	out := map[receipt.State]int{}
	for _, c := range list {
		out[c.state] = c.n
	}
	return out, err
}

// ReceiptSettings is what the operator decided about receipts.
func (s *Store) ReceiptSettings(ctx context.Context) (receipt.Settings, error) {
	var r receipt.Settings
	_, err := s.Setting(ctx, receipt.Setting, &r)
	return r, err
}

// issueReceipt gives a draft its number and writes it. Both happen in one
// transaction, so that no number is lost, and none used twice.
func (tx *Tx) issueReceipt(ctx context.Context, d receipt.Draft) (receipt.Receipt, error) {
	if err := d.Check(); err != nil {
		return receipt.Receipt{}, err
	}
	n, err := tx.takeNumber(ctx, d.Series, d.At.Year())
	if err != nil {
		return receipt.Receipt{}, err
	}
	r := receipt.Receipt{
		ID: id.New(), Number: receipt.Number(d.Series, d.At.Year(), n), Series: d.Series, Year: d.At.Year(), N: n, DonorID: d.DonorID,
		Regime: d.Regime.Key, Version: d.Regime.Version, State: receipt.Issued, Replaces: d.Replaces.ID, Amount: d.Amount(),
		From: d.Gifts[0].At, To: d.Gifts[len(d.Gifts)-1].At, IssuedAt: d.At, IssuedBy: d.By, RestrictedUntil: d.Replaces.RestrictedUntil,
	}
	r.Facts = d.Facts(r.Number)
	r.Lang = r.Facts.Document.Lang
	facts := db.JSON(r.Facts)
	r.Sum = receipt.Sum([]byte(facts))
	_, err = db.Exec(ctx, tx, `INSERT INTO receipt (id, number, series, year, n, donor_id, regime, version, lang, replaces, currency, minor,
		from_at, to_at, facts, facts_hash, issued_at, issued_by, restricted_until) VALUES (`+places(19)+")",
		r.ID, r.Number, r.Series, r.Year, r.N, r.DonorID, r.Regime, r.Version, r.Lang, r.Replaces, r.Amount.Currency, r.Amount.Minor,
		r.From.UnixMilli(), r.To.UnixMilli(), facts, r.Sum, r.IssuedAt.UnixMilli(), r.IssuedBy, db.Ms(r.RestrictedUntil))
	if err != nil {
		return r, err
	}
	for _, g := range d.Gifts {
		if _, err := db.Exec(ctx, tx, "INSERT INTO receipt_payment (receipt_id, payment_id, kind, minor) VALUES ("+places(4)+")",
			r.ID, g.Payment, d.Kind, g.Due); err != nil {
			return r, err
		}
	}
	tx.Touch("desk")
	return r, nil
}

// takeNumber takes the next number of a series and year. On PostgreSQL the row
// stays locked until the commit, so others wait for it rather than skip it.
func (tx *Tx) takeNumber(ctx context.Context, series string, year int) (int64, error) {
	if _, err := db.Exec(ctx, tx, `INSERT INTO receipt_counter (series, year, next) SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), 1
		WHERE NOT EXISTS (SELECT 1 FROM receipt_counter WHERE series = $1 AND year = $2) ON CONFLICT (series, year) DO NOTHING`, series, year); err != nil {
		return 0, err
	}
	return db.One(ctx, tx, db.Value[int64], "UPDATE receipt_counter SET next = next + 1 WHERE series = $1 AND year = $2 RETURNING next - 1", series, year)
}

// endReceipt voids a receipt, or notes that another one has taken its place.
func (tx *Tx) endReceipt(ctx context.Context, r receipt.Receipt, to receipt.State, by, cause, reason string, at time.Time) error {
	n, err := db.Exec(ctx, tx, `UPDATE receipt SET state = $1, voided_at = $2, voided_by = $3, cause = $4, reason = $5 WHERE id = $6 AND state = 'issued'`,
		to, at.UnixMilli(), by, cause, reason, r.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "this receipt holds no more; load the page again")
	}
	_, err = db.Exec(ctx, tx, "UPDATE receipt_payment SET live = 0 WHERE receipt_id = $1", r.ID)
	tx.Touch("desk")
	return err
}

// ReceiptFile returns the PDF of a receipt as it was kept; fault.NotFound where
// it was not drawn yet or is forgotten, fault.Internal where it is not the one
// that was kept.
func (s *Store) ReceiptFile(ctx context.Context, receiptID string) ([]byte, error) {
	type file struct {
		pdf []byte
		sum string
	}
	f, err := db.One(ctx, s.Query(), func(r db.Scanner) (f file, err error) { return f, r.Scan(&f.pdf, &f.sum) },
		"SELECT f.pdf, r.file_hash FROM receipt_file f JOIN receipt r ON r.id = f.receipt_id WHERE f.receipt_id = $1", receiptID)
	if err != nil {
		return nil, err
	}
	if receipt.Sum(f.pdf) != f.sum {
		return nil, fault.New(fault.Internal, "the file of the receipt %s is not the one that was issued", receiptID)
	}
	return f.pdf, nil
}

// DrawReceipt returns the PDF of a receipt, and draws and keeps it where that was
// not done yet. Whoever is first draws the one file that there will ever be.
func (s *Store) DrawReceipt(ctx context.Context, r receipt.Receipt, draw func(receipt.Document) ([]byte, error)) ([]byte, error) {
	file, err := s.ReceiptFile(ctx, r.ID)
	if !fault.Is(err, fault.NotFound) {
		return file, err
	}
	if !r.ForgottenAt.IsZero() {
		return nil, fault.New(fault.Gone, "this receipt was kept as long as the law wants, and is forgotten now")
	}
	if facts, err := db.One(ctx, s.Query(), db.Value[string], "SELECT facts FROM receipt WHERE id = $1", r.ID); err != nil {
		return nil, err
	} else if receipt.Sum([]byte(facts)) != r.Sum {
		return nil, fault.New(fault.Internal, "what the receipt %s says is not what was issued", r.Number)
	}
	if file, err = draw(r.Facts.Document); err != nil {
		return nil, err
	}
	err = s.Write(ctx, func(tx *Tx) error { return tx.keepReceiptFile(ctx, r.ID, file) })
	if err != nil {
		return nil, err
	}
	return s.ReceiptFile(ctx, r.ID)
}

func (tx *Tx) keepReceiptFile(ctx context.Context, receiptID string, file []byte) error {
	n, err := db.Exec(ctx, tx, "UPDATE receipt SET file_hash = $1 WHERE id = $2 AND file_hash = ''", receipt.Sum(file), receiptID)
	if err != nil || n == 0 { // somebody else was faster
		return err
	}
	_, err = db.Exec(ctx, tx, "INSERT INTO receipt_file (receipt_id, pdf, made_at) VALUES ($1, $2, $3)", receiptID, file, tx.now())
	return err
}

// restrictReceipts closes the receipts and declarations of a donor who is being
// erased: staff with the action Receipts see them until the law wants them no
// more, and nobody else does.
func (tx *Tx) restrictReceipts(ctx context.Context, donorID string) error {
	o, err := tx.Outlet(ctx)
	if err != nil {
		return err
	}
	list, err := db.Rows(ctx, tx, scanReceipt, "SELECT "+receiptColumns+" FROM receipt WHERE donor_id = $1 AND restricted_until IS NULL", donorID)
	if err != nil {
		return err
	}
	for _, r := range list {
		regime, err := receipt.RegimeOf(r.Regime)
		if err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, "UPDATE receipt SET restricted_until = $1 WHERE id = $2", regime.KeptUntil(r.IssuedAt.In(o.Location())).UnixMilli(), r.ID); err != nil {
			return err
		}
	}
	if _, err := db.Exec(ctx, tx, "DELETE FROM receipt_party WHERE donor_id = $1", donorID); err != nil {
		return err
	}
	return tx.restrictDeclarations(ctx, donorID, o.Location())
}

// ForgetReceipts takes the names out of receipts and declarations of erased
// donors whose time is up. Number, amount and days stay: the row of numbers has
// no gap.
func (s *Store) ForgetReceipts(ctx context.Context, now time.Time) error {
	return s.Write(ctx, func(tx *Tx) error {
		due, err := db.Rows(ctx, tx, db.Value[string], "SELECT id FROM receipt WHERE restricted_until < $1 AND forgotten_at IS NULL ORDER BY restricted_until LIMIT 100", now.UnixMilli())
		if err != nil {
			return err
		}
		for _, r := range due {
			if _, err := db.Exec(ctx, tx, "UPDATE receipt SET forgotten_at = $1, facts = '{}', reason = '' WHERE id = $2", now.UnixMilli(), r); err != nil {
				return err
			}
			if _, err := db.Exec(ctx, tx, "DELETE FROM receipt_file WHERE receipt_id = $1", r); err != nil {
				return err
			}
		}
		_, err = db.Exec(ctx, tx, `UPDATE gift_aid_declaration SET forgotten_at = $1, title = '', first_name = '', last_name = '', house = '', address = '', postcode = ''
			WHERE restricted_until < $1 AND forgotten_at IS NULL`, now.UnixMilli())
		return err
	})
}

// likePart is a pattern for LIKE … ESCAPE '!' that finds a part of a text.
func likePart(s string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(s)) + "%"
}
