package fund

import (
	"context"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
)

// TaskPayBack asks staff to send money of a gift back by transfer.
const TaskPayBack = "fund.pay_back"

// PaidBackByHand tells whether a provider's payments are given back by people: no bank
// and no cash box does it for us.
func PaidBackByHand(provider string) bool { return provider == KeyBank || provider == KeyOffline }

// refundByHand books that a gift, or a part of it, goes back, and asks staff to
// send the money. The refund is pending until a line of a statement shows the
// transfer. The same key once more changes nothing.
func (s *Service) refundByHand(ctx context.Context, provider string, pay Payment, a money.Amount, key string) error {
	now := s.Money.Now()
	f := Facts{AsOf: now, Refunds: []RefundFact{{Ref: key, Payment: pay.Ref, Key: IdemKey(key), Amount: a, State: RefundPending, CreatedAt: now}}}
	var short error
	_, err := s.Store.Apply(ctx, provider, f, func(w World) Changes {
		short = nil
		p := w.Payments[pay.Ref]
		if _, have := w.Refunds[key]; have {
			return Changes{}
		}
		if a.Minor > p.Left() {
			short = fault.New(fault.Conflict, "of this payment only %s can be refunded", money.Amount{Currency: a.Currency, Minor: max(0, p.Left())})
			return Changes{}
		}
		w.Zone = s.Zone()
		c := Reduce(w, f)
		r := &reducer{w: w, f: f}
		c.Entries = append(c.Entries, ledger.GiftToReturn(r.source(p, key, now), a))
		c.Tasks = append(c.Tasks, Task{
			Key: TaskPayBack + ":" + provider + ":" + key, Kind: TaskPayBack, ObjectKind: string(KindPayment), ObjectID: p.ID, Detail: map[string]string{"amount": a.String()},
		})
		return c
	})
	if err == nil {
		err = short
	}
	return err
}
