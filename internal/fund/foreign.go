package fund

import (
	"slices"
	"time"

	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
)

// recount books what gifts in another currency than their campaign's count for:
// the settled amount where the provider settles in the campaign's currency, else
// by a reference rate of the day of the gift; nothing until that is known. What
// goes back counts back by its own movement. See ADR 10.
func (r *reducer) recount() {
	for _, f := range r.f.Payments {
		p, ok := r.w.Payments[f.Ref]
		if !ok {
			continue
		}
		if home := r.home(p); home != "" && home != p.Amount.Currency {
			r.recountGift(p, home)
		}
	}
}

// home is the currency that a payment counts in: its campaign's, or the outlet's
// for the general fund; "" where that is not known.
func (r *reducer) home(p Payment) string {
	if p.CampaignID != "" {
		return r.w.Campaigns[p.CampaignID].Currency
	}
	return r.w.Home
}

func (r *reducer) recountGift(p Payment, home string) {
	var sum int64 // of what the reference rate counts, in the gift's currency
	for _, m := range r.movementsOf(p.Ref) {
		own := m.own()
		if own.Currency != p.Amount.Currency {
			continue // it stands in suspense
		}
		src := r.source(p, m.Ref, m.At)
		if m.Amount.Currency == home {
			r.count(src, own, m.Amount)
			continue
		}
		rate, ok := r.rate(r.date(p.SucceededAt), p.Amount.Currency, home)
		if !ok {
			r.askRate(p, home)
			return
		}
		part, err := between(own.Currency, sum, sum+own.Minor, rate.Rate, home)
		if err != nil {
			r.askRate(p, home) // a rate that makes the amount too large
			return
		}
		sum += own.Minor
		src.Tags["rate"], src.Tags["rate-day"], src.Tags["rate-source"] = string(rate.Rate), rate.Day, rate.Source
		r.count(src, own, part)
	}
}

// count books the pair, unless a movement is so small that it counts for nothing.
func (r *reducer) count(src ledger.Source, own, counted money.Amount) {
	if own.Minor != 0 {
		r.book(ledger.CountedInOther(src, own, counted))
	}
}

// between converts the way from one sum to another, so that what is given back
// in parts counts for nothing in the end, however each part is rounded.
func between(currency string, from, to int64, rate money.Rate, home string) (money.Amount, error) {
	a, err := money.Amount{Currency: currency, Minor: from}.Convert(rate, home)
	if err != nil {
		return a, err
	}
	b, err := money.Amount{Currency: currency, Minor: to}.Convert(rate, home)
	if err != nil {
		return b, err
	}
	return b.Sub(a)
}

// movementsOf lists what moved for a payment, in the provider's order of time.
func (r *reducer) movementsOf(payment string) []Movement {
	var out []Movement
	for _, m := range r.f.Movements {
		if has(giftMoves, m.Kind) && r.paymentOf(m.Source) == payment {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b Movement) int { return a.At.Compare(b.At) })
	return out
}

var giftMoves = []MovementKind{MoveCharge, MoveRefund, MoveRefundFailure, MoveDispute, MoveDisputeReversal}

func (r *reducer) rate(day, from, to string) (Rate, bool) {
	for _, x := range r.w.Rates {
		if x.Day == day && x.From == from && x.To == to {
			return x, true
		}
	}
	return Rate{}, false
}

func (r *reducer) askRate(p Payment, home string) {
	day := r.date(p.SucceededAt)
	r.c.Tasks = append(r.c.Tasks, Task{
		Key: TaskRate + ":" + day + ":" + p.Amount.Currency + ":" + home, Kind: TaskRate, ObjectKind: string(KindPayment), ObjectID: p.ID,
		Detail: map[string]string{"day": day, "from": p.Amount.Currency, "to": home},
	})
}

// NearDays are the days on which a payment may lie in any time zone.
func NearDays(at time.Time) (first, last string) {
	return at.UTC().AddDate(0, 0, -1).Format(time.DateOnly), at.UTC().AddDate(0, 0, 1).Format(time.DateOnly)
}
