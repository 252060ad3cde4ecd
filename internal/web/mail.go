package web

import (
	"html/template"
	"slices"
	"time"

	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
)

// MailFrame is what every mail shares. Mails have a plain text that reads well
// alone, and the same as HTML with styles of its own; no pixel, no key.
type MailFrame struct {
	*locale.Locale
	Outlet Outlet
	Zone   *time.Location
}

// On writes a day in the outlet's zone.
func (f MailFrame) On(t time.Time) string {
	if f.Zone != nil {
		t = t.In(f.Zone)
	}
	return f.Date(t, locale.Long)
}

// At writes day and time in the outlet's zone.
func (f MailFrame) At(t time.Time) string {
	if f.Zone != nil {
		t = t.In(f.Zone)
	}
	return f.DateTime(t)
}

// H is a sentence as HTML whose values stand each in a <bdi>.
func (f MailFrame) H(key string, args ...any) template.HTML { return isolate(f.Locale, key, args) }

// GiftMail thanks for a payment that arrived ("mail/gift").
type GiftMail struct {
	MailFrame
	Amount money.Amount
	Every  string // "once", "month" or "year"
	Paid   time.Time
	Next   time.Time // of the next one; zero for none
	PlanLinks
	Method  string
	Name    string
	For     string
	Receipt string // its number; "" for none

	ReceiptLink string // absolute, as those that follow; "" for none
	GiftAidLink string
	PartyLink   string
}

// RefundMail tells that a payment was given back ("mail/refund").
type RefundMail struct {
	MailFrame
	Amount  money.Amount // given back
	Of      money.Amount // the payment
	Paid    time.Time
	Receipt string
}

// StaffMail brings a person of the staff a one-time link ("mail/staff").
type StaffMail struct {
	MailFrame
	Name  string
	Kind  string // "invite", "reset" or "signin"
	Link  string // absolute
	Until time.Time
}

// NoticesMail tells a person of the staff what they have not read at the desk
// ("mail/notices"). It holds no text of a story.
type NoticesMail struct {
	MailFrame
	Name    string
	Notices []NoticeLine
	Account string // absolute: where the mails are changed
}

// NoticeLine is one thing that somebody should know.
type NoticeLine struct {
	Say   string // what happened
	Story string // its headline; "" of one that must not be named
	Link  string // absolute
	At    time.Time
}

// SecurityMail tells a person of the staff what was done to an account
// ("mail/security"). It holds no key.
type SecurityMail struct {
	MailFrame
	Name string
	Kind string // "signin", "passkey", "token", "recovery", "reset", or "other": somebody else's was reset
	What string // the browser, the passkey's name, or whose account it was
	Time time.Time
	Link string // absolute: where to look after it
}

// Lines are the facts of a gift, in order.
func (m GiftMail) Lines() []Fact {
	return filled(
		Fact{Name: m.T("thanks.receipt"), Value: m.Receipt},
		Fact{Name: m.T("books.amount"), Value: m.terms(m.Amount, m.Every)},
		Fact{Name: m.T("thanks.day"), Value: m.On(m.Paid)},
		Fact{Name: m.T("thanks.method"), Value: m.Method},
		Fact{Name: m.T("thanks.for"), Value: m.For},
		Fact{Name: m.T("mail.giver"), Value: m.Name},
	)
}

// Lines are the facts of a refund, in order.
func (m RefundMail) Lines() []Fact {
	return filled(
		Fact{Name: m.T("mail.refund.amount"), Value: m.Money(m.Amount)},
		Fact{Name: m.T("mail.refund.of"), Value: m.Money(m.Of)},
		Fact{Name: m.T("thanks.day"), Value: m.On(m.Paid)},
		Fact{Name: m.T("thanks.receipt"), Value: m.Receipt},
	)
}

// filled leaves out what is not known.
func filled(facts ...Fact) []Fact {
	return slices.DeleteFunc(facts, func(f Fact) bool { return f.Value == "" })
}
