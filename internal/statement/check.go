package statement

import (
	"strconv"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// label names the statement to a treasurer.
func (s *Statement) label() string {
	out := "the statement"
	switch {
	case s.Number != "":
		out = "statement " + short(s.Number)
	case s.ID != "":
		out = "statement " + short(s.ID)
	}
	if s.Account != "" {
		out += " of account " + short(s.Account)
	}
	return out
}

// short keeps what a file says from filling a message.
func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}

func say(currency string, minor int64) string {
	return money.Amount{Currency: currency, Minor: minor}.String()
}

// settle gives every detail its share of the entry, or says why it cannot.
func (s *Statement) settle() error {
	for i := range s.Entries {
		if err := s.settleEntry(&s.Entries[i], i+1); err != nil {
			return err
		}
	}
	for i := range s.Pending { // no money yet, so nothing to refuse the file for
		if e := &s.Pending[i]; s.settleEntry(e, i+1) != nil || len(e.Details) == 0 {
			e.Details = []Detail{{Amount: e.Amount}}
		}
	}
	return nil
}

// settleEntry follows what banks do: a single detail is the entry whatever
// amount in another currency it names; several must add up, where charges that
// the file itself states may make up the difference and then become a detail of
// their own. Details without any amount cannot be told apart: they become one,
// without references, so that nothing is matched by a share that nobody knows.
func (s *Statement) settleEntry(e *Entry, n int) error {
	if e.currency != "" && e.currency != s.Currency {
		return s.refuse("line %d is in %s, but the account is in %s", n, e.currency, s.Currency)
	}
	stated := 0
	for i := range e.Details {
		if e.Details[i].Stated.Currency == s.Currency || e.Format == CSV {
			stated++
		}
	}
	switch {
	case len(e.Details) == 0:
		e.Details = []Detail{{Amount: e.Amount}}
	case len(e.Details) == 1 && stated == 0:
		e.Details[0].Amount = e.Amount
	case stated == 0:
		for i := range e.Details {
			e.Text = joinWords(e.Text, e.Details[i].Remittance)
		}
		e.Details = []Detail{{Amount: e.Amount}}
	case stated < len(e.Details):
		return s.refuse("%d of the %d details of line %d (%s, %s) have no amount in %s", len(e.Details)-stated, len(e.Details), n,
			e.BookedAt, say(s.Currency, e.Amount), s.Currency)
	default:
		return s.addUp(e, n)
	}
	return nil
}

func (s *Statement) addUp(e *Entry, n int) error {
	var sum int64
	for i := range e.Details {
		next, ok := money.AddMinor(sum, e.Details[i].Amount)
		if !ok {
			return s.refuse("the details of line %d are too large to be added", n)
		}
		sum = next
	}
	gross, ok := money.AddMinor(sum, e.Charges)
	switch {
	case sum == e.Amount:
	case e.Reversal && sum == -e.Amount: // details that still look the way of what they take back
		for i := range e.Details {
			e.Details[i].Amount = -e.Details[i].Amount
		}
	case ok && gross == e.Amount:
		e.Details = append(e.Details, Detail{Amount: e.Charges, Charge: true})
	case e.loose && len(e.Details) == 1: // a lone payment is the line, whatever was ordered
		d := &e.Details[0]
		if d.Amount = e.Amount; d.Instructed.Currency == "" {
			d.Instructed = d.Stated
		}
	default:
		return s.refuse("the %s of line %d (%s, %s) %s %s, %s", plural(len(e.Details), "detail"), n, e.BookedAt, say(s.Currency, e.Amount),
			map[bool]string{true: "is", false: "add up to"}[len(e.Details) == 1], say(s.Currency, sum), s.apart(sum, e.Amount))
	}
	return nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "one " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// apart says by how much got misses want.
func (s *Statement) apart(got, want int64) string {
	switch d, ok := money.AddMinor(got, -want); {
	case !ok:
		return "far from it"
	case d > 0:
		return say(s.Currency, d) + " too much"
	default:
		return say(s.Currency, -d) + " too little"
	}
}

func (s *Statement) refuse(format string, args ...any) error {
	e := fault.New(fault.Invalid, format, args...)
	e.Say = "Nothing was taken from this file, because in " + s.label() + " " + e.Say + "; ask the bank for a correct file."
	return e
}

// check holds opening plus entries against closing.
func (s *Statement) check() error {
	if !s.Proven() {
		return nil
	}
	for _, b := range []*Balance{s.Opening, s.Closing} {
		if b.Currency != s.Currency {
			return s.refuse("the balance of %s is in %s, but the account is in %s", b.Date, b.Currency, s.Currency)
		}
	}
	sum := s.Opening.Amount
	for i := range s.Entries {
		next, ok := money.AddMinor(sum, s.Entries[i].Amount)
		if !ok {
			return s.refuse("the entries are too large to be added")
		}
		sum = next
	}
	if sum != s.Closing.Amount {
		return s.refuse("opening balance %s and %s make %s, %s for the closing balance %s", say(s.Currency, s.Opening.Amount),
			plural(len(s.Entries), "line"), say(s.Currency, sum), s.apart(sum, s.Closing.Amount), say(s.Currency, s.Closing.Amount))
	}
	return nil
}
