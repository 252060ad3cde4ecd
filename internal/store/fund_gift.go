package store

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/money"
)

// BookedGift is money that came by another road than a provider's page: a line
// of a bank statement, cash, a cheque.
type BookedGift struct {
	Provider   string // fund.KeyBank or fund.KeyOffline
	Ref        string // what makes it one: the line's key, the form's nonce
	DonationID string // "": a donation of its own is made for it
	DonorID    string // "": the donation's donor, else somebody unnamed
	CampaignID string // where it counts, see CampaignFor; "" is the general fund
	Amount     money.Amount
	Every      fund.Every // for a donation that is made here; "" is once
	At         time.Time  // the bank's day, or the day it was handed over
	PlanID     string     // "": the donation's own plan, where it has one
	Quiet      bool       // no thank-you goes out

	seen *foreseenGift // what bulk work has read about the donation; nil is nothing
}

// BookGift writes the payment, what becomes of its donation and plan, and asks
// for the thank-you. The entry in the books is the caller's, in the same
// transaction. The same provider and ref once more gives the payment that is
// there, and fresh is false. Call Store.NoteGoals after the commit.
func (tx *Tx) BookGift(ctx context.Context, g BookedGift) (paymentID string, fresh bool, err error) {
	if g.Provider == "" || g.Ref == "" || g.Amount.Minor <= 0 || g.At.IsZero() {
		return "", false, fault.New(fault.Internal, "a gift to be booked needs a provider, a reference, an amount and a day")
	}
	if g.seen == nil { // else it is not there
		if err := tx.lockObjects(ctx, []string{g.Provider + " payment " + g.Ref}); err != nil {
			return "", false, err
		}
		have, err := db.One(ctx, tx, db.Value[string], "SELECT id FROM payment WHERE provider = $1 AND ref = $2", g.Provider, g.Ref)
		if err == nil || !fault.Is(err, fault.NotFound) {
			return have, false, err
		}
	}
	d, err := tx.giftDonation(ctx, g)
	if err != nil {
		return "", false, err
	}
	if g.PlanID, err = tx.planPaid(ctx, g, d.ID); err != nil {
		return "", false, err
	}
	p := fund.Payment{
		ID: fund.PaymentID(g.Provider, g.Ref), Ref: g.Ref, DonationID: d.ID, PlanID: g.PlanID, DonorID: d.DonorID, CampaignID: g.CampaignID,
		Every: d.Every, Amount: g.Amount, SucceededAt: g.At,
	}
	if err := tx.putPayment(ctx, g.Provider, p); err != nil {
		return "", false, err
	}
	if !g.seen.again(g.At) { // a later payment brings no name
		if err := tx.nameDonor(ctx, p.ID); err != nil {
			return "", false, err
		}
	}
	tx.Touch("desk")
	if g.Quiet {
		return p.ID, true, nil
	}
	return p.ID, true, tx.Enqueue(ctx, job.Thank(p.ID))
}

// giftDonation is the donation that a gift belongs to: the named one, which has
// succeeded by it, or one that is made for it. A late payment is real money, so
// an expired or cancelled one succeeds too.
func (tx *Tx) giftDonation(ctx context.Context, g BookedGift) (d fund.Donation, err error) {
	if g.seen != nil {
		return tx.foreseenSucceeds(ctx, g)
	}
	if g.DonationID != "" {
		if d, err = db.One(ctx, tx, scanDonation, "SELECT "+donationColumns+" FROM donation WHERE id = $1", g.DonationID); err != nil {
			return d, err
		}
		if g.DonorID != "" && g.DonorID != d.DonorID {
			return d, fault.New(fault.Internal, "the gift to be booked names another donor than its donation")
		}
		_, err = db.Exec(ctx, tx, "UPDATE donation SET state = 'succeeded', updated_at = $1 WHERE id = $2 AND state <> 'succeeded'", g.At.UnixMilli(), d.ID)
		return d, err
	}
	if g.DonorID == "" {
		if g.DonorID, err = tx.AddDonor(ctx, fund.Donor{}); err != nil {
			return d, err
		}
	}
	if g.Every == "" {
		g.Every = fund.Once
	}
	lang, err := db.One(ctx, tx, db.Value[string], "SELECT lang FROM donor WHERE id = $1", g.DonorID)
	if err != nil {
		return d, err
	}
	d = fund.Donation{
		ID: id.New(), DonorID: g.DonorID, CampaignID: g.CampaignID, Amount: g.Amount, Every: g.Every, Provider: g.Provider,
		State: fund.DonationSucceeded, Lang: lang, CreatedAt: g.At, OpenedAt: g.At, SeenAt: g.At,
	}
	d.Nonce = d.ID
	return d, tx.addDonation(ctx, d)
}

// planPaid notes that a plan brought money: one that waited for its first
// payment is active now and takes its rhythm from it; the next one is expected
// an interval later. Money for a plan that has ended leaves it ended.
func (tx *Tx) planPaid(ctx context.Context, g BookedGift, donationID string) (planID string, err error) {
	if g.seen != nil {
		return tx.foreseenPaid(ctx, g)
	}
	planID = g.PlanID
	if planID == "" {
		list, err := db.Rows(ctx, tx, db.Value[string], "SELECT id FROM plan WHERE donation_id = $1 ORDER BY started_at DESC LIMIT 1", donationID)
		if err != nil || len(list) == 0 {
			return "", err
		}
		planID = list[0]
	}
	p, err := tx.lockPlan(ctx, planID)
	if err != nil {
		return "", err
	}
	provider, err := db.One(ctx, tx, db.Value[string], "SELECT provider FROM plan WHERE id = $1", planID)
	if err != nil {
		return "", err
	}
	paid := p.Paid(g.At)
	if !paid.StartedAt.Equal(p.StartedAt) { // which stays as it was for all other looks
		if _, err := db.Exec(ctx, tx, "UPDATE plan SET started_at = $1 WHERE id = $2", paid.StartedAt.UnixMilli(), p.ID); err != nil {
			return "", err
		}
	}
	return p.ID, tx.putPlan(ctx, provider, paid)
}

// CampaignFor tells which campaign a payment of a donation counts for on the
// day that the bank booked it; "" is the general fund. A transfer that was begun
// in time has the campaign's grace; the later ones of a standing order have none.
func (tx *Tx) CampaignFor(ctx context.Context, d fund.Donation, at time.Time) (string, error) {
	if d.CampaignID == "" {
		return "", nil
	}
	c, err := campaignBy(ctx, tx, "c.id = $1", d.CampaignID)
	if err != nil {
		return "", err
	}
	paid := 0
	if d.Every != fund.Once {
		if paid, err = db.One(ctx, tx, db.Value[int], "SELECT COUNT(*) FROM payment WHERE donation_id = $1", d.ID); err != nil {
			return "", err
		}
	}
	return countsFor(c, d, paid, at), nil
}

// countsFor is CampaignFor for a donation's campaign, and with so many payments
// of it before this one.
func countsFor(c fund.Campaign, d fund.Donation, paid int, at time.Time) string {
	opened := d.OpenedAt
	if opened.IsZero() {
		opened = d.CreatedAt
	}
	if d.Every != fund.Once && paid > 0 {
		opened = time.Time{}
	}
	if c.Counts(at, opened) {
		return c.ID
	}
	return ""
}

// NoteGoals looks whether gifts that were booked have reached the goals of
// their campaigns; "" among the ids is passed over.
func (s *Store) NoteGoals(ctx context.Context, at time.Time, campaigns ...string) error {
	ids := set{}
	ids.add(campaigns...)
	return s.Fund().noteGoals(ctx, ids.list(), at)
}

// AddDonor returns the donor with this address, or a new one. Somebody without
// an address is always new: two people of one name are two people.
func (tx *Tx) AddDonor(ctx context.Context, d fund.Donor) (string, error) {
	if d.ID == "" {
		d.ID = id.New()
	}
	if d.Email == "" {
		d.Email = noAddress + d.ID
	}
	if d.Lang == "" {
		o, err := tx.Outlet(ctx)
		if err != nil {
			return "", err
		}
		d.Lang = o.Language
	}
	if d.CreatedAt.IsZero() {
		d.CreatedAt = time.UnixMilli(tx.now())
	}
	return tx.putDonor(ctx, d)
}

// noAddress begins what stands in the column of addresses for a donor who gave
// none: it must differ for each, and must never look like an address.
const noAddress = "none:"

// address is a donor's address as it stands in its column, "" for none.
func address(column string) string {
	if strings.Contains(column, "@") {
		return column
	}
	return ""
}
