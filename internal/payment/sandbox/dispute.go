package sandbox

import (
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
)

func (d dispute) ref() fund.Ref { return fund.Ref{Kind: fund.KindDispute, ID: d.ID} }

// dispute takes an amount of a payment back, or only asks about it (inquiry).
// With a dispute's id it turns that inquiry into a dispute. With force the
// donor's bank takes it although it was refunded already.
func (s *Sandbox) dispute(b *batch, ref string, minor int64, inquiry, force bool) (string, error) {
	d, known := b.w.Disputes.rows[ref]
	if known && d.State != fund.DisputeInquiry {
		return "", fault.New(fault.Conflict, "%s is no inquiry any more", ref)
	}
	paymentID := ref
	if known {
		paymentID, minor, inquiry = d.Payment, d.Amount.Minor, false
	}
	p, ok := b.w.Payments.rows[paymentID]
	if !ok {
		return "", unknown("payment", paymentID)
	}
	left := p.Amount.Minor - p.Refunded - p.Disputed
	if force {
		left = p.Amount.Minor - p.Disputed
	}
	if minor == 0 {
		minor = left
	}
	if minor <= 0 || minor > left {
		return "", fault.New(fault.Invalid, "of %s only %s can be disputed", p.ID, money.Amount{Currency: p.Amount.Currency, Minor: left})
	}
	now := s.now()
	p = b.settled(p, now)
	if !known {
		d = dispute{ID: b.next("dp"), Payment: p.ID, Amount: money.Amount{Currency: p.Amount.Currency, Minor: minor}, State: fund.DisputeInquiry, OpenedAt: now}
		b.event("charge.dispute.created", d.ref(), now)
		p.Disputes = append(p.Disputes, d.ID)
		set(b, b.w.Payments, p.ID, p)
	}
	if !inquiry {
		d.State, d.Fee = fund.DisputeNeedsResponse, DisputeFee
		p.Disputed += minor
		set(b, b.w.Payments, p.ID, p)
		d.Moves = append(d.Moves, b.move(fund.MoveDispute, d.Amount.Neg(), d.Fee, d.ref(), now))
		b.event("charge.dispute.funds_withdrawn", d.ref(), now)
	}
	set(b, b.w.Disputes, d.ID, d)
	return d.ID, nil
}

// win closes an inquiry, or brings disputed money back; keepFee leaves the fee
// with the provider.
func (s *Sandbox) win(b *batch, id string, keepFee bool) error {
	d, err := b.openDispute(id)
	if err != nil {
		return err
	}
	now := s.now()
	d.ClosedAt = now
	if d.State == fund.DisputeInquiry {
		d.State = fund.DisputeClosed
	} else {
		d.State = fund.DisputeWon
		fee := -d.Fee
		if keepFee {
			fee = 0
		}
		p := b.w.Payments.rows[d.Payment]
		p.Disputed -= d.Amount.Minor
		set(b, b.w.Payments, p.ID, p)
		d.Moves = append(d.Moves, b.move(fund.MoveDisputeReversal, d.Amount, fee, d.ref(), now))
		b.event("charge.dispute.funds_reinstated", d.ref(), now)
	}
	set(b, b.w.Disputes, id, d)
	b.event("charge.dispute.closed", d.ref(), now)
	return nil
}

func (s *Sandbox) lose(b *batch, id string) error {
	d, err := b.openDispute(id)
	if err != nil {
		return err
	}
	if d.State == fund.DisputeInquiry {
		return fault.New(fault.Conflict, "an inquiry can't be lost; dispute %s first", id)
	}
	d.State, d.ClosedAt = fund.DisputeLost, s.now()
	set(b, b.w.Disputes, id, d)
	b.event("charge.dispute.closed", d.ref(), d.ClosedAt)
	return nil
}

func (b *batch) openDispute(id string) (dispute, error) {
	d, ok := b.w.Disputes.rows[id]
	if !ok {
		return d, unknown("dispute", id)
	}
	if !d.ClosedAt.IsZero() {
		return d, fault.New(fault.Conflict, "%s is closed already", id)
	}
	return d, nil
}

// payout sends money to the bank; it arrives, or fails, two days later. A minor
// of zero is the whole balance.
func (s *Sandbox) payout(b *batch, currency string, minor int64, fails bool) (string, error) {
	have := b.w.balance(currency)
	if minor == 0 {
		minor = have
	}
	if minor <= 0 || minor > have {
		return "", fault.New(fault.Invalid, "the balance of %s can't be paid out in this amount", money.Amount{Currency: currency, Minor: have})
	}
	now := s.now()
	p := payout{ID: b.next("po"), Amount: money.Amount{Currency: currency, Minor: minor}, State: fund.PayoutInTransit, At: now, DueAt: now.Add(2 * 24 * time.Hour), Fails: fails}
	ref := fund.Ref{Kind: fund.KindPayout, ID: p.ID}
	p.Moves = []string{b.move(fund.MovePayout, p.Amount.Neg(), 0, ref, now)}
	set(b, b.w.Payouts, p.ID, p)
	b.event("payout.created", ref, now)
	return p.ID, nil
}
