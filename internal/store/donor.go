package store

import (
	"context"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
)

// Donor returns a donor; fault.NotFound also for one who was erased.
func (s *Store) Donor(ctx context.Context, donorID string) (fund.Donor, error) {
	return db.One(ctx, s.Query(), scanDonor, "SELECT "+donorColumns+" FROM donor WHERE id = $1 AND erased_at IS NULL", donorID)
}

// DonorByEmail finds the donor with an address, which is given in the form of
// fund.Email; fault.NotFound.
func (s *Store) DonorByEmail(ctx context.Context, email string) (fund.Donor, error) {
	return db.One(ctx, s.Query(), scanDonor, "SELECT "+donorColumns+" FROM donor WHERE email = $1 AND erased_at IS NULL", email)
}

// SetDonor keeps what donors decide about themselves: their name, whether it may
// be shown, and their language.
func (tx *Tx) SetDonor(ctx context.Context, d fund.Donor) error {
	_, err := db.Exec(ctx, tx, "UPDATE donor SET name = $1, show_name = $2, lang = $3 WHERE id = $4 AND erased_at IS NULL",
		d.Name, db.Int(d.ShowName && d.Name != ""), d.Lang, d.ID)
	if err == nil && !d.ShowName { // also not by a form that is paid for later
		_, err = db.Exec(ctx, tx, "UPDATE donation SET show_name = 0 WHERE donor_id = $1 AND state <> 'succeeded'", d.ID)
	}
	tx.Touch("desk", "books")
	return err
}

// MoveDonor gives a donor another address, and ends every session, every signed
// address (see DonorEpoch) and every link that went to the address before, but for those that bring an old address
// back. fault.Conflict where the address is another donor's: two donors are
// never made one, since nobody has proved that both are the same person.
func (tx *Tx) MoveDonor(ctx context.Context, donorID, email string) error {
	n, err := db.Exec(ctx, tx, "UPDATE donor SET email = $1, epoch = epoch + 1 WHERE id = $2 AND erased_at IS NULL", email, donorID)
	if fault.Is(err, fault.Conflict) { // the column is unique
		return fault.Wrap(fault.Conflict, err, "there are gifts from this address already; two donors are not made one")
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Gone, "this donor's data was erased")
	}
	if err := tx.EndDonorSessions(ctx, donorID); err != nil {
		return err
	}
	tx.Touch("desk")
	return tx.EndDonorLinks(ctx, donorID)
}

// DonorEpoch is what addresses that were signed for a donor hold by: it is
// another one after each MoveDonor. fault.NotFound.
func (s *Store) DonorEpoch(ctx context.Context, donorID string) (string, error) {
	n, err := db.One(ctx, s.Query(), db.Value[int64], "SELECT epoch FROM donor WHERE id = $1", donorID)
	return strconv.FormatInt(n, 10), err
}

// FreeAddress makes room for a donor who takes an address back that was theirs:
// anybody could have sent a form with it meanwhile. Who stands there without ever
// having given goes on without an address, so that a gift that is paid for later
// is not lost; who has given stays, and MoveDonor says so.
func (tx *Tx) FreeAddress(ctx context.Context, email string) error {
	list, err := db.Rows(ctx, tx, db.Value[string], `UPDATE donor SET email = '`+noAddress+`' || id, epoch = epoch + 1
		WHERE email = $1 AND erased_at IS NULL AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.donor_id = donor.id) RETURNING id`, email)
	for _, donorID := range list {
		if err := tx.EndDonorSessions(ctx, donorID); err != nil {
			return err
		}
		if err := tx.EndDonorLinks(ctx, donorID); err != nil {
			return err
		}
		if err := tx.Audit(ctx, System, "donor.address_freed", "donor", donorID, nil); err != nil {
			return err
		}
	}
	return err
}

// EndReverts ends what could bring an old address of the donor back.
func (tx *Tx) EndReverts(ctx context.Context, donorID string) error {
	_, err := db.Exec(ctx, tx, "UPDATE donor_link SET revoked_at = $1 WHERE donor_id = $2 AND power = $3 AND revoked_at IS NULL AND used_at IS NULL",
		tx.now(), donorID, DonorRevert)
	return err
}

// DonorGift is a payment as its donor sees it.
type DonorGift struct {
	fund.Payment
	Campaign map[string]string // title by language; nil for the general fund
}

// DonorGifts lists payments of a donor that succeeded in [from, to), the newest
// first; a zero time is open. limit 0 is all.
func (s *Store) DonorGifts(ctx context.Context, donorID string, from, to time.Time, limit int) ([]DonorGift, error) {
	until := int64(1) << 62
	if !to.IsZero() {
		until = to.UnixMilli()
	}
	since := -until
	if !from.IsZero() {
		since = from.UnixMilli()
	}
	if limit <= 0 {
		limit = 1 << 30
	}
	var out []DonorGift
	err := s.Read(ctx, func(q db.Querier) error {
		paid, err := db.Rows(ctx, q, scanPayment, paymentQuery+` WHERE p.donor_id = $1 AND p.succeeded_at >= $2 AND p.succeeded_at < $3
			ORDER BY p.succeeded_at DESC, p.id LIMIT $4`, donorID, since, until, limit)
		if err != nil {
			return err
		}
		titles, err := titlesOf(ctx, q, paid)
		for _, p := range paid {
			out = append(out, DonorGift{Payment: p, Campaign: titles[p.CampaignID]})
		}
		return err
	})
	return out, err
}

// titlesOf reads the titles of the campaigns that payments count for.
func titlesOf(ctx context.Context, q db.Querier, paid []fund.Payment) (map[string]map[string]string, error) {
	ids, out := set{}, map[string]map[string]string{}
	for _, p := range paid {
		ids.add(p.CampaignID)
	}
	for _, id := range ids.list() {
		c, err := campaignBy(ctx, q, "c.id = $1", id)
		if err != nil {
			return nil, err
		}
		out[id] = c.Title
	}
	return out, nil
}

// CountDonorGifts tells how many payments a donor has made, and when the first.
func (s *Store) CountDonorGifts(ctx context.Context, donorID string) (n int, first time.Time, err error) {
	_, err = db.One(ctx, s.Query(), func(r db.Scanner) (none struct{}, err error) {
		return none, r.Scan(&n, db.At(&first))
	}, "SELECT COUNT(*), MIN(succeeded_at) FROM payment WHERE donor_id = $1", donorID)
	return n, first, err
}

// DonorPlans lists the plans of a donor, the newest first.
func (s *Store) DonorPlans(ctx context.Context, donorID string) ([]fund.Plan, error) {
	return db.Rows(ctx, s.Query(), scanPlan, "SELECT "+planColumns+" FROM plan WHERE donor_id = $1 ORDER BY COALESCE(started_at, updated_at) DESC, id", donorID)
}

// CancelReason is why somebody ended a plan.
type CancelReason struct {
	ID      string // of the form: the same one twice counts once
	PlanID  string
	DonorID string
	Reason  string // "money", "paper", "elsewhere", "trial" or "other"
	Words   string
}

// KeepReason keeps why somebody ended a plan.
func (tx *Tx) KeepReason(ctx context.Context, x CancelReason) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO cancel_reason (id, plan_id, donor_id, reason, words, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
		x.ID, x.PlanID, x.DonorID, x.Reason, x.Words, tx.now())
	tx.Touch("desk")
	return err
}
