package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/search"
)

// Booking is a booking of the treasurer's as it is kept.
type Booking struct {
	ledger.Booking
	FileID    string
	CreatedAt time.Time
	By        Actor
	PaidOn    string // of an expense that was owed: the day on which it was paid; "" until then
	PaidFrom  string
	// Reversed is when it was taken back; zero while it stands.
	Reversed   time.Time
	ReversedBy Actor
	Why        string // of the reversal
}

const bookingColumns = `id, kind, date, account, against, currency, minor, campaign_id, public, note, party, document, file_id,
	created_at, created_by, created_name, paid_on, paid_from, reversed_at, reversed_by, reversed_name, reversed_why`

func scanBooking(r db.Scanner) (b Booking, err error) {
	return b, r.Scan(&b.ID, &b.Kind, &b.Date, &b.Account, &b.Against, &b.Amount.Currency, &b.Amount.Minor, &b.Campaign, &b.Public, &b.Note, &b.Party,
		&b.Document, &b.FileID, db.At(&b.CreatedAt), &b.By.ID, &b.By.Name, &b.PaidOn, &b.PaidFrom, db.At(&b.Reversed), &b.ReversedBy.ID, &b.ReversedBy.Name, &b.Why)
}

// Book posts a booking and keeps what is internal beside it; fresh is false
// where one with the same id and content was booked before. The same id with
// other content is fault.Conflict. The booking must be valid.
func (tx *Tx) Book(ctx context.Context, by Actor, b ledger.Booking, fileID string) (fresh bool, err error) {
	was, err := db.One(ctx, tx, scanBooking, "SELECT "+bookingColumns+" FROM booking WHERE id = $1", b.ID)
	if err == nil {
		if was.Booking != b {
			return false, fault.New(fault.Conflict, "something else was booked under the same id on %s; give the row another id", was.Date)
		}
		return false, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return false, err
	}
	e := b.Entry()
	if _, _, err := tx.Post(ctx, e); err != nil {
		return false, err
	}
	if b.Campaign != "" {
		tx.Touch(campaignKey(b.Campaign))
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO booking (id, kind, entry_key, date, account, against, currency, minor, campaign_id, public, note, party, document,
		folded, file_id, created_at, created_by, created_name) VALUES (`+places(18)+`)`,
		b.ID, b.Kind, e.Key, b.Date, b.Account, b.Against, b.Amount.Currency, b.Amount.Minor, b.Campaign, b.Public, b.Note, b.Party, b.Document,
		foldBooking(b), fileID, tx.now(), by.ID, by.Name)
	if err != nil {
		return false, err
	}
	return true, tx.Audit(ctx, by, "booking.added", "booking", b.ID, map[string]any{"kind": b.Kind, "account": b.Account, "amount": b.Amount.String()})
}

// foldBooking is what the search looks at.
func foldBooking(b ledger.Booking) string {
	return search.Normalise(strings.Join([]string{b.Public, b.Note, b.Party, b.Document, b.Account, b.Amount.Decimal(), b.Date}, " "))
}

// ReverseBooking takes a booking back on a day, with a reason that stands in
// the books. fault.Conflict where that was done before.
func (tx *Tx) ReverseBooking(ctx context.Context, by Actor, bookingID, day, why string) error {
	b, err := db.One(ctx, tx, scanBooking, "SELECT "+bookingColumns+" FROM booking WHERE id = $1", bookingID)
	if err != nil {
		return err
	}
	if !b.Reversed.IsZero() {
		return fault.New(fault.Conflict, "this was taken back already, on %s", b.Reversed.Format(time.DateOnly))
	}
	if err := tx.notPaidByLine(ctx, b.ID); err != nil {
		return err
	}
	e, err := entryByKey(ctx, tx, b.Entry().Key)
	if err != nil {
		return err
	}
	if _, _, err := tx.Post(ctx, ledger.Reverse(e, ledger.BooksProvider+":"+b.ID+":reversed", day, why)); err != nil {
		return err
	}
	if b.PaidOn != "" { // the payment was of something that there never was
		paid := b.Paid(b.PaidFrom, b.PaidOn)
		if e, err = entryByKey(ctx, tx, paid.Key); err != nil {
			return err
		}
		if _, _, err := tx.Post(ctx, ledger.Reverse(e, ledger.BooksProvider+":"+b.ID+":unpaid", day, why)); err != nil {
			return err
		}
	}
	if b.Campaign != "" {
		tx.Touch(campaignKey(b.Campaign))
	}
	_, err = db.Exec(ctx, tx, "UPDATE booking SET reversed_at = $1, reversed_by = $2, reversed_name = $3, reversed_why = $4 WHERE id = $5",
		tx.now(), by.ID, by.Name, why, b.ID)
	if err != nil {
		return err
	}
	return tx.Audit(ctx, by, "booking.reversed", "booking", b.ID, map[string]any{"why": why})
}

// PayBooking books that an expense which was owed has been paid from an account
// on a day. Where the account's statements are read in, their line settles it,
// and this must not be done as well.
func (tx *Tx) PayBooking(ctx context.Context, by Actor, bookingID, from, day string) error {
	b, err := db.One(ctx, tx, scanBooking, "SELECT "+bookingColumns+" FROM booking WHERE id = $1", bookingID)
	if err != nil {
		return err
	}
	if b.Against != ledger.Payables || b.PaidOn != "" || !b.Reversed.IsZero() {
		return fault.New(fault.Conflict, "nothing is owed for this expense any more")
	}
	if _, _, err := tx.Post(ctx, b.Paid(from, day)); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, "UPDATE booking SET paid_on = $1, paid_from = $2 WHERE id = $3", day, from, b.ID); err != nil {
		return err
	}
	return tx.Audit(ctx, by, "booking.paid", "booking", b.ID, map[string]any{"from": from})
}

// entryByKey reads one entry; fault.NotFound.
func entryByKey(ctx context.Context, q db.Querier, key string) (ledger.Entry, error) {
	seq, err := db.One(ctx, q, db.Value[int64], "SELECT seq FROM ledger_entry WHERE key = $1", key)
	if err != nil {
		return ledger.Entry{}, err
	}
	for row, err := range storedEntries(ctx, q, seq) {
		return row.Entry, err
	}
	return ledger.Entry{}, fault.New(fault.NotFound, "there is no entry %s", key)
}

// Booking returns a booking; fault.NotFound.
func (s *Store) Booking(ctx context.Context, bookingID string) (Booking, error) {
	b, err := db.One(ctx, s.Query(), scanBooking, "SELECT "+bookingColumns+" FROM booking WHERE id = $1", bookingID)
	if fault.Is(err, fault.NotFound) {
		return b, fault.New(fault.NotFound, "there is no such booking")
	}
	return b, err
}

// BookingQuery chooses bookings, the newest day first.
type BookingQuery struct {
	Kind   string
	Text   string // to be found in what is written; "" is all
	Owed   bool   // only expenses that were booked as owed
	Before string // only those behind this one: "2026-01-15/id"
	Limit  int
}

// Bookings returns bookings, the newest day first.
func (s *Store) Bookings(ctx context.Context, q BookingQuery) ([]Booking, error) {
	where, args := "kind = $1", []any{q.Kind, q.Limit}
	add := func(cond string, value any) {
		args = append(args, value)
		where += " AND " + strings.ReplaceAll(cond, "?", place(len(args)))
	}
	if text := search.Normalise(q.Text); text != "" {
		add(`folded LIKE ? ESCAPE '\'`, "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text)+"%")
	}
	if q.Owed {
		add("against = ? AND reversed_at IS NULL AND paid_on = ''", ledger.Payables)
	}
	if day, id, ok := strings.Cut(q.Before, "/"); ok {
		add("date <= ?", day)
		args = append(args, id)
		where += " AND NOT (date = " + place(len(args)-1) + " AND id >= " + place(len(args)) + ")"
	}
	return db.Rows(ctx, s.Query(), scanBooking, "SELECT "+bookingColumns+" FROM booking WHERE "+where+" ORDER BY date DESC, id DESC LIMIT $2", args...)
}

// ChartAccount is an account that can be chosen for a booking.
type ChartAccount struct {
	Account string
	Names   map[string]string // readers' words by language; of the program's own accounts only where the outlet changed them
	Own     bool              // the program brings it along
}

// Chart lists the accounts of spending and of income that can be chosen: those
// that the program brings along, then those that the outlet opened, by name.
func (s *Store) Chart(ctx context.Context) ([]ChartAccount, error) {
	opened, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (a ChartAccount, err error) {
		return a, r.Scan(&a.Account, db.FromJSON(&a.Names))
	}, "SELECT account, names FROM chart_account ORDER BY account")
	var all []ChartAccount
	for _, name := range slices.Concat(ledger.SpendingAccounts, ledger.IncomeAccounts) {
		all = append(all, ChartAccount{Account: name, Own: true})
	}
	for _, a := range opened {
		if i := slices.IndexFunc(all, func(o ChartAccount) bool { return o.Account == a.Account }); i >= 0 {
			all[i].Names = a.Names
		} else {
			all = append(all, a)
		}
	}
	return all, err
}

// PutChartAccount opens an account, or changes what readers call it.
func (tx *Tx) PutChartAccount(ctx context.Context, by Actor, account string, names map[string]string) error {
	if err := ledger.CheckChart(account); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO chart_account (account, names, created_at, created_by) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account) DO UPDATE SET names = excluded.names`, account, db.JSON(orEmpty(names)), tx.now(), by.ID)
	if err != nil {
		return err
	}
	tx.Touch("books")
	return tx.Audit(ctx, by, "chart.changed", "account", account, nil)
}

// MoneyPlace is an account that money can be paid from or into.
type MoneyPlace struct {
	Account  string
	Title    string // as the outlet calls it; "" where only the name is known
	Currency string // "" takes any
	// Statements is the day from which the account is kept by its statements, ""
	// where none are read in. From then on the statement's line books the money,
	// and a booking must not do so as well.
	Statements string
}

// MoneyPlaces lists the bank accounts, those that the books know besides, and
// cash.
func (s *Store) MoneyPlaces(ctx context.Context) ([]MoneyPlace, error) {
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (p MoneyPlace, err error) {
		var name string
		err = r.Scan(&name, &p.Title, &p.Currency, &p.Statements)
		p.Account = ledger.BankAccount(name)
		return p, err
	}, "SELECT name, title, currency, statements_from FROM bank_account WHERE closed_at IS NULL ORDER BY name")
	if err != nil {
		return nil, err
	}
	used, err := s.Balances(ctx)
	for _, b := range used {
		known := slices.ContainsFunc(list, func(p MoneyPlace) bool { return p.Account == b.Account })
		if !known && strings.HasPrefix(b.Account, ledger.BankAccount("")) {
			list = append(list, MoneyPlace{Account: b.Account})
		}
	}
	if len(list) == 0 {
		list = append(list, MoneyPlace{Account: ledger.BankAccount("Main")})
	}
	return append(list, MoneyPlace{Account: ledger.Cash}), err
}
