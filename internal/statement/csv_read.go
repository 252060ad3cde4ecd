package statement

import (
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// readCSV reads one statement an account and currency. Rows without a date and
// an amount (titles, totals) are no lines; everything else that cannot be read
// refuses the file, by line and column.
func readCSV(data []byte, hint Hint) ([]Statement, error) {
	s, err := openSheet(data, hint)
	if err != nil {
		return nil, err
	}
	all, err := s.entries(0)
	if err != nil {
		return nil, err
	}
	out := make([]Statement, 0, len(all))
	for _, a := range all {
		if err := a.prove(); err != nil {
			return nil, err
		}
		out = append(out, a.Statement)
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, "There is no line with a date and an amount below the header; check the mapping.")
	}
	return out, nil
}

// running is a statement with the balances that stand beside its lines.
type running struct {
	Statement
	after []after
}

type after struct {
	known   bool
	balance int64
	line    int
}

// entries reads the rows, the first limit ones where limit is not 0. Beside an
// error it gives what stood before it.
func (s *sheet) entries(limit int) ([]*running, error) {
	var all []*running
	for n := 0; limit == 0 || n < limit; {
		r, ok := s.row()
		if !ok {
			break
		}
		if s.cell(r, s.Date) == "" && s.cell(r, s.Amount)+s.cell(r, s.Debit)+s.cell(r, s.Credit) == "" {
			continue
		}
		if s.isFooter(r) {
			break
		}
		if err := s.add(&all, r); err != nil {
			return all, err
		}
		n++
	}
	return all, nil
}

// isFooter: a total below the table has fewer cells than the table and no date.
func (s *sheet) isFooter(r row) bool {
	_, err := s.date(r, s.Date)
	return err != nil && len(s.header) > 0 && len(r.cells) < len(s.header) && s.atEnd()
}

// atEnd: no row behind this one has a date.
func (s *sheet) atEnd() bool {
	keep := s.next
	defer func() { s.next = keep }()
	for {
		r, ok := s.row()
		if !ok {
			return true
		}
		if _, err := s.date(r, s.Date); err == nil {
			return false
		}
	}
}

func (s *sheet) add(all *[]*running, r row) error {
	currency, err := s.currency(r)
	if err != nil {
		return err
	}
	account := bare(s.cell(r, s.Account))
	if account == "" {
		account = bare(s.hint.Account)
	}
	e, err := s.entry(r, currency)
	if err != nil {
		return err
	}
	into := statementFor(all, account, currency)
	if e.Status != "BOOK" {
		into.Pending = append(into.Pending, e)
		return nil
	}
	into.Entries = append(into.Entries, e)
	a := after{line: r.line}
	if cell := s.cell(r, s.Balance); cell != "" {
		if a.balance, err = s.amount(r, s.Balance, currency); err != nil {
			return err
		}
		a.known = true
	}
	into.after = append(into.after, a)
	return nil
}

func statementFor(all *[]*running, account, currency string) *running {
	for _, s := range *all {
		if s.Account == account && s.Currency == currency {
			return s
		}
	}
	s := &running{Statement: Statement{Format: CSV, Account: account, Currency: currency}}
	*all = append(*all, s)
	return s
}

func (s *sheet) currency(r row) (string, error) {
	c := strings.ToUpper(s.cell(r, s.Currency))
	for _, fallback := range []string{s.FixedCurrency, s.hint.Currency} {
		if c == "" {
			c = fallback
		}
	}
	if c == "€" {
		c = "EUR"
	}
	if _, ok := money.Exponent(c); ok {
		return c, nil
	}
	if s.Currency == "" {
		return "", fault.New(fault.Invalid, "The file does not say its currency; choose it in the mapping.")
	}
	return "", s.bad(r, s.Currency, c, "no currency that is in use")
}

func (s *sheet) bad(r row, column, cell, why string) error {
	return fault.New(fault.Invalid, "Line %d, column %q: %q is %s, so nothing was taken from the file; correct the mapping or the file.",
		r.line, short(column), short(cell), why)
}

func (s *sheet) entry(r row, currency string) (e Entry, err error) {
	e = Entry{Format: CSV, Status: s.status(r), BankRef: given(s.cell(r, s.BankRef))}
	if e.BookedAt, err = s.date(r, s.Date); err != nil && e.Status == "BOOK" { // what is not booked has no date yet
		return e, err
	}
	if s.cell(r, s.ValueDate) != "" {
		if e.ValueAt, err = s.date(r, s.ValueDate); err != nil {
			return e, err
		}
	}
	if e.Amount, err = s.signed(r, currency); err != nil {
		return e, err
	}
	d := Detail{Amount: e.Amount, Reference: given(bare(s.cell(r, s.Reference))), EndToEndID: given(s.cell(r, s.EndToEndID))}
	d.Counterparty.Name = words(s.cell(r, s.Name))
	if payee := words(s.cell(r, s.Payee)); payee != "" && (e.Amount < 0 || d.Counterparty.Name == "") {
		d.Counterparty.Name = payee
	}
	d.Counterparty.number(s.cell(r, s.IBAN))
	if bic := bare(s.cell(r, s.BIC)); bicShape.MatchString(bic) {
		d.Counterparty.BIC = bic
	}
	for _, column := range s.Text {
		d.Remittance = joinWords(d.Remittance, words(s.cell(r, column)))
	}
	e.Text, e.Details = d.Remittance, []Detail{d}
	return e, s.fee(r, &e, currency)
}

// fee takes off what the bank charged beside the amount.
func (s *sheet) fee(r row, e *Entry, currency string) error {
	if s.cell(r, s.Fee) == "" {
		return nil
	}
	fee, err := s.amount(r, s.Fee, currency)
	if err != nil || fee == 0 {
		return err
	}
	if fee > 0 {
		fee = -fee
	}
	sum, ok := money.AddMinor(e.Amount, fee)
	if !ok {
		return s.bad(r, s.Fee, s.cell(r, s.Fee), "too large")
	}
	e.Amount, e.Charges = sum, fee
	e.Details = append(e.Details, Detail{Amount: fee, Charge: true})
	return nil
}

// unbooked are the words by which banks mark lines that are no money yet, or
// never became any.
var unbooked = []string{"PEND", "VORGEMERKT", "VORMERK", "OFFEN", "REVERTED", "DECLIN", "FAIL", "CANCEL", "ABGELEHNT", "STORNIERT", "EXPECTED",
	"EN COURS", "EN ATTENTE", "IN BEHANDELING", "GERESERVEERD", "OCZEKUJ"}

func (s *sheet) status(r row) string {
	cell := strings.ToUpper(s.cell(r, s.Status))
	for _, w := range unbooked {
		if strings.Contains(cell, w) {
			return "PDNG"
		}
	}
	return "BOOK"
}

// signed is the amount of a row, + for money that came in.
func (s *sheet) signed(r row, currency string) (int64, error) {
	if s.Amount == "" {
		return s.twoColumns(r, currency)
	}
	n, err := s.amount(r, s.Amount, currency)
	if err != nil {
		return 0, err
	}
	if s.Side != "" {
		out, known := goesOut(s.cell(r, s.Side))
		if !known {
			return 0, s.bad(r, s.Side, s.cell(r, s.Side), "neither debit nor credit")
		}
		if out && n > 0 { // with a minus of its own it is out already
			n = -n
		}
	}
	if s.Turned {
		n = -n
	}
	return n, nil
}

// twoColumns: what stands under debit went out, with or without a minus.
func (s *sheet) twoColumns(r row, currency string) (int64, error) {
	var in, out int64
	var err error
	if s.cell(r, s.Credit) != "" {
		if in, err = s.amount(r, s.Credit, currency); err != nil {
			return 0, err
		}
	}
	if s.cell(r, s.Debit) != "" {
		if out, err = s.amount(r, s.Debit, currency); err != nil {
			return 0, err
		}
	}
	switch {
	case s.cell(r, s.Credit) == "" && s.cell(r, s.Debit) == "":
		return 0, s.bad(r, s.Debit, "", "no amount, and neither is the one under "+s.Credit)
	case in != 0 && out != 0:
		return 0, s.bad(r, s.Debit, s.cell(r, s.Debit), "an amount beside another one under "+s.Credit)
	case out > 0:
		out = -out
	}
	if s.Turned {
		in, out = -in, -out
	}
	return in + out, nil
}

// prove holds the running balances against the amounts, in whichever direction
// the file runs, and takes opening and closing from them.
func (s *running) prove() error {
	up, upBad := s.chain(func(i int) int { return i })
	if upBad == 0 {
		s.Opening, s.Closing = up[0], up[1]
		return nil
	}
	down, downBad := s.chain(func(i int) int { return len(s.Entries) - 1 - i })
	if downBad == 0 {
		s.Opening, s.Closing = down[0], down[1]
		return nil
	}
	line := upBad
	if s.Entries[0].BookedAt > s.Entries[len(s.Entries)-1].BookedAt {
		line = downBad
	}
	return s.refuse("the balance at line %d is not the one before it plus the amount", line)
}

// chain walks the entries in the order at; bad is the line where a balance does
// not follow, 0 where all do. Both balances are nil where no line has one.
func (s *running) chain(at func(int) int) (ends [2]*Balance, bad int) {
	var sum, now int64
	known, ok := false, true
	for i := range s.Entries {
		e, a := &s.Entries[at(i)], s.after[at(i)]
		if sum, ok = money.AddMinor(sum, e.Amount); !ok {
			return ends, a.line
		}
		next, fits := money.AddMinor(now, e.Amount)
		now = next
		if !a.known {
			continue
		}
		if known && (!fits || now != a.balance) {
			return ends, a.line
		}
		if !known {
			start, ok := money.AddMinor(a.balance, -sum)
			if !ok {
				return ends, a.line
			}
			ends[0] = &Balance{Type: "opening", Currency: s.Currency, Amount: start, Date: e.BookedAt}
		}
		now, known = a.balance, true
	}
	if known {
		ends[1] = &Balance{Type: "closing", Currency: s.Currency, Amount: now, Date: s.Entries[at(len(s.Entries)-1)].BookedAt}
	}
	return ends, 0
}
