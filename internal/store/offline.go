package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
)

// OfflineGift is cash or a cheque that somebody handed over.
type OfflineGift struct {
	ID         string // minted with the form: the same form sent twice is one gift
	Amount     money.Amount
	At         time.Time // when it was handed over
	Day        string    // the same as YYYY-MM-DD in the outlet's zone
	Kind       string    // "cash", "cheque" or "bank"
	Account    string    // of the books, where the money is now
	CampaignID string    // "" is the general fund
	Donor      fund.Donor
	Quiet      bool // no thank-you goes out
	Note       string
}

// BookOffline books a gift that was handed over, in one transaction: payment,
// donor, entry. The same id once more gives the payment that is there.
func (s *Store) BookOffline(ctx context.Context, by Actor, g OfflineGift) (paymentID string, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		donorID := g.Donor.ID
		if donorID == "" {
			if have, err := found(db.One(ctx, tx, db.Value[string], "SELECT payment_id FROM offline_gift WHERE id = $1", g.ID)); err != nil || have != "" {
				paymentID = have
				return err
			}
			if donorID, err = tx.AddDonor(ctx, g.Donor); err != nil {
				return err
			}
		}
		var fresh bool
		paymentID, fresh, err = tx.BookGift(ctx, BookedGift{
			Provider: fund.KeyOffline, Ref: g.ID, DonorID: donorID, CampaignID: g.CampaignID, Amount: g.Amount, At: g.At, Quiet: g.Quiet,
		})
		if err != nil || !fresh {
			return err
		}
		return tx.bookInHand(ctx, by, g, paymentID)
	})
	if err != nil {
		return "", err
	}
	return paymentID, s.NoteGoals(ctx, g.At, g.CampaignID)
}

func (tx *Tx) bookInHand(ctx context.Context, by Actor, g OfflineGift, paymentID string) error {
	if _, _, err := tx.Post(ctx, g.entry()); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, "INSERT INTO offline_gift (id, payment_id, account, kind, note, day, entered_by, entered_name, entered_at) VALUES ("+places(9)+")",
		g.ID, paymentID, g.Account, g.Kind, g.Note, g.Day, by.ID, by.Name, tx.now())
	if err != nil {
		return err
	}
	if err := tx.countByHand(ctx, g.entry().Key); err != nil {
		return err
	}
	return tx.Audit(ctx, by, "gift.offline", "payment", paymentID, map[string]any{"amount": g.Amount.String(), "kind": g.Kind, "account": g.Account, "day": g.Day})
}

func (g OfflineGift) entry() ledger.Entry {
	tags := map[string]string{"every": string(fund.Once)}
	if g.CampaignID != "" {
		tags["campaign"] = g.CampaignID
	} else {
		tags["fund"] = "general"
	}
	return ledger.GiftInHand(ledger.Source{Provider: fund.KeyOffline, Object: g.ID, Date: g.Day, Tags: tags}, g.Account, g.Amount)
}

// OfflineLine is a gift that was handed over, as the list shows it: without the
// donor.
type OfflineLine struct {
	OfflineGift
	PaymentID string
	Campaign  map[string]string // title by language; nil for the general fund
	By        string
	TakenBack time.Time
	Refunded  int64
}

const offlineQuery = `SELECT o.id, o.payment_id, o.account, o.kind, o.note, o.day, o.entered_name, o.taken_back_at, p.currency, p.minor, p.campaign_id, c.title,
	p.succeeded_at, p.refunded_minor FROM offline_gift o JOIN payment p ON p.id = o.payment_id LEFT JOIN campaign c ON c.id = p.campaign_id`

func scanOffline(r db.Scanner) (o OfflineLine, err error) {
	return o, r.Scan(&o.ID, &o.PaymentID, &o.Account, &o.Kind, &o.Note, &o.Day, &o.By, db.At(&o.TakenBack), &o.Amount.Currency, &o.Amount.Minor,
		db.Text(&o.CampaignID), db.FromJSON(&o.Campaign), db.At(&o.At), &o.Refunded)
}

// OfflineGifts lists gifts that were handed over, the newest first.
func (s *Store) OfflineGifts(ctx context.Context, limit int) ([]OfflineLine, error) {
	return db.Rows(ctx, s.Query(), scanOffline, offlineQuery+" ORDER BY o.day DESC, o.entered_at DESC, o.id LIMIT $1", limit)
}

// TakeBackOffline undoes a gift that was booked by mistake: its entry is
// reversed on a day, nothing is deleted. fault.Conflict where it was taken back,
// or given back, already.
func (s *Store) TakeBackOffline(ctx context.Context, by Actor, giftID string, now time.Time, zone *time.Location) error {
	return s.Write(ctx, func(tx *Tx) error {
		if err := tx.lockObjects(ctx, []string{fund.KeyOffline + " payment " + giftID}); err != nil {
			return err
		}
		o, err := db.One(ctx, tx, scanOffline, offlineQuery+" WHERE o.id = $1", giftID)
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.NotFound, "there is no such gift")
		}
		if err != nil {
			return err
		}
		if !o.TakenBack.IsZero() || o.Refunded > 0 {
			return fault.New(fault.Conflict, "this gift was taken back or given back already; load the page again")
		}
		back := ledger.Reverse(o.entry(), fund.KeyOffline+":"+giftID+":taken-back", now.In(zone).Format(time.DateOnly), "")
		if _, _, err := tx.Post(ctx, back); err != nil {
			return err
		}
		if err := tx.countByHand(ctx, o.entry().Key); err != nil {
			return err
		}
		return tx.forgetOffline(ctx, by, o, now)
	})
}

// forgetOffline takes the payment out of what counts, as a refund that is done.
func (tx *Tx) forgetOffline(ctx context.Context, by Actor, o OfflineLine, now time.Time) error {
	ref := "taken-back:" + o.ID
	for _, x := range []struct {
		query string
		args  []any
	}{
		{"UPDATE offline_gift SET taken_back_at = $1 WHERE id = $2", []any{tx.now(), o.ID}},
		{"UPDATE payment SET refunded_minor = minor WHERE id = $1", []any{o.PaymentID}},
		{"INSERT INTO refund (id, provider, ref, payment_id, currency, minor, state, created_at, updated_at) VALUES (" + places(9) + ")",
			[]any{id.New(), fund.KeyOffline, ref, o.PaymentID, o.Amount.Currency, o.Amount.Minor, fund.RefundSucceeded, now.UnixMilli(), now.UnixMilli()}},
	} {
		if _, err := db.Exec(ctx, tx, x.query, x.args...); err != nil {
			return err
		}
	}
	tx.Touch("desk", campaignKey(o.CampaignID))
	return tx.Audit(ctx, by, "gift.offline.taken_back", "payment", o.PaymentID, map[string]any{"amount": o.Amount.String(), "day": o.Day})
}
