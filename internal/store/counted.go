package store

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
)

// What came by bank or in hand in another currency than it counts in is counted
// by the reference rate of its day; see ADR 10. All of it is read from the books:
// the entry of the gift, what went back of it, and whether it was taken back. So
// it may be asked for at any time, and twice.

// home is the currency that a gift to a campaign counts in; that of the outlet
// for the general fund, "".
func (tx *Tx) home(ctx context.Context, campaignID string) (string, error) {
	if campaignID == "" {
		o, err := tx.Outlet(ctx)
		return o.Currency, err
	}
	return db.One(ctx, tx, db.Value[string], "SELECT currency FROM campaign WHERE id = $1", campaignID)
}

// count asks for a look at the gift whose entry has the key, where it came in
// another currency; in bulk work with the others at the end of the slice.
func (p *placing) count(ctx context.Context, tx *Tx, gift string) error {
	if p.bulk == nil {
		return tx.countByHand(ctx, gift)
	}
	campaign := p.tags["campaign"]
	home, known := p.bulk.homes[campaign]
	if !known {
		var err error
		if home, err = tx.home(ctx, campaign); err != nil {
			return err
		}
		p.bulk.homes[campaign] = home
	}
	if home != p.line.Currency {
		p.bulk.foreign.add(gift)
	}
	return nil
}

// rateLock names what makes a gift that finds no rate and the rate that is given
// meanwhile wait for one another.
func rateLock(day, from, to string) string { return "rate " + day + " " + from + " " + to }

// countByHand books what gifts by bank or in hand count for, by the keys of their
// entries, as far as that is not booked; where the rate of the day is not known it
// asks the treasurer.
func (tx *Tx) countByHand(ctx context.Context, gifts ...string) error {
	for _, key := range gifts {
		if err := tx.countGift(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) countGift(ctx context.Context, key string) error {
	e, err := entryByKey(ctx, tx, key)
	if err != nil {
		return err
	}
	gift := handPart(e)
	home, err := tx.home(ctx, e.Tags["campaign"])
	if err != nil || home == gift.Own.Currency {
		return err
	}
	back, err := found(db.One(ctx, tx, db.Value[string], "SELECT key FROM ledger_entry WHERE reverses = $1", key))
	if err != nil {
		return err
	}
	rate, known, err := tx.rateOf(ctx, gift.Source.Date, gift.Own.Currency, home)
	switch {
	case err != nil:
		return err
	case !known && back != "":
		return nil
	case !known:
		return tx.askRate(ctx, gift, home)
	}
	parts, err := tx.handParts(ctx, gift)
	if err != nil {
		return err
	}
	counted, err := fund.CountByRate(parts, rate, home)
	if err != nil { // it makes the amount too large: a person must look
		return tx.askRate(ctx, gift, home)
	}
	return tx.postCounted(ctx, counted, back)
}

// postCounted posts what a gift and its refunds count for; and the opposite of
// the first where the gift was taken back by the entry with that key.
func (tx *Tx) postCounted(ctx context.Context, counted []ledger.Entry, back string) error {
	for _, e := range counted {
		if _, _, err := tx.Post(ctx, e); err != nil {
			return err
		}
		tx.Touch(campaignKey(e.Tags["campaign"]))
	}
	if back == "" || len(counted) == 0 {
		return nil
	}
	e, err := entryByKey(ctx, tx, back)
	if err != nil {
		return err
	}
	_, _, err = tx.Post(ctx, ledger.Reverse(counted[0], counted[0].Key+"-undone", ledger.FactDate(e), ""))
	return err
}

func (tx *Tx) rateOf(ctx context.Context, day, from, to string) (x fund.Rate, known bool, err error) {
	if err := tx.lockObjects(ctx, []string{rateLock(day, from, to)}); err != nil {
		return x, false, err
	}
	x, err = db.One(ctx, tx, scanRate, "SELECT "+rateColumns+" FROM fx_rate WHERE day = $1 AND from_currency = $2 AND to_currency = $3", day, from, to)
	if fault.Is(err, fault.NotFound) {
		return x, false, nil
	}
	return x, err == nil, err
}

func (tx *Tx) askRate(ctx context.Context, gift fund.HandPart, home string) error {
	payment := fund.PaymentID(gift.Source.Provider, gift.Source.Object)
	return tx.leaveTask(ctx, fund.RateTask(payment, gift.Source.Date, gift.Own.Currency, home))
}

// handPart reads from an entry what came in, or went back, of a gift.
func handPart(e ledger.Entry) fund.HandPart {
	provider, rest, _ := strings.Cut(e.Key, ":")
	p := fund.HandPart{Source: ledger.Source{Provider: provider, Object: rest[:max(0, strings.LastIndexByte(rest, ':'))], Date: ledger.FactDate(e), Tags: maps.Clone(e.Tags)}}
	delete(p.Source.Tags, ledger.Dated)
	for _, x := range e.Postings {
		if x.Account == ledger.Donations || x.Account == ledger.Refunds {
			p.Own = money.Amount{Currency: x.Currency, Minor: -x.Minor}
		}
	}
	return p
}

// handParts are a gift and what went back of it, in the order of the books.
func (tx *Tx) handParts(ctx context.Context, gift fund.HandPart) ([]fund.HandPart, error) {
	var keys []string
	_, err := db.Rows(ctx, tx, func(r db.Scanner) (none struct{}, err error) {
		var provider, ref string
		err = r.Scan(&provider, &ref)
		keys = append(keys, provider+":"+ref+":allocation", provider+":"+ref+":to-return")
		return none, err
	}, "SELECT provider, ref FROM refund WHERE payment_id = $1", fund.PaymentID(gift.Source.Provider, gift.Source.Object))
	if err != nil {
		return nil, err
	}
	marks, args := anyOf(1, keys)
	if keys, err = db.Rows(ctx, tx, db.Value[string], "SELECT key FROM ledger_entry WHERE key IN ("+marks+") ORDER BY seq", args...); err != nil {
		return nil, err
	}
	parts := []fund.HandPart{gift}
	for _, key := range keys {
		e, err := entryByKey(ctx, tx, key)
		if err != nil {
			return nil, err
		}
		parts = append(parts, handPart(e))
	}
	return parts, nil
}

// countGivenBack looks at the gifts that people are to send back.
func (tx *Tx) countGivenBack(ctx context.Context, provider string, refunds []fund.Refund) error {
	if !fund.PaidBackByHand(provider) {
		return nil
	}
	for _, x := range refunds {
		key, err := db.One(ctx, tx, db.Value[string], "SELECT "+giftKey+" FROM payment p WHERE p.id = $1", x.PaymentID)
		if err != nil {
			return err
		}
		if err := tx.countGift(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// giftKey is the key of the entry of a payment p that came by bank or in hand.
const giftKey = "p.provider || ':' || p.ref || CASE p.provider WHEN 'bank' THEN ':allocation' ELSE ':gift' END"

// CountWaiting counts the gifts by bank and in hand that waited for the rate of a
// day, each in a transaction of its own, and looks at the goals at a time.
func (s *Store) CountWaiting(ctx context.Context, day, from, to string, now time.Time) error {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return fault.New(fault.Invalid, "write the day like 2026-01-31")
	}
	campaigns := set{}
	keys, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (key string, err error) {
		var campaign string
		err = r.Scan(&key, &campaign)
		campaigns.add(campaign)
		return key, err
	}, `SELECT `+giftKey+`, COALESCE(p.campaign_id, '') FROM payment p WHERE p.currency = $1 AND p.succeeded_at BETWEEN $2 AND $3 AND p.provider IN ('bank', 'offline')
		UNION SELECT a.entry_key, '' FROM bank_line l JOIN bank_allocation a ON a.line_id = l.id
			WHERE l.currency = $1 AND l.booked_on = $4 AND a.kind = 'gift' AND a.reversed_at IS NOT NULL ORDER BY 1`,
		from, at.AddDate(0, 0, -1).UnixMilli(), at.AddDate(0, 0, 2).UnixMilli(), day)
	if err != nil {
		return err
	}
	for _, key := range slices.Compact(keys) {
		if err := s.Write(ctx, func(tx *Tx) error { return tx.countGift(ctx, key) }); err != nil {
			return err
		}
	}
	return s.NoteGoals(ctx, now, campaigns.list()...)
}
