package store

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
)

// Paid is a payment as the treasurer sees it, with its donor.
type Paid struct {
	fund.Payment
	Provider string
	Donor    fund.Donor
	Campaign map[string]string // title by language; nil for the general fund
	Appeal   string
}

// PaidView chooses payments.
type PaidView string

// The views.
const (
	AllPaid      PaidView = ""
	RefundedPaid PaidView = "refunded"
	DisputedPaid PaidView = "disputed"
)

// PaidQuery chooses payments, the newest first.
type PaidQuery struct {
	View    PaidView
	Search  string // a part of the donor's name or address, or a whole reference
	DonorID string
	Before  string // cursor: the last payment of the page before; "" is from the newest on
	Limit   int
}

const paidQuery = `SELECT p.id, p.ref, p.donation_id, p.plan_id, p.donor_id, p.campaign_id, d.every, p.currency, p.minor,
	p.refunded_minor, p.disputed_minor, p.succeeded_at, p.provider, d.appeal, c.title, g.email, g.name, g.show_name, g.lang, g.created_at
	FROM payment p JOIN donation d ON d.id = p.donation_id JOIN donor g ON g.id = p.donor_id LEFT JOIN campaign c ON c.id = p.campaign_id`

func scanPaid(r db.Scanner) (p Paid, err error) {
	err = r.Scan(&p.ID, &p.Ref, &p.DonationID, db.Text(&p.PlanID), &p.DonorID, db.Text(&p.CampaignID), &p.Every, &p.Amount.Currency, &p.Amount.Minor,
		&p.Refunded, &p.Disputed, db.At(&p.SucceededAt), &p.Provider, &p.Appeal, db.FromJSON(&p.Campaign),
		&p.Donor.Email, &p.Donor.Name, db.Bool(&p.Donor.ShowName), &p.Donor.Lang, db.At(&p.Donor.CreatedAt))
	p.Donor.ID, p.Donor.Email = p.DonorID, address(p.Donor.Email)
	return p, err
}

// PaidList lists payments with their donors. Only a treasurer may see them.
func (s *Store) PaidList(ctx context.Context, q PaidQuery) ([]Paid, error) {
	var w where
	few := q.View == DisputedPaid
	if q.Search != "" {
		found, err := s.searchPaid(ctx, q.Search)
		if err != nil || found.none() {
			return nil, err
		}
		few = found.limit(&w, s.called("y", "?")) || few
	}
	if q.DonorID != "" {
		w.add("p.donor_id = ?", q.DonorID)
	}
	switch q.View {
	case RefundedPaid:
		w.add("p.refunded_minor > 0")
	case DisputedPaid:
		w.add("p.id IN (SELECT payment_id FROM dispute)")
	}
	// Where few are chosen they are looked up and put in order. The sign keeps the
	// planner from going through all payments in their order instead.
	at := "p.succeeded_at"
	if few {
		at = "+p.succeeded_at"
	}
	if q.Before != "" {
		w.add("("+at+", p.id) < (SELECT b.succeeded_at, b.id FROM payment b WHERE b.id = ?)", q.Before)
	}
	return db.Rows(ctx, s.Query(), scanPaid, w.query(paidQuery, "ORDER BY "+at+" DESC, p.id DESC LIMIT ?", q.Limit), w.args...)
}

// foundPaid is what a search for payments has found: payments by one of their
// references, and people.
type foundPaid struct {
	part     string // of a name or address
	payments []string
	donors   []string // at most fewDonors and one
}

// fewDonors are so many that all their gifts can be put in order for a page of
// them. Gifts of more people than that are soon found among the newest ones.
const fewDonors = 500

func (s *Store) searchPaid(ctx context.Context, search string) (f foundPaid, err error) {
	f.part = s.callPart(search)
	f.donors, err = db.Rows(ctx, s.Query(), db.Value[string], "SELECT d.id FROM donor d WHERE "+s.called("d", "$1")+" LIMIT $2", f.part, fewDonors+1)
	if err != nil {
		return f, err
	}
	// The index of references begins with the provider, so it is asked once for
	// each of them; they are found by leaps, since there are few.
	f.payments, err = db.Rows(ctx, s.Query(), db.Value[string], `WITH RECURSIVE known (provider) AS (
			SELECT MIN(provider) FROM payment UNION ALL
			SELECT (SELECT MIN(provider) FROM payment WHERE provider > k.provider) FROM known k WHERE k.provider IS NOT NULL)
		SELECT p.id FROM known k JOIN payment p ON p.provider = k.provider AND p.ref = $1
		UNION SELECT id FROM payment WHERE id = $1 UNION SELECT id FROM payment WHERE donation_id = $1`, search)
	return f, err
}

func (f foundPaid) none() bool { return len(f.payments)+len(f.donors) == 0 }

// limit limits a list to what was found, and tells whether that is little; called
// is the condition on a donor y.
func (f foundPaid) limit(w *where, called string) (few bool) {
	var ids []any
	for _, id := range f.payments {
		ids = append(ids, id)
	}
	byRef := "p.id IN (NULL" + strings.Repeat(", ?", len(f.payments)) + ")"
	if len(f.donors) > fewDonors {
		// In this form no planner takes it for cheaper to look at all donors first.
		w.add("("+byRef+" OR (SELECT CASE WHEN "+called+" THEN 1 ELSE 0 END FROM donor y WHERE y.id = p.donor_id) = 1)", append(ids, f.part)...)
		return false
	}
	for _, id := range f.donors {
		ids = append(ids, id)
	}
	w.add("("+byRef+" OR p.donor_id IN (NULL"+strings.Repeat(", ?", len(f.donors))+"))", ids...)
	return true
}

// PaidDetail is one payment with all that happened to it.
type PaidDetail struct {
	Paid
	Refunds   []fund.Refund
	Disputes  []fund.Dispute
	Movements []fund.Booked
}

// Paid returns one payment with what happened to it; fault.NotFound.
func (s *Store) Paid(ctx context.Context, paymentID string) (x PaidDetail, err error) {
	err = s.Read(ctx, func(q db.Querier) error {
		if x.Paid, err = db.One(ctx, q, scanPaid, paidQuery+" WHERE p.id = $1", paymentID); err != nil {
			return err
		}
		if x.Refunds, err = db.Rows(ctx, q, scanRefund, refundQuery+" WHERE x.payment_id = $1 ORDER BY x.created_at, x.ref", paymentID); err != nil {
			return err
		}
		if x.Disputes, err = db.Rows(ctx, q, scanDispute, disputeQuery+" WHERE x.payment_id = $1 ORDER BY x.opened_at, x.ref", paymentID); err != nil {
			return err
		}
		refs := []string{x.Ref}
		for _, r := range x.Refunds {
			refs = append(refs, r.Ref)
		}
		for _, d := range x.Disputes {
			refs = append(refs, d.Ref)
		}
		marks, args := anyOf(2, refs)
		x.Movements, err = db.Rows(ctx, q, func(r db.Scanner) (m fund.Booked, err error) {
			err = r.Scan(&m.Ref, &m.Kind, &m.Amount.Currency, &m.Amount.Minor, &m.Fee, &m.Source.ID, db.At(&m.At), &m.EntryKey, &m.Ignored)
			return m, err
		}, "SELECT ref, kind, currency, minor, fee_minor, source_ref, at, entry_key, ignored FROM movement WHERE provider = $1 AND source_ref IN ("+marks+") ORDER BY at, ref",
			append([]any{x.Provider}, args...)...)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return x, fault.New(fault.NotFound, "there is no such gift")
	}
	return x, err
}

// PlanLine is a plan as the treasurer sees it.
type PlanLine struct {
	fund.Plan
	Provider string
	Donor    fund.Donor
	Campaign map[string]string
	Reason   string // why the donor ended it, see CancelReason; "" where they did not say
	Words    string // in their own words
}

// PlanLines lists plans in some of the states (all where none is named), those
// that are due next first, at most limit from an offset on.
func (s *Store) PlanLines(ctx context.Context, states []fund.PlanState, donorID string, limit, offset int) ([]PlanLine, error) {
	var w where
	if len(states) > 0 {
		marks, args := "?", []any{states[0]}
		for _, st := range states[1:] {
			marks, args = marks+", ?", append(args, st)
		}
		w.add("p.state IN ("+marks+")", args...)
	}
	if donorID != "" {
		w.add("p.donor_id = ?", donorID)
	}
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (p PlanLine, err error) {
		err = r.Scan(&p.ID, &p.Ref, &p.DonationID, &p.DonorID, db.Text(&p.CampaignID), &p.Amount.Currency, &p.Amount.Minor, &p.Every, &p.State,
			db.At(&p.StartedAt), db.At(&p.NextChargeAt), db.At(&p.CancelAt), db.At(&p.EndedAt), &p.Provider, db.FromJSON(&p.Campaign), &p.Donor.Email, &p.Donor.Name, &p.Reason, &p.Words)
		p.Donor.ID, p.Donor.Email = p.DonorID, address(p.Donor.Email)
		return p, err
	}, w.query(`SELECT p.id, p.ref, p.donation_id, p.donor_id, p.campaign_id, p.currency, p.minor, p.every, p.state,
		p.started_at, p.next_charge_at, p.cancel_at, p.ended_at, p.provider, c.title, g.email, g.name,
		COALESCE((SELECT x.reason FROM cancel_reason x WHERE x.plan_id = p.id ORDER BY x.at DESC, x.id LIMIT 1), ''),
		COALESCE((SELECT x.words FROM cancel_reason x WHERE x.plan_id = p.id ORDER BY x.at DESC, x.id LIMIT 1), '')
		FROM plan p JOIN donor g ON g.id = p.donor_id LEFT JOIN campaign c ON c.id = p.campaign_id`,
		"ORDER BY COALESCE(p.next_charge_at, 9000000000000000), p.started_at DESC, p.id LIMIT ? OFFSET ?", limit, offset), w.args...)
}

// CountReasons counts the plans that were ended for each reason since a time; see
// CancelReason. It names nobody, and no words of theirs.
func (s *Store) CountReasons(ctx context.Context, since time.Time) (map[string]int, error) {
	out := map[string]int{}
	_, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (none struct{}, err error) {
		var reason string
		var n int
		err = r.Scan(&reason, &n)
		out[reason] = n
		return none, err
	}, `SELECT x.reason, COUNT(*) FROM cancel_reason x WHERE x.at >= $1
		AND NOT EXISTS (SELECT 1 FROM cancel_reason y WHERE y.plan_id = x.plan_id AND (y.at > x.at OR (y.at = x.at AND y.id < x.id))) GROUP BY x.reason`, since.UnixMilli())
	return out, err
}

// CountPlans counts the plans in each state.
func (s *Store) CountPlans(ctx context.Context) (map[fund.PlanState]int, error) {
	type count struct {
		state fund.PlanState
		n     int
	}
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (c count, err error) { return c, r.Scan(&c.state, &c.n) },
		"SELECT state, COUNT(*) FROM plan GROUP BY state")
	out := map[fund.PlanState]int{}
	for _, c := range list {
		out[c.state] = c.n
	}
	return out, err
}

// GivenRows calls fn for each payment in the order of donors and times, with
// what of it was kept: for the figures about giving.
func (s *Store) GivenRows(ctx context.Context, fn func(donorID string, kept money.Amount, every fund.Every, at time.Time)) error {
	_, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (none struct{}, err error) {
		var donor string
		var a money.Amount
		var every fund.Every
		var at time.Time
		if err = r.Scan(&donor, &a.Currency, &a.Minor, &every, db.At(&at)); err == nil {
			fn(donor, a, every, at)
		}
		return none, err
	}, `SELECT p.donor_id, p.currency, p.minor - p.refunded_minor - p.disputed_minor, CASE WHEN p.plan_id IS NULL THEN 'once' ELSE 'month' END, p.succeeded_at
		FROM payment p ORDER BY p.donor_id, p.succeeded_at`)
	return err
}
