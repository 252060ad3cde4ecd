package fund

import (
	"time"

	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
)

// The entries. Each has a key made of the provider's facts, a date by the
// provider's clock, and tags that never name a person.

func (r *reducer) book(e ledger.Entry) { r.c.Entries = append(r.c.Entries, e) }

func (r *reducer) source(p Payment, object string, at time.Time) ledger.Source {
	tags := map[string]string{"every": string(p.Every)}
	if p.CampaignID != "" {
		tags["campaign"] = p.CampaignID
	} else {
		tags["fund"] = "general"
	}
	return ledger.Source{Provider: r.w.Provider, Object: object, Date: r.date(at), Tags: tags}
}

func (r *reducer) plain(object string, at time.Time) ledger.Source {
	return ledger.Source{Provider: r.w.Provider, Object: object, Date: r.date(at)}
}

// movement books a change of the provider's balance, once.
func (r *reducer) movement(m Movement) {
	if r.w.Movements[m.Ref] {
		return
	}
	switch m.Kind {
	case MovePayout, MovePayoutReversal:
		r.payoutMovement(m)
		return
	case MoveFee:
		r.keep(m, r.fee(r.plain(m.Ref, m.At), m, -m.Amount.Minor))
		return
	case MoveCharge, MoveRefund, MoveRefundFailure, MoveDispute, MoveDisputeReversal:
	default:
		r.suspend(m)
		return
	}
	ref := r.paymentOf(m.Source)
	p, ok := r.w.Payments[ref]
	switch {
	case ok && m.own().Currency != p.Amount.Currency:
		r.suspend(m) // nobody says how much of the payment it is
	case ok:
		r.giftMovement(m, p)
	case ref != "" && r.reported(ref):
		r.suspend(m) // a payment at the provider that is no donation of ours
	default:
		r.c.Unplaced = append(r.c.Unplaced, m)
	}
}

// paymentOf finds the payment that an object belongs to.
func (r *reducer) paymentOf(src Ref) string {
	switch src.Kind {
	case KindPayment:
		return src.ID
	case KindRefund:
		for _, f := range r.f.Refunds {
			if f.Ref == src.ID {
				return f.Payment
			}
		}
		return r.w.Refunds[src.ID].Payment
	case KindDispute:
		for _, f := range r.f.Disputes {
			if f.Ref == src.ID {
				return f.Payment
			}
		}
		return r.w.Disputes[src.ID].Payment
	}
	return ""
}

func (r *reducer) reported(payment string) bool {
	for _, f := range r.f.Payments {
		if f.Ref == payment {
			return true
		}
	}
	return false
}

// giftMovement books a movement of a payment that we know. A charge itself is
// booked by the payment; its movement brings the fee. What the provider settles
// in another currency is booked in the gift's own and taken across from there;
// fees are in the balance's currency.
func (r *reducer) giftMovement(m Movement, p Payment) {
	src := r.source(p, m.Ref, m.At)
	abs, balance := absolute(m.own()), m.Amount.Currency
	var key string
	switch m.Kind {
	case MoveCharge:
		key = r.w.Provider + ":" + p.Ref + ":charge"
		if m.converted() {
			key = r.bookKey(ledger.SettledInOther(src, abs, absolute(m.Amount), money.Amount{Currency: balance, Minor: max(m.Fee, 0)}))
			r.fee(src, m, min(m.Fee, 0))
		} else {
			r.fee(src, m, m.Fee)
		}
	case MoveRefund:
		key = r.bookKey(ledger.Refunded(src, abs))
		r.across(src, m)
		r.fee(src, m, m.Fee)
	case MoveRefundFailure:
		key = r.bookKey(ledger.RefundFailed(src, abs))
		r.across(src, m)
		r.fee(src, m, m.Fee)
	case MoveDispute:
		key = r.bookKey(ledger.DisputeWithdrawn(src, abs, money.Amount{Currency: balance, Minor: m.Fee}))
		r.across(src, m)
		r.fee(src, m, min(m.Fee, 0))
	case MoveDisputeReversal:
		key = r.bookKey(ledger.DisputeWon(src, abs, money.Amount{Currency: balance, Minor: -m.Fee}))
		r.across(src, m)
		r.fee(src, m, max(m.Fee, 0))
	}
	r.keep(m, key)
}

// across books the change of currencies of a movement, in its direction.
func (r *reducer) across(src ledger.Source, m Movement) {
	switch abs := absolute(m.own()); {
	case !m.converted():
	case m.Amount.Minor < 0:
		r.book(ledger.SettledBack(src, abs, absolute(m.Amount)))
	default:
		r.book(ledger.SettledInOther(src, abs, absolute(m.Amount), money.Amount{Currency: m.Amount.Currency}))
	}
}

func absolute(a money.Amount) money.Amount {
	if a.Minor < 0 {
		return a.Neg()
	}
	return a
}

func (r *reducer) bookKey(e ledger.Entry) string {
	r.book(e)
	return e.Key
}

// fee books what the provider kept, or gave back when negative, and returns the
// entry's key; "" where there is nothing to book.
func (r *reducer) fee(src ledger.Source, m Movement, minor int64) string {
	fee := money.Amount{Currency: m.Amount.Currency, Minor: minor}
	switch {
	case minor > 0:
		return r.bookKey(ledger.FeeKnown(src, fee))
	case minor < 0:
		e := ledger.FeeKnown(src, fee.Neg())
		for i := range e.Postings {
			e.Postings[i].Minor = -e.Postings[i].Minor
		}
		return r.bookKey(e)
	}
	return ""
}

func (r *reducer) keep(m Movement, key string) {
	b := Booked{Movement: m, EntryKey: key}
	if key == "" {
		b.Ignored = "it moves nothing"
	}
	r.w.Movements[m.Ref] = true
	r.c.Movements = append(r.c.Movements, b)
}

// suspend books a movement that no rule knows: the provider's balance must
// agree with the books all the same, and a person must look.
func (r *reducer) suspend(m Movement) {
	e, t := Suspense(r.w.Provider, r.w.Zone, m)
	if len(e.Postings) == 0 {
		r.keep(m, "")
		return
	}
	r.keep(m, r.bookKey(e))
	r.c.Tasks = append(r.c.Tasks, t)
}

// release takes out of suspense what was booked before its payment was known, so
// that it is booked in its own place now and not twice.
func (r *reducer) release(payment string) {
	for _, m := range r.f.Movements {
		if !r.w.Movements[m.Ref] || r.paymentOf(m.Source) != payment {
			continue
		}
		delete(r.w.Movements, m.Ref)
		if e, _ := Suspense(r.w.Provider, r.w.Zone, m); len(e.Postings) > 0 {
			r.book(ledger.Reverse(e, r.w.Provider+":"+m.Ref+":placed", r.date(m.At), ""))
		}
	}
}

// Suspense is the entry and the task for a movement that can't be placed.
func Suspense(provider string, zone *time.Location, m Movement) (ledger.Entry, Task) {
	e := ledger.Entry{Key: provider + ":" + m.Ref + ":suspense", Date: m.At.In(zone).Format(time.DateOnly)}
	if net := m.Net(); net != 0 {
		e.Postings = []ledger.Posting{
			{Account: ledger.ProviderAccount(provider), Currency: m.Amount.Currency, Minor: net},
			{Account: ledger.Unallocated, Currency: m.Amount.Currency, Minor: -net},
		}
	}
	return e, Task{
		Key: TaskSuspense + ":" + provider + ":" + m.Ref, Kind: TaskSuspense, ObjectKind: "movement", ObjectID: m.Ref,
		Detail: map[string]string{"kind": string(m.Kind), "amount": m.Amount.String(), "source": m.Source.String()},
	}
}

// disputeLost books that disputed money is gone: as much as movements took and
// did not bring back. That they were seen is certain, since a dispute is fetched
// with its movements.
func (r *reducer) disputeLost(p Payment, f DisputeFact) {
	if f.State != DisputeLost {
		return
	}
	gone := money.Amount{Currency: f.Amount.Currency}
	for _, m := range r.f.Movements {
		if m.Source == (Ref{KindDispute, f.Ref}) && (m.Kind == MoveDispute || m.Kind == MoveDisputeReversal) && m.own().Currency == gone.Currency {
			gone.Minor -= m.own().Minor
		}
	}
	if gone.Minor > 0 {
		r.book(ledger.DisputeLost(r.source(p, f.Ref, f.ClosedAt), gone))
	}
}

func (r *reducer) payoutMovement(m Movement) {
	abs := money.Amount{Currency: m.Amount.Currency, Minor: max(m.Amount.Minor, -m.Amount.Minor)}
	if m.Kind == MovePayout {
		r.keep(m, r.bookKey(ledger.PayoutCreated(r.plain(m.Ref, m.At), abs)))
	} else {
		r.keep(m, r.bookKey(ledger.PayoutFailed(r.plain(m.Ref, m.At), abs)))
	}
	r.fee(r.plain(m.Ref, m.At), m, m.Fee)
}

// payout records a payout and books its arrival, unless a bank statement will.
// One that failed after it had arrived takes the arrival back too, unless a
// statement will: the two days may lie on both sides of the one from which
// statements are read.
func (r *reducer) payout(f PayoutFact) {
	if !f.ArrivedAt.IsZero() && !r.w.byStatement(f.Amount.Currency, r.date(f.ArrivedAt)) {
		r.arrival(f)
	}
	was, known := r.w.Payouts[f.Ref]
	if known && (r.stale(was.UpdatedAt) || was.State == f.State) {
		return
	}
	p := Payout{Ref: f.Ref, Amount: f.Amount, CreatedAt: f.CreatedAt, UpdatedAt: r.f.AsOf}
	var legal bool
	if p.State, legal = payouts.seen(was.State, f.State); !legal {
		r.reject("payout", f.Ref, was.State, f.State)
		return
	}
	r.w.Payouts[f.Ref] = p
	r.c.Payouts = append(r.c.Payouts, p)
}

// arrival books that a payout arrived, and that it came back. What the bank had
// before the first day of the account's books is in their opening balance: where
// it becomes known only after they began, it is taken out of that again.
func (r *reducer) arrival(f PayoutFact) {
	was := r.w.Arrivals[f.Ref]
	bank, known := r.w.arrivedAt(f.Ref, f.Amount.Currency)
	if !known {
		r.c.Tasks = append(r.c.Tasks, PayoutTask(f.Amount.Currency))
		return
	}
	src := r.plain(f.Ref, f.ArrivedAt)
	in := ledger.PayoutArrived(src, bank.Name, f.Amount)
	r.book(in)
	if was.Bank == "" && bank.From != "" {
		r.book(ledger.PayoutInOpening(src, bank.Name, f.Amount))
	}
	if f.FailedAt.IsZero() || r.w.byStatement(f.Amount.Currency, r.date(f.FailedAt)) {
		return
	}
	src = r.plain(f.Ref, f.FailedAt)
	r.book(ledger.Reverse(in, r.w.Provider+":"+f.Ref+":payout-returned", src.Date, ""))
	if !was.Returned && bank.From != "" {
		r.book(ledger.ReturnInOpening(src, bank.Name, f.Amount))
	}
}
