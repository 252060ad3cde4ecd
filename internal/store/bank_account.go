package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/giro"
)

// BankAccounts is the store with what opens the numbers of bank accounts.
type BankAccounts struct {
	*Store
	Secrets *Secrets
}

// Fingerprint is the keyed hash under which a number of an account is kept, the
// same for every way of writing it; "" for none.
func (sec *Secrets) Fingerprint(number string) string {
	number = giro.Plain(number)
	if number == "" {
		return ""
	}
	m := hmac.New(sha256.New, sec.Derive("account numbers"))
	m.Write([]byte(number))
	return hex.EncodeToString(m.Sum(nil))
}

const bankAccountColumns = `id, name, title, currency, holder, iban_box, qr_box, lines_box, bic, bank_name, address, shown, statements_from, created_at, closed_at`

// The names under which parts of an account are sealed.
func boxName(accountID, part string) string { return "bank account " + accountID + " " + part }

func (b BankAccounts) scanAccount(r db.Scanner) (a giro.Account, err error) {
	var iban, qr, lines string
	err = r.Scan(&a.ID, &a.Name, &a.Title, &a.Currency, &a.Holder, &iban, &qr, &lines, &a.BIC, &a.BankName, db.FromJSON(&a.Address), db.Bool(&a.Shown),
		&a.StatementsFrom, db.At(&a.CreatedAt), db.At(&a.ClosedAt))
	if err != nil {
		return a, err
	}
	a.IBAN, a.QRIBAN, a.Lines, err = b.Secrets.openNumbers(a.ID, iban, qr, lines)
	return a, err
}

// openNumbers opens what an account is called by: the sealed columns iban_box,
// qr_box and lines_box.
func (sec *Secrets) openNumbers(accountID, ibanBox, qrBox, linesBox string) (iban, qr giro.IBAN, lines []giro.Line, err error) {
	open := func(part, box string) string {
		if box == "" || err != nil {
			return ""
		}
		var text string
		text, err = sec.Open(boxName(accountID, part), box)
		return text
	}
	iban, qr = giro.IBAN(open("iban", ibanBox)), giro.IBAN(open("qr", qrBox))
	if text := open("lines", linesBox); text != "" && err == nil {
		err = json.Unmarshal([]byte(text), &lines)
	}
	return iban, qr, lines, err
}

// Accounts lists the outlet's bank accounts with their numbers, those that are
// closed last.
func (b BankAccounts) Accounts(ctx context.Context) ([]giro.Account, error) {
	return db.Rows(ctx, b.Query(), b.scanAccount, "SELECT "+bankAccountColumns+" FROM bank_account ORDER BY CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END, created_at, id")
}

// Account returns one of them; fault.NotFound.
func (b BankAccounts) Account(ctx context.Context, id string) (giro.Account, error) {
	a, err := db.One(ctx, b.Query(), b.scanAccount, "SELECT "+bankAccountColumns+" FROM bank_account WHERE id = $1", id)
	if fault.Is(err, fault.NotFound) {
		return a, fault.New(fault.NotFound, "there is no such bank account")
	}
	return a, err
}

// sameNumber refuses a number that another open account in the currency has: a
// statement would belong to both. Some banks keep several currencies under one
// number.
func (b BankAccounts) sameNumber(ctx context.Context, tx *Tx, a giro.Account) error {
	for _, number := range a.Numbers() {
		n, err := db.One(ctx, tx, db.Value[int64], `SELECT COUNT(*) FROM bank_account WHERE (iban_hash = $1 OR qr_hash = $1) AND currency = $2 AND id <> $3 AND closed_at IS NULL`,
			b.Secrets.Fingerprint(number), a.Currency, a.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.Fields{"iban": "bank.bad.same"}
		}
	}
	return nil
}

// PutAccount writes an account, new or changed. The name is that of its first
// writing, since entries of the books bear it; the day from which statements are
// read is set where the account's books begin, its closing by CloseAccount.
// fault.Fields, with keys of the catalogue, where another account has its name or
// its number.
func (b BankAccounts) PutAccount(ctx context.Context, tx *Tx, a giro.Account) error {
	if err := b.sameNumber(ctx, tx, a); err != nil {
		return err
	}
	seal := func(part, text string) string {
		if text == "" {
			return ""
		}
		return b.Secrets.Seal(boxName(a.ID, part), text)
	}
	lines := ""
	if len(a.Lines) > 0 {
		lines = db.JSON(a.Lines)
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO bank_account (id, name, title, currency, holder, iban_hash, iban_box, iban_tail, qr_hash, qr_box, lines_box, bic, bank_name, address,
		shown, statements_from, created_at) VALUES (`+places(17)+`)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, holder = excluded.holder, iban_hash = excluded.iban_hash,
		iban_box = excluded.iban_box, iban_tail = excluded.iban_tail, qr_hash = excluded.qr_hash, qr_box = excluded.qr_box, lines_box = excluded.lines_box,
		bic = excluded.bic, bank_name = excluded.bank_name, address = excluded.address, shown = excluded.shown`,
		a.ID, a.Name, a.Title, a.Currency, a.Holder, b.Secrets.Fingerprint(a.Number()), seal("iban", string(a.IBAN)), a.Tail(), b.Secrets.Fingerprint(string(a.QRIBAN)),
		seal("qr", string(a.QRIBAN)), seal("lines", lines), a.BIC, a.BankName, db.JSON(a.Address), db.Int(a.Shown), a.StatementsFrom, tx.now())
	if fault.Is(err, fault.Conflict) {
		return fault.Fields{"name": "bank.bad.taken"}
	}
	tx.touchAccounts()
	return err
}

// BankKey is the change key of bank accounts.
const BankKey = "bank"

// touchAccounts: pages ask for gifts where somebody takes them.
func (tx *Tx) touchAccounts() { tx.Touch(BankKey, "campaigns", "desk") }

// CloseAccount takes an account out of use. Its entries stay; it is offered to
// nobody any more.
func (b BankAccounts) CloseAccount(ctx context.Context, tx *Tx, id string) error {
	tx.touchAccounts()
	_, err := db.Exec(ctx, tx, "UPDATE bank_account SET closed_at = $1, shown = 0 WHERE id = $2 AND closed_at IS NULL", tx.now(), id)
	return err
}
