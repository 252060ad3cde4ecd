package web

import (
	"time"

	"masthead.dev/masthead/internal/money"
)

// HeldMail tells that a payment arrived, and no more: somebody will look at it
// first ("mail/held").
type HeldMail struct {
	MailFrame
	Amount money.Amount
	Paid   time.Time
}

// Lines are the facts of the gift, in order.
func (m HeldMail) Lines() []Fact {
	return filled(
		Fact{Name: m.T("books.amount"), Value: m.Money(m.Amount)},
		Fact{Name: m.T("thanks.day"), Value: m.On(m.Paid)},
	)
}
