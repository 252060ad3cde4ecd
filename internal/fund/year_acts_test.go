package fund_test

import (
	"fmt"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/store"
)

// lineKind is what a line of the test's bank is.
type lineKind string

const (
	lineGift     lineKind = "gift"     // with its reference
	lineMistyped lineKind = "mistyped" // a person finds the gift
	lineStranger lineKind = "stranger" // no reference: a gift of somebody unnamed
	lineStray    lineKind = "stray"    // not meant for us: goes back
	lineBack     lineKind = "back"     // … and is on its way there
	lineReversal lineKind = "reversal" // the bank takes a gift back
	lineSpending lineKind = "spending"
	linePayout   lineKind = "payout"
)

// bankGift is what the test knows of a line, and the program has to find out.
type bankGift struct {
	what     lineKind
	donation string
	campaign string
	account  string // of spending
}

// plan throws the dice for everything that will happen.
func (y *year) plan() {
	for i := range y.size.donors {
		currency := currencies[i%len(currencies)]
		switch start := y.dice.IntN(y.size.days * 2 / 3); {
		case i < y.size.plans && i%6 == 5:
			y.later(start/2, func() { y.standingOrder(i, currency) })
		case i < y.size.plans:
			y.later(start/2, func() { y.startPlan(i, currency) })
		case i%4 == 3:
			y.later(start, func() { y.transfer(i, currency) })
		default:
			for range 1 + y.dice.IntN(3) {
				y.later(y.dice.IntN(y.size.days-5), func() { y.once(i, currency) })
			}
		}
	}
	for day := 3; day < y.size.days; day += 4 {
		switch (day / 4) % 4 {
		case 0:
			y.later(day, y.refund)
		case 1:
			y.later(day, func() { y.dispute(day) })
		case 2:
			y.later(day, y.stranger)
		case 3:
			y.later(day, y.spend)
		}
	}
	for day := 6; day < y.size.days; day += 7 {
		y.later(day, func() { y.payouts(day) })
	}
}

func (y *year) later(day int, do func()) {
	if day < y.size.days {
		y.happens[day] = append(y.happens[day], do)
	}
}

// today is the day of the year that it is.
func (y *year) today() int { return int(y.sandbox.Now().Sub(y.begins) / (24 * time.Hour)) }

func (y *year) date(days int) string {
	return y.begins.AddDate(0, 0, y.today()+days).Format(time.DateOnly)
}

// give fills in the form, for a campaign in the currency where one runs.
func (y *year) give(donor int, currency, provider string, every fund.Every) fund.Donation {
	y.t.Helper()
	f := fund.Form{
		Nonce: y.mint(), Currency: currency, Every: string(every), Choice: fund.Own, Own: y.amount(currency), Provider: provider,
		Email: fmt.Sprintf("donor-%d@readers.example", donor), Name: fmt.Sprintf("Donor Number %d", donor), Age: time.Minute,
	}
	c, err := y.store.Campaign(y.ctx, y.campaigns[currency].ID)
	y.ok(err)
	if c.Open(y.svc.Money.Now()) && y.dice.IntN(8) > 0 {
		f.Campaign = c
	}
	d, err := y.svc.Begin(y.ctx, f, locale.For("en"))
	y.ok(err)
	y.meant[d.ID] = f.Campaign.ID
	return d
}

func (y *year) amount(currency string) string {
	n := 5 + y.dice.IntN(120)
	if currency == "JPY" {
		return fmt.Sprint(n*100 + y.dice.IntN(100))
	}
	return fmt.Sprintf("%d.%02d", n, y.dice.IntN(100))
}

func (y *year) once(donor int, currency string) {
	y.t.Helper()
	d := y.give(donor, currency, sandbox.Key, fund.Once)
	if y.dice.IntN(10) == 0 {
		y.steer(`{"do":"decline","ref":"` + d.Session + `"}`)
	}
	y.steer(`{"do":"pay","ref":"` + d.Session + `"}`)
}

// startPlan begins a plan and lets some become what plans become.
func (y *year) startPlan(i int, currency string) {
	y.t.Helper()
	every := fund.Month
	if i%7 == 6 {
		every = fund.Year
	}
	d := y.give(i, currency, sandbox.Key, every)
	y.steer(`{"do":"pay","ref":"` + d.Session + `"}`)
	change := func(after int, c fund.Change) {
		y.later(y.today()+after, func() {
			o, err := y.store.DonationOutcome(y.ctx, d.ID)
			y.ok(err)
			_, err = y.svc.Change(y.ctx, o.Plan.ID, c, y.mint())
			y.ok(err)
		})
	}
	steer := func(after int, do string) {
		y.later(y.today()+after, func() {
			o, err := y.store.DonationOutcome(y.ctx, d.ID)
			y.ok(err)
			y.steer(`{"do":"` + do + `","ref":"` + o.Plan.Ref + `"}`)
		})
	}
	switch i % 6 {
	case 0:
		change(20, fund.Change{Do: fund.ChangeCancel})
	case 1:
		steer(10, "decline")
		steer(36, "pay")
	case 2:
		change(15, fund.Change{Do: fund.ChangePause})
		change(50, fund.Change{Do: fund.ChangeResume})
	case 3:
		change(12, fund.Change{Do: fund.ChangeAmount, Amount: money.Amount{Currency: currency, Minor: 4400}})
	}
	if i%12 == 10 {
		steer(5, "decline") // and never again
	}
}

// refund gives a payment back: as staff do, or at the provider's own desk, in
// part, whole, or with a bank that sends it back.
func (y *year) refund() {
	y.t.Helper()
	st, err := y.sandbox.State(y.ctx)
	y.ok(err)
	if len(st.Payments) == 0 {
		return
	}
	p := st.Payments[y.dice.IntN(len(st.Payments))]
	left := p.Amount.Minor - p.Refunded - p.Disputed
	part := left
	if y.dice.IntN(2) == 0 {
		part = (left + 1) / 2
	}
	if left <= 0 {
		return
	}
	if y.dice.IntN(2) == 0 {
		y.steer(fmt.Sprintf(`{"do":"refund","ref":%q,"amount":%d,"fail":%v}`, p.ID, part, y.dice.IntN(3) == 0))
		return
	}
	o, err := y.store.DonationOutcome(y.ctx, p.Intent)
	y.ok(err)
	if o.Payment.Ref == p.ID {
		y.ok(y.svc.Refund(y.ctx, o.Payment.ID, money.Amount{Currency: p.Amount.Currency, Minor: part}, y.mint()))
	}
}

// dispute lets a donor's bank take a payment back, and decides ten days later.
func (y *year) dispute(day int) {
	y.t.Helper()
	st, err := y.sandbox.State(y.ctx)
	y.ok(err)
	for range 10 {
		if len(st.Payments) == 0 {
			return
		}
		p := st.Payments[y.dice.IntN(len(st.Payments))]
		if p.Refunded+p.Disputed > 0 {
			continue
		}
		ref := y.steer(`{"do":"dispute","ref":"` + p.ID + `"}`)
		order := fmt.Sprintf(`{"do":"win","ref":%q,"keep_fee":%v}`, ref, y.dice.IntN(2) == 0)
		if day/16%2 == 1 {
			order = `{"do":"lose","ref":"` + ref + `"}`
		}
		y.later(day+10, func() { y.steer(order) })
		return
	}
}

func (y *year) payouts(day int) {
	y.t.Helper()
	for i, currency := range currencies {
		if y.sandbox.Balance(y.ctx, currency) > 0 {
			y.steer(fmt.Sprintf(`{"do":"payout","ref":%q,"fail":%v}`, currency, (day/7+i)%6 == 5))
		}
	}
}

// counter returns the account in a currency.
func (y *year) counter(currency string) *counter {
	for _, a := range y.accounts {
		if a.Currency == currency {
			return a
		}
	}
	y.t.Fatalf("there is no account in %s", currency)
	return nil
}

// line writes a line into the bank's own books.
func (y *year) line(a *counter, e entry, g bankGift) {
	e.ref = fmt.Sprintf("B%06d", len(y.lines)+1)
	a.pending = append(a.pending, e)
	y.lines[e.ref] = g
}

// arrive brings payouts into the accounts, as the provider says that it sent them.
func (y *year) arrive() {
	y.t.Helper()
	st, err := y.sandbox.State(y.ctx)
	y.ok(err)
	for _, p := range st.Payouts {
		a := y.counter(p.Amount.Currency)
		if p.State != fund.PayoutPaid || a.paidIn[p.ID] {
			continue
		}
		a.paidIn[p.ID] = true
		y.line(a, entry{minor: p.Amount.Minor, day: p.ArrivedAt.Format(time.DateOnly), name: "SANDBOX PAYMENTS", text: "Payout", iban: iban(8000)}, bankGift{what: linePayout})
	}
}

func (y *year) pledge(donor int, currency string, every fund.Every) (d fund.Donation, rf string) {
	y.t.Helper()
	d = y.give(donor, currency, fund.KeyBank, every)
	r, _, err := y.store.ReferenceOf(y.ctx, d.ID)
	y.ok(err)
	return d, r.RF()
}

// transfer promises a gift by bank and sends it, with the reference, with one
// that was mistyped, or with it inside other words.
func (y *year) transfer(donor int, currency string) {
	y.t.Helper()
	d, rf := y.pledge(donor, currency, fund.Once)
	e := entry{minor: d.Amount.Minor, day: y.date(0), name: fmt.Sprintf("Donor Number %d", donor), iban: iban(donor), e2e: fmt.Sprintf("E2E-%d", donor)}
	g := bankGift{what: lineGift, donation: d.ID}
	switch donor / 4 % 4 {
	case 0:
		e.text, g.what = "donation "+rf[:len(rf)-1]+string('0'+(rf[len(rf)-1]-'0'+1)%10), lineMistyped
	case 1:
		e.text = "my gift, " + strings.ToLower(rf) + " with thanks"
	default:
		e.rf = rf
	}
	a := y.counter(currency)
	y.line(a, e, g)
	if g.what == lineGift && y.dice.IntN(3) == 0 { // their bank takes it back
		y.later(y.today()+9, func() {
			back := e
			back.minor, back.day, back.reversal = -e.minor, y.date(0), true
			y.line(a, back, bankGift{what: lineReversal, donation: d.ID})
		})
	}
}

// standingOrder pays each month under the same reference.
func (y *year) standingOrder(donor int, currency string) {
	y.t.Helper()
	d, rf := y.pledge(donor, currency, fund.Month)
	for day := y.today(); day < y.size.days; day += 30 {
		y.later(day+1, func() {
			y.line(y.counter(currency), entry{minor: d.Amount.Minor, day: y.date(0), name: fmt.Sprintf("Donor Number %d", donor), iban: iban(donor), rf: rf}, bankGift{what: lineGift, donation: d.ID})
		})
	}
}

// stranger sends money without a reference: a gift, or something that was not
// meant for us and goes back.
func (y *year) stranger() {
	y.t.Helper()
	n := len(y.lines)
	currency := currencies[n%len(currencies)]
	e := entry{minor: int64(1000 + y.dice.IntN(9000)), day: y.date(0), name: "A. Stranger", iban: iban(5000 + n), text: "for the good work"}
	if y.dice.IntN(2) == 0 {
		y.line(y.counter(currency), e, bankGift{what: lineStranger, campaign: y.campaigns["USD"].ID})
		if currency != "USD" {
			y.lines[fmt.Sprintf("B%06d", n+1)] = bankGift{what: lineStranger}
		}
		return
	}
	e.text = "invoice 4711"
	y.line(y.counter(currency), e, bankGift{what: lineStray})
}

func (y *year) spend() {
	for i, a := range y.accounts {
		account := []string{"Expenses:Hosting", "Expenses:Freelance", "Expenses:Salaries"}[(y.today()+i)%3]
		y.line(a, entry{minor: -int64(500 + y.dice.IntN(5000)), day: y.date(0), name: "Supplier Ltd", iban: iban(7000 + i), text: "invoice"}, bankGift{what: lineSpending, account: account})
		y.line(a, entry{minor: -250, day: y.date(0), text: "account fee"}, bankGift{what: lineSpending, account: "Expenses:Bank"})
	}
}

// statements brings the month's statement of each account, and the treasurer
// says what the rules could not know.
func (y *year) statements() {
	y.t.Helper()
	for _, a := range y.accounts {
		a.number++
		c := camt{iban: string(a.IBAN), currency: a.Currency, number: fmt.Sprint(a.number), opening: a.opening, entries: a.pending}
		if len(a.pending) == 0 {
			c.from, c.to = y.date(0), y.date(0)
		}
		_, err := (&fund.Reconciler{Store: y.books}).Read(y.ctx, []byte(c.String()), fund.ReadOptions{})
		y.ok(err)
		for _, e := range a.pending {
			a.opening += e.minor
			y.told(a.Currency, e)
		}
		a.pending = nil
	}
	y.decide()
	y.settle()
}

// told counts a gift that a statement has brought.
func (y *year) told(currency string, e entry) {
	g := y.lines[e.ref]
	campaign := g.campaign
	switch g.what {
	case lineGift, lineMistyped, lineReversal:
		campaign = y.meant[g.donation]
		day, err := time.Parse(time.DateOnly, e.day)
		y.ok(err)
		// What was promised in time may come within the days of grace.
		if end := y.endOf(campaign); g.what != lineReversal && !end.IsZero() && day.After(end.Add(72*time.Hour)) {
			campaign = ""
		} else if g.what == lineReversal && !end.IsZero() {
			first, err := time.Parse(time.DateOnly, e.day)
			y.ok(err)
			if first.AddDate(0, 0, -9).After(end.Add(72 * time.Hour)) {
				campaign = ""
			}
		}
	case lineStranger:
	default:
		return
	}
	y.banked[[2]string{campaign, currency}] += e.minor
}

// decide puts every line in suspense where it belongs.
func (y *year) decide() {
	y.t.Helper()
	lines, err := y.books.Lines(y.ctx, store.LineQuery{States: []fund.LineState{fund.LineSuspense}, Limit: 1000})
	y.ok(err)
	for _, l := range lines {
		g := y.lines[l.BankRef]
		var to fund.Target
		switch g.what {
		case lineMistyped:
			to = y.suggested(l, g)
		case lineStranger:
			to = fund.Target{Kind: fund.ToGift, Account: g.campaign}
		case lineSpending:
			to = fund.Target{Kind: fund.ToAccount, Account: g.account}
		case lineStray:
			to = fund.Target{Kind: fund.ToGiver}
			a := y.counter(l.Currency)
			y.later(y.today()+2, func() {
				y.line(a, entry{minor: -l.Minor, day: y.date(0), name: "A. Stranger", iban: l.Parts[0].Said.IBAN, text: "returned"}, bankGift{what: lineBack})
			})
		default:
			y.t.Fatalf("the line %s of %s over %d, a %s, waits for a person", l.BankRef, l.Date, l.Minor, g.what)
		}
		y.ok(y.books.Allocate(y.ctx, l.ID, 0, 0, to, fund.ByHand))
	}
}

// suggested is the gift that a mistyped reference was meant for: the first that
// the desk offers.
func (y *year) suggested(l fund.BankLine, g bankGift) fund.Target {
	y.t.Helper()
	list, err := y.books.Suggest(y.ctx, l, 0)
	y.ok(err)
	if len(list) == 0 || list[0].Target.Kind != fund.ToGift || list[0].Target.ID != g.donation {
		y.t.Fatalf("for a mistyped reference the desk offers %+v first, and not %s", list, g.donation)
	}
	return list[0].Target
}

// sums are the balances of the books in minor units.
func (y *year) sums() map[[2]string]int64 {
	y.t.Helper()
	all, err := y.store.Balances(y.ctx)
	y.ok(err)
	out := map[[2]string]int64{}
	for _, b := range all {
		out[[2]string{b.Account, b.Currency}] = b.Minor
	}
	return out
}
