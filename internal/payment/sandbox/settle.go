package sandbox

import (
	"time"

	"masthead.dev/masthead/internal/fund"
)

// due is something that the clock brings about.
type due struct {
	at time.Time
	id string
	do func(b *batch, at time.Time)
}

// settle lets everything happen whose time has come, oldest first, each at its
// own time and not at ours.
func (s *Sandbox) settle(b *batch) {
	now := s.now()
	for {
		d, ok := s.nextDue(now)
		if !ok {
			return
		}
		d.do(b, d.at)
	}
}

func (s *Sandbox) nextDue(now time.Time) (first due, found bool) {
	look := func(at time.Time, id string, do func(*batch, time.Time)) {
		if at.IsZero() || at.After(now) {
			return
		}
		if !found || at.Before(first.at) || at.Equal(first.at) && before(id, first.id) {
			first, found = due{at, id, do}, true
		}
	}
	for id, x := range s.w.Sessions.rows {
		if x.State == fund.SessionOpen || x.State == fund.SessionDeclined {
			look(x.ExpiresAt, id, x.expire)
		}
	}
	for id, p := range s.w.Plans.rows {
		if at, do := p.due(); do != nil {
			look(at, id, do)
		}
	}
	for id, r := range s.w.Refunds.rows {
		if r.State != fund.RefundFailed {
			look(r.FailAt, id, r.bounce)
		}
	}
	for id, p := range s.w.Payouts.rows {
		if p.State == fund.PayoutInTransit {
			look(p.DueAt, id, p.end)
		}
	}
	return first, found
}

// before orders ids by their number: ch_9 comes before ch_10.
func before(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

func (x session) expire(b *batch, at time.Time) {
	x.State = fund.SessionExpired
	set(b, b.w.Sessions, x.ID, x)
	b.event("checkout.session.expired", fund.Ref{Kind: fund.KindSession, ID: x.ID}, at)
}

// bounce books that the donor's bank sent a refund back.
func (r refund) bounce(b *batch, at time.Time) {
	ref := fund.Ref{Kind: fund.KindRefund, ID: r.ID}
	r.State = fund.RefundFailed
	r.Moves = append(r.Moves, b.move(fund.MoveRefundFailure, r.Amount, 0, ref, at))
	set(b, b.w.Refunds, r.ID, r)
	p := b.w.Payments.rows[r.Payment]
	p.Refunded -= r.Amount.Minor
	set(b, b.w.Payments, p.ID, p)
	b.event("refund.failed", ref, at)
}

func (p payout) end(b *batch, at time.Time) {
	ref := fund.Ref{Kind: fund.KindPayout, ID: p.ID}
	if p.Fails {
		p.State, p.FailedAt = fund.PayoutFailed, at
		p.Moves = append(p.Moves, b.move(fund.MovePayoutReversal, p.Amount, 0, ref, at))
		b.event("payout.failed", ref, at)
	} else {
		p.State, p.ArrivedAt = fund.PayoutPaid, at
		b.event("payout.paid", ref, at)
	}
	set(b, b.w.Payouts, p.ID, p)
}
