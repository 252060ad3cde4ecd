package web

import (
	"time"

	"masthead.dev/masthead/internal/money"
)

// PlanMail tells a donor of what becomes of a plan: "mail/plan_failed",
// "mail/plan_last", "mail/plan_lost", "mail/plan_notice", "mail/plan_changed",
// "mail/plan_paused", "mail/plan_resumed", "mail/plan_ending" and
// "mail/plan_ended". Links are absolute; "" leaves one out.
type PlanMail struct {
	MailFrame
	Name     string
	For      string // the campaign
	Amount   money.Amount
	Every    string       // "month" or "year"
	Was      money.Amount // plan_changed: what it was; zero for the others
	WasEvery string
	Next     time.Time // of the next charge, or of the next try; zero for none
	Until    time.Time // when a pause is over, or the plan ends; zero: open
	PlanLinks
}

// PlanLinks are what a donor can do about a plan from a mail, each with a link
// that can do this one thing, and the donor's own page, which asks who it is.
type PlanLinks struct {
	ResumeLink  string // takes back a pause or a cancellation
	RestartLink string // begins again what it was
	PauseLink   string
	CancelLink  string
	MyLink      string
}

// Subject is the plan in words, "10.00 $, every month".
func (m PlanMail) Subject() string { return m.terms(m.Amount, m.Every) }

func (f MailFrame) terms(a money.Amount, every string) string {
	return f.T("thanks.amount."+every, "amount", f.Money(a))
}

// Lines are the facts of the plan, in order.
func (m PlanMail) Lines() []Fact {
	before := ""
	if m.Was.Minor != 0 {
		before = m.terms(m.Was, m.WasEvery)
	}
	return filled(
		Fact{Name: m.T("plan.fact.before"), Value: before},
		Fact{Name: m.T("plan.fact.plan"), Value: m.Subject()},
		Fact{Name: m.T("thanks.for"), Value: m.For},
		Fact{Name: m.T("mail.giver"), Value: m.Name},
	)
}

// Links are the links with what each of them does, the likeliest first.
func (f MailFrame) links(p PlanLinks) []Link {
	var out []Link
	for _, x := range []Link{
		{Text: f.T("plan.link.resume"), Href: p.ResumeLink}, {Text: f.T("plan.link.restart"), Href: p.RestartLink},
		{Text: f.T("plan.link.pause"), Href: p.PauseLink}, {Text: f.T("plan.link.cancel"), Href: p.CancelLink},
		{Text: f.T("plan.link.my"), Href: p.MyLink},
	} {
		if x.Href != "" {
			out = append(out, x)
		}
	}
	return out
}

// Links are what the donor can do, with what each link does, the likeliest first.
func (m PlanMail) Links() []Link { return m.links(m.PlanLinks) }

// Links are what the donor can do about the gift, and about the plan that it
// belongs to.
func (m GiftMail) Links() []Link { return append(m.receiptLinks(), m.links(m.PlanLinks)...) }
