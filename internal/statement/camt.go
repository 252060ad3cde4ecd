package statement

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// readCAMT reads ISO 20022 camt.053 of any version, in any namespace: what
// changed between 001.02 and 001.13 is where status, parties and BIC stand, and
// every place is looked at.
func readCAMT(data []byte) ([]Statement, error) {
	r := newXMLReader(data)
	var all []Statement
	for {
		name, err := r.child()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		switch name {
		case "BkToCstmrAcctRpt":
			return nil, refusal(CAMT052, data)
		case "BkToCstmrDbtCdtNtfctn":
			return nil, refusal(CAMT054, data)
		case "Stmt":
			s, err := r.statement()
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Invalid, "There is no bank statement in this XML file; ask the bank for CAMT.053.")
	}
	return all, nil
}

func (r *xmlReader) statement() (Statement, error) {
	s := Statement{Format: CAMT053}
	head := &node{}
	for {
		name, err := r.child()
		if err != nil {
			return s, err
		}
		if name == "" {
			break
		}
		if name == "Ntry" {
			s.identify(head)
			if err := r.entry(&s); err != nil {
				return s, err
			}
			continue
		}
		kid, err := r.tree(name)
		if err != nil {
			return s, err
		}
		head.kids = append(head.kids, kid)
	}
	s.identify(head)
	return s, s.head(head)
}

// identify takes what stands before the entries and is needed by them.
func (s *Statement) identify(head *node) {
	if s.Account == "" {
		s.ID, s.Number = head.say("Id"), head.first("ElctrncSeqNb", "LglSeqNb")
		acct := head.at("Acct")
		s.Account = bare(acct.first("Id/IBAN", "Id/Othr/Id", "Id/PrtryAcct/Id", "Id/BBAN"))
		s.AccountName = words(acct.first("Nm"))
		s.Currency = acct.first("Ccy")
	}
}

func (s *Statement) head(head *node) error {
	s.Copy = head.say("CpyDplctInd")
	s.From, s.To = day(head.first("FrToDt/FrDtTm")), day(head.first("FrToDt/ToDtTm"))
	s.Page, _ = strconv.Atoi(head.say("StmtPgntn", "PgNb"))
	s.Text = words(head.say("AddtlStmtInf"))
	if err := s.balances(head); err != nil {
		return err
	}
	s.ends()
	s.settleCurrency()
	if s.Currency == "" && len(s.Entries) == 0 { // nothing at all happened on an account that says nothing of itself
		return s.refuse("neither currency nor balance is named")
	}
	return s.bookingDates()
}

func (s *Statement) balances(head *node) (err error) {
	head.each("Bal", func(n *node) {
		b := Balance{Type: n.first("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry", "Tp/Cd"), Date: dayOf(n.at("Dt"))}
		a, e := signedAmount(n)
		if e != nil {
			if slices.Contains(bookedTypes, b.Type) && err == nil {
				err = s.refuse("the balance %s cannot be read (%s)", b.Type, fault.Say(e))
			}
			return
		}
		b.Amount, b.Currency = a.Minor, a.Currency
		s.Balances = append(s.Balances, b)
	})
	return err
}

// bookedTypes are the balances that entries lead from and to; the others
// (available, forward, information) follow rules of their own.
var bookedTypes = []string{"OPBD", "PRCD", "CLBD", "ITBD"}

// ends picks opening and closing. A page of a long statement opens or closes
// with an interim balance; a file of several days may state one pair a day.
func (s *Statement) ends() {
	var opbd, prcd, clbd, itbd []*Balance
	for i := range s.Balances {
		switch b := &s.Balances[i]; b.Type {
		case "OPBD":
			opbd = append(opbd, b)
		case "PRCD":
			prcd = append(prcd, b)
		case "CLBD":
			clbd = append(clbd, b)
		case "ITBD":
			itbd = append(itbd, b)
		}
	}
	byDate := func(a, b *Balance) int { return strings.Compare(a.Date, b.Date) }
	for _, l := range [][]*Balance{opbd, prcd, clbd, itbd} {
		slices.SortStableFunc(l, byDate)
	}
	opening, closing := append(opbd, prcd...), clbd
	if len(opening) == 0 && (len(clbd) > 0 || len(itbd) > 1) {
		opening = itbd
	}
	if len(closing) == 0 && (len(opbd)+len(prcd) > 0 || len(itbd) > 1) {
		closing = itbd
	}
	if len(opening) > 0 {
		s.Opening = ref(*opening[0])
	}
	if len(closing) > 0 {
		s.Closing = ref(*closing[len(closing)-1])
	}
}

func ref[T any](v T) *T { return &v }

// settleCurrency: what the account says, else its balances, else its entries.
func (s *Statement) settleCurrency() {
	for _, b := range []*Balance{s.Opening, s.Closing} {
		if s.Currency == "" && b != nil {
			s.Currency = b.Currency
		}
	}
	for i := range s.Entries {
		if s.Currency == "" {
			s.Currency = s.Entries[i].currency
		}
	}
	if s.Currency == "" && len(s.Balances) > 0 {
		s.Currency = s.Balances[0].Currency
	}
}

// bookingDates fills what some banks leave out: a line was booked on its value
// date, or on the day that the statement closes.
func (s *Statement) bookingDates() error {
	for i := range s.Entries {
		e := &s.Entries[i]
		if e.BookedAt == "" {
			e.BookedAt = e.ValueAt
		}
		if e.BookedAt == "" && s.Closing != nil {
			e.BookedAt = s.Closing.Date
		}
		if e.BookedAt == "" {
			return s.refuse("line %d has no date", i+1)
		}
	}
	return nil
}

// dayOf reads a choice of Dt and DtTm.
func dayOf(n *node) string { return day(n.first("Dt", "DtTm")) }

// day keeps the calendar day as the bank writes it: it books in its own zone.
func day(s string) string {
	if len(s) < 10 || !isDay(s[:10]) {
		return ""
	}
	return s[:10]
}

// amountOf reads Amt. CAMT's amounts have no sign; CdtDbtInd is the sign.
func amountOf(n *node) (money.Amount, error) {
	amt := n.at("Amt")
	if amt == nil {
		return money.Amount{}, fault.New(fault.Invalid, "there is no amount")
	}
	s := strings.TrimPrefix(amt.text, "+")
	if strings.HasPrefix(s, "-") {
		return money.Amount{}, fault.New(fault.Invalid, "the amount %s has a sign", short(s))
	}
	if strings.HasPrefix(s, ".") {
		s = "0" + s
	}
	return money.ParseExact(strings.TrimSuffix(s, "."), amt.ccy)
}

func signedAmount(n *node) (money.Amount, error) {
	a, err := amountOf(n)
	if err != nil {
		return a, err
	}
	side, err := sideOf(n)
	a.Minor *= side
	return a, err
}

// sideOf is +1 for a credit and −1 for a debit. ISO 20022: the indicator of a
// reversal is the reversal's own, so nothing is turned twice.
func sideOf(n *node) (int64, error) {
	switch v := n.say("CdtDbtInd"); v {
	case "CRDT":
		return 1, nil
	case "DBIT":
		return -1, nil
	default:
		return 0, fault.New(fault.Invalid, "it is neither CRDT nor DBIT but %q", short(v))
	}
}
