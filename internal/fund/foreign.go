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
		r.count(rate.mark(src), own, part)
	}
}

// mark says in the tags of an entry by which rate it was made.
func (x Rate) mark(src ledger.Source) ledger.Source {
	src.Tags["rate"], src.Tags["rate-day"], src.Tags["rate-source"] = string(x.Rate), x.Day, x.Source
	return src
}

// HandPart is what moved for a gift that no provider settles: the gift itself as
// it came by bank or in hand, or, negative, a part of it that went back.
type HandPart struct {
	Source ledger.Source // Tags must not be nil
	Own    money.Amount
}

// CountByRate makes the entries of what the parts of a gift count for in home,
// in their order, by the rate of the gift's day; each is the difference of two
// rounded running sums. The error says that the rate makes an amount too large.
func CountByRate(parts []HandPart, rate Rate, home string) (out []ledger.Entry, err error) {
	var sum int64
	for _, p := range parts {
		if p.Own.Minor == 0 {
			continue
		}
		counted, err := between(p.Own.Currency, sum, sum+p.Own.Minor, rate.Rate, home)
		if err != nil {
			return nil, err
		}
		sum += p.Own.Minor
		out = append(out, ledger.CountedInOther(rate.mark(p.Source), p.Own, counted))
	}
	return out, nil
}

// RateTask asks the treasurer for the reference rate that a payment of a day
// waits for.
func RateTask(paymentID, day, from, to string) Task {
	return Task{
		Key: TaskRate + ":" + day + ":" + from + ":" + to, Kind: TaskRate, ObjectKind: string(KindPayment), ObjectID: paymentID,
		Detail: map[string]string{"day": day, "from": from, "to": to},
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
	r.c.Tasks = append(r.c.Tasks, RateTask(p.ID, r.date(p.SucceededAt), p.Amount.Currency, home))
}

// NearDays are the days on which a payment may lie in any time zone.
func NearDays(at time.Time) (first, last string) {
	return at.UTC().AddDate(0, 0, -1).Format(time.DateOnly), at.UTC().AddDate(0, 0, 1).Format(time.DateOnly)
}
